// Tcp and Listener as host functions of XS: the C side of tcpsockets.ts, compiled unchanged for a board and the desk.
// Why: XS is spoken to on its own task alone. lwIP's thread sends it a message that carries nothing, one at a time, and never waits.
// Follows tcpsockets.ts. Each function checks the type and the length of all that it is given; `undefined` says that it was wrong.

#include "xsmc.h"
#include "xsHost.h"

#include "arguments.h"
#include "tcpcalls.h"

#define TOLD_MAX (TCP_LISTENERS_MAX + TCP_LINKS_MAX)

// Who is told of a link or a listener. A function that XS is to keep stands in a slot which does not move.
typedef struct {
	// 0: the place is free.
	uint32_t number;
	xsSlot function;
} Told;

static xsMachine *machine;
static Told told[TOLD_MAX];

static Told *toldOf(uint32_t number)
{
	for (int place = 0; place < TOLD_MAX; place++) {
		if (told[place].number == number)
			return &told[place];
	}
	return NULL;
}

static void tell(xsMachine *machineOfXs, const TcpEvent *event)
{
	const Told *its = toldOf(event->number);
	if (its == NULL)
		return;
	xsBeginHost(machineOfXs);
	xsmcVars(2);
	xsmcSetInteger(xsVar(0), (xsIntegerValue)event->kind);
	xsmcSetInteger(xsVar(1), (xsIntegerValue)event->count);
	xsCallFunction2(its->function, xsGlobal, xsVar(0), xsVar(1));
	xsEndHost(machineOfXs);
}

// As many events as there are links at most: whatever else waits for XS comes between them and the next.
static void deliverWake(void *the, void *unused, uint8_t *message, uint16_t length)
{
	TcpEvent event;
	(void)unused;
	(void)message;
	(void)length;
	for (int count = 0; count < TOLD_MAX && tcpTake(&event); count++)
		tell((xsMachine *)the, &event);
	tcpRested();
}

// Of the two ways to send XS a message, this is the one that does not wait where its queue is full; from a task it is as good.
static bool sendWake(void)
{
	return modMessagePostToMachineFromISR(machine, deliverWake, NULL) == 0;
}

// (port, told): the listener's number; 0 where there can be none
void xs_latchkey_tcp_listen(xsMachine *the)
{
	uint16_t port;
	if (xsmcArgc != 2 || !takePort(the, &xsArg(0), &port) || !isFunction(the, &xsArg(1)))
		return;
	Told *its = toldOf(0);
	if (its == NULL)
		return;
	machine = the;
	its->number = tcpListen(port, sendWake);
	if (its->number != 0) {
		its->function = xsArg(1);
		xsRemember(its->function);
	}
	xsmcSetInteger(xsResult, (xsIntegerValue)its->number);
}

// (listener): its port; 0 where there is no such listener
void xs_latchkey_tcp_port(xsMachine *the)
{
	if (xsmcArgc == 1)
		xsmcSetInteger(xsResult, tcpPort(numberOf(the, &xsArg(0))));
}

// (listener): the link of who waits for longest; 0 where nobody does
void xs_latchkey_tcp_accept(xsMachine *the)
{
	if (xsmcArgc == 1)
		xsmcSetInteger(xsResult, (xsIntegerValue)tcpAccept(numberOf(the, &xsArg(0))));
}

// (link, isPrompt, told): whether it is open
void xs_latchkey_tcp_open(xsMachine *the)
{
	if (xsmcArgc != 3 || xsmcTypeOf(xsArg(1)) != xsBooleanType || !isFunction(the, &xsArg(2)))
		return;
	const uint32_t number = numberOf(the, &xsArg(0));
	Told *its = toldOf(0);
	const bool isOpen = its != NULL && tcpOpen(number, xsmcToBoolean(xsArg(1)));
	if (isOpen) {
		its->number = number;
		its->function = xsArg(2);
		xsRemember(its->function);
	}
	xsmcSetBoolean(xsResult, isOpen);
}

// (link, length): so many bytes, or all where it is 0, as an ArrayBuffer; `undefined` where none came, false where fewer did
void xs_latchkey_tcp_read(xsMachine *the)
{
	xsIntegerValue wanted;
	if (xsmcArgc != 2 || !takeInteger(the, &xsArg(1), &wanted))
		return;
	const uint32_t number = numberOf(the, &xsArg(0));
	// While XS runs it only grows.
	const uint16_t readable = tcpReadable(number);
	if (readable == 0)
		return;
	if (wanted < 0 || wanted > readable) {
		xsmcSetFalse(xsResult);
		return;
	}
	const uint16_t length = wanted == 0 ? readable : (uint16_t)wanted;
	uint8_t *bytes = xsmcSetArrayBuffer(xsResult, NULL, length);
	tcpRead(number, bytes, length);
}

// (link, bytes): whether all were taken
void xs_latchkey_tcp_write(xsMachine *the)
{
	uint8_t *bytes;
	xsUnsignedValue length;
	if (xsmcArgc != 2 || !isBytes(the, &xsArg(1)))
		return;
	const uint32_t number = numberOf(the, &xsArg(0));
	if (!takeBytes(the, &xsArg(1), 0, &bytes, &length))
		return;
	xsmcSetBoolean(xsResult, tcpWrite(number, bytes, length));
}

// (link): the address of the other end, in figures
void xs_latchkey_tcp_address(xsMachine *the)
{
	char text[TCP_ADDRESS_BYTES];
	if (xsmcArgc == 1 && tcpAddress(numberOf(the, &xsArg(0)), text))
		xsmcSetString(xsResult, text);
}

// (link or listener): true
void xs_latchkey_tcp_close(xsMachine *the)
{
	if (xsmcArgc != 1)
		return;
	const uint32_t number = numberOf(the, &xsArg(0));
	Told *its = number == 0 ? NULL : toldOf(number);
	tcpClose(number);
	if (its != NULL) {
		xsForget(its->function);
		its->number = 0;
	}
	xsmcSetTrue(xsResult);
}
