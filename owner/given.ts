// What a person hands to a command: base64url text, the name of a file that holds it, or - for standard input.
// Why: the same invitation arrives in a message, as a file or through a pipe, and nobody should have to know which.
// Follows docs/protocol.cddl, "What people hand to each other".

import { readFileSync, statSync } from "node:fs";
import { type Bytes, fromBase64url } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";
import { EXIT, Failure, systemCode, usage } from "./failure.ts";
import { printable } from "./terminal.ts";

/** The most bytes that are taken from a file; logs of years fit. */
const FILE_BYTES_MAX = 64 * 1_048_576;
const STANDARD_INPUT = 0;
/** Whatever people hand to each other is longer, a label with its 95 characters too: less is a name that was mistyped. */
const TEXT_CHARACTERS_MIN = 80;

/** Reads text, file or standard input as bytes.
 *  @param what the noun for the sentence, such as "invitation"
 *  @throws Failure where there is nothing of the kind: usage where a text is too short to be anything */
export function readGiven(given: string, what: string): Bytes {
  const isFile = given === "-" || isFileHere(given);
  const bytes = isFile ? readBytes(given) : undefined;
  const text = bytes === undefined ? given : Buffer.from(bytes).toString("latin1");
  const packed = text.replace(/\s+/g, "");
  if (bytes === undefined && packed.length < TEXT_CHARACTERS_MIN) throw neither(given, what);
  if (/^[A-Za-z0-9_-]+=*$/.test(packed)) {
    try {
      return fromBase64url(packed.replace(/=+$/, ""));
    } catch (error) {
      if (error instanceof Fault) throw new Failure(EXIT.UNVERIFIED, `The ${what} is cut short: copy the whole text.`);
      throw error;
    }
  }
  if (bytes !== undefined && bytes.length > 0) return bytes;
  throw neither(given, what);
}

/** Whether a text names a file. A text that is too long for a name is none. */
export function isFileHere(text: string): boolean {
  try {
    return statSync(text, { throwIfNoEntry: false })?.isFile() === true;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return false;
  }
}

/** Reads a file whole. @throws Failure */
export function readBytes(path: string): Bytes {
  try {
    const size = path === "-" ? 0 : statSync(path).size;
    if (size > FILE_BYTES_MAX) throw usage(`${printable(path)} is larger than 64 MB: give another file.`);
    return new Uint8Array(readFileSync(path === "-" ? STANDARD_INPUT : path));
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw usage(`${printable(path)} cannot be read: check its name and who may read it.`);
  }
}

function neither(given: string, what: string): Failure {
  const article = /^[aeiou]/.test(what) ? "an" : "a";
  return usage(
    `"${printable(given.slice(0, 40))}" is neither a file here nor ${article} ${what}: check the name, or copy the whole text.`,
  );
}

/** Runs what reads bytes from outside, and turns its Fault into a sentence.
 *  @throws Failure with `sentence` */
export function orRefuse<Result>(read: () => Result, sentence: string): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof Fault) throw new Failure(EXIT.UNVERIFIED, sentence);
    throw error;
  }
}
