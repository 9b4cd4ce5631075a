// Those who dial the board, and the wire between, as host functions: by which a test on XS is the network of firmware/io/tcpsockets.ts.
// Why: the classes of a board are tried on the engine of a board, over the stack of a board.
// Specification: wire.h. Only a test calls these, so they trust it.

#include "xsmc.h"

#include "wire.h"

static int first(xsMachine *the)
{
	return xsmcToInteger(xsArg(0));
}

// (): whether it was not there before
void xs_lan_start(xsMachine *the)
{
	xsmcSetBoolean(xsResult, wireStart());
}

// (isUp)
void xs_lan_up(xsMachine *the)
{
	wireSetUp(xsmcToBoolean(xsArg(0)));
}

// ()
void xs_lan_run(xsMachine *the)
{
	(void)the;
	wireRun();
}

// (millis)
void xs_lan_pass(xsMachine *the)
{
	wirePass((uint32_t)first(the));
}

// (packets)
void xs_lan_lose(xsMachine *the)
{
	wireLose((uint32_t)first(the));
}

// (segment, window)
void xs_lan_understate(xsMachine *the)
{
	wireUnderstate((uint16_t)first(the), (uint16_t)xsmcToInteger(xsArg(1)));
}

// (place, missing, window)
void xs_lan_claim(xsMachine *the)
{
	const uint32_t missing = (uint32_t)xsmcToInteger(xsArg(1));
	callerClaim(first(the), missing, (uint16_t)xsmcToInteger(xsArg(2)));
}

// (port, from)
void xs_lan_forge(xsMachine *the)
{
	wireForgeSyn((uint16_t)first(the), (uint16_t)xsmcToInteger(xsArg(1)));
}

// (port): pcbs
void xs_lan_held(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)wireHeld((uint16_t)first(the)));
}

// (port): a place
void xs_lan_dial(xsMachine *the)
{
	xsmcSetInteger(xsResult, callerDial((uint16_t)first(the)));
}

// (place): bits
void xs_lan_state(xsMachine *the)
{
	xsmcSetInteger(xsResult, callerState(first(the)));
}

// (place): bytes
void xs_lan_room(xsMachine *the)
{
	xsmcSetInteger(xsResult, callerRoom(first(the)));
}

// (place, bytes): whether all were taken
void xs_lan_send(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue length;
	const int place = first(the);
	xsmcGetBufferReadable(xsArg(1), &bytes, &length);
	xsmcSetBoolean(xsResult, length <= UINT16_MAX && callerSend(place, bytes, (uint16_t)length));
}

// (place): bytes that wait for him
void xs_lan_readable(xsMachine *the)
{
	xsmcSetInteger(xsResult, callerReadable(first(the)));
}

// (place): all that came, as an ArrayBuffer
void xs_lan_read(xsMachine *the)
{
	const int place = first(the);
	const uint16_t length = callerReadable(place);
	callerRead(place, xsmcSetArrayBuffer(xsResult, NULL, length), length);
}

// (place)
void xs_lan_finish(xsMachine *the)
{
	callerFinish(first(the));
}

// (place)
void xs_lan_close(xsMachine *the)
{
	callerClose(first(the));
}

// (place)
void xs_lan_reset(xsMachine *the)
{
	callerReset(first(the));
}

// (place)
void xs_lan_vanish(xsMachine *the)
{
	callerVanish(first(the));
}

// An address in figures, where XS may move it.
static void copyAddress(xsMachine *the, int argument, char address[16])
{
	xsmcToStringBuffer(xsArg(argument), address, 16);
}

// (from, its port, to, its port, bytes, how many in the first piece)
void xs_lan_say(xsMachine *the)
{
	char from[16], to[16];
	void *bytes;
	xsUnsignedValue length;
	copyAddress(the, 0, from);
	copyAddress(the, 2, to);
	const uint16_t fromPort = (uint16_t)xsmcToInteger(xsArg(1)), toPort = (uint16_t)xsmcToInteger(xsArg(3));
	const uint16_t cut = (uint16_t)xsmcToInteger(xsArg(5));
	xsmcGetBufferReadable(xsArg(4), &bytes, &length);
	wireSay(&(WireDatagram){ .from = from, .fromPort = fromPort, .to = to, .toPort = toPort, .bytes = bytes,
		.length = (uint16_t)length, .cut = cut });
}

static WireOverheard overheard;

// (): what the board sent last to others, as an ArrayBuffer; `undefined` where nothing since
void xs_lan_overhear(xsMachine *the)
{
	if (wireOverhear(&overheard))
		xsmcSetArrayBuffer(xsResult, overheard.bytes, overheard.length);
}

// (): to whom, in figures
void xs_lan_overheard_address(xsMachine *the)
{
	xsmcSetString(xsResult, overheard.to);
}

// (): to which port
void xs_lan_overheard_port(xsMachine *the)
{
	xsmcSetInteger(xsResult, overheard.toPort);
}

// (): UDP sockets
void xs_lan_sockets(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)wireSockets());
}

// (): groups
void xs_lan_groups(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)wireGroups());
}
