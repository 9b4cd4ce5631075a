// Reads all of a JPEG that stands before its scan, within its bounds.
// Why: picojpeg forgives what jpeg.ts refuses, so what luma.c hands it is made of what passed here, and of nothing else.
// Follows jpeg.ts rule by rule, in the same order, so that both refuse the same heads for the same reason; and ITU-T T.81.

#include <string.h>

#include "jpeghead.h"

#define JPEG_BYTES_MAX 2097152
#define SIDE_MAX 4096
#define SEGMENTS_MAX 256
#define TABLES_MAX 16

enum {
	TEM = 0x01, SOF0 = 0xc0, DHT = 0xc4, SOF15 = 0xcf, RST0 = 0xd0, SOI = 0xd8, EOI = 0xd9, SOS = 0xda, DQT = 0xdb, DRI = 0xdd,
	APP14 = 0xee
};

static uint32_t word(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 8 | bytes[1];
}

static Verdict readQuantisers(JpegHead *head, const uint8_t *body, uint32_t length)
{
	for (uint32_t at = 0; at < length; at += 65) {
		if (body[at] >> 4 != 0)
			return UNSUPPORTED;
		if (body[at] > 3 || at + 65 > length || body[at + 1] == 0)
			return SHAPE;
		head->quantisers[body[at]] = body[at + 1];
	}
	return TAKEN;
}

// Whether each code fits its length and none is all ones (T.81 §C.2), and DC has no category above 11.
static int isTable(const uint8_t *counts, uint32_t symbols, int isAc)
{
	uint32_t code = 0;
	for (int length = 1; length <= 16; length++, code <<= 1) {
		code += counts[length - 1];
		if (code >= 1u << length)
			return 0;
	}
	for (uint32_t index = 0; !isAc && index < symbols; index++) {
		if (counts[16 + index] > 11)
			return 0;
	}
	return 1;
}

static Verdict readTables(JpegHead *head, const uint8_t *body, uint32_t length)
{
	for (uint32_t at = 0; at < length;) {
		const uint32_t kind = body[at] >> 4;
		const uint32_t number = body[at] & 15;
		uint32_t symbols = 0;
		if (kind > 1 || number > 3 || at + 17 > length)
			return SHAPE;
		for (int index = 1; index <= 16; index++)
			symbols += body[at + index];
		if (symbols > 256 || at + 17 + symbols > length)
			return SHAPE;
		if (++head->tablesRead > TABLES_MAX)
			return BOUND;
		if (!isTable(body + at + 1, symbols, kind == 1))
			return SHAPE;
		head->tables[4 * kind + number] = (Table){ body + at + 1, 16 + symbols };
		at += 17 + symbols;
	}
	return TAKEN;
}

static Verdict readFrame(JpegHead *head, const uint8_t *body, uint32_t length)
{
	Component *const all = head->components;
	if (head->count != 0 || length < 9)
		return SHAPE;
	head->height = word(body + 1);
	head->width = word(body + 3);
	if (body[0] != 8 || head->height == 0)
		return UNSUPPORTED;
	if (head->width == 0)
		return SHAPE;
	if (head->width > SIDE_MAX || head->height > SIDE_MAX)
		return BOUND;
	const uint32_t count = body[5];
	if (count != 1 && count != 3)
		return UNSUPPORTED;
	if (length != 6 + 3 * count)
		return SHAPE;
	for (uint32_t index = 0; index < count; index++) {
		const uint8_t *const entry = body + 6 + 3 * index;
		const uint8_t across = entry[1] >> 4, down = entry[1] & 15;
		all[index] = (Component){ .id = entry[0], .across = across, .down = down, .quantiser = entry[2] };
		if (entry[2] > 3)
			return SHAPE;
		if (across < 1 || across > 2 || down < 1 || down > 2 || across > all[0].across || down > all[0].down)
			return UNSUPPORTED;
	}
	if (count == 3 && (all[0].id == all[1].id || all[0].id == all[2].id || all[1].id == all[2].id))
		return SHAPE;
	if (count == 3 && all[0].id == 'R' && all[1].id == 'G' && all[2].id == 'B')
		return UNSUPPORTED;
	head->count = count;
	return TAKEN;
}

static Verdict readScanHeader(JpegHead *head, const uint8_t *body, uint32_t length)
{
	Component *const all = head->components;
	if (head->count == 0 || length == 0 || body[0] == 0 || length != 4 + 2u * body[0])
		return SHAPE;
	const uint32_t count = body[0];
	const uint8_t *const last = body + 1 + 2 * count;
	if (last[0] != 0 || last[1] != 63 || last[2] != 0 || (count != 1 && count != head->count))
		return UNSUPPORTED;
	for (uint32_t index = 0; index < count; index++) {
		const uint32_t dc = body[2 + 2 * index] >> 4, ac = body[2 + 2 * index] & 15;
		if (body[1 + 2 * index] != all[index].id)
			return UNSUPPORTED;
		if (dc > 3 || ac > 3 || head->tables[dc].bytes == NULL || head->tables[4 + ac].bytes == NULL)
			return SHAPE;
		all[index].dc = head->tables[dc];
		all[index].ac = head->tables[4 + ac];
	}
	// A component alone in its scan lies there block by block, whatever its factors (T.81 §A.2.2).
	if (count == 1)
		all[0].across = all[0].down = 1;
	head->count = count;
	return head->quantisers[all[0].quantiser] == 0 ? SHAPE : TAKEN;
}

static Verdict readSegment(JpegHead *head, uint8_t marker, const uint8_t *body, uint32_t length)
{
	if (marker == DQT)
		return readQuantisers(head, body, length);
	if (marker == DHT)
		return readTables(head, body, length);
	if (marker == SOF0)
		return readFrame(head, body, length);
	if (marker >= SOF0 && marker <= SOF15)
		return UNSUPPORTED;
	if (marker == DRI) {
		if (length != 2)
			return SHAPE;
		head->interval = word(body);
	}
	// What Adobe's segment says to be RGB has no luma.
	if (marker == APP14 && length >= 12 && memcmp(body, "Adobe", 5) == 0 && body[11] == 0)
		return UNSUPPORTED;
	return TAKEN;
}

// Reads all before the scan, and leaves `scan` where its bits begin.
static Verdict readSegments(JpegHead *head)
{
	const uint8_t *const bytes = head->bytes;
	const uint32_t size = head->size;
	uint32_t at = 2;
	for (int segment = 0; segment < SEGMENTS_MAX; segment++) {
		if (at >= size)
			return TRUNCATED;
		if (bytes[at] != 0xff)
			return SHAPE;
		while (at + 1 < size && bytes[at + 1] == 0xff)
			at += 1;
		if (at + 4 > size)
			return TRUNCATED;
		const uint8_t marker = bytes[at + 1];
		const uint32_t length = word(bytes + at + 2);
		if (marker <= TEM || (marker >= RST0 && marker <= EOI) || length < 2)
			return SHAPE;
		if (at + 2 + length > size)
			return TRUNCATED;
		const uint8_t *const body = bytes + at + 4;
		at += 2 + length;
		head->scan = at;
		if (marker == SOS)
			return readScanHeader(head, body, length - 2);
		const Verdict verdict = readSegment(head, marker, body, length - 2);
		if (verdict != TAKEN)
			return verdict;
	}
	return BOUND;
}

uint32_t unitsAcross(const JpegHead *head)
{
	return (head->width + 8 * head->components[0].across - 1) / (8 * head->components[0].across);
}

uint32_t unitsDown(const JpegHead *head)
{
	return (head->height + 8 * head->components[0].down - 1) / (8 * head->components[0].down);
}

Verdict readJpegHead(JpegHead *head, const uint8_t *bytes, uint32_t size)
{
	*head = (JpegHead){ .bytes = bytes, .size = size };
	if (size > JPEG_BYTES_MAX)
		return BOUND;
	if (size < 2)
		return TRUNCATED;
	if (bytes[0] != 0xff || bytes[1] != SOI)
		return SHAPE;
	const Verdict verdict = readSegments(head);
	if (verdict != TAKEN)
		return verdict;
	const uint32_t units = unitsAcross(head) * unitsDown(head);
	uint32_t blocks = 0;
	for (uint32_t index = 0; index < head->count; index++)
		blocks += units * head->components[index].across * head->components[index].down;
	// A block takes two bits at least.
	return blocks > 4 * (size - head->scan) ? TRUNCATED : TAKEN;
}
