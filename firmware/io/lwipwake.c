// The message behind lwipwake.h.
// Why: TCP and UDP tell XS of their news in the same way.
// Specification: lwipwake.h.

#include "lwipwake.h"

#include "lwip/timeouts.h"

#define RETRY_MILLIS 20

static void onRetry(void *argument)
{
	LwipWake *wake = argument;
	wake->isLost = false;
	lwipWake(wake);
}

void lwipWake(LwipWake *wake)
{
	if (wake->isUnderWay || wake->isLost || !wake->isPending())
		return;
	wake->isUnderWay = wake->send();
	wake->isLost = !wake->isUnderWay;
	if (wake->isLost)
		sys_timeout(RETRY_MILLIS, onRetry, wake);
}

void lwipRested(LwipWake *wake)
{
	wake->isUnderWay = false;
	lwipWake(wake);
}
