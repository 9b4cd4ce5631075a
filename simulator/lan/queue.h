// XS's queue of messages in the ordeals of sockets, which others fill as well.
// Why: TCP and UDP wake XS by the same code (firmware/io/lwipwake.c), and both hold it to the same claims.
// Specification: lwipwake.h.

#ifndef LATCHKEY_LAN_QUEUE
#define LATCHKEY_LAN_QUEUE

#include <stdbool.h>

// Sends XS a message, as LwipSend.
bool queueSend(void);
// Messages that XS has not served.
int queueLength(void);
// Whether the last message found no room, and is to be sent again.
bool queueHasRefused(void);
// XS has served one.
void queueServed(void);
// Others fill it, or have room made; and make room.
void queueTurn(void);
void queueMakeRoom(void);

#endif
