// The films of a claim, as far as they lie beside it: whether each is the file that was claimed, and shows what the camera signed.
// Why: a note proves which file a camera wrote, and only the file itself what is on it.
// Follows docs/protocol.md §9.

import { statSync } from "node:fs";
import { join } from "node:path";
import { crypto } from "#crypto";
import { type Bytes, toHex } from "../../firmware/bytes.ts";
import { kid8 } from "../../firmware/cose/key.ts";
import { endOf } from "../../firmware/evidence/footage.ts";
import { chainSeed, FRAME_NUMBER_MAX } from "../../firmware/evidence/segment.ts";
import type { ClipVerdict } from "../../firmware/evidence/verify.ts";
import type { ClipHead } from "../../firmware/journal/entry.ts";
import { SealedForOthers } from "../clip/unseal.ts";
import { isAge, judgeClip, measure } from "../clip/verify.ts";
import { EXIT, Failure } from "../failure.ts";
import type { ClipCount } from "./form.ts";
import { type Doubt, type Judged, type NotedClip, shownGrant } from "./judge.ts";

/** What came of one film. `here`: its pictures were looked at; `sealed`: the file is here, and none of the keys opens it; `away`: it
 *  is not here. */
export interface JudgedFilm {
  readonly name: string;
  readonly state: "here" | "sealed" | "away";
  /** Whether what was claimed is the file that the camera noted, by its hash and size. */
  readonly isAsNoted: boolean;
  /** Of its pictures, where they were looked at. */
  readonly count: ClipCount | undefined;
  /** Which film it is, by the note or else by its pictures; undefined where neither says. */
  readonly extent: Extent | undefined;
  /** Where all that is wrong is that its end is not here: the newest frame of it that the camera told the lock. */
  readonly cutBefore: number | undefined;
}

/** Which film, and which of its frames. */
interface Extent {
  /** 16 bytes. */
  readonly clip: Bytes;
  readonly firstFrame: number;
  readonly lastFrame: number;
}

/** Where films are looked for, and by which keys they are opened: undefined where there are none. */
export interface FilmSearch {
  readonly folder: string;
  readonly identities: () => Promise<readonly string[] | undefined>;
}

/** Judges the films of a claim. @returns each, and what of them does not hold */
export async function judgeFilms(
  judged: Judged,
  search: FilmSearch,
): Promise<{ readonly films: readonly JudgedFilm[]; readonly doubts: readonly Doubt[] }> {
  const films: JudgedFilm[] = [];
  const doubts: Doubt[] = [];
  for (const noted of judged.clips) {
    const { film, doubt } = await judgeFilm(judged, noted, search);
    films.push(film);
    if (doubt !== undefined) doubts.push({ kind: doubt, about: noted.clip.name });
  }
  return { films, doubts };
}

interface Found {
  readonly film: JudgedFilm;
  readonly doubt?: "clip" | "found" | "manifest" | undefined;
}

async function judgeFilm(judged: Judged, noted: NotedClip, search: FilmSearch): Promise<Found> {
  const { clip, manifest } = noted;
  const { name } = clip;
  const path = join(search.folder, name);
  const isAsNoted = manifest !== undefined && toHex(clip.hash) === toHex(manifest.hash) && clip.size === manifest.size;
  const film = { name, extent: manifest, isAsNoted, count: undefined, cutBefore: undefined };
  // A film that was decrypted is another file than the one that the camera noted: only its pictures prove it.
  const unseen = isAsNoted ? undefined : "clip";
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    return { film: { ...film, state: "away" }, doubt: unseen };
  const { hash, size } = measure(path);
  if (toHex(hash) !== toHex(clip.hash) || size !== clip.size)
    return { film: { ...film, state: "here" }, doubt: "clip" };
  const seen = await lookAt(judged, noted, { path, search });
  if (seen === undefined) return { film: { ...film, state: "sealed" }, doubt: unseen };
  const { count } = seen;
  const isAsClaimed =
    clip.found === undefined ||
    (clip.found.isOk === count.isOk && clip.found.frames === count.frames && clip.found.sound === count.sound);
  const doubt = seen.doubt ?? (isAsClaimed ? undefined : "found");
  return { film: { ...film, state: "here", ...seen.of, count }, doubt };
}

/** What the pictures of a film came to. */
interface Seen {
  readonly count: ClipCount;
  readonly doubt: "clip" | "manifest" | undefined;
  /** Where only the pictures say it. */
  readonly of?: Pick<JudgedFilm, "extent" | "cutBefore">;
}

const NO_PICTURE: Seen = Object.freeze({ count: { isOk: false, frames: 0, sound: 0 }, doubt: "clip" });

/** Looks at the pictures. @returns undefined where no key opens it */
async function lookAt(
  judged: Judged,
  noted: NotedClip,
  { path, search }: { readonly path: string; readonly search: FilmSearch },
): Promise<Seen | undefined> {
  const { cameraKey, lockId } = judged;
  if (cameraKey === undefined) return undefined;
  const keys = isAge(path) ? await search.identities() : [];
  if (keys === undefined) return undefined;
  const visit = judged.visit?.opening.record.seq;
  const { manifest, heads } = noted;
  const clip = manifest?.clip;
  // Without a note nothing says yet which heads are this film's.
  const held = manifest === undefined ? [] : heads.map(({ chain }) => chain);
  const expected = { lockId, visit, clip, grant: shownGrant(judged), heads: held };
  const identities = async () => keys;
  try {
    const found = await judgeClip(path, { cameraKey, expected, manifest, identities });
    const { frames, sound } = found.verdict;
    const count = { isOk: found.isOk, frames, sound };
    if (manifest !== undefined) return { count, doubt: found.isOk ? undefined : "clip" };
    return judgeUnnoted(found.verdict, { cameraKey, heads, count });
  } catch (error) {
    if (error instanceof SealedForOthers) return undefined;
    if (error instanceof Failure && error.exit === EXIT.UNVERIFIED) return NO_PICTURE;
    throw error;
  }
}

/** Judges a film that has no note: it is one that the lock recorded, each head up to its end is in it, and nothing but its end
 *  may be missing. The power that goes takes the last seconds along, of which the lock may have been told. */
function judgeUnnoted(
  verdict: ClipVerdict,
  by: { readonly cameraKey: Bytes; readonly heads: readonly ClipHead[]; readonly count: ClipCount },
): Seen {
  const { first, last, checkpoints, isOk, isCutOnly } = verdict;
  const { count } = by;
  if (first === undefined || last === undefined || !(isOk || isCutOnly)) return { count, doubt: "clip" };
  const { clip } = last;
  const heads = by.heads.filter((head) => toHex(head.clip) === toHex(clip));
  if (heads.length === 0) return { count, doubt: "manifest" };
  const lastFrame = endOf(last) - 1;
  const isBegun = ({ frame }: ClipHead) => frame !== FRAME_NUMBER_MAX;
  const later = heads.filter((head) => isBegun(head) && head.frame > lastFrame);
  const seed = chainSeed(crypto, kid8(crypto, by.cameraKey), clip);
  const chains = new Set([seed, ...checkpoints.map(({ chain }) => chain)].map(toHex));
  const isContradicted = heads.some((head) => !later.includes(head) && !chains.has(toHex(head.chain)));
  if (isContradicted || (isOk && later.length > 0)) return { count, doubt: "clip" };
  const newest = Math.max(lastFrame, ...later.map(({ frame }) => frame));
  const cutBefore = isOk ? undefined : newest;
  return { count, doubt: undefined, of: { extent: { clip, firstFrame: first.first, lastFrame }, cutBefore } };
}
