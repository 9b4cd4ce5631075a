// Holds a board's C to the headers that its build finds: each file of the project is preprocessed by the very command that the SDK's
// makefile would run, with the user's ESP-IDF.
// Why: the SDK compiles it with folders that it lists by name, and ESP-IDF moves its headers from one release to the next; the linker
// sees no C, and a build would tell a missing header after minutes, and only to whoever has a compiler for that chip.

import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { promisify } from "node:util";
import { gitOf, toolEnvironment } from "./sdk.mjs";

const run = promisify(execFile);
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
/** How many headers that are not here one file may ask for. */
const STAND_INS_MAX = 64;
const STAND_IN_COMPILER = "riscv64-unknown-elf-gcc";

/** Headers of the components libsodium and esp32-camera. */
const FETCHED = Object.freeze(["sodium.h", "esp_camera.h"]);

/** Tells in one line why no C can be looked at here; undefined where it can. */
export function missingIdf() {
  const { IDF_PATH } = process.env;
  if (!IDF_PATH) return "$IDF_PATH is not set";
  if (!existsSync(join(IDF_PATH, "components"))) return `$IDF_PATH names ${IDF_PATH}, which is no ESP-IDF`;
  return undefined;
}

/** Gives the objects that a makefile of the SDK makes of C files in a folder, but for what was generated there.
 *  @param makefile its text   @param folder an absolute path   @returns rows of `{object, source}` */
export function objectsOf(makefile, folder) {
  return [...makefile.matchAll(/^\$\(TMP_DIR\)\/(\S+\.c\.o): (\S+\.c) /gm)]
    .map(([, object, source]) => ({ object, source }))
    .filter(({ source }) => source.startsWith(join(folder, sep)) && !source.startsWith(join(folder, ".build", sep)));
}

/** Makes of a command that compiles one that only preprocesses.
 *  @param command a line of the makefile's   @param standIns a folder that is looked into last
 *  @param isOwn whether the chip's own compiler is here; without it another one says that it is the chip's */
export function preprocessing(command, { standIns, isOwn }) {
  const [compiler, ...words] = command.split(" ");
  const isRiscv = compiler.startsWith("riscv");
  const other = ["-march=rv32imc", "-mabi=ilp32", ...(isRiscv ? [] : ["-U__riscv", "-D__XTENSA__=1"])];
  const who = isOwn ? [compiler] : [STAND_IN_COMPILER, "--specs=picolibc.specs", ...other];
  const foreign = isOwn ? /^-M/ : /^-M|^-mlongcalls$|^-mtext-section-literals$/;
  const rest = words.slice(0, words.lastIndexOf("-o")).filter((word) => !foreign.test(word));
  return [...who, ...rest, "-E", "-idirafter", standIns, "-o", "/dev/null"].join(" ");
}

/** Gives the header that a compiler did not find, and the file that asked for it; undefined where it found all. */
export function missingHeader(text) {
  const [, asker, header] = /^(\S+?):\d+:\d+: fatal error: (\S+): No such file or directory/m.exec(text) ?? [];
  return header === undefined ? undefined : { header, asker };
}

/** Gives what a header for C says of a merged configuration, where ESP-IDF has not read it yet: what is left out there is off here.
 *  @param text lines `CONFIG_NAME=value`   @param chip as ESP-IDF calls it */
export function configurationHeader(text, chip) {
  const settings = [...text.matchAll(/^(CONFIG_\w+)=(.+)$/gm)].filter(([, , value]) => value !== "n");
  const lines = settings.map(([, name, value]) => `#define ${name} ${value === "y" ? 1 : value}`);
  const target = [`#define CONFIG_IDF_TARGET "${chip}"`, `#define CONFIG_IDF_TARGET_${chip.toUpperCase()} 1`];
  return ["#pragma once", ...target, ...lines, ""].join("\n");
}

/** Says what it means that a header was not found.
 *  @param missing of missingHeader, the asker's path within ESP-IDF's components where it is there
 *  @param idf `{headers, holes, isExact}`: paths within its components; those of its submodules that are empty; whether a header that is
 *  nowhere else is none of the compiler's   @returns `{fault}`, a sentence, or `{unseen}`, why it is none */
export function judge({ header, asker }, { headers, holes, isExact }) {
  if (FETCHED.includes(header)) return { unseen: "of components that only a build fetches" };
  // What is found by its name stands behind a folder of headers; one that asks for the next of its own name is none.
  const places = headers.filter((path) => path.endsWith(`include/${header}`) && path !== asker);
  const isBroken = (path) => holes.some((hole) => hole.split("/")[0] === path.split("/")[0]);
  const place = places.find((path) => !isBroken(path));
  if (place !== undefined) {
    const folder = place.slice(0, -header.length - 1);
    return { fault: `${header} is not on the path that the SDK gives: ESP-IDF has it in components/${folder}` };
  }
  if (holes.length > 0) return { unseen: "of submodules that this ESP-IDF lacks, or of the chip's compiler" };
  return isExact
    ? { fault: `${header} is nowhere in ESP-IDF` }
    : { unseen: "of the chip's compiler, which is not here" };
}

/** What is in the user's ESP-IDF, of what judge asks for. */
function surveyIdf(folder, chip) {
  const components = join(folder, "components");
  const chips = readdirSync(join(components, "soc")).filter((name) => name.startsWith("esp32") && name !== chip);
  const ofOther = new RegExp(`/(?:${chips.join("|")})/`);
  const headers = readdirSync(components, { recursive: true }).filter(
    (path) => path.endsWith(".h") && !ofOther.test(path),
  );
  const modules = existsSync(join(folder, ".gitmodules")) ? readFileSync(join(folder, ".gitmodules"), "utf8") : "";
  const holes = [...modules.matchAll(/^\s*path = components\/(.+)$/gm)]
    .map(([, path]) => path)
    .filter((path) => !existsSync(join(components, path)) || readdirSync(join(components, path)).length === 0);
  return { headers, holes };
}

function canRun(compiler) {
  return spawnSync(compiler, ["--version"], { stdio: "ignore", env: toolEnvironment() }).status === 0;
}

/** Preprocesses one file, again and again, with nothing in the place of each header that was missing.
 *  @returns `{faults, unseen}`: sentences; a Map from headers to why they are no faults */
function preprocess(command, { standIns, idf }) {
  const faults = [];
  const unseen = new Map();
  const components = join(process.env.IDF_PATH, "components", sep);
  // What it says is read, so it says it in English.
  const env = toolEnvironment({ LC_ALL: "C" });
  for (let count = 0; count < STAND_INS_MAX; count++) {
    const { stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8", env, maxBuffer: OUTPUT_BYTES_MAX });
    const missing = missingHeader(stderr);
    // What the compiler says of itself is told without a line; an #error is no header's: what it asks for is in a whole configuration.
    const refusal = /^[^:\s]+: (?:fatal )?error: .*/m.exec(stderr)?.[0];
    if (refusal !== undefined) throw new Error(refusal);
    if (missing === undefined) return { faults, unseen };
    const { header } = missing;
    const { fault, unseen: why } = judge({ header, asker: missing.asker.replace(components, "") }, idf);
    if (fault === undefined) unseen.set(header, why);
    else faults.push(fault);
    const place = join(standIns, header);
    if (existsSync(place) || !place.startsWith(join(standIns, sep))) throw new Error(`${header} is missing for ever`);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, "");
  }
  throw new Error("too many headers are missing");
}

/** The commands by which the SDK's makefile would compile. @returns a Map from sources to commands */
async function commandsOf({ folder, makefile, config }, objects) {
  const words = ["-n", "-o", config, "-f", makefile, ...objects.map(({ object }) => join(folder, object))];
  const { stdout } = await run("make", words, { env: toolEnvironment(), maxBuffer: OUTPUT_BYTES_MAX });
  const lines = stdout.split("\n");
  return objects.map(({ object, source }) => {
    const command = lines.find((line) => line.endsWith(` ${source} -o ${join(folder, object)}`));
    if (command === undefined) throw new Error(`the SDK's makefile does not say how it compiles ${source}`);
    return { object, source, command };
  });
}

/** Looks for every header of a linked board's C.
 *  @param image of linkImage   @param root the project's folder
 *  @returns `{files, faults, unseen, version}`: how many files there are; a sentence for each header that a build would miss; a Map from
 *  those that were not looked into to why; of ESP-IDF. undefined where there is no compiler
 *  @throws Error with what the SDK's makefile or the compiler said */
export async function checkHeaders(image, root) {
  const { IDF_PATH } = process.env;
  const { folder, makefile, config, chip } = image;
  const rows = await commandsOf(image, objectsOf(readFileSync(makefile, "utf8"), root));
  const settings = configurationHeader(readFileSync(join(dirname(config), "../../sdkconfig.mc"), "utf8"), chip);
  const isOwn = rows.every(({ command }) => canRun(command.split(" ")[0]));
  if (!isOwn && !canRun(STAND_IN_COMPILER)) return undefined;
  const idf = { ...surveyIdf(IDF_PATH, chip), isExact: isOwn };
  const faults = [];
  const unseen = new Map();
  for (const { object, source, command } of rows) {
    const standIns = join(folder, "standins", object);
    mkdirSync(standIns, { recursive: true });
    writeFileSync(join(standIns, "sdkconfig.h"), settings);
    const found = preprocess(preprocessing(command, { standIns, isOwn }), { standIns, idf });
    for (const fault of found.faults) faults.push(`${source.slice(root.length + 1)}: ${fault}`);
    for (const [header, why] of found.unseen) unseen.set(header, why);
  }
  return { files: rows.length, faults, unseen, version: gitOf(IDF_PATH, "describe", "--tags") };
}
