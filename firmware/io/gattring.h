// A queue of fragments in fixed memory: records of one byte of length, then the fragment.
// Why: gattlinks.c keeps two for each link, within a critical section: so a record is copied in two runs at most.
// Specification: none; who calls sees to it that there is room, and that there is a record.

#ifndef LATCHKEY_GATTRING
#define LATCHKEY_GATTRING

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct {
	uint16_t first;
	uint16_t size;
	uint16_t capacity;
	uint8_t *bytes;
} Ring;

static inline void ringDrain(Ring *ring)
{
	ring->first = 0;
	ring->size = 0;
}

static inline bool ringHasRoom(const Ring *ring, uint16_t length)
{
	return ring->size + 1 + length <= ring->capacity;
}

// The place of a byte that is `offset` behind the first, up to the capacity.
static inline uint16_t ringPlace(const Ring *ring, uint32_t offset)
{
	const uint32_t place = ring->first + offset;
	return (uint16_t)(place < ring->capacity ? place : place - ring->capacity);
}

static inline void ringPush(Ring *ring, const uint8_t *fragment, uint16_t length)
{
	ring->bytes[ringPlace(ring, ring->size)] = (uint8_t)length;
	const uint16_t start = ringPlace(ring, ring->size + 1u);
	const uint16_t run = (uint16_t)(ring->capacity - start) < length ? (uint16_t)(ring->capacity - start) : length;
	memcpy(ring->bytes + start, fragment, run);
	memcpy(ring->bytes, fragment + run, length - run);
	ring->size = (uint16_t)(ring->size + 1 + length);
}

// Copies the first record. @returns its length, at most 255
static inline uint16_t ringPeek(const Ring *ring, uint8_t *fragment)
{
	const uint16_t length = ring->bytes[ring->first];
	const uint16_t start = ringPlace(ring, 1);
	const uint16_t run = (uint16_t)(ring->capacity - start) < length ? (uint16_t)(ring->capacity - start) : length;
	memcpy(fragment, ring->bytes + start, run);
	memcpy(fragment + run, ring->bytes, length - run);
	return length;
}

static inline void ringDrop(Ring *ring)
{
	const uint16_t bytes = (uint16_t)(1 + ring->bytes[ring->first]);
	ring->first = ringPlace(ring, bytes);
	ring->size = (uint16_t)(ring->size - bytes);
}

#endif
