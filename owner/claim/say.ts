// What a claim comes to, in sentences: first whether it holds, then each thing that does not, then what happened.
// Why: whoever is shown a claim must learn at once whether to believe it, and if not, why.
// Follows docs/protocol.cddl, `claim`.

import { toBase64url, toHex } from "../../firmware/bytes.ts";
import { ACCESS } from "../../firmware/journal/record.ts";
import { seconds } from "../../firmware/platform.ts";
import type { Zone } from "../../firmware/time/zone.ts";
import { sayMoment } from "../moment.ts";
import { type Happening, Story, sayHappenings } from "../story.ts";
import { counted, printable } from "../terminal.ts";
import type { JudgedFilm } from "./films.ts";
import type { Claim } from "./form.ts";
import { type Doubt, type DoubtKind, type Judged, recordedClips, signedEarly } from "./judge.ts";
import { windowOf } from "./records.ts";

const SAID: Readonly<Record<DoubtKind, string>> = Object.freeze({
  lock: "It is of another lock than the one whose key you gave.",
  checkpoint: "What the lock signed about its journal is not this lock's, or was changed.",
  record: "A record was changed",
  order: "A record stands at another's place, or one was taken out",
  chain: "The records are not those that the lock signed",
  visit: "No visit of that number begins in it",
  "no-end": "The end of the visit is not in it",
  "left-out": "Records of that time are hidden, or not there",
  grant: "The grant is not the one that was shown, or does not hold",
  camera: "Nobody vouches for the camera's key",
  manifest: "The camera's note is not of this camera, this lock or this visit",
  clip: "The film is not the file that was claimed, or nothing shows that its pictures are as the camera signed them",
  found: "The claim says something else of the film's pictures than what they are",
  receipt: "The receipt is not this lock's, or of another visit",
});

/** Says one thing that does not hold. */
export function sayDoubt({ kind, about }: Doubt): string {
  return about === "" ? SAID[kind] : `${SAID[kind]}: ${printable(about)}.`;
}

/** Everything that was found of a claim. */
export interface Findings {
  readonly claim: Claim;
  readonly judged: Judged;
  readonly films: readonly JudgedFilm[];
  readonly doubts: readonly Doubt[];
}

/** Says a claim. */
export function sayClaim({ claim, judged, films, doubts }: Findings, zone: Zone): string[] {
  const { lockId, checkpoint, visit } = judged;
  const lines: string[] = [];
  if (doubts.length === 0)
    lines.push(`OK: the lock ${lockId} recorded visit ${claim.visit} so, and signed its journal behind it.`);
  else lines.push("NOT OK: do not believe it.", ...doubts.map((doubt) => `  ${sayDoubt(doubt)}`));
  if (checkpoint === undefined) return lines;
  lines.push(...sayHappenings(happeningsOf(judged), zone));
  if (visit !== undefined) lines.push(...sayGrant(judged));
  if (claim.receipt !== undefined && !doubts.some(({ kind }) => kind === "receipt"))
    lines.push("Receipt:  the one that the lock signed when it ended, which says the same");
  lines.push(...films.map((film) => sayFilm(film)));
  lines.push(...sayMissing(judged, films));
  const { hi } = checkpoint;
  const until = hi === undefined ? "or later" : `to ${sayMoment(zone, hi)}`;
  lines.push(`Signed:   by the lock, ${sayMoment(zone, checkpoint.lo)} ${until}`);
  lines.push(...sayEarly(judged).map((note) => `Note:     ${note}`));
  return lines;
}

/** Gives what happened in the time of the visit, as its lock recorded it. */
export function happeningsOf({ told, visit, grant }: Judged): readonly Happening[] {
  const names = new Map(
    (grant?.links ?? []).map((link) => [toBase64url(link.kid8), printable(link.grant.name) || "(no name)"]),
  );
  const story = new Story(names);
  const kept = new Set<string>();
  const [from, until] = visit === undefined ? [0, 0] : windowOf(visit);
  for (const { record } of told) {
    story.add(record);
    const isBehind = record.region !== ACCESS || record.seq >= (visit?.opening.record.seq ?? 0);
    if (record.lo >= from && record.lo <= until && isBehind) kept.add(`${record.region} ${record.seq}`);
  }
  return story.happenings.filter(({ region, seq }) => kept.has(`${region} ${seq}`));
}

function sayGrant({ grant, visit }: Judged): string[] {
  const { entry } = visit?.opening ?? {};
  if (entry?.kind !== "intent")
    return [`Grant:    none: it was ${entry?.kind === "code" ? "a code" : "an owner's act"}`];
  const root = toBase64url(entry.root);
  if (grant === undefined) return [`Grant:    ${root}, which is not in the claim`];
  const names = grant.links.map((link) => printable(link.grant.name) || "(no name)").join(", who passed it on to ");
  const isWhole = toHex(grant.leaf.kid8) === toHex(entry.actor);
  const rest = isWhole
    ? ""
    : "; who passed it on to whoever came, which the lock verified, and the claim does not have";
  return [`Grant:    ${root} for ${names}, signed by the owner ${toBase64url(grant.owner)}${rest}`];
}

function sayFilm({ name, state, isAsNoted, count, extent, cutBefore }: JudgedFilm): string {
  const frames = extent === undefined ? "" : `, frames ${extent.firstFrame} to ${extent.lastFrame}`;
  const file = `Film:     ${printable(name)}${frames}`;
  if (state === "away") return `${file}: not beside the claim, so its pictures were not looked at`;
  if (state === "sealed")
    return `${file}: ${isAsNoted ? "" : "NOT "}the file that the camera noted; it is encrypted, and you gave no key that opens it`;
  if (count !== undefined && extent !== undefined && cutBefore !== undefined) {
    const behind = count.frames - count.sound;
    const unvouched = behind === 0 ? "" : ` Nobody vouches for ${counted(behind, "more picture")} behind them.`;
    const told = cutBefore > extent.lastFrame ? ` The camera told the lock of frames up to ${cutBefore}.` : "";
    return `${file}: THE END IS MISSING. Each of ${counted(count.sound, "picture")} is as the camera signed it; then it lost its power or its card, or somebody cut the rest off.${told}${unvouched}`;
  }
  if (count?.isOk === true) return `${file}: each of ${counted(count.frames, "picture")} is as the camera signed it`;
  return `${file}: NOT OK${count === undefined ? "" : `, ${count.sound} of ${counted(count.frames, "picture")} hold`}`;
}

/** Gives the names of the clips that the lock recorded, and the claim does not have: base64url. */
export function missingClips({ judged, films }: Pick<Findings, "judged" | "films">): readonly string[] {
  const here = new Set(films.flatMap(({ extent }) => (extent === undefined ? [] : [toBase64url(extent.clip)])));
  return [...recordedClips(judged)].filter((clip) => !here.has(clip));
}

/** Nothing is hidden silently. */
function sayMissing(judged: Judged, films: readonly JudgedFilm[]): string[] {
  return missingClips({ judged, films }).map(
    (clip) => `Film:     the lock recorded the clip ${clip}, and the claim does not have it`,
  );
}

/** Says that the lock signed too early for all that belongs to the visit. Nothing of it is wrong: it is not all. */
function sayEarly(judged: Judged): string[] {
  const after = signedEarly(judged);
  return after === undefined ? [] : [`signed ${after} s behind the end of the visit; what came later is not in it`];
}

/** The same for --json. */
export function claimObject({ claim, judged, films, doubts }: Findings): Record<string, unknown> {
  const { lockId, visit, grant, checkpoint, cameraKey } = judged;
  const opening = visit?.opening;
  const closing = visit?.closing.entry;
  return {
    lockId,
    visit: claim.visit,
    verified: doubts.length === 0,
    doubts: doubts.map((doubt) => ({ ...doubt, says: sayDoubt(doubt) })),
    from: opening?.record.lo ?? null,
    width: opening?.record.width ?? null,
    outcome: closing?.outcome ?? null,
    openedAfter: closing?.openedAfter ?? null,
    closedAfter: closing?.closedAfter ?? null,
    securedAfter: closing?.securedAfter ?? null,
    witnesses: closing?.witnesses ?? null,
    grant:
      grant === undefined
        ? null
        : grant.links.map(({ link8, grant: { name } }) => ({ link: toBase64url(link8), name })),
    cameraKey: cameraKey === undefined ? null : toBase64url(cameraKey),
    films: films.map(({ name, state, count, cutBefore }) => ({
      name,
      state,
      ...count,
      isCut: cutBefore !== undefined,
    })),
    happenings: happeningsOf(judged),
    missing: missingClips({ judged, films }),
    signed: checkpoint === undefined ? null : seconds(checkpoint.lo),
    signedEarly: signedEarly(judged) ?? null,
    notes: sayEarly(judged),
  };
}
