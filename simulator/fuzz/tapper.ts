// Somebody at the keypad's wire who has taken a keypad apart: its enrolled keys make a genuine session, in which he says
// whatever he likes, and from whose frames he makes others.
// Why: the wire ends outside the door; malformed frames must come past the handshake and the cipher to try what stands
// behind them, and an honest keypad cannot send them (docs/attacks.md T01, T04, T21).
// Follows docs/protocol.md §3.2.

import { type Bytes, fromAscii } from "../../firmware/bytes.ts";
import { assert } from "../../firmware/fault.ts";
import { type Cipher, createCipher } from "../../firmware/link/cipher.ts";
import {
  type Asked,
  COMMAND_ID_BYTES,
  commandOf,
  encodeCommand,
  parseCommand,
  parseWord,
} from "../../firmware/link/command.ts";
import { bodyOf, encodePlain, FRAME_COMMANDS, FRAME_OFFER, sessionOf } from "../../firmware/link/frame.ts";
import { encodeOffer } from "../../firmware/link/introduction.ts";
import type { Desk } from "../desk.ts";
import { startBoard } from "../played.ts";
import type { Stream } from "../random.ts";
import type { Typist } from "../typist.ts";
import { isRead, mutate, type Source, sourceOf } from "./mutate.ts";

/** As often as a keypad: the lock holds a link for lost that is silent for 150 s. */
const REPORT_MILLIS = 60_000;
/** Of the frames, how many are made from what is sent sealed. */
const SEALED_PER_MILLE = 500;

/** One end of the wire. */
export class Tapper {
  readonly #desk: Desk;
  readonly #random: Stream;
  readonly #cipher: Cipher;
  readonly #commands: readonly Source[];
  /** The offer of the keypad, message 1 of another handshake, and what the lock itself sent last. */
  readonly #plain: Source[];
  readonly #digits: Bytes;
  #heard: Bytes | undefined;
  #reportedAt: number;

  /** Opens a session in the keypad's place. @param keypad enrolled by the owner's last statement
   *  @param pin a right one: a frame made from it that were taken for whole would open   @throws Error without an answer */
  constructor(desk: Desk, { keypad, pin }: { readonly keypad: Typist; readonly pin: string }, random: Stream) {
    const { crypto } = desk;
    this.#desk = desk;
    this.#random = random;
    desk.onWire = (frame) => {
      this.#heard = frame.slice();
    };
    const { handshake, first: hello } = this.#start(keypad);
    const answer = this.send(hello);
    assert(answer !== undefined, "the lock answers an enrolled keypad's key");
    handshake.readMessage(bodyOf(answer));
    this.#cipher = createCipher(crypto, { session: sessionOf(hello), keys: handshake.split(), mode: "commands" });
    const unsent = this.#start(keypad).first;
    this.#plain = [encodePlain(FRAME_OFFER, encodeOffer(keypad.board)), unsent, answer].map(sourceOf);
    this.#digits = fromAscii(pin);
    const others = [{ kind: "lock" }, { kind: "bell" }] as const;
    this.#commands = [this.#entry, ...others.map((asked) => this.#encode(asked))].map(sourceOf);
    this.#reportedAt = desk.elapsed;
  }

  /** Asks for something as the keypad would: an entry is taken where the lock was heard less than 15 s ago.
   *  @returns the lock's word for it, or undefined where it said nothing */
  ask(asked: Asked): string | undefined {
    const answer = this.send(this.seal(this.#encode(asked)));
    if (answer === undefined) return undefined;
    this.#plain[this.#plain.length - 1] = sourceOf(answer);
    const word = parseWord(this.#cipher.open(answer));
    return word.kind === "reply" ? word.reply.result : undefined;
  }

  /** Reports that all is well. @returns whether the lock took it, over the very session of the beginning */
  report(): boolean {
    this.#reportedAt = this.#desk.elapsed;
    return this.ask({ kind: "report", isCaseOpen: false, isKeyStuck: false, millivolts: 5_000 }) === "yes";
  }

  /** Whether a keypad would report now. */
  get isReportDue(): boolean {
    return this.#desk.elapsed - this.#reportedAt >= REPORT_MILLIS;
  }

  /** Makes a frame from a genuine one: an entry of the right PIN, a handshake, an offer, one of the lock's. */
  spoiltFrame(): Bytes {
    const isSealed = this.#random.chance(SEALED_PER_MILLE);
    const good = isSealed ? sourceOf(this.seal(this.#entry)) : this.#random.pick(this.#plain);
    return mutate(this.#random, good, this.#random.pick(this.#plain));
  }

  /** Makes a plaintext from a genuine one, to be sealed; one that says something after all, as everybody may who has the
   *  keypad's keys, loses its last byte. */
  spoiltCommand(): Bytes {
    const spoilt = mutate(this.#random, this.#random.pick(this.#commands), this.#random.pick(this.#commands));
    return isRead(parseCommand, spoilt) ? spoilt.slice(0, -1) : spoilt;
  }

  seal(plaintext: Bytes): Bytes {
    return this.#cipher.seal(plaintext);
  }

  /** Puts a frame on the wire. @returns the last frame that the lock sent at once */
  send(frame: Bytes): Bytes | undefined {
    this.#heard = undefined;
    this.#desk.carryWire(frame);
    return this.#heard;
  }

  /** Puts on the wire what is malformed. @returns whether the lock answered as it does a command */
  isServed(frame: Bytes): boolean {
    return this.send(frame)?.[0] === FRAME_COMMANDS;
  }

  /** An entry of the right PIN, as the keypad would send it now. */
  get #entry(): Bytes {
    return this.#encode({ kind: "entry", digits: this.#digits });
  }

  #encode(asked: Asked): Bytes {
    const id = new Uint8Array(COMMAND_ID_BYTES);
    this.#random.fill(id);
    return encodeCommand(commandOf(asked, id, this.#cipher.opened));
  }

  #start(keypad: Typist): ReturnType<typeof startBoard> {
    const { crypto, lockId, agreementKey: lockKey, owner } = this.#desk;
    const { role, agreementKey: publicKey } = keypad.board;
    const [, secret] = keypad.secrets;
    const pairing = { role, lockId, boardKid: keypad.kid, sequence: owner.sequence };
    return startBoard(crypto, this.#random, { ...pairing, secret, publicKey, lockKey });
  }
}
