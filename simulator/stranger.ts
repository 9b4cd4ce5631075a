// A stranger with a radio: noise, handshakes that lead nowhere, messages without sense, and frames of others played again.
// Why: whatever comes over the air must cost nobody his turn, and open nothing (docs/attacks.md T02, T04, T15, T32).
// It knows the lock's public key and what is in the air, and holds no key that the lock knows.

import { type Bytes, concat } from "../firmware/bytes.ts";
import { KEY_BYTES } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import { type Cipher, createCipher } from "../firmware/link/cipher.ts";
import {
  bodyOf,
  encodeHandshake,
  FRAME_BYTES_MAX,
  FRAME_HEADER_BYTES,
  FRAME_NK_1,
  FRAME_PAYLOAD_BYTES_MAX,
  type FrameType,
  writeHeader,
} from "../firmware/link/frame.ts";
import { encodeRequest } from "../firmware/link/message.ts";
import { createHandshake, type Handshake } from "../firmware/link/noise.ts";
import { phonePrologue } from "../firmware/link/prologue.ts";
import { millis } from "../firmware/platform.ts";
import { Phone } from "../owner/phone.ts";
import { mutate, sourceOf } from "./fuzz/mutate.ts";
import type { Line } from "./network.ts";
import type { Stream } from "./random.ts";
import type { Street } from "./street.ts";

const TAPE_FRAMES_MAX = 32;
const PAUSE_MILLIS = 400;
const LATE_MILLIS_MAX = 3_000;
const NOISE_BYTES_MAX = 200;
const FRAMES_IN_A_LINE_MAX = 5;
const DEAF = Object.freeze({ received: () => {}, closed: () => {} });

/** Somebody with a transmitter, and too much time. */
export class Stranger {
  readonly #street: Street;
  readonly #tape: Bytes[] = [];
  /** Until when each frame on the air is sent again, late. */
  #meddlesUntil = millis(0);
  #random: Stream | undefined;

  constructor(street: Street) {
    this.#street = street;
    street.network.overhear((direction, connection, frame) => {
      if (direction === "to lock") this.#hear(connection, frame);
    });
  }

  /** Sends frames that never were any, some with an honest head. */
  shout(random: Stream, count: number): void {
    this.#repeat(count, (line) => {
      for (let left = random.between(1, FRAMES_IN_A_LINE_MAX); left > 0; left--) line.send(this.#noise(random));
    });
  }

  /** Begins handshakes, and goes on with frames that were sealed by nobody. */
  pretend(random: Stream, count: number): void {
    this.#repeat(count, (line) => {
      const { crypto, lock } = this.#street;
      const phone = new Phone({ crypto, random, lockAgreementKey: lock.agreementKey, lockId: lock.lockId });
      const begun = phone.begin();
      line.send(begun);
      const session = new DataView(begun.buffer, begun.byteOffset).getUint32(1, true);
      const body = new Uint8Array(random.between(16, NOISE_BYTES_MAX));
      random.fill(body);
      line.send(concat(writeHeader(new Uint8Array(FRAME_HEADER_BYTES), 3, session), body));
    });
  }

  /** Opens sessions as a phone does, and says in them what no phone says. */
  babble(random: Stream, count: number): void {
    const { network, world } = this.#street;
    for (let turn = 0; turn < count; turn++) {
      world.after(turn * PAUSE_MILLIS, () => {
        const speaker = new Speaker(this.#street, random);
        const line = network.dial("ble", {
          received: (frame) => {
            const said = speaker.answer(frame);
            if (said === undefined) line.close();
            else line.send(said);
          },
          closed: () => {},
        });
        line.send(speaker.begin());
      });
    }
  }

  /** Sends what was on the air again, spoilt. */
  spoil(random: Stream, count: number): void {
    if (this.#tape.length === 0) return;
    this.#repeat(count, (line) => {
      for (let left = random.between(1, FRAMES_IN_A_LINE_MAX); left > 0; left--) {
        const spoilt = mutate(random, sourceOf(random.pick(this.#tape)), sourceOf(random.pick(this.#tape)));
        if (spoilt.length <= FRAME_BYTES_MAX) line.send(spoilt);
      }
    });
  }

  /** Sends each frame that is on the air a second time, late and into the connection that it came from, for so long. */
  meddle(random: Stream, forMillis: number): void {
    this.#random = random;
    this.#meddlesUntil = millis(this.#street.world.now + forMillis);
  }

  #hear(connection: number, frame: Bytes): void {
    this.#tape.push(frame);
    if (this.#tape.length > TAPE_FRAMES_MAX) this.#tape.shift();
    const { world, network } = this.#street;
    if (this.#random === undefined || world.now > this.#meddlesUntil) return;
    world.after(this.#random.between(1, LATE_MILLIS_MAX), () => network.inject(connection, frame));
  }

  /** Dials so many times, one after the other. */
  #repeat(count: number, act: (line: Line) => void): void {
    const { world, network } = this.#street;
    for (let turn = 0; turn < count; turn++) {
      world.after(turn * PAUSE_MILLIS, () => {
        const line = network.dial("ble", DEAF);
        act(line);
        line.close();
      });
    }
  }

  #noise(random: Stream): Bytes {
    const noise = new Uint8Array(random.between(0, NOISE_BYTES_MAX));
    random.fill(noise);
    if (random.chance(500)) return noise;
    return concat(
      writeHeader(new Uint8Array(FRAME_HEADER_BYTES), random.between(1, 8) as FrameType, random.next()),
      noise,
    );
  }
}

/** A phone that says anything, sealed as it should be. */
class Speaker {
  readonly #street: Street;
  readonly #random: Stream;
  readonly #session: number;
  readonly #handshake: Handshake;
  #cipher: Cipher | undefined;
  #left: number;

  constructor(street: Street, random: Stream) {
    const { crypto, lock } = street;
    const ephemeral = new Uint8Array(KEY_BYTES);
    random.fill(ephemeral);
    this.#street = street;
    this.#random = random;
    this.#session = random.next();
    this.#left = random.between(1, FRAMES_IN_A_LINE_MAX);
    const keys = { ephemeral, remoteStatic: lock.agreementKey };
    const prologue = phonePrologue(lock.lockId);
    this.#handshake = createHandshake(crypto, { pattern: "NK", isInitiator: true, prologue, ...keys });
  }

  begin(): Bytes {
    return encodeHandshake(FRAME_NK_1, this.#session, this.#handshake.writeMessage(new Uint8Array(0)));
  }

  /** Gives the next thing to say, or undefined where all is said or the frame is none of the lock's. */
  answer(frame: Bytes): Bytes | undefined {
    try {
      this.#cipher ??= this.#open(frame);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return undefined;
    }
    if (this.#left-- <= 0) return undefined;
    const good = encodeRequest({ kind: "prove", id: this.#random.below(4), message: new Uint8Array(40) });
    const said = mutate(this.#random, sourceOf(good), sourceOf(frame));
    return said.length <= FRAME_PAYLOAD_BYTES_MAX ? this.#cipher.seal(said) : undefined;
  }

  #open(frame: Bytes): Cipher {
    this.#handshake.readMessage(bodyOf(frame));
    const keys = this.#handshake.split();
    return createCipher(this.#street.crypto, { session: this.#session, keys, mode: "commands" });
  }
}
