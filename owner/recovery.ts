// The 24 words on paper, and the Ed25519 key that they stand for.
// Why: a lost computer must not cost the house; the words can be typed again in twenty years by any program that knows
// BIP-39.
// Follows BIP-39 (256 bits, English, no passphrase) and RFC 5869: seed = HKDF-SHA-256(words' seed, "latchkey recovery 1").

import { hkdfSync } from "node:crypto";
import { generateMnemonic, mnemonicToSeedSync, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { type Bytes, fromAscii } from "../firmware/bytes.ts";
import { KEY_BYTES } from "../firmware/crypto/crypto.ts";
import { usage } from "./failure.ts";

const STRENGTH_BITS = 256;
const WORDS = 24;
const PURPOSE = "latchkey recovery 1";

/** Draws 24 words from the system's generator. */
export function drawWords(): string[] {
  return generateMnemonic(wordlist, STRENGTH_BITS).split(" ");
}

/** Whether words are 24 of the list with a right check. */
export function areWords(words: readonly string[]): boolean {
  return words.length === WORDS && validateMnemonic(words.join(" "), wordlist);
}

/** Reads words as people type them: in any case, with numbers, commas or line ends between them.
 *  @throws Failure that says which word is wrong, where one is */
export function parseWords(text: string): readonly string[] {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  const wrong = words.findIndex((word) => !wordlist.includes(word));
  const place = wrong < 0 ? "" : `: number ${wrong + 1}, "${words[wrong]}", is no recovery word`;
  if (words.length !== WORDS) {
    throw usage(`There are ${words.length} words, and it takes ${WORDS}${place}: type all of them, in their order.`);
  }
  if (wrong >= 0) throw usage(`A word is mistyped${place}.`);
  if (!areWords(words)) throw usage("Each word is one of the list, but together they do not fit: check their order.");
  return words;
}

/** Gives the Ed25519 seed of the words, 32 bytes, secret. */
export function seedOfWords(words: readonly string[]): Bytes {
  const seed = mnemonicToSeedSync(words.join(" "));
  return new Uint8Array(hkdfSync("sha256", seed, new Uint8Array(0), fromAscii(PURPOSE), KEY_BYTES));
}
