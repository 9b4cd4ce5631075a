// Encrypts a clip for its owners while it is written: age v1, readable by anybody's age tool with one of their keys.
// Why: a camera that is carried away, its card, or a cloud that keeps its clips must show nothing. Several recipients, one of them
// on paper, so that a lost phone is no lost film.
// Follows C2SP age v1 (X25519 recipient stanza; payload in STREAM chunks of 64 KiB), RFC 5869, RFC 7748, RFC 8439.

import { type Bytes, concat, fromAscii, NO_BYTES, toBase64url } from "../firmware/bytes.ts";
import { type Crypto, type Hash, KEY_BYTES, NONCE_BYTES } from "../firmware/crypto/crypto.ts";
import { hkdf } from "../firmware/crypto/kdf.ts";
import { RECIPIENTS_MAX } from "../firmware/evidence/manifest.ts";
import { assert } from "../firmware/fault.ts";
import type { Random } from "../firmware/platform.ts";
import type { Sink } from "./sink.ts";

/** What is sealed at a time. */
export const CHUNK_BYTES = 65_536;

const FILE_KEY_BYTES = 16;
const PAYLOAD_NONCE_BYTES = 16;
const VERSION = "age-encryption.org/v1";
const U32 = 0x1_0000_0000;
const COUNTER_LOW_AT = 7;
const COUNTER_HIGH_AT = 3;
const LAST_AT = 11;

/** What came of a file. */
export interface Sealed {
  /** SHA-256 over the whole file, 32 bytes. */
  readonly hash: Bytes;
  /** The file's size in bytes. */
  readonly size: number;
}

/** Encrypts what is appended. Its memory is one chunk, and the sealed form of it while it is written. */
export class AgeWriter implements Sink {
  readonly #crypto: Crypto;
  readonly #sink: Sink;
  readonly #hash: Hash;
  readonly #key: Bytes;
  readonly #nonce = new Uint8Array(NONCE_BYTES);
  readonly #chunk = new Uint8Array(CHUNK_BYTES);
  #filled = 0;
  #chunks = 0;
  #size = 0;
  #isOpen = true;

  /** Writes the header.
   *  @param options `recipients`: X25519 public keys of 32 bytes, 1..8 of them
   *  @throws Fault crypto.zero for a recipient that is no key; card.io */
  constructor(
    crypto: Crypto,
    random: Random,
    { recipients, sink }: { readonly recipients: readonly Uint8Array[]; readonly sink: Sink },
  ) {
    assert(recipients.length >= 1 && recipients.length <= RECIPIENTS_MAX, "a clip has 1..8 recipients");
    this.#crypto = crypto;
    this.#sink = sink;
    this.#hash = crypto.startSha256();
    const fileKey = drawn(random, FILE_KEY_BYTES);
    const nonce = drawn(random, PAYLOAD_NONCE_BYTES);
    try {
      this.#write(headerOf(crypto, random, { recipients, fileKey }));
      this.#key = hkdf(crypto, fileKey, { salt: nonce, info: fromAscii("payload"), size: KEY_BYTES });
    } finally {
      crypto.wipe(fileKey);
    }
    this.#write(nonce);
  }

  /** Takes more of the clip. @throws Fault card.io, after which the file is over */
  append(bytes: Uint8Array): void {
    assert(this.#isOpen, "nothing is appended behind the end");
    let at = 0;
    while (at < bytes.length) {
      // A full chunk waits for one more byte: only then it is known that it is not the last.
      if (this.#filled === CHUNK_BYTES) this.#seal(false);
      const piece = bytes.subarray(at, at + CHUNK_BYTES - this.#filled);
      this.#chunk.set(piece, this.#filled);
      this.#filled += piece.length;
      at += piece.length;
    }
  }

  /** Makes durable what was sealed; what waits for a full chunk would be lost with the power. @throws Fault card.io */
  flush(): void {
    this.#sink.flush();
  }

  /** Seals the rest, and ends the file. @throws Fault card.io */
  end(): Sealed {
    assert(this.#isOpen, "a file ends once");
    this.#isOpen = false;
    this.#seal(true);
    this.#crypto.wipe(this.#key);
    this.#chunk.fill(0);
    this.#sink.flush();
    return { hash: this.#hash.finish(), size: this.#size };
  }

  /** Seals the chunk. Nonce: an 11-byte counter, big-endian, and one byte that is 1 for the last chunk. */
  #seal(isLast: boolean): void {
    const view = new DataView(this.#nonce.buffer);
    view.setUint32(COUNTER_HIGH_AT, Math.floor(this.#chunks / U32));
    view.setUint32(COUNTER_LOW_AT, this.#chunks % U32);
    view.setUint8(LAST_AT, isLast ? 1 : 0);
    this.#write(this.#crypto.seal(this.#key, this.#nonce, NO_BYTES, this.#chunk.subarray(0, this.#filled)));
    this.#chunks += 1;
    this.#filled = 0;
  }

  #write(bytes: Uint8Array): void {
    this.#sink.append(bytes);
    this.#hash.update(bytes);
    this.#size += bytes.length;
  }
}

function headerOf(
  crypto: Crypto,
  random: Random,
  { recipients, fileKey }: { readonly recipients: readonly Uint8Array[]; readonly fileKey: Uint8Array },
): Bytes {
  const stanzas = recipients.map((recipient) =>
    stanzaOf(crypto, { recipient, fileKey, secret: drawn(random, KEY_BYTES) }),
  );
  const text = fromLines([VERSION, ...stanzas.flat(), "---"]);
  const key = hkdf(crypto, fileKey, { salt: NO_BYTES, info: fromAscii("header"), size: KEY_BYTES });
  const code = crypto.hmacSha256(key, text);
  crypto.wipe(key);
  return concat(text, fromAscii(` ${toBase64(code)}`), Uint8Array.of(0x0a));
}

/** The file key, wrapped for one recipient. @param parts `secret`: fresh, 32 bytes; wiped @returns two lines */
function stanzaOf(
  crypto: Crypto,
  { recipient, fileKey, secret }: Readonly<Record<"recipient" | "fileKey", Uint8Array>> & { readonly secret: Bytes },
): [string, string] {
  const share = crypto.agreementPublicKey(secret);
  const agreed = crypto.agree(secret, recipient);
  const info = fromAscii(`${VERSION}/X25519`);
  const key = hkdf(crypto, agreed, { salt: concat(share, recipient), info, size: KEY_BYTES });
  const wrapped = crypto.seal(key, new Uint8Array(NONCE_BYTES), NO_BYTES, fileKey);
  for (const each of [secret, agreed, key]) crypto.wipe(each);
  return [`-> X25519 ${toBase64(share)}`, toBase64(wrapped)];
}

/** Lines as bytes, each ended by a line feed but the last. */
function fromLines(lines: readonly string[]): Bytes {
  return concat(...lines.map((line, index) => concat(Uint8Array.from(index === 0 ? [] : [0x0a]), fromAscii(line))));
}

/** Unpadded base64 of the common alphabet. RFC 4648 §4. */
function toBase64(bytes: Uint8Array): string {
  return toBase64url(bytes).replaceAll("-", "+").replaceAll("_", "/");
}

function drawn(random: Random, size: number): Bytes {
  const bytes = new Uint8Array(size);
  random.fill(bytes);
  return bytes;
}
