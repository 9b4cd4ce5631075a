// What can be said against a clip, and what it is held to.
// Why: every tool that shows a clip says the same of it, in the same words.
// Follows docs/protocol.md §9.

import { type Bytes, toHex } from "../bytes.ts";
import { type Footage, SHORT_HASH_BYTES } from "./footage.ts";

/** What can be wrong with a clip. */
export type FindingKind =
  | "changed" // A picture, its number or its time is not what was signed.
  | "missing" // Signed, and not there.
  | "extra" // There, and signed by nobody: it claims a number that another frame has, or that no frame of this clip has.
  | "moved" // As signed, and not where it belongs.
  | "unsigned" // It has our segment, and no checkpoint covers it.
  | "stripped" // It has no segment of ours.
  | "retimed" // As signed, and the file shows it at another time.
  | "gap" // Checkpoints that are missing, by their numbers in the clip.
  | "repeat" // A checkpoint that is there twice.
  | "contradiction" // Two checkpoints of the camera's own key that cannot both be true.
  | "forged" // A checkpoint that does not verify.
  | "stranger" // A checkpoint of another key.
  | "other-clip" // A checkpoint of another clip of this camera.
  | "other-visit" // A checkpoint for another visit, grant or lock than was asked about.
  | "not-told" // A chain head that the lock was told, and that is not in the clip.
  | "no-start" // The first frames are missing.
  | "no-end" // No frame says that the clip ends there.
  | "foreign" // The file has something that a player may show, or be led by, and that is no picture of the camera.
  | "damaged" // The file cannot be read on from there, or is over before the end that it names.
  | "broken-off"; // The file ends within a picture.

/** One thing that is wrong. */
export interface Finding {
  readonly kind: FindingKind;
  /** What `from` and `through` count: frames by the camera's numbers, places in the file from 1 on, checkpoints, or bytes of
   *  the file from 0 on. */
  readonly by: "frame" | "place" | "checkpoint" | "clip" | "byte";
  readonly from: number;
  readonly through: number;
}

/** What a clip is held to, besides the camera's key. Each is looked at where it is given. */
export interface Expected {
  readonly lockId?: string | undefined;
  readonly clip?: Bytes | undefined;
  readonly visit?: number | undefined;
  readonly grant?: Bytes | undefined;
  /** Heads that the lock was told by the camera, and signed: 32 bytes each. */
  readonly heads?: readonly Bytes[] | undefined;
  /** What a lock recorded of any clips: those of the clip that is judged count as heads. */
  readonly recorded?: readonly RecordedHead[] | undefined;
}

/** What a lock recorded of a clip. */
export interface RecordedHead {
  /** 16 bytes. */
  readonly clip: Bytes;
  /** 32 bytes. */
  readonly chain: Bytes;
}

/** One frame as it stood in the file. */
export interface FoundFrame {
  /** Its place in the file, from 1 on. */
  readonly place: number;
  readonly seq: number;
  readonly ms: number;
  /** 32 bytes. */
  readonly hash: Bytes;
  /** What its segment says of the chain behind it: 32 bytes. */
  readonly chain: Bytes;
  /** The container's time in milliseconds; undefined where it has none. */
  readonly shownAt: number | undefined;
}

/** Gives a finding. */
export function finding(
  kind: FindingKind,
  by: Finding["by"],
  [from, through]: readonly [from: number, through: number],
): Finding {
  return { kind, by, from, through };
}

/** Gives the runs in a list of rising numbers, each as its first and its last. */
export function rangesOf(numbers: readonly number[]): [from: number, through: number][] {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

/** Gives one frame's part of a checkpoint as text, to be compared. @param index 0..59 */
export function shortHashAt({ hashes }: Footage, index: number): string {
  return toHex(hashes.subarray(index * SHORT_HASH_BYTES, (index + 1) * SHORT_HASH_BYTES));
}
