// A keypad at a door: the real core on its simulated board, a cable, and a lock's end that has nothing but its keypads.

import { crypto } from "#crypto";
import type { Bytes } from "../../firmware/bytes.ts";
import { kid8 } from "../../firmware/cose/key.ts";
import { millis, seconds } from "../../firmware/platform.ts";
import type { EnrolledBoard } from "../../firmware/policy/keyring.ts";
import { ROLE_KEYPAD } from "../../firmware/role.ts";
import { Keyboard } from "../../simulator/keyboard.ts";
import { KeypadBoard } from "../../simulator/keypad.ts";
import { Line, type LineWeather, QUIET_LINE, type Side } from "../../simulator/line.ts";
import { MemoryConstants } from "../../simulator/memory.ts";
import { identityOf, LockEnd } from "../../simulator/wired.ts";
import { World } from "../../simulator/world.ts";
import type { Keypad } from "../keypad.ts";

export const SEED = 0x4e7;
export const SEQUENCE = 7;

/** What a door is like, where it is not as usual. */
export interface DoorOptions {
  readonly weather?: LineWeather;
  readonly driftPartsPerMillion?: number;
  readonly isSilent?: boolean;
  readonly constants?: MemoryConstants;
}

/** The keypad, its cable, and its lock. */
export class Door {
  readonly world = new World(crypto, { seed: SEED, start: seconds(0) });
  readonly line: Line;
  readonly keyboard: Keyboard;
  readonly constants: MemoryConstants;
  readonly board: KeypadBoard;
  readonly lock: LockEnd;
  /** Every frame on the cable. */
  readonly heard: { readonly to: Side; readonly frame: Bytes }[] = [];

  constructor({ weather = QUIET_LINE, driftPartsPerMillion = 0, isSilent = false, constants }: DoorOptions = {}) {
    const { world } = this;
    this.line = new Line(world, weather);
    this.line.overhear((to, frame) => this.heard.push({ to, frame }));
    this.keyboard = new Keyboard(world);
    this.constants = constants ?? new MemoryConstants();
    const random = world.stream("keypad");
    const { line, keyboard } = this;
    this.board = new KeypadBoard({
      ...{ world, crypto, random, keyboard, line, driftPartsPerMillion, isSilent },
      constants: this.constants,
    });
    this.lock = new LockEnd(world, crypto, { line, identity: identityOf(crypto, 0x10) });
  }

  get keypad(): Keypad {
    if (this.board.keypad === undefined) throw new Error("the keypad has no power");
    return this.board.keypad;
  }

  /** What an owner's statement makes of the keypad. */
  enrolled(sequence = SEQUENCE): EnrolledBoard {
    const { agreementKey, signingKey } = this.keypad;
    return { kid: kid8(crypto, signingKey), role: ROLE_KEYPAD, agreementKey, signingKey, sequence };
  }

  /** Gives power to both, and pairs them. */
  start(): this {
    this.lock.powerOn();
    this.board.powerOn();
    this.lock.boards = [this.enrolled()];
    this.pass(100);
    return this.settle();
  }

  /** Lets the next offer be answered, and forgets what happened until here. */
  settle(): this {
    this.pass(11_000);
    this.lock.log.length = 0;
    this.heard.length = 0;
    this.keyboard.shown.length = 0;
    return this;
  }

  pass(duration: number): void {
    this.world.advance(millis(this.world.now + duration));
  }

  /** Types, and waits until what comes of it has been shown. */
  type(keys: string): void {
    this.pass(this.keyboard.type(keys) + 1_500);
  }

  /** Holds a key. */
  hold(key: Parameters<Keyboard["press"]>[0], duration: number): void {
    this.keyboard.press(key);
    this.pass(duration);
    this.keyboard.release(key);
    this.pass(100);
  }

  /** What the lock served, without reports. */
  get served(): string[] {
    return this.lock.log.filter((line) => line.startsWith("serve") && line !== "serve report");
  }

  /** What was shown, with the milliseconds since the first of it. */
  get shown(): string[] {
    const [first] = this.keyboard.shown;
    return this.keyboard.shown.map(({ at, what }) => `${at - first.at} ${what}`);
  }

  /** The first bytes of the frames to a side. */
  typesTo(side: Side): number[] {
    return this.heard.filter(({ to }) => to === side).map(({ frame }) => frame[0]);
  }
}
