// The platform below the SDK's XS for an image on bare rv32: memory is one block, and an abort ends the process.
// Why: machine.c is for XS as one package has it, which parses its modules; an image has them in ROM, on a newer XS.

#include "xsAll.h"

#include "block.h"
#include "rommachine.h"
#include "tape.h"

// What the C stack may not grow into.
#define STACK_MARGIN 0x4000

void* fxAllocateChunks(txMachine* the, txSize size)
{
	return blockChunks(the, size);
}

void fxFreeChunks(txMachine* the, void* chunks)
{
	(void)the;
	(void)chunks;
}

txSlot* fxAllocateSlots(txMachine* the, txSize count)
{
	return blockSlots(the, count);
}

void fxFreeSlots(txMachine* the, void* slots)
{
	(void)the;
	(void)slots;
}

void fxCreateMachinePlatform(txMachine* the)
{
	the->promiseJobs = 0;
}

void fxDeleteMachinePlatform(txMachine* the)
{
	(void)the;
}

void fxQueuePromiseJobs(txMachine* the)
{
	the->promiseJobs = 1;
}

void fxAbort(txMachine* the, int status)
{
	fflush(stdout);
	fprintf(stderr, "XS: %s; chunks %ld, slots %ld bytes in use, of both %lu taken\n", fxAbortString(status),
		(long)the->currentChunksSize, (long)(the->currentHeapCount * sizeof(txSlot)), (unsigned long)blockPeak());
	exit(70 + status);
}

void reserveMemory(int bytes)
{
	openBlock(bytes);
}

void limitStack(void* it)
{
	extern char __stack[];
	txMachine* the = it;
	// XS does not know the end of the C stack here; without it, recursion would run through it unseen.
	the->stackLimit = __stack - STACK_BYTES + STACK_MARGIN;
}

void measureHeap(void* it, HeapSizes* sizes)
{
	txMachine* the = it;
	fxCollect(the, XS_COMPACT_FLAG);
	sizes->chunks = the->currentChunksSize;
	sizes->slots = the->currentHeapCount * sizeof(txSlot);
	sizes->peak = blockPeak();
}

void beginTape(void* the)
{
	(void)the;
}

// Bare metal has no clock, and nothing that runs here may read one.
uint32_t modMilliseconds(void)
{
	return 0;
}

int gettimeofday(struct timeval* restrict time, void* restrict zone)
{
	(void)zone;
	time->tv_sec = 0;
	time->tv_usec = 0;
	return 0;
}
