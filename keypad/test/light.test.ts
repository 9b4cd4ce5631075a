// What a keypad shows and sounds: told apart by whoever must, and by nobody else.
// Method: the tables are compared with each other; the player is asked at every millisecond what it shows.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { millis } from "../../firmware/platform.ts";
import { type Face, type Light, PATTERNS, type Pattern, Player } from "../light.ts";

const NAMES = Object.keys(PATTERNS) as Pattern[];
const VIEW = { isNight: false, isAlarm: false };

class Recorder implements Face {
  light: Light = "off";
  brightness = 0;
  hertz = 0;
  changes = 0;

  show(light: Light, brightness: number): void {
    this.light = light;
    this.brightness = brightness;
    this.changes++;
  }

  sound(hertz: number): void {
    this.hertz = hertz;
  }
}

function lengthOf(pattern: Pattern): number {
  return PATTERNS[pattern].reduce((sum, { duration }) => sum + duration, 0);
}

test("every answer lasts equally long", () => {
  const lengths = (["yes", "no", "wait", "paused", "early", "no-link"] as const).map(lengthOf);
  assert.equal(new Set(lengths).size, 1);
});

test("no two patterns look alike, and yes and no do not even begin alike", () => {
  assert.is(new Set(NAMES.map((name) => JSON.stringify(PATTERNS[name]))).size, NAMES.length);
  assert.is.not(PATTERNS.yes[0].light, PATTERNS.no[0].light);
  assert.is.not(PATTERNS.yes[0].tone, PATTERNS.no[0].tone);
  // Who does not see red and green apart hears it, and sees the gap.
  const lit = (pattern: Pattern) => PATTERNS[pattern].map(({ light }) => light !== "off").join();
  assert.is.not(lit("yes"), lit("no"));
});

for (const name of NAMES) {
  test(`${name} is shown step by step, and then ${name === "asking" ? "again" : "nothing"}`, () => {
    const face = new Recorder();
    const player = new Player(face, false);
    let at = 1_000;
    player.play(name, millis(at));
    for (const { light, tone, duration } of PATTERNS[name]) {
      assert.equal([face.light, face.hertz], [light, tone]);
      assert.is(player.nextTick, at + duration);
      player.tick(millis(at + duration - 1));
      assert.equal([face.light, face.hertz], [light, tone]);
      at += duration;
      player.tick(millis(at));
    }
    assert.is(player.pattern, name === "asking" ? "asking" : undefined);
    assert.is(face.light, name === "asking" ? "amber" : "off");
  });
}

test("a pattern takes the place of another at once, and can be followed by one", () => {
  const face = new Recorder();
  const player = new Player(face, false);
  player.play("asking", millis(0));
  player.play("yes", millis(10), "battery");
  assert.is(face.light, "green");
  player.tick(millis(10 + lengthOf("yes")));
  assert.is(player.pattern, "battery");
  player.play("click", millis(20 + lengthOf("yes")));
  player.tick(millis(1_000 + lengthOf("yes")));
  assert.is(player.pattern, undefined);
});

test("an alarm runs whenever nothing else does, and ends with the lock's", () => {
  const face = new Recorder();
  const player = new Player(face, false);
  player.play("yes", millis(0));
  player.suit({ ...VIEW, isAlarm: true }, millis(10));
  assert.is(player.pattern, "yes");
  player.tick(millis(lengthOf("yes")));
  assert.is(player.pattern, "alarm");
  player.tick(millis(lengthOf("yes") + 4_000));
  assert.is(player.pattern, "alarm");
  player.play("no", millis(6_000));
  player.tick(millis(6_000 + lengthOf("no")));
  assert.is(player.pattern, "alarm");
  player.suit(VIEW, millis(8_000));
  assert.is(player.pattern, undefined);
  assert.equal([face.light, face.hertz], ["off", 0]);
  player.suit({ ...VIEW, isAlarm: true }, millis(9_000));
  assert.is(player.pattern, "alarm");
});

test("at night the light is dim, also in the middle of a step", () => {
  const face = new Recorder();
  const player = new Player(face, false);
  player.play("yes", millis(0));
  assert.is(face.brightness, 1);
  player.suit({ ...VIEW, isNight: true }, millis(10));
  assert.equal([face.light, face.brightness, face.hertz], ["green", 0.1, 1_800]);
  player.play("no", millis(20));
  assert.equal([face.light, face.brightness], ["red", 0.1]);
});

test("a silent keypad sounds nothing but an alarm", () => {
  for (const name of NAMES) {
    const face = new Recorder();
    const player = new Player(face, true);
    player.play(name, millis(0));
    let tones = face.hertz;
    for (let at = 1; at < 1_300; at++) {
      player.tick(millis(at));
      tones += face.hertz;
    }
    assert.is(tones > 0, name === "alarm", name);
  }
});

test("a board that slept for a day goes on without making up for it", () => {
  const face = new Recorder();
  const player = new Player(face, false);
  player.suit({ ...VIEW, isAlarm: true }, millis(0));
  const before = face.changes;
  player.tick(millis(86_400_000));
  assert.ok(face.changes - before < 50);
  assert.is(player.pattern, "alarm");
  assert.ok((player.nextTick ?? 0) > 86_400_000);
});

test.run();
