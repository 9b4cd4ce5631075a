// What rom.c may ask of rommachine.c: XS's headers exclude each other (see machine.h).

#ifndef LATCHKEY_ROMMACHINE
#define LATCHKEY_ROMMACHINE

// Gives the machine that is made next a block of so many bytes to live in (block.h).
void reserveMemory(int bytes);

void limitStack(void* the);

#endif
