// The table of Bluetooth links that two tasks share: NimBLE's, which has the radio, and that of XS, which has the lock.
// Why: neither may wait for the other nor touch what is the other's; all that passes between them is copied through here.
// Specification: docs/protocol.md, section 3.1. Every function is total: a handle or number that is not known does nothing.

#ifndef LATCHKEY_GATTLINKS
#define LATCHKEY_GATTLINKS

#include <stdbool.h>
#include <stdint.h>

// The lock serves two phones; the third place is a newcomer's, while the lock decides who has to go.
#define LINKS_MAX 3
// ATT_MTU 23..247 less the three bytes before a value.
#define FRAGMENT_BYTES_MIN 20
#define FRAGMENT_BYTES_MAX 244

typedef enum { LINK_CONNECTED = 1, LINK_RECEIVED, LINK_WRITABLE, LINK_DISCONNECTED } LinkEventKind;

// What XS is told. A number is never given again: a late word about a link that is gone never meets a newer one.
typedef struct {
	LinkEventKind kind;
	uint32_t number;
	uint16_t length;
	uint8_t fragment[FRAGMENT_BYTES_MAX];
} LinkEvent;

// What the radio is to do for one link.
typedef struct {
	uint16_t handle;
	uint16_t length;
	uint8_t fragment[FRAGMENT_BYTES_MAX];
} LinkOutput;

// Forgets everything, numbers included: before the radio starts.
void linksReset(void);

// NimBLE's task.

// What became of a handle that the radio has.
typedef enum { LINK_KNOWN, LINK_OPENED, LINK_REFUSED } LinkMeeting;

// Gives a link that is not known yet a place, where one is free. A handle that stands already lost its link unseen, where another phone has it
// by now, or where it is told of a second time.
// @param peer the phone's address, 6 bytes   @param isTold whether the radio said that it is there
LinkMeeting linksMeet(uint16_t handle, const uint8_t *peer, bool isTold);
// The radio lost a link, or all of them.
void linksLose(uint16_t handle);
void linksLoseAll(void);
// Keeps a copy of what a phone wrote, 1 to 244 bytes; false where it was dropped whole.
bool linksReceive(uint16_t handle, const uint8_t *fragment, uint16_t length);
void linksSetMtu(uint16_t handle, uint16_t mtu);
void linksSetSubscribed(uint16_t handle, bool isSubscribed);
// Copies the next fragment that may go out from place 0..LINKS_MAX-1; linksSent then takes it away. Both are of one task, so
// that no other comes between.
bool linksOutput(int place, LinkOutput *output);
void linksSent(int place);
// Whether a link that XS closed is due to be ended, once its output went or its time is up. @param isTick 20 ms went by
bool linksIsEnding(int place, bool isTick, uint16_t *handle);
// The radio took the word to end it, or did not carry it out after all.
void linksSetEnding(uint16_t handle, bool isEnding);
// Whether something waits for a tick: output, or a link that is to end.
bool linksAreBusy(void);
bool linksHaveRoom(void);
// Whether XS must be woken now; once it says so, it does not again until linksWoken.
bool linksMustWake(void);

// The task of XS, which also calls linksWoken: before it takes, or where no message could be sent.
void linksWoken(void);
bool linksArePending(void);
// Gives the next event, from each link in its turn. @param hasFreed set where a place became free
bool linksTake(LinkEvent *event, bool *hasFreed);
// Keeps a copy of a fragment for a phone; false where there is no room (LINK_WRITABLE follows) or no such link.
bool linksSend(uint32_t number, const uint8_t *fragment, uint16_t length);
// Bytes that one fragment to that phone may have; 0 where there is no such link.
uint16_t linksMaximumWrite(uint32_t number);
// Ends a link: XS hears no more of it. What was sent goes out first, for a second at most.
void linksClose(uint32_t number);

#endif
