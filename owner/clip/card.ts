// `latchkey clip list`, `get` and `keep`: the films on a camera's card, and how one comes to its owner with the camera's note.
// Why: a film that nobody fetched is gone when the card is, and one that nobody can tell from a forged one is worth nothing: so the
// note comes with it, and the file is held to it before it is called fetched.
// Follows docs/protocol.md §9 ("Room") and §9.1.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { crypto } from "#crypto";
import { type Bytes, toBase64url, toHex } from "../../firmware/bytes.ts";
import { type ClipManifest, verifyManifest } from "../../firmware/evidence/manifest.ts";
import { Fault } from "../../firmware/fault.ts";
import { type ClipMark, type ListedClip, READ_BYTES_MAX } from "../../firmware/link/viewer.ts";
import { seconds } from "../../firmware/platform.ts";
import { parseZone, type Zone } from "../../firmware/time/zone.ts";
import type { Act, Call, Outcome } from "../command.ts";
import { EXIT, Failure, usage } from "../failure.ts";
import { orRefuse } from "../given.ts";
import type { Keystore } from "../keystore.ts";
import { asViewer, LENS_OPTIONS } from "../lens.ts";
import type { Looking } from "../looking.ts";
import { sayMoment } from "../moment.ts";
import { PartFile, writeText } from "../output.ts";
import type { OwnedLock } from "../person.ts";
import { counted, printable } from "../terminal.ts";
import { keptHeads } from "./held.ts";
import { identitiesOf } from "./key.ts";
import { isSealedFor } from "./unseal.ts";
import { NOTE, piecesOf } from "./verify.ts";

/** The longest that is signed: docs/protocol.cddl. */
const NOTE_BYTES_MAX = 1_600;
const CLIPS_MAX = 10_000;
const UNKNOWN_TIME = 0xffff_ffff;
const FLAG_FETCHED = 1;
const FLAG_KEPT = 2;
const FLAG_OPEN = 4;
/** Pieces of a file that are asked for before the first has come. */
const AHEAD = 8;
/** How often a piece is asked for that the camera does not give: it counts what it is asked. */
const TRIES_MAX = 40;
const TRY_MILLIS = 100;
const OTHER = "NOT OK: the film is not the one of which the camera told, so it was not kept.";

/** The act `clip list`. */
export const list: Act = {
  summary: "show the films on the camera's card",
  positionals: [],
  options: LENS_OPTIONS,
  run: runList,
};

/** The act `clip get`. */
export const get: Act = {
  summary: "fetch a film, encrypted as it is, with the camera's note, where it has one",
  positionals: ["NAME|VISIT"],
  options: { ...LENS_OPTIONS, out: { value: "FILE", help: "where it goes; the note goes beside it, as FILE.note" } },
  run: runGet,
};

/** The act `clip keep`. */
export const keep: Act = {
  summary: "have the camera keep a film past its 30 days, or with --undo no longer",
  positionals: ["NAME|VISIT"],
  options: { ...LENS_OPTIONS, undo: { help: "let it go when its time is over, or room is needed" } },
  run: runKeep,
};

async function runList(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const { clips, filming } = await asViewer(call, keystore, lock, async (looking) => {
    const films = await askFilms(looking);
    if (films.clips.length === 0) await checkCard(looking);
    return films;
  });
  const zone = parseZone(lock.zone);
  for (const clip of clips) call.terminal.say(sayClip(clip, zone, clip === filming));
  if (clips.length === 0) call.terminal.say("There is no film on the camera's card.");
  return {
    exit: EXIT.OK,
    json: { lockId: lock.id, clips: clips.map((clip) => ({ ...clipObject(clip), isFilming: clip === filming })) },
  };
}

async function runGet(call: Call): Promise<Outcome> {
  const [wanted = ""] = call.positionals;
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const { clip, out, fetched, cameraKey } = await asViewer(call, keystore, lock, async (looking) => {
    const { clips, filming } = await askFilms(looking);
    const clip = chooseClip(clips, wanted);
    if (clip === filming)
      throw new Failure(EXIT.REFUSED, "That film has no end yet: try again when the visit is over.");
    const out = call.option("out") ?? `${clip.visit === 0 ? nameOf(clip) : `visit-${clip.visit}`}.mkv.age`;
    for (const file of [out, out + NOTE])
      if (existsSync(file)) throw usage(`${printable(file)} is there already: give another name with --out.`);
    const isLost = lacksEnd(clip) && !(await hasNote(looking, clip, lock.id));
    const fetched = isLost
      ? { size: await fetchLost(looking, clip, out), frames: undefined }
      : framesOf(await fetchClip(looking, clip, { out, lockId: lock.id }));
    const canOpen = await isSealedFor(piecesOf(out), await identitiesOf(call, keystore));
    const unmarked = await markFetched(looking, clip, canOpen);
    if (unmarked !== undefined) call.terminal.warn(unmarked);
    return { clip, out, fetched, cameraKey: looking.cameraKey };
  });
  const { size, frames } = fetched;
  const noted =
    frames === undefined
      ? "as far as it goes: it lost its end, so the camera has noted nothing of it, and nothing vouches for where it ends"
      : `${counted(frames, "frame")}, as the camera noted them`;
  call.terminal.say(`${printable(out)}: ${size} bytes, ${noted}.`);
  const key = isKept(keystore, lock, cameraKey) ? "" : ` --camera ${toBase64url(cameraKey)}`;
  call.terminal.say(`To look at every picture: latchkey clip verify ${quoted(out)}${key}`);
  const note = frames === undefined ? null : out + NOTE;
  return { exit: EXIT.OK, json: { lockId: lock.id, file: out, note, frames: frames ?? null, ...clipObject(clip) } };
}

/** Whether a film has no end: it is being written, or power went, or the card. */
function lacksEnd({ flags }: ListedClip): boolean {
  return (flags & FLAG_OPEN) !== 0;
}

/** Whether a film that is listed without an end has one: the camera signs the note before it marks the end, and power may go between. */
async function hasNote(looking: Asker, { clip, bytes }: ListedClip, lockId: string): Promise<boolean> {
  const answer = await looking.ask({ kind: "read", clip, part: "manifest", offset: 0 });
  if (answer.kind !== "read") return false;
  try {
    const manifest = verifyManifest(crypto, looking.cameraKey, answer.bytes);
    return manifest.lockId === lockId && toHex(manifest.clip) === toHex(clip) && manifest.size <= bytes;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return false;
  }
}

/** That no film is listed says something only of a card that the camera can read. @throws Failure where it may not be able to */
async function checkCard(looking: Asker): Promise<void> {
  const answer = await looking.ask({ kind: "status" });
  if (answer.kind !== "status" || answer.status.freeKib > 0) return;
  throw new Failure(
    EXIT.REFUSED,
    "The camera knows of no film: its card is missing, cannot be read, or is full of something else.",
  );
}

function framesOf({ size, firstFrame, lastFrame }: ClipManifest): { readonly size: number; readonly frames: number } {
  return { size, frames: lastFrame - firstFrame + 1 };
}

/** Whether the camera's key is in the log that is kept here, where "clip verify" finds it by itself. */
function isKept(keystore: Keystore, lock: OwnedLock, cameraKey: Bytes): boolean {
  try {
    const [log] = keptHeads(keystore, [lock]);
    return log?.cameras.some((kept) => toHex(kept) === toHex(cameraKey)) ?? false;
  } catch (error) {
    if (!(error instanceof Failure || error instanceof Fault)) throw error;
    return false;
  }
}

/** Gives a name as a shell takes it. */
function quoted(name: string): string {
  const safe = printable(name);
  return /^[\w./~+-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}

async function runKeep(call: Call): Promise<Outcome> {
  const [wanted = ""] = call.positionals;
  const isUndone = call.has("undo");
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const clip = await asViewer(call, keystore, lock, async (looking) => {
    const clip = chooseClip(await askClips(looking), wanted);
    await mark(looking, clip, isUndone ? "let-go" : "kept");
    return clip;
  });
  call.terminal.say(`${nameOf(clip)}: ${isUndone ? "goes when its time is over" : "the camera keeps it"}.`);
  return { exit: EXIT.OK, json: { lockId: lock.id, clip: nameOf(clip), isKept: !isUndone } };
}

/** The films on a card, and which of them is being written; others without an end lost it. */
interface Films {
  readonly clips: readonly ListedClip[];
  readonly filming: ListedClip | undefined;
}

/** Asks for all films, and which of them is being written. @throws Failure */
export async function askFilms(looking: Pick<Looking, "ask">): Promise<Films> {
  const clips = await askClips(looking);
  const open = clips.filter(lacksEnd);
  if (open.length === 0) return { clips, filming: undefined };
  const answer = await looking.ask({ kind: "status" });
  if (answer.kind === "status" && answer.status.isRecording) return { clips, filming: open.at(-1) };
  // A film that was being written may have ended since it was listed, and another may have begun.
  const names = new Set(clips.map(nameOf));
  const later = await askClips(looking);
  return { clips: later, filming: later.find((clip) => lacksEnd(clip) && !names.has(nameOf(clip))) };
}

/** Asks for all films. @throws Failure */
async function askClips(looking: Pick<Looking, "ask">): Promise<readonly ListedClip[]> {
  const clips = new Map<string, ListedClip>();
  for (let from = 0; clips.size < CLIPS_MAX; ) {
    const answer = await looking.ask({ kind: "list", from });
    if (answer.kind !== "list") throw new Failure(EXIT.REFUSED, "The camera does not list its films now: try again.");
    const fresh = answer.clips.filter((clip) => !clips.has(nameOf(clip)));
    for (const clip of fresh) clips.set(nameOf(clip), clip);
    const last = fresh.at(-1);
    if (last === undefined || last.firstFrame + 1 <= from) break;
    from = last.firstFrame + 1;
  }
  return [...clips.values()];
}

/** Whoever asks a camera of that key, and gets its answers. */
export type Asker = Pick<Looking, "ask" | "cameraKey">;

/** Fetches a film and its note into files, and holds one to the other.
 *  @throws Failure where the note is not the camera's, or the file is not the noted one: then no file is left */
export async function fetchClip(
  looking: Asker,
  { clip, bytes }: ListedClip,
  { out, lockId }: { readonly out: string; readonly lockId: string },
): Promise<ClipManifest> {
  const message = await readNote(looking, clip);
  const sentence = "NOT OK: the camera's note of that film is not signed by it, so nothing was fetched.";
  const manifest = orRefuse(() => verifyManifest(crypto, looking.cameraKey, message), sentence);
  if (manifest.lockId !== lockId || toHex(manifest.clip) !== toHex(clip)) throw new Failure(EXIT.UNVERIFIED, sentence);
  if (manifest.size > bytes) throw new Failure(EXIT.UNVERIFIED, OTHER);
  await saveFilm(looking, { clip, out, size: manifest.size }, ({ size, hash }) => {
    if (size !== manifest.size || hash !== toHex(manifest.hash)) throw new Failure(EXIT.UNVERIFIED, OTHER);
  });
  writeText(out + NOTE, toBase64url(message));
  return manifest;
}

/** Fetches into a file what there is of a film that lost its end: it has no note. @returns its bytes @throws Failure */
async function fetchLost(looking: Asker, { clip, bytes }: ListedClip, out: string): Promise<number> {
  return saveFilm(looking, { clip, out, size: bytes }, ({ size }) => {
    if (size === 0) throw new Failure(EXIT.REFUSED, "That film lost its end, and nothing of it is on the card.");
  });
}

/** What was read of a film. */
interface Saved {
  readonly size: number;
  /** Its SHA-256, in base16. */
  readonly hash: string;
}

/** Reads a film into a file. @param film `size`: the most bytes that it may have   @param judge throws where it is not what it should be
 *  @returns its bytes @throws Failure: then no file is left */
async function saveFilm(
  looking: Asker,
  { clip, out, size: sizeMax }: { readonly clip: Bytes; readonly out: string; readonly size: number },
  judge: (saved: Saved) => void,
): Promise<number> {
  const hash = createHash("sha256");
  let size = 0;
  const file = new PartFile(out);
  try {
    await readFilm(looking, { clip, size: sizeMax }, (piece) => {
      if (size + piece.length > sizeMax) throw new Failure(EXIT.UNVERIFIED, OTHER);
      file.write(piece);
      hash.update(piece);
      size += piece.length;
    });
    judge({ size, hash: hash.digest("hex") });
    file.finish();
    return size;
  } catch (error) {
    file.drop();
    throw error;
  }
}

/** Reads the note, which one piece holds. @throws Failure where it is longer than anything that is signed */
async function readNote(looking: Asker, clip: Bytes): Promise<Bytes> {
  const note = await readPiece(looking, { clip, part: "manifest" }, 0);
  if (note.length > NOTE_BYTES_MAX)
    throw new Failure(EXIT.UNVERIFIED, "NOT OK: the camera's note of that film is none, so nothing was fetched.");
  return note;
}

interface Reading {
  readonly clip: Bytes;
  readonly part: "file" | "manifest";
}

async function readPiece(looking: Asker, reading: Reading, offset: number): Promise<Bytes> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const answer = await looking.ask({ kind: "read", ...reading, offset });
    if (answer.kind === "read") return answer.bytes;
    await new Promise((resolve) => setTimeout(resolve, TRY_MILLIS));
  }
  throw new Failure(EXIT.REFUSED, "The camera does not give that film: is it gone from the card?");
}

/** Reads a film of so many bytes at most from the card, several pieces at a time, in order. @throws Failure */
async function readFilm(
  looking: Asker,
  { clip, size }: { readonly clip: Bytes; readonly size: number },
  take: (piece: Bytes) => void,
): Promise<void> {
  const pending: Promise<Bytes>[] = [];
  let next = 0;
  for (;;) {
    while (pending.length < AHEAD && next < size) {
      const piece = readPiece(looking, { clip, part: "file" }, next);
      // It is waited for below; one that fails meanwhile must not end the process.
      piece.catch(() => undefined);
      pending.push(piece);
      next += READ_BYTES_MAX;
    }
    const piece = await pending.shift();
    if (piece === undefined) return;
    take(piece);
    if (piece.length < READ_BYTES_MAX) return;
  }
}

/** Tells the camera that an owner has a film. Whoever has it and cannot open it has nothing: for them it must not leave the card.
 *  @returns why the camera keeps it as one that nobody fetched; undefined where it does not. Whatever it says, the film is here. */
async function markFetched(looking: Asker, { clip }: ListedClip, canOpen: boolean): Promise<string | undefined> {
  if (!canOpen)
    return 'Your key does not open it, so the camera keeps the film as one that nobody fetched. "latchkey camera recipients" says for whom it seals the next ones.';
  try {
    if ((await looking.ask({ kind: "mark", clip, mark: "fetched" })).kind === "yes") return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
  return "The camera could not note that you have it: it keeps the film as one that nobody fetched.";
}

async function mark(looking: Looking, { clip }: ListedClip, mark: ClipMark): Promise<void> {
  const answer = await looking.ask({ kind: "mark", clip, mark });
  if (answer.kind !== "yes") throw new Failure(EXIT.REFUSED, "The camera did not note that: try again.");
}

/** Finds a film by its name, by the beginning of one, or the newest of a visit. @throws Failure */
export function chooseClip(clips: readonly ListedClip[], wanted: string): ListedClip {
  const isVisit = /^\d{1,10}$/.test(wanted) && Number(wanted) > 0;
  const found = clips.filter((clip) => (isVisit ? clip.visit === Number(wanted) : nameOf(clip).startsWith(wanted)));
  const [first, second] = found;
  if (first === undefined || wanted === "")
    throw usage(`There is no film "${printable(wanted)}": "latchkey clip list" shows them.`);
  if (second !== undefined) {
    const names = found.map(nameOf).join(", ");
    throw usage(`"${printable(wanted)}" is several films: ${names}. Give one of these names.`);
  }
  return first;
}

function nameOf({ clip }: ListedClip): string {
  return toBase64url(clip);
}

/** Says a film: "visit 41  until Mon 2 Nov 2026 08:59 (UTC+01:00)  30 frames  1.2 MB  fetched  wcHB..." */
function sayClip(clip: ListedClip, zone: Zone, isFilming: boolean): string {
  const { visit, bytes, firstFrame, lastFrame, endedLo, endedHi, flags } = clip;
  const isOpen = (flags & FLAG_OPEN) !== 0;
  // The camera notes when a film ended, and not when it began.
  const until = endedHi === UNKNOWN_TIME ? "until some time after" : "until";
  const ended = endedLo === 0 ? "ended at an unknown time" : `${until} ${sayMoment(zone, seconds(endedLo))}`;
  const when = isFilming ? "still filming" : isOpen ? "it was cut off" : ended;
  const marks = [
    ...(isOpen && !isFilming ? ["no end"] : []),
    ...((flags & FLAG_FETCHED) !== 0 ? ["fetched"] : ["NOT FETCHED"]),
    ...((flags & FLAG_KEPT) !== 0 ? ["kept"] : []),
  ].join(", ");
  const of = visit === 0 ? "no visit" : `visit ${visit}`;
  const size = `${(bytes / 1_000_000).toFixed(1)} MB`;
  const frames = isOpen ? "" : `${counted(lastFrame - firstFrame + 1, "frame")}, `;
  return `${of.padEnd(12)}${when}  ${frames}${size}, ${marks}  ${nameOf(clip)}`;
}

function clipObject(clip: ListedClip): Record<string, unknown> {
  const { visit, bytes, firstFrame, lastFrame, endedLo, endedHi, flags } = clip;
  return {
    ...{ clip: nameOf(clip), visit, bytes, firstFrame, lastFrame },
    endedLo,
    endedHi: endedHi === UNKNOWN_TIME ? null : endedHi,
    isFetched: (flags & FLAG_FETCHED) !== 0,
    isKept: (flags & FLAG_KEPT) !== 0,
    isOpen: (flags & FLAG_OPEN) !== 0,
  };
}
