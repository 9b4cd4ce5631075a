// The ordeal of firmware/io/gatt.c: phones and a lock that do anything in any order, against the NimBLE of nimble.c.
// Why: what strangers' radios can bring is too much for a list; here a million things happen by a seed, and every claim is
// checked at each. Built with the compiler's checks of memory, or of threads, by test/gatt.node.test.ts.
// Specification: docs/protocol.md, section 3.1. Usage: ordeal alone|threads SEED STEPS; it prints a line of counts.

#include <string.h>

#include "ordeal.h"
#include "trial.h"

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

int main(int argc, char **argv)
{
	const Sides sides = { .board = lockStep, .others = crowdStep };
	if (!trialTakes(argc, argv))
		return 64;
	crowdReset();
	lockReset(trialIsAlone());
	radioTakeMemory(true);
	claim(!gattStart(lockWake), "a radio without memory does not start");
	claim(!radioIsOn(), "and is off: nobody may take its noise for granted");
	radioTakeMemory(false);
	claim(gattStart(lockWake), "the radio starts");
	claim(!gattStart(lockWake), "it starts once");
	radioEnter();
	radioSync();
	radioLeave();
	if (trialIsAlone())
		trialAlone(&sides, crowdCalm);
	else
		trialBeside(&sides);
	crowdCalm();
	crowdLeave();
	crowdCalm();
	reportCrowd();
	reportLock();
	return 0;
}
