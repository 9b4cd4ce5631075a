// The UDP sockets of a board, each with a queue of what came. All of it is of lwIP's thread; udpcalls.h is how XS asks.
// Why: what strangers can take of the board's memory with datagrams is one array for each socket.
// Specification: RFC 768, as lwIP has it. Every function is total: a number that is not known does nothing.

#ifndef LATCHKEY_UDPQUEUES
#define LATCHKEY_UDPQUEUES

#include <stdbool.h>
#include <stdint.h>

#include "lwipwake.h"

// A board opens one. On the desk a test is its other end.
#ifndef LATCHKEY_UDP_SOCKETS_MAX
	#define LATCHKEY_UDP_SOCKETS_MAX 1
#endif
#define UDP_SOCKETS_MAX LATCHKEY_UDP_SOCKETS_MAX
// Of datagrams that XS has not read, with eight bytes before each; what finds no room is lost.
#define UDP_QUEUE_BYTES 6144
// As the camera's wire has it (docs/protocol.md §3.1): long ones would fill the queue before XS looks at it.
#define UDP_DATAGRAM_BYTES_MAX 256
// An address in figures, and a zero.
#define UDP_ADDRESS_BYTES 16

typedef struct {
	// Who sent it, or is to get it.
	char address[UDP_ADDRESS_BYTES];
	uint16_t port;
	uint16_t length;
	uint8_t bytes[UDP_DATAGRAM_BYTES_MAX];
} UdpDatagram;

// Of a socket at which something came since the last one: how many datagrams wait.
typedef struct {
	uint32_t number;
	uint32_t count;
} UdpEvent;

// Opens a socket at a port, or at any that is free for 0. @returns its number; 0 without a network, where the port is taken or no place
// or memory is left
uint32_t udpQueuesOpen(uint16_t port, LwipSend send);
// Hears what is sent to a group from here on, which it leaves when it is closed. The network is in the group, so other sockets hear it
// too. @returns false for what is no group, for a second one, and where there is no memory
bool udpQueuesJoin(uint32_t number, const char *group);
// Takes what came first. @returns false where nothing did
bool udpQueuesRead(uint32_t number, UdpDatagram *datagram);
// @returns false where it goes nowhere: too long, no address, no network, no memory
bool udpQueuesSend(uint32_t number, const UdpDatagram *datagram);
// Ends a socket: XS hears no more of it.
void udpQueuesClose(uint32_t number);
// Gives the next event.
bool udpQueuesTake(UdpEvent *event);
// Ends a wake, as lwipRested does.
void udpQueuesRested(void);

#endif
