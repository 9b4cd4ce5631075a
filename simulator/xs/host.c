// The outside of the XS host: main, and the host functions that prelude.js builds its console and timers on.
// Why: tests and simulations must run on the engine that the boards run; this is the smallest host that can do it,
// on a Linux desk and, under QEMU, on the ESP32-C3's instruction set.
// Usage: xs [--peak] BUNDLE [ARGUMENT...]; the exit code is the script's, or 70 and above (see machine.h).

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if !defined(__riscv)
	#include <dirent.h>
	#include <unistd.h>
#endif

#include "xs.h"

#include "machine.h"
#include "tape.h"

// Made by build.mjs: prelude.js as a C string, and one NATIVE(name) for each host function of the firmware, or ABSENT(name)
// where the library that it stands on was not there.
#include "prelude.inc"
#define NATIVE(name) extern void name(xsMachine* the);
#define ABSENT(name)
#include "natives.inc"
#undef NATIVE
#undef ABSENT

static void hostAbsent(xsMachine* the)
{
	xsReferenceError("this host was built without the library of that native function");
}

static const struct {
	const char* name;
	xsCallback function;
} natives[] = {
#define NATIVE(name) { #name, name },
#define ABSENT(name) { #name, hostAbsent },
#include "natives.inc"
};

// write(text, isError)
static void hostWrite(xsMachine* the)
{
	const int isError = xsToBoolean(xsArg(1));
	fputs(xsToString(xsArg(0)), isError ? stderr : stdout);
}

// read(path): the bytes of a file as an ArrayBuffer, or undefined
static void hostRead(xsMachine* the)
{
	size_t size = 0;
	char* bytes = readFile(xsToString(xsArg(0)), &size);
	if (!bytes)
		return;
	xsResult = xsArrayBuffer(bytes, (xsIntegerValue)size);
	free(bytes);
}

// exit(code)
static void hostExit(xsMachine* the)
{
	const int code = xsToInteger(xsArg(0));
	fflush(stdout);
	exit(code);
}

// instructions(): how many the processor has retired, exact under qemu -icount; 0 on the desk
static void hostInstructions(xsMachine* the)
{
#if defined(__riscv)
	uint32_t high, low, again;
	do {
		__asm__ volatile("rdinstreth %0\n\trdinstret %1\n\trdinstreth %2" : "=r"(high), "=r"(low), "=r"(again));
	} while (high != again);
	xsResult = xsNumber((double)(((uint64_t)high << 32) | low));
#else
	xsResult = xsNumber(0);
#endif
}

static size_t heapAtReset = 0;

// heapReset(): starts to measure; heapPeak(): bytes that the heap has grown by, at most, since
static void hostHeapReset(xsMachine* the)
{
	resetHeapPeak(the);
	heapAtReset = heapBytes(the);
}

static void hostHeapPeak(xsMachine* the)
{
	xsResult = xsNumber((double)(heapPeakBytes(the) - heapAtReset));
}

// heapBytes(): bytes in use, garbage included
static void hostHeapBytes(xsMachine* the)
{
	xsResult = xsNumber((double)heapBytes(the));
}

// collect(): collects all garbage and compacts the chunks, so that every chunk moves
static void hostCollect(xsMachine* the)
{
	xsCollectGarbage();
}

#if !defined(__riscv)
	static char scratch[] = "/tmp/latchkey-xs-XXXXXX";

	// The folder is flat, and gone with the process.
	static void removeScratch(void)
	{
		char path[512];
		DIR* folder = opendir(scratch);
		for (struct dirent* entry; folder && (entry = readdir(folder));) {
			snprintf(path, sizeof(path), "%s/%s", scratch, entry->d_name);
			unlink(path);
		}
		if (folder)
			closedir(folder);
		rmdir(scratch);
	}
#endif

// scratch(): the path of an empty folder, the same for each call; undefined on rv32
static void hostScratch(xsMachine* the)
{
#if !defined(__riscv)
	static int isMade = 0;
	if (!isMade) {
		if (!mkdtemp(scratch))
			xsUnknownError("no folder can be made");
		isMade = 1;
		atexit(removeScratch);
	}
	xsResult = xsString(scratch);
#endif
}

// openTape(path): what a lone lock is played from (heap/tape.c); the heap is measured from here on
static void hostOpenTape(xsMachine* the)
{
	openTape(xsToString(xsArg(0)));
	beginTape(the);
}

// native(name): the host function of that C name, as xsc gives it on a board
static void hostNative(xsMachine* the)
{
	const char* name = xsToString(xsArg(0));
	for (size_t index = 0; index < sizeof(natives) / sizeof(natives[0]); index++) {
		if (strcmp(natives[index].name, name) == 0) {
			xsResult = xsNewHostFunction(natives[index].function, 0);
			return;
		}
	}
	xsReferenceError("no native function of that name");
}

// petrify(value): makes its bytes read-only, as a preloaded buffer is on a board
extern void fx_petrify(xsMachine* the);

static void defineHost(xsMachine* the, int argc, char** argv)
{
	static const struct {
		char* name;
		xsCallback function;
	} functions[] = {
		{ "write", hostWrite }, { "read", hostRead }, { "exit", hostExit }, { "instructions", hostInstructions },
		{ "heapReset", hostHeapReset }, { "heapPeak", hostHeapPeak }, { "heapBytes", hostHeapBytes },
		{ "collect", hostCollect }, { "petrify", fx_petrify }, { "scratch", hostScratch },
		{ "openTape", hostOpenTape },
	};
	xsVars(3);
	xsVar(0) = xsNewObject();
	for (size_t index = 0; index < sizeof(functions) / sizeof(functions[0]); index++) {
		xsVar(1) = xsNewHostFunction(functions[index].function, 0);
		xsDefine(xsVar(0), xsID(functions[index].name), xsVar(1), xsDefault);
	}
	xsVar(1) = xsNewArray(0);
	for (int index = 0; index < argc; index++) {
		xsVar(2) = xsString(argv[index]);
		xsSetIndex(xsVar(1), index, xsVar(2));
	}
	xsDefine(xsVar(0), xsID("argv"), xsVar(1), xsDefault);
	xsDefine(xsGlobal, xsID("host"), xsVar(0), xsDontEnum);
	xsVar(1) = xsNewHostFunction(hostNative, 1);
	xsDefine(xsGlobal, xsID("native"), xsVar(1), xsDontEnum);
}

// Calls the prelude's function of that name; what it throws was thrown by the script and by nobody caught.
static int callPrelude(xsMachine* machine, char* name)
{
	int result = 0;
	xsBeginHost(machine);
	{
		xsVars(2);
		xsTry {
			xsVar(0) = xsGet(xsGlobal, xsID("host"));
			xsVar(1) = xsCall0(xsVar(0), xsID(name));
			result = xsToInteger(xsVar(1));
		}
		xsCatch {
			exitUncaught(the, EXIT_UNCAUGHT);
		}
	}
	xsEndHost(machine);
	return result;
}

static void start(xsMachine* machine, int argc, char** argv)
{
	xsBeginHost(machine);
	{
		xsTry {
			defineHost(the, argc, argv);
			runScript(the, "prelude.js", prelude, sizeof(prelude) - 1);
			freezeBuiltIns(the);
			runModule(the, argv[0]);
		}
		xsCatch {
			exitUncaught(the, EXIT_UNCAUGHT);
		}
	}
	xsEndHost(machine);
}

int main(int argc, char** argv)
{
	const int showsPeak = argc > 1 && strcmp(argv[1], "--peak") == 0;
	const int first = showsPeak ? 2 : 1;
	if (argc <= first) {
		fputs("usage: xs [--peak] BUNDLE [ARGUMENT...]\n", stderr);
		return 64;
	}
	// Equal on both engines, so that garbage is collected at the same points and costs can be compared.
	xsCreation creation = {
		.initialChunkSize = 2 * 1024 * 1024,
		.incrementalChunkSize = 1024 * 1024,
		.initialHeapCount = 64 * 1024,
		.incrementalHeapCount = 32 * 1024,
		.stackCount = 4096,
		.initialKeyCount = 8192,
		.incrementalKeyCount = 1024,
		.nameModulo = 1993,
		.symbolModulo = 127,
		.parserBufferSize = 1024 * 1024,
		.parserTableModulo = 1993,
	};
	xsMachine* machine = xsCreateMachine(&creation, "latchkey", NULL);
	if (!machine) {
		fputs("XS: no machine\n", stderr);
		return EXIT_UNCAUGHT;
	}
	limitStack(machine);
	start(machine, argc - first, argv + first);
	do {
		runJobs(machine);
	} while (callPrelude(machine, "turn"));
	checkRejections(machine);
	const int code = callPrelude(machine, "finish");
	fflush(stdout);
	if (showsPeak)
		fprintf(stderr, "peak heap: %lu bytes\n", (unsigned long)heapPeakBytes(machine));
	return code;
}
