// How often each counted link has been used, and how many such counts a lock keeps.
// Why: a delegate may mint any number of links, so counts are bounded under each root and in all; they are keyed by a hash
// of the signed link, which nobody can choose, not by the identifier that an issuer writes (docs/attacks.md T50).
// Follows docs/protocol.md §2.2. The counts themselves are a fold of the journal (journal/state.ts).

import { type Bytes, NO_BYTES } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { type Seconds, seconds } from "../platform.ts";
import { filterRows, putU32, u32At, withoutRow } from "../rows.ts";

/** Live counters under one root. */
export const COUNTERS_PER_ROOT_MAX = 16;
/** Live counters in all. */
export const COUNTERS_MAX = 128;

/** A row: link8, root8, used u32, until u32. */
const ROOT8 = 8;
const USED = 16;
const UNTIL = 20;
const ROW_BYTES = 24;

/** How often one link has been used. */
export interface Counter {
  /** The first 8 bytes of SHA-256 over the signed link. */
  readonly link8: Bytes;
  /** The same of the root that it hangs under. */
  readonly root8: Bytes;
  /** 0..65,535. */
  readonly used: number;
  /** The counter may be forgotten when the clock's lo is past this: no chain with the link holds any longer. */
  readonly until: Seconds;
}

/** One use to be written with the intent: the counter as it will stand. */
export type Spend = Counter;

/** The counters of a lock, in the order in which they came. A change is another object. */
export class Counters {
  /** 24 bytes each. */
  readonly rows: Bytes;

  /** @param rows of other counters; it is kept */
  constructor(rows: Bytes = NO_BYTES) {
    this.rows = rows;
  }

  /** Takes so many counters, one after the other. @param next gives the next one */
  static from(count: number, next: (index: number) => Counter): Counters {
    const rows = new Uint8Array(count * ROW_BYTES);
    for (let index = 0; index < count; index++) put(rows, index * ROW_BYTES, next(index));
    return new Counters(rows);
  }

  get count(): number {
    return this.rows.length / ROW_BYTES;
  }

  /** Gives a counter. @param index below `count`   @returns its byte strings are copies */
  at(index: number): Counter {
    const { rows } = this;
    const start = index * ROW_BYTES;
    return {
      link8: rows.slice(start, start + ROOT8),
      root8: rows.slice(start + ROOT8, start + USED),
      used: u32At(rows, start + USED),
      until: seconds(u32At(rows, start + UNTIL)),
    };
  }

  /** Gives how often a link has been used, or undefined where it has no counter. */
  usedOf(crypto: Crypto, link8: Bytes): number | undefined {
    const start = this.#find(crypto, link8);
    return start < 0 ? undefined : u32At(this.rows, start + USED);
  }

  /** How many are live. @param lo the least that the time can be */
  liveAt(lo: Seconds): number {
    const { rows } = this;
    let live = 0;
    for (let start = 0; start < rows.length; start += ROW_BYTES) if (u32At(rows, start + UNTIL) >= lo) live++;
    return live;
  }

  /** Whether `added` new counters under one root have room beside those that are live at `lo`. */
  hasRoom(crypto: Crypto, wanted: { readonly root8: Bytes; readonly added: number; readonly lo: Seconds }): boolean {
    const { root8, added, lo } = wanted;
    if (added === 0) return true;
    const { rows } = this;
    const first = root8[0];
    const end = rows.length;
    let live = 0;
    let underRoot = 0;
    for (let start = 0; start < end; start += ROW_BYTES) {
      if (u32At(rows, start + UNTIL) < lo) continue;
      live++;
      const root = start + ROOT8;
      if (rows[root] === first && crypto.isEqual(rows.subarray(root, start + USED), root8)) underRoot++;
    }
    return live + added <= COUNTERS_MAX && underRoot + added <= COUNTERS_PER_ROOT_MAX;
  }

  /** Gives them with one more at the end, or in the place of the one of the same link. */
  with(crypto: Crypto, counter: Counter): Counters {
    const { length } = this.rows;
    const former = this.#find(crypto, counter.link8);
    const rows = new Uint8Array(former < 0 ? length + ROW_BYTES : length);
    rows.set(this.rows);
    put(rows, former < 0 ? length : former, counter);
    return new Counters(rows);
  }

  /** Gives them without the one of a link. */
  without(crypto: Crypto, link8: Bytes): Counters {
    const start = this.#find(crypto, link8);
    return start < 0 ? this : new Counters(withoutRow(this.rows, start, ROW_BYTES));
  }

  /** Gives them with one use less of a link, which stands last then; without it where there was one use. */
  withoutUse(crypto: Crypto, link8: Bytes): Counters {
    const start = this.#find(crypto, link8);
    if (start < 0) return this;
    const { used, ...counter } = this.at(start / ROW_BYTES);
    const others = this.without(crypto, link8);
    return used === 1 ? others : others.with(crypto, { ...counter, used: used - 1 });
  }

  /** Gives those that are live. @param lo the least that the time can be */
  live(lo: Seconds): Counters {
    const { rows } = this;
    return new Counters(filterRows(rows, ROW_BYTES, (start) => u32At(rows, start + UNTIL) >= lo));
  }

  /** @returns where the row of a link starts, in bytes, or -1 */
  #find(crypto: Crypto, link8: Bytes): number {
    const { rows } = this;
    const first = link8[0];
    const end = rows.length;
    for (let start = 0; start < end; start += ROW_BYTES) {
      // The first byte decides nearly always, and costs a twentieth of the call.
      if (rows[start] === first && crypto.isEqual(rows.subarray(start, start + ROOT8), link8)) return start;
    }
    return -1;
  }
}

function put(rows: Bytes, start: number, { link8, root8, used, until }: Counter): void {
  rows.set(link8, start);
  rows.set(root8, start + ROOT8);
  putU32(rows, start + USED, used);
  putU32(rows, start + UNTIL, until);
}
