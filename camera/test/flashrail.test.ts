// Holds the flash of a camera's switch to its promise: a record that was kept stays the newest, whatever power and flash do.
// Method: a part in memory that loses power at any word; what is found afterwards is the record before or the new one.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Bytes } from "../../firmware/bytes.ts";
import { Fault } from "../../firmware/fault.ts";
import { losesPower, NorFlash } from "../../simulator/flash.ts";
import { Stream } from "../../simulator/random.ts";
import { FlashRail, RAIL_RECORD_BYTES_MAX } from "../flashrail.ts";

const SLOTS = 3 * 16;
const newFlash = () => new NorFlash({ sectorBytes: 4_096, sectors: 3 });

/** A record of 150 to 180 bytes that tells its number. */
function message(number: number): Bytes {
  const bytes = new Uint8Array(150 + (number % 31)).fill(number);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

function throwsFault(act: () => void, code: string): void {
  assert.throws(act, (error: unknown) => error instanceof Fault && error.code === code);
}

test("an empty part holds none", () => {
  const rail = new FlashRail(crypto, newFlash());
  assert.is(rail.last(), undefined);
  assert.is(rail.at(1), undefined);
});

test("keeps the newest two sectors at least, gives each by its number, and finds them again", () => {
  const flash = newFlash();
  const rail = new FlashRail(crypto, flash);
  for (let number = 1; number <= 500; number++) {
    rail.append(message(number));
    assert.equal(rail.last(), message(number));
    if (number % 37 !== 0) continue;
    for (const found of [rail, new FlashRail(crypto, flash)]) {
      assert.equal(found.last(), message(number));
      for (let asked = Math.max(1, number - 2 * 16); asked <= number; asked++) {
        assert.equal(found.at(asked), message(asked), `${asked} of ${number}`);
      }
      assert.is(found.at(number + 1), undefined);
      assert.is(found.at(0), undefined);
      if (number > SLOTS) assert.is(found.at(number - SLOTS), undefined);
    }
  }
});

test("a cut at any word leaves the record before or the new one, and the part goes on", () => {
  const random = new Stream(6, "tears");
  for (const before of [0, 15, 47]) {
    for (const tear of [{ kind: "prefix" } as const, { kind: "bits", random } as const]) {
      for (let words = 0; words < 60; words++) {
        const flash = newFlash();
        const rail = new FlashRail(crypto, flash);
        for (let number = 1; number <= before; number++) rail.append(message(number));
        flash.cutAfterWords(words, tear);
        const isCut = losesPower(() => rail.append(message(before + 1)));
        flash.restore();
        const found = new FlashRail(crypto, flash);
        const last = found.last();
        const number = last === undefined ? 0 : new DataView(last.buffer).getUint32(0);
        assert.ok(number === before + 1 || (isCut && number === before), `${number} after ${before}`);
        for (let more = 1; more <= 17; more++) found.append(message(number + more));
        for (let asked = Math.max(1, number - 5); asked <= number + 17; asked++) {
          assert.equal(found.at(asked), message(asked), `${asked} after a cut behind ${before}`);
        }
      }
    }
  }
});

test("flash that refuses is a Fault, and what was kept is still the newest", () => {
  const flash = newFlash();
  const rail = new FlashRail(crypto, flash);
  for (let number = 1; number <= 20; number++) rail.append(message(number));
  for (const wear of ["refuses", "loses"] as const) {
    flash.wear = wear;
    for (let tries = 0; tries < 40; tries++) throwsFault(() => rail.append(message(21)), "flash.io");
    assert.equal(rail.last(), message(20));
  }
  flash.wear = "sound";
  rail.append(message(21));
  assert.equal(new FlashRail(crypto, flash).last(), message(21));
  flash.wear = "unreadable";
  throwsFault(() => new FlashRail(crypto, flash), "flash.io");
});

test("a record that could not be read after it was written is the newest all the same, in this run as in the next", () => {
  const flash = newFlash();
  const rail = new FlashRail(crypto, flash);
  for (let number = 1; number <= 20; number++) rail.append(message(number));
  const { read, write } = flash;
  flash.write = (offset, bytes) => {
    write.call(flash, offset, bytes);
    flash.read = () => {
      throw new Fault("flash.io");
    };
  };
  throwsFault(() => rail.append(message(21)), "flash.io");
  throwsFault(() => rail.last(), "flash.io");
  flash.read = read;
  flash.write = write;
  assert.equal(rail.last(), message(21));
  assert.equal(new FlashRail(crypto, flash).last(), message(21));
  rail.append(message(22));
  for (const found of [rail, new FlashRail(crypto, flash)])
    assert.equal([found.last(), found.at(21), found.at(20)], [message(22), message(21), message(20)]);
});

test("flash that erases and takes nothing never costs the newest record", () => {
  const flash = newFlash();
  const rail = new FlashRail(crypto, flash);
  for (let number = 1; number <= 20; number++) rail.append(message(number));
  const write = flash.write;
  flash.write = () => {};
  for (let tries = 0; tries < 200; tries++) throwsFault(() => rail.append(message(21)), "flash.io");
  flash.write = write;
  assert.equal(new FlashRail(crypto, flash).last(), message(20));
});

test("a record that fits in no slot is refused", () => {
  const rail = new FlashRail(crypto, newFlash());
  rail.append(new Uint8Array(RAIL_RECORD_BYTES_MAX));
  throwsFault(() => rail.append(new Uint8Array(RAIL_RECORD_BYTES_MAX + 1)), "flash.bound");
  throwsFault(() => rail.append(new Uint8Array(0)), "flash.bound");
});

test.run();
