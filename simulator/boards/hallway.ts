// A door with its three boards, each with its own program over its own chip: a lock, a keypad on a cable, a camera on the network; and
// the sentences in which tests speak of the people there.
// Why: a visit must hold through the real boards, their pins, cables, radio and network, and not only through their cores.
// Everything is drawn from one seed, and runs on any engine.

import { type Bytes, fromAscii } from "../../firmware/bytes.ts";
import { lockIdOf } from "../../firmware/cose/key.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { type Board, type Body, KIND_ADOPT, KIND_ENROL } from "../../firmware/grant/body.ts";
import { PERMISSION_LOCK, PERMISSION_UNLOCK } from "../../firmware/grant/grant.ts";
import { issueRoot, type RootClaims } from "../../firmware/grant/issue.ts";
import { openIdentity } from "../../firmware/identity.ts";
import { StoredConstants } from "../../firmware/io/constants.ts";
import { Port } from "../../firmware/io/port.ts";
import { STREAM_PORT } from "../../firmware/io/streams.ts";
import { encodeProvision, parseProvisioned } from "../../firmware/link/provision.ts";
import { createSerialReader, encodeWaking } from "../../firmware/link/serial.ts";
import { createStreamReader, encodeStream } from "../../firmware/link/stream.ts";
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
/** Where the boards are in it. */
export const LOCK_ADDRESS = "192.168.1.2";
export const CAMERA_ADDRESS = "192.168.1.3";
/** For how long an answer is waited for. */
const ANSWER_MILLIS = 3_000;
const STEP_MILLIS = 5;
const PRESS_MILLIS = 120;
/** Above all numbers of radio links. */
const USB_LINK = 1_000_000;
const DIALLED_FROM = 2_000_000;
/** A connection in the house's network takes no longer. */
export const CONNECT_MILLIS = 50;
const DAY_SECONDS = 86_400;
/** From a press inside until the bolt is thrown again. */
const RELOCK_SECONDS = 35;

/** A call: who calls, how frames go there and come back, and how many came. */
interface Link {
  readonly line: Line;
  readonly wire: {
    write(frame: Bytes): void;
    /** All that came; undefined where the line is dead. */
    heard(): readonly Bytes[] | undefined;
    /** Ends the line, where it has an end of its own. */
    end?(): void;
  };
  count: number;
}

/** How a hallway differs from the usual one. */
export interface HallwayOptions {
  readonly seed?: number;
  /** Other programs than the boards' own. */
  readonly programs?: Partial<Record<"lock" | "keypad" | "camera", (parts: object) => void>>;
  /** Whether the images of lock and keypad are made to sleep. */
  readonly sleeps?: boolean;
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
  /** Somebody's computer in the lock's USB socket, and in the camera's. */
  readonly computer: Computer;
  readonly laptop: Computer;
  readonly #links = new Map<number, Link>();
  #dialled = 0;

  constructor(crypto: Crypto, { seed = 1, programs = {}, sleeps = false }: HallwayOptions = {}) {
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
    const ofLock = board("lock");
    this.computer = new Computer(ofLock.terminal, world);
    const host = network.host(LOCK_ADDRESS);
    this.lock = new LockRig({ ...ofLock, program: programs.lock, cable, host, sleeps });
    this.keypad = new KeypadRig({ ...board("keypad"), program: programs.keypad, cable, sleeps });
    const ofCamera = board("camera");
    this.laptop = new Computer(ofCamera.terminal, world);
    this.camera = new CameraRig({ ...ofCamera, program: programs.camera, host: network.host(CAMERA_ADDRESS) });
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

  get signingKey(): Bytes {
    return this.#keysOf(this.lock.rig).signingKey;
  }

  /** What the owner's adoption says. */
  get adoption() {
    return { ownerKey: this.owner.publicKey, recoveryKey: this.recovery.publicKey, zoneRule: fromAscii("UTC0") };
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
    const { air } = this.lock;
    const link = air.connect();
    air.widen(link, 244);
    air.settle();
    return this.#shake(link, "ble", {
      write: (frame) => {
        air.writeFrame(link, frame);
        air.settle();
      },
      heard: () => (air.has(link) ? air.heard(link) : undefined),
    });
  }

  /** A computer calls it over its cable. @throws Error as for `call` */
  plugIn(): Caller {
    const { computer } = this;
    const before = computer.frames.length;
    return this.#shake(USB_LINK, "usb", {
      write: (frame) => computer.write(frame),
      heard: () => computer.frames.slice(before),
    });
  }

  /** A phone in the house's network calls it over TCP. @param address its own @throws Error as for `call` */
  dial(address: string): Caller {
    const reader = createStreamReader();
    const frames: Bytes[] = [];
    let isDead = false;
    const { Tcp } = this.network.host(address);
    const socket = new Tcp({
      ...{ address: LOCK_ADDRESS, port: STREAM_PORT, format: "buffer" },
      onReadable: (count) => {
        const bytes = socket.read(count);
        if (bytes !== undefined) reader.push(new Uint8Array(bytes));
        for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
      },
      onError: () => {
        isDead = true;
      },
    });
    this.pass(CONNECT_MILLIS);
    this.#dialled += 1;
    return this.#shake(DIALLED_FROM + this.#dialled, "tcp", {
      write: (frame) => socket.write(encodeStream(frame)),
      heard: () => (isDead ? undefined : frames),
      end: () => socket.close(),
    });
  }

  /** Opens an owner session. */
  ownerSession(owner = this.owner, caller = this.call()): Caller {
    const verdict = caller.own(owner);
    if (verdict !== "yes") throw new Error(`no owner session: ${verdict}`);
    return caller;
  }

  /** For a Caller: brings a frame to the lock, and waits for what it answers. */
  carry(connection: number, frame: Bytes): void {
    const link = this.#links.get(connection);
    if (link === undefined) return;
    const before = link.count;
    link.wire.write(frame);
    this.passUntil(() => link.count > before || !this.#links.has(connection), ANSWER_MILLIS);
  }

  hangUp(line: Line): void {
    line.isConnected = false;
    this.#links.get(line.connection)?.wire.end?.();
    this.#links.delete(line.connection);
    if (line.transport === "ble") {
      this.lock.air.leave(line.connection);
      this.lock.air.settle();
    }
    this.pass(STEP_MILLIS);
  }

  /** The owner adopts the lock from inside, and waits until it is locked again. */
  adopt(): Verdict {
    this.pressInside();
    const caller = this.call();
    const verdict = caller.state({ kind: KIND_ADOPT, adoption: this.adoption });
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

  /** The owner tells the lock the house's network, and a hand at the camera's open case tells the camera. @returns both answers */
  tellNetwork(): readonly string[] {
    const credentials = { name: fromAscii(HOME.SSID), passphrase: fromAscii(HOME.password) };
    const owner = this.ownerSession();
    const answer = owner.ask({ kind: "joinNetwork", credentials });
    owner.leave();
    const before = this.laptop.frames.length;
    this.camera.moveCase(true);
    this.pass(200);
    this.laptop.write(encodeProvision(credentials));
    this.passUntil(() => this.laptop.frames.length > before, ANSWER_MILLIS);
    this.camera.moveCase(false);
    this.pass(5_000);
    const told = this.laptop.frames[before];
    return [answer?.kind ?? "silence", told !== undefined && parseProvisioned(told) ? "yes" : "no"];
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

  #shake(connection: number, transport: "ble" | "tcp" | "usb", wire: Link["wire"]): Caller {
    const caller = new Caller(this, connection, transport);
    this.#links.set(connection, { line: caller, wire, count: 0 });
    if (!caller.shake()) throw new Error("the lock did not answer the handshake");
    return caller;
  }

  /** Brings what phones have heard to them. */
  #listen(): void {
    for (const [connection, link] of [...this.#links]) {
      const heard = link.wire.heard();
      if (heard === undefined) {
        link.line.isConnected = false;
        this.#links.delete(connection);
        continue;
      }
      for (let frame = heard[link.count]; frame !== undefined; frame = heard[link.count]) {
        link.count += 1;
        link.line.hear(frame);
      }
    }
  }
}

/** A computer at the far end of a serial line: what it reads as text, and as frames. */
export class Computer {
  readonly frames: Bytes[] = [];
  /** Whatever is no frame. */
  text = "";
  readonly #port: Port;

  constructor(cable: SerialCable, world: World) {
    const reader = createSerialReader();
    this.#port = new Port({
      ...{ io: cable.far, port: 1, baud: 38_400, receive: 1, transmit: 2 },
      loop: { call: (event) => event(world.now), uptime: () => world.now },
      received: (bytes) => {
        for (const byte of bytes) if (byte >= 0x20 || byte === 0x0a) this.text += String.fromCharCode(byte);
        reader.push(bytes);
        for (let frame = reader.next(); frame !== undefined; frame = reader.next()) this.frames.push(frame);
      },
    });
  }

  write(frame: Bytes): void {
    this.#port.write(encodeWaking(frame));
  }

  /** Presses Enter. */
  enter(): void {
    this.#port.write(Uint8Array.of(0x0d));
  }
}
