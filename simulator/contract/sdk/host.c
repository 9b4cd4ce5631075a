/* The process in which the contract runs over the Moddable SDK's own classes for Linux: an engine, a loop, and a serial cable.
   Why: the SDK has tools and a window for its Linux, and nothing without either that ends with an exit code.
   The cable is two pseudoterminals, and what one's program writes is put into the other's input. */

#define _GNU_SOURCE
#include "xsAll.h"
#include "xs.h"
#include "mc.xs.h"

#include <fcntl.h>
#include <glib.h>
#include <glib-unix.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#define ENDS 2
#define PIECE 256
#define NAME 64

static int masters[ENDS];
static int slaves[ENDS];
static char names[ENDS][NAME];

void fxAbort(xsMachine *the, int status)
{
	printf("aborted: %d\n", status);
	fflush(stdout);
	exit(status == 0 ? 70 : status);
}

void contract_print(xsMachine *the)
{
	puts(xsToString(xsArg(0)));
	fflush(stdout);
}

void contract_exit(xsMachine *the)
{
	exit(xsToInteger(xsArg(0)));
}

void contract_terminal(xsMachine *the)
{
	xsResult = xsString(names[xsToInteger(xsArg(0)) == 0 ? 0 : 1]);
}

void contract_flush(xsMachine *the)
{
	for (int end = 0; end < ENDS; end++) {
		tcflush(slaves[end], TCIOFLUSH);
		tcflush(masters[end], TCIOFLUSH);
	}
}

static gboolean relay(gint from, GIOCondition condition, gpointer other)
{
	int to = GPOINTER_TO_INT(other);
	char piece[PIECE];
	struct pollfd room = { .fd = to, .events = POLLOUT };
	ssize_t size;

	if (poll(&room, 1, 0) < 1)
		return TRUE;
	size = read(from, piece, sizeof(piece));
	if (size > 0 && write(to, piece, size) != size) {
		puts("the cable lost something");
		exit(71);
	}
	return TRUE;
}

static void lay(void)
{
	for (int end = 0; end < ENDS; end++) {
		struct termios raw;
		masters[end] = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
		if (masters[end] < 0 || grantpt(masters[end]) || unlockpt(masters[end]) || ptsname_r(masters[end], names[end], NAME))
			exit(72);
		/* Kept open: without a program at the other side a master hangs up. */
		slaves[end] = open(names[end], O_RDWR | O_NOCTTY);
		if (slaves[end] < 0 || tcgetattr(slaves[end], &raw))
			exit(72);
		cfmakeraw(&raw);
		tcsetattr(slaves[end], TCSANOW, &raw);
	}
	g_unix_fd_add(masters[0], G_IO_IN, relay, GINT_TO_POINTER(masters[1]));
	g_unix_fd_add(masters[1], G_IO_IN, relay, GINT_TO_POINTER(masters[0]));
}

int main(void)
{
	xsMachine *machine;
	GMainLoop *loop = g_main_loop_new(NULL, FALSE);

	lay();
	machine = fxPrepareMachine(NULL, xsPreparation(), "contract", NULL, NULL);
	xsBeginHost(machine);
	{
		xsVars(1);
		xsVar(0) = xsAwaitImport("main", XS_IMPORT_DEFAULT);
		xsCallFunction0(xsVar(0), xsGlobal);
	}
	xsEndHost(machine);
	g_main_loop_run(loop);
	return 0;
}
