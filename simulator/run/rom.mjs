// Reads from a linked ROM how much flash a board's JavaScript takes, and what of it.
// Why: the budget of docs/design.md is in bytes of flash, and the SDK's linker tells slots and keys only.
// The ROM is the C that the SDK's xsl writes; a compiler for rv32 tells its size.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const COMPILER = "riscv64-unknown-elf-gcc";

// What the ROM includes of ESP-IDF and lwIP without using any of it.
const STAND_INS = {
  "esp_partition.h": "typedef struct { unsigned address, size; } esp_partition_t;\n",
  "freertos/FreeRTOS.h": "typedef int portMUX_TYPE;\n",
  "freertos/task.h": "",
  "lwip/inet.h": "",
  "lwip/netdb.h": "",
  "malloc.h": "#include <stdlib.h>\n",
};

function countOf(text, name) {
  return Number(new RegExp(`#define mx${name}Count (\\d+)`).exec(text)?.[1] ?? 0);
}

/** The size of the compiled ROM; undefined where no compiler is at hand or it refuses. */
function compiledBytes(rom) {
  const scratch = mkdtempSync(join(tmpdir(), "latchkey-rom-"));
  try {
    for (const [name, text] of Object.entries(STAND_INS)) {
      mkdirSync(dirname(join(scratch, name)), { recursive: true });
      writeFileSync(join(scratch, name), text);
    }
    const xs = join(process.env.MODDABLE, "xs");
    const folders = [scratch, ...["includes", "platforms/esp", "sources"].map((name) => join(xs, name)), dirname(rom)];
    const flags = ["--specs=picolibc.specs", "-march=rv32imc", "-mabi=ilp32", "-Os", "-w"];
    const defines = ["-DESP32=4", "-D__ets__", "-DESP_PLATFORM"];
    const object = join(scratch, "rom.o");
    const words = [...flags, ...defines, ...folders.map((folder) => `-I${folder}`), "-c", rom, "-o", object];
    execFileSync(COMPILER, words, { stdio: "ignore" });
    const size = execFileSync(COMPILER.replace(/gcc$/, "size"), [object], { encoding: "utf8" });
    return Number(size.trim().split("\n")[1].trim().split(/\s+/)[0]);
  } catch {
    return undefined;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Tells what a ROM holds.
 *  @param rom the path of mc.xs.c
 *  @returns `{romBytes, slots, keys, aliases}`; romBytes undefined without a compiler for rv32; a slot is 16 bytes of flash, an alias a
 *  pointer of 4 bytes in RAM */
export function measureRom(rom) {
  const text = readFileSync(rom, "latin1");
  const [slots, keys, aliases] = ["Heap", "Keys", "Alias"].map((name) => countOf(text, name));
  return { romBytes: compiledBytes(rom), slots, keys, aliases };
}
