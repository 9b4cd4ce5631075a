// Goal: the reader in C gives what the reference gives, for the samplings, tables and markers of a real encoder and whole frames.
// Method: pictures drawn here and encoded by libjpeg-turbo's cjpeg, the photographs of ../shared/pictures where they are; the
// reference reads them on Node, where oracle.node.test.ts holds it to djpeg, and the XS host reads them by native.ts.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex } from "../../firmware/bytes.ts";
import { Stream } from "../../simulator/random.ts";
import { bundle } from "../../simulator/run/bundle.mjs";
import { missing } from "../../simulator/xs/build.mjs";
import { runBundle } from "../../simulator/xs/run.mjs";
import { JpegReader } from "../jpeg.ts";
import { LUMA_BYTES } from "../luma.ts";

const PICTURES = "../shared/pictures";
const folder = mkdtempSync(join(tmpdir(), "latchkey-native-"));
test.after(() => rmSync(folder, { recursive: true }));

const ENTRY = `import { toHex } from "./firmware/bytes.ts";
import { Fault } from "./firmware/fault.ts";
import { NativeLumaReader } from "./camera/native.ts";
const reader = new NativeLumaReader();
for (const path of globalThis.host.argv) {
  const luma = new Uint8Array(${LUMA_BYTES});
  try {
    reader.read(new Uint8Array(globalThis.host.read(path)), luma);
    console.log(toHex(luma));
  } catch (error) {
    if (!(error instanceof Fault) && !(error instanceof ReferenceError)) throw error;
    console.log(error.code ?? error.message);
  }
}`;

/** What the host says of each file: its luma in hexadecimal, or a Fault's code. */
async function readOnXs(paths: readonly string[]): Promise<readonly string[]> {
  const module = join(folder, "entry.mjs");
  writeFileSync(module, await bundle({ contents: ENTRY }, { engine: "xs" }));
  const { status, output } = await runBundle(module, { words: paths, isQuiet: true });
  assert.is(status, 0, output);
  return output.trim().split("\n");
}

const SIZES = [
  [640, 480],
  [161, 123],
  [1920, 1080],
  [1, 1],
] as const;
/** Words for cjpeg, and what the reader in C says where it is no picture. */
const WAYS: readonly (readonly [string, string?])[] = [
  ["-sample 2x2"],
  ["-sample 2x1"],
  ["-sample 1x2"],
  ["-sample 1x1"],
  ["-grayscale"],
  ["-grayscale -sample 2x2"],
  ["-sample 2x2 -optimize"],
  ["-sample 2x1 -restart 1"],
  ["-sample 2x2 -restart 3B -optimize"],
  ["-sample 2x1 -quality 25"],
  ["-sample 2x2 -quality 98"],
  ["-sample 1x2,1x2,1x2", "image.unsupported"],
  ["-sample 2x2,1x2,2x1", "image.unsupported"],
  ["-progressive", "image.unsupported"],
];

/** Patches, a gradient and noise, in colours, as a PPM. */
function draw(width: number, height: number): Uint8Array {
  const random = new Stream(0x0dec0de, `${width}x${height}`);
  const patches = Array.from({ length: 64 }, () => [random.below(256), random.below(256), random.below(256)]);
  const head = Buffer.from(`P6\n${width} ${height}\n255\n`);
  const ppm = new Uint8Array(head.length + 3 * width * height);
  ppm.set(head);
  for (let pixel = 0, at = head.length; pixel < width * height; pixel++) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const patch = patches[(Math.floor((x * 8) / width) * 8 + Math.floor((y * 8) / height)) & 63] as number[];
    for (const value of patch) ppm[at++] = Math.min(255, value + Math.floor((x * 40) / width) + random.below(24));
  }
  return ppm;
}

interface Row {
  readonly name: string;
  readonly path: string;
  readonly refused: string | undefined;
}

function encodedRows(): Row[] {
  const drawn = SIZES.map(([width, height]) => draw(width, height));
  return WAYS.flatMap(([words, refused], way) =>
    drawn.map((ppm, size) => {
      const [width, height] = SIZES[size] as (typeof SIZES)[number];
      const path = join(folder, `${way}-${size}.jpg`);
      const options = {
        input: ppm,
        stdio: ["pipe", "pipe", "ignore"] as ["pipe", "pipe", "ignore"],
        maxBuffer: 1 << 26,
      };
      writeFileSync(path, execFileSync("cjpeg", words.split(" "), options));
      return { name: `cjpeg ${words}, ${width} by ${height}`, path, refused };
    }),
  );
}

function photographRows(): Row[] {
  const names = existsSync(PICTURES) ? readdirSync(PICTURES).filter((name) => name.endsWith(".jpg")) : [];
  return names.map((name) => ({ name, path: join(PICTURES, name), refused: undefined }));
}

/** Why nothing can be compared here; undefined where it can. */
async function obstacle(): Promise<string | undefined> {
  if (missing("xs") !== undefined) return "no XS";
  if (spawnSync("cjpeg", ["-version"]).error !== undefined) return "no cjpeg (apt-get install libjpeg-turbo-progs)";
  const empty = join(folder, "empty.jpg");
  writeFileSync(empty, "");
  const [said] = await readOnXs([empty]);
  return said === "image.truncated" ? undefined : "MODDABLE names no SDK with modules/commodetto/picojpeg.c";
}

const reason = await obstacle();
if (reason !== undefined) console.log(`${reason}: the camera's native reader on files of a real encoder is left out`);
const rows = reason === undefined ? [...encodedRows(), ...photographRows()] : [];
const said = rows.length > 0 ? await readOnXs(rows.map(({ path }) => path)) : [];
for (const [index, { name, path, refused }] of rows.entries()) {
  test(refused === undefined ? `equals the reference for ${name}` : `refuses ${name}`, () => {
    if (refused !== undefined) {
      assert.is(said[index], refused);
      return;
    }
    const expected = new Uint8Array(LUMA_BYTES);
    new JpegReader().read(new Uint8Array(readFileSync(path)), expected);
    const given = fromHex(said[index] as string);
    assert.ok(
      given.length === LUMA_BYTES && given.every((value, cell) => Math.abs(value - (expected[cell] as number)) <= 1),
    );
  });
}

test.run();
