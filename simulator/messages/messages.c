// XS's queue of messages on the desk, in the hand of a test: what an interrupt or another task sends waits until the script asks for it.
// Why: it comes from the event loop on a board, never from within a call; and a queue that is full loses it.
// Follows modMessagePostToMachineFromISR of the Moddable SDK.

#include "messages.h"

#include "xsHost.h"

#define PLACES 4

static struct {
	modMessageDeliver callback;
	void *refcon;
} waiting[PLACES];
static int count;
static bool isFull;

int modMessagePostToMachineFromISR(xsMachine *the, modMessageDeliver callback, void *refcon)
{
	(void)the;
	if (isFull || count == PLACES)
		return -1;
	waiting[count].callback = callback;
	waiting[count].refcon = refcon;
	count++;
	return 0;
}

bool deliverMessage(xsMachine *the)
{
	if (count == 0)
		return false;
	const modMessageDeliver callback = waiting[0].callback;
	void *const refcon = waiting[0].refcon;
	count--;
	memmove(waiting, waiting + 1, (size_t)count * sizeof waiting[0]);
	callback(the, refcon, NULL, 0);
	return true;
}

// (): delivers a message; whether there was one
void xs_messages_deliver(xsMachine *the)
{
	xsmcSetBoolean(xsResult, deliverMessage(the));
}

// (isFull)
void xs_messages_fill(xsMachine *the)
{
	isFull = xsmcToBoolean(xsArg(0));
}
