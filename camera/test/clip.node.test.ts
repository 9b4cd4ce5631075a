// Goal: others read our clips, and what others make of a clip is still evidence.
// Method: real JPEGs (sharp) go through a recording; ffprobe counts frames and times, of the whole file and of fifty cut ones;
// ffmpeg copies the file into a new one, and the judge looks at that.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Bytes } from "../../firmware/bytes.ts";
import { ClipReader } from "../../firmware/evidence/matroska.ts";
import { ClipVerifier } from "../../firmware/evidence/verify.ts";
import { Recording } from "../recording.ts";
import { CAMERA, occasionOf } from "./film.ts";
import { Tape } from "./tape.ts";

const SIZE = { width: 64, height: 48 };
const FRAMES = 36;
const CUTS = 50;
/** A camera is not a clock: the frames come when they come. */
const timeOf = (place: number) => 100 * place + (place % 3) * 7;

const folder = mkdtempSync(join(tmpdir(), "latchkey-clip-"));
test.after(() => rmSync(folder, { recursive: true }));

const isThere = spawnSync("ffprobe", ["-version"]).status === 0 && spawnSync("ffmpeg", ["-version"]).status === 0;
if (!isThere)
  console.log(
    "Left out: ffprobe and ffmpeg are not here, so only our own reader reads the clips (apt install ffmpeg).",
  );

async function pictureOf(place: number): Promise<Bytes> {
  const raw = new Uint8Array(SIZE.width * SIZE.height * 3);
  for (let at = 0; at < raw.length; at++) raw[at] = (at * (place + 3)) % 251;
  const jpeg = await sharp(raw, { raw: { ...SIZE, channels: 3 } })
    .jpeg({ quality: 70 })
    .toBuffer();
  return new Uint8Array(jpeg);
}

const pictures = await Promise.all(Array.from({ length: FRAMES }, (_, place) => pictureOf(place)));

function record(): { bytes: Bytes; ends: number[] } {
  const tape = new Tape();
  const recording = new Recording(crypto, { signer: CAMERA, occasion: occasionOf(), sink: tape, size: SIZE });
  const ends = pictures.map((jpeg, place) => {
    const frame = { seq: 70 + place, ms: 5_000 + timeOf(place), jpeg };
    if (place === FRAMES - 1) recording.end(frame, { power: 3 });
    else recording.add(frame, { power: 3 });
    return tape.size;
  });
  return { bytes: tape.bytes, ends };
}

const CLIP = record();

function read(bytes: Bytes): { jpeg: Bytes; shownAt: number }[] {
  const found: { jpeg: Bytes; shownAt: number }[] = [];
  new ClipReader((frame) => found.push(frame)).push(bytes);
  return found;
}

function verdictOf(bytes: Bytes) {
  const verifier = new ClipVerifier(crypto, CAMERA.publicKey);
  const reader = new ClipReader(({ jpeg, shownAt }) => verifier.add(jpeg, shownAt));
  reader.push(bytes);
  return verifier.finish(reader.finish());
}

/** The times of the frames that ffprobe finds, in milliseconds. */
function probed(name: string): number[] {
  const words = ["-v", "error", "-show_entries", "packet=pts", "-of", "csv=p=0", name];
  return execFileSync("ffprobe", words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Number.parseInt(line, 10));
}

test("real pictures are whole evidence in our own reader", () => {
  const verdict = verdictOf(CLIP.bytes);
  assert.equal([verdict.isOk, verdict.sound], [true, FRAMES]);
  assert.equal(
    read(CLIP.bytes).map(({ shownAt }) => shownAt),
    pictures.map((_, place) => timeOf(place)),
  );
});

if (isThere) {
  test("ffprobe finds every frame at its time, and ffmpeg decodes each without an error", () => {
    const name = join(folder, "whole.mkv");
    writeFileSync(name, CLIP.bytes);
    assert.equal(
      probed(name),
      pictures.map((_, place) => timeOf(place)),
    );
    const decoded = spawnSync("ffmpeg", ["-v", "error", "-i", name, "-f", "null", "-"], { encoding: "utf8" });
    assert.equal([decoded.status, decoded.stderr], [0, ""]);
  });

  test(`ffprobe reads a clip that was cut at ${CUTS} places, up to the last whole frame`, () => {
    const name = join(folder, "cut.mkv");
    const [first = 0] = CLIP.ends;
    for (let cut = 0; cut < CUTS; cut++) {
      const size = first + Math.floor(((CLIP.bytes.length - first) * cut) / CUTS) + 1;
      writeFileSync(name, CLIP.bytes.subarray(0, size));
      const whole = CLIP.ends.filter((end) => end <= size).length;
      const times = probed(name);
      // Some versions give the broken rest as a last frame.
      assert.ok(times.length === whole || times.length === whole + 1, `cut at ${size}: ${times.length} for ${whole}`);
      assert.equal(
        times.slice(0, whole),
        pictures.slice(0, whole).map((_, place) => timeOf(place)),
      );
      const verdict = verdictOf(CLIP.bytes.subarray(0, size));
      assert.is(verdict.frames, whole);
      assert.ok(!verdict.isOk);
    }
  });

  test("what ffmpeg copies into a new file is still whole evidence", () => {
    const [name, copy] = [join(folder, "whole.mkv"), join(folder, "copy.mkv")];
    writeFileSync(name, CLIP.bytes);
    execFileSync("ffmpeg", ["-v", "error", "-y", "-i", name, "-c", "copy", copy]);
    const bytes = new Uint8Array(readFileSync(copy));
    assert.ok(bytes.length !== CLIP.bytes.length);
    const verdict = verdictOf(bytes);
    assert.equal([verdict.isOk, verdict.sound, verdict.findings], [true, FRAMES, []]);
  });
}

if (spawnSync("mkvmerge", ["--version"]).status === 0) {
  test("what mkvmerge makes of a clip is still whole evidence", () => {
    const [name, copy] = [join(folder, "whole.mkv"), join(folder, "merged.mkv")];
    writeFileSync(name, CLIP.bytes);
    execFileSync("mkvmerge", ["-q", "-o", copy, name]);
    const verdict = verdictOf(new Uint8Array(readFileSync(copy)));
    assert.equal([verdict.isOk, verdict.sound, verdict.findings], [true, FRAMES, []]);
  });
} else console.log("Left out: mkvmerge is not here, so no clip goes through it (apt install mkvtoolnix).");

test.run();
