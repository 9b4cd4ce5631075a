// The image sensor behind its one switch: power, warm-up, files at the camera's own rate, and no power at all.
// Why: the switch of sensor and light is the rail's (rail.ts); here hangs on it what must follow: frames come only while it is on, and
// switching off never waits for the sensor. While it is on it is asked who it is: one that does not say so gives no files.
// Follows docs/camera.md. The C side of the driver is sensor.c.

import { type Millis, millis, type Output } from "../firmware/platform.ts";
import { answers, findProduct, type Product } from "./product.ts";

/** From power to the first try: the sensor's own regulator and clock. */
const WARM_UP_MILLIS = 300;
/** From a start that failed to the next one. */
const RETRY_MILLIS = 500;
/** How often a sensor that runs is asked who it is: a lock believes no frame that is older than 1.5 s. */
const CHECK_MILLIS = 1_000;

/** From whatever was done with a file, which may have switched the lamp, to the next one that is taken: two pictures of a sensor at 25 a
 *  second, since the one that is under way then began before. */
const SETTLE_MILLIS = 80;

/** What takes files from a sensor: sensor.c on a board. */
export interface SensorDriver {
  /** Begins. @param ready is called, from the loop, when there is a file @returns false where the sensor does not answer, or a former
   *  run has not come to its end yet */
  start(ready: () => void): boolean;
  /** Copies the newest file. @returns its length; 0 where it does not fit, undefined where there is none that is new */
  read(target: Uint8Array): number | undefined;
  /** Reads a register, between `start` and `stop`. @param address as the sensor's data sheet counts, with the bank in the high byte
   *  @returns 0..255; undefined where it does not answer */
  register(address: number): number | undefined;
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
  /** What answers; undefined while it does not run. */
  #product: Product | undefined;
  /** When it is to be started, or asked who it is. */
  #dueAt: Millis | undefined;
  #lastFrame = Number.NEGATIVE_INFINITY;
  /** When whoever takes files was done with the last one. */
  #doneAt = Number.NEGATIVE_INFINITY;

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
    this.#dueAt = isActive ? millis(this.#parts.uptime() + WARM_UP_MILLIS) : undefined;
    if (this.#product !== undefined) driver.stop();
    this.#product = undefined;
    // What was not recorded must not be found in memory.
    if (!isActive) this.#file.fill(0);
  }

  /** Starts the sensor once it is warm, asks it who it is while it runs, and starts it again where it did not answer. */
  tick(now: Millis): void {
    if (this.#dueAt === undefined || now < this.#dueAt) return;
    this.#product = this.#product === undefined ? this.#start() : this.#check(this.#product);
    this.#dueAt = millis(now + (this.#product === undefined ? RETRY_MILLIS : CHECK_MILLIS));
  }

  get nextTick(): Millis | undefined {
    return this.#dueAt;
  }

  #start(): Product | undefined {
    const { driver } = this.#parts;
    if (!driver.start(() => this.#ready())) return undefined;
    const product = findProduct((address) => driver.register(address));
    if (product === undefined) driver.stop();
    return product;
  }

  /** @returns undefined where it was stopped, since it is not what it was */
  #check(product: Product): Product | undefined {
    const { driver } = this.#parts;
    if (answers(product, (address) => driver.register(address))) return product;
    driver.stop();
    return undefined;
  }

  /** Hands the newest file over, where it is time for one. */
  #ready(): void {
    if (this.#product === undefined) return;
    const length = this.#parts.driver.read(this.#file);
    if (length === undefined || length === 0) return;
    const now = this.#parts.uptime();
    // A sensor's clock is not the board's: a file that comes a little early counts.
    if (now - this.#lastFrame < this.#parts.frameMillis * 0.9) return;
    // To judge one may take longer than that. What came meanwhile shows the lamp of before, and would answer its question wrong.
    if (now - this.#doneAt < SETTLE_MILLIS) return;
    this.#lastFrame = now;
    this.#parts.frame(this.#file.subarray(0, length));
    this.#doneAt = this.#parts.uptime();
  }
}
