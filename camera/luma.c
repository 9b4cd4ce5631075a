// Reads a baseline JPEG at an eighth of its size into 40 by 30 values of luma: the C side of native.ts, over picojpeg as the
// Moddable SDK carries it. Why: in JavaScript one VGA frame costs the chip two to seven seconds.
// Follows jpeg.ts, and ITU-T T.81.
//
// picojpeg forgives: it passes over faults in markers and tables, keeps tables of the file before, works through any size that
// a head names, and reads ones behind the end. So it never sees the file's own head: jpeghead.c reads that, and a new one is
// written here in which nothing is wrong and the colours' step is 0, for picojpeg gives RGB, and red is luma where the colours
// are grey. The scan is handed over byte by byte up to a marker, and zeros behind it: a block that needs more than the first of
// them took bits that were not there.
//
// What jpeg.ts takes and this refuses: colours with a table each or with more than one block a unit, tables with more symbols
// than baseline has, more than 65,535 units. What this takes and jpeg.ts refuses: a code that no table has, which picojpeg reads
// as the symbol 0. And a mean beyond twice the range of 8 bits, which no encoder writes, wraps here and is bounded there.

#include <stdint.h>
#include <string.h>

#include "jpeghead.h"
#include "xsmc.h"

// Apart from the copy that the SDK's own JPEG module includes, should a board have that as well.
#define pjpeg_decode_init latchkey_pjpeg_decode_init
#define pjpeg_decode_mcu latchkey_pjpeg_decode_mcu
#define gWinogradQuant latchkey_gWinogradQuant
#include "picojpeg.c"

#define COLUMNS 40
#define ROWS 30
#define UNITS_MAX 65535
#define DC_SYMBOLS_MAX 12
#define AC_SYMBOLS_MAX 255
#define HEAD_BYTES_MAX 800

// Where picojpeg is in the file, and in the head that was written for it.
typedef struct {
	const JpegHead *file;
	// The file's next byte.
	uint32_t at;
	// Bytes that are handed over as they are: a stuffed zero, a restart marker.
	uint32_t raw;
	// Zeros that stood for bytes behind a marker.
	uint32_t padding;
	uint32_t headAt, headBytes;
} Reading;

// One frame is read at a time, as picojpeg itself has one state. Sums hold 13 by 18 blocks of 255 at most.
static uint8_t head[HEAD_BYTES_MAX];
static uint16_t sums[ROWS][COLUMNS];

static int isSame(Table left, Table right)
{
	return left.length == right.length && memcmp(left.bytes, right.bytes, left.length) == 0;
}

// Refuses what picojpeg cannot do.
static Verdict check(const JpegHead *file)
{
	const Component *const all = file->components;
	if (unitsAcross(file) * unitsDown(file) > UNITS_MAX)
		return BOUND;
	for (uint32_t index = 0; index < file->count; index++) {
		if (all[index].dc.length > 16 + DC_SYMBOLS_MAX || all[index].ac.length > 16 + AC_SYMBOLS_MAX)
			return UNSUPPORTED;
		if (index > 0 && (all[index].across != 1 || all[index].down != 1))
			return UNSUPPORTED;
	}
	if (file->count == 3 && !(isSame(all[1].dc, all[2].dc) && isSame(all[1].ac, all[2].ac)))
		return UNSUPPORTED;
	return TAKEN;
}

static void put(Reading *reading, const uint8_t *bytes, uint32_t length)
{
	memcpy(head + reading->headBytes, bytes, length);
	reading->headBytes += length;
}

#define PUT(reading, ...) put(reading, (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void putTable(Reading *reading, uint8_t index, Table table)
{
	PUT(reading, 0xff, M_DHT, (uint8_t)((3 + table.length) >> 8), (uint8_t)(3 + table.length), index);
	put(reading, table.bytes, table.length);
}

// Writes the head that picojpeg is given: 2 + 134 + 19 + 2 * (21 + 12) + 2 * (21 + 255) + 6 + 14 bytes at most.
static void writeHead(Reading *reading)
{
	const JpegHead *const file = reading->file;
	const Component *const all = file->components;
	const uint8_t count = (uint8_t)file->count;
	uint8_t steps[64];
	PUT(reading, 0xff, M_SOI, 0xff, M_DQT, 0, 132, 0);
	memset(steps, file->quantisers[all[0].quantiser], sizeof steps);
	put(reading, steps, sizeof steps);
	PUT(reading, 1);
	memset(steps, 0, sizeof steps);
	put(reading, steps, sizeof steps);
	PUT(reading, 0xff, M_SOF0, 0, (uint8_t)(8 + 3 * count), 8, (uint8_t)(file->height >> 8), (uint8_t)file->height,
		(uint8_t)(file->width >> 8), (uint8_t)file->width, count);
	for (uint8_t index = 0; index < count; index++)
		PUT(reading, index, (uint8_t)(all[index].across << 4 | all[index].down), index > 0);
	for (uint8_t index = 0; index < count && index < 2; index++) {
		putTable(reading, index, all[index].dc);
		putTable(reading, 0x10 | index, all[index].ac);
	}
	PUT(reading, 0xff, M_DRI, 0, 4, (uint8_t)(file->interval >> 8), (uint8_t)file->interval);
	PUT(reading, 0xff, M_SOS, 0, (uint8_t)(6 + 2 * count), count);
	for (uint8_t index = 0; index < count; index++)
		PUT(reading, index, index > 0 ? 0x11 : 0x00);
	PUT(reading, 0, 63, 0);
}

// Gives picojpeg the head, then the scan. One byte each time: so the number of zeros tells where its bits end.
static unsigned char feed(unsigned char *target, unsigned char size, unsigned char *given, void *context)
{
	Reading *const reading = context;
	const uint8_t *const bytes = reading->file->bytes;
	const uint32_t end = reading->file->size, at = reading->at;
	(void)size;
	*given = 1;
	if (reading->headAt < reading->headBytes) {
		*target = head[reading->headAt++];
	} else if (reading->raw > 0) {
		reading->raw -= 1;
		*target = bytes[reading->at++];
	} else if (at >= end || (bytes[at] == 0xff && (at + 1 >= end || bytes[at + 1] != 0))) {
		reading->padding += 1;
		*target = 0;
	} else {
		reading->raw = bytes[at] == 0xff;
		*target = bytes[reading->at++];
	}
	return 0;
}

// Ends an interval, or the scan, at its marker. picojpeg holds 8 to 15 bits that it has not taken: where the first zero was
// not asked for, a whole byte of data is left.
static Verdict endInterval(Reading *reading)
{
	const uint8_t *const bytes = reading->file->bytes;
	const uint32_t end = reading->file->size;
	if (reading->padding == 0)
		return SHAPE;
	while (reading->at + 1 < end && bytes[reading->at + 1] == 0xff)
		reading->at += 1;
	if (reading->at + 1 >= end)
		return TRUNCATED;
	return bytes[reading->at + 1] == 0 ? SHAPE : TAKEN;
}

static void gather(const JpegHead *file, uint32_t unit, const uint8_t *pixels)
{
	const uint32_t across = (file->width + 7) >> 3, down = (file->height + 7) >> 3;
	const Component luma = file->components[0];
	const uint32_t column = unit % unitsAcross(file) * luma.across, row = unit / unitsAcross(file) * luma.down;
	for (uint32_t y = row; y < row + luma.down && y < down; y++) {
		for (uint32_t x = column; x < column + luma.across && x < across; x++)
			sums[y * ROWS / down][x * COLUMNS / across] += pixels[128 * (y - row) + 64 * (x - column)];
	}
}

static Verdict readScan(const JpegHead *file)
{
	const uint32_t units = unitsAcross(file) * unitsDown(file);
	Reading reading = { .file = file, .at = file->scan };
	pjpeg_image_info_t info;
	memset(sums, 0, sizeof sums);
	writeHead(&reading);
	if (pjpeg_decode_init(&info, feed, &reading, 1) != 0)
		return UNSUPPORTED;
	for (uint32_t unit = 0; unit < units; unit++) {
		if (file->interval > 0 && unit > 0 && unit % file->interval == 0) {
			const Verdict verdict = endInterval(&reading);
			if (verdict != TAKEN)
				return verdict;
			if (file->bytes[reading.at + 1] != M_RST0 + ((unit / file->interval - 1) & 7))
				return SHAPE;
			reading.raw = 2;
			reading.padding = 0;
		}
		const int isBad = pjpeg_decode_mcu() != 0;
		if (reading.padding > 1)
			return TRUNCATED;
		if (isBad)
			return SHAPE;
		gather(file, unit, info.m_pMCUBufR);
	}
	const Verdict verdict = endInterval(&reading);
	if (verdict != TAKEN)
		return verdict;
	const uint8_t marker = file->bytes[reading.at + 1];
	return marker >= M_RST0 && marker <= M_RST7 ? SHAPE : TAKEN;
}

// Writes the means. A cell that no block fell into takes the one that jpeg.ts takes.
static void writeMeans(const JpegHead *file, uint8_t *luma)
{
	const uint32_t across = (file->width + 7) >> 3, down = (file->height + 7) >> 3;
	uint8_t columns[COLUMNS] = { 0 }, rows[ROWS] = { 0 };
	for (uint32_t x = 0; x < across; x++)
		columns[x * COLUMNS / across] += 1;
	for (uint32_t y = 0; y < down; y++)
		rows[y * ROWS / down] += 1;
	for (uint32_t row = 0; row < ROWS; row++) {
		for (uint32_t column = 0; column < COLUMNS; column++) {
			const int isOwn = columns[column] > 0 && rows[row] > 0;
			const uint32_t y = isOwn ? row : row * down / ROWS * ROWS / down;
			const uint32_t x = isOwn ? column : column * across / COLUMNS * COLUMNS / across;
			const uint32_t count = (uint32_t)columns[x] * rows[y];
			luma[COLUMNS * row + column] = (uint8_t)((sums[y][x] + count / 2) / count);
		}
	}
}

static Verdict reduce(const uint8_t *bytes, uint32_t size, uint8_t *luma)
{
	JpegHead file;
	Verdict verdict = readJpegHead(&file, bytes, size);
	if (verdict == TAKEN)
		verdict = check(&file);
	if (verdict == TAKEN)
		verdict = readScan(&file);
	if (verdict == TAKEN)
		writeMeans(&file, luma);
	return verdict;
}

// (jpeg, luma): a Verdict. BOUND as well for what is no byte string, or luma of another size. A Proxy's trap may run
// JavaScript, so both types are looked at before an address is taken.
void xs_latchkey_luma(xsMachine *the)
{
	volatile int verdict = BOUND;
	for (int index = 0; index < 2; index++) {
		if (xsmcArgc != 2 || xsmcTypeOf(xsArg(index)) != xsReferenceType
			|| !xsmcIsInstanceOf(xsArg(index), xsTypedArrayPrototype)) {
			xsmcSetInteger(xsResult, verdict);
			return;
		}
	}
	xsTry {
		void *jpeg = NULL, *luma = NULL;
		xsUnsignedValue jpegBytes = 0, lumaBytes = 0;
		xsmcGetBufferReadable(xsArg(0), &jpeg, &jpegBytes);
		xsmcGetBufferWritable(xsArg(1), &luma, &lumaBytes);
		if (lumaBytes == COLUMNS * ROWS)
			verdict = reduce(jpeg, jpegBytes, luma);
	}
	xsCatch {
		verdict = BOUND;
	}
	xsmcSetInteger(xsResult, verdict);
}
