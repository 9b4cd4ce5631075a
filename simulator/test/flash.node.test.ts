// Holds `npm run flash` to its word: what it says is built was built, now, of every component that the manifests name.
// Method: the command itself, with an SDK of a few lines in the place of the SDK: it says that all went well, and does what a row wants.

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

const ROOT = process.cwd();
const OUTPUT = join(ROOT, ".build/images/keypad-nodemcu/out");
const BUILD = join(OUTPUT, "tmp/esp32/nodemcu/release/latchkey-keypad");
const PROJECT = join(BUILD, "xsProj-esp32");
const COMPONENTS = join(PROJECT, "main/idf_component.yml");

/** As the SDK has it: each is looked for and added by a process of its own, and nobody waits for any but the last. */
const DEPENDENCIES = ["espressif/libsodium==1.0.22~1", "espressif/esp_jpeg^1.3.1"]
  .map((each) => `grep -q 'x' ${COMPONENTS} || idf.py add-dependency "${each}"`)
  .join("& ");

const MCCONFIG = `#!/bin/sh
set -e
mkdir -p "${BUILD}" "${PROJECT}/main"
cat > "${BUILD}/makefile" <<'END'
BUILD_DEPENDENCIES = ${DEPENDENCIES}
END
case "$*" in *build) ;; *) exit 0 ;; esac
case "$PLAYED" in
  good) mkdir -p "${PROJECT}/build"; echo new | tee "${PROJECT}/build/xs_esp32.elf" > "${PROJECT}/build/xs_esp32.bin" ;;
  half) mkdir -p "${PROJECT}/build"; echo new > "${PROJECT}/build/xs_esp32.elf" ;;
  forgetful) mkdir -p "${PROJECT}/build"; echo new | tee "${PROJECT}/build/xs_esp32.elf" > "${PROJECT}/build/xs_esp32.bin"
    echo 'dependencies: {"espressif/esp_jpeg": "^1.3.1"}' > "${COMPONENTS}" ;;
  *) ;;
esac
`;

const scratch = mkdtempSync(join(tmpdir(), "latchkey-flash-"));
const sdk = join(scratch, "sdk");
const idf = join(scratch, "idf");

test.before(() => {
  for (const system of ["lin", "mac"]) {
    const tools = join(sdk, "build/bin", system, "release");
    mkdirSync(tools, { recursive: true });
    writeFileSync(join(tools, "mcconfig"), MCCONFIG);
    chmodSync(join(tools, "mcconfig"), 0o755);
  }
  const git = (...words: readonly string[]) => execFileSync("git", ["-C", sdk, ...words], { stdio: "ignore" });
  git("init");
  git("-c", "user.name=none", "-c", "user.email=none", "commit", "--allow-empty", "--message", "none");
  mkdirSync(idf);
  writeFileSync(join(idf, "export.sh"), "");
  rmSync(OUTPUT, { recursive: true, force: true });
});

test.after(() => {
  rmSync(scratch, { recursive: true, force: true });
  rmSync(OUTPUT, { recursive: true, force: true });
});

function flash(played: string): { readonly status: number | null; readonly said: string } {
  const words = [join(ROOT, "simulator/run/flash.mjs"), "keypad", "--target", "nodemcu", "--build-only"];
  const env = { ...process.env, MODDABLE: sdk, IDF_PATH: idf, PLAYED: played };
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: ROOT, env, encoding: "utf8" });
  return { status, said: stdout + stderr };
}

test("an image that was built is built, of each component once", () => {
  const { status, said } = flash("good");
  assert.is(status, 0, said);
  assert.match(said, /keypad for nodemcu is built/);
  const lines = readFileSync(COMPONENTS, "utf8").split("\n");
  for (const line of ['  espressif/libsodium: "==1.0.22~1"', '  espressif/esp_jpeg: "^1.3.1"']) {
    assert.is(lines.filter((each) => each === line).length, 1, line);
  }
});

for (const [claim, played] of [
  ["that ESP-IDF did not build", "nothing"],
  ["of which it built half", "half"],
] as const) {
  test(`an image ${claim} is not built, though the SDK says nothing and an older one is there`, () => {
    mkdirSync(join(PROJECT, "build"), { recursive: true });
    for (const image of ["xs_esp32.elf", "xs_esp32.bin"]) writeFileSync(join(PROJECT, "build", image), "old");
    const { status, said } = flash(played);
    assert.is.not(status, 0);
    assert.not.match(said, /is built/);
    assert.match(said, /ESP-IDF built no image/);
  });
}

test("an image of which a component was lost is not built", () => {
  const { status, said } = flash("forgetful");
  assert.is.not(status, 0);
  assert.not.match(said, /is built/);
  assert.match(said, /espressif\/libsodium/);
});

test("what was built with other components is built anew", () => {
  mkdirSync(join(PROJECT, "main"), { recursive: true });
  writeFileSync(COMPONENTS, 'dependencies:\n  espressif/libsodium: "^1.0.20"\n');
  writeFileSync(join(BUILD, "native.c.o"), "old");
  assert.is(flash("good").status, 0);
  assert.throws(() => readFileSync(join(BUILD, "native.c.o")));
  assert.match(readFileSync(COMPONENTS, "utf8"), /==1\.0\.22~1/);
});

test.run();
