// What the chip itself does for a board: its uptime, why it started, a restart, the health of an image, light sleep. The C side of board.ts.
// Why: the SDK has a clock of 32 bits, which is over after 49 days, and none of the others (Time.ticks, System.deepSleep: ESP8266 only).
// Follows ESP-IDF v6.0: esp_timer.h, esp_system.h, esp_ota_ops.h, esp_pm.h. Compiled for an ESP32 only; a desk hands in its own.

#include <stdint.h>

#include "esp_ota_ops.h"
#include "esp_pm.h"
#include "esp_system.h"
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

// (mayDoze): whether the chip sleeps lightly by itself from now on while nothing runs
void xs_latchkey_doze(xsMachine *the)
{
	int mayDoze = xsmcArgc == 1 && xsmcTest(xsArg(0));
#if CONFIG_PM_ENABLE && CONFIG_FREERTOS_USE_TICKLESS_IDLE
	esp_pm_config_t config = {
		.max_freq_mhz = CONFIG_ESP_DEFAULT_CPU_FREQ_MHZ,
		.min_freq_mhz = mayDoze ? 40 : CONFIG_ESP_DEFAULT_CPU_FREQ_MHZ,
		.light_sleep_enable = mayDoze,
	};
	xsmcSetBoolean(xsResult, esp_pm_configure(&config) == ESP_OK && mayDoze);
#else
	(void)mayDoze;
	xsmcSetFalse(xsResult);
#endif
}
