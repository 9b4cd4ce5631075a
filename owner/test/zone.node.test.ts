// Goal: times are read and shown on the door's own clock, also where another computer of the owner's, or another owner, has set it.
// Method: one lock of the house of `npm start`, and two computers with keystores of their own that own it.

import { randomBytes } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Desk, Street } from "./stage.node.ts";

interface Scene {
  street: Street;
  near: Desk;
  far: Desk;
}

/** Midnight of 24 December 2030 in UTC, and nine hours west of it in Tokyo. */
const DAY = 1_924_300_800;
const TOKYO_SECONDS = 9 * 3_600;

const test = suite<Scene>("the door's zone");
test.before(async (scene) => {
  scene.street = new Street();
  const { address, setup } = await scene.street.open();
  scene.near = new Desk();
  scene.near.init(randomBytes(32).toString("base64url"));
  await scene.street.press("b", /presses the inside button/);
  const { exit, errors } = await scene.near.run(["adopt", setup, "--at", address, "--zone", "UTC"]);
  assert.is(exit, 0, errors);
  await scene.street.line(/the bolt is drawn/);
  scene.far = scene.near.copy();
  const moved = await scene.far.run(["config", "--zone", "Asia/Tokyo"]);
  assert.is(moved.exit, 0, moved.errors);
});
test.after(async ({ street, near, far }) => {
  await street.close();
  near.close();
  far.close();
});

test("a holiday is typed and shown on the clock that the door has now, and its owner is told that it is another", async ({
  near,
}) => {
  const words = ["schedules", "holiday", "add", "--from", "2030-12-24 00:00", "--until", "2030-12-24 12:00"];
  const { exit, output, errors } = await near.run(words);
  assert.is(exit, 0, errors);
  assert.match(output, /Tue 24 Dec 2030 00:00 \(UTC\+09:00\) to Tue 24 Dec 2030 12:00 \(UTC\+09:00\)/);
  assert.match(errors, /^The door's clock goes by another time zone, JST-9: [^\n]*\n$/);
  const holidays = (await near.ask(["schedules"]))["holidays"] as { from: number }[];
  assert.is(holidays[0]?.from, DAY - TOKYO_SECONDS);
});

for (const [name, words] of [
  ["a PIN's user", ["pin", "add", "Ana"]],
  ["an authenticator's user", ["totp", "add", "Bob"]],
] as const) {
  test(`the days of ${name} too`, async ({ near, far }) => {
    await far.run(["config", "--zone", "UTC"]);
    await near.run(["status"]);
    await far.run(["config", "--zone", "Asia/Tokyo"]);
    const until = ["--from", "2030-12-24 00:00", "--until", "2030-12-24 12:00"];
    const { exit, errors } = await near.run([...words, ...until]);
    assert.is(exit, 0, errors);
    const users = (await near.ask(["users"]))["users"] as { name: string; yearDays: { from: number }[] }[];
    const user = users.find((each) => each.name === words[2]);
    assert.is(user?.yearDays[0]?.from, DAY - TOKYO_SECONDS);
  });
}

test.run();
