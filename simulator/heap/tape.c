// The world of a lone lock as host functions of XS: the tape that it is played from, its flash and its boot constants.
// Why: only the lock's own memory may be in the heap that is measured, so all of this stands outside of it.
// Follows tape.ts and natives.ts. What the lock says is held to the tape at once; the first difference ends the process with its
// place, so a run that ends well was the recorded one, byte for byte.

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tape.h"
#include "xsmc.h"

enum {
	KIND_END = 0,
	KIND_MARK = 13,
	KIND_RANDOM = 14,
	KIND_INPUTS = 15,
	KIND_ASKED = 23,
	KIND_ANSWERED = 24,
	KIND_TOLD = 25,
};

// What a value on the tape is (boundary.ts).
enum {
	TAG_NOTHING = 0,
	TAG_NO = 1,
	TAG_YES = 2,
	TAG_NUMBER = 3,
	TAG_TEXT = 4,
	TAG_BYTES = 5,
	TAG_REFUSED = 6,
};

#define HEAD_BYTES 8
#define RECORD_BYTES_MAX (HEAD_BYTES + 0xffff)
#define READ_BYTES 0x10000
#define SECTOR_BYTES 4096
#define FLASH_BYTES (256 * SECTOR_BYTES)
#define CONSTANTS_MAX 16
#define NAME_BYTES_MAX 16
#define VALUE_BYTES_MAX 512

typedef struct {
	char name[NAME_BYTES_MAX];
	uint8_t bytes[VALUE_BYTES_MAX];
	size_t length;
} Constant;

static FILE* tape = NULL;
static char readBuffer[READ_BYTES];
// The record that comes next: its head and its bytes.
static uint8_t record[RECORD_BYTES_MAX];
static size_t recordBytes = 0;
static unsigned long place = 0;
static int inputs = 0;
static uint8_t flash[FLASH_BYTES];
static Constant constants[CONSTANTS_MAX];

static void fail(const char* what)
{
	fflush(stdout);
	fprintf(stderr, "tape: record %lu, of kind %d: %s\n", place, record[0], what);
	exit(1);
}

static void advance(void)
{
	if (fread(record, 1, HEAD_BYTES, tape) != HEAD_BYTES)
		fail("the tape is torn");
	const size_t size = record[2] | (size_t)record[3] << 8;
	if (fread(record + HEAD_BYTES, 1, size, tape) != size)
		fail("the tape is torn");
	recordBytes = HEAD_BYTES + size;
	place++;
}

static uint32_t recordNumber(void)
{
	return record[4] | (uint32_t)record[5] << 8 | (uint32_t)record[6] << 16 | (uint32_t)record[7] << 24;
}

void openTape(const char* path)
{
	tape = fopen(path, "rb");
	if (!tape)
		fail("there is no such file");
	setvbuf(tape, readBuffer, _IOFBF, sizeof(readBuffer));
	memset(flash, 0xff, sizeof(flash));
	advance();
}

// (): the next record, or undefined at the end
void xs_tape_next(xsMachine *the)
{
	if (record[0] == KIND_END)
		return;
	if (record[0] > KIND_MARK && record[0] != KIND_TOLD)
		fail("the lock did not say or draw what it did on the tape");
	xsmcSetArrayBuffer(xsResult, record, (xsIntegerValue)recordBytes);
	advance();
}

// (kind, flag, number, bytes)
void xs_tape_say(xsMachine *the)
{
	const int kind = xsmcToInteger(xsArg(0));
	const int flag = xsmcToInteger(xsArg(1));
	const uint32_t number = (uint32_t)xsmcToNumber(xsArg(2));
	void* bytes = NULL;
	xsUnsignedValue length = 0;
	xsmcGetBufferReadable(xsArg(3), &bytes, &length);
	if (record[0] != kind || record[1] != flag || recordNumber() != number)
		fail("the lock says something else");
	if (recordBytes != HEAD_BYTES + length || memcmp(record + HEAD_BYTES, bytes, length) != 0)
		fail("the lock says it in other bytes");
	advance();
}

static uint8_t asked[RECORD_BYTES_MAX];
static size_t askedBytes = 0;

static void putByte(int byte)
{
	if (askedBytes == sizeof(asked))
		fail("the board asks with more than a record holds");
	asked[askedBytes++] = (uint8_t)byte;
}

static void putLong(int tag, const uint8_t* bytes, size_t length)
{
	putByte(tag);
	putByte((int)(length & 255));
	putByte((int)(length >> 8));
	for (size_t index = 0; index < length; index++)
		putByte(bytes[index]);
}

static void putNumber(xsMachine *the, xsSlot* value)
{
	const double number = xsmcToNumber(*value);
	const int32_t whole = (int32_t)number;
	if ((double)whole != number)
		fail("the board asks with a number that is not whole");
	putByte(TAG_NUMBER);
	for (int shift = 0; shift < 32; shift += 8)
		putByte((int)((uint32_t)whole >> shift & 255));
}

static void putValue(xsMachine *the, xsSlot* value)
{
	void* bytes = NULL;
	xsUnsignedValue length = 0;
	switch (xsmcTypeOf(*value)) {
	case xsUndefinedType:
		putByte(TAG_NOTHING);
		break;
	case xsBooleanType:
		putByte(xsmcTest(*value) ? TAG_YES : TAG_NO);
		break;
	case xsIntegerType:
	case xsNumberType:
		putNumber(the, value);
		break;
	case xsStringType:
	case xsStringXType:
		bytes = xsmcToString(*value);
		putLong(TAG_TEXT, bytes, strlen(bytes));
		break;
	default:
		xsmcGetBufferReadable(*value, &bytes, &length);
		putLong(TAG_BYTES, bytes, length);
	}
}

// Gives what stands in the next record, which is the chip's answer.
static void takeAnswer(xsMachine *the)
{
	static char text[0x10000];
	if (record[0] != KIND_ANSWERED)
		fail("the chip's answer is not on the tape");
	const uint8_t* value = record + HEAD_BYTES;
	const size_t length = recordBytes > HEAD_BYTES + 2 ? value[1] | (size_t)value[2] << 8 : 0;
	switch (value[0]) {
	case TAG_NOTHING:
		break;
	case TAG_NO:
	case TAG_YES:
		xsmcSetBoolean(xsResult, value[0] == TAG_YES);
		break;
	case TAG_NUMBER:
		xsmcSetInteger(xsResult, (int32_t)(value[1] | (uint32_t)value[2] << 8 | (uint32_t)value[3] << 16 | (uint32_t)value[4] << 24));
		break;
	case TAG_BYTES:
		xsmcSetArrayBuffer(xsResult, (void*)(value + 3), (xsIntegerValue)length);
		break;
	default:
		memcpy(text, value + 3, length);
		text[length] = 0;
		if (value[0] == TAG_TEXT)
			xsmcSetString(xsResult, text);
	}
	const int isRefused = value[0] == TAG_REFUSED;
	advance();
	if (isRefused)
		xsUnknownError("%s", text);
}

// (thing, member, first, second, third): what the chip answered
void xs_tape_ask(xsMachine *the)
{
	const uint32_t thing = (uint32_t)xsmcToInteger(xsArg(0));
	const int member = xsmcToInteger(xsArg(1));
	askedBytes = 0;
	for (int index = 2; index < 5; index++) {
		if (index < xsmcArgc)
			putValue(the, &xsArg(index));
		else
			putByte(TAG_NOTHING);
	}
	if (record[0] != KIND_ASKED || record[1] != member || recordNumber() != thing)
		fail("the board asks something else");
	if (recordBytes != HEAD_BYTES + askedBytes || memcmp(record + HEAD_BYTES, asked, askedBytes) != 0)
		fail("the board asks with other values");
	advance();
	takeAnswer(the);
}

// (target)
void xs_tape_draw(xsMachine *the)
{
	void* bytes = NULL;
	xsUnsignedValue length = 0;
	xsmcGetBufferWritable(xsArg(0), &bytes, &length);
	if (record[0] != KIND_RANDOM || recordBytes != HEAD_BYTES + length)
		fail("the lock draws what it did not draw on the tape");
	memcpy(bytes, record + HEAD_BYTES, length);
	advance();
}

// (bit): whether it is active
void xs_tape_sense(xsMachine *the)
{
	const int bit = xsmcToInteger(xsArg(0));
	if (record[0] == KIND_INPUTS) {
		inputs = record[1];
		advance();
	}
	xsmcSetBoolean(xsResult, (inputs & bit) != 0);
}

// (number): prints the sizes of the heap, garbage collected
void xs_tape_mark(xsMachine *the)
{
	HeapSizes sizes;
	measureHeap(the, &sizes);
	printf("{\"mark\":%d,\"record\":%lu,\"chunks\":%lu,\"slots\":%lu,\"peak\":%lu}\n",
		xsmcToInteger(xsArg(0)), place, (unsigned long)sizes.chunks, (unsigned long)sizes.slots,
		(unsigned long)sizes.peak);
}

static uint8_t* cells(int offset, size_t length)
{
	if (offset < 0 || offset + length > FLASH_BYTES)
		fail("outside of the flash");
	return flash + offset;
}

// (offset, target)
void xs_tape_read_flash(xsMachine *the)
{
	const int offset = xsmcToInteger(xsArg(0));
	void* bytes = NULL;
	xsUnsignedValue length = 0;
	xsmcGetBufferWritable(xsArg(1), &bytes, &length);
	memcpy(bytes, cells(offset, length), length);
}

// (offset, bytes)
void xs_tape_write_flash(xsMachine *the)
{
	const int offset = xsmcToInteger(xsArg(0));
	void* bytes = NULL;
	xsUnsignedValue length = 0;
	xsmcGetBufferReadable(xsArg(1), &bytes, &length);
	uint8_t* target = cells(offset, length);
	for (size_t index = 0; index < length; index++)
		target[index] &= ((uint8_t*)bytes)[index];
}

// (sector)
void xs_tape_erase_flash(xsMachine *the)
{
	memset(cells(xsmcToInteger(xsArg(0)) * SECTOR_BYTES, SECTOR_BYTES), 0xff, SECTOR_BYTES);
}

// The constant of that name, or a free place where there is none: its name is empty.
static Constant* constantOf(xsMachine *the)
{
	char name[NAME_BYTES_MAX];
	Constant* free = NULL;
	xsmcToStringBuffer(xsArg(0), name, sizeof(name));
	for (int index = 0; index < CONSTANTS_MAX; index++) {
		if (strcmp(constants[index].name, name) == 0)
			return &constants[index];
		if (constants[index].name[0] == 0)
			free = &constants[index];
	}
	return free;
}

// (name): its bytes, or undefined
void xs_tape_read_constant(xsMachine *the)
{
	Constant* constant = constantOf(the);
	if (constant && constant->name[0])
		xsmcSetArrayBuffer(xsResult, constant->bytes, (xsIntegerValue)constant->length);
}

// (name, value)
void xs_tape_write_constant(xsMachine *the)
{
	Constant* constant = constantOf(the);
	void* bytes = NULL;
	xsUnsignedValue length = 0;
	xsmcGetBufferReadable(xsArg(1), &bytes, &length);
	if (!constant || length > VALUE_BYTES_MAX)
		fail("no room for the constant");
	xsmcToStringBuffer(xsArg(0), constant->name, NAME_BYTES_MAX);
	memcpy(constant->bytes, bytes, length);
	constant->length = length;
}

// (name)
void xs_tape_erase_constant(xsMachine *the)
{
	Constant* constant = constantOf(the);
	if (constant)
		constant->name[0] = 0;
}
