// Goal: a log that does not hold is told of once, with what its records say, and what comes after it is told as ever.
// Method: a lock behind a real socket; a bit of its flash flips, or the whole of it is put back, and the commands are typed.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Porch } from "./porch.node.ts";
import { atHome, done, type Home, heard } from "./porch.node.ts";

const HEADER_BYTES = 32;
const ACCESS = 1;
const STATEMENT = 18;

/** Where the statements of an access region stand in flash, the oldest first. */
function statements({ flash }: Porch): readonly number[] {
  const cells = flash.snapshot();
  const places: number[] = [];
  for (let at = 0; at < cells.length; at += HEADER_BYTES)
    if (cells[at] === STATEMENT && cells[at + 1] === 1 && cells[at + 20] === ACCESS) places.push(at);
  return places;
}

/** Changes a setting so many times. */
async function change(home: Home, times: number): Promise<void> {
  for (let count = 0; count < times; count++) await done(home, "config", "--ajar", String(100 + count));
}

async function refusal(home: Home): Promise<string> {
  const { exit, output, errors } = await heard(home, "log", "--all");
  assert.is(exit, 5);
  return `${output}\n${errors}`;
}

for (const hasFetched of [false, true])
  atHome(
    `a record that the flash lost is told of once, ${hasFetched ? "behind a log that is kept" : "with the first log"}, and hides nothing`,
    async (home) => {
      const { porch } = home;
      if (hasFetched) await done(home, "log");
      await change(home, 12);
      const place = statements(porch).at(-3);
      assert.ok(place !== undefined);
      porch.flash.flip(8 * ((place ?? 0) + HEADER_BYTES + 2));
      porch.reboot();
      assert.match(await done(home, "status"), /DAMAGED/);
      const said = await refusal(home);
      assert.match(said, /^What came, none of it proven:\n/);
      assert.match(said, /adopts the lock/);
      assert.is(said.match(/changes settings/g)?.length, 11);
      assert.match(said, /Records (\d+) to \1 of region 1 are missing\. Do not believe it.*log-\S{11}-1\.sealed/);
      await done(home, "config", "--acknowledge");
      const next = await done(home, "log", "--all");
      assert.match(next, /has seen the damage/);
      assert.match(next, /Every record and the lock's signature hold\.\n$/);
      assert.match(await done(home, "status"), /Fetched: +every record of the door/);
    },
    false,
  );

atHome(
  "a lock whose flash was put back is found out, though it signs what is kept here of the day before",
  async (home) => {
    const { porch } = home;
    await change(home, 1);
    porch.cutPower();
    const day = porch.flash.snapshot();
    porch.boot();
    await change(home, 2);
    await done(home, "log");
    porch.cutPower();
    porch.flash.load(day);
    porch.boot();
    assert.match(await refusal(home), /The lock signed record \d+ of region \d, and .* the lock was put back\./);
    await change(home, 1);
    assert.match(await done(home, "log"), /Every record and the lock's signature hold\.\n$/);
  },
  false,
);

test.run();
