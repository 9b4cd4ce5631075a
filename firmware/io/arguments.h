// What a host function of XS takes from JavaScript: bytes, ports, and numbers of links.
// Why: a host function that trusts an argument's type or length reads memory that is not its own.
// Follows xsmc.h. An address is taken after the last allocation before its use: XS moves its chunks when it allocates.

#ifndef LATCHKEY_ARGUMENTS
#define LATCHKEY_ARGUMENTS

#include <stdint.h>

#include "xsmc.h"

static inline int isBytes(xsMachine *the, xsSlot *slot)
{
	return xsmcTypeOf(*slot) == xsReferenceType && xsmcIsInstanceOf(*slot, xsTypedArrayPrototype);
}

static inline int isFunction(xsMachine *the, xsSlot *slot)
{
	return xsmcTypeOf(*slot) == xsReferenceType && xsmcIsInstanceOf(*slot, xsFunctionPrototype);
}

// Takes an address and a length; what XS throws at (wider elements, a detached buffer, one in flash that is to be written) is 0.
static inline int takeBytes(xsMachine *the, xsSlot *slot, int isWritten, uint8_t **bytes, xsUnsignedValue *length)
{
	volatile int isGood = 0;
	xsTry {
		if (isWritten)
			xsmcGetBufferWritable(*slot, (void **)bytes, length);
		else
			xsmcGetBufferReadable(*slot, (void **)bytes, length);
		isGood = 1;
	}
	xsCatch {
		isGood = 0;
	}
	return isGood;
}

// Takes a whole number of 32 bits. What was computed may be one without XS calling it an integer.
static inline int takeInteger(xsMachine *the, xsSlot *slot, xsIntegerValue *value)
{
	const int type = xsmcTypeOf(*slot);
	if (type != xsIntegerType && type != xsNumberType)
		return 0;
	const xsNumberValue number = xsmcToNumber(*slot);
	if (!(number >= INT32_MIN && number <= INT32_MAX))
		return 0;
	*value = (xsIntegerValue)number;
	return *value == number;
}

// Takes a port, 0 for any that is free.
static inline int takePort(xsMachine *the, xsSlot *slot, uint16_t *port)
{
	xsIntegerValue number;
	if (!takeInteger(the, slot, &number) || number < 0 || number > UINT16_MAX)
		return 0;
	*port = (uint16_t)number;
	return 1;
}

// The number of a link, as JavaScript was told it; 0, which none has, for anything else.
static inline uint32_t numberOf(xsMachine *the, xsSlot *slot)
{
	xsIntegerValue number;
	return takeInteger(the, slot, &number) && number > 0 ? (uint32_t)number : 0;
}

#endif
