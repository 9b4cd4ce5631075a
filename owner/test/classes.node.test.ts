// Goal: what an owner says of the camera and codes is what each of the 22 classes gets, and it is read back as it was said.
// Method: rows of texts and bytes, in both directions.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseClassRules, sayClassRules } from "../classes.ts";
import { Failure } from "../failure.ts";

/** Four classes of once, eight of hours, ten of days. */
function rules(once: number, hours: number, days: number): Uint8Array {
  return Uint8Array.from([...Array(4).fill(once), ...Array(8).fill(hours), ...Array(10).fill(days)]);
}

const ROWS: readonly (readonly [text: string, bytes: Uint8Array, said: string])[] = [
  ["none", rules(0, 0, 0), "none"],
  ["live", rules(2, 2, 2), "live"],
  ["all=recording", rules(1, 1, 1), "recording"],
  ["once=live", rules(2, 0, 0), "once=live,hours=none,days=none"],
  ["live, hours=none", rules(2, 0, 2), "once=live,hours=none,days=live"],
  ["days=recording,once=LIVE", rules(2, 0, 1), "once=live,hours=none,days=recording"],
];
for (const [text, bytes, said] of ROWS) {
  test(`reads "${text}"`, () => {
    assert.equal([...parseClassRules(text)], [...bytes]);
    assert.is(sayClassRules(bytes), said);
    assert.equal([...parseClassRules(said)], [...bytes]);
  });
}

test("names single classes, each at its place", () => {
  const found = parseClassRules("once-2h=live,24h=recording,28d=live");
  assert.equal(
    [...found].flatMap((rule, place) => (rule === 0 ? [] : [[place, rule]])),
    [
      [1, 2],
      [11, 1],
      [21, 2],
    ],
  );
  assert.match(sayClassRules(found), /^once-1h=none,once-2h=live,.*,24h=recording,2d=none,.*,28d=live$/);
  assert.equal([...parseClassRules(sayClassRules(found))], [...found]);
});

for (const text of ["", "filmed", "once", "once=", "=live", "3h=on", "once=live=none", "5h=live", "24=live"]) {
  test(`refuses "${text}"`, () =>
    assert.throws(
      () => parseClassRules(text),
      (error: unknown) => error instanceof Failure,
    ));
}

test.run();
