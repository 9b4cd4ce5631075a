// How the task of XS asks something of lwIP's thread.
// Why: lwIP is touched on its own thread alone. Whoever asks waits for it, which waits for nobody; so a question, with bytes of XS in
// it, can be read and answered where it is: XS moves nothing while it waits.
// Specification: tcpip_api_call of lwIP 2.1 (tcpip.c).

#ifndef LATCHKEY_LWIPCALL
#define LATCHKEY_LWIPCALL

// Asks it. Before lwIP runs nothing is asked, and the question stays as it was.
void lwipCall(void (*ask)(void *question), void *question);

#endif
