// Goal: whoever puts a lock's flash back hides no visit by it: the owner is told what the lock has written since, and keeps that.
// Method: the flash of a lock is put back to an older day, somebody comes in, and the owner fetches the log: while the lock has fewer
// records than are kept here, and when it has more again.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { atHome, done, type Home, heard } from "./porch.node.ts";

/** Changes a setting so many times: a record each. */
async function change(home: Home, times: number): Promise<void> {
  for (let count = 0; count < times; count++) await done(home, "config", "--ajar", String(100 + count));
}

/** Has an older day's flash put back under a log that is kept, and somebody come in. */
async function putBack(home: Home): Promise<void> {
  const { porch } = home;
  await change(home, 1);
  porch.cutPower();
  const day = porch.flash.snapshot();
  porch.boot();
  await change(home, 18);
  await done(home, "log");
  porch.cutPower();
  porch.flash.load(day);
  porch.boot();
  await done(home, "time");
  await done(home, "open", "--wait", "0");
  porch.visit();
}

const VISIT = /owner you +unlock +door open after .* locked after/g;

for (const [name, more] of [
  ["fewer", 0],
  ["more", 20],
] as const)
  atHome(
    `a lock that was put back, and has ${name} records than are kept, hides no visit`,
    async (home) => {
      await putBack(home);
      await change(home, more);
      const told = await heard(home, "log", "--all");
      assert.is(told.exit, 5);
      assert.is(told.output.match(VISIT)?.length, 1, told.output);
      assert.match(told.errors, /All that came stays .*"latchkey log --kept 1".*kept here before stays .*--kept 2"/);
      const came = await done(home, "log", "--kept", "1", "--all");
      assert.is(came.match(VISIT)?.length, 1);
      assert.is(came.match(/changes settings/g)?.length, 1 + more);
      const before = await done(home, "log", "--kept", "2", "--all");
      assert.equal([before.match(VISIT), before.match(/changes settings/g)?.length], [null, 19]);
      const visit = /^ *(\d+) .*owner \S+ +unlock/m.exec(await done(home, "claim", "--kept", "1"))?.[1] ?? "";
      const claim = ["claim", visit, "--kept", "1", "--out", home.owner.file("visit.claim")];
      assert.match(await done(home, ...claim), /^OK: /);
      assert.match(await done(home, "log"), /Every record and the lock's signature hold\.\nIt begins with record/);
    },
    false,
  );

test.run();
