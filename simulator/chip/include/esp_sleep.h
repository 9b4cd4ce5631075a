// Waking as far as firmware/io/sleep.c asks for it, on the desk: played by chip.c.
// Specification: the same name in ESP-IDF v6.0, components/esp_hw_support.

#ifndef LATCHKEY_DESK_ESP_SLEEP
#define LATCHKEY_DESK_ESP_SLEEP

#include "esp_err.h"

esp_err_t esp_sleep_enable_gpio_wakeup(void);

#endif
