// A user of the keypad as a person types one, and as one is told.
// Why: ten types, four rules and three kinds of time are easy to combine into somebody who never comes in; what cannot work is
// refused here, and what looks odd is said.
// Follows docs/protocol.cddl, `user-setting`; Matter Application Cluster Specification 1.4 §5.2.6.20.

import { crypto } from "#crypto";
import { type Bytes, fromBase64url, toBase64url } from "../firmware/bytes.ts";
import type { CredentialType } from "../firmware/codes/credential.ts";
import type { UserSetting } from "../firmware/codes/form.ts";
import {
  EXPIRY_MINUTES_MAX,
  RULES,
  type Rule,
  type Span,
  USER_TYPES,
  type UserType,
  WEEK_DAYS_MAX,
  YEAR_DAYS_MAX,
} from "../firmware/codes/user.ts";
import { kid8 } from "../firmware/cose/key.ts";
import type { UserView } from "../firmware/link/codes.ts";
import { CAMERA_RULES, weekliesOf } from "./allowance.ts";
import { type Call, type Option, parseKey } from "./command.ts";
import { usage } from "./failure.ts";
import { readCameraRule } from "./limits.ts";
import { parseMoment, parseWeekly, type Reckoning, sayDuration, sayMoment, sayWeekly } from "./moment.ts";
import { fillUser, ROLE_OPTION } from "./role.ts";
import { printable } from "./terminal.ts";

/** What stands for nothing, where an option takes something away. */
const NONE = "none";
/** Types that follow from the times. */
const TYPES_BY_TIME: readonly UserType[] = Object.freeze([
  "unrestricted",
  "weekDaySchedule",
  "yearDaySchedule",
  "scheduleRestricted",
]);
const NAME_OF_KEY = /^[A-Za-z0-9_-]{11}$/;

/** The options that say what a user may. */
export const USER_OPTIONS: Readonly<Record<string, Option>> = Object.freeze({
  role: ROLE_OPTION,
  type: { value: "TYPE", help: "what kind of user; left out, it follows from the times" },
  rule: { value: "RULE", help: `what it takes besides the code: ${RULES.join(", ")} (single)` },
  holder: { value: "KEY", help: "with-grant: whose grant, by the key or its name" },
  week: { value: "HOURS", isRepeatable: true, help: 'only in these hours: "mon-fri 08:00-16:00"' },
  from: {
    value: "WHEN",
    isRepeatable: true,
    help: 'when it begins: "2026-12-24 14:00", "today 14:00", "+2h" (at once)',
  },
  until: { value: "WHEN", isRepeatable: true, help: "when it ends; a date alone is the end of that day" },
  expiry: { value: "MINUTES", help: `expiring: how long after the first use, 1 to ${EXPIRY_MINUTES_MAX}` },
  camera: { value: "RULE", help: `what the camera must do: ${CAMERA_RULES.join(", ")} (none)` },
});

/** What the types mean, for the help. */
export const TYPES_HELP: readonly string[] = Object.freeze([
  "A user's TYPE is one of Matter's: unrestricted; week-day (--week), year-day (--from and --until), schedule-restricted",
  "(both); disposable (opens once); expiring (--expiry minutes after the first use); forced (opens as always; the record",
  "says that it was under duress, and nobody is called); programming (comes in during vacation too); non-access and",
  "remote-only (never at the keypad). RULE: single; dual (the PIN and, in one entry behind it, the authenticator's code);",
  "two-person (two such users within a minute); with-grant (the PIN, and within a minute the phone of --holder).",
]);

/** The names of the types, as they are typed. */
export function sayType(type: UserType): string {
  return type.replace("Schedule", "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Whether a call says anything of a user. */
export function namesUser(call: Call): boolean {
  return call.named.some((name) => Object.hasOwn(USER_OPTIONS, name));
}

/** Reads what a new user may, or with `former` what is to be different. @throws Failure */
export function readSetting(
  given: Call,
  { name, former, reckoning }: { readonly name: string; readonly former?: UserSetting; readonly reckoning: Reckoning },
): UserSetting {
  const { call } = fillUser(given);
  const weekDays = readWeek(call) ?? former?.weekDays ?? [];
  const yearDays = readSpans(call, reckoning) ?? former?.yearDays ?? [];
  const expiryMinutes = readExpiry(call, former?.expiryMinutes);
  const holder = readHolder(call, former?.holder);
  const setting: UserSetting = {
    name,
    type:
      readType(call) ??
      formerType(call, former, weekDays.length + yearDays.length) ??
      typeOf({ weekDays, yearDays, expiryMinutes }),
    rule: readRule(call) ?? ruleOf(call, former?.rule ?? "single"),
    isEnabled: former?.isEnabled ?? true,
    camera: cameraOf(readCameraRule(call)) ?? former?.camera ?? 0,
    holder,
    weekDays,
    yearDays,
    expiryMinutes,
  };
  checkSetting(setting);
  return setting;
}

/** Says what of a user is never asked, or cannot be today. */
export function doubtsAboutUser(setting: UserSetting): string[] {
  const { type, rule, camera, holder, weekDays, yearDays, expiryMinutes } = setting;
  const doubts: string[] = [];
  const isBoth = type === "scheduleRestricted";
  if (weekDays.length > 0 && type !== "weekDaySchedule" && !isBoth)
    doubts.push(
      `A user of type ${sayType(type)} comes at any hour of the week: --week counts for week-day and schedule-restricted.`,
    );
  if (yearDays.length > 0 && type !== "yearDaySchedule" && !isBoth)
    doubts.push(
      `A user of type ${sayType(type)} comes on any day: --from and --until count for year-day and schedule-restricted.`,
    );
  if (expiryMinutes !== undefined && type !== "expiring") doubts.push("--expiry counts for the type expiring only.");
  if (holder !== undefined && rule !== "with-grant") doubts.push("--holder counts for the rule with-grant only.");
  if (type === "nonAccess" || type === "remoteOnly")
    doubts.push(`A user of type ${sayType(type)} never comes in at the keypad.`);
  if (camera > 0)
    doubts.push(
      "A lock without a camera refuses this user, as it does while the camera sees nothing: else give --camera none.",
    );
  if (type === "forced")
    doubts.push(
      'A code for duress calls nobody: the door opens as always, and "latchkey log" says afterwards that it was used.',
    );
  if (rule === "dual") doubts.push('The rule dual needs a PIN and "latchkey totp add" for the same user.');
  if (rule === "two-person") doubts.push("The rule two-person needs a second user with that rule.");
  return doubts;
}

/** Says that a user who stays comes in no more, since their rule asks for what they have no more. @param view as it is now */
export function sayHalved({ user: { name, rule, holder }, credentials }: UserView): string[] {
  const has = (wanted: CredentialType) => credentials.some(({ type }) => type === wanted);
  const who = printable(name);
  if (rule === "dual" && !(has("pin") && has("totp")))
    return [
      `${who} comes in by the PIN and the authenticator together, so no more now: add the other one again, or "latchkey users set" with --rule single.`,
    ];
  if (rule === "with-grant" && holder !== undefined && credentials.length === 0)
    return [
      `Grants of the key ${toBase64url(holder)} open behind a code of ${who} only, who has none now: "latchkey pin add" makes one, "latchkey users remove" lets the grants open alone.`,
    ];
  return [];
}

/** Says a user in one line, behind the name: "week-day, Mon-Fri 08:00-16:00; PIN of 8 digits (slot 4)". */
export function sayUser({ user, credentials }: UserView, reckoning: Pick<Reckoning, "zone">): string {
  const parts: string[] = [sayType(user.type)];
  if (user.rule !== "single") parts.push(user.rule);
  if (user.holder !== undefined) parts.push(`of ${toBase64url(user.holder)}`);
  if (!user.isEnabled) parts.push("DISABLED");
  if (user.camera > 0) parts.push(`camera ${CAMERA_RULES[user.camera]}`);
  parts.push(...saySchedules(user, reckoning));
  if (user.expiryMinutes !== undefined) parts.push(`${sayDuration(user.expiryMinutes * 60)} from the first use on`);
  if (user.firstUsed !== undefined) parts.push(`used ${sayMoment(reckoning.zone, user.firstUsed)}`);
  const codes = credentials.map(({ slot, type, digits }) =>
    type === "pin" ? `PIN of ${digits} digits (slot ${slot})` : `authenticator (slot ${slot})`,
  );
  return `${parts.join(", ")}; ${codes.length === 0 ? "no code" : codes.join(", ")}`;
}

/** Says when a user may come: "Mon-Fri 08:00-16:00", "Thu 24 Dec 2026 14:00 (UTC+01:00) to ...". */
export function saySchedules(
  { weekDays, yearDays }: Pick<UserSetting, "weekDays" | "yearDays">,
  { zone }: Pick<Reckoning, "zone">,
): string[] {
  const weekly = weekliesOf({ weeklies: weekDays }).map(sayWeekly);
  return [...weekly, ...yearDays.map(({ from, until }) => `${sayMoment(zone, from)} to ${sayMoment(zone, until)}`)];
}

/** The same for --json. */
export function userObject({ user, credentials }: UserView): Record<string, unknown> {
  const { holder, creator, modifier, camera, type, weekDays, firstUsed, expiryMinutes, ...rest } = user;
  return {
    ...rest,
    type: sayType(type),
    camera: CAMERA_RULES[camera],
    holder: holder === undefined ? null : toBase64url(holder),
    weekly: weekliesOf({ weeklies: weekDays }),
    firstUsed: firstUsed ?? null,
    expiryMinutes: expiryMinutes ?? null,
    creator: toBase64url(creator),
    modifier: toBase64url(modifier),
    credentials,
  };
}

/** Refuses what the lock would. @throws Failure */
function checkSetting({ type, rule, holder, weekDays, yearDays, expiryMinutes }: UserSetting): void {
  const needsMore = rule === "two-person" || rule === "with-grant";
  if (needsMore && (type === "disposable" || type === "expiring"))
    throw usage(`The rule ${rule} is for people who come again: choose another type than ${type}.`);
  if (rule === "with-grant" && type === "forced")
    throw usage(
      "A user of type forced cannot have the rule with-grant: the door would open by the phone, and its record would say nothing of duress. Leave --holder out.",
    );
  if (rule === "with-grant" && holder === undefined) throw usage("The rule with-grant needs --holder KEY.");
  if (type === "expiring" && expiryMinutes === undefined) throw usage("The type expiring needs --expiry MINUTES.");
  if (type === "weekDaySchedule" && weekDays.length === 0)
    throw usage('The type week-day needs --week, such as "mon-fri 08:00-16:00".');
  if (type === "yearDaySchedule" && yearDays.length === 0) throw usage("The type year-day needs --from and --until.");
  if (type === "scheduleRestricted" && weekDays.length + yearDays.length === 0)
    throw usage("The type schedule-restricted needs --week, or --from and --until.");
}

/** The type that stays: but one that follows from the times follows them where others are set. What takes the last of them away
 *  must name the type that it wants, since that lets somebody in who was kept out. */
function formerType(call: Call, former: UserSetting | undefined, times: number): UserType | undefined {
  const isSet = ["week", "from", "until"].some((name) => call.list(name).length > 0);
  const follows = former !== undefined && TYPES_BY_TIME.includes(former.type);
  return isSet && follows && times > 0 ? undefined : former?.type;
}

/** The type that the times ask for. */
function typeOf({
  weekDays,
  yearDays,
  expiryMinutes,
}: Pick<UserSetting, "weekDays" | "yearDays" | "expiryMinutes">): UserType {
  if (weekDays.length > 0) return yearDays.length > 0 ? "scheduleRestricted" : "weekDaySchedule";
  if (yearDays.length > 0) return "yearDaySchedule";
  return expiryMinutes === undefined ? "unrestricted" : "expiring";
}

function readType(call: Call): UserType | undefined {
  const text = call.option("type");
  if (text === undefined) return undefined;
  const type = USER_TYPES.find((each) => sayType(each) === text.toLowerCase());
  if (type === undefined) throw usage(`--type takes ${USER_TYPES.map(sayType).join(", ")}.`);
  return type;
}

function readRule(call: Call): Rule | undefined {
  const text = call.option("rule");
  if (text === undefined) return undefined;
  const rule = RULES.find((each) => each === text.toLowerCase());
  if (rule === undefined) throw usage(`--rule takes ${RULES.join(", ")}.`);
  return rule;
}

/** The rule where none is said: whoever names a holder to a code that opens alone wants it to open with the phone alone. */
function ruleOf(call: Call, former: Rule): Rule {
  const isNamed = (call.option("holder") ?? NONE) !== NONE;
  return isNamed && former === "single" ? "with-grant" : former;
}

function cameraOf(rule: number | undefined): UserSetting["camera"] | undefined {
  return rule === 0 || rule === 1 || rule === 2 ? rule : undefined;
}

function readHolder(call: Call, former: Bytes | undefined): Bytes | undefined {
  const text = call.option("holder");
  if (text === undefined) return former;
  if (text === NONE) return undefined;
  return NAME_OF_KEY.test(text) ? fromBase64url(text) : kid8(crypto, parseKey(text));
}

function readExpiry(call: Call, former: number | undefined): number | undefined {
  return call.option("expiry") === NONE ? undefined : (call.number("expiry", 1, EXPIRY_MINUTES_MAX) ?? former);
}

/** @returns three numbers for each, or undefined where nothing is said */
function readWeek(call: Call): readonly number[] | undefined {
  const texts = call.list("week");
  if (texts.length === 0) return undefined;
  if (texts.length > WEEK_DAYS_MAX)
    throw usage(`--week may be given ${WEEK_DAYS_MAX} times at most: join days, such as mon-fri.`);
  return texts.every((text) => text === NONE) ? [] : texts.flatMap(parseWeekly);
}

function readSpans(call: Call, reckoning: Reckoning): readonly Span[] | undefined {
  const [froms, untils] = [call.list("from"), call.list("until")];
  if (froms.length + untils.length === 0) return undefined;
  if (froms.length + untils.length === 1 && (froms[0] ?? untils[0]) === NONE) return [];
  if (untils.length > YEAR_DAYS_MAX) throw usage(`--until may be given ${YEAR_DAYS_MAX} times at most.`);
  const begins = froms.length === 0 && untils.length === 1 ? ["now"] : froms;
  if (begins.length !== untils.length)
    throw usage("Give as many --from as --until: they belong together in their order.");
  return untils.map((text, index) => {
    const from = parseMoment(begins[index], reckoning);
    const until = parseMoment(text, reckoning, true);
    if (until <= from) throw usage(`--until "${printable(text)}" lies before its --from: give a later time.`);
    if (until <= reckoning.now) throw usage(`--until "${printable(text)}" lies in the past: give a later time.`);
    return { from, until };
  });
}
