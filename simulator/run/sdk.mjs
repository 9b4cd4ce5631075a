// Finds the user's Moddable SDK and its tools.
// Why: it is the user's own, named by $MODDABLE; nothing of it is here, and where it is not there one line says so.
// It imports no package, so that the doctor can say that there are none.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Asks git about a folder. @returns what it says, without the line's end @throws Error where it says no */
export function gitOf(folder, ...words) {
  return execFileSync("git", ["-C", folder, ...words], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}

/** Tells in one line why the SDK cannot be used here, and what helps; undefined where it can. */
export function missingSdk() {
  const { MODDABLE } = process.env;
  if (!MODDABLE) return "$MODDABLE is not set: npx xs-dev setup, then open a new terminal";
  if (!existsSync(MODDABLE)) return `$MODDABLE names ${MODDABLE}, which is not there`;
  const tool = join(MODDABLE, "build/bin/lin/release/mcconfig");
  const isMac = existsSync(join(MODDABLE, "build/bin/mac/release/mcconfig"));
  if (!isMac && !existsSync(tool))
    return "the tools of the SDK in $MODDABLE are not built: npx xs-dev setup builds them";
  try {
    sdkCommit();
  } catch {
    return "$MODDABLE is no git work tree, so an image could not say of which commit it is: npx xs-dev setup makes one";
  }
  return undefined;
}

/** Tells in one line why ESP-IDF's commands cannot be called in this terminal, and what helps; undefined where they can. */
export function missingIdfCommands() {
  const { IDF_PATH, PATH = "" } = process.env;
  const hasCommands = PATH.split(delimiter).some((folder) => existsSync(join(folder, "idf.py")));
  return hasCommands ? undefined : `idf.py is not among this terminal's commands: . ${IDF_PATH}/export.sh`;
}

/** Gives the SDK's commit, 40 hexadecimal digits. @throws Error where it is no git work tree */
export function sdkCommit() {
  return gitOf(process.env.MODDABLE, "rev-parse", "HEAD");
}

/** Gives the environment in which the SDK's tools run. */
export function toolEnvironment(more = {}) {
  const { MODDABLE, PATH } = process.env;
  const system = process.platform === "darwin" ? "mac" : "lin";
  const folders = [join(MODDABLE, "build/bin", system, "release"), join(ROOT, "node_modules/.bin"), PATH];
  return { ...process.env, PATH: folders.join(":"), ...more };
}
