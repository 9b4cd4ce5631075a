// What goes wrong outside the door: the wire, the keypad's own power and case, and a burglar at the keys.
// Why: the keypad stands where anybody may do anything to it for hours, and the simulated house must bear it; fate (fate.ts)
// says when, this says how. Whatever keeps an honest entry from the lock is told to the checker while it lasts.
// Follows docs/attacks.md T01, T02, T12, T13, T15, T16, T40, T48.

import type { Bytes } from "../firmware/bytes.ts";
import { encodePlain, FRAME_COMMANDS, FRAME_OFFER } from "../firmware/link/frame.ts";
import { encodeOffer } from "../firmware/link/introduction.ts";
import { millis } from "../firmware/platform.ts";
import { ROLE_KEYPAD } from "../firmware/role.ts";
import type { Fault } from "./faults.ts";
import { QUIET_LINE, ROUGH_LINE } from "./line.ts";
import type { Neighbourhood } from "./neighbourhood.ts";
import type { Stream } from "./random.ts";
import { identityOf, LinkEnd } from "./wired.ts";

/** Somebody who guesses fast: a little more than the lock's pace of 5 s. */
const GUESS_MILLIS = 6_500;
const GUESSES_MAX = 30;
const GUESS_DIGITS: readonly number[] = Object.freeze([6, 6, 7, 8, 10, 12, 20]);
/** From an entry until the lock has judged it, and how long the keypad's power is away then. */
const JUDGED_MILLIS = 400;
const AWAY_MILLIS = 900;
/** After a start the lock takes no entry for 5 s, and the link must be made anew. */
const RESTART_MILLIS = 12_000;
/** So long is an answer withheld: until the keypad has given the session up, and asks again over another. */
const SNIP_MILLIS = 6_000;
/** By then the bell was answered, over another session where the lock no longer knows the former one. */
const RUNG_MILLIS = 6_000;
const TAPE_FRAMES_MAX = 48;
const REPLAY_MILLIS = 40;
const DRIFT_PARTS_PER_MILLION_MAX = 95;
const FOREIGN_SEED = 0x50;
const FOREIGN_SECONDS = 40;
const SEQUENCE_MAX = 4;
/** An entry's frame: header, 37 bytes that end in the digits, tag. */
const ENTRY_FRAME_BYTES = 62;
const TAG_BYTES = 16;
const STUCK_KEY = "8";

/** What lasts, by the faults that hold it. */
type Lasting = "rough" | "cut" | "power" | "case" | "stuck" | "foreign";

/** Everything that may happen outside one door. */
export class Prowler {
  readonly #house: Neighbourhood;
  readonly #pull: (fault: Fault) => void;
  readonly #lasting = new Map<Lasting, Set<number>>();
  readonly #tape: Bytes[] = [];
  /** Hears the next frame to the keypad, or the next entry to the lock, once. */
  #ear: ((to: "inside" | "outside", frame: Bytes) => void) | undefined;
  #foreign: LinkEnd | undefined;
  #isOver = false;

  /** @param pull takes the lock's power away for a second */
  constructor(house: Neighbourhood, pull: (fault: Fault) => void) {
    this.#house = house;
    this.#pull = pull;
    house.line.overhear((to, frame) => {
      if (to === "inside") this.#tape.push(frame);
      if (this.#tape.length > TAPE_FRAMES_MAX) this.#tape.shift();
      this.#ear?.(to, frame);
    });
  }

  /** Lets one fault happen. */
  begin(fault: Fault, random: Stream): void {
    const { form, lastsMillis } = fault;
    const count = Math.max(1, Math.min(GUESSES_MAX, Math.floor(lastsMillis / GUESS_MILLIS)));
    switch (form) {
      case "rough":
      case "cut":
      case "power":
      case "case":
      case "stuck":
        this.#hold(form, fault, lastsMillis);
        break;
      case "crystal":
        this.#house.keypad.setDrift(random.between(-DRIFT_PARTS_PER_MILLION_MAX, DRIFT_PARTS_PER_MILLION_MAX));
        break;
      case "guesses":
        this.#repeat(count, GUESS_MILLIS, () => this.#enter(randomDigits(random, random.pick(GUESS_DIGITS))));
        break;
      case "near":
        this.#repeat(Math.min(count, 4), GUESS_MILLIS, () => this.#enter(this.#nearly(random)));
        break;
      case "spent":
        this.#repeat(Math.min(count, 4), GUESS_MILLIS, () => this.#enter(this.#once(random)));
        break;
      case "resets":
        this.#repeat(Math.min(count, 5), RESTART_MILLIS, () => this.#guessAnd(random, () => this.#pull(fault)));
        break;
      case "unplugs":
        this.#repeat(Math.min(count, 5), RESTART_MILLIS, () =>
          this.#guessAnd(random, () => this.#hold("power", fault, AWAY_MILLIS)),
        );
        break;
      case "snips":
        this.#snip(fault, random);
        break;
      case "foreign":
        this.#swap(fault, random);
        break;
      case "replays":
        for (const [index, frame] of this.#tape.slice().entries())
          this.#after(REPLAY_MILLIS * index, () => this.#house.line.inject("inside", frame));
        break;
      default:
        this.#meddle(random);
    }
  }

  /** Ends everything, for good. */
  end(): void {
    this.#isOver = true;
    this.#ear = undefined;
    this.#lasting.clear();
    this.#apply();
  }

  #hold(what: Lasting, { number }: Fault, forMillis: number): void {
    const names = this.#lasting.get(what) ?? new Set<number>();
    this.#lasting.set(what, names.add(number));
    this.#apply();
    this.#after(forMillis, () => {
      names.delete(number);
      this.#apply();
    });
  }

  #isOn(what: Lasting): boolean {
    return (this.#lasting.get(what)?.size ?? 0) > 0;
  }

  /** Brings everything outside to what lasts now. */
  #apply(): void {
    const { line, keyboard, checker, board } = this.#house;
    for (const what of ["rough", "cut", "power", "case", "stuck", "foreign"] as const) {
      if (this.#isOn(what)) checker.codes.trouble(what);
      else checker.codes.calm(what);
    }
    line.weather = this.#isOn("rough") ? ROUGH_LINE : QUIET_LINE;
    if (line.isCut !== this.#isOn("cut")) line.cut(this.#isOn("cut"));
    // The loop runs in the cable, and ends in the keypad.
    const isLoopClosed = !this.#isOn("cut") && !this.#isOn("foreign");
    if (board.isLoopClosed !== isLoopClosed) board.moveLoop(isLoopClosed);
    if (keyboard.isCaseOpen !== this.#isOn("case")) keyboard.moveCase(this.#isOn("case"));
    keyboard.jam(STUCK_KEY, this.#isOn("stuck"));
    this.#plug();
  }

  /** Only one keypad hangs on the cable, and takes its power from it. */
  #plug(): void {
    const { keypad } = this.#house;
    const isForeign = this.#isOn("foreign");
    if (!isForeign && this.#foreign !== undefined) {
      this.#foreign.powerOff();
      this.#foreign = undefined;
    }
    const hasPower = !isForeign && !this.#isOn("power");
    if (hasPower) keypad.powerOn();
    else if (keypad.keypad !== undefined) keypad.cutPower();
  }

  #enter(digits: string, entered?: () => void): void {
    this.#house.fingers.enter(digits, entered);
  }

  #guessAnd(random: Stream, act: () => void): void {
    this.#enter(randomDigits(random, 6), () => this.#after(JUDGED_MILLIS, act));
  }

  /** The answer never arrives, so the keypad asks the same again over another session. */
  #snip(fault: Fault, random: Stream): void {
    this.#enter(randomDigits(random, 6), () => {
      this.#ear = (to, frame) => {
        if (to !== "outside" || frame[0] !== FRAME_COMMANDS) return;
        this.#ear = undefined;
        // An instant later: nobody cuts a cable from within the lock.
        this.#after(0, () => this.#hold("cut", fault, SNIP_MILLIS));
      };
    });
  }

  /** Takes the keypad off, and hangs up another that claims to be enrolled, and knows a right PIN. */
  #swap(fault: Fault, random: Stream): void {
    const { world, crypto, line, lock } = this.#house;
    if (this.#isOn("foreign") || this.#isOn("power")) return;
    const identity = identityOf(crypto, FOREIGN_SEED);
    this.#hold("foreign", fault, FOREIGN_SECONDS * 1_000);
    const { agreementKey, signingKey } = identity;
    const offer = encodeOffer({ role: ROLE_KEYPAD, agreementKey, signingKey });
    line.inject("inside", encodePlain(FRAME_OFFER, offer));
    const sequence = random.between(1, SEQUENCE_MAX);
    const paired = { lockId: lock.lockId, agreementKey: lock.agreementKey, sequence };
    const foreign = new LinkEnd(world, crypto, { line, identity, lock: paired, name: `foreign ${fault.number}` });
    this.#foreign = foreign;
    this.#after(50, () => {
      if (this.#foreign !== foreign) return;
      foreign.powerOn();
      foreign.isReporting = false;
      const digits = Uint8Array.from(this.#pin, (digit) => digit.charCodeAt(0));
      foreign.ask({ kind: "entry", digits });
    });
  }

  /** Rings, so that the lock has just been heard and takes the entry that comes next; then types one PIN, and puts its frame with
   *  another PIN in it on the cable in front of it. */
  #meddle(random: Stream): void {
    this.#enter("", () => this.#after(RUNG_MILLIS, () => this.#replace(random)));
  }

  #replace(random: Stream): void {
    const pinned = this.#pin;
    const typed = randomDigits(random, pinned.length);
    this.#enter(typed, () => {
      this.#ear = (to, frame) => {
        if (to !== "inside" || frame[0] !== FRAME_COMMANDS || frame.length !== ENTRY_FRAME_BYTES) return;
        this.#ear = undefined;
        const forged = frame.slice();
        const at = frame.length - TAG_BYTES - pinned.length;
        for (let index = 0; index < pinned.length; index++)
          forged[at + index] ^= pinned.charCodeAt(index) ^ typed.charCodeAt(index);
        this.#house.line.inject("inside", forged);
      };
    });
  }

  /** The digits of a code that the lock keeps. */
  get #pin(): string {
    const { digits } = this.#house.checker.codes.given[0] ?? { digits: "000000" };
    return typeof digits === "string" ? digits : "000000";
  }

  /** A code that is right but for a digit. */
  #nearly(random: Stream): string {
    const { digits } = random.pick(this.#house.checker.codes.given);
    if (typeof digits !== "string") return randomDigits(random, 8);
    return `${digits.slice(0, -1)}${(Number(digits.at(-1)) + random.between(1, 9)) % 10}`;
  }

  /** A code that was somebody's, and is over. */
  #once(random: Stream): string {
    const { codes } = this.#house.checker;
    const over = codes.given.filter((code) => typeof code.digits === "string" && codes.judge(code) === "no");
    return over.length === 0 ? randomDigits(random, 10) : String(random.pick(over).digits);
  }

  #repeat(count: number, everyMillis: number, act: () => void): void {
    for (let index = 0; index < count; index++) this.#after(everyMillis * index, act);
  }

  #after(delayMillis: number, act: () => void): void {
    const { world } = this.#house;
    world.at(millis(world.now + delayMillis), () => {
      if (!this.#isOver) act();
    });
  }
}

function randomDigits(random: Stream, count: number): string {
  let digits = "";
  while (digits.length < count) digits += random.below(10);
  return digits;
}
