// Holds `npm run flash` to its word: what it says is built was built, now, of every component that the manifests name.
// Method: the command itself, with an SDK of a few lines in the place of the SDK: it says that all went well, and does what a row wants.

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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

const TABLE =
  "# Name, type, subtype, offset, size, flags.\\notadata, data, ota, 0x1e000, 0x2000,\\nota_0, app, ota_0, 0x20000, 0x10000,\\n";

const MCCONFIG = `#!/bin/sh
set -e
echo "$* by $SDKCONFIGPATH on $PARTITIONS_FILE to $UPLOAD_PORT" >> "$CALLS"
mkdir -p "${BUILD}" "${PROJECT}/main" "${PROJECT}/build/bootloader"
printf '${TABLE}' > "${PROJECT}/partitions.csv"
built() { for each in bootloader/bootloader.elf bootloader/bootloader.bin xs_esp32.elf xs_esp32.bin; do
  echo new > "${PROJECT}/build/$each"; done; }
cat > "${BUILD}/makefile" <<'END'
BUILD_DEPENDENCIES = ${DEPENDENCIES}
END
case "$*" in *build) ;; *) exit 0 ;; esac
case "$PLAYED" in
  good) built ;;
  half) echo new > "${PROJECT}/build/xs_esp32.elf" ;;
  bootless) built; rm "${PROJECT}/build/bootloader/bootloader.bin" ;;
  fat) built; head -c 65537 /dev/zero > "${PROJECT}/build/xs_esp32.bin" ;;
  forgetful) built
    echo 'dependencies: {"espressif/esp_jpeg": "^1.3.1"}' > "${COMPONENTS}" ;;
  *) ;;
esac
`;

const scratch = mkdtempSync(join(tmpdir(), "latchkey-flash-"));
const sdk = join(scratch, "sdk");
const idf = join(scratch, "idf");
const calls = join(scratch, "calls");
const tools = join(scratch, "tools");

function writeTool(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), 0o755);
}

test.before(() => {
  for (const system of ["lin", "mac"]) {
    writeTool(join(sdk, "build/bin", system, "release"), "mcconfig", MCCONFIG);
  }
  writeTool(tools, "idf.py", "#!/bin/sh\n");
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

interface Outcome {
  readonly status: number | null;
  readonly said: string;
  /** What the SDK was asked for, a line each. */
  readonly asked: string;
}

function run(words: readonly string[], more: Readonly<Record<string, string>>): Outcome {
  writeFileSync(calls, "");
  const { SDKCONFIGPATH: _, PARTITIONS_FILE: __, UPLOAD_PORT: ___, ...plain } = process.env;
  const env = { ...plain, PATH: `${tools}:${plain["PATH"]}`, MODDABLE: sdk, IDF_PATH: idf, CALLS: calls, ...more };
  const command = [join(ROOT, "simulator/run/flash.mjs"), "keypad", "--target", "nodemcu", ...words];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: ROOT, env, encoding: "utf8" });
  return { status, said: stdout + stderr, asked: readFileSync(calls, "utf8") };
}

const flash = (played: string): Outcome => run(["--build-only"], { PLAYED: played });

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
  ["whose bootloader it did not build", "bootless"],
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

test("an image that is longer than the place for it is not built", () => {
  const { status, said } = flash("fat");
  assert.is.not(status, 0);
  assert.not.match(said, /is built/);
  assert.match(said, /65,537 bytes.*65,536/);
});

test("an image is written to the port that is named", () => {
  const { status, said, asked } = run(["--port", "/dev/null"], { PLAYED: "good", UPLOAD_PORT: "/dev/zero" });
  assert.is(status, 0, said);
  assert.match(asked, /-t deploy by .* to \/dev\/null$/m);
});

test("no image is written to a board that nobody named: the SDK takes the one that it wrote last", () => {
  const { status, said, asked } = run([], { PLAYED: "good" });
  assert.is(status, 64, said);
  assert.match(said, /--port/);
  assert.is(asked, "");
});

test("a port that is a file is refused: the SDK takes another one", () => {
  const { status, said, asked } = run(["--port", calls], { PLAYED: "good" });
  assert.is(status, 69, said);
  assert.match(said, /no port/);
  assert.is(asked, "");
});

test("no image of another configuration is written, since its first start may burn fuses; built it is, and told as such", () => {
  const other = { PLAYED: "good", SDKCONFIGPATH: join(ROOT, ".build/sdkconfig/keypad-esp32-release") };
  const written = run(["--port", "/dev/null"], other);
  assert.is(written.status, 64, written.said);
  assert.match(written.said, /SDKCONFIGPATH/);
  assert.is(written.asked, "");
  const built = run(["--build-only"], other);
  assert.is(built.status, 0, built.said);
  assert.match(built.asked, /-t build by .*keypad-esp32-release/);
  assert.match(built.said, /keypad-esp32-release/);
});

test("a table of partitions that another project's shell names is not the board's", () => {
  const { status, said, asked } = run(["--build-only"], { PLAYED: "good", PARTITIONS_FILE: "/other.csv" });
  assert.is(status, 0, said);
  assert.not.match(asked, /other\.csv/);
});

test("without ESP-IDF's own commands nothing is begun, and it is told how they come", () => {
  const { status, said, asked } = run(["--build-only"], { PLAYED: "good", PATH: dirname(process.execPath) });
  assert.is(status, 69, said);
  assert.match(said, /idf\.py/);
  assert.is(asked, "");
});

test("the doctor says so as well", () => {
  const git = (...words: readonly string[]) => execFileSync("git", ["-C", idf, ...words], { stdio: "ignore" });
  git("init");
  git("-c", "user.name=none", "-c", "user.email=none", "commit", "--allow-empty", "--message", "none");
  git("tag", "v6.0.1");
  const rowOf = (path: string): string => {
    const env = { ...process.env, PATH: path, IDF_PATH: idf };
    const words = [join(ROOT, "simulator/run/doctor.mjs")];
    const { stdout } = spawnSync(process.execPath, words, { cwd: ROOT, env, encoding: "utf8" });
    return stdout.split("\n").find((row) => row.includes("ESP-IDF")) ?? "";
  };
  assert.match(rowOf(`${tools}:${process.env["PATH"]}`), /^there .*v6\.0\.1$/);
  assert.match(rowOf(process.env["PATH"] ?? ""), /^MISSING .*v6\.0\.1; .*export\.sh/);
});

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
