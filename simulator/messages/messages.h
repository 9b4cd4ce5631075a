// XS's queue of messages on the desk; see messages.c.

#ifndef LATCHKEY_DESK_MESSAGES
#define LATCHKEY_DESK_MESSAGES

#include <stdbool.h>

#include "xsmc.h"

// Delivers the message that waits for longest. @returns whether there was one
bool deliverMessage(xsMachine *the);

#endif
