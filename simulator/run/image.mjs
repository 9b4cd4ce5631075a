// Makes a board's image as far as the Moddable SDK's own tools go: bundles its main.ts, minifies it, and has it linked for a target.
// The SDK is the user's: it is found by $MODDABLE, and nothing of it is here. ESP-IDF is not needed to link.

import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundle, ROOT } from "./bundle.mjs";
import { gitOf, sdkCommit, toolEnvironment } from "./sdk.mjs";
import { folderOf, SLEEPERS } from "./sdkconfig.mjs";
import { slim } from "./slim.mjs";

const run = promisify(execFile);
const IMAGES = join(ROOT, ".build/images");
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** The targets of the SDK that each board is made for; the first is the usual one. */
export const TARGETS = Object.freeze({
  lock: Object.freeze(["esp32s3", "esp32c3", "nodemcu"]),
  keypad: Object.freeze(["esp32c3", "esp32s3", "nodemcu"]),
  camera: Object.freeze(["xiao_esp32s3_sense", "esp32s3"]),
});

/** Those of the SDK's targets that are not called by their chip. */
const CHIPS = Object.freeze({ nodemcu: "esp32", xiao_esp32s3_sense: "esp32s3" });

const chipOf = (target) => CHIPS[target] ?? target;

// What the SDK links from its own modules; everything else is in the bundle.
const SDK_MODULES = ["embedded:*", "timer", "sdk/qrcode"];

/** What may move a lock's bolt (lock/pins.ts, LockDrive). */
export const DRIVES = Object.freeze(["motor", "servo", "strike"]);

/** Where an image comes from. The same sources and the same SDK give the same.
 *  @returns `{version, buildTime}` */
async function originOf() {
  const source = `export { composeVersion } from "./firmware/link/version.ts";`;
  const script = await bundle({ contents: source });
  const { composeVersion } = await import(`data:text/javascript,${encodeURIComponent(script)}`);
  const version = composeVersion({
    release: JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version,
    commit: gitOf(ROOT, "rev-parse", "HEAD").slice(0, 8),
    isChanged: gitOf(ROOT, "status", "--porcelain", "--untracked-files=no") !== "",
    sdkCommit: sdkCommit().slice(0, 8),
  });
  return { version, buildTime: Number(gitOf(ROOT, "log", "-1", "--format=%ct")) };
}

/** What an image says of itself: all that a main.ts reads of IMAGE.
 *  @param choice `{board, target, drive}`: the drive is a lock's alone   @param origin `{version, buildTime}` */
export function imageOf({ board, target, drive }, { version, buildTime }) {
  return board === "lock" ? { target, drive, version, buildTime } : { target, version };
}

/** Reads which board a command means.
 *  @param values its options, of which `target`, `drive` and `sleep` are read   @param board "lock", "keypad" or "camera"
 *  @returns `{board, target, drive, sleeps}`   @throws Error with a sentence */
export function chooseImage(board, { target, drive, sleep: sleeps = false }) {
  if (!Object.hasOwn(TARGETS, board ?? "")) throw new Error(`a board is ${Object.keys(TARGETS).join(", ")}`);
  const targets = TARGETS[board];
  if (target !== undefined && !targets.includes(target))
    throw new Error(`a ${board} is made for ${targets.join(", ")}`);
  if (board === "lock" && !DRIVES.includes(drive)) throw new Error(`a lock's --drive is ${DRIVES.join(", ")}`);
  if (board !== "lock" && drive !== undefined) throw new Error(`a ${board} has no drive`);
  const sleepers = targets.filter((each) => canSleep(board, each));
  const choice = { board, target: target ?? targets[0], drive, sleeps };
  if (sleeps && !sleepers.includes(choice.target)) {
    throw new Error(sleepers.length === 0 ? `a ${board} never sleeps` : `a ${board} sleeps on ${sleepers.join(", ")}`);
  }
  return choice;
}

/** Whether a board can be made to sleep on a target. */
export function canSleep(board, target) {
  return SLEEPERS[board]?.includes(chipOf(target)) === true;
}

/** What a main.ts reads beside the SDK, as texts.
 *  @param image what it says of itself   @param sleeps whether it is made to sleep */
export function definitionsOf(image, sleeps) {
  return { IMAGE: JSON.stringify(image), SLEEPS: JSON.stringify(sleeps) };
}

/** Gives a board's program as one module of plain JavaScript, minified.
 *  @param choice of chooseImage   @param image what it says of itself */
export async function programOf({ board, sleeps }, image) {
  const whole = await bundle(`${board}/main.ts`, {
    engine: "board",
    external: SDK_MODULES,
    define: definitionsOf(image, sleeps),
  });
  return slim(whole);
}

const configurationOf = ({ board, target, sleeps }) => join(ROOT, folderOf({ board, chip: chipOf(target), sleeps }));

/** Writes a folder from which the SDK builds an image: its program, and a manifest over the board's own.
 *  @param choice of chooseImage   @returns `{folder, output, name, platform, chip}` */
export async function writeImage(choice) {
  const { board, target, sleeps } = choice;
  const folder = join(IMAGES, `${board}-${target}${sleeps ? "-sleep" : ""}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "main.js"), await programOf(choice, imageOf(choice, await originOf())));
  // Behind the board's own manifest, which names the one of an image that stays awake: the last include counts.
  const build = { "SDKCONFIGPATH ?=": configurationOf(choice) };
  writeFileSync(join(folder, "configuration.json"), JSON.stringify({ build }, null, 2));
  const manifest = {
    include: [`../../../${board}/manifest.json`, "./configuration.json"],
    build: { NAME: `latchkey-${board}` },
    modules: { "*": "./main" },
    preload: ["main"],
  };
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest, null, 2));
  const name = manifest.build.NAME;
  return { folder, output: join(folder, "out"), name, platform: `esp32/${target}`, chip: chipOf(target) };
}

/** The SDK's makefile asks git what ESP-IDF it has; where only the linker runs, an empty work tree answers. */
function standInForIdf() {
  const folder = join(IMAGES, "no-esp-idf");
  if (existsSync(join(folder, ".git"))) return folder;
  mkdirSync(folder, { recursive: true });
  execFileSync("git", ["init", "--quiet", folder]);
  const who = ["-c", "user.name=none", "-c", "user.email=none"];
  execFileSync("git", ["-C", folder, ...who, "commit", "--quiet", "--allow-empty", "--message", "none"]);
  return folder;
}

/** Links an image without ESP-IDF.
 *  @param choice of chooseImage
 *  @returns `{rom, folder, makefile, config, chip, text}`: the path of the linked ROM (C), the folder of the build, the SDK's makefile in it,
 *  where ESP-IDF would write its configuration as a header, the chip, and what the linker said
 *  @throws Error with what the tool said */
export async function linkImage(choice) {
  const { folder, output, name, platform, chip } = await writeImage(choice);
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output);
  const env = toolEnvironment({ IDF_PATH: standInForIdf() });
  const options = { cwd: folder, env, maxBuffer: OUTPUT_BYTES_MAX };
  await run("mcconfig", ["-p", platform, "-o", output], options);
  const build = join(output, "tmp", platform, "release", name);
  const makefile = join(build, "makefile");
  const configured = /^SDKCONFIGPATH\s*=\s*(\S+)/m.exec(readFileSync(makefile, "utf8"))?.[1];
  const wanted = process.env.SDKCONFIGPATH ?? configurationOf(choice);
  if (configured !== wanted) throw new Error(`the SDK would configure it by ${configured}, not by ${wanted}`);
  const config = join(build, `xsProj-${chip}/build/config/sdkconfig.h`);
  const rom = join(build, "mc.xs.c");
  const words = [`-j${availableParallelism()}`, "-o", config, "-f", makefile, rom, join(build, "mc.resources.c")];
  const { stdout, stderr } = await run("make", words, options);
  return { rom, folder: build, makefile, config, chip, text: stdout + stderr };
}
