// Goal: what is programmed counts only where all of it reads back, however long it is.
// Method: writes as long as a header, a record and a snapshot's sector, of which one bit is lost at every place in turn.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { Fault } from "../../fault.ts";
import type { Flash } from "../../platform.ts";
import { type Medium, programVerified, READ_BACK_BYTES } from "../medium.ts";
import { Chain, newPage } from "../record.ts";
import { LOCK_ID } from "./desk.ts";

const SECTOR_BYTES = 4_096;
const SIZES = [32, READ_BACK_BYTES, READ_BACK_BYTES + 32, 416, 2_080, SECTOR_BYTES];

const isUnwritable = (error: Error) => error instanceof Fault && error.code === "journal.unwritable";

/** A part that loses one bit of what is written at a place, or none. */
function mediumThatLoses(place: number | undefined): Medium {
  const cells = new Uint8Array(SECTOR_BYTES);
  const flash: Flash = {
    sectorBytes: SECTOR_BYTES,
    sectors: 1,
    read: (offset, target) => target.set(cells.subarray(offset, offset + target.length)),
    write: (offset, bytes) => {
      cells.set(bytes, offset);
      if (place !== undefined) cells[offset + place] ^= 1;
    },
    erase: () => void cells.fill(0xff),
  };
  const readBack = new Uint8Array(READ_BACK_BYTES);
  return { crypto, flash, chain: new Chain(crypto, LOCK_ID), sector: newPage(SECTOR_BYTES), readBack };
}

for (const size of SIZES) {
  test(`of ${size} bytes none may be lost`, () => {
    const bytes = Uint8Array.from({ length: size }, (_, index) => index * 7);
    programVerified(mediumThatLoses(undefined), 0, bytes);
    for (let place = 0; place < size; place++) {
      assert.throws(() => programVerified(mediumThatLoses(place), 0, bytes), isUnwritable, `${place}`);
    }
  });
}

test.run();
