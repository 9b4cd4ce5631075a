// A keypad's board on the desk: its own program over a chip, with twelve keys, three lamps, a piezo and a case on its pins.
// Why: a finger closes a contact between two wires, and whoever stands there sees a colour and hears a tone; nothing else counts.

import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { restOn } from "../../firmware/io/resting.ts";
import type { Random } from "../../firmware/platform.ts";
import { type KeypadBoardParts, startKeypad } from "../../keypad/board.ts";
import { COLUMNS, KEYS, type Key } from "../../keypad/keys.ts";
import { KEYPAD_PINS } from "../../keypad/pins.ts";
import { ESP32_S3 } from "../ecma419/model.ts";
import type { SerialCable } from "../ecma419/serial.ts";
import type { World } from "../world.ts";
import { ChipRig } from "./chiprig.ts";

const PINS = KEYPAD_PINS.esp32s3;
/** As the keypad's manifest has it. */
const CHANNELS = 0x3f;
const CELLS_MILLIVOLTS = 2_000;

/** What its image says. */
export const KEYPAD_IMAGE = Object.freeze({ target: "esp32s3", version: "desk" } as const);

/** What it is made of. */
export interface KeypadRigParts {
  readonly world: World;
  readonly crypto: Crypto;
  readonly random: Random;
  /** It is at the far end. */
  readonly cable: SerialCable;
  readonly terminal: SerialCable;
  /** Whether its image is made to sleep. */
  readonly sleeps?: boolean | undefined;
  /** The board's own where it is left out. */
  readonly program?: ((parts: KeypadBoardParts) => void) | undefined;
}

/** The board. */
export class KeypadRig {
  readonly rig: ChipRig;
  readonly tones: number[] = [];
  readonly #parts: KeypadRigParts;

  constructor(parts: KeypadRigParts) {
    const { world, cable, terminal } = parts;
    this.#parts = parts;
    this.rig = new ChipRig({
      ...{ world, model: ESP32_S3, channelMap: CHANNELS },
      ports: new Map([
        [PINS.lock.port, { cable, end: "far" as const }],
        [PINS.terminal.port, { cable: terminal, end: "near" as const }],
      ]),
    });
    const { chip } = this.rig;
    if (PINS.battery !== undefined) chip.supply(PINS.battery, CELLS_MILLIVOLTS);
    chip.watch((pin) => {
      const hz = pin === PINS.piezo ? chip.pulse(pin)?.hz : undefined;
      if (hz !== undefined && this.tones.at(-1) !== hz) this.tones.push(hz);
    });
  }

  powerOn(): void {
    const { crypto, random, sleeps = false, program = startKeypad } = this.#parts;
    const { rig } = this;
    rig.powerOn(() => {
      const resting = sleeps ? { restOn: restOn(rig.chip.slumber) } : {};
      program({ sdk: rig.sdk, crypto, random, chip: rig, ...KEYPAD_IMAGE, ...resting });
    });
  }

  /** Presses a key, or lets it go. */
  press(key: Key, isDown: boolean): void {
    const index = KEYS.indexOf(key);
    const [row, column] = [PINS.rows[Math.floor(index / COLUMNS)], PINS.columns[index % COLUMNS]];
    if (row === undefined || column === undefined) throw new Error(`no key ${key}`);
    this.rig.chip.join(row, column, isDown);
  }

  moveCase(isOpen: boolean): void {
    this.rig.chip.drive(PINS.tamper, isOpen ? 0 : undefined);
  }

  /** How bright each lamp is, 0 to 1: the lamps are lit while their pins are low. */
  get lamps(): { readonly red: number; readonly green: number; readonly blue: number } {
    const of = (pin: number): number => {
      const duty = this.rig.chip.pulse(pin)?.duty ?? this.rig.chip.level(pin);
      return Math.round((1 - duty) * 100) / 100;
    };
    return { red: of(PINS.red), green: of(PINS.green), blue: of(PINS.blue) };
  }
}
