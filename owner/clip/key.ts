// Whose keys a clip is encrypted for: one that follows from the person's own seed, and one from the words on paper.
// Why: one secret to keep safe is enough, and the words that bring back a house bring back its films.
// Follows RFC 5869 and RFC 7748; the names are C2SP age's.

import { crypto } from "#crypto";
import { type Bytes, fromAscii, fromBase64url } from "../../firmware/bytes.ts";
import { KEY_BYTES } from "../../firmware/crypto/crypto.ts";
import { hkdf } from "../../firmware/crypto/kdf.ts";
import type { Act, Call, Option, Outcome } from "../command.ts";
import { EXIT, usage } from "../failure.ts";
import { readBytes } from "../given.ts";
import { askWords } from "../inside.ts";
import type { Keystore } from "../keystore.ts";
import { seedOfWords } from "../recovery.ts";
import { ageIdentity, ageRecipient, isAgeIdentity } from "./unseal.ts";

const PURPOSE = "latchkey clip 1";
const IDENTITY = /^AGE-SECRET-KEY-1[A-Z0-9]{58}$/;
const IDENTITIES_MAX = 16;

/** The options of every act that opens an encrypted clip. */
export const OPENING_OPTIONS: Readonly<Record<"recovery" | "words" | "identity", Option>> = Object.freeze({
  recovery: { help: "with the key of the 24 words on paper, which are asked for" },
  words: { value: "FILE", help: "the same, with the words in a file" },
  identity: { value: "FILE", help: "open it with the age keys in a file" },
});

/** The act `clip key`. */
export const key: Act = {
  summary: "show the age key that a camera encrypts for: yours, or with --recovery the one on paper",
  positionals: [],
  options: { recovery: OPENING_OPTIONS.recovery, words: OPENING_OPTIONS.words },
  run,
};

async function run(call: Call): Promise<Outcome> {
  const [identity = ""] = await identitiesOf(call);
  const recipient = await ageRecipient(identity);
  call.terminal.say(recipient);
  return { exit: EXIT.OK, json: { recipient } };
}

/** Gives the X25519 secret that follows from an Ed25519 seed: HKDF-SHA-256(seed, no salt, "latchkey clip 1"). */
export function clipSecretOf(seed: Uint8Array): Bytes {
  return hkdf(crypto, seed, { salt: new Uint8Array(0), info: fromAscii(PURPOSE), size: KEY_BYTES });
}

/** Gives the keys that a call names, as age writes them: of the words, of a file, or else the person's own.
 *  @param opened the person's keystore, where it is open already @throws Failure */
export async function identitiesOf(call: Call, opened?: Keystore): Promise<readonly string[]> {
  if (call.has("recovery") || call.option("words") !== undefined) {
    return [ageIdentity(clipSecretOf(seedOfWords(await askWords(call))))];
  }
  const file = call.option("identity");
  if (file === undefined) {
    const keystore = opened ?? (await call.openKeystore());
    return [ageIdentity(clipSecretOf(fromBase64url(keystore.person.seed)))];
  }
  const lines = Buffer.from(readBytes(file))
    .toString("latin1")
    .split("\n")
    .map((line) => line.trim());
  const identities = lines.filter((line) => IDENTITY.test(line)).slice(0, IDENTITIES_MAX);
  if (!identities.every(isAgeIdentity))
    throw usage("An AGE-SECRET-KEY-1... in that file has a wrong letter: copy the key again, whole.");
  if (identities.length > 0) return identities;
  throw usage("There is no AGE-SECRET-KEY-1... in that file: give the one that the recipient was made with.");
}
