// Goal: the flash of a simulation is as hard as NOR: it clears bits only, tears where power fails, and stays torn.
// Method: a part of four sectors of 64 bytes, each rule tried from both sides.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../firmware/bytes.ts";
import { Fault } from "../../firmware/fault.ts";
import { NorFlash, PowerCut, type Wear } from "../flash.ts";
import { Stream } from "../random.ts";

const SEED = 20;

function create(): NorFlash {
  return new NorFlash({ sectorBytes: 64, sectors: 4 });
}

function readHex(flash: NorFlash, offset: number, size: number): string {
  const target = new Uint8Array(size);
  flash.read(offset, target);
  return toHex(target);
}

function isFault(code: string): (error: Error) => boolean {
  return (error) => error instanceof Fault && error.code === code;
}

const isClaim = (error: Error) => !(error instanceof Fault) && error.message.startsWith("assertion");
const isCut = (error: Error) => error instanceof PowerCut && !(error instanceof Fault);

test("is erased when new, and keeps what was programmed", () => {
  const flash = create();
  assert.is(readHex(flash, 0, 8), "ffffffffffffffff");
  flash.write(4, fromHex("0102f3f4"));
  assert.is(readHex(flash, 0, 12), "ffffffff0102f3f4ffffffff");
});

test("takes a second program that only clears", () => {
  const flash = create();
  flash.write(0, fromHex("0f0f0f0f"));
  flash.write(0, fromHex("0e0c0800"));
  assert.is(readHex(flash, 0, 4), "0e0c0800");
});

const REFUSED: readonly (readonly [string, (flash: NorFlash) => void, (error: Error) => boolean])[] = [
  ["a program that raises a bit", (flash) => flash.write(0, fromHex("10000000")), isClaim],
  ["a program that is not aligned", (flash) => flash.write(66, fromHex("00000000")), isClaim],
  ["a program of half a word", (flash) => flash.write(64, fromHex("0000")), isClaim],
  ["a program across the end", (flash) => flash.write(252, fromHex("0000000000000000")), isFault("flash.bound")],
  ["a program before the start", (flash) => flash.write(-4, fromHex("00000000")), isFault("flash.bound")],
  ["a read across the end", (flash) => flash.read(255, new Uint8Array(2)), isFault("flash.bound")],
  ["an erase behind the last sector", (flash) => flash.erase(4), isFault("flash.bound")],
  ["an erase of half a sector", (flash) => flash.erase(0.5), isFault("flash.bound")],
];
for (const [name, act, isExpected] of REFUSED) {
  test(`refuses ${name}, and changes nothing`, () => {
    const flash = create();
    flash.write(0, fromHex("0f0f0f0f"));
    const before = toHex(flash.snapshot());
    assert.throws(() => act(flash), isExpected);
    assert.is(toHex(flash.snapshot()), before);
  });
}

test("erases one sector and counts it", () => {
  const flash = create();
  flash.write(60, fromHex("0000000000000000"));
  flash.erase(0);
  assert.is(readHex(flash, 60, 8), "ffffffff00000000");
  assert.equal([...flash.eraseCounts], [1, 0, 0, 0]);
  assert.is(flash.words, 3);
});

test("leaves a prefix where power fails, and throws until it is restored", () => {
  const flash = create();
  flash.cutAfterWords(1);
  assert.throws(() => flash.write(0, fromHex("010203040506070800000000")), isCut);
  assert.not.ok(flash.hasPower);
  assert.throws(() => flash.read(0, new Uint8Array(4)), isCut);
  assert.throws(() => flash.write(0, new Uint8Array(4)), isCut);
  assert.throws(() => flash.erase(0), isCut);
  flash.restore();
  assert.is(readHex(flash, 0, 12), "01020304ffffffffffffffff");
  flash.write(4, fromHex("05060708"));
  assert.is(readHex(flash, 0, 8), "0102030405060708");
});

test("counts words over several programs until the cut", () => {
  const flash = create();
  flash.cutAfterWords(3);
  flash.write(0, new Uint8Array(8));
  flash.write(8, new Uint8Array(4));
  assert.throws(() => flash.write(12, new Uint8Array(4)), isCut);
  flash.restore();
  assert.is(readHex(flash, 8, 8), "00000000ffffffff");
});

test(`tears bits of the rest, clearing only what was to be cleared (seed ${SEED})`, () => {
  const flash = create();
  const intended = fromHex("00ff00ff0f0f0f0f");
  flash.cutAfterWords(0, { kind: "bits", random: new Stream(SEED, "tear") });
  assert.throws(() => flash.write(0, intended), isCut);
  flash.restore();
  const left = flash.snapshot();
  for (let index = 0; index < intended.length; index++) assert.is(left[index] & intended[index], intended[index]);
  assert.is.not(toHex(left.subarray(0, 8)), toHex(intended));
  assert.is.not(toHex(left.subarray(0, 8)), "ffffffffffffffff");
});

test("tears an erase in the middle", () => {
  const flash = create();
  flash.write(0, new Uint8Array(64));
  flash.cutAfterWords(0);
  assert.throws(() => flash.erase(0), isCut);
  flash.restore();
  assert.is(readHex(flash, 28, 8), "ffffffff00000000");
});

test(`tears an erase into random bits (seed ${SEED})`, () => {
  const flash = create();
  flash.write(0, new Uint8Array(64));
  flash.cutAfterWords(0, { kind: "bits", random: new Stream(SEED, "tear") });
  assert.throws(() => flash.erase(0), isCut);
  flash.restore();
  const left = flash.snapshot().subarray(0, 64);
  assert.ok(left.some((byte) => byte !== 0xff) && left.some((byte) => byte !== 0));
});

test("forgets a cut that has not happened when it is restored", () => {
  const flash = create();
  flash.cutAfterWords(0);
  flash.restore();
  flash.write(0, new Uint8Array(4));
  assert.is(readHex(flash, 0, 4), "00000000");
});

const WORN: readonly (readonly [Wear, boolean, boolean])[] = [
  ["refuses", true, false],
  ["loses", false, false],
  ["unreadable", true, true],
];
for (const [wear, isWriteAnError, isReadAnError] of WORN) {
  test(`a part that ${wear}: no cell changes`, () => {
    const flash = create();
    flash.wear = wear;
    for (const act of [() => flash.write(0, new Uint8Array(4)), () => flash.erase(0)]) {
      if (isWriteAnError) assert.throws(act, isFault("flash.io"));
      else act();
    }
    if (isReadAnError) assert.throws(() => flash.read(0, new Uint8Array(4)), isFault("flash.io"));
    flash.wear = "sound";
    assert.is(readHex(flash, 0, 4), "ffffffff");
  });
}

test("gives its cells as a copy, and takes them back", () => {
  const flash = create();
  flash.write(0, fromHex("01020304"));
  const kept = flash.snapshot();
  flash.erase(0);
  assert.is(kept[0], 1);
  flash.load(kept);
  assert.is(readHex(flash, 0, 4), "01020304");
  assert.throws(() => flash.load(kept.subarray(1)), isClaim);
});

test("flips one bit and back", () => {
  const flash = create();
  flash.flip(9);
  assert.is(readHex(flash, 0, 4), "fffdffff");
  flash.flip(9);
  assert.is(readHex(flash, 0, 4), "ffffffff");
});

test("a bit that is worn out high takes no program, and one that is worn out low no erase, until the part is mended", () => {
  const flash = create();
  flash.stick(1, 0x0f, "high");
  flash.stick(64, 0x30, "low");
  flash.write(0, new Uint8Array(8));
  assert.equal([...flash.peek(0, 4)], [0, 0x0f, 0, 0]);
  flash.erase(0);
  flash.erase(1);
  assert.equal([flash.peek(1, 1)[0], flash.peek(64, 1)[0], flash.peek(65, 1)[0]], [0xff, 0xcf, 0xff]);
  flash.mend();
  flash.erase(1);
  flash.write(0, new Uint8Array(8));
  assert.equal([flash.peek(1, 1)[0], flash.peek(64, 1)[0]], [0, 0xff]);
});

test("a laboratory reads without power", () => {
  const flash = create();
  flash.cutAfterWords(1);
  assert.throws(() => flash.write(0, new Uint8Array(8)), isCut);
  assert.equal([...flash.peek(0, 8)], [0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
});

test.run();
