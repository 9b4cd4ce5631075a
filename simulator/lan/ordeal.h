// What ordeal.c, strangers.c and house.c share: what a stream of bytes is, and the two ends of the ordeal of tcplinks.c.
// Why: one side plays those who dial, the other the board; each checks what it is given.
// Specification: wire.h, tcpcalls.h.

#ifndef LATCHKEY_LAN_ORDEAL
#define LATCHKEY_LAN_ORDEAL

#include "chance.h"
#include "tcpcalls.h"
#include "wire.h"

#define PORTS 2
#define PORT_FIRST 7446
// Longer than anything that is sent or read at once.
#define PIECE_MAX 6000

// The bytes of one sender, from a place of his stream on: his number first, then what depends on both. So each byte that is lost,
// doubled, exchanged or another's is seen.
void fill(uint8_t *bytes, uint32_t length, uint32_t sender, uint32_t from);
#define SENDER_BYTES 4
// What was heard of a stream: how much, and the number in front of it.
typedef struct {
	uint32_t bytes;
	uint8_t front[SENDER_BYTES];
} Heard;
// Takes what comes next, and checks it.
void hear(Heard *heard, const uint8_t *bytes, uint32_t length);
// The number in front, once it was heard.
uint32_t senderOf(const Heard *heard);

// Those who dial. @param isAlone whether the wire moves only when it is told to
void strangersReset(bool isAlone);
// One of them does something, or the wire.
void strangersStep(Chance *chance);
// All read what came to them.
void strangersRead(void);
// What one sent, and heard; false where he is gone, has ended, or his link has; or where lwIP has stalled it.
bool strangersSent(uint32_t sender, uint32_t *sent, uint32_t *heard);
void strangersLeave(void);
void reportStrangers(void);

// The board.
void houseReset(bool isAlone);
void houseStep(Chance *chance);
// Takes, reads and lets in all that is there.
void houseRest(void);
// Whether all who are there have had everything of each other.
bool houseHasAll(void);
void houseLeave(void);
void reportHouse(void);

#endif
