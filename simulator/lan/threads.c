// lwIP's system with a thread of its own, as a board has it, over POSIX threads.
// Why: what XS's task asks then crosses to another thread, and the compiler's check of races looks on.
// Specification: lwip/sys.h.

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lwip/mem.h"
#include "lwip/priv/tcpip_priv.h"
#include "lwip/sys.h"
#include "lwip/tcpip.h"

#include "wire.h"

#define PLACES 64

struct deskMailbox {
	pthread_mutex_t mutex;
	pthread_cond_t condition;
	void *places[PLACES];
	int first, count, size;
};

// A semaphore is a mailbox of one.
struct deskSemaphore {
	struct deskMailbox box;
};

static pthread_mutex_t protection = PTHREAD_MUTEX_INITIALIZER;
static pthread_t lwipThread;
static bool isStarted;
static uint32_t drawn;

static void initBox(struct deskMailbox *box, int size)
{
	memset(box, 0, sizeof *box);
	pthread_mutex_init(&box->mutex, NULL);
	pthread_cond_init(&box->condition, NULL);
	box->size = size;
}

static bool putIn(struct deskMailbox *box, void *message, bool doesWait)
{
	pthread_mutex_lock(&box->mutex);
	while (doesWait && box->count == box->size)
		pthread_cond_wait(&box->condition, &box->mutex);
	const bool hasRoom = box->count < box->size;
	if (hasRoom)
		box->places[(box->first + box->count++) % PLACES] = message;
	pthread_cond_broadcast(&box->condition);
	pthread_mutex_unlock(&box->mutex);
	return hasRoom;
}

// 0: without end.
static bool takeFrom(struct deskMailbox *box, void **message, u32_t millis)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += millis / 1000;
	until.tv_nsec += (long)(millis % 1000) * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&box->mutex);
	int fault = 0;
	while (box->count == 0 && fault == 0) {
		fault = millis == 0 ? pthread_cond_wait(&box->condition, &box->mutex) :
			pthread_cond_timedwait(&box->condition, &box->mutex, &until);
	}
	const bool isThere = box->count > 0;
	if (isThere) {
		*message = box->places[box->first];
		box->first = (box->first + 1) % PLACES;
		box->count--;
	}
	pthread_cond_broadcast(&box->condition);
	pthread_mutex_unlock(&box->mutex);
	return isThere;
}

err_t sys_sem_new(sys_sem_t *sem, u8_t count)
{
	*sem = malloc(sizeof **sem);
	if (*sem == NULL)
		return ERR_MEM;
	initBox(&(*sem)->box, 1);
	if (count > 0)
		sys_sem_signal(sem);
	return ERR_OK;
}

void sys_sem_signal(sys_sem_t *sem)
{
	putIn(&(*sem)->box, NULL, false);
}

u32_t sys_arch_sem_wait(sys_sem_t *sem, u32_t millis)
{
	void *nothing;
	return takeFrom(&(*sem)->box, &nothing, millis) ? 0 : SYS_ARCH_TIMEOUT;
}

void sys_sem_free(sys_sem_t *sem)
{
	// Whoever signalled may still be inside.
	pthread_mutex_lock(&(*sem)->box.mutex);
	pthread_mutex_unlock(&(*sem)->box.mutex);
	pthread_cond_destroy(&(*sem)->box.condition);
	pthread_mutex_destroy(&(*sem)->box.mutex);
	free(*sem);
}

err_t sys_mbox_new(sys_mbox_t *mailbox, int size)
{
	*mailbox = malloc(sizeof **mailbox);
	if (*mailbox == NULL)
		return ERR_MEM;
	initBox(*mailbox, size);
	return ERR_OK;
}

void sys_mbox_post(sys_mbox_t *mailbox, void *message)
{
	putIn(*mailbox, message, true);
}

err_t sys_mbox_trypost(sys_mbox_t *mailbox, void *message)
{
	return putIn(*mailbox, message, false) ? ERR_OK : ERR_MEM;
}

err_t sys_mbox_trypost_fromisr(sys_mbox_t *mailbox, void *message)
{
	return sys_mbox_trypost(mailbox, message);
}

u32_t sys_arch_mbox_fetch(sys_mbox_t *mailbox, void **message, u32_t millis)
{
	return takeFrom(*mailbox, message, millis) ? 0 : SYS_ARCH_TIMEOUT;
}

sys_thread_t sys_thread_new(const char *name, lwip_thread_fn run, void *argument, int stack, int priority)
{
	pthread_t thread;
	(void)name;
	(void)stack;
	(void)priority;
	pthread_create(&thread, NULL, (void *(*)(void *))(void (*)(void))run, argument);
	pthread_detach(thread);
	return 0;
}

void sys_init(void)
{
}

u32_t sys_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u32_t)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

sys_prot_t sys_arch_protect(void)
{
	pthread_mutex_lock(&protection);
	return 0;
}

void sys_arch_unprotect(sys_prot_t unused)
{
	(void)unused;
	pthread_mutex_unlock(&protection);
}

void deskMarkThread(void)
{
	lwipThread = pthread_self();
}

void deskCheckThread(void)
{
	if (!isStarted || pthread_equal(lwipThread, pthread_self()))
		return;
	fputs("desk: not so: lwIP is touched on its own thread\n", stderr);
	abort();
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

static void runs(void *sem)
{
	isStarted = true;
	sys_sem_signal(sem);
}

void deskStart(void)
{
	sys_sem_t sem;
	sys_sem_new(&sem, 0);
	tcpip_init(runs, &sem);
	sys_arch_sem_wait(&sem, 0);
	sys_sem_free(&sem);
}

void deskPass(uint32_t unused)
{
	(void)unused;
}

typedef struct {
	struct tcpip_api_call_data call;
	void (*work)(void *argument);
	void *argument;
} Crossing;

static err_t cross(struct tcpip_api_call_data *call)
{
	const Crossing *crossing = (const Crossing *)call;
	crossing->work(crossing->argument);
	return ERR_OK;
}

void deskCross(void (*work)(void *argument), void *argument)
{
	Crossing crossing = { .work = work, .argument = argument };
	tcpip_api_call(cross, &crossing.call);
}
