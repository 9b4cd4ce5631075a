// The TCP links of a board: whoever dials it, until he is gone. All of it is of lwIP's thread; tcpcalls.h is how XS asks.
// Why: what speaks to lwIP knows nothing of XS, so it runs as it is under a test that has no XS.
// Specification: RFC 9293, as lwIP has it. Every function is total: a number that is not known does nothing.

#ifndef LATCHKEY_TCPLINKS
#define LATCHKEY_TCPLINKS

#include <stdbool.h>
#include <stdint.h>

#include "lwipwake.h"

// The camera's two, and two more.
#define TCP_LISTENERS_MAX 4
// A camera's nine viewers and six of the house's own machines, who waits for them, and who is being hung up on.
#define TCP_LINKS_MAX 32
// Who dialled and was not taken yet, for each listener; lwIP answers nobody above that, so he tries again.
#define TCP_WAITING_MAX 8
// An address in figures, and a zero.
#define TCP_ADDRESS_BYTES 16

// TOLD_READABLE counts bytes that came, TOLD_WRITABLE bytes that can be written, TOLD_WAITING who waits at a listener. TOLD_FAILED
// comes once, behind all bytes that came: the other end said that it sends no more, or the link is broken.
typedef enum { TOLD_READABLE = 1, TOLD_WRITABLE, TOLD_FAILED, TOLD_WAITING } TcpEventKind;

typedef struct {
	TcpEventKind kind;
	uint32_t number;
	uint32_t count;
} TcpEvent;

// Listens at a port, or at any that is free for 0. @returns the listener's number; 0 without a network, where the port is taken or no
// place or memory is left
uint32_t tcpLinksListen(uint16_t port, LwipSend send);
// The port of a listener; 0 where there is no such one.
uint16_t tcpLinksPort(uint32_t listener);
// Takes whoever waits for longest at a listener. @returns his link's number; 0 where nobody waits
uint32_t tcpLinksAccept(uint32_t listener);
// From here on XS is told of a link that it took. @param isPrompt whether nothing waits to be sent together with more (TCP_NODELAY)
// @returns false where there is no memory for what comes
bool tcpLinksOpen(uint32_t number, bool isPrompt);
// Bytes that came over an open link.
uint16_t tcpLinksReadable(uint32_t number);
// Takes so many of them. @returns false, and takes none, where fewer came
bool tcpLinksRead(uint32_t number, uint8_t *bytes, uint16_t length);
// Sends a copy of all bytes. @returns false, and sends none, where there is no room (TOLD_WRITABLE follows) or the link has failed
bool tcpLinksWrite(uint32_t number, const uint8_t *bytes, uint32_t length);
// Writes the address of the other end, which may be gone.
bool tcpLinksAddress(uint32_t number, char text[TCP_ADDRESS_BYTES]);
// Ends a link or a listener: XS hears no more of it. What was sent over an open link goes out first, for ten seconds at most; who was
// not opened, and who waits at the listener, is reset.
void tcpLinksClose(uint32_t number);
// Gives the next event, from each link in its turn.
bool tcpLinksTake(TcpEvent *event);
// Ends a wake: where more is there than was taken, XS is woken again, behind whatever else waits for it.
void tcpLinksRested(void);

#endif
