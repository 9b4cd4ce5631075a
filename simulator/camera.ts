// A camera's board: it gives the real camera its sensor, switch, card, radio and clock, and takes its power away.
// Why: the camera's core is handed everything; this is the hand. It stands on a desk as well as in a house: whoever owns the
// time asks when it is due, and calls it then.
// Time is the board's own: it starts at 0 with each boot.

import { Camera } from "../camera/camera.ts";
import type { Card } from "../camera/card.ts";
import type { Audience, CameraOptions, RailArchive } from "../camera/options.ts";
import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { type Carrier, type Constants, type Millis, millis, type Network, type Random } from "../firmware/platform.ts";
import { losesPower } from "./flash.ts";
import { MemoryConstants } from "./memory.ts";
import type { MemoryCard } from "./memorycard.ts";
import type { MemoryRail } from "./memoryrail.ts";
import type { Stage } from "./stage.ts";

/** From power to the sensor's first file. */
const WARM_UP_MILLIS = 300;
/** Ten frames a second. */
export const FRAME_MILLIS = 100;

/** A card in a camera: what power takes with it is its own affair. */
export type Slot = Card & { cutPower(): void };

/** What a camera's board is made of. */
export interface CameraParts<Inserted extends Slot = MemoryCard, Records extends RailArchive = MemoryRail> {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly stage: Stage;
  /** The time of whoever owns it, in milliseconds. */
  now(): number;
  /** Takes a frame for the lock. */
  send(frame: Bytes): void;
  /** Frames to viewers; nobody looks where it is left out. */
  readonly carrier?: Carrier;
  /** The house's own machines; none where it is left out. */
  readonly audience?: Audience;
  readonly constants?: Constants;
  /** The radio in the house's network, and where it answers over the cable in its case; neither where they are left out. */
  readonly network?: Network;
  cable?(frame: Bytes): void;
  readonly card: Inserted;
  readonly rail: Records;
  /** Takes the sensor's next file and hands it over, perhaps later; undefined where there is none. Never asked twice at once.
   *  The stage's own, at once, where it is left out. */
  expose?(handOver: (file: Bytes | undefined) => void): void;
  readonly frameMillis?: number;
  /** The same with the filter away, where a question of its lamp takes 16 frames; as by day where it is left out. */
  readonly nightFrameMillis?: number;
  readonly options?: Partial<CameraOptions>;
  /** Hears that it may be due at another time than before. */
  moved?(): void;
}

/** A camera on its board; without power there is no camera. */
export class CameraBoard<Inserted extends Slot = MemoryCard, Records extends RailArchive = MemoryRail> {
  readonly stage: Stage;
  readonly card: Inserted;
  readonly rail: Records;
  /** Whether somebody has cut the red light's wire: no current flows through it, nor through the sensor behind it. */
  isLightCut = false;
  /** How many files the sensor gave. */
  frames = 0;
  readonly #parts: CameraParts<Inserted, Records>;
  readonly #constants: Constants;
  readonly #frameMillis: number;
  readonly #nightFrameMillis: number;
  #camera: Camera | undefined;
  #bootedAt = 0;
  #hasSupply = false;
  #frameAt = Infinity;
  /** Counts how often the sensor's power came or went: what it saw before is not handed over. */
  #switches = 0;
  #isExposing = false;

  constructor(parts: CameraParts<Inserted, Records>) {
    this.#parts = parts;
    this.stage = parts.stage;
    this.card = parts.card;
    this.rail = parts.rail;
    this.#constants = parts.constants ?? new MemoryConstants();
    this.#frameMillis = parts.frameMillis ?? FRAME_MILLIS;
    this.#nightFrameMillis = parts.nightFrameMillis ?? this.#frameMillis;
  }

  /** The running camera, or undefined without power. */
  get camera(): Camera | undefined {
    return this.#camera;
  }

  /** Whether the red light burns. */
  get isLit(): boolean {
    return this.#hasSupply && !this.isLightCut;
  }

  /** Gives power: the camera boots. */
  powerOn(): void {
    if (this.#camera !== undefined) return;
    const { crypto, random, stage, options } = this.#parts;
    this.#bootedAt = this.#parts.now();
    const board = this;
    const platform = {
      crypto,
      random,
      constants: this.#constants,
      wire: { send: (frame: Bytes) => this.#parts.send(frame) },
      carrier: this.#parts.carrier ?? { send: () => {}, close: () => {} },
      audience: this.#parts.audience,
      network: this.#parts.network,
      cable: { send: (frame: Bytes) => this.#parts.cable?.(frame) },
      rail: {
        supply: { write: (isActive: boolean) => this.#supply(isActive) },
        light: {
          get isActive(): boolean {
            return board.isLit;
          },
        },
      },
      railStore: this.rail,
      card: this.card,
      reader: stage.reader,
      lamp: {
        write: (isActive: boolean) => {
          stage.isLampLit = isActive;
        },
      },
      filter: {
        write: (isActive: boolean) => {
          stage.isFilterAway = isActive;
        },
      },
    };
    this.#survive(() => {
      this.#camera = new Camera(platform, { width: 640, height: 480, ...options }, millis(0));
    });
    this.call((camera, now) => camera.tick(now));
  }

  /** Takes the power away. */
  cutPower(): void {
    this.#camera = undefined;
    this.#supply(false);
    this.card.cutPower();
    this.#parts.moved?.();
  }

  /** Somebody opens its case, or closes it. */
  moveCase(isOpen: boolean): void {
    this.call((camera, now) => camera.caseChanged(isOpen, now));
  }

  /** Brings it a frame of the lock. */
  received(frame: Bytes): void {
    this.call((camera, now) => camera.lockReceived(frame, now));
  }

  /** When it has something to do, in its owner's time. */
  get dueAt(): number {
    const camera = this.#camera;
    if (camera === undefined) return Infinity;
    return Math.min(this.#bootedAt + camera.nextTick, this.#frameAt);
  }

  /** Does what is due: the sensor gives its next file, or the camera ticks. */
  tick(): void {
    if (this.#parts.now() < this.#frameAt) this.call((camera, now) => camera.tick(now));
    else {
      this.#frameAt += this.stage.isFilterAway ? this.#nightFrameMillis : this.#frameMillis;
      if (this.isLit && !this.#isExposing) this.#expose();
    }
  }

  /** Hands the camera an event with its own time. */
  call(event: (camera: Camera, now: Millis) => void): void {
    const camera = this.#camera;
    if (camera === undefined) return;
    this.#survive(() => event(camera, millis(this.#parts.now() - this.#bootedAt)));
    this.#parts.moved?.();
  }

  #expose(): void {
    const [switches, { expose }] = [this.#switches, this.#parts];
    const handOver = (file: Bytes | undefined): void => {
      this.#isExposing = false;
      if (file === undefined || switches !== this.#switches || !this.isLit) return;
      this.frames += 1;
      this.call((camera, now) => camera.frame(file, now));
    };
    this.#isExposing = true;
    if (expose === undefined) handOver(this.stage.shoot());
    else expose(handOver);
  }

  #supply(isActive: boolean): void {
    if (isActive === this.#hasSupply) return;
    this.#switches += 1;
    this.#hasSupply = isActive;
    this.#frameAt = isActive ? this.#parts.now() + WARM_UP_MILLIS : Infinity;
  }

  /** Constants that lose power take the whole board with them. */
  #survive(run: () => void): void {
    if (losesPower(run)) this.cutPower();
  }
}
