// What a grant allows, all its links taken together, in words and as likely reasons for a no.
// Why: the lock tells outsiders only "no", but whoever holds the grant holds its limits too.
// Follows docs/protocol.md §2.1 ("Delegation"): every limit of every link must hold.

import { crypto } from "#crypto";
import { type Bytes, toAscii, toBase64url } from "../firmware/bytes.ts";
import { Reader } from "../firmware/cbor/decode.ts";
import { readSign1, type Sign1, verifySign1 } from "../firmware/cose/sign1.ts";
import { link8Of, readChain } from "../firmware/grant/chain.ts";
import { type Grant, PERMISSIONS_ALL } from "../firmware/grant/grant.ts";
import { OPERATION_LOCK } from "../firmware/grant/holder.ts";
import { type Seconds, seconds } from "../firmware/platform.ts";
import { firstAllowedInstant, isInWeeklies } from "../firmware/time/schedule.ts";
import { toLocal, type Zone } from "../firmware/time/zone.ts";
import { type Reckoning, sayMoment, sayWeekly, type Weekly } from "./moment.ts";
import { printable } from "./terminal.ts";

/** The names of the permission bits, from bit 0; they are the names of the operations too. */
export const PERMISSIONS: readonly string[] = Object.freeze(["unlock", "lock", "view", "talk", "unlatch", "read-log"]);
/** The names of the camera rules, from 0. */
export const CAMERA_RULES: readonly string[] = Object.freeze(["none", "recording", "live"]);

const NUMBERS_OF_WEEKLY = 3;
const HOUR_SECONDS = 3_600;
const HOURS_SECONDS_MAX = 15 * 86_400;

/** A grant, read and not verified, as one. */
export interface Allowance {
  readonly lockId: string;
  /** link8 of the last link. */
  readonly link: string;
  /** link8 of the root. */
  readonly root: string;
  /** kid8 of the owner key that the root names as its signer. */
  readonly owner: Bytes;
  /** Root first. */
  readonly grants: readonly Grant[];
  /** The holder of the last link: Ed25519, 32 bytes. */
  readonly holder: Bytes;
  readonly permissions: number;
  readonly from: Seconds | undefined;
  readonly until: Seconds;
  /** How many links may still follow. */
  readonly depth: number;
  /** Whether each delegation verifies under its parent's key; the root's owner is not known here. */
  readonly isChained: boolean;
}

/** Reads a grant. @param token a whole root or delegation
 *  @throws Fault grant.shape, cose.*, cbor.* */
export function readAllowance(token: Bytes): Allowance {
  const reader = new Reader(token);
  const message = readSign1(reader);
  reader.end();
  const { grants, messages, owner } = readChain(reader, message);
  const [root] = grants;
  const leaf = grants[grants.length - 1];
  let permissions = PERMISSIONS_ALL;
  let from: Seconds | undefined;
  let until = root.expiry;
  let depth = Number.POSITIVE_INFINITY;
  grants.forEach((grant, index) => {
    permissions &= grant.permissions;
    if (grant.notBefore !== undefined && (from === undefined || grant.notBefore > from)) from = grant.notBefore;
    if (grant.expiry !== undefined && (until === undefined || grant.expiry < until)) until = grant.expiry;
    depth = Math.min(depth, grant.depth - (grants.length - 1 - index));
  });
  const isChained = messages.every(
    (link, index) => index === 0 || verifySign1(crypto, link, { publicKey: grants[index - 1].key }),
  );
  return {
    lockId: root.lock === undefined ? "" : toAscii(root.lock),
    link: toBase64url(link8Of(crypto, token)),
    root: rootOf(messages),
    owner,
    grants,
    holder: leaf.key,
    permissions,
    from,
    // A root always has an end, so this is never the alternative.
    until: until ?? (0 as Seconds),
    depth: Math.max(0, depth),
    isChained,
  };
}

/** Whether an owner's key has signed the root of a grant. @param publicKey Ed25519, 32 bytes
 *  @throws Fault grant.shape, cose.*, cbor.* */
export function isRootSignedBy(token: Bytes, publicKey: Bytes): boolean {
  const reader = new Reader(token);
  const { messages } = readChain(reader, readSign1(reader));
  return verifySign1(crypto, messages[0], { publicKey });
}

/** Gives the link8 of a chain's root. */
function rootOf([root]: readonly Sign1[]): string {
  return root === undefined ? "" : toBase64url(link8Of(crypto, root.bytes.subarray(root.start, root.end)));
}

/** Says what a grant allows, one line for each thing. */
export function sayAllowance(allowance: Allowance, zone: Zone): string[] {
  const { grants, permissions, from, until, depth } = allowance;
  const names = grants.map(({ name }) => (name === "" ? "(no name)" : printable(name)));
  const lines = [`For:      ${names.join(", who passed it on to ")}`];
  lines.push(`May:      ${sayPermissions(permissions)}`);
  const start = from === undefined ? "now on" : `${sayMoment(zone, from)}`;
  lines.push(`When:     from ${start} until ${sayMoment(zone, until)}`);
  for (const grant of grants) {
    const weeklies = weekliesOf(grant);
    if (weeklies.length > 0) lines.push(`Hours:    ${weeklies.map(sayWeekly).join("; ")}, on the lock's clock`);
  }
  const uses = usesOf(allowance);
  if (uses !== undefined) lines.push(`Uses:     ${uses === 1 ? "once" : `${uses} openings`}`);
  const camera = Math.max(...grants.map((grant) => grant.cameraRule));
  if (camera > 0) lines.push(`Camera:   ${camera === 1 ? "must record" : "must be live and see the door"}`);
  const stay = stayOf(allowance);
  if (stay !== undefined) lines.push(`Stay:     at most ${stay} minutes`);
  lines.push(
    `Passing:  ${depth === 0 ? "may not be passed on" : depth === 1 ? "may be passed on once" : "may be passed on twice"}`,
  );
  return lines;
}

/** Says permissions: "unlock, lock". */
export function sayPermissions(permissions: number): string {
  return PERMISSIONS.filter((_, bit) => (permissions & (1 << bit)) !== 0).join(", ") || "nothing";
}

/** Gives what the grant itself says against an act now, and what only the lock can know; the likeliest first.
 *  @param operation a permission's bit number */
export function likelyReasons(allowance: Allowance, operation: number, at: { zone: Zone; now: Seconds }): string[] {
  const { grants, permissions, from, until } = allowance;
  const { zone, now } = at;
  const reasons: string[] = [];
  if ((permissions & (1 << operation)) === 0) {
    reasons.push(`This grant does not allow "${PERMISSIONS[operation]}", only: ${sayPermissions(permissions)}.`);
  }
  if (from !== undefined && now < from) reasons.push(`It is too early: the grant begins ${sayMoment(zone, from)}.`);
  if (now > until) reasons.push(`It is over since ${sayMoment(zone, until)}: ask for a new one.`);
  const { weekday, minuteOfDay } = toLocal(zone, now);
  for (const grant of grants) {
    if (!isInWeeklies(grant.weeklies, weekday, minuteOfDay)) {
      reasons.push(`It is outside the hours: ${weekliesOf(grant).map(sayWeekly).join("; ")}.`);
    }
  }
  if (reasons.length > 0) return reasons;
  if (operation !== OPERATION_LOCK && grants.some(({ cameraRule }) => cameraRule > 0))
    reasons.push("The camera inside may be covered, in the dark, off, or unable to record: tell the owner.");
  const uses = usesOf(allowance);
  if (uses !== undefined) reasons.push(`Its ${uses === 1 ? "one use" : `${uses} uses`} may be spent.`);
  reasons.push("The owner may have taken it back, or be the lock's owner no more.");
  reasons.push("The lock may not know the time after a loss of power, or may be in a mode that admits no guests.");
  reasons.push("The owner may want your code at the keypad first, and this within a minute.");
  return reasons;
}

/** Gives a link's weekly windows. */
export function weekliesOf(grant: Pick<Grant, "weeklies">): Weekly[] {
  const weeklies: Weekly[] = [];
  for (let index = 0; index < grant.weeklies.length; index += NUMBERS_OF_WEEKLY) {
    const [days, start, minutes] = grant.weeklies.slice(index, index + NUMBERS_OF_WEEKLY);
    weeklies.push([days, start, minutes]);
  }
  return weeklies;
}

/** Whether there is an instant between a grant's begin and its end at which its weekly hours, all of them, let anybody in. */
export function isEverOpen({ grants, from, until }: Allowance, { zone, now }: Reckoning): boolean {
  const links = grants.map(({ weeklies }) => weeklies);
  // Hours come again each week; one that a change of the clocks leaves out, the week after.
  const begin = Math.max(from ?? now, now);
  const end = Math.min(until - 1, begin + HOURS_SECONDS_MAX);
  for (let at = begin; at <= end; at += HOUR_SECONDS) {
    const range = { from: seconds(at), to: seconds(Math.min(end, at + HOUR_SECONDS)) };
    if (firstAllowedInstant(zone, links, range) !== undefined) return true;
  }
  return false;
}

/** Gives the tightest count of uses, or undefined where no link counts. */
function usesOf({ grants }: Allowance): number | undefined {
  const uses = grants.flatMap((grant) => grant.uses ?? []);
  return uses.length === 0 ? undefined : Math.min(...uses);
}

/** Gives the shortest of the longest stays, in minutes; undefined where no link has one. */
function stayOf({ grants }: Allowance): number | undefined {
  const stays = grants.flatMap((grant) => grant.dwellMinutes ?? []);
  return stays.length === 0 ? undefined : Math.min(...stays);
}

/** The same for --json. */
export function allowanceObject(allowance: Allowance): Record<string, unknown> {
  const { lockId, link, grants, holder, permissions, from, until, depth } = allowance;
  return {
    lockId,
    link,
    names: grants.map(({ name }) => name),
    holder: toBase64url(holder),
    permissions: PERMISSIONS.filter((_, bit) => (permissions & (1 << bit)) !== 0),
    from: from ?? null,
    until,
    weekly: grants.flatMap(weekliesOf),
    uses: usesOf(allowance) ?? null,
    camera: CAMERA_RULES[Math.max(...grants.map((grant) => grant.cameraRule))],
    dwellMinutes: stayOf(allowance) ?? null,
    depth,
  };
}
