// The interface behind wire.h: what is sent over it comes back, in its order, when a test says so.
// Why: both ends of a connection stand in one lwIP. So an attacker has all of TCP at hand, and no socket of this computer is used. Only
// what goes to others than the board leaves it (datagrams.c).
// Specification: lwip/netif.h; RFC 9293 §3.1 for the segment that is made by hand.

#include "wire.h"

#include <stdlib.h>
#include <string.h>

#include "lwip/inet_chksum.h"
#include "lwip/ip4.h"
#include "lwip/netif.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/tcpip.h"
#include "lwip/timeouts.h"

#include "packets.h"

#define PACKETS_MAX 4096
// Answers to answers.
#define ROUNDS_MAX 100
#define MTU 1500
#define TIMER_BYTES LWIP_MEM_ALIGN_SIZE(sizeof(struct sys_timeo))
#define TICK_MILLIS 10
#define BOARD "192.168.1.2"
#define NOBODY "192.168.1.66"
// lwIP draws the ports of who dials from here on.
#define CALLER_PORT_FIRST 0xc000

static struct netif interface;
static bool isMade;
static struct pbuf *packets[PACKETS_MAX];
static uint32_t first, count, losses;
// Of each port, whether who had it is gone: what goes to it and what comes from it is lost.
static bool isSilent[UINT16_MAX + 1];

// Of so many allocations one fails; 0: none.
static uint32_t failOneIn, failDrawn;
// What callers say of themselves; 0: what lwIP says.
static uint16_t segmentMost, windowMost;

// lwIP's timers are left out: where one finds no memory lwIP ends by an assertion, with or without us.
static bool fails(size_t bytes)
{
	if (failOneIn == 0 || bytes == TIMER_BYTES)
		return false;
	failDrawn = failDrawn * 1664525 + 1013904223;
	return (failDrawn >> 8) % failOneIn == 0;
}

void *deskAllocate(size_t bytes)
{
	return fails(bytes) ? NULL : malloc(bytes);
}

void *deskAllocateZeros(size_t number, size_t bytes)
{
	return fails(number * bytes) ? NULL : calloc(number, bytes);
}

static void starve(void *oneIn)
{
	failOneIn = *(uint32_t *)oneIn;
}

void wireStarve(uint32_t oneIn)
{
	deskCross(starve, &oneIn);
}

bool wireIsStarving(void)
{
	return failOneIn != 0;
}

// Where a packet's option for the segment's size is; NULL where it has none. RFC 9293 §3.2.
static uint8_t *segmentOption(struct tcp_hdr *head)
{
	uint8_t *option = (uint8_t *)(head + 1);
	const uint8_t *end = (uint8_t *)head + TCPH_HDRLEN_BYTES(head);
	while (option < end && *option != 0) {
		if (*option == 2)
			return option + 2;
		option += *option == 1 ? 1 : option[1];
	}
	return NULL;
}

// Makes a caller's packet say less than his lwIP can take.
static void understate(struct pbuf *packet, struct tcp_hdr *head)
{
	uint8_t *segment = segmentOption(head);
	if (lwip_ntohs(head->src) < CALLER_PORT_FIRST || (segmentMost == 0 && windowMost == 0))
		return;
	if (windowMost != 0 && lwip_ntohs(head->wnd) > windowMost)
		head->wnd = lwip_htons(windowMost);
	if (segmentMost != 0 && segment != NULL) {
		segment[0] = (uint8_t)(segmentMost >> 8);
		segment[1] = (uint8_t)segmentMost;
	}
	const ip_addr_t from = *netif_ip4_addr(&interface);
	head->chksum = 0;
	pbuf_remove_header(packet, IP_HLEN);
	head->chksum = inet_chksum_pseudo(packet, IP_PROTO_TCP, packet->tot_len, &from, &from);
	pbuf_add_header(packet, IP_HLEN);
}

// Whether a caller's packet goes on, and makes it say what he says.
static bool passes(struct pbuf *packet)
{
	struct tcp_hdr *head = (struct tcp_hdr *)((uint8_t *)packet->payload + IP_HLEN);
	understate(packet, head);
	return !isSilent[lwip_ntohs(head->src)] && !isSilent[lwip_ntohs(head->dest)];
}

static bool isToBoard(const struct pbuf *packet)
{
	return ip4_addr_cmp(&((struct ip_hdr *)packet->payload)->dest, netif_ip4_addr(&interface));
}

void packetsBring(struct pbuf *packet)
{
#ifdef LATCHKEY_THREADS
	if (interface.input(packet, &interface) != ERR_OK)
		pbuf_free(packet);
#else
	if (count >= PACKETS_MAX) {
		pbuf_free(packet);
		return;
	}
	packets[(first + count) % PACKETS_MAX] = packet;
	count++;
#endif
}

static err_t output(struct netif *unused, struct pbuf *packet, const ip4_addr_t *address)
{
	(void)unused;
	(void)address;
	if (losses > 0) {
		losses--;
		return ERR_OK;
	}
	if (!isToBoard(packet)) {
		datagramsTake(packet);
		return ERR_OK;
	}
	struct pbuf *copy = count < PACKETS_MAX ? pbuf_clone(PBUF_RAW, PBUF_RAM, packet) : NULL;
	if (copy == NULL)
		return ERR_MEM;
	if (IPH_PROTO((struct ip_hdr *)copy->payload) == IP_PROTO_TCP && !passes(copy))
		pbuf_free(copy);
	else
		packetsBring(copy);
	return ERR_OK;
}

static err_t begin(struct netif *netif)
{
	netif->name[0] = 'd';
	netif->name[1] = 'k';
	netif->mtu = MTU;
	netif->output = output;
	netif->flags |= NETIF_FLAG_IGMP;
	return ERR_OK;
}

static ip4_addr_t addressOf(const char *text)
{
	ip4_addr_t address;
	ip4addr_aton(text, &address);
	return address;
}

static void makeInterface(void *unused)
{
	const ip4_addr_t address = addressOf(BOARD), mask = addressOf("255.255.255.0");
	(void)unused;
#ifdef LATCHKEY_THREADS
	netif_add(&interface, &address, &mask, NULL, NULL, begin, tcpip_input);
#else
	netif_add(&interface, &address, &mask, NULL, NULL, begin, ip4_input);
#endif
	netif_set_link_up(&interface);
}

static void setUp(void *isUp)
{
	if (*(bool *)isUp) {
		netif_set_up(&interface);
		netif_set_default(&interface);
	} else {
		// It stays the default one, as ESP-IDF has it.
		netif_set_down(&interface);
	}
}

bool wireStart(void)
{
	if (isMade)
		return false;
	isMade = true;
	deskStart();
	deskCross(makeInterface, NULL);
	wireSetUp(true);
	return true;
}

void wireSetUp(bool isUp)
{
	deskCross(setUp, &isUp);
}

static void deliver(void *most)
{
	// A packet may call for others, which come behind it.
	const uint32_t there = count < *(uint32_t *)most ? count : *(uint32_t *)most;
	for (uint32_t left = there; left > 0; left--) {
		struct pbuf *packet = packets[first];
		first = (first + 1) % PACKETS_MAX;
		count--;
		if (isToBoard(packet) || ip4_addr_ismulticast(&((struct ip_hdr *)packet->payload)->dest))
			interface.input(packet, &interface);
		else
			pbuf_free(packet);
	}
}

void wireDeliver(uint32_t most)
{
	deskCross(deliver, &most);
}

// Two of lwIP whose windows are both shut answer each other's acknowledgements without end: hence a bound.
void wireRun(void)
{
	for (int round = 0; round < ROUNDS_MAX && count > 0; round++)
		wireDeliver(PACKETS_MAX);
}

static void lookAtTimers(void *unused)
{
	(void)unused;
	sys_check_timeouts();
}

void wirePass(uint32_t millis)
{
	for (uint32_t passed = 0; passed < millis; passed += TICK_MILLIS) {
		deskPass(TICK_MILLIS);
		deskCross(lookAtTimers, NULL);
		wireRun();
	}
}

static void lose(void *number)
{
	losses = *(uint32_t *)number;
}

void wireLose(uint32_t number)
{
	deskCross(lose, &number);
}

typedef struct {
	uint16_t segment;
	uint16_t window;
} Understatement;

static void setUnderstatement(void *argument)
{
	const Understatement *most = argument;
	segmentMost = most->segment;
	windowMost = most->window;
}

void wireUnderstate(uint16_t segment, uint16_t window)
{
	deskCross(setUnderstatement, &(Understatement){ segment, window });
}

void wireSilence(uint16_t port, bool isIt)
{
	isSilent[port] = isIt;
}

static void forge(void *argument)
{
	const WireSegment *wanted = argument;
	const ip4_addr_t from = addressOf(wanted->flags & TCP_SYN ? NOBODY : BOARD), to = addressOf(BOARD);
	struct pbuf *packet = pbuf_alloc(PBUF_IP, TCP_HLEN, PBUF_RAM);
	if (packet == NULL)
		return;
	struct tcp_hdr *head = packet->payload;
	memset(head, 0, TCP_HLEN);
	head->src = lwip_htons(wanted->from);
	head->dest = lwip_htons(wanted->port);
	head->seqno = lwip_htonl(wanted->sequence);
	head->ackno = lwip_htonl(wanted->acknowledged);
	head->wnd = lwip_htons(wanted->window);
	TCPH_HDRLEN_FLAGS_SET(head, TCP_HLEN / 4, wanted->flags);
	head->chksum = inet_chksum_pseudo(packet, IP_PROTO_TCP, TCP_HLEN, &from, &to);
	ip4_output_if(packet, &from, &to, 64, 0, IP_PROTO_TCP, &interface);
	pbuf_free(packet);
}

void wireForge(WireSegment segment)
{
	forge(&segment);
}

void wireForgeSyn(uint16_t port, uint16_t from)
{
	deskCross(forge, &(WireSegment){ .port = port, .from = from, .sequence = from, .window = 1000, .flags = TCP_SYN });
}

typedef struct {
	uint16_t port;
	uint32_t count;
	uint32_t atRest;
} Census;

static void take(void *argument)
{
	Census *census = argument;
	for (int list = 1; list < NUM_TCP_PCB_LISTS; list++) {
		if (tcp_pcb_lists[list] == &tcp_listen_pcbs.pcbs)
			continue;
		for (struct tcp_pcb *pcb = *tcp_pcb_lists[list]; pcb != NULL; pcb = pcb->next) {
			const bool isIts = pcb->local_port == census->port;
			census->count += isIts;
			census->atRest += isIts && pcb->state == TIME_WAIT;
		}
	}
}

uint32_t wireHeld(uint16_t port)
{
	Census census = { .port = port };
	deskCross(take, &census);
	return census.count;
}

uint32_t wireAtRest(uint16_t port)
{
	Census census = { .port = port };
	deskCross(take, &census);
	return census.atRest;
}
