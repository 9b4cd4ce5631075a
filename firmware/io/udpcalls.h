// What the task of XS asks of udpqueues.h: the same functions, each carried to lwIP's thread.
// Why: whoever calls these need not know of threads (lwipcall.h).
// Specification: udpqueues.h. Before lwIP runs everything answers as if nothing were there.

#ifndef LATCHKEY_UDPCALLS
#define LATCHKEY_UDPCALLS

#include "udpqueues.h"

uint32_t udpOpen(uint16_t port, LwipSend send);
bool udpJoin(uint32_t number, const char *group);
bool udpRead(uint32_t number, UdpDatagram *datagram);
bool udpSend(uint32_t number, const UdpDatagram *datagram);
void udpClose(uint32_t number);
bool udpTake(UdpEvent *event);
void udpRested(void);

#endif
