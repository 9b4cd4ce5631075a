// Plays a tape to an image: the modules are in ROM as on a board, and the machine is made as a board makes it.
// Usage: rom TAPE [STATIC_BYTES [STACK_SLOTS]]; the creation is the image's own but for these.

#include <stdio.h>
#include <stdlib.h>

#include "xs.h"

#include "mc.xs.h"
#include "rommachine.h"
#include "tape.h"

int main(int argc, char** argv)
{
	xsCreation* own = NULL;
	void* preparation = xsPreparationAndCreation(&own);
	xsCreation creation = *own;
	if (argc < 2) {
		fputs("usage: rom TAPE [STATIC_BYTES [STACK_SLOTS]]\n", stderr);
		return 64;
	}
	if (argc > 2)
		creation.staticSize = atoi(argv[2]);
	if (argc > 3)
		creation.stackCount = atoi(argv[3]);
	openTape(argv[1]);
	reserveMemory(creation.staticSize);
	xsMachine* machine = xsPrepareMachine(&creation, preparation, "rom", NULL, NULL);
	if (!machine)
		return 70;
	limitStack(machine);
	int code = 0;
	xsBeginHost(machine);
	{
		xsVars(1);
		xsTry {
			xsVar(0) = xsAwaitImport("main", XS_IMPORT_DEFAULT);
			xsCallFunction0(xsVar(0), xsGlobal);
		}
		xsCatch {
			fprintf(stderr, "%s\n", xsToString(xsException));
			code = 70;
		}
	}
	xsEndHost(machine);
	fflush(stdout);
	return code;
}
