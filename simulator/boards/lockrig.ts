// A lock's board on the desk: its own program over a chip, with a motor, a bolt, contacts, a light and a piezo on its pins.
// Why: what the lock does is seen where a locksmith would look: at the levels of its pins.

import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { restOn } from "../../firmware/io/resting.ts";
import type { Random } from "../../firmware/platform.ts";
import { seconds } from "../../firmware/platform.ts";
import { type LockBoardParts, type LockImage, startLock } from "../../lock/board.ts";
import { LOCK_PINS } from "../../lock/pins.ts";
import { MotorWork } from "../ecma419/boltwork.ts";
import { ESP32_S3 } from "../ecma419/model.ts";
import type { SerialCable } from "../ecma419/serial.ts";
import type { Host } from "../ecma419/sockets.ts";
import { START } from "../table.ts";
import type { World } from "../world.ts";
import { Air } from "./air.ts";
import { ChipRig } from "./chiprig.ts";

const PINS = LOCK_PINS.esp32s3;
const TRAVEL_MILLIS = 600;
const WORK_MILLIS = 5;
/** A third of four fresh cells. */
const CELLS_MILLIVOLTS = 2_000;
const JOURNAL_SECTORS = 256;

/** What its image says. */
export const LOCK_IMAGE: LockImage = Object.freeze({
  target: "esp32s3",
  drive: "motor",
  version: "desk",
  buildTime: seconds(START - 3_600),
});

/** What it is made of. */
export interface LockRigParts {
  readonly world: World;
  readonly crypto: Crypto;
  readonly random: Random;
  readonly host: Host;
  /** The keypad's cable, at whose near end it is, and the line to a computer. */
  readonly cable: SerialCable;
  readonly terminal: SerialCable;
  /** Whether its image is made to sleep. */
  readonly sleeps?: boolean | undefined;
  /** The board's own where it is left out. */
  readonly program?: ((parts: LockBoardParts) => void) | undefined;
}

/** The board. */
export class LockRig {
  readonly rig: ChipRig;
  /** The radio to phones: a new one with each start. */
  air = new Air();
  readonly work: MotorWork;
  /** Each change of a pin that moves the bolt: when, which, and to what level. */
  readonly drives: { readonly at: number; readonly pin: "retract" | "throw"; readonly level: number }[] = [];
  /** Whether its radio to phones fails at each start. */
  hasBrokenRadio = false;
  /** What its image says. */
  image = LOCK_IMAGE;
  /** Whether the random generator was told that a radio feeds it. */
  isFed = false;
  /** What the piezo sounded, in hertz. */
  readonly tones: number[] = [];
  readonly #parts: LockRigParts;

  constructor(parts: LockRigParts) {
    const { world, host, cable, terminal } = parts;
    this.#parts = parts;
    this.rig = new ChipRig({
      ...{ world, host, model: ESP32_S3, partitions: { journal: JOURNAL_SECTORS } },
      ports: new Map([
        [PINS.keypad.port, { cable, end: "near" as const }],
        [PINS.terminal.port, { cable: terminal, end: "near" as const }],
      ]),
    });
    const { chip } = this.rig;
    const { retract, throw: outward, wake = -1, current } = PINS.motor;
    for (const pin of [retract, outward, wake]) chip.pull(pin, "down");
    chip.supply(PINS.battery, CELLS_MILLIVOLTS);
    this.moveLeaf("closed");
    const ends = { thrown: PINS.boltThrown, retracted: PINS.boltRetracted };
    const pins = { retract, throw: outward, wake, current };
    this.work = new MotorWork({ chip, pins, ends, place: 1, travelMillis: TRAVEL_MILLIS });
    chip.watch((pin) => this.#note(pin));
    const turn = () => {
      this.work.pass(WORK_MILLIS);
      world.after(WORK_MILLIS, turn);
    };
    turn();
  }

  powerOn(): void {
    const { crypto, random, sleeps = false, program = startLock } = this.#parts;
    this.rig.powerOn(() => {
      this.air = new Air({ isBroken: this.hasBrokenRadio });
      const { rig, air, image } = this;
      const feedFromRadio = (isOn: boolean) => {
        this.isFed = isOn;
      };
      this.isFed = false;
      const resting = sleeps ? { restOn: restOn(rig.chip.slumber) } : {};
      program({ sdk: rig.sdk, crypto, random, chip: rig, radio: air, image, feedFromRadio, ...resting });
    });
  }

  /** Whether any pin that moves the bolt is active. */
  get isDriving(): boolean {
    const { chip } = this.rig;
    return chip.level(PINS.motor.retract) === 1 || chip.level(PINS.motor.throw) === 1;
  }

  get isLit(): boolean {
    return this.rig.chip.level(PINS.light) === 0;
  }

  get bolt(): "thrown" | "retracted" | "between" {
    const { place } = this.work.iron;
    return place > 0.999 ? "thrown" : place < 0.001 ? "retracted" : "between";
  }

  moveLeaf(to: "open" | "closed"): void {
    this.rig.chip.drive(PINS.door, to === "closed" ? 0 : undefined);
  }

  press(isDown: boolean): void {
    this.rig.chip.drive(PINS.button, isDown ? 0 : undefined);
  }

  moveCover(isOpen: boolean): void {
    this.rig.chip.drive(PINS.cover, isOpen ? 0 : undefined);
  }

  /** Closes the loop in the keypad's cable, or cuts it. */
  moveLoop(isClosed: boolean): void {
    if (PINS.cableLoop !== undefined) this.rig.chip.drive(PINS.cableLoop, isClosed ? 0 : undefined);
  }

  #note(pin: number): void {
    const { chip } = this.rig;
    const { retract, throw: outward } = PINS.motor;
    if (pin === PINS.piezo) {
      const hz = chip.pulse(pin)?.hz;
      if (hz !== undefined && this.tones.at(-1) !== hz) this.tones.push(hz);
    }
    if (pin !== retract && pin !== outward) return;
    const name = pin === retract ? "retract" : "throw";
    const last = this.drives.filter((each) => each.pin === name).at(-1)?.level ?? 0;
    const level = chip.level(pin);
    if (level !== last) this.drives.push({ at: this.#parts.world.now, pin: name, level });
  }
}
