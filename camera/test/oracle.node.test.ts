// Goal: the reader gives what other decoders give, for the samplings, tables and markers of real encoders.
// Method: pictures drawn here, encoded by libjpeg-turbo's cjpeg and by sharp, at an eighth of their size by djpeg (exactly)
// and by sharp's full decoding (within one level); then the photographs of ../shared/pictures, where they are.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import sharp from "sharp";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Fault } from "../../firmware/fault.ts";
import { Stream } from "../../simulator/random.ts";
import { JpegReader } from "../jpeg.ts";

const SEED = 0x0dec0de;
const PICTURES = "../shared/pictures";
const hasTurbo = ["djpeg", "cjpeg"].every((name) => spawnSync(name, ["-version"]).error === undefined);
const run = (program: string, words: readonly string[], input: Uint8Array) =>
  new Uint8Array(execFileSync(program, words, { input, stdio: ["pipe", "pipe", "ignore"], maxBuffer: 1 << 26 }));

/** Patches, a gradient and noise, in colours: 0..255 three times a pixel. */
function draw(width: number, height: number): Uint8Array {
  const random = new Stream(SEED, `${width}x${height}`);
  const patches = Array.from({ length: 64 }, () => [random.below(256), random.below(256), random.below(256)]);
  const pixels = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const patch = patches[(Math.floor((x * 8) / width) * 8 + Math.floor((y * 8) / height)) & 63] as number[];
      for (let plane = 0; plane < 3; plane++) {
        const value = (patch[plane] as number) + Math.floor((x * 40) / width) + random.below(24);
        pixels[3 * (y * width + x) + plane] = Math.min(255, value);
      }
    }
  }
  return pixels;
}

/** The bytes behind the three words of a PNM file's head. */
function afterHead(pnm: Uint8Array): Uint8Array {
  let at = 0;
  for (let words = 0; words < 4; at++) if ([10, 32].includes(pnm[at] as number)) words += 1;
  return pnm.subarray(at);
}

function planeOf(jpeg: Uint8Array, width: number, height: number): Uint8Array {
  const [columns, rows] = [Math.ceil(width / 8), Math.ceil(height / 8)];
  const plane = new Uint8Array(columns * rows);
  new JpegReader(columns, rows).read(jpeg, plane);
  return plane;
}

const SIZES = [
  [640, 480],
  [161, 123],
  [8, 8],
  [1, 1],
  [1920, 1080],
] as const;
const WAYS: readonly (readonly string[])[] = [
  ["-sample", "2x2"],
  ["-sample", "2x1"],
  ["-sample", "1x2"],
  ["-sample", "1x1"],
  ["-sample", "1x2,1x2,1x2"],
  ["-sample", "2x2,1x2,2x1"],
  ["-grayscale"],
  ["-grayscale", "-sample", "2x2"],
  ["-sample", "2x2", "-optimize"],
  ["-sample", "2x1", "-restart", "1"],
  ["-sample", "2x2", "-restart", "3B", "-optimize"],
  ["-sample", "2x1", "-quality", "25"],
  ["-sample", "2x2", "-quality", "98"],
];
if (!hasTurbo) console.log("no cjpeg and djpeg (apt-get install libjpeg-turbo-progs): the reader's oracle is left out");
for (const way of hasTurbo ? WAYS : []) {
  test(`equals djpeg -scale 1/8 for cjpeg ${way.join(" ")}`, () => {
    for (const [width, height] of SIZES.slice(0, way.length > 2 ? 2 : SIZES.length)) {
      const ppm = Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), draw(width, height)]);
      const jpeg = run("cjpeg", way, ppm);
      const expected = afterHead(run("djpeg", ["-scale", "1/8", "-grayscale"], jpeg));
      assert.ok(Buffer.from(expected).equals(planeOf(jpeg, width, height)), `${width}x${height}`);
    }
  });
}

for (const way of hasTurbo
  ? [["-progressive"], ["-arithmetic"], ["-rgb"], ["-sample", "4x1"], ["-sample", "1x1,2x2,1x1"]]
  : []) {
  test(`refuses cjpeg ${way.join(" ")}`, () => {
    const ppm = Buffer.concat([Buffer.from("P6\n64 48\n255\n"), draw(64, 48)]);
    try {
      planeOf(run("cjpeg", way, ppm), 64, 48);
      assert.unreachable();
    } catch (error) {
      assert.ok(error instanceof Fault && error.code === "image.unsupported", String(error));
    }
  });
}

for (const chromaSubsampling of ["4:2:0", "4:4:4"]) {
  test(`is within one level of sharp's full decoding, ${chromaSubsampling}`, async () => {
    const [width, height] = [320, 240];
    // Muted and without colour, so that nothing is cut off at 0 and 255 on the way through RGB.
    const pixels = draw(width, height).map((_value, index, all) => 60 + ((all[index - (index % 3)] as number) >> 1));
    const raw = { raw: { width, height, channels: 3 as const } };
    const jpeg = await sharp(pixels, raw).jpeg({ quality: 80, chromaSubsampling }).toBuffer();
    const grey = await sharp(jpeg).extractChannel(1).raw().toBuffer();
    const plane = planeOf(jpeg, width, height);
    for (let block = 0; block < plane.length; block++) {
      const corner = (Math.floor(block / 40) * width + (block % 40)) * 8;
      let sum = 0;
      for (let pixel = 0; pixel < 64; pixel++) sum += grey[corner + Math.floor(pixel / 8) * width + (pixel % 8)] ?? 0;
      assert.ok(Math.abs(sum / 64 - (plane[block] as number)) <= 1, `block ${block}`);
    }
  });
}

const hasPictures = existsSync(PICTURES);
if (!hasPictures) console.log("no ../shared/pictures: the reader's photographs are left out");
for (const name of hasPictures && hasTurbo ? readdirSync(PICTURES).filter((each) => each.endsWith(".jpg")) : []) {
  test(`equals djpeg -scale 1/8 for ${name}`, () => {
    const jpeg = new Uint8Array(readFileSync(`${PICTURES}/${name}`));
    const pgm = run("djpeg", ["-scale", "1/8", "-grayscale"], jpeg);
    const [columns, rows] = Buffer.from(pgm.subarray(3, 20)).toString("latin1").split(/\s/).map(Number) as [
      number,
      number,
    ];
    const plane = new Uint8Array(columns * rows);
    new JpegReader(columns, rows).read(jpeg, plane);
    assert.ok(Buffer.from(afterHead(pgm)).equals(plane));
  });
}

test.run();
