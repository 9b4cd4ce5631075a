// Whether the board has a network, as lwIP's thread sees it.
// Why: what listens without one would be deaf when it comes.
// Specification: lwip/netif.h. ESP-IDF keeps the default network when it is down (esp_netif_lwip.c).

#ifndef LATCHKEY_LWIPNET
#define LATCHKEY_LWIPNET

#include <stdbool.h>

#include "lwip/netif.h"

static inline bool lwipHasNetwork(void)
{
	return netif_default != NULL && netif_is_up(netif_default);
}

#endif
