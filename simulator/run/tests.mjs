// Finds the tests and runs one of them on one engine: Node, XS on the desk, XS on rv32.
// Why: `npm test` and the long suite run the same files in the same way and add up the same rows.

import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { join } from "node:path";
import { collect, runBundle } from "../xs/run.mjs";
import { bundle, ROOT } from "./bundle.mjs";

const FOLDERS = ["firmware", "lock", "keypad", "camera", "owner", "simulator"];
const OUTPUT = join(ROOT, ".build/test");
// As many as the processors of a small machine, and one more for the tests of a running house, which mostly wait: beside the others
// they cost no time.
const WORKERS = 2;
const WAITING = [
  ...["owner/test/ownership.node.test.ts", "owner/test/camera.node.test.ts", "owner/test/cable.node.test.ts"],
  ...["owner/test/time.node.test.ts", "owner/test/house.node.test.ts", "owner/test/provision.node.test.ts"],
];
const SECONDS_MAX = { node: 300, xs: 600, rv32: 1800 };

const CHECKS = "firmware/crypto/test/checks.ts";
// On rv32, tweetnacl needs billions of instructions for a signature: there the tests of both backends run libsodium alone, or twice
// where they compare the two.
const NATIVE_ONLY = [{ file: CHECKS, find: '  ["portable", portable],\n', replace: "" }];
const NATIVE_TWICE = [{ file: CHECKS, find: '["portable", portable]', replace: '["engine again", engine]' }];
const ED25519 = "firmware/crypto/test/ed25519.test.ts";
// What takes minutes under QEMU and is tried whole on the other engines.
const EVERY_SEVENTH = {
  file: ED25519,
  find: "for (let bit = 0n; bit < 256n; bit++) {",
  replace: "for (let bit = 0n; bit < 256n; bit += 7n) {",
};
/** What rv32 leaves out of its tests. */
export const LEFT_OUT_ON_RV32 = "tweetnacl; six of seven bits flipped in a key";

/** What runs on rv32: what depends on its 32 bits or on its libsodium, and ends in a minute or two. Of the primitives' tests one is
 *  missing, of the machine's own generator: a bare rv32 under QEMU has no source of chance. */
const RV32_TESTS = [
  // The longest first, so that the others run beside it.
  { file: ED25519, rewrites: [...NATIVE_ONLY, EVERY_SEVENTH] },
  { file: "firmware/crypto/test/native.xs.test.ts" },
  { file: "firmware/crypto/test/crypto.test.ts", rewrites: NATIVE_TWICE },
  { file: "firmware/crypto/test/find.test.ts", rewrites: NATIVE_ONLY },
  { file: "firmware/crypto/test/hmac.test.ts" },
  { file: "firmware/crypto/test/hostile.test.ts" },
  { file: "firmware/crypto/test/kdf.test.ts", rewrites: NATIVE_ONLY },
  { file: "firmware/crypto/test/pieces.test.ts", rewrites: NATIVE_ONLY },
  { file: "firmware/crypto/test/selftest.test.ts", rewrites: NATIVE_TWICE },
  { file: "lock/codes/test/timing.rv32.test.ts" },
  { file: "simulator/test/rounding.test.ts" },
];

/** What takes longest on XS, and would make `npm test` longer than a minute: there the long suite runs it. The longest first. */
export const SLOW_ON_XS = [
  "simulator/test/attacks.test.ts",
  "simulator/boards/test/visit.test.ts",
  "simulator/test/tear.test.ts",
  "firmware/journal/test/damage.test.ts",
  "lock/test/reset-cut.test.ts",
  "camera/test/ordeal.test.ts",
  "camera/test/unlit.test.ts",
  "simulator/boards/test/resets.test.ts",
  "firmware/crypto/test/ed25519.test.ts",
  "firmware/journal/test/cut.test.ts",
  "camera/test/viewers.test.ts",
  "camera/test/filming.test.ts",
  "camera/test/held.test.ts",
];

/** Of what is cut or torn at every place on Node, XS does every so many: the same journal stands on the same simulated flash. */
const THINNED_ON_XS = [
  {
    file: "lock/test/reset-cut.test.ts",
    find: "words < WORK.words; words++",
    replace: "words < WORK.words; words += 3",
  },
  {
    file: "lock/test/reset-cut.test.ts",
    find: "for (const first of [...CHANGES.slice(2), ...erased]) {",
    replace: "for (const first of [...CHANGES.slice(2), ...erased].filter((_, index) => index % 3 === 0)) {",
  },
  { file: "firmware/journal/test/cut.test.ts", find: "const APART = 1;", replace: "const APART = 3;" },
  { file: "simulator/boards/test/resets.test.ts", find: "const CUTS = 24;", replace: "const CUTS = 8;" },
  { file: "simulator/test/tear.test.ts", find: "const CUT_APART = 50;", replace: "const CUT_APART = 100;" },
];
/** What XS leaves out of its tests. */
export const LEFT_OUT_ON_XS =
  "of the cuts of a reset, of the journal's operations and of a board's opening two in three or more, of the tear test every second (Node makes all)";

/** Gives the jobs of an engine: `{engine, file, rewrites}` for each of its tests that begins with `prefix`. */
export function jobsOf(engine, prefix = "") {
  if (engine !== "rv32") {
    const rewritesOf = (file) => (engine === "xs" ? THINNED_ON_XS.filter((row) => row.file === file) : []);
    return testFiles(engine, prefix).map((file) => ({ engine, file, rewrites: rewritesOf(file) }));
  }
  return RV32_TESTS.filter(({ file }) => file.startsWith(prefix)).map((row) => ({ rewrites: [], ...row, engine }));
}

/** Gives the test files that run on an engine, as paths from the root that begin with `prefix`.
 *  `.node.test.ts` runs on Node only, `.xs.test.ts` on XS only, `.rv32.test.ts` on neither, every other `.test.ts` on both. */
export function testFiles(engine, prefix = "") {
  const other = engine === "node" ? ".xs.test.ts" : ".node.test.ts";
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && FOLDERS.includes(entry.name))
    .flatMap(({ name }) => readdirSync(join(ROOT, name), { recursive: true }).map((path) => join(name, path)))
    .filter((path) => path.endsWith(".test.ts") && !path.endsWith(other) && !path.endsWith(".rv32.test.ts"))
    .filter((path) => path.startsWith(prefix))
    .sort();
}

// An inline map tells the line of the source for a line of the bundle, which is all that XS knows.
function withSourceLines(output, file, text) {
  const encoded = /\/\/# sourceMappingURL=data:application\/json;base64,(\S+)/.exec(text);
  if (encoded === null) return output;
  const map = new SourceMap(JSON.parse(Buffer.from(encoded[1], "base64").toString("utf8")));
  return output.replaceAll(new RegExp(`${RegExp.escape?.(file) ?? file}:(\\d+)`, "g"), (whole, line) => {
    const entry = map.findEntry(Number(line) - 1, 1000);
    return entry.originalSource === undefined ? whole : `${entry.originalSource}:${entry.originalLine + 1}`;
  });
}

/** Gives the lines in which a test says what it could not try here: "… left out". */
function leftOut(output) {
  return output.split("\n").filter((line) => / left out$/.test(line));
}

/** Reads uvu's totals. A run that ended badly, skipped a test, or ran none and does not say why has at least one failed
 *  row. */
export function countRows(status, output) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: uvu colours its totals with escape sequences.
  const plain = output.replaceAll(/\u001b\[\d+m/g, "");
  const totals = /Total: +(\d+)\n +Passed: +(\d+)\n +Skipped: +(\d+)/.exec(plain);
  if (totals === null) return { passed: 0, failed: 1 };
  const [total, passed, skipped] = totals.slice(1).map(Number);
  const failed = total - passed + skipped;
  return {
    passed,
    failed: failed === 0 && (status !== 0 || (total === 0 && leftOut(plain).length === 0)) ? 1 : failed,
  };
}

/** Runs one test file.
 *  @returns `{passed, failed, output, milliseconds}` */
export async function runTest({ engine, file, rewrites = [] }) {
  const started = performance.now();
  const isNode = engine === "node";
  const done = (status, output) => ({
    ...countRows(status, output),
    output,
    milliseconds: Math.round(performance.now() - started),
  });
  try {
    const text = await bundle(file, { engine: isNode ? "node" : "xs", rewrites, hasMap: true });
    mkdirSync(OUTPUT, { recursive: true });
    const module = join(OUTPUT, `${engine}-${file.replaceAll("/", "-").replace(/ts$/, "mjs")}`);
    writeFileSync(module, text);
    const seconds = SECONDS_MAX[engine];
    if (!isNode) {
      const { status, output } = await runBundle(module, { engine, isQuiet: true, seconds });
      return done(status, withSourceLines(output, module, text));
    }
    const options = { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] };
    const child = spawn(process.execPath, ["--enable-source-maps", module], options);
    const { status, output } = await collect(child, seconds * 1000);
    return done(status, output);
  } catch (error) {
    return done(1, error.message);
  }
}

/** Runs a few jobs at a time; prints a line for each and the whole output of what fails, and last what was left out.
 *  @returns `{passed, failed}` over all of them */
export async function runTests(jobs) {
  const waiting = jobs.filter(({ file }) => WAITING.includes(file));
  const busy = jobs.filter(({ file }) => !WAITING.includes(file));
  const sum = { passed: 0, failed: 0 };
  const absent = new Set();
  const work = async (left) => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) {
      const { passed, failed, output, milliseconds } = await runTest(job);
      sum.passed += passed;
      sum.failed += failed;
      if (failed > 0) console.log(`\n${output.trim()}`);
      for (const line of leftOut(output)) absent.add(line);
      const verdict = failed > 0 ? `FAILED (${failed})` : `${passed} passed`;
      console.log(`${job.engine.padEnd(4)}  ${job.file}  ${verdict}, ${milliseconds} ms`);
    }
  };
  await Promise.all([work(waiting), ...Array.from({ length: WORKERS }, () => work(busy))]);
  for (const line of absent) console.log(line);
  return sum;
}
