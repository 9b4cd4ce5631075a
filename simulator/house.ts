// The house in real time: the simulated door with the real lock, reachable over a local socket.
// Why: whoever reads about the lock can own one a minute later, with the same commands as at a real door.
// Runs on Node only. The world is the one of every simulation; here the wall clock advances it, and its random numbers
// and keys are the system's. Nothing listens beyond this computer.

import type { Crypto } from "../firmware/crypto/crypto.ts";
import { readEntry } from "../firmware/journal/payload.ts";
import { decodeRecord, NOTICES, newPage } from "../firmware/journal/record.ts";
import { encodeSetup } from "../firmware/link/label.ts";
import { type Millis, millis, seconds } from "../firmware/platform.ts";
import { STANDARD_GEOMETRY } from "../lock/options.ts";
import { tellCamera } from "../owner/footage.ts";
import { systemRandom } from "../owner/random.ts";
import { Board } from "./board.ts";
import { FileConstants, FileFlash, openFolder } from "./disk.ts";
import { CAMERA_ACTS, HallCamera } from "./hallcam.node.ts";
import { Door, USUAL_DOOR } from "./hardware.ts";
import { Hotspot } from "./hotspot.node.ts";
import { BUILD_TIME, CLOCK_PARTS_PER_MILLION, FLASH_SIZE } from "./neighbourhood.ts";
import { Outside } from "./outside.ts";
import { Sockets } from "./sockets.node.ts";
import { World } from "./world.ts";

const PULSE_MILLIS_MAX = 1_000;
const OFF_MILLIS = 1_500;
const DAY_SECONDS = 86_400;
/** Keys of the keypad; l holds its star, k is its case, x its cable. */
const OUTSIDE_ACTS = "0123456789*#lkx";
/** Every key of the house. */
export const ACTS = `${OUTSIDE_ACTS}${CAMERA_ACTS}bdtpc`;

/** Where a house lives, and whom it tells. */
export interface HouseOptions {
  /** Holds the lock's memory; made where it is missing. */
  readonly directory: string;
  /** 0 takes any that is free. */
  readonly port: number;
  readonly firmwareVersion: string;
  print(line: string): void;
}

/** A house that runs until `close()`; closing twice is harmless. */
export class House {
  readonly #options: HouseOptions;
  readonly #world: World;
  readonly #door: Door;
  readonly #flash: FileFlash;
  readonly #board: Board;
  readonly #outside: Outside;
  readonly #hall: HallCamera;
  readonly #sockets: Sockets;
  readonly #began = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #wasAdopted = false;
  #isCoverOpen = false;

  /** Builds the house and boots its lock; nothing listens yet. */
  constructor(crypto: Crypto, options: HouseOptions) {
    const now = Math.floor(Date.now() / 1_000);
    const { directory, firmwareVersion } = options;
    openFolder(directory);
    this.#options = options;
    this.#world = new World(crypto, { seed: 0, start: seconds(now) });
    this.#door = new Door(this.#world, USUAL_DOOR);
    this.#flash = new FileFlash(directory, FLASH_SIZE, (bytes) => this.#overhear(crypto, bytes));
    const say = (what: string) => this.#say(what);
    this.#outside = new Outside(crypto, this.#world, { directory, say });
    this.#hall = new HallCamera(crypto, this.#world, { directory, say, run: (act) => this.#run(act) });
    this.#sockets = this.#socketsOfPhones();
    this.#board = new Board({
      line: this.#outside.line,
      air: this.#hall.air,
      world: this.#world,
      crypto,
      random: systemRandom(),
      flash: this.#flash,
      constants: new FileConstants(directory),
      geometry: STANDARD_GEOMETRY,
      door: this.#door,
      carrier: this.#sockets,
      network: new Hotspot(say),
      // A computer whose clock is behind the firmware's could never tell the lock a time that it believes.
      buildTime: seconds(Math.min(BUILD_TIME, now - DAY_SECONDS)),
      firmwareVersion,
      driftPartsPerMillion: 0,
      clockPartsPerMillion: CLOCK_PARTS_PER_MILLION,
      restarted: () => this.#beginAnew(),
    });
    this.#board.powerOn();
    this.#outside.powerOn();
    this.#hall.powerOn();
    this.#wasAdopted = this.isAdopted;
    this.#watch();
  }

  /** Whether the lock has an owner. */
  get isAdopted(): boolean {
    return this.#board.lock?.snapshot.isAdopted ?? this.#wasAdopted;
  }

  /** The text on the lock's label: its two public keys. */
  get setup(): string | undefined {
    const { lock } = this.#board;
    return lock === undefined ? undefined : encodeSetup(lock);
  }

  /** Whether the keypad outside belongs to a lock, and what stands on its label. */
  get keypad(): { readonly isPaired: boolean; readonly setup: string; readonly fingerprint: string } {
    return { isPaired: this.#outside.isPaired, ...this.#outside.label };
  }

  /** The same of the camera in the hall. */
  get camera(): { readonly isPaired: boolean; readonly setup: string; readonly fingerprint: string } {
    return { isPaired: this.#hall.isPaired, ...this.#hall.label };
  }

  /** Where the house's own machines find the camera's picture; undefined while there is none for them. */
  get streamAddress(): string | undefined {
    return this.#hall.streamAddress;
  }

  /** Listens on this computer only: the lock on its port, the camera on the next one, the house's own machines on the one behind that,
   *  or on any that is free where one is taken. @returns the ports @throws Error of node:net, such as EADDRINUSE */
  async listen(): Promise<{ readonly lock: number; readonly camera: number; readonly homes: number }> {
    const lock = await this.#sockets.listen(this.#options.port);
    const camera = await this.#hall.listen(lock + 1).catch(() => this.#hall.listen(0));
    const homes = await this.#hall.listenForHomes(camera + 1).catch(() => this.#hall.listenForHomes(0));
    this.#pulse();
    return { lock, camera, homes };
  }

  /** Does one thing of a hand: the inside button, the leaf, the thumbturn, the plug, the cover over the board; outside, a key of
   *  the keypad, its case, its cable; in the hall, the camera's lens, picture, radio, plug, case. @returns whether it is one of these */
  act(key: string): boolean {
    if (key.length !== 1 || !ACTS.includes(key)) return false;
    this.#run(() => {
      if (OUTSIDE_ACTS.includes(key)) this.#actOutside(key);
      else if (CAMERA_ACTS.includes(key)) this.#say(this.#hall.act(key));
      else if (key === "b") this.#pressInside();
      else if (key === "d") this.#moveLeaf();
      else if (key === "c") this.#moveCover();
      else if (key === "t") this.#door.turn(this.#door.bolt === "thrown" ? "retracted" : "thrown");
      else this.#pullPlug();
    });
    return true;
  }

  #actOutside(key: string): void {
    if (key === "x") {
      this.#say(this.#outside.moveCable());
      this.#board.moveLoop(!this.#outside.line.isCut);
      return;
    }
    const done = key === "k" ? this.#outside.moveCase() : this.#outside.press(key);
    if (done !== undefined) this.#say(`at the keypad: ${done}`);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#sockets.close();
    this.#hall.close();
    this.#flash.close();
  }

  #socketsOfPhones(): Sockets {
    const house = this;
    return new Sockets({
      get isThere() {
        return house.#board.lock !== undefined;
      },
      connected: (connection) => this.#run(() => this.#board.connected(connection, "tcp")),
      received: (connection, frame) => this.#run(() => this.#board.received(connection, frame)),
      disconnected: (connection) => this.#run(() => this.#board.disconnected(connection)),
    });
  }

  #pressInside(): void {
    this.#say("somebody presses the inside button");
    this.#board.pressInside();
  }

  #moveCover(): void {
    this.#isCoverOpen = !this.#isCoverOpen;
    this.#say(`the cover is ${this.#isCoverOpen ? "opened" : "closed"}`);
    this.#board.moveCover(this.#isCoverOpen);
  }

  /** The lock has started by itself after a reset: it is another one, and nobody's. */
  #beginAnew(): void {
    this.#sockets.dismiss();
    this.#wasAdopted = this.isAdopted;
    this.#say("the lock has started anew, with new keys; the text for its label is now:");
    this.#options.print(`  latchkey adopt ${this.setup}`);
  }

  #moveLeaf(): void {
    const isOpen = this.#door.leaf === "open";
    const moved = isOpen ? this.#door.shut() : this.#door.open();
    if (!moved) this.#say(isOpen ? "the bolt stands out: the door does not shut" : "the bolt holds the door shut");
  }

  #pullPlug(): void {
    if (this.#board.lock === undefined) return;
    this.#wasAdopted = this.isAdopted;
    this.#say("the plug is pulled: the lock has no power");
    this.#board.cutPower();
    this.#sockets.hangUp();
    this.#world.after(OFF_MILLIS, () => {
      this.#board.powerOn();
      this.#say(
        "power is back and the lock has booted; it knows the time again when its owner opens, locks or runs latchkey time, or from two time servers",
      );
    });
  }

  /** Tells what the lock writes down of its camera; how its film grows is no news. */
  #overhear(crypto: Crypto, bytes: Uint8Array): void {
    const page = newPage(bytes.length);
    page.bytes.set(bytes);
    const record = decodeRecord(crypto, page, { offset: 0, region: NOTICES });
    if (record === undefined) return;
    const entry = readEntry(NOTICES, record.type, record.payload);
    if (entry.kind !== "camera" || entry.event === "head") return;
    const { how, result } = tellCamera(entry);
    this.#say(`the lock writes down: the camera ${how}; ${result}`);
  }

  #watch(): void {
    this.#door.watch({
      boltAt: (place) => {
        if (place !== "between")
          this.#say(place === "thrown" ? "the bolt is thrown: locked" : "the bolt is drawn: unlocked");
      },
      leafIs: (leaf) => {
        this.#hall.moveLeaf(leaf === "open");
        this.#say(leaf === "open" ? "the door is opened, somebody goes in" : "the door is shut");
      },
      signals: (signal) => {
        if (signal === "alarm") this.#say("the lock sounds its alarm");
      },
    });
  }

  /** Lets the world catch up, does something in it, and plans the next pulse. */
  #run(act: () => void): void {
    this.#world.advance(this.#elapsed());
    act();
    if (this.isAdopted !== this.#wasAdopted) {
      this.#wasAdopted = this.isAdopted;
      this.#say("the lock has an owner now");
    }
    this.#pulse();
  }

  #pulse(): void {
    clearTimeout(this.#timer);
    const now = this.#elapsed();
    this.#world.advance(now);
    const next = this.#world.nextEvent ?? Number.POSITIVE_INFINITY;
    this.#timer = setTimeout(() => this.#pulse(), Math.min(PULSE_MILLIS_MAX, Math.max(1, next - now)));
  }

  #elapsed(): Millis {
    return millis(Math.max(this.#world.now, Math.floor(performance.now() - this.#began)));
  }

  #say(what: string): void {
    this.#options.print(`${new Date().toTimeString().slice(0, 8)}  ${what}`);
  }
}
