// Sealed messages over a carrier that loses, doubles and reorders them.
// Why: Noise's own transport counts silently and breaks at the first loss; here each frame names its counter, which is
// believed only after the tag has verified.
// Follows Noise rev. 34 §11.4 (out-of-order transport) and §12.3 (nonce), and docs/protocol.md, "Lossy links". There is
// no Rekey: a session ends at its bound and a new handshake follows.

import type { Bytes } from "../bytes.ts";
import { type Crypto, KEY_BYTES, NONCE_BYTES } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";
import {
  bodyOf,
  checkFrame,
  FRAME_COMMANDS,
  FRAME_HEADER_BYTES,
  FRAME_PAYLOAD_BYTES_MAX,
  FRAME_STREAM,
  numberOf,
  sessionOf,
  writeHeader,
} from "./frame.ts";
import type { TransportKeys } from "./noise.ts";

/** Messages that one direction may carry, and forgeries that it may see, before the cipher ends: 2^20. */
export const CIPHER_BOUND = 0x100000;

/** How far behind the newest a message of a stream may come. */
export const REPLAY_WINDOW = 64;

/** What a cipher starts from. */
export interface CipherOptions {
  /** u32, the number in every header. */
  readonly session: number;
  /** From `Handshake.split()`; the cipher takes them over and wipes them. */
  readonly keys: TransportKeys;
  /** "commands": n rises strictly. "stream": n may come late by up to 63, once. */
  readonly mode: "commands" | "stream";
  /** Messages a direction, and failures: 1..2^20, which it is where absent. Lower only to reach it in a test. */
  readonly bound?: number;
}

/** Both directions of one session. It owns the keys: `wipe()` ends it, and twice is harmless. */
export interface Cipher {
  readonly session: number;
  /** Whether it has come to a bound or was wiped; then nothing goes through it any more. */
  readonly isSpent: boolean;
  /** Frames that failed to verify so far. */
  readonly failures: number;
  /** How many messages either way, or failures, it bears at least. */
  readonly left: number;
  /** The n of the newest frame that it has sealed; undefined before the first. */
  readonly sealed: number | undefined;
  /** The highest n that it has opened; undefined before the first. */
  readonly opened: number | undefined;
  /** Seals one message into a frame. @param plaintext at most 2,400 bytes   @returns a new byte string
   *  @throws Fault link.spent */
  seal(plaintext: Uint8Array): Bytes;
  /** Opens one frame. What it refuses changes nothing, save that a wrong tag is counted.
   *  @returns the plaintext, a new byte string
   *  @throws Fault link.spent, link.shape (also another type or session), link.order, link.tag */
  open(frame: Uint8Array): Bytes;
  /** Overwrites the keys. */
  wipe(): void;
}

/** Starts a session's transport.
 *  @throws Fault crypto.size for a key that is not 32 bytes */
export function createCipher(crypto: Crypto, options: CipherOptions): Cipher {
  return new CipherState(crypto, options);
}

/** Where the counter of a ChaChaPoly nonce stands: after 4 zero bytes, 64-bit little-endian. Noise §12.3. */
const NONCE_COUNTER = 4;
/** Where that of a header stands, behind the nonce: one buffer for both, since each costs a board 70 bytes. */
const HEADER_COUNTER = NONCE_BYTES + 5;

class CipherState implements Cipher {
  readonly session: number;
  failures = 0;
  private readonly crypto: Crypto;
  private readonly keys: TransportKeys;
  private readonly type: typeof FRAME_COMMANDS | typeof FRAME_STREAM;
  private readonly bound: number;
  // Written anew for each message: a nonce, a header and their counters cost no object on the way.
  private readonly counters = new DataView(new ArrayBuffer(NONCE_BYTES + FRAME_HEADER_BYTES));
  private readonly nonce = new Uint8Array(this.counters.buffer, 0, NONCE_BYTES);
  private readonly header = new Uint8Array(this.counters.buffer, NONCE_BYTES, FRAME_HEADER_BYTES);
  /** Of a stream. The slot of n (modulo 64) holds n + 1 once n has been accepted: older and newer n of the slot never look the same. */
  private readonly seen: Uint32Array | undefined;
  private sentCount = 0;
  /** One above the highest n that was accepted. */
  private expected = 0;
  private isWiped = false;

  constructor(crypto: Crypto, options: CipherOptions) {
    const { keys, bound = CIPHER_BOUND } = options;
    assert(Number.isInteger(bound) && bound >= 1 && bound <= CIPHER_BOUND, "a cipher's bound is 1..2^20");
    if (keys.sendKey.length !== KEY_BYTES || keys.receiveKey.length !== KEY_BYTES) throw new Fault("crypto.size");
    this.crypto = crypto;
    this.keys = keys;
    this.session = options.session;
    this.type = options.mode === "commands" ? FRAME_COMMANDS : FRAME_STREAM;
    this.bound = bound;
    this.seen = options.mode === "commands" ? undefined : new Uint32Array(REPLAY_WINDOW);
    writeHeader(this.header, this.type, options.session);
  }

  get isSpent(): boolean {
    return this.left === 0;
  }

  get left(): number {
    return this.isWiped ? 0 : this.bound - Math.max(this.sentCount, this.expected, this.failures);
  }

  get sealed(): number | undefined {
    return this.sentCount === 0 ? undefined : this.sentCount - 1;
  }

  get opened(): number | undefined {
    return this.expected === 0 ? undefined : this.expected - 1;
  }

  seal(plaintext: Uint8Array): Bytes {
    if (this.isSpent) throw new Fault("link.spent");
    assert(plaintext.length <= FRAME_PAYLOAD_BYTES_MAX, "a message is at most 2,400 bytes");
    const n = this.sentCount;
    this.counters.setUint32(HEADER_COUNTER, n, true);
    this.counters.setUint32(NONCE_COUNTER, n, true);
    const sealed = this.crypto.seal(this.keys.sendKey, this.nonce, this.header, plaintext);
    const frame = new Uint8Array(FRAME_HEADER_BYTES + sealed.length);
    frame.set(this.header);
    frame.set(sealed, FRAME_HEADER_BYTES);
    this.sentCount = n + 1;
    this.wipeAtBound();
    return frame;
  }

  open(frame: Uint8Array): Bytes {
    if (this.isSpent) throw new Fault("link.spent");
    if (checkFrame(frame) !== this.type || sessionOf(frame) !== this.session) throw new Fault("link.shape");
    const n = numberOf(frame);
    if (!this.isFresh(n)) throw new Fault("link.order");
    this.counters.setUint32(NONCE_COUNTER, n, true);
    const aad = frame.subarray(0, FRAME_HEADER_BYTES);
    const plaintext = this.crypto.open(this.keys.receiveKey, this.nonce, aad, bodyOf(frame));
    if (plaintext === undefined) {
      this.failures += 1;
      this.wipeAtBound();
      throw new Fault("link.tag");
    }
    this.accept(n);
    this.wipeAtBound();
    return plaintext;
  }

  wipe(): void {
    this.isWiped = true;
    this.crypto.wipe(this.keys.sendKey);
    this.crypto.wipe(this.keys.receiveKey);
  }

  /** Whether n may still come. An n beyond the bound never may: it says nothing true, and must not end the session. */
  private isFresh(n: number): boolean {
    if (n >= this.expected) return n < this.bound;
    if (this.seen === undefined) return false;
    return n + REPLAY_WINDOW >= this.expected && this.seen[n % REPLAY_WINDOW] !== n + 1;
  }

  private accept(n: number): void {
    if (n >= this.expected) this.expected = n + 1;
    if (this.seen !== undefined) this.seen[n % REPLAY_WINDOW] = n + 1;
  }

  private wipeAtBound(): void {
    if (this.isSpent) this.wipe();
  }
}
