// The attack list on the real lock: each check is a named test. What takes their defences away is in attacks/twins.mjs.
// Method: a lock on a desk, and the attacker's own frames.

import { test } from "uvu";
import { crypto } from "#crypto";
import { ATTACKS } from "../attacks/all.ts";
import { Desk } from "../desk.ts";

for (const { id, claim, run } of ATTACKS) {
  test(`${id}: ${claim}`, () => run((options) => new Desk({ crypto, ...options })));
}

test.run();
