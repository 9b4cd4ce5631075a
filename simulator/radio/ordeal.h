// What ordeal.c and crowd.c share: the stamps of fragments, and the two ends of the ordeal of gatt.c.
// Why: one side plays the phones, on NimBLE's task; the other the lock, on that of XS; and each checks what it is given.
// Specification: docs/protocol.md, section 3.1.

#ifndef LATCHKEY_ORDEAL
#define LATCHKEY_ORDEAL

#include <stdbool.h>
#include <stdint.h>

#include "chance.h"
#include "gatt.h"
#include "radio.h"

// Fragments name who sent them, and count: so that a stale, lost or exchanged one is seen.
typedef struct {
	uint32_t sender;
	uint32_t count;
} Stamp;

#define STAMP_BYTES 8
void writeStamp(uint8_t *fragment, uint16_t length, Stamp stamp);
// @returns what it says, once the rest is what writeStamp filled in
Stamp readStamp(const uint8_t *fragment, uint16_t length);

// The phones.
void crowdReset(void);
// One phone does something, or the radio.
void crowdStep(Chance *chance);
// How many fragments of that phone were taken.
uint32_t crowdAccepted(uint32_t sender);
// Everybody hears all that was sent, on one thread; then all go.
void crowdCalm(void);
void crowdLeave(void);
// Prints what happened: phones, fragments taken, fragments heard.
void reportCrowd(void);

// The lock.
// @param isOneThread whether what the phones know may be asked
void lockReset(bool isOneThread);
bool lockWake(void);
void lockStep(Chance *chance);
// Prints what happened: links told, fragments taken, fragments sent.
void reportLock(void);
// Takes all that is there.
void lockRest(void);
// How many fragments the lock sent over a link that it has not closed; UINT32_MAX for any other.
uint32_t lockSent(uint32_t number);

#endif
