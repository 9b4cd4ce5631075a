// What lwIP asks of a compiler and of a way to fail, on the desk.
// Why: lwIP includes this file in place of a board's.
// Specification: lwip/arch.h.

#ifndef LATCHKEY_DESK_CC
#define LATCHKEY_DESK_CC

#include <stdio.h>
#include <stdlib.h>

#define LWIP_PLATFORM_DIAG(words) do { printf words; } while (0)
#define LWIP_PLATFORM_ASSERT(text) do { fprintf(stderr, "lwIP: %s\n", text); abort(); } while (0)

#endif
