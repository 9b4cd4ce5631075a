// Goal: a bolt that has come to its end is no jam, however long the chip computed something else just then.
// Method: the lock's own motor over the played chip, whose program is kept from its ticks once, for each length of time around each moment
// of the arrival; what the pins told meanwhile comes behind it, as from a chip's queue.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { say } from "../../../firmware/door/test/say.ts";
import { ContactInput } from "../../../firmware/io/input.ts";
import { millis } from "../../../firmware/platform.ts";
import { driveOf } from "../../../lock/drives.ts";
import { LOCK_PINS } from "../../../lock/pins.ts";
import { MotorWork, StrikeWork } from "../../ecma419/boltwork.ts";
import { Chip } from "../../ecma419/chip.ts";
import { ESP32_S3 } from "../../ecma419/model.ts";

const PINS = LOCK_PINS.esp32s3;
/** Each arrives at another moment between two ticks. */
const TRAVELS = Object.freeze([596, 597, 598, 599, 600, 601, 602, 603, 604, 605]);
/** As lock/board.ts has it. */
const CONTACT_MILLIS = 20;
const TICK_MILLIS = 10;

/** Throws a bolt with one pause of the program. @returns what the drive told at last */
function thrown(
  travelMillis: number,
  pause: { readonly at: number; readonly duration: number },
  block?: number,
): string {
  const queue: (() => void)[] = [];
  const chip = new Chip(ESP32_S3, (callback) => queue.push(callback), 0xff);
  const { retract, throw: outward, wake = -1, current } = PINS.motor;
  for (const pin of [retract, outward, wake]) chip.pull(pin, "down");
  const ends = { thrown: PINS.boltThrown, retracted: PINS.boltRetracted };
  const work = new MotorWork({
    ...{ chip, ends, place: 0, travelMillis },
    pins: { retract, throw: outward, wake, current },
  });
  work.iron.block = block;
  let now = millis(1_000);
  const contacts: ContactInput[] = [];
  const contact = (pin: number) => {
    const made = new ContactInput({
      ...{ io: chip.Digital, pin, pull: "up", isActiveLow: true, debounceMillis: CONTACT_MILLIS },
    });
    contacts.push(made);
    return made;
  };
  const bolt = driveOf({
    ...{ sdk: { Digital: chip.Digital, Pwm: chip.PWM, Analog: chip.Analog }, pins: PINS, drive: "motor" },
    thrown: () => contact(ends.thrown),
    retracted: () => contact(ends.retracted),
    now: () => now,
  });
  bolt.tick(now);
  bolt.drive("throw", now);
  for (let at = 0; at < 3_500; ) {
    const step = at === pause.at ? pause.duration : TICK_MILLIS;
    work.pass(step);
    at += step;
    now = millis(now + step);
    for (const callback of queue.splice(0)) callback();
    for (const each of contacts) each.tick(now);
    const report = bolt.tick(now);
    if (report !== undefined) return say(report);
  }
  return "nothing";
}

test("a bolt arrives, whenever the program was kept from it and for how long", () => {
  const bad: string[] = [];
  for (const travel of TRAVELS) {
    for (let duration = 10; duration <= 160; duration += 10) {
      for (let at = 440; at <= 650; at += TICK_MILLIS) {
        const said = thrown(travel, { at, duration });
        if (said !== "reached thrown sensor") bad.push(`${duration} ms from ${at} ms on, of ${travel}: ${said}`);
      }
    }
  }
  assert.equal(bad, []);
});

test("a bolt that is blocked on its way is a jam all the same", () => {
  for (let duration = 10; duration <= 400; duration += 30) {
    assert.is(thrown(600, { at: 300, duration }, 0.5), "failed stall unknown", `${duration} ms`);
  }
});

/** Lets a strike that gives way be asked to hold, with a pause of the program behind that. @returns what it told */
function held(duration: number, isStuck: boolean): string {
  const queue: (() => void)[] = [];
  const chip = new Chip(ESP32_S3, (callback) => queue.push(callback), 0xff);
  chip.pull(PINS.strike.coil, "down");
  const work = new StrikeWork(chip, { coil: PINS.strike.coil, keeper: PINS.boltThrown });
  let now = millis(1_000);
  const contacts: ContactInput[] = [];
  const contact = () => {
    contacts.push(
      new ContactInput({
        ...{ io: chip.Digital, pin: PINS.boltThrown, pull: "up", isActiveLow: true, debounceMillis: CONTACT_MILLIS },
      }),
    );
    return contacts[0] ?? assert.unreachable("no contact");
  };
  const bolt = driveOf({
    ...{ sdk: { Digital: chip.Digital, Pwm: chip.PWM, Analog: chip.Analog }, pins: PINS, drive: "strike" },
    ...{ thrown: contact, retracted: contact, now: () => now },
  });
  const pass = (step: number) => {
    if (!isStuck || bolt.position !== "retracted") work.pass(step);
    now = millis(now + step);
    for (const callback of queue.splice(0)) callback();
    for (const each of contacts) each.tick(now);
    return bolt.tick(now);
  };
  for (let at = 0; at < 100; at += TICK_MILLIS) pass(TICK_MILLIS);
  bolt.drive("retract", now);
  if (isStuck) work.pass(TICK_MILLIS);
  for (let at = 0; at < 500; at += TICK_MILLIS) pass(TICK_MILLIS);
  let report = bolt.drive("throw", now) ?? pass(duration);
  for (let at = 0; at < 1_000 && report === undefined; at += TICK_MILLIS) report = pass(TICK_MILLIS);
  return report === undefined ? "nothing" : say(report);
}

test("a strike that holds again is no jam, however long the program was kept from it", () => {
  for (let duration = 10; duration <= 2_000; duration += 70) {
    assert.is(held(duration, false), "reached thrown sensor", `${duration} ms`);
    assert.is(held(duration, true), "failed stall retracted", `${duration} ms, held open`);
  }
});

test.run();
