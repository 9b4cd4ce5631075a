// The door as physics: a leaf, a bolt that takes time to travel, a motor that is driven by two pins, and what senses them.
// Why: the lock's real drivers run against it, so it must answer as wood and iron do: late, stuck, and whatever hand is
// on the thumbturn. It knows no firmware but the pins of firmware/platform.ts.
// Limits of the model: the leaf is open or shut at once, and the bolt moves at one speed.

import type { Battery, Indicator, Input, Millis, Output, Signal } from "../firmware/platform.ts";
import type { Drive } from "./checker.ts";
import type { Event, World } from "./world.ts";

/** The bolt's whole way, in steps of which 0 is retracted. */
const THROWN = 1000;
/** The numbers of pins and levels in the trace. */
const PINS = Object.freeze({ retract: 1, throw: 2, contact: 3, bolt: 4, stall: 5, signal: 6, thumbturn: 7, leaf: 8 });
const PLACES: readonly Place[] = Object.freeze(["retracted", "between", "thrown"] as const);
const SIGNALS: readonly Signal[] = Object.freeze(["quiet", "wait", "yes", "no", "alarm"] as const);

/** Where the bolt is. */
export type Place = "thrown" | "retracted" | "between";

/** What the door does, for whoever watches: a checker, a person, the lock's inputs. */
export interface DoorWatcher {
  drives?(drive: Drive): void;
  boltAt?(place: Place): void;
  leafIs?(leaf: "open" | "closed"): void;
  /** What the contact in the frame says of the leaf; a magnet may hold it shut. */
  contactIs?(leaf: "open" | "closed"): void;
  stalls?(isStalled: boolean): void;
  signals?(signal: Signal): void;
}

/** What one door is like. */
export interface DoorOptions {
  /** For the whole way of the bolt. */
  readonly travelMillis: number;
  /** From the moment that the bolt is stuck until the motor's current says so. */
  readonly stallMillis: number;
}

/** The door that a German locksmith would sell: 1.2 s for the way, 150 ms until a stall shows. */
export const USUAL_DOOR: DoorOptions = Object.freeze({ travelMillis: 1_200, stallMillis: 150 });

/** A door with a motor lock. The pins are the lock's; the other methods are the world's hands. */
export class Door implements Battery, Indicator {
  millivolts = 6_000;
  readonly retractPin: Output = { write: (isActive) => this.#drive("retract", isActive) };
  readonly throwPin: Output = { write: (isActive) => this.#drive("throw", isActive) };
  /** The end contacts: how far the bolt is, whoever moved it. */
  readonly thrownSensor: Input;
  readonly retractedSensor: Input;
  /** Whether the motor draws the current of a motor that cannot turn. */
  readonly stallSensor: Input;
  /** The contact in the frame. */
  readonly leafSensor: Input;
  readonly #world: World;
  readonly #options: DoorOptions;
  readonly #watchers: DoorWatcher[] = [];
  #isOpen = false;
  #isHeld = false;
  #hasMagnet = false;
  /** Where the bolt was when the drive last changed, and when that was. */
  #position = THROWN;
  #since: Millis;
  #active: Drive = "rest";
  #isJammed = false;
  #isStalled = false;
  #arrival: Event | undefined;
  #stall: Event | undefined;
  #place: Place = "thrown";

  constructor(world: World, options: DoorOptions) {
    const door = this;
    this.#world = world;
    this.#options = options;
    this.#since = world.now;
    this.thrownSensor = {
      get isActive() {
        return door.bolt === "thrown";
      },
    };
    this.retractedSensor = {
      get isActive() {
        return door.bolt === "retracted";
      },
    };
    this.stallSensor = {
      get isActive() {
        return door.#isStalled;
      },
    };
    this.leafSensor = {
      get isActive() {
        return door.contact === "closed";
      },
    };
  }

  get bolt(): Place {
    return this.#place;
  }

  get leaf(): "open" | "closed" {
    return this.#isOpen ? "open" : "closed";
  }

  /** What the contact says of the leaf. */
  get contact(): "open" | "closed" {
    return this.#hasMagnet ? "closed" : this.leaf;
  }

  get isJammed(): boolean {
    return this.#isJammed;
  }

  /** Tells `watcher` what happens from now on. */
  watch(watcher: DoorWatcher): void {
    this.#watchers.push(watcher);
  }

  signal(signal: Signal): void {
    this.#record("signal", SIGNALS.indexOf(signal), signal);
    for (const watcher of this.#watchers) watcher.signals?.(signal);
  }

  /** Pushes the leaf open. @returns false where the bolt holds it */
  open(): boolean {
    if (this.#isOpen || this.#place !== "retracted") return false;
    this.#moveLeaf(true);
    return true;
  }

  /** Pulls the leaf shut. @returns false where the bolt stands out and hits the frame, or a wedge is under the leaf */
  shut(): boolean {
    if (!this.#isOpen || this.#isHeld || this.#place !== "retracted") return false;
    this.#moveLeaf(false);
    return true;
  }

  /** Breaks the leaf open, whatever the bolt does. */
  force(): void {
    if (!this.#isOpen) this.#moveLeaf(true);
  }

  /** Turns the thumbturn, or the key outside: the hand is stronger than the motor, and a clutch gives way. */
  turn(to: "thrown" | "retracted"): boolean {
    if (this.#isJammed) return false;
    this.#record("thumbturn", PLACES.indexOf(to), `thumbturn to ${to}`);
    this.#settle();
    this.#position = to === "thrown" ? THROWN : 0;
    this.#arrived();
    this.#plan();
    return true;
  }

  /** Puts a wedge under the leaf, or takes it away: an open leaf stays open. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
  }

  /** Puts a magnet on the contact, or takes it away: with it the contact says that the leaf is shut. */
  magnet(hasMagnet: boolean): void {
    const told = this.contact;
    this.#hasMagnet = hasMagnet;
    this.#tellContact(told);
  }

  /** Wedges the bolt where it is, or frees it. */
  jam(isJammed: boolean): void {
    this.#settle();
    // The plan of its arrival is dropped below: it may be there by now.
    this.#arrived();
    this.#isJammed = isJammed;
    this.#plan();
  }

  /** Power is gone: nothing drives. */
  release(): void {
    this.#drive("retract", false);
    this.#drive("throw", false);
  }

  #drive(drive: "retract" | "throw", isActive: boolean): void {
    if (isActive === (this.#active === drive)) return;
    this.#settle();
    this.#active = isActive ? drive : "rest";
    this.#record(drive, isActive ? 1 : 0, `${drive} ${isActive ? "on" : "off"}`);
    for (const watcher of this.#watchers) watcher.drives?.(this.#active);
    this.#plan();
  }

  /** Brings the position up to now. */
  #settle(): void {
    this.#position = this.#positionNow();
    this.#since = this.#world.now;
  }

  #positionNow(): number {
    if (this.#active === "rest" || this.#isJammed) return this.#position;
    const moved = Math.floor(((this.#world.now - this.#since) * THROWN) / this.#options.travelMillis);
    return this.#active === "throw" ? Math.min(THROWN, this.#position + moved) : Math.max(0, this.#position - moved);
  }

  /** Plans what comes of the present drive: an end reached, or a stall. */
  #plan(): void {
    this.#arrival?.cancel();
    this.#stall?.cancel();
    this.#setStall(false);
    if (this.#active === "rest") return;
    const way = this.#active === "throw" ? THROWN - this.#position : this.#position;
    const { travelMillis, stallMillis } = this.#options;
    const runs = this.#isJammed ? 0 : Math.ceil((way * travelMillis) / THROWN);
    if (runs > 0) {
      if (this.#place !== "between") this.#setPlace("between");
      this.#arrival = this.#world.after(runs, () => {
        this.#settle();
        this.#arrived();
      });
    }
    this.#stall = this.#world.after(runs + stallMillis, () => this.#setStall(true));
  }

  #arrived(): void {
    const place = this.#position === THROWN ? "thrown" : this.#position === 0 ? "retracted" : "between";
    if (place !== this.#place) this.#setPlace(place);
  }

  #setPlace(place: Place): void {
    this.#place = place;
    this.#record("bolt", PLACES.indexOf(place), `bolt ${place}`);
    for (const watcher of this.#watchers) watcher.boltAt?.(place);
  }

  #setStall(isStalled: boolean): void {
    if (isStalled === this.#isStalled) return;
    this.#isStalled = isStalled;
    this.#record("stall", isStalled ? 1 : 0, isStalled ? "stall" : "stall over");
    for (const watcher of this.#watchers) watcher.stalls?.(isStalled);
  }

  #record(pin: keyof typeof PINS, level: number, label: string): void {
    this.#world.record({ channel: "pin", subject: PINS[pin] * 256 + level, label });
  }

  #moveLeaf(isOpen: boolean): void {
    const told = this.contact;
    this.#isOpen = isOpen;
    this.#record("leaf", isOpen ? 1 : 0, `leaf ${this.leaf}`);
    for (const watcher of this.#watchers) watcher.leafIs?.(this.leaf);
    this.#tellContact(told);
  }

  #tellContact(before: "open" | "closed"): void {
    const { contact } = this;
    if (contact === before) return;
    this.#record("contact", contact === "open" ? 1 : 0, `contact ${contact}`);
    for (const watcher of this.#watchers) watcher.contactIs?.(contact);
  }
}
