// See block.h. Follows the rules of the Moddable SDK's own block (creation.static): the chunks are one run that grows at its end,
// and when slots find no room, the chunks are compacted and what is free behind them is given back.

#include "block.h"

static txByte* start = NULL;
static txByte* low = NULL;
static txByte* high = NULL;
static txByte* end = NULL;
static txSize peak = 0;

void openBlock(txSize bytes)
{
	start = low = c_malloc(bytes);
	if (!start) {
		fprintf(stderr, "XS: no memory for the block\n");
		exit(1);
	}
	high = end = start + bytes;
}

static void note(void)
{
	const txSize taken = (txSize)((low - start) + (end - high));
	if (taken > peak)
		peak = taken;
}

void* blockChunks(txMachine* the, txSize size)
{
	txBlock* run = the->firstBlock;
	if (!run || run->limit != low) {
		if (size > high - low)
			return NULL;
		void* first = low;
		low += size;
		note();
		return first;
	}
	// What is asked for holds a new run's head, which is not needed, and does not count what is free already.
	const txSize more = size - (txSize)sizeof(txBlock) - (txSize)(run->limit - run->current);
	if (more > high - low)
		return NULL;
	low += more;
	note();
	// XS takes an answer that begins at the limit for the run's own end, and adds the size that it asked for.
	run->limit = low - size;
	the->maximumChunksSize += more - size;
	return run->limit;
}

txSlot* blockSlots(txMachine* the, txSize count)
{
	const txSize bytes = count * (txSize)sizeof(txSlot);
	if (bytes > high - low && the->firstBlock && the->firstBlock->limit == low) {
		txBlock* run = the->firstBlock;
		fxCollect(the, XS_COMPACT_FLAG | XS_ORGANIC_FLAG);
		the->maximumChunksSize -= (txSize)(run->limit - run->current);
		low = run->limit = run->current;
	}
	if (bytes > high - low)
		return NULL;
	high -= bytes;
	note();
#if GROWS_DOWNWARD
	// XS adds them to the slots that it has, where it knows on which side of them they lie.
	the->growHeapDirection = -1;
#endif
	return (txSlot*)high;
}

txSize blockPeak(void)
{
	return peak;
}
