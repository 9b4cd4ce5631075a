// What the task of XS asks of tcplinks.h: the same functions, each carried to lwIP's thread.
// Why: whoever calls these need not know of threads (lwipcall.h).
// Specification: tcplinks.h. Before lwIP runs everything answers as if nothing were there.

#ifndef LATCHKEY_TCPCALLS
#define LATCHKEY_TCPCALLS

#include "tcplinks.h"

uint32_t tcpListen(uint16_t port, LwipSend send);
uint16_t tcpPort(uint32_t listener);
uint32_t tcpAccept(uint32_t listener);
bool tcpOpen(uint32_t number, bool isPrompt);
uint16_t tcpReadable(uint32_t number);
bool tcpRead(uint32_t number, uint8_t *bytes, uint16_t length);
bool tcpWrite(uint32_t number, const uint8_t *bytes, uint32_t length);
bool tcpAddress(uint32_t number, char text[TCP_ADDRESS_BYTES]);
void tcpClose(uint32_t number);
bool tcpTake(TcpEvent *event);
void tcpRested(void);

#endif
