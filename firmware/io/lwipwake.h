// The message by which lwIP's thread tells XS that it has news, one at a time. All of it is of lwIP's thread.
// Why: lwIP's thread never waits for XS. Where XS's queue is full the message is sent again: no other event need come.
// Specification: none.

#ifndef LATCHKEY_LWIPWAKE
#define LATCHKEY_LWIPWAKE

#include <stdbool.h>

// Sends XS a message; never waits. @returns false where it could not
typedef bool (*LwipSend)(void);

typedef struct {
	LwipSend send;
	// Whether XS is to be told of anything.
	bool (*isPending)(void);
	bool isUnderWay;
	// It found no room, and is to be tried again.
	bool isLost;
} LwipWake;

// Sends XS its message, where there is news and none is under way.
void lwipWake(LwipWake *wake);
// XS has served it: where there is more than it took, it is woken again, behind whatever else waits for it.
void lwipRested(LwipWake *wake);

#endif
