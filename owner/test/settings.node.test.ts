// Goal: what an owner reads of the settings is what the lock does.
// Method: a porch with the real lock; commands run as a person types them.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { doubtsAboutSettings } from "../settings.ts";
import { atHome, digitsIn, done, heard, make, Porch } from "./porch.node.ts";
import { Desk, isSentence } from "./stage.node.ts";

atHome("a mode that a holiday keeps from counting is said to be no more than set", async (home) => {
  const pin = await make(home, "add", "Ana");
  await done(home, "schedules", "holiday", "add", "--from", "today", "--until", "+9d");
  const { output, errors } = await heard(home, "config", "--mode", "normal");
  assert.match(output, /^mode +normal$/m);
  assert.match(
    errors,
    /^The lock is in the mode vacation for a holiday, and in normal behind it: "latchkey schedules" shows when\.\n$/,
  );
  assert.is(home.porch.typist.type(pin), "no");
  await done(home, "schedules", "holiday", "clear");
  assert.is((await heard(home, "config")).errors, "");
  assert.is(home.porch.typist.type(pin), "yes");
});

atHome("an owner who is kept out by a holiday reads how that ends", async (home) => {
  await done(home, "schedules", "holiday", "add", "--from", "today", "--until", "+9d", "--mode", "no-remote");
  isSentence(
    await heard(home, "open"),
    1,
    /its operating mode forbids it: .*"latchkey schedules holiday clear" where it is a holiday's\.$/m,
  );
  await done(home, "schedules", "holiday", "clear");
  await done(home, "open", "--wait", "0");
});

atHome("a width in which no clock stays for long is said to be that", async (home) => {
  const said = /^With a clock-width of 60 s guests are refused soon after the last word on the time: /;
  assert.match((await heard(home, "config", "--clock-width", "60")).errors, said);
  assert.is((await heard(home, "config", "--clock-width", "120")).errors, "");
});

atHome(
  "whoever has codes filmed by no camera, or by one that never looks, is told that they open nothing",
  async (home) => {
    const code = await make(home, "new", "--until", "+2h");
    const none = await heard(home, "config", "--code-camera", "hours=recording");
    assert.match(none.errors, /^The lock has no camera, so window codes that must be filmed open nothing: /);
    assert.is(home.porch.typist.type(code), "no");
    const never = await heard(home, "config", "--camera-mode", "never");
    assert.match(never.errors, /^The camera never looks, so window codes that must be filmed open nothing: /);
    assert.is((await heard(home, "config", "--code-camera", "none")).errors, "");
    assert.is(home.porch.typist.type(code), "yes");
  },
);

atHome("the log says what an owner changed, and not only that something was", async (home) => {
  await done(home, "config", "--mode", "passage", "--auto-relock", "never", "--zone", "Asia/Tokyo");
  await done(home, "config", "--mode", "normal", "--time-server-1", "none");
  const log = await done(home, "log");
  assert.match(log, /owner you +changes settings +zone JST-9, auto-relock never, mode passage\n/);
  assert.match(log, /owner you +changes settings +mode normal, time-server-1 none\n/);
  assert.match(log, /owner you +enrols a board +keypad \S{11}\n/);
});

atHome("an empty text takes no code back", async (home) => {
  const code = digitsIn(await done(home, "pin", "new", "--until", "+2h"));
  isSentence(await heard(home, "pin", "revoke", ""), 2, /An empty text names no code/);
  assert.is(home.porch.typist.type(code), "yes");
});

test("a mode of passage is said not to hold by a damaged journal", () => {
  const status = { configuration: new Map([[3, 4]]), mode: "normal", boards: [] } as const;
  assert.match(
    doubtsAboutSettings({ ...status, isJournalWhole: false }).join(),
    /^The journal is damaged, and what ended passage/,
  );
  assert.equal(doubtsAboutSettings({ ...status, mode: "passage", isJournalWhole: true }), []);
});

test("whoever adopts a lock where the system has no rules of zones is told that its clock is on UTC", async () => {
  const porch = new Porch();
  const owner = new Desk();
  try {
    owner.init(Buffer.alloc(32, 9).toString("base64url"));
    const words = ["adopt", porch.setup, "--at", await porch.listen()];
    porch.pressAndStay();
    const ran = await owner.launch(words, { TZ: "Europe/Berlin", TZDIR: owner.file("none") });
    assert.is(ran.exit, 0, ran.errors);
    assert.match(ran.output, /; its clock is on UTC\.\n/);
    assert.match(
      ran.errors,
      /^The system has no rule of this computer's time zone, Europe\/Berlin, in .*, so UTC is taken for it: say --zone/,
    );
  } finally {
    porch.close();
    owner.close();
  }
});

test.run();
