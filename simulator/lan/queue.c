// The queue behind queue.h: counts alone.
// Why: a message carries nothing.
// Specification: queue.h.

#include "queue.h"

#include <stdint.h>

#include "lwip/sys.h"

#include "trial.h"

#define MESSAGES_MAX 2
#define RETRY_MILLIS 20

static _Atomic int messages;
static _Atomic bool isFull;
static _Atomic bool isRefused;
// When the last message was sent.
static uint32_t sentAt;

bool queueSend(void)
{
	claim(messages == 0 || !trialIsAlone(), "one message is under way at a time");
	claim(!isRefused || !trialIsAlone() || sys_now() - sentAt >= RETRY_MILLIS, "one that found no room is not sent again before 20 ms");
	sentAt = sys_now();
	isRefused = isFull || messages >= MESSAGES_MAX;
	if (isRefused)
		return false;
	messages++;
	return true;
}

int queueLength(void)
{
	return messages;
}

bool queueHasRefused(void)
{
	return isRefused;
}

void queueServed(void)
{
	messages--;
}

void queueTurn(void)
{
	isFull = !isFull;
}

void queueMakeRoom(void)
{
	isFull = false;
}
