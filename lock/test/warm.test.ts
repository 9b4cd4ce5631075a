// Goal: the window codes of a new hour are made beforehand, and never while the bolt is on its way: a chip's drive would be looked at
// seconds late.
// Method: a lock that counts its hashes, whose keypad reports with the bolt moving and with the bolt at rest.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Bytes } from "../../firmware/bytes.ts";
import { Desk } from "../../simulator/desk.ts";
import { Porch } from "../../simulator/porch.ts";

/** More than a report takes by itself, and less than the codes of one owner's secret. */
const MANY = 100;

test("the table of window codes is made at a report, and not while the bolt is driven", () => {
  let hashes = 0;
  const hmacSha256 = (key: Uint8Array, message: Uint8Array): Bytes => {
    hashes++;
    return crypto.hmacSha256(key, message);
  };
  const porch = new Porch(new Desk({ crypto: { ...crypto, hmacSha256 } }));
  const hashesOfReport = (): number => {
    const before = hashes;
    assert.is(porch.typist.ask({ kind: "report", isCaseOpen: false, isKeyStuck: false, millivolts: 5_000 }), "yes");
    return hashes - before;
  };
  const { desk } = porch;
  assert.is(desk.open(desk.grant({ to: desk.person("guest") })), "yes");
  assert.is.not(desk.rig.drives.at(-1)?.drive, "rest");
  assert.ok(hashesOfReport() < MANY, "while the bolt is on its way");
  desk.passTime(5);
  assert.is(desk.rig.drives.at(-1)?.drive, "rest");
  assert.ok(hashesOfReport() > MANY, "at rest");
  assert.ok(hashesOfReport() < MANY, "once is enough");
});

test.run();
