// The judge of a claim: whether a lock recorded that visit so, and if not, what of it does not hold, by name.
// Why: who is shown a claim believes neither the one who shows it nor the tool that made it: he has the lock's label, and derives
// everything else anew. There is no third verdict: what cannot be derived is NOT OK.
// Follows docs/protocol.cddl, `claim`; docs/protocol.md §2.2 for the grant, §4 for the journal, §9 for a clip's note.

import { crypto } from "#crypto";
import { type Bytes, fromAscii, toBase64url } from "../../firmware/bytes.ts";
import { kid8, lockIdOf } from "../../firmware/cose/key.ts";
import { type ClipManifest, verifyManifest } from "../../firmware/evidence/manifest.ts";
import { Fault } from "../../firmware/fault.ts";
import { KIND_ENROL } from "../../firmware/grant/body.ts";
import { type Chain as GrantChain, link8Of, verifyChain } from "../../firmware/grant/chain.ts";
import type { Denial } from "../../firmware/grant/denial.ts";
import { type Checkpoint, verifyCheckpoint } from "../../firmware/journal/checkpoint.ts";
import type { ClipHead, Entry } from "../../firmware/journal/entry.ts";
import { ACCESS, NOTICES } from "../../firmware/journal/record.ts";
import { judgeReceipt } from "../receipts.ts";
import type { Claim, ClaimedClip, Slice } from "./form.ts";
import { isCameraEnrolled } from "./make.ts";
import {
  AFTER_SECONDS,
  coverOf,
  findVisit,
  hiddenAt,
  hiddenBehind,
  type SliceFault,
  type Told,
  type Visit,
  type Walked,
  walkSlice,
} from "./records.ts";

/** What can be wrong with a claim. */
export type DoubtKind =
  | "lock" // It is of another lock than the one whose key was given.
  | "checkpoint" // What the lock signed about its journal is not this lock's, or was changed.
  | SliceFault["kind"] // A record was changed; one stands at another's place; the records are not those that the lock signed.
  | "visit" // No visit of that number begins in it.
  | "no-end" // Its end is not in it.
  | "left-out" // Records of that time are hidden, or not there.
  | "grant" // The grant is not the one that was shown, or does not hold.
  | "camera" // Nobody vouches for the camera's key.
  | "manifest" // The note is not this camera's, of this lock, or of this visit.
  | "clip" // The file is not the one that the note names, or its pictures do not hold.
  | "found" // The claimant says that the pictures are something else than they are.
  | "receipt"; // The receipt is not this lock's, or of another visit.

/** One thing that does not hold. */
export interface Doubt {
  readonly kind: DoubtKind;
  /** What it is about, where that is one of several: a region and a number, a file, a reason. */
  readonly about: string;
}

/** A clip of a visit of which the lock recorded a film: its note holds and is of that film; or it has none, and only its pictures
 *  can tell which film it is. */
export interface NotedClip {
  readonly clip: ClaimedClip;
  readonly manifest: ClipManifest | undefined;
  /** What the lock recorded of the film; without a note, of each film of the visit. */
  readonly heads: readonly ClipHead[];
}

/** What a claim comes to, its clips' files not looked at. */
export interface Judged {
  readonly lockId: string;
  readonly doubts: readonly Doubt[];
  readonly visit: Visit | undefined;
  /** All records that are shown and hold, in the order of their regions. */
  readonly told: readonly Told[];
  readonly checkpoint: Checkpoint | undefined;
  /** The grant's links, the root first; undefined where there is none, or it does not hold. */
  readonly grant: GrantChain | undefined;
  /** The camera's Ed25519 key, 32 bytes. */
  readonly cameraKey: Bytes | undefined;
  readonly clips: readonly NotedClip[];
}

/** Judges a claim.
 *  @param lockKey the lock's Ed25519 key, 32 bytes, from its label
 *  @param cameraKey the camera's, where the journal does not say it */
export function judgeClaim(claim: Claim, lockKey: Bytes, cameraKey?: Bytes): Judged {
  const lockId = lockIdOf(crypto, lockKey);
  const nothing = { lockId, visit: undefined, told: [], checkpoint: undefined, grant: undefined, clips: [] };
  const stopped = (kind: DoubtKind): Judged => ({ ...nothing, doubts: [{ kind, about: "" }], cameraKey: undefined });
  if (!crypto.isEqual(claim.lockKey, lockKey)) return stopped("lock");
  const checkpoint = checkpointOf(claim.checkpoint, lockKey);
  if (checkpoint === undefined) return stopped("checkpoint");
  const doubts: Doubt[] = [];
  const access = walkSlice(lockId, claim.access, checkpoint.heads[ACCESS]);
  const notices = walkSlice(lockId, claim.notices, checkpoint.heads[NOTICES]);
  for (const [{ region }, { fault }] of [
    [claim.access, access],
    [claim.notices, notices],
  ] as const)
    if (fault !== undefined) doubts.push({ kind: fault.kind, about: `${nameOf(region)} ${fault.seq}` });
  const { opening, closing } = findVisit(access.places, claim.visit);
  if (opening === undefined) doubts.push({ kind: "visit", about: String(claim.visit) });
  else if (closing === undefined) doubts.push({ kind: "no-end", about: String(claim.visit) });
  const visit = opening === undefined || closing === undefined ? undefined : { opening, closing };
  if (visit !== undefined) doubts.push(...hiddenIn(access, notices, visit));
  const told = [...access.places, ...notices.places].filter((place) => place !== undefined);
  const grant = grantOf(claim, { lockId, visit });
  if ("doubt" in grant) doubts.push(grant.doubt);
  const key = cameraKeyOf(told, claim, cameraKey);
  if ("doubt" in key) doubts.push(key.doubt);
  if (
    visit !== undefined &&
    claim.receipt !== undefined &&
    !isReceiptOf(claim.receipt, { lockId, lockKey, visit, access })
  )
    doubts.push({ kind: "receipt", about: "" });
  const clips = notedClips(claim, { told, lockId, key: key.cameraKey });
  doubts.push(...clips.doubts);
  return { lockId, doubts, visit, told, checkpoint, grant: grant.chain, cameraKey: key.cameraKey, clips: clips.noted };
}

function checkpointOf(message: Bytes, lockKey: Bytes): Checkpoint | undefined {
  return orUndefined(() => verifyCheckpoint(crypto, lockKey, message.slice()));
}

/** Names where something of the visit may be hidden. What was hidden between the two halves of a visit is too. */
function hiddenIn(access: Walked, notices: Walked, visit: Visit): Doubt[] {
  const cover = coverOf(visit);
  const doubts: Doubt[] = [];
  const firstSeq = visit.opening.record.seq;
  // Numbers tell what came before the opening, and up to the end; what a region of notices has of that time, times alone do.
  const places = access.places.slice(firstSeq - access.firstSeq);
  const between = places.slice(0, visit.closing.record.seq - firstSeq).indexOf(undefined);
  const hidden = [
    [ACCESS, between < 0 ? hiddenBehind({ firstSeq, places }, cover[1]) : firstSeq + between],
    [NOTICES, hiddenAt(notices, cover)],
  ] as const;
  for (const [region, seq] of hidden)
    if (seq !== undefined) doubts.push({ kind: "left-out", about: `${nameOf(region)} ${seq}` });
  return doubts;
}

/** Whether a receipt is the lock's own, and says of this visit what the journal says. */
function isReceiptOf(
  message: Bytes,
  by: { readonly lockId: string; readonly lockKey: Bytes; readonly visit: Visit; readonly access: Walked },
): boolean {
  const receipt = judgeReceipt(message.slice(), { ...by, holder: undefined });
  if (receipt === undefined) return false;
  const { opening, closing } = by.visit;
  const { record, entry } = closing;
  const link = by.access.links[record.seq - by.access.firstSeq];
  const isEnd = receipt.head.seq === record.seq && link !== undefined && crypto.isEqual(receipt.head.link, link);
  const isSame = receipt.visit === opening.record.seq && receipt.outcome === entry.outcome;
  const holder = opening.entry.kind === "intent" ? opening.entry.actor : undefined;
  const isHolder =
    holder === undefined
      ? receipt.grant === undefined
      : receipt.grant !== undefined && crypto.isEqual(receipt.grant.holder, holder);
  return isEnd && isSame && isHolder;
}

interface GrantCase {
  readonly lockId: string;
  readonly visit: Visit | undefined;
}

/** Holds the grant to the opening: what the lock wrote is the name of the root, of the holder, and of each link that it counts. */
function grantOf(
  { grant }: Claim,
  { lockId, visit }: GrantCase,
): { readonly chain: GrantChain | undefined } & ({ readonly doubt: Doubt } | object) {
  if (grant === undefined) return { chain: undefined };
  const doubtful = (about: string) => ({ chain: undefined, doubt: { kind: "grant", about } as const });
  const ownerKey = (kid: Bytes) =>
    crypto.isEqual(kid, kid8(crypto, grant.ownerKey)) ? grant.ownerKey.slice() : undefined;
  const chain = orUndefined<GrantChain | Denial>(() =>
    verifyChain(crypto, grant.token.slice(), { lockId: fromAscii(lockId), ownerKey }),
  );
  if (chain === undefined) return doubtful("shape");
  if (typeof chain === "string") return doubtful(chain);
  const opening = visit?.opening;
  if (opening === undefined) return { chain };
  if (opening.entry.kind !== "intent") return doubtful("the visit was by no grant");
  const about = mismatchOf(chain, opening.entry, opening);
  return about === undefined ? { chain } : doubtful(about);
}

type Intent = Extract<Entry, { readonly kind: "intent" }>;

/** What of a grant is not what the lock recorded; undefined where nothing is. */
function mismatchOf({ links, leaf }: GrantChain, intent: Intent, { record }: Told): string | undefined {
  const [root] = links;
  if (root === undefined || !crypto.isEqual(root.link8, intent.root)) return "another one";
  const isHolder = crypto.isEqual(leaf.kid8, intent.actor);
  // The owner of a lock has the root, and not what others made of it.
  if (!isHolder && links.length > 1) return "another holder";
  const counted = intent.spends.filter(({ link8 }) => !links.some((link) => crypto.isEqual(link.link8, link8)));
  if (isHolder && counted.length > 0) return "another one";
  for (const { grant } of links) {
    const until = record.width === undefined ? record.lo : record.lo + record.width;
    if (grant.notBefore !== undefined && grant.notBefore > until) return "not-yet";
    if (grant.expiry !== undefined && grant.expiry < record.lo) return "expired";
    if ((grant.permissions & (1 << intent.operation)) === 0) return "permission";
    if (grant.cameraRule > (intent.cameraProof ?? 0)) return "camera";
  }
  const overspent = intent.spends.some(({ link8, used }) => {
    const link = links.find((each) => crypto.isEqual(each.link8, link8));
    return link?.grant.uses !== undefined && used > link.grant.uses;
  });
  return overspent ? "uses" : undefined;
}

/** Finds the camera's key: the lock's journal says which it enrolled before the visit; else it was given. One that came later has
 *  filmed nothing of it, whatever it signs. */
function cameraKeyOf(
  told: readonly Told[],
  { visit, clips }: Claim,
  given: Bytes | undefined,
): { readonly cameraKey: Bytes | undefined } & ({ readonly doubt: Doubt } | object) {
  const recorded = cameraBefore(told, visit);
  if (clips.length === 0) return { cameraKey: recorded ?? given };
  if (recorded !== undefined && given !== undefined && !crypto.isEqual(recorded, given))
    return { cameraKey: undefined, doubt: { kind: "camera", about: "the lock enrolled another one" } };
  const cameraKey = recorded ?? given;
  if (cameraKey !== undefined) return { cameraKey };
  return { cameraKey, doubt: { kind: "camera", about: "nothing in it says whose camera it is: give --camera KEY" } };
}

/** Gives the key of the camera that a lock had enrolled last before a visit, 32 bytes; undefined where these records do not say it. */
export function cameraBefore(told: readonly Told[], visit: number): Bytes | undefined {
  const entry = told.filter((each) => isCameraEnrolled(each) && each.record.seq < visit).at(-1)?.entry;
  const isEnrolment = entry?.kind === "statement" && entry.body.kind === KIND_ENROL;
  return isEnrolment ? entry.body.board.signingKey.slice() : undefined;
}

function notedClips(
  { visit, clips }: Claim,
  by: { readonly told: readonly Told[]; readonly lockId: string; readonly key: Bytes | undefined },
): { readonly noted: readonly NotedClip[]; readonly doubts: readonly Doubt[] } {
  const noted: NotedClip[] = [];
  const doubts: Doubt[] = [];
  const { key, lockId } = by;
  if (key === undefined) return { noted, doubts };
  const recorded = headsOf(by.told, visit);
  for (const clip of clips) {
    const note = clip.manifest;
    const manifest = note === undefined ? undefined : orUndefined(() => verifyManifest(crypto, key, note.slice()));
    const isGood = note === undefined || manifest?.lockId === lockId;
    const heads = recorded.filter((head) => manifest === undefined || crypto.isEqual(head.clip, manifest.clip));
    const none = recorded.length === 0 ? " (the lock recorded no film of this visit)" : "";
    if (!isGood || heads.length === 0) doubts.push({ kind: "manifest", about: `${clip.name}${none}` });
    else noted.push({ clip, manifest, heads });
  }
  return { noted, doubts };
}

/** Gives what the lock recorded of the films of a visit. */
function headsOf(told: readonly Told[], visit: number): readonly ClipHead[] {
  return told.flatMap(({ entry }) =>
    entry.kind === "camera" && entry.visit === visit && entry.head !== undefined ? [entry.head] : [],
  );
}

/** Gives how long behind the end of the visit its lock's signature comes, in seconds, where that is less than the time in which
 *  records are the visit's; undefined where it is not, or a later record shows that all of that time is in the claim. */
export function signedEarly({ visit, told, checkpoint }: Judged): number | undefined {
  if (visit === undefined || checkpoint === undefined) return undefined;
  const { lo: end, seq } = visit.closing.record;
  const later = told.flatMap(({ record: { region, seq: of, lo } }) => (region === ACCESS && of > seq ? [lo] : []));
  const after = Math.max(checkpoint.lo, ...later) - end;
  return after < AFTER_SECONDS ? Math.max(0, after) : undefined;
}

/** Gives the names of the clips that the lock recorded for this visit: base64url, each once. */
export function recordedClips({ told, visit }: Judged): ReadonlySet<string> {
  if (visit === undefined) return new Set();
  return new Set(headsOf(told, visit.opening.record.seq).map(({ clip }) => toBase64url(clip)));
}

function nameOf(region: Slice["region"]): string {
  return region === ACCESS ? "access" : "notices";
}

function orUndefined<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return undefined;
  }
}

/** Gives the link8 that a visit's clip carries: of the grant that was shown, where the claim has it whole. */
export function shownGrant({ grant, visit }: Judged): Bytes | undefined {
  const { entry } = visit?.opening ?? {};
  if (grant === undefined || entry?.kind !== "intent") return undefined;
  return crypto.isEqual(grant.leaf.kid8, entry.actor) ? link8Of(crypto, grant.leaf.message) : undefined;
}
