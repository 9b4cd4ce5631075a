// What nimble.c and radio.c share: the state of the NimBLE that is played.
// Why: one side is what firmware calls, the other what a test does.
// Specification: none.

#ifndef LATCHKEY_DESK_PLAYED
#define LATCHKEY_DESK_PLAYED

#include "freertos/FreeRTOS.h"
#include "host/ble_hs.h"
#include "radio.h"

#define BLOCK_BYTES 512
#define CALLOUTS_MAX 4
#define NOTIFY_HANDLE 12
#define ADVERTISEMENT_BYTES_MAX 31

struct os_mbuf {
	struct os_mbuf *next;
	uint16_t length;
	uint8_t bytes[BLOCK_BYTES];
};

typedef struct {
	bool isUp;
	bool isEnding;
	// The stack told of it.
	bool isTold;
	uint16_t handle;
	uint32_t address;
	struct os_mbuf *oldest;
	struct os_mbuf *newest;
} Phone;

typedef struct {
	portMUX_TYPE mutex;
	struct ble_npl_eventq queue;
	// The host's one event, which the mutex guards; callouts keep their own.
	struct ble_npl_event *event;
	struct ble_npl_callout *callouts[CALLOUTS_MAX];
	int calloutCount;
	uint32_t now;
	Phone phones[RADIO_LINKS_MAX];
	const struct ble_gatt_svc_def *service;
	ble_gap_event_fn *onGapEvent;
	bool isAdvertising;
	// Whether the controller is on; and whether the host has no memory for services.
	bool isOn;
	bool hasNoMemory;
	bool hasTask;
	bool isSynced;
	uint8_t data[ADVERTISEMENT_BYTES_MAX];
	int dataBytes;
	uint8_t address[6];
	int addressCount;
	// Phones that ever came: the address of each.
	uint32_t phoneCount;
	uint32_t drawn;
	int usedBlocks;
	int heldBlocks;
	int notifyStatus;
	int addressFailures;
	int advertisingFailures;
	int endStatus;
} Played;

extern Played played;

// Stops the run, with the claim that does not hold.
void demand(bool condition, const char *claim);
// That whoever calls is NimBLE's task.
void demandTask(void);
Phone *phoneOf(uint16_t handle);
void freePacket(struct os_mbuf *packet);

#endif
