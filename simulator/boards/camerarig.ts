// A camera's board on the desk: its own program over a chip, with a sensor that has power or not, a light, a lamp and a case on its pins.
// Why: the sensor and the red light hang on one wire, and what the camera sees and says must follow that wire.

import { type CameraBoardParts, startCamera } from "../../camera/board.ts";
import { CAMERA_PINS } from "../../camera/pins.ts";
import type { SensorDriver } from "../../camera/sensor.ts";
import { Settings } from "../../camera/settings.ts";
import type { Bytes } from "../../firmware/bytes.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { StoredConstants } from "../../firmware/io/constants.ts";
import type { Random } from "../../firmware/platform.ts";
import { ESP32_S3 } from "../ecma419/model.ts";
import type { SerialCable } from "../ecma419/serial.ts";
import type { Host } from "../ecma419/sockets.ts";
import { MemoryCard } from "../memorycard.ts";
import { Stage } from "../stage.ts";
import type { World } from "../world.ts";
import { ChipRig } from "./chiprig.ts";

const PINS = CAMERA_PINS.xiao_esp32s3_sense;
const RAIL_SECTORS = 96;
/** What the sensor gives by itself. */
const SHOT_MILLIS = 125;
/** What the registers of the usual sensor hold that say who it is. */
const OV2640: ReadonlyMap<number, number> = new Map([
  [0x10a, 0x26],
  [0x11c, 0x7f],
]);

/** What its image says. */
export const CAMERA_IMAGE = Object.freeze({ target: "xiao_esp32s3_sense", version: "desk" } as const);

/** What it is made of. */
export interface CameraRigParts {
  readonly world: World;
  readonly crypto: Crypto;
  readonly random: Random;
  readonly host: Host;
  readonly terminal: SerialCable;
  /** The board's own where it is left out. */
  readonly program?: ((parts: CameraBoardParts) => void) | undefined;
}

/** The board. */
export class CameraRig implements SensorDriver {
  readonly rig: ChipRig;
  readonly stage = new Stage(1, true);
  readonly card = new MemoryCard();
  /** Whether somebody has cut the red light's wire: the sensor behind it has no supply either. */
  isLightCut = false;
  /** Whether its sensor answers on its control wires; where it does not, files come on, as from a driver that repeats its memory. */
  isAnswering = true;
  /** Files that the sensor gave. */
  shots = 0;
  readonly #parts: CameraRigParts;
  #ready: (() => void) | undefined;
  #newest: Bytes | undefined;

  constructor(parts: CameraRigParts) {
    const { world, host, terminal } = parts;
    this.#parts = parts;
    this.rig = new ChipRig({
      ...{ world, host, model: ESP32_S3, partitions: { rail: RAIL_SECTORS } },
      ports: new Map([[PINS.terminal.port, { cable: terminal, end: "near" as const }]]),
    });
    const { chip } = this.rig;
    chip.pull(PINS.rail, "down");
    chip.watch((pin) => {
      if (pin === PINS.rail) this.settleLight();
      if (pin === PINS.lamp) this.stage.isLampLit = chip.level(PINS.lamp) === 1;
      if (pin === PINS.filter) this.stage.isFilterAway = chip.level(PINS.filter) === 1;
    });
    const shoot = () => {
      this.#shoot();
      world.after(SHOT_MILLIS, shoot);
    };
    shoot();
  }

  /** Whether the red light burns. */
  get isLit(): boolean {
    return this.rig.chip.level(PINS.rail) === 1 && !this.isLightCut;
  }

  powerOn(): void {
    const { crypto, random, program = startCamera } = this.#parts;
    const { rig, card, stage } = this;
    rig.powerOn(() =>
      program({
        ...{ sdk: rig.sdk, crypto, random, chip: rig, card, image: CAMERA_IMAGE, driver: this },
        reader: stage.reader,
        feedFromRadio: () => {},
      }),
    );
  }

  /** What an owner's desk does before it hangs: for whom its clips are, what its scene looks like, and what the house's own machines come with.
   *  @param streamSecret of a password; left out, there is none */
  prepare(recipients: readonly Bytes[], streamSecret?: Bytes): void {
    const settings = new Settings(new StoredConstants({ io: this.rig.storage, path: "latchkey" }));
    settings.setRecipients(recipients);
    if (streamSecret !== undefined) settings.setStreamSecret(streamSecret);
    this.stage.approveIn(settings);
  }

  moveCase(isOpen: boolean): void {
    this.rig.chip.drive(PINS.caseContact, isOpen ? 0 : undefined);
  }

  /** Lets current flow through the light where it can. */
  settleLight(): void {
    this.rig.chip.drive(PINS.lightCurrent, this.isLit ? 1 : 0);
  }

  start(ready: () => void): boolean {
    if (!this.isLit) return false;
    this.#ready = ready;
    return true;
  }

  read(target: Uint8Array): number | undefined {
    const file = this.#newest;
    this.#newest = undefined;
    if (file === undefined) return undefined;
    if (file.length > target.length) return 0;
    target.set(file);
    return file.length;
  }

  register(address: number): number | undefined {
    return this.isAnswering ? OV2640.get(address) : undefined;
  }

  stop(): void {
    this.#ready = undefined;
  }

  #shoot(): void {
    if (!this.isLit || this.#ready === undefined) return;
    this.#newest = this.stage.shoot();
    this.shots += 1;
    this.#ready();
  }
}
