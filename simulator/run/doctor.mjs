// Says what this computer has for Latchkey, what it has not, and in one line each how to get it: `npm run doctor`.
// Why: each part runs without the others, and whoever misses one should not have to find out which from an error.
// The exit code is 1 where the tests on Node could not run; everything else is a choice.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { missing } from "../xs/build.mjs";
import { hasDebianSources } from "../xs/debian.mjs";
import { missingIdfCommands, missingSdk, sdkCommit } from "./sdk.mjs";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const NODE_LEAST = [20, 19];
const SDK_VERSION = "8.2";
const IDF_VERSION = "v6.0";

function answer(command, ...words) {
  try {
    return execFileSync(command, words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
      .split("\n")[0]
      .trim();
  } catch {
    return undefined;
  }
}

function has(command, ...words) {
  return answer(command, ...(words.length > 0 ? words : ["--version"])) !== undefined;
}

function isNodeNewEnough() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major > NODE_LEAST[0] || (major === NODE_LEAST[0] && minor >= NODE_LEAST[1]);
}

function sdkState() {
  const reason = missingSdk();
  if (reason !== undefined) return { fix: reason };
  const version = readFileSync(join(process.env.MODDABLE, "tools/VERSION"), "utf8").trim();
  if (!version.startsWith(SDK_VERSION))
    return { found: version, fix: `this is made for ${SDK_VERSION}: npx xs-dev update` };
  return { found: `${version}, ${sdkCommit().slice(0, 8)}` };
}

function idfState() {
  const folder = process.env.IDF_PATH;
  if (!folder || !existsSync(folder)) return { fix: "npx xs-dev setup --device esp32, then open a new terminal" };
  const version = answer("git", "-C", folder, "describe", "--tags") ?? "of an unknown version";
  if (!version.startsWith(IDF_VERSION))
    return { found: version, fix: `the SDK wants ${IDF_VERSION}: npx xs-dev update --device esp32` };
  const reason = missingIdfCommands();
  return reason === undefined ? { found: version } : { found: version, fix: reason };
}

function ports() {
  try {
    const found = readdirSync("/dev").filter((name) => /^(?:ttyUSB|ttyACM|cu\.usb)/.test(name));
    return found.map((name) => `/dev/${name}`).join(", ");
  } catch {
    return "";
  }
}

function installed(found, fix) {
  return found ? {} : { fix };
}

function engineState(engine) {
  const reason = missing(engine);
  return reason === undefined ? {} : { fix: reason.replace(/^\w+ is left out: /, "") };
}

/** Each a title, what it is for, and what was found or how to get it. */
function rows() {
  const port = ports();
  return [
    [
      "Node",
      "everything",
      { found: process.versions.node, ...installed(isNodeNewEnough(), `Node ${NODE_LEAST.join(".")} or above`) },
    ],
    ["packages", "everything", installed(existsSync(join(ROOT, "node_modules/esbuild")), "npm ci")],
    ["XS on the desk", "tests on the boards' engine", engineState("xs")],
    ["XS on rv32", "the chip's instruction counts", engineState("rv32")],
    [
      "lwIP",
      "tests of a board's sockets",
      installed(hasDebianSources(), "apt-get install dpkg-dev (Debian or Ubuntu)"),
    ],
    ["spin", "the models", installed(has("spin", "-V"), "apt-get install spin")],
    ["ffprobe", "tests of films", installed(has("ffprobe", "-version"), "apt-get install ffmpeg")],
    ["mkvmerge", "tests of films", installed(has("mkvmerge"), "apt-get install mkvtoolnix")],
    ["age", "tests of films", installed(has("age"), "apt-get install age")],
    ["socat", "tests of serial lines", installed(has("socat", "-V"), "apt-get install socat")],
    ["Moddable SDK", "linking an image", sdkState()],
    ["ESP-IDF", "building and flashing one", idfState()],
    [
      "a board",
      "flashing one",
      port === ""
        ? { fix: "connect it by USB; on Linux: sudo usermod -aG dialout $USER, then log in again" }
        : { found: port },
    ],
  ];
}

for (const [title, use, { found, fix }] of rows()) {
  const state = fix === undefined ? "there" : "MISSING";
  const more = [found, fix].filter((text) => text !== undefined).join("; ");
  console.log(`${state.padEnd(8)} ${title.padEnd(15)} for ${use}${more === "" ? "" : `: ${more}`}`);
}
process.exitCode = isNodeNewEnough() ? 0 : 1;
