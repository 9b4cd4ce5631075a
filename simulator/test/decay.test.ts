// Goal: age spoils no snapshot that the lock needs: the only one that holds, or that holds what is spoilt in history. Each would be
// a loss, and an owner's to acknowledge.
// Method: records and snapshots as they would reach the flash, no lock; each row says which snapshots may be spoilt at its end.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { bitOfRecord, bitOfSnapshot } from "../decay.ts";
import { NorFlash } from "../flash.ts";
import { Stream } from "../random.ts";
import { createStage, record, START } from "./stage.ts";

const SECTOR_BYTES = 4_096;
const GEOMETRY = { firstSector: 0, sectors: [3, 3, 3], snapshotSectors: 1, payloadBytesMax: 2_048 } as const;
const A = 9;
const B = 10;
const WATERMARK = 2;
const RECORD_BYTES = 32;
/** Enough that either snapshot is drawn. */
const DRAWS = 32;

class Part {
  readonly checker = createStage().checker;
  readonly flash = new NorFlash({ sectorBytes: SECTOR_BYTES, sectors: B + 1 });
  readonly geometry = GEOMETRY;
  #seq = 0;

  constructor() {
    this.checker.ledger.layOut({ sectorBytes: SECTOR_BYTES, sectors: GEOMETRY.sectors });
  }

  readonly visits = { spoilt: () => {} };

  /** Writes the next record behind the ones before it, all in the first sector. */
  write(): void {
    const bytes = record(WATERMARK, START);
    new DataView(bytes.buffer).setUint32(4, ++this.#seq, true);
    this.checker.wrote(this.#seq * RECORD_BYTES, bytes, bytes);
  }

  /** Writes a snapshot. @param isWhole whether its header stands as it was told */
  hold(slot: number, isWhole = true): void {
    this.erase(slot);
    const payload = Uint8Array.of(0x82, 0x83, 0x83, 0);
    const header = Uint8Array.of(0x4c, 0x4b, 0x53, 0x31, 1, 0, 0, 0);
    const stored = isWhole ? header : header.map((byte) => byte | 0x80);
    this.checker.wrote(slot * SECTOR_BYTES + header.length, payload, payload);
    this.flash.write(slot * SECTOR_BYTES, stored);
    this.checker.wrote(slot * SECTOR_BYTES, header, stored);
  }

  erase(sector: number): void {
    this.flash.erase(sector);
    this.checker.ledger.erased(sector);
  }

  /** Spoils a record that a snapshot holds. */
  spoil(): void {
    assert.is.not(bitOfRecord(this, { form: "history" }, new Stream(1, "history")), undefined);
  }

  /** Spoils a snapshot. @returns its sector, or undefined where none may be spoilt */
  spoilSnapshot(seed: number): number | undefined {
    const bit = bitOfSnapshot(this, new Stream(seed, "snapshot"));
    return bit === undefined ? undefined : Math.floor(bit / 8 / SECTOR_BYTES);
  }
}

const ROWS: readonly { name: string; play: (part: Part) => void; spoilable: readonly number[] }[] = [
  { name: "spoils no snapshot where none is written", play: () => {}, spoilable: [] },
  {
    name: "spoils either while history is sound",
    play(part) {
      part.hold(A);
      part.write();
      part.hold(B);
    },
    spoilable: [A, B],
  },
  {
    // As in seed 64007: the lock went back to A, found the record spoilt, and rightly let nobody in by a code.
    name: "spares the one that alone holds a spoilt record",
    play(part) {
      part.hold(A);
      part.write();
      part.hold(B);
      part.spoil();
    },
    spoilable: [A],
  },
  {
    name: "spares it whichever it is",
    play(part) {
      part.hold(B);
      part.write();
      part.hold(A);
      part.spoil();
    },
    spoilable: [B],
  },
  {
    name: "spoils either once both hold it",
    play(part) {
      part.hold(A);
      part.write();
      part.hold(B);
      part.spoil();
      part.hold(A);
    },
    spoilable: [A, B],
  },
  {
    // As in seed 64017: a sector that took no erase any more had cost the other one days before.
    name: "spares the only one that holds",
    play(part) {
      part.hold(A);
      part.hold(B);
      part.checker.ledger.erased(A);
    },
    spoilable: [A],
  },
  {
    name: "spares it where the other was spoilt and is not written anew yet",
    play(part) {
      part.hold(A);
      part.hold(B);
      part.checker.ledger.spoiltSnapshot(A * SECTOR_BYTES);
    },
    spoilable: [A],
  },
  {
    name: "spares it while the header of the other is torn",
    play(part) {
      part.hold(A);
      part.write();
      part.hold(B);
      part.spoil();
      part.hold(A, false);
    },
    spoilable: [A],
  },
  {
    name: "spares the one that alone holds what follows a spoilt record in its sector, which a wrong length would take along",
    play(part) {
      part.write();
      part.hold(A);
      part.hold(B);
      part.spoil();
      part.write();
      part.hold(A);
    },
    spoilable: [B],
  },
  {
    name: "spoils either once the sector of the record is erased",
    play(part) {
      part.hold(A);
      part.write();
      part.hold(B);
      part.spoil();
      part.erase(0);
    },
    spoilable: [A, B],
  },
];

for (const { name, play, spoilable } of ROWS) {
  test(name, () => {
    const sectors = Array.from({ length: DRAWS }, (_, seed) => {
      const part = new Part();
      play(part);
      return part.spoilSnapshot(seed);
    });
    for (const sector of [A, B]) assert.is(sectors.includes(sector), spoilable.includes(sector), `sector ${sector}`);
  });
}

test.run();
