// Goal: a code that is given out is the one that the lock knows, nobody else's, and none is given out twice.
// Method: the digits against an independent computation with node:crypto; the choice of a serial and the phases row by row.

import { createHmac, hkdfSync } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { WINDOW_CLASSES, type Window } from "../../firmware/codes/window.ts";
import { seconds } from "../../firmware/platform.ts";
import type { GivenCode, RevocationList } from "../person.ts";
import {
  chooseSerial,
  digitsOf,
  findWindow,
  groupDigits,
  liveCodes,
  nextFree,
  openingOf,
  phaseOf,
} from "../windows.ts";

const SECRET = Buffer.alloc(32, 9);
const LOCK_ID = "Ip1fiNKMHIM";
const NOW = seconds(1_795_000_000);
const HOUR = Math.floor(NOW / 3_600);
const ONCE_24 = 3;
const TWO_HOURS = 5;
const THREE_DAYS = 13;
const NOTHING: RevocationList = { seq: 0, generation: 0, links: [], holders: [] };

/** LP1 by node's own HKDF and HMAC, and whole numbers without a bound. */
function oracle({ windowClass, serial, startHour }: Window): string {
  const key = Buffer.from(hkdfSync("sha256", SECRET, LOCK_ID, "LP1", 32));
  const message = Buffer.from([...Buffer.from("LP1"), windowClass, serial, 0, 0, 0, 0]);
  message.writeUInt32BE(startHour, 5);
  const mac = createHmac("sha256", key).update(message).digest();
  return String(mac.readBigUInt64BE(0) % 10_000_000_000n).padStart(10, "0");
}

const digits = digitsOf({ id: LOCK_ID, codes: { secret: SECRET.toString("base64url") } });

test("makes the digits that an independent computation makes, for every class and serial", () => {
  for (let windowClass = 0; windowClass < WINDOW_CLASSES.length; windowClass++) {
    for (const serial of [0, 1]) {
      const window = { windowClass, serial, startHour: HOUR + windowClass };
      assert.is(digits(window), oracle(window));
    }
  }
});

test("groups ten digits for reading aloud", () => assert.is(groupDigits("4829150377"), "482 915 0377"));

test("counts as many live codes as the budget was made for", () => {
  assert.is(liveCodes(1), 706);
  assert.is(liveCodes(4), 2_824);
});

function given(serial: number, more: Partial<GivenCode> = {}): GivenCode {
  return { windowClass: TWO_HOURS, serial, startHour: HOUR, who: "Ana", issued: NOW, ...more };
}

const revoked = (serial: number): RevocationList => ({
  ...NOTHING,
  codes: [{ codeClass: TWO_HOURS, serial, start: HOUR }],
});

const CHOICES: readonly (readonly [
  claim: string,
  given: readonly GivenCode[],
  revocation: RevocationList,
  serial: number | undefined,
])[] = [
  ["takes the first serial", [], NOTHING, 0],
  ["takes the second where the first is gone", [given(0)], NOTHING, 1],
  ["takes the first where the second is gone", [given(1)], NOTHING, 0],
  ["takes none where both are gone", [given(0), given(1)], NOTHING, undefined],
  ["gives none out that was taken back", [], revoked(0), 1],
  ["takes none where one is gone and one was taken back", [given(1)], revoked(0), undefined],
  ["takes what another begin has", [given(0, { startHour: HOUR + 1 })], NOTHING, 0],
  ["takes what another length has", [given(0, { windowClass: ONCE_24 })], NOTHING, 0],
  ["takes what a former secret gave out", [given(0, { isOver: true }), given(1, { isOver: true })], NOTHING, 0],
];
for (const [claim, given, revocation, serial] of CHOICES) {
  test(claim, () => {
    const choice = chooseSerial(
      { windowClass: TWO_HOURS, startHour: HOUR },
      { revocation, given },
      { digits, now: NOW },
    );
    assert.is(choice?.window.serial, serial);
  });
}

test("passes over a code that has the digits of another that is alive, and says whose", () => {
  const ben = given(0, { windowClass: THREE_DAYS, who: "Ben" });
  const alike = (window: Window) => (window.serial === 0 ? "0000000000" : "1111111111");
  const wish = { windowClass: TWO_HOURS, startHour: HOUR };
  const choice = chooseSerial(wish, { revocation: NOTHING, given: [ben] }, { digits: alike, now: NOW });
  assert.is(choice?.window.serial, 1);
  assert.is(choice?.twin?.who, "Ben");
  const later = seconds((HOUR + 72) * 3_600 + 1);
  assert.is(chooseSerial(wish, { revocation: NOTHING, given: [ben] }, { digits: alike, now: later })?.twin, undefined);
});

test("names the next longer window that is free", () => {
  const taken = [given(0), given(1), given(0, { windowClass: 6 }), given(1, { windowClass: 6 })];
  const held = { revocation: NOTHING, given: taken };
  const by = { digits, now: NOW };
  assert.is(nextFree({ windowClass: TWO_HOURS, startHour: HOUR }, held, by)?.window.windowClass, 7);
  assert.is(nextFree({ windowClass: ONCE_24, startHour: HOUR }, held, by), undefined);
  assert.is(nextFree({ windowClass: 21, startHour: HOUR }, held, by), undefined);
});

const PHASES: readonly (readonly [windowClass: number, secondsAfterBegin: number, phase: string])[] = [
  [TWO_HOURS, -1, "not yet"],
  [TWO_HOURS, 0, "open"],
  [TWO_HOURS, 7_199, "open"],
  [TWO_HOURS, 7_200, "over"],
  [THREE_DAYS, 86_399, "open"],
  [THREE_DAYS, 86_400, "open if begun"],
  [THREE_DAYS, 259_199, "open if begun"],
  [THREE_DAYS, 259_200, "over"],
  [ONCE_24, 86_399, "open"],
  [ONCE_24, 86_400, "over"],
];
for (const [windowClass, after, phase] of PHASES) {
  test(`a code of ${WINDOW_CLASSES[windowClass].hours} h is "${phase}" ${after} s after its begin`, () => {
    const window = { windowClass, serial: 0, startHour: HOUR };
    assert.is(phaseOf(window, seconds(openingOf(window).from + after)), phase);
  });
}

test("finds a code of the same secret that nobody noted here, and no other", () => {
  const window = { windowClass: THREE_DAYS, serial: 1, startHour: HOUR - 40 };
  assert.equal(findWindow(digits, oracle(window), NOW), window);
  assert.is(findWindow(digits, oracle({ ...window, startHour: HOUR - 73 }), NOW), undefined, "it is over");
  assert.is(findWindow(digits, "0000000000", NOW), undefined);
});

test.run();
