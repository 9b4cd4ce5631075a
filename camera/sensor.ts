// The image sensor behind its one switch: power, warm-up, files at the camera's own rate, and no power at all.
// Why: the switch of sensor and light is the rail's (rail.ts); here hangs on it what must follow: frames come only while it is on, and
// switching off never waits for the sensor.
// Follows docs/camera.md. The C side of the driver is sensor.c.

import { type Millis, millis, type Output } from "../firmware/platform.ts";

/** From power to the first try: the sensor's own regulator and clock. */
const WARM_UP_MILLIS = 300;
/** From a start that failed to the next one. */
const RETRY_MILLIS = 500;

/** What takes files from a sensor: sensor.c on a board. */
export interface SensorDriver {
  /** Begins. @param ready is called, from the loop, when there is a file @returns false where the sensor does not answer, or a former
   *  run has not come to its end yet */
  start(ready: () => void): boolean;
  /** Copies the newest file. @returns its length; 0 where it does not fit, undefined where there is none that is new */
  read(target: Uint8Array): number | undefined;
  /** Ends, at once for whoever asks. */
  stop(): void;
}

/** What a sensor is made of. */
export interface SensorParts {
  readonly driver: SensorDriver;
  /** The switch of its supply and the light. */
  readonly supply: Output;
  /** The longest file that is taken, in bytes. */
  readonly fileBytesMax: number;
  /** How often a file is handed over, in milliseconds; what comes between is dropped. */
  readonly frameMillis: number;
  uptime(): Millis;
  /** Takes a file. @param jpeg not kept: the next one overwrites it */
  frame(jpeg: Uint8Array): void;
}

/** The sensor; the camera's core takes it for its supply. */
export class Sensor implements Output {
  readonly #parts: SensorParts;
  readonly #file: Uint8Array;
  #isOn = false;
  #isRunning = false;
  /** When it is to be started. */
  #startAt: Millis | undefined;
  #lastFrame = Number.NEGATIVE_INFINITY;

  constructor(parts: SensorParts) {
    this.#parts = parts;
    this.#file = new Uint8Array(parts.fileBytesMax);
    parts.supply.write(false);
  }

  /** Switches it. Off: first the power, then the rest. */
  write(isActive: boolean): void {
    const { driver, supply } = this.#parts;
    supply.write(isActive);
    if (isActive === this.#isOn) return;
    this.#isOn = isActive;
    this.#startAt = isActive ? millis(this.#parts.uptime() + WARM_UP_MILLIS) : undefined;
    if (this.#isRunning) driver.stop();
    this.#isRunning = false;
  }

  /** Starts the sensor once it is warm, and again where it did not answer. */
  tick(now: Millis): void {
    if (this.#startAt === undefined || now < this.#startAt) return;
    this.#isRunning = this.#parts.driver.start(() => this.#ready());
    this.#startAt = this.#isRunning ? undefined : millis(now + RETRY_MILLIS);
  }

  get nextTick(): Millis | undefined {
    return this.#startAt;
  }

  /** Hands the newest file over, where it is time for one. */
  #ready(): void {
    if (!this.#isRunning) return;
    const length = this.#parts.driver.read(this.#file);
    if (length === undefined || length === 0) return;
    const now = this.#parts.uptime();
    // A sensor's clock is not the board's: a file that comes a little early counts.
    if (now - this.#lastFrame < this.#parts.frameMillis * 0.9) return;
    this.#lastFrame = now;
    this.#parts.frame(this.#file.subarray(0, length));
  }
}
