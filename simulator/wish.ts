// What simulated owners ask of codes, and the user that they begin with.
// Why: the porch of tests, the people of the world and the tear test speak of the same ones.

import type { UserSetting } from "../firmware/codes/form.ts";
import type { CodeRequest } from "../firmware/link/codes.ts";
import type { Seconds } from "../firmware/platform.ts";

/** What an owner asks of codes. */
export type CodeWish = CodeRequest extends infer Each ? (Each extends CodeRequest ? Omit<Each, "id"> : never) : never;

/** A window code as an owner takes it back. */
export interface RevokedCode {
  readonly codeClass: number;
  readonly serial: number;
  /** Its first hour, in hours since 1970. */
  readonly start: number;
  readonly until: Seconds;
}

/** A user without any limit. */
export const ANA: UserSetting = Object.freeze({
  name: "Ana",
  type: "unrestricted",
  rule: "single",
  isEnabled: true,
  camera: 0,
  holder: undefined,
  weekDays: [],
  yearDays: [],
  expiryMinutes: undefined,
});
