// A phone that keeps every rule up to the seal, and then says whatever it likes inside.
// Why: malformed messages must come past the cipher to try what stands behind it; an honest phone cannot send them.
// Follows docs/protocol.md §3.

import type { Bytes } from "../../firmware/bytes.ts";
import { KEY_BYTES } from "../../firmware/crypto/crypto.ts";
import { type Cipher, createCipher } from "../../firmware/link/cipher.ts";
import { bodyOf, encodeHandshake, FRAME_NK_1 } from "../../firmware/link/frame.ts";
import { parseWelcome } from "../../firmware/link/message.ts";
import { createHandshake, type Handshake } from "../../firmware/link/noise.ts";
import { phonePrologue } from "../../firmware/link/prologue.ts";
import type { Caller } from "../caller.ts";
import type { Desk } from "../desk.ts";

/** What one session binds. */
export interface Channel {
  readonly cipher: Cipher;
  /** 16 bytes. */
  readonly challenge: Bytes;
  /** 32 bytes. */
  readonly handshakeHash: Bytes;
}

/** One connection of such a phone. */
export class Intruder {
  readonly #desk: Desk;
  readonly #caller: Caller;
  readonly #handshake: Handshake;
  readonly #session: number;
  /** Message 1 of the handshake, in its frame. */
  readonly hello: Bytes;
  #channel: Channel | undefined;

  constructor(desk: Desk) {
    const { crypto, random, lockId, agreementKey } = desk;
    this.#desk = desk;
    this.#caller = desk.dial();
    const ephemeral = new Uint8Array(KEY_BYTES);
    random.fill(ephemeral);
    const options = { isInitiator: true, prologue: phonePrologue(lockId), ephemeral, remoteStatic: agreementKey };
    this.#handshake = createHandshake(crypto, { pattern: "NK", ...options });
    this.#session = random.next();
    this.hello = encodeHandshake(FRAME_NK_1, this.#session, this.#handshake.writeMessage(new Uint8Array(0)));
  }

  get isConnected(): boolean {
    return this.#caller.isConnected;
  }

  /** Shakes hands. @returns undefined where the lock did not answer */
  shake(): Channel | undefined {
    const from = this.#desk.air.length;
    this.send(this.hello);
    const heard = this.#desk.air.slice(from).find(({ direction }) => direction === "to phone");
    if (heard === undefined) return undefined;
    const { challenge } = parseWelcome(this.#handshake.readMessage(bodyOf(heard.frame)));
    const { handshakeHash } = this.#handshake;
    const keys = this.#handshake.split();
    const cipher = createCipher(this.#desk.crypto, { session: this.#session, keys, mode: "commands" });
    this.#channel = { cipher, challenge, handshakeHash };
    return this.#channel;
  }

  /** Seals any plaintext as an honest phone would a request. @throws Error before the handshake */
  seal(plaintext: Bytes): Bytes {
    if (this.#channel === undefined) throw new Error("nothing is sealed before the handshake");
    return this.#channel.cipher.seal(plaintext);
  }

  send(frame: Bytes): void {
    this.#desk.carry(this.#caller.connection, frame);
  }

  leave(): void {
    this.#caller.leave();
  }
}
