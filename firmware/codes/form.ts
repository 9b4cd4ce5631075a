// Users, credentials, windows and their uses as bytes: one form for requests, records and snapshots.
// Why: what an owner sets, what the journal keeps and what a snapshot holds is the same thing, read by one reader.
// Follows docs/protocol.cddl, `user-setting`, `user`, `credential`, `code-use`, `holiday`.

import { type Bytes, NO_BYTES } from "../bytes.ts";
import { ARGUMENT_MAX, type Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { KID_BYTES } from "../cose/key.ts";
import { assert, Fault } from "../fault.ts";
import { heldList } from "../lists.ts";
import { type Seconds, seconds } from "../platform.ts";
import {
  type CodeUse,
  CREDENTIAL_TYPES,
  type Credential,
  SEALING_BYTES,
  TOTP_SECRET_BYTES_MAX,
  type UsedWindow,
} from "./credential.ts";
import {
  CREDENTIALS_MAX,
  HOLIDAYS_MAX,
  type Holiday,
  RULES,
  type Span,
  USER_TYPES,
  USERS_MAX,
  type User,
} from "./user.ts";
import { SERIALS, WINDOW_CLASSES, type Window } from "./window.ts";

/** What an owner sets of a user; the rest is the lock's. */
export type UserSetting = Omit<User, "index" | "firstUsed" | "creator" | "modifier">;

const NAME_BYTES_MAX = 32;
const WEEK_DAYS_MAX = 4;
const YEAR_DAYS_MAX = 2;
const EXPIRY_MINUTES_MAX = 2_880;
const DAYS_MAX = 127;
const DAY_MINUTES = 1_440;
const DIGITS_MAX = 12;
const VALUE_BYTES_MAX = SEALING_BYTES + TOTP_SECRET_BYTES_MAX;
const USE_BYTES_MAX = 32;
/** A name of 32 bytes, a holder, four week-day windows and two of year days take 111. */
const SETTING_BYTES_MAX = 160;
const BY_USER = 0;
const BY_WINDOW = 1;
/** The modes that a holiday may bring. */
const HOLIDAY_MODES: readonly (Holiday["mode"] | undefined)[] = Object.freeze([
  "normal",
  "vacation",
  undefined,
  "noRemote",
]);
const CAMERA_RULES = Object.freeze([0, 1, 2] as const);

/** Reads a user's settings. @returns its byte strings are copies   @throws Fault cbor.*, code.shape */
export function readUserSetting(reader: Reader): UserSetting {
  reader.readArray(9, 9);
  const name = reader.readText(1, NAME_BYTES_MAX);
  const type = USER_TYPES[reader.readUint(USER_TYPES.length - 1)];
  const rule = RULES[reader.readUint(RULES.length - 1)];
  const isEnabled = reader.readUint(1) === 1;
  const camera = CAMERA_RULES[reader.readUint(2)];
  const holder = readKidOrNone(reader);
  const hours: number[] = [];
  for (let left = reader.readArray(0, WEEK_DAYS_MAX); left > 0; left--) {
    reader.readArray(3, 3);
    hours.push(atLeastOne(reader.readUint(DAYS_MAX)), reader.readUint(DAY_MINUTES - 1));
    hours.push(atLeastOne(reader.readUint(DAY_MINUTES)));
  }
  const spans: Span[] = [];
  for (let left = reader.readArray(0, YEAR_DAYS_MAX); left > 0; left--) spans.push(readSpan(reader));
  const minutes = reader.readUint(EXPIRY_MINUTES_MAX);
  const expiryMinutes = minutes === 0 ? undefined : minutes;
  const weekDays = heldList(hours);
  const yearDays = heldList(spans);
  return { name, type, rule, isEnabled, camera, holder, weekDays, yearDays, expiryMinutes };
}

/** Writes a user's settings. */
export function writeUserSetting(writer: Writer, user: UserSetting): void {
  const { weekDays } = user;
  writer.array(9).text(user.name).uint(USER_TYPES.indexOf(user.type)).uint(RULES.indexOf(user.rule));
  writer.uint(user.isEnabled ? 1 : 0).uint(user.camera);
  writer.bytes(user.holder ?? NO_BYTES).array(weekDays.length / 3);
  for (let index = 0; index < weekDays.length; index += 3) {
    writer
      .array(3)
      .uint(weekDays[index])
      .uint(weekDays[index + 1])
      .uint(weekDays[index + 2]);
  }
  writer.array(user.yearDays.length);
  for (let index = 0; index < user.yearDays.length; index++) {
    writer.array(2).uint(user.yearDays[index].from).uint(user.yearDays[index].until);
  }
  writer.uint(user.expiryMinutes ?? 0);
}

/** Gives a user's settings as they are written. */
export function encodeUserSetting(user: UserSetting): Bytes {
  const writer = new Writer(SETTING_BYTES_MAX);
  writeUserSetting(writer, user);
  return writer.finish();
}

/** Reads a whole user. @throws Fault cbor.*, code.shape */
export function readUser(reader: Reader): User {
  reader.readArray(5, 5);
  const index = readUserIndex(reader);
  const setting = readUserSetting(reader);
  const first = reader.readUint(ARGUMENT_MAX);
  const firstUsed = first === 0 ? undefined : seconds(first);
  const creator = readKid(reader);
  return { index, ...setting, firstUsed, creator, modifier: readKid(reader) };
}

/** Writes a whole user. */
export function writeUser(writer: Writer, user: User): void {
  writer.array(5).uint(user.index);
  writeUserSetting(writer, user);
  writer
    .uint(user.firstUsed ?? 0)
    .bytes(user.creator)
    .bytes(user.modifier);
}

/** Reads the number of a user, 1..20. @throws Fault cbor.*, code.shape */
export function readUserIndex(reader: Reader): number {
  return atLeastOne(reader.readUint(USERS_MAX));
}

/** Reads the number of a credential, 1..32. @throws Fault cbor.*, code.shape */
export function readSlot(reader: Reader): number {
  return atLeastOne(reader.readUint(CREDENTIALS_MAX));
}

/** Reads a credential. @throws Fault cbor.*, code.shape */
export function readCredential(reader: Reader): Credential {
  reader.readArray(6, 6);
  const slot = readSlot(reader);
  const user = readUserIndex(reader);
  const type = CREDENTIAL_TYPES[reader.readUint(CREDENTIAL_TYPES.length - 1)];
  const digits = reader.readUint(DIGITS_MAX);
  const value = reader.readView(1, VALUE_BYTES_MAX).slice();
  return { slot, user, type, digits, value, lastStep: reader.readUint(ARGUMENT_MAX) };
}

/** Writes a credential. */
export function writeCredential(writer: Writer, credential: Credential): void {
  writer.array(6).uint(credential.slot).uint(credential.user).uint(CREDENTIAL_TYPES.indexOf(credential.type));
  writer.uint(credential.digits).bytes(credential.value).uint(credential.lastStep);
}

/** Reads a used window. @throws Fault cbor.* */
export function readUsedWindow(reader: Reader): UsedWindow {
  reader.readArray(4, 4);
  return readWindowOf(reader);
}

/** Writes a used window. */
export function writeUsedWindow(writer: Writer, { owner, window }: UsedWindow): void {
  writer.array(4).bytes(owner);
  writeWindow(writer, window);
}

/** Reads by what somebody opened. @throws Fault cbor.*, code.shape */
export function readCodeUse(reader: Reader): CodeUse {
  const items = reader.readArray(5, 6);
  const by = reader.readUint(BY_WINDOW);
  if (items !== (by === BY_USER ? 6 : 5)) throw new Fault("code.shape");
  if (by === BY_WINDOW) return { by: "window", ...readWindowOf(reader) };
  const user = readUserIndex(reader);
  const slot = readSlot(reader);
  const step = reader.readUint(ARGUMENT_MAX);
  const first = reader.readUint(USERS_MAX);
  return { by: "user", user, slot, step, first, isDuress: reader.readUint(1) === 1 };
}

/** Writes by what somebody opened. */
export function writeCodeUse(writer: Writer, use: CodeUse): void {
  if (use.by === "window") {
    writer.array(5).uint(BY_WINDOW).bytes(use.owner);
    writeWindow(writer, use.window);
    return;
  }
  writer.array(6).uint(BY_USER).uint(use.user).uint(use.slot).uint(use.step).uint(use.first);
  writer.uint(use.isDuress ? 1 : 0);
}

/** Gives by what somebody opened, as bytes. */
export function encodeCodeUse(use: CodeUse): Bytes {
  const writer = new Writer(USE_BYTES_MAX);
  writeCodeUse(writer, use);
  return writer.finish();
}

/** Reads the holidays. @throws Fault cbor.*, code.shape */
export function readHolidays(reader: Reader): readonly Holiday[] {
  const holidays: Holiday[] = [];
  for (let left = reader.readArray(0, HOLIDAYS_MAX); left > 0; left--) {
    reader.readArray(3, 3);
    const from = seconds(reader.readUint(ARGUMENT_MAX));
    const until = seconds(reader.readUint(ARGUMENT_MAX));
    const mode = HOLIDAY_MODES[reader.readUint(HOLIDAY_MODES.length - 1)];
    if (mode === undefined || until <= from) throw new Fault("code.shape");
    holidays.push({ from, until, mode });
  }
  return holidays;
}

/** Writes the holidays. */
export function writeHolidays(writer: Writer, holidays: readonly Holiday[]): void {
  assert(holidays.length <= HOLIDAYS_MAX, "there are at most eight holidays");
  writer.array(holidays.length);
  for (const { from, until, mode } of holidays) {
    writer.array(3).uint(from).uint(until).uint(HOLIDAY_MODES.indexOf(mode));
  }
}

function readWindowOf(reader: Reader): UsedWindow {
  const owner = readKid(reader);
  const windowClass = reader.readUint(WINDOW_CLASSES.length - 1);
  const serial = reader.readUint(SERIALS - 1);
  return { owner, window: { windowClass, serial, startHour: reader.readUint(ARGUMENT_MAX) } };
}

function writeWindow(writer: Writer, { windowClass, serial, startHour }: Window): void {
  writer.uint(windowClass).uint(serial).uint(startHour);
}

function readSpan(reader: Reader): { readonly from: Seconds; readonly until: Seconds } {
  reader.readArray(2, 2);
  const from = seconds(reader.readUint(ARGUMENT_MAX));
  const until = seconds(reader.readUint(ARGUMENT_MAX));
  if (until <= from) throw new Fault("code.shape");
  return { from, until };
}

function readKid(reader: Reader): Bytes {
  return reader.readView(KID_BYTES, KID_BYTES).slice();
}

function readKidOrNone(reader: Reader): Bytes | undefined {
  const kid = reader.readView(0, KID_BYTES).slice();
  if (kid.length !== 0 && kid.length !== KID_BYTES) throw new Fault("code.shape");
  return kid.length === 0 ? undefined : kid;
}

function atLeastOne(value: number): number {
  if (value < 1) throw new Fault("code.shape");
  return value;
}
