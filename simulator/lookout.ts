// A whole camera that films, for measuring: its lock is played, its card keeps no film, its time is moved by hand.
// Why: what a camera costs, in instructions, frames a second or heap, is what all of it costs together; and whatever measures that
// must not grow itself.
// The lock's part follows docs/protocol.md §3.3.

import { Camera } from "../camera/camera.ts";
import type { Card } from "../camera/card.ts";
import { LUMA_BYTES, type LumaReader } from "../camera/luma.ts";
import type { CameraOptions, CameraPlatform } from "../camera/options.ts";
import { Settings } from "../camera/settings.ts";
import type { Sink } from "../camera/sink.ts";
import type { Bytes } from "../firmware/bytes.ts";
import { kid8, lockIdOf } from "../firmware/cose/key.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { assert, Fault } from "../firmware/fault.ts";
import type { Cipher } from "../firmware/link/cipher.ts";
import { encodePlain, FRAME_COMMANDS, FRAME_ENROLLED, FRAME_KK_1 } from "../firmware/link/frame.ts";
import { encodeEnrolled } from "../firmware/link/introduction.ts";
import { ASK_NONCE_BYTES, encodeAsk, encodeTicket, type Purpose, type Ticket } from "../firmware/link/witness.ts";
import { type Carrier, type Millis, millis } from "../firmware/platform.ts";
import { ROLE_CAMERA } from "../firmware/role.ts";
import { MemoryConstants } from "./memory.ts";
import { answerBoard } from "./played.ts";
import { Stream } from "./random.ts";

/** How often the lock asks while somebody is there, in milliseconds. */
export const ASK_MILLIS = 500;

const VISIT = 41;
const SEQUENCE = 3;
const EPOCH = 1_793_610_000;
const FREE_BYTES = 0x4000_0000;

/** What a lookout is made of. */
export interface LookoutParts {
  readonly crypto: Crypto;
  readonly reader: LumaReader;
  /** A file of the sensor that shows what its owner approves. */
  readonly scene: Uint8Array;
  /** Of the camera. */
  readonly options: CameraOptions;
  /** Frames to viewers; nobody looks where it is left out. */
  readonly carrier?: Carrier;
}

/** A card that counts what it is given, and keeps none of it but the newest small file: the camera reads what it has written. */
export class Drain implements Card {
  readonly freeBytes = FREE_BYTES;
  /** Bytes that were appended to films. */
  bytes = 0;
  /** Films that were begun. */
  films = 0;
  #newest: { readonly name: string; readonly bytes: Bytes } | undefined;

  list(): readonly [] {
    return [];
  }

  create(): Sink {
    this.films += 1;
    return {
      append: (bytes) => {
        this.bytes += bytes.length;
      },
      flush: () => {},
    };
  }

  put(name: string, bytes: Uint8Array): void {
    this.#newest = { name, bytes: new Uint8Array(bytes) };
  }

  read(name: string): Bytes {
    if (this.#newest?.name !== name) throw new Fault("card.io");
    return this.#newest.bytes;
  }

  remove(): void {}
}

/** The camera, and the lock that asks it. */
export class Lookout {
  readonly camera: Camera;
  readonly card = new Drain();
  readonly lockId: string;
  purpose: Purpose = "rest";
  now: Millis = millis(0);
  readonly #crypto: Crypto;
  readonly #random: Stream;
  readonly #lockSecret: Bytes;
  #cipher: Cipher | undefined;
  #askAt = 0;
  /** Heartbeats that came. */
  beats = 0;

  constructor({ crypto, reader, scene, options, carrier = { send: () => {}, close: () => {} } }: LookoutParts) {
    this.#crypto = crypto;
    this.#random = new Stream(1, "lookout");
    this.#lockSecret = new Uint8Array(32).fill(1);
    this.lockId = lockIdOf(crypto, crypto.signingPublicKey(new Uint8Array(32).fill(2)));
    const constants = new MemoryConstants();
    const settings = new Settings(constants);
    settings.setRecipients([crypto.agreementPublicKey(new Uint8Array(32).fill(3))]);
    const luma = new Uint8Array(LUMA_BYTES);
    reader.read(scene, luma);
    settings.approve({ luma, fileBytes: scene.length, isInfrared: false });
    const pin = { write: () => {} };
    let record: Bytes | undefined;
    const railStore = {
      last: () => record,
      at: () => undefined,
      append: (message: Bytes) => {
        record = message;
      },
    };
    const platform: CameraPlatform = {
      ...{ crypto, random: this.#random, constants, carrier, card: this.card, reader, railStore },
      ...{ rail: { supply: pin, light: { isActive: true } }, lamp: pin, filter: pin },
      wire: { send: (frame) => this.#hear(frame) },
    };
    this.camera = new Camera(platform, options, this.now);
  }

  /** Lock and camera come to know each other. */
  pair(): this {
    const agreementKey = this.#crypto.agreementPublicKey(this.#lockSecret);
    const answer = encodeEnrolled({ lockId: this.lockId, agreementKey, sequence: SEQUENCE });
    this.camera.lockReceived(encodePlain(FRAME_ENROLLED, answer), this.now);
    this.camera.tick(this.now);
    assert(this.#cipher !== undefined, "a camera that was paired opens a session");
    return this;
  }

  /** Lets time pass; the lock asks in its rhythm, and then the sensor gives a file. */
  step(duration: number, jpeg: Uint8Array): void {
    this.now = millis(this.now + duration);
    this.camera.tick(this.now);
    if (this.now >= this.#askAt) this.camera.lockReceived(this.ask(), this.now);
    this.camera.frame(jpeg, this.now);
  }

  /** Makes the lock's next ask, sealed. */
  ask(): Bytes {
    this.#askAt = this.now + ASK_MILLIS;
    const nonce = new Uint8Array(ASK_NONCE_BYTES);
    this.#random.fill(nonce);
    const lo = EPOCH + Math.floor(this.now / 1_000);
    const visit = this.purpose === "visit" ? VISIT : 0;
    const purpose = this.purpose;
    return this.#seal(encodeAsk({ purpose, mode: "visits", visit, grant: undefined, nonce, lo, hi: lo + 1 }));
  }

  /** The lock lets somebody look. */
  admit(ticket: Ticket): void {
    this.camera.lockReceived(this.#seal(encodeTicket(ticket)), this.now);
  }

  #seal(plaintext: Bytes): Bytes {
    assert(this.#cipher !== undefined, "a lock speaks over a session");
    return this.#cipher.seal(plaintext);
  }

  #hear(frame: Bytes): void {
    if (frame[0] === FRAME_KK_1) this.#shake(frame);
    else if (frame[0] === FRAME_COMMANDS) this.beats += 1;
  }

  #shake(first: Bytes): void {
    const crypto = this.#crypto;
    const { camera, lockId } = this;
    const board = { role: ROLE_CAMERA, boardKid: kid8(crypto, camera.signingKey), boardKey: camera.agreementKey };
    const pairing = { ...board, lockId, sequence: SEQUENCE, lockSecret: this.#lockSecret };
    const { answer, cipher } = answerBoard(crypto, this.#random, { first, pairing });
    this.#cipher?.wipe();
    this.#cipher = cipher;
    camera.lockReceived(answer, this.now);
  }
}
