// How an ordeal is run: two sides by one seed, in turn on one thread or each on its own.
// Why: the ordeals of gatt.c and of tcplinks.c differ in who is there, and not in how often whose turn it is.
// Specification: chance.h. Usage of both: ordeal alone|threads SEED STEPS.

#ifndef LATCHKEY_TRIAL
#define LATCHKEY_TRIAL

#include "chance.h"

typedef struct {
	// The board does something.
	void (*board)(Chance *chance);
	// Somebody who is none does.
	void (*others)(Chance *chance);
} Sides;

// Takes the words that the program was given. @returns whether they say how to run; else their usage is printed
bool trialTakes(int argc, char **argv);
// Whether all happens on one thread.
bool trialIsAlone(void);
// In turn; now and then `calm` lets all come to rest, and checks it.
void trialAlone(const Sides *sides, void (*calm)(void));
// Beside each other, until the others have had their steps.
void trialBeside(const Sides *sides);

#endif
