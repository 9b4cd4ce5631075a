// Builds the contract's program over the Moddable SDK, and keeps it in .build/ until a source of it or the SDK changes.
// Why: it takes XS and a compiler, so it is built where $MODDABLE names a built SDK, and left out elsewhere.

import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { bundle, ROOT } from "../run/bundle.mjs";

const SOURCES = join(dirname(fileURLToPath(import.meta.url)), "sdk");
const CACHE = join(ROOT, ".build/contract");
const BUILD_MILLIS_MAX = 280_000;

function works(command, ...words) {
  try {
    execFileSync(command, words, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Tells in one line why the contract cannot run over the SDK here; undefined where it can. */
export function missing() {
  const sdk = process.env.MODDABLE;
  if (process.platform !== "linux") return "the contract over the SDK's own classes (takes Linux) is left out";
  if (!sdk) return "the contract over the SDK's own classes ($MODDABLE names none) is left out";
  if (!existsSync(join(sdk, "build/bin/lin/release/mcconfig")))
    return "the contract over the SDK's own classes (its Linux tools in $MODDABLE are not built) is left out";
  if (!works("pkg-config", "--exists", "gio-2.0"))
    return "the contract over the SDK's own classes (apt-get install libglib2.0-dev pkg-config) is left out";
  return undefined;
}

/** What the SDK is: its commit, and whatever of its sources differs from it. */
function versionOf(sdk) {
  const git = (...words) => execFileSync("git", ["-C", sdk, ...words], { encoding: "utf8" });
  try {
    return git("rev-parse", "HEAD") + git("diff", "HEAD", "--", "modules/io", "modules/base", "xs");
  } catch {
    return readFileSync(join(sdk, "tools/VERSION"), "utf8");
  }
}

function hash(...parts) {
  const sum = createHash("sha256");
  for (const part of parts) sum.update(part).update("\0");
  return sum.digest("hex").slice(0, 16);
}

/** Gives the program's path. @throws Error where it cannot be built, with what the compiler said */
export async function contractProgram() {
  const sdk = process.env.MODDABLE;
  const rows = await bundle("simulator/contract/contract.ts", { engine: "xs" });
  const files = readdirSync(SOURCES).sort();
  const version = versionOf(sdk);
  const key = hash(version, rows, ...files.flatMap((name) => [name, readFileSync(join(SOURCES, name))]));
  const program = join(CACHE, `contract-${key}`);
  if (existsSync(program)) return program;
  // XS itself is compiled once for each SDK.
  const output = join(CACHE, `sdk-${hash(version, sdk)}`);
  mkdirSync(output, { recursive: true });
  writeFileSync(join(output, "contract.js"), rows);
  const environment = {
    ...process.env,
    CONTRACT: output,
    PATH: `${join(sdk, "build/bin/lin/release")}:${process.env.PATH}`,
  };
  const words = ["-m", "-p", "x-cli-lin", "-o", output, join(SOURCES, "manifest.json")];
  try {
    await promisify(execFile)("mcconfig", words, { env: environment, timeout: BUILD_MILLIS_MAX });
  } catch (error) {
    throw new Error(`mcconfig: ${error.stdout}${error.stderr}`);
  }
  copyFileSync(join(output, "bin/lin/release/contract"), `${program}.${process.pid}`);
  renameSync(`${program}.${process.pid}`, program);
  return program;
}
