// Builds the XS host, for the desk and for rv32imc, and keeps what it built in .build/ until a source or flag changes.
// Why: XS is no package that npm can install ready to run; it is compiled here from the copy that one package carries.
// Follows the makefile of that package (xsnap-native/xsnap/makefiles/lin/xsnap-worker.mk) for what belongs to XS.

import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { LAN_FILES, lanIncludes, lwipFiles, lwipFor } from "./lwip.mjs";
import { sodiumFor, sodiumSources } from "./sodium.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, "../..");
const CACHE = join(ROOT, ".build/xs");
const GLUE = join(ROOT, "firmware/crypto/native.c");
const SHA1 = ["sha1.c", "sha1.h"].map((name) => join(ROOT, "firmware/crypto", name));
const CARD = join(ROOT, "camera/cardfiles.c");
const CARD_FOLDERS = join(ROOT, "camera/cardfolders.h");
const RADIO = join(ROOT, "firmware/io");
const RADIO_FILES = [
  ...["gattradio.c", "gatt.c", "gattlinks.c", "gatt.h", "gattlinks.h", "gattring.h", "arguments.h"],
].map((name) => join(RADIO, name));
const AIR = join(ROOT, "simulator/radio");
const AIR_FILES = ["air.c", "nimble.c", "radio.c", "played.h", "radio.h", "include/host/ble_hs.h"].map((name) =>
  join(AIR, name),
);
const SLEEP = join(ROOT, "firmware/io/sleep.c");
const CHIP = join(ROOT, "simulator/chip");
const CHIP_FILES = [
  "chip.c",
  "include/driver/gpio.h",
  "include/esp_err.h",
  "include/esp_pm.h",
  "include/esp_sleep.h",
  "include/esp_xt_wdt.h",
  "include/sdkconfig.h",
  "include/soc/rtc.h",
  "include/soc/soc_caps.h",
].map((name) => join(CHIP, name));
const LAN_GLUE = ["firmware/io/tcpsockets.c", "firmware/io/udpsockets.c", "simulator/lan/lan.c"].map((name) =>
  join(ROOT, name),
);
const MESSAGES = join(ROOT, "simulator/messages");
const MESSAGE_FILES = ["messages.c", "messages.h", "include/xsHost.h"].map((name) => join(MESSAGES, name));
const LUMA = ["luma.c", "jpeghead.c", "jpeghead.h"].map((name) => join(ROOT, "camera", name));

const TAPE = ["tape.c", "tape.h"].map((name) => join(ROOT, "simulator/heap", name));

const PACKAGE = "@agoric/xsnap@0.15.0";
const PACKAGE_SHA512 = "ZBm4DZxbtfacxMHVVdJjZi0Y8zOxN77vpu1WwI5RWfPkaRh0aHkz/dVdTGKXalDNzWfz183lljKxlxl3/h0n+A==";

const XS_FLAGS = [
  ...[
    "-DINCLUDE_XSPLATFORM",
    '-DXSPLATFORM="platform.h"',
    "-DmxParse=1",
    "-DmxRun=1",
    "-DmxSloppy=1",
    "-DmxMinusZero=1",
  ],
  ...["-DmxCanonicalNaN=1", "-DmxNoConsole=1", "-DmxBoundsCheck=1", "-DmxStringNormalize=0", "-DmxLockdown=1"],
  ...["-DmxRegExpUnicodePropertyEscapes=0", "-DmxDebug=1", "-fno-common", "-w"],
];
const STACK_BYTES = "0x40000";

const ENGINES = {
  xs: {
    compiler: process.env.CC ?? "cc",
    compile: ["-O2", "-Dmx32bitID=1"],
    link: ["-lm", "-lpthread"],
  },
  rv32: {
    compiler: "riscv64-unknown-elf-gcc",
    compile: [
      ...["-Os", "-march=rv32imc", "-mabi=ilp32", "--specs=picolibc.specs", "-ffunction-sections", "-fdata-sections"],
      ...["-DLATCHKEY_NO_ENTROPY=1", `-DSTACK_BYTES=${STACK_BYTES}`, "-DHEAP_BUDGET=(32*1024*1024)"],
    ],
    link: [
      ...["-march=rv32imc", "-mabi=ilp32", "--specs=picolibc.specs", "--crt0=semihost", "--oslib=semihost"],
      ...["-Wl,--gc-sections", "-Tpicolibc.ld", "-lm"],
      ...["__flash=0x80000000", "__flash_size=0x800000", "__ram=0x80800000", "__ram_size=0x4000000"].map(defsym),
      defsym(`__stack_size=${STACK_BYTES}`),
    ],
  },
};

/** How C is compiled and linked for bare rv32. */
export const RV32 = ENGINES.rv32;

/** Gives libsodium's part of a build for rv32: see sodiumFor. */
export function sodiumForRv32() {
  mkdirSync(CACHE, { recursive: true });
  return sodiumFor("rv32", { cache: CACHE, once });
}

function defsym(definition) {
  return `-Wl,--defsym=${definition}`;
}

const run = promisify(execFile);

function works(command, ...args) {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Tells in one line why an engine cannot be built or run here; undefined where it can. */
export function missing(engine) {
  if (process.platform !== "linux") return `${engine} is left out: its host is built on Linux only`;
  const { compiler } = ENGINES[engine];
  if (engine === "xs") {
    if (!works(compiler, "--version")) return "xs is left out: no C compiler (apt-get install gcc libc6-dev)";
    if (!existsSync("/usr/include/sodium.h"))
      return "xs is left out: no libsodium headers (apt-get install libsodium-dev)";
    return undefined;
  }
  const tools = "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc dpkg-dev";
  const has = works(compiler, "--version", "--specs=picolibc.specs") && works("qemu-system-riscv32", "--version");
  return has ? sodiumSources(CACHE).missing : `rv32 is left out: no toolchain (apt-get install ${tools})`;
}

/** Runs `make` in a folder of its own and moves it into place whole, so that two builds at once cannot mix. */
async function once(target, make) {
  if (existsSync(target)) return target;
  mkdirSync(CACHE, { recursive: true });
  const scratch = mkdtempSync(join(CACHE, "scratch-"));
  try {
    const made = await make(scratch);
    try {
      renameSync(made, target);
    } catch (error) {
      if (!existsSync(target)) throw error;
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return target;
}

/** Gives the folder that holds XS (includes, platforms, sources), from the network on first use.
 *  @throws Error where the package is not the one that is pinned */
function sourceFolder() {
  return once(join(CACHE, `source-${PACKAGE.replaceAll(/[^0-9a-z.]+/g, "-")}`), async (scratch) => {
    await run("npm", ["pack", PACKAGE, "--silent", "--pack-destination", scratch], { cwd: scratch });
    const archive = join(
      scratch,
      readdirSync(scratch).find((name) => name.endsWith(".tgz")),
    );
    const digest = createHash("sha512").update(readFileSync(archive)).digest("base64");
    if (digest !== PACKAGE_SHA512) throw new Error(`${PACKAGE}: its SHA-512 is not the one that is pinned`);
    await run("tar", ["xzf", archive, "-C", scratch]);
    return join(scratch, "package/moddable/xs");
  });
}

/** Compiles files in parallel. @param jobs rows of source, object and flags @returns the paths of the objects */
export async function compileAll(compiler, jobs) {
  const waiting = [...jobs];
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      await run(compiler, [...job.flags, "-c", job.source, "-o", job.object]);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return jobs.map((job) => job.object);
}

function cFiles(folder) {
  const names = readdirSync(folder).filter(isC);
  return names.map((name) => join(folder, name));
}

function isC(name) {
  return name.endsWith(".c");
}

function jobsFor(scratch, prefix, sources, flags) {
  return sources.map((source, index) => ({ source, flags, object: join(scratch, `${prefix}-${index}.o`) }));
}

/** The host functions in a glue, by their C names: the one list of them is the glue itself. */
function nativeNames(glue) {
  return [...readFileSync(glue, "utf8").matchAll(/^void (xs_\w+)\(xsMachine \*the\)/gm)].map((match) => match[1]);
}

/** The folder and files of picojpeg in the Moddable SDK that MODDABLE names, which nothing here fetches; undefined where it
 *  is not there. */
function picojpeg() {
  const folder = join(process.env.MODDABLE ?? "", "modules/commodetto");
  const files = ["picojpeg.c", "picojpeg.h"].map((name) => join(folder, name));
  return process.env.MODDABLE && files.every(existsSync) ? { folder, files } : undefined;
}

/** Gives the folder of lwIP's sources, or one line that says why there is none. */
export function lwipSources() {
  return lwipFor(CACHE, once);
}

/** The jobs for the board's TCP and UDP, and lwIP below them; none where lwIP's sources are missing, and none on rv32.
 *  @param folder of lwipSources */
function lanJobs(scratch, folder, flags) {
  if (folder === undefined) return [];
  const includes = [join(MESSAGES, "include"), RADIO, ...lanIncludes(folder)].map((each) => `-I${each}`);
  const sources = [...LAN_GLUE, ...LAN_FILES, ...lwipFiles(folder)].filter(isC);
  // A test is both ends.
  return jobsFor(scratch, "lan", sources, ["-DLATCHKEY_UDP_SOCKETS_MAX=2", ...includes, ...flags]);
}

function writeIncludes(scratch, { engine, hasLwip }) {
  const lines = readFileSync(join(HERE, "prelude.js"), "utf8").split("\n");
  const text = lines.map((line) => JSON.stringify(`${line}\n`)).join("\n");
  writeFileSync(join(scratch, "prelude.inc"), `static const char prelude[] =\n${text};\n`);
  const rows = (glue, macro) => nativeNames(glue).map((name) => `${macro}(${name})\n`);
  const glues = [GLUE, TAPE[0], RADIO_FILES[0], AIR_FILES[0], SLEEP, CHIP_FILES[0], MESSAGE_FILES[0]];
  const natives = glues.flatMap((glue) => rows(glue, "NATIVE"));
  natives.push(...rows(CARD, engine === "xs" ? "NATIVE" : "ABSENT"));
  natives.push(...LAN_GLUE.flatMap((glue) => rows(glue, hasLwip ? "NATIVE" : "ABSENT")));
  natives.push(...rows(LUMA[0], picojpeg() ? "NATIVE" : "ABSENT"));
  writeFileSync(join(scratch, "natives.inc"), natives.join(""));
}

function keyOf(engine, hasLwip) {
  const { compiler, compile, link } = ENGINES[engine];
  const hash = createHash("sha256");
  const version = execFileSync(compiler, ["--version"], { encoding: "utf8" }).split("\n")[0];
  hash.update(JSON.stringify([PACKAGE_SHA512, version, XS_FLAGS, compile, link, hasLwip]));
  for (const file of [
    ...readdirSync(HERE)
      .sort()
      .map((name) => join(HERE, name)),
    GLUE,
    CARD,
    CARD_FOLDERS,
    ...SHA1,
    ...LUMA,
    ...RADIO_FILES,
    ...AIR_FILES,
    SLEEP,
    ...CHIP_FILES,
    ...MESSAGE_FILES,
    ...LAN_GLUE,
    ...LAN_FILES,
    ...TAPE,
    ...(picojpeg()?.files ?? []),
  ]) {
    hash.update(basename(file)).update(readFileSync(file));
  }
  return hash.digest("hex").slice(0, 16);
}

/** Gives the path of an engine's executable, built on first use.
 *  @param engine "xs" (the desk) or "rv32" (to be run by QEMU) */
export async function hostFor(engine) {
  // A network wants a desk: rv32 has what the boards measure.
  const { folder } = engine === "xs" ? await lwipSources() : {};
  const hasLwip = folder !== undefined;
  return once(join(CACHE, `${engine}-${keyOf(engine, hasLwip)}`), async (scratch) => {
    process.stderr.write(`Building ${engine} (once)...\n`);
    const { compiler, compile, link } = ENGINES[engine];
    const source = await sourceFolder();
    const sodium = await sodiumFor(engine, { cache: CACHE, once });
    writeIncludes(scratch, { engine, hasLwip });
    const includes = [
      scratch,
      HERE,
      dirname(TAPE[0]),
      ...["includes", "platforms", "sources"].map((name) => join(source, name)),
    ];
    const flags = [...compile, ...XS_FLAGS, ...[...includes, ...sodium.includes].map((folder) => `-I${folder}`)];
    const ours = [...["machine.c", "host.c", "rounding.c"].map((name) => join(HERE, name)), GLUE, SHA1[0], TAPE[0]];
    const jpeg = picojpeg();
    const luma = jpeg === undefined ? [] : LUMA.filter(isC);
    // A memory card is a file system, which rv32 has none of.
    const card = engine === "xs" ? [CARD] : [];
    const objects = await compileAll(compiler, [
      ...jobsFor(scratch, "xs", [...cFiles(join(source, "sources")), ...ours, ...card], flags),
      // In front: XS has an xsHost.h of its own, for another platform.
      ...jobsFor(scratch, "radio", [...RADIO_FILES, ...AIR_FILES].filter(isC), [
        ...[join(MESSAGES, "include"), MESSAGES, join(AIR, "include"), AIR, RADIO].map((folder) => `-I${folder}`),
        ...flags,
      ]),
      ...jobsFor(
        scratch,
        "chip",
        [SLEEP, CHIP_FILES[0], MESSAGE_FILES[0]],
        [...[join(MESSAGES, "include"), MESSAGES, join(CHIP, "include")].map((folder) => `-I${folder}`), ...flags],
      ),
      ...lanJobs(scratch, folder, flags),
      ...jobsFor(scratch, "luma", luma, [...flags, `-I${jpeg?.folder}`]),
      ...jobsFor(scratch, "sodium", sodium.sources, [...compile, ...sodium.flags]),
    ]);
    const executable = join(scratch, "xs");
    await run(compiler, ["-o", executable, ...objects, ...sodium.link, ...link]);
    return executable;
  });
}
