// The inside of the XS host: the loader, promise jobs, the heap's budget and peaks, and what an abort does.
// Why: XS leaves these to its platform, and only this side (xsAll.h) can see the machine's fields.
// Follows the platform functions of the Moddable SDK (xs/sources/xsPlatforms.c).

#include "xsAll.h"
#include "xsScript.h"

#include "machine.h"
#include "tape.h"

// Line numbers in stacks cost an instruction a statement: rv32 goes without, as a board's release does, since costs are
// measured there.
#if mxLinux
	#define PARSE_FLAGS mxDebugFlag
#else
	#define PARSE_FLAGS 0
#endif

#ifndef HEAP_BUDGET
	#define HEAP_BUDGET (256 * 1024 * 1024)
#endif

typedef struct {
	const char* text;
	size_t size;
	size_t offset;
} Source;

static size_t allocated = 0;

// The budget makes "memory full" a matter of a second, where swap would make it minutes.
static void spend(txMachine* the, size_t bytes)
{
	allocated += bytes;
	if (allocated > HEAP_BUDGET)
		fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
}

void* fxAllocateChunks(txMachine* the, txSize size)
{
	spend(the, size);
	return c_malloc(size);
}

void fxFreeChunks(txMachine* the, void* chunks)
{
	(void)the;
	c_free(chunks);
}

txSlot* fxAllocateSlots(txMachine* the, txSize count)
{
	spend(the, count * sizeof(txSlot));
	return (txSlot*)c_malloc(count * sizeof(txSlot));
}

void fxFreeSlots(txMachine* the, void* slots)
{
	(void)the;
	c_free(slots);
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
	static const char* const reasons[] = {
		"debugger", "memory full", "stack overflow", "fatal check", "dead strip",
		"unhandled exception", "not enough keys", "too much computation", "unhandled rejection",
	};
	const int count = sizeof(reasons) / sizeof(reasons[0]);
	fflush(stdout);
	fprintf(stderr, "XS: %s\n", (status >= 0 && status < count) ? reasons[status] : "abort");
	if (status == XS_UNHANDLED_EXCEPTION_EXIT || status == XS_UNHANDLED_REJECTION_EXIT)
		exitUncaught(the, EXIT_UNCAUGHT + status);
	exit(EXIT_UNCAUGHT + status);
}

void exitUncaught(void* it, int status)
{
	txMachine* the = it;
	fflush(stdout);
	mxTry(the) {
		mxPush(mxException);
		if (mxIsReference(the->stack)) {
			mxDub();
			mxGetID(mxID(_stack));
			if (the->stack->kind == XS_UNDEFINED_KIND)
				mxPop();
		}
		fprintf(stderr, "%s\n", fxToString(the, the->stack));
	}
	mxCatch(the) {
		fprintf(stderr, "an exception that cannot be printed\n");
	}
	exit(status);
}

char* readFile(const char* path, size_t* size)
{
	FILE* file = fopen(path, "rb");
	if (!file)
		return NULL;
	size_t capacity = 256 * 1024;
	size_t used = 0;
	char* bytes = malloc(capacity);
	while (bytes) {
		used += fread(bytes + used, 1, capacity - used, file);
		if (used < capacity)
			break;
		capacity *= 2;
		char* larger = realloc(bytes, capacity);
		if (!larger)
			free(bytes);
		bytes = larger;
	}
	fclose(file);
	*size = used;
	return bytes;
}

static int nextByte(void* it)
{
	Source* source = it;
	return source->offset < source->size ? (unsigned char)source->text[source->offset++] : C_EOF;
}

static txScript* parse(txMachine* the, const char* name, Source* source, txUnsigned flags)
{
	txParser parser;
	txParserJump jump;
	txScript* script = NULL;
	txString map = NULL;
	fxInitializeParser(&parser, the, the->parserBufferSize, the->parserTableModulo);
	parser.firstJump = &jump;
	if (c_setjmp(jump.jmp_buf) == 0) {
		parser.path = fxNewParserSymbol(&parser, (txString)name);
		fxParserTree(&parser, source, nextByte, flags | PARSE_FLAGS, &map);
		fxParserHoist(&parser);
		fxParserBind(&parser);
		script = fxParserCode(&parser);
	}
	fxTerminateParser(&parser);
	return script;
}

txID fxFindModule(txMachine* the, txSlot* realm, txID moduleID, txSlot* slot)
{
	char name[C_PATH_MAX];
	(void)realm;
	fxToStringBuffer(the, slot, name, sizeof(name));
	// A bundle imports nothing: only the host names a module.
	return moduleID == XS_NO_ID ? fxNewNameC(the, name) : XS_NO_ID;
}

void fxLoadModule(txMachine* the, txSlot* module, txID moduleID)
{
	char path[C_PATH_MAX];
	Source source = { NULL, 0, 0 };
	c_strncpy(path, fxGetKeyName(the, moduleID), C_PATH_MAX - 1);
	path[C_PATH_MAX - 1] = 0;
	char* text = readFile(path, &source.size);
	if (!text)
		return;
	source.text = text;
	txScript* script = parse(the, path, &source, 0);
	free(text);
	if (script)
		fxResolveModule(the, module, moduleID, script, C_NULL, C_NULL);
}

void runScript(void* it, const char* name, const char* text, size_t size)
{
	txMachine* the = it;
	Source source = { text, size, 0 };
	txSlot* realm = mxProgram.value.reference->next->value.module.realm;
	txScript* script = parse(the, name, &source, mxProgramFlag);
	mxModuleInstanceInternal(mxProgram.value.reference)->value.module.id = fxID(the, (txString)name);
	fxRunScript(the, script, mxRealmGlobal(realm), C_NULL, mxRealmClosures(realm)->value.reference, C_NULL,
		mxProgram.value.reference);
	mxPullSlot(mxResult);
}

static void fulfilled(txMachine* the)
{
	(void)the;
}

static void rejected(txMachine* the)
{
	mxException = *mxArgv(0);
	exitUncaught(the, EXIT_UNCAUGHT);
}

void runModule(void* it, const char* path)
{
	txMachine* the = it;
	txSlot* realm = mxProgram.value.reference->next->value.module.realm;
	mxPushStringC((txString)path);
	fxRunImport(the, realm, XS_NO_ID);
	mxDub();
	fxGetID(the, mxID(_then));
	mxCall();
	fxNewHostFunction(the, fulfilled, 1, XS_NO_ID, XS_NO_ID);
	fxNewHostFunction(the, rejected, 1, XS_NO_ID, XS_NO_ID);
	mxRunCount(2);
	mxPop();
}

void runJobs(void* it)
{
	txMachine* the = it;
	do {
		while (the->promiseJobs) {
			the->promiseJobs = 0;
			fxRunPromiseJobs(the);
		}
		fxEndJob(the);
	} while (the->promiseJobs);
}

void checkRejections(void* it)
{
	fxCheckUnhandledRejections((txMachine*)it, 1);
}

// As preload leaves them on a board: built-ins frozen, Date.now and Math.random refused.
void freezeBuiltIns(void* it)
{
	txMachine* the = it;
	// XS's lockdown calls the global harden on each of them.
	fxNewHostFunction(the, fx_harden, 1, XS_NO_ID, XS_NO_ID);
	mxPush(mxGlobal);
	fxSetID(the, fxID(the, "harden"));
	mxPop();
	mxPush(mxGlobal);
	fxNewHostFunction(the, fx_lockdown, 0, XS_NO_ID, XS_NO_ID);
	mxCall();
	mxRunCount(0);
	mxPop();
}

// XS knows the C stack's end on Linux only; elsewhere recursion would run through it unseen.
void limitStack(void* it)
{
#if !mxLinux
	extern char __stack[];
	txMachine* the = it;
	the->stackLimit = __stack - STACK_BYTES + 16 * 1024;
#else
	(void)it;
#endif
}

size_t heapBytes(void* it)
{
	txMachine* the = it;
	return the->currentHeapCount * sizeof(txSlot) + the->currentChunksSize;
}

size_t heapPeakBytes(void* it)
{
	txMachine* the = it;
	return the->peakHeapCount * sizeof(txSlot) + the->peakChunksSize;
}

void resetHeapPeak(void* it)
{
	txMachine* the = it;
	the->peakHeapCount = the->currentHeapCount;
	the->peakChunksSize = the->currentChunksSize;
}

// What the heap held before the lock was there.
static size_t chunksBefore = 0;
static size_t slotsBefore = 0;

void beginTape(void* it)
{
	txMachine* the = it;
	fxCollect(the, XS_COMPACT_FLAG);
	chunksBefore = the->currentChunksSize;
	slotsBefore = the->currentHeapCount;
}

void measureHeap(void* it, HeapSizes* sizes)
{
	txMachine* the = it;
	fxCollect(the, XS_COMPACT_FLAG);
	sizes->chunks = the->currentChunksSize - chunksBefore;
	sizes->slots = (the->currentHeapCount - slotsBefore) * sizeof(txSlot);
	sizes->peak = 0;
}

#if !mxLinux
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
#endif
