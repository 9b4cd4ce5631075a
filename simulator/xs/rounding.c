// floor and ceil for rv32, in place of the C library's.
// Why: Debian's picolibc (1.8, -Os, double in software) gives ceil(2100000.25) = 2100003 from 2^21 on, so a simulation that
// rounds times ran into another world there. rounding.test.ts holds all engines to the same values.
// Follows IEEE 754-2019 §5.9 (roundToIntegralTowardNegative, ...Positive).

#ifdef __riscv

#include <stdint.h>
#include <string.h>

#define FRACTION_BITS 52
#define EXPONENT_BIAS 1023

double floor(double value)
{
	uint64_t bits;
	memcpy(&bits, &value, sizeof(bits));
	int exponent = (int)((bits >> FRACTION_BITS) & 0x7ff) - EXPONENT_BIAS;
	int isNegative = (int)(bits >> 63);
	if (exponent >= FRACTION_BITS)
		return value; // Whole already, or infinite, or no number.
	if (exponent < 0) {
		if ((bits << 1) == 0)
			return value; // Zero keeps its sign.
		return isNegative ? -1.0 : 0.0;
	}
	uint64_t fraction = ((uint64_t)1 << (FRACTION_BITS - exponent)) - 1;
	if ((bits & fraction) == 0)
		return value;
	if (isNegative)
		bits += fraction; // Away from zero; a carry into the exponent is what it should be.
	bits &= ~fraction;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

double ceil(double value)
{
	return -floor(-value);
}

#endif
