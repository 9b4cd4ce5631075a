// The network between phones and the lock: frames that are late, lost, doubled or overtaken, as a scenario asks.
// Why: the lock must come to the same answer whatever a radio does, and the radio must do it again from the same seed.
// The lock's side is the Carrier of firmware/platform.ts; a phone's side is a Line.

import type { Bytes } from "../firmware/bytes.ts";
import { type Carrier, type Millis, millis, type Transport } from "../firmware/platform.ts";
import type { Stream } from "./random.ts";
import type { World } from "./world.ts";

/** How badly the radio behaves; the chances are per mille of the frames. */
export interface Weather {
  readonly delayMillisMin: number;
  readonly delayMillisMax: number;
  readonly lossPerMille: number;
  readonly doublePerMille: number;
  readonly overtakePerMille: number;
}

/** A good day: 10 to 40 ms, nothing lost. */
export const CALM: Weather = Object.freeze({
  delayMillisMin: 10,
  delayMillisMax: 40,
  lossPerMille: 0,
  doublePerMille: 0,
  overtakePerMille: 0,
});

/** A bad one: every tenth frame meets with something. */
export const STORM: Weather = Object.freeze({
  delayMillisMin: 10,
  delayMillisMax: 400,
  lossPerMille: 50,
  doublePerMille: 30,
  overtakePerMille: 30,
});

/** Storms by name; in two of them frames are late and in order, or most are lost. */
export const WEATHERS: Readonly<Record<string, Weather>> = Object.freeze({
  storm: STORM,
  slow: Object.freeze({ ...CALM, delayMillisMin: 200, delayMillisMax: 1_200 }),
  deaf: Object.freeze({ ...STORM, lossPerMille: 300 }),
});

/** The board at the other end. */
export interface Station {
  connected(connection: number, transport: Transport): void;
  received(connection: number, frame: Bytes): void;
  disconnected(connection: number): void;
}

/** What a phone is told. */
export interface Caller {
  received(frame: Bytes): void;
  closed(): void;
}

/** A phone's end of one connection. */
export interface Line {
  readonly connection: number;
  /** Hands over one whole frame; without a connection it goes nowhere. */
  send(frame: Bytes): void;
  /** Hangs up; twice is harmless. */
  close(): void;
}

/** What happened to frames so far. */
export interface Counts {
  sent: number;
  delivered: number;
  lost: number;
  doubled: number;
  overtaken: number;
  injected: number;
}

interface Connection {
  readonly caller: Caller;
  /** Whether the lock still wants to hear of it. */
  isHeard: boolean;
  /** The latest delivery that is planned in each direction: a calm frame does not overtake. */
  toLock: Millis;
  toPhone: Millis;
}

/** Which way a frame goes. */
export type Direction = "to lock" | "to phone";

/** Somebody at the lock's own antenna: what is handed to the lock, and what it says in return. */
export interface Ear {
  delivering(connection: number, frame: Bytes): void;
  delivered(): void;
  said(connection: number, frame: Bytes): void;
}

/** The air around one lock. */
export class Network implements Carrier {
  readonly counts: Counts = { sent: 0, delivered: 0, lost: 0, doubled: 0, overtaken: 0, injected: 0 };
  weather: Weather;
  readonly #world: World;
  readonly #random: Stream;
  readonly #connections = new Map<number, Connection>();
  readonly #listeners: ((direction: Direction, connection: number, frame: Bytes) => void)[] = [];
  #station: Station | undefined;
  #ear: Ear | undefined;
  #count = 0;

  constructor(world: World, weather: Weather) {
    this.#world = world;
    this.#random = world.stream("network");
    this.weather = weather;
  }

  /** Switches the board's radio on. */
  plug(station: Station): void {
    this.#station = station;
  }

  /** Switches the board's radio off: every connection ends, and the board is not told. */
  unplug(): void {
    this.#station = undefined;
    for (const connection of [...this.#connections.keys()]) this.#drop(connection);
  }

  /** Lets somebody hear every frame in the air, as it was sent. */
  overhear(listener: (direction: Direction, connection: number, frame: Bytes) => void): void {
    this.#listeners.push(listener);
  }

  /** Puts an ear at the lock. */
  attach(ear: Ear): void {
    this.#ear = ear;
  }

  /** Somebody on the way puts a frame of his own into a connection; without one it goes nowhere. */
  inject(connection: number, frame: Bytes): void {
    if (!this.#connections.has(connection)) return;
    this.counts.injected++;
    this.#world.record({ channel: "to lock", subject: connection, bytes: frame, label: "injected" });
    this.#deliver(connection, "to lock", frame.slice());
  }

  /** Connects a phone to the lock; `caller.closed()` comes soon when there is no lock to be heard. */
  dial(transport: Transport, caller: Caller): Line {
    const connection = ++this.#count;
    this.#connections.set(connection, {
      caller,
      isHeard: true,
      toLock: this.#world.now,
      toPhone: this.#world.now,
    });
    this.#world.record({ channel: "link", subject: connection, label: `dial ${transport}` });
    this.#plan(connection, "to lock", () => {
      if (this.#station === undefined) this.#drop(connection);
      else this.#station.connected(connection, transport);
    });
    return {
      connection,
      send: (frame) => this.#carry(connection, "to lock", frame),
      close: () => this.#hangUp(connection),
    };
  }

  send(connection: number, frame: Bytes): void {
    this.#ear?.said(connection, frame);
    this.#carry(connection, "to phone", frame);
  }

  close(connection: number): void {
    const closed = this.#connections.get(connection);
    if (closed === undefined) return;
    closed.isHeard = false;
    // What the lock sent before it closed still arrives, as on a real socket.
    this.#plan(connection, "to phone", () => this.#drop(connection));
  }

  #hangUp(connection: number): void {
    if (!this.#connections.has(connection)) return;
    this.#world.record({ channel: "link", subject: connection, label: "hang up" });
    // What the phone sent before it hung up still arrives, as on a real socket.
    this.#plan(connection, "to lock", () => {
      const isHeard = this.#connections.get(connection)?.isHeard;
      this.#connections.delete(connection);
      if (isHeard) this.#station?.disconnected(connection);
    });
  }

  #drop(connection: number): void {
    const dropped = this.#connections.get(connection);
    if (dropped === undefined) return;
    this.#connections.delete(connection);
    this.#world.record({ channel: "link", subject: connection, label: "dropped" });
    this.#world.after(this.weather.delayMillisMin, () => dropped.caller.closed());
  }

  #carry(connection: number, direction: Direction, frame: Bytes): void {
    const open = this.#connections.get(connection);
    if (open === undefined || (direction === "to phone" && !open.isHeard)) return;
    const copy = frame.slice();
    this.counts.sent++;
    this.#world.record({ channel: direction, subject: connection, bytes: copy });
    for (const listener of this.#listeners) listener(direction, connection, copy);
    const random = this.#random;
    if (random.chance(this.weather.lossPerMille)) {
      this.counts.lost++;
      this.#world.record({ channel: "lost", subject: connection });
      return;
    }
    this.#deliver(connection, direction, copy);
    if (random.chance(this.weather.doublePerMille)) {
      this.counts.doubled++;
      this.#deliver(connection, direction, copy.slice());
    }
  }

  #deliver(connection: number, direction: Direction, frame: Bytes): void {
    this.#plan(connection, direction, () => {
      this.counts.delivered++;
      const open = this.#connections.get(connection);
      if (direction === "to phone") open?.caller.received(frame);
      else if (open?.isHeard) this.#hand(connection, frame);
    });
  }

  #hand(connection: number, frame: Bytes): void {
    this.#ear?.delivering(connection, frame);
    this.#station?.received(connection, frame);
    this.#ear?.delivered();
  }

  /** Plans an arrival; it does not happen where the connection has ended by then. */
  #plan(connection: number, direction: Direction, arrive: () => void): void {
    const open = this.#connections.get(connection);
    if (open === undefined) return;
    const { delayMillisMin, delayMillisMax, overtakePerMille } = this.weather;
    let time = millis(this.#world.now + this.#random.between(delayMillisMin, delayMillisMax));
    const latest = direction === "to lock" ? open.toLock : open.toPhone;
    if (time < latest) {
      if (this.#random.chance(overtakePerMille)) this.counts.overtaken++;
      else time = latest;
    }
    if (direction === "to lock") open.toLock = millis(Math.max(latest, time));
    else open.toPhone = millis(Math.max(latest, time));
    this.#world.at(time, () => {
      if (this.#connections.get(connection) === open) arrive();
    });
  }
}
