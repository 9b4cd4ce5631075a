// Pins as far as firmware/io/sleep.c asks for them, on the desk: played by chip.c.
// Specification: the same names in ESP-IDF v6.0, components/esp_driver_gpio.

#ifndef LATCHKEY_DESK_GPIO
#define LATCHKEY_DESK_GPIO

#include "esp_err.h"

#define GPIO_NUM_MAX 49
#define GPIO_IS_VALID_GPIO(pin) ((pin) >= 0 && (pin) < GPIO_NUM_MAX && !((pin) >= 22 && (pin) <= 25))

typedef int gpio_num_t;
typedef enum { GPIO_INTR_DISABLE = 0, GPIO_INTR_LOW_LEVEL = 4, GPIO_INTR_HIGH_LEVEL = 5 } gpio_int_type_t;
typedef void (*gpio_isr_t)(void *argument);

esp_err_t gpio_install_isr_service(int flags);
esp_err_t gpio_isr_handler_add(gpio_num_t pin, gpio_isr_t handler, void *argument);
esp_err_t gpio_intr_disable(gpio_num_t pin);
esp_err_t gpio_set_intr_type(gpio_num_t pin, gpio_int_type_t type);
esp_err_t gpio_pullup_en(gpio_num_t pin);
esp_err_t gpio_sleep_sel_dis(gpio_num_t pin);
esp_err_t gpio_wakeup_enable(gpio_num_t pin, gpio_int_type_t type);

#endif
