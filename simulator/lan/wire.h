// The network of the desk's lwIP: one interface, whose packets come back to it, and those who dial over it.
// Why: tcplinks.c meets what anybody in a network can send, at any moment, over lwIP itself.
// Specification: none. Where lwIP has a thread of its own (threads.c), each function but deskStart crosses to it.

#ifndef LATCHKEY_DESK_WIRE
#define LATCHKEY_DESK_WIRE

#include <stdbool.h>
#include <stdint.h>

// Of the system below lwIP: it is there; the time goes on; a call is made on lwIP's thread.
void deskStart(void);
void deskPass(uint32_t millis);
void deskCross(void (*work)(void *argument), void *argument);

// Makes the interface, 192.168.1.2. @returns false where it was made before
bool wireStart(void);
// Whether the board has a network.
void wireSetUp(bool isUp);
// Delivers so many of the packets that are under way; or all, and what is answered. With threads that happens by itself.
void wireDeliver(uint32_t most);
void wireRun(void);
// Lets the time pass, and lwIP's timers with it.
void wirePass(uint32_t millis);
// The next packets are lost.
void wireLose(uint32_t count);
// Of so many of lwIP's allocations one finds no memory from here on; 0: none.
void wireStarve(uint32_t oneIn);
bool wireIsStarving(void);
// Loses from here on what goes to a port and comes from it, or no more; on lwIP's thread.
void wireSilence(uint16_t port, bool isIt);
// From here on callers announce segments and windows of at most so many bytes; 0: what lwIP can take.
void wireUnderstate(uint16_t segment, uint16_t window);
// Sends a segment without bytes that is made by hand; on lwIP's thread.
typedef struct {
	uint16_t port;
	uint16_t from;
	uint32_t sequence;
	uint32_t acknowledged;
	uint16_t window;
	uint8_t flags;
} WireSegment;
void wireForge(WireSegment segment);
// Asks for a connection under an address that nobody has.
void wireForgeSyn(uint16_t port, uint16_t from);
// The pcbs that stand at a port on the board's side, those that listen left out: what strangers hold of its memory.
uint32_t wireHeld(uint16_t port);
// Of these, how many have ended and are kept for two minutes, as TCP wants it (TIME-WAIT).
uint32_t wireAtRest(uint16_t port);

#define DATAGRAM_BYTES_MAX 1480

// A datagram of another host's, to the board or to a group. Addresses are in figures.
typedef struct {
	const char *from;
	uint16_t fromPort;
	const char *to;
	uint16_t toPort;
	const uint8_t *bytes;
	uint16_t length;
	// Its packet comes in two pieces of memory, with so many of the bytes in the first; 0: in one.
	uint16_t cut;
} WireDatagram;
// Puts it under way.
void wireSay(const WireDatagram *datagram);
// A datagram that the board sent to others.
typedef struct {
	char to[16];
	uint16_t toPort;
	uint16_t fromPort;
	uint16_t length;
	uint8_t bytes[DATAGRAM_BYTES_MAX];
} WireOverheard;
// The last one. @returns false where there was none since it was asked for
bool wireOverhear(WireOverheard *overheard);
// The UDP sockets that lwIP holds, and the groups that it is in beside all hosts'.
uint32_t wireSockets(void);
uint32_t wireGroups(void);

#define CALLERS_MAX 64

// Somebody who dials the board. Each function takes his place, 0..CALLERS_MAX-1.
// @returns his place, or -1 where there is no room
int callerDial(uint16_t port);
// What he has seen of it, a bit each.
#define CALLER_IS_THERE 1
#define CALLER_IS_CONNECTED 2
#define CALLER_HAS_ENDED 4
#define CALLER_HAS_FAILED 8
int callerState(int place);
// Bytes that he can send now, and sends. @returns whether all were taken
uint16_t callerRoom(int place);
bool callerSend(int place, const uint8_t *bytes, uint16_t length);
// Bytes that came to him; he takes them.
uint16_t callerReadable(int place);
void callerRead(int place, uint8_t *bytes, uint16_t length);
// Says, whatever is so, that he has got all but so many of the bytes that came, and has room for so many.
void callerClaim(int place, uint32_t missing, uint16_t window);
// Whether lwIP, at one of the ends, has put what it must send out of its order. Then a small window is never enough for what is first:
// tcp_rexmit moved a segment back while the window was shut, and tcp_rexmit_rto_prepare put a later one in front of it.
bool callerIsStalled(int place);
// Says that he sends no more; ends it in order; breaks it; and goes away without a word. The last three leave his place.
void callerFinish(int place);
void callerClose(int place);
void callerReset(int place);
void callerVanish(int place);

#endif
