// What jpeghead.c has read of a JPEG: all before its scan.
// Why: luma.c trusts nothing else of a file.

#ifndef LATCHKEY_JPEG_HEAD
#define LATCHKEY_JPEG_HEAD

#include <stdint.h>

// What native.ts makes of a result: 0 is a picture, the others are Faults in its order.
typedef enum { TAKEN, BOUND, SHAPE, TRUNCATED, UNSUPPORTED } Verdict;

// Counts of codes and symbols, as they lie in the file.
typedef struct {
	const uint8_t *bytes;
	uint32_t length;
} Table;

typedef struct {
	uint8_t id, across, down, quantiser;
	Table dc, ac;
} Component;

typedef struct {
	const uint8_t *bytes;
	uint32_t size;
	// Where the bits of the scan begin.
	uint32_t scan;
	// Luma first. Once the scan is known, `count` is 1 where luma lies there alone.
	Component components[3];
	uint32_t count, width, height, interval, tablesRead;
	uint8_t quantisers[4];
	Table tables[8];
} JpegHead;

// Reads a file's head by the rules of jpeg.ts, and refuses a size that the rest of the file cannot hold. Tables are views.
Verdict readJpegHead(JpegHead *head, const uint8_t *bytes, uint32_t size);

uint32_t unitsAcross(const JpegHead *head);
uint32_t unitsDown(const JpegHead *head);

#endif
