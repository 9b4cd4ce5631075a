// The settings of a lock, by name: how each is typed, bounded, and said.
// Why: what the lock would refuse is refused here first, with a sentence.
// Follows docs/protocol.md §2.4 ("Configuration keys").

import { type Bytes, fromAscii, fromBase64url, toBase64url, toHex } from "../firmware/bytes.ts";
import type { Status } from "../firmware/link/message.ts";
import {
  CAMERA_MODES,
  MODES as CONFIGURED,
  SETTING_CAMERA_MODE,
  SETTING_CODE_CAMERA,
  SETTING_MODE,
  SETTING_NIGHT_MINUTES,
  SETTING_NIGHT_START,
  SETTING_ONE_TOUCH,
  SETTING_TIME_SERVERS,
  SETTING_WIDTH_SECONDS,
} from "../firmware/policy/configuration.ts";
import { parseClassRules, sayClassRules } from "./classes.ts";
import { usage } from "./failure.ts";
import { parseClock, sayClock } from "./moment.ts";
import { printable } from "./terminal.ts";
import { parseTimeServer } from "./timeservers.ts";
import { findZone } from "./timezone.ts";

/** One setting. */
export interface Setting {
  readonly key: number;
  readonly value: number | Bytes;
}

interface Rule {
  readonly key: number;
  readonly option: string;
  readonly value: string;
  readonly help: string;
  /** Reads what was typed. @throws Failure */
  parse(text: string): number | Bytes;
  say(value: number | Bytes): string;
}

/** What takes a time server out, as it is typed and as it is sent. */
export const NONE = "none";
const NO_SERVER = Uint8Array.of(0);
const DAY_MINUTES = 1_440;
/** What an owner tells is 61 s wide at once, and by up to 43 s wider with each day (time/clock.ts): a width below this lasts no two days. */
const WIDTH_SECONDS_USUAL = 120;
const UNIT_NAMES = Object.freeze({ s: "SECONDS", ms: "MILLIS", min: "MINUTES" });
const PASSAGE = CONFIGURED.indexOf("passage");
const MODES: readonly string[] = Object.freeze(["normal", "vacation", "privacy", "no-remote", "passage"]);

/** Every setting, by its key. */
export const SETTINGS: readonly Rule[] = Object.freeze([
  {
    key: 1,
    option: "zone",
    value: "ZONE",
    help: "the door's time zone: Europe/Berlin, or a POSIX rule",
    parse: (text: string) => fromAscii(findZone(text).rule),
    say: (value: number | Bytes) => (typeof value === "number" ? String(value) : Buffer.from(value).toString("latin1")),
  },
  number({
    key: 2,
    option: "auto-relock",
    unit: "s",
    min: 5,
    max: 3_600,
    zero: "never",
    help: "when a closed door locks itself",
  }),
  {
    key: 3,
    option: "mode",
    value: "MODE",
    help: `the operating mode: ${MODES.join(", ")}`,
    parse: parseMode,
    say: (value: number | Bytes) => (typeof value === "number" ? (MODES[value] ?? String(value)) : toHex(value)),
  },
  number({
    key: 4,
    option: "ajar",
    unit: "s",
    min: 30,
    max: 3_600,
    help: "how long a door stands open before the alarm",
  }),
  number({ key: 5, option: "unlatch", unit: "ms", min: 500, max: 4_500, help: "how long the latch is held back" }),
  number({
    key: 6,
    option: "clock-width",
    unit: "s",
    min: 60,
    max: 3_600,
    help: "how unsure the clock may be for guests",
  }),
  ...[0, 1, 2].map(timeServer),
  {
    key: SETTING_CODE_CAMERA,
    option: "code-camera",
    value: "RULES",
    help: 'what the camera must do for window codes: a rule, or "once=live,days=recording"',
    parse: parseClassRules,
    say: (value: number | Bytes) => (typeof value === "number" ? String(value) : sayClassRules(value)),
  },
  {
    key: SETTING_ONE_TOUCH,
    option: "one-touch",
    value: "on|off",
    help: "whether the keypad's lock key locks without a code",
    parse: parseSwitch,
    say: (value: number | Bytes) => (value === 0 ? "off" : "on"),
  },
  {
    key: SETTING_NIGHT_START,
    option: "night-start",
    value: "HH:MM",
    help: "when the keypad is dimmed",
    parse: parseMinutes,
    say: (value: number | Bytes) => (typeof value === "number" ? sayClock(value) : toHex(value)),
  },
  number({
    key: SETTING_NIGHT_MINUTES,
    option: "night-length",
    unit: "min",
    min: 1,
    max: 1_440,
    zero: "never",
    help: "for how long it is dimmed",
  }),
  {
    key: SETTING_CAMERA_MODE,
    option: "camera-mode",
    value: "MODE",
    help: `when the camera may look: ${CAMERA_MODES.join(", ")}`,
    parse: parseCameraMode,
    say: (value: number | Bytes) => (typeof value === "number" ? (CAMERA_MODES[value] ?? String(value)) : toHex(value)),
  },
]);

/** Says one setting, as it stands in a statement: "auto-relock 60 s". */
export function saySetting({ key, value }: Setting): string {
  const rule = SETTINGS.find((candidate) => candidate.key === key);
  return `${rule?.option ?? `setting ${key}`} ${printable(rule === undefined ? sayRaw(value) : rule.say(value))}`;
}

/** Says all settings in force, a line each. */
export function saySettings(configuration: ReadonlyMap<number, number | Bytes>): string[] {
  return [...configuration].map(([key, value]) => {
    const rule = SETTINGS.find((candidate) => candidate.key === key);
    const said = rule === undefined ? sayRaw(value) : rule.say(value);
    return `${(rule?.option ?? `setting ${key}`).padEnd(15)}${printable(said)}`;
  });
}

/** The same for --json. */
export function settingsObject(configuration: ReadonlyMap<number, number | Bytes>): Record<string, unknown> {
  return Object.fromEntries(
    [...configuration].map(([key, value]) => {
      const rule = SETTINGS.find((candidate) => candidate.key === key);
      return [rule?.option ?? String(key), rule === undefined ? sayRaw(value) : rule.say(value)];
    }),
  );
}

/** Says what of the settings is not so at the moment, or keeps guests out soon. */
export function doubtsAboutSettings({
  configuration,
  mode,
  boards,
  isJournalWhole,
}: Pick<Status, "configuration" | "mode" | "boards" | "isJournalWhole">): string[] {
  const doubts: string[] = [];
  const configured = configuration.get(SETTING_MODE);
  const inForce = CONFIGURED.indexOf(mode);
  if (configured === PASSAGE && !isJournalWhole)
    doubts.push(
      'The journal is damaged, and what ended passage may be what is lost, so the door does not stand in it: run "latchkey log", then "latchkey config --acknowledge", with --mode normal where that was meant.',
    );
  else if (typeof configured === "number" && configured !== inForce)
    doubts.push(
      `The lock is in the mode ${MODES[inForce] ?? mode} for a holiday, and in ${MODES[configured] ?? configured} behind it: "latchkey schedules" shows when.`,
    );
  const rules = configuration.get(SETTING_CODE_CAMERA);
  const isFilmed = typeof rules === "object" && rules.some((rule) => rule > 0);
  const isBlind = configuration.get(SETTING_CAMERA_MODE) === CAMERA_MODES.indexOf("never");
  if (isFilmed && (isBlind || !boards.some(({ role }) => role === "camera")))
    doubts.push(
      `${isBlind ? "The camera never looks" : "The lock has no camera"}, so window codes that must be filmed open nothing: "latchkey config --code-camera none" lets them open without.`,
    );
  const width = configuration.get(SETTING_WIDTH_SECONDS);
  if (typeof width === "number" && width < WIDTH_SECONDS_USUAL)
    doubts.push(
      `With a clock-width of ${width} s guests are refused soon after the last word on the time: an owner tells it to within a minute only, and the lock grows less sure of it by up to 43 s a day.`,
    );
  return doubts;
}

function sayRaw(value: number | Bytes): string {
  return typeof value === "number" ? String(value) : `h'${toHex(value)}'`;
}

function number(bounds: {
  readonly key: number;
  readonly option: string;
  readonly unit: keyof typeof UNIT_NAMES;
  readonly min: number;
  readonly max: number;
  readonly zero?: string;
  readonly help: string;
}): Rule {
  const { key, option, unit, min, max, zero, help } = bounds;
  const range = `${min} to ${max} ${unit}${zero === undefined ? "" : `, or ${zero}`}`;
  return {
    key,
    option,
    value: UNIT_NAMES[unit],
    help: `${help}: ${range}`,
    parse(text) {
      if (zero !== undefined && text === zero) return 0;
      const value = Number(text);
      if (/^\d{1,6}$/.test(text) && value >= min && value <= max) return value;
      throw usage(`--${option} takes ${range}.`);
    },
    say: (value) => (value === 0 && zero !== undefined ? zero : `${String(value)} ${unit}`),
  };
}

/** A time server's place: the lock holds its key, the keystore its address. */
function timeServer(place: number): Rule {
  return {
    key: SETTING_TIME_SERVERS + place,
    option: `time-server-${place + 1}`,
    value: "HOST:PORT=KEY",
    help: "a time server that it believes with another: RFC 10049; none takes it out",
    parse: (text) => {
      if (text === NONE) return NO_SERVER;
      const server = parseTimeServer(text, place);
      if (server.place !== place)
        throw usage(`The place of a time server stands in the option already: leave out 1= to 3=.`);
      return fromBase64url(server.key);
    },
    say: (value) => {
      if (typeof value === "number") return String(value);
      return value.length === NO_SERVER.length ? NONE : toBase64url(value);
    },
  };
}

function parseMode(text: string): number {
  const mode = MODES.indexOf(text.toLowerCase());
  if (mode < 0) throw usage(`"${printable(text)}" is no mode: choose from ${MODES.join(", ")}.`);
  return mode;
}

/** Reads when a camera may look. @throws Failure */
export function parseCameraMode(text: string): number {
  const mode = (CAMERA_MODES as readonly string[]).indexOf(text.toLowerCase());
  if (mode < 0) throw usage(`"${printable(text)}" is no mode of a camera: choose from ${CAMERA_MODES.join(", ")}.`);
  return mode;
}

function parseSwitch(text: string): number {
  const place = ["off", "on"].indexOf(text.toLowerCase());
  if (place < 0) throw usage("--one-touch takes on or off.");
  return place;
}

function parseMinutes(text: string): number {
  const minutes = /^\d{1,2}:\d{2}$/.test(text) ? parseClock(text) : DAY_MINUTES;
  if (minutes >= DAY_MINUTES) throw usage("--night-start takes a time of day, 00:00 to 23:59.");
  return minutes;
}
