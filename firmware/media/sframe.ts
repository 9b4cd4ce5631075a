// Seals each picture of a live view by itself: a short header that names key and counter, then ciphertext and tag.
// Why: pictures are large, come in pieces and may be dropped; each must stand alone, and none may be shown twice or as another.
// Follows RFC 9605 §4.3 and §4.4 with a suite of its private range: ChaCha20-Poly1305 and SHA-256, since a chip without AES in
// hardware has that one too. Key IDs and counters are u32 here, which is a subset.

import { type Bytes, concat, fromAscii, NO_BYTES } from "../bytes.ts";
import { type Crypto, KEY_BYTES, NONCE_BYTES, TAG_BYTES } from "../crypto/crypto.ts";
import { hkdfExpand, hkdfExtract } from "../crypto/kdf.ts";
import { assert, Fault } from "../fault.ts";

/** ChaCha20-Poly1305 with SHA-256: Nk 32, Nn 12, Nt 16. RFC 9605 §8.1 leaves 0xF000..0xFFFF to private use. */
export const SUITE = 0xf001;
/** Bytes of a base key. */
export const BASE_KEY_BYTES = 32;

const KEY_LABEL = "SFrame 1.0 Secret key ";
const SALT_LABEL = "SFrame 1.0 Secret salt ";
const U32_MAX = 0xffff_ffff;
/** Values up to this stand in the config byte itself. */
const SHORT_MAX = 7;
const NUMBER_BYTES_MAX = 4;
const EXTENDED = 8;
const KID_SHIFT = 4;

/** What a base key is for. */
export interface Derivation {
  /** u32. */
  readonly kid: number;
  /** u16. */
  readonly suite: number;
  /** Nk of the suite, in bytes. */
  readonly keyBytes: number;
}

/** Derives key and salt. RFC 9605 §4.4.2. @returns a key of `keyBytes`, and a salt of 12 bytes */
export function deriveSframe(
  crypto: Crypto,
  baseKey: Uint8Array,
  { kid, suite, keyBytes }: Derivation,
): { readonly key: Bytes; readonly salt: Bytes } {
  const secret = hkdfExtract(crypto, NO_BYTES, baseKey);
  const tail = new Uint8Array(10);
  const view = new DataView(tail.buffer);
  view.setUint32(4, kid);
  view.setUint16(8, suite);
  const key = hkdfExpand(crypto, secret, { info: concat(fromAscii(KEY_LABEL), tail), size: keyBytes });
  const salt = hkdfExpand(crypto, secret, { info: concat(fromAscii(SALT_LABEL), tail), size: NONCE_BYTES });
  crypto.wipe(secret);
  return { key, salt };
}

/** Gives the nonce of a counter. RFC 9605 §4.4.3. @param counter u32 @returns 12 bytes */
export function nonceOf(salt: Uint8Array, counter: number): Bytes {
  const nonce = new Uint8Array(salt);
  const view = new DataView(nonce.buffer);
  const at = nonce.length - 4;
  view.setUint32(at, (view.getUint32(at) ^ counter) >>> 0);
  return nonce;
}

/** Gives a header. RFC 9605 §4.3. @param kid u32 @param counter u32 @returns 1..9 bytes */
export function encodeSframeHeader(kid: number, counter: number): Bytes {
  const [kidBytes, counterBytes] = [numberBytes(kid), numberBytes(counter)];
  const kidField = kidBytes.length === 0 ? kid : EXTENDED | (kidBytes.length - 1);
  const counterField = counterBytes.length === 0 ? counter : EXTENDED | (counterBytes.length - 1);
  return Uint8Array.of((kidField << KID_SHIFT) | counterField, ...kidBytes, ...counterBytes);
}

/** What stands before a ciphertext. */
export interface SframeHeader {
  readonly kid: number;
  readonly counter: number;
  /** Its own bytes. */
  readonly size: number;
}

/** Reads a header, in its one shortest form. @throws Fault link.shape, also for numbers above u32 */
export function readSframeHeader(message: Uint8Array): SframeHeader {
  const config = message[0];
  if (config === undefined) throw new Fault("link.shape");
  const kid = readNumber(message, config >> KID_SHIFT, 1);
  const counter = readNumber(message, config & 0x0f, kid.end);
  return { kid: kid.value, counter: counter.value, size: counter.end };
}

/** One direction of one sender. It owns its key: `wipe()` ends it, and twice is harmless. */
export class Sframe {
  readonly #crypto: Crypto;
  readonly #kid: number;
  readonly #key: Bytes;
  readonly #salt: Bytes;

  /** @param baseKey 32 random bytes, used for nothing else; not kept @param kid u32 */
  constructor(crypto: Crypto, baseKey: Uint8Array, kid = 0) {
    assert(baseKey.length === BASE_KEY_BYTES, "a base key is 32 bytes");
    const { key, salt } = deriveSframe(crypto, baseKey, { kid, suite: SUITE, keyBytes: KEY_BYTES });
    this.#crypto = crypto;
    this.#kid = kid;
    this.#key = key;
    this.#salt = salt;
  }

  /** Seals. RFC 9605 §4.4.3. @param counter u32, each once @returns header, ciphertext and tag */
  seal(counter: number, plaintext: Uint8Array): Bytes {
    const header = encodeSframeHeader(this.#kid, counter);
    return concat(header, this.#crypto.seal(this.#key, nonceOf(this.#salt, counter), header, plaintext));
  }

  /** Opens. RFC 9605 §4.4.4. Whoever calls sees to it that no counter is taken twice.
   *  @param counter that the message must have @throws Fault link.shape, link.tag */
  open(counter: number, message: Uint8Array): Bytes {
    const header = readSframeHeader(message);
    const isExpected = header.kid === this.#kid && header.counter === counter;
    if (!isExpected || message.length < header.size + TAG_BYTES) throw new Fault("link.shape");
    const aad = message.subarray(0, header.size);
    const sealed = message.subarray(header.size);
    const plaintext = this.#crypto.open(this.#key, nonceOf(this.#salt, counter), aad, sealed);
    if (plaintext === undefined) throw new Fault("link.tag");
    return plaintext;
  }

  /** Overwrites the key. */
  wipe(): void {
    this.#crypto.wipe(this.#key);
  }
}

/** The bytes of a number that does not fit in the config byte: the fewest, big-endian. */
function numberBytes(value: number): number[] {
  assert(Number.isInteger(value) && value >= 0 && value <= U32_MAX, "key IDs and counters are u32");
  if (value <= SHORT_MAX) return [];
  const bytes = [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
  return bytes.slice(bytes.findIndex((byte) => byte !== 0));
}

function readNumber(message: Uint8Array, field: number, at: number): { readonly value: number; readonly end: number } {
  if (field < EXTENDED) return { value: field, end: at };
  const size = (field & SHORT_MAX) + 1;
  const end = at + size;
  // RFC 9605 §4.3: the minimum number of bytes.
  if (size > NUMBER_BYTES_MAX || end > message.length || message[at] === 0) throw new Fault("link.shape");
  let value = 0;
  for (let index = at; index < end; index++) value = value * 256 + (message[index] as number);
  if (value <= SHORT_MAX) throw new Fault("link.shape");
  return { value, end };
}
