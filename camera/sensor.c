// The camera's image sensor over the esp32-camera component as host functions of XS: the C side of sensor.ts.
// Why not the SDK's Camera class (modules/io/imagein/camera/esp32/camera.c of SDK 8.2.3), by reading it: once it runs it never looks for
// a request to stop, so that close() waits for ever and a sensor that is switched for each visit hangs the board; a frame that does not
// come is a NULL that it reads from; and a close with a frame on its way leaves its task behind. All three are every day's work here.
// Follows esp_camera.h (espressif/esp32-camera 2.x) and FreeRTOS. For an ESP32-S3 only; its pins are the SDK's MODDEF_CAMERA_*.
//
// One task takes frames and keeps the newest alone; XS is told that there is one, and copies it into a buffer that it has already.
// The task ends by itself after stop(), at the latest when the driver gives up waiting for a frame (4 s), and until then no start() is
// taken: whoever switches the sensor off need not wait.

#include <stdint.h>
#include <string.h>

#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "freertos/task.h"

#include "esp_camera.h"
#include "mc.defines.h"
#include "xsmc.h"
#include "xsHost.h"

#ifndef MODDEF_CAMERA_POWERDOWN
	#define MODDEF_CAMERA_POWERDOWN -1
#endif
#ifndef MODDEF_CAMERA_RESET
	#define MODDEF_CAMERA_RESET -1
#endif
#ifndef MODDEF_CAMERA_I2C_PORT
	#define MODDEF_CAMERA_I2C_PORT 1
#endif

#define TASK_STACK_BYTES 4096
#define TASK_PRIORITY 10
#define RETRY_TICKS (100 / portTICK_PERIOD_MS)

static struct {
	xsMachine *machine;
	xsSlot ready;
	SemaphoreHandle_t guard;
	camera_fb_t *newest;
	volatile uint8_t isRunning;		// from start() until the task has ended
	volatile uint8_t mayRun;		// until stop()
	volatile uint8_t isTold;		// a message to XS is on its way
} sensor;

static camera_config_t configurationOf(int width, int quality)
{
	framesize_t size = width >= 1280 ? FRAMESIZE_HD : width >= 800 ? FRAMESIZE_SVGA : FRAMESIZE_VGA;
	camera_config_t configuration = {
		.pin_pwdn = MODDEF_CAMERA_POWERDOWN, .pin_reset = MODDEF_CAMERA_RESET, .pin_xclk = MODDEF_CAMERA_XCLK,
		.pin_sccb_sda = MODDEF_CAMERA_SDA, .pin_sccb_scl = MODDEF_CAMERA_SCL, .sccb_i2c_port = MODDEF_CAMERA_I2C_PORT,
		.pin_d0 = MODDEF_CAMERA_D0, .pin_d1 = MODDEF_CAMERA_D1, .pin_d2 = MODDEF_CAMERA_D2, .pin_d3 = MODDEF_CAMERA_D3,
		.pin_d4 = MODDEF_CAMERA_D4, .pin_d5 = MODDEF_CAMERA_D5, .pin_d6 = MODDEF_CAMERA_D6, .pin_d7 = MODDEF_CAMERA_D7,
		.pin_vsync = MODDEF_CAMERA_VSYNC, .pin_href = MODDEF_CAMERA_HREF, .pin_pclk = MODDEF_CAMERA_PCLK,
		.xclk_freq_hz = 20000000, .ledc_timer = LEDC_TIMER_0, .ledc_channel = LEDC_CHANNEL_0,
		.pixel_format = PIXFORMAT_JPEG, .frame_size = size, .jpeg_quality = quality,
		.fb_count = 2, .fb_location = CAMERA_FB_IN_PSRAM, .grab_mode = CAMERA_GRAB_LATEST,
	};
	return configuration;
}

// In XS's thread.
static void deliver(void *machine, void *refcon, uint8_t *message, uint16_t length)
{
	xsMachine *the = machine;
	(void)refcon;
	(void)message;
	(void)length;
	sensor.isTold = 0;
	if (!sensor.mayRun)
		return;
	xsBeginHost(the);
		xsCallFunction0(sensor.ready, xsGlobal);
	xsEndHost(the);
}

static void keepNewest(camera_fb_t *frame)
{
	xSemaphoreTake(sensor.guard, portMAX_DELAY);
	camera_fb_t *former = sensor.newest;
	sensor.newest = frame;
	xSemaphoreGive(sensor.guard);
	if (former != NULL)
		esp_camera_fb_return(former);
}

static void takeFrames(void *parameter)
{
	(void)parameter;
	while (sensor.mayRun) {
		camera_fb_t *frame = esp_camera_fb_get();
		if (frame == NULL) {
			vTaskDelay(RETRY_TICKS);
			continue;
		}
		keepNewest(frame);
		if (!sensor.isTold) {
			sensor.isTold = 1;
			if (modMessagePostToMachine(sensor.machine, NULL, 0, deliver, NULL) != 0)
				sensor.isTold = 0;
		}
	}
	keepNewest(NULL);
	// Whoever reads a register holds the guard: what it reads from is freed here.
	xSemaphoreTake(sensor.guard, portMAX_DELAY);
	esp_camera_deinit();
	xSemaphoreGive(sensor.guard);
	sensor.isRunning = 0;
	vTaskDelete(NULL);
}

// (width, quality, ready): true once the sensor answers and frames come; its supply must be on
void xs_latchkey_sensor_start(xsMachine *the)
{
	if (xsmcArgc != 3 || sensor.isRunning)
		return;
	int width = xsmcToInteger(xsArg(0)), quality = xsmcToInteger(xsArg(1));
	if (sensor.guard == NULL) {
		sensor.guard = xSemaphoreCreateMutex();
		if (sensor.guard == NULL)
			return;
		sensor.machine = the;
	}
	// What is remembered is a link of XS's chain of roots: to assign to one that is in it would cut off all behind it.
	xsForget(sensor.ready);
	sensor.ready = xsArg(2);
	xsRemember(sensor.ready);
	camera_config_t configuration = configurationOf(width, quality);
	if (esp_camera_init(&configuration) != ESP_OK) {
		esp_camera_deinit();
		return;
	}
	sensor.mayRun = 1;
	sensor.isRunning = 1;
	if (xTaskCreate(takeFrames, "sensor", TASK_STACK_BYTES, NULL, TASK_PRIORITY, NULL) != pdPASS) {
		sensor.mayRun = 0;
		sensor.isRunning = 0;
		esp_camera_deinit();
		return;
	}
	xsmcSetTrue(xsResult);
}

// (target): the length of the newest frame, which is copied; 0 where it does not fit; undefined where there is none that is new
void xs_latchkey_sensor_read(xsMachine *the)
{
	void *target = NULL;
	xsUnsignedValue room = 0;
	if (!sensor.mayRun || xsmcArgc != 1)
		return;
	xsmcGetBufferWritable(xsArg(0), &target, &room);
	xSemaphoreTake(sensor.guard, portMAX_DELAY);
	camera_fb_t *frame = sensor.newest;
	sensor.newest = NULL;
	xSemaphoreGive(sensor.guard);
	if (frame == NULL)
		return;
	size_t length = frame->len <= room ? frame->len : 0;
	memcpy(target, frame->buf, length);
	esp_camera_fb_return(frame);
	xsmcSetInteger(xsResult, (xsIntegerValue)length);
}

// (): from now on no frame comes
void xs_latchkey_sensor_stop(xsMachine *the)
{
	(void)the;
	sensor.mayRun = 0;
}

// (address): what a register of the sensor holds, 0..255; undefined after stop(), and where the driver says that it did not answer. Some
// of its drivers do not: what a chip that is gone gives then is 0, or whatever lay there.
void xs_latchkey_sensor_register(xsMachine *the)
{
	if (xsmcArgc != 1 || !sensor.mayRun)
		return;
	int address = xsmcToInteger(xsArg(0)), value = -1;
	xSemaphoreTake(sensor.guard, portMAX_DELAY);
	sensor_t *chip = esp_camera_sensor_get();
	if (chip != NULL && chip->get_reg != NULL)
		value = chip->get_reg(chip, address, 0xff);
	xSemaphoreGive(sensor.guard);
	if (value >= 0)
		xsmcSetInteger(xsResult, value & 0xff);
}
