// A lock with an owner, an enrolled keypad and a secret of window codes: what tests and attacks of codes begin with.
// Why: the same few sentences (the owner sets a PIN, somebody types it, goes in and out) are spoken in each of them.
// Oracles are the owner's own secret and the RFC's function.

import { fromAscii } from "../firmware/bytes.ts";
import type { UserSetting } from "../firmware/codes/form.ts";
import { hotp } from "../firmware/codes/totp.ts";
import { codeDigits, deriveWindowKey, type Window, windowCode } from "../firmware/codes/window.ts";
import type { Person, Verdict } from "./caller.ts";
import type { Desk } from "./desk.ts";
import { Typist } from "./typist.ts";
import { ANA, type CodeWish } from "./wish.ts";

export { ANA } from "./wish.ts";

export const SECRET = new Uint8Array(32).fill(7);
export const TOTP_SECRET = fromAscii("12345678901234567890");
export const HOUR = 3_600;
/** Classes of window codes. */
export const ONCE_24 = 3;
export const TWO_HOURS = 5;
export const THREE_DAYS = 13;
/** What the budget holds, by docs/protocol.md §7. */
export const CAPACITY = 100_000_000;

/** Its desk, its keypad, and the words of its owner. */
export class Porch {
  readonly desk: Desk;
  readonly typist: Typist;

  /** Adopts the lock on a desk that is new from the factory, and enrols a keypad.
   *  @param hasSecret whether the owner's device makes window codes   @throws Error where it does not take them */
  constructor(desk: Desk, zoneRule = "UTC0", hasSecret = true) {
    this.desk = desk;
    desk.adopt(zoneRule);
    this.typist = new Typist(desk).enrol();
    if (hasSecret) this.#need(this.set({ kind: "codeSecret", secret: SECRET }));
  }

  /** Asks in an owner session. @returns yes, why not, or "answer" */
  set(wish: CodeWish, by: Person = this.desk.owner): Verdict {
    const caller = this.desk.ownerSession(by);
    const answer = caller.ask(wish);
    caller.leave();
    if (answer?.kind === "yes") return "yes";
    return answer?.kind === "no" ? (answer.denial ?? "no") : "answer";
  }

  /** Stores a user with a PIN in the slot of the same number. @throws Error where the lock does not take it */
  store(index: number, pin: string, setting: Partial<UserSetting> = {}): void {
    this.#need(this.set({ kind: "user", index, isNew: true, setting: { ...ANA, ...setting } }));
    const credential = { user: index, type: "pin" as const, value: fromAscii(pin) };
    this.#need(this.set({ kind: "credential", slot: index, credential }));
  }

  /** The code of a window that began so many hours ago. */
  code(windowClass: number, hoursAgo = 0, serial = 0): string {
    const startHour = Math.floor(this.desk.time / HOUR) - hoursAgo;
    return this.codeOf({ windowClass, serial, startHour });
  }

  codeOf(window: Window): string {
    const { crypto, lockId } = this.desk;
    return codeDigits(windowCode(crypto, deriveWindowKey(crypto, SECRET, lockId), window));
  }

  /** What an authenticator shows now. */
  totp(steps = 0): string {
    const digits = hotp(this.desk.crypto, TOTP_SECRET, Math.floor(this.desk.time / 30) + steps, 8);
    return String.fromCharCode(...digits);
  }

  /** Lets somebody go in and out, so that the visit ends. @throws Error where the door is locked */
  visit(): void {
    this.desk.passMillis(500);
    if (!this.desk.openDoor()) throw new Error("the door is locked");
    this.desk.passTime(2);
    this.desk.shutDoor();
    this.desk.passTime(10);
  }

  /** What is left of the guesses, as the journal has it. */
  get level(): number {
    return this.desk.entries("budget").at(-1)?.level ?? CAPACITY;
  }

  #need(verdict: Verdict): void {
    if (verdict !== "yes") throw new Error(`the owner cannot set a code: ${verdict}`);
  }
}
