// Holds the keypad's face to colours that are told apart, by day and by night, with lamps that take a brightness and without.
// Method: every colour on the pins of a chip; then a real pattern of light.ts played through.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { DimmedLamp, SwitchedLamp } from "../../firmware/io/lamp.ts";
import { PinOutput } from "../../firmware/io/output.ts";
import { desk } from "../../firmware/io/test/desk.ts";
import { Buzzer, Piezo } from "../../firmware/io/tone.ts";
import { millis } from "../../firmware/platform.ts";
import { LampFace } from "../face.ts";
import { BRIGHTNESS, type Light, Player } from "../light.ts";

const LIGHTS: readonly Light[] = ["off", "white", "green", "red", "amber"];
const PINS = [4, 5, 6] as const;

function dimmed() {
  const { chip } = desk();
  const [red, green, blue] = PINS.map((pin) => new DimmedLamp({ io: chip.PWM, pin }));
  assert.ok(red && green && blue);
  return { chip, face: new LampFace({ red, green, blue, sounder: new Piezo({ io: chip.PWM, pin: 3 }) }) };
}

function switched() {
  // As the SDK comes, a C3 has two channels: none is taken here.
  const { chip } = desk(undefined, 0);
  const output = (pin: number) => new PinOutput({ io: chip.Digital, pin });
  const [red, green, blue] = PINS.map((pin) => new SwitchedLamp(output(pin)));
  assert.ok(red && green && blue);
  return { chip, face: new LampFace({ red, green, blue, sounder: new Buzzer(output(3)) }) };
}

test("each colour at each brightness is another mixture", () => {
  const { chip, face } = dimmed();
  const seen = new Set<string>();
  for (const light of LIGHTS.slice(1)) {
    for (const brightness of [BRIGHTNESS.day, BRIGHTNESS.night]) {
      face.show(light, brightness);
      const duties = PINS.map((pin) => Number(chip.pulse(pin)?.duty));
      assert.ok(Math.max(...duties) <= brightness + 0.001 && Math.max(...duties) >= brightness - 0.001, light);
      seen.add(duties.join(" "));
    }
  }
  assert.is(seen.size, 8);
  face.show("off", 1);
  assert.equal(
    PINS.map((pin) => chip.level(pin)),
    [0, 0, 0],
  );
});

test("lamps that are on or off show every colour, by night too", () => {
  const { chip, face } = switched();
  const seen = new Set<string>();
  for (const light of LIGHTS) {
    face.show(light, BRIGHTNESS.night);
    seen.add(PINS.map((pin) => chip.level(pin)).join(""));
  }
  assert.equal([...seen].sort(), ["000", "010", "100", "110", "111"]);
});

test("a pattern is played on the pins", () => {
  const { chip, face } = dimmed();
  const player = new Player(face, false);
  player.play("yes", millis(0));
  const seen: string[] = [];
  for (let now = 0; now < 2_000; now += 10) {
    player.tick(millis(now));
    const state = `${PINS.map((pin) => chip.level(pin)).join("")} ${chip.pulse(3)?.hz ?? "-"}`;
    if (state !== seen.at(-1)) seen.push(state);
  }
  assert.equal(seen, ["010 1800", "010 -", "010 2600", "010 -", "000 -"]);
});

test.run();
