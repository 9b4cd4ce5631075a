// The SDK's message to XS as far as firmware/io uses it, on the desk: messages.c keeps it until the script asks for it.
// Why: gattradio.c and sleep.c are compiled unchanged.
// Specification: the signature in xs/platforms/esp/xsHost.h of the Moddable SDK.

#ifndef LATCHKEY_DESK_XSHOST
#define LATCHKEY_DESK_XSHOST

#include <stdint.h>
#include <string.h>

#define c_memcpy memcpy

typedef void (*modMessageDeliver)(void *the, void *refcon, uint8_t *message, uint16_t messageLength);

// @returns 0, or -1 where the queue is full
int modMessagePostToMachineFromISR(xsMachine *the, modMessageDeliver callback, void *refcon);

#endif
