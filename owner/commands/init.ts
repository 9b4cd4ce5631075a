// `latchkey init`: makes a person's key, its keystore, and the recovery words.
// Why: the words are shown once and never stored, so that nobody who takes the computer takes the house for good.
// Follows docs/protocol.md, "Owners".

import { randomBytes } from "node:crypto";
import { crypto } from "#crypto";
import { toBase64url } from "../../firmware/bytes.ts";
import { KEY_BYTES } from "../../firmware/crypto/crypto.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { EXIT, usage } from "../failure.ts";
import { createKeystore, hasKeystore, keystoreDirectory, PASSPHRASE_CHARACTERS_MIN } from "../keystore.ts";
import { drawWords, seedOfWords } from "../recovery.ts";

const COLUMNS = 4;
/** How often it is asked whether the words are on paper. */
const ANSWERS_MAX = 3;

/** The command `init`. */
export const init: Command = {
  name: "init",
  summary: "Make your key, and the 24 words that bring it back",
  positionals: [],
  options: {},
  help: [
    "Makes one key for you, as an owner and as a guest, and seals it under a passphrase of at least eight characters.",
    "The 24 recovery words are shown once. Whoever has them can take the locks that you adopt, standing at the door;",
    "so they belong on paper, at a place where you keep a passport.",
    "With --json the words are part of the output and nothing is asked; LATCHKEY_PASSPHRASE gives the passphrase.",
  ],
  examples: ["init", "LATCHKEY_HOME=~/courier latchkey init"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const directory = keystoreDirectory();
  if (hasKeystore(directory)) {
    throw usage(
      `There are keys in ${directory} already: they stay; set LATCHKEY_HOME to another folder for a second person.`,
    );
  }
  const passphrase = await choosePassphrase(call);
  const words = drawWords();
  if (!call.isJson) await showWords(call, words);
  const seed = new Uint8Array(randomBytes(KEY_BYTES));
  const key = toBase64url(crypto.signingPublicKey(seed));
  const recoverySeed = seedOfWords(words);
  const recoveryKey = toBase64url(crypto.signingPublicKey(recoverySeed));
  crypto.wipe(recoverySeed);
  const lists = { locks: [], grants: [], invitations: [] };
  createKeystore(directory, { version: 1, seed: toBase64url(seed), recoveryKey, ...lists }, { passphrase });
  call.terminal.say(`Your key is made and sealed in ${directory}.`);
  call.terminal.say(`Your public key, for owners who let you in:  ${key}`);
  call.terminal.say(
    'Next: "latchkey adopt SETUP" at your own door, or send your public key to the owner of another one.',
  );
  return { exit: EXIT.OK, json: { key, recoveryKey, words, directory } };
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
