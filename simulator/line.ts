// The serial line through the door's bore: bytes either way, late, spoilt or gone, as a scenario asks.
// Why: the wire ends outside, where a nail, an aerial or a hand can be; both boards must bear whatever arrives, and the line
// must do it again from the same seed. A wire keeps the order of its bytes; who sits on it can put in what he likes.
// Its ends are the Wire of firmware/platform.ts; frames become bytes as on a board (firmware/link/serial.ts).

import type { Bytes } from "../firmware/bytes.ts";
import { createSerialReader, encodeSerial, type SerialReader } from "../firmware/link/serial.ts";
import { type Millis, millis, type Wire } from "../firmware/platform.ts";
import type { Stream } from "./random.ts";
import type { Event, World } from "./world.ts";

/** How badly the line behaves; the chances are per mille of the frames. */
export interface LineWeather {
  /** Besides the time that the bytes take. */
  readonly delayMillisMin: number;
  readonly delayMillisMax: number;
  /** One byte is missing. */
  readonly lossPerMille: number;
  /** One byte has another value. */
  readonly damagePerMille: number;
  /** A few bytes of noise stand in front. */
  readonly noisePerMille: number;
}

/** A line that does what it should. */
export const QUIET_LINE: LineWeather = Object.freeze({
  delayMillisMin: 1,
  delayMillisMax: 1,
  lossPerMille: 0,
  damagePerMille: 0,
  noisePerMille: 0,
});

/** A bad contact beside a motor: every fifth frame meets with something. */
export const ROUGH_LINE: LineWeather = Object.freeze({
  delayMillisMin: 1,
  delayMillisMax: 40,
  lossPerMille: 70,
  damagePerMille: 70,
  noisePerMille: 70,
});

/** Which end of the line: the lock's, or the keypad's. */
export type Side = "inside" | "outside";

/** What a board at an end is told. */
export interface LineListener {
  received(frame: Bytes): void;
}

/** What happened to frames so far. */
export interface LineCounts {
  sent: number;
  delivered: number;
  spoilt: number;
  injected: number;
}

/** 115,200 baud, ten bits a byte. */
const BYTES_PER_MILLI = 11;
const NOISE_BYTES_MAX = 8;
/** What the trace calls it, behind the two sides of the line. */
const INJECTED = 2;
const CABLE_MENDED = 4;
const CABLE_CUT = 5;
const SIDES: readonly Side[] = Object.freeze(["inside", "outside"] as const);

interface End {
  listener: LineListener | undefined;
  reader: SerialReader;
  /** The latest arrival that is planned: a wire keeps the order. */
  latest: Millis;
  readonly arrivals: Set<Event>;
}

/** A cable with two ends. */
export class Line {
  readonly counts: LineCounts = { sent: 0, delivered: 0, spoilt: 0, injected: 0 };
  weather: LineWeather;
  /** The lock's end, and the keypad's. */
  readonly inside: Wire = { send: (frame) => this.#send("outside", frame) };
  readonly outside: Wire = { send: (frame) => this.#send("inside", frame) };
  readonly #world: World;
  readonly #random: Stream;
  readonly #ends: Readonly<Record<Side, End>>;
  readonly #listeners: ((to: Side, frame: Bytes) => void)[] = [];
  #isCut = false;

  constructor(world: World, weather: LineWeather, name = "line") {
    this.#world = world;
    this.#random = world.stream(name);
    this.weather = weather;
    const end = (): End => ({
      listener: undefined,
      reader: createSerialReader(),
      latest: world.now,
      arrivals: new Set(),
    });
    this.#ends = { inside: end(), outside: end() };
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  /** Joins a board to its end; what it had half read before is forgotten. */
  plug(side: Side, listener: LineListener): void {
    const end = this.#ends[side];
    end.listener = listener;
    end.reader = createSerialReader();
  }

  /** Takes a board off its end: what arrives meanwhile is lost. */
  unplug(side: Side): void {
    this.#ends[side].listener = undefined;
  }

  /** Cuts the cable, or mends it: what was under way is lost. */
  cut(isCut: boolean): void {
    this.#isCut = isCut;
    this.#world.record({
      channel: "wire",
      subject: isCut ? CABLE_CUT : CABLE_MENDED,
      label: isCut ? "cable cut" : "cable mended",
    });
    for (const side of SIDES) {
      for (const arrival of this.#ends[side].arrivals) arrival.cancel();
      this.#ends[side].arrivals.clear();
    }
  }

  /** Lets somebody hear every frame on the wire, as it was sent. */
  overhear(listener: (to: Side, frame: Bytes) => void): void {
    this.#listeners.push(listener);
  }

  /** Somebody on the wire puts a frame of his own on it. */
  inject(to: Side, frame: Bytes): void {
    this.counts.injected++;
    const subject = INJECTED + SIDES.indexOf(to);
    this.#world.record({ channel: "wire", subject, bytes: frame, label: `injected to the ${to}` });
    this.#carry(to, encodeSerial(frame));
  }

  /** Puts bytes on the wire that are no frame. */
  disturb(to: Side, bytes: Bytes): void {
    this.#carry(to, bytes);
  }

  #send(to: Side, frame: Bytes): void {
    this.counts.sent++;
    this.#world.record({ channel: "wire", subject: SIDES.indexOf(to), bytes: frame, label: `to the ${to}` });
    for (const listener of this.#listeners) listener(to, frame.slice());
    this.#carry(to, this.#spoil(encodeSerial(frame)));
  }

  /** Does to the bytes of a frame what the weather says. */
  #spoil(bytes: Bytes): Bytes {
    const random = this.#random;
    const { lossPerMille, damagePerMille, noisePerMille } = this.weather;
    let spoilt = [...bytes];
    if (random.chance(lossPerMille)) spoilt.splice(random.below(spoilt.length), 1);
    if (random.chance(damagePerMille)) spoilt[random.below(spoilt.length)] ^= random.between(1, 255);
    if (random.chance(noisePerMille)) {
      const noise = new Uint8Array(random.between(1, NOISE_BYTES_MAX));
      random.fill(noise);
      spoilt = [...noise, ...spoilt];
    }
    const isSame = spoilt.length === bytes.length && spoilt.every((byte, index) => byte === bytes[index]);
    if (!isSame) this.counts.spoilt++;
    return Uint8Array.from(spoilt);
  }

  #carry(to: Side, bytes: Bytes): void {
    if (this.#isCut) return;
    const end = this.#ends[to];
    const { delayMillisMin, delayMillisMax } = this.weather;
    const delay = this.#random.between(delayMillisMin, delayMillisMax) + Math.floor(bytes.length / BYTES_PER_MILLI);
    end.latest = millis(Math.max(end.latest, this.#world.now + delay));
    const arrival = this.#world.at(end.latest, () => {
      end.arrivals.delete(arrival);
      this.#deliver(end, bytes);
    });
    end.arrivals.add(arrival);
  }

  /** Hands over what the bytes complete, in two pieces, as a UART may. */
  #deliver(end: End, bytes: Bytes): void {
    if (end.listener === undefined) return;
    const { reader } = end;
    const half = bytes.length >> 1;
    for (const piece of [bytes.subarray(0, half), bytes.subarray(half)]) {
      reader.push(piece);
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
        this.counts.delivered++;
        end.listener?.received(frame);
      }
    }
  }
}
