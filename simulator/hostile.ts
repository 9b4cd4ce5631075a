// A phone that says whatever it likes inside a real session: any plaintext, sealed as it should be.
// Why: what an honest phone (owner/phone.ts) would never send must be tried behind the handshake too, where the lock reads
// it. Follows docs/protocol.md §3.

import type { Bytes } from "../firmware/bytes.ts";
import { KEY_BYTES } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import { makeProof } from "../firmware/grant/issue.ts";
import { type Cipher, createCipher } from "../firmware/link/cipher.ts";
import { bodyOf, encodeHandshake, FRAME_NK_1, FRAME_NK_2 } from "../firmware/link/frame.ts";
import { type Answer, encodeRequest, parseAnswer, parseWelcome } from "../firmware/link/message.ts";
import { createHandshake, type Handshake } from "../firmware/link/noise.ts";
import { phonePrologue } from "../firmware/link/prologue.ts";
import type { Transport } from "../firmware/platform.ts";
import type { Person, Token } from "./caller.ts";
import type { Line, Table } from "./table.ts";

/** One hostile phone's connection. */
export class Hostile implements Line {
  readonly connection: number;
  readonly transport: Transport;
  isConnected = true;
  /** 16 and 32 bytes, once the lock has answered the handshake. */
  challenge: Bytes = new Uint8Array(0);
  handshakeHash: Bytes = new Uint8Array(0);
  readonly #table: Table;
  #heard: Bytes | undefined;
  /** The handshake that waits for its answer. */
  #opening: { readonly handshake: Handshake; readonly session: number } | undefined;
  #cipher: Cipher | undefined;

  constructor(table: Table, connection: number, transport: Transport) {
    this.#table = table;
    this.connection = connection;
    this.transport = transport;
  }

  /** Takes a frame from the lock. */
  hear(frame: Bytes): void {
    this.#heard = frame;
    if (this.#opening !== undefined && frame[0] === FRAME_NK_2) this.#open(frame, this.#opening);
  }

  /** Sends any frame. @returns what the lock sent back, or undefined for silence */
  send(frame: Bytes): Bytes | undefined {
    this.#heard = undefined;
    this.#table.carry(this.connection, frame);
    return this.#heard;
  }

  /** Shakes hands. @param session u32, which honest phones draw @returns whether the lock answered this
   *  handshake at once, and not a former one of the same number */
  shake(session = this.connection): boolean {
    const { crypto, random, lockId, agreementKey } = this.#table;
    const ephemeral = new Uint8Array(KEY_BYTES);
    random.fill(ephemeral);
    const prologue = phonePrologue(lockId);
    const handshake = createHandshake(crypto, {
      pattern: "NK",
      isInitiator: true,
      prologue,
      ephemeral,
      remoteStatic: agreementKey,
    });
    this.#opening = { handshake, session };
    this.send(encodeHandshake(FRAME_NK_1, session, handshake.writeMessage(new Uint8Array(0))));
    return this.#opening === undefined;
  }

  /** Seals any plaintext into the next frame. */
  seal(plaintext: Bytes): Bytes {
    if (this.#cipher === undefined) throw new Error("no session to seal for");
    return this.#cipher.seal(plaintext);
  }

  /** Says anything. @returns the lock's answer, or undefined for silence */
  say(plaintext: Bytes): Answer | undefined {
    const heard = this.send(this.seal(plaintext));
    const opened = heard === undefined ? undefined : this.#cipher?.open(heard);
    if (opened === undefined) return undefined;
    const message = parseAnswer(opened);
    return message.kind === "notice" ? undefined : message;
  }

  /** Makes a proof of this session, as an honest phone would. */
  proof(right: Token | Person, operation: number, by = "leaf" in right ? right.holder : right): Bytes {
    const { challenge, handshakeHash } = this;
    const { lockId } = this.#table;
    const shown = "leaf" in right ? { leaf: right.leaf } : { kid: right.kid };
    return makeProof({ lockId, challenge, handshakeHash, by: shown, operation }, by.sign);
  }

  /** Sends a proof, whatever is in it. */
  prove(id: number, message: Bytes): Answer | undefined {
    return this.say(encodeRequest({ kind: "prove", id, message }));
  }

  #open(frame: Bytes, { handshake, session }: { readonly handshake: Handshake; readonly session: number }): void {
    const welcome = read(() => handshake.readMessage(bodyOf(frame)));
    if (welcome === undefined) return;
    this.#opening = undefined;
    this.challenge = parseWelcome(welcome).challenge;
    this.handshakeHash = handshake.handshakeHash;
    this.#cipher = createCipher(this.#table.crypto, { session, keys: handshake.split(), mode: "commands" });
  }
}

/** Gives what was read, or undefined where it is none of ours. */
function read(message: () => Bytes): Bytes | undefined {
  try {
    return message();
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return undefined;
  }
}
