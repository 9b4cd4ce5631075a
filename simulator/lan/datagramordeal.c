// The ordeal of firmware/io/udpqueues.c: other hosts and a board that say anything at any time, over lwIP itself.
// Why: what a network can bring is too much for a list; here a million things happen by a seed, and every claim is checked at each.
// Built with the compiler's checks of memory, or of threads, by firmware/io/test/udpqueues.node.test.ts.
// Specification: udpqueues.h. Usage: ordeal alone|threads SEED STEPS; it prints a line of counts.

#include <stdio.h>
#include <string.h>

#include "chance.h"
#include "queue.h"
#include "trial.h"
#include "udpcalls.h"
#include "wire.h"

#define PORT_FIRST 7446
#define PORTS 3
#define GROUP "239.255.76.75"
#define HOSTS 4
#define NUMBER_BYTES 4

// What the board knows of a socket.
typedef struct {
	uint32_t number;
	uint16_t port;
	bool isInGroup;
	// The highest number that came from each host; no socket's successor at its port gets what was sent before.
	uint32_t heard[HOSTS];
} Known;

static Known known[UDP_SOCKETS_MAX];
// By host: the number of what it said last.
static _Atomic uint32_t said[HOSTS];
static uint32_t opened, heard, sent;
// The bytes of a datagram: its number, its length, and what depends on both.
static void fill(uint8_t *bytes, uint32_t length, uint32_t number)
{
	for (uint32_t index = 0; index < length; index++)
		bytes[index] = index < NUMBER_BYTES ? (uint8_t)(number >> (8 * index)) : (uint8_t)(number * 31 + length + index * 7);
}

static uint32_t numberIn(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static const char *addressOf(uint32_t host)
{
	static const char *const addresses[HOSTS] = { "192.168.1.10", "192.168.1.110", "192.168.1.210", "10.0.0.1" };
	return addresses[host];
}

static void say(uint32_t host, uint16_t port, bool isToGroup, Chance *chance)
{
	uint8_t bytes[DATAGRAM_BYTES_MAX];
	const uint32_t room = below(chance, 8) == 0 ? DATAGRAM_BYTES_MAX : below(chance, 4) == 0 ? UDP_DATAGRAM_BYTES_MAX : 100;
	const uint16_t length = (uint16_t)(NUMBER_BYTES + below(chance, room - NUMBER_BYTES + 1));
	fill(bytes, length, ++said[host]);
	wireSay(&(WireDatagram){ .from = addressOf(host), .fromPort = (uint16_t)(1000 + host), .to = isToGroup ? GROUP : "192.168.1.2",
		.toPort = port, .bytes = bytes, .length = length, .cut = (uint16_t)below(chance, below(chance, 2) * length + 1) });
}

static void othersStep(Chance *chance)
{
	const uint32_t what = below(chance, 64);
	const uint16_t port = (uint16_t)(PORT_FIRST + below(chance, PORTS));
	if (what == 0 && trialIsAlone() && below(chance, 8) == 0)
		wireStarve(below(chance, 2) == 0 ? 0 : 2 + below(chance, 20));
	else if (what == 1 && trialIsAlone())
		wirePass(10 * (1 + below(chance, 20)));
	else if (what < 16 && trialIsAlone())
		wireRun();
	else if (what == 16) {
		for (int count = 0; count < 200; count++)
			say(below(chance, HOSTS), port, false, chance);
	} else
		say(below(chance, HOSTS), port, below(chance, 3) == 0, chance);
}

static Known *knownOf(uint32_t number)
{
	for (int place = 0; place < UDP_SOCKETS_MAX; place++) {
		if (known[place].number == number)
			return &known[place];
	}
	return NULL;
}

static bool isTaken(uint16_t port)
{
	for (int place = 0; place < UDP_SOCKETS_MAX; place++) {
		if (known[place].number != 0 && known[place].port == port)
			return true;
	}
	return false;
}

static void openAt(uint16_t port)
{
	Known *place = knownOf(0);
	// What was said before it was open is not its own.
	uint32_t before[HOSTS];
	for (int host = 0; host < HOSTS; host++)
		before[host] = trialIsAlone() ? said[host] : 0;
	if (trialIsAlone())
		wireRun();
	const uint32_t number = udpOpen(port, queueSend);
	claim(number == 0 || (place != NULL && !isTaken(port)), "a port is one's, and places are few");
	claim(number != 0 || place == NULL || isTaken(port) || wireIsStarving(), "where there is a place it opens");
	if (number == 0)
		return;
	claim(knownOf(number) == NULL, "a number is one socket's");
	*place = (Known){ .number = number, .port = port };
	memcpy(place->heard, before, sizeof before);
	opened++;
}

static void shut(Known *its)
{
	UdpDatagram datagram;
	const uint32_t number = its->number;
	udpClose(number);
	udpClose(number);
	memset(its, 0, sizeof *its);
	claim(!udpRead(number, &datagram) && !udpJoin(number, GROUP), "a number that was closed is nobody's");
}

static bool readOne(Known *its)
{
	UdpDatagram datagram;
	uint8_t wanted[DATAGRAM_BYTES_MAX];
	if (!udpRead(its->number, &datagram))
		return false;
	claim(datagram.length >= NUMBER_BYTES && datagram.length <= UDP_DATAGRAM_BYTES_MAX, "it is as long as what was sent");
	const uint32_t number = numberIn(datagram.bytes), host = (uint32_t)datagram.port - 1000;
	fill(wanted, datagram.length, number);
	claim(memcmp(wanted, datagram.bytes, datagram.length) == 0, "what comes is what was sent");
	claim(host < HOSTS && strcmp(datagram.address, addressOf(host)) == 0, "by whom it says");
	claim(number > its->heard[host] && number <= said[host], "each once, in its order, and none of before it was open");
	its->heard[host] = number;
	heard++;
	return true;
}

static void send(Known *its, Chance *chance)
{
	UdpDatagram datagram = { .port = (uint16_t)(1 + below(chance, 65535)) };
	const bool isTooLong = below(chance, 8) == 0;
	datagram.length = (uint16_t)(isTooLong ? 257 + below(chance, 65279) : below(chance, 257));
	WireOverheard overheard;
	strcpy(datagram.address, below(chance, 2) == 0 ? GROUP : "192.168.1.77");
	fill(datagram.bytes, isTooLong ? 0 : datagram.length, ++sent);
	wireOverhear(&overheard);
	const bool isSent = udpSend(its->number, &datagram);
	claim(!(isSent && isTooLong), "what is too long does not");
	claim(isSent || isTooLong || wireIsStarving(), "what has an address goes out");
	if (!isSent || !trialIsAlone())
		return;
	claim(wireOverhear(&overheard) && strcmp(overheard.to, datagram.address) == 0 && overheard.toPort == datagram.port &&
		overheard.fromPort == its->port && overheard.length == datagram.length &&
		memcmp(overheard.bytes, datagram.bytes, datagram.length) == 0, "as it was given");
}

// Serves a message, as far as XS gets with it.
static void serve(int most)
{
	UdpEvent event;
	if (queueLength() == 0)
		return;
	for (int count = 0; count < most && udpTake(&event); count++) {
		Known *its = event.number == 0 ? NULL : knownOf(event.number);
		claim(its != NULL && event.count >= 1, "it is told of a socket that is open, and at which something waits");
		for (uint32_t left = event.count; left > 0 && event.number % 2 == 1; left--)
			claim(readOne(its), "as much as was told can be read");
	}
	queueServed();
	udpRested();
	claim(!trialIsAlone() || queueLength() > 0 || queueHasRefused() || !udpTake(&event), "whenever something is there, a message is on its way");
}

static void act(Chance *chance, Known *its)
{
	const uint32_t what = below(chance, 16);
	if (what == 0)
		shut(its);
	else if (what < 3) {
		its->isInGroup = udpJoin(its->number, GROUP) || its->isInGroup;
		claim(its->isInGroup || wireIsStarving(), "it can join");
	} else if (what < 6)
		send(its, chance);
	else
		readOne(its);
}

static void houseStep(Chance *chance)
{
	const uint32_t what = below(chance, 32);
	Known *its = &known[below(chance, UDP_SOCKETS_MAX)];
	if (what == 0)
		queueTurn();
	else if (what == 1)
		openAt((uint16_t)(PORT_FIRST + below(chance, PORTS)));
	else if (what < 12)
		serve(1 + (int)below(chance, 4));
	else if (its->number != 0)
		act(chance, its);
}

// With nothing lost any more all is told of and read, and then what is said comes.
static void calm(void)
{
	Chance chance = { 1 };
	UdpEvent event;
	wireStarve(0);
	queueMakeRoom();
	wireRun();
	wirePass(20);
	while (queueLength() > 0)
		serve(UDP_SOCKETS_MAX);
	claim(!udpTake(&event), "and then all is told");
	for (int place = 0; place < UDP_SOCKETS_MAX; place++) {
		Known *its = &known[place];
		if (its->number == 0)
			continue;
		while (readOne(its))
			;
		// As many as surely have some short one among them.
		for (int count = 0; count < 20; count++)
			say(0, its->port, its->isInGroup, &chance);
		wireRun();
		claim(queueLength() == 1, "and whenever something comes");
		while (queueLength() > 0)
			serve(UDP_SOCKETS_MAX);
		const uint32_t before = its->heard[0];
		while (readOne(its))
			;
		claim(before > said[0] - 20 || its->heard[0] > said[0] - 20, "what is said to who listens comes");
	}
}

static void leave(void)
{
	for (int place = 0; place < UDP_SOCKETS_MAX; place++) {
		if (known[place].number != 0)
			shut(&known[place]);
	}
	claim(wireSockets() == 0 && wireGroups() == 0, "when all is closed nothing is held");
}

int main(int argc, char **argv)
{
	const Sides sides = { .board = houseStep, .others = othersStep };
	if (!trialTakes(argc, argv))
		return 64;
	claim(udpOpen(PORT_FIRST, queueSend) == 0, "nothing is there before lwIP is");
	claim(wireStart(), "the wire starts");
	if (trialIsAlone()) {
		trialAlone(&sides, calm);
		calm();
	} else
		trialBeside(&sides);
	leave();
	printf("said %u opened %u heard %u sent %u\n", said[0] + said[1] + said[2] + said[3], opened, heard, sent);
	return 0;
}
