// People at a desk and the calls that their phones make: keys, grants, and one conversation with the lock each.
// Why: a test should read as what people do; the frames beneath are the real ones of owner/phone.ts.
// Follows docs/protocol.md §3; a call is as instant as its wire.

import type { Bytes } from "../firmware/bytes.ts";
import { kid8 } from "../firmware/cose/key.ts";
import { type Crypto, KEY_BYTES } from "../firmware/crypto/crypto.ts";
import type { Body } from "../firmware/grant/body.ts";
import { OPERATION_OWN } from "../firmware/grant/holder.ts";
import type { Sign } from "../firmware/grant/issue.ts";
import type { Answer, Notice } from "../firmware/link/message.ts";
import type { Seconds, Transport } from "../firmware/platform.ts";
import { type Outgoing, Phone, type PhoneEvent, type Sent, type Session } from "../owner/phone.ts";
import type { Desk } from "./desk.ts";
import type { Line } from "./table.ts";

/** Somebody with an Ed25519 key. */
export interface Person {
  readonly name: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Bytes;
  /** 8 bytes. */
  readonly kid: Bytes;
  readonly sign: Sign;
  /** The number of the last statement, and of the last list, that this person signed. */
  sequence: number;
  revocationSequence: number;
}

/** Makes a person. @param seed Ed25519, 32 bytes */
export function person(crypto: Crypto, name: string, seed: Bytes): Person {
  const publicKey = crypto.signingPublicKey(seed);
  const sign: Sign = (message) => crypto.sign(seed, message);
  return { name, publicKey, kid: kid8(crypto, publicKey), sign, sequence: 0, revocationSequence: 0 };
}

/** Draws a person's seed. */
export function drawSeed(random: { fill(target: Bytes): void }): Bytes {
  const seed = new Uint8Array(KEY_BYTES);
  random.fill(seed);
  return seed;
}

/** A grant in somebody's phone. */
export interface Token {
  /** The whole leaf. */
  readonly leaf: Bytes;
  readonly holder: Person;
}

/** The lock's answer in one word: yes, no, no with its reason, or none. What is neither is "answer". */
export type Verdict = string;

/** How a statement may differ from the one that an honest owner would sign now. */
export interface Forgery {
  readonly by?: Person;
  readonly issuedAt?: Seconds;
  readonly sequence?: number;
}

/** What a call needs of where it is made: a desk with a lock, or a house with its boards. */
export type Surroundings = Pick<
  Desk,
  "crypto" | "random" | "agreementKey" | "lockId" | "owner" | "time" | "repeatsMax" | "carry"
> & { hangUp(line: Line): void };

/** One phone's connection to the lock. */
export class Caller implements Line {
  readonly connection: number;
  readonly transport: Transport;
  readonly phone: Phone;
  readonly notices: Notice[] = [];
  /** Whatever the phone made of each frame, the newest last. */
  readonly events: PhoneEvent[] = [];
  isConnected = true;
  readonly #desk: Surroundings;
  #hello: Bytes = new Uint8Array(0);
  #answer: Answer | undefined;
  #isWaiting = false;

  constructor(desk: Surroundings, connection: number, transport: Transport) {
    const { crypto, random } = desk;
    this.#desk = desk;
    this.connection = connection;
    this.transport = transport;
    this.phone = new Phone({ crypto, random, lockAgreementKey: desk.agreementKey, lockId: desk.lockId });
  }

  /** Takes a frame from the lock. */
  hear(frame: Bytes): void {
    const event = this.phone.receive(frame);
    this.events.push(event);
    if (event.kind === "notice") this.notices.push(event.notice);
    if (event.kind === "answer") this.#answer = event.answer;
  }

  /** Sends any bytes. */
  send(frame: Bytes): void {
    this.#desk.carry(this.connection, frame);
  }

  /** Shakes hands. @returns whether the lock answered */
  shake(): boolean {
    this.#hello = this.phone.begin();
    this.shakeAgain();
    for (let count = 0; count < this.#desk.repeatsMax && this.phone.session === undefined; count++) this.shakeAgain();
    return this.phone.session !== undefined;
  }

  /** Says the same again, as a phone does that was not answered. */
  shakeAgain(): void {
    this.send(this.#hello);
  }

  /** Whether it waits for an answer: what comes now may be lost and asked for again. */
  get isWaiting(): boolean {
    return this.#isWaiting || this.phone.session === undefined;
  }

  /** The session that is open. @throws Error where there is none */
  get session(): Session {
    const { session } = this.phone;
    if (session === undefined) throw new Error("the lock did not answer the handshake");
    return session;
  }

  /** Asks one thing. @returns the lock's answer, or undefined for silence */
  ask(outgoing: Outgoing): Answer | undefined {
    return this.#expect(this.phone.request(outgoing));
  }

  /** Proves a grant, or an owner key, and asks for an operation. @param by who signs, where that is not the holder */
  prove(right: Token | Person, operation: number, by?: Person): Verdict {
    const isToken = "leaf" in right;
    const signer = by ?? (isToken ? right.holder : right);
    const claim = { operation, by: isToken ? { leaf: right.leaf } : { kid: right.kid } };
    return verdictOf(this.#expect(this.phone.prove(claim, signer.sign)));
  }

  /** Opens an owner session. */
  own(owner: Person): Verdict {
    return this.prove(owner, OPERATION_OWN);
  }

  /** Makes a statement, as an honest owner would unless it is told otherwise. */
  state(body: Body, forgery: Forgery = {}): Verdict {
    const { by = this.#desk.owner, issuedAt = this.#desk.time, sequence = by.sequence + 1 } = forgery;
    const declaration = { kid: by.kid, issuedAt, sequence, body };
    const verdict = verdictOf(this.#expect(this.phone.declare(declaration, by.sign)));
    if (verdict === "yes") by.sequence = sequence;
    return verdict;
  }

  /** Hands over a signed message as a statement: a list, or somebody's. */
  carry(message: Bytes): Verdict {
    return verdictOf(this.ask({ kind: "statement", message }));
  }

  /** Hangs up. */
  leave(): void {
    this.#desk.hangUp(this);
  }

  #expect({ id, frame }: Sent): Answer | undefined {
    this.#answer = undefined;
    this.#isWaiting = true;
    this.send(frame);
    for (let count = 0; count < this.#desk.repeatsMax && this.#answer === undefined && this.isConnected; count++) {
      const again = this.phone.repeat(id);
      if (again !== undefined) this.send(again);
    }
    this.#isWaiting = false;
    return this.#answer;
  }
}

/** Gives an answer in one word. */
export function verdictOf(answer: Answer | undefined): Verdict {
  if (answer === undefined) return "silence";
  if (answer.kind === "yes") return "yes";
  if (answer.kind === "no") return answer.denial ?? "no";
  return "answer";
}
