// The played radio as host functions of XS: a test in JavaScript is the phones, and carries the message that wakes the lock.
// Why: gattradio.c and gatt.c run on the desk's XS as they do on a board, with the phones in the test's hand.
// Specification: air.d.ts. Each function plays on NimBLE's task.

#include <string.h>

#include "xsmc.h"

#include "messages.h"
#include "radio.h"

#define BYTES_MAX 512

// (): delivers the message that waits; whether there was one
void xs_air_deliver(xsMachine *the)
{
	const bool wasThere = deliverMessage(the);
	radioEnter();
	radioRun();
	radioLeave();
	xsmcSetBoolean(xsResult, wasThere);
}

// (): the stack is there
void xs_air_sync(xsMachine *the)
{
	(void)the;
	radioEnter();
	radioSync();
	radioLeave();
}

// (handle): whether the phone found the lock advertising
void xs_air_connect(xsMachine *the)
{
	radioEnter();
	xsmcSetBoolean(xsResult, radioConnect((uint16_t)xsmcToInteger(xsArg(0))));
	radioLeave();
}

// (handle): the same, and the stack does not tell of it yet
void xs_air_connect_untold(xsMachine *the)
{
	radioEnter();
	xsmcSetBoolean(xsResult, radioConnectUntold((uint16_t)xsmcToInteger(xsArg(0))));
	radioLeave();
}

// (handle, status)
void xs_air_tell(xsMachine *the)
{
	radioEnter();
	radioTell((uint16_t)xsmcToInteger(xsArg(0)), xsmcToInteger(xsArg(1)));
	radioLeave();
}

// (handle)
void xs_air_disconnect(xsMachine *the)
{
	radioEnter();
	radioDisconnect((uint16_t)xsmcToInteger(xsArg(0)));
	radioLeave();
}

// (handle): whether the lock asked to end the link
void xs_air_is_ending(xsMachine *the)
{
	xsmcSetBoolean(xsResult, radioIsEnding((uint16_t)xsmcToInteger(xsArg(0))));
}

// (handle, mtu)
void xs_air_mtu(xsMachine *the)
{
	radioEnter();
	radioSayMtu((uint16_t)xsmcToInteger(xsArg(0)), (uint16_t)xsmcToInteger(xsArg(1)));
	radioLeave();
}

// (handle, isSubscribed)
void xs_air_subscribe(xsMachine *the)
{
	radioEnter();
	radioSaySubscribed((uint16_t)xsmcToInteger(xsArg(0)), radioNotifyHandle(), xsmcToBoolean(xsArg(1)));
	radioLeave();
}

// (handle, bytes): the ATT error, 0 for none
void xs_air_write(xsMachine *the)
{
	uint8_t bytes[BYTES_MAX];
	void *source;
	xsUnsignedValue length;
	const uint16_t handle = (uint16_t)xsmcToInteger(xsArg(0));
	xsmcGetBufferReadable(xsArg(1), &source, &length);
	if (length > sizeof bytes)
		xsRangeError("too long");
	memcpy(bytes, source, length);
	radioEnter();
	const int fault = radioWrite(handle, bytes, (uint16_t)length);
	radioLeave();
	xsmcSetInteger(xsResult, fault);
}

// (handle): the oldest notification, or undefined
void xs_air_hear(xsMachine *the)
{
	uint8_t bytes[BYTES_MAX];
	radioEnter();
	const int length = radioTakeNotification((uint16_t)xsmcToInteger(xsArg(0)), bytes);
	radioLeave();
	if (length >= 0)
		xsmcSetArrayBuffer(xsResult, bytes, length);
}

// (millis)
void xs_air_pass(xsMachine *the)
{
	radioEnter();
	radioPassMillis((uint32_t)xsmcToInteger(xsArg(0)));
	radioLeave();
}

// (count): somebody holds so many blocks
void xs_air_hold(xsMachine *the)
{
	radioHoldBlocks(xsmcToInteger(xsArg(0)));
}

// (): the advertisement, or undefined where there is none on the air
void xs_air_advertisement(xsMachine *the)
{
	uint8_t bytes[31];
	const int length = radioAdvertisement(bytes);
	if (radioIsAdvertising())
		xsmcSetArrayBuffer(xsResult, bytes, length);
}

// (): the 6 bytes of the address, the last first
void xs_air_address(xsMachine *the)
{
	uint8_t bytes[6];
	radioAddress(bytes);
	xsmcSetArrayBuffer(xsResult, bytes, sizeof bytes);
}
