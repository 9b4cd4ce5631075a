// The keypad's board in the world: it gives the real keypad its keys, light, constants and line, and takes its power away.
// Why: the keypad's core is handed everything; this is the hand.
// Time is the board's own: it starts at 0 with each boot and runs fast or slow by its crystal's error.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Battery, Constants, Millis, Random } from "../firmware/platform.ts";
import { Keypad } from "../keypad/keypad.ts";
import { Matrix } from "../keypad/matrix.ts";
import { Crystal } from "./crystal.ts";
import { losesPower } from "./flash.ts";
import type { Keyboard } from "./keyboard.ts";
import type { Line, LineListener } from "./line.ts";
import type { Event, World } from "./world.ts";

/** What a keypad's board is made of. */
export interface KeypadParts {
  readonly world: World;
  readonly crypto: Crypto;
  readonly random: Random;
  readonly constants: Constants;
  readonly keyboard: Keyboard;
  /** It is plugged in at the outer end. */
  readonly line: Line;
  readonly driftPartsPerMillion: number;
  readonly isSilent?: boolean;
  readonly reportMillis?: number;
}

/** A keypad on its board; without power there is no keypad. */
export class KeypadBoard implements Battery, LineListener {
  millivolts = 5_000;
  readonly #parts: KeypadParts;
  readonly #crystal: Crystal;
  #keypad: Keypad | undefined;
  #tick: Event | undefined;
  #isInside = false;

  constructor(parts: KeypadParts) {
    this.#parts = parts;
    this.#crystal = new Crystal(parts.world, parts.driftPartsPerMillion);
    parts.keyboard.watch({
      keysMoved: () => this.#call((keypad, now) => keypad.scan(now)),
      caseIs: (isOpen) => this.#call((keypad, now) => keypad.tamperChanged(isOpen, now)),
    });
  }

  /** The running keypad, or undefined without power. */
  get keypad(): Keypad | undefined {
    return this.#keypad;
  }

  /** Gives power: the keypad boots. */
  powerOn(): void {
    if (this.#keypad !== undefined) return;
    const { world, crypto, random, constants, keyboard, line, isSilent = false, reportMillis } = this.#parts;
    world.record({ channel: "power", subject: 5, label: "keypad on" });
    this.#crystal.start();
    const keys = new Matrix(keyboard);
    const platform = { crypto, random, constants, keys, wire: line.outside, face: keyboard, battery: this };
    this.#survive(() => {
      this.#keypad = new Keypad(platform, { isSilent, reportMillis }, this.#crystal.uptime);
    });
    if (this.#keypad === undefined) return;
    line.plug("outside", this);
    this.#call((keypad, now) => {
      keypad.tamperChanged(keyboard.isCaseOpen, now);
      keypad.scan(now);
      keypad.tick(now);
    });
  }

  /** Takes the power away. */
  cutPower(): void {
    const { world, keyboard, line } = this.#parts;
    this.#keypad = undefined;
    this.#tick?.cancel();
    this.#tick = undefined;
    world.record({ channel: "power", subject: 4, label: "keypad off" });
    line.unplug("outside");
    keyboard.goDark();
  }

  /** Starts anew without losing power, as a watchdog does it. */
  restart(): void {
    if (this.#keypad === undefined) return;
    this.cutPower();
    this.powerOn();
  }

  /** Lets the crystal run faster or slower from now on. */
  setDrift(partsPerMillion: number): void {
    this.#crystal.setDrift(partsPerMillion);
    this.#call(() => {});
  }

  received(frame: Bytes): void {
    this.#call((keypad, now) => keypad.received(frame, now));
  }

  /** Hands the keypad an event with its own time, then plans its next tick. */
  #call(event: (keypad: Keypad, now: Millis) => void): void {
    const keypad = this.#keypad;
    if (keypad === undefined) return;
    if (this.#isInside) throw new Error("the keypad is called from within itself");
    this.#isInside = true;
    this.#survive(() => event(keypad, this.#crystal.uptime));
    this.#isInside = false;
    this.#tick?.cancel();
    const next = this.#keypad?.nextTick;
    if (next === undefined) return;
    const { world } = this.#parts;
    this.#tick = world.at(this.#crystal.worldTime(next), () => this.#call((ticked, now) => ticked.tick(now)));
  }

  /** Constants that lose power take the whole board with them. */
  #survive(run: () => void): void {
    if (losesPower(run)) this.cutPower();
  }
}
