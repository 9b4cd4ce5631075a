// What the Moddable SDK's XS needs to know of the machine that an image is played on: as platform.h, with modules in ROM.

#ifndef LATCHKEY_ROM
#define LATCHKEY_ROM

#include "platform.h"

#define mxUseDefaultFindModule 1
#define mxUseDefaultLoadModule 1
// The slots in a block grow downward.
#define GROWS_DOWNWARD 1

#endif
