// The phones of the ordeal: they come, write, listen, stall and go, in any order, and the stack says what it never should.
// Why: strangers do all this at a door, and the lock must neither fall nor mix them up.
// Specification: docs/protocol.md, section 3.1.

#include <stdio.h>
#include <string.h>

#include "ordeal.h"

#define HANDLES 6
#define LIVES_MAX (1 << 20)

// One connection of a phone; its number is its index and its sender in stamps.
typedef struct {
	uint16_t handle;
	uint32_t number;
	uint32_t accepted;
	// What the lock sent it that has come.
	uint32_t received;
	bool isBound;
} Life;

static Life lives[LIVES_MAX];
static uint32_t lifeCount;
// The life that a handle leads now, 0 where none.
static uint32_t current[HANDLES];

void crowdReset(void)
{
	memset(lives, 0, sizeof lives);
	memset(current, 0, sizeof current);
	lifeCount = 0;
}

static Life *lifeOf(uint16_t handle)
{
	return handle < HANDLES && current[handle] != 0 ? &lives[current[handle]] : NULL;
}

static void connectPhone(uint16_t handle, bool isUntold)
{
	if (!(isUntold ? radioConnectUntold(handle) : radioConnect(handle)))
		return;
	claim(lifeCount + 1 < LIVES_MAX, "the table of lives is large enough");
	current[handle] = ++lifeCount;
	lives[lifeCount].handle = handle;
}

static void disconnectPhone(uint16_t handle)
{
	radioDisconnect(handle);
	current[handle] = 0;
}

static void writeOne(uint16_t handle, uint16_t length)
{
	uint8_t fragment[300];
	Life *life = lifeOf(handle);
	const Stamp stamp = { life == NULL ? 0 : current[handle], life == NULL ? 0 : life->accepted };
	memset(fragment, 0, sizeof fragment);
	if (length >= STAMP_BYTES)
		writeStamp(fragment, length, stamp);
	const int fault = radioWrite(handle, fragment, length);
	claim(fault == 0 || fault == 0x0d || fault == 0x11, "an ATT error that a phone knows");
	claim((length >= 1 && length <= FRAGMENT_BYTES_MAX) || fault == 0x0d, "a size out of bounds is refused");
	claim(life != NULL || fault != 0, "nobody's fragment is refused");
	if (fault == 0)
		life->accepted++;
}

// A phone listens to as much as was sent to it.
static void listen(uint16_t handle, int count)
{
	uint8_t fragment[600];
	Life *life = lifeOf(handle);
	for (int index = 0; index < count; index++) {
		const int length = radioTakeNotification(handle, fragment);
		if (length < 0)
			return;
		const Stamp stamp = readStamp(fragment, (uint16_t)length);
		if (!life->isBound) {
			life->isBound = true;
			life->number = stamp.sender;
		}
		claim(life->number == stamp.sender, "a phone hears what was sent to its own link");
		claim(life->received == stamp.count, "in order, and without a gap");
		life->received++;
	}
}

static void talkNonsense(Chance *chance, uint16_t handle)
{
	switch (below(chance, 8)) {
		case 0:
			radioSayMtu(handle, (uint16_t)below(chance, 65536));
			break;
		case 1:
			radioSaySubscribed(handle, (uint16_t)below(chance, 20), below(chance, 2) == 1);
			break;
		case 2:
			radioSayNotified(handle, (int)below(chance, 20));
			break;
		case 3:
			radioSayConnected(handle, 1 + (int)below(chance, 20));
			break;
		case 4:
			radioSayOther((uint8_t)(21 + below(chance, 200)));
			break;
		case 5:
			radioSayAdvertised();
			break;
		case 6:
			claim(radioRead(handle) == 0x0e, "nothing is read");
			break;
		default:
			// The stack would say this once; a handle without a link loses nothing.
			if (!radioIsUp(handle))
				radioSayDisconnected(handle);
			break;
	}
}

static void breakRadio(Chance *chance)
{
	switch (below(chance, 6)) {
		case 0:
			radioFailNotify(6);
			break;
		case 1:
			radioHoldBlocks((int)below(chance, RADIO_BLOCKS));
			break;
		case 2:
			if (below(chance, 8) == 0)
				radioFailAddress((int)below(chance, 3));
			break;
		case 3:
			if (below(chance, 8) == 0)
				radioFailAdvertising((int)below(chance, 3));
			break;
		case 4:
			radioFailEnd(13);
			break;
		default:
			if (below(chance, 40) != 0)
				return;
			radioFail();
			memset(current, 0, sizeof current);
			radioSync();
			break;
	}
}

void crowdStep(Chance *chance)
{
	const uint16_t handle = (uint16_t)below(chance, HANDLES);
	radioEnter();
	switch (below(chance, 12)) {
		case 0:
			if (below(chance, 3) == 0)
				radioTell(handle, below(chance, 4) == 0 ? 26 : 0);
			connectPhone(handle, below(chance, 2) == 0);
			break;
		case 1:
			if (radioIsUp(handle) && (radioIsEnding(handle) || below(chance, 3) == 0))
				disconnectPhone(handle);
			break;
		case 2:
			if (radioIsEnding(handle) && below(chance, 4) == 0)
				radioRefuseEnd(handle);
			break;
		case 3:
		case 4:
			radioSaySubscribed(handle, radioNotifyHandle(), below(chance, 8) != 0);
			break;
		case 5:
			radioSayMtu(handle, (uint16_t)(23 + below(chance, 230)));
			break;
		case 6:
			talkNonsense(chance, handle);
			break;
		case 7:
			breakRadio(chance);
			break;
		case 8:
			radioPassMillis(below(chance, 200) == 0 ? 1000000 : below(chance, 300));
			break;
		case 9:
			listen(handle, (int)below(chance, 12));
			break;
		case 10:
			writeOne(handle, 0);
			writeOne(handle, (uint16_t)(STAMP_BYTES + below(chance, 260)));
			break;
		default:
			for (uint32_t count = below(chance, 40); count > 0; count--)
				writeOne(handle, (uint16_t)(STAMP_BYTES + below(chance, FRAGMENT_BYTES_MAX - STAMP_BYTES + 1)));
			break;
	}
	radioRun();
	radioLeave();
}

uint32_t crowdAccepted(uint32_t sender)
{
	claim(sender >= 1 && sender <= lifeCount, "a phone that there is");
	return lives[sender].accepted;
}

// The lock's last word came, where its link stands.
static void checkHeard(uint16_t handle)
{
	const Life *life = lifeOf(handle);
	const uint32_t sent = life != NULL && life->isBound ? lockSent(life->number) : UINT32_MAX;
	claim(sent == UINT32_MAX || life->received == sent, "a phone hears all that was sent");
}

static void checkAdvertised(void)
{
	int count = 0;
	for (uint16_t handle = 0; handle < HANDLES; handle++)
		count += radioIsUp(handle);
	claim(radioIsAdvertising() == (count < RADIO_LINKS_MAX), "it advertises where there is room");
}

void crowdCalm(void)
{
	radioEnter();
	radioHoldBlocks(0);
	radioFailNotify(0);
	radioFailAddress(0);
	radioFailAdvertising(0);
	radioFailEnd(0);
	radioLeave();
	// Nobody says anything: what was left undone is done by time alone.
	lockRest();
	radioEnter();
	for (uint16_t handle = 0; handle < HANDLES; handle++) {
		if (radioIsUp(handle))
			radioSaySubscribed(handle, radioNotifyHandle(), true);
	}
	radioLeave();
	// What the lock closed ends within a second and a half, and what it sent has gone.
	for (int round = 0; round < 100; round++) {
		lockRest();
		radioEnter();
		// What failed before is tried again by then; and nobody waits until all is looked through.
		if (round > 60)
			checkAdvertised();
		const uint16_t turn = (uint16_t)(round % HANDLES);
		if (round > 60 && round < 70)
			connectPhone(turn, false);
		else if (round > 70 && round < 70 + HANDLES && radioIsUp(turn))
			disconnectPhone(turn);
		radioPassMillis(20);
		for (uint16_t handle = 0; handle < HANDLES; handle++) {
			if (radioIsUp(handle))
				listen(handle, RADIO_BLOCKS);
			if (radioIsEnding(handle))
				disconnectPhone(handle);
		}
		radioLeave();
	}
	lockRest();
	radioEnter();
	claim(radioFreeBlocks() == RADIO_BLOCKS, "each block comes back");
	radioPassMillis(2000);
	claim(!linksAreBusy(), "what the lock closed is ended");
	for (uint16_t handle = 0; handle < HANDLES; handle++)
		checkHeard(handle);
	checkAdvertised();
	radioLeave();
}

void crowdLeave(void)
{
	radioEnter();
	for (uint16_t handle = 0; handle < HANDLES; handle++) {
		if (radioIsUp(handle))
			disconnectPhone(handle);
	}
	radioLeave();
}

void reportCrowd(void)
{
	uint32_t accepted = 0, received = 0;
	for (uint32_t sender = 1; sender <= lifeCount; sender++) {
		accepted += lives[sender].accepted;
		received += lives[sender].received;
	}
	printf("phones %u, wrote %u, heard %u, addresses %d\n", lifeCount, accepted, received, radioAddressCount());
}
