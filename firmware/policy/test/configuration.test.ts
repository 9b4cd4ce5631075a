// Settings: each key at its bounds, one beyond them, and of the wrong kind; and that one bad value spoils the rest.
// Method: a table of the bounds of docs/protocol.md §2.4.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromAscii } from "../../bytes.ts";
import type { Setting } from "../../grant/body.ts";
import { type Configuration, configure, defaultConfiguration, settingsOf, withZone } from "../configuration.ts";

const DEFAULTS = defaultConfiguration();
const BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3";

/** Key, the field that it sets, lowest, highest, whether 0 is good besides, and the default. */
const NUMBERS: readonly (readonly [number, keyof Configuration, number, number, boolean, unknown])[] = [
  [2, "relockSeconds", 5, 3_600, true, 30],
  [3, "mode", 0, 4, true, "normal"],
  [4, "ajarSeconds", 30, 3_600, false, 120],
  [5, "unlatchMillis", 500, 4_500, false, 3_000],
  [6, "widthSeconds", 60, 3_600, false, 600],
  [11, "isOneTouch", 0, 1, false, true],
  [12, "nightStart", 0, 1_439, false, 1_320],
  [13, "nightMinutes", 0, 1_440, false, 480],
  [14, "cameraMode", 0, 2, false, "visits"],
];

for (const [key, field, low, high, mayBeZero, standard] of NUMBERS) {
  test(`${field} takes ${low} to ${high}${mayBeZero && low > 0 ? " and 0" : ""}, and nothing else`, () => {
    assert.equal(DEFAULTS[field], standard);
    const take = (value: Setting["value"]) => configure(DEFAULTS, [{ key, value }]);
    for (const value of [low, high]) {
      const changed = take(value);
      assert.ok(changed);
      assert.is(settingsOf(changed).get(key), value);
    }
    if (low > 0) assert.is(take(low - 1) !== undefined, mayBeZero && low === 1);
    assert.is(take(0) !== undefined, mayBeZero || low === 0);
    for (const value of [high + 1, 0xffff_ffff, fromAscii("5"), fromAscii(BERLIN)]) assert.is(take(value), undefined);
  });
}

test("the camera rule of window codes is 22 bytes of 0 to 2", () => {
  const rules = new Uint8Array(22).fill(2);
  const changed = configure(DEFAULTS, [{ key: 10, value: rules }]);
  assert.equal(changed?.codeCamera, rules);
  assert.equal(DEFAULTS.codeCamera, new Uint8Array(22));
  for (const value of [0, new Uint8Array(21), new Uint8Array(23), new Uint8Array(22).fill(3)]) {
    assert.is(configure(DEFAULTS, [{ key: 10, value }]), undefined);
  }
});

test("a zone is a POSIX rule in bytes", () => {
  const changed = configure(DEFAULTS, [{ key: 1, value: fromAscii(BERLIN) }]);
  assert.is(changed?.zoneRule, BERLIN);
  for (const value of [0, 1, fromAscii("Europe/Berlin"), new Uint8Array(0), new Uint8Array([0x55, 0x54, 0xc3])]) {
    assert.is(configure(DEFAULTS, [{ key: 1, value }]), undefined);
  }
  assert.is(withZone(DEFAULTS, fromAscii("UTC")), undefined);
});

for (const key of [0, 15, 16, 255, 0xffff_ffff]) {
  test(`refuses the unknown key ${key}, and what stands around it`, () => {
    for (const value of [1, fromAscii("1")]) {
      assert.is(
        configure(DEFAULTS, [
          { key: 2, value: 60 },
          { key, value },
        ]),
        undefined,
      );
      assert.is(
        configure(DEFAULTS, [
          { key, value },
          { key: 2, value: 60 },
        ]),
        undefined,
      );
    }
  });
}

for (const [index, key] of [7, 8, 9].entries()) {
  test(`key ${key} takes a time server's key of 32 bytes, and one zero byte takes it out`, () => {
    const server = new Uint8Array(32).fill(7 + index);
    const configured = configure(DEFAULTS, [{ key, value: server }]);
    assert.ok(configured);
    const places = [0, 1, 2].map((at) => (at === index ? server.slice() : undefined));
    assert.equal(configured.timeServers, places);
    server.fill(0);
    assert.equal(settingsOf(configured).get(key), new Uint8Array(32).fill(7 + index), "the key is a copy");
    assert.equal(
      [...settingsOf(configured).keys()].filter((other) => other > 6 && other < 10),
      [key],
      "the others are left out",
    );
    const none = new Uint8Array(1);
    for (const before of [DEFAULTS, configured]) assert.equal(configure(before, [{ key, value: none }]), DEFAULTS);
    for (const value of [0, 1, 32, new Uint8Array(31), new Uint8Array(33), Uint8Array.of(1), new Uint8Array(2)]) {
      assert.is(configure(configured, [{ key, value }]), undefined);
    }
  });
}

test("several settings change together, and the former configuration stays as it was", () => {
  const changed = configure(DEFAULTS, [
    { key: 1, value: fromAscii(BERLIN) },
    { key: 2, value: 0 },
    { key: 3, value: 4 },
    { key: 6, value: 60 },
  ]);
  assert.equal(
    [changed?.zoneRule, changed?.relockSeconds, changed?.mode, changed?.ajarSeconds, changed?.widthSeconds],
    [BERLIN, 0, "passage", 120, 60],
  );
  assert.is(DEFAULTS.relockSeconds, 30);
});

test("what a status shows is what configures the same", () => {
  const changed = configure(DEFAULTS, [
    { key: 1, value: fromAscii(BERLIN) },
    { key: 3, value: 2 },
    { key: 8, value: new Uint8Array(32).fill(9) },
  ]);
  assert.ok(changed);
  const settings = [...settingsOf(changed)].map(([key, value]): Setting => ({ key, value }));
  assert.equal(configure(DEFAULTS, settings), changed);
  assert.equal(
    settings.map(({ key }) => key),
    [1, 2, 3, 4, 5, 6, 8, 10, 11, 12, 13, 14],
  );
});

test.run();
