// A film held to what its owner keeps of the lock and of the camera: the heads that the lock wrote down, and the times with power.
// Why: a film that was cut at a whole second verifies by itself; that more was there only the lock's log says. And a camera that
// filmed while it said that it was off is found out by laying one beside the other.
// Follows docs/protocol.md §9; docs/protocol.cddl, `camera-34`.

import { crypto } from "#crypto";
import { type Bytes, toHex } from "../../firmware/bytes.ts";
import type { RecordedHead } from "../../firmware/evidence/finding.ts";
import { endOf } from "../../firmware/evidence/footage.ts";
import { judgeRail } from "../../firmware/evidence/rail.ts";
import { FRAME_NUMBER_MAX } from "../../firmware/evidence/segment.ts";
import type { ClipVerdict } from "../../firmware/evidence/verify.ts";
import { KIND_ENROL } from "../../firmware/grant/body.ts";
import { isCameraEnrolled } from "../claim/make.ts";
import type { Told } from "../claim/records.ts";
import { readShelf } from "../keptlog.ts";
import type { Keystore } from "../keystore.ts";
import type { OwnedLock } from "../person.ts";
import { readBook } from "../power/book.ts";
import { counted } from "../terminal.ts";

/** What a lock wrote down of cameras and of clips. */
export interface KeptHeads {
  readonly lockId: string;
  /** The Ed25519 keys of the cameras that were enrolled, 32 bytes each, the one that came last first. */
  readonly cameras: readonly Bytes[];
  readonly heads: readonly (RecordedHead & { readonly visit: number; readonly frame: number })[];
}

/** What came of it: what does not hold, and what was looked at, in sentences. */
export interface Held {
  readonly doubts: readonly string[];
  readonly lines: readonly string[];
  /** How many heads of the lock the film was held to, and how many checkpoints to the camera's records of its switch. */
  readonly heads: number;
  readonly checkpoints: number;
}

/** Gives what the logs that were fetched from these locks say of clips. @throws Failure where one does not hold */
export function keptHeads(keystore: Keystore, locks: readonly OwnedLock[]): readonly KeptHeads[] {
  return locks.flatMap((lock) => {
    const shelf = readShelf(keystore, lock);
    if (shelf === undefined) return [];
    const { access, notices } = shelf;
    const heads = notices.flatMap(({ entry }) => {
      if (entry.kind !== "camera" || entry.head === undefined) return [];
      const { clip, chain, frame } = entry.head;
      return [{ clip: clip.slice(), chain: chain.slice(), frame, visit: entry.visit }];
    });
    return [{ lockId: lock.id, cameras: camerasIn(access), heads }];
  });
}

function camerasIn(access: readonly Told[]): readonly Bytes[] {
  const keys = access.flatMap((told) => {
    const { entry } = told;
    const isEnrolment = isCameraEnrolled(told) && entry.kind === "statement" && entry.body.kind === KIND_ENROL;
    return isEnrolment ? [entry.body.board.signingKey.slice()] : [];
  });
  return keys.reverse();
}

/** Holds a film that was judged, with these heads among others, to what is kept.
 *  @param by the owner's keystore and what `keptHeads` gave of it; the key of the camera, 32 bytes */
export function holdClip(
  verdict: ClipVerdict,
  by: { readonly keystore: Keystore; readonly kept: readonly KeptHeads[]; readonly cameraKey: Bytes },
): Held {
  const { last } = verdict;
  const log = by.kept.find(({ lockId }) => lockId === last?.lockId);
  if (last === undefined || log === undefined) return { doubts: [], lines: [], heads: 0, checkpoints: 0 };
  const told = holdToLog(verdict, log, { clip: last.clip, visit: last.visit ?? 0 });
  const powered = holdToPower(verdict, by, log.lockId);
  return {
    doubts: [...told.doubts, ...powered.doubts],
    lines: [...told.lines, ...powered.lines],
    heads: told.heads,
    checkpoints: powered.checkpoints,
  };
}

type Part = Pick<Held, "doubts" | "lines">;

/** That each head is in the film the judge says himself: `not-told`. */
function holdToLog(
  { findings, last }: ClipVerdict,
  { heads }: KeptHeads,
  { clip, visit }: { readonly clip: Bytes; readonly visit: number },
): Part & { readonly heads: number } {
  const own = heads.filter((head) => toHex(head.clip) === toHex(clip));
  const isOther = own.length === 0 && visit !== 0 && heads.some((head) => head.visit === visit);
  if (isOther)
    return { doubts: [`The lock wrote down another film of visit ${visit}, and not this one.`], lines: [], heads: 0 };
  if (own.length === 0) return { doubts: [], lines: ["The lock's log that is kept here has nothing of it."], heads: 0 };
  const isWhole = !findings.some(({ kind }) => kind === "not-told");
  const of = `Held to the lock's log: the camera told the lock of it ${counted(own.length, "time")}`;
  // How much is not here tells a loss of power, which takes seconds, from an end that was cut off.
  const begun = own.map(({ frame }) => frame).filter((frame) => frame !== FRAME_NUMBER_MAX);
  const extent = `up to frame ${Math.max(0, ...begun)}; what is here goes up to frame ${last === undefined ? 0 : endOf(last) - 1}`;
  const lines = [`${of}, ${isWhole ? "and all of that is here" : extent}.`];
  return { doubts: [], lines, heads: own.length };
}

function holdToPower(
  { checkpoints }: ClipVerdict,
  { keystore, cameraKey }: { readonly keystore: Keystore; readonly cameraKey: Bytes },
  lockId: string,
): Part & { readonly checkpoints: number } {
  const book = readBook(keystore, { lockId, cameraKey });
  const records = book.filter(({ record }, place) => book[place - 1]?.record.number !== record.number);
  const newest = records.at(-1)?.record.number ?? 0;
  const known = checkpoints.filter(({ power }) => power <= newest);
  const missing =
    known.length < checkpoints.length
      ? ['Of its sensor\'s power not all is kept here: "latchkey camera power" fetches what the camera signed of it.']
      : [];
  if (known.length === 0) return { doubts: [], lines: missing, checkpoints: 0 };
  const messages = records.map(({ message }) => message);
  const judged = judgeRail(crypto, cameraKey, { messages, asked: { from: 1, through: newest }, checkpoints: known });
  const outside = judged.doubts.flatMap(([place, kind]) => (kind === "footage" ? (known[place] ?? []) : []));
  const doubts = outside.map((footage) => {
    const end = endOf(footage) - 1;
    const record = `record ${footage.power} of the camera's switch`;
    return `Frames ${footage.first} to ${end}: by ${record} the sensor had no power for them.`;
  });
  const isTorn = judged.doubts.some(([, kind]) => kind !== "footage") || records.length < book.length;
  const but = isTorn ? ', of which not all hold: "latchkey camera power" says what' : "";
  const of = `Held to ${counted(records.length, "record")} of the camera's switch${but}`;
  const lines = doubts.length === 0 ? [`${of}: each frame was taken while its sensor had power.`] : [`${of}.`];
  return { doubts, lines: [...lines, ...missing], checkpoints: known.length };
}
