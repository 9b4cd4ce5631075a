// What age does to a part: every bit of an image flipped in turn, and images at random.
// Why: a flipped bit must be detected, or harmless; it must never give back what was spent or let in who was thrown out. And
// whatever stands on flash, a lock starts, in bounded time and without an exception.
// One flip cannot be told from a cut: in the newest record of a region, which is then as if it had never been written; a
// phone's checkpoint tells those two apart.

import { type Bytes, toHex } from "../../firmware/bytes.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { encodeImage } from "../../firmware/journal/image.ts";
import { type Geometry, payloadBytesIn } from "../../firmware/journal/journal.ts";
import { REGIONS } from "../../firmware/journal/record.ts";
import { Store } from "../../firmware/journal/store.ts";
import { Stream } from "../random.ts";
import { LOCK_ID, SMALL_PART, TearFailure } from "./tear.ts";
import { NotingFlash } from "./torn.ts";
import { Trace } from "./trace.ts";

/** Each sector is read at most so often in one start: its header, its records, and for the tail once more. */
const READS_PER_SECTOR = 4;
/** All records that are handed out are compared after every so many flips. */
const RECORDS_APART = 16;

/** What became of flipped bits. */
export interface FlipTally {
  /** Damage was told of. */
  detected: number;
  /** State and heads are as they were; at most history that a snapshot holds is gone. */
  harmless: number;
  /** The newest record of a region is as if it had never been written. */
  newest: number;
}

/** Writes a trace and flips every `apart`-th bit of what it left. @throws TearFailure */
export function flipAll(
  crypto: Crypto,
  how: { readonly seed: number; readonly operations: number; readonly apart: number },
): FlipTally {
  const { seed, operations, apart } = how;
  const flash = newFlash();
  const store = write(crypto, flash, { seed, operations });
  const image = flash.snapshot();
  const expected = pictureOf(crypto, store);
  const known = recordsOf(store);
  const tally: FlipTally = { detected: 0, harmless: 0, newest: 0 };
  let count = 0;
  for (let bit = seed % apart; bit < image.length * 8; bit += apart) {
    flash.put({ image, weakSector: undefined }, new Stream(seed, "flips"));
    flash.flip(bit);
    const found = open(crypto, flash);
    const where = `seed ${seed}, bit ${bit}`;
    if (count++ % RECORDS_APART === 0 && [...recordsOf(found)].some((record) => !known.has(record))) {
      throw new TearFailure(`${where}: a record is invented or changed`);
    }
    if (found.damages.some(({ length }) => length > 0)) tally.detected++;
    else tally[judge(expected, pictureOf(crypto, found), where)]++;
  }
  return tally;
}

/** Starts a lock on images at random: noise, a few changed bytes, sectors in each other's places. @throws TearFailure */
export function startOnAnything(crypto: Crypto, how: { readonly seed: number; readonly images: number }): void {
  const { seed, images } = how;
  const flash = newFlash();
  write(crypto, flash, { seed, operations: 300 });
  const image = flash.snapshot();
  const random = new Stream(seed, "images");
  for (let count = 0; count < images; count++) {
    flash.put({ image: spoilt(image, random, flash.sectorBytes), weakSector: undefined }, random);
    const { reads } = flash;
    const first = open(crypto, flash);
    const where = `seed ${seed}, image ${count}`;
    const most = READS_PER_SECTOR * flash.sectors + flash.work.length * 3;
    if (flash.reads - reads > most) throw new TearFailure(`${where}: ${flash.reads - reads} reads`);
    const again = open(crypto, flash);
    const isForgotten = again.damages.every(({ length }) => length === 0);
    if (isForgotten && first.damages.some(({ length }) => length > 0)) {
      throw new TearFailure(`${where}: damage is forgotten`);
    }
  }
}

interface Picture {
  readonly state: string;
  readonly seqs: readonly number[];
}

function judge(expected: Picture, found: Picture, where: string): Exclude<keyof FlipTally, "detected"> {
  const lost = expected.seqs.map((seq, region) => seq - found.seqs[region]);
  if (expected.state === found.state && lost.every((count) => count === 0)) return "harmless";
  const isNewest = lost.filter((count) => count === 1).length === 1 && lost.filter((count) => count === 0).length === 2;
  if (!isNewest) throw new TearFailure(`${where}: more than the newest record is gone unnoticed (${lost.join()})`);
  return "newest";
}

function pictureOf(crypto: Crypto, { journal, state }: Store): Picture {
  return {
    state: toHex(encodeImage(crypto, state)),
    seqs: REGIONS.map((region) => journal.head(region).seq),
  };
}

/** Every record that is handed out, by its region and digest. */
function recordsOf({ journal }: Store): ReadonlySet<string> {
  const records = new Set<string>();
  for (const region of REGIONS) {
    journal.records(region, 1, ({ record }) => records.add(`${region} ${toHex(record.digest)}`).size > 0);
  }
  return records;
}

function newFlash(): NotingFlash {
  const { sectorBytes, sectors, snapshotSectors } = SMALL_PART;
  return new NotingFlash({ sectorBytes, sectors: sectors[0] + sectors[1] + sectors[2] + 2 * snapshotSectors });
}

function open(crypto: Crypto, flash: NotingFlash): Store {
  const { sectorBytes, ...rest } = SMALL_PART;
  const geometry: Geometry = { firstSector: 0, ...rest, payloadBytesMax: payloadBytesIn(sectorBytes) };
  return new Store({ crypto, flash, geometry, lockId: LOCK_ID, isPowerOn: true });
}

function write(crypto: Crypto, flash: NotingFlash, how: { readonly seed: number; readonly operations: number }): Store {
  const trace = new Trace(crypto, new Stream(how.seed, "trace"));
  let store = open(crypto, flash);
  for (let count = 0; count < how.operations; count++) {
    const operation = trace.next(store.state, store.journal.head(1).seq);
    if (operation.kind === "snapshot") store.journal.snapshot();
    else {
      if (operation.kind === "start") store = open(crypto, flash);
      store.append(operation.entry, operation.time);
    }
  }
  return open(crypto, flash);
}

function spoilt(image: Bytes, random: Stream, sectorBytes: number): Bytes {
  const cells = image.slice();
  const way = random.below(3);
  if (way === 0) random.fill(cells);
  for (let left = way === 1 ? 40 : 0; left > 0; left--) cells[random.below(cells.length)] = random.below(256);
  for (let left = way === 2 ? 4 : 0; left > 0; left--) {
    const [from, to] = [0, 0].map(() => random.below(image.length / sectorBytes) * sectorBytes);
    cells.set(image.subarray(from, from + sectorBytes), to);
  }
  return cells;
}
