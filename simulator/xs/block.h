// One block of memory that holds a machine's chunks and slots, as an ESP32-C3 gives it to XS.
// Why: there, `creation.static` of the board's manifest is all that a machine has; chunks grow from its beginning, slots from its
// end, and where they meet memory is full. What fits into such a block here fits there.
// For files that include xsAll.h.

#ifndef LATCHKEY_BLOCK
#define LATCHKEY_BLOCK

#include "xsAll.h"

// What XS asks for comes out of a block of so many bytes.
void openBlock(txSize bytes);

// Grows the chunks, or gives slots. NULL where the block is full.
void* blockChunks(txMachine* the, txSize size);
txSlot* blockSlots(txMachine* the, txSize count);

// Bytes of the block that chunks, slots and the stack have taken, at most so far.
txSize blockPeak(void);

#endif
