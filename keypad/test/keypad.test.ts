// The keypad from the finger to the lock and back to the light, over any cable.
// Method: the real core on simulated copper (bouncing keys, a cable of bytes) against the lock's real end of the wire.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Bytes } from "../../firmware/bytes.ts";
import { Fault } from "../../firmware/fault.ts";
import { FRAME_COMMANDS } from "../../firmware/link/frame.ts";
import { millis } from "../../firmware/platform.ts";
import { ROUGH_LINE } from "../../simulator/line.ts";
import { Keypad } from "../keypad.ts";
import { Door } from "./door.ts";

test("a code that is typed arrives as it was typed, and its answer is shown", () => {
  const door = new Door().start();
  door.type("482915#");
  assert.equal(door.served, ["serve entry 482915"]);
  assert.ok(door.shown.some((line) => line.endsWith(" green")));
  assert.not(door.keypad.snapshot.isTyping);
});

test("each digit is its own key", () => {
  const door = new Door().start();
  door.type("1234567890#");
  door.type("0987654321#");
  assert.equal(door.served, ["serve entry 1234567890", "serve entry 0987654321"]);
});

test("ten codes in a row, quickly typed on bouncing keys, arrive each as it was typed", () => {
  const door = new Door().start();
  const codes: string[] = [];
  for (let count = 0; count < 10; count++) {
    const code = `${(count * 7_654_321 + 1_000_003) % 100_000_000}`;
    codes.push(`serve entry ${code}`);
    door.pass(door.keyboard.type(`${code}#`, 30) + 6_000);
  }
  assert.equal(door.served, codes);
});

test("the bell rings, and the star held for a second locks", () => {
  const door = new Door().start();
  door.type("#");
  door.hold("*", 900);
  door.hold("*", 1_100);
  assert.equal(door.served, ["serve bell", "serve lock"]);
});

const ANSWERS = [
  ["yes", "green", "2600 Hz"],
  ["no", "red", "400 Hz"],
  ["wait", "amber", "1200 Hz"],
  ["paused", "red", "400 Hz"],
] as const;

for (const [result, light, tone] of ANSWERS) {
  test(`the answer ${result} is shown in ${light}, for 1.2 s, as every other`, () => {
    const door = new Door().start();
    door.lock.result = result;
    door.pass(door.keyboard.type("1234#") - 300);
    let answeredAt: number | undefined;
    door.line.overhear((to) => {
      if (to === "outside") answeredAt ??= door.world.now;
    });
    door.keyboard.shown.length = 0;
    door.pass(5_000);
    const after = door.keyboard.shown.filter(({ at }) => answeredAt !== undefined && at > answeredAt);
    assert.ok(after.some(({ what }) => what === tone));
    assert.ok(after.every(({ what }) => what === light || /off|Hz|silence/.test(what)));
    const last = after.at(-1);
    const lasted = (last?.at ?? 0) - (answeredAt ?? 0);
    assert.ok(lasted >= 1_000 && lasted <= 1_210, `${lasted}`);
  });
}

/** What is shown from the moment of the enter key on, without the wait for the lock. */
function shownAfterEnter(door: Door, keys: string): string[] {
  door.pass(door.keyboard.type(keys) + 3_000);
  const shown = door.keyboard.shown.filter(({ what }) => what !== "amber");
  const from = shown.findIndex(({ what }) => what === "red");
  return shown.slice(from).map(({ at, what }) => `${at - shown[from].at} ${what}`);
}

test("every refusal looks the same: a wrong code of any length, and too many digits", () => {
  const refusals = ["1#", "123456#", "12345678901234567890#", "1234567890123456789012#"].map((keys) => {
    const door = new Door().start();
    door.lock.result = "no";
    return shownAfterEnter(door, keys).join();
  });
  assert.is(new Set(refusals).size, 1);
  assert.ok(refusals[0].includes("red"));
});

test("every digit sounds and looks the same", () => {
  const clicks = [..."0123456789"].map((key) => {
    const door = new Door().start();
    door.type(key);
    return door.shown.join();
  });
  assert.is(new Set(clicks).size, 1);
});

test("more than twenty digits are not sent at all", () => {
  const door = new Door().start();
  door.type("123456789012345678901#");
  assert.equal(door.served, []);
  assert.not(door.typesTo("inside").includes(FRAME_COMMANDS));
});

test("digits that nobody goes on with are forgotten after 10 s", () => {
  const door = new Door().start();
  door.type("1234");
  assert.ok(door.keypad.snapshot.isTyping);
  door.pass(10_000);
  assert.not(door.keypad.snapshot.isTyping);
  door.type("#");
  assert.equal(door.served, ["serve bell"]);
});

test("while an answer is awaited, keys do nothing", () => {
  const door = new Door().start();
  door.lock.powerOff();
  door.pass(door.keyboard.type("1234#"));
  door.pass(door.keyboard.type("99#"));
  door.lock.powerOn();
  door.pass(15_000);
  assert.equal(door.served, ["serve entry 1234"]);
  assert.not(door.keypad.snapshot.isTyping);
});

test("a cut cable is no input: amber and red after 15 s, and the code does not come later", () => {
  const door = new Door().start();
  door.line.cut(true);
  door.pass(door.keyboard.type("1234#") - 250);
  door.keyboard.shown.length = 0;
  door.pass(14_000);
  assert.ok(door.keyboard.shown.every(({ what }) => what === "amber" || what === "off"));
  door.pass(1_500);
  assert.ok(door.keyboard.shown.some(({ what }) => what === "red"));
  door.line.cut(false);
  door.pass(60_000);
  assert.equal(door.served, []);
  assert.ok(door.keypad.snapshot.isUp);
});

test("a report that waits gives way to a code, and comes after it", () => {
  const door = new Door().start();
  door.pass(48_000);
  door.lock.powerOff();
  // The report of this minute goes nowhere.
  door.pass(12_000);
  door.lock.powerOn();
  door.lock.log.length = 0;
  door.type("1234#");
  door.pass(15_000);
  assert.equal(door.served, ["serve entry 1234"]);
  assert.ok(door.lock.log.includes("serve report"));
});

test("a keypad reports every minute: its link is never lost, with a crystal that errs by five per cent either way", () => {
  for (const driftPartsPerMillion of [-50_000, 0, 50_000]) {
    const door = new Door({ driftPartsPerMillion }).start();
    door.pass(3_600_000);
    const reports = door.lock.log.filter((line) => line === "serve report").length;
    assert.ok(reports >= 56 && reports <= 64, `${reports}`);
    assert.equal(new Set(door.lock.log), new Set(["serve report"]));
  }
});

test("a low battery of the lock is shown behind a yes, and behind nothing else", () => {
  for (const [result, count] of [
    ["yes", 2],
    ["no", 0],
    ["paused", 0],
    ["wait", 0],
  ] as const) {
    const door = new Door().start();
    door.lock.result = result;
    door.lock.show({ isBatteryLow: true });
    door.pass(door.keyboard.type("1234#") + 4_000);
    assert.is(door.keyboard.shown.filter(({ what }) => what === "600 Hz").length, count, result);
  }
});

test("at night the keypad is dim, and a silent one is silent", () => {
  const door = new Door({ isSilent: true }).start();
  door.lock.show({ isNight: true });
  door.type("1234#");
  assert.ok(door.keyboard.shown.some(({ what }) => what === "green 0.1"));
  assert.not(door.keyboard.shown.some(({ what }) => what.endsWith("Hz")));
});

test("the lock's alarm sounds at the keypad for as long as it lasts", () => {
  const door = new Door().start();
  door.lock.show({ isAlarm: true });
  door.pass(5_000);
  assert.ok(door.keyboard.shown.some(({ what }) => what === "3000 Hz"));
  door.lock.show({ isAlarm: false });
  door.pass(100);
  assert.equal([door.keyboard.light, door.keyboard.hertz], ["off", 0]);
});

test("a key that is jammed is reported after 20 s and again when it is free, and the others go on", () => {
  const door = new Door().start();
  const { kid } = door.enrolled();
  door.keyboard.jam("5", true);
  door.pass(20_500);
  assert.is(door.lock.core?.lastReport(kid)?.isKeyStuck, true);
  door.pass(10_000);
  door.type("1234#");
  assert.equal(door.served, ["serve entry 1234"]);
  door.keyboard.jam("5", false);
  door.pass(1_000);
  assert.is(door.lock.core?.lastReport(kid)?.isKeyStuck, false);
});

test("three keys at once are no fourth, and no digit at all", () => {
  const door = new Door().start();
  for (const key of ["1", "2", "4"] as const) door.keyboard.press(key);
  door.pass(500);
  for (const key of ["1", "2", "4"] as const) door.keyboard.release(key);
  door.pass(500);
  assert.not(door.keypad.snapshot.isTyping);
  door.type("7#");
  assert.equal(door.served, ["serve entry 7"]);
});

// Power, and what must not start.

test("a broken library keeps it from starting", () => {
  const door = new Door();
  door.board.powerOn();
  const platform = {
    crypto: { ...crypto, verify: () => true },
    random: door.world.stream("x"),
    constants: door.constants,
    keys: { scan: () => 0 },
    wire: { send: () => undefined },
    face: door.keyboard,
    battery: { millivolts: 0 },
  };
  assert.throws(
    () => new Keypad(platform, { isSilent: false }, millis(0)),
    (error: unknown) => error instanceof Fault && error.code === "crypto.selftest",
  );
});

test("it is restarted at any moment of a code: the code comes whole, or not at all", () => {
  for (let moment = 0; moment < 1_400; moment += 140) {
    const door = new Door().start();
    door.world.after(moment, () => door.board.restart());
    door.type("1234#");
    door.pass(5_000);
    for (const line of door.served) assert.ok(/^serve (?:entry (?:1234|234|34|4)|bell)$/.test(line), line);
    assert.ok(door.served.length <= 1);
    door.type("567890#");
    door.pass(11_000);
    assert.is(door.served.at(-1), "serve entry 567890", `${moment}`);
  }
});

test("no frame that the lock never sent makes it do or show anything", () => {
  const door = new Door().start();
  const frames: Bytes[] = [];
  door.line.overhear((to, frame) => {
    if (to === "outside") frames.push(frame);
  });
  door.type("1234#");
  door.keyboard.shown.length = 0;
  for (const frame of frames) {
    for (let bit = 0; bit < 8 * frame.length; bit++) {
      const spoilt = frame.slice();
      spoilt[bit >> 3] ^= 1 << (bit & 7);
      door.keypad.received(spoilt, millis(door.world.now));
    }
    door.keypad.received(frame, millis(door.world.now));
  }
  assert.equal(door.keyboard.shown, []);
});

test("over a bad cable in a noisy house, codes arrive as they were typed, once each", () => {
  const door = new Door({ weather: ROUGH_LINE }).start();
  door.pass(60_000);
  door.lock.log.length = 0;
  const codes: string[] = [];
  for (let count = 0; count < 20; count++) {
    const code = `${100_000 + count}`;
    codes.push(`serve entry ${code}`);
    door.type(`${code}#`);
    door.pass(20_000);
  }
  assert.ok(door.line.counts.spoilt > 5);
  assert.equal(door.served, codes);
});

test.run();
