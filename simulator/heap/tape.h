// What a host of a tape must give: where the tape is, and the sizes of its machine's heap.

#ifndef LATCHKEY_TAPE
#define LATCHKEY_TAPE

#include <stddef.h>

// In bytes; of the whole machine, or of what it has had since the tape was opened.
typedef struct {
	size_t chunks;
	size_t slots;
	// What both and the stack have taken at most so far, where memory is one block; else 0.
	size_t peak;
} HeapSizes;

// Opens the tape; a file that is none ends the process.
void openTape(const char* path);

// Collects all garbage, and looks.
void measureHeap(void* the, HeapSizes* sizes);

// The tape was opened, and the lock is not there yet.
void beginTape(void* the);

#endif
