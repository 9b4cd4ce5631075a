// `latchkey log`: fetches what the lock recorded, verifies all of it, and tells it.
// Why: the lock keeps a record that nobody can rewrite, and this is where somebody checks that nobody did.
// Follows docs/protocol.md §4.

import { crypto } from "#crypto";
import { fromBase64url, toBase64url } from "../../firmware/bytes.ts";
import { OPERATION_READ_LOG } from "../../firmware/grant/holder.ts";
import { ACCESS } from "../../firmware/journal/record.ts";
import type { Verdict } from "../../firmware/journal/verify.ts";
import { parseSetup } from "../../firmware/link/label.ts";
import type { CameraState } from "../../firmware/link/viewing.ts";
import { parseZone, type Zone } from "../../firmware/time/zone.ts";
import { checkOptions } from "../acts.ts";
import { readAllowance } from "../allowance.ts";
import {
  type Archive,
  beginAnew,
  cutToSigned,
  encodeArchive,
  endsOf,
  fetchArchive,
  fetchBroken,
  fetchRegion,
  isCheckpointOf,
  missedNotices,
  parseArchive,
  sayVerdict,
  verifyArchive,
  visitStanding,
  walkRegion,
} from "../archive.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { refusedGuest } from "../denials.ts";
import { EXIT, Failure, usage } from "../failure.ts";
import { orRefuse, readBytes, readGiven } from "../given.ts";
import { ASIDE_MAX, keepLog, readAside, readLog } from "../keptlog.ts";
import { chooseInvitation, chooseKey, rememberAddress } from "../keyring.ts";
import { hasKeystore, type Keystore, keystoreDirectory } from "../keystore.ts";
import { knownNames, newStory } from "../known.ts";
import { sayMoment } from "../moment.ts";
import { writeText } from "../output.ts";
import { addressOf, asOwner, type OwnerSession, signerOf } from "../ownership.ts";
import type { AcceptedInvitation, OwnedLock } from "../person.ts";
import { chooseHappenings, type Happening, Story, sayHappenings } from "../story.ts";
import { ownZone } from "../timezone.ts";
import { converse } from "../wire.ts";

const LAST = 30;
/** How often the log is fetched again where other commands keep theirs meanwhile. */
const TRIES_MAX = 4;
const FETCH_OPTIONS = Object.freeze(["lock", "at", "last", "all", "kept", "export"]);
const VERIFY_OPTIONS = Object.freeze(["last", "all", "setup"]);
const UNNOTED =
  'The lock could not note that these records are fetched, and a full lock refuses guests: run the command again, and see "latchkey status".';
/** Before the records of a log that does not hold. */
const UNPROVEN = "What came, none of it proven:";

/** The command `log`. */
export const log: Command = {
  name: "log",
  summary: "Fetch, verify and read what happened at the door",
  positionals: ["[verify", "FILE]"],
  options: {
    lock: { value: "NAME", help: "which lock, where you own several" },
    at: { value: "HOST:PORT", help: "where the lock is reached, or serial:PORT" },
    last: { value: "N", help: `how many lines to show (${LAST})` },
    all: { help: "show every line, also what the lock did by itself" },
    kept: { value: "N", help: "tell the log that was kept aside under that number, when it no longer went on or held" },
    export: { value: "FILE", help: "write the log to a file, for somebody else to verify" },
    setup: { value: "SETUP", help: "with verify: the lock's label, by whose key the file is verified" },
  },
  help: [
    "Every record is chained to the one before it, and the lock signs the end of the chain. What was fetched is kept, so",
    "that the next call fetches only what is new, and a lock whose past was exchanged is found out. A log that does not",
    "hold is told once with what its records say (exit code 5), kept aside under a number, and begun anew: --kept N tells",
    "it again, without the lock.",
    '"latchkey log verify FILE" verifies an exported log without the lock. A guest whose grant allows read-log is shown',
    "what happened at the door, and nothing else.",
  ],
  examples: ["log", "log --all --export log.json", "log --kept 1", "log verify log.json --setup setup.txt"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const [word, file] = call.positionals;
  if (word === undefined) {
    checkOptions(call, "log", FETCH_OPTIONS);
    return fetchAndTell(call);
  }
  if (word !== "verify" || file === undefined) throw usage('Write "latchkey log", or "latchkey log verify FILE".');
  checkOptions(call, "log verify", VERIFY_OPTIONS);
  return verifyFile(call, file);
}

async function fetchAndTell(call: Call): Promise<Outcome> {
  const last = lastOf(call);
  const keystore = await call.openKeystore();
  const number = call.number("kept", 1, ASIDE_MAX);
  if (number !== undefined) return tellKept(call, keystore, { number, last });
  const key = chooseKey(call, keystore);
  return key.kind === "owner"
    ? tellOwner(call, keystore, { lock: key.lock, last })
    : tellGuest(call, keystore, { lockId: key.lockId, last });
}

/** What is shown of a log. */
interface Shown {
  readonly lockId: string;
  readonly last: number;
  readonly zone: Zone;
}

async function tellOwner(
  call: Call,
  keystore: Keystore,
  { lock, last }: { readonly lock: OwnedLock; readonly last: number },
): Promise<Outcome> {
  // The session may take over the zone that the door has now.
  const how = () => ({ lockId: lock.id, last, zone: parseZone(lock.zone) });
  try {
    return tellWhole(call, await renewLog(call, keystore, lock), how());
  } catch (error) {
    if (!(error instanceof BrokenLog)) throw error;
    return tellBroken(call, error, how());
  }
}

/** Tells a log that holds, and writes it to the file that --export names. */
function tellWhole(
  call: Call,
  { archive, story }: { readonly archive: Archive; readonly story: Story },
  how: Shown,
): Outcome {
  const exported = exportLog(call, archive);
  const shown = sayStory(call, story, how);
  call.terminal.say("Every record and the lock's signature hold.");
  sayBeginning(call, archive);
  return { exit: EXIT.OK, json: { lockId: how.lockId, isVerified: true, happenings: shown, file: exported } };
}

/** Tells what the records of a log say that does not hold, and then that it does not. */
function tellBroken(call: Call, { message, story }: BrokenLog, how: Shown, file: string | null = null): Outcome {
  call.terminal.say(UNPROVEN);
  const happenings = sayStory(call, story, how);
  if (!call.isJson) call.terminal.warn(message);
  const exit = EXIT.UNVERIFIED;
  return { exit, json: { exit, error: message, lockId: how.lockId, isVerified: false, happenings, file } };
}

/** @returns the file that --export names, null where it names none @throws Failure */
function exportLog(call: Call, archive: Archive): string | null {
  const exported = call.option("export");
  if (exported !== undefined) writeText(exported, encodeArchive(archive));
  return exported ?? null;
}

/** Says where a log begins that does not begin with the lock's first record. @returns the number */
function sayBeginning(call: Call, { regions }: Pick<Archive, "regions">): number {
  const first = regions.find(({ region }) => region === ACCESS)?.firstSeq ?? 1;
  if (first > 1) call.terminal.say(`It begins with record ${first} of the door: what came before is not in it.`);
  return first;
}

/** Tells a log that was kept aside; the lock is not asked. */
function tellKept(
  call: Call,
  keystore: Keystore,
  { number, last }: { readonly number: number; readonly last: number },
): Outcome {
  const lock = call.chooseLock(keystore);
  const archive = readAside(keystore, lock, number);
  const how = { lockId: lock.id, last, zone: parseZone(lock.zone) };
  const story = newStory(keystore, lock);
  visitStanding(archive, (record) => story.add(record));
  const verdict = verifyArchive(archive);
  if (verdict.kind === "whole") return tellWhole(call, { archive, story }, how);
  return tellBroken(call, new BrokenLog(doubtful(verdict).message, story), how, exportLog(call, archive));
}

/** Shows a story's last lines. @returns what is shown */
function sayStory(
  call: Call,
  { happenings }: Story,
  { last, zone }: Pick<Shown, "last" | "zone">,
): readonly Happening[] {
  const shown = chooseHappenings(happenings, call.has("all"), last);
  for (const line of sayHappenings(shown, zone)) call.terminal.say(line);
  return shown;
}

/** A log that does not hold, with what its records tell all the same. */
class BrokenLog extends Failure {
  readonly story: Story;

  constructor(sentence: string, story: Story) {
    super(EXIT.UNVERIFIED, sentence);
    this.story = story;
  }
}

/** A lock's log as it was fetched, its story, and what the lock now hears of its camera. */
interface Renewed {
  readonly archive: Archive;
  readonly story: Story;
  readonly camera: CameraState | undefined;
}

/** Fetches what is new of a lock's log, verifies all of it, and keeps it. One that does not hold is told of once, kept aside, and
 *  begins anew: else one record that the flash lost would hide all that come, and a lock whose log nobody fetches refuses guests.
 *  @throws Failure */
export async function renewLog(call: Call, keystore: Keystore, lock: OwnedLock): Promise<Renewed> {
  return asOwner(call, keystore, lock, async (session) => {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const renewed = await fetchOn(call, { keystore, lock }, session);
      if (renewed !== undefined) return renewed;
    }
    throw new Failure(EXIT.KEYSTORE, "Other latchkey commands fetch that log at the same time: run this one again.");
  });
}

/** Fetches what follows the log that is kept. @returns undefined where another command has kept one meanwhile @throws Failure */
async function fetchOn(
  call: Call,
  { keystore, lock }: { readonly keystore: Keystore; readonly lock: OwnedLock },
  { conversation, status }: OwnerSession,
): Promise<Renewed | undefined> {
  const former = readLog(keystore, lock);
  const lockKey = fromBase64url(lock.signingKey);
  const archive = await fetchArchive(conversation, { lockId: lock.id, lockKey }, former);
  const told = newStory(keystore, lock);
  const verdict = verifyArchive(archive, (record) => told.add(record));
  if (verdict.kind === "checkpoint") throw doubtful(verdict);
  const isWhole = verdict.kind === "whole";
  const next = isWhole ? archive : beginAnew(archive);
  const came = isWhole || former === undefined ? archive : await fetchBroken(conversation, former, archive);
  const aside = keepLog(call.terminal, keystore, lock, { former, archive: came, isWhole, next });
  if (aside === undefined) return undefined;
  const missed = missedNotices(former, archive);
  if (missed !== undefined)
    call.terminal.warn(
      `The lock's notices ${missed.join(" to ")} (alarms, strangers, what the camera said) made room before they were fetched here.`,
    );
  keystore.update(() => {
    lock.checkpoint = toBase64url(archive.checkpoint);
  });
  // Only now may the lock overwrite what is kept here.
  const noted = await conversation.ask({ kind: "fetched", heads: endsOf(archive) });
  if (noted.kind !== "yes") call.terminal.warn(UNNOTED);
  if (isWhole) return { archive, story: told, camera: status.camera };
  const standing = newStory(keystore, lock);
  visitStanding(came, (record) => standing.add(record));
  throw new BrokenLog(`${doubtful(verdict).message} ${aside}; what is recorded from now on is told as ever.`, standing);
}

/** What a grant for reading the log shows: the door's records, of which only an owner can have the end signed. */
async function tellGuest(
  call: Call,
  keystore: Keystore,
  { lockId, last }: { readonly lockId: string; readonly last: number },
): Promise<Outcome> {
  if (call.option("export") !== undefined) {
    throw usage("Only an owner can export a log, since the lock signs its end for owners only: leave --export out.");
  }
  const { person } = keystore;
  const isReadable = ({ token }: AcceptedInvitation) =>
    (readAllowance(fromBase64url(token)).permissions & (1 << OPERATION_READ_LOG)) !== 0;
  const invitation = chooseInvitation(person.invitations.filter((each) => each.lockId === lockId && isReadable(each)));
  if (invitation === undefined) {
    throw usage("Your invitation does not allow to read the log: ask the owner for one with --allow read-log.");
  }
  const address = addressOf(call, invitation.address);
  const conversation = await converse({ address, agreementKey: invitation.agreementKey, lockId });
  try {
    const claim = { operation: OPERATION_READ_LOG, by: { leaf: fromBase64url(invitation.token) } };
    const answer = await conversation.prove(claim, signerOf(person).sign);
    rememberAddress(keystore, { lockId, agreementKey: invitation.agreementKey, address });
    if (answer.kind !== "yes") throw refusedGuest(invitation.token, OPERATION_READ_LOG);
    const story = new Story(knownNames(keystore, lockId));
    const access = await fetchRegion(conversation, ACCESS, undefined);
    const broken = walkRegion(lockId, access, (record) => story.add(record));
    const zone = parseZone(ownZone().rule);
    if (broken !== undefined) {
      const standing = new Story(knownNames(keystore, lockId));
      visitStanding({ regions: [access] }, (record) => standing.add(record));
      const sentence = `Record ${broken} does not hold: do not believe the log, and tell the owner.`;
      return tellBroken(call, new BrokenLog(sentence, standing), { lockId, last, zone });
    }
    const shown = sayStory(call, story, { last, zone });
    call.terminal.say("Every record holds; that none is missing at the end, the lock signs for its owner only.");
    return { exit: EXIT.OK, json: { lockId, isVerified: false, happenings: shown, file: null } };
  } finally {
    conversation.close();
  }
}

async function verifyFile(call: Call, file: string): Promise<Outcome> {
  const last = lastOf(call);
  const archive = parseArchive(Buffer.from(readBytes(file)).toString("utf8"));
  const { key, zone, from } = await trustedKey(call, archive);
  if (!crypto.isEqual(key, archive.lockKey) || !isCheckpointOf(key, archive.checkpoint)) {
    throw new Failure(
      EXIT.UNVERIFIED,
      "This log is another lock's, or its signature does not hold: do not believe it.",
    );
  }
  const { archive: signed, cut } = cutToSigned(archive);
  const story = new Story(new Map());
  const verdict = verifyArchive(signed, (record) => story.add(record));
  if (verdict.kind !== "whole") throw doubtful(verdict);
  const shown = sayStory(call, story, { last, zone });
  call.terminal.say(
    `Every record holds, and so does the signature of the lock ${archive.lockId} (its key is from ${from}).`,
  );
  const { checkpoint } = verdict;
  const when = sayMoment(zone, checkpoint.lo);
  call.terminal.say(
    `The lock signed it ${checkpoint.hi === undefined ? "after" : "at about"} ${when}: what came later is not in it.`,
  );
  const first = sayBeginning(call, signed);
  if (cut > 0)
    call.terminal.warn(
      cut === 1
        ? "1 record stands behind what the lock signed, and is not shown: anybody may have added it."
        : `${cut} records stand behind what the lock signed, and are not shown: anybody may have added them.`,
    );
  const { lo: signedAt } = checkpoint;
  const json = { lockId: archive.lockId, isVerified: true, keyFrom: from, signedAt, firstRecord: first, unsigned: cut };
  return { exit: EXIT.OK, json: { ...json, happenings: shown } };
}

/** Gives the key to believe: from --setup, from the keystore, or else the file's own, which proves less and says so. */
async function trustedKey(
  call: Call,
  { lockId, lockKey }: Archive,
): Promise<{ readonly key: Archive["lockKey"]; readonly zone: Zone; readonly from: string }> {
  const given = call.option("setup");
  const zone = parseZone(ownZone().rule);
  if (given !== undefined) {
    const setup = readGiven(given, "setup text");
    const { signingKey } = orRefuse(
      () => parseSetup(setup),
      "That is no setup text: copy all of it from the lock's label.",
    );
    return { key: signingKey, zone, from: "its label" };
  }
  if (hasKeystore(keystoreDirectory())) {
    const { person } = await call.openKeystore();
    const owned = person.locks.find(({ id }) => id === lockId);
    if (owned !== undefined)
      return { key: fromBase64url(owned.signingKey), zone: parseZone(owned.zone), from: "your keystore" };
  }
  call.terminal.warn(
    "The lock's key is taken from the file itself: give --setup with the text on its label to be sure of it.",
  );
  return { key: lockKey, zone, from: "the file itself" };
}

function doubtful(verdict: Verdict): Failure {
  return new Failure(EXIT.UNVERIFIED, `${sayVerdict(verdict)} Do not believe it, and look at the door.`);
}

function lastOf(call: Call): number {
  return call.number("last", 1, 1_000_000) ?? (call.has("all") ? Number.POSITIVE_INFINITY : LAST);
}
