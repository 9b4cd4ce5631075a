// Udp as host functions of XS: the C side of udpsockets.ts, compiled unchanged for a board and the desk.
// Why: XS is spoken to on its own task alone. lwIP's thread sends it a message that carries nothing, one at a time, and never waits.
// Follows udpsockets.ts. Each function checks the type and the length of all that it is given; `undefined` says that it was wrong.

#include <string.h>

#include "xsmc.h"
#include "xsHost.h"

#include "arguments.h"
#include "udpcalls.h"

static xsMachine *machine;
// Who is told of a socket, by its number less one. A function that XS is to keep stands in a slot which does not move.
static xsSlot told[UDP_SOCKETS_MAX];
// What XS is given, and what it gives; not on the stack, which is short on a board.
static UdpDatagram datagram;

static void tell(xsMachine *the, const UdpEvent *event)
{
	xsBeginHost(the);
	xsmcVars(1);
	xsmcSetInteger(xsVar(0), (xsIntegerValue)event->count);
	xsCallFunction1(told[event->number - 1], xsGlobal, xsVar(0));
	xsEndHost(the);
}

// As many events as there are sockets at most: whatever else waits for XS comes between them and the next.
static void deliverWake(void *the, void *unused, uint8_t *message, uint16_t length)
{
	UdpEvent event;
	(void)unused;
	(void)message;
	(void)length;
	for (int count = 0; count < UDP_SOCKETS_MAX && udpTake(&event); count++)
		tell((xsMachine *)the, &event);
	udpRested();
}

// Of the two ways to send XS a message, this is the one that does not wait where its queue is full; from a task it is as good.
static bool sendWake(void)
{
	return modMessagePostToMachineFromISR(machine, deliverWake, NULL) == 0;
}

static bool takeAddress(xsMachine *the, xsSlot *slot, char address[UDP_ADDRESS_BYTES])
{
	const int type = xsmcTypeOf(*slot);
	if (type != xsStringType && type != xsStringXType)
		return false;
	const char *text = xsmcToString(*slot);
	const size_t length = strlen(text);
	if (length >= UDP_ADDRESS_BYTES)
		return false;
	memcpy(address, text, length + 1);
	return true;
}

// (port, told): the socket's number; 0 where there can be none
void xs_latchkey_udp_open(xsMachine *the)
{
	uint16_t port;
	if (xsmcArgc != 2 || !takePort(the, &xsArg(0), &port) || !isFunction(the, &xsArg(1)))
		return;
	machine = the;
	const uint32_t number = udpOpen(port, sendWake);
	if (number != 0) {
		told[number - 1] = xsArg(1);
		xsRemember(told[number - 1]);
	}
	xsmcSetInteger(xsResult, (xsIntegerValue)number);
}

// (socket, group): whether it hears what is sent to the group
void xs_latchkey_udp_join(xsMachine *the)
{
	char group[UDP_ADDRESS_BYTES];
	if (xsmcArgc == 2 && takeAddress(the, &xsArg(1), group))
		xsmcSetBoolean(xsResult, udpJoin(numberOf(the, &xsArg(0)), group));
}

// (socket): what came first, as an ArrayBuffer; `undefined` where nothing did
void xs_latchkey_udp_read(xsMachine *the)
{
	if (xsmcArgc == 1 && udpRead(numberOf(the, &xsArg(0)), &datagram))
		xsmcSetArrayBuffer(xsResult, datagram.bytes, datagram.length);
}

// (): the address, in figures, of who sent what was read last
void xs_latchkey_udp_address(xsMachine *the)
{
	xsmcSetString(xsResult, datagram.address);
}

// (): and his port
void xs_latchkey_udp_port(xsMachine *the)
{
	xsmcSetInteger(xsResult, datagram.port);
}

// (socket, bytes, address, port): whether they go out
void xs_latchkey_udp_write(xsMachine *the)
{
	uint8_t *bytes;
	xsUnsignedValue length;
	if (xsmcArgc != 4 || !isBytes(the, &xsArg(1)) || !takeAddress(the, &xsArg(2), datagram.address) ||
		 !takePort(the, &xsArg(3), &datagram.port))
		return;
	const uint32_t number = numberOf(the, &xsArg(0));
	if (!takeBytes(the, &xsArg(1), 0, &bytes, &length) || length > UDP_DATAGRAM_BYTES_MAX)
		return;
	datagram.length = (uint16_t)length;
	memcpy(datagram.bytes, bytes, length);
	xsmcSetBoolean(xsResult, udpSend(number, &datagram));
}

// (socket): true
void xs_latchkey_udp_close(xsMachine *the)
{
	if (xsmcArgc != 1)
		return;
	const uint32_t number = numberOf(the, &xsArg(0));
	udpClose(number);
	if (number >= 1 && number <= UDP_SOCKETS_MAX)
		xsForget(told[number - 1]);
	xsmcSetTrue(xsResult);
}
