// A phone's side of one session with a lock, as a state machine without a wire: frames in, frames and events out.
// Why: the command line, the simulator's people and later a phone page hold the same conversation over different carriers.
// Follows docs/protocol.cddl ("Inside a session") over Noise NK (Noise rev. 34 §7.5).

import type { Bytes } from "../firmware/bytes.ts";
import { type Crypto, KEY_BYTES } from "../firmware/crypto/crypto.ts";
import { assert, Fault, type FaultCode } from "../firmware/fault.ts";
import type { Body } from "../firmware/grant/body.ts";
import { makeProof, makeStatement, type ProofClaims, type Sign } from "../firmware/grant/issue.ts";
import { type Cipher, createCipher } from "../firmware/link/cipher.ts";
import {
  bodyOf,
  checkFrame,
  drawSession,
  encodeHandshake,
  FRAME_NK_1,
  FRAME_NK_2,
  sessionOf,
} from "../firmware/link/frame.ts";
import {
  type Answer,
  encodeRequest,
  type Notice,
  parseAnswer,
  parseWelcome,
  type Request,
  type Welcome,
} from "../firmware/link/message.ts";
import { type Handshake, startHandshake } from "../firmware/link/noise.ts";
import { phonePrologue } from "../firmware/link/prologue.ts";
import type { Random, Seconds } from "../firmware/platform.ts";

/** The most requests that may wait for their answers; the lock repeats the last answer only. */
export const PENDING_MAX = 16;

/** Which lock, and with what. */
export interface PhoneOptions {
  readonly crypto: Crypto;
  readonly random: Random;
  /** The lock's X25519 key, 32 bytes: from its label, or from an invitation. */
  readonly lockAgreementKey: Bytes;
  /** 11 characters of base64url. */
  readonly lockId: string;
}

/** What came of a frame. */
export type PhoneEvent =
  /** The lock has proven its key; requests may follow. */
  | { readonly kind: "welcome"; readonly welcome: Welcome }
  /** The answer to the request `answer.id`, once for each. */
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "notice"; readonly notice: Notice }
  /** Nothing changed: a forged, doubled, late or malformed frame, and why it was dropped. */
  | { readonly kind: "ignored"; readonly code: FaultCode };

/** What identifies an open session: every proof answers `challenge` and is signed over `handshakeHash`. */
export interface Session {
  /** 16 bytes. */
  readonly challenge: Bytes;
  /** 32 bytes. */
  readonly handshakeHash: Bytes;
  readonly isAdopted: boolean;
}

/** A request without its number, which the phone gives. */
export type Outgoing = Request extends infer Each ? (Each extends Request ? Omit<Each, "id"> : never) : never;

/** A request that was put into a frame. */
export interface Sent {
  readonly id: number;
  readonly frame: Bytes;
}

/** What a proof says: what is asked, and by which right. */
export interface Claim {
  /** 0..5, or 15 for an owner session; see firmware/grant/holder.ts. */
  readonly operation: number;
  /** A whole grant, the link8 of one that the lock may keep, or the kid8 of an owner key. */
  readonly by: ProofClaims["by"];
  /** With view and talk only. */
  readonly argument?: number;
}

/** What a statement says. */
export interface Declaration {
  /** The signing owner's kid8. */
  readonly kid: Bytes;
  readonly issuedAt: Seconds;
  /** Above every number that this key has used at this lock. */
  readonly sequence: number;
  readonly body: Body;
}

type State =
  | { readonly kind: "idle" }
  | { readonly kind: "opening"; readonly handshake: Handshake; readonly session: number }
  | { readonly kind: "open"; readonly cipher: Cipher; readonly session: Session };

/** One phone that talks to one lock. It owns the session's keys: `close()` ends it, and twice is harmless. */
export class Phone {
  private readonly options: PhoneOptions;
  private state: State = { kind: "idle" };
  /** The lock answers numbers that rise. */
  private nextId = 1;
  /** The plaintexts of requests without an answer, by number. */
  private readonly pending = new Map<number, Bytes>();

  constructor(options: PhoneOptions) {
    assert(options.lockAgreementKey.length === KEY_BYTES, "an X25519 key has 32 bytes");
    this.options = options;
  }

  /** The open session, or undefined before the welcome and after the end. */
  get session(): Session | undefined {
    return this.state.kind === "open" ? this.state.session : undefined;
  }

  /** Starts a new session, with fresh keys, and gives its first frame; a former session is forgotten.
   *  @throws Fault crypto.zero where the lock's key is of small order */
  begin(): Bytes {
    const { crypto, random, lockAgreementKey, lockId } = this.options;
    this.close();
    const handshake = startHandshake(crypto, random, {
      pattern: "NK",
      isInitiator: true,
      prologue: phonePrologue(lockId),
      remoteStatic: lockAgreementKey,
    });
    const session = drawSession(random);
    const frame = encodeHandshake(FRAME_NK_1, session, handshake.writeMessage(new Uint8Array(0)));
    this.state = { kind: "opening", handshake, session };
    return frame;
  }

  /** Takes one frame from the lock. Total: whatever the bytes are, it gives an event. */
  receive(frame: Uint8Array): PhoneEvent {
    try {
      const { state } = this;
      if (state.kind === "opening") return this.welcome(frame, state);
      if (state.kind === "open") return this.take(state.cipher.open(frame));
      return { kind: "ignored", code: "link.state" };
    } catch (error) {
      if (error instanceof Fault) return { kind: "ignored", code: error.code };
      throw error;
    }
  }

  /** Puts a request into a frame; it waits for its answer from now on. Only in an open session.
   *  @throws Fault link.spent where the session has come to its bound: begin again */
  request(outgoing: Outgoing): Sent {
    assert(this.pending.size < PENDING_MAX, "few requests wait at a time");
    const id = this.nextId;
    const plaintext = encodeRequest({ ...outgoing, id });
    const frame = this.cipher().seal(plaintext);
    this.nextId = id + 1;
    this.pending.set(id, plaintext);
    return { id, frame };
  }

  /** Proves in this session that its holder has come. @param sign with the key of the grant's holder, or the owner's
   *  @throws Fault grant.shape, link.spent */
  prove(claim: Claim, sign: Sign): Sent {
    const { challenge, handshakeHash } = this.opened();
    const { operation, by, argument } = claim;
    const { lockId } = this.options;
    const message = makeProof({ lockId, challenge, handshakeHash, by, operation, argument }, sign);
    return this.request({ kind: "prove", message });
  }

  /** Makes a statement that counts in this session only. @param sign with the owner's key
   *  @throws Fault grant.shape, statement.shape, link.spent */
  declare(declaration: Declaration, sign: Sign): Sent {
    const { challenge } = this.opened();
    const message = makeStatement({ lockId: this.options.lockId, challenge, ...declaration }, sign);
    return this.request({ kind: "statement", message });
  }

  /** Puts a request that has no answer yet into a new frame, with its old number: the lock answers it, and does nothing
   *  twice. @param id of a request of this session
   *  @returns undefined where it has been answered
   *  @throws Fault link.spent */
  repeat(id: number): Bytes | undefined {
    const plaintext = this.pending.get(id);
    return plaintext === undefined ? undefined : this.cipher().seal(plaintext);
  }

  /** Forgets the session and its keys. */
  close(): void {
    const { state } = this;
    if (state.kind === "opening") state.handshake.wipe();
    if (state.kind === "open") state.cipher.wipe();
    this.pending.clear();
    this.nextId = 1;
    this.state = { kind: "idle" };
  }

  private opened(): Session {
    assert(this.state.kind === "open", "a proof needs an open session");
    return this.state.session;
  }

  private cipher(): Cipher {
    assert(this.state.kind === "open", "a request needs an open session");
    return this.state.cipher;
  }

  private welcome(frame: Uint8Array, opening: { handshake: Handshake; session: number }): PhoneEvent {
    const { handshake, session } = opening;
    if (checkFrame(frame) !== FRAME_NK_2 || sessionOf(frame) !== session) throw new Fault("link.shape");
    // The lock's tag has verified when this returns, so what follows is the lock's own word.
    const welcome = parseWelcome(handshake.readMessage(bodyOf(frame)));
    const { handshakeHash } = handshake;
    const cipher = createCipher(this.options.crypto, { session, keys: handshake.split(), mode: "commands" });
    const { challenge, isAdopted } = welcome;
    this.state = { kind: "open", cipher, session: { challenge, handshakeHash, isAdopted } };
    return { kind: "welcome", welcome };
  }

  private take(plaintext: Bytes): PhoneEvent {
    const message = parseAnswer(plaintext);
    if (message.kind === "notice") return { kind: "notice", notice: message };
    if (!this.pending.delete(message.id)) return { kind: "ignored", code: "link.order" };
    return { kind: "answer", answer: message };
  }
}
