// Goal: a code opens from its first minute to its last and not a second more, on the nights on which clocks change too, and with
// an uncertain clock exactly as far as W allows; with no time it does not open.
// Method: wishes on the wall clock, whose hours in UTC were written down by hand, chosen as the owner's tool chooses and
// looked up in the lock's table.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import {
  chooseWindow,
  endOf,
  firstUseHours,
  WINDOW_CLASSES,
  type Window,
  windowCode,
} from "../../../firmware/codes/window.ts";
import { WindowSet } from "../../../firmware/codes/windowset.ts";
import { seconds } from "../../../firmware/platform.ts";
import { parseZone, toLocal } from "../../../firmware/time/zone.ts";
import { WindowTable } from "../windows.ts";
import { make } from "./plain.ts";

const W = 600;
const MINUTE = 60;
const HOUR = 3_600;
const BERLIN = parseZone("CET-1CEST,M3.5.0,M10.5.0/3");
const KOLKATA = parseZone("IST-5:30");
const KID = new Uint8Array(8).fill(1);
const KEY = new Uint8Array(32).fill(1);

function utc(text: string): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text.split(/[- :]/).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1_000;
}

type Wish = readonly [
  name: string,
  zone: typeof BERLIN,
  wall: readonly [from: string, until: string],
  from: string,
  until: string,
  opensFrom: string,
  opensUntil: string,
];

// Berlin, 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC; 25 October: 03:00 becomes 02:00 at 01:00 UTC.
const WISHES: readonly Wish[] = [
  [
    "an afternoon in winter",
    BERLIN,
    ["14:00", "16:00"],
    "2026-12-01 13:00",
    "2026-12-01 15:00",
    "2026-12-01 13:00",
    "2026-12-01 15:00",
  ],
  [
    "from 01:00 to 04:00 in the night that is an hour short",
    BERLIN,
    ["01:00", "04:00"],
    "2026-03-29 00:00",
    "2026-03-29 02:00",
    "2026-03-29 00:00",
    "2026-03-29 02:00",
  ],
  [
    "from 01:00 to 04:00 in the night that is an hour long",
    BERLIN,
    ["01:00", "04:00"],
    "2026-10-24 23:00",
    "2026-10-25 03:00",
    "2026-10-24 23:00",
    "2026-10-25 03:00",
  ],
  [
    "the second 02:00 to 03:00 of the night that is an hour long",
    BERLIN,
    ["02:00", "03:00"],
    "2026-10-25 01:00",
    "2026-10-25 02:00",
    "2026-10-25 01:00",
    "2026-10-25 02:00",
  ],
  [
    "a Sunday of 23 hours",
    BERLIN,
    ["00:00", "00:00"],
    "2026-03-28 23:00",
    "2026-03-29 22:00",
    "2026-03-28 23:00",
    "2026-03-29 23:00",
  ],
  [
    "a Sunday of 25 hours, which must be begun on that day",
    BERLIN,
    ["00:00", "00:00"],
    "2026-10-24 22:00",
    "2026-10-25 23:00",
    "2026-10-24 22:00",
    "2026-10-26 22:00",
  ],
  [
    "an hour from the half, half an hour east of the hours",
    KOLKATA,
    ["09:00", "10:00"],
    "2026-12-01 03:30",
    "2026-12-01 04:30",
    "2026-12-01 03:00",
    "2026-12-01 05:00",
  ],
];

function chosen(from: number, until: number): Window {
  const window = chooseWindow(seconds(from), seconds(until));
  if (window === undefined) throw new Error("no class is long enough");
  return { ...window, serial: 0 };
}

/** Whether the lock's table finds a code at a moment, with or without its first use on record. */
function opens(
  window: Window,
  now: { readonly lo: number; readonly hi: number | undefined },
  isActive = false,
): boolean {
  const table = new WindowTable(crypto, new Uint8Array(32));
  const active = WindowSet.from(isActive ? 1 : 0, () => ({ owner: KID, window }));
  const none = new WindowSet();
  const interval = { lo: seconds(now.lo), hi: now.hi === undefined ? undefined : seconds(now.hi) };
  make(table, interval, { widthMax: W, owners: [{ kid: KID, key: KEY }], revoked: none, spent: none, active });
  return table.find(windowCode(crypto, KEY, window)) !== undefined;
}

function clock(zone: typeof BERLIN, instant: number): string {
  const { minuteOfDay } = toLocal(zone, seconds(instant));
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(minuteOfDay / 60))}:${two(minuteOfDay % 60)}`;
}

for (const [name, zone, [wallFrom, wallUntil], from, until, opensFrom, opensUntil] of WISHES) {
  test(`${name} opens in its first minute, in its last, and not after`, () => {
    assert.is(clock(zone, utc(from)), wallFrom);
    assert.is(clock(zone, utc(until)), wallUntil);
    const window = chosen(utc(from), utc(until));
    const [start, end] = [utc(opensFrom), utc(opensUntil)];
    assert.is(window.startHour * HOUR, start);
    assert.is(endOf(window), end);
    const at = (instant: number, isActive: boolean): boolean => opens(window, { lo: instant, hi: instant }, isActive);
    assert.is(at(start - 1, false), false, "a second early");
    for (const instant of [start, start + MINUTE - 1]) assert.is(at(instant, false), true, "the first minute");
    // What is longer than a day lasts beyond it only where it was used on the first.
    const firstUse = start + firstUseHours(window.windowClass) * HOUR;
    for (const instant of [firstUse - MINUTE, firstUse - 1]) assert.is(at(instant, false), true, "the last minute");
    assert.is(at(firstUse, false), false, "unused after its first day");
    for (const instant of [end - MINUTE, end - 1]) assert.is(at(instant, true), true, "the last minute, in use");
    for (const instant of [end, end + MINUTE]) assert.is(at(instant, true), false, "after it");
  });
}

const NIGHT = chosen(utc("2026-10-24 23:00"), utc("2026-10-25 03:00"));
const [START, END] = [NIGHT.startHour * HOUR, endOf(NIGHT)];
const CLOCKS: readonly (readonly [string, lo: number, hi: number | undefined, isOpen: boolean])[] = [
  ["may just have reached its start, W wide", START - W, START, true],
  ["may just have reached its start, a second wider than W", START - W - 1, START, false],
  ["has surely not reached its start", START - W, START - 1, false],
  ["may still be in its last second, W wide", END - 1, END - 1 + W, true],
  ["may still be in its last second, a second wider than W", END - 1, END + W, false],
  ["is surely past its end", END, END + W, false],
  ["holds all of W inside", START + HOUR, START + HOUR + W, true],
  ["is a second wider than W inside", START + HOUR, START + HOUR + W + 1, false],
  ["has no upper bound", START + HOUR, undefined, false],
];

for (const [name, lo, hi, isOpen] of CLOCKS) {
  test(`a clock that ${name}: ${isOpen ? "opens" : "does not"}`, () => {
    assert.is(WINDOW_CLASSES[NIGHT.windowClass].hours, 4);
    assert.is(opens(NIGHT, { lo, hi }), isOpen);
    assert.is(opens(NIGHT, { lo, hi }, true), isOpen, "in use");
  });
}

test.run();
