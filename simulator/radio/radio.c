// Plays phones and a controller on the desk: the test's side of the NimBLE that nimble.c plays.
// Why: a test says in one call what a phone does, and the stack tells gatt.c of it as the real one would, or as it never would.
// Specification: radio.h.

#include <string.h>

#include "played.h"

static void say(struct ble_gap_event said)
{
	demandTask();
	if (played.onGapEvent != NULL)
		played.onGapEvent(&said, NULL);
}

void radioSync(void)
{
	demand(played.hasTask, "synced without a task");
	played.isSynced = true;
	ble_hs_cfg.sync_cb();
}

void radioFail(void)
{
	played.isSynced = false;
	played.isAdvertising = false;
	// The stack reports each link's end before it says that it begins anew.
	for (int index = 0; index < RADIO_LINKS_MAX; index++) {
		if (played.phones[index].isUp)
			radioDisconnect(played.phones[index].handle);
	}
	ble_hs_cfg.reset_cb(0);
}

void radioRun(void)
{
	struct ble_npl_event *queued;
	portENTER_CRITICAL(&played.mutex);
	queued = played.event != NULL && played.event->isQueued ? played.event : NULL;
	if (queued != NULL)
		queued->isQueued = false;
	portEXIT_CRITICAL(&played.mutex);
	if (queued != NULL)
		queued->run(queued);
}

void radioPassMillis(uint32_t millis)
{
	const uint32_t until = played.now + millis;
	radioRun();
	while (played.now < until) {
		uint32_t next = until;
		for (int index = 0; index < played.calloutCount; index++) {
			if (played.callouts[index]->isActive && played.callouts[index]->dueAt < next)
				next = played.callouts[index]->dueAt;
		}
		played.now = next;
		for (int index = 0; index < played.calloutCount; index++) {
			if (played.callouts[index]->isActive && played.callouts[index]->dueAt <= played.now) {
				played.callouts[index]->isActive = false;
				played.callouts[index]->run(NULL);
			}
		}
		radioRun();
	}
}

bool radioConnectUntold(uint16_t handle)
{
	if (!played.isAdvertising || phoneOf(handle) != NULL)
		return false;
	for (int index = 0; index < RADIO_LINKS_MAX; index++) {
		if (played.phones[index].isUp)
			continue;
		played.phones[index] = (Phone){ .isUp = true, .handle = handle, .address = ++played.phoneCount };
		played.isAdvertising = false;
		return true;
	}
	return false;
}

void radioTell(uint16_t handle, int status)
{
	Phone *phone = phoneOf(handle);
	if (phone == NULL || phone->isTold)
		return;
	phone->isTold = true;
	radioSayConnected(handle, status);
}

bool radioConnect(uint16_t handle)
{
	const bool isConnected = radioConnectUntold(handle);
	radioTell(handle, 0);
	return isConnected;
}

void radioDisconnect(uint16_t handle)
{
	Phone *phone = phoneOf(handle);
	const bool isUntold = phone != NULL && !phone->isTold;
	// A release of the stack tells of the end of what it has not told of as of a failure, while it has it still; the ones before say nothing.
	if (isUntold && phone->address % 2 == 0)
		radioSayConnected(handle, BLE_HS_EAGAIN);
	if (phone != NULL) {
		while (phone->oldest != NULL) {
			struct os_mbuf *packet = phone->oldest;
			phone->oldest = packet->next;
			freePacket(packet);
		}
		*phone = (Phone){ 0 };
	}
	if (isUntold)
		return;
	radioSaySubscribed(handle, NOTIFY_HANDLE, false);
	radioSayDisconnected(handle);
}

bool radioIsEnding(uint16_t handle)
{
	const Phone *phone = phoneOf(handle);
	return phone != NULL && phone->isEnding;
}

void radioRefuseEnd(uint16_t handle)
{
	Phone *phone = phoneOf(handle);
	if (phone != NULL)
		phone->isEnding = false;
	struct ble_gap_event said = { .type = BLE_GAP_EVENT_TERM_FAILURE, .term_failure = { BLE_HS_ETIMEOUT, handle } };
	say(said);
}

static int accessAttribute(uint16_t handle, uint8_t operation, const uint8_t *bytes, uint16_t length)
{
	struct os_mbuf packet = { .length = length };
	memcpy(packet.bytes, bytes, length);
	struct ble_gatt_access_ctxt access = { .op = operation, .om = &packet };
	return played.service->characteristics[0].access_cb(handle, NOTIFY_HANDLE - 2, &access, NULL);
}

int radioWrite(uint16_t handle, const uint8_t *bytes, uint16_t length)
{
	return accessAttribute(handle, BLE_GATT_ACCESS_OP_WRITE_CHR, bytes, length);
}

int radioRead(uint16_t handle)
{
	return accessAttribute(handle, BLE_GATT_ACCESS_OP_READ_CHR, (const uint8_t *)"", 0);
}

void radioSayMtu(uint16_t handle, uint16_t mtu)
{
	say((struct ble_gap_event){ .type = BLE_GAP_EVENT_MTU, .mtu = { handle, mtu } });
}

void radioSaySubscribed(uint16_t handle, uint16_t attribute, bool isSubscribed)
{
	say((struct ble_gap_event){ .type = BLE_GAP_EVENT_SUBSCRIBE, .subscribe = { handle, attribute, isSubscribed } });
}

void radioSayNotified(uint16_t handle, int status)
{
	say((struct ble_gap_event){ .type = BLE_GAP_EVENT_NOTIFY_TX, .notify_tx = { status, handle, NOTIFY_HANDLE } });
}

void radioSayConnected(uint16_t handle, int status)
{
	say((struct ble_gap_event){ .type = BLE_GAP_EVENT_CONNECT, .connect = { status, handle } });
}

void radioSayDisconnected(uint16_t handle)
{
	say((struct ble_gap_event){ .type = BLE_GAP_EVENT_DISCONNECT, .disconnect = { 0, { handle } } });
}

void radioSayAdvertised(void)
{
	played.isAdvertising = false;
	say((struct ble_gap_event){ .type = BLE_GAP_EVENT_ADV_COMPLETE });
}

void radioSayOther(uint8_t type)
{
	say((struct ble_gap_event){ .type = type });
}

uint16_t radioNotifyHandle(void)
{
	return NOTIFY_HANDLE;
}

int radioTakeNotification(uint16_t handle, uint8_t *bytes)
{
	Phone *phone = phoneOf(handle);
	if (phone == NULL || phone->oldest == NULL)
		return -1;
	struct os_mbuf *packet = phone->oldest;
	phone->oldest = packet->next;
	if (phone->oldest == NULL)
		phone->newest = NULL;
	const int length = packet->length;
	memcpy(bytes, packet->bytes, packet->length);
	freePacket(packet);
	return length;
}

void radioFailNotify(int status)
{
	played.notifyStatus = status;
}

void radioFailAddress(int count)
{
	played.addressFailures = count;
}

void radioTakeMemory(bool isTaken)
{
	played.hasNoMemory = isTaken;
}

bool radioIsOn(void)
{
	return played.isOn;
}

void radioFailAdvertising(int count)
{
	played.advertisingFailures = count;
}

void radioFailEnd(int status)
{
	played.endStatus = status;
}

void radioHoldBlocks(int count)
{
	played.heldBlocks = count;
}

int radioFreeBlocks(void)
{
	return RADIO_BLOCKS - played.usedBlocks;
}

bool radioIsAdvertising(void)
{
	return played.isAdvertising;
}

bool radioIsUp(uint16_t handle)
{
	return phoneOf(handle) != NULL;
}

int radioAdvertisement(uint8_t *bytes)
{
	memcpy(bytes, played.data, (size_t)played.dataBytes);
	return played.dataBytes;
}

void radioAddress(uint8_t *bytes)
{
	memcpy(bytes, played.address, sizeof played.address);
}

int radioAddressCount(void)
{
	return played.addressCount;
}

const uint8_t *radioUuid(int index)
{
	const ble_uuid_t *uuid = index == 0 ? played.service->uuid : played.service->characteristics[index - 1].uuid;
	return ((const ble_uuid128_t *)uuid)->value;
}
