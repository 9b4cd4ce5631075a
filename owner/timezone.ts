// The POSIX rule of a named time zone, out of the system's own database.
// Why: a lock keeps one rule of at most 64 characters and no database, and people know the name of their zone.
// Follows RFC 9636 §3.3 (the footer of a TZif file).

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../firmware/fault.ts";
import { type Seconds, seconds } from "../firmware/platform.ts";
import { offsetAt, parseZone, RULE_CHARS_MAX } from "../firmware/time/zone.ts";
import { usage } from "./failure.ts";
import { sayMoment } from "./moment.ts";

/** A rule, and the name that it was found by. */
export interface NamedZone {
  readonly rule: string;
  readonly name: string | undefined;
}

const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 366 * DAY_SECONDS;
/** A clock without seasons by how far it is from UTC: the sign, the hours, and the minutes where there are any. */
const SIGNED = /^(?:UTC|GMT)([+-])(\d{1,2})(?::(\d{2}))?$/i;
const EXAMPLE = '"CET-1CEST,M3.5.0,M10.5.0/3"';

/** Gives the zone of this computer, or UTC where that is not to be found. POSIX: $TZ may name a file, behind a colon or not. */
export function ownZone(directory = zoneDirectory()): NamedZone {
  // Node has no name for a zone that it does not know, whatever its types say.
  const { timeZone: name } = Intl.DateTimeFormat().resolvedOptions() as { readonly timeZone?: string };
  const isNamed = name !== undefined && isZoneName(name);
  const file = isNamed ? join(directory, name) : /^:?(\/.*)$/.exec(process.env["TZ"] ?? "")?.[1];
  const rule = file === undefined ? undefined : ruleOfFile(file);
  return rule === undefined || !isRule(rule) ? { rule: "UTC0", name: "UTC" } : { rule, name };
}

/** Says that this computer's own zone is not the one that is taken for it, since the system has no rule of it; undefined where it is. */
export function doubtAboutOwnZone(now: Seconds, directory = zoneDirectory()): string | undefined {
  const { timeZone: name } = Intl.DateTimeFormat().resolvedOptions() as { readonly timeZone?: string };
  const clock = name === undefined ? undefined : clockOf(name);
  if (clock === undefined || ownZone(directory).name !== "UTC") return undefined;
  // Summer and winter: one of them is UTC's in London.
  if ([now, now + YEAR_SECONDS / 2].every((at) => offsetIn(clock, at) === 0)) return undefined;
  return `The system has no rule of this computer's time zone, ${name}, in ${directory}, so UTC is taken for it: say --zone with a rule, such as ${EXAMPLE}, or install tzdata.`;
}

/** Finds a zone by its name, such as Europe/Berlin, or takes a POSIX rule as it is.
 *  @throws Failure where it is neither */
export function findZone(text: string, directory = zoneDirectory()): NamedZone {
  const rule = isZoneName(text) ? ruleOfFile(join(directory, text)) : undefined;
  if (rule !== undefined) {
    if (isRule(rule)) return { rule, name: text };
    throw usage(`The rule of ${text} is more than a lock takes: give a simpler one, such as --zone ${EXAMPLE}.`);
  }
  const isClear =
    SIGNED.exec(text)
      ?.slice(2)
      .every((digits) => Number(digits ?? 0) === 0) ?? true;
  if (!isClear) throw usage(sayBothSigns(text));
  if (isRule(text)) return { rule: text, name: undefined };
  if (statSync(directory, { throwIfNoEntry: false }) === undefined) {
    throw usage(
      `There is no time zone database in ${directory}: install your system's tzdata, or give the rule itself, such as --zone ${EXAMPLE}.`,
    );
  }
  throw usage(`There is no time zone of that name: give one such as Europe/Berlin, or a rule such as ${EXAMPLE}.`);
}

/** Says the two rules that "UTC+2" may stand for: POSIX counts westward, and people eastward. */
function sayBothSigns(text: string): string {
  const [, , hours = "", minutes] = SIGNED.exec(text) ?? [];
  const name = hours.padStart(2, "0") + (minutes ?? "");
  const offset = minutes === undefined ? hours : `${hours}:${minutes}`;
  return `By its rule (POSIX) the clock of ${text} is ${text[3] === "+" ? "behind" : "ahead of"} UTC, and most people mean the other: write --zone "<+${name}>-${offset}" for one ahead of UTC, --zone "<-${name}>${offset}" for one behind, or the name of a place.`;
}

/** Gives what a rule does not say of its zone: the first day within a year on which the zone has another clock. It changes by the moon, as
 *  in Morocco, and a rule knows the sun's year alone; or it will have another rule. Undefined where the rule says all. */
export function doubtAboutZone({ rule, name }: NamedZone, now: Seconds): string | undefined {
  if (name === undefined) return undefined;
  const zone = parseZone(rule);
  const clock = clockOf(name);
  if (clock === undefined) return undefined;
  for (let at: number = now; at < now + YEAR_SECONDS; at += DAY_SECONDS) {
    if (offsetAt(zone, seconds(at)).offset === offsetIn(clock, at)) continue;
    const since = sayMoment(zone, seconds(at));
    return `The clocks of ${name} change on days that a lock's rule, ${rule}, does not say: near ${since} they begin to go otherwise, and hours of the week and times that are typed go by the lock's. Give it the rule of those weeks then, with "latchkey config --zone", and the usual one behind them.`;
  }
  return undefined;
}

/** Gives a zone's clock; undefined where only the system's database knows the name. */
function clockOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Gives the seconds east of UTC that a zone's clock has at a time. */
function offsetIn(clock: Intl.DateTimeFormat, at: number): number {
  const name = clock.formatToParts(at * 1_000).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours = "0", minutes = "0"] = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? [];
  const offset = Number(hours) * 3_600 + Number(minutes) * 60;
  return sign === "-" ? 0 - offset : offset;
}

function zoneDirectory(): string {
  return process.env["TZDIR"] ?? "/usr/share/zoneinfo";
}

function isZoneName(text: string): boolean {
  return /^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+){0,2}$/.test(text);
}

function isRule(text: string): boolean {
  try {
    parseZone(text);
    return text.length <= RULE_CHARS_MAX;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

/** Gives the last line of a TZif file; undefined where there is no such file, or it is too old to have one. */
function ruleOfFile(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return undefined;
  const bytes = readFileSync(path);
  if (bytes.toString("latin1", 0, 4) !== "TZif" || bytes.at(-1) !== 0x0a) return undefined;
  const start = bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
  const rule = bytes.toString("latin1", start, bytes.length - 1);
  return /^[\x21-\x7e]+$/.test(rule) ? rule : undefined;
}
