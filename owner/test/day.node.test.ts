// Goal: a day and a time that are typed are those of the calendar on the wall, on the nights on which its clock changes too.
// Method: the days around every change of 2027 and 2028 in the zones of zones.ts; what they should be is read off Intl's clock.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { seconds } from "../../firmware/platform.ts";
import { worldOffset, ZONES } from "../../firmware/time/test/zones.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { parseMoment } from "../moment.ts";

const FROM = Date.UTC(2027, 0, 1) / 1_000;
const TO = Date.UTC(2029, 0, 1) / 1_000;
const DAY = 86_400;
const QUARTER = 900;
/** What an hour and a half around midnight, and around the usual hour of the change, reads. */
const CLOCKS: readonly string[] = Object.freeze([
  "00:00",
  "00:30",
  "01:30",
  "02:15",
  "03:00",
  "22:30",
  "23:45",
  "24:00",
]);

/** What the wall shows, in seconds as if it stood on UTC. */
type Wall = (at: number) => number;

/** The days on which, or in whose night, the clock changes, and those beside them, as seconds of the wall at their midnight. */
function daysAround(wall: Wall): number[] {
  const days = new Set<number>();
  for (let at = FROM; at < TO; at += DAY) {
    if (wall(at + DAY) - wall(at) === DAY) continue;
    for (let count = -1; count <= 2; count++) days.add((Math.floor(wall(at) / DAY) + count) * DAY);
  }
  return days.size === 0 ? [FROM] : [...days];
}

/** The first instant at which the wall shows that midnight, or a later day. */
function startOf(wall: Wall, midnight: number): number {
  let at = midnight - DAY;
  while (wall(at) < midnight) at += QUARTER;
  return at;
}

/** All instants at which the wall shows a time. */
function instantsOf(wall: Wall, local: number): number[] {
  const instants: number[] = [];
  for (let at = local - DAY; at <= local + DAY; at += QUARTER) if (wall(at) === local) instants.push(at);
  return instants;
}

for (const [name, rule] of ZONES) {
  test(`${name}: a day begins and ends, and a time comes, when the wall says so`, () => {
    const offset = worldOffset(name);
    const wall: Wall = (at) => at + offset(at);
    const zone = parseZone(rule);
    const now = seconds(FROM);
    for (const midnight of daysAround(wall)) {
      const day = new Date(midnight * 1_000).toISOString().slice(0, 10);
      assert.is(parseMoment(day, { zone, now }), startOf(wall, midnight), `${day} begins`);
      assert.is(parseMoment(day, { zone, now }, true), startOf(wall, midnight + DAY), `${day} ends`);
      const today = { zone, now: seconds(startOf(wall, midnight) + QUARTER) };
      for (const clock of CLOCKS) {
        const [hours = 0, minutes = 0] = clock.split(":").map(Number);
        const instants = instantsOf(wall, midnight + hours * 3_600 + minutes * 60);
        for (const [text, reckoning] of [
          [`${day} ${clock}`, { zone, now }],
          [`today ${clock}`, today],
          [clock, today],
        ] as const) {
          if (instants.length === 0) assert.throws(() => parseMoment(text, reckoning), /left out/);
          else {
            assert.is(parseMoment(text, reckoning), Math.min(...instants), `${text} of ${day}`);
            assert.is(parseMoment(text, reckoning, true), Math.max(...instants), `${text} of ${day} as an end`);
          }
        }
      }
    }
  });
}

test.run();
