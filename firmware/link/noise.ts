// A Noise handshake from either side: NK, NX and KK, and KK with a pre-shared key.
// Why: phones and boards agree on two transport keys with it; the lock proves its identity inside, and the handshake
// hash binds a holder's proof to this one session.
// Follows the Noise Protocol Framework, revision 34, §5 and §7, for the suite 25519_ChaChaPoly_SHA256 (§12).

import { type Bytes, concat } from "../bytes.ts";
import { type Crypto, KEY_BYTES } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";
import type { Random } from "../platform.ts";
import { initializeSymmetric, type SymmetricState } from "./symmetric.ts";

/** The handshake patterns that the house uses, and those of KK for which vectors are published. Noise §7.5, §9.4. */
export type Pattern = "NK" | "NX" | "KK" | "KKpsk0" | "KKpsk2";

/** An X25519 key pair; the public half is kept with the secret, since computing it costs as much as agreeing does. */
export interface KeyPair {
  /** 32 bytes. */
  readonly secret: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** What a handshake starts from. A key that the pattern does not name must be absent. */
export interface HandshakeOptions {
  readonly pattern: Pattern;
  readonly isInitiator: boolean;
  /** Any length; both sides must give the same bytes. Noise §6. */
  readonly prologue: Uint8Array;
  /** 32 bytes, random and never used before; copied, the caller wipes its own. */
  readonly ephemeral: Uint8Array;
  /** Needed by both sides of KK and by the responder of NK and NX; borrowed until the handshake ends. */
  readonly localStatic?: KeyPair;
  /** 32 bytes; needed by both sides of KK and by the initiator of NK. */
  readonly remoteStatic?: Uint8Array;
  /** 32 bytes; needed by the psk patterns. Borrowed until the handshake ends. */
  readonly psk?: Uint8Array;
}

/** The two raw keys that a handshake ends in; their new owner wipes them. */
export interface TransportKeys {
  /** 32 bytes. */
  readonly sendKey: Bytes;
  /** 32 bytes. */
  readonly receiveKey: Bytes;
}

/** One side of one handshake. It owns secrets: `wipe()` ends it, and twice is harmless. */
export interface Handshake {
  /** Whether both messages have passed; then `handshakeHash` and `split()` may be asked for. */
  readonly isComplete: boolean;
  /** Binds a session: 32 bytes, a copy. Noise §11.2. Only once complete. */
  readonly handshakeHash: Bytes;
  /** The other side's static key, a view; with NX the initiator has it only after message 2. */
  readonly remoteStatic: Uint8Array | undefined;
  /** Gives the next message. Noise §5.3, WriteMessage. It must be this side's turn.
   *  @param payload at most 64 KB less the overhead   @returns a new byte string
   *  @throws Fault crypto.zero where a configured remote key is of small order; the state is then as it was */
  writeMessage(payload: Uint8Array): Bytes;
  /** Reads the next message. Noise §5.3, ReadMessage. Whatever it throws, the state is exactly as it was before, so
   *  that a forged message does not end a handshake.
   *  @returns the payload, a new byte string
   *  @throws Fault link.state out of turn, link.shape for a wrong size or a key of small order, link.tag */
  readMessage(message: Uint8Array): Bytes;
  /** Gives the transport keys and wipes the rest. Noise §5.2, Split. Once only, and only once complete. */
  split(): TransportKeys;
  /** Overwrites every secret that the handshake owns. */
  wipe(): void;
}

/** Noise §7.1 and §9.2. */
type Token = "e" | "s" | "ee" | "es" | "se" | "ss" | "psk";

type Tokens = readonly Token[];

interface PatternTable {
  /** Whose static keys are known beforehand, in the order in which they are hashed. Noise §7.1. */
  readonly known: readonly ("initiator" | "responder")[];
  /** What the initiator's message does, then the responder's. Noise §7.1. */
  readonly first: Tokens;
  readonly second: Tokens;
  /** Whether ephemeral keys are mixed into the key as well. Noise §9.2. */
  readonly hasPsk: boolean;
}

const MESSAGE_BYTES_MAX = 65535; // Noise §3.

const NONE: PatternTable["known"] = Object.freeze([]);
const RESPONDER: PatternTable["known"] = Object.freeze(["responder"]);
const BOTH: PatternTable["known"] = Object.freeze(["initiator", "responder"]);
const E: Tokens = Object.freeze(["e"]);
const E_ES: Tokens = Object.freeze(["e", "es"]);
const E_EE: Tokens = Object.freeze(["e", "ee"]);
const E_EE_S_ES: Tokens = Object.freeze(["e", "ee", "s", "es"]);
const E_ES_SS: Tokens = Object.freeze(["e", "es", "ss"]);
const E_EE_SE: Tokens = Object.freeze(["e", "ee", "se"]);
const PSK_E_ES_SS: Tokens = Object.freeze(["psk", "e", "es", "ss"]);
const E_EE_SE_PSK: Tokens = Object.freeze(["e", "ee", "se", "psk"]);
const PATTERNS: Readonly<Record<Pattern, PatternTable>> = Object.freeze({
  NK: Object.freeze({ known: RESPONDER, first: E_ES, second: E_EE, hasPsk: false }),
  NX: Object.freeze({ known: NONE, first: E, second: E_EE_S_ES, hasPsk: false }),
  KK: Object.freeze({ known: BOTH, first: E_ES_SS, second: E_EE_SE, hasPsk: false }),
  KKpsk0: Object.freeze({ known: BOTH, first: PSK_E_ES_SS, second: E_EE_SE, hasPsk: true }),
  KKpsk2: Object.freeze({ known: BOTH, first: E_ES_SS, second: E_EE_SE_PSK, hasPsk: true }),
});

/** Starts one side of a handshake. Noise §5.3, Initialize.
 *  @throws Fault crypto.size for a key that is not 32 bytes */
export function createHandshake(crypto: Crypto, options: HandshakeOptions): Handshake {
  return new HandshakeState(crypto, options);
}

/** Starts one side of a handshake with an ephemeral key that is drawn for it. Noise §5.3, Initialize.
 *  @throws Fault crypto.size for a key that is not 32 bytes */
export function startHandshake(
  crypto: Crypto,
  random: Random,
  options: Omit<HandshakeOptions, "ephemeral">,
): Handshake {
  const ephemeral = new Uint8Array(KEY_BYTES);
  random.fill(ephemeral);
  const handshake = createHandshake(crypto, { ...options, ephemeral });
  crypto.wipe(ephemeral);
  return handshake;
}

/** Noise §5.3. */
class HandshakeState implements Handshake {
  remoteStatic: Uint8Array | undefined;
  private readonly crypto: Crypto;
  private readonly pattern: PatternTable;
  private readonly isInitiator: boolean;
  private readonly localStatic: KeyPair | undefined;
  private readonly ephemeralSecret: Bytes;
  private readonly psk: Uint8Array | undefined;
  private symmetric: SymmetricState;
  private remoteEphemeral: Uint8Array | undefined = undefined;
  /** Messages that have passed: every pattern here has two. */
  private step: 0 | 1 | 2 = 0;
  private isWiped = false;

  constructor(crypto: Crypto, options: HandshakeOptions) {
    const { pattern, isInitiator, localStatic, remoteStatic, psk } = options;
    this.crypto = crypto;
    this.pattern = PATTERNS[pattern];
    this.isInitiator = isInitiator;
    this.localStatic = localStatic;
    this.remoteStatic = remoteStatic;
    this.psk = psk;
    this.requireKeys();
    for (const key of [localStatic?.secret, localStatic?.publicKey, remoteStatic, psk, options.ephemeral]) {
      if (key !== undefined && key.length !== KEY_BYTES) throw new Fault("crypto.size");
    }
    this.ephemeralSecret = new Uint8Array(options.ephemeral);
    this.symmetric = initializeSymmetric(crypto, `Noise_${pattern}_25519_ChaChaPoly_SHA256`);
    this.symmetric.mixHash(options.prologue);
    for (const side of this.pattern.known) {
      const isLocal = (side === "initiator") === isInitiator;
      this.symmetric.mixHash(present(isLocal ? localStatic?.publicKey : remoteStatic));
    }
  }

  get isComplete(): boolean {
    return this.step === 2;
  }

  get handshakeHash(): Bytes {
    assert(this.isComplete, "a handshake hash is final only once the handshake is complete");
    return this.symmetric.hash.slice();
  }

  writeMessage(payload: Uint8Array): Bytes {
    assert(this.isTurn(true), "a message is written in turn");
    return this.attempt(() => {
      const parts: Uint8Array[] = [];
      for (const token of this.tokens()) {
        if (token === "e") parts.push(this.writeEphemeral());
        else if (token === "s") parts.push(this.symmetric.encryptAndHash(present(this.localStatic).publicKey));
        else this.mix(token);
      }
      parts.push(this.symmetric.encryptAndHash(payload));
      const message = concat(...parts);
      assert(message.length <= MESSAGE_BYTES_MAX, "a Noise message is at most 65,535 bytes");
      return message;
    });
  }

  readMessage(message: Uint8Array): Bytes {
    if (!this.isTurn(false)) throw new Fault("link.state");
    if (message.length > MESSAGE_BYTES_MAX) throw new Fault("link.shape");
    try {
      return this.attempt(() => {
        let offset = 0;
        for (const token of this.tokens()) {
          if (token === "e") offset = this.readEphemeral(message, offset);
          else if (token === "s") offset = this.readStatic(message, offset);
          else this.mix(token);
        }
        return this.symmetric.decryptAndHash(part(message, offset, message.length, this.symmetric.overhead));
      });
    } catch (error) {
      // A key of small order came with the message: the message is at fault, not our own key.
      if (error instanceof Fault && error.code === "crypto.zero") throw new Fault("link.shape");
      throw error;
    }
  }

  split(): TransportKeys {
    assert(this.isComplete && !this.isWiped, "a handshake is split once, when it is complete");
    const [initiatorKey, responderKey] = this.symmetric.split();
    this.wipe();
    return this.isInitiator
      ? { sendKey: initiatorKey, receiveKey: responderKey }
      : { sendKey: responderKey, receiveKey: initiatorKey };
  }

  wipe(): void {
    this.isWiped = true;
    this.symmetric.wipe();
    this.crypto.wipe(this.ephemeralSecret);
  }

  /** The programmer's part: each pattern is given the keys that it names, and no other. */
  private requireKeys(): void {
    const { known, second, hasPsk } = this.pattern;
    const isSent = second.includes("s");
    const local = this.isInitiator ? "initiator" : "responder";
    const remote = this.isInitiator ? "responder" : "initiator";
    const needsLocal = known.includes(local) || (isSent && !this.isInitiator);
    assert((this.localStatic !== undefined) === needsLocal, "the pattern says whether there is a local static key");
    assert((this.remoteStatic !== undefined) === known.includes(remote), "the pattern says which remote key is known");
    assert((this.psk !== undefined) === hasPsk, "the pattern says whether there is a pre-shared key");
  }

  private isTurn(isWriting: boolean): boolean {
    return !this.isWiped && !this.isComplete && isWriting === ((this.step === 0) === this.isInitiator);
  }

  private tokens(): Tokens {
    return this.step === 0 ? this.pattern.first : this.pattern.second;
  }

  /** Does one message's work on a copy of the state, and puts everything back where it fails. */
  private attempt(work: () => Bytes): Bytes {
    const { symmetric, remoteEphemeral, remoteStatic } = this;
    this.symmetric = symmetric.copy();
    try {
      const result = work();
      symmetric.wipe();
      this.step = this.step === 0 ? 1 : 2;
      return result;
    } catch (error) {
      this.symmetric.wipe();
      this.symmetric = symmetric;
      this.remoteEphemeral = remoteEphemeral;
      this.remoteStatic = remoteStatic;
      throw error;
    }
  }

  private writeEphemeral(): Bytes {
    // Computed here and not at the start: a responder pays for it only after message 1 has proved genuine.
    const publicKey = this.crypto.agreementPublicKey(this.ephemeralSecret);
    this.mixEphemeral(publicKey);
    return publicKey;
  }

  private readEphemeral(message: Uint8Array, offset: number): number {
    const end = offset + KEY_BYTES;
    this.remoteEphemeral = part(message, offset, end, KEY_BYTES).slice();
    this.mixEphemeral(this.remoteEphemeral);
    return end;
  }

  private readStatic(message: Uint8Array, offset: number): number {
    const size = KEY_BYTES + this.symmetric.overhead;
    this.remoteStatic = this.symmetric.decryptAndHash(part(message, offset, offset + size, size));
    return offset + size;
  }

  private mixEphemeral(publicKey: Uint8Array): void {
    this.symmetric.mixHash(publicKey);
    if (this.pattern.hasPsk) this.symmetric.mixKey(publicKey);
  }

  private mix(token: Exclude<Token, "e" | "s">): void {
    if (token === "psk") this.symmetric.mixKeyAndHash(present(this.psk));
    else this.mixAgreement(token);
  }

  /** The first letter names the initiator's key, the second the responder's. Noise §7.1. */
  private mixAgreement(token: "ee" | "es" | "se" | "ss"): void {
    const local = token.charAt(this.isInitiator ? 0 : 1);
    const remote = token.charAt(this.isInitiator ? 1 : 0);
    const secret = local === "e" ? this.ephemeralSecret : present(this.localStatic).secret;
    const publicKey = present(remote === "e" ? this.remoteEphemeral : this.remoteStatic);
    const shared = this.crypto.agree(secret, publicKey);
    this.symmetric.mixKey(shared);
    this.crypto.wipe(shared);
  }
}

/** Gives a view of `message` from `start` to `end`. @throws Fault link.shape where it would be short */
function part(message: Uint8Array, start: number, end: number, sizeMin: number): Uint8Array {
  if (end > message.length || end - start < sizeMin) throw new Fault("link.shape");
  return message.subarray(start, end);
}

function present<T>(value: T | undefined): T {
  assert(value !== undefined, "the pattern's keys were checked at the start");
  return value;
}
