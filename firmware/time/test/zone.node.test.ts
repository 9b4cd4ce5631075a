// Goal: the rules give the wall clock that the world's zone database gives.
// Method: random instants of 2024 to 2037 in twenty-eight zones against Intl, which reads the database that comes with Node, and both
// sides of every change of a zone's clock.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { seconds } from "../../platform.ts";
import { offsetAt, parseZone, toLocal } from "../zone.ts";
import { worldOffset, ZONES } from "./zones.ts";

const SEED = 20_260_329;
const INSTANTS = 400;
const FROM = Date.UTC(2024, 0, 1) / 1_000;
const TO = Date.UTC(2038, 0, 1) / 1_000;
const DAY = 86_400;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

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

for (const [name, rule] of ZONES) {
  test(`${rule} changes when ${name} does`, () => {
    const offset = worldOffset(name);
    const zone = parseZone(rule);
    for (let day = FROM; day < TO; day += DAY) {
      if (offset(day) === offset(day + DAY)) continue;
      let [before, after] = [day, day + DAY];
      while (after - before > 1) {
        const middle = Math.floor((before + after) / 2);
        if (offset(middle) === offset(before)) before = middle;
        else after = middle;
      }
      assert.equal(
        [before, after].map((at) => offsetAt(zone, seconds(at)).offset),
        [before, after].map(offset),
        `${name} at ${after}`,
      );
      assert.is(offsetAt(zone, seconds(before)).until, after, `${name}: it is known until when`);
    }
  });
}

test.run();
