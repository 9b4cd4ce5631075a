// The ordeal of firmware/io/tcplinks.c: strangers and a board that do anything in any order, over lwIP itself.
// Why: what a network can bring is too much for a list; here a million things happen by a seed, and every claim is checked at each.
// Built with the compiler's checks of memory, or of threads, by firmware/io/test/tcplinks.node.test.ts.
// Specification: tcplinks.h. Usage: ordeal alone|threads SEED STEPS; it prints a line of counts.

#include "ordeal.h"
#include "queue.h"
#include "trial.h"

// lwIP doubles its patience up to some five minutes.
#define CALM_ROUNDS 2000
#define CALM_MILLIS 500

static uint8_t byteOf(uint32_t sender, uint32_t index)
{
	return index < SENDER_BYTES ? (uint8_t)(sender >> (8 * index)) : (uint8_t)(sender * 31 + index * 7 + (index >> 8));
}

void fill(uint8_t *bytes, uint32_t length, uint32_t sender, uint32_t from)
{
	for (uint32_t index = 0; index < length; index++)
		bytes[index] = byteOf(sender, from + index);
}

void hear(Heard *heard, const uint8_t *bytes, uint32_t length)
{
	for (uint32_t index = 0; index < length && heard->bytes + index < SENDER_BYTES; index++)
		heard->front[heard->bytes + index] = bytes[index];
	if (heard->bytes + length >= SENDER_BYTES) {
		const uint32_t sender = senderOf(heard);
		for (uint32_t index = 0; index < length; index++)
			claim(bytes[index] == byteOf(sender, heard->bytes + index), "what comes is what was sent, in its order");
	}
	heard->bytes += length;
}

uint32_t senderOf(const Heard *heard)
{
	const uint8_t *front = heard->front;
	return front[0] | (uint32_t)front[1] << 8 | (uint32_t)front[2] << 16 | (uint32_t)front[3] << 24;
}

// Nothing is lost any more, and everybody listens.
static void calm(void)
{
	bool isAllThere = false;
	wireLose(0);
	wireStarve(0);
	wireUnderstate(0, 0);
	for (int round = 0; round < CALM_ROUNDS && !isAllThere; round++) {
		houseRest();
		strangersRead();
		wirePass(CALM_MILLIS);
		houseRest();
		strangersRead();
		isAllThere = houseHasAll();
	}
	claim(isAllThere, "all that was sent has come, both ways");
}

static void leaveAlone(void)
{
	calm();
	strangersLeave();
	houseLeave();
	wirePass(60000);
	for (uint16_t port = PORT_FIRST; port < PORT_FIRST + PORTS; port++)
		claim(wireHeld(port) == 0, "when all are gone, nothing of them is held");
}

static void leave(void)
{
	strangersLeave();
	houseRest();
	houseLeave();
}

int main(int argc, char **argv)
{
	const Sides sides = { .board = houseStep, .others = strangersStep };
	if (!trialTakes(argc, argv))
		return 64;
	claim(tcpListen(PORT_FIRST, queueSend) == 0, "nothing is there before lwIP is");
	claim(wireStart(), "the wire starts");
	strangersReset(trialIsAlone());
	houseReset(trialIsAlone());
	if (trialIsAlone()) {
		trialAlone(&sides, calm);
		leaveAlone();
	} else {
		trialBeside(&sides);
		leave();
	}
	reportStrangers();
	reportHouse();
	return 0;
}
