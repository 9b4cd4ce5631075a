// The lock of the ordeal: it takes what comes, answers, closes links, and is sometimes busy for long.
// Why: what it is told must be one life of each link, in order, whatever the phones did meanwhile.
// Specification: docs/protocol.md, section 3.1.

#include <stdio.h>
#include <string.h>

#include "ordeal.h"

#define NUMBERS_MAX (1 << 20)
#define MESSAGES_MAX 2

// What the lock knows of a link, by its number.
typedef struct {
	bool isTold;
	bool isGone;
	bool isFull;
	uint32_t sender;
	uint32_t heard;
	uint32_t sent;
} Known;

static Known known[NUMBERS_MAX];
static uint32_t numberOfSender[NUMBERS_MAX];
static uint32_t lastNumber;
// The queue of messages to XS, which others fill as well.
static _Atomic int messages;
static bool isAlone;
static _Atomic bool isQueueFull;

void lockReset(bool isOneThread)
{
	memset(known, 0, sizeof known);
	memset(numberOfSender, 0, sizeof numberOfSender);
	lastNumber = 0;
	messages = 0;
	isQueueFull = false;
	isAlone = isOneThread;
}

bool lockWake(void)
{
	if (isQueueFull || messages >= MESSAGES_MAX)
		return false;
	messages++;
	return true;
}

static void takeReceived(Known *link, const LinkEvent *event)
{
	const Stamp stamp = readStamp(event->fragment, event->length);
	claim(stamp.sender >= 1 && stamp.sender < NUMBERS_MAX, "a fragment says who wrote it");
	if (link->sender == 0) {
		claim(numberOfSender[stamp.sender] == 0, "a phone has one link");
		link->sender = stamp.sender;
		numberOfSender[stamp.sender] = event->number;
	}
	claim(link->sender == stamp.sender, "a link carries one phone");
	claim(link->heard == stamp.count, "in order, and without a gap");
	link->heard++;
}

static void take(const LinkEvent *event)
{
	claim(event->number >= 1 && event->number < NUMBERS_MAX, "a number within the table");
	Known *link = &known[event->number];
	claim(!link->isGone, "nothing is said of a link that is gone");
	claim(link->isTold == (event->kind != LINK_CONNECTED), "a link is told once, and first");
	switch (event->kind) {
		case LINK_CONNECTED:
			link->isTold = true;
			if (event->number > lastNumber)
				lastNumber = event->number;
			break;
		case LINK_RECEIVED:
			takeReceived(link, event);
			break;
		case LINK_WRITABLE:
			claim(link->isFull, "only who was full is told of room");
			link->isFull = false;
			break;
		case LINK_DISCONNECTED:
			link->isGone = true;
			if (isAlone && link->sender != 0)
				claim(link->heard == crowdAccepted(link->sender), "the lock heard all that was taken");
			break;
	}
}

// Takes up to `count` events, as one wake does.
static void wakeUp(int count)
{
	LinkEvent event;
	messages--;
	gattWoken();
	while (count-- > 0 && gattTake(&event))
		take(&event);
	gattRested();
}

static void say(Chance *chance, uint32_t number)
{
	uint8_t fragment[FRAGMENT_BYTES_MAX];
	Known *link = &known[number];
	const uint16_t most = gattMaximumWrite(number);
	if (most == 0)
		return;
	claim(link->isTold && !link->isGone, "only a link that stands is written to");
	claim(most >= FRAGMENT_BYTES_MIN && most <= FRAGMENT_BYTES_MAX, "a fragment's bounds");
	const uint16_t length = (uint16_t)(STAMP_BYTES + below(chance, most - STAMP_BYTES + 1u));
	writeStamp(fragment, length, (Stamp){ number, link->sent });
	if (gattSend(number, fragment, length))
		link->sent++;
	else
		link->isFull = true;
	if (most < FRAGMENT_BYTES_MAX && isAlone)
		claim(!gattSend(number, fragment, (uint16_t)(most + 1)), "what is too long for the phone is refused");
}

void lockStep(Chance *chance)
{
	const uint32_t number = lastNumber == 0 ? 0 : lastNumber - below(chance, lastNumber < 8 ? lastNumber : 8);
	switch (below(chance, 8)) {
		case 0:
			isQueueFull = below(chance, 4) == 0;
			break;
		case 1:
			if (below(chance, 6) == 0) {
				gattClose(number);
				// What it was not told of yet it cannot close.
				known[number].isGone = known[number].isGone || known[number].isTold;
			}
			break;
		case 2:
			for (uint32_t count = below(chance, 12); number != 0 && count > 0; count--)
				say(chance, number);
			break;
		case 3:
			gattClose((uint32_t)(lastNumber + 1000 + below(chance, 1000)));
			claim(gattMaximumWrite(0) == 0 && gattMaximumWrite(lastNumber + 1000) == 0, "no link by a number not given");
			break;
		default:
			if (messages > 0)
				wakeUp((int)below(chance, 20));
			break;
	}
}

void lockRest(void)
{
	isQueueFull = false;
	radioEnter();
	radioPassMillis(20);
	radioLeave();
	claim(messages > 0 || !linksArePending(), "the lock is woken for what is there");
	while (messages > 0) {
		wakeUp(8);
		radioEnter();
		radioRun();
		radioLeave();
	}
	claim(!linksArePending(), "the lock is woken until nothing is left");
}

uint32_t lockSent(uint32_t number)
{
	return number < NUMBERS_MAX && known[number].isTold && !known[number].isGone ? known[number].sent : UINT32_MAX;
}

void reportLock(void)
{
	uint32_t told = 0, heard = 0, sent = 0;
	for (uint32_t number = 1; number <= lastNumber; number++) {
		told += known[number].isTold;
		claim(known[number].isGone || !known[number].isTold, "the lock hears the end of each link that it did not close");
		heard += known[number].heard;
		sent += known[number].sent;
	}
	printf("links %u, told %u, heard %u, sent %u\n", lastNumber, told, heard, sent);
}
