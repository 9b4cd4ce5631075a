// Whether a camera's records of its switch hold: by themselves, against what the lock wrote down, and against what was kept before.
// Why: "the camera was off" is worth something only where each record in between is there, and is the one that others saw.
// Follows docs/protocol.md §9, "Power".

import { crypto } from "#crypto";
import { type Bytes, fromBase64url } from "../../firmware/bytes.ts";
import { judgeRail, type PoweredSpan, type RailDoubt, type RailRecord } from "../../firmware/evidence/rail.ts";
import { KIND_ENROL } from "../../firmware/grant/body.ts";
import { isCameraEnrolled } from "../claim/make.ts";
import type { Told } from "../claim/records.ts";
import { type HeardRecords, join, type KeptRecord } from "./book.ts";

/** What the lock wrote down of the camera's newest record. */
export interface Telling {
  /** The number of the lock's own record. */
  readonly seq: number;
  readonly number: number;
  /** The first 8 bytes of the camera's record's SHA-256. */
  readonly hash: Bytes;
  /** Whether the lock may have written it long after it was told, as what it counts. */
  readonly isLate?: boolean;
}

/** What is wrong: of the records themselves, or
 *  - `twice`: the camera signed two of that number;
 *  - `denied`: it no longer hands out one that it did hand out, and hands out older ones, or none;
 *  - `other`: the lock wrote down another one of that number;
 *  - `back`: the lock was told of an older one after a newer one. */
export type PowerDoubtKind = Exclude<RailDoubt, "footage"> | "twice" | "denied" | "other" | "back";

/** One thing that is wrong. */
export interface PowerDoubt {
  readonly kind: PowerDoubtKind;
  /** Of which record of the camera: its number. */
  readonly number: number;
  /** The lock's record that says so. */
  readonly seq?: number | undefined;
}

/** A stretch between records, in their order. `on`: the sensor had power; `off`: it had none; `unknown`: nothing says. */
export interface Stretch {
  readonly kind: "on" | "off" | "unknown";
  /** Whether its first record is for another lock, whose the camera was then: the visit that it names is none of this lock's. */
  readonly isOthers: boolean;
  /** The records at its two ends; undefined where there is none. */
  readonly from: RailRecord | undefined;
  readonly until: RailRecord | undefined;
  /** The frames that it took: [first, behind the last); undefined where that is not known. */
  readonly frames: readonly [first: number, end: number] | undefined;
  /** Whether it had power, and the record of its end is missing: it does not go on until now. */
  readonly isEndMissing: boolean;
}

/** What came of it. */
export interface PowerVerdict {
  readonly stretches: readonly Stretch[];
  readonly doubts: readonly PowerDoubt[];
  /** All that is to be kept from now on. */
  readonly book: readonly KeptRecord[];
  /** The newest record that the lock knows of; undefined where it knows none. */
  readonly through: number | undefined;
}

/** By what a camera's records are judged. */
export interface PowerCase {
  /** Whose owner asks. */
  readonly lockId: string;
  readonly cameraKey: Bytes;
  readonly kept: readonly KeptRecord[];
  readonly heard: HeardRecords;
  /** In the order in which the lock wrote them. */
  readonly tellings: readonly Telling[];
  /** The newest that the camera told the lock, as the lock says now. */
  readonly told: number | undefined;
}

/** Gives what the lock wrote down of this camera: what it wrote before this one was enrolled is of others.
 *  @param log its records, verified */
export function tellingsOf(
  log: { readonly access: readonly Told[]; readonly notices: readonly Told[] },
  cameraKey: Bytes,
): readonly Telling[] {
  let since = 0;
  let isOwn = false;
  for (const told of log.access) {
    const { entry, record } = told;
    if (!isCameraEnrolled(told) || entry.kind !== "statement" || entry.body.kind !== KIND_ENROL) continue;
    const isThis = crypto.isEqual(entry.body.board.signingKey, cameraKey);
    if (!isThis || !isOwn) since = record.lo;
    isOwn = isThis;
  }
  return log.notices.flatMap(({ record, entry }) => {
    if (entry.kind !== "camera" || entry.power === 0 || record.lo < since) return [];
    const isLate = entry.event === "unproven";
    return [{ seq: record.seq, number: entry.power, hash: entry.powerHash.slice(), isLate }];
  });
}

/** Gives the number of the newest record of which the lock knows; undefined where it knows of none. */
export function newestTold(tellings: readonly Telling[], told: number | undefined): number | undefined {
  const numbers = [...tellings.map(({ number }) => number), ...(told === undefined ? [] : [told])];
  return numbers.length === 0 ? undefined : Math.max(...numbers);
}

/** Judges. Of two records with one number the one that was kept first is believed, and the other is a doubt. */
export function judgePower({ lockId, cameraKey, kept, heard, tellings, told }: PowerCase): PowerVerdict {
  const book = join(kept, heard.records);
  const records = book.filter(({ record }, place) => book[place - 1]?.record.number !== record.number);
  const through = newestTold(tellings, told);
  const messages = records.map(({ message }) => message);
  const judged = judgeRail(crypto, cameraKey, { messages, asked: { from: 1, through } });
  const doubts: PowerDoubt[] = [];
  if (heard.strangers > 0) doubts.push({ kind: "unsigned", number: heard.strangers });
  for (const [place, kind] of judged.doubts) {
    const number = records[place]?.record.number ?? through ?? 0;
    // A camera that was never switched has no record, and its lock was told of none.
    if (kind === "footage" || (records.length === 0 && through === 0)) continue;
    doubts.push({ kind, number });
  }
  doubts.push(...twiceIn(book), ...deniedOf(kept, heard), ...untoldBy(book, tellings));
  const byNumber = new Map(records.map(({ record }) => [record.number, record]));
  const stretches = stretchesOf(judged.spans, byNumber, doubts).map((stretch) => {
    return { ...stretch, isOthers: stretch.from !== undefined && stretch.from.lockId !== lockId };
  });
  return { stretches, doubts, book, through };
}

function twiceIn(book: readonly KeptRecord[]): PowerDoubt[] {
  const numbers = book.map(({ record }) => record.number);
  const twice = numbers.filter((number, place) => numbers[place - 1] === number);
  return [...new Set(twice)].map((number) => ({ kind: "twice", number }));
}

/** Of one number that comes with another record instead, `twice` says more. What is older than all that it hands out has made room,
 *  and is named by the oldest. */
function deniedOf(kept: readonly KeptRecord[], { from, records }: HeardRecords): PowerDoubt[] {
  const numbers = new Set(records.map(({ record }) => record.number));
  const oldest = records.length === 0 ? from : Math.min(...numbers);
  return kept
    .filter(({ record }) => record.number >= oldest && !numbers.has(record.number))
    .map(({ record }) => ({ kind: "denied", number: record.number }));
}

function untoldBy(book: readonly KeptRecord[], tellings: readonly Telling[]): PowerDoubt[] {
  const names = new Map<number, Bytes[]>();
  for (const { record, name } of book)
    names.set(record.number, [...(names.get(record.number) ?? []), fromBase64url(name)]);
  const doubts: PowerDoubt[] = [];
  let newest = 0;
  for (const { seq, number, hash, isLate = false } of tellings) {
    const found = names.get(number) ?? [];
    const isOther = found.length > 0 && !found.some((each) => crypto.isEqual(each.subarray(0, hash.length), hash));
    if (isOther) doubts.push({ kind: "other", number, seq });
    if (number < newest && !isLate) doubts.push({ kind: "back", number, seq });
    newest = Math.max(newest, number);
  }
  return doubts;
}

/** Doubts of a record that say nothing of the time around it. */
const HARMLESS: readonly PowerDoubtKind[] = Object.freeze(["unsigned", "no-end", "denied", "back"]);
/** Doubts of which record of a number is the true one: they touch the time behind it as well. */
const OF_TWO: readonly PowerDoubtKind[] = Object.freeze(["twice", "other"]);

/** Puts times with and without power in a row. That there was none is said only between two records that join. */
function stretchesOf(
  spans: readonly PoweredSpan[],
  records: ReadonlyMap<number, RailRecord>,
  doubts: readonly PowerDoubt[],
): Omit<Stretch, "isOthers">[] {
  const numbersOf = (wanted: (kind: PowerDoubtKind) => boolean) =>
    new Set(doubts.filter(({ kind }) => wanted(kind)).map(({ number }) => number));
  const torn = numbersOf((kind) => !HARMLESS.includes(kind));
  const unsure = numbersOf((kind) => OF_TWO.includes(kind));
  const isOpen = doubts.some(({ kind }) => kind === "no-end");
  const at = (number: number | undefined) => (number === undefined ? undefined : records.get(number));
  const isOff = (record: RailRecord) => record.event !== "on" && !unsure.has(record.number);
  const between = { frames: undefined, isEndMissing: false };
  const stretches: Omit<Stretch, "isOthers">[] = [];
  let former: RailRecord | undefined;
  for (const { on, off, from, until } of spans) {
    const [begin, end] = [at(on), at(off)];
    const isEndMissing = off === undefined && (isOpen || on !== spans.at(-1)?.on);
    const next = begin ?? end;
    if (next !== undefined && former !== undefined && next !== former) {
      const isJoined = next.number === former.number + 1 && isOff(former) && !torn.has(next.number);
      stretches.push({ ...between, kind: isJoined ? "off" : "unknown", from: former, until: next });
    }
    const frames = from === undefined || until === undefined ? undefined : ([from, until] as const);
    stretches.push({ kind: "on", from: begin, until: end, frames, isEndMissing });
    former = end ?? begin;
  }
  if (former !== undefined && (former.event !== "on" || isOpen)) {
    const kind = isOff(former) && !isOpen ? "off" : "unknown";
    stretches.push({ ...between, kind, from: former, until: undefined });
  }
  return stretches;
}
