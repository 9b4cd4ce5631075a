// Somebody on the radio between a lock and its camera, who has taken the camera apart: its enrolled keys make a genuine session,
// in which the camera answers what it is asked; and from its frames he makes others, sends old ones again, and cuts and splices.
// Why: a heartbeat is what opens to a courier. Malformed ones must come past the handshake and the cipher to try what stands behind
// them, and what is whole but old must prove nothing (docs/attacks.md T04, T21, T23, T26).
// Follows docs/protocol.md §3.3.

import type { Bytes } from "../../firmware/bytes.ts";
import { assert } from "../../firmware/fault.ts";
import { KIND_ENROL } from "../../firmware/grant/body.ts";
import type { Identity } from "../../firmware/identity.ts";
import { type Cipher, createCipher } from "../../firmware/link/cipher.ts";
import { bodyOf, encodePlain, FRAME_COMMANDS, FRAME_OFFER, sessionOf } from "../../firmware/link/frame.ts";
import { encodeOffer } from "../../firmware/link/introduction.ts";
import {
  encodeHeartbeat,
  encodeHere,
  type Heartbeat,
  parseCameraWord,
  parseLockWord,
} from "../../firmware/link/witness.ts";
import { ROLE_CAMERA } from "../../firmware/role.ts";
import type { Desk } from "../desk.ts";
import { startBoard } from "../played.ts";
import type { Stream } from "../random.ts";
import { identityOf } from "../wired.ts";
import { isRead, mutate, type Source, sourceOf } from "./mutate.ts";

/** After the press inside, until the bolt is thrown again. */
const RELOCK_SECONDS = 32;
/** A camera that says that it is there is asked so soon. */
const ASKED_MILLIS = 300;
const REPLAY_PER_MILLE = 200;
const SEALED_PER_MILLE = 600;
/** Old frames that are kept to be sent again. */
const REPLAYS_MAX = 16;
/** What opens to a courier, where it is whole and young. */
const GOOD: Omit<Heartbeat, "nonce"> = Object.freeze({
  ...{ verdict: 0, alarm: undefined, okMillis: 60_000, ageMillis: 0, visit: 0, power: 1 },
  ...{ isOn: true, canRecord: true, isRecording: false, isCaseOpen: false },
  ...{ powerHash: new Uint8Array(32), head: undefined },
});
/** What the camera itself says while nobody comes. */
const AT_REST: Omit<Heartbeat, "nonce"> = Object.freeze({ ...GOOD, isOn: false, okMillis: 0 });

/** Both the camera and the thief. */
export class Forger {
  readonly #desk: Desk;
  readonly #random: Stream;
  readonly #camera: Identity;
  readonly #cipher: Cipher;
  /** An offer, message 1 of another handshake, message 2, what the lock asked last, and what it was answered last. */
  readonly #plain: Source[];
  #replays: readonly Bytes[];
  #heard: Bytes | undefined;
  /** Of the newest ask that was not answered. */
  #nonce: Bytes | undefined;

  /** Has an owner enrol a camera, and opens a session in its place; when it returns, the lock has asked and was answered.
   *  @throws Error where the lock does not take it */
  constructor(desk: Desk, random: Stream) {
    const { crypto } = desk;
    this.#desk = desk;
    this.#random = random;
    this.#camera = identityOf(crypto, 0x60);
    const { agreementKey, signingKey } = this.#camera;
    const board = { role: ROLE_CAMERA, agreementKey, signingKey };
    assert(desk.stateInside({ kind: KIND_ENROL, board }) === "yes", "an owner enrols a camera");
    desk.passTime(RELOCK_SECONDS);
    desk.onCameraWire = (frame) => {
      this.#heard = frame.slice();
    };
    const { handshake, first: hello } = this.#start();
    this.send(hello);
    const answer = this.#heard;
    assert(answer !== undefined, "the lock answers an enrolled camera's key");
    handshake.readMessage(bodyOf(answer));
    this.#cipher = createCipher(crypto, { session: sessionOf(hello), keys: handshake.split(), mode: "commands" });
    const unsent = this.#start().first;
    const first = this.seal(encodeHere());
    this.#replays = [hello, first];
    this.#plain = [encodePlain(FRAME_OFFER, encodeOffer(board)), unsent, answer, answer, first].map(sourceOf);
    this.send(first);
    desk.passMillis(ASKED_MILLIS);
    this.tend();
    desk.passMillis(ASKED_MILLIS);
    assert(this.#listen(), "a lock asks its camera again");
  }

  /** The camera answers what it was asked, as one that rests, and says that it is there, so that it is asked again. */
  tend(): void {
    if (this.#listen()) this.#answer(AT_REST);
    this.send(this.seal(encodeHere()));
  }

  /** The camera answers that all is well. @returns whether the lock takes that for a proof, over the very session of the beginning */
  prove(): boolean {
    this.tend();
    this.#desk.passMillis(ASKED_MILLIS);
    if (!this.#listen()) return false;
    this.#answer(GOOD);
    return this.#desk.lock.snapshot.cameraProof === 2;
  }

  /** Makes a frame from a genuine one that would prove, or from others; or gives an old one again, whole. */
  spoiltFrame(): Bytes {
    this.#listen();
    const random = this.#random;
    if (random.chance(REPLAY_PER_MILLE)) return random.pick(this.#replays);
    const good = random.chance(SEALED_PER_MILLE) ? sourceOf(this.seal(this.#beat(GOOD))) : random.pick(this.#plain);
    return mutate(random, good, random.pick(this.#plain));
  }

  /** Makes a plaintext from a genuine one, to be sealed; one that says something after all, as everybody may who has the camera's
   *  keys, loses its last byte. */
  spoiltWord(): Bytes {
    this.#listen();
    const words = [this.#beat(GOOD), this.#beat(GOOD), encodeHere()].map(sourceOf);
    const spoilt = mutate(this.#random, this.#random.pick(words), this.#random.pick(words));
    return isRead(parseCameraWord, spoilt) ? spoilt.slice(0, -1) : spoilt;
  }

  seal(plaintext: Bytes): Bytes {
    return this.#cipher.seal(plaintext);
  }

  /** Puts a frame on the air. */
  send(frame: Bytes): void {
    this.#desk.carryCamera(frame);
  }

  #beat(beat: Omit<Heartbeat, "nonce">): Bytes {
    return encodeHeartbeat({ ...beat, nonce: this.#nonce ?? new Uint8Array(16) });
  }

  #answer(beat: Omit<Heartbeat, "nonce">): void {
    const frame = this.seal(this.#beat(beat));
    this.#nonce = undefined;
    this.#replays = [...this.#replays.slice(1 - REPLAYS_MAX), frame];
    this.#plain[this.#plain.length - 1] = sourceOf(frame);
    this.send(frame);
  }

  /** Takes what the lock sent last. @returns whether it waits for an answer */
  #listen(): boolean {
    const frame = this.#heard;
    this.#heard = undefined;
    if (frame?.[0] !== FRAME_COMMANDS) return this.#nonce !== undefined;
    this.#plain[this.#plain.length - 2] = sourceOf(frame);
    const word = parseLockWord(this.#cipher.open(frame));
    if (word.kind === "ask") this.#nonce = word.ask.nonce;
    return this.#nonce !== undefined;
  }

  #start(): ReturnType<typeof startBoard> {
    const { crypto, lockId, agreementKey: lockKey, owner } = this.#desk;
    const { agreementSecret: secret, agreementKey: publicKey, kid: boardKid } = this.#camera;
    const pairing = { role: ROLE_CAMERA, lockId, boardKid, sequence: owner.sequence };
    return startBoard(crypto, this.#random, { ...pairing, secret, publicKey, lockKey });
  }
}
