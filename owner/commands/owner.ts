// `latchkey owner add` and `latchkey owner remove`: lets a second person own the lock, and throws out the key of a lost phone.
// Why: who owns a lock changes only while somebody stands inside who has heard it; and whoever is thrown out must have nothing
// left, so the person is told what ends with a key.
// Follows docs/protocol.md §2.3 (kinds 6 and 11, "Removal").

import { fromBase64url, toBase64url } from "../../firmware/bytes.ts";
import { KIND_ADD_OWNER, KIND_REMOVE_OWNER } from "../../firmware/grant/body.ts";
import { SETTING_TIME_SERVERS } from "../../firmware/policy/configuration.ts";
import { type Call, type Command, type Outcome, parseKey } from "../command.ts";
import { EXIT, usage } from "../failure.ts";
import { asKeyHolder, CUSTODY_OPTIONS } from "../inside.ts";
import type { Keystore } from "../keystore.ts";
import { nameOfOwner } from "../known.ts";
import { presentSeconds } from "../moment.ts";
import { kidText, signerOf } from "../ownership.ts";
import type { OwnedLock } from "../person.ts";
import { rememberServers } from "../relay.ts";
import { counted, printable } from "../terminal.ts";

const NAME_CHARACTERS_MAX = 32;
/** Of the time servers that a lock trusts. */
const PLACES = Object.freeze([0, 1, 2]);
/** A camera knows nothing of owners, and nobody can tell from here whether it has a password, or who knows it. */
const CAMERA_REMINDERS = Object.freeze([
  'The camera is not told, and may obey that key for a minute yet: after it, say anew for whom it seals its films with "latchkey camera recipients".',
  'Whoever knows the password of its stream goes on seeing the hall: "latchkey camera stream on" sets another, "latchkey camera stream off" ends it.',
  "What was approved with that key as the free view stays so, a covered lens too: if it was stolen, open the camera's case, press its button, and enrol it anew.",
]);

/** The command `owner`. */
export const owner: Command = {
  name: "owner",
  summary: "Add an owner, or remove the key of a lost phone or computer",
  positionals: ["add|remove", "KEY|NAME"],
  options: { ...CUSTODY_OPTIONS, name: { value: "NAME", help: "add: what you call the new owner" } },
  help: [
    "Somebody must be inside: the lock sounds its alarm, and you press the button on its inside within a minute.",
    'add takes the key that the new owner sees with "latchkey id"; they then run "latchkey adopt SETUP".',
    'remove takes a name or a key as "latchkey owners" shows them. With it end the key\'s sessions, its revocations and every',
    "grant and code it ever gave, at once and for good: the same key never comes back. If your own computer is lost, run",
    '"latchkey init --recover SETUP" on another one first, then remove the lost key from there.',
  ],
  examples: [
    "owner add 3J0v1Gg3r... --name Paul",
    "owner remove Paul",
    "owner remove 4Y5QIso1jGg --recovery",
    "owner remove 4Y5QIso1jGg --words words.txt",
  ],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const [act, given = ""] = call.positionals;
  if (act === "add") return add(call, given);
  if (act === "remove") return remove(call, given);
  throw usage('Say what to do with the owner: "latchkey owner add KEY" or "latchkey owner remove NAME".');
}

async function add(call: Call, given: string): Promise<Outcome> {
  const publicKey = parseKey(given);
  const name = call.option("name");
  if (name !== undefined && (name.length === 0 || name.length > NAME_CHARACTERS_MAX)) {
    throw usage("--name takes 1 to 32 characters.");
  }
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const key = kidText(publicKey);
  await asKeyHolder(call, keystore, lock, ({ declare }) => declare({ kind: KIND_ADD_OWNER, ownerKey: publicKey }));
  if (name !== undefined) {
    keystore.update(() => {
      lock.ownerNames = { ...lock.ownerNames, [key]: name };
    });
  }
  const isOwn = key === toBase64url(signerOf(keystore.person).kid);
  call.terminal.say(`Added: ${sayOwner(keystore, lock, key)} owns the lock ${printable(lock.name)} too.`);
  if (!isOwn)
    call.terminal.say('They run "latchkey adopt SETUP" with the text on its label; nobody need press for that.');
  return { exit: EXIT.OK, json: { lockId: lock.id, key, name: name ?? null } };
}

async function remove(call: Call, given: string): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const { key, isOwn, hasCamera, hasServers } = await asKeyHolder(call, keystore, lock, async ({ status, declare }) => {
    const found = chooseOwner(
      keystore,
      lock,
      status.owners.map(({ kid }) => toBase64url(kid)),
      given,
    );
    await declare({ kind: KIND_REMOVE_OWNER, ownerKid: fromBase64url(found) });
    const hasCamera = status.boards.some(({ role }) => role === "camera");
    const hasServers = PLACES.some((place) => status.configuration.has(SETTING_TIME_SERVERS + place));
    return { key: found, isOwn: found === toBase64url(signerOf(keystore.person).kid), hasCamera, hasServers };
  });
  rememberServers(keystore, lock.id, { servers: [], gone: PLACES });
  const who = sayOwner(keystore, lock, key);
  const ended = isOwn ? grantsOf(keystore, lock) : [];
  call.terminal.say(`Removed: ${who} is no owner of ${printable(lock.name)} any more, for good.`);
  call.terminal.say("Every grant and every window code that this key gave has ended; so has what it had taken back.");
  if (isOwn) {
    const list = ended.map((grant) => printable(grant) || "(no name)").join(", ");
    call.terminal.say(
      ended.length === 0 ? "You had given no grant that was still good." : `Yours that have ended: ${list}.`,
    );
  } else {
    call.terminal.say(
      'Whoever came in by one of them and still should needs a new one: "latchkey grant --to KEY --until +3d".',
    );
    call.terminal.say('"latchkey log" shows whom it let in. Look there for names that you do not know.');
    call.terminal.say(
      'PINs that it has stored stay: "latchkey users" shows who set each, "latchkey users remove" ends one.',
    );
    if (hasServers)
      call.terminal.say(
        'The lock trusts no time server any more, since they may have been its own: "latchkey config" names them anew.',
      );
    if (hasCamera) for (const line of CAMERA_REMINDERS) call.terminal.say(line);
  }
  const { locks } = keystore.person;
  // What the key was called stays: it goes on standing in the log.
  if (isOwn) keystore.update(() => void locks.splice(locks.indexOf(lock), 1));
  return { exit: EXIT.OK, json: { lockId: lock.id, key, endedGrants: ended } };
}

/** Says a key by what it is called here, and by its name at the lock. */
function sayOwner({ person }: Keystore, lock: OwnedLock, key: string): string {
  const name = nameOfOwner(person, lock, key);
  return name === undefined ? key : `${printable(name)} (${key})`;
}

/** Finds an owner key by what it is called here, its name at the lock, or itself. @returns base64url of its kid8 @throws Failure */
function chooseOwner(keystore: Keystore, lock: OwnedLock, keys: readonly string[], given: string): string {
  const asKey = /^[A-Za-z0-9_-]{43}$/.test(given) ? kidText(fromBase64url(given)) : given;
  const found = keys.filter((key) => key === asKey || nameOfOwner(keystore.person, lock, key) === given);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const list = keys.map((key) => `${key} ${printable(nameOfOwner(keystore.person, lock, key) ?? "(no name here)")}`);
  throw usage(
    `${found.length === 0 ? "No owner" : `${counted(found.length, "owner")}`} of this lock is called ${printable(given)}; its owners: ${list.join(", ")}.`,
  );
}

/** To whom this person gave what is still good, or was until now. */
function grantsOf({ person }: Keystore, lock: OwnedLock): string[] {
  const now = presentSeconds();
  return person.grants.filter(({ lockId, until }) => lockId === lock.id && until > now).map(({ who }) => who);
}
