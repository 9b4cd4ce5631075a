// The lock's Bluetooth radio behind gatt.h: a phone writes fragments of frames, and is notified of others.
// Why it is our own: with the SDK's server (8.2.3, modules/io/ble/server/esp32/bleserver.c) a hostile phone crashes the board.
// - accessCharacteristic and BLE_GAP_EVENT_MTU read through findConnection's NULL where a write or an MTU exchange comes before
//   XS has served the message of the connection, or after JavaScript closed it; deliverSubscribe does after it was closed.
// - A notification that fails for want of buffers, as one to a phone that stops listening does, ends twice: by NOTIFY_TX,
//   which NimBLE says before ble_gatts_notify_custom returns, and by its result. The second end reads and frees freed memory.
// - NimBLE's task turns in a loop until XS has served each write: one phone's flood, or one signature, stops the radio for all.
//   In a release build it also waits without end where the queue of messages to XS (10) is full.
// - Who is subscribed is kept by characteristic, not by connection: one phone that unsubscribes silences the others.
// - close() frees the services that NimBLE goes on serving. The address is the chip's public one for ever.
//
// Here everything that asks NimBLE runs on NimBLE's task, and nothing of XS does; gattlinks.c stands between. So no handle can
// be given to another link between a look at it and its use, and no call of ours meets itself. Nobody pairs: the session
// proves both sides (docs/protocol.md, section 3).
//
// A link is met before NimBLE tells of it. Since ESP-IDF 5.4 its CONNECT comes behind what the two controllers ask of each other: MTU,
// subscription and writes may come first, a question that fails is told as a failure of the link, which stands all the same, and of a phone
// that ends before it answers, or is silent, nothing is told, while nobody advertises. So whatever comes of a link opens it, and every two seconds
// the handles are looked through.
//
// The address is random, of the form of a static one, drawn anew at each start and each 15 minutes, as trackers do it. A resolvable
// one differs only for who holds its key, and nobody would; NimBLE has two ways to it, in the host with a store of peers on the
// ESP32, in the controller on the others, which falls back to the identity where its list has no entry. This is one for all.
// Specification: Bluetooth Core 5.0, Vol 3, Parts C, F and G; docs/protocol.md, section 3.1.

#include "gatt.h"

#include "freertos/FreeRTOS.h"
#include "nimble/nimble_port.h"
#include "nimble/nimble_port_freertos.h"
#include "host/ble_hs.h"
#include "services/gap/ble_svc_gap.h"

#define MTU 247
#define TICK_MILLIS 20
// What failed is tried again after a second: a radio that is broken must not keep the chip awake.
#define RETRY_TICKS 50
#define ADDRESS_MILLIS (15 * 60 * 1000)
#define LOOK_MILLIS 2000
// The controllers count from 0 or 1.
#define HANDLES 32
// In 0.625 ms: 417.5 ms, of which an iPhone in the background hears enough.
#define ADVERTISING_INTERVAL 668
// Blocks that stay for what NimBLE must answer, whatever waits to be notified.
#define BLOCKS_LEFT 6

// The text is a38f2a0c-956a-4d99-b722-e36dd74a9399 and so on; the order on the air is the reverse.
#define SERVICE_UUID 0x99, 0x93, 0x4a, 0xd7, 0x6d, 0xe3, 0x22, 0xb7, 0x99, 0x4d, 0x6a, 0x95, 0x0c, 0x2a, 0x8f, 0xa3
#define WRITE_UUID 0xa9, 0x81, 0x3f, 0xf4, 0x9a, 0x67, 0xc0, 0xa4, 0x10, 0x40, 0x2f, 0x96, 0x4a, 0xf0, 0x6c, 0xb4
#define NOTIFY_UUID 0xd6, 0xfe, 0x4d, 0x86, 0xdf, 0xdd, 0x05, 0x94, 0xe1, 0x47, 0x83, 0xd3, 0x81, 0x53, 0x4d, 0x3a

static const ble_uuid128_t serviceUuid = BLE_UUID128_INIT(SERVICE_UUID);
static const ble_uuid128_t writeUuid = BLE_UUID128_INIT(WRITE_UUID);
static const ble_uuid128_t notifyUuid = BLE_UUID128_INIT(NOTIFY_UUID);

// Flags (general discoverable, no BR/EDR), and the service. The same for every lock, with no name.
static const uint8_t advertisement[] = { 2, 0x01, 0x06, 17, 0x07, SERVICE_UUID };

// Asked of the phone, which may refuse: 30 to 50 ms, and up to four events left out when there is nothing to say; who is silent
// for 4 s is gone. Within what Apple's accessory guidelines allow.
static const struct ble_gap_upd_params wishes = {
	.itvl_min = 24, .itvl_max = 40, .latency = 4, .supervision_timeout = 400,
};

static int onAccess(uint16_t handle, uint16_t attribute, struct ble_gatt_access_ctxt *access, void *unused);
static uint16_t notifyHandle;

static const struct ble_gatt_chr_def characteristics[] = {
	{ .uuid = &writeUuid.u, .access_cb = onAccess, .flags = BLE_GATT_CHR_F_WRITE | BLE_GATT_CHR_F_WRITE_NO_RSP },
	{ .uuid = &notifyUuid.u, .access_cb = onAccess, .flags = BLE_GATT_CHR_F_NOTIFY, .val_handle = &notifyHandle },
	{ 0 },
};

static const struct ble_gatt_svc_def services[] = {
	{ .type = BLE_GATT_SVC_TYPE_PRIMARY, .uuid = &serviceUuid.u, .characteristics = characteristics },
	{ 0 },
};

static GattWake wakeXs;
static bool isStarted;

// Of NimBLE's task.
static struct ble_npl_event poke;
static struct ble_npl_callout tick;
static struct ble_npl_callout addressAge;
static struct ble_npl_callout look;
static bool isSynced;
static bool isAddressDue;
static bool isServing;
static bool isWakeLost;
static uint8_t retryTicks;

static void serve(bool isTick);

// Knows the link of a handle from here on, where there is one. @returns whether there is
static bool meet(uint16_t handle, bool isTold)
{
	struct ble_gap_conn_desc found;
	if (ble_gap_conn_find(handle, &found) != 0)
		return false;
	const LinkMeeting meeting = linksMeet(handle, found.peer_ota_addr.val, isTold);
	if (meeting == LINK_OPENED)
		ble_gap_update_params(handle, &wishes);
	else if (meeting == LINK_REFUSED)
		ble_gap_terminate(handle, BLE_ERR_REM_USER_CONN_TERM);
	return true;
}

// Whether a handle has a link, which may be another phone's by now; of one that has none it was the last.
static bool isStanding(uint16_t handle)
{
	const bool isThere = meet(handle, false);
	if (!isThere)
		linksLose(handle);
	return isThere;
}

static int onGapEvent(struct ble_gap_event *event, void *unused)
{
	(void)unused;
	switch (event->type) {
		case BLE_GAP_EVENT_CONNECT:
			// It ended before NimBLE had told of it, and is still in its list.
			if (event->connect.status != BLE_HS_EAGAIN)
				meet(event->connect.conn_handle, event->connect.status == 0);
			break;
		case BLE_GAP_EVENT_DISCONNECT:
			linksLose(event->disconnect.conn.conn_handle);
			break;
		case BLE_GAP_EVENT_TERM_FAILURE:
			linksSetEnding(event->term_failure.conn_handle, false);
			break;
		case BLE_GAP_EVENT_MTU:
			meet(event->mtu.conn_handle, false);
			linksSetMtu(event->mtu.conn_handle, event->mtu.value);
			break;
		case BLE_GAP_EVENT_SUBSCRIBE:
			if (event->subscribe.attr_handle != notifyHandle)
				break;
			if (event->subscribe.cur_notify)
				meet(event->subscribe.conn_handle, false);
			linksSetSubscribed(event->subscribe.conn_handle, event->subscribe.cur_notify);
			break;
		case BLE_GAP_EVENT_ADV_COMPLETE:
			break;
		default:
			return 0;
	}
	serve(false);
	return 0;
}

// A phone wrote. What finds no room is dropped whole, and whoever asked for an answer is told.
static int onAccess(uint16_t handle, uint16_t attribute, struct ble_gatt_access_ctxt *access, void *unused)
{
	(void)attribute;
	(void)unused;
	if (access->op != BLE_GATT_ACCESS_OP_WRITE_CHR)
		return BLE_ATT_ERR_UNLIKELY;
	uint8_t fragment[FRAGMENT_BYTES_MAX];
	uint16_t length = 0;
	if (ble_hs_mbuf_to_flat(access->om, fragment, sizeof fragment, &length) != 0 || length == 0)
		return BLE_ATT_ERR_INVALID_ATTR_VALUE_LEN;
	const bool isTaken = isStanding(handle) && linksReceive(handle, fragment, length);
	serve(false);
	return isTaken ? 0 : BLE_ATT_ERR_INSUFFICIENT_RES;
}

// Notifies one phone of one fragment, if it may. @returns 1 sent, 0 nothing to send, -1 no room
static int notifyOne(int place)
{
	LinkOutput output;
	if (!linksOutput(place, &output) || !isStanding(output.handle) || !linksOutput(place, &output))
		return 0;
	if (os_msys_num_free() <= BLOCKS_LEFT)
		return -1;
	struct os_mbuf *packet = ble_hs_mbuf_from_flat(output.fragment, output.length);
	if (packet == NULL)
		return -1;
	// It frees the packet whatever comes of it, and says NOTIFY_TX to onGapEvent before it returns.
	const int fault = ble_gatts_notify_custom(output.handle, notifyHandle, packet);
	if (fault == BLE_HS_ENOMEM || fault == BLE_HS_EAGAIN || fault == BLE_HS_EBUSY)
		return -1;
	// Anything else says that the link is going: the rest of a frame without this is dropped at the other end.
	linksSent(place);
	return 1;
}

// Notifies each phone in its turn, as long as there is room; the next time it goes on with whose turn it is.
static void notifyAll(void)
{
	static int place;
	int idle = 0;
	while (idle < LINKS_MAX) {
		const int result = notifyOne(place);
		if (result < 0)
			return;
		idle = result > 0 ? 0 : idle + 1;
		place = (place + 1) % LINKS_MAX;
	}
}

static void endClosed(bool isTick)
{
	for (int place = 0; place < LINKS_MAX; place++) {
		uint16_t handle;
		if (!linksIsEnding(place, isTick, &handle) || !isStanding(handle) || !linksIsEnding(place, false, &handle))
			continue;
		const int fault = ble_gap_terminate(handle, BLE_ERR_REM_USER_CONN_TERM);
		if (fault == BLE_HS_ENOTCONN)
			linksLose(handle);
		else
			linksSetEnding(handle, fault == 0 || fault == BLE_HS_EALREADY);
	}
}

static bool renewAddress(void)
{
	ble_addr_t address;
	// The controller refuses a new one while it advertises.
	if (ble_gap_adv_active() && ble_gap_adv_stop() != 0)
		return false;
	if (ble_hs_id_gen_rnd(0, &address) != 0 || ble_hs_id_set_rnd(address.val) != 0)
		return false;
	isAddressDue = false;
	return true;
}

// Advertises wherever there is room for one more. @returns false where it should, and cannot
static bool advertise(void)
{
	if (!isSynced)
		return true;
	if (isAddressDue && !renewAddress())
		return false;
	if (ble_gap_adv_active() || !linksHaveRoom())
		return true;
	const struct ble_gap_adv_params params = {
		.conn_mode = BLE_GAP_CONN_MODE_UND, .disc_mode = BLE_GAP_DISC_MODE_GEN,
		.itvl_min = ADVERTISING_INTERVAL, .itvl_max = ADVERTISING_INTERVAL,
	};
	return ble_gap_adv_set_data(advertisement, sizeof advertisement) == 0 &&
		ble_gap_adv_start(BLE_OWN_ADDR_RANDOM, NULL, BLE_HS_FOREVER, &params, onGapEvent, NULL) == 0;
}

static void wake(void)
{
	isWakeLost = false;
	if (linksMustWake() && !wakeXs()) {
		linksWoken();
		isWakeLost = true;
	}
}

// Does whatever is due. A call of NimBLE may call onGapEvent before it returns, which then leaves the rest to the call around it.
static void serve(bool isTick)
{
	if (isServing)
		return;
	isServing = true;
	notifyAll();
	endClosed(isTick);
	if (isTick && retryTicks > 0)
		retryTicks--;
	if (retryTicks == 0 && !advertise())
		retryTicks = RETRY_TICKS;
	wake();
	isServing = false;
	if ((linksAreBusy() || isWakeLost || retryTicks > 0) && !ble_npl_callout_is_active(&tick))
		ble_npl_callout_reset(&tick, ble_npl_time_ms_to_ticks32(TICK_MILLIS));
}

static void onPoke(struct ble_npl_event *unused)
{
	(void)unused;
	serve(false);
}

static void onTick(struct ble_npl_event *unused)
{
	(void)unused;
	serve(true);
}

// Meets whom nobody told of, and loses whose end nobody told.
static void onLook(struct ble_npl_event *unused)
{
	(void)unused;
	for (uint16_t handle = 0; handle < HANDLES; handle++)
		isStanding(handle);
	ble_npl_callout_reset(&look, ble_npl_time_ms_to_ticks32(LOOK_MILLIS));
	serve(false);
}

static void onAddressAge(struct ble_npl_event *unused)
{
	(void)unused;
	isAddressDue = true;
	ble_npl_callout_reset(&addressAge, ble_npl_time_ms_to_ticks32(ADDRESS_MILLIS));
	serve(false);
}

static void onSync(void)
{
	isSynced = true;
	isAddressDue = true;
	retryTicks = 0;
	ble_npl_callout_reset(&addressAge, ble_npl_time_ms_to_ticks32(ADDRESS_MILLIS));
	ble_npl_callout_reset(&look, ble_npl_time_ms_to_ticks32(LOOK_MILLIS));
	serve(false);
}

// NimBLE begins anew, and says onSync when it is there again.
static void onReset(int unused)
{
	(void)unused;
	isSynced = false;
	linksLoseAll();
	serve(false);
}

static void runHost(void *unused)
{
	(void)unused;
	nimble_port_run();
	nimble_port_freertos_deinit();
}

bool gattStart(GattWake wakeIt)
{
	if (isStarted || nimble_port_init() != 0)
		return false;
	isStarted = true;
	wakeXs = wakeIt;
	linksReset();
	ble_hs_cfg.sync_cb = onSync;
	ble_hs_cfg.reset_cb = onReset;
	ble_svc_gap_init();
	ble_npl_event_init(&poke, onPoke, NULL);
	ble_npl_callout_init(&tick, nimble_port_get_dflt_eventq(), onTick, NULL);
	ble_npl_callout_init(&addressAge, nimble_port_get_dflt_eventq(), onAddressAge, NULL);
	ble_npl_callout_init(&look, nimble_port_get_dflt_eventq(), onLook, NULL);
	// No name: a phone may read it of any device, and shows it to its owner.
	const bool isGood = ble_svc_gap_device_name_set("") == 0 && ble_att_set_preferred_mtu(MTU) == 0 &&
		ble_gatts_count_cfg(services) == 0 && ble_gatts_add_svcs(services) == 0;
	if (isGood)
		nimble_port_freertos_init(runHost);
	else {
		// The controller is on by now: nobody may count on a radio that does not run, nor use the converter's noise beside one that does.
		isStarted = false;
		nimble_port_deinit();
	}
	return isGood;
}

static void pokeHost(void)
{
	if (isStarted)
		ble_npl_eventq_put(nimble_port_get_dflt_eventq(), &poke);
}

void gattWoken(void)
{
	linksWoken();
}

void gattRested(void)
{
	if (linksArePending())
		pokeHost();
}

bool gattTake(LinkEvent *event)
{
	bool hasFreed = false;
	const bool isThere = linksTake(event, &hasFreed);
	if (hasFreed)
		pokeHost();
	return isThere;
}

bool gattSend(uint32_t number, const uint8_t *fragment, uint16_t length)
{
	const bool isTaken = linksSend(number, fragment, length);
	if (isTaken)
		pokeHost();
	return isTaken;
}

uint16_t gattMaximumWrite(uint32_t number)
{
	return linksMaximumWrite(number);
}

void gattClose(uint32_t number)
{
	linksClose(number);
	pokeHost();
}
