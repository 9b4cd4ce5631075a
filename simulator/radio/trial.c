// How an ordeal is run: see trial.h.
// Why: what ends it says by which seed and at which step, so that it ends there again.
// Specification: trial.h.

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trial.h"

#define CALM_STEPS 1000

static bool isAlone;
static uint32_t seed;
static int steps;
static int step;
static _Atomic bool areOthersGone;

void claim(bool condition, const char *text)
{
	if (condition)
		return;
	fprintf(stderr, "ordeal: seed %u, step %d: not so: %s\n", seed, step, text);
	abort();
}

bool trialTakes(int argc, char **argv)
{
	if (argc != 4 || (strcmp(argv[1], "alone") != 0 && strcmp(argv[1], "threads") != 0)) {
		fputs("usage: ordeal alone|threads SEED STEPS\n", stderr);
		return false;
	}
	isAlone = strcmp(argv[1], "alone") == 0;
	seed = (uint32_t)strtoul(argv[2], NULL, 10);
	steps = atoi(argv[3]);
	return true;
}

bool trialIsAlone(void)
{
	return isAlone;
}

void trialAlone(const Sides *sides, void (*calm)(void))
{
	Chance chance = { seed };
	for (step = 0; step < steps; step++) {
		if (below(&chance, 3) == 0)
			sides->board(&chance);
		else
			sides->others(&chance);
		if (below(&chance, CALM_STEPS) == 0)
			calm();
	}
}

static void *runOthers(void *sides)
{
	Chance chance = { seed };
	for (int each = 0; each < steps; each++)
		((const Sides *)sides)->others(&chance);
	areOthersGone = true;
	return NULL;
}

void trialBeside(const Sides *sides)
{
	pthread_t thread;
	Chance chance = { ~seed };
	claim(pthread_create(&thread, NULL, runOthers, (void *)sides) == 0, "there is a thread");
	while (!areOthersGone)
		sides->board(&chance);
	pthread_join(thread, NULL);
}
