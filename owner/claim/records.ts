// The records of a visit: which they are, and whether a part of a log is the lock's own up to the end that it signed.
// Why: whoever makes a claim and whoever verifies one must mean the same records, or what was left out would pass for nothing.
// Follows docs/protocol.md §4, and docs/protocol.cddl, `claim`.

import { crypto } from "#crypto";
import type { Bytes } from "../../firmware/bytes.ts";
import { HASH_BYTES } from "../../firmware/crypto/crypto.ts";
import { Fault } from "../../firmware/fault.ts";
import { KIND_ACT } from "../../firmware/grant/body.ts";
import { OPERATION_LOCK } from "../../firmware/grant/holder.ts";
import type { Entry } from "../../firmware/journal/entry.ts";
import { readEntry } from "../../firmware/journal/payload.ts";
import {
  Chain,
  decodeRecord,
  pageOver,
  RECORD_HEADER_BYTES,
  type StoredRecord,
} from "../../firmware/journal/record.ts";
import type { Slice } from "./form.ts";

/** For how long after the end of a visit its records are its own: a camera films on for whoever leaves, and says when it ends. */
export const AFTER_SECONDS = 120;
/** How far a lock's time goes back with a loss of power: docs/protocol.md §10. */
const BACK_SECONDS_MAX = 900;

type Of<Kind extends Entry["kind"]> = Extract<Entry, { readonly kind: Kind }>;

/** A record with its meaning. */
export interface Told {
  readonly record: StoredRecord;
  readonly entry: Entry;
}

/** A visit's beginning and end. */
export interface Visit {
  readonly opening: Told & { readonly entry: Of<"intent"> | Of<"code"> | Of<"statement"> };
  readonly closing: Told & { readonly entry: Of<"closing"> };
}

/** What is wrong with a part of a log. */
export type SliceFault =
  | { readonly kind: "record"; readonly seq: number }
  | { readonly kind: "order"; readonly seq: number }
  | { readonly kind: "chain"; readonly seq: number };

/** A part of a log that was walked: each place is a record, or undefined for one that is hidden. */
export interface Walked {
  readonly firstSeq: number;
  readonly places: readonly (Told | undefined)[];
  /** The chain behind each place, 32 bytes. */
  readonly links: readonly Bytes[];
  readonly fault: SliceFault | undefined;
}

/** Gives the meaning of a record. Total: one that makes no sense is of the kind "other". */
export function meaningOf(record: StoredRecord): Told {
  try {
    return { record, entry: readEntry(record.region, record.type, record.payload) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { record, entry: { kind: "other", type: record.type } };
  }
}

/** Walks part of a log: each shown record whole and at its number, and the chain from the first to what the lock signed.
 *  @param head the number of the last record and the link over it, as the lock signed them */
export function walkSlice(
  lockId: string,
  slice: Slice,
  head: { readonly seq: number; readonly link: Uint8Array },
): Walked {
  const chain = new Chain(crypto, lockId);
  const { firstSeq, region, prevLink } = slice;
  const places: (Told | undefined)[] = [];
  const links: Bytes[] = [];
  const stopped = (fault: SliceFault): Walked => ({ firstSeq, places, links, fault });
  if (firstSeq < 1) return stopped({ kind: "order", seq: firstSeq });
  if (firstSeq === 1 && !crypto.isEqual(prevLink, chain.start(region))) return stopped({ kind: "chain", seq: 1 });
  let link = prevLink;
  for (const piece of slice.pieces) {
    if (piece.kind === "hidden") {
      for (let offset = 0; offset < piece.digests.length; offset += HASH_BYTES) {
        link = chain.next(link, piece.digests.subarray(offset, offset + HASH_BYTES));
        places.push(undefined);
        links.push(link);
      }
      continue;
    }
    const seq = firstSeq + places.length;
    const record = recordOf(piece.record, region);
    if (record === undefined) return stopped({ kind: "record", seq });
    if (record.seq !== seq) return stopped({ kind: "order", seq });
    link = chain.next(link, record.digest);
    places.push(meaningOf(record));
    links.push(link);
  }
  const last = firstSeq + places.length - 1;
  const isEnd = last === head.seq && crypto.isEqual(link, head.link);
  return isEnd ? { firstSeq, places, links, fault: undefined } : stopped({ kind: "chain", seq: last });
}

/** Finds a visit among records of the access region; undefined for the half that is not there. */
export function findVisit(
  told: readonly (Told | undefined)[],
  visit: number,
): { readonly opening: Visit["opening"] | undefined; readonly closing: Visit["closing"] | undefined } {
  let opening: Visit["opening"] | undefined;
  let closing: Visit["closing"] | undefined;
  for (const each of told) {
    if (each === undefined) continue;
    const { record, entry } = each;
    if (record.seq === visit && isOpening(entry)) opening = { record, entry };
    if (entry.kind === "closing" && entry.intent === visit) closing = { record, entry };
  }
  return { opening, closing };
}

/** Whether a record begins a visit. */
export function isOpening(entry: Entry): entry is Visit["opening"]["entry"] {
  if (entry.kind === "intent") return true;
  if (entry.kind === "code") return !entry.isHalf;
  return entry.kind === "statement" && entry.body.kind === KIND_ACT && entry.body.operation !== OPERATION_LOCK;
}

/** Gives the seconds within which records are a visit's. Where the power was cut in between, the lock's time went back, and its end
 *  may have been written at an earlier time than its beginning. */
export function windowOf(visit: Visit): readonly [from: number, until: number] {
  const [from, until] = coverOf(visit);
  return visit.closing.entry.outcome === "power-cut" ? [from, until] : [visit.opening.record.lo, until];
}

/** Gives the seconds of which nothing may be hidden: with the power, time may have gone back behind the visit too, and what
 *  was written then tells of its end under an earlier time. */
export function coverOf({ opening, closing }: Visit): readonly [from: number, until: number] {
  const [begun, ended] = [opening.record.lo, closing.record.lo];
  return [begun - BACK_SECONDS_MAX, Math.max(begun, ended) + AFTER_SECONDS];
}

/** Gives the first and the last place that must be shown: those of the window, and one on each side that is outside of it, where
 *  there is one, so that nobody can say that more was there. Of no record in the window, the two between which it lies. */
export function placesToShow(
  records: readonly StoredRecord[],
  [from, until]: readonly [number, number],
): readonly [first: number, last: number] {
  const isWithin = ({ lo }: StoredRecord) => lo >= from && lo <= until;
  const behind = records.findIndex(({ lo }) => lo >= from);
  let first = behind < 0 ? records.length - 1 : behind;
  let last = Math.max(
    first,
    records.reduce((newest, record, place) => (isWithin(record) ? place : newest), -1),
  );
  while (first > 0 && (records[first]?.lo ?? 0) >= from) first -= 1;
  while (last < records.length - 1 && (records[last]?.lo ?? 0) <= until) last += 1;
  return [Math.max(0, first), last];
}

/** Gives the number of the first record that is hidden, or not there, where one of the visit may have stood; undefined where
 *  nothing of the visit can be missing. Times within one region rise, but for a loss of power, which the time from which on
 *  nothing may be hidden allows for, and for an owner who sets the clock back: docs/protocol.md §10. */
export function hiddenAt(
  { firstSeq, places }: Pick<Walked, "firstSeq" | "places">,
  [from, until]: readonly [number, number],
): number | undefined {
  const isBefore = (place: Told | undefined) => place !== undefined && place.record.lo < from;
  const shown = places.findIndex((place) => place !== undefined);
  // What came before the first one is not here at all, or hidden.
  if ((firstSeq > 1 || shown !== 0) && places.length > 0 && !isBefore(places[shown]))
    return firstSeq + (shown < 0 ? 0 : shown - 1);
  if (firstSeq > 1 && places.length === 0) return firstSeq - 1;
  return hiddenBehind({ firstSeq: firstSeq + shown, places: places.slice(shown) }, until);
}

/** The same for records of which the first is shown, and nothing that comes before it matters: hidden may be only what follows one that is
 *  later than the visit. What comes behind the hidden ones says nothing of them: it may be of a time that went back. */
export function hiddenBehind(
  { firstSeq, places }: Pick<Walked, "firstSeq" | "places">,
  until: number,
): number | undefined {
  let before = Number.NEGATIVE_INFINITY;
  for (const [place, told] of places.entries()) {
    if (told === undefined && before <= until) return firstSeq + place;
    if (told !== undefined) before = told.record.lo;
  }
  return undefined;
}

/** Reads one record, with padding of zeros and nothing behind it. */
function recordOf(bytes: Bytes, region: Slice["region"]): StoredRecord | undefined {
  const page = pageOver(bytes.slice());
  const record = decodeRecord(crypto, page, { offset: 0, region });
  if (record === undefined || record.size !== bytes.length) return undefined;
  const padding = page.bytes.subarray(RECORD_HEADER_BYTES + record.payload.length);
  return padding.every((byte) => byte === 0) ? record : undefined;
}
