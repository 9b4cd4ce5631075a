// Which clips leave the card: those whose time is over, and where room is needed, what the owner will miss least.
// Why: a full card must not be a way to make a camera forget. Whoever fills it with idle clips loses those; a clip of a visit
// that nobody has fetched stays, and the camera says that it cannot record, so that the lock lets no courier in.
// Follows docs/protocol.md §9, "Room".

import { assert } from "../firmware/fault.ts";
import type { Seconds } from "../firmware/platform.ts";

/** A clip on the card. */
export interface StoredClip {
  /** Its place in the order of recording: the number of its last frame. */
  readonly lastFrame: number;
  readonly bytes: number;
  /** The latest time at which it may have ended; undefined where no lock had told the time. */
  readonly endedBefore: Seconds | undefined;
  /** Whether it is of a visit, and not of an idle hour. */
  readonly isOfVisit: boolean;
  /** Whether an owner has it, and has said so. */
  readonly isFetched: boolean;
  /** Whether an owner asked that it stays, for a claim. */
  readonly isKept: boolean;
}

/** What the card and the owner allow. */
export interface Room {
  readonly freeBytes: number;
  /** What the next clip may take. */
  readonly neededBytes: number;
  /** How long a clip stays. */
  readonly keepSeconds: number;
  /** The earliest time that it may be now; undefined where no lock has told it. */
  readonly now: Seconds | undefined;
}

/** What to do. */
export interface Clearing {
  /** In this order. */
  readonly remove: readonly StoredClip[];
  /** Whether the next clip then fits. Where it does not, the camera may not promise to record. */
  readonly hasRoom: boolean;
}

/** Says which clips are removed now. Clips whose time is over go in any case; then, one by one until the next clip fits, fetched
 *  clips of idle hours, idle ones that nobody fetched, fetched ones of visits: the oldest of each first. What an owner keeps, and
 *  what is of a visit and was not fetched, never goes before its time. */
export function clear(clips: readonly StoredClip[], { freeBytes, neededBytes, keepSeconds, now }: Room): Clearing {
  assert(neededBytes > 0 && keepSeconds > 0, "a clip needs room, and stays for a while");
  const isOver = ({ endedBefore, isKept }: StoredClip) =>
    !isKept && now !== undefined && endedBefore !== undefined && endedBefore + keepSeconds < now;
  const remove = byAge(clips.filter(isOver));
  let free = remove.reduce((sum, { bytes }) => sum + bytes, freeBytes);
  const candidates = byAge(clips.filter((clip) => !isOver(clip) && rankOf(clip) !== undefined));
  candidates.sort((left, right) => (rankOf(left) ?? 0) - (rankOf(right) ?? 0));
  const enough: StoredClip[] = [];
  for (const clip of candidates) {
    if (free >= neededBytes) break;
    enough.push(clip);
    free += clip.bytes;
  }
  // Nothing is given up for a clip that would not fit all the same.
  const hasRoom = free >= neededBytes;
  return { remove: hasRoom ? [...remove, ...enough] : remove, hasRoom };
}

/** How soon a clip goes; undefined where it stays. */
function rankOf({ isOfVisit, isFetched, isKept }: StoredClip): number | undefined {
  if (isKept || (isOfVisit && !isFetched)) return undefined;
  if (isOfVisit) return 2;
  return isFetched ? 0 : 1;
}

function byAge(clips: readonly StoredClip[]): StoredClip[] {
  return [...clips].sort((left, right) => left.lastFrame - right.lastFrame);
}
