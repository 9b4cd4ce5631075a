// What host.c may ask of machine.c.
// Why: XS's own headers exclude each other (xsAll.h for the machine's inside, xs.h for host functions), so the two
// halves of the host share no type of XS but the pointer to the machine.

#ifndef LATCHKEY_MACHINE
#define LATCHKEY_MACHINE

#include <stddef.h>

struct sxMachine;

// An exit code from here up is the host's own: an uncaught exception is 70, an abort of XS 70 + its status.
enum { EXIT_UNCAUGHT = 70 };

// Reads a whole file into a block from malloc; NULL where it cannot be read.
char* readFile(const char* path, size_t* size);

// Parses and runs a script (not a module) from memory.
void runScript(void* the, const char* name, const char* text, size_t size);

// Starts the import of a module; its failure ends the process.
void runModule(void* the, const char* path);

// Runs promise jobs until there are none.
void runJobs(void* the);

// Ends the process if a promise was rejected and nobody looked.
void checkRejections(void* the);

// Prints the exception that XS holds, with its stack, and ends the process.
void exitUncaught(void* the, int status);

void freezeBuiltIns(void* the);
void limitStack(void* the);

// The heap in use, in bytes: slots and chunks.
size_t heapBytes(void* the);

// The most of it since resetHeapPeak.
size_t heapPeakBytes(void* the);
void resetHeapPeak(void* the);

#endif
