// Those who dial in the ordeal: they come, send, listen or not, end, break, go without a word, and make things up.
// Why: anybody in a house's network can do all this, and the board must neither fall nor mix them up.
// Specification: wire.h.

#include <stdio.h>
#include <string.h>

#include "ordeal.h"

// What one of them knows, by his place.
typedef struct {
	uint32_t number;
	uint32_t sent;
	// What came to him: the link's number is in front.
	Heard heard;
	bool isDeaf;
	bool hasFinished;
	// What he said of what he got was not so: he cannot count on getting the rest.
	bool hasLied;
} Stranger;

static Stranger strangers[CALLERS_MAX];
static uint32_t lastNumber, bytesSent, bytesHeard;
static bool isOnOneThread;

void strangersReset(bool isAlone)
{
	memset(strangers, 0, sizeof strangers);
	isOnOneThread = isAlone;
}

static void dial(Chance *chance)
{
	const int place = callerDial((uint16_t)(PORT_FIRST + below(chance, PORTS)));
	if (place < 0)
		return;
	strangers[place] = (Stranger){ .number = ++lastNumber, .isDeaf = below(chance, 8) == 0 };
}

static void sendSome(Chance *chance, int place)
{
	uint8_t bytes[PIECE_MAX];
	Stranger *stranger = &strangers[place];
	const uint16_t room = callerRoom(place);
	if (room == 0 || stranger->hasFinished)
		return;
	const uint16_t wanted = (uint16_t)(1 + below(chance, below(chance, 3) == 0 ? 5700 : 40));
	const uint16_t length = wanted < room ? wanted : room;
	fill(bytes, length, stranger->number, stranger->sent);
	if (callerSend(place, bytes, length)) {
		stranger->sent += length;
		bytesSent += length;
	}
}

static void readAll(int place)
{
	uint8_t bytes[PIECE_MAX];
	Stranger *stranger = &strangers[place];
	const uint16_t length = callerReadable(place);
	callerRead(place, bytes, length);
	hear(&stranger->heard, bytes, length);
	bytesHeard += length;
}

void strangersRead(void)
{
	for (int place = 0; place < CALLERS_MAX; place++) {
		if (strangers[place].number != 0)
			readAll(place);
	}
}

static void leave(int place, void (*how)(int place))
{
	how(place);
	strangers[place].number = 0;
}

static void moveWire(Chance *chance)
{
	if (!isOnOneThread)
		return;
	const uint32_t what = below(chance, 40);
	if (what == 0)
		wirePass(10 * (1 + below(chance, 200)));
	else if (what < 20)
		wireDeliver(1 + below(chance, 4));
	else
		wireRun();
}

static void act(Chance *chance, int place)
{
	switch (below(chance, 32)) {
		case 0:
			callerFinish(place);
			strangers[place].hasFinished = true;
			break;
		case 1:
			leave(place, callerReset);
			break;
		case 2:
			leave(place, callerClose);
			break;
		case 3:
			// Ends, and breaks at once: before the board can have looked.
			callerFinish(place);
			moveWire(chance);
			leave(place, callerReset);
			break;
		case 4:
			if (isOnOneThread && below(chance, 4) == 0)
				leave(place, callerVanish);
			break;
		case 5:
			callerClaim(place, below(chance, 3000), (uint16_t)below(chance, below(chance, 2) * 3000 + 1));
			strangers[place].hasLied = true;
			break;
		case 6:
		case 7:
		case 8:
		case 9:
		case 10:
			if (!strangers[place].isDeaf)
				readAll(place);
			break;
		default:
			sendSome(chance, place);
	}
}

// From here on all callers announce little, or what is so. Whoever is there may so take back room that he gave, upon which lwIP's own
// sending may stall.
static void understate(Chance *chance)
{
	for (int place = 0; place < CALLERS_MAX; place++)
		strangers[place].hasLied = true;

	const uint16_t segment = (uint16_t)(below(chance, 4) == 0 ? 1 + below(chance, 200) : 0);
	wireUnderstate(segment, (uint16_t)(below(chance, 4) == 0 ? 1 + below(chance, 800) : 0));
}

void strangersStep(Chance *chance)
{
	const uint32_t what = below(chance, 64);
	const int place = (int)below(chance, CALLERS_MAX);
	if (what < 4)
		dial(chance);
	else if (what == 4 && isOnOneThread)
		wireLose(below(chance, 4));
	else if (what == 5 && below(chance, 16) == 0)
		understate(chance);
	else if (what == 6 && isOnOneThread && below(chance, 16) == 0)
		wireStarve(below(chance, 2) == 0 ? 0 : 2 + below(chance, 100));
	else if (what == 7 && below(chance, 8) == 0)
		wireForgeSyn((uint16_t)(PORT_FIRST + below(chance, PORTS)), (uint16_t)(1 + below(chance, 60000)));
	else if (what < 32)
		moveWire(chance);
	else if (strangers[place].number != 0)
		act(chance, place);
}

bool strangersSent(uint32_t sender, uint32_t *sent, uint32_t *heard)
{
	for (int place = 0; place < CALLERS_MAX; place++) {
		const Stranger *stranger = &strangers[place];
		if (stranger->number != sender || stranger->hasFinished || stranger->hasLied ||
			 (callerState(place) & (CALLER_HAS_ENDED | CALLER_HAS_FAILED)) || callerIsStalled(place))
			continue;
		*sent = stranger->sent;
		*heard = stranger->heard.bytes;
		return true;
	}
	return false;
}

void strangersLeave(void)
{
	for (int place = 0; place < CALLERS_MAX; place++) {
		if (strangers[place].number != 0)
			leave(place, callerReset);
	}
}

void reportStrangers(void)
{
	printf("strangers %u sent %u heard %u ", lastNumber, bytesSent, bytesHeard);
}
