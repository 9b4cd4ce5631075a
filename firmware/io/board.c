// What the chip itself does for a board: its uptime, why it started, a restart, the health of an image, its watchdog. The C side of
// board.ts.
// Why: the SDK has a clock of 32 bits, which is over after 49 days (Time.ticks), and none of the others.
// Follows ESP-IDF v6.0: esp_timer.h, esp_system.h, esp_ota_ops.h, esp_task_wdt.h. Compiled for an ESP32 only; a desk hands in its own.

#include <stdint.h>

// The SDK's list of folders has that of all components, and not this one's.
#include "app_update/include/esp_ota_ops.h"
#include "esp_system.h"
#include "esp_task_wdt.h"
#include "esp_timer.h"
#include "sdkconfig.h"
#include "xsmc.h"

// (): milliseconds since the start, exact for 285,000 years
void xs_latchkey_uptime(xsMachine *the)
{
	xsmcSetNumber(xsResult, (xsNumberValue)(esp_timer_get_time() / 1000));
}

// (): esp_reset_reason_t
void xs_latchkey_reset_reason(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)esp_reset_reason());
}

// (): never returns
void xs_latchkey_restart(xsMachine *the)
{
	(void)the;
	esp_restart();
}

// (): whether the image that runs will be started again
void xs_latchkey_confirm(xsMachine *the)
{
	xsmcSetBoolean(xsResult, esp_ota_mark_app_valid_cancel_rollback() == ESP_OK);
}

// (): the task watchdog begins to wait anew
void xs_latchkey_alive(xsMachine *the)
{
	(void)the;
#if CONFIG_ESP_TASK_WDT_EN
	esp_task_wdt_reset();
#endif
}
