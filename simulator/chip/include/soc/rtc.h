// The slow clock as far as firmware/io/sleep.c asks for it, on the desk: played by chip.c.
// Specification: the same names in ESP-IDF v6.0, components/esp_hw_support and soc.

#ifndef LATCHKEY_DESK_RTC
#define LATCHKEY_DESK_RTC

typedef enum { SOC_RTC_SLOW_CLK_SRC_RC_SLOW = 0, SOC_RTC_SLOW_CLK_SRC_XTAL32K = 1 } soc_rtc_slow_clk_src_t;

soc_rtc_slow_clk_src_t rtc_clk_slow_src_get(void);

#endif
