// `latchkey revoke`: takes a grant back.
// Why: one cumulative list for each owner only ever restricts, so anybody may carry it to the lock, late or twice; until
// the lock says that it holds it, nothing is promised.
// Follows docs/protocol.md §2.3 ("Revocation").

import { crypto } from "#crypto";
import { type Bytes, fromBase64url, toBase64url } from "../../firmware/bytes.ts";
import { HOLDERS_MAX, REVOKED_MAX } from "../../firmware/grant/revocation.ts";
import { seconds } from "../../firmware/platform.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { isRootSignedBy, readAllowance } from "../allowance.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { deliver } from "../delivery.ts";
import { EXIT, Failure, usage } from "../failure.ts";
import { isFileHere, orRefuse, readGiven } from "../given.ts";
import { parseInvitation } from "../invitation.ts";
import { presentSeconds, sayMoment } from "../moment.ts";
import { writeText } from "../output.ts";
import { kidText, type Signer, signerOf } from "../ownership.ts";
import type { IssuedGrant, OwnedLock, RevocationList } from "../person.ts";
import { isBelowFloor, isLinkName, isListed, listIsFull, noteLeaving, signRevocations } from "../revocation.ts";
import { printable } from "../terminal.ts";

/** The command `revoke`. */
export const revoke: Command = {
  name: "revoke",
  summary: "Take a grant back, or list those that you gave",
  positionals: ["[WHO...]"],
  options: {
    lock: { value: "NAME", help: "which lock, where you own several" },
    at: { value: "HOST:PORT", help: "where the lock is reached, or serial:PORT" },
    holder: { help: "take back the person's key too, and with it all that anybody gives to it" },
    unlisted: { help: "WHO is the name of a grant that your list lacks: passed on, or given on another computer" },
    all: { help: "take back every grant that you ever gave; the last resort (another owner's are left as they are)" },
    file: { value: "FILE", help: 'write the signed list to a file, which anybody can bring with "latchkey carry"' },
  },
  help: [
    "WHO is a name, a number in the list that the command shows when nothing is named, the name of any grant (11",
    "letters and digits), or an invitation, as text or file. What was passed on from a grant falls with it. It counts from",
    "when the lock holds the list; every other command hands the list over again until the lock confirms it.",
    "A grant that somebody passed on is not in your list: they tell you its name, and --unlisted says that you mean it so.",
  ],
  examples: [
    "revoke",
    'revoke "Parcel Co"',
    "revoke 3 --holder",
    "revoke Lp4q8A1vn2s --unlisted",
    "revoke --all",
    "revoke 2 --file list.txt",
  ],
  run,
};

/** An entry of which the lock never forgets. */
const FOR_GOOD = 0xffff_ffff;

/** What is to be taken back; whose key it is, is known of one's own grants only, and of others by their names nothing. */
type Chosen = Pick<IssuedGrant, "link" | "who" | "until"> & {
  readonly holder: string | undefined;
  readonly isUnlisted?: true;
  /** Whether it hangs under another owner's root, of which no key is known here. */
  readonly isForeign?: true;
};

const NO_ROOM = "NOT CONFIRMED: the list has no room for all that you named.";
const BROKEN =
  "A signature inside that invitation does not hold, so it names no grant and nothing was taken back: have it sent again, or give the name of the grant.";

async function run(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const { locks, grants } = keystore.person;
  if (locks.length === 0 && grants.length > 0) {
    throw usage('Only the owner of a lock takes grants back: tell them the name of yours, for "latchkey revoke NAME".');
  }
  const lock = call.chooseLock(keystore);
  const given = grants.filter(({ lockId }) => lockId === lock.id);
  const signer = signerOf(keystore.person);
  const { kid } = signer;
  const isListing = call.positionals.length === 0 && !call.has("all") && call.option("file") === undefined;
  if (isListing) return list(call, { lock, given, kid });
  const isUnlisted = call.has("unlisted");
  const chosen = call.positionals.flatMap((text) => choose({ lock, given, isUnlisted, signer }, text));
  const isAll = call.has("all");
  const hasHolders = call.has("holder");
  if (chosen.length > 0 || isAll) {
    keystore.update(() => {
      lock.revocation = extend(lock.revocation, chosen, { hasHolders, isAll, given, kid });
      if (isAll) lock.unconfirmedAll = { seq: lock.revocation.seq, hasLeft: false };
    });
  }
  if (lock.revocation.seq === 0) throw usage("Nothing was taken back yet: name a grant.");
  const losing = isAll ? withAll(chosen, given, { kid, generation: lock.revocation.generation }) : chosen;
  for (const one of losing) sayTakenBack(call, one);
  const file = call.option("file");
  const worst = sayWorst(lock, losing);
  const otherwise = 'Or have somebody bring it: "latchkey revoke --file FILE".';
  if (file === undefined) await deliver(call, { keystore, lock }, { worst, otherwise });
  const hasRoom = hasRoomFor(chosen, lock.revocation, { hasHolders, given, kid });
  const isConfirmed = hasRoom && lock.confirmedRevocationSeq >= lock.revocation.seq;
  if (file !== undefined) {
    keystore.update(() => noteLeaving(lock));
    writeText(file, toBase64url(signRevocations(signer, lock)));
    call.terminal.say(
      `The signed list is in ${printable(file)}: whoever is at the door brings it with "latchkey carry FILE".`,
    );
  }
  const missing = hasRoom ? `NOT CONFIRMED by the lock yet.${worst}` : NO_ROOM;
  call.terminal.say(isConfirmed ? "Confirmed: the lock holds the list." : missing);
  const json = {
    revoked: losing.map(({ link }) => link),
    sequence: lock.revocation.seq,
    isConfirmed,
    file: file ?? null,
  };
  // A list in a file is on its way; one that the lock was handed and does not hold has failed.
  return { exit: file !== undefined || isConfirmed ? EXIT.OK : EXIT.REFUSED, json };
}

/** Gives what was chosen, and before it what a new floor ends besides of what could still open. */
function withAll(
  chosen: readonly Chosen[],
  given: readonly IssuedGrant[],
  floor: Parameters<typeof isBelowFloor>[1],
): readonly Chosen[] {
  const now = presentSeconds();
  const ended = given.filter((grant) => grant.until > now && isBelowFloor(grant, floor));
  return [...ended, ...chosen.filter(({ link }) => !ended.some((grant) => grant.link === link))];
}

/** Whether a list has, or ends, all that was chosen: where the lock holds much that was not known here, some finds no room. */
function hasRoomFor(
  chosen: readonly Chosen[],
  list: RevocationList,
  { hasHolders, given, kid }: Omit<Extension, "isAll">,
): boolean {
  const now = presentSeconds();
  const floor = { kid, generation: list.generation };
  const isGone = ({ link, until }: Chosen) => until < now || isListed(list, link) || isEnded(link, given, floor);
  return chosen.every(isGone) && (!hasHolders || kidsOf(chosen).every((key) => list.holders.includes(key)));
}

/** Gives the names of their keys, as far as they are known. */
function kidsOf(chosen: readonly Chosen[]): readonly string[] {
  return chosen.flatMap(({ holder }) => (holder === undefined ? [] : [kidText(fromBase64url(holder))]));
}

/** Whether a floor ends a grant that is known here. */
function isEnded(link: string, given: readonly IssuedGrant[], floor: Parameters<typeof isBelowFloor>[1]): boolean {
  return given.some((grant) => grant.link === link && isBelowFloor(grant, floor));
}

/** Says how long a lock that is not told lets them in still: to the end of what was granted. */
function sayWorst(lock: OwnedLock, losing: readonly Pick<Chosen, "until">[]): string {
  const untils = losing.map(({ until }) => until).filter((until) => until !== FOR_GOOD);
  if (untils.length === 0) return "";
  const last = sayMoment(parseZone(lock.zone), seconds(Math.max(...untils)));
  return ` Until it holds the list it lets them in, at the latest until ${last}, when what you granted ends.`;
}

function sayTakenBack(call: Call, { who, link, isUnlisted, isForeign }: Omit<Chosen, "until" | "holder">): void {
  if (isUnlisted !== true) {
    call.terminal.say(`Taken back: ${printable(who) || "(no name)"} (${link})`);
    if (isForeign !== true) return;
    call.terminal.warn(
      `${link} comes of another owner's grant, whose signature cannot be verified here: this counts only if the invitation is the one that was given.`,
    );
    return;
  }
  call.terminal.say(`Taken back: ${link}, which is not in your list`);
  call.terminal.warn(
    `No grant in your list has the name ${link}: this counts only if whoever passed one on told you that name.`,
  );
}

/** Finds grants by number, name of the grant, name of the person, or by themselves. @throws Failure */
function choose(
  among: {
    readonly lock: OwnedLock;
    readonly given: readonly IssuedGrant[];
    readonly isUnlisted: boolean;
    readonly signer: Signer;
  },
  text: string,
): readonly Chosen[] {
  const { lock, given, isUnlisted, signer } = among;
  // It would be the name of every grant that has none.
  if (text.trim() === "") {
    throw usage(
      'An empty text names no grant: "latchkey revoke" lists those that you gave, and takes one without a name by its number.',
    );
  }
  const numbered = /^\d{1,4}$/.test(text) ? given[Number(text) - 1] : undefined;
  const found = given.filter(({ who, link }) => link === text || who === text);
  if (found.length > 0) return found;
  if (numbered !== undefined) return [numbered];
  // Whoever passed a grant on tells its owner the name of the link. When it ends is not known, and an entry that the lock
  // forgets too early brings the grant back to life.
  if (isUnlisted && isLinkName(text)) {
    return [{ link: text, who: "", until: FOR_GOOD, holder: undefined, isUnlisted }];
  }
  if (/^[A-Za-z0-9_-]{64,}$/.test(text) || isFileHere(text)) return [readChosen({ lock, signer }, text)];
  // A name that was mistyped may have the form of a grant's: whoever meant a person must not read that it was taken back.
  if (isLinkName(text)) {
    throw usage(
      `"${text}" is not in your list: "latchkey revoke" shows it. Is that the name of a grant that somebody passed on, or that you gave on another computer? Then add --unlisted.`,
    );
  }
  throw usage(`You gave no grant to "${printable(text)}": "latchkey revoke" lists those that you gave.`);
}

/** Reads the invitation that is to be taken back: with it its end is known, so the lock may forget the entry then. One byte
 *  makes it another grant's, or nobody's, so its signatures are verified as far as their keys are known.
 *  @throws Failure */
function readChosen({ lock, signer }: { readonly lock: OwnedLock; readonly signer: Signer }, text: string): Chosen {
  const bytes = readGiven(text, "invitation");
  const sentence = `That is no invitation: copy the whole text, or give the name of the grant.`;
  const { token } = orRefuse(() => parseInvitation(bytes), sentence);
  const allowance = orRefuse(() => readAllowance(token), sentence);
  const { lockId, link, grants, holder, until, owner, isChained } = allowance;
  if (lockId !== lock.id) throw usage(`That invitation is for the lock ${lockId}: choose that one with --lock.`);
  const isOwn = crypto.isEqual(owner, signer.kid);
  if (!isChained || (isOwn && !isRootSignedBy(token, signer.publicKey))) throw new Failure(EXIT.UNVERIFIED, BROKEN);
  const chosen = { link, who: grants[grants.length - 1].name, until, holder: toBase64url(holder) };
  return isOwn ? chosen : { ...chosen, isForeign: true };
}

/** What is to come into a list besides grants, and what is known of those that this person gave. */
interface Extension {
  readonly hasHolders: boolean;
  readonly isAll: boolean;
  readonly given: readonly IssuedGrant[];
  readonly kid: Bytes;
}

/** Gives the list with more in it. @throws Failure where it is full */
function extend(former: RevocationList, chosen: readonly Chosen[], extension: Extension): RevocationList {
  const { hasHolders, isAll, given, kid } = extension;
  const generation = former.generation + (isAll ? 1 : 0);
  // The floor ends what this owner gave before it, so those entries are no longer needed. It ends nothing that hangs under
  // another owner's root, and of what is not known to be of one's own, nobody can tell.
  const isOver = (link: string) => isEnded(link, given, { kid, generation });
  const kept = former.links.filter(({ link }) => !isOver(link));
  const added = chosen.filter(({ link }) => !isOver(link) && !isListed({ links: kept }, link));
  const links = [...kept, ...added.map(({ link, until }) => ({ link, until }))];
  const kids = hasHolders ? kidsOf(chosen) : [];
  if (hasHolders && kids.length < chosen.length)
    throw usage("--holder goes with grants that you gave yourself: leave it out.");
  const holders = [...new Set([...former.holders, ...kids])];
  const { codes } = former;
  if (links.length > REVOKED_MAX || holders.length > HOLDERS_MAX) {
    throw listIsFull();
  }
  return {
    seq: former.seq + 1,
    generation,
    links,
    holders,
    ...(codes === undefined ? {} : { codes }),
  };
}

function list(
  call: Call,
  { lock, given, kid }: { readonly lock: OwnedLock; readonly given: readonly IssuedGrant[]; readonly kid: Bytes },
): Outcome {
  const zone = parseZone(lock.zone);
  const now = presentSeconds();
  const states = given.map((grant, index) => {
    const { link, until } = grant;
    const isRevokedBy = (list: RevocationList | undefined) =>
      list !== undefined && (isListed(list, link) || isBelowFloor(grant, { kid, generation: list.generation }));
    const isConfirmed = lock.confirmedRevocationSeq >= lock.revocation.seq || isRevokedBy(lock.confirmedRevocation);
    const revoked = isConfirmed ? "taken back" : "taken back, NOT CONFIRMED";
    const state = isRevokedBy(lock.revocation) ? revoked : until < now ? "over" : "valid";
    return { number: index + 1, who: grant.who, link, until, state };
  });
  for (const { number, who, link, until, state } of states) {
    const name = printable(who) || "(no name)";
    call.terminal.say(
      `${String(number).padStart(3)}  ${name.padEnd(20)} ${link}  ${state}, until ${sayMoment(zone, seconds(until))}`,
    );
  }
  if (given.length === 0) call.terminal.say('You gave no grants for this lock yet: "latchkey grant --help" shows how.');
  return { exit: EXIT.OK, json: { grants: states } };
}
