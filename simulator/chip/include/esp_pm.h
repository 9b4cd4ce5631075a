// Power management as far as firmware/io/sleep.c asks for it, on the desk: played by chip.c.
// Specification: the same names in ESP-IDF v6.0, components/esp_pm.

#ifndef LATCHKEY_DESK_ESP_PM
#define LATCHKEY_DESK_ESP_PM

#include <stdbool.h>

#include "esp_err.h"

typedef struct {
	int max_freq_mhz;
	int min_freq_mhz;
	bool light_sleep_enable;
} esp_pm_config_t;
typedef enum { ESP_PM_NO_LIGHT_SLEEP = 2 } esp_pm_lock_type_t;
typedef struct playedLock *esp_pm_lock_handle_t;

esp_err_t esp_pm_configure(const void *config);
esp_err_t esp_pm_lock_create(esp_pm_lock_type_t type, int argument, const char *name, esp_pm_lock_handle_t *lock);
esp_err_t esp_pm_lock_acquire(esp_pm_lock_handle_t lock);
esp_err_t esp_pm_lock_release(esp_pm_lock_handle_t lock);

#endif
