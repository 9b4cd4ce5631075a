// What the journal's records of the camera say, in words: when it saw, what it saw, and when it did not.
// Why: an owner who looks for a visit's film wants to know where it ends, and what the camera was prevented from seeing.
// Follows docs/protocol.cddl, `camera-34`; the words of the verdicts are those of docs/camera.md.

import type { CameraEvent, Entry } from "../firmware/journal/entry.ts";

/** What is said of a record. */
export interface Told {
  readonly how: string;
  readonly result: string;
}

/** Every verdict of a camera, by its number on the wire. A test holds it to the camera's own list. */
export const VERDICTS: readonly string[] = Object.freeze([
  ...["ok", "lights-off", "blind", "bright", "covered", "partial", "moved", "smeared"],
  ...["unproven", "frozen", "looped", "still", "unreadable", "unanswered"],
]);

const EVENTS: Readonly<Record<CameraEvent, string>> = Object.freeze({
  start: "films",
  head: "films on",
  end: "has filmed",
  lost: "IS LOST",
  alarm: "FAILS",
  back: "is back",
  unproven: "proves nothing in time",
});

/** Says what a camera had proven when somebody opened. @returns "" where that was nothing */
export function sayProof(proof: number | undefined): string {
  if (proof === undefined) return "";
  return proof === 1 ? "the camera recorded" : "the camera saw";
}

/** Gives the words of a record. */
export function tellCamera({ event, visit, verdict, head }: Extract<Entry, { kind: "camera" }>): Told {
  const of = visit === 0 ? "" : ` visit ${visit}`;
  // Of one that is lost the lock has the last word, and what it sees now nobody knows.
  const sees = event === "lost" ? "saw" : "sees";
  const seen =
    verdict === undefined ? "nothing is heard of it" : `${sees} ${VERDICTS[verdict] ?? `verdict ${verdict}`}`;
  const signed = head === undefined || head.frame === 0xffff_ffff ? "" : `, signed up to frame ${head.frame}`;
  return { how: `${EVENTS[event]}${event === "unproven" ? "" : of}`, result: `${seen}${signed}` };
}
