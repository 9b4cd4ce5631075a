// Goal: a clip is readable however it ends, whatever pieces it comes in; and what is no clip is refused.
// Method: a short clip is cut at every byte; the whole is read byte by byte; frames are compared with what was written.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, concat, fromAscii, toHex } from "../../firmware/bytes.ts";
import { flip, Seeded, throwsFault } from "../../firmware/crypto/test/checks.ts";
import { FRAME_BYTES_MAX } from "../../firmware/evidence/elements.ts";
import { ClipReader } from "../../firmware/evidence/matroska.ts";
import { ClipVerifier } from "../../firmware/evidence/verify.ts";
import { Fault } from "../../firmware/fault.ts";
import { CLUSTER_MILLIS, ClipWriter } from "../clip.ts";
import { PICTURE_BYTES_MAX, Recording } from "../recording.ts";
import { Ring } from "../ring.ts";
import { CAMERA, FRAME_MILLIS, filmOf, occasionOf, type Shown, smallPicture } from "./film.ts";
import { Tape } from "./tape.ts";

const SEED = 20261126;
const SIZE = { width: 64, height: 48 };

function written(film: readonly Shown[]): { bytes: Bytes; ends: number[]; flushed: number[] } {
  const tape = new Tape();
  const clip = new ClipWriter(tape, SIZE);
  const ends = film.map(({ jpeg, shownAt }) => {
    clip.add([jpeg.subarray(0, 20), jpeg.subarray(20)], shownAt);
    return tape.size;
  });
  clip.close();
  return { bytes: tape.bytes, ends, flushed: tape.flushed };
}

function read(pieces: readonly Bytes[]): Shown[] {
  const shown: Shown[] = [];
  const reader = new ClipReader((frame) => shown.push(frame));
  for (const piece of pieces) reader.push(piece);
  return shown;
}

const told = (film: readonly Shown[]) => film.map(({ jpeg, shownAt }) => `${shownAt} ${toHex(jpeg)}`);

const FILM = filmOf({ frames: 23 });
const CLIP = written(FILM);

test("gives back every frame with its time", () => {
  assert.equal(told(read([CLIP.bytes])), told(FILM));
});

test("gives every whole frame, cut at any byte of the file", () => {
  for (let size = 0; size <= CLIP.bytes.length; size++) {
    const whole = CLIP.ends.filter((end) => end <= size).length;
    const found = read([CLIP.bytes.subarray(0, size)]);
    assert.is(found.length, whole, `cut at ${size}`);
    assert.is(found.at(-1)?.shownAt, FILM[whole - 1]?.shownAt);
  }
});

test("gives the same frames in whatever pieces the file comes", () => {
  const source = new Seeded(SEED);
  const single = Array.from(CLIP.bytes, (byte) => Uint8Array.of(byte));
  assert.equal(told(read(single)), told(FILM));
  for (let round = 0; round < 20; round++) {
    const pieces: Bytes[] = [];
    for (let at = 0; at < CLIP.bytes.length; ) {
      const size = source.below(300);
      pieces.push(CLIP.bytes.subarray(at, at + size));
      at += size;
    }
    assert.equal(told(read(pieces)), told(FILM), `seed ${SEED}, round ${round}`);
  }
});

test("is flushed once a second, before the next begins, and at its end", () => {
  assert.is(CLIP.flushed.length, 1 + Math.ceil((23 * FRAME_MILLIS) / CLUSTER_MILLIS));
  assert.equal(
    CLIP.flushed.slice(1),
    [9, 19, 22].map((place) => CLIP.ends[place]),
  );
});

test("the clip of another writer: sizes, unknown elements, groups of blocks, a track of sound, another scale", () => {
  const head = CLIP.bytes.subarray(0, 64);
  const hex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  const jpeg = smallPicture(3);
  const block = concat(hex("820005"), hex("80"), jpeg);
  const tracks = concat(hex("ae8bd781018686"), fromAscii("A_OPUS"), hex("ae8cd781028687"), fromAscii("V_MJPEG"));
  const other = concat(
    head,
    hex("1853806701ffffffffffffff"),
    hex("ec83000000"),
    hex("1549a966872ad7b1831e8480"),
    hex("1654ae6b"),
    Uint8Array.of(0x80 | tracks.length),
    tracks,
    hex("1f43b67501ffffffffffffff"),
    hex("e78164"),
    hex("a3"),
    Uint8Array.of(0x80 | 5),
    hex("81000000aa"), // a block of the sound
    hex("a0"),
    Uint8Array.of(0x80 | (block.length + 5)),
    hex("a1"),
    Uint8Array.of(0x80 | block.length),
    block,
    hex("9b8101"), // BlockDuration
    hex("1c53bb6b82ec80"), // Cues, to be passed over
  );
  assert.equal(told(read([other])), told([{ jpeg, shownAt: 210 }]));
});

/** Where the first block has its flags. */
const FLAGS_AT = (CLIP.ends[0] ?? 0) - (FILM[0]?.jpeg.length ?? 0) - 1;

const REFUSED: readonly (readonly [name: string, bytes: Bytes, code: "clip.shape" | "clip.bound"])[] = [
  ["text", fromAscii("What is this? It is no clip."), "clip.shape"],
  ["a JPEG", smallPicture(1), "clip.shape"],
  ["zeros", new Uint8Array(64), "clip.shape"],
  [
    "a block of more than a frame",
    concat(CLIP.bytes.subarray(0, CLIP.ends[0]), Uint8Array.of(0xa3, 0x1f, 0xff, 0xff, 0xf0)),
    "clip.bound",
  ],
  ["laced frames", CLIP.bytes.map((byte, at) => (at === FLAGS_AT ? 0x86 : byte)), "clip.shape"],
];
for (const [name, bytes, code] of REFUSED) {
  test(`refuses ${name}`, () => throwsFault(() => read([bytes]), code));
}

test("whatever is damaged ends in a Fault of the list, or in frames that do not verify", () => {
  const source = new Seeded(SEED);
  for (let round = 0; round < 400; round++) {
    const damaged = flip(flip(CLIP.bytes, source.below(8 * CLIP.bytes.length)), source.below(1_600));
    try {
      read([damaged]);
    } catch (error) {
      assert.ok(error instanceof Fault, `seed ${SEED}, round ${round}: ${error}`);
    }
  }
});

test("a picture above the bound is refused before it is signed or written, and the next one goes on", () => {
  const tape = new Tape();
  const recording = new Recording(crypto, { signer: CAMERA, occasion: occasionOf(), sink: tape, size: SIZE });
  const large = new Uint8Array(PICTURE_BYTES_MAX + 1);
  large.set([0xff, 0xd8]);
  recording.add({ seq: 0, ms: 7_000, jpeg: smallPicture(0) }, { power: 1 });
  const before = tape.size;
  throwsFault(() => recording.add({ seq: 1, ms: 7_100, jpeg: large }, { power: 1 }), "clip.bound");
  throwsFault(() => recording.add({ seq: 1, ms: 7_100, jpeg: large.subarray(4, 90) }, { power: 1 }), "evidence.shape");
  assert.is(tape.size, before);
  recording.add({ seq: 2, ms: 7_200, jpeg: large.subarray(0, PICTURE_BYTES_MAX) }, { power: 1 });
  recording.end({ seq: 3, ms: 7_300, jpeg: smallPicture(3) }, { power: 1 });
  const verifier = new ClipVerifier(crypto, CAMERA.publicKey);
  for (const { jpeg, shownAt } of read([tape.bytes])) verifier.add(jpeg, shownAt);
  const verdict = verifier.finish();
  assert.equal([verdict.isOk, verdict.sound, verdict.skipped], [true, 3, 1]);
  assert.ok(PICTURE_BYTES_MAX < FRAME_BYTES_MAX);
});

test("what happened before the knock comes first, from the ring", () => {
  const ring = new Ring(700, 50);
  for (let place = 0; place < 40; place++) ring.push({ seq: place, ms: 100 * place, jpeg: smallPicture(place) });
  const tape = new Tape();
  const recording = new Recording(crypto, { signer: CAMERA, occasion: occasionOf(), sink: tape, size: SIZE });
  for (let frame = ring.shift(); frame !== undefined; frame = ring.shift()) recording.add(frame, { power: 1 });
  recording.end({ seq: 40, ms: 4_000, jpeg: smallPicture(40) }, { power: 1 });
  const verifier = new ClipVerifier(crypto, CAMERA.publicKey);
  const film = read([tape.bytes]);
  for (const { jpeg, shownAt } of film) verifier.add(jpeg, shownAt);
  const verdict = verifier.finish();
  assert.ok(verdict.isOk);
  assert.ok(film.length > 10);
  assert.is(verdict.first?.first, 41 - film.length);
  assert.is(film[0]?.shownAt, 0);
});

test("the ring keeps the newest frames whole, in an order, within its memory", () => {
  const source = new Seeded(SEED);
  for (const [bytesMax, framesMax] of [
    [3, 2],
    [100, 3],
    [1_000, 8],
    [1_000, 200],
  ] as const) {
    const ring = new Ring(bytesMax, framesMax);
    const kept: { seq: number; jpeg: Bytes }[] = [];
    for (let seq = 0; seq < 300; seq++) {
      const jpeg = source.bytes(source.below(Math.floor(bytesMax / 3) + 3));
      const { count } = ring;
      const fits = ring.fits(jpeg.length);
      const isTaken = ring.push({ seq, ms: 2 * seq, jpeg });
      assert.is(isTaken, jpeg.length > 0 && jpeg.length <= bytesMax / 3);
      assert.is(ring.takes(jpeg.length), isTaken);
      // The newest frame stays whatever comes, and all stay where it was said that they do.
      if (isTaken) assert.ok(fits ? ring.count === count + 1 : ring.count <= count && ring.count >= 2);
      if (isTaken) kept.push({ seq, jpeg });
      assert.ok(ring.count <= framesMax && (ring.count > 0 || !isTaken));
      if (source.below(9) > 0) continue;
      for (const { seq: wanted, jpeg: bytes } of kept.slice(kept.length - ring.count)) {
        const frame = ring.shift();
        assert.equal(
          [frame?.seq, frame?.ms, toHex(frame?.jpeg ?? jpeg)],
          [wanted, 2 * wanted, toHex(bytes)],
          `seed ${SEED}`,
        );
      }
      assert.is(ring.shift(), undefined);
      kept.length = 0;
    }
    ring.push({ seq: 1, ms: 1, jpeg: Uint8Array.of(7) });
    const last = ring.shift();
    ring.clear();
    assert.equal([ring.count, last?.jpeg[0]], [0, 0]);
  }
});

test.run();
