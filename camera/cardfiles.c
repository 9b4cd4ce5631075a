// Files on the camera's card as host functions of XS: the C side of filecard.ts, the same over a memory card and over a desk's folder.
// Why: the SDK has no memory card. ESP-IDF mounts one as a file system, and what is done with it then is POSIX on both.
// Follows POSIX.1-2017 (open, write, fsync, rename, opendir); on an ESP32 ESP-IDF v6.0, "SD SPI host" and "FAT filesystem".
//
// A result of undefined says that the card refused, or that an argument had the wrong type. One file is written at a time. `put` makes
// a file whole or not at all: it is written under another name, and that name with `.new` behind it is only ever a whole file.

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "xsmc.h"

#include "cardfolders.h"

#if defined(ESP32)
	// In folders that are not in the SDK's list: the camera's manifest names them (SDK_DIRS).
	#include "driver/sdmmc_host.h"
	#include "driver/sdspi_host.h"
	#include "driver/spi_master.h"
	#include "esp_vfs_fat.h"
	#include "sdmmc_cmd.h"
#else
	#include <sys/statvfs.h>
#endif

#define READ_MAX 65536

static int written = -1;
static char writtenName[NAME_MAX_BYTES];

#if defined(ESP32)
	static sdmmc_card_t *card = NULL;
	static int hasBus = 0;
#endif

static int pathOf(xsMachine *the, char *path, int argument, const char *ending)
{
	if (xsmcArgc <= argument)
		return 0;
	xsType type = xsmcTypeOf(xsArg(argument));
	if (type != xsStringType && type != xsStringXType)
		return 0;
	const char *name = xsmcToString(xsArg(argument));
	if (base[0] == 0 || !isName(name))
		return 0;
	return join(path, name[0], name, ending);
}

static int isEnding(const char *name, const char *ending)
{
	size_t length = strlen(name), tail = strlen(ending);
	return length > tail && strcmp(name + length - tail, ending) == 0;
}

static void stopWriting(void)
{
	if (written >= 0)
		close(written);
	written = -1;
	writtenName[0] = 0;
}

// Works off what a cut has left: a whole new file takes the old one's place, and one that is not whole goes.
static int tidy(void)
{
	Walk walk = { 0 };
	char to[PATH_MAX_BYTES];
	const char *name;
	while ((name = nextFile(&walk)) != NULL) {
		if (isEnding(name, ".tmp"))
			unlink(walk.path);
		if (!isEnding(name, ".new"))
			continue;
		snprintf(to, sizeof to, "%.*s", (int)(strlen(walk.path) - 4), walk.path);
		unlink(to);
		rename(walk.path, to);
	}
	return isThere();
}

#if defined(ESP32)
	static const esp_vfs_fat_mount_config_t mounting = { .format_if_mount_failed = false, .max_files = 3 };

	static int mountSpi(const int *pins)
	{
		sdmmc_host_t host = SDSPI_HOST_DEFAULT();
		if (!hasBus) {
			spi_bus_config_t bus = {
				.sclk_io_num = pins[1], .miso_io_num = pins[2], .mosi_io_num = pins[3],
				.quadwp_io_num = -1, .quadhd_io_num = -1, .max_transfer_sz = 4096,
			};
			if (spi_bus_initialize(host.slot, &bus, SDSPI_DEFAULT_DMA) != ESP_OK)
				return 0;
			hasBus = 1;
		}
		sdspi_device_config_t slot = SDSPI_DEVICE_CONFIG_DEFAULT();
		slot.gpio_cs = pins[0];
		slot.host_id = host.slot;
		return esp_vfs_fat_sdspi_mount(base, &host, &slot, &mounting, &card) == ESP_OK;
	}

	static int mountSdmmc(const int *pins)
	{
		sdmmc_host_t host = SDMMC_HOST_DEFAULT();
		sdmmc_slot_config_t slot = SDMMC_SLOT_CONFIG_DEFAULT();
		slot.width = 1;
		slot.clk = pins[1];
		slot.cmd = pins[2];
		slot.d0 = pins[3];
		slot.flags |= SDMMC_SLOT_FLAG_INTERNAL_PULLUP;
		return esp_vfs_fat_sdmmc_mount(base, &host, &slot, &mounting, &card) == ESP_OK;
	}
#endif

// A card on SPI has a select; on the chip's own SD host, with one data line, it has none, which is -1.
static int mount(xsMachine *the)
{
#if defined(ESP32)
	int pins[4];
	for (int index = 0; index < 4; index++)
		pins[index] = xsmcToInteger(xsArg(index + 1));
	if (card != NULL)
		esp_vfs_fat_sdcard_unmount(base, card);
	card = NULL;
	return pins[0] >= 0 ? mountSpi(pins) : mountSdmmc(pins);
#else
	(void)the;
	return 1;
#endif
}

// (base, select, clock, in, out) or (base, -1, clock, command, data): true once the card is there; a desk's folder needs no pins
void xs_latchkey_card_open(xsMachine *the)
{
	if (xsmcArgc != 5)
		return;
	const char *wanted = xsmcToString(xsArg(0));
	if (strlen(wanted) == 0 || strlen(wanted) >= BASE_MAX)
		return;
	stopWriting();
	strcpy(base, wanted);
	if (mount(the) && tidy())
		xsmcSetTrue(xsResult);
	else
		base[0] = 0;
}

// Throws where there is no memory.
static void listFiles(xsMachine *the, Walk *walk)
{
	struct stat found;
	const char *name;
	xsIntegerValue index = 0;
	xsmcSetNewArray(xsResult, 0);
	while ((name = nextFile(walk)) != NULL) {
		if (stat(walk->path, &found) != 0 || !S_ISREG(found.st_mode))
			continue;
		xsmcSetString(xsVar(0), (char *)name);
		xsmcSetIndex(xsResult, index++, xsVar(0));
		xsmcSetNumber(xsVar(0), (xsNumberValue)found.st_size);
		xsmcSetIndex(xsResult, index++, xsVar(0));
	}
}

// (): name, bytes, name, bytes, ... of what is there
void xs_latchkey_card_list(xsMachine *the)
{
	static Walk walk;
	xsmcVars(1);
	if (!isThere())
		return;
	walk = (Walk){ 0 };
	xsTry {
		listFiles(the, &walk);
	}
	xsCatch {
		endWalk(&walk);
		xsThrow(xsException);
	}
}

static int writeAll(int file, const uint8_t *bytes, size_t length)
{
	while (length > 0) {
		ssize_t count = write(file, bytes, length);
		if (count <= 0) {
			if (count < 0 && errno == EINTR)
				continue;
			return 0;
		}
		bytes += count;
		length -= (size_t)count;
	}
	return 1;
}

static int bytesOf(xsMachine *the, int argument, const uint8_t **bytes, size_t *length)
{
	void *data = NULL;
	xsUnsignedValue size = 0;
	volatile int isGood = 0;
	if (xsmcArgc <= argument || xsmcTypeOf(xsArg(argument)) != xsReferenceType)
		return 0;
	xsTry {
		xsmcGetBufferReadable(xsArg(argument), &data, &size);
		isGood = 1;
	}
	xsCatch {
	}
	*bytes = data;
	*length = size;
	return isGood;
}

// (name): true; that file is empty now, and is the one that is written
void xs_latchkey_card_create(xsMachine *the)
{
	char path[PATH_MAX_BYTES];
	if (!pathOf(the, path, 0, ""))
		return;
	stopWriting();
	written = create(path);
	if (written < 0)
		return;
	strcpy(writtenName, xsmcToString(xsArg(0)));
	xsmcSetTrue(xsResult);
}

// (bytes): true once they stand behind what was written before
void xs_latchkey_card_append(xsMachine *the)
{
	const uint8_t *bytes;
	size_t length;
	if (written < 0 || !bytesOf(the, 0, &bytes, &length))
		return;
	if (writeAll(written, bytes, length))
		xsmcSetTrue(xsResult);
	else
		stopWriting();
}

// (): true once what was appended is on the card
void xs_latchkey_card_flush(xsMachine *the)
{
	if (written >= 0 && fsync(written) == 0)
		xsmcSetTrue(xsResult);
}

// (name, bytes): true once the file is there, whole
void xs_latchkey_card_put(xsMachine *the)
{
	char half[PATH_MAX_BYTES], whole[PATH_MAX_BYTES], path[PATH_MAX_BYTES];
	const uint8_t *bytes;
	size_t length;
	if (!pathOf(the, half, 0, ".tmp") || !pathOf(the, whole, 0, ".new") || !pathOf(the, path, 0, ""))
		return;
	int file = create(half);
	if (file < 0)
		return;
	int isDone = bytesOf(the, 1, &bytes, &length) && writeAll(file, bytes, length) && fsync(file) == 0;
	isDone = close(file) == 0 && isDone;
	if (!isDone) {
		unlink(half);
		return;
	}
	unlink(whole);
	if (rename(half, whole) != 0)
		return;
	unlink(path);
	if (rename(whole, path) == 0)
		xsmcSetTrue(xsResult);
}

// (name, offset, bytesMax): an ArrayBuffer, shorter at the file's end
void xs_latchkey_card_read(xsMachine *the)
{
	char path[PATH_MAX_BYTES];
	if (xsmcArgc != 3 || !pathOf(the, path, 0, ""))
		return;
	xsNumberValue offset = xsmcToNumber(xsArg(1));
	xsNumberValue bytesMax = xsmcToNumber(xsArg(2));
	if (!(offset >= 0 && offset <= UINT32_MAX && bytesMax >= 0 && bytesMax <= READ_MAX))
		return;
	// Once by its name: FatFs looks for a name through all that stand before it, and a camera reads hundreds of marks at its start.
	int file = open(path, O_RDONLY);
	if (file < 0)
		return;
	struct stat found;
	size_t length = 0;
	if (fstat(file, &found) != 0 || !S_ISREG(found.st_mode)) {
		close(file);
		return;
	}
	if (found.st_size > (off_t)offset) {
		length = (size_t)(found.st_size - (off_t)offset);
		if (length > (size_t)bytesMax)
			length = (size_t)bytesMax;
	}
	uint8_t *volatile target = NULL;
	// It throws where there is no memory, and a card has three files that may be open.
	xsTry {
		target = xsmcSetArrayBuffer(xsResult, NULL, (xsIntegerValue)length);
	}
	xsCatch {
		close(file);
		xsThrow(xsException);
	}
	int isGood = lseek(file, (off_t)offset, SEEK_SET) >= 0;
	for (size_t done = 0; isGood && done < length;) {
		ssize_t count = read(file, target + done, length - done);
		if (count <= 0)
			isGood = 0;
		else
			done += (size_t)count;
	}
	close(file);
	if (!isGood)
		xsmcSetUndefined(xsResult);
}

// (name): true once no such file is there
void xs_latchkey_card_remove(xsMachine *the)
{
	char path[PATH_MAX_BYTES];
	if (!pathOf(the, path, 0, ""))
		return;
	if (written >= 0 && strcmp(writtenName, xsmcToString(xsArg(0))) == 0)
		stopWriting();
	if (unlink(path) == 0 || errno == ENOENT)
		xsmcSetTrue(xsResult);
}

// (): bytes that still fit
void xs_latchkey_card_free(xsMachine *the)
{
	if (base[0] == 0)
		return;
#if defined(ESP32)
	uint64_t total = 0, left = 0;
	if (esp_vfs_fat_info(base, &total, &left) != ESP_OK)
		return;
	xsmcSetNumber(xsResult, (xsNumberValue)left);
#else
	struct statvfs found;
	if (statvfs(base, &found) != 0)
		return;
	xsmcSetNumber(xsResult, (xsNumberValue)found.f_bavail * (xsNumberValue)found.f_frsize);
#endif
}
