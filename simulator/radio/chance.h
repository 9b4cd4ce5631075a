// Chance by a seed, and claims that end the run: what each part of an ordeal is given. How one is run is trial.h's affair.
// Why: what was found is found again by its seed and step.
// Specification: Mulberry32 (Tommy Ettinger, 2017, public domain).

#ifndef LATCHKEY_CHANCE
#define LATCHKEY_CHANCE

#include <stdbool.h>
#include <stdint.h>

// Ends the run, and says where in it.
void claim(bool condition, const char *text);

typedef struct {
	uint32_t state;
} Chance;

// A number from 0 to bound - 1.
static inline uint32_t below(Chance *chance, uint32_t bound)
{
	uint32_t mixed = chance->state += 0x6d2b79f5;
	mixed = (mixed ^ (mixed >> 15)) * (mixed | 1);
	mixed ^= mixed + (mixed ^ (mixed >> 7)) * (mixed | 61);
	mixed ^= mixed >> 14;
	return (uint32_t)(((uint64_t)mixed * bound) >> 32);
}

#endif
