// The ordeal of firmware/io/tcplinks.c: strangers and a board that do anything in any order, over lwIP itself.
// Why: what a network can bring is too much for a list; here a million things happen by a seed, and every claim is checked at each.
// Built with the compiler's checks of memory, or of threads, by firmware/io/test/tcplinks.node.test.ts.
// Specification: tcplinks.h. Usage: ordeal alone|threads SEED STEPS; it prints a line of counts.

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ordeal.h"

#define CALM_STEPS 1000
// lwIP doubles its patience up to some five minutes.
#define CALM_ROUNDS 2000
#define CALM_MILLIS 500

static uint32_t seed;
static int steps;
static int step;
static _Atomic bool areStrangersGone;

void claim(bool condition, const char *text)
{
	if (condition)
		return;
	fprintf(stderr, "ordeal: seed %u, step %d: not so: %s\n", seed, step, text);
	abort();
}

static uint8_t byteOf(uint32_t sender, uint32_t index)
{
	return index < SENDER_BYTES ? (uint8_t)(sender >> (8 * index)) : (uint8_t)(sender * 31 + index * 7 + (index >> 8));
}

void fill(uint8_t *bytes, uint32_t length, uint32_t sender, uint32_t from)
{
	for (uint32_t index = 0; index < length; index++)
		bytes[index] = byteOf(sender, from + index);
}

void check(const uint8_t *bytes, uint32_t length, uint32_t sender, uint32_t from)
{
	for (uint32_t index = 0; index < length; index++)
		claim(bytes[index] == byteOf(sender, from + index), "what comes is what was sent, in its order");
}

uint32_t senderOf(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
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

static void runAlone(void)
{
	Chance chance = { seed };
	for (step = 0; step < steps; step++) {
		if (below(&chance, 3) == 0)
			houseStep(&chance);
		else
			strangersStep(&chance);
		if (below(&chance, CALM_STEPS) == 0)
			calm();
	}
	calm();
	strangersLeave();
	houseLeave();
	wirePass(60000);
	for (uint16_t port = PORT_FIRST; port < PORT_FIRST + PORTS; port++)
		claim(wireHeld(port) == 0, "when all are gone, nothing of them is held");
}

static void *runStrangers(void *unused)
{
	(void)unused;
	Chance chance = { seed };
	for (int each = 0; each < steps; each++)
		strangersStep(&chance);
	areStrangersGone = true;
	return NULL;
}

static void runThreads(void)
{
	pthread_t thread;
	Chance chance = { ~seed };
	claim(pthread_create(&thread, NULL, runStrangers, NULL) == 0, "there is a thread");
	while (!areStrangersGone)
		houseStep(&chance);
	pthread_join(thread, NULL);
	strangersLeave();
	houseRest();
	houseLeave();
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
	claim(tcpListen(PORT_FIRST, houseWake) == 0, "nothing is there before lwIP is");
	claim(wireStart(), "the wire starts");
	strangersReset(isAlone);
	houseReset(isAlone);
	if (isAlone)
		runAlone();
	else
		runThreads();
	reportStrangers();
	reportHouse();
	return 0;
}
