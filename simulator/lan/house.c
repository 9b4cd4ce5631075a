// The board of the ordeal: it lets in, opens or hangs up, reads and writes as it likes, closes, and is sometimes busy for long.
// Why: what it is told must be the life of each link, in order, whatever those who dial did meanwhile.
// Specification: tcpcalls.h.

#include <stdio.h>
#include <string.h>

#include "ordeal.h"
#include "queue.h"

#define OPEN_MAX TCP_LINKS_MAX

// What the board knows of a link that it opened.
typedef struct {
	uint32_t number;
	// What came over it: who sends is in front.
	Heard heard;
	uint32_t sent;
	bool hasFailed;
} Known;

static Known known[OPEN_MAX];
static uint32_t listeners[PORTS];
static uint32_t taken, opened, ended, bytesHeard, bytesSent;
static bool isOnOneThread;
// It only takes.
static bool isResting;

static void listenAgain(int which)
{
	do
		listeners[which] = tcpListen((uint16_t)(PORT_FIRST + which), queueSend);
	while (listeners[which] == 0 && isOnOneThread && wireIsStarving());
	claim(listeners[which] != 0, "a port that was closed can be listened at");
	claim(tcpPort(listeners[which]) == PORT_FIRST + which, "at that port");
	claim(tcpListen((uint16_t)(PORT_FIRST + which), queueSend) == 0, "and by nobody else");
}

void houseReset(bool isAlone)
{
	isOnOneThread = isAlone;
	for (int which = 0; which < PORTS; which++)
		listenAgain(which);
}

static Known *knownOf(uint32_t number)
{
	for (int place = 0; place < OPEN_MAX; place++) {
		if (known[place].number == number)
			return &known[place];
	}
	return NULL;
}

static void readSome(Known *link, uint16_t length)
{
	uint8_t bytes[PIECE_MAX];
	if (length == 0)
		return;
	claim(tcpRead(link->number, bytes, length), "as much as came can be read");
	hear(&link->heard, bytes, length);
	bytesHeard += length;
}

static bool writeSome(Known *link, uint32_t length)
{
	uint8_t bytes[PIECE_MAX];
	fill(bytes, length, link->number, link->sent);
	const bool isTaken = tcpWrite(link->number, bytes, length);
	claim(!isTaken || !link->hasFailed, "nothing goes over a link that failed");
	if (isTaken) {
		link->sent += length;
		bytesSent += length;
	}
	return isTaken;
}

static void letIn(uint32_t listener, bool isWanted)
{
	char text[TCP_ADDRESS_BYTES];
	const uint32_t number = tcpAccept(listener);
	if (number == 0)
		return;
	taken++;
	claim(knownOf(number) == NULL, "a number is one link's");
	claim(tcpAddress(number, text) && strcmp(text, "192.168.1.2") == 0, "who is read has an address");
	claim(tcpReadable(number) == 0 && !tcpWrite(number, (const uint8_t *)"", 1), "and is not open");
	Known *place = knownOf(0);
	if (!isWanted || place == NULL) {
		tcpClose(number);
		return;
	}
	claim(tcpOpen(number, true), "he can be opened");
	claim(!tcpOpen(number, true), "once");
	*place = (Known){ .number = number };
	opened++;
}

static void hangUp(Known *link)
{
	const uint32_t number = link->number;
	tcpClose(number);
	memset(link, 0, sizeof *link);
	tcpClose(number);
	claim(tcpReadable(number) == 0 && !tcpWrite(number, (const uint8_t *)"", 1), "a number that was closed is nobody's");
	ended++;
}

static void take(const TcpEvent *event)
{
	if (event->kind == TOLD_WAITING) {
		claim(event->number == listeners[0] || event->number == listeners[1], "it is told of a listener that is there");
		claim(event->count >= 1 && event->count <= TCP_WAITING_MAX, "and of as many as may wait");
		return;
	}
	Known *link = knownOf(event->number);
	claim(event->number != 0 && link != NULL, "it is told of a link that it opened");
	claim(!link->hasFailed, "and of none that failed");
	const uint16_t readable = tcpReadable(event->number);
	switch (event->kind) {
		case TOLD_READABLE:
			claim(event->count >= 1 && event->count <= readable, "what is told of can be read");
			break;
		case TOLD_WRITABLE:
			claim(event->count >= 1 && event->count <= 5744, "there is room");
			if (isOnOneThread && !isResting && (event->number & 1))
				claim(writeSome(link, event->count) || wireIsStarving(), "for as much as was told");
			break;
		default:
			claim(event->kind == TOLD_FAILED && readable == 0, "the end comes behind all bytes");
			link->hasFailed = true;
	}
}

// Serves a message, as far as XS gets with it.
static void serve(int most)
{
	TcpEvent event;
	if (queueLength() == 0)
		return;
	for (int count = 0; count < most && tcpTake(&event); count++)
		take(&event);
	queueServed();
	tcpRested();
}

static void act(Chance *chance, Known *link)
{
	const uint16_t readable = tcpReadable(link->number);
	switch (below(chance, 8)) {
		case 0:
			if (link->hasFailed || below(chance, 8) == 0)
				hangUp(link);
			break;
		case 1:
		case 2:
			writeSome(link, below(chance, below(chance, 2) == 0 ? PIECE_MAX : 30));
			break;
		case 3:
			readSome(link, (uint16_t)below(chance, readable + 1u));
			break;
		default:
			readSome(link, readable);
	}
}

void houseStep(Chance *chance)
{
	const uint32_t what = below(chance, 64);
	if (what == 0)
		queueTurn();
	else if (what == 1 && below(chance, 20) == 0) {
		const int which = (int)below(chance, PORTS);
		tcpClose(listeners[which]);
		listenAgain(which);
	} else if (what < 16)
		serve((int)(1 + below(chance, 40)));
	else if (what < 24)
		letIn(listeners[below(chance, PORTS)], below(chance, 4) != 0);
	else {
		Known *link = &known[below(chance, OPEN_MAX)];
		if (link->number != 0)
			act(chance, link);
	}
}

void houseRest(void)
{
	TcpEvent event;
	queueMakeRoom();
	isResting = true;
	// A message that found no room is sent again by itself.
	if (isOnOneThread)
		wirePass(20);
	while (queueLength() > 0)
		serve(OPEN_MAX);
	// What became writable without a word from the other end is told by lwIP's next tick.
	while (isOnOneThread && tcpTake(&event)) {
		claim(event.kind == TOLD_WRITABLE, "whenever something is there, a message is on its way");
		take(&event);
	}
	for (int which = 0; which < PORTS; which++)
		letIn(listeners[which], true);
	for (int place = 0; place < OPEN_MAX; place++) {
		Known *link = &known[place];
		if (link->number == 0)
			continue;
		readSome(link, tcpReadable(link->number));
		if (link->hasFailed)
			hangUp(link);
	}
	while (queueLength() > 0)
		serve(OPEN_MAX);
	isResting = false;
}

bool houseHasAll(void)
{
	for (uint16_t port = PORT_FIRST; port < PORT_FIRST + PORTS; port++) {
		claim(wireHeld(port) <= TCP_LINKS_MAX + TCP_WAITING_MAX, "no more is held than there are places");
		claim(wireAtRest(port) == 0, "and nothing of who has ended");
	}
	for (int place = 0; place < OPEN_MAX; place++) {
		const Known *link = &known[place];
		uint32_t sent, heard;
		if (link->number == 0 || link->heard.bytes < SENDER_BYTES || !strangersSent(senderOf(&link->heard), &sent, &heard))
			continue;
		if (link->heard.bytes != sent || link->sent != heard)
			return false;
	}
	return true;
}

void houseLeave(void)
{
	for (int place = 0; place < OPEN_MAX; place++) {
		if (known[place].number != 0)
			hangUp(&known[place]);
	}
	for (int which = 0; which < PORTS; which++)
		tcpClose(listeners[which]);
}

void reportHouse(void)
{
	printf("let in %u opened %u closed %u heard %u sent %u\n", taken, opened, ended, bytesHeard, bytesSent);
}
