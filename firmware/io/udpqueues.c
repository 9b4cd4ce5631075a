// The UDP sockets behind udpqueues.h, over lwIP's own interface of callbacks ("raw").
// Why it is our own: with the SDK's class (8.2.3, modules/io/socket/lwip/udp.c) whoever sends enough starts the board anew.
// - udpReceive keeps every packet until XS reads it, in a list without a bound, and on some chips the radio's buffer with it.
// - udp_sendto_INLWIP writes through what pbuf_alloc gave, whatever that was. It frees the packet by a message to lwIP's own thread, on
//   which it is: where the queue of 32 messages is full, that thread waits for itself for ever.
// - `add` changes lwIP's list of groups on the task of XS, while lwIP's thread reads it; and a socket that is closed leaves none.
// - A packet in several pieces is read as its first piece.
// Here a datagram is copied as it comes, its packet is given back at once, and what finds no room is lost: UDP promises no more.
// Specification: RFC 768, RFC 2236 for groups; lwIP 2.1, doc/rawapi.txt.

#include "udpqueues.h"

#include <string.h>

#include "lwip/igmp.h"
#include "lwip/udp.h"

#include "lwipnet.h"

// Stands before each datagram in a queue.
typedef struct {
	ip4_addr_t address;
	uint16_t port;
	uint16_t length;
} Head;

typedef struct {
	// NULL: the place is free.
	struct udp_pcb *pcb;
	// Heads and bytes, what came first in front.
	uint8_t queue[UDP_QUEUE_BYTES];
	uint16_t used;
	uint16_t count;
	// Something came that XS was not told of.
	bool hasNews;
	// 0.0.0.0: none.
	ip4_addr_t group;
} Socket;

static Socket sockets[UDP_SOCKETS_MAX];

static bool isPending(void)
{
	for (int place = 0; place < UDP_SOCKETS_MAX; place++) {
		if (sockets[place].hasNews)
			return true;
	}
	return false;
}

static LwipWake wakeOfXs = { .isPending = isPending };

// A socket's number is that of its place, from 1 on: XS uses none that it closed.
static Socket *socketOf(uint32_t number)
{
	const bool isPlace = number >= 1 && number <= UDP_SOCKETS_MAX;
	return isPlace && sockets[number - 1].pcb != NULL ? &sockets[number - 1] : NULL;
}

static void onReceive(void *arg, struct udp_pcb *pcb, struct pbuf *packet, const ip_addr_t *address, u16_t port)
{
	Socket *its = arg;
	const Head head = { .address = *ip_2_ip4(address), .port = port, .length = packet->tot_len };
	(void)pcb;
	if (head.length <= UDP_DATAGRAM_BYTES_MAX && sizeof head + head.length <= (size_t)(UDP_QUEUE_BYTES - its->used)) {
		memcpy(its->queue + its->used, &head, sizeof head);
		pbuf_copy_partial(packet, its->queue + its->used + sizeof head, head.length, 0);
		its->used = (uint16_t)(its->used + sizeof head + head.length);
		its->count++;
		its->hasNews = true;
	}
	pbuf_free(packet);
	lwipWake(&wakeOfXs);
}

uint32_t udpQueuesOpen(uint16_t port, LwipSend send)
{
	uint32_t number = 1;
	while (number <= UDP_SOCKETS_MAX && socketOf(number) != NULL)
		number++;
	if (number > UDP_SOCKETS_MAX || !lwipHasNetwork())
		return 0;
	struct udp_pcb *pcb = udp_new();
	if (pcb == NULL)
		return 0;
	if (udp_bind(pcb, IP_ADDR_ANY, port) != ERR_OK) {
		udp_remove(pcb);
		return 0;
	}
	wakeOfXs.send = send;
	sockets[number - 1].pcb = pcb;
	udp_recv(pcb, onReceive, &sockets[number - 1]);
	return number;
}

bool udpQueuesJoin(uint32_t number, const char *text)
{
	Socket *its = socketOf(number);
	ip4_addr_t group;
	if (its == NULL || !ip4addr_aton(text, &group) || !ip4_addr_ismulticast(&group))
		return false;
	if (!ip4_addr_isany_val(its->group))
		return ip4_addr_cmp(&its->group, &group);
	// Of all networks that know groups: the board has one.
	if (igmp_joingroup(IP4_ADDR_ANY4, &group) != ERR_OK)
		return false;
	its->group = group;
	return true;
}

bool udpQueuesRead(uint32_t number, UdpDatagram *datagram)
{
	Socket *its = socketOf(number);
	Head head;
	if (its == NULL || its->count == 0)
		return false;
	memcpy(&head, its->queue, sizeof head);
	ip4addr_ntoa_r(&head.address, datagram->address, UDP_ADDRESS_BYTES);
	datagram->port = head.port;
	datagram->length = head.length;
	memcpy(datagram->bytes, its->queue + sizeof head, head.length);
	const uint16_t size = (uint16_t)(sizeof head + head.length);
	its->used = (uint16_t)(its->used - size);
	its->count--;
	its->hasNews = its->hasNews && its->count > 0;
	memmove(its->queue, its->queue + size, its->used);
	return true;
}

bool udpQueuesSend(uint32_t number, const UdpDatagram *datagram)
{
	const Socket *its = socketOf(number);
	ip_addr_t to;
	if (its == NULL || datagram->length > UDP_DATAGRAM_BYTES_MAX || !ip4addr_aton(datagram->address, ip_2_ip4(&to)))
		return false;
	IP_SET_TYPE_VAL(to, IPADDR_TYPE_V4);
	struct pbuf *packet = pbuf_alloc(PBUF_TRANSPORT, datagram->length, PBUF_RAM);
	if (packet == NULL)
		return false;
	pbuf_take(packet, datagram->bytes, datagram->length);
	const err_t error = udp_sendto(its->pcb, packet, &to, datagram->port);
	pbuf_free(packet);
	return error == ERR_OK;
}

void udpQueuesClose(uint32_t number)
{
	Socket *its = socketOf(number);
	if (its == NULL)
		return;
	if (!ip4_addr_isany_val(its->group))
		igmp_leavegroup(IP4_ADDR_ANY4, &its->group);
	udp_remove(its->pcb);
	memset(its, 0, sizeof *its);
}

bool udpQueuesTake(UdpEvent *event)
{
	for (int place = 0; place < UDP_SOCKETS_MAX; place++) {
		Socket *its = &sockets[place];
		if (!its->hasNews)
			continue;
		its->hasNews = false;
		*event = (UdpEvent){ .number = (uint32_t)place + 1, .count = its->count };
		return true;
	}
	return false;
}

void udpQueuesRested(void)
{
	lwipRested(&wakeOfXs);
}
