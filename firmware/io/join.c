// Joins a wireless network that protects its management frames, and no other. The C side of join.ts.
// Why: the SDK's class fills neither pmf_cfg.required nor threshold of a station's configuration, and ESP-IDF has no option for it;
// without them anybody's forged goodbye ends a connection, and a network of the same name with a weaker cipher is taken.
// Follows ESP-IDF v6.0: esp_wifi.h, "Wi-Fi Security". Compiled for an ESP32 only; the radio was started by the SDK's class.

#include <string.h>

#include "esp_wifi.h"
#include "xsmc.h"

// Copies a text of XS. 0 where it is longer than there is room.
static int copyText(uint8_t *to, size_t room, const char *text)
{
	size_t length = strlen(text);
	if (length > room)
		return 0;
	memcpy(to, text, length);
	return 1;
}

// (SSID, password or undefined): whether the radio tries
void xs_latchkey_join(xsMachine *the)
{
	wifi_config_t config;
	memset(&config, 0, sizeof(config));
	xsmcSetFalse(xsResult);
	if (xsmcArgc < 1 || !copyText(config.sta.ssid, sizeof(config.sta.ssid), xsmcToString(xsArg(0))))
		return;
	config.sta.scan_method = WIFI_ALL_CHANNEL_SCAN;
	config.sta.sort_method = WIFI_CONNECT_AP_BY_SIGNAL;
	if (xsmcArgc > 1 && xsmcTest(xsArg(1))) {
		if (!copyText(config.sta.password, sizeof(config.sta.password), xsmcToString(xsArg(1))))
			return;
		config.sta.threshold.authmode = WIFI_AUTH_WPA2_PSK;
		config.sta.pmf_cfg.capable = true;
		config.sta.pmf_cfg.required = true;
		config.sta.sae_pwe_h2e = WPA3_SAE_PWE_BOTH;
	}
	if (esp_wifi_set_config(WIFI_IF_STA, &config) == ESP_OK && esp_wifi_connect() == ESP_OK)
		xsmcSetTrue(xsResult);
	memset(&config, 0, sizeof(config));
}
