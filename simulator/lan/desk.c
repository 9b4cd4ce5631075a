// lwIP's system on one thread: a clock that a test moves, and a lock that nobody waits for.
// Why: so what happens in it depends on its script alone, and is found again.
// Specification: lwip/sys.h. The lock stands for lwIP's thread: it is held while a call of XS, a packet or a timer is served.

#include <stdlib.h>

#include "lwip/init.h"
#include "lwip/sys.h"
#include "lwip/tcpip.h"

#include "wire.h"

static bool isStarted, isHeld;
static uint32_t millis, drawn;

static void claimThat(bool condition, const char *text)
{
	if (condition)
		return;
	fprintf(stderr, "desk: not so: %s\n", text);
	abort();
}

void deskStart(void)
{
	lwip_init();
	isStarted = true;
}

void deskPass(uint32_t more)
{
	millis += more;
}

void deskCross(void (*work)(void *argument), void *argument)
{
	LOCK_TCPIP_CORE();
	work(argument);
	UNLOCK_TCPIP_CORE();
}

void deskCheckThread(void)
{
	claimThat(isHeld || !isStarted, "lwIP is touched on its own thread");
}

void deskMarkThread(void)
{
}

unsigned int deskDraw(void)
{
	drawn = drawn * 1664525 + 1013904223;
	return drawn;
}

bool sys_thread_tcpip(sys_thread_core_lock_t type)
{
	(void)type;
	return isStarted;
}

u32_t sys_now(void)
{
	return millis;
}

void sys_init(void)
{
}

sys_prot_t sys_arch_protect(void)
{
	return 0;
}

void sys_arch_unprotect(sys_prot_t unused)
{
	(void)unused;
}

err_t sys_mutex_new(sys_mutex_t *mutex)
{
	(void)mutex;
	return ERR_OK;
}

void sys_mutex_lock(sys_mutex_t *unused)
{
	(void)unused;
	claimThat(!isHeld, "lwIP's thread asks itself nothing");
	isHeld = true;
}

void sys_mutex_unlock(sys_mutex_t *unused)
{
	(void)unused;
	isHeld = false;
}

// What follows is asked for by lwIP's thread, which is not there.

err_t sys_mbox_new(sys_mbox_t *mailbox, int size)
{
	(void)mailbox;
	(void)size;
	return ERR_MEM;
}

void sys_mbox_post(sys_mbox_t *mailbox, void *message)
{
	(void)mailbox;
	(void)message;
	claimThat(false, "nothing is posted");
}

err_t sys_mbox_trypost(sys_mbox_t *mailbox, void *message)
{
	sys_mbox_post(mailbox, message);
	return ERR_MEM;
}

err_t sys_mbox_trypost_fromisr(sys_mbox_t *mailbox, void *message)
{
	return sys_mbox_trypost(mailbox, message);
}

u32_t sys_arch_mbox_fetch(sys_mbox_t *mailbox, void **message, u32_t timeout)
{
	(void)timeout;
	sys_mbox_post(mailbox, message);
	return SYS_ARCH_TIMEOUT;
}

sys_thread_t sys_thread_new(const char *name, lwip_thread_fn run, void *argument, int stack, int priority)
{
	(void)name;
	(void)run;
	(void)argument;
	(void)stack;
	(void)priority;
	claimThat(false, "no thread is made");
	return 0;
}
