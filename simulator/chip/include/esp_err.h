// ESP-IDF's errors as far as firmware/io/sleep.c knows them.

#ifndef LATCHKEY_DESK_ESP_ERR
#define LATCHKEY_DESK_ESP_ERR

typedef int esp_err_t;

#define ESP_OK 0
#define ESP_FAIL -1
#define ESP_ERR_INVALID_STATE 0x103

#endif
