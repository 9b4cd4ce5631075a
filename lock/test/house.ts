// A lock with an owner, an enrolled keypad and a secret of window codes: what the tests of codes begin with.
// Oracles are the owner's own secret and the RFC's function.

import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromAscii } from "../../firmware/bytes.ts";
import type { UserSetting } from "../../firmware/codes/form.ts";
import { hotp } from "../../firmware/codes/totp.ts";
import { codeDigits, deriveWindowKey, type Window, windowCode } from "../../firmware/codes/window.ts";
import type { CodeRequest } from "../../firmware/link/codes.ts";
import { Desk } from "../../simulator/desk.ts";
import { Typist } from "../../simulator/typist.ts";

export const SECRET = new Uint8Array(32).fill(7);
export const TOTP_SECRET = fromAscii("12345678901234567890");
export const HOUR = 3_600;
/** Classes of window codes. */
export const ONCE_24 = 3;
export const TWO_HOURS = 5;
export const THREE_DAYS = 13;

/** A user without any limit. */
export const ANA: UserSetting = {
  name: "Ana",
  type: "unrestricted",
  rule: "single",
  isEnabled: true,
  camera: 0,
  holder: undefined,
  weekDays: [],
  yearDays: [],
  expiryMinutes: undefined,
};

type Wish = CodeRequest extends infer Each ? (Each extends CodeRequest ? Omit<Each, "id"> : never) : never;

/** A lock with an owner, an enrolled keypad, and the owner's code secret. */
export class House {
  readonly desk: Desk;
  readonly typist: Typist;

  /** @param hasSecret whether the owner's device makes window codes */
  constructor(zoneRule = "UTC0", hasSecret = true) {
    this.desk = new Desk({ crypto });
    this.desk.adopt(zoneRule);
    this.typist = new Typist(this.desk).enrol();
    if (hasSecret) assert.is(this.set({ kind: "codeSecret", secret: SECRET }), "yes");
  }

  set(wish: Wish, by = this.desk.owner): string {
    const caller = this.desk.ownerSession(by);
    const answer = caller.ask(wish);
    caller.leave();
    if (answer?.kind === "yes") return "yes";
    return answer?.kind === "no" ? (answer.denial ?? "no") : "answer";
  }

  /** Stores a user with a PIN in the slot of the same number. */
  store(index: number, pin: string, setting: Partial<UserSetting> = {}): void {
    assert.is(this.set({ kind: "user", index, setting: { ...ANA, ...setting } }), "yes");
    const credential = { user: index, type: "pin" as const, value: fromAscii(pin) };
    assert.is(this.set({ kind: "credential", slot: index, credential }), "yes");
  }

  /** The code of a window that began so many hours ago. */
  code(windowClass: number, hoursAgo = 0, serial = 0): string {
    const startHour = Math.floor(this.desk.time / HOUR) - hoursAgo;
    return this.codeOf({ windowClass, serial, startHour });
  }

  codeOf(window: Window): string {
    return codeDigits(windowCode(crypto, deriveWindowKey(crypto, SECRET, this.desk.lockId), window));
  }

  /** What an authenticator shows now. */
  totp(steps = 0): string {
    const digits = hotp(crypto, TOTP_SECRET, Math.floor(this.desk.time / 30) + steps, 8);
    return String.fromCharCode(...digits);
  }

  /** Lets somebody go in and out, so that the visit ends. */
  visit(): void {
    this.desk.passMillis(500);
    assert.ok(this.desk.openDoor());
    this.desk.passTime(2);
    this.desk.shutDoor();
    this.desk.passTime(10);
  }

  get level(): number {
    return this.desk.entries("budget").at(-1)?.level ?? 100_000_000;
  }
}
