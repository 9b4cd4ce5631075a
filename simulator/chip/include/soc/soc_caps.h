// What a chip can do, as far as firmware/io/sleep.c asks: an ESP32-S3.

#define SOC_XT_WDT_SUPPORTED 1
