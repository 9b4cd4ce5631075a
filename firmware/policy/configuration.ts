// What an owner may set: each key with its bounds and its default.
// Why: a statement that holds one bad value changes nothing, so all of them are judged before the first is taken.
// Follows docs/protocol.md §2.4.

import { type Bytes, fromAscii, toAscii } from "../bytes.ts";
import { KEY_BYTES } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";
import type { Setting } from "../grant/body.ts";
import { parseZone, type Zone } from "../time/zone.ts";

export const SETTING_ZONE = 1;
export const SETTING_RELOCK_SECONDS = 2;
export const SETTING_MODE = 3;
export const SETTING_AJAR_SECONDS = 4;
export const SETTING_UNLATCH_MILLIS = 5;
export const SETTING_WIDTH_SECONDS = 6;
/** Three time servers: 7, 8, 9. */
export const SETTING_TIME_SERVERS = 7;
export const TIME_SERVERS_MAX = 3;
/** The camera rule of each class of window codes. */
export const SETTING_CODE_CAMERA = 10;
/** Whether the keypad's lock key throws the bolt without a code (Matter, EnableOneTouchLocking). */
export const SETTING_ONE_TOUCH = 11;
/** When the keypad is dimmed: its beginning, and for how long. */
export const SETTING_NIGHT_START = 12;
export const SETTING_NIGHT_MINUTES = 13;
/** When the camera's sensor may have power. */
export const SETTING_CAMERA_MODE = 14;
/** Classes of window codes (codes/window.ts). */
const CODE_CLASSES = 22;
const CAMERA_RULE_MAX = 2;

/** Matter's operating modes (Door Lock cluster, OperatingModeEnum), by number. */
export const MODES = Object.freeze(["normal", "vacation", "privacy", "noRemote", "passage"] as const);
export type Mode = (typeof MODES)[number];

/** When the camera's sensor may have power, by number: while somebody comes and goes, always, or never. */
export const CAMERA_MODES = Object.freeze(["visits", "always", "never"] as const);
export type CameraMode = (typeof CAMERA_MODES)[number];

interface Bounds {
  readonly min: number;
  readonly max: number;
  /** Whether 0 stands for "never". */
  readonly mayBeZero: boolean;
  readonly standard: number;
}

const BOUNDS: Readonly<Record<number, Bounds>> = Object.freeze({
  [SETTING_RELOCK_SECONDS]: Object.freeze({ min: 5, max: 3_600, mayBeZero: true, standard: 30 }),
  [SETTING_MODE]: Object.freeze({ min: 0, max: MODES.length - 1, mayBeZero: false, standard: 0 }),
  [SETTING_AJAR_SECONDS]: Object.freeze({ min: 30, max: 3_600, mayBeZero: false, standard: 120 }),
  [SETTING_UNLATCH_MILLIS]: Object.freeze({ min: 500, max: 4_500, mayBeZero: false, standard: 3_000 }),
  [SETTING_WIDTH_SECONDS]: Object.freeze({ min: 60, max: 3_600, mayBeZero: false, standard: 600 }),
  [SETTING_ONE_TOUCH]: Object.freeze({ min: 0, max: 1, mayBeZero: false, standard: 1 }),
  [SETTING_NIGHT_START]: Object.freeze({ min: 0, max: 1_439, mayBeZero: false, standard: 1_320 }),
  [SETTING_NIGHT_MINUTES]: Object.freeze({ min: 0, max: 1_440, mayBeZero: false, standard: 480 }),
  [SETTING_CAMERA_MODE]: Object.freeze({ min: 0, max: CAMERA_MODES.length - 1, mayBeZero: false, standard: 0 }),
});

/** The configuration in force. */
export interface Configuration {
  /** POSIX TZ rule, ASCII. */
  readonly zoneRule: string;
  readonly zone: Zone;
  /** 0 = never. */
  readonly relockSeconds: number;
  readonly mode: Mode;
  readonly ajarSeconds: number;
  readonly unlatchMillis: number;
  /** W: the widest clock in which a grant is judged. */
  readonly widthSeconds: number;
  /** The long-term Ed25519 keys of up to three Roughtime servers, 32 bytes each, in their places. */
  readonly timeServers: readonly (Bytes | undefined)[];
  /** The camera rule (0..2) of each class of window codes: 22 bytes. */
  readonly codeCamera: Bytes;
  readonly isOneTouch: boolean;
  /** Minutes after midnight, wall clock. */
  readonly nightStart: number;
  /** 0 = never. */
  readonly nightMinutes: number;
  readonly cameraMode: CameraMode;
}

/** What a lock does that nobody has configured. */
export function defaultConfiguration(): Configuration {
  const zoneRule = "UTC0";
  return {
    zoneRule,
    zone: parseZone(zoneRule),
    relockSeconds: BOUNDS[SETTING_RELOCK_SECONDS].standard,
    mode: MODES[BOUNDS[SETTING_MODE].standard],
    ajarSeconds: BOUNDS[SETTING_AJAR_SECONDS].standard,
    unlatchMillis: BOUNDS[SETTING_UNLATCH_MILLIS].standard,
    widthSeconds: BOUNDS[SETTING_WIDTH_SECONDS].standard,
    timeServers: [undefined, undefined, undefined],
    codeCamera: new Uint8Array(CODE_CLASSES),
    isOneTouch: BOUNDS[SETTING_ONE_TOUCH].standard === 1,
    nightStart: BOUNDS[SETTING_NIGHT_START].standard,
    nightMinutes: BOUNDS[SETTING_NIGHT_MINUTES].standard,
    cameraMode: CAMERA_MODES[BOUNDS[SETTING_CAMERA_MODE].standard],
  };
}

/** Gives a configuration with some settings changed, or undefined where any of them is unknown or out of bounds. */
export function configure(current: Configuration, settings: readonly Setting[]): Configuration | undefined {
  let changed: Configuration | undefined = current;
  for (const { key, value } of settings) {
    if (changed === undefined) return undefined;
    changed = typeof value === "number" ? withNumber(changed, key, value) : withBytes(changed, key, value);
  }
  return changed;
}

/** Gives a configuration with the zone of a rule, or undefined where it is none. @param rule POSIX TZ, ASCII */
export function withZone(current: Configuration, rule: Bytes): Configuration | undefined {
  try {
    const zoneRule = toAscii(rule);
    return { ...current, zoneRule, zone: parseZone(zoneRule) };
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return undefined;
  }
}

/** Gives a configuration in which nobody but an owner tells the time. */
export function withoutTimeServers(current: Configuration): Configuration {
  return { ...current, timeServers: current.timeServers.map(() => undefined) };
}

/** Gives all settings in force, by key: what a status shows. A time server that is not named has none. */
export function settingsOf(configuration: Configuration): ReadonlyMap<number, number | Bytes> {
  return new Map(settingRows(configuration).map(({ key, value }) => [key, value]));
}

/** Gives all settings in force, in the order of their keys. */
export function settingRows(configuration: Configuration): readonly Setting[] {
  const rows: Setting[] = [];
  for (let key = SETTING_ZONE; key <= SETTING_CAMERA_MODE; key++) {
    const value = settingAt(configuration, key);
    if (value !== undefined) rows.push({ key, value });
  }
  return rows;
}

function settingAt(configuration: Configuration, key: number): number | Bytes | undefined {
  switch (key) {
    case SETTING_ZONE:
      return fromAscii(configuration.zoneRule);
    case SETTING_RELOCK_SECONDS:
      return configuration.relockSeconds;
    case SETTING_MODE:
      return MODES.indexOf(configuration.mode);
    case SETTING_AJAR_SECONDS:
      return configuration.ajarSeconds;
    case SETTING_UNLATCH_MILLIS:
      return configuration.unlatchMillis;
    case SETTING_WIDTH_SECONDS:
      return configuration.widthSeconds;
    case SETTING_CODE_CAMERA:
      return configuration.codeCamera;
    case SETTING_ONE_TOUCH:
      return configuration.isOneTouch ? 1 : 0;
    case SETTING_NIGHT_START:
      return configuration.nightStart;
    case SETTING_NIGHT_MINUTES:
      return configuration.nightMinutes;
    case SETTING_CAMERA_MODE:
      return CAMERA_MODES.indexOf(configuration.cameraMode);
    default:
      return configuration.timeServers[key - SETTING_TIME_SERVERS];
  }
}

function withBytes(current: Configuration, key: number, value: Bytes): Configuration | undefined {
  if (key === SETTING_ZONE) return withZone(current, value);
  if (key === SETTING_CODE_CAMERA) return withCodeCamera(current, value);
  const place = key - SETTING_TIME_SERVERS;
  if (place < 0 || place >= TIME_SERVERS_MAX) return undefined;
  return withTimeServer(current, place, value);
}

function withCodeCamera(current: Configuration, value: Bytes): Configuration | undefined {
  if (value.length !== CODE_CLASSES || value.some((rule) => rule > CAMERA_RULE_MAX)) return undefined;
  return { ...current, codeCamera: value.slice() };
}

/** Names a server by its key, or none by a single zero byte. */
function withTimeServer(current: Configuration, place: number, value: Bytes): Configuration | undefined {
  const isNone = value.length === 1 && value[0] === 0;
  if (!isNone && value.length !== KEY_BYTES) return undefined;
  const named = isNone ? undefined : value.slice();
  return { ...current, timeServers: current.timeServers.map((key, index) => (index === place ? named : key)) };
}

function withNumber(current: Configuration, key: number, value: number): Configuration | undefined {
  const bounds = BOUNDS[key];
  if (bounds === undefined) return undefined;
  if ((value < bounds.min || value > bounds.max) && !(bounds.mayBeZero && value === 0)) return undefined;
  switch (key) {
    case SETTING_RELOCK_SECONDS:
      return { ...current, relockSeconds: value };
    case SETTING_MODE:
      return { ...current, mode: MODES[value] };
    case SETTING_AJAR_SECONDS:
      return { ...current, ajarSeconds: value };
    case SETTING_UNLATCH_MILLIS:
      return { ...current, unlatchMillis: value };
    case SETTING_WIDTH_SECONDS:
      return { ...current, widthSeconds: value };
    case SETTING_ONE_TOUCH:
      return { ...current, isOneTouch: value === 1 };
    case SETTING_NIGHT_START:
      return { ...current, nightStart: value };
    case SETTING_NIGHT_MINUTES:
      return { ...current, nightMinutes: value };
    case SETTING_CAMERA_MODE:
      return { ...current, cameraMode: CAMERA_MODES[value] };
    default:
      return undefined;
  }
}
