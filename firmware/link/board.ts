// A board's end of the wire to its lock: it opens Noise KK, asks one thing at a time, and opens anew whenever nobody answers.
// Why: either side may be reset, the cable cut and mended, frames lost: what was asked is then asked again with the same id,
// so that the lock does it once; and whoever asked is told "no answer" in the end, never a guess.
// Follows docs/protocol.md §3.2; Noise rev. 34 §7.5 (KK), §11.4. A session is made before the former one is broken.

import type { Bytes } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";
import type { Identity } from "../identity.ts";
import { type Millis, millis, type Random, type Wire } from "../platform.ts";
import { CIPHER_BOUND, type Cipher, createCipher } from "./cipher.ts";
import {
  type Asked,
  COMMAND_ID_BYTES,
  type Command,
  encodeCommand,
  parseWord,
  type Reply,
  type View,
} from "./command.ts";
import {
  bodyOf,
  checkFrame,
  drawSession,
  encodeHandshake,
  FRAME_COMMANDS,
  FRAME_KK_1,
  FRAME_KK_2,
  sessionOf,
} from "./frame.ts";
import type { PairedLock } from "./introduction.ts";
import { type Handshake, startHandshake } from "./noise.ts";
import { boardPrologue } from "./prologue.ts";

/** After how long a handshake that nobody answered is tried again; then always after the last of these. */
export const RETRY_MILLIS: readonly number[] = Object.freeze([1_000, 2_000, 4_000, 8_000]);
/** After how long a command is sent again. */
export const REPEAT_MILLIS = 1_000;
/** How often it is sent again before the link is taken as dead. */
export const REPEATS_MAX = 3;
/** After how long a command is given up, over however many sessions it was sent. */
export const ANSWER_MILLIS_MAX = 15_000;
/** A board opens a new session after 24 h. */
export const REKEY_MILLIS = 86_400_000;
/** Neither side uses a session for longer than 25 h. */
export const SESSION_MILLIS_MAX = 90_000_000;
/** A board opens a new session where the cipher bears fewer messages than this. */
export const REKEY_LEFT = 1_024;

/** What a link is made of. */
export interface BoardLinkParts {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly wire: Wire;
  /** 1 keypad, 2 camera, 3 bridge. */
  readonly role: number;
  /** The board's own; what it signs with is not needed. */
  readonly identity: Pick<Identity, "kid" | "agreementSecret" | "agreementKey">;
  readonly lock: PairedLock;
  /** For how long an entry is held back after the last one's answer, in milliseconds, as the lock takes one in 5 s; one that is
   *  too early all the same, since the lock has just started, is then asked again until it is not. Where it is left out, nothing
   *  is held back, and "early" is an answer like others. */
  readonly holdMillis?: number;
  /** Messages a direction of a session bears, and failures: as in CipherOptions. Lower only to reach it in a test. */
  readonly bound?: number;
}

/** What came of a frame, or of time passing. */
export type LinkEvent =
  | { readonly kind: "nothing" }
  /** A new session stands; the lock uses it from the first command that comes over it. */
  | { readonly kind: "up" }
  /** The answer to what was asked. */
  | { readonly kind: "reply"; readonly asked: Command["kind"]; readonly reply: Reply }
  | { readonly kind: "view"; readonly view: View }
  /** What was asked is given up; the lock may have done it or not. */
  | { readonly kind: "unanswered"; readonly asked: Command["kind"] };

interface Opening {
  readonly handshake: Handshake;
  readonly session: number;
  readonly retryAt: Millis;
}

interface Session {
  readonly cipher: Cipher;
  readonly since: Millis;
}

interface Outstanding {
  readonly asked: Command["kind"];
  readonly id: Bytes;
  readonly plaintext: Bytes;
  readonly since: Millis;
  /** When it was sent last, and how often over this session; 0 before it was. */
  sentAt: Millis;
  sent: number;
}

const NOTHING: LinkEvent = Object.freeze({ kind: "nothing" });

/** The link. It owns the sessions' keys and the command that waits: `close()` ends it, and twice is harmless. */
export class BoardLink {
  readonly #parts: BoardLinkParts;
  readonly #prologue: Bytes;
  #opening: Opening | undefined;
  /** Handshakes since the last one that was answered. */
  #attempts = 0;
  #session: Session | undefined;
  /** The session before it, heard until the first valid frame of the new one. */
  #former: Session | undefined;
  #outstanding: Outstanding | undefined;
  /** Until when an entry is held back. */
  #heldUntil: Millis = millis(0);
  #isClosed = false;
  #now: Millis;

  constructor(parts: BoardLinkParts, now: Millis) {
    const { role, identity, lock } = parts;
    this.#parts = parts;
    this.#now = now;
    const { lockId, sequence } = lock;
    this.#prologue = boardPrologue({ role, lockId, boardKid: identity.kid, sequence });
  }

  /** Whether there is a session: the lock has proven itself, and has not failed to answer since. */
  get isUp(): boolean {
    return this.#session !== undefined;
  }

  /** Whether a command waits for its answer: then no other may be sent. */
  get isBusy(): boolean {
    return this.#outstanding !== undefined;
  }

  /** What waits for its answer. */
  get asking(): Command["kind"] | undefined {
    return this.#outstanding?.asked;
  }

  /** Asks the lock, as soon as there is a session and, for an entry, the lock takes one. The digits of an entry are copied, the caller wipes its own. */
  send(asked: Asked, now: Millis): void {
    assert(this.#outstanding === undefined && !this.#isClosed, "one command waits at a time");
    const id = new Uint8Array(COMMAND_ID_BYTES);
    this.#parts.random.fill(id);
    const plaintext = encodeCommand({ ...asked, id });
    this.#now = now;
    this.#outstanding = { asked: asked.kind, id, plaintext, since: now, sentAt: now, sent: 0 };
    this.#transmit(now);
  }

  /** Forgets the command that waits, and wipes it; the lock may have done it or not. */
  cancel(): void {
    this.#forgetOutstanding();
  }

  /** Takes one frame. Total: it never throws for any bytes. */
  received(frame: Bytes, now: Millis): LinkEvent {
    this.#now = now;
    try {
      return this.#isClosed ? NOTHING : this.#take(frame, now);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return NOTHING;
    }
  }

  /** Does what is due: sends again, opens anew, gives up. */
  tick(now: Millis): LinkEvent {
    this.#now = now;
    if (this.#isClosed) return NOTHING;
    const event = this.#giveUp(now);
    this.#repeat(now);
    const session = this.#session;
    if (session !== undefined && (session.cipher.isSpent || now - session.since >= SESSION_MILLIS_MAX)) this.#drop();
    if (this.#opening === undefined ? now >= this.#openAt : now >= this.#opening.retryAt) this.#open(now);
    return event;
  }

  /** The uptime by which `tick` must be called. */
  get nextTick(): Millis {
    let next: number = this.#opening?.retryAt ?? this.#openAt;
    if (this.#session !== undefined) next = Math.min(next, this.#session.since + SESSION_MILLIS_MAX);
    const waiting = this.#outstanding;
    if (waiting !== undefined) {
      next = Math.min(next, waiting.since + ANSWER_MILLIS_MAX);
      if (this.#session !== undefined) next = Math.min(next, this.#dueAt(waiting));
    }
    return millis(Math.max(next, this.#now));
  }

  /** Forgets the sessions, their keys and what waits. */
  close(): void {
    this.#isClosed = true;
    this.#drop();
    this.#endOpening();
    this.#forgetOutstanding();
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
    const session = drawSession(random);
    const retryAt = millis(now + RETRY_MILLIS[Math.min(this.#attempts, RETRY_MILLIS.length - 1)]);
    this.#attempts++;
    this.#opening = { handshake, session, retryAt };
    try {
      wire.send(encodeHandshake(FRAME_KK_1, session, handshake.writeMessage(new Uint8Array(0))));
    } catch (fault) {
      // A lock's key of small order: there is no such lock, and nothing is sent to it.
      if (!(fault instanceof Fault)) throw fault;
    }
  }

  #take(frame: Bytes, now: Millis): LinkEvent {
    const type = checkFrame(frame);
    if (type === FRAME_KK_2) return this.#opened(frame, now);
    if (type !== FRAME_COMMANDS) throw new Fault("link.shape");
    const number = sessionOf(frame);
    if (this.#session?.cipher.session === number) {
      const plaintext = this.#session.cipher.open(frame);
      this.#former?.cipher.wipe();
      this.#former = undefined;
      return this.#hear(plaintext);
    }
    if (this.#former?.cipher.session !== number) throw new Fault("link.shape");
    return this.#hear(this.#former.cipher.open(frame));
  }

  #opened(frame: Bytes, now: Millis): LinkEvent {
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
    if (this.#outstanding !== undefined) this.#outstanding.sent = 0;
    this.#transmit(now);
    return { kind: "up" };
  }

  #hear(plaintext: Bytes): LinkEvent {
    const word = parseWord(plaintext);
    if (word.kind === "notice") return { kind: "view", view: word.view };
    const { reply } = word;
    const waiting = this.#outstanding;
    // A late answer to what was given up: what the lock shows is true all the same.
    if (waiting === undefined || !this.#parts.crypto.isEqual(waiting.id, reply.id))
      return { kind: "view", view: reply.view };
    if (reply.result === "early" && this.#parts.holdMillis !== undefined) {
      waiting.sent = 0;
      this.#heldUntil = millis(this.#now + REPEAT_MILLIS);
      return { kind: "view", view: reply.view };
    }
    this.#forgetOutstanding();
    return { kind: "reply", asked: waiting.asked, reply };
  }

  #giveUp(now: Millis): LinkEvent {
    const waiting = this.#outstanding;
    if (waiting === undefined || now - waiting.since < ANSWER_MILLIS_MAX) return NOTHING;
    this.#forgetOutstanding();
    return { kind: "unanswered", asked: waiting.asked };
  }

  #repeat(now: Millis): void {
    const waiting = this.#outstanding;
    if (waiting === undefined || this.#session === undefined || now < this.#dueAt(waiting)) return;
    if (waiting.sent <= REPEATS_MAX) {
      this.#transmit(now);
      return;
    }
    this.#drop();
    this.#endOpening();
    this.#attempts = 0;
  }

  /** When a command that waits is sent over the session that stands, for the first time or again. */
  #dueAt(waiting: Outstanding): Millis {
    return isHeld(waiting) ? this.#heldUntil : millis(waiting.sentAt + REPEAT_MILLIS);
  }

  /** Sends the command that waits, where there is a session for it, and it is not held back. */
  #transmit(now: Millis): void {
    const waiting = this.#outstanding;
    const cipher = this.#session?.cipher;
    if (waiting === undefined || cipher === undefined || cipher.isSpent) return;
    if (isHeld(waiting) && now < this.#heldUntil) return;
    waiting.sentAt = now;
    waiting.sent++;
    this.#parts.wire.send(cipher.seal(waiting.plaintext));
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

  #forgetOutstanding(): void {
    if (this.#outstanding === undefined) return;
    this.#parts.crypto.wipe(this.#outstanding.plaintext);
    // Answered or given up: the lock may have taken it just now.
    if (this.#outstanding.asked === "entry") this.#heldUntil = millis(this.#now + (this.#parts.holdMillis ?? 0));
    this.#outstanding = undefined;
  }
}

/** Whether a command was not sent yet over the session that stands, and may have to wait for its time. */
function isHeld({ asked, sent }: Outstanding): boolean {
  return asked === "entry" && sent === 0;
}
