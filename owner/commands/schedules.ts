// `latchkey schedules`: when the users of the keypad may come, and the lock's holidays.
// Why: a holiday is a mode for its time, so a house that is empty over Christmas lets no code in without anybody thinking of it
// on the day.
// Follows docs/protocol.md §7, "Users"; the Matter Application Cluster Specification 1.4 §5.2.9.

import type { Holiday } from "../../firmware/codes/user.ts";
import { HOLIDAYS_MAX } from "../../firmware/codes/user.ts";
import { parseZone, type Zone } from "../../firmware/time/zone.ts";
import { optionsOf, runAct } from "../acts.ts";
import { type Act, type Acts, type Call, type Command, LOCK_OPTIONS, type Outcome } from "../command.ts";
import { EXIT, usage } from "../failure.ts";
import { parseMoment, presentSeconds, sayMoment } from "../moment.ts";
import { asOwner } from "../ownership.ts";
import type { OwnedLock } from "../person.ts";
import { askResidents, change, type Residents } from "../residents.ts";
import { counted, printable } from "../terminal.ts";
import { saySchedules, sayType } from "../user.ts";

const MODES: readonly Holiday["mode"][] = Object.freeze(["normal", "vacation", "noRemote"]);

const HOLIDAY_ACTS: Acts = Object.freeze({
  add: {
    summary: "add a holiday",
    positionals: [],
    options: {
      ...LOCK_OPTIONS,
      from: { value: "WHEN", help: "when it begins, on the door's clock" },
      until: { value: "WHEN", help: "when it ends; a date alone is the end of that day" },
      mode: { value: "MODE", help: `the mode meanwhile: ${MODES.map(sayMode).join(", ")} (vacation)` },
    },
    run: addHoliday,
  },
  remove: { summary: "remove one", positionals: ["NUMBER"], options: LOCK_OPTIONS, run: removeHoliday },
  clear: { summary: "remove all", positionals: [], options: LOCK_OPTIONS, run: clearHolidays },
});
const LIST: Act = {
  summary: "show all times of all users, and the holidays",
  positionals: [],
  options: LOCK_OPTIONS,
  run: list,
};
const ACTS: Acts = Object.freeze({
  list: LIST,
  holiday: {
    summary: "add, remove or clear holidays: days with a mode of their own",
    positionals: ["add|remove|clear", "[NUMBER...]"],
    options: optionsOf(HOLIDAY_ACTS),
    run: (call: Call) => runAct(call, HOLIDAY_ACTS, "schedules holiday"),
  },
});

/** The command `schedules`. */
export const schedules: Command = {
  name: "schedules",
  summary: "Show when users may come, and set the lock's holidays",
  positionals: ["[list|holiday", "...]"],
  options: optionsOf(ACTS),
  help: [
    'Times of one user are set with "latchkey pin add" and "latchkey users set": --week, and --from with --until.',
    "A holiday is another operating mode for its time: vacation keeps out grants, and all codes but those of programming",
    "users; where two overlap, the stricter counts. Times are the door's clock. What is over is dropped when one is added.",
  ],
  examples: [
    "schedules",
    "schedules holiday add --from 2026-12-24 --until 2027-01-02",
    'schedules holiday add --from "2026-12-31 18:00" --until "2027-01-01 06:00" --mode normal',
    "schedules holiday remove 1",
    "schedules holiday clear",
  ],
  acts: ACTS,
  run: (call) => runAct(call, ACTS, "schedules", LIST),
};

async function list(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const residents = await asOwner(call, keystore, lock, ({ conversation }) => askResidents(conversation));
  const zone = parseZone(lock.zone);
  for (const { user } of residents.users) {
    const times = saySchedules(user, { zone });
    const said = times.length === 0 ? "at any time" : times.join("; ");
    call.terminal.say(`${printable(user.name).padEnd(20)} ${sayType(user.type)}: ${said}`);
  }
  if (residents.users.length === 0) call.terminal.say("There are no users yet.");
  sayHolidays(call, residents.holidays, zone);
  const users = residents.users.map(({ user: { name, type, weekDays, yearDays } }) => ({
    name,
    type: sayType(type),
    weekDays,
    yearDays,
  }));
  return { exit: EXIT.OK, json: { lockId: lock.id, users, holidays: residents.holidays } };
}

async function addHoliday(call: Call): Promise<Outcome> {
  const untilText = call.required("until", "--until WHEN, such as --until 2027-01-02");
  const text = call.option("mode") ?? "vacation";
  const mode = MODES.find((each) => sayMode(each) === text.toLowerCase());
  if (mode === undefined) throw usage(`--mode takes ${MODES.map(sayMode).join(", ")}.`);
  return changeHolidays(call, (holidays, lock) => {
    const now = presentSeconds();
    const reckoning = { zone: parseZone(lock.zone), now };
    const from = parseMoment(call.option("from") ?? "now", reckoning);
    const until = parseMoment(untilText, reckoning, true);
    if (until <= now) throw usage("--until lies in the past: give a later time.");
    if (until <= from) throw usage("--until lies before --from: give a later time.");
    const living = holidays.filter((holiday) => holiday.until > now);
    if (living.length >= HOLIDAYS_MAX)
      throw usage(
        `The lock keeps ${HOLIDAYS_MAX} holidays at most: remove one with "latchkey schedules holiday remove".`,
      );
    return [...living, { from, until, mode }].sort((left, right) => left.from - right.from);
  });
}

function removeHoliday(call: Call): Promise<Outcome> {
  const [given = ""] = call.positionals;
  return changeHolidays(call, (holidays) => {
    const isNumber = /^[1-9]$/.test(given) && Number(given) <= holidays.length;
    if (!isNumber) throw usage(`There is no holiday ${printable(given)}: "latchkey schedules" numbers them.`);
    return holidays.filter((_, index) => index + 1 !== Number(given));
  });
}

function clearHolidays(call: Call): Promise<Outcome> {
  return changeHolidays(call, () => []);
}

async function changeHolidays(
  call: Call,
  next: (holidays: Residents["holidays"], lock: OwnedLock) => Residents["holidays"],
): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const holidays = await asOwner(call, keystore, lock, async ({ conversation }) => {
    const changed = next((await askResidents(conversation)).holidays, lock);
    await change(conversation, { kind: "holidays", holidays: changed });
    return changed;
  });
  sayHolidays(call, holidays, parseZone(lock.zone));
  return { exit: EXIT.OK, json: { lockId: lock.id, holidays } };
}

function sayHolidays(call: Call, holidays: Residents["holidays"], zone: Zone): void {
  call.terminal.say(holidays.length === 0 ? "No holidays." : `${counted(holidays.length, "holiday")}:`);
  holidays.forEach(({ from, until, mode }, index) => {
    call.terminal.say(
      `${String(index + 1).padStart(3)}  ${sayMode(mode)}, ${sayMoment(zone, from)} to ${sayMoment(zone, until)}`,
    );
  });
}

function sayMode(mode: Holiday["mode"]): string {
  return mode === "noRemote" ? "no-remote" : mode;
}
