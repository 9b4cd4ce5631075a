// `latchkey pin new` and `latchkey pin once`: makes a code for a window of time, with no network.
// Why: most guests arrive with a number and no app. What is printed is what the lock will do, in the door's own time: a code
// whose window its giver has misread keeps a guest in the rain.
// Follows docs/protocol.md §7, LP1.

import {
  chooseWindow,
  FIRST_USE_HOURS_MAX,
  HOUR_SECONDS,
  WINDOW_CLASSES,
  type Window,
} from "../../firmware/codes/window.ts";
import { type Seconds, seconds } from "../../firmware/platform.ts";
import { parseZone, type Zone } from "../../firmware/time/zone.ts";
import { type Act, type Call, LOCK_OPTIONS, type Option, type Outcome } from "../command.ts";
import { EXIT, Failure, usage } from "../failure.ts";
import { checkName } from "../limits.ts";
import { parseMoment, presentSeconds, sayDuration, sayMoment, typeMoment } from "../moment.ts";
import type { CodeBook, OwnedLock } from "../person.ts";
import { printable } from "../terminal.ts";
import {
  type Choice,
  CODES_OF_TEN_DIGITS,
  chooseSerial,
  type Digits,
  digitsOf,
  groupDigits,
  liveCodes,
  nextFree,
  openingOf,
} from "../windows.ts";

const FROM: Option = { value: "WHEN", help: 'when it begins: "2026-12-24 14:00", "today 14:00", "+2h" (at once)' };
const FOR: Option = { value: "NAME", help: "for whom; it stays on this computer" };

/** The act `pin new`. */
export const fresh: Act = {
  summary: "make a code that opens from one time until another",
  positionals: [],
  options: {
    lock: LOCK_OPTIONS.lock,
    from: FROM,
    until: { value: "WHEN", help: "when it ends; a date alone is the end of that day" },
    for: FOR,
  },
  run: (call) => give(call, readSpan),
};

/** The act `pin once`. */
export const once: Act = {
  summary: "make a code that opens a single time",
  positionals: [],
  options: {
    lock: LOCK_OPTIONS.lock,
    within: { value: "HOURS", help: "how long it waits for its use: 1h, 2h, 4h or 24h (4h)" },
    from: FROM,
    for: FOR,
  },
  run: (call) => give(call, readOnce),
};

const WITHIN: Readonly<Record<string, number>> = Object.freeze({ "1h": 1, "2h": 2, "4h": 4, "24h": 24 });
const WITHIN_STANDARD = "4h";
const MILLION = 1_000_000;

/** What was asked for, and what it comes to. */
interface Wish {
  readonly from: Seconds;
  readonly until: Seconds;
  readonly window: Pick<Window, "windowClass" | "startHour">;
}

interface Reading {
  readonly zone: Zone;
  readonly now: Seconds;
}

async function give(call: Call, read: (call: Call, reading: Reading) => Wish): Promise<Outcome> {
  const who = call.option("for");
  if (who !== undefined) checkName(who, "for");
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const reading = { zone: parseZone(lock.zone), now: presentSeconds() };
  const wish = read(call, reading);
  const book = confirmedBook(lock);
  const digits = digitsOf({ id: lock.id, codes: book });
  const choice = choose({ lock, book, wish, digits, reading });
  const { window } = choice;
  book.given.push({ ...window, who: who ?? "", issued: reading.now });
  // Before it is shown: a code that was shown and forgotten would be given out twice.
  keystore.save();
  const code = digits(window);
  const warnings = warningsOf(wish, choice, reading);
  const said = { code, who: who ?? "", window, book };
  for (const line of sayCode(said, lock, reading.zone)) call.terminal.say(line);
  for (const warning of warnings) call.terminal.warn(warning);
  return { exit: EXIT.OK, json: { lockId: lock.id, ...codeObject(said), warnings } };
}

function readSpan(call: Call, reading: Reading): Wish {
  const untilText = call.required("until", '--until WHEN, such as --until "today 18:00" or --until +2d');
  const from = readFrom(call, reading);
  const until = parseMoment(untilText, reading, true);
  if (until <= reading.now) throw usage("--until lies in the past: give a later time.");
  if (until <= from) throw usage("--until lies before --from: give a later time.");
  const window = chooseWindow(from, until);
  if (window === undefined) {
    throw usage(
      'A code lasts 28 days at most, from a whole hour: give an earlier --until, or store a PIN with "latchkey pin add".',
    );
  }
  const { firstUseBy } = openingOf({ ...window, serial: 0 });
  if (firstUseBy !== undefined && firstUseBy <= reading.now) {
    throw usage(`Such a code must be used within ${FIRST_USE_HOURS_MAX} hours of its begin: give a later --from.`);
  }
  return { from, until, window };
}

function readOnce(call: Call, reading: Reading): Wish {
  const text = call.option("within") ?? WITHIN_STANDARD;
  const hours = Object.hasOwn(WITHIN, text) ? WITHIN[text] : undefined;
  if (hours === undefined) throw usage("--within takes 1h, 2h, 4h or 24h.");
  const from = readFrom(call, reading);
  const until = seconds(from + hours * HOUR_SECONDS);
  const covering = chooseWindow(from, until, true);
  const isFar = covering === undefined || WINDOW_CLASSES[covering.windowClass].hours > 2 * hours;
  // Rather an hour too short than a day where four hours were asked for.
  const windowClass = WINDOW_CLASSES.findIndex((each) => each.isOnce && each.hours === hours);
  const window = isFar ? { windowClass, startHour: Math.floor(from / HOUR_SECONDS) } : covering;
  if (openingOf({ ...window, serial: 0 }).until <= reading.now) throw usage("--from lies too far in the past.");
  return { from, until, window };
}

function readFrom(call: Call, reading: Reading): Seconds {
  const text = call.option("from");
  return text === undefined ? reading.now : parseMoment(text, reading);
}

/** @throws Failure where the lock never said that it holds the secret */
function confirmedBook({ codes: book, name }: OwnedLock): CodeBook {
  if (book?.isConfirmed === true) return book;
  const why = book === undefined ? "does not know" : "has not confirmed";
  throw new Failure(
    EXIT.USAGE,
    `The lock ${printable(name)} ${why} the secret of your codes, so it would refuse this one: run "latchkey pin setup" once, where the lock can be reached.`,
  );
}

function choose(at: {
  readonly lock: OwnedLock;
  readonly book: CodeBook;
  readonly wish: Wish;
  readonly digits: Digits;
  readonly reading: Reading;
}): Choice {
  const { lock, book, wish, digits, reading } = at;
  const { zone, now } = reading;
  const held = { revocation: lock.revocation, given: book.given };
  const choice = chooseSerial(wish.window, held, { digits, now });
  if (choice !== undefined) return choice;
  const longer = nextFree(wish.window, held, { digits, now });
  const instead =
    longer === undefined
      ? "let it begin an hour earlier or later"
      : WINDOW_CLASSES[longer.window.windowClass].isOnce
        ? `take one of ${WINDOW_CLASSES[longer.window.windowClass].hours} h (--within)`
        : `let it end later (--until "${typeMoment(zone, openingOf(longer.window).until)}"), or begin in another hour`;
  throw usage(`Both codes of this length and begin are given out already: ${instead}.`);
}

/** Says where the window is not what was asked for, and that two codes would have been alike. */
function warningsOf({ from, until }: Wish, { window, twin }: Choice, { now }: Reading): string[] {
  const real = openingOf(window);
  const differences: string[] = [];
  if (real.from < from && from > now) differences.push(`begins ${sayDuration(from - real.from)} earlier`);
  if (real.until > until) differences.push(`ends ${sayDuration(real.until - until)} later`);
  if (real.until < until) differences.push(`ends ${sayDuration(until - real.until)} earlier`);
  const warnings: string[] = [];
  if (differences.length > 0) {
    warnings.push(
      `It ${differences.join(" and ")} than you asked: codes begin at a whole hour of UTC and have fixed lengths.`,
    );
  }
  if (twin !== undefined) {
    const whose = printable(twin.who) || "somebody without a name";
    warnings.push(`The first code for this time would have been the same as the one of ${whose}; this is the second.`);
  }
  return warnings;
}

interface Said {
  readonly code: string;
  readonly who: string;
  readonly window: Window;
  readonly book: CodeBook;
}

function sayCode({ code, who, window, book }: Said, { zone: rule, zoneName }: OwnedLock, zone: Zone): string[] {
  const { from, until, firstUseBy } = openingOf(window);
  const { hours, isOnce } = WINDOW_CLASSES[window.windowClass];
  const lines = [`Code:       ${groupDigits(code)}`];
  if (who !== "") lines.push(`For:        ${printable(who)}`);
  lines.push(`From:       ${sayMoment(zone, from)}`);
  lines.push(
    `Until:      ${sayMoment(zone, until)}  (${sayDuration(hours * HOUR_SECONDS)}, ${printable(zoneName ?? rule)})`,
  );
  if (firstUseBy !== undefined) {
    lines.push(`First use:  before ${sayMoment(zone, firstUseBy)}, or it never opens`);
  }
  lines.push(`Opens:      ${isOnce ? "a single time" : "as often as it is typed"}`);
  const live = liveCodes(book.devices);
  lines.push(
    `Odds:       a guess hits one of ${live} codes in 10,000,000,000, 1 in ${sayOneIn(live)} million. However many`,
  );
  lines.push(
    "            somebody types, a burst hits with 1 in 10,000 at most, a year of it day and night with 0.5 %.",
  );
  lines.push(`Take back:  latchkey pin revoke ${code}`);
  return lines;
}

function sayOneIn(live: number): string {
  return (CODES_OF_TEN_DIGITS / live / MILLION).toFixed(1);
}

function codeObject({ code, who, window, book }: Said): Record<string, unknown> {
  const { from, until, firstUseBy } = openingOf(window);
  const { hours, isOnce } = WINDOW_CLASSES[window.windowClass];
  const odds = { live: liveCodes(book.devices), of: CODES_OF_TEN_DIGITS };
  return { code, who, ...window, from, until, firstUseBy: firstUseBy ?? null, hours, isOnce, odds };
}
