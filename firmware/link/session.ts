// A board's end of the sessions with its lock: it opens Noise KK, seals and opens plaintexts, and opens anew in time.
// Why: either side may be reset, the cable cut and mended, frames lost; what a session carries, and how often it is asked, is
// for whoever stands upon this: a keypad's commands (board.ts), a camera's heartbeats.
// Follows docs/protocol.md §3.2; Noise rev. 34 §7.5 (KK), §11.4. A session is made before the former one is broken.

import { type Bytes, NO_BYTES } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";
import type { Identity } from "../identity.ts";
import { type Millis, millis, type Random, type Wire } from "../platform.ts";
import { CIPHER_BOUND, type Cipher, createCipher } from "./cipher.ts";
import { bodyOf, checkFrame, encodeHandshake, FRAME_COMMANDS, FRAME_KK_1, FRAME_KK_2, sessionOf } from "./frame.ts";
import type { PairedLock } from "./introduction.ts";
import { type Handshake, startHandshake } from "./noise.ts";
import { openingKey, openingNumber } from "./opening.ts";
import { boardPrologue } from "./prologue.ts";

/** After how long a handshake that nobody answered is tried again; then always after the last of these. Up to a quarter more is drawn
 *  each time: who floods the lock at a pace would else be first at every one. */
const RETRY_MILLIS: readonly number[] = Object.freeze([1_000, 2_000, 4_000, 8_000]);
/** 256 values of what is drawn are a quarter. */
const DRAWN_PARTS = 1_024;
/** A board opens a new session after 24 h. */
export const REKEY_MILLIS = 86_400_000;
/** Neither side uses a session for longer than 25 h. */
export const SESSION_MILLIS_MAX = 90_000_000;
/** A board opens a new session where the cipher bears fewer messages than this. */
export const REKEY_LEFT = 1_024;

/** What a board's end is made of. */
export interface BoardSessionsParts {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly wire: Wire;
  /** 1 keypad, 2 camera, 3 bridge. */
  readonly role: number;
  /** The board's own; what it signs with is not needed. */
  readonly identity: Pick<Identity, "kid" | "agreementSecret" | "agreementKey">;
  readonly lock: PairedLock;
  /** Messages a direction of a session bears, and failures: as in CipherOptions. Lower only to reach it in a test. */
  readonly bound?: number;
}

/** What came of a frame. */
export type SessionEvent =
  | { readonly kind: "nothing" }
  /** A new session stands; the lock uses it from the first plaintext that comes over it. */
  | { readonly kind: "up" }
  /** The lock's word: authentic, and not heard before. The caller wipes it where it is secret. */
  | { readonly kind: "plaintext"; readonly plaintext: Bytes };

interface Opening {
  readonly handshake: Handshake;
  readonly session: number;
  readonly retryAt: Millis;
}

interface Session {
  readonly cipher: Cipher;
  readonly since: Millis;
}

const NOTHING: SessionEvent = Object.freeze({ kind: "nothing" });

/** The sessions of one board with its one lock. It owns their keys: `close()` ends them, and twice is harmless. */
export class BoardSessions {
  readonly #parts: BoardSessionsParts;
  readonly #prologue: Bytes;
  /** What numbers its sessions; undefined where the lock's key is of small order, and nobody has it. */
  readonly #key: Bytes | undefined;
  #opening: Opening | undefined;
  /** Handshakes since the last one that was answered. */
  #attempts = 0;
  #session: Session | undefined;
  /** The session before it, heard until the first valid frame of the new one. */
  #former: Session | undefined;
  #isClosed = false;
  #now: Millis;

  constructor(parts: BoardSessionsParts, now: Millis) {
    const { crypto, role, identity, lock } = parts;
    this.#parts = parts;
    this.#now = now;
    const { lockId, sequence, agreementKey: publicKey } = lock;
    this.#prologue = boardPrologue({ role, lockId, boardKid: identity.kid, sequence });
    this.#key = openingKey(crypto, { secret: identity.agreementSecret, publicKey, prologue: this.#prologue });
  }

  /** Whether there is a session: the lock has proven itself, and nobody has ended it since. */
  get isUp(): boolean {
    return this.#session !== undefined;
  }

  /** Whether a plaintext may be sent: there is a session, and it bears one more. */
  get canSend(): boolean {
    return this.#session?.cipher.isSpent === false;
  }

  /** The number of the newest frame that was opened in the session that stands; undefined before the first. */
  get heard(): number | undefined {
    return this.#session?.cipher.opened;
  }

  /** Seals a plaintext, at most 2,048 bytes, and sends it; asked only while `canSend`. */
  send(plaintext: Bytes): void {
    assert(this.#session !== undefined, "a plaintext goes over a session");
    this.#parts.wire.send(this.#session.cipher.seal(plaintext));
  }

  /** Takes one frame. Total: it never throws for any bytes. */
  received(frame: Bytes, now: Millis): SessionEvent {
    this.#now = now;
    try {
      return this.#isClosed ? NOTHING : this.#take(frame, now);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return NOTHING;
    }
  }

  /** Does what is due: ends what is too old, opens anew. */
  tick(now: Millis): void {
    this.#now = now;
    if (this.#isClosed) return;
    const session = this.#session;
    if (session !== undefined && (session.cipher.isSpent || now - session.since >= SESSION_MILLIS_MAX)) this.#drop();
    if (this.#opening === undefined ? now >= this.#openAt : now >= this.#opening.retryAt) this.#open(now);
  }

  /** The uptime by which `tick` must be called. */
  get nextTick(): Millis {
    let next: number = this.#opening?.retryAt ?? this.#openAt;
    if (this.#session !== undefined) next = Math.min(next, this.#session.since + SESSION_MILLIS_MAX);
    return millis(Math.max(next, this.#now));
  }

  /** Takes the link as dead: ends the sessions, and the next `tick` opens another. */
  restart(): void {
    this.#drop();
    this.#endOpening();
    this.#attempts = 0;
  }

  /** Forgets the sessions and their keys. */
  close(): void {
    this.#isClosed = true;
    this.#drop();
    this.#endOpening();
  }

  /** When a new session is due where none is being opened. */
  get #openAt(): Millis {
    const session = this.#session;
    if (session === undefined || session.cipher.left <= REKEY_LEFT) return this.#now;
    return millis(session.since + REKEY_MILLIS);
  }

  /** Begins a handshake; one that was not answered is forgotten with its key. */
  #open(now: Millis): void {
    const { crypto, random, wire, identity, lock } = this.#parts;
    this.#endOpening();
    const handshake = startHandshake(crypto, random, {
      pattern: "KK",
      isInitiator: true,
      prologue: this.#prologue,
      localStatic: { secret: identity.agreementSecret, publicKey: identity.agreementKey },
      remoteStatic: lock.agreementKey,
    });
    const first = this.#firstOf(handshake);
    const wait = RETRY_MILLIS[Math.min(this.#attempts, RETRY_MILLIS.length - 1)];
    const drawn = new Uint8Array(1);
    random.fill(drawn);
    const retryAt = millis(now + wait + Math.floor((wait * drawn[0]) / DRAWN_PARTS));
    this.#attempts++;
    this.#opening = { handshake, session: first === undefined ? 0 : sessionOf(first), retryAt };
    if (first !== undefined) wire.send(first);
  }

  /** Makes the frame that begins a handshake. @returns undefined where the lock's key is of small order: there is no such lock */
  #firstOf(handshake: Handshake): Bytes | undefined {
    const { crypto } = this.#parts;
    if (this.#key === undefined) return undefined;
    const message = handshake.writeMessage(NO_BYTES);
    return encodeHandshake(FRAME_KK_1, openingNumber(crypto, this.#key, message), message);
  }

  #take(frame: Bytes, now: Millis): SessionEvent {
    const type = checkFrame(frame);
    if (type === FRAME_KK_2) return this.#opened(frame, now);
    if (type !== FRAME_COMMANDS) throw new Fault("link.shape");
    const number = sessionOf(frame);
    if (this.#session?.cipher.session === number) {
      const plaintext = this.#session.cipher.open(frame);
      this.#former?.cipher.wipe();
      this.#former = undefined;
      return { kind: "plaintext", plaintext };
    }
    if (this.#former?.cipher.session !== number) throw new Fault("link.shape");
    return { kind: "plaintext", plaintext: this.#former.cipher.open(frame) };
  }

  #opened(frame: Bytes, now: Millis): SessionEvent {
    const opening = this.#opening;
    if (opening === undefined || opening.session !== sessionOf(frame)) throw new Fault("link.shape");
    opening.handshake.readMessage(bodyOf(frame));
    const keys = opening.handshake.split();
    const { crypto, bound = CIPHER_BOUND } = this.#parts;
    const cipher = createCipher(crypto, { session: opening.session, keys, mode: "commands", bound });
    this.#opening = undefined;
    this.#attempts = 0;
    this.#former?.cipher.wipe();
    this.#former = this.#session;
    this.#session = { cipher, since: now };
    return { kind: "up" };
  }

  /** Ends both sessions. */
  #drop(): void {
    this.#session?.cipher.wipe();
    this.#former?.cipher.wipe();
    this.#session = undefined;
    this.#former = undefined;
  }

  #endOpening(): void {
    this.#opening?.handshake.wipe();
    this.#opening = undefined;
  }
}
