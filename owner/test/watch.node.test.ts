// Goal: whoever looks through a camera is told at once when that ends, on whatever the picture is shown, and so is a script.
// Method: the camera in its hall, whose viewers' connections are cut while they look.

import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { enrol, type Hall, inHall } from "./hall.node.ts";
import { done, type Home } from "./porch.node.ts";

const SEEN_MILLIS = 1_500;
const ENDED = /^(?:The camera sees \w+\.\n)?STALE: the camera, or the lock, ended it, .*: run the command again\.\n$/;

async function looking(home: Home, hall: Hall): Promise<void> {
  await enrol(home, hall);
  await done(home, "camera", "mode", "always");
  hall.pass(2_000);
}

/** Cuts a viewer's connection when pictures must have come. */
function cutSoon(hall: Hall): void {
  const connected = hall.camera.viewerConnected.bind(hall.camera);
  hall.camera.viewerConnected = (...viewer) => {
    connected(...viewer);
    setTimeout(() => hall.hangUp(), SEEN_MILLIS);
  };
}

inHall("a view whose connection is cut ends with a word, and does not wait for its time", async (home, hall, at) => {
  await looking(home, hall);
  cutSoon(hall);
  const began = performance.now();
  const { exit, output, errors } = await home.owner.launch(["watch", "--for", "60", ...at]);
  assert.is(exit, 3);
  assert.match(output, /^Open in a browser on this computer: http:\S+\n$/);
  assert.match(errors, ENDED);
  assert.ok(performance.now() - began < 20_000, "the process is gone too");
});

inHall(
  "a player's stream that is cut is called stale, since the player shows its last picture on",
  async (home, hall, at) => {
    await looking(home, hall);
    cutSoon(hall);
    const { exit, output, errors } = await home.owner.launch(["watch", "--stdout", ...at]);
    assert.is(exit, 3);
    assert.ok(output.length > 3_000, "pictures came");
    assert.match(errors, ENDED);
  },
);

inHall("a full disk keeps nobody from looking", async (home, hall, at) => {
  await looking(home, hall);
  symlinkSync("/dev/full", join(home.owner.home, `keystore.json.${process.pid}.draft`));
  const { exit, output, errors } = await home.owner.run(["watch", "--for", "1", ...at]);
  assert.is(exit, 0, errors);
  assert.match(output, /^Open in a browser on this computer: /);
  assert.match(errors, /^The keys' folder cannot be written.*\n$/);
});

inHall("a script is told that a view was cut", async (home, hall, at) => {
  await looking(home, hall);
  cutSoon(hall);
  const { exit, output } = await home.owner.run(["watch", "--for", "60", "--json", ...at]);
  assert.equal([exit, (JSON.parse(output) as { ok: boolean; exit: number }).exit], [3, 3]);
});

test.run();
