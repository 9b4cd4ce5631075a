// The ordeal of firmware/io/gatt.c: phones and a lock that do anything in any order, against the NimBLE of nimble.c.
// Why: what strangers' radios can bring is too much for a list; here a million things happen by a seed, and every claim is
// checked at each. Built with the compiler's checks of memory, or of threads, by test/gatt.node.test.ts.
// Specification: docs/protocol.md, section 3.1. Usage: ordeal alone|threads SEED STEPS; it prints a line of counts.

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ordeal.h"

static uint32_t seed;
static int steps;
static int step;
static _Atomic bool isCrowdGone;

void claim(bool condition, const char *text)
{
	if (condition)
		return;
	fprintf(stderr, "ordeal: seed %u, step %d: not so: %s\n", seed, step, text);
	abort();
}

static uint8_t filler(Stamp stamp, uint16_t index)
{
	return (uint8_t)(stamp.sender * 31 + stamp.count * 7 + index);
}

void writeStamp(uint8_t *fragment, uint16_t length, Stamp stamp)
{
	memcpy(fragment, &stamp, STAMP_BYTES);
	for (uint16_t index = STAMP_BYTES; index < length; index++)
		fragment[index] = filler(stamp, index);
}

Stamp readStamp(const uint8_t *fragment, uint16_t length)
{
	Stamp stamp;
	claim(length >= STAMP_BYTES, "a fragment comes whole");
	memcpy(&stamp, fragment, STAMP_BYTES);
	for (uint16_t index = STAMP_BYTES; index < length; index++)
		claim(fragment[index] == filler(stamp, index), "a fragment comes as it was written");
	return stamp;
}

static void runAlone(void)
{
	Chance chance = { seed };
	for (step = 0; step < steps; step++) {
		if (below(&chance, 3) == 0)
			lockStep(&chance);
		else
			crowdStep(&chance);
		if (below(&chance, 1000) == 0)
			crowdCalm();
	}
}

static void *runCrowd(void *unused)
{
	(void)unused;
	Chance chance = { seed };
	for (int each = 0; each < steps; each++)
		crowdStep(&chance);
	isCrowdGone = true;
	return NULL;
}

static void runThreads(void)
{
	pthread_t thread;
	Chance chance = { ~seed };
	claim(pthread_create(&thread, NULL, runCrowd, NULL) == 0, "there is a thread");
	while (!isCrowdGone)
		lockStep(&chance);
	pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	if (argc != 4 || (strcmp(argv[1], "alone") != 0 && strcmp(argv[1], "threads") != 0)) {
		fputs("usage: ordeal alone|threads SEED STEPS\n", stderr);
		return 64;
	}
	const bool isAlone = strcmp(argv[1], "alone") == 0;
	seed = (uint32_t)strtoul(argv[2], NULL, 10);
	steps = atoi(argv[3]);
	crowdReset();
	lockReset(isAlone);
	claim(gattStart(lockWake), "the radio starts");
	claim(!gattStart(lockWake), "it starts once");
	radioEnter();
	radioSync();
	radioLeave();
	if (isAlone)
		runAlone();
	else
		runThreads();
	crowdCalm();
	crowdLeave();
	crowdCalm();
	reportCrowd();
	reportLock();
	return 0;
}
