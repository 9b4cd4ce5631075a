// The films of a claim, as far as they lie beside it: whether each is the file that was claimed, and shows what the camera signed.
// Why: a note proves which file a camera wrote, and only the file itself what is on it.
// Follows docs/protocol.md §9.

import { statSync } from "node:fs";
import { join } from "node:path";
import { toHex } from "../../firmware/bytes.ts";
import type { ClipManifest } from "../../firmware/evidence/manifest.ts";
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
  readonly manifest: ClipManifest;
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
  readonly doubt?: "clip" | "found" | undefined;
}

async function judgeFilm(judged: Judged, noted: NotedClip, search: FilmSearch): Promise<Found> {
  const { clip, manifest } = noted;
  const { name } = clip;
  const path = join(search.folder, name);
  const isAsNoted = toHex(clip.hash) === toHex(manifest.hash) && clip.size === manifest.size;
  const film = { name, manifest, isAsNoted, count: undefined };
  // A film that was decrypted is another file than the one that the camera noted: only its pictures prove it.
  const unseen = isAsNoted ? undefined : "clip";
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    return { film: { ...film, state: "away" }, doubt: unseen };
  const { hash, size } = measure(path);
  if (toHex(hash) !== toHex(clip.hash) || size !== clip.size)
    return { film: { ...film, state: "here" }, doubt: "clip" };
  const count = await countOf(judged, noted, { path, search });
  if (count === undefined) return { film: { ...film, state: "sealed" }, doubt: unseen };
  const isAsClaimed =
    clip.found === undefined ||
    (clip.found.isOk === count.isOk && clip.found.frames === count.frames && clip.found.sound === count.sound);
  const doubt = !count.isOk ? "clip" : isAsClaimed ? undefined : "found";
  return { film: { ...film, state: "here", count }, doubt };
}

/** Looks at the pictures. @returns undefined where no key opens it */
async function countOf(
  judged: Judged,
  noted: NotedClip,
  { path, search }: { readonly path: string; readonly search: FilmSearch },
): Promise<ClipCount | undefined> {
  const { cameraKey, lockId } = judged;
  if (cameraKey === undefined) return undefined;
  const identities = isAge(path) ? await search.identities() : [];
  if (identities === undefined) return undefined;
  const visit = judged.visit?.opening.record.seq;
  const { manifest, heads } = noted;
  const expected = { lockId, visit, clip: manifest.clip, grant: shownGrant(judged), heads };
  try {
    const { verdict, isOk } = await judgeClip(path, {
      cameraKey,
      expected,
      manifest,
      identities: async () => identities,
    });
    return { isOk, frames: verdict.frames, sound: verdict.sound };
  } catch (error) {
    if (error instanceof SealedForOthers) return undefined;
    if (error instanceof Failure && error.exit === EXIT.UNVERIFIED) return { isOk: false, frames: 0, sound: 0 };
    throw error;
  }
}
