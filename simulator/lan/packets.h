// What wire.c and datagrams.c have of each other: packets, on lwIP's thread.
// Why: the interface is one file's, and what other hosts say is the other's.
// Specification: lwip/pbuf.h.

#ifndef LATCHKEY_DESK_PACKETS
#define LATCHKEY_DESK_PACKETS

#include "lwip/pbuf.h"

// Puts a packet under way to the board, which is the wire's from here on.
void packetsBring(struct pbuf *packet);
// Hears a packet that goes to others than the board; it stays the caller's.
void datagramsTake(const struct pbuf *packet);

#endif
