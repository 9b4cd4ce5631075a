// Goal: the evidence of a clip has fixed memory, a checkpoint each second, and numbers that never come twice.
// Method: segments and checkpoints are read back from frames; the numbers are taken through every cut of their storage.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, toHex } from "../../firmware/bytes.ts";
import { throwsFault } from "../../firmware/crypto/test/checks.ts";
import { FOOTAGE_FRAMES_MAX, type Footage, verifyFootage } from "../../firmware/evidence/footage.ts";
import { readSegment } from "../../firmware/evidence/segment.ts";
import { Fault } from "../../firmware/fault.ts";
import type { Constants } from "../../firmware/platform.ts";
import { Evidence, SKIPPED_MAX } from "../evidence.ts";
import { FrameNumbers, LEAP } from "../numbers.ts";
import { CAMERA, filmOf, occasionOf, type Shown, smallPicture } from "./film.ts";

function checkpointsOf(film: readonly Shown[]): [place: number, footage: Footage][] {
  return film.flatMap(({ jpeg }, place): [number, Footage][] => {
    const message = readSegment(jpeg)?.checkpoint;
    return message === undefined ? [] : [[place, verifyFootage(crypto, CAMERA.publicKey, message)]];
  });
}

function framesOf({ hashes }: Footage): number {
  return hashes.length / 16;
}

type Covered = readonly (readonly [place: number, frames: number])[];
const COVERED: readonly (readonly [name: string, film: () => Shown[], expected: Covered])[] = [
  [
    "a second at ten frames",
    () => filmOf({ frames: 25 }),
    [
      [10, 10],
      [20, 10],
      [24, 5],
    ],
  ],
  ["a clip of one frame", () => filmOf({ frames: 1 }), [[0, 1]]],
  ["a last frame that begins a second", () => filmOf({ frames: 11 }), [[10, 11]]],
  [
    "a second that was hardly kept",
    () => filmOf({ frames: 12, skipped: [2, 3, 4, 5, 6, 7, 8, 9] }),
    [
      [2, 2],
      [3, 10],
    ],
  ],
];
for (const [name, film, expected] of COVERED) {
  test(`covers ${name}`, () => {
    assert.equal(
      checkpointsOf(film()).map(([place, footage]) => [place, framesOf(footage)]),
      expected,
    );
  });
}

test("each checkpoint begins where the one before ended, and the chain of each frame is in its segment", () => {
  const film = filmOf();
  const checkpoints = checkpointsOf(film).map(([, footage]) => footage);
  checkpoints.forEach((footage, index) => {
    const former = checkpoints[index - 1];
    assert.is(footage.number, index);
    if (former !== undefined) assert.is(toHex(footage.before), toHex(former.chain));
  });
  const last = film.at(-1);
  assert.is(toHex(checkpoints.at(-1)?.chain as Bytes), toHex(readSegment(last?.jpeg as Bytes)?.chain as Bytes));
});

test("no rhythm of frames taken and not kept outgrows a checkpoint", () => {
  for (let skip = 0; skip <= SKIPPED_MAX; skip++) {
    const evidence = new Evidence(crypto, CAMERA, occasionOf());
    const jpeg = smallPicture(1);
    let seq = 0;
    for (let place = 0; place < 40; place++, seq += 1 + (place % 3 === 0 ? 0 : skip)) {
      assert.ok(evidence.follows(seq));
      const start = evidence.take({ seq, ms: place, jpeg }, { power: 0 });
      const message = readSegment(start)?.checkpoint;
      if (message !== undefined)
        assert.ok(framesOf(verifyFootage(crypto, CAMERA.publicKey, message)) <= FOOTAGE_FRAMES_MAX);
    }
    const start = evidence.takeLast({ seq: seq + SKIPPED_MAX - skip, ms: 50, jpeg }, { power: 0 });
    assert.ok(readSegment(start)?.checkpoint);
  }
});

test("a frame that is too far ahead, or behind, is of another clip, and none comes after the last", () => {
  const evidence = new Evidence(crypto, CAMERA, occasionOf());
  const jpeg = smallPicture(1);
  evidence.take({ seq: 5, ms: 0, jpeg }, { power: 0 });
  assert.equal(
    [5, 6, 6 + SKIPPED_MAX, 7 + SKIPPED_MAX].map((seq) => evidence.follows(seq)),
    [false, true, true, false],
  );
  evidence.takeLast({ seq: 6, ms: 1, jpeg }, { power: 0 });
  assert.not.ok(evidence.follows(7));
});

test("what is no JPEG is refused, and changes nothing", () => {
  const evidence = new Evidence(crypto, CAMERA, occasionOf());
  const jpeg = smallPicture(1);
  const before = toHex(evidence.head.chain);
  for (const bad of [new Uint8Array(0), jpeg.subarray(0, 2), jpeg.subarray(1), new Uint8Array(50)]) {
    throwsFault(() => evidence.take({ seq: 0, ms: 0, jpeg: bad }, { power: 0 }), "evidence.shape");
    throwsFault(() => evidence.takeLast({ seq: 0, ms: 0, jpeg: bad }, { power: 0 }), "evidence.shape");
  }
  assert.is(toHex(evidence.head.chain), before);
  evidence.takeLast({ seq: 0, ms: 0, jpeg }, { power: 0 });
  assert.is(evidence.head.seq, 0);
});

/** Keeps one value, and refuses to write where asked. */
class OneConstant implements Constants {
  value: Bytes | undefined;
  writes = 0;
  isBroken = false;

  read(): Bytes | undefined {
    return this.value?.slice();
  }

  write(_name: string, value: Uint8Array): void {
    if (this.isBroken) throw new Fault("flash.io");
    this.writes += 1;
    this.value = new Uint8Array(value);
  }

  erase(): void {
    this.value = undefined;
  }
}

test("no number comes twice, whenever power fails, and few are lost", () => {
  const constants = new OneConstant();
  const given = new Set<number>();
  let highest = -1;
  for (let start = 0; start < 40; start++) {
    const numbers = new FrameNumbers(constants);
    assert.ok(numbers.next - highest <= LEAP);
    for (let count = 0; count < start * 211; count++) {
      highest = numbers.take();
      assert.not.ok(given.has(highest));
      given.add(highest);
    }
    if (start % 2 === 0) {
      numbers.settle();
      assert.is(new FrameNumbers(constants).next, numbers.next);
    }
  }
  assert.ok(constants.writes < 40 * 5);
});

test("without flash no number is given", () => {
  const constants = new OneConstant();
  const numbers = new FrameNumbers(constants);
  constants.isBroken = true;
  throwsFault(() => numbers.take(), "flash.io");
  constants.isBroken = false;
  assert.is(numbers.take(), 0);
});

test.run();
