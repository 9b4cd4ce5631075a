// Those who dial the board, behind wire.h: lwIP's own interface, and nothing that a stranger in a network could not do.
// Why: what tcplinks.c is held against.
// Specification: RFC 9293.

#include "wire.h"

#include <string.h>

#include "lwip/priv/tcp_priv.h"
#include "lwip/tcp.h"

#define BOARD_ADDRESS "192.168.1.2"

typedef struct {
	int state;
	struct tcp_pcb *pcb;
	uint16_t size;
	uint8_t bytes[TCP_WND];
} Caller;

static Caller callers[CALLERS_MAX];

// Takes the pcb from somebody.
static struct tcp_pcb *leave(Caller *caller)
{
	struct tcp_pcb *pcb = caller->pcb;
	caller->pcb = NULL;
	if (pcb == NULL)
		return NULL;
	tcp_err(pcb, NULL);
	tcp_recv(pcb, NULL);
	// onSent stays, which asks for nobody.
	tcp_arg(pcb, NULL);
	return pcb;
}

static err_t onConnected(void *arg, struct tcp_pcb *pcb, err_t error)
{
	(void)pcb;
	(void)error;
	((Caller *)arg)->state |= CALLER_IS_CONNECTED;
	return ERR_OK;
}

static err_t onReceive(void *arg, struct tcp_pcb *pcb, struct pbuf *packet, err_t error)
{
	Caller *caller = arg;
	(void)error;
	if (packet == NULL) {
		caller->state |= CALLER_HAS_ENDED;
		// Where both have ended lwIP keeps the pcb for two minutes, and frees it without a word: so it is nobody's from here on.
		if (pcb->state != CLOSE_WAIT)
			leave(caller);
		return ERR_OK;
	}
	if (packet->tot_len > TCP_WND - caller->size)
		return ERR_MEM;
	pbuf_copy_partial(packet, caller->bytes + caller->size, packet->tot_len, 0);
	caller->size = (uint16_t)(caller->size + packet->tot_len);
	pbuf_free(packet);
	return ERR_OK;
}

// lwIP's own slip, see onSent in firmware/io/tcplinks.c.
static err_t onSent(void *arg, struct tcp_pcb *pcb, u16_t length)
{
	(void)arg;
	(void)length;
	if (pcb->unsent == NULL)
		pcb->persist_backoff = 0;
	return ERR_OK;
}

static void onError(void *arg, err_t error)
{
	Caller *caller = arg;
	(void)error;
	caller->pcb = NULL;
	caller->state |= CALLER_HAS_FAILED;
}

// What a test asks of one, on lwIP's thread.
typedef struct {
	int place;
	uint16_t port;
	uint16_t length;
	uint32_t missing;
	const uint8_t *from;
	uint8_t *into;
	int answer;
} Wish;

static void doDial(void *argument)
{
	Wish *wish = argument;
	ip_addr_t board;
	ipaddr_aton(BOARD_ADDRESS, &board);
	wish->answer = -1;
	for (int place = 0; place < CALLERS_MAX && wish->answer < 0; place++) {
		if (callers[place].state == 0)
			wish->answer = place;
	}
	struct tcp_pcb *pcb = wish->answer < 0 ? NULL : tcp_new();
	if (pcb == NULL)
		return;
	Caller *caller = &callers[wish->answer];
	caller->state = CALLER_IS_THERE;
	caller->pcb = pcb;
	caller->size = 0;
	tcp_arg(pcb, caller);
	tcp_err(pcb, onError);
	tcp_recv(pcb, onReceive);
	tcp_sent(pcb, onSent);
	tcp_nagle_disable(pcb);
	tcp_bind(pcb, IP_ADDR_ANY, 0);
	wireSilence(pcb->local_port, false);
	if (tcp_connect(pcb, &board, wish->port, onConnected) != ERR_OK)
		onError(caller, ERR_RTE);
}

int callerDial(uint16_t port)
{
	Wish wish = { .port = port };
	deskCross(doDial, &wish);
	return wish.answer;
}

static void doState(void *argument)
{
	Wish *wish = argument;
	wish->answer = callers[wish->place].state;
}

int callerState(int place)
{
	Wish wish = { .place = place };
	deskCross(doState, &wish);
	return wish.answer;
}

// lwIP's own slip, see isRepeating in firmware/io/tcptable.c.
static bool isRepeating(const struct tcp_pcb *pcb)
{
	return pcb->unsent != NULL && TCP_SEQ_LT(lwip_ntohl(pcb->unsent->tcphdr->seqno), pcb->snd_nxt);
}

static void doRoom(void *argument)
{
	Wish *wish = argument;
	const Caller *caller = &callers[wish->place];
	const bool canSend = caller->pcb != NULL && (caller->state & CALLER_IS_CONNECTED) &&
		tcp_sndqueuelen(caller->pcb) < TCP_SND_QUEUELEN - 1 && !isRepeating(caller->pcb);
	wish->answer = canSend ? tcp_sndbuf(caller->pcb) : 0;
}

uint16_t callerRoom(int place)
{
	Wish wish = { .place = place };
	deskCross(doRoom, &wish);
	return (uint16_t)wish.answer;
}

static void doSend(void *argument)
{
	Wish *wish = argument;
	struct tcp_pcb *pcb = callers[wish->place].pcb;
	wish->answer = pcb != NULL && !isRepeating(pcb) && tcp_write(pcb, wish->from, wish->length, TCP_WRITE_FLAG_COPY) == ERR_OK;
	if (wish->answer)
		tcp_output(pcb);
}

bool callerSend(int place, const uint8_t *bytes, uint16_t length)
{
	Wish wish = { .place = place, .from = bytes, .length = length };
	deskCross(doSend, &wish);
	return wish.answer != 0;
}

static void doReadable(void *argument)
{
	Wish *wish = argument;
	wish->answer = callers[wish->place].size;
}

uint16_t callerReadable(int place)
{
	Wish wish = { .place = place };
	deskCross(doReadable, &wish);
	return (uint16_t)wish.answer;
}

static void doRead(void *argument)
{
	Wish *wish = argument;
	Caller *caller = &callers[wish->place];
	memcpy(wish->into, caller->bytes, wish->length);
	caller->size = (uint16_t)(caller->size - wish->length);
	memmove(caller->bytes, caller->bytes + wish->length, caller->size);
	if (caller->pcb != NULL)
		tcp_recved(caller->pcb, wish->length);
}

void callerRead(int place, uint8_t *bytes, uint16_t length)
{
	deskCross(doRead, &(Wish){ .place = place, .into = bytes, .length = length });
}

static void doClaim(void *argument)
{
	const Wish *wish = argument;
	const struct tcp_pcb *pcb = callers[wish->place].pcb;
	if (pcb == NULL || pcb->state < ESTABLISHED)
		return;
	wireForge((WireSegment){ .port = pcb->remote_port, .from = pcb->local_port, .sequence = pcb->snd_nxt,
		.acknowledged = pcb->rcv_nxt - wish->missing, .window = wish->length, .flags = TCP_ACK });
}

void callerClaim(int place, uint32_t missing, uint16_t window)
{
	deskCross(doClaim, &(Wish){ .place = place, .missing = missing, .length = window });
}

static bool isOutOfOrder(const struct tcp_pcb *pcb)
{
	for (const struct tcp_seg *each = pcb->unsent; each != NULL && each->next != NULL; each = each->next) {
		if (TCP_SEQ_GT(lwip_ntohl(each->tcphdr->seqno), lwip_ntohl(each->next->tcphdr->seqno)))
			return true;
	}
	return false;
}

static void doStalled(void *argument)
{
	Wish *wish = argument;
	const struct tcp_pcb *pcb = callers[wish->place].pcb;
	wish->answer = pcb != NULL && isOutOfOrder(pcb);
	for (const struct tcp_pcb *its = tcp_active_pcbs; pcb != NULL && its != NULL; its = its->next) {
		if (its->local_port == pcb->remote_port && its->remote_port == pcb->local_port)
			wish->answer |= isOutOfOrder(its);
	}
}

bool callerIsStalled(int place)
{
	Wish wish = { .place = place };
	deskCross(doStalled, &wish);
	return wish.answer != 0;
}

static void doFinish(void *argument)
{
	struct tcp_pcb *pcb = callers[((Wish *)argument)->place].pcb;
	if (pcb != NULL)
		tcp_shutdown(pcb, 0, 1);
}

void callerFinish(int place)
{
	deskCross(doFinish, &(Wish){ .place = place });
}

// Gives up a place. @returns its pcb, where it has one
static struct tcp_pcb *quit(void *argument)
{
	Caller *caller = &callers[((Wish *)argument)->place];
	caller->state = 0;
	return leave(caller);
}

static void doClose(void *argument)
{
	struct tcp_pcb *pcb = quit(argument);
	if (pcb != NULL)
		tcp_close(pcb);
}

void callerClose(int place)
{
	deskCross(doClose, &(Wish){ .place = place });
}

static void doReset(void *argument)
{
	struct tcp_pcb *pcb = quit(argument);
	if (pcb != NULL)
		tcp_abort(pcb);
}

void callerReset(int place)
{
	deskCross(doReset, &(Wish){ .place = place });
}

static void doVanish(void *argument)
{
	struct tcp_pcb *pcb = quit(argument);
	if (pcb == NULL)
		return;
	wireSilence(pcb->local_port, true);
	tcp_abandon(pcb, 0);
}

void callerVanish(int place)
{
	deskCross(doVanish, &(Wish){ .place = place });
}
