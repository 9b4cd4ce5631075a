// The TCP links behind tcplinks.h: a table of fixed size, and lwIP's own interface, that of callbacks ("raw").
// Why it is our own: with the SDK's classes (8.2.3, modules/io/socket/lwip/tcp.c) anybody in the network corrupts the board's heap.
// - tcpReceive takes all callbacks away where the other end hangs up, and keeps the pcb. A reset that follows frees it, and nobody is
//   told: the close that comes later is one of freed memory. A phone that closes its socket while it is answered is enough.
// - listenerAccept sets no callback for errors: who dials and resets before XS looks leaves XS a freed pcb. It also writes through what
//   malloc gave, whatever that was.
// - Who waits, and who is hung up on, is kept without a bound: a backlog of 255, a list, then two minutes of TIME-WAIT for each. ESP-IDF
//   counts none of them, whatever its configuration says: it takes each from the heap (MEMP_MEM_MALLOC).
// - A segment of one byte that XS has not read holds one of the radio's receive buffers, of which the SDK gives an ESP32-S3 six.
//
// Here all runs on lwIP's thread, what XS asks too (tcpcalls.c): nothing needs a lock, and no pcb can go between a look at it and its
// use. A pcb is ours until onError says that it is gone, or cut() ends it; onError stands for as long as that. None is left to lwIP, to
// be held for minutes: a link that ends keeps its place in the table, which is as long as it is.
//
// lwIP's netconn would own the pcb's life as well. It closes, and cannot reset: who is hung up on stays in lwIP, and nothing counts them.
// And where a listener is closed, Espressif's reads the pcbs of those who wait from the wrong thread (netconn_drain in api_msg.c).
// Specification: RFC 9293; lwIP 2.1, doc/rawapi.txt.

#include "tcplinks.h"

#include <stdlib.h>
#include <string.h>

#include "lwip/priv/tcp_priv.h"
#include "lwip/tcp.h"

#include "lwipnet.h"
#include "tcptable.h"

// Each 500 ms (TCP_SLOW_INTERVAL): for so long what was sent before a close may take to get away, and the other end to close as well.
#define ENDING_POLLS_MAX 20

_Static_assert(TCP_WND <= UINT16_MAX, "sizes have 16 bits");

static LwipWake wakeOfXs = { .isPending = tcpTableIsPending };

static void wake(void)
{
	lwipWake(&wakeOfXs);
}

// Ends a link at once. Within a callback of its own pcb, ERR_ABRT must follow.
static void cut(Link *link)
{
	struct tcp_pcb *pcb = link->pcb;
	tcpTableForget(link);
	if (pcb == NULL)
		return;
	tcp_err(pcb, NULL);
	tcp_arg(pcb, NULL);
	tcp_abort(pcb);
}

// A place for who dials. That of a link which is ending is taken from it where there is no other.
static Link *placeForNewcomer(void)
{
	Link *link = tcpTablePlace();
	if (link != NULL && link->number != 0)
		cut(link);
	return link;
}

static void onError(void *arg, err_t error)
{
	Link *link = arg;
	(void)error;
	link->pcb = NULL;
	if (link->state == WAITING || link->state == ENDING)
		tcpTableForget(link);
	wake();
}

// Both ends have said all. Left to lwIP the pcb would stay for two minutes, and go without a word.
static err_t onBothEnded(Link *link, struct tcp_pcb *pcb)
{
	tcp_send_empty_ack(pcb);
	cut(link);
	return ERR_ABRT;
}

static void keep(Link *link, const struct pbuf *packet)
{
	const uint32_t place = ((uint32_t)link->first + link->size) % TCP_WND;
	const uint16_t run = (uint16_t)LWIP_MIN(packet->tot_len, TCP_WND - place);
	pbuf_copy_partial(packet, link->bytes + place, run, 0);
	pbuf_copy_partial(packet, link->bytes, (uint16_t)(packet->tot_len - run), run);
	link->size = (uint16_t)(link->size + packet->tot_len);
	link->isReadable = true;
}

// What comes before XS has opened the link is refused: lwIP keeps the first packet of it, and brings it again.
static err_t onReceive(void *arg, struct tcp_pcb *pcb, struct pbuf *packet, err_t error)
{
	Link *link = arg;
	(void)error;
	if (packet == NULL) {
		if (link->state == ENDING)
			return onBothEnded(link, pcb);
		link->isEnded = true;
	} else if (link->state == ENDING) {
		tcp_recved(pcb, packet->tot_len);
		pbuf_free(packet);
	} else {
		if (link->bytes == NULL || packet->tot_len > TCP_WND - link->size)
			return ERR_MEM;
		keep(link, packet);
		pbuf_free(packet);
	}
	wake();
	return ERR_OK;
}

// The other end has got something. Where that was the last that waited for its window to open, lwIP goes on to wait, and its next tick
// ends the board by an assertion (tcp_slowtmr, "persist ticking with empty send buffer"): any peer can have it so.
static err_t onSent(void *arg, struct tcp_pcb *pcb, u16_t length)
{
	(void)length;
	if (pcb->unsent == NULL)
		pcb->persist_backoff = 0;
	((Link *)arg)->isWritable = true;
	wake();
	return ERR_OK;
}

static err_t onPoll(void *arg, struct tcp_pcb *pcb)
{
	Link *link = arg;
	(void)pcb;
	if (link->state == ENDING && ++link->polls >= ENDING_POLLS_MAX) {
		cut(link);
		return ERR_ABRT;
	}
	link->isWritable = link->isWritable || link->isStarved;
	link->isStarved = false;
	wake();
	return ERR_OK;
}

// Somebody dialled. Whoever is refused here is reset by lwIP.
static err_t onAccept(void *arg, struct tcp_pcb *pcb, err_t error)
{
	Listener *listener = arg;
	if (pcb == NULL || error != ERR_OK)
		return ERR_VAL;
	Link *link = tcpTableWaiting(listener) < TCP_WAITING_MAX ? placeForNewcomer() : NULL;
	if (link == NULL)
		return ERR_MEM;
	*link = (Link){ .number = tcpTableNumber(), .state = WAITING, .listener = listener->number, .pcb = pcb,
		.address = *ip_2_ip4(&pcb->remote_ip) };
	tcp_arg(pcb, link);
	tcp_err(pcb, onError);
	tcp_recv(pcb, onReceive);
	tcp_sent(pcb, onSent);
	tcp_poll(pcb, onPoll, 1);
	// He counts in the backlog until XS takes him.
	tcp_backlog_delayed(pcb);
	listener->hasNews = true;
	wake();
	return ERR_OK;
}

static struct tcp_pcb *listenAt(uint16_t port)
{
	struct tcp_pcb *pcb = tcp_new();
	if (pcb == NULL)
		return NULL;
	// Links of the listener before may still be at its port.
	ip_set_option(pcb, SOF_REUSEADDR);
	struct tcp_pcb *listening = NULL;
	if (tcp_bind(pcb, IP_ADDR_ANY, port) == ERR_OK)
		listening = tcp_listen_with_backlog(pcb, TCP_WAITING_MAX);
	// It took the pcb, or left it as it was.
	if (listening == NULL)
		tcp_close(pcb);
	return listening;
}

uint32_t tcpLinksListen(uint16_t port, LwipSend send)
{
	Listener *listener = NULL;
	for (int place = 0; place < TCP_LISTENERS_MAX && listener == NULL; place++) {
		if (tcpTableListeners[place].number == 0)
			listener = &tcpTableListeners[place];
	}
	struct tcp_pcb *pcb = listener == NULL || !lwipHasNetwork() ? NULL : listenAt(port);
	if (pcb == NULL)
		return 0;
	wakeOfXs.send = send;
	*listener = (Listener){ .number = tcpTableNumber(), .pcb = pcb };
	tcp_arg(pcb, listener);
	tcp_accept(pcb, onAccept);
	return listener->number;
}

uint16_t tcpLinksPort(uint32_t number)
{
	const Listener *listener = tcpTableListener(number);
	return listener == NULL ? 0 : listener->pcb->local_port;
}

uint32_t tcpLinksAccept(uint32_t listener)
{
	const Listener *its = tcpTableListener(listener);
	Link *first = its == NULL ? NULL : tcpTableFirstWaiting(its);
	if (first == NULL)
		return 0;
	first->state = TAKEN;
	tcp_backlog_accepted(first->pcb);
	return first->number;
}

bool tcpLinksOpen(uint32_t number, bool isPrompt)
{
	Link *link = tcpTableLink(number, TAKEN);
	uint8_t *bytes = link == NULL ? NULL : malloc(TCP_WND);
	if (bytes == NULL)
		return false;
	link->bytes = bytes;
	link->state = OPEN;
	link->isWritable = true;
	if (link->pcb != NULL && isPrompt)
		tcp_nagle_disable(link->pcb);
	// What he sent before; else it would come with lwIP's next tick.
	if (link->pcb != NULL && link->pcb->refused_data != NULL)
		tcp_process_refused_data(link->pcb);
	wake();
	return true;
}

uint16_t tcpLinksReadable(uint32_t number)
{
	const Link *link = tcpTableLink(number, OPEN);
	return link == NULL ? 0 : link->size;
}

bool tcpLinksRead(uint32_t number, uint8_t *bytes, uint16_t length)
{
	Link *link = tcpTableLink(number, OPEN);
	if (link == NULL || length > link->size)
		return false;
	const uint16_t run = (uint16_t)LWIP_MIN(length, TCP_WND - link->first);
	memcpy(bytes, link->bytes + link->first, run);
	memcpy(bytes + run, link->bytes, length - run);
	link->first = (uint16_t)(((uint32_t)link->first + length) % TCP_WND);
	link->size = (uint16_t)(link->size - length);
	if (link->pcb != NULL)
		tcp_recved(link->pcb, length);
	wake();
	return true;
}

bool tcpLinksWrite(uint32_t number, const uint8_t *bytes, uint32_t length)
{
	Link *link = tcpTableLink(number, OPEN);
	if (link == NULL || link->pcb == NULL || link->hasFailed)
		return false;
	if (length > tcpTableRoom(link) || tcp_write(link->pcb, bytes, (uint16_t)length, TCP_WRITE_FLAG_COPY) != ERR_OK) {
		link->isStarved = true;
		return false;
	}
	tcp_output(link->pcb);
	return true;
}

bool tcpLinksAddress(uint32_t number, char text[TCP_ADDRESS_BYTES])
{
	const Link *link = tcpTableLink(number, OPEN) == NULL ? tcpTableLink(number, TAKEN) : tcpTableLink(number, OPEN);
	return link != NULL && ip4addr_ntoa_r(&link->address, text, TCP_ADDRESS_BYTES) != NULL;
}

// What was not read is thrown away, so that the other end can go on to its own end. Only the way out is shut: so lwIP goes on to tell.
static void finish(Link *link)
{
	struct tcp_pcb *pcb = link->pcb;
	const uint16_t unread = link->size;
	free(link->bytes);
	link->bytes = NULL;
	link->size = 0;
	link->state = ENDING;
	if (pcb != NULL)
		tcp_recved(pcb, unread);
	if (pcb == NULL || tcp_shutdown(pcb, 0, 1) != ERR_OK)
		cut(link);
}

void tcpLinksClose(uint32_t number)
{
	Link *taken = tcpTableLink(number, TAKEN);
	Link *open = tcpTableLink(number, OPEN);
	Listener *listener = tcpTableListener(number);
	if (taken != NULL)
		cut(taken);
	if (open != NULL)
		finish(open);
	if (listener == NULL)
		return;
	for (Link *link = tcpTableFirstWaiting(listener); link != NULL; link = tcpTableFirstWaiting(listener))
		cut(link);
	tcp_close(listener->pcb);
	memset(listener, 0, sizeof *listener);
}

void tcpLinksRested(void)
{
	lwipRested(&wakeOfXs);
}
