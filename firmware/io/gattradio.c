// The radio of gatt.c as host functions of XS: the C side of gattradio.ts, compiled unchanged for a board and the desk.
// Why: XS is spoken to on its own task alone; gatt.c's task sends it a message that carries nothing, and never waits.
// Follows gattradio.ts. Each function checks the type and the length of all that it is given; `undefined` says that it was wrong.

#include "xsmc.h"
#include "xsHost.h"

#include "arguments.h"
#include "gatt.h"

// An event for JavaScript: kind, length, number (little-endian), fragment.
#define EVENT_HEAD_BYTES 6
#define EVENT_BYTES (EVENT_HEAD_BYTES + FRAGMENT_BYTES_MAX)

static xsMachine *machine;
static xsSlot onWake;

static void deliverWake(void *the, void *unused, uint8_t *message, uint16_t length)
{
	(void)unused;
	(void)message;
	(void)length;
	gattWoken();
	xsBeginHost((xsMachine *)the);
	xsCallFunction0(onWake, xsGlobal);
	xsEndHost((xsMachine *)the);
	gattRested();
}

// Of the two ways to send XS a message, this is the one that does not wait where its queue is full; from a task it is as good.
static bool sendWake(void)
{
	return modMessagePostToMachineFromISR(machine, deliverWake, NULL) == 0;
}

// (wake): true, or false where the radio does not start
void xs_latchkey_gatt_start(xsMachine *the)
{
	if (xsmcArgc != 1 || !isFunction(the, &xsArg(0)))
		return;
	if (machine != NULL) {
		xsmcSetFalse(xsResult);
		return;
	}
	machine = the;
	onWake = xsArg(0);
	xsRemember(onWake);
	xsmcSetBoolean(xsResult, gattStart(sendWake));
}

// (event of 250 bytes): whether there was one
void xs_latchkey_gatt_take(xsMachine *the)
{
	uint8_t *bytes;
	xsUnsignedValue length;
	LinkEvent event;
	if (xsmcArgc != 1 || !isBytes(the, &xsArg(0)) || !takeBytes(the, &xsArg(0), 1, &bytes, &length) || length != EVENT_BYTES)
		return;
	const bool isThere = gattTake(&event);
	if (isThere) {
		bytes[0] = (uint8_t)event.kind;
		bytes[1] = (uint8_t)event.length;
		for (int index = 0; index < 4; index++)
			bytes[2 + index] = (uint8_t)(event.number >> (8 * index));
		c_memcpy(bytes + EVENT_HEAD_BYTES, event.fragment, event.length);
	}
	xsmcSetBoolean(xsResult, isThere);
}

// (link, fragment): whether it was taken
void xs_latchkey_gatt_send(xsMachine *the)
{
	uint8_t *bytes;
	xsUnsignedValue length;
	if (xsmcArgc != 2 || !isBytes(the, &xsArg(1)))
		return;
	const uint32_t number = numberOf(the, &xsArg(0));
	if (!takeBytes(the, &xsArg(1), 0, &bytes, &length) || length < 1 || length > FRAGMENT_BYTES_MAX)
		return;
	xsmcSetBoolean(xsResult, gattSend(number, bytes, (uint16_t)length));
}

// (link): how many bytes a fragment may have; 0 where there is no such link
void xs_latchkey_gatt_maximum_write(xsMachine *the)
{
	if (xsmcArgc == 1)
		xsmcSetInteger(xsResult, gattMaximumWrite(numberOf(the, &xsArg(0))));
}

// (link): true
void xs_latchkey_gatt_close(xsMachine *the)
{
	if (xsmcArgc != 1)
		return;
	gattClose(numberOf(the, &xsArg(0)));
	xsmcSetTrue(xsResult);
}
