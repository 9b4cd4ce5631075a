// Those who come with a code: people who live here, a cleaner, an app on a phone, and guests with a window of time; some type a
// digit wrong, some come at the wrong time, or again, or after the owner took their code back.
// Why: what is typed at a keypad must open exactly as often as somebody gave it out, on every day that a seed draws.
// Each caller draws from a stream of their own. What an owner gives out is told to the checker in plain values.

import { fromAscii } from "../../firmware/bytes.ts";
import type { UserSetting } from "../../firmware/codes/form.ts";
import { hotp, TOTP_DIGITS } from "../../firmware/codes/totp.ts";
import { codeDigits, deriveWindowKey, windowCode } from "../../firmware/codes/window.ts";
import { KIND_ENROL } from "../../firmware/grant/body.ts";
import { seconds } from "../../firmware/platform.ts";
import { ROLE_KEYPAD } from "../../firmware/role.ts";
import type { PlainCode } from "../codewatch.ts";
import type { Neighbourhood } from "../neighbourhood.ts";
import type { Owner } from "../people.ts";
import type { Stream } from "../random.ts";
import { ANA as UNLIMITED } from "../wish.ts";

const HOUR = 3_600;
const ENROL_SECONDS = 660;
const PRESS_SECONDS = 5;
const SET_SECONDS = 760;
const SECRET_BYTES = 32;
const TOTP_SECRET_BYTES = 20;
/** In front of a code anybody may type what he likes. */
const DECOYS_MAX = 4;
/** From the last key until a hand is at the door: the link may have to be made anew. */
const WALK_SECONDS = 3;

/** Whom the owner stores, by number: PINs that look like none that is easily guessed, and one digit apart from no other. */
const ANA = 1;
const PLUMBER = 2;
const FORCED = 3;
const CLEANER = 4;
const BEN = 5;
const PINS: readonly (readonly [user: number, pin: string, setting: Partial<UserSetting>])[] = Object.freeze([
  [ANA, "480392", {}],
  [PLUMBER, "729604", { type: "disposable" }],
  [FORCED, "915826", { type: "forced" }],
  [CLEANER, "3860275", { type: "weekDaySchedule", weekDays: [0b0010010, 9 * 60, 3 * 60] }],
]);
const CLEANER_HOURS = Object.freeze({ days: 0b0010010, start: 9 * 60, minutes: 3 * 60 });

/** Classes of windows that guests get: docs/protocol.md §7. */
interface Stay {
  readonly windowClass: number;
  readonly hours: number;
  readonly isOnce: boolean;
}
const STAYS: readonly Stay[] = Object.freeze([
  { windowClass: 1, hours: 2, isOnce: true },
  { windowClass: 2, hours: 4, isOnce: true },
  { windowClass: 3, hours: 24, isOnce: true },
  { windowClass: 5, hours: 2, isOnce: false },
  { windowClass: 8, hours: 6, isOnce: false },
  { windowClass: 11, hours: 24, isOnce: false },
  { windowClass: 12, hours: 48, isOnce: false },
  { windowClass: 13, hours: 72, isOnce: false },
]);
const FIRST_USE_HOURS = 24;
const LATE_HOURS = 5;

/** What a caller needs of the household. */
export interface Host {
  readonly olga: Owner;
  readonly tally: { codes: number };
  /** Opens the leaf once the bolt is drawn, and goes through. */
  passThrough(random: Stream): void;
}

/** All who come with a code. */
export class Callers {
  /** From then on nobody comes any more, in milliseconds of virtual time. */
  quietFrom = Number.POSITIVE_INFINITY;
  readonly #house: Neighbourhood;
  readonly #host: Host;
  readonly #random: Stream;
  readonly #secret = new Uint8Array(SECRET_BYTES);
  readonly #totpSecret = new Uint8Array(TOTP_SECRET_BYTES);
  readonly #key: Uint8Array;
  readonly #names = new Set<string>();

  constructor(house: Neighbourhood, host: Host) {
    this.#house = house;
    this.#host = host;
    this.#random = house.world.stream("callers");
    this.#random.fill(this.#secret);
    this.#random.fill(this.#totpSecret);
    this.#key = deriveWindowKey(house.crypto, this.#secret, house.lock.lockId);
  }

  /** Plans that the keypad is put up and the codes are set, right after the lock was adopted. */
  moveIn(): void {
    const { keypad, pressInside, checker } = this.#house;
    const { olga } = this.#host;
    keypad.powerOn();
    const expect = (what: string) => (reply: string) => {
      if (reply !== "yes") checker.report("the house did not converge", what);
    };
    this.#in(ENROL_SECONDS, () => {
      const board = keypad.keypad;
      if (board === undefined) return;
      const { agreementKey, signingKey } = board;
      const body = { kind: KIND_ENROL, board: { role: ROLE_KEYPAD, agreementKey, signingKey } } as const;
      // The lock says that somebody wants something, somebody inside presses, and it is asked again.
      olga.declare(body, () => {});
      this.#in(PRESS_SECONDS, () => {
        pressInside();
        olga.declare(body, expect("the keypad is not enrolled"));
      });
    });
    this.#in(SET_SECONDS, () => this.#store(expect("the codes are not set")));
  }

  /** Plans those who come in a day, from a few minutes after midnight. @param day from 0 */
  plan(day: number): void {
    const random = this.#stream(`callers ${day}`);
    for (let visit = random.between(1, 3); visit > 0; visit--) this.#planStored(random, `${day}.${visit}`);
    for (let guest = random.between(1, 3); guest > 0; guest--) this.#planGuest(`guest ${day}.${guest}`);
  }

  /** Gives a window code out, of the hour that begins now or began so many hours ago.
   *  @returns undefined where just that one is somebody's already */
  giveWindow({ windowClass, hours, isOnce }: Stay, startHour: number): PlainCode | undefined {
    const { crypto, checker } = this.#house;
    const name = `window ${windowClass}.0.${startHour}`;
    if (this.#names.has(name)) return undefined;
    this.#names.add(name);
    const from = startHour * HOUR;
    const code: PlainCode = {
      ...{ name, isOnce, from },
      digits: codeDigits(windowCode(crypto, this.#key, { windowClass, serial: 0, startHour })),
      until: from + hours * HOUR,
      firstUntil: from + Math.min(hours, FIRST_USE_HOURS) * HOUR,
    };
    checker.codes.give(code);
    return code;
  }

  /** Gives somebody a code that is good once, from the hour that has begun on for two hours.
   *  @returns its digits, or undefined where it is somebody's already */
  giveOnce(): string | undefined {
    const digits = this.giveWindow(STAYS[0], Math.floor(this.#house.world.time / HOUR))?.digits;
    return typeof digits === "string" ? digits : undefined;
  }

  /** Somebody types a code, and tries the door. */
  enter(digits: string, random: Stream): void {
    this.#host.tally.codes++;
    this.#house.fingers.enter(digits, () =>
      this.#in(random.between(0, WALK_SECONDS), () => this.#host.passThrough(random)),
    );
  }

  #store(heard: (reply: string) => void): void {
    const { checker, crypto } = this.#house;
    const users = [...PINS, [BEN, "", {}] as const].map(([index, , setting]) => ({
      ...({ kind: "user", index, isNew: true } as const),
      setting: { ...UNLIMITED, name: `user-${index}`, ...setting },
    }));
    const pins = PINS.map(([user, pin]) => ({
      ...({ kind: "credential", slot: user } as const),
      credential: { user, type: "pin" as const, value: fromAscii(pin) },
    }));
    const totp = { user: BEN, type: "totp" as const, value: this.#totpSecret };
    const wishes = [
      { kind: "codeSecret", secret: this.#secret } as const,
      ...users,
      ...pins,
      { kind: "credential", slot: BEN, credential: totp } as const,
    ];
    for (const [user, pin, { type }] of PINS) {
      const hours = user === CLEANER ? { hours: CLEANER_HOURS } : {};
      checker.codes.give({ name: `user ${user}`, digits: pin, isOnce: type === "disposable", ...hours });
    }
    const shows = (step: number) => String.fromCharCode(...hotp(crypto, this.#totpSecret, step, TOTP_DIGITS));
    checker.codes.give({ name: `user ${BEN}`, digits: shows, isOnce: false });
    this.#host.olga.setCodes(wishes, heard);
  }

  /** One of those whose code the lock keeps. */
  #planStored(random: Stream, name: string): void {
    const at = random.between(6 * HOUR, 21 * HOUR);
    const own = this.#stream(`stored ${name}`);
    const who = own.pick([ANA, ANA, ANA, BEN, BEN, CLEANER, CLEANER, PLUMBER, FORCED]);
    // The cleaner comes in his hours on most days; on Tuesdays and Fridays that is right.
    const hour = who === CLEANER && own.chance(700) ? own.between(9 * HOUR + 900, 12 * HOUR - 900) : at;
    this.#in(hour, () => this.#knock(this.#digitsOf(who), own));
    // An authenticator's code that somebody has read off the keys.
    if (who !== BEN || !own.chance(400)) return;
    this.#in(hour, () => {
      const shown = this.#digitsOf(who);
      this.#in(own.between(30, 70), () => this.enter(shown, own));
    });
  }

  /** A guest with a code of his own: in time, early or late, once or more often. */
  #planGuest(name: string): void {
    const random = this.#stream(name);
    const { world } = this.#house;
    const stay = random.pick(STAYS);
    const startHour = Math.floor(world.time / HOUR) + random.between(6, 18);
    const code = this.giveWindow(stay, startHour);
    if (code === undefined) return;
    const delay = startHour * HOUR - world.time;
    const arrives = Math.max(60, delay + comesAt(stay, random));
    if (random.chance(150)) this.#in(arrives - 50, () => this.#takeBack(code));
    this.#in(arrives, () => this.#knock(String(code.digits), random));
    if (random.chance(600)) this.#in(arrives + random.between(25, 900), () => this.#again(code, `again ${name}`));
    if (stay.hours > FIRST_USE_HOURS) {
      const later = random.between(FIRST_USE_HOURS * HOUR, (stay.hours + 2) * HOUR);
      this.#in(Math.max(arrives + HOUR, delay + later), () => this.#again(code, `later ${name}`));
    }
  }

  #again({ digits }: PlainCode, name: string): void {
    this.#knock(String(digits), this.#stream(name));
  }

  /** Types a code, perhaps wrong at first, or with decoys before it. */
  #knock(digits: string, random: Stream): void {
    if (this.#house.world.now >= this.quietFrom) return;
    if (random.chance(150)) {
      const at = random.below(digits.length);
      const slip = `${digits.slice(0, at)}${(Number(digits[at]) + random.between(1, 9)) % 10}${digits.slice(at + 1)}`;
      this.enter(slip, random);
      this.#in(random.between(8, 60), () => this.enter(digits, random));
      return;
    }
    let decoys = "";
    if (random.chance(200)) for (let left = random.between(1, DECOYS_MAX); left > 0; left--) decoys += random.below(10);
    this.enter(`${decoys}${digits}`, random);
  }

  #takeBack({ name }: PlainCode): void {
    const { checker } = this.#house;
    const [windowClass, serial, start] = name.slice("window ".length).split(".").map(Number);
    const until = seconds((Number(start) + 4 * FIRST_USE_HOURS) * HOUR);
    const code = { codeClass: Number(windowClass), serial: Number(serial), start: Number(start), until };
    checker.codes.revoke(name, false);
    this.#host.olga.revokeCode(code, (reply) => {
      if (reply === "yes") checker.codes.revoke(name, true);
    });
  }

  #digitsOf(user: number): string {
    const pin = PINS.find(([index]) => index === user)?.[1];
    if (pin !== undefined) return pin;
    const { crypto, world } = this.#house;
    return String.fromCharCode(...hotp(crypto, this.#totpSecret, Math.floor(world.time / 30), TOTP_DIGITS));
  }

  #stream(name: string): Stream {
    return this.#house.world.stream(name);
  }

  #in(delaySeconds: number, act: () => void): void {
    this.#house.world.after(delaySeconds * 1_000, act);
  }
}

/** When a guest comes, in seconds from the start of the window: in time, or early, late or much too late. Of those who may stay
 *  for days, some come for the first time when it is just too late for that. */
function comesAt({ hours }: Stay, random: Stream): number {
  const last = Math.min(hours, FIRST_USE_HOURS) * HOUR;
  if (hours > FIRST_USE_HOURS && random.chance(250)) return random.between(last + 900, last + LATE_HOURS * HOUR);
  if (random.chance(700)) return random.between(900, last - 900);
  return random.between(-3 * HOUR, (hours + LATE_HOURS) * HOUR);
}
