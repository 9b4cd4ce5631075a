// The attack list under faults: some checks by one seed, and that every check is tried under some fault or says why not.
// Method: the desk with faults of attacks/disturbed.ts. All checks by more seeds, and twins, are tried by
// `node simulator/run/attacks.mjs --faults`, in the long suite.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { ATTACKS } from "../attacks/all.ts";
import { Disturbed, FAULTS, type Tally } from "../attacks/disturbed.ts";
import { EXCEPTED, faultsOf, LOCKLESS, reasonsOf } from "../attacks/faults.ts";

const SEED = 1;
const TRIED: readonly string[] = ["T02", "T09", "T25", "T43", "T51", "T52"];

for (const { id, run } of ATTACKS.filter((attack) => TRIED.includes(attack.id))) {
  const faults = faultsOf(id);
  test(`${id} holds under ${faults.join(", ")} (seed ${SEED})`, () => {
    const tally: Tally = { radio: 0, restart: 0, cut: 0, drift: 0 };
    run((options) => new Disturbed({ crypto, ...options }, { seed: SEED, faults, tally }));
    assert.ok(
      Object.values(tally).some((count) => count > 0),
      "nothing went wrong",
    );
  });
}

test("every check is tried under some fault, and has a reason for each that is left out", () => {
  for (const { id } of ATTACKS) {
    assert.is(faultsOf(id).length > 0, !LOCKLESS.includes(id), id);
    assert.is(faultsOf(id).length + reasonsOf(id).length, FAULTS.length, id);
  }
});

test("no exception is for a check that there is not", () => {
  const ids = ATTACKS.map(({ id }) => id);
  assert.equal(
    EXCEPTED.filter((id) => !ids.includes(id)),
    [],
  );
});

test("an honest phone that is not heard says it again, and the lock does it once", () => {
  const tally: Tally = { radio: 0, restart: 0, cut: 0, drift: 0 };
  const desk = new Disturbed({ crypto }, { seed: SEED, faults: ["radio"], tally });
  assert.is(desk.adopt(), "yes");
  for (let visit = 1; visit <= 20; visit++) {
    assert.is(desk.open(desk.grant({ to: desk.person("guest"), uses: 1 })), "yes");
    desk.passTime(40);
    assert.is(desk.entries("intent").length, visit);
  }
  assert.ok(tally.radio > 20, `${tally.radio} frames`);
});

test.run();
