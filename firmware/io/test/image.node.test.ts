// What an image is built with: the configuration and the partitions of each board hold to their rules.
// Method: the files themselves are read; what ESP-IDF makes of them needs ESP-IDF, and is told in docs/hardware.md.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { CALLERS_MAX } from "../../../camera/homeserver.ts";
import { STANDARD_GEOMETRY } from "../../../lock/options.ts";
import { MESSAGES_MAX } from "../../../simulator/ecma419/messages.ts";
import { compose, folderOf, IMAGES, STAGES, variantOf } from "../../../simulator/run/sdkconfig.mjs";

const ROOT = process.cwd();
const TABLE_END = 0x11000;

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

const part = (name: string): string => read(`firmware/io/sdkconfig/${name}.conf`);

/** The lines of a configuration that set something, each with the line above it. */
function settingsOf(
  text: string,
): readonly { readonly name: string; readonly value: string; readonly above: string }[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    if (line === "" || line.startsWith("#")) return [];
    const [name, ...value] = line.split("=");
    return [{ name, value: value.join("="), above: lines[index - 1] ?? "" }];
  });
}

interface Partition {
  readonly name: string;
  readonly type: string;
  readonly subtype: string;
  readonly offset: number;
  readonly size: number;
  readonly isEncrypted: boolean;
}

function partitionsOf(path: string): readonly Partition[] {
  const rows = read(path)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return rows.map((row) => {
    const [name, type, subtype, offset, size, flags = ""] = row.split(",").map((cell) => cell.trim());
    return { name, type, subtype, offset: Number(offset), size: Number(size), isEncrypted: flags === "encrypted" };
  });
}

const TABLES: readonly (readonly [path: string, flashBytes: number])[] = [
  ["lock/sdkconfig/4mb.csv", 0x400000],
  ["lock/sdkconfig/8mb.csv", 0x800000],
  ["keypad/sdkconfig/4mb.csv", 0x400000],
  ["camera/sdkconfig/8mb.csv", 0x800000],
];

for (const image of IMAGES) {
  const { board } = image;
  const chip = variantOf(image);
  test(`${board} on ${chip}: its folder holds what is composed for it`, () => {
    const { defaults, release } = compose(part, image);
    const folder = folderOf(image);
    assert.is(read(`${folder}/sdkconfig.defaults`), defaults, "run node simulator/run/configure.mjs");
    assert.is(read(`${folder}/sdkconfig.defaults.release`), release, "run node simulator/run/configure.mjs");
  });

  for (const stage of [undefined, ...STAGES]) {
    const { defaults, release } = compose(part, { ...image, stage });
    const settings = settingsOf(`${defaults}\n${release}`);

    test(`${board} on ${chip}, ${stage ?? "unsealed"}: each line is one that the SDK merges, once, and has its reason above it`, () => {
      const names = settings.map(({ name }) => name);
      assert.equal(
        names.filter((name, index) => names.indexOf(name) !== index),
        [],
      );
      for (const { name, value, above } of settings) {
        assert.match(name, /^CONFIG_[A-Z0-9_]+$/);
        // The SDK cuts a value at a second "=", and puts it into a replacement text where "$" has a meaning.
        assert.match(value, /^(?:y|n|\d+|0x[0-9a-f]+|"[^"=$]*")$/, name);
        assert.match(above, /^# .*\.$/, `${name} has no reason`);
      }
    });

    test(`${board} on ${chip}, ${stage ?? "unsealed"}: eFuses are burnt where it is sealed, and only there`, () => {
      const isOn = (name: string) => settings.some((setting) => setting.name === name && setting.value === "y");
      const isSealed = stage !== undefined;
      for (const name of ["SECURE_BOOT", "SECURE_BOOT_V2_ENABLED", "SECURE_FLASH_ENC_ENABLED", "NVS_ENCRYPTION"]) {
        assert.is(isOn(`CONFIG_${name}`), isSealed, name);
      }
      for (const name of [
        "SECURE_FLASH_ENCRYPTION_MODE_RELEASE",
        "SECURE_DISABLE_ROM_DL_MODE",
        "BOOT_ROM_LOG_ALWAYS_OFF",
      ]) {
        assert.is(isOn(`CONFIG_${name}`), stage === "release", name);
      }
      assert.is(isOn("CONFIG_SECURE_INSECURE_ALLOW_DL_MODE"), stage === "development");
    });
  }
}

test("an image can sleep where it is made to, and a lock's goes by the crystal then, and nowhere else", () => {
  for (const image of IMAGES) {
    const settings = settingsOf(compose(part, image).defaults);
    const isOn = (name: string) => settings.some((setting) => setting.name === name && setting.value === "y");
    for (const name of ["PM_ENABLE", "FREERTOS_USE_TICKLESS_IDLE", "PM_SLP_DISABLE_GPIO"]) {
      assert.is(isOn(`CONFIG_${name}`), image.sleeps, `${folderOf(image)} ${name}`);
    }
    const isLock = image.board === "lock";
    assert.is(isOn("CONFIG_RTC_CLK_SRC_EXT_CRYS"), isLock && image.sleeps, folderOf(image));
    assert.is(isOn("CONFIG_BT_CTRL_LPCLK_SEL_EXT_32K_XTAL"), isLock && image.sleeps, folderOf(image));
    assert.is(isOn("CONFIG_BT_CTRL_LPCLK_SEL_MAIN_XTAL"), isLock && !image.sleeps, folderOf(image));
  }
});

test("the task that puts a chip to sleep has a stack for it, and an ESP32-S3's for calls between its cores what ESP-IDF gives it", () => {
  for (const image of IMAGES) {
    const settings = settingsOf(compose(part, image).defaults);
    const bytesOf = (wanted: string) => Number(settings.find(({ name }) => name === wanted)?.value ?? 0);
    if (image.sleeps) assert.ok(bytesOf("CONFIG_FREERTOS_IDLE_TASK_STACKSIZE") >= 2_048, folderOf(image));
    if (image.chip === "esp32s3") assert.ok(bytesOf("CONFIG_ESP_IPC_TASK_STACK_SIZE") >= 1_280, folderOf(image));
  }
});

test("the tasks through which the network reaches a board have a stack that ESP-IDF holds for enough", () => {
  for (const image of IMAGES.filter(({ board }) => board !== "keypad")) {
    const settings = settingsOf(compose(part, image).defaults);
    const bytesOf = (wanted: string) =>
      Number(settings.find(({ name }) => name === `CONFIG_${wanted}_TASK_STACK_SIZE`)?.value);
    assert.ok(bytesOf("LWIP_TCPIP") >= 3_072, folderOf(image));
    assert.ok(bytesOf("ESP_SYSTEM_EVENT") >= 2_304, folderOf(image));
  }
});

test("the watchdog watches the program alone: one that a flood keeps busy leaves no time to the idle tasks, and must not start anew", () => {
  for (const image of IMAGES) {
    const settings = settingsOf(compose(part, image).release);
    const setTo = (wanted: string) => settings.find(({ name }) => name === `CONFIG_ESP_TASK_WDT_${wanted}`)?.value;
    assert.is(setTo("PANIC"), "y", folderOf(image));
    for (const name of ["CHECK_IDLE_TASK_CPU0", "CHECK_IDLE_TASK_CPU1"]) assert.is(setTo(name), "n", folderOf(image));
  }
});

test("libsodium hashes by itself, and is one whose rules for signatures were read", () => {
  for (const image of IMAGES) {
    const settings = settingsOf(compose(part, image).defaults);
    const setting = settings.find(({ name }) => name === "CONFIG_LIBSODIUM_USE_MBEDTLS_SHA");
    assert.is(setting?.value, "n", folderOf(image));
  }
  const { platforms } = JSON.parse(read("manifest.json")) as {
    platforms: { esp32: { dependency: readonly { name?: string; version?: string }[] } };
  };
  const sodium = platforms.esp32.dependency.find(({ name }) => name === "libsodium");
  assert.match(sodium?.version ?? "", /^==\d+\.\d+\.\d+(?:~\d+)?$/);
});

for (const [path, flashBytes] of TABLES) {
  test(`${path}: partitions stand behind each other, aligned, within the flash`, () => {
    let end = TABLE_END;
    for (const { name, type, offset, size } of partitionsOf(path)) {
      assert.ok(name.length <= 15 && offset >= end, name);
      assert.is(offset % (type === "app" ? 0x10000 : 0x1000), 0, name);
      assert.is(size % (type === "app" ? 0x10000 : 0x1000), 0, name);
      end = offset + size;
    }
    assert.ok(end <= flashBytes && end > flashBytes / 2);
  });

  test(`${path}: of the data only the keys of NVS are encrypted by the chip`, () => {
    const encrypted = partitionsOf(path).filter(({ isEncrypted }) => isEncrypted);
    assert.equal(
      encrypted.map(({ name, subtype }) => `${name} ${subtype}`),
      ["nvs_keys nvs_keys"],
    );
  });

  test(`${path}: no image stands where none can go back to it`, () => {
    // With two places and a number that only rises, a factory image would be a third that is never checked against it.
    const images = partitionsOf(path).filter(({ type }) => type === "app");
    assert.equal(
      images.map(({ subtype }) => subtype),
      images.length === 1 ? ["ota_0"] : ["ota_0", "ota_1"],
    );
  });
}

test("the journal's partition is as long as the lock's geometry", () => {
  const { firstSector, sectors, snapshotSectors } = STANDARD_GEOMETRY;
  const bytes = (firstSector + sectors[0] + sectors[1] + sectors[2] + 2 * snapshotSectors) * 4_096;
  for (const path of ["lock/sdkconfig/4mb.csv", "lock/sdkconfig/8mb.csv"]) {
    const journal = partitionsOf(path).find(({ name }) => name === "journal");
    assert.is(journal?.size, bytes);
    assert.is(journal?.isEncrypted, false);
  }
});

test("the queue by which interrupts reach the program has as many places as the simulator's", () => {
  const { defines } = JSON.parse(read("manifest.json")) as { defines: { task: { queueLength: number } } };
  assert.is(defines.task.queueLength, MESSAGES_MAX);
});

/** A number that a header of C defines. */
function definedIn(path: string, name: string): number {
  return Number(new RegExp(`^#define ${name} (\\d+)$`, "m").exec(read(path))?.[1]);
}

/** Links that are being hung up on, or end, while all that a board keeps are there. */
const ENDING = 8;

for (const board of ["lock", "camera"] as const) {
  test(`${board}: there are places for all whom the board keeps, for who waits and for some that end, and lwIP has as many`, () => {
    const kept = Number(/^const STREAMS_MAX = (\d+);$/m.exec(read(`${board}/board.ts`))?.[1]);
    assert.ok(kept >= 3, `${kept}`);
    const [homes, listeners] = board === "camera" ? [CALLERS_MAX, 2] : [0, 1];
    const links = definedIn("firmware/io/tcplinks.h", "TCP_LINKS_MAX");
    const waiting = definedIn("firmware/io/tcplinks.h", "TCP_WAITING_MAX");
    assert.ok(definedIn("firmware/io/tcplinks.h", "TCP_LISTENERS_MAX") >= listeners);
    assert.ok(links >= kept + homes + waiting + ENDING, `${links}`);
    for (const image of IMAGES.filter((each) => each.board === board)) {
      const settings = settingsOf(compose(part, image).defaults);
      const setTo = (name: string) => settings.find((each) => each.name === `CONFIG_LWIP_${name}`)?.value;
      assert.ok(Number(setTo("MAX_ACTIVE_TCP")) >= links + listeners * waiting, image.chip);
      assert.ok(Number(setTo("MAX_LISTENING_TCP")) >= listeners, image.chip);
      assert.is(setTo("TCP_QUEUE_OOSEQ"), "n", "as on the desk");
    }
  });
}

for (const path of ["manifest.json", ...["lock", "keypad", "camera"].map((board) => `${board}/manifest.json`)]) {
  test(`${path}: no value of its build has a space, which the SDK would hand to the compiler as part of a word`, () => {
    const { build = {} } = JSON.parse(read(path)) as { build?: Readonly<Record<string, string>> };
    for (const [name, value] of Object.entries(build)) assert.not.match(value, / /, name);
  });
}

/** What the test reads of a manifest. */
interface Manifest {
  readonly platforms: Readonly<Record<string, { readonly build: Readonly<Record<string, string>> }>>;
}

const TARGETS = { nodemcu: "esp32", esp32c3: "esp32c3", esp32s3: "esp32s3", xiao_esp32s3_sense: "esp32s3" } as const;

for (const board of ["lock", "keypad", "camera"] as const) {
  test(`${board}: the manifest names the folder of each target's chip, and a table that there is`, () => {
    const { platforms } = JSON.parse(read(`${board}/sdkconfig/manifest.json`)) as Manifest;
    const chips = Object.entries(platforms).map(([target, { build }]) => {
      const chip = TARGETS[target.replace("esp32/", "") as keyof typeof TARGETS];
      assert.is(build["SDKCONFIGPATH ?="], `./${chip}`);
      const table = `${board}/sdkconfig/${build["PARTITIONS_FILE ?="].slice(2)}`;
      assert.ok(
        TABLES.some(([path]) => path === table),
        table,
      );
      assert.is(table.endsWith("8mb.csv") && chip !== "esp32s3", false, "a chip with 4 MB");
      return chip;
    });
    const expected = IMAGES.filter((image) => image.board === board && !image.sleeps).map(({ chip }) => chip);
    assert.equal([...new Set(chips)], expected);
  });
}

test.run();
