// Plays NimBLE's host on the desk behind include/host/ble_hs.h: connections, buffers, its queue and timers, and its refusals.
// Why: gatt.c is compiled unchanged and met by what the stack documents: each call that a task may not make, or that the
// controller would refuse, stops the run at once.
// Specification: the documentation of Apache NimBLE ("NimBLE Host") and of the ESP-IDF; ble_gap.c of esp-nimble as of ESP-IDF 5.4 for when a link is
// told of.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "played.h"

struct ble_hs_cfg ble_hs_cfg;
Played played = { .mutex = portMUX_INITIALIZER_UNLOCKED, .drawn = 0x9e3779b9 };

#if defined(__linux__)
static _Thread_local bool isHostTask;
#else
static bool isHostTask;
#endif

void radioEnter(void)
{
	isHostTask = true;
}

void radioLeave(void)
{
	isHostTask = false;
}

void demand(bool condition, const char *claim)
{
	if (condition)
		return;
	fprintf(stderr, "nimble: %s\n", claim);
	abort();
}

void demandTask(void)
{
	demand(isHostTask, "called by another task than NimBLE's");
}

Phone *phoneOf(uint16_t handle)
{
	for (int index = 0; index < RADIO_LINKS_MAX; index++) {
		if (played.phones[index].isUp && played.phones[index].handle == handle)
			return &played.phones[index];
	}
	return NULL;
}

// The buffers.

int os_msys_num_free(void)
{
	return RADIO_BLOCKS - played.usedBlocks - played.heldBlocks;
}

struct os_mbuf *ble_hs_mbuf_from_flat(const void *bytes, uint16_t length)
{
	demandTask();
	if (os_msys_num_free() <= 0 || length > BLOCK_BYTES)
		return NULL;
	struct os_mbuf *packet = malloc(sizeof *packet);
	demand(packet != NULL, "out of memory");
	played.usedBlocks++;
	packet->next = NULL;
	packet->length = length;
	memcpy(packet->bytes, bytes, length);
	return packet;
}

int ble_hs_mbuf_to_flat(const struct os_mbuf *packet, void *flat, uint16_t lengthMax, uint16_t *length)
{
	const uint16_t copied = packet->length < lengthMax ? packet->length : lengthMax;
	memcpy(flat, packet->bytes, copied);
	*length = copied;
	return packet->length > lengthMax ? BLE_HS_EMSGSIZE : 0;
}

void freePacket(struct os_mbuf *packet)
{
	played.usedBlocks--;
	free(packet);
}

// The GATT server.

int ble_gatts_count_cfg(const struct ble_gatt_svc_def *services)
{
	return services[0].type == BLE_GATT_SVC_TYPE_PRIMARY && services[1].type == 0 ? 0 : BLE_HS_EINVAL;
}

int ble_gatts_add_svcs(const struct ble_gatt_svc_def *services)
{
	if (played.hasNoMemory)
		return BLE_HS_ENOMEM;
	const struct ble_gatt_chr_def *each = services->characteristics;
	for (; each->uuid != NULL; each++) {
		demand(each->access_cb != NULL, "a characteristic without access");
		if (each->val_handle != NULL)
			*each->val_handle = NOTIFY_HANDLE;
	}
	played.service = services;
	return 0;
}

int ble_gatts_notify_custom(uint16_t handle, uint16_t attribute, struct os_mbuf *packet)
{
	demandTask();
	demand(attribute == NOTIFY_HANDLE, "notified of another attribute");
	demand(packet != NULL, "notified of nothing");
	Phone *phone = phoneOf(handle);
	const int status = phone == NULL ? BLE_HS_ENOTCONN : played.notifyStatus;
	played.notifyStatus = 0;
	if (status != 0)
		freePacket(packet);
	else if (phone->newest == NULL)
		phone->oldest = phone->newest = packet;
	else
		phone->newest = phone->newest->next = packet;
	if (phone != NULL)
		radioSayNotified(handle, status);
	return status;
}

int ble_att_set_preferred_mtu(uint16_t mtu)
{
	return mtu >= 23 && mtu <= 527 ? 0 : BLE_HS_EINVAL;
}

void ble_svc_gap_init(void) {}

int ble_svc_gap_device_name_set(const char *name)
{
	return strlen(name) <= 31 ? 0 : BLE_HS_EINVAL;
}

// The connections.

int ble_gap_conn_find(uint16_t handle, struct ble_gap_conn_desc *found)
{
	demandTask();
	const Phone *phone = phoneOf(handle);
	if (phone == NULL)
		return BLE_HS_ENOTCONN;
	memset(found, 0, sizeof *found);
	memcpy(found->peer_ota_addr.val, &phone->address, sizeof phone->address);
	return 0;
}

int ble_gap_update_params(uint16_t handle, const struct ble_gap_upd_params *params)
{
	demandTask();
	// Core, Vol 6, Part B, 4.5.2: the supervision timeout is more than twice what the link may be silent for.
	const uint32_t silentMillis = (1u + params->latency) * params->itvl_max * 5 / 4;
	demand(params->itvl_min <= params->itvl_max && params->supervision_timeout * 10u > 2 * silentMillis, "impossible wishes");
	return phoneOf(handle) == NULL ? BLE_HS_ENOTCONN : 0;
}

int ble_gap_terminate(uint16_t handle, uint8_t reason)
{
	(void)reason;
	demandTask();
	Phone *phone = phoneOf(handle);
	if (phone == NULL)
		return BLE_HS_ENOTCONN;
	if (phone->isEnding)
		return BLE_HS_EALREADY;
	const int status = played.endStatus;
	played.endStatus = 0;
	phone->isEnding = status == 0;
	return status;
}

int ble_gap_adv_active(void)
{
	demandTask();
	return played.isAdvertising;
}

int ble_gap_adv_stop(void)
{
	demandTask();
	const bool was = played.isAdvertising;
	played.isAdvertising = false;
	// A stack may say so before it returns.
	if (was)
		radioSayAdvertised();
	return was ? 0 : BLE_HS_EALREADY;
}

int ble_gap_adv_set_data(const uint8_t *bytes, int length)
{
	demandTask();
	if (length > (int)sizeof played.data)
		return BLE_HS_EMSGSIZE;
	memcpy(played.data, bytes, (size_t)length);
	played.dataBytes = length;
	return 0;
}

int ble_gap_adv_start(uint8_t ownAddress, const ble_addr_t *direct, int32_t duration, const struct ble_gap_adv_params *params,
	ble_gap_event_fn *onEvent, void *argument)
{
	(void)argument;
	demandTask();
	demand(ownAddress == BLE_OWN_ADDR_RANDOM && played.addressCount > 0, "advertises the chip's own address");
	demand(direct == NULL && duration == BLE_HS_FOREVER && params->conn_mode == BLE_GAP_CONN_MODE_UND, "advertises otherwise");
	if (!played.isSynced)
		return BLE_HS_ENOTSYNCED;
	if (played.isAdvertising)
		return BLE_HS_EALREADY;
	if (played.advertisingFailures > 0) {
		played.advertisingFailures--;
		return BLE_HS_ETIMEOUT;
	}
	int count = 0;
	for (int index = 0; index < RADIO_LINKS_MAX; index++)
		count += played.phones[index].isUp;
	if (count == RADIO_LINKS_MAX)
		return BLE_HS_ENOMEM;
	played.isAdvertising = true;
	played.onGapEvent = onEvent;
	return 0;
}

int ble_hs_id_gen_rnd(int isPrivate, ble_addr_t *made)
{
	demandTask();
	if (played.addressFailures > 0) {
		played.addressFailures--;
		return BLE_HS_ETIMEOUT;
	}
	for (int index = 0; index < 6; index++) {
		played.drawn = played.drawn * 1664525 + 1013904223;
		made->val[index] = (uint8_t)(played.drawn >> 24);
	}
	made->val[5] = isPrivate ? made->val[5] & 0x3f : made->val[5] | 0xc0;
	return 0;
}

int ble_hs_id_set_rnd(const uint8_t *bytes)
{
	demandTask();
	// Core, Vol 4, Part E, 7.8.4: command disallowed.
	demand(!played.isAdvertising, "a new address while it advertises");
	memcpy(played.address, bytes, sizeof played.address);
	played.addressCount++;
	return 0;
}

// The played.queue and the timers.

void ble_npl_event_init(struct ble_npl_event *made, ble_npl_event_fn *run, void *argument)
{
	(void)argument;
	*made = (struct ble_npl_event){ .run = run };
}

void ble_npl_eventq_put(struct ble_npl_eventq *unused, struct ble_npl_event *put)
{
	(void)unused;
	portENTER_CRITICAL(&played.mutex);
	put->isQueued = true;
	played.event = put;
	portEXIT_CRITICAL(&played.mutex);
}

int ble_npl_callout_init(struct ble_npl_callout *callout, struct ble_npl_eventq *unused, ble_npl_event_fn *run, void *argument)
{
	(void)unused;
	(void)argument;
	*callout = (struct ble_npl_callout){ .run = run };
	demand(played.calloutCount < CALLOUTS_MAX, "too many played.callouts");
	played.callouts[played.calloutCount++] = callout;
	return 0;
}

int ble_npl_callout_reset(struct ble_npl_callout *callout, uint32_t ticks)
{
	demandTask();
	callout->isActive = true;
	callout->dueAt = played.now + ticks;
	return 0;
}

bool ble_npl_callout_is_active(struct ble_npl_callout *callout)
{
	return callout->isActive;
}

uint32_t ble_npl_time_ms_to_ticks32(uint32_t millis)
{
	return millis;
}

struct ble_npl_eventq *nimble_port_get_dflt_eventq(void)
{
	return &played.queue;
}

int nimble_port_init(void)
{
	demand(!played.isOn, "a controller that is on already");
	played.isOn = true;
	return 0;
}

// Its callouts are gone with the queue.
int nimble_port_deinit(void)
{
	demand(played.isOn && !played.hasTask, "the host is ended before it runs");
	played.isOn = false;
	played.calloutCount = 0;
	return 0;
}

void nimble_port_run(void) {}
void nimble_port_freertos_deinit(void) {}

void nimble_port_freertos_init(void (*task)(void *argument))
{
	demand(played.service != NULL && task != NULL, "a task without a played.service");
	played.hasTask = true;
}
