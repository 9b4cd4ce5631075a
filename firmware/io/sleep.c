// Light sleep: what lets the chip sleep while nothing runs, and which pins wake it. The C side of sleep.ts.
// Why: the SDK has no call for it. A chip that sleeps hears no edge, so a pin is watched by its level, once: the interrupt of a level
// comes again and again while the level stands.
// Follows ESP-IDF v6.0: esp_pm.h, esp_sleep.h, driver/gpio.h. There, an image that may sleep turns its pins off while it does
// (CONFIG_PM_SLP_DISABLE_GPIO, in sleep.conf), but for those that are exempted here. The clock is never scaled: the SDK's serial lines
// and pulses are counted from it. Compiled for an ESP32 only; a desk hands in its own.

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "driver/gpio.h"
#include "esp_pm.h"
#include "esp_sleep.h"
#include "esp_xt_wdt.h"
#include "sdkconfig.h"
// In a folder that is not in the SDK's list: the manifests of the boards that sleep name it (SDK_DIRS).
#include "soc/rtc.h"
#include "soc/soc_caps.h"
#include "xsmc.h"
#include "xsHost.h"

static xsMachine *machine;
static xsSlot onFired;
static esp_pm_lock_handle_t awake;
static bool isAllowed;

static void deliverFired(void *the, void *pin, uint8_t *message, uint16_t length)
{
	(void)message;
	(void)length;
	xsBeginHost((xsMachine *)the);
	xsmcSetInteger(xsResult, (xsIntegerValue)(intptr_t)pin);
	xsCallFunction1(onFired, xsGlobal, xsResult);
	xsEndHost((xsMachine *)the);
}

// A message that finds XS's queue full is lost; whoever watches looks at its pin now and then, and watches anew (poll.ts).
static void fired(void *pin)
{
	gpio_intr_disable((gpio_num_t)(intptr_t)pin);
	modMessagePostToMachineFromISR(machine, deliverFired, pin);
}

// The pin that an argument names, or -1.
static int pinOf(xsMachine *the, xsSlot *slot)
{
	if (xsmcTypeOf(*slot) != xsIntegerType)
		return -1;
	const xsIntegerValue pin = xsmcToInteger(*slot);
	return pin >= 0 && pin < GPIO_NUM_MAX && GPIO_IS_VALID_GPIO(pin) ? (int)pin : -1;
}

#if SOC_XT_WDT_SUPPORTED
// In periods of the chip's own slow oscillator: some 1.5 ms.
#define CRYSTAL_PATIENCE 200

// What the crystal counted is no time, and what it should wake may never wake: the board starts anew, finds no crystal, and stays awake.
static void crystalStopped(void *unused)
{
	(void)unused;
	abort();
}

// Until it gets to that, the chip goes on by a clock of its own.
static bool watchCrystal(void)
{
	const esp_xt_wdt_config_t config = { .timeout = CRYSTAL_PATIENCE, .auto_backup_clk_enable = true };
	esp_xt_wdt_register_callback(crystalStopped, NULL);
	return esp_xt_wdt_init(&config) == ESP_OK;
}
#else
static bool watchCrystal(void)
{
	return false;
}
#endif

// Whether the time goes on by a crystal that is watched from here on.
static bool canRelyOnCrystal(void)
{
	return rtc_clk_slow_src_get() == SOC_RTC_SLOW_CLK_SRC_XTAL32K && watchCrystal();
}

// A restart by software, after a crash too, resets the processor and leaves the pins as they were: one that the run before watched,
// and that has come to its level meanwhile, would interrupt without end as soon as pins may, and so would each start after that.
static void forgetWatched(void)
{
	for (int pin = 0; pin < GPIO_NUM_MAX; pin++) {
		if (!GPIO_IS_VALID_GPIO(pin))
			continue;
		gpio_intr_disable((gpio_num_t)pin);
		gpio_set_intr_type((gpio_num_t)pin, GPIO_INTR_DISABLE);
	}
}

// From here on the chip would sleep, were it not for the lock that is held first.
static bool start(void)
{
#if CONFIG_PM_ENABLE
	const esp_pm_config_t config = {
		.max_freq_mhz = CONFIG_ESP_DEFAULT_CPU_FREQ_MHZ,
		.min_freq_mhz = CONFIG_ESP_DEFAULT_CPU_FREQ_MHZ,
		.light_sleep_enable = true,
	};
	const esp_err_t service = gpio_install_isr_service(0);
	if (service != ESP_OK && service != ESP_ERR_INVALID_STATE)
		return false;
	return esp_pm_lock_create(ESP_PM_NO_LIGHT_SLEEP, 0, "latchkey", &awake) == ESP_OK && esp_pm_lock_acquire(awake) == ESP_OK
		&& esp_sleep_enable_gpio_wakeup() == ESP_OK && esp_pm_configure(&config) == ESP_OK;
#else
	return false;
#endif
}

// (needsCrystal, fired): whether the chip can sleep; once
void xs_latchkey_sleep_start(xsMachine *the)
{
	if (xsmcArgc != 2 || xsmcTypeOf(xsArg(0)) != xsBooleanType || xsmcTypeOf(xsArg(1)) != xsReferenceType ||
		!xsmcIsInstanceOf(xsArg(1), xsFunctionPrototype))
		return;
	if (machine == NULL)
		forgetWatched();
	if (machine != NULL || (xsmcToBoolean(xsArg(0)) && !canRelyOnCrystal())) {
		xsmcSetFalse(xsResult);
		return;
	}
	machine = the;
	onFired = xsArg(1);
	xsRemember(onFired);
	xsmcSetBoolean(xsResult, start());
}

// (pin): true
void xs_latchkey_sleep_keep(xsMachine *the)
{
	const int pin = xsmcArgc == 1 ? pinOf(the, &xsArg(0)) : -1;
	if (pin >= 0)
		xsmcSetBoolean(xsResult, gpio_sleep_sel_dis((gpio_num_t)pin) == ESP_OK);
}

// (pin, level): true. A pin that waits to be low is pulled up: a wire that hangs open must not keep the chip awake.
void xs_latchkey_sleep_watch(xsMachine *the)
{
	const int pin = xsmcArgc == 2 ? pinOf(the, &xsArg(0)) : -1;
	if (pin < 0 || machine == NULL || xsmcTypeOf(xsArg(1)) != xsIntegerType)
		return;
	const bool isHigh = xsmcToInteger(xsArg(1)) != 0;
	if (!isHigh)
		gpio_pullup_en((gpio_num_t)pin);
	gpio_intr_disable((gpio_num_t)pin);
	const bool isWatched = gpio_wakeup_enable((gpio_num_t)pin, isHigh ? GPIO_INTR_HIGH_LEVEL : GPIO_INTR_LOW_LEVEL) == ESP_OK &&
		gpio_isr_handler_add((gpio_num_t)pin, fired, (void *)(intptr_t)pin) == ESP_OK;
	xsmcSetBoolean(xsResult, isWatched);
}

// (isAllowed): true
void xs_latchkey_sleep_allow(xsMachine *the)
{
	if (xsmcArgc != 1 || xsmcTypeOf(xsArg(0)) != xsBooleanType || awake == NULL)
		return;
	const bool isWanted = xsmcToBoolean(xsArg(0));
	if (isWanted != isAllowed && (isWanted ? esp_pm_lock_release(awake) : esp_pm_lock_acquire(awake)) == ESP_OK)
		isAllowed = isWanted;
	xsmcSetBoolean(xsResult, isAllowed == isWanted);
}
