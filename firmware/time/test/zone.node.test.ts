// Goal: the rules give the wall clock that the world's zone database gives.
// Method: random instants of 2024 to 2037 in twenty-two zones against Intl, which reads the database that comes with Node.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { seconds } from "../../platform.ts";
import { parseZone, toLocal } from "../zone.ts";

const SEED = 20_260_329;
const INSTANTS = 400;
const FROM = Date.UTC(2024, 0, 1) / 1_000;
const TO = Date.UTC(2038, 0, 1) / 1_000;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

const ZONES = [
  ["Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"],
  ["Europe/London", "GMT0BST,M3.5.0/1,M10.5.0"],
  ["Europe/Dublin", "IST-1GMT0,M10.5.0,M3.5.0/1"],
  ["Europe/Athens", "EET-2EEST,M3.5.0/3,M10.5.0/4"],
  ["Atlantic/Azores", "<-01>1<+00>,M3.5.0/0,M10.5.0/1"],
  ["America/New_York", "EST5EDT,M3.2.0,M11.1.0"],
  ["America/Denver", "MST7MDT,M3.2.0,M11.1.0"],
  ["America/Los_Angeles", "PST8PDT,M3.2.0,M11.1.0"],
  ["America/Phoenix", "MST7"],
  ["America/St_Johns", "NST3:30NDT,M3.2.0,M11.1.0"],
  ["America/Havana", "CST5CDT,M3.2.0/0,M11.1.0/1"],
  ["America/Santiago", "<-04>4<-03>,M9.1.6/24,M4.1.6/24"],
  ["America/Sao_Paulo", "<-03>3"],
  ["Asia/Tokyo", "JST-9"],
  ["Asia/Kolkata", "IST-5:30"],
  ["Asia/Kathmandu", "<+0545>-5:45"],
  ["Asia/Jerusalem", "IST-2IDT,M3.4.4/26,M10.5.0"],
  ["Asia/Beirut", "EET-2EEST,M3.5.0/0,M10.5.0/0"],
  ["Australia/Sydney", "AEST-10AEDT,M10.1.0,M4.1.0/3"],
  ["Australia/Lord_Howe", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"],
  ["Pacific/Auckland", "NZST-12NZDT,M9.5.0,M4.1.0/3"],
  ["Pacific/Chatham", "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45"],
] as const;

for (const [name, rule] of ZONES) {
  test(`${rule} is ${name}`, () => {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      weekday: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      hourCycle: "h23",
    });
    const zone = parseZone(rule);
    let state = SEED;
    for (let count = 0; count < INSTANTS; count++) {
      state = (state * 48_271) % 0x7fff_ffff;
      const epoch = FROM + (state % (TO - FROM));
      const parts = new Map(format.formatToParts(epoch * 1_000).map(({ type, value }) => [type, value]));
      const local = toLocal(zone, seconds(epoch));
      assert.equal(
        [local.year, local.month, local.day, local.minuteOfDay, WEEKDAYS[local.weekday]],
        [
          Number(parts.get("year")),
          Number(parts.get("month")),
          Number(parts.get("day")),
          Number(parts.get("hour")) * 60 + Number(parts.get("minute")),
          parts.get("weekday"),
        ],
        `${name} at ${epoch}, seed ${SEED}`,
      );
    }
  });
}

test.run();
