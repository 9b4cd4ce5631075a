// What XS needs to know about the machine below it: a Linux desk, or a bare rv32imc under QEMU.
// Why: XS includes this file (XSPLATFORM) in place of a device's own; nothing here is on a board.
// Follows xs/platforms/xsPlatform.h of the Moddable SDK, which fills in all that is not defined here.

#ifndef LATCHKEY_PLATFORM
#define LATCHKEY_PLATFORM

#if defined(__linux__)
	#undef mxLinux
	#define mxLinux 1
	#include <pthread.h>
#endif

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define mxExport extern
#define mxImport extern
#define XS_FUNCTION_NORETURN __attribute__((noreturn))

// One machine and one thread: xsAtomics.c never waits here, but names the three fields.
#define mxMachinePlatform \
	int promiseJobs; \
	void* waiterCondition; \
	void* waiterData; \
	void* waiterLink;

#define C_PATH_MAX 1024

#define mxUseDefaultBuildKeys 1
#define mxUseDefaultParseScript 1
#define mxUseDefaultSharedChunks 1
#define mxUseDefaultDebug 1

#endif
