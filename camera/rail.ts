// The one switch of the camera: sensor and red light together, and the only place that gives a frame its number.
// Why: a camera that looks must be seen to look. The wiring makes it so (the light hangs in the sensor's own supply); what software
// adds is that every switch is signed first, and that no frame has a number while the light draws no current.
// Follows docs/protocol.md §9, "Power".

import type { Bytes } from "../firmware/bytes.ts";
import { type Crypto, HASH_BYTES } from "../firmware/crypto/crypto.ts";
import { encodeRail, type RailEvent, type RailMode, type RailRecord, verifyRail } from "../firmware/evidence/rail.ts";
import { Fault } from "../firmware/fault.ts";
import type { Input, Output, Seconds } from "../firmware/platform.ts";
import type { Signer } from "./evidence.ts";
import type { FrameNumbers } from "./numbers.ts";

/** Where rail records are kept. */
export interface RailStore {
  /** The newest record, whole; undefined before the first. A copy. */
  last(): Bytes | undefined;
  /** Keeps one more, durably. @throws Fault flash.io */
  append(message: Bytes): void;
}

/** What the rail is wired to. */
export interface RailWiring {
  /** The supply of sensor and light; off at every reset. */
  readonly supply: Output;
  /** Whether current flows through the light. */
  readonly light: Input;
}

/** What a rail is made of. */
export interface RailOptions {
  readonly signer: Signer;
  readonly lockId: string;
  readonly wiring: RailWiring;
  readonly store: RailStore;
  readonly numbers: FrameNumbers;
}

/** What is asked of the camera now. */
export interface RailWish {
  readonly mode: RailMode;
  /** The visit that is open; undefined where there is none. */
  readonly visit?: number | undefined;
  readonly told?: readonly [lo: Seconds, hi: Seconds] | undefined;
}

/** Switches the sensor, and gives frames their numbers while it has power and its light burns. */
export class Rail {
  readonly #crypto: Crypto;
  readonly #options: RailOptions;
  #isOn = false;
  #number = 0;
  #before: Bytes = new Uint8Array(HASH_BYTES);
  /** Whether the newest record says that the sensor has power. */
  #isRecordedOn = false;
  /** Whether this run of the program switched the sensor on since the last record of an end. */
  #wasOn = false;
  /** Why it is on, as the newest record says. */
  #mode: RailMode | undefined;
  #visit: number | undefined;
  /** Whether a record may be kept although flash said that it could not be: it must not be signed a second time. */
  #isUnsure = false;
  /** Whether the light was out: then the sensor stays off until nobody wants it on. */
  #isDark = false;

  /** Begins with the sensor off, whatever was.
   *  @throws Fault cose.*, cbor.* where the newest record is not this camera's own, flash.io where the stored number is older
   *  than it and nobody knows which were given since: then it must not look at all */
  constructor(crypto: Crypto, options: RailOptions) {
    this.#crypto = crypto;
    this.#options = options;
    options.wiring.supply.write(false);
    const record = this.#adopt();
    if (record === undefined || options.numbers.next >= record.frame) return;
    if (record.event === "on") throw new Fault("flash.io");
    options.numbers.raise(record.frame);
  }

  /** Goes on behind the newest record that is kept. @throws Fault cose.*, cbor.*, flash.io */
  #adopt(): RailRecord | undefined {
    const last = this.#options.store.last();
    if (last === undefined) return undefined;
    const record = verifyRail(this.#crypto, this.#options.signer.publicKey, last);
    this.#number = record.number;
    this.#before = this.#crypto.sha256(last);
    this.#isRecordedOn = record.event === "on";
    return record;
  }

  /** Whether the sensor has power. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** The number of the newest record: what each checkpoint says as `power`. */
  get number(): number {
    return this.#number;
  }

  /** SHA-256 of the newest record, 32 bytes; zeros before the first. */
  get hash(): Bytes {
    return this.#before;
  }

  /** Does what is asked. On: first the record, then the power; off: first the power. Where flash cannot be written the sensor
   *  stays, or goes, off, and the record is tried again with the next wish. Total. */
  heed(wish: RailWish): void {
    const isWanted = wish.mode === "always" || (wish.mode === "visits" && wish.visit !== undefined);
    if (!isWanted) {
      this.#switchOff();
      this.#isDark = false;
    }
    try {
      if (this.#isUnsure) {
        this.#adopt();
        this.#isUnsure = false;
        this.#wasOn &&= this.#isRecordedOn;
      }
      // A record says on, and the sensor is off: its power went before it could be said, or flash failed then.
      if (this.#isRecordedOn && !this.#isOn) this.#settle(wish);
      if (isWanted && !this.#isOn && !this.#isDark) {
        this.#record("on", wish);
        this.#options.wiring.supply.write(true);
        this.#isOn = true;
        this.#wasOn = true;
      } else if (this.#isOn && (wish.mode !== this.#mode || wish.visit !== this.#visit)) this.#record("on", wish);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#switchOff();
    }
  }

  /** Gives the next frame its number; undefined, and then no frame may be taken, while the sensor is off, the light draws no
   *  current, or flash cannot be written. A light that is out ends the power too. Total. */
  take(): number | undefined {
    if (!this.#isOn) return undefined;
    if (!this.#options.wiring.light.isActive) {
      this.#isDark = true;
      this.#switchOff();
      return undefined;
    }
    try {
      return this.#options.numbers.take();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#switchOff();
      return undefined;
    }
  }

  #switchOff(): void {
    this.#options.wiring.supply.write(false);
    this.#isOn = false;
  }

  #settle(wish: RailWish): void {
    if (this.#wasOn) this.#options.numbers.settle();
    this.#record(this.#wasOn ? "off" : "lost", wish);
    this.#wasOn = false;
  }

  #record(event: RailEvent, { mode, visit, told }: RailWish): void {
    const { signer, lockId, store, numbers } = this.#options;
    const record: RailRecord = {
      lockId,
      number: this.#number + 1,
      event,
      frame: numbers.next,
      before: this.#before,
      mode,
      visit: event === "on" ? visit : undefined,
      told,
    };
    const message = encodeRail(this.#crypto, signer, record);
    this.#isUnsure = true;
    store.append(message);
    this.#isUnsure = false;
    this.#number = record.number;
    this.#before = this.#crypto.sha256(message);
    this.#isRecordedOn = event === "on";
    this.#mode = mode;
    this.#visit = visit;
  }
}
