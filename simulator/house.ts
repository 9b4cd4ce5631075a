// The house in real time: the simulated door with the real lock, reachable over a local socket.
// Why: whoever reads about the lock can own one a minute later, with the same commands as at a real door.
// Runs on Node only. The world is the one of every simulation; here the wall clock advances it, and its random numbers
// and keys are the system's. Nothing listens beyond this computer.

import { createServer, type Server, type Socket } from "node:net";
import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import { createStreamReader, encodeStream } from "../firmware/link/stream.ts";
import { type Carrier, type Millis, millis, seconds } from "../firmware/platform.ts";
import { STANDARD_GEOMETRY } from "../lock/options.ts";
import { encodeSetup } from "../owner/invitation.ts";
import { systemRandom } from "../owner/random.ts";
import { Board } from "./board.ts";
import { FileConstants, FileFlash, openFolder } from "./disk.ts";
import { Door, USUAL_DOOR } from "./hardware.ts";
import { BUILD_TIME, CLOCK_PARTS_PER_MILLION, FLASH_SIZE } from "./neighbourhood.ts";
import { Outside } from "./outside.ts";
import { World } from "./world.ts";

const LOOPBACK = "127.0.0.1";
const CONNECTIONS_MAX = 16;
const PULSE_MILLIS_MAX = 1_000;
const OFF_MILLIS = 1_500;
const DAY_SECONDS = 86_400;
/** Keys of the keypad; l holds its star, k is its case, x its cable. */
const OUTSIDE_ACTS = "0123456789*#lkx";
const ACTS = `${OUTSIDE_ACTS}bdtpc`;

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
export class House implements Carrier {
  readonly #options: HouseOptions;
  readonly #world: World;
  readonly #door: Door;
  readonly #flash: FileFlash;
  readonly #board: Board;
  readonly #outside: Outside;
  readonly #server: Server;
  readonly #sockets = new Map<number, Socket>();
  readonly #began = performance.now();
  #connections = 0;
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
    this.#flash = new FileFlash(directory, FLASH_SIZE);
    this.#outside = new Outside(crypto, this.#world, { directory, say: (what) => this.#say(what) });
    this.#board = new Board({
      line: this.#outside.line,
      world: this.#world,
      crypto,
      random: systemRandom(),
      flash: this.#flash,
      constants: new FileConstants(directory),
      geometry: STANDARD_GEOMETRY,
      door: this.#door,
      carrier: this,
      // A computer whose clock is behind the firmware's could never tell the lock a time that it believes.
      buildTime: seconds(Math.min(BUILD_TIME, now - DAY_SECONDS)),
      firmwareVersion,
      driftPartsPerMillion: 0,
      clockPartsPerMillion: CLOCK_PARTS_PER_MILLION,
      restarted: () => this.#beginAnew(),
    });
    this.#board.powerOn();
    this.#outside.powerOn();
    this.#wasAdopted = this.isAdopted;
    this.#server = createServer((socket) => this.#take(socket));
    this.#server.maxConnections = CONNECTIONS_MAX;
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

  /** Listens on this computer only. @returns the port @throws Error of node:net, such as EADDRINUSE */
  async listen(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host: LOOPBACK, port: this.#options.port }, resolve);
    });
    this.#pulse();
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : this.#options.port;
  }

  /** Does one thing of a hand: the inside button, the leaf, the thumbturn, the plug, the cover over the board; outside, a key of
   *  the keypad, its case, its cable. @returns whether it is one of these */
  act(key: string): boolean {
    if (key.length !== 1 || !ACTS.includes(key)) return false;
    this.#run(() => {
      if (OUTSIDE_ACTS.includes(key)) this.#actOutside(key);
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

  send(connection: number, frame: Bytes): void {
    this.#sockets.get(connection)?.write(encodeStream(frame));
  }

  /** Drops a phone after what was sent to it; nothing more of it reaches the lock. */
  close(connection?: number): void {
    if (connection !== undefined) {
      const socket = this.#sockets.get(connection);
      this.#sockets.delete(connection);
      socket?.destroySoon();
      return;
    }
    clearTimeout(this.#timer);
    this.#server.close();
    this.#hangUpAll();
    this.#flash.close();
  }

  #take(socket: Socket): void {
    const connection = ++this.#connections;
    const stream = createStreamReader();
    this.#sockets.set(connection, socket);
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      this.#run(() => {
        try {
          stream.push(chunk);
          for (let frame = stream.next(); frame !== undefined; frame = stream.next()) {
            if (this.#sockets.has(connection)) this.#board.received(connection, frame);
          }
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          socket.destroy();
        }
      });
    });
    // An error is followed by "close"; which one it was is the phone's affair.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (this.#sockets.delete(connection)) this.#run(() => this.#board.disconnected(connection));
    });
    if (this.#board.lock === undefined) socket.destroy();
    else this.#run(() => this.#board.connected(connection, "tcp"));
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
    for (const [connection, socket] of this.#sockets) {
      this.#sockets.delete(connection);
      socket.destroySoon();
    }
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
    this.#hangUpAll();
    this.#world.after(OFF_MILLIS, () => {
      this.#board.powerOn();
      this.#say(
        "power is back and the lock has booted; it knows the time again after its owner's next act, or from two time servers",
      );
    });
  }

  #hangUpAll(): void {
    for (const [connection, socket] of this.#sockets) {
      this.#sockets.delete(connection);
      socket.destroy();
    }
  }

  #watch(): void {
    this.#door.watch({
      boltAt: (place) => {
        if (place !== "between")
          this.#say(place === "thrown" ? "the bolt is thrown: locked" : "the bolt is drawn: unlocked");
      },
      leafIs: (leaf) => this.#say(leaf === "open" ? "the door is opened" : "the door is shut"),
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
