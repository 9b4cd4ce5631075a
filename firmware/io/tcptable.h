// The table behind tcplinks.c: a place for each link and listener, and what XS is to be told of them.
// Why: what strangers can take of the board's memory is decided here, by the length of two arrays.
// Specification: none. All of it is of lwIP's thread.

#ifndef LATCHKEY_TCPTABLE
#define LATCHKEY_TCPTABLE

#include "lwip/tcp.h"

#include "tcplinks.h"

// WAITING at its listener, TAKEN by XS, OPEN once XS is told of it, ENDING when XS has closed it.
typedef enum { WAITING = 1, TAKEN, OPEN, ENDING } LinkState;

typedef struct {
	// 0: the place is free.
	uint32_t number;
	LinkState state;
	uint32_t listener;
	// NULL once lwIP has freed it.
	struct tcp_pcb *pcb;
	ip4_addr_t address;
	// The other end sends no more.
	bool isEnded;
	bool isReadable;
	bool isWritable;
	// XS was refused room.
	bool isStarved;
	// XS heard that it failed.
	bool hasFailed;
	uint8_t polls;
	// What came: TCP_WND bytes, as many as lwIP lets the other end send before any are read.
	uint8_t *bytes;
	uint16_t first;
	uint16_t size;
} Link;

typedef struct {
	// 0: the place is free.
	uint32_t number;
	struct tcp_pcb *pcb;
	// Somebody came whom XS was not told of.
	bool hasNews;
} Listener;

extern Link tcpTableLinks[TCP_LINKS_MAX];
extern Listener tcpTableListeners[TCP_LISTENERS_MAX];

// A number that no link and no listener has, and none had for long.
uint32_t tcpTableNumber(void);
Listener *tcpTableListener(uint32_t number);
// The link of that number in that state.
Link *tcpTableLink(uint32_t number, LinkState state);
// Who waits at a listener, and the one who does for longest; NULL where nobody does.
uint32_t tcpTableWaiting(const Listener *listener);
Link *tcpTableFirstWaiting(const Listener *listener);
// A place that is free, or else that of the link that has been ending for longest; NULL where there is neither.
Link *tcpTablePlace(void);
// Frees a place; its pcb is somebody else's affair.
void tcpTableForget(Link *link);
// How much can be written.
uint32_t tcpTableRoom(const Link *link);
// Whether XS is to be told of anything.
bool tcpTableIsPending(void);

#endif
