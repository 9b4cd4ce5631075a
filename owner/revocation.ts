// An owner's revocation list between the keystore and the lock: signed, handed over, and learned back from the lock's log.
// Why: one list replaces the other whole, so a keystore that was put back from a backup, or a second computer with the
// same keys, must first learn what the lock holds, or its next list would quietly let people in again.
// Follows docs/protocol.md §2.3 ("Revocation"); the list stands in the log as `list-3`.

import { crypto } from "#crypto";
import { type Bytes, fromBase64url, toBase64url } from "../firmware/bytes.ts";
import { HOUR_SECONDS, WINDOW_CLASSES } from "../firmware/codes/window.ts";
import { KID_BYTES } from "../firmware/cose/key.ts";
import { Fault } from "../firmware/fault.ts";
import { LINK8_BYTES } from "../firmware/grant/chain.ts";
import { makeRevocations, type Sign } from "../firmware/grant/issue.ts";
import {
  CODES_MAX,
  HOLDERS_MAX,
  type RevocationList as LockList,
  REVOKED_MAX,
  type RevokedCode,
} from "../firmware/grant/revocation.ts";
import { GENERATION_STEP_MAX, SEQUENCE_STEP_MAX } from "../firmware/grant/statement.ts";
import { readEntry } from "../firmware/journal/payload.ts";
import { STATE } from "../firmware/journal/record.ts";
import type { OwnerState } from "../firmware/link/message.ts";
import { type Seconds, seconds } from "../firmware/platform.ts";
import { readAllowance } from "./allowance.ts";
import { fetchRegion, visitStanding } from "./archive.ts";
import { refused } from "./denials.ts";
import { EXIT, Failure, usage } from "./failure.ts";
import { presentSeconds } from "./moment.ts";
import type { IssuedGrant, OwnedLock, RevocationList } from "./person.ts";
import { counted, type Terminal } from "./terminal.ts";
import type { Asking } from "./wire.ts";

/** The key that signs. */
export interface ListSigner {
  /** 8 bytes. */
  readonly kid: Bytes;
  readonly sign: Sign;
}

/** An owner session, and where its owner reads what came of it. */
export interface Settlement {
  readonly conversation: Asking;
  readonly signer: ListSigner;
  readonly terminal: Pick<Terminal, "warn">;
  /** The earliest that it can be by the lock's clock; undefined where it does not know. */
  readonly timeLow: number | undefined;
  /** Makes a change of the lock durable, with all before it. @param change what it replaces is read within it
   *  @returns whether it is; for a command that goes on without */
  save(change: () => void): boolean;
}

/** Lists that a lock held of one owner. */
type Lists = readonly RevocationList[];

/** What a list takes back by name. */
type Entries = Required<Pick<RevocationList, "links" | "holders" | "codes">>;

/** Two lists of one owner as one. */
export interface Union {
  /** What the lock holds, and what it has room for of ours, the newest first. */
  readonly list: RevocationList;
  /** What of ours the lock does not hold. */
  readonly added: Entries;
  /** What of that found no room. */
  readonly left: Entries;
}

const LOST =
  'What the other device took back besides is lost, since the lock\'s log no longer says it: take back again the keys of people, the grants of other owners, and the window codes. "latchkey pin setup --rotate" ends all window codes of yours.';
const UNSENT =
  'That you took back all was not handed to the lock, since it cannot be noted here that it was: make room on the disk, then run any command of the lock\'s owner, such as "latchkey status".';
const LIMITS = `${REVOKED_MAX} grants, ${HOLDERS_MAX} keys and ${CODES_MAX} window codes at most`;
const LATE =
  "All was taken back on another device of yours too: so that nothing that was given there since still opens, this ends all that you gave until now, there and here.";

/** Signs a lock's revocation list as it is now. */
export function signRevocations(signer: ListSigner, lock: OwnedLock): Bytes {
  const { seq: sequence, generation, links, holders, codes = [] } = lock.revocation;
  const list = {
    owner: signer.kid,
    sequence,
    generation,
    revoked: join(links.map(({ link }) => link)),
    untils: links.map(({ until }): Seconds => seconds(until)),
    holders: join(holders),
    codes,
  };
  return makeRevocations({ lockId: lock.id, issuedAt: presentSeconds(), list }, signer.sign);
}

/** Makes keystore and lock agree on the list: learns a newer one, and hands ours over where it says more. `lock` is
 *  changed in place. @param mine what the lock holds of this owner
 *  @throws Failure where the lock refuses the list, or where its numbers cannot be; the last changes nothing */
export async function settleRevocations(settlement: Settlement, lock: OwnedLock, mine: OwnerState): Promise<void> {
  const { conversation, signer, timeLow } = settlement;
  checkNumbers(lock, mine);
  if (mine.revocationSeq > lock.confirmedRevocationSeq && !(await learn(settlement, lock, mine))) return;
  lock.revocation = withoutOver(lock.revocation, timeLow);
  lock.confirmedRevocationSeq = mine.revocationSeq;
  if (mine.revocationSeq < lock.revocation.seq) {
    // First, since an answer may be lost: whoever asks again must know that this list may have arrived.
    const { unconfirmedAll } = lock;
    if (!settlement.save(() => noteLeaving(lock)) && unconfirmedAll !== undefined) {
      lock.unconfirmedAll = unconfirmedAll;
      settlement.terminal.warn(UNSENT);
      return;
    }
    const answer = await conversation.ask({ kind: "statement", message: signRevocations(signer, lock) });
    if (answer.kind === "no") throw refused(answer.denial);
    lock.confirmedRevocationSeq = lock.revocation.seq;
  }
  lock.confirmedRevocation = lock.revocation;
  delete lock.unconfirmedAll;
}

/** Notes that a list as it is now leaves this computer, for the lock or in a file. `lock` is changed in place. */
export function noteLeaving(lock: OwnedLock): void {
  if (lock.unconfirmedAll !== undefined) lock.unconfirmedAll = { ...lock.unconfirmedAll, hasLeft: true };
}

/** Brings into ours the newer list that the lock holds. `lock` is changed in place.
 *  @returns whether a list may be handed over in its place @throws Failure */
async function learn(
  { conversation, signer, terminal, timeLow, save }: Settlement,
  lock: OwnedLock,
  mine: OwnerState,
): Promise<boolean> {
  // Since one of ours went out it may have been left here without what is over, under the same number.
  const lists = (await readLists(conversation, signer.kid)).map((held) => withoutOver(held, timeLow));
  const found = lists.find(({ seq }) => seq === mine.revocationSeq);
  if (found !== undefined && found.generation !== mine.generation) throw notBelieved();
  // What the lock has heard from another command here was noted before it was sent.
  if (lock.unconfirmedAll !== undefined) save(() => undefined);
  const former = withoutOver(lock.revocation, timeLow);
  const isLate = isAllLate(lock, mine, lists);
  if (found === undefined && former.generation <= mine.generation && !isLate) {
    lock.revocation = { ...former, generation: mine.generation };
    terminal.warn(sayUnknownList(mine.revocationSeq));
    return false;
  }
  const known = found ?? { seq: mine.revocationSeq, generation: mine.generation, links: [], holders: [] };
  const ours = isLate ? { ...former, generation: mine.generation + 1 } : former;
  const union = unite(ours, known);
  const isTooLong = countOf(union.left) > 0;
  if (isTooLong && union.list.generation === mine.generation) {
    keepApart(lock, former, known);
    terminal.warn(sayApart(union.added));
    return false;
  }
  lock.revocation = union.list;
  if (isLate) {
    lock.unconfirmedAll = { seq: lock.revocation.seq, hasLeft: false };
    terminal.warn(LATE);
  }
  if (isTooLong) terminal.warn(sayLeft(union.left));
  const isNews = countOf(lock.revocation) > countOf(former);
  if (found === undefined) terminal.warn(LOST);
  else if (isNews || (!isLate && lock.revocation.generation > former.generation)) {
    const counts = sayCounts(lock.revocation);
    terminal.warn(`More was taken back on another device of yours: it is noted here too (${counts} in all).`);
  }
  return true;
}

/** Keeps our list beside the one that the lock holds, where both together are too long and no floor is to reach the lock. Nothing
 *  of ours counts as confirmed then, and the next session looks again. `lock` is changed in place. */
function keepApart(lock: OwnedLock, former: RevocationList, held: RevocationList): void {
  const seq = Math.max(former.seq, lock.confirmedRevocationSeq + 1);
  lock.revocation = { ...former, seq, generation: held.generation };
  lock.confirmedRevocation = held;
  // The floor that was raised here, if any, has arrived.
  delete lock.unconfirmedAll;
}

/** Whether all was taken back here, and the lock has a floor as high without having heard of it: another computer has raised
 *  that, and what was given there since would stay. */
function isAllLate({ revocation, unconfirmedAll: all }: OwnedLock, mine: OwnerState, lists: Lists): boolean {
  if (all === undefined || mine.generation < revocation.generation) return false;
  const isOurs = ({ seq, generation, links }: RevocationList) =>
    seq >= all.seq &&
    seq <= revocation.seq &&
    generation === revocation.generation &&
    links.every(({ link }) => isListed(revocation, link));
  return !(all.hasLeft && lists.some(isOurs));
}

/** Refuses numbers of the lock from which ours could not go on: a lock takes no step above these itself, and a number at
 *  the end of its range could never be followed. @throws Failure */
function checkNumbers({ seq, revocation, confirmedRevocationSeq }: OwnedLock, mine: OwnerState): void {
  const isNear =
    mine.seq - seq <= SEQUENCE_STEP_MAX &&
    mine.revocationSeq - Math.max(revocation.seq, confirmedRevocationSeq) <= SEQUENCE_STEP_MAX &&
    mine.generation - revocation.generation <= GENERATION_STEP_MAX;
  if (!isNear) throw notBelieved();
}

function notBelieved(): Failure {
  return new Failure(
    EXIT.UNVERIFIED,
    "The lock says numbers of your statements that you cannot have reached, so nothing was done or saved: look at the door, and do not trust this lock.",
  );
}

/** Unites two lists of one owner, with a number above both where the lock's says less than both together.
 *  @param held what the lock holds, of which nothing is left out */
export function unite(ours: RevocationList, held: RevocationList): Union {
  const generation = Math.max(ours.generation, held.generation);
  const { codes: heldCodes = [] } = held;
  // No floor makes an entry needless by itself: it may name another owner's grant, or one that was given under a newer floor
  // than the list that took it back.
  const added = {
    links: ours.links.filter(({ link }) => !isListed(held, link)),
    holders: ours.holders.filter((holder) => !held.holders.includes(holder)),
    codes: (ours.codes ?? []).filter((code) => !heldCodes.some(isSame(code))),
  };
  const links = fit(added.links, REVOKED_MAX - held.links.length);
  const holders = fit(added.holders, HOLDERS_MAX - held.holders.length);
  const codes = fit(added.codes, CODES_MAX - heldCodes.length);
  const isMore = countOf(added) > 0 || generation > held.generation;
  const allCodes = [...heldCodes, ...codes.kept];
  const list = {
    seq: isMore || ours.seq > held.seq ? Math.max(ours.seq, held.seq) + 1 : held.seq,
    generation,
    links: [...held.links, ...links.kept],
    holders: [...held.holders, ...holders.kept],
    ...(allCodes.length === 0 ? {} : { codes: allCodes }),
  };
  return { list, added, left: { links: links.left, holders: holders.left, codes: codes.left } };
}

/** Parts what has room from what has none. @param entries the newest last @param room how many fit */
function fit<Entry>(
  entries: readonly Entry[],
  room: number,
): { readonly kept: readonly Entry[]; readonly left: readonly Entry[] } {
  const count = Math.max(0, entries.length - Math.max(0, room));
  return { kept: entries.slice(count), left: entries.slice(0, count) };
}

/** Whether a list names a grant. @param link as in the list, base64url of 8 bytes */
export function isListed({ links }: Pick<RevocationList, "links">, link: string): boolean {
  return links.some((entry) => entry.link === link);
}

/** Whether a floor of an owner's ends a grant: one whose root that owner signed, of a generation below it.
 *  @param grant as this person signed it, or passed it on from somebody else's root @param floor.kid 8 bytes */
export function isBelowFloor(
  { token }: Pick<IssuedGrant, "token">,
  { kid, generation }: { readonly kid: Bytes; readonly generation: number },
): boolean {
  const { grants, owner } = readAllowance(fromBase64url(token));
  return crypto.isEqual(owner, kid) && (grants[0].generation ?? 0) < generation;
}

/** Gives the list without what is over by this computer's clock and by the lock's alike: either may be wrong, and what is left
 *  out too early opens again. Nothing is left out anywhere else.
 *  @param timeLow the earliest that it can be by the lock's clock; undefined where it does not know, and all is kept */
export function withoutOver(list: RevocationList, timeLow: number | undefined): RevocationList {
  if (timeLow === undefined) return list;
  const now = seconds(Math.min(presentSeconds(), timeLow));
  const { codes, ...rest } = list;
  const links = rest.links.filter(({ until }) => until >= now);
  const kept = (codes ?? []).filter((code) => isCodeLive(code, now));
  return { ...rest, links, ...(kept.length === 0 ? {} : { codes: kept }) };
}

/** Gives the list with more window codes in it. @throws Failure where it is full */
export function withCodes(former: RevocationList, added: readonly RevokedCode[]): RevocationList {
  const { codes: kept = [] } = former;
  const codes = [...kept, ...added.filter((code) => !kept.some(isSame(code)))];
  if (codes.length > CODES_MAX) throw codesAreFull();
  const { codes: _, ...rest } = former;
  return { ...rest, seq: former.seq + 1, ...(codes.length === 0 ? {} : { codes }) };
}

/** Says what a list takes back: "2 grants, 1 key, 1 code". */
export function sayCounts({ links, holders, codes = [] }: Pick<RevocationList, "links" | "holders" | "codes">): string {
  const parts = [counted(links.length, "grant")];
  if (holders.length > 0) parts.push(counted(holders.length, "key"));
  if (codes.length > 0) parts.push(counted(codes.length, "code"));
  return parts.join(", ");
}

/** Whether the lock may still need the entry: a code whose window is over opens nothing. */
function isCodeLive({ codeClass, start }: RevokedCode, now: Seconds): boolean {
  // A class of a later version is kept for good.
  const { hours } = WINDOW_CLASSES[codeClass] ?? { hours: Number.POSITIVE_INFINITY };
  return (start + hours) * HOUR_SECONDS >= now;
}

function isSame(left: RevokedCode): (right: RevokedCode) => boolean {
  return ({ codeClass, serial, start }) =>
    codeClass === left.codeClass && serial === left.serial && start === left.start;
}

function countOf({ links, holders, codes = [] }: Pick<RevocationList, keyof Entries>): number {
  return links.length + holders.length + codes.length;
}

function codesAreFull(): Failure {
  return usage(
    `The list holds ${CODES_MAX} window codes at most: "latchkey pin setup --rotate" ends all that you gave out. Where some are over, "latchkey status" makes room of them.`,
  );
}

/** Whether a text is the name of a grant: base64url of 8 bytes, in the one form that it has. Many words of 11 letters are not. */
export function isLinkName(text: string): boolean {
  try {
    return fromBase64url(text).length === LINK8_BYTES;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return false;
  }
}

/** Takes out of a person's lists what is the name of no grant: such a list cannot be signed, and was never sent.
 *  @returns what was taken out */
export function dropNoLinks(locks: readonly OwnedLock[]): readonly string[] {
  const dropped: string[] = [];
  for (const lock of locks) {
    const { links } = lock.revocation;
    const kept = links.filter(({ link }) => isLinkName(link));
    if (kept.length === links.length) continue;
    dropped.push(...links.flatMap(({ link }) => (isLinkName(link) ? [] : [link])));
    lock.revocation = { ...lock.revocation, links: kept };
  }
  return dropped;
}

/** Gives the failure of a list that takes no more. */
export function listIsFull() {
  return usage(
    `The list holds ${REVOKED_MAX} grants and ${HOLDERS_MAX} keys at most. "latchkey revoke --all", with no name beside it, takes back all that you gave, and makes room of those grants in your list that it ends; then give new ones. Keys stay in it, and so do names that were given with --unlisted. Where some grants are over, "latchkey status" makes room of them.`,
  );
}

function sayApart(added: Entries): string {
  return `What the lock holds from another device of yours and what was taken back here are too long together (${LIMITS}): no list was handed over, and NOT taken back is ${sayEntries(added)}. "latchkey revoke --all" ends all that you gave, there and here, and hands over as many of the others as fit. ${sayRest(added)}`;
}

function sayLeft(left: Entries): string {
  return `Both lists together are too long (${LIMITS}): left out is ${sayEntries(left)}. What you gave of these has ended with all the rest; what another owner gave may open again${left.codes.length > 0 ? ", and so may the codes" : ""}. ${sayRest(left)}`;
}

/** Names what is in a list: "2 grants, 1 key (Lp4q8A1vn2s, ...)"; a code has no name. */
function sayEntries(entries: Entries): string {
  const names = [...entries.links.map(({ link }) => link), ...entries.holders];
  return `${sayCounts(entries).replace(/^0 grants, /, "")}${names.length === 0 ? "" : ` (${names.join(", ")})`}`;
}

/** Says what ends grants, keys and codes that have no room. */
function sayRest({ codes }: Entries): string {
  const ends =
    'A grant of another owner ends when they take it back, or when their key is removed ("latchkey owner remove").';
  return codes.length === 0 ? ends : `${ends} "latchkey pin setup --rotate" ends all window codes of yours.`;
}

/** Reads from the lock's log what it held of an owner's lists, as far as it still says, the newest first. */
async function readLists(conversation: Asking, kid: Bytes): Promise<Lists> {
  const state = await fetchRegion(conversation, STATE, undefined);
  const lists: RevocationList[] = [];
  visitStanding({ regions: [state] }, (record) => {
    const entry = readEntry(record.region, record.type, record.payload);
    if (entry.kind === "list" && crypto.isEqual(entry.list.owner, kid)) lists.unshift(toKept(entry.list));
  });
  return lists;
}

function toKept({ sequence, generation, revoked, untils, holders, codes }: LockList): RevocationList {
  const links = untils.map((until, index) => ({ link: textAt(revoked, index, LINK8_BYTES), until }));
  const count = holders.length / KID_BYTES;
  const holderTexts = Array.from({ length: count }, (_, index) => textAt(holders, index, KID_BYTES));
  return { seq: sequence, generation, links, holders: holderTexts, ...(codes.length === 0 ? {} : { codes }) };
}

function sayUnknownList(sequence: number): string {
  return `The lock holds a list of what was taken back (number ${sequence}) that was made on another device, and its log no longer says what is in it. A list from here would drop that, so none is handed over: run "latchkey revoke --all", and give new grants.`;
}

function textAt(bytes: Bytes, index: number, size: number): string {
  return toBase64url(bytes.subarray(index * size, (index + 1) * size));
}

function join(texts: readonly string[]): Bytes {
  return new Uint8Array(texts.flatMap((text) => [...fromBase64url(text)]));
}
