// Every attack of the list has an owner: a check that there is, or a part that is still to come, in docs/security.md.
// Method: the two pages as they stand against the checks as they are, and then pages that break one rule each.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ATTACKS } from "../attacks/all.ts";
import { ownerFaults } from "../attacks/owners.mjs";
import { SIEGES } from "../attacks/t48.ts";

const ROOT = process.cwd();
const ATTACKS_MAX = 53;

const page = (name: string): string => readFileSync(join(ROOT, "docs", name), "utf8");
const ids = ATTACKS.map(({ id }) => id);

test("every attack has an owner, and both pages say the same", () => {
  assert.equal(ownerFaults({ attacks: page("attacks.md"), security: page("security.md"), checks: ids }), []);
});

test(`the list has all of T01 to T${ATTACKS_MAX}, in order`, () => {
  const wanted = Array.from({ length: ATTACKS_MAX }, (_, index) => `T${String(index + 1).padStart(2, "0")}`);
  assert.equal(
    [...page("attacks.md").matchAll(/^\| (T\d\d) \|/gm)].map(([, id]) => id),
    wanted,
  );
});

test("every check stands in a file of its own, once in the list", () => {
  for (const id of ids) assert.ok(existsSync(join(ROOT, "simulator/attacks", `${id.toLowerCase()}.ts`)), id);
  assert.is(new Set(ids).size, ids.length);
});

test("the page says of a siege what the check of it finds", () => {
  for (const { digits, six, ten, tenMinutes, sixHours } of SIEGES) {
    const returns = tenMinutes === 0 ? "at once" : `within ${tenMinutes} minutes`;
    const row = `| ${digits} digits | ${six} | ${ten} | within ${sixHours} hours | ${returns} |\n`;
    assert.ok(page("security.md").includes(row), row);
  }
});

const T02 = "[t02.ts](../simulator/attacks/t02.ts)";
const LISTED = `| T01 | air | no secret |  |\n| T02 | replay | refused | ${T02} |\n`;
const OWNED = `| T01 | air | camera: later |\n| T02 | replay | ${T02} |\n`;

type Row = readonly [claim: string, attacks: string, security: string, checks: readonly string[], fault: string];

const REFUSED: readonly Row[] = [
  ["an attack that nobody owns", LISTED, `| T02 | replay | ${T02} |\n`, ["T02"], "T01 has no owner"],
  [
    "an owner of nothing",
    LISTED,
    `${OWNED}| T03 | x | camera: later |\n`,
    ["T02"],
    "T03 is not in the list of attacks",
  ],
  ["an empty owner", LISTED, OWNED.replace("camera: later", ""), ["T02"], "T01 has no owner that is known: none"],
  [
    "a part that is none",
    LISTED,
    OWNED.replace("camera", "cloud"),
    ["T02"],
    "T01 has no owner that is known: cloud: later",
  ],
  ["a part without a word", LISTED, OWNED.replace(" later", ""), ["T02"], "T01 has no owner that is known: camera:"],
  ["a check that is not there", LISTED, OWNED, [], "T02 is no check that there is"],
  ["a check that is not named", LISTED, OWNED, ["T02", "T01"], "T01 is a check that the page does not name"],
  ["another attack's check", LISTED, OWNED.replace("camera: later", T02), ["T02"], "T01 is owned by the check T02"],
  ["a check in one page only", LISTED.replace(T02, ""), OWNED, ["T02"], "T02 is owned otherwise in the list: none"],
  [
    "a check in the list only",
    LISTED,
    OWNED.replace(T02, "boards: later"),
    [],
    `T02 is owned otherwise in the list: ${T02}`,
  ],
  ["an id that stands twice", LISTED + LISTED, OWNED, ["T02"], "T01 stands twice"],
];

test("accepts two pages that agree", () => {
  assert.equal(ownerFaults({ attacks: LISTED, security: OWNED, checks: ["T02"] }), []);
});

for (const [claim, attacks, security, checks, fault] of REFUSED) {
  test(`refuses ${claim}`, () => {
    assert.ok(
      ownerFaults({ attacks, security, checks }).includes(fault),
      String(ownerFaults({ attacks, security, checks })),
    );
  });
}

test.run();
