// The other hosts of the wire's network, as far as datagrams go: what one of them says to the board, and what the board says to them.
// Why: udpqueues.c is held against what anybody can send, from any address and in any pieces.
// Specification: wire.h; RFC 791 §3.1 and RFC 768 for the packet that is made by hand, without a checksum of UDP.

#include "wire.h"

#include <string.h>

#include "lwip/igmp.h"
#include "lwip/inet_chksum.h"
#include "lwip/ip4.h"
#include "lwip/netif.h"
#include "lwip/prot/udp.h"
#include "lwip/udp.h"

#include "packets.h"

#define HEADS_BYTES (IP_HLEN + UDP_HLEN)

static WireOverheard last;
static bool isNew;

static void writeHeads(uint8_t *packet, const WireDatagram *datagram)
{
	struct ip_hdr *ip = (struct ip_hdr *)packet;
	struct udp_hdr *udp = (struct udp_hdr *)(packet + IP_HLEN);
	ip4_addr_t from, to;
	ip4addr_aton(datagram->from, &from);
	ip4addr_aton(datagram->to, &to);
	memset(packet, 0, HEADS_BYTES);
	IPH_VHL_SET(ip, 4, IP_HLEN / 4);
	IPH_LEN_SET(ip, lwip_htons((uint16_t)(HEADS_BYTES + datagram->length)));
	IPH_TTL_SET(ip, 64);
	IPH_PROTO_SET(ip, IP_PROTO_UDP);
	ip4_addr_copy(ip->src, from);
	ip4_addr_copy(ip->dest, to);
	IPH_CHKSUM_SET(ip, inet_chksum(ip, IP_HLEN));
	udp->src = lwip_htons(datagram->fromPort);
	udp->dest = lwip_htons(datagram->toPort);
	udp->len = lwip_htons((uint16_t)(UDP_HLEN + datagram->length));
}

static void say(void *argument)
{
	const WireDatagram *datagram = argument;
	const uint16_t front = datagram->cut == 0 ? datagram->length : datagram->cut;
	struct pbuf *packet = pbuf_alloc(PBUF_RAW, (uint16_t)(HEADS_BYTES + front), PBUF_RAM);
	struct pbuf *rest = pbuf_alloc(PBUF_RAW, (uint16_t)(datagram->length - front), PBUF_RAM);
	if (packet == NULL || rest == NULL) {
		if (packet != NULL)
			pbuf_free(packet);
		if (rest != NULL)
			pbuf_free(rest);
		return;
	}
	writeHeads(packet->payload, datagram);
	memcpy((uint8_t *)packet->payload + HEADS_BYTES, datagram->bytes, front);
	memcpy(rest->payload, datagram->bytes + front, datagram->length - front);
	if (rest->len == 0)
		pbuf_free(rest);
	else
		pbuf_cat(packet, rest);
	packetsBring(packet);
}

void wireSay(const WireDatagram *datagram)
{
	deskCross(say, (void *)datagram);
}

void datagramsTake(const struct pbuf *packet)
{
	const struct ip_hdr *ip = packet->payload;
	struct udp_hdr udp;
	// lwIP tells other hosts of its groups, too.
	if (IPH_PROTO(ip) != IP_PROTO_UDP)
		return;
	pbuf_copy_partial(packet, &udp, UDP_HLEN, IP_HLEN);
	const ip4_addr_t to = { .addr = ip->dest.addr };
	ip4addr_ntoa_r(&to, last.to, sizeof last.to);
	last.toPort = lwip_ntohs(udp.dest);
	last.fromPort = lwip_ntohs(udp.src);
	last.length = (uint16_t)(packet->tot_len - HEADS_BYTES);
	pbuf_copy_partial(packet, last.bytes, last.length, HEADS_BYTES);
	isNew = true;
}

typedef struct {
	WireOverheard *into;
	bool isNew;
} Overhearing;

static void overhear(void *argument)
{
	Overhearing *its = argument;
	its->isNew = isNew;
	if (isNew)
		*its->into = last;
	isNew = false;
}

bool wireOverhear(WireOverheard *overheard)
{
	Overhearing its = { .into = overheard };
	deskCross(overhear, &its);
	return its.isNew;
}

static void countSockets(void *count)
{
	for (const struct udp_pcb *pcb = udp_pcbs; pcb != NULL; pcb = pcb->next)
		++*(uint32_t *)count;
}

uint32_t wireSockets(void)
{
	uint32_t count = 0;
	deskCross(countSockets, &count);
	return count;
}

static void countGroups(void *count)
{
	ip4_addr_t hosts;
	IP4_ADDR(&hosts, 224, 0, 0, 1);
	for (struct netif *netif = netif_list; netif != NULL; netif = netif->next) {
		for (const struct igmp_group *group = netif_igmp_data(netif); group != NULL; group = group->next)
			*(uint32_t *)count += !ip4_addr_cmp(&group->group_address, &hosts);
	}
}

uint32_t wireGroups(void)
{
	uint32_t count = 0;
	deskCross(countGroups, &count);
	return count;
}
