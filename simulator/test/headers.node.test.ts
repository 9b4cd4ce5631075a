// Holds the look for headers to what it is there to find: a header that a build would miss, and no other.
// Method: what the SDK's makefile and compilers say, as they say it. With an SDK and an ESP-IDF, `npm run link` is the whole of it.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { configurationHeader, judge, type Missing, missingHeader, objectsOf, preprocessing } from "../run/headers.mjs";

test("what is compiled is the project's own C, and nothing of the SDK's or of what was generated", () => {
  const makefile = [
    "$(TMP_DIR)/timer.c.o: /sdk/modules/base/timer/timer.c $(HEADERS) | $(TMP_DIR)/mc.xs.c",
    "$(TMP_DIR)/board.c.o: /home/me/latchkey/firmware/io/board.c $(HEADERS) | $(TMP_DIR)/mc.xs.c",
    "$(TMP_DIR)/mc.ffi.c.o: /home/me/latchkey/.build/images/lock/out/mc.ffi.c $(HEADERS)",
    "$(TMP_DIR)/far.c.o: /home/me/latchkey-old/far.c $(HEADERS)",
  ].join("\n");
  const source = "/home/me/latchkey/firmware/io/board.c";
  assert.equal(objectsOf(makefile, "/home/me/latchkey"), [{ object: "board.c.o", source }]);
});

const options = (isOwn: boolean) => ({ standIns: "/tmp/none", isOwn });

test("the chip's own compiler gets its own words, but for those that write files", () => {
  const command = "xtensa-esp32s3-elf-gcc -DESP32=3 -Ia -c -MMD -MP -mlongcalls b.c -o b.c.o";
  const expected = "xtensa-esp32s3-elf-gcc -DESP32=3 -Ia -c -mlongcalls b.c -E -idirafter /tmp/none -o /dev/null";
  assert.is(preprocessing(command, options(true)), expected);
});

test("another compiler says that it is the chip's, and gets no word that only the chip's knows", () => {
  const words = "-DESP32=3 -Ia -c -MMD -mlongcalls -mtext-section-literals b.c -o b.c.o";
  const rest = "-DESP32=3 -Ia -c b.c -E -idirafter /tmp/none -o /dev/null";
  const other = "riscv64-unknown-elf-gcc --specs=picolibc.specs -march=rv32imc -mabi=ilp32";
  assert.is(
    preprocessing(`xtensa-esp32s3-elf-gcc ${words}`, options(false)),
    `${other} -U__riscv -D__XTENSA__=1 ${rest}`,
  );
  assert.is(preprocessing(`riscv32-esp-elf-gcc ${words}`, options(false)), `${other} ${rest}`);
});

test("a header that is missing is told with who asked for it, an #error is none", () => {
  const told = [
    "In file included from /p/firmware/io/board.c:8:",
    "/idf/components/esp_netif/include/esp_netif.h:12:10: fatal error: lwip/ip.h: No such file or directory",
    "   12 | #include <lwip/ip.h>",
  ].join("\n");
  const asker = "/idf/components/esp_netif/include/esp_netif.h";
  assert.equal(missingHeader(told), { header: "lwip/ip.h", asker });
  assert.is(missingHeader('/p/a.c:3:2: error: #error "no such thing"'), undefined);
});

test("a configuration's header has what is on, and nothing of what is off", () => {
  const text = 'CONFIG_PM_ENABLE=y\nCONFIG_A=n\nCONFIG_EMPTY=\nCONFIG_HZ=1000\nCONFIG_NAME="a"\n';
  const lines = configurationHeader(text, "esp32c3").split("\n").slice(1, -1);
  assert.equal(lines, [
    '#define CONFIG_IDF_TARGET "esp32c3"',
    "#define CONFIG_IDF_TARGET_ESP32C3 1",
    "#define CONFIG_PM_ENABLE 1",
    "#define CONFIG_HZ 1000",
    '#define CONFIG_NAME "a"',
  ]);
});

const HEADERS = [
  "app_update/include/esp_ota_ops.h",
  "bt/porting/npl/freertos/include/nimble/nimble_port_freertos.h",
  "esp_libc/platform_include/sys/reent.h",
  "esp_hw_support/port/esp32s3/include/soc/rtc.h",
];
const HOLES = ["bt/host/nimble/nimble", "lwip/lwip"];
const of = (header: string, asker = "/p/a.c"): Missing => ({ header, asker });

for (const [claim, missing, expected] of [
  ["ESP-IDF's own that is not on the path", of("esp_ota_ops.h"), "ESP-IDF has it in components/app_update/include"],
  ["a chip's", of("soc/rtc.h"), "ESP-IDF has it in components/esp_hw_support/port/esp32s3/include"],
] as const) {
  test(`a fault, whatever is missing else: ${claim}`, () => {
    for (const holes of [HOLES, []]) {
      for (const isExact of [true, false]) {
        const { fault } = judge(missing, { headers: HEADERS, holes, isExact });
        assert.is(fault, `${missing.header} is not on the path that the SDK gives: ${expected}`);
      }
    }
  });
}

for (const [claim, missing] of [
  ["one that is nowhere", of("host/ble_hs.h")],
  ["one of a component of which a part is not here", of("nimble/nimble_port_freertos.h")],
  ["the next of its own name", of("sys/reent.h", "esp_libc/platform_include/sys/reent.h")],
] as const) {
  test(`a fault where all of ESP-IDF and the chip's compiler are here, and else not: ${claim}`, () => {
    assert.type(judge(missing, { headers: HEADERS, holes: [], isExact: true }).fault, "string");
    assert.type(judge(missing, { headers: HEADERS, holes: HOLES, isExact: true }).unseen, "string");
  });
}

test("what another compiler does not have is no fault, nor is what a build fetches", () => {
  assert.type(judge(of("reent.h"), { headers: HEADERS, holes: [], isExact: false }).unseen, "string");
  assert.type(judge(of("sodium.h"), { headers: HEADERS, holes: [], isExact: true }).unseen, "string");
});

test.run();
