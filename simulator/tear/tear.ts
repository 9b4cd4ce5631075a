// The tear test: every operation of a long trace is cut everywhere, recovered, compared with what was acknowledged, and
// carried on; and the recovery is cut too.
// Why: "a cut of power loses or invents nothing" is a claim about every word, so every word is tried (docs/attacks.md T35).
// Invariants, checked after every cut: the state is the one before or the one after (I1, I3, I6: nothing acknowledged lost,
// at most one unacknowledged more, nothing counted twice, no revocation gone; I4: the watermark as well); the records that
// the ring keeps are the acknowledged ones, in their chain (I1, I2); a second recovery writes nothing (I7). Over the whole
// trace: wear is even (I8). Flipped bits and images at random (I9) are flips.ts's, beside this file.

import { toHex } from "../../firmware/bytes.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { encodeImage } from "../../firmware/journal/image.ts";
import { type Geometry, payloadBytesIn } from "../../firmware/journal/journal.ts";
import { REGIONS } from "../../firmware/journal/record.ts";
import { Store } from "../../firmware/journal/store.ts";
import { Stream } from "../random.ts";
import { type Depth, NotingFlash, type Torn, tears } from "./torn.ts";
import { type Operation, Trace } from "./trace.ts";

/** All records that the ring keeps are read and compared after every so many cuts; their heads after each. */
const CHAIN_CHECKS_APART = 3;
/** Where fewer bytes are left of a sector, the snapshot before the next one is taken ahead. */
const AHEAD_BYTES = 200;
export const LOCK_ID = "AAECAwQFBgc";

/** How a part is laid out, and which operations are cut how deep. */
export interface TearOptions {
  readonly crypto: Crypto;
  readonly seed: number;
  readonly operations: number;
  readonly sectorBytes: number;
  readonly sectors: Geometry["sectors"];
  readonly snapshotSectors: number;
  /** How the n-th operation is cut: each plan says how at depth 1, in the recovery, and in the recovery from that. */
  readonly plansOf: (operation: number) => readonly (readonly Depth[])[];
}

/** The smallest part that holds three rings which turn, and two snapshots: 14 sectors of 1 KB. */
export const SMALL_PART = Object.freeze({
  sectorBytes: 1_024,
  sectors: Object.freeze([3, 4, 3] as const),
  snapshotSectors: 2,
});

/** What was tried. */
export interface TearTally {
  operations: number;
  cuts: number[];
  recoveries: number;
  turns: number;
  snapshots: number;
  /** How often each type of record was written. */
  readonly types: Map<string, number>;
  /** Erases of the sector that was erased most and least, by region and for the snapshots. */
  wear: readonly (readonly [most: number, least: number])[];
}

/** What the lock may stand at: the heads, the state, and the digest of each record. */
interface Point {
  readonly heads: string;
  readonly state: string;
}

/** A promise that was not kept. */
export class TearFailure extends Error {
  override readonly name = "TearFailure";
}

/** Runs the trace and every cut of it. @throws TearFailure with the seed, the operation and the cut */
export function tearAll(options: TearOptions): TearTally {
  return new Tearing(options).run();
}

class Tearing {
  readonly #options: TearOptions;
  readonly #geometry: Geometry;
  readonly #flash: NotingFlash;
  readonly #torn: NotingFlash;
  readonly #random: Stream;
  readonly #trace: Trace;
  /** base16 of each record's link, by region and number. */
  readonly #links: readonly string[][] = REGIONS.map(() => []);
  readonly #tally: TearTally;
  #store: Store;

  constructor(options: TearOptions) {
    const { crypto, seed, sectorBytes, sectors, snapshotSectors } = options;
    this.#options = options;
    const all = sectors[0] + sectors[1] + sectors[2] + 2 * snapshotSectors;
    this.#geometry = { firstSector: 0, sectors, snapshotSectors, payloadBytesMax: payloadBytesIn(sectorBytes) };
    this.#flash = new NotingFlash({ sectorBytes, sectors: all });
    this.#torn = new NotingFlash({ sectorBytes, sectors: all });
    this.#random = new Stream(seed, "tears");
    this.#trace = new Trace(crypto, new Stream(seed, "trace"));
    this.#tally = { operations: 0, cuts: [0, 0, 0], recoveries: 0, turns: 0, snapshots: 0, types: new Map(), wear: [] };
    this.#store = this.#open(this.#flash, true);
  }

  run(): TearTally {
    for (let count = 0; count < this.#options.operations; count++) this.#operate(count);
    this.#tally.wear = this.#wear();
    return this.#tally;
  }

  /** Does one operation, then cuts it everywhere. */
  #operate(count: number): void {
    const flash = this.#flash;
    const operation = this.#trace.next(this.#store.state, this.#store.journal.head(1).seq);
    const before = flash.snapshot();
    const points = [this.#point(this.#store)];
    flash.work.length = 0;
    this.#do(operation, () => points.push(this.#point(this.#store)));
    this.#count(operation);
    const where = `seed ${this.#options.seed}, operation ${count}`;
    for (const depths of this.#options.plansOf(count)) {
      this.#cut({ image: before, work: [...flash.work], depths, points, where, level: 0 });
    }
  }

  /** Does an operation; each record that counts is a point at which the lock may stand. */
  #do(operation: Operation, reached: () => void): void {
    if (operation.kind === "snapshot") {
      this.#store.journal.snapshot();
      return;
    }
    if (operation.kind === "start") this.#store = this.#open(this.#flash, operation.isPowerOn);
    const { journal } = this.#store;
    const before = REGIONS.map((region) => journal.head(region).seq);
    this.#store.append(operation.entry, operation.time);
    // As a lock does between events; by turns, so that a record takes its own as well.
    const nearEnd = this.#tally.operations % 2 === 0 ? journal.nearEnd(AHEAD_BYTES) : undefined;
    if (nearEnd !== undefined) journal.prepare(nearEnd);
    for (const region of REGIONS) {
      journal.records(region, before[region] + 1, ({ record, link }) => {
        this.#links[region][record.seq] = toHex(link);
        return true;
      });
    }
    reached();
  }

  /** Cuts some work everywhere, and recovers from each cut. */
  #cut(task: {
    readonly image: Uint8Array<ArrayBuffer>;
    readonly work: NotingFlash["work"];
    readonly depths: readonly Depth[];
    readonly points: readonly Point[];
    readonly where: string;
    readonly level: number;
  }): void {
    const { image, work, points, level } = task;
    const [depth, ...deeper] = task.depths;
    const how = { depth, random: this.#random, sectorBytes: this.#options.sectorBytes };
    for (const torn of tears(image, work, how)) {
      const where = `${task.where}, ${torn.where}`;
      this.#tally.cuts[level]++;
      const recovery = this.#recover(torn, points, { where, level });
      if (deeper.length > 0 && recovery.length > 0) {
        this.#cut({ image: torn.image, work: recovery, depths: deeper, points, where, level: level + 1 });
      }
    }
  }

  /** Recovers from one cut and holds the lock to every invariant. @returns the work of the recovery */
  #recover(
    torn: Torn,
    points: readonly Point[],
    { where, level }: { readonly where: string; readonly level: number },
  ): NotingFlash["work"] {
    const flash = this.#torn;
    const isWhole = level === 0 && this.#tally.cuts[0] % CHAIN_CHECKS_APART === 0;
    flash.put(torn, this.#random);
    const store = this.#open(flash, true);
    const recovery = [...flash.work];
    const { journal } = store;
    this.#must(journal.isWritable, where, "the journal is unwritable");
    this.#must(
      store.damages.every(({ length }) => length === 0),
      where,
      "damage is found",
    );
    const point = this.#point(store);
    // An opening that overwrites what nobody fetched is two records, and a cut between them leaves the first.
    const isKnown = points.some(({ heads, state }) => heads === point.heads && state === point.state);
    const isBetween = points.some(({ state }) => state === point.state) && this.#isChained(store);
    this.#must(isKnown || isBetween, where, "the state is neither the one before nor the one after");
    if (isWhole) this.#must(this.#isChained(store), where, "a record is lost, changed or invented");
    flash.work.length = 0;
    // Where the first recovery wrote nothing, a second one sees the very same cells.
    const again = recovery.length === 0 ? store : this.#open(flash, true);
    this.#must(flash.work.length === 0, where, "a second recovery writes");
    if (level === 0) this.#carryOn(again, where);
    return recovery;
  }

  /** Writes one record more and finds it again. */
  #carryOn(store: Store, where: string): void {
    store.append({ kind: "inside", count: 4_711 }, { lo: this.#store.state.watermark, width: undefined });
    const again = this.#open(this.#torn, true);
    this.#must(this.#point(again).heads === this.#point(store).heads, where, "what was written then is lost");
    this.#must(
      again.damages.every(({ length }) => length === 0),
      where,
      "damage is found then",
    );
  }

  /** Whether the records that the ring keeps are those that were acknowledged, save new ones at the end. */
  #isChained({ journal }: Store): boolean {
    return REGIONS.every((region) => {
      const known = this.#links[region];
      let next: number | undefined;
      let isSame = true;
      journal.records(region, 1, ({ record, link }) => {
        if (next !== undefined && record.seq !== next) isSame = false;
        if (known[record.seq] !== undefined && known[record.seq] !== toHex(link)) isSame = false;
        next = record.seq + 1;
        return isSame;
      });
      return isSame && (next ?? 1) === journal.head(region).seq + 1;
    });
  }

  #point({ journal, state }: Store): Point {
    const heads = REGIONS.map((region) => {
      const { seq, link } = journal.head(region);
      return `${seq}:${toHex(link)}`;
    });
    return { heads: heads.join(), state: toHex(encodeImage(this.#options.crypto, state)) };
  }

  #open(flash: NotingFlash, isPowerOn: boolean): Store {
    this.#tally.recoveries++;
    const { crypto } = this.#options;
    return new Store({ crypto, flash, geometry: this.#geometry, lockId: LOCK_ID, isPowerOn });
  }

  #count(operation: Operation): void {
    const tally = this.#tally;
    tally.operations++;
    const kind = operation.kind === "write" ? operation.entry.kind : operation.kind;
    tally.types.set(kind, (tally.types.get(kind) ?? 0) + 1);
    const snapshots = this.#flash.sectors - 2 * this.#geometry.snapshotSectors;
    for (const piece of this.#flash.work) {
      if (piece.kind !== "erase") continue;
      if (piece.sector < snapshots) tally.turns++;
      else if ((piece.sector - snapshots) % this.#geometry.snapshotSectors === 0) tally.snapshots++;
    }
  }

  /** I8: within each ring the sectors wear alike. */
  #wear(): TearTally["wear"] {
    const { sectors, snapshotSectors } = this.#geometry;
    const slots = [0, 1].map((slot) => sectors[0] + sectors[1] + sectors[2] + slot * snapshotSectors);
    let first = 0;
    const rings = sectors.map((count) => {
      const ring = [...this.#flash.eraseCounts.subarray(first, first + count)];
      first += count;
      return ring;
    });
    rings.push(slots.map((sector) => this.#flash.eraseCounts[sector]));
    return rings.map((ring) => {
      const wear = [Math.max(...ring), Math.min(...ring)] as const;
      this.#must(wear[0] - wear[1] <= 2, `seed ${this.#options.seed}`, "a ring wears unevenly");
      return wear;
    });
  }

  #must(isSo: boolean, where: string, what: string): void {
    if (!isSo) throw new TearFailure(`${where}: ${what}`);
  }
}
