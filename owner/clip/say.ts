// What was found of a clip, in sentences.
// Why: whoever is shown a film must know at once whether it proves something, and if not, which part, and why.
// Follows docs/protocol.md §9.

import { toBase64url } from "../../firmware/bytes.ts";
import type { Finding, FindingKind } from "../../firmware/evidence/finding.ts";
import { endOf } from "../../firmware/evidence/footage.ts";
import type { ClipVerdict } from "../../firmware/evidence/verify.ts";
import type { Zone } from "../../firmware/time/zone.ts";
import { sayMoment } from "../moment.ts";
import { counted } from "../terminal.ts";

const HI_UNKNOWN = 0xffff_ffff;
/** More lines than that help nobody; --json has all. */
const LINES_MAX = 40;

const SAID: Readonly<Record<FindingKind, string>> = Object.freeze({
  changed: "changed: not what the camera signed",
  missing: "missing: the camera signed it, and it is not here",
  extra: "extra: it claims a number that is another frame's, or none of this clip",
  moved: "moved: as the camera signed it, and in the wrong place",
  unsigned: "unsigned: nothing that the camera signed covers it",
  stripped: "without a signature: NOT OK, whatever it shows",
  retimed: "shown at another time than the camera signed",
  gap: "missing: what the camera signed about that second was taken out",
  repeat: "there twice",
  contradiction:
    "contradicts another one that the camera's key signed: the key is in other hands, or the camera is broken",
  forged: "carries a signature that does not hold",
  stranger: "carries a signature of another key than this camera's",
  "other-clip": "carries a signature that belongs to another clip",
  "other-visit": "carries a signature for another visit, grant or lock than you asked about",
  "not-told":
    "The lock was told of frames that are not here: power or card went, which takes the last seconds along, or the end was cut off later.",
  "no-start": "The beginning is missing.",
  "no-end": "The end is missing: no frame says that the clip ends there.",
  foreign: "no picture of the camera. A player may show it, or be led by it, and nobody vouches for it",
  damaged: "the file is damaged there, and cannot be read on",
  "broken-off": "the file breaks off within a picture",
});

const WHAT = Object.freeze({ frame: "Frame", place: "Picture", checkpoint: "Checkpoint", byte: "Byte" });

/** Says one finding. */
export function sayFinding({ kind, by, from, through }: Finding): string {
  if (by === "clip") return SAID[kind];
  const what = WHAT[by];
  const which = from === through ? `${what} ${from}` : `${what}s ${from} to ${through}`;
  const inFile = by === "place" || by === "byte" ? " of the file" : "";
  return `${which}${inFile}: ${SAID[kind]}.`;
}

/** Says a verdict: first whether it is OK, then all that is not, then what the clip is of. */
export function sayVerdict(verdict: ClipVerdict, zone: Zone): string[] {
  const { findings } = verdict;
  const lines = [sayFirst(verdict), ...findings.slice(0, LINES_MAX).map((each) => `  ${sayFinding(each)}`)];
  if (findings.length > LINES_MAX) lines.push(`  and ${counted(findings.length - LINES_MAX, "more finding")}.`);
  return [...lines, ...sayFacts(verdict, zone)];
}

function sayFirst({ isOk, isCutOnly, frames, sound, findings }: ClipVerdict): string {
  const has = (wanted: FindingKind) => findings.some(({ kind }) => kind === wanted);
  if (isOk) return `OK: ${counted(frames, "frame")}, each as the camera signed it, from the first to the last.`;
  if (isCutOnly) {
    const behind = frames - sound;
    const unvouched = behind === 0 ? "" : ` Nobody vouches for the ${counted(behind, "picture")} behind them.`;
    return `NOT OK: the end is missing. ${counted(sound, "frame")} before it are as the camera signed them: it lost power there, or somebody cut the rest off.${unvouched}`;
  }
  if (frames > 0 && findings.some(({ kind, from, through }) => kind === "stripped" && through - from + 1 === frames)) {
    return "NOT OK: no frame carries a signature. Whatever this shows, no camera vouches for it.";
  }
  if (has("foreign"))
    return `NOT OK: the file has more than the camera's pictures, and a player may show that instead. ${counted(sound, "frame")} are as the camera signed them.`;
  if (has("damaged"))
    return `NOT OK: the file is damaged. ${counted(sound, "frame")} before that place are as the camera signed them; nobody vouches for what is behind it.`;
  return `NOT OK: ${sound} of ${counted(frames, "frame")} are as the camera signed them.`;
}

function sayFacts({ first, last, skipped }: ClipVerdict, zone: Zone): string[] {
  if (first === undefined || last === undefined) return [];
  const lines = [`Clip ${toBase64url(last.clip)} of lock ${last.lockId}, frames ${first.first} to ${endOf(last) - 1}.`];
  if (last.visit !== undefined) {
    const grant = last.grant === undefined ? "" : `, under grant ${toBase64url(last.grant)}`;
    lines.push(`Made for visit ${last.visit}${grant}.`);
  }
  if (last.told !== undefined) {
    const { lo, hi, ms } = last.told;
    const until = hi === HI_UNKNOWN ? "later" : sayMoment(zone, hi);
    lines.push(
      `The lock said that it was ${sayMoment(zone, lo)} to ${until}, ${(ms / 1_000).toFixed(1)} s into the clip.`,
    );
  } else lines.push("The lock told no time: the clip says what happened, and not when.");
  if (skipped > 0) lines.push(`The camera says that it took ${counted(skipped, "frame")} more and did not keep them.`);
  return lines;
}
