// What ESP-IDF makes of an image's configuration, as far as firmware/io/sleep.c reads it: one that is made to sleep.

#define CONFIG_PM_ENABLE 1
#define CONFIG_ESP_DEFAULT_CPU_FREQ_MHZ 160
