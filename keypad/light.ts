// What a keypad shows and sounds, as tables of steps, and the player of them.
// Why: whoever stands at the door must tell "yes" from "no" from "wait" in the dark and without reading; and nobody may learn
// more from it: every refusal looks alike, every key sounds alike, and yes and no last equally long (docs/attacks.md T38).

import { type Millis, millis } from "../firmware/platform.ts";

/** The colours of the light. */
export type Light = "off" | "white" | "green" | "red" | "amber";

/** One step of a pattern. */
export interface Step {
  readonly light: Light;
  /** Hertz; 0 is silence. */
  readonly tone: number;
  readonly duration: number;
}

/** What a keypad can say. */
export type Pattern =
  /** A key was taken. */
  | "click"
  /** The lock is asked. */
  | "asking"
  | "yes"
  /** Refused, for whatever reason. */
  | "no"
  /** More is needed: a second person, or the phone; behind the lock key, the leaf or the bolt is on its way. */
  | "wait"
  /** Too many wrong codes: try later, or another way. */
  | "paused"
  /** Too soon after the last entry: once more. */
  | "early"
  | "bell"
  /** The lock does not answer. */
  | "no-link"
  /** The lock's battery is low. */
  | "battery"
  /** The lock sounds an alarm. */
  | "alarm";

/** The light, and what beeps. */
export interface Face {
  /** @param brightness 0..1 */
  show(light: Light, brightness: number): void;
  /** @param hertz 0 is silence */
  sound(hertz: number): void;
}

/** How bright the light is by day, and by night. */
export const BRIGHTNESS = Object.freeze({ day: 1, night: 0.1 });

function step(light: Light, tone: number, duration: number): Step {
  return Object.freeze({ light, tone, duration });
}

/** The steps of every pattern. Those of "asking" and "alarm" begin anew when they have come to their end. */
export const PATTERNS: Readonly<Record<Pattern, readonly Step[]>> = Object.freeze({
  click: Object.freeze([step("white", 2_000, 20), step("white", 0, 180)]),
  asking: Object.freeze([step("amber", 0, 150), step("off", 0, 150)]),
  yes: Object.freeze([
    step("green", 1_800, 120),
    step("green", 0, 60),
    step("green", 2_600, 220),
    step("green", 0, 800),
  ]),
  no: Object.freeze([step("red", 400, 120), step("off", 0, 60), step("red", 400, 220), step("red", 0, 800)]),
  wait: Object.freeze([step("amber", 1_200, 120), step("amber", 0, 880), step("off", 0, 200)]),
  paused: Object.freeze([step("red", 400, 400), step("off", 0, 200), step("red", 400, 400), step("off", 0, 200)]),
  early: Object.freeze([
    step("amber", 1_200, 60),
    step("off", 0, 60),
    step("amber", 1_200, 60),
    step("off", 0, 60),
    step("amber", 1_200, 60),
    step("off", 0, 900),
  ]),
  bell: Object.freeze([step("white", 1_320, 350), step("white", 1_050, 600)]),
  "no-link": Object.freeze([step("amber", 300, 100), step("off", 0, 100), step("red", 300, 100), step("off", 0, 900)]),
  battery: Object.freeze([step("amber", 600, 60), step("off", 0, 240), step("amber", 600, 60), step("off", 0, 240)]),
  alarm: Object.freeze([step("red", 3_000, 250), step("off", 2_200, 250)]),
});

/** Steps that one tick makes up for; a board that slept longer begins anew. */
const STEPS_MAX = 32;
const DARK = step("off", 0, 0);

/** Plays one pattern at a time on a face; behind it, it may play a second one, and otherwise what always runs. */
export class Player {
  readonly #face: Face;
  readonly #isSilent: boolean;
  #pattern: Pattern | undefined;
  #next: Pattern | undefined;
  #index = 0;
  /** When the present step ends. */
  #until: Millis | undefined;
  #isNight = false;
  #isAlarm = false;
  #shown = "";

  /** @param isSilent whether only an alarm may sound */
  constructor(face: Face, isSilent: boolean) {
    this.#face = face;
    this.#isSilent = isSilent;
    this.#show(DARK);
  }

  /** What is shown now. */
  get pattern(): Pattern | undefined {
    return this.#pattern;
  }

  /** Shows a pattern in place of what was shown. @param next what follows it */
  play(pattern: Pattern, now: Millis, next?: Pattern): void {
    this.#next = next;
    this.#begin(pattern, now);
  }

  /** Ends what is shown. */
  stop(now: Millis): void {
    this.#next = undefined;
    this.#begin(this.#isAlarm ? "alarm" : undefined, now);
  }

  /** Takes what the lock says of night and alarm. */
  suit(view: { readonly isNight: boolean; readonly isAlarm: boolean }, now: Millis): void {
    const isChanged = view.isAlarm !== this.#isAlarm;
    this.#isNight = view.isNight;
    this.#isAlarm = view.isAlarm;
    if (isChanged && (this.#pattern === undefined || this.#pattern === "alarm")) this.stop(now);
    else this.#show(this.#step);
  }

  /** Goes on to the step that is due. */
  tick(now: Millis): void {
    for (let steps = 0; this.#until !== undefined && now >= this.#until; steps++) {
      if (steps < STEPS_MAX) this.#advance(this.#until);
      else this.stop(now);
    }
  }

  /** When `tick` has something to do. */
  get nextTick(): Millis | undefined {
    return this.#until;
  }

  get #step(): Step {
    return this.#pattern === undefined ? DARK : PATTERNS[this.#pattern][this.#index];
  }

  #begin(pattern: Pattern | undefined, now: Millis): void {
    this.#pattern = pattern;
    this.#enter(0, now);
  }

  #enter(index: number, now: Millis): void {
    this.#index = index;
    this.#until = this.#pattern === undefined ? undefined : millis(now + this.#step.duration);
    this.#show(this.#step);
  }

  #advance(now: Millis): void {
    const pattern = this.#pattern;
    if (pattern !== undefined && this.#index + 1 < PATTERNS[pattern].length) this.#enter(this.#index + 1, now);
    else if (pattern === "asking") this.#enter(0, now);
    else if (this.#next !== undefined) this.play(this.#next, now);
    else this.stop(now);
  }

  #show({ light, tone }: Step): void {
    const brightness = this.#isNight ? BRIGHTNESS.night : BRIGHTNESS.day;
    const hertz = this.#isSilent && this.#pattern !== "alarm" ? 0 : tone;
    const shown = `${light} ${brightness} ${hertz}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#face.show(light, brightness);
    this.#face.sound(hertz);
  }
}
