// A chip that can sleep, played for firmware/io/sleep.c, and host functions by which a test is its pins, its crystal and its faults.
// Why: sleep.c runs on the desk's XS unchanged; what it asks of ESP-IDF, and in which order, is what no other test sees.
// Follows ESP-IDF v6.0. The interrupt of a level comes again and again while the level stands and it is enabled: one that nobody disables
// is counted as a storm here, and would be the end of a board. What is enabled outlives a restart by software: it resets the processor alone.

#include <stdint.h>
#include <string.h>

#include "driver/gpio.h"
#include "esp_pm.h"
#include "esp_sleep.h"
#include "esp_xt_wdt.h"
#include "soc/rtc.h"
#include "xsmc.h"

#define STORM 8
// What may fail, a bit each.
#define FAILS_LOCK 1
#define FAILS_CONFIGURE 2
// What a pin is asked for, a bit each.
#define IS_KEPT 1
#define IS_PULLED_UP 2
#define WAKES 4
#define IS_ENABLED 8

static struct {
	int level;
	int state;
	gpio_int_type_t type;
	gpio_isr_t handler;
	void *argument;
} pins[GPIO_NUM_MAX];
struct playedLock {
	int count;
};
static struct playedLock onlyLock;
static bool hasCrystal, isCrystalWatched, wakesByPins, isLightSleep, isScaled, isServed;
static esp_xt_callback_t crystalCallback;
static int fails, storms;

static bool isDue(int pin)
{
	if (!isServed || !(pins[pin].state & IS_ENABLED) || pins[pin].type == GPIO_INTR_DISABLE)
		return false;
	return pins[pin].level == (pins[pin].type == GPIO_INTR_HIGH_LEVEL);
}

static void settle(int pin)
{
	for (int count = 0; isDue(pin); count++) {
		if (count == STORM) {
			storms++;
			return;
		}
		if (pins[pin].handler != NULL)
			pins[pin].handler(pins[pin].argument);
	}
}

esp_err_t gpio_install_isr_service(int flags)
{
	(void)flags;
	if (isServed)
		return ESP_ERR_INVALID_STATE;
	isServed = true;
	for (int pin = 0; pin < GPIO_NUM_MAX; pin++)
		settle(pin);
	return ESP_OK;
}

esp_err_t gpio_isr_handler_add(gpio_num_t pin, gpio_isr_t handler, void *argument)
{
	pins[pin].handler = handler;
	pins[pin].argument = argument;
	pins[pin].state |= IS_ENABLED;
	settle(pin);
	return ESP_OK;
}

esp_err_t gpio_intr_disable(gpio_num_t pin)
{
	pins[pin].state &= ~IS_ENABLED;
	return ESP_OK;
}

esp_err_t gpio_set_intr_type(gpio_num_t pin, gpio_int_type_t type)
{
	pins[pin].type = type;
	settle(pin);
	return ESP_OK;
}

esp_err_t gpio_pullup_en(gpio_num_t pin)
{
	pins[pin].state |= IS_PULLED_UP;
	return ESP_OK;
}

esp_err_t gpio_sleep_sel_dis(gpio_num_t pin)
{
	pins[pin].state |= IS_KEPT;
	return ESP_OK;
}

esp_err_t gpio_wakeup_enable(gpio_num_t pin, gpio_int_type_t type)
{
	pins[pin].type = type;
	pins[pin].state |= WAKES;
	settle(pin);
	return ESP_OK;
}

esp_err_t esp_pm_configure(const void *config)
{
	const esp_pm_config_t *wanted = config;
	if (fails & FAILS_CONFIGURE)
		return ESP_FAIL;
	isLightSleep = wanted->light_sleep_enable;
	isScaled = wanted->min_freq_mhz != wanted->max_freq_mhz;
	return ESP_OK;
}

esp_err_t esp_pm_lock_create(esp_pm_lock_type_t type, int argument, const char *name, esp_pm_lock_handle_t *lock)
{
	(void)argument;
	(void)name;
	if ((fails & FAILS_LOCK) || type != ESP_PM_NO_LIGHT_SLEEP)
		return ESP_FAIL;
	*lock = &onlyLock;
	return ESP_OK;
}

esp_err_t esp_pm_lock_acquire(esp_pm_lock_handle_t lock)
{
	lock->count++;
	return ESP_OK;
}

esp_err_t esp_pm_lock_release(esp_pm_lock_handle_t lock)
{
	if (lock->count == 0)
		return ESP_ERR_INVALID_STATE;
	lock->count--;
	return ESP_OK;
}

esp_err_t esp_sleep_enable_gpio_wakeup(void)
{
	wakesByPins = true;
	return ESP_OK;
}

soc_rtc_slow_clk_src_t rtc_clk_slow_src_get(void)
{
	return hasCrystal ? SOC_RTC_SLOW_CLK_SRC_XTAL32K : SOC_RTC_SLOW_CLK_SRC_RC_SLOW;
}

esp_err_t esp_xt_wdt_init(const esp_xt_wdt_config_t *config)
{
	isCrystalWatched = config->timeout > 0 && config->auto_backup_clk_enable && crystalCallback != NULL;
	return ESP_OK;
}

void esp_xt_wdt_register_callback(esp_xt_callback_t callback, void *argument)
{
	(void)argument;
	crystalCallback = callback;
}

// (): whether it is told when the crystal stops, and goes on by another clock until then
void xs_chip_is_crystal_watched(xsMachine *the)
{
	xsmcSetBoolean(xsResult, isCrystalWatched);
}

// (hasCrystal)
void xs_chip_crystal(xsMachine *the)
{
	hasCrystal = xsmcToBoolean(xsArg(0));
}

// (bits of what fails)
void xs_chip_fail(xsMachine *the)
{
	fails = xsmcToInteger(xsArg(0));
}

// (pin, level): the wire's
void xs_chip_level(xsMachine *the)
{
	const int pin = xsmcToInteger(xsArg(0));
	pins[pin].level = xsmcToInteger(xsArg(1));
	settle(pin);
}

// (pin, level): a run before this one watched it for that level, and was restarted by software
void xs_chip_leave_watched(xsMachine *the)
{
	const int pin = xsmcToInteger(xsArg(0));
	pins[pin].type = xsmcToInteger(xsArg(1)) ? GPIO_INTR_HIGH_LEVEL : GPIO_INTR_LOW_LEVEL;
	pins[pin].state |= IS_ENABLED;
}

// (pin): the bits of what it is asked for
void xs_chip_state(xsMachine *the)
{
	xsmcSetInteger(xsResult, pins[xsmcToInteger(xsArg(0))].state);
}

// (): whether the chip sleeps where nothing runs
void xs_chip_sleeps(xsMachine *the)
{
	xsmcSetBoolean(xsResult, isLightSleep && wakesByPins && onlyLock.count == 0);
}

// (): whether its clock is scaled
void xs_chip_is_scaled(xsMachine *the)
{
	xsmcSetBoolean(xsResult, isScaled);
}

// (): interrupts that nobody disabled
void xs_chip_storms(xsMachine *the)
{
	xsmcSetInteger(xsResult, storms);
}
