// The table behind tcptable.h: fixed memory, and a look at every place each time.
// Why: there are 36 places, and no list or index of them that could be wrong.
// Specification: none.

#include "tcptable.h"

#include <stdlib.h>
#include <string.h>

#include "lwip/priv/tcp_priv.h"

// A number may come again after so many others, while no link has it: nobody holds it by then.
#ifndef LATCHKEY_TCP_NUMBER_MAX
	#define LATCHKEY_TCP_NUMBER_MAX INT32_MAX
#endif

Link tcpTableLinks[TCP_LINKS_MAX];
Listener tcpTableListeners[TCP_LISTENERS_MAX];
static uint32_t lastNumber;
static int cursor;

static bool isNumberTaken(uint32_t number)
{
	for (int place = 0; place < TCP_LINKS_MAX; place++) {
		if (tcpTableLinks[place].number == number)
			return true;
	}
	for (int place = 0; place < TCP_LISTENERS_MAX; place++) {
		if (tcpTableListeners[place].number == number)
			return true;
	}
	return false;
}

uint32_t tcpTableNumber(void)
{
	do
		lastNumber = lastNumber < (uint32_t)LATCHKEY_TCP_NUMBER_MAX ? lastNumber + 1 : 1;
	while (isNumberTaken(lastNumber));
	return lastNumber;
}

Listener *tcpTableListener(uint32_t number)
{
	for (int place = 0; place < TCP_LISTENERS_MAX; place++) {
		if (number != 0 && tcpTableListeners[place].number == number)
			return &tcpTableListeners[place];
	}
	return NULL;
}

Link *tcpTableLink(uint32_t number, LinkState state)
{
	for (int place = 0; place < TCP_LINKS_MAX; place++) {
		if (number != 0 && tcpTableLinks[place].number == number && tcpTableLinks[place].state == state)
			return &tcpTableLinks[place];
	}
	return NULL;
}

static bool isWaitingAt(const Link *link, const Listener *listener)
{
	return link->number != 0 && link->state == WAITING && link->listener == listener->number;
}

uint32_t tcpTableWaiting(const Listener *listener)
{
	uint32_t count = 0;
	for (int place = 0; place < TCP_LINKS_MAX; place++) {
		if (isWaitingAt(&tcpTableLinks[place], listener))
			count++;
	}
	return count;
}

Link *tcpTableFirstWaiting(const Listener *listener)
{
	Link *first = NULL;
	for (int place = 0; place < TCP_LINKS_MAX; place++) {
		Link *link = &tcpTableLinks[place];
		if (isWaitingAt(link, listener) && (first == NULL || link->number < first->number))
			first = link;
	}
	return first;
}

Link *tcpTablePlace(void)
{
	Link *oldest = NULL;
	for (int place = 0; place < TCP_LINKS_MAX; place++) {
		Link *link = &tcpTableLinks[place];
		if (link->number == 0)
			return link;
		if (link->state == ENDING && (oldest == NULL || link->polls > oldest->polls))
			oldest = link;
	}
	return oldest;
}

void tcpTableForget(Link *link)
{
	free(link->bytes);
	memset(link, 0, sizeof *link);
}

// Whether something waits to be sent once more. lwIP would add what is written now to it, though it was away already: in front of what
// stands behind it, or over what the other end has got (tcp_write, behind tcp_rexmit and tcp_rexmit_rto).
static bool isRepeating(const struct tcp_pcb *pcb)
{
	return pcb->unsent != NULL && TCP_SEQ_LT(lwip_ntohl(pcb->unsent->tcphdr->seqno), pcb->snd_nxt);
}

// Room for bytes, in as many segments as lwIP keeps. Who announces tiny segments or windows gets little at a time; who has announced no
// window of two bytes yet gets nothing: lwIP would make long segments, and end the board by an assertion at the next write after he has
// (tcp_write, "mss_local is too small").
uint32_t tcpTableRoom(const Link *link)
{
	const struct tcp_pcb *pcb = link->pcb;
	if (pcb == NULL || link->hasFailed || isRepeating(pcb))
		return 0;
	// One more than it keeps, since bytes may first go to the last of them.
	const uint32_t used = tcp_sndqueuelen(pcb) + 1u;
	const uint32_t half = pcb->snd_wnd_max / 2u;
	const uint32_t segment = half < pcb->mss ? half : pcb->mss;
	const uint32_t room = used < TCP_SND_QUEUELEN ? (TCP_SND_QUEUELEN - used) * segment : 0;
	return room < tcp_sndbuf(pcb) ? room : tcp_sndbuf(pcb);
}

// What XS is to be told of a link next; 0 where that is nothing.
static int nextKind(const Link *link)
{
	if (link->number == 0 || link->state != OPEN)
		return 0;
	if (link->isReadable && link->size > 0)
		return TOLD_READABLE;
	if (link->isWritable && tcpTableRoom(link) > 0)
		return TOLD_WRITABLE;
	return (link->isEnded || link->pcb == NULL) && link->size == 0 && !link->hasFailed ? TOLD_FAILED : 0;
}

bool tcpTableIsPending(void)
{
	for (int place = 0; place < TCP_LISTENERS_MAX; place++) {
		if (tcpTableListeners[place].hasNews && tcpTableWaiting(&tcpTableListeners[place]) > 0)
			return true;
	}
	for (int place = 0; place < TCP_LINKS_MAX; place++) {
		if (nextKind(&tcpTableLinks[place]) != 0)
			return true;
	}
	return false;
}

static bool takeOfListener(Listener *listener, TcpEvent *event)
{
	const uint32_t count = listener->hasNews ? tcpTableWaiting(listener) : 0;
	listener->hasNews = false;
	*event = (TcpEvent){ .kind = TOLD_WAITING, .number = listener->number, .count = count };
	return count > 0;
}

static bool takeOfLink(Link *link, TcpEvent *event)
{
	const int kind = nextKind(link);
	*event = (TcpEvent){ .kind = (TcpEventKind)kind, .number = link->number };
	if (kind == TOLD_READABLE) {
		event->count = link->size;
		link->isReadable = false;
	} else if (kind == TOLD_WRITABLE) {
		event->count = tcpTableRoom(link);
		link->isWritable = false;
	} else if (kind == TOLD_FAILED)
		link->hasFailed = true;
	return kind != 0;
}

bool tcpLinksTake(TcpEvent *event)
{
	for (int step = 0; step < TCP_LISTENERS_MAX + TCP_LINKS_MAX; step++) {
		const int place = cursor;
		cursor = (cursor + 1) % (TCP_LISTENERS_MAX + TCP_LINKS_MAX);
		if (place < TCP_LISTENERS_MAX ? takeOfListener(&tcpTableListeners[place], event) :
			takeOfLink(&tcpTableLinks[place - TCP_LISTENERS_MAX], event))
			return true;
	}
	return false;
}
