// The POSIX rule of a named time zone, out of the system's own database.
// Why: a lock keeps one rule of at most 64 characters and no database, and people know the name of their zone.
// Follows RFC 9636 §3.3 (the footer of a TZif file).

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../firmware/fault.ts";
import { parseZone, RULE_CHARS_MAX } from "../firmware/time/zone.ts";
import { usage } from "./failure.ts";

/** A rule, and the name that it was found by. */
export interface NamedZone {
  readonly rule: string;
  readonly name: string | undefined;
}

const EXAMPLE = '"CET-1CEST,M3.5.0,M10.5.0/3"';

/** Gives the zone of this computer, or UTC where that is not to be found. */
export function ownZone(directory = zoneDirectory()): NamedZone {
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const rule = ruleOfFile(join(directory, isZoneName(name) ? name : "UTC"));
  return rule === undefined ? { rule: "UTC0", name: "UTC" } : { rule, name };
}

/** Finds a zone by its name, such as Europe/Berlin, or takes a POSIX rule as it is.
 *  @throws Failure where it is neither */
export function findZone(text: string, directory = zoneDirectory()): NamedZone {
  const rule = isZoneName(text) ? ruleOfFile(join(directory, text)) : undefined;
  if (rule !== undefined) {
    if (isRule(rule)) return { rule, name: text };
    throw usage(`The rule of ${text} is more than a lock takes: give a simpler one, such as --zone ${EXAMPLE}.`);
  }
  if (isRule(text)) return { rule: text, name: undefined };
  if (statSync(directory, { throwIfNoEntry: false }) === undefined) {
    throw usage(
      `There is no time zone database in ${directory}: install your system's tzdata, or give the rule itself, such as --zone ${EXAMPLE}.`,
    );
  }
  throw usage(`There is no time zone of that name: give one such as Europe/Berlin, or a rule such as ${EXAMPLE}.`);
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
