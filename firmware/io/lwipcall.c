// The crossing behind lwipcall.h.
// Why: there is one way to lwIP's thread, whatever is asked.
// Specification: lwipcall.h.

#include "lwipcall.h"

#include "lwip/priv/tcpip_priv.h"
#include "lwip/sys.h"

typedef struct {
	// In front: lwIP gives a pointer to it.
	struct tcpip_api_call_data call;
	void (*ask)(void *question);
	void *question;
} Crossing;

static err_t arrive(struct tcpip_api_call_data *call)
{
	const Crossing *its = (const Crossing *)call;
	its->ask(its->question);
	return ERR_OK;
}

void lwipCall(void (*ask)(void *question), void *question)
{
	Crossing crossing = { .ask = ask, .question = question };
	// Where lwIP does not run yet, tcpip_api_call would end in an assertion.
	if (sys_thread_tcpip(LWIP_CORE_IS_TCPIP_INITIALIZED))
		tcpip_api_call(arrive, &crossing.call);
}
