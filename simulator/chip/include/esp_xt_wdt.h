// The watch over the slow crystal as far as firmware/io/sleep.c asks for it, on the desk: played by chip.c.
// Specification: the same names in ESP-IDF v6.0, components/esp_system.

#ifndef LATCHKEY_DESK_XT_WDT
#define LATCHKEY_DESK_XT_WDT

#include <stdbool.h>
#include <stdint.h>

#include "esp_err.h"

typedef struct {
	uint8_t timeout;
	bool auto_backup_clk_enable;
} esp_xt_wdt_config_t;
typedef void (*esp_xt_callback_t)(void *argument);

esp_err_t esp_xt_wdt_init(const esp_xt_wdt_config_t *config);
void esp_xt_wdt_register_callback(esp_xt_callback_t callback, void *argument);

#endif
