// `latchkey init`: makes a person's key, its keystore, and the recovery words.
// Why: the words are shown once and never stored, so that nobody who takes the computer takes the house for good.
// Follows docs/protocol.md, "Owners".

import { randomBytes } from "node:crypto";
import { crypto } from "#crypto";
import { toBase64url } from "../../firmware/bytes.ts";
import { KEY_BYTES } from "../../firmware/crypto/crypto.ts";
import { KIND_ADD_OWNER } from "../../firmware/grant/body.ts";
import { parseSetup } from "../../firmware/link/label.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { EXIT, Failure, usage } from "../failure.ts";
import { orRefuse, readGiven } from "../given.ts";
import { askWords, asRecovery } from "../inside.ts";
import {
  createKeystore,
  hasKeystore,
  keystoreDirectory,
  PASSPHRASE_CHARACTERS_MIN,
  prepareFolder,
} from "../keystore.ts";
import { addressOf, takeZone } from "../ownership.ts";
import type { Person } from "../person.ts";
import { drawWords, seedOfWords } from "../recovery.ts";
import { printable } from "../terminal.ts";
import { ownZone } from "../timezone.ts";
import { newLock } from "./adopt.ts";

const COLUMNS = 4;
/** What says something of a lock, or of words that are there already. */
const RECOVERING: readonly string[] = Object.freeze(["words", "name", "at"]);
/** How often it is asked whether the words are on paper. */
const ANSWERS_MAX = 3;

/** The command `init`. */
export const init: Command = {
  name: "init",
  summary: "Make your key, and the 24 words that bring it back",
  positionals: [],
  options: {
    recover: { value: "SETUP", help: "a computer or phone is lost: own its lock again from here, with your 24 words" },
    words: { value: "FILE", help: "with --recover: the 24 words from a file, or from - for standard input" },
    name: { value: "NAME", help: "with --recover: what you call the lock (home)" },
    at: { value: "HOST:PORT", help: "with --recover: where the lock is reached, or serial:PORT" },
  },
  help: [
    "Makes one key for you, as an owner and as a guest, and seals it under a passphrase of at least eight characters.",
    "The 24 recovery words are shown once. Whoever has them can take the locks that you adopt, standing at the door;",
    "so they belong on paper, at a place where you keep a passport.",
    "With --recover the words are the ones that you have on paper already, and they stay good; SETUP is the text on the",
    "lock's label. The lock sounds its alarm, and somebody presses the button on its inside; then your new key is an owner's.",
    "With --json the words are part of the output and nothing is asked; LATCHKEY_PASSPHRASE gives the passphrase.",
  ],
  examples: ["init", "init --recover gwFYIA... --at 192.168.1.20", "LATCHKEY_HOME=~/courier latchkey init"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const setup = call.option("recover");
  const stray = RECOVERING.find((name) => call.option(name) !== undefined);
  // Whoever gives words means those, and would else be shown others, in whose place nobody has written them down.
  if (setup === undefined && stray !== undefined)
    throw usage(`--${stray} goes with --recover SETUP: alone, init makes new words, and asks no lock.`);
  const directory = keystoreDirectory();
  if (hasKeystore(directory)) {
    throw usage(
      `There are keys in ${directory} already: they stay; set LATCHKEY_HOME to another folder for a second person.`,
    );
  }
  // Before anybody writes words down.
  prepareFolder(directory);
  if (setup !== undefined) return recover(call, directory, setup);
  const passphrase = await choosePassphrase(call);
  const words = drawWords();
  if (!call.isJson) await showWords(call, words);
  const { key, recoveryKey } = makeKeys(directory, words, passphrase);
  call.terminal.say(`Your key is made and sealed in ${directory}.`);
  call.terminal.say(`Your public key, for owners who let you in:  ${key}`);
  call.terminal.say(
    'Next: "latchkey adopt SETUP" at your own door, or send your public key to the owner of another one.',
  );
  return { exit: EXIT.OK, json: { key, recoveryKey, words, directory } };
}

/** Draws a person's key and seals it with the public key of the words. */
function makeKeys(directory: string, words: readonly string[], passphrase: string) {
  const seed = new Uint8Array(randomBytes(KEY_BYTES));
  const publicKey = crypto.signingPublicKey(seed);
  const recoverySeed = seedOfWords(words);
  const recoveryKey = toBase64url(crypto.signingPublicKey(recoverySeed));
  crypto.wipe(recoverySeed);
  const lists = { locks: [], grants: [], invitations: [] };
  const person: Person = { version: 1, seed: toBase64url(seed), recoveryKey, ...lists };
  const keystore = createKeystore(directory, person, { passphrase });
  return { keystore, publicKey, key: toBase64url(publicKey), recoveryKey };
}

/** Makes a new key, and an owner of it at the lock by the words on paper. */
async function recover(call: Call, directory: string, given: string): Promise<Outcome> {
  const bytes = readGiven(given, "setup text");
  const setup = orRefuse(() => parseSetup(bytes), "That is no setup text: copy all of it from the lock's label.");
  const name = call.option("name") ?? "home";
  const lock = newLock(setup, { name, address: addressOf(call, undefined), zone: ownZone() });
  const words = await askWords(call);
  // Both at once, so that the lock is asked before anything is made that would only be in the way of a second try.
  const passphrase = await choosePassphrase(call);
  const added = await asRecovery(call, { lock, words }, async ({ status, declare }) => {
    const { keystore, publicKey, key } = makeKeys(directory, words, passphrase);
    keystore.person.locks.push(lock);
    takeZone(lock, status.configuration);
    keystore.save();
    await declare({ kind: KIND_ADD_OWNER, ownerKey: publicKey }).catch((error) => {
      throw error instanceof Failure ? new Failure(error.exit, `${error.message} ${sayAgain(key)}`) : error;
    });
    return { key, others: status.owners.map(({ kid }) => toBase64url(kid)) };
  });
  const { key, others } = added;
  call.terminal.say(`Your new key is made, sealed in ${directory}, and owns the lock ${printable(name)} (${lock.id}).`);
  call.terminal.say(
    `Owners besides: ${others.join(", ")}. The lost key is one of them: remove it now, or the finder opens.`,
  );
  for (const other of others) call.terminal.say(`  latchkey owner remove ${other}`);
  call.terminal.say(
    "The lock sounds for that again, and somebody presses once more: a press is for one key's request.",
  );
  call.terminal.say("Whatever was granted with the lost key ends with it, and must be granted anew.");
  call.terminal.say('Its codes for the keypad end too: "latchkey pin setup" lets this one make new ones.');
  return { exit: EXIT.OK, json: { key, lockId: lock.id, name, owners: others, directory } };
}

function sayAgain(key: string): string {
  return `Your new key is made, and no owner's yet: run "latchkey owner add ${key} --recovery".`;
}

async function choosePassphrase(call: Call): Promise<string> {
  const given = process.env["LATCHKEY_PASSPHRASE"];
  const passphrase = given ?? (await call.terminal.askSecret("Choose a passphrase: "));
  if ([...passphrase].length < PASSPHRASE_CHARACTERS_MIN) {
    throw usage(
      `The passphrase has fewer than ${PASSPHRASE_CHARACTERS_MIN} characters: choose a longer one, such as four words.`,
    );
  }
  if (given === undefined && (await call.terminal.askSecret("Type it again: ")) !== passphrase) {
    throw usage("The two passphrases differ: run the command again.");
  }
  return passphrase;
}

async function showWords(call: Call, words: readonly string[]): Promise<void> {
  const lines = [
    "Your 24 recovery words. Write them on paper now, with their numbers; they are never shown again.",
    "",
  ];
  const rows = words.length / COLUMNS;
  for (let row = 0; row < rows; row++) {
    let line = "";
    for (let column = 0; column < COLUMNS; column++) {
      const index = column * rows + row;
      line += `  ${String(index + 1).padStart(2)} ${String(words[index]).padEnd(10)}`;
    }
    lines.push(line.trimEnd());
  }
  lines.push("");
  await call.terminal.showOnce(lines, async () => {
    for (let count = 0; count < ANSWERS_MAX; count++) {
      const answer = await call.terminal.ask('When all of them are on paper, type "written down": ');
      if (answer.toLowerCase() === "written down") return;
    }
    throw usage('Nothing was made, since the words are not on paper: run "latchkey init" again for new ones.');
  });
}
