// The table of Bluetooth links behind gattlinks.h: fixed memory, one lock, no wait.
// Why: a place is given again only when XS has heard the end of the link before, so each link has at most one event of a
// kind outstanding and none can be lost, however fast strangers come and go. A link has rings of its own: who floods the lock
// fills his own ring only.
// Specification: docs/protocol.md, section 3.1.
//
// A ring holds records: a byte of length, then the fragment. It holds the longest frame (2,425 bytes, firmware/link/frame.ts) in
// fragments of any size, so that a phone that has no more than one frame under way loses none, however busy XS is.

#include "gattlinks.h"

#include <string.h>

#include "freertos/FreeRTOS.h"

#include "gattring.h"

// 128 fragments of 20 bytes, and their lengths: 2,425 / 19 rounded up, times 21.
#define INPUT_BYTES 2688
#define OUTPUT_BYTES 1024
#define ATT_HEADER_BYTES 3
// Of 20 ms each. The controller sends what it was given at the next connection event, at most 250 ms later (gatt.c).
#define LINGER_TICKS 15
#define LINGER_TICKS_MAX 50
// 2^31 links take seven years at ten a second; the last one is not followed by an old number.
#ifndef LATCHKEY_NUMBER_MAX
	#define LATCHKEY_NUMBER_MAX INT32_MAX
#endif

typedef struct {
	// 0: the place is free.
	uint32_t number;
	uint16_t handle;
	uint16_t writeBytes;
	uint8_t peer[6];
	// The radio has it.
	bool isUp;
	// The radio said so.
	bool isMet;
	// XS heard that it is there.
	bool isTold;
	// XS wants it no more.
	bool isClosed;
	bool isEnding;
	bool isSubscribed;
	// XS was told that there is no room, or is to be told that there is again.
	bool isFull;
	bool isWritable;
	uint8_t lingerTicks;
	Ring input;
	Ring output;
} Link;

static portMUX_TYPE mutex = portMUX_INITIALIZER_UNLOCKED;
static uint8_t inputs[LINKS_MAX][INPUT_BYTES];
static uint8_t outputs[LINKS_MAX][OUTPUT_BYTES];
static Link links[LINKS_MAX];
static uint32_t lastNumber;
static int cursor;
static bool isAwake;

static Link *byHandle(uint16_t handle)
{
	for (int place = 0; place < LINKS_MAX; place++) {
		if (links[place].number != 0 && links[place].isUp && links[place].handle == handle)
			return &links[place];
	}
	return NULL;
}

// What XS may name: what it was told of, and has not closed.
static Link *byNumber(uint32_t number)
{
	for (int place = 0; place < LINKS_MAX; place++) {
		if (number != 0 && links[place].number == number && links[place].isTold && !links[place].isClosed)
			return &links[place];
	}
	return NULL;
}

static Link *freePlace(void)
{
	for (int place = 0; place < LINKS_MAX; place++) {
		if (links[place].number == 0)
			return &links[place];
	}
	return NULL;
}

static void lose(Link *link)
{
	link->isUp = false;
	ringDrain(&link->output);
	// Whoever never heard of it, or wants it no more, hears no end of it.
	if (link->isClosed || !link->isTold)
		link->number = 0;
}

// The event that is next in a link's life; 0 where there is none.
static int nextKind(const Link *link)
{
	if (link->number == 0 || link->isClosed)
		return 0;
	if (!link->isTold)
		return LINK_CONNECTED;
	if (link->input.size > 0)
		return LINK_RECEIVED;
	if (!link->isUp)
		return LINK_DISCONNECTED;
	return link->isWritable ? LINK_WRITABLE : 0;
}

static bool arePending(void)
{
	for (int place = 0; place < LINKS_MAX; place++) {
		if (nextKind(&links[place]) != 0)
			return true;
	}
	return false;
}

void linksReset(void)
{
	portENTER_CRITICAL(&mutex);
	memset(links, 0, sizeof links);
	lastNumber = 0;
	cursor = 0;
	isAwake = false;
	portEXIT_CRITICAL(&mutex);
}

// Gives a new link a place; false where none is free.
static bool openLink(uint16_t handle, const uint8_t *peer, bool isTold)
{
	Link *link = lastNumber < (uint32_t)LATCHKEY_NUMBER_MAX ? freePlace() : NULL;
	if (link == NULL)
		return false;
	const Ring input = { .capacity = INPUT_BYTES, .bytes = inputs[link - links] };
	const Ring output = { .capacity = OUTPUT_BYTES, .bytes = outputs[link - links] };
	*link = (Link){ .number = ++lastNumber, .handle = handle, .writeBytes = FRAGMENT_BYTES_MIN, .isUp = true, .isMet = isTold,
		.input = input, .output = output };
	memcpy(link->peer, peer, sizeof link->peer);
	return true;
}

LinkMeeting linksMeet(uint16_t handle, const uint8_t *peer, bool isTold)
{
	LinkMeeting meeting = LINK_KNOWN;
	portENTER_CRITICAL(&mutex);
	Link *former = byHandle(handle);
	if (former != NULL && memcmp(former->peer, peer, sizeof former->peer) == 0 && !(isTold && former->isMet))
		former->isMet |= isTold;
	else {
		if (former != NULL)
			lose(former);
		meeting = openLink(handle, peer, isTold) ? LINK_OPENED : LINK_REFUSED;
	}
	portEXIT_CRITICAL(&mutex);
	return meeting;
}

void linksLose(uint16_t handle)
{
	portENTER_CRITICAL(&mutex);
	Link *link = byHandle(handle);
	if (link != NULL)
		lose(link);
	portEXIT_CRITICAL(&mutex);
}

void linksLoseAll(void)
{
	portENTER_CRITICAL(&mutex);
	for (int place = 0; place < LINKS_MAX; place++) {
		if (links[place].number != 0)
			lose(&links[place]);
	}
	portEXIT_CRITICAL(&mutex);
}

bool linksReceive(uint16_t handle, const uint8_t *fragment, uint16_t length)
{
	portENTER_CRITICAL(&mutex);
	Link *link = byHandle(handle);
	const bool isTaken = link != NULL && !link->isClosed && length >= 1 && length <= FRAGMENT_BYTES_MAX &&
		ringHasRoom(&link->input, length);
	if (isTaken)
		ringPush(&link->input, fragment, length);
	portEXIT_CRITICAL(&mutex);
	return isTaken;
}

void linksSetMtu(uint16_t handle, uint16_t mtu)
{
	uint16_t bytes = mtu < FRAGMENT_BYTES_MIN + ATT_HEADER_BYTES ? FRAGMENT_BYTES_MIN : (uint16_t)(mtu - ATT_HEADER_BYTES);
	if (bytes > FRAGMENT_BYTES_MAX)
		bytes = FRAGMENT_BYTES_MAX;
	portENTER_CRITICAL(&mutex);
	Link *link = byHandle(handle);
	// An MTU never shrinks (Core, Vol 3, Part F, 3.4.2), and fragments of the former size may wait.
	if (link != NULL && bytes > link->writeBytes)
		link->writeBytes = bytes;
	portEXIT_CRITICAL(&mutex);
}

void linksSetSubscribed(uint16_t handle, bool isSubscribed)
{
	portENTER_CRITICAL(&mutex);
	Link *link = byHandle(handle);
	if (link != NULL)
		link->isSubscribed = isSubscribed;
	portEXIT_CRITICAL(&mutex);
}

bool linksOutput(int place, LinkOutput *output)
{
	portENTER_CRITICAL(&mutex);
	Link *link = &links[place];
	const bool isThere = link->number != 0 && link->isUp && link->isSubscribed && link->output.size > 0;
	if (isThere) {
		output->handle = link->handle;
		output->length = ringPeek(&link->output, output->fragment);
	}
	portEXIT_CRITICAL(&mutex);
	return isThere;
}

void linksSent(int place)
{
	portENTER_CRITICAL(&mutex);
	Link *link = &links[place];
	if (link->output.size > 0)
		ringDrop(&link->output);
	if (link->isFull && ringHasRoom(&link->output, FRAGMENT_BYTES_MAX)) {
		link->isFull = false;
		link->isWritable = true;
	}
	portEXIT_CRITICAL(&mutex);
}

bool linksIsEnding(int place, bool isTick, uint16_t *handle)
{
	portENTER_CRITICAL(&mutex);
	Link *link = &links[place];
	bool isDue = false;
	if (link->number != 0 && link->isUp && link->isClosed && !link->isEnding) {
		const bool isEmpty = link->output.size == 0 || !link->isSubscribed;
		if (isEmpty && link->lingerTicks > LINGER_TICKS)
			link->lingerTicks = LINGER_TICKS;
		if (isTick && link->lingerTicks > 0)
			link->lingerTicks--;
		isDue = link->lingerTicks == 0;
		*handle = link->handle;
	}
	portEXIT_CRITICAL(&mutex);
	return isDue;
}

void linksSetEnding(uint16_t handle, bool isEnding)
{
	portENTER_CRITICAL(&mutex);
	Link *link = byHandle(handle);
	if (link != NULL)
		link->isEnding = isEnding;
	portEXIT_CRITICAL(&mutex);
}

bool linksAreBusy(void)
{
	bool areBusy = false;
	portENTER_CRITICAL(&mutex);
	for (int place = 0; place < LINKS_MAX; place++) {
		const Link *link = &links[place];
		const bool hasOutput = link->isSubscribed && link->output.size > 0;
		if (link->number != 0 && link->isUp && !link->isEnding && (hasOutput || link->isClosed))
			areBusy = true;
	}
	portEXIT_CRITICAL(&mutex);
	return areBusy;
}

bool linksHaveRoom(void)
{
	portENTER_CRITICAL(&mutex);
	const bool hasOne = freePlace() != NULL;
	portEXIT_CRITICAL(&mutex);
	return hasOne;
}

bool linksMustWake(void)
{
	portENTER_CRITICAL(&mutex);
	const bool mustWake = !isAwake && arePending();
	if (mustWake)
		isAwake = true;
	portEXIT_CRITICAL(&mutex);
	return mustWake;
}

void linksWoken(void)
{
	portENTER_CRITICAL(&mutex);
	isAwake = false;
	portEXIT_CRITICAL(&mutex);
}

bool linksArePending(void)
{
	portENTER_CRITICAL(&mutex);
	const bool are = arePending();
	portEXIT_CRITICAL(&mutex);
	return are;
}

bool linksTake(LinkEvent *event, bool *hasFreed)
{
	int kind = 0;
	portENTER_CRITICAL(&mutex);
	for (int step = 0; step < LINKS_MAX && kind == 0; step++) {
		Link *link = &links[cursor];
		cursor = (cursor + 1) % LINKS_MAX;
		kind = nextKind(link);
		if (kind == 0)
			continue;
		event->kind = (LinkEventKind)kind;
		event->number = link->number;
		event->length = 0;
		if (kind == LINK_CONNECTED)
			link->isTold = true;
		else if (kind == LINK_RECEIVED) {
			event->length = ringPeek(&link->input, event->fragment);
			ringDrop(&link->input);
		} else if (kind == LINK_WRITABLE)
			link->isWritable = false;
		else {
			link->number = 0;
			*hasFreed = true;
		}
	}
	portEXIT_CRITICAL(&mutex);
	return kind != 0;
}

bool linksSend(uint32_t number, const uint8_t *fragment, uint16_t length)
{
	portENTER_CRITICAL(&mutex);
	Link *link = byNumber(number);
	const bool isSized = link != NULL && link->isUp && length >= 1 && length <= link->writeBytes;
	const bool isTaken = isSized && ringHasRoom(&link->output, length);
	if (isTaken)
		ringPush(&link->output, fragment, length);
	else if (isSized) {
		link->isFull = true;
		link->isWritable = false;
	}
	portEXIT_CRITICAL(&mutex);
	return isTaken;
}

uint16_t linksMaximumWrite(uint32_t number)
{
	portENTER_CRITICAL(&mutex);
	const Link *link = byNumber(number);
	const uint16_t bytes = link == NULL ? 0 : link->writeBytes;
	portEXIT_CRITICAL(&mutex);
	return bytes;
}

void linksClose(uint32_t number)
{
	portENTER_CRITICAL(&mutex);
	Link *link = byNumber(number);
	if (link != NULL) {
		link->isClosed = true;
		link->lingerTicks = LINGER_TICKS_MAX;
		ringDrain(&link->input);
		if (!link->isUp)
			link->number = 0;
	}
	portEXIT_CRITICAL(&mutex);
}
