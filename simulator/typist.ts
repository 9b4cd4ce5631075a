// Somebody at a keypad before the table: what is typed goes over a real link, and the answer comes back at once.
// Why: what a code does in the lock is tried without the keypad's own keys and lights, which have tests of their own.

import type { Bytes } from "../firmware/bytes.ts";
import { fromAscii } from "../firmware/bytes.ts";
import { kid8 } from "../firmware/cose/key.ts";
import { type Board, KIND_ENROL } from "../firmware/grant/body.ts";
import { BoardLink, type LinkEvent } from "../firmware/link/board.ts";
import type { Asked, Result, View } from "../firmware/link/command.ts";
import { bodyOf, checkFrame, encodePlain, FRAME_ENROLLED, FRAME_OFFER } from "../firmware/link/frame.ts";
import { encodeOffer, parseEnrolled } from "../firmware/link/introduction.ts";
import { encodeSetup } from "../firmware/link/label.ts";
import { millis } from "../firmware/platform.ts";
import { ROLE_KEYPAD } from "../firmware/role.ts";
import type { Desk } from "./desk.ts";
import { Stream } from "./random.ts";

/** Seconds between two entries of somebody who is in no hurry. */
const PAUSE_SECONDS = 6;

/** After the press inside, until the bolt is thrown again. */
const RELOCK_SECONDS = 32;

/** More than there are repeats and handshakes in the time after which a link gives up. */
const TICKS_MAX = 100;

/** What came of an entry. */
export type Typed = Result | "no answer";

/** The lock that a keypad takes for its own, where that is not the one on the table. */
export type BelievedLock = Pick<Desk, "lockId" | "agreementKey">;

/** A person with a keypad. */
export class Typist {
  readonly kid: Bytes;
  /** What never leaves the keypad: the seed of its signing key, and its agreement secret. */
  readonly secrets: readonly Bytes[];
  /** Hears every frame on the wire, to the lock or from it. */
  onFrame: (frame: Bytes) => void = () => {};
  readonly #desk: Desk;
  readonly #random: Stream;
  readonly #keys: { readonly kid: Bytes; readonly agreementSecret: Bytes; readonly agreementKey: Bytes };
  readonly #signingKey: Bytes;
  /** For how long its keypad holds an entry back; undefined: a keypad that does not. */
  readonly #holdMillis: number | undefined;
  #sequence = 0;
  readonly #toLock: Bytes[] = [];
  readonly #toKeypad: Bytes[] = [];
  #link: BoardLink | undefined;
  #event: LinkEvent | undefined;
  #view: View | undefined;

  constructor(desk: Desk, seed = "typist", holdMillis?: number) {
    this.#holdMillis = holdMillis;
    const { crypto } = desk;
    this.#desk = desk;
    this.#random = new Stream(1, seed);
    const draw = (): Bytes => {
      const bytes = new Uint8Array(32);
      this.#random.fill(bytes);
      return bytes;
    };
    const signingSeed = draw();
    this.#signingKey = crypto.signingPublicKey(signingSeed);
    this.kid = kid8(crypto, this.#signingKey);
    const agreementSecret = draw();
    this.#keys = { kid: this.kid, agreementSecret, agreementKey: crypto.agreementPublicKey(agreementSecret) };
    this.secrets = [signingSeed, agreementSecret];
  }

  /** What an owner's statement says of the keypad. */
  get board(): Board {
    return { role: ROLE_KEYPAD, agreementKey: this.#keys.agreementKey, signingKey: this.#signingKey };
  }

  /** Has the owner enrol the keypad, and connects it. @param isConnected false to only enrol */
  enrol(isConnected = true): this {
    const verdict = this.#desk.stateInside({ kind: KIND_ENROL, board: this.board });
    if (verdict !== "yes") throw new Error(`the keypad is not enrolled: ${verdict}`);
    const { sequence } = this.#desk.owner;
    this.#desk.passTime(RELOCK_SECONDS);
    this.#sequence = sequence;
    if (isConnected) this.connect();
    return this;
  }

  /** The text on the keypad's label. */
  get setup(): string {
    return encodeSetup({ agreementKey: this.#keys.agreementKey, signingKey: this.#signingKey });
  }

  /** Offers the keypad to the lock, as a new one does every ten seconds, and connects it where it is enrolled.
   *  @returns whether it is */
  offer(): boolean {
    const { agreementKey } = this.#keys;
    const heard: Bytes[] = [];
    this.#desk.onWire = (frame) => void heard.push(frame);
    const offer = encodeOffer({ role: ROLE_KEYPAD, agreementKey, signingKey: this.#signingKey });
    this.#desk.carryWire(encodePlain(FRAME_OFFER, offer));
    const answer = heard.find((frame) => checkFrame(frame) === FRAME_ENROLLED);
    if (answer === undefined) return false;
    this.connect(parseEnrolled(bodyOf(answer).slice()).sequence);
    return true;
  }

  /** Connects the keypad. @param sequence of the statement that enrolled it @param lock whose it is, by its own belief */
  connect(sequence = this.#sequence, lock: BelievedLock = this.#desk): this {
    const desk = this.#desk;
    const { crypto } = desk;
    const wire = { send: (frame: Bytes) => void this.#toLock.push(frame) };
    const { lockId, agreementKey } = lock;
    this.#link?.close();
    this.#link = new BoardLink(
      {
        ...{ crypto, random: this.#random, wire, role: ROLE_KEYPAD, identity: this.#keys },
        lock: { lockId, agreementKey, sequence },
        ...(this.#holdMillis === undefined ? {} : { holdMillis: this.#holdMillis }),
      },
      millis(desk.elapsed),
    );
    this.ask({ kind: "report", isCaseOpen: false, isKeyStuck: false, millivolts: 5_000 });
    return this;
  }

  /** Waits, and types digits. */
  type(digits: string): Typed {
    this.#desk.passTime(PAUSE_SECONDS);
    return this.typeAtOnce(digits);
  }

  /** Types digits as soon as may be. */
  typeAtOnce(digits: string): Typed {
    return this.ask({ kind: "entry", digits: fromAscii(digits) });
  }

  /** Asks for something at once, and waits until it is answered or given up: the link may have to be made anew. */
  ask(asked: Asked): Typed {
    const link = this.#link;
    if (link === undefined) return "no answer";
    const desk = this.#desk;
    this.#event = undefined;
    this.listen();
    link.send(asked, millis(desk.elapsed));
    for (let count = 0; count < TICKS_MAX; count++) {
      this.#note(link.tick(millis(desk.elapsed)));
      this.#carry(link);
      const event = this.#event as LinkEvent | undefined;
      if (event?.kind === "reply") return event.reply.result;
      if (event?.kind === "unanswered") return "no answer";
      desk.passMillis(Math.max(0, link.nextTick - desk.elapsed));
    }
    return "no answer";
  }

  /** Hears what the lock sends from now on, in place of whoever heard it before. */
  listen(): void {
    this.#desk.onWire = (frame) => void this.#toKeypad.push(frame);
  }

  /** Hears what the lock has sent meanwhile. @returns what a keypad may show of the lock */
  hear(): View | undefined {
    if (this.#link !== undefined) this.#carry(this.#link);
    return this.#view;
  }

  /** Brings a frame to the lock: over the wire, where nobody carries it elsewhere. */
  carry: (frame: Bytes) => void = (frame) => this.#desk.carryWire(frame);

  /** Brings frames across until neither side has more to say. */
  #carry(link: BoardLink): void {
    while (this.#toLock.length + this.#toKeypad.length > 0) {
      for (const frame of this.#toLock.splice(0)) {
        this.onFrame(frame);
        this.carry(frame);
      }
      for (const frame of this.#toKeypad.splice(0)) {
        this.onFrame(frame);
        this.#note(link.received(frame, millis(this.#desk.elapsed)));
      }
    }
  }

  /** Keeps how the command ended; that the link came up, or a view, is not what was asked. */
  #note(event: LinkEvent): void {
    if (event.kind === "view") this.#view = event.view;
    else if (event.kind === "reply") this.#view = event.reply.view;
    if (event.kind === "reply" || event.kind === "unanswered") this.#event = event;
  }
}
