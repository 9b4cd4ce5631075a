// Opens an encrypted clip with one of its recipients' keys, as far as it goes.
// Why: a camera that lost power in the middle leaves a file without an end, and what is there is what somebody needs to see.
// Follows C2SP age v1 through the age-encryption library: what decrypts here is not what encrypted there.

import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { bech32 } from "@scure/base";
import { Decrypter, identityToRecipient } from "age-encryption";
import type { Bytes } from "../../firmware/bytes.ts";
import { EXIT, Failure } from "../failure.ts";

const IDENTITY_PREFIX = "age-secret-key-";
const SECRET_BYTES = 32;
const PIECE_BYTES = 16_384;

/** A clip that none of the keys opens: nothing is known of it, for good or bad. */
export class SealedForOthers extends Failure {
  constructor() {
    super(
      EXIT.UNVERIFIED,
      "The clip was encrypted for other keys: try the one on paper with --recovery, or --identity.",
    );
  }
}

/** Gives an X25519 secret as age writes it: AGE-SECRET-KEY-1... @param secret 32 bytes */
export function ageIdentity(secret: Uint8Array): string {
  return bech32.encodeFromBytes(IDENTITY_PREFIX, secret).toUpperCase();
}

/** Whether a text is an identity with its checksum right, and a secret of 32 bytes in it. */
export function isAgeIdentity(identity: string): boolean {
  const decoded = bech32.decodeUnsafe(identity);
  const secret = decoded === undefined ? undefined : bech32.fromWordsUnsafe(decoded.words);
  return decoded?.prefix === IDENTITY_PREFIX && secret instanceof Uint8Array && secret.length === SECRET_BYTES;
}

/** Gives the public half of an identity: age1... */
export function ageRecipient(identity: string): Promise<string> {
  return identityToRecipient(identity);
}

/** Opens a file, and hands its content on as it comes.
 *  @param identities AGE-SECRET-KEY-1... @param take is given each piece, a chunk at most
 *  @returns whether the file goes to its end: false where it was cut or damaged, and all that came before was handed on
 *  @throws Failure where it was sealed for nobody of them, or is no age file */
export async function unseal(
  file: string,
  identities: readonly string[],
  take: (piece: Bytes) => void,
): Promise<boolean> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  const source = createReadStream(file, { highWaterMark: PIECE_BYTES });
  try {
    const opened = await open(decrypter, Readable.toWeb(source) as ReadableStream<Uint8Array>);
    const reader = opened.getReader();
    for (;;) {
      const read = await next(reader);
      if (read === undefined) return false;
      if (read.done) return true;
      take(new Uint8Array(read.value));
    }
  } finally {
    source.destroy();
  }
}

async function open(decrypter: Decrypter, source: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
  try {
    return await decrypter.decrypt(source);
  } catch (error) {
    const isOthers = error instanceof Error && error.message.includes("no identity matched");
    throw isOthers
      ? new SealedForOthers()
      : new Failure(EXIT.UNVERIFIED, "That is no whole age file: its beginning is damaged.");
  }
}

/** Reads on; undefined where a tag does not hold, which is all that can go wrong behind the header. */
async function next(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch {
    return undefined;
  }
}
