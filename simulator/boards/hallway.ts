// A door with its three boards, each with its own program over its own chip: a lock, a keypad on a cable, a camera on the network; and
// the sentences in which tests speak of the people there.
// Why: a visit must hold through the real boards, their pins, cables, radio and network, and not only through their cores.
// Everything is drawn from one seed, and runs on any engine.

import type { Bytes } from "../../firmware/bytes.ts";
import { lockIdOf } from "../../firmware/cose/key.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { type Board, type Body, KIND_ADOPT, KIND_ENROL } from "../../firmware/grant/body.ts";
import { PERMISSION_LOCK, PERMISSION_UNLOCK } from "../../firmware/grant/grant.ts";
import { issueRoot, type RootClaims } from "../../firmware/grant/issue.ts";
import { openIdentity } from "../../firmware/identity.ts";
import { StoredConstants } from "../../firmware/io/constants.ts";
import { millis, type Seconds, seconds } from "../../firmware/platform.ts";
import { ROLE_CAMERA, ROLE_KEYPAD } from "../../firmware/role.ts";
import type { Key } from "../../keypad/keys.ts";
import { Caller, drawSeed, type Person, person, type Token, type Verdict } from "../caller.ts";
import { SerialCable } from "../ecma419/serial.ts";
import { Network } from "../ecma419/sockets.ts";
import { Stream } from "../random.ts";
import { type Line, START } from "../table.ts";
import { World } from "../world.ts";
import { CameraRig } from "./camerarig.ts";
import type { ChipRig } from "./chiprig.ts";
import { KeypadRig } from "./keypadrig.ts";
import { LockRig } from "./lockrig.ts";

/** The house's network. */
export const HOME = Object.freeze({ SSID: "home", password: "correct horse" });
const LOCK_ADDRESS = "192.168.1.2";
const CAMERA_ADDRESS = "192.168.1.3";
/** For how long an answer is waited for. */
const ANSWER_MILLIS = 3_000;
const STEP_MILLIS = 5;
const PRESS_MILLIS = 120;
const DAY_SECONDS = 86_400;
/** From a press inside until the bolt is thrown again. */
const RELOCK_SECONDS = 35;

/** How a hallway differs from the usual one. */
export interface HallwayOptions {
  readonly seed?: number;
  /** Other programs than the boards' own. */
  readonly programs?: Partial<Record<"lock" | "keypad" | "camera", (parts: object) => void>>;
}

/** The door, and the people before it. */
export class Hallway {
  readonly crypto: Crypto;
  readonly random: Stream;
  readonly world: World;
  readonly network: Network;
  readonly cable: SerialCable;
  readonly lock: LockRig;
  readonly keypad: KeypadRig;
  readonly camera: CameraRig;
  readonly owner: Person;
  readonly recovery: Person;
  /** A phone asks once: nothing is lost here unless a test loses it. */
  readonly repeatsMax = 0;
  readonly #links = new Map<number, Line>();
  /** How many frames each phone has heard. */
  readonly #counts = new Map<number, number>();

  constructor(crypto: Crypto, { seed = 1, programs = {} }: HallwayOptions = {}) {
    this.crypto = crypto;
    this.random = new Stream(seed, "hallway");
    this.world = new World(crypto, { seed, start: START });
    const defer = (callback: () => void) => void this.world.after(0, callback);
    this.network = new Network(defer);
    this.cable = new SerialCable(defer);
    const { world, network, cable } = this;
    const board = (name: string) => ({
      world,
      crypto,
      random: new Stream(seed, name),
      terminal: new SerialCable(defer),
    });
    this.lock = new LockRig({ ...board("lock"), program: programs.lock, cable, host: network.host(LOCK_ADDRESS) });
    this.keypad = new KeypadRig({ ...board("keypad"), program: programs.keypad, cable });
    this.camera = new CameraRig({ ...board("camera"), program: programs.camera, host: network.host(CAMERA_ADDRESS) });
    this.owner = person(crypto, "owner", drawSeed(new Stream(seed, "owner")));
    this.recovery = person(crypto, "recovery", drawSeed(new Stream(seed, "recovery")));
    this.lock.moveLoop(true);
    for (const [rig, address] of [
      [this.lock.rig, LOCK_ADDRESS],
      [this.camera.rig, CAMERA_ADDRESS],
    ] as const) {
      rig.wifi.points.push({ ...HOME, address, RSSI: -50 });
    }
  }

  get time(): Seconds {
    return this.world.time;
  }

  get lockId(): string {
    return lockIdOf(this.crypto, this.#keysOf(this.lock.rig).signingKey);
  }

  get agreementKey(): Bytes {
    return this.#keysOf(this.lock.rig).agreementKey;
  }

  /** Lets time pass. @param duration in milliseconds */
  pass(duration: number): void {
    const end = this.world.now + duration;
    while (this.world.now < end) {
      this.world.advance(millis(Math.min(end, this.world.now + STEP_MILLIS)));
      this.#listen();
    }
  }

  /** Lets time pass until something is so. @returns whether it came to be */
  passUntil(isSo: () => boolean, duration: number): boolean {
    const end = this.world.now + duration;
    while (!isSo() && this.world.now < end) this.pass(STEP_MILLIS);
    return isSo();
  }

  /** Somebody inside presses the button. */
  pressInside(): void {
    this.lock.press(true);
    this.pass(PRESS_MILLIS);
    this.lock.press(false);
    this.pass(PRESS_MILLIS);
  }

  /** Somebody types at the keypad, key by key. */
  type(keys: string): void {
    for (const key of keys) {
      this.keypad.press(key as Key, true);
      this.pass(PRESS_MILLIS);
      this.keypad.press(key as Key, false);
      this.pass(PRESS_MILLIS);
    }
  }

  /** A phone calls the lock over Bluetooth. @throws Error where it does not answer the handshake */
  call(): Caller {
    const link = this.lock.air.connect();
    this.lock.air.widen(link, 244);
    const caller = new Caller(this, link, "ble");
    this.#links.set(link, caller);
    this.lock.air.settle();
    if (!caller.shake()) throw new Error("the lock did not answer the handshake");
    return caller;
  }

  /** Opens an owner session. */
  ownerSession(): Caller {
    const caller = this.call();
    const verdict = caller.own(this.owner);
    if (verdict !== "yes") throw new Error(`no owner session: ${verdict}`);
    return caller;
  }

  /** For a Caller: brings a frame to the lock, and waits for what it answers. */
  carry(link: number, frame: Bytes): void {
    const { air } = this.lock;
    const before = this.#heardBy(link);
    air.writeFrame(link, frame);
    air.settle();
    this.passUntil(() => this.#heardBy(link) > before || !this.#links.has(link), ANSWER_MILLIS);
  }

  hangUp(line: Line): void {
    line.isConnected = false;
    this.#links.delete(line.connection);
    this.lock.air.leave(line.connection);
    this.lock.air.settle();
    this.pass(STEP_MILLIS);
  }

  /** The owner adopts the lock from inside, and waits until it is locked again. */
  adopt(): Verdict {
    this.pressInside();
    const caller = this.call();
    const adoption = {
      ownerKey: this.owner.publicKey,
      recoveryKey: this.recovery.publicKey,
      zoneRule: Uint8Array.from("UTC0", (letter) => letter.charCodeAt(0)),
    };
    const verdict = caller.state({ kind: KIND_ADOPT, adoption });
    caller.leave();
    this.pass(RELOCK_SECONDS * 1_000);
    return verdict;
  }

  /** The owner says something that takes a press inside: asks, presses, asks again. */
  stateInside(body: Body): Verdict {
    const caller = this.ownerSession();
    let verdict = caller.state(body);
    if (verdict === "presence") {
      this.pressInside();
      verdict = caller.state(body);
    }
    caller.leave();
    this.pass(RELOCK_SECONDS * 1_000);
    return verdict;
  }

  /** The owner enrols a board. */
  enrol(which: "keypad" | "camera"): Verdict {
    const { agreementKey, signingKey } = this.#keysOf(this[which].rig);
    const board: Board = { role: which === "keypad" ? ROLE_KEYPAD : ROLE_CAMERA, agreementKey, signingKey };
    return this.stateInside({ kind: KIND_ENROL, board });
  }

  /** Writes a grant for a day. */
  grant(to: Person, claims: Partial<RootClaims> = {}): Token {
    const identifier = new Uint8Array(8);
    this.random.fill(identifier);
    const root: RootClaims = {
      lockId: this.lockId,
      name: to.name,
      expiry: seconds(this.time + DAY_SECONDS),
      identifier,
      key: to.publicKey,
      permissions: PERMISSION_UNLOCK | PERMISSION_LOCK,
      generation: 0,
      ...claims,
    };
    return { leaf: issueRoot(this.owner.kid, root, this.owner.sign), holder: to };
  }

  /** Somebody with a key of their own. */
  person(name: string): Person {
    return person(this.crypto, name, drawSeed(new Stream(7, name)));
  }

  #keysOf({ storage }: ChipRig) {
    const constants = new StoredConstants({ io: storage, path: "latchkey" });
    const none = {
      fill: () => {
        throw new Error("the board has made no keys yet");
      },
    };
    return openIdentity(this.crypto, constants, none);
  }

  /** Brings what phones have heard to them. */
  #listen(): void {
    for (const [link, line] of [...this.#links]) {
      if (!this.lock.air.has(link)) {
        line.isConnected = false;
        this.#links.delete(link);
        continue;
      }
      const heard = this.lock.air.heard(link);
      while (this.#heardBy(link) < heard.length) {
        const frame = heard[this.#heardBy(link)];
        this.#counts.set(link, this.#heardBy(link) + 1);
        if (frame !== undefined) line.hear(frame);
      }
    }
  }

  #heardBy(link: number): number {
    return this.#counts.get(link) ?? 0;
  }
}
