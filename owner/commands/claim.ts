// `latchkey claim`: one file that proves to somebody else what a lock recorded of a visit, and its verification.
// Why: "the parcel was left at three, here is the film" is a claim. With the file and the lock's label, anybody verifies it: no
// account, no server, no access to the lock or to the rest of its journal.
// Follows docs/protocol.cddl, `claim`.

import { basename, dirname } from "node:path";
import { crypto } from "#crypto";
import { type Bytes, fromBase64url, toBase64url } from "../../firmware/bytes.ts";
import { kid8, lockIdOf } from "../../firmware/cose/key.ts";
import { parseSetup } from "../../firmware/link/label.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { readAllowance } from "../allowance.ts";
import { judgeFilms } from "../claim/films.ts";
import { CLAIM_BYTES_MAX, CLIPS_MAX, type Claim, type ClaimedClip, decodeClaim, encodeClaim } from "../claim/form.ts";
import { cameraBefore, judgeClaim } from "../claim/judge.ts";
import { makeClaim, shelfOf, visitOf } from "../claim/make.ts";
import { isOpening, type Visit } from "../claim/records.ts";
import { claimObject, type Findings, missingClips, sayClaim, sayDoubt } from "../claim/say.ts";
import { identitiesOf, OPENING_OPTIONS } from "../clip/key.ts";
import { isAge, measure, NOTE } from "../clip/verify.ts";
import { type Call, type Command, type Outcome, parseKey } from "../command.ts";
import { EXIT, Failure, usage } from "../failure.ts";
import { isFileHere, orRefuse, readBytes, readGiven } from "../given.ts";
import { parseInvitation } from "../invitation.ts";
import { ASIDE_MAX, readAside, readLog, readShelf, sayAside } from "../keptlog.ts";
import { hasKeystore, type Keystore, keystoreDirectory } from "../keystore.ts";
import { newStory } from "../known.ts";
import { orUnwritable, replaceFile } from "../output.ts";
import { signerOf } from "../ownership.ts";
import type { OwnedLock } from "../person.ts";
import { keptReceipts } from "../receipts.ts";
import { chooseHappenings, sayHappenings } from "../story.ts";
import { printable } from "../terminal.ts";
import { findZone, ownZone } from "../timezone.ts";

const U32_MAX = 0xffff_ffff;
const KEY_TEXT = /^[A-Za-z0-9_-]{43}$/;
/** How many visits are listed. */
const LAST = 30;

/** The command `claim`. */
export const claim: Command = {
  name: "claim",
  summary: "Prove to somebody else what the lock recorded of a visit",
  positionals: ["[VISIT|verify", "FILE]"],
  options: {
    lock: { value: "NAME", help: "which lock; with verify: its label, or its public key" },
    out: { value: "FILE", help: "where the claim goes (visit-NUMBER.claim)" },
    grant: { value: "TEXT|FILE", help: "the guest's own invitation, where it was passed on to them" },
    clip: {
      value: "FILE",
      isRepeatable: true,
      help: "a film of the visit; the camera's note lies beside it as FILE.note",
    },
    kept: { value: "N", help: 'out of the log that was kept aside under that number (see "latchkey log")' },
    camera: { value: "KEY", help: "the camera's public key, where the lock's journal does not have it" },
    zone: { value: "ZONE", help: "with verify: the time zone for times (this computer's)" },
    ...OPENING_OPTIONS,
  },
  help: [
    "Without a word it lists the visits of the log that was fetched last (latchkey log). With a number it writes one file:",
    "the records of that visit and of the two minutes behind it, whole, as far as the lock had signed when the log was",
    "fetched: of one that was signed earlier it says so, and what came later is not in it (run latchkey log again, two",
    "minutes behind the visit); of all other records up to that end the hashes alone; the grant that was shown; the receipt,",
    "where one was kept; the camera's signed notes, and hashes of the films that lie on your disk: those of --clip, or else",
    'what "latchkey clip get NUMBER" brought, visit-NUMBER.mkv.age, where it lies in the folder that you are in. A film',
    'that lost its end has no note, and proves itself: open it with "latchkey clip decrypt", and give that with --clip.',
    "",
    "verify needs the file and the lock's label, and nobody's word: it derives everything anew and names what does not hold.",
    "Films are looked for beside the claim; one that is encrypted is opened where you have a key.",
  ],
  examples: ["claim", "claim 41 --clip visit-41.mkv.age", "claim verify visit-41.claim --lock setup.txt"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const [word, file] = call.positionals;
  if (word === undefined) return list(call);
  if (word === "verify") {
    if (file === undefined) throw usage('FILE is missing: "latchkey claim verify FILE --lock SETUP".');
    return verify(call, file);
  }
  if (file !== undefined || !/^\d{1,10}$/.test(word) || Number(word) > U32_MAX)
    throw usage('Write "latchkey claim NUMBER", or "latchkey claim verify FILE".');
  return make(call, Number(word));
}

/** Gives the log that was fetched last. @throws Failure where there is none, or it does not hold */
function keptShelf(call: Call, keystore: Keystore, lock: OwnedLock): ReturnType<typeof shelfOf> {
  const number = call.number("kept", 1, ASIDE_MAX);
  const archive = number === undefined ? readLog(keystore, lock) : readAside(keystore, lock, number);
  if (archive === undefined) throw usage('No log was fetched from this lock yet: run "latchkey log" first.');
  return shelfOf(archive);
}

async function list(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const { access } = keptShelf(call, keystore, lock);
  const story = newStory(keystore, lock);
  for (const { record } of access) story.add(record);
  const openings = new Set(access.filter(({ entry }) => isOpening(entry)).map(({ record }) => record.seq));
  const visits = chooseHappenings(
    story.happenings.filter(({ seq }) => openings.has(seq)),
    false,
    LAST,
  );
  const lines = sayHappenings(visits, parseZone(lock.zone));
  for (const [index, line] of lines.entries())
    call.terminal.say(`${String(visits[index]?.seq ?? "").padStart(6)}  ${line}`);
  if (visits.length === 0) call.terminal.say("The log that was fetched has no visit.");
  const aside = call.option("kept") === undefined ? sayAside(keystore, lock.id) : undefined;
  if (aside !== undefined) call.terminal.say(aside);
  return { exit: EXIT.OK, json: { lockId: lock.id, visits } };
}

async function make(call: Call, number: number): Promise<Outcome> {
  const out = call.option("out") ?? `visit-${number}.claim`;
  if (isFileHere(out)) throw usage(`${printable(out)} is there already: give another name with --out.`);
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const shelf = keptShelf(call, keystore, lock);
  const visit = visitOf(shelf, number, sayAside(keystore, lock.id));
  const lockKey = fromBase64url(lock.signingKey);
  const grant = grantOf(call, keystore, visit);
  const receipt = receiptFor(keystore, shelf, visit);
  const given = filesOf(call);
  // A log that began anew does not say which camera the lock had enrolled; one of before may.
  const known = cameraOf(call) ?? cameraBefore(readShelf(keystore, lock)?.access ?? [], number);
  const isOfVisit = (file: string) =>
    judgeClaim(makeClaim(shelf, visit, { grant, clips: [clipOf(file)], receipt }), lockKey, known).clips.length > 0;
  const files = given.length > 0 ? given : filesHere(call, number, isOfVisit);
  const claimed = makeClaim(shelf, visit, { grant, clips: files.map(clipOf), receipt });
  const identities = async () => (files.length === 0 ? undefined : identitiesOf(call, keystore));
  const found = await look(claimed, { lockKey, cameraKey: known, folder: dirname(files[0] ?? out), identities });
  const { doubts, films } = found;
  if (doubts.length > 0) {
    const reasons = doubts.map((doubt) => sayDoubt(doubt)).join("\n  ");
    throw new Failure(EXIT.UNVERIFIED, `Nothing was written, since nobody would believe it:\n  ${reasons}`);
  }
  const counts = new Map(films.map(({ name, count }) => [name, count]));
  const clips = claimed.clips.map((clip) => ({ ...clip, found: counts.get(clip.name) }));
  const bytes = encodeClaim({ ...claimed, clips });
  orUnwritable(out, () => replaceFile(out, bytes));
  for (const line of sayClaim(found, parseZone(lock.zone))) call.terminal.say(line);
  for (const clip of missingClips(found))
    call.terminal.say(`Hint:     "latchkey clip get ${clip}" fetches that film; then claim again, with --clip FILE`);
  const isSaid = files.length === 0 || cameraBefore(found.judged.told, number) !== undefined;
  const more = isSaid || known === undefined ? "" : ` with --camera ${toBase64url(known)}`;
  call.terminal.say(`Written:  ${printable(out)}; whoever has the lock's label runs "latchkey claim verify"${more}.`);
  return { exit: EXIT.OK, json: { ...claimObject(found), file: out } };
}

async function verify(call: Call, file: string): Promise<Outcome> {
  const bytes = readBytes(file);
  if (bytes.length > CLAIM_BYTES_MAX) throw new Failure(EXIT.UNVERIFIED, "NOT OK: that is no claim.");
  const claimed = orRefuse(() => decodeClaim(bytes), "NOT OK: that is no claim, or it was cut or damaged.");
  const { lockKey, zone, keystore } = await trustOf(call, claimed);
  const named = call.option("zone");
  const identities = async () => {
    const isNamed = ["recovery", "words", "identity"].some((name) => call.named.includes(name));
    return isNamed || keystore !== undefined ? identitiesOf(call) : undefined;
  };
  const found = await look(claimed, { lockKey, cameraKey: cameraOf(call), folder: dirname(file), identities });
  const shownZone = named === undefined ? zone : parseZone(findZone(named).rule);
  for (const line of sayClaim(found, shownZone)) call.terminal.say(line);
  return { exit: found.doubts.length === 0 ? EXIT.OK : EXIT.UNVERIFIED, json: claimObject(found) };
}

/** Judges a claim with the films that lie in a folder. */
async function look(
  claimed: Claim,
  by: {
    readonly lockKey: Bytes;
    /** Where the claim does not say it. */
    readonly cameraKey: Bytes | undefined;
    readonly folder: string;
    readonly identities: () => Promise<readonly string[] | undefined>;
  },
): Promise<Findings> {
  const judged = judgeClaim(claimed, by.lockKey, by.cameraKey);
  const { films, doubts } = await judgeFilms(judged, by);
  return { claim: claimed, judged, films, doubts: [...judged.doubts, ...doubts] };
}

function cameraOf(call: Call): Bytes | undefined {
  const camera = call.option("camera");
  return camera === undefined ? undefined : parseKey(camera);
}

/** Gives the key to believe: of --lock, or of a lock that the person owns. @throws Failure where there is none */
async function trustOf(call: Call, claimed: Claim) {
  const given = call.option("lock");
  const zone = parseZone(ownZone().rule);
  if (given !== undefined && KEY_TEXT.test(given)) return { lockKey: parseKey(given), zone, keystore: undefined };
  const keystore = hasKeystore(keystoreDirectory()) ? await call.openKeystore() : undefined;
  const lockId = lockIdOf(crypto, claimed.lockKey);
  const wanted = given ?? lockId;
  const owned = keystore?.person.locks.find(({ id, name }) => id === wanted || name === wanted);
  if (owned !== undefined) return { lockKey: fromBase64url(owned.signingKey), zone: parseZone(owned.zone), keystore };
  if (given === undefined)
    throw usage("Say which lock it must be of: --lock SETUP, the text on its label, or --lock KEY, its public key.");
  const setup = readGiven(given, "setup text");
  const sentence = "That is no setup text: copy all of it from the lock's label.";
  return { lockKey: orRefuse(() => parseSetup(setup), sentence).signingKey.slice(), zone, keystore };
}

/** Gives the grant of a visit: the one that was handed over, or what this person signed. */
function grantOf(call: Call, { person }: Keystore, { opening }: Visit): Claim["grant"] {
  const { entry } = opening;
  if (entry.kind !== "intent") return undefined;
  const signer = signerOf(person);
  const root = toBase64url(entry.root);
  const given = call.option("grant");
  const tokens =
    given === undefined
      ? person.grants.map(({ token }) => fromBase64url(token))
      : [
          orRefuse(() => parseInvitation(readGiven(given, "invitation")), "That is no invitation: copy the whole text.")
            .token,
        ];
  const fitting = tokens.filter((token) => readAllowance(token).root === root);
  const isShown = (token: Bytes) => crypto.isEqual(kid8(crypto, readAllowance(token).holder), entry.actor);
  const token = fitting.find(isShown) ?? fitting[0];
  if (token !== undefined) return { token, ownerKey: signer.publicKey };
  if (given !== undefined) throw usage("That invitation was not used for this visit: leave --grant out.");
  return undefined;
}

/** Gives the receipt of a visit, where one is kept: of several with its number, the one that the log bears out. */
function receiptFor(keystore: Keystore, shelf: ReturnType<typeof shelfOf>, visit: Visit): Bytes | undefined {
  const { lockId, lockKey } = shelf.archive;
  const kept = keptReceipts(keystore, lockId).filter(({ receipt }) => receipt.visit === visit.opening.record.seq);
  const receipts = kept.map(({ message }) => message);
  const isBorneOut = (receipt: Bytes) => {
    const claimed = makeClaim(shelf, visit, { grant: undefined, clips: [], receipt });
    return judgeClaim(claimed, lockKey).doubts.every(({ kind }) => kind !== "receipt");
  };
  return receipts.find(isBorneOut) ?? receipts[0];
}

/** The films that were named. @throws Failure where they lie in several folders */
function filesOf(call: Call): readonly string[] {
  const files = call.list("clip");
  if (files.length > CLIPS_MAX) throw usage(`--clip may be given ${CLIPS_MAX} times at most.`);
  if (new Set(files.map((file) => dirname(file))).size > 1)
    throw usage("The films lie in several folders: put them into one, beside the claim.");
  return files;
}

/** Gives the film of a visit where it lies here under the name that "clip get" gives it, its note beside it, and is the visit's. */
function filesHere(call: Call, visit: number, isOfVisit: (file: string) => boolean): readonly string[] {
  const files = [`visit-${visit}.mkv.age`, `visit-${visit}.mkv`].filter((each) => isFileHere(each));
  const noted = files.find((each) => isFileHere(`${each}${NOTE}`));
  if (noted !== undefined && isOfVisit(noted)) return [noted];
  const [first] = files;
  if (first !== undefined)
    call.terminal.warn(
      noted === undefined
        ? `${first} is here, and left out, since the camera's note, ${first}${NOTE}, is not beside it. A film that lost its end has none: give it, decrypted, with --clip.`
        : `${noted} is here, and left out: it is not what this lock recorded of visit ${visit}.`,
    );
  return [];
}

function clipOf(file: string): ClaimedClip {
  const note = `${file}${NOTE}`;
  const film = { name: basename(file), ...measure(file), found: undefined };
  if (isFileHere(note)) return { ...film, manifest: readGiven(note, "note") };
  // Without a note its pictures alone prove it, to somebody who has no key.
  if (isAge(file))
    throw usage(
      `${printable(note)}, the camera's note, is not beside the film: "latchkey clip get" brings both. A film that lost its end has none: open it with "latchkey clip decrypt FILE --out FILM", and claim that with --clip FILM.`,
    );
  return { ...film, manifest: undefined };
}
