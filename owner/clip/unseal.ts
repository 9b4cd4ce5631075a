// Opens an encrypted clip with one of its recipients' keys, as far as it goes.
// Why: a camera that lost power in the middle leaves a file without an end, and what is there is what somebody needs to see. Anybody
// may call a file a film, so what is read before a key fits is bounded, and no more is drawn than is taken.
// Follows C2SP age v1 through the age-encryption library: what decrypts here is not what encrypted there.

import { bech32 } from "@scure/base";
import { Decrypter, identityToRecipient } from "age-encryption";
import type { Bytes } from "../../firmware/bytes.ts";
import { EXIT, Failure } from "../failure.ts";

const IDENTITY_PREFIX = "age-secret-key-";
const SECRET_BYTES = 32;
const SEAL_LINE = "\n--- ";
const STANZA_LINE = "\n-> ";

/** The most bytes of a header: a camera's, for as many keys as it takes, has 1 KiB. */
export const HEADER_BYTES_MAX = 16_384;
/** The most stanzas of a header: each costs an agreement of keys for each identity. That of a passphrase, whose work its writer
 *  chooses, costs nothing: no passphrase is ever tried. */
export const STANZAS_MAX = 32;

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

/** Opens a film, and hands its content on as it comes.
 *  @param film its bytes, piece by piece: none is drawn before it is wanted
 *  @param identities AGE-SECRET-KEY-1... @param take is given each piece, a chunk at most, and waited for
 *  @returns whether the film goes to its end: false where it was cut or damaged, and all that came before was handed on
 *  @throws Failure where it was sealed for nobody of them, or is no age file; and what `film` and `take` throw */
export async function unseal(
  film: Iterable<Bytes>,
  identities: readonly string[],
  take: (piece: Bytes) => unknown,
): Promise<boolean> {
  const source = film[Symbol.iterator]();
  try {
    const opened = await open(decrypterOf(identities), streamOf(drawHeader(source), source));
    const reader = opened.getReader();
    for (;;) {
      const read = await next(reader);
      if (read === undefined) return false;
      if (read.done) return true;
      await take(new Uint8Array(read.value));
    }
  } finally {
    source.return?.();
  }
}

/** Whether one of these keys opens a film, as its beginning says: not where that is damaged.
 *  @param film its bytes, piece by piece   @param identities AGE-SECRET-KEY-1... @throws Failure where it cannot be read */
export async function isSealedFor(film: Iterable<Bytes>, identities: readonly string[]): Promise<boolean> {
  const source = film[Symbol.iterator]();
  try {
    const opened = await open(decrypterOf(identities), streamOf(drawHeader(source), source));
    await opened.cancel();
    return true;
  } catch (error) {
    if (error instanceof Failure && error.exit === EXIT.UNVERIFIED) return false;
    throw error;
  } finally {
    source.return?.();
  }
}

function decrypterOf(identities: readonly string[]): Decrypter {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  return decrypter;
}

/** Draws pieces until the header is in them, since the library gathers whatever stands before its end. C2SP age: it ends with the
 *  line that begins with three hyphens.
 *  @returns what was drawn @throws Failure where there is no such line within the bound, or too many stanzas before it */
function drawHeader(source: Iterator<Bytes>): Bytes[] {
  const drawn: Bytes[] = [];
  for (let text = ""; text.length < HEADER_BYTES_MAX; ) {
    const { done, value } = source.next();
    if (done === true) throw damaged();
    drawn.push(value);
    text = (text + Buffer.from(value).toString("latin1")).slice(0, HEADER_BYTES_MAX);
    const seal = text.indexOf(SEAL_LINE);
    if (seal < 0 || !text.includes("\n", seal + 1)) continue;
    if (text.slice(0, seal).split(STANZA_LINE).length - 1 <= STANZAS_MAX) return drawn;
    throw new Failure(EXIT.UNVERIFIED, `That is sealed for more than ${STANZAS_MAX} keys, as no camera seals a film.`);
  }
  throw new Failure(EXIT.UNVERIFIED, "That is no film of a camera: its header is longer than any camera's.");
}

/** Gives what was drawn, and then the rest; it draws when it is asked. Node's own stream of a file counts pieces for bytes, and so
 *  draws a film whole. */
function streamOf(drawn: Bytes[], source: Iterator<Bytes>): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      pull(controller) {
        const piece: Bytes | undefined = drawn.shift() ?? source.next().value;
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
    },
    { highWaterMark: 0 },
  );
}

async function open(decrypter: Decrypter, source: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
  try {
    return await decrypter.decrypt(source);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const isOthers = error instanceof Error && error.message.includes("no identity matched");
    throw isOthers ? new SealedForOthers() : damaged();
  }
}

function damaged(): Failure {
  return new Failure(EXIT.UNVERIFIED, "That is no whole age file: its beginning is damaged.");
}

/** Reads on; undefined where a tag does not hold, which is all that can go wrong behind the header.
 *  @throws Failure where the file cannot be read on */
async function next(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch (error) {
    if (error instanceof Failure) throw error;
    return undefined;
  }
}
