// Days at a busy door, on tape: everything that a lock of a large household hears from one midnight to the next.
// Why: whether a lock's heap is enough is shown by what fills it: four owner devices with code secrets, stored users, a keypad, a
// camera, and on each day couriers by grants of a company, a friend with weekly hours, codes at the keypad, right and wrong,
// lists of what is taken back, owners who fetch the journal, and as many phones at once as a lock serves.
// Each day is the same as the one before, but for names and times: so what the lock holds after two of them can be compared.

import { codeDigits, deriveWindowKey, windowCode } from "../../firmware/codes/window.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { KIND_ACT, KIND_ADD_OWNER } from "../../firmware/grant/body.ts";
import { type Seconds, seconds } from "../../firmware/platform.ts";
import type { Person, Token, Verdict } from "../caller.ts";
import { Desk } from "../desk.ts";
import { Porch, SECRET } from "../porch.ts";
import { Tripod } from "../tripod.ts";
import { BOARD } from "./board.ts";
import { DAY, fetchJournal, HOUR, pinOf, secretOf, takenBack, USERS } from "./household.ts";
import { Recorder } from "./recorder.ts";

const UNLOCK = 0;
const OWNERS = 4;
const FIRST_HOUR = 7;
const LAST_HOUR = 21;
const AUDIT_HOUR = 22;
const CROWD_HOUR = 23;
const KNOCKS_MAX = 8;
const AGAIN_SECONDS = 2;
/** Shorter than people take, since a camera is asked twice a second while a visit lasts. */
const LINGER_SECONDS = 3;
/** From a press inside until the bolt is thrown again. */
const RELOCK_SECONDS = 32;
const CAMERA_RULE = 2;
const WEEK = Object.freeze([0b1111111, 0, 1_440]);

/** What one tape holds. */
export interface Recording {
  readonly tape: Uint8Array;
  /** What happened on it, in sentences of a count each. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Places at which the heap is looked at: once the lock has started on an empty flash, once everything is set up, after each
 *  day, and once it has started again at the end. */
export const MARK = Object.freeze({ started: 0, settled: 1, days: 2, startedAgain: 1_000 });

/** Lives so many days and records them. */
export function recordDays(crypto: Crypto, days: number): Recording {
  const recorder = new Recorder();
  const desk = new Desk({ hasRadio: false, crypto, sectors: BOARD.geometry.sectors, lock: BOARD, make: recorder.make });
  recorder.mark(MARK.started);
  const house = new House(desk);
  house.moveIn();
  recorder.mark(MARK.settled);
  for (let day = 0; day < days; day++) {
    house.liveDay(day);
    recorder.mark(MARK.days + day);
  }
  desk.reboot();
  desk.passTime(1);
  recorder.mark(MARK.startedAgain);
  return { tape: recorder.end(), counts: house.counts };
}

/** Who lives there and who comes. */
class House {
  readonly counts: Record<string, number> = {};
  readonly #desk: Desk;
  readonly #porch: Porch;
  readonly #owners: Person[] = [];
  readonly #company: Person;
  readonly #friend: Person;
  /** When the first day begins, in milliseconds on the desk. */
  #morning = 0;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#porch = new Porch(desk);
    this.#company = desk.person("company");
    this.#friend = desk.person("friend");
  }

  /** Three more owners with secrets of their own, users with PINs, and a camera. */
  moveIn(): void {
    const desk = this.#desk;
    this.#owners.push(desk.owner);
    for (let index = 1; index < OWNERS; index++) {
      const owner = desk.person(`owner ${index}`);
      this.#need(desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: owner.publicKey }), "another owner");
      desk.passTime(RELOCK_SECONDS);
      this.#owners.push(owner);
      const verdict = this.#porch.set({ kind: "codeSecret", secret: secretOf(index) }, owner);
      this.#need(verdict, "an owner's code secret");
    }
    for (let index = 1; index <= USERS; index++) this.#porch.store(index, pinOf(index), { name: `user-${index}` });
    // Nobody fetches its clips here: one that had to keep them for longer would take no more on the fifth day.
    new Tripod(desk, { isCheap: true, options: { keepSeconds: DAY } }).enrol();
    this.#morning = desk.elapsed;
  }

  /** One day, from midnight to midnight. */
  liveDay(day: number): void {
    const begins = this.#morning + day * DAY * 1_000;
    const until = seconds(this.#desk.time + DAY);
    const root = this.#desk.grant({ to: this.#company, depth: 1, uses: 60, expiry: until });
    const friend = this.#desk.grant({ to: this.#friend, weeklies: WEEK, expiry: until });
    for (let hour = FIRST_HOUR; hour <= LAST_HOUR; hour++) {
      this.#waitUntil(begins + hour * HOUR * 1_000);
      this.#liveHour(hour, { name: `${day}.${hour}`, root, friend, until });
    }
    this.#waitUntil(begins + AUDIT_HOUR * HOUR * 1_000);
    for (const owner of this.#owners) this.#audit(owner);
    this.#waitUntil(begins + CROWD_HOUR * HOUR * 1_000);
    this.#crowd(root);
    this.#waitUntil(begins + DAY * 1_000);
  }

  /** A courier, a code, and by turns somebody else. */
  #liveHour(
    hour: number,
    {
      name,
      root,
      friend,
      until,
    }: { readonly name: string; readonly root: Token; readonly friend: Token; readonly until: Seconds },
  ): void {
    const desk = this.#desk;
    const courier = desk.person(`courier ${name}`);
    const token = desk.delegate(root, {
      to: courier,
      uses: 1,
      expiry: until,
      cameraRule: hour % 2 === 0 ? CAMERA_RULE : 0,
    });
    this.#open("deliveries", token);
    this.#expect("refused grants", "no", desk.open(token));
    this.#type("codes of windows", this.#windowCode(hour % OWNERS, hour));
    this.#type("PINs", pinOf(1 + (hour % USERS)));
    this.#expect("wrong codes", "no", this.#porch.typist.type("4444444444"));
    const turn = hour % 4;
    if (turn === 0) this.#open("visits of a friend", friend);
    if (turn === 1) {
      this.#need(desk.state({ kind: KIND_ACT, operation: UNLOCK }, { by: this.#owners[0] }), "an owner's opening");
      this.#goIn("openings by owners");
    }
    if (turn === 2) this.#takeBack(this.#owners[Math.floor(hour / 4) % OWNERS], token);
    if (turn === 3) {
      desk.pressInside();
      this.#goIn("presses inside");
    }
  }

  /** Somebody knocks with a grant until the lock opens, and goes in. */
  #open(what: string, token: Token): void {
    const desk = this.#desk;
    let verdict = desk.open(token);
    for (let knock = 1; knock < KNOCKS_MAX && verdict !== "yes"; knock++) {
      desk.passTime(AGAIN_SECONDS);
      verdict = desk.open(token);
    }
    this.#need(verdict, what);
    this.#goIn(what);
  }

  #goIn(what: string): void {
    const desk = this.#desk;
    desk.passTime(1);
    if (!desk.openDoor()) throw new Error(`${what}: the door is locked`);
    desk.passTime(LINGER_SECONDS);
    desk.shutDoor();
    desk.passTime(LINGER_SECONDS);
    this.#count(what);
  }

  #type(what: string, digits: string): void {
    const typed = this.#porch.typist.type(digits);
    if (typed !== "yes") throw new Error(`${what}: ${typed}`);
    this.#goIn(what);
  }

  /** A code of an owner's, good once, of the window that begins with this hour. */
  #windowCode(owner: number, hour: number): string {
    const { crypto, lockId, time } = this.#desk;
    const secret = owner === 0 ? SECRET : secretOf(owner);
    const window = { windowClass: 1 + (hour % 3), serial: 0, startHour: Math.floor(time / HOUR) };
    return codeDigits(windowCode(crypto, deriveWindowKey(crypto, secret, lockId), window));
  }

  /** An owner's list: this grant and others, holders, and codes. */
  #takeBack(owner: Person, token: Token): void {
    const desk = this.#desk;
    const { crypto, time } = desk;
    const sequence = owner.revocationSequence + 1;
    const entries = takenBack(crypto, token, { sequence, time, codeClass: 2 });
    this.#need(desk.revoke(entries, owner), "a list");
    this.#count("lists of what is taken back");
  }

  /** An owner fetches the whole journal, as a phone does. */
  #audit(owner: Person): void {
    const caller = this.#desk.ownerSession(owner, "tcp");
    this.#count("records fetched", fetchJournal(caller));
    caller.leave();
    this.#count("audits");
  }

  /** As many phones as a lock serves, each with a session, two strangers who only shake hands, and one of them goes in. */
  #crowd(root: Token): void {
    const desk = this.#desk;
    const phones = [desk.ownerSession(this.#owners[0], "tcp"), desk.ownerSession(this.#owners[1], "tcp")];
    const guest = desk.call("ble");
    phones.push(desk.call("ble"), guest);
    for (const transport of ["tcp", "ble"] as const) desk.dial(transport).shake();
    for (const phone of phones) phone.ask({ kind: "status" });
    this.#need(guest.prove(root, UNLOCK), "a guest in a crowd");
    this.#goIn("visits in a crowd");
    for (const phone of phones) phone.leave();
  }

  #waitUntil(millis: number): void {
    const left = millis - this.#desk.elapsed;
    if (left < 0) throw new Error("the day has more in it than hours");
    this.#desk.passMillis(left);
  }

  #expect(what: string, wanted: Verdict, verdict: Verdict): void {
    if (verdict !== wanted) throw new Error(`${what}: ${verdict}`);
    this.#count(what);
  }

  #need(verdict: Verdict, what: string): void {
    if (verdict !== "yes") throw new Error(`${what}: ${verdict}`);
  }

  #count(what: string, times = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + times;
  }
}
