// The lock's Bluetooth radio: one GATT service, over NimBLE.
// Why: what speaks to NimBLE knows nothing of XS, so it runs as it is under a test that has no XS.
// Specification: docs/protocol.md, section 3.1. Each function is called by the task of XS.

#ifndef LATCHKEY_GATT
#define LATCHKEY_GATT

#include "gattlinks.h"

// Sends XS a message, on NimBLE's task; never waits. @returns false where it could not
typedef bool (*GattWake)(void);

// Starts the radio, once; false where NimBLE refuses.
bool gattStart(GattWake wake);
// Begins a wake: what comes from here on wakes again.
void gattWoken(void);
// Ends a wake: where more is there than was taken, XS is woken again, behind whatever else waits for it.
void gattRested(void);
// Gives the next event, if there is one.
bool gattTake(LinkEvent *event);
// As linksSend, linksMaximumWrite and linksClose.
bool gattSend(uint32_t number, const uint8_t *fragment, uint16_t length);
uint16_t gattMaximumWrite(uint32_t number);
void gattClose(uint32_t number);

#endif
