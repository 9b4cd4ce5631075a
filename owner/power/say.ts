// A camera's times with power and without, and each doubt, in words.
// Why: whoever asks whether the camera looked wants an answer, and where there is none, the reason.
// Follows docs/protocol.md §9, "Power".

import type { RailRecord } from "../../firmware/evidence/rail.ts";
import type { Zone } from "../../firmware/time/zone.ts";
import { sayMoment } from "../moment.ts";
import { counted, printable } from "../terminal.ts";
import type { PowerDoubt, PowerVerdict, Stretch } from "./judge.ts";

/** What none of this proves. */
export const LIMIT =
  "This cannot prove what a camera did whose program was replaced: for that there is its red light, which no program puts out.";

/** A lock that is this sure of the time needs no word. */
const SURE_SECONDS = 120;
const HI_UNKNOWN = 0xffff_ffff;

/** How things are said. */
export interface Saying {
  readonly zone: Zone;
  /** Who opened, by the number of the visit. */
  readonly names: ReadonlyMap<number, string>;
}

/** Says whether the records hold. */
export function sayPower({ book, doubts, through }: PowerVerdict): string {
  const records = counted(book.length, "record");
  if (doubts.length > 0) return `NOT OK: ${records} of the camera's switch, but:`;
  if (book.length === 0) return "OK: the sensor never had power, and the lock was told of no switch.";
  return `OK: ${records} of the camera's switch, none missing, up to the newest that the lock knows (${through ?? 0}).`;
}

/** Says what is wrong. */
export function sayDoubt({ kind, number, seq }: PowerDoubt): string {
  const record = `Record ${number} of the switch`;
  switch (kind) {
    case "unsigned":
      return `${counted(number, "record")} that the camera handed out ${number === 1 ? "is" : "are"} not signed by it.`;
    case "gap":
      return `Records of the switch are missing before record ${number}: they were taken out, or the camera hides them.`;
    case "no-start":
      return `The records of the switch before record ${number} are missing.`;
    case "no-end":
      return number === 0
        ? "Nothing says which record of the switch is the newest: the lock has heard of none yet."
        : `The records of the switch end before record ${number}, of which the camera told the lock: its end was cut off.`;
    case "fork":
      return `${record} names another one before it than the one that is here: the camera signed two stories.`;
    case "order":
      return `${record} says on where it was on, or off where it was off.`;
    case "frames":
      return `${record}: frames were taken while it says that the sensor was off, or a number came back.`;
    case "twice":
      return `${record} is there twice, and they differ: the camera's key signed both, and both are kept here as proof.`;
    case "denied":
      return `${record} is denied: the camera handed it out before, it is kept here, and now the camera has it no more.`;
    case "other":
      return `${record} is not the one that the lock wrote down (its record ${seq ?? 0}): the camera signed two of that number.`;
    case "back":
      return `The camera told the lock of record ${number} after a newer one (the lock's record ${seq ?? 0}): it was put back.`;
  }
}

/** Says one stretch: "off  Mon 2 Nov 2026 09:01 (UTC+01:00) to ...: the sensor had no power". */
export function sayStretch(stretch: Stretch, { zone, names }: Saying): string {
  const { kind, from, until, frames, isEndMissing } = stretch;
  const start = from === undefined ? "at a time that is not known" : sayTold(from, zone);
  if (kind === "unknown") {
    const [end, between] =
      until === undefined
        ? ["now", `behind record ${from?.number ?? 0}`]
        : [sayEnd(until, zone), `between records ${from?.number ?? 0} and ${until.number}`];
    return `?    ${start} to ${end}: nothing says whether the sensor had power, ${between}`;
  }
  if (kind === "off") {
    if (until === undefined) return `off  ${start} until now, as far as the lock was told: the sensor has no power`;
    return `off  ${start} to ${sayEnd(until, zone)}: the sensor had no power`;
  }
  const end = until === undefined && !isEndMissing ? "now, as far as the lock was told" : sayEnd(until, zone);
  const taken = frames === undefined ? "its frames are not counted yet" : sayFrames(frames);
  return `ON   ${start} to ${end}: ${sayReason(stretch, names)}, ${taken}`;
}

/** Whether a stretch reaches to a time or beyond it. @param since epoch seconds */
export function reachesTo({ until }: Stretch, since: number): boolean {
  return until?.told === undefined || until.told[1] >= since;
}

/** Gives a stretch for --json. */
export function stretchObject(stretch: Stretch): Record<string, unknown> {
  const { kind, from, until, frames, isOthers, isEndMissing } = stretch;
  return {
    kind,
    fromRecord: from?.number ?? null,
    untilRecord: until?.number ?? null,
    from: timesOf(from),
    until: timesOf(until),
    ...(kind === "on" ? { mode: from?.mode ?? null, visit: visitOf(stretch) ?? null, isOthers } : {}),
    ...(kind === "on" ? { frames: frames === undefined ? null : frames[1] - frames[0] } : {}),
    ...(frames === undefined || frames[1] === frames[0] ? {} : { firstFrame: frames[0], lastFrame: frames[1] - 1 }),
    ...(kind === "on" ? { isPowerLost: until?.event === "lost", isEndMissing } : {}),
  };
}

function timesOf(record: RailRecord | undefined): readonly [number, number | null] | null {
  if (record?.told === undefined) return null;
  const [lo, hi] = record.told;
  return [lo, hi === HI_UNKNOWN ? null : hi];
}

/** Gives the visit of this lock for which the sensor had power; undefined where there is none. */
export function visitOf({ kind, from, isOthers }: Stretch): number | undefined {
  if (kind !== "on" || isOthers || from?.visit === 0) return undefined;
  return from?.visit;
}

function sayTold({ told }: RailRecord, zone: Zone): string {
  if (told === undefined) return "at a time that no lock told";
  const [lo, hi] = told;
  if (hi === HI_UNKNOWN) return `${sayMoment(zone, lo)} or later`;
  return hi - lo <= SURE_SECONDS ? sayMoment(zone, lo) : `between ${sayMoment(zone, lo)} and ${sayMoment(zone, hi)}`;
}

function sayEnd(until: RailRecord | undefined, zone: Zone): string {
  if (until === undefined) return "a time that is not known";
  if (until.event === "lost") return `its own power was lost, before ${sayTold(until, zone)}`;
  return sayTold(until, zone);
}

function sayReason(stretch: Stretch, names: ReadonlyMap<number, string>): string {
  const { from, isOthers } = stretch;
  if (from === undefined) return "why is not known";
  if (isOthers) return `for another lock, mode ${from.mode}`;
  const visit = visitOf(stretch);
  if (visit !== undefined) {
    const name = names.get(visit);
    return `visit ${visit}${name === undefined ? "" : ` (${printable(name)})`}, mode ${from.mode}`;
  }
  return from.mode === "always" ? "mode always" : `somebody knocked, mode ${from.mode}`;
}

function sayFrames([first, end]: readonly [number, number]): string {
  if (end <= first) return "no frame";
  return `${counted(end - first, "frame")} (${first}${end - first === 1 ? "" : ` to ${end - 1}`})`;
}
