// What simulated owners ask of codes, and the user that they begin with.
// Why: the porch of tests, the people of the world and the tear test speak of the same ones.

import type { UserSetting } from "../firmware/codes/form.ts";
import type { CodeRequest } from "../firmware/link/codes.ts";

/** What an owner asks of codes. */
export type CodeWish = CodeRequest extends infer Each ? (Each extends CodeRequest ? Omit<Each, "id"> : never) : never;

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
