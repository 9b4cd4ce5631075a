// What a test does to the NimBLE that nimble.c plays: phones come, write and go, buffers run out, the controller fails.
// Why: gatt.c meets on the desk, in any order, what a radio full of strangers can bring.
// Specification: none; each function but radioReset plays on NimBLE's task.

#ifndef LATCHKEY_DESK_RADIO
#define LATCHKEY_DESK_RADIO

#include <stdbool.h>
#include <stdint.h>

// As CONFIG_BT_NIMBLE_MAX_CONNECTIONS.
#define RADIO_LINKS_MAX 3
#define RADIO_BLOCKS 24

// Lets whoever calls do what only NimBLE's task may, or no more.
void radioEnter(void);
void radioLeave(void);
// The host has no memory for its services, or has it again: before it starts.
void radioTakeMemory(bool isTaken);
// Whether the controller is on.
bool radioIsOn(void);
// The host and controller are there, or begin anew.
void radioSync(void);
void radioFail(void);
// Runs what waits in the host's queue.
void radioRun(void);
void radioPassMillis(uint32_t millis);

// A phone connects, if the lock advertises and has room.
bool radioConnect(uint16_t handle);
// The same, and the stack tells of it later: of what comes before, and of its end before, it does not wait to tell.
bool radioConnectUntold(uint16_t handle);
// @param status 0, or an error of the controller's, though the link stands
void radioTell(uint16_t handle, int status);
void radioDisconnect(uint16_t handle);
// Whether the lock has asked to end the link, which radioDisconnect then does.
bool radioIsEnding(uint16_t handle);
// The phone did not confirm the end in time.
void radioRefuseEnd(uint16_t handle);
// @returns an ATT error, 0 for none
int radioWrite(uint16_t handle, const uint8_t *bytes, uint16_t length);
int radioRead(uint16_t handle);
// Says an event, whether or not it makes sense.
void radioSayMtu(uint16_t handle, uint16_t mtu);
void radioSaySubscribed(uint16_t handle, uint16_t attribute, bool isSubscribed);
void radioSayNotified(uint16_t handle, int status);
void radioSayConnected(uint16_t handle, int status);
void radioSayDisconnected(uint16_t handle);
void radioSayAdvertised(void);
void radioSayOther(uint8_t type);
uint16_t radioNotifyHandle(void);
// Takes the oldest notification that the phone was sent; its block is free then. @returns its length, -1 where there is none
int radioTakeNotification(uint16_t handle, uint8_t *bytes);
// The next calls of that kind fail with these.
void radioFailNotify(int status);
void radioFailAddress(int count);
void radioFailAdvertising(int count);
void radioFailEnd(int status);
// Somebody else holds that many blocks.
void radioHoldBlocks(int count);

int radioFreeBlocks(void);
bool radioIsAdvertising(void);
bool radioIsUp(uint16_t handle);
// The advertisement and address that the next phone sees; 0 or 6 and so many bytes.
int radioAdvertisement(uint8_t *bytes);
void radioAddress(uint8_t *bytes);
// How often an address was set.
int radioAddressCount(void);
const uint8_t *radioUuid(int index);

#endif
