// NimBLE's host as far as firmware/io/gatt.c uses it, on the desk: the same names, values and shapes, behind which nimble.c plays.
// Why: gatt.c is compiled unchanged and meets each answer that the stack may give, in any order.
// Specification: the documentation of Apache NimBLE (mynewt.apache.org, "NimBLE Host") and of the ESP-IDF, and Bluetooth Core 5.0
// for the values. Shapes have the members that gatt.c names, no others.

#ifndef LATCHKEY_DESK_NIMBLE
#define LATCHKEY_DESK_NIMBLE

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLE_HS_EAGAIN 1
#define BLE_HS_EALREADY 2
#define BLE_HS_EINVAL 3
#define BLE_HS_EMSGSIZE 4
#define BLE_HS_ENOMEM 6
#define BLE_HS_ENOTCONN 7
#define BLE_HS_ETIMEOUT 13
#define BLE_HS_EBUSY 15
#define BLE_HS_ENOTSYNCED 22
#define BLE_HS_FOREVER INT32_MAX
#define BLE_ERR_REM_USER_CONN_TERM 0x13
#define BLE_ATT_ERR_INVALID_ATTR_VALUE_LEN 0x0d
#define BLE_ATT_ERR_UNLIKELY 0x0e
#define BLE_ATT_ERR_INSUFFICIENT_RES 0x11

struct os_mbuf;
int os_msys_num_free(void);
struct os_mbuf *ble_hs_mbuf_from_flat(const void *bytes, uint16_t length);
int ble_hs_mbuf_to_flat(const struct os_mbuf *packet, void *flat, uint16_t lengthMax, uint16_t *length);

typedef struct { uint8_t type; } ble_uuid_t;
typedef struct { ble_uuid_t u; uint8_t value[16]; } ble_uuid128_t;
#define BLE_UUID_TYPE_128 128
#define BLE_UUID128_INIT(...) { .u = { .type = BLE_UUID_TYPE_128 }, .value = { __VA_ARGS__ } }

#define BLE_GATT_ACCESS_OP_READ_CHR 0
#define BLE_GATT_ACCESS_OP_WRITE_CHR 1
#define BLE_GATT_CHR_F_WRITE_NO_RSP 0x0004
#define BLE_GATT_CHR_F_WRITE 0x0008
#define BLE_GATT_CHR_F_NOTIFY 0x0010
#define BLE_GATT_SVC_TYPE_PRIMARY 1

struct ble_gatt_access_ctxt {
	uint8_t op;
	struct os_mbuf *om;
};

typedef int ble_gatt_access_fn(uint16_t handle, uint16_t attribute, struct ble_gatt_access_ctxt *access, void *argument);

struct ble_gatt_chr_def {
	const ble_uuid_t *uuid;
	ble_gatt_access_fn *access_cb;
	void *arg;
	uint16_t flags;
	uint16_t *val_handle;
};

struct ble_gatt_svc_def {
	uint8_t type;
	const ble_uuid_t *uuid;
	const struct ble_gatt_chr_def *characteristics;
};

int ble_gatts_count_cfg(const struct ble_gatt_svc_def *services);
int ble_gatts_add_svcs(const struct ble_gatt_svc_def *services);
int ble_gatts_notify_custom(uint16_t handle, uint16_t attribute, struct os_mbuf *packet);
int ble_att_set_preferred_mtu(uint16_t mtu);

#define BLE_GAP_EVENT_CONNECT 0
#define BLE_GAP_EVENT_DISCONNECT 1
#define BLE_GAP_EVENT_ADV_COMPLETE 9
#define BLE_GAP_EVENT_NOTIFY_TX 13
#define BLE_GAP_EVENT_SUBSCRIBE 14
#define BLE_GAP_EVENT_MTU 15
#define BLE_GAP_EVENT_TERM_FAILURE 6
#define BLE_GAP_CONN_MODE_UND 2
#define BLE_GAP_DISC_MODE_GEN 2
#define BLE_OWN_ADDR_PUBLIC 0
#define BLE_OWN_ADDR_RANDOM 1

typedef struct { uint8_t type; uint8_t val[6]; } ble_addr_t;

struct ble_gap_event {
	uint8_t type;
	union {
		struct { int status; uint16_t conn_handle; } connect;
		struct { int reason; struct { uint16_t conn_handle; } conn; } disconnect;
		struct { int status; uint16_t conn_handle; } term_failure;
		struct { int status; uint16_t conn_handle; uint16_t attr_handle; } notify_tx;
		struct { uint16_t conn_handle; uint16_t attr_handle; uint8_t cur_notify : 1; } subscribe;
		struct { uint16_t conn_handle; uint16_t value; } mtu;
	};
};

typedef int ble_gap_event_fn(struct ble_gap_event *event, void *argument);

struct ble_gap_upd_params {
	uint16_t itvl_min;
	uint16_t itvl_max;
	uint16_t latency;
	uint16_t supervision_timeout;
};

struct ble_gap_adv_params {
	uint8_t conn_mode;
	uint8_t disc_mode;
	uint16_t itvl_min;
	uint16_t itvl_max;
};

struct ble_gap_conn_desc { ble_addr_t peer_ota_addr; };

int ble_gap_conn_find(uint16_t handle, struct ble_gap_conn_desc *found);
int ble_gap_update_params(uint16_t handle, const struct ble_gap_upd_params *params);
int ble_gap_terminate(uint16_t handle, uint8_t reason);
int ble_gap_adv_active(void);
int ble_gap_adv_stop(void);
int ble_gap_adv_set_data(const uint8_t *bytes, int length);
int ble_gap_adv_start(uint8_t ownAddress, const ble_addr_t *direct, int32_t duration, const struct ble_gap_adv_params *params,
	ble_gap_event_fn *onEvent, void *argument);
int ble_hs_id_gen_rnd(int isPrivate, ble_addr_t *address);
int ble_hs_id_set_rnd(const uint8_t *address);
void ble_svc_gap_init(void);
int ble_svc_gap_device_name_set(const char *name);

struct ble_hs_cfg {
	void (*reset_cb)(int reason);
	void (*sync_cb)(void);
};
extern struct ble_hs_cfg ble_hs_cfg;

struct ble_npl_event;
typedef void ble_npl_event_fn(struct ble_npl_event *event);
struct ble_npl_event { ble_npl_event_fn *run; bool isQueued; };
struct ble_npl_eventq { int unused; };
struct ble_npl_callout { ble_npl_event_fn *run; bool isActive; uint32_t dueAt; };

void ble_npl_event_init(struct ble_npl_event *event, ble_npl_event_fn *run, void *argument);
void ble_npl_eventq_put(struct ble_npl_eventq *queue, struct ble_npl_event *event);
int ble_npl_callout_init(struct ble_npl_callout *callout, struct ble_npl_eventq *queue, ble_npl_event_fn *run, void *argument);
int ble_npl_callout_reset(struct ble_npl_callout *callout, uint32_t ticks);
bool ble_npl_callout_is_active(struct ble_npl_callout *callout);
uint32_t ble_npl_time_ms_to_ticks32(uint32_t millis);
struct ble_npl_eventq *nimble_port_get_dflt_eventq(void);
int nimble_port_init(void);
int nimble_port_deinit(void);
void nimble_port_run(void);
void nimble_port_freertos_init(void (*task)(void *argument));
void nimble_port_freertos_deinit(void);

#endif
