// Goal: an owner reads of which two commits the lock's image was built, where the image says so, and how far they moved its clock.
// Method: a porch with the real lock, built as a desk's and as an image's; and a computer whose clock is two hours ahead.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { encodeCheckpoint } from "../../firmware/journal/checkpoint.ts";
import { composeVersion } from "../../firmware/link/version.ts";
import { seconds } from "../../firmware/platform.ts";
import { closeHome, done, openHome } from "./porch.node.ts";

const VERSION = Object.freeze({ release: "0.1.0", commit: "1f2e3d4c", isChanged: false, sdkCommit: "5b6a7988" });

test("an image's release and commits stand on lines of their own", async () => {
  const home = await openHome(false, { firmwareVersion: composeVersion(VERSION) });
  try {
    assert.match(
      await done(home, "status"),
      /^Lock: +home \([\w-]{11}\), started once\nFirmware: +0\.1\.0, built of commit 1f2e3d4c\nSDK: +Moddable, commit 5b6a7988\nBolt:/,
    );
    const object = await home.owner.ask(["status"]);
    assert.equal(object["firmware"], VERSION);
    assert.is(object["firmwareVersion"], "0.1.0+1f2e3d4c.sdk.5b6a7988");
  } finally {
    closeHome(home);
  }
});

test("what is no image's version is shown as it is, and so that it cannot act on a screen", async () => {
  const home = await openHome(false, { firmwareVersion: "0.1.0\u001b[2J" });
  try {
    assert.match(
      await done(home, "status"),
      /^Lock: +home \([\w-]{11}\), firmware 0\.1\.0\\u\{1b\}\[2J, started once\nBolt:/,
    );
    assert.is((await home.owner.ask(["status"]))["firmware"], null);
  } finally {
    closeHome(home);
  }
});

test("a lock whose reset was cut before it was decided is said to be no other than it was", async () => {
  const home = await openHome(false);
  const { porch, owner } = home;
  const before = async () => [/^Before:/m.test(await done(home, "status")), (await owner.ask(["status"]))["farewell"]];
  try {
    assert.equal(await before(), [false, null]);
    const { lockId, signingKey: publicKey } = porch;
    const seed = porch.constants.read("sign") ?? new Uint8Array(32);
    const head = { seq: 4, link: new Uint8Array(32) };
    const checkpoint = { lockId, heads: [head, head, head], boots: 1, lo: seconds(9), hi: undefined } as const;
    // A reset writes it down first, then its mark.
    porch.constants.write("farewell", encodeCheckpoint(crypto, { seed, publicKey }, checkpoint));
    porch.reboot();
    assert.equal(await before(), [false, null]);
  } finally {
    closeHome(home);
  }
});

test("whoever moves a lock's clock by more than clocks err is told how far", async () => {
  const home = await openHome(false);
  try {
    assert.equal((await home.owner.run(["time"])).errors, "");
    const ahead = encodeURIComponent("Date.now=(now=>()=>now()+7_200_000)(Date.now)");
    const moved = await home.owner.launch(["time"], { NODE_OPTIONS: `--import=data:text/javascript,${ahead}` });
    assert.match(moved.output, /^The lock's clock: .*\n$/);
    assert.match(
      moved.errors,
      /^It stood at .* \(UTC.*\), (2 h|1 h 59 min) earlier\. Where this computer's clock is wrong, .*\n$/,
    );
    assert.is(moved.exit, 0);
    const clockOf = async () => /^Clock: .*/m.exec(await done(home, "status"))?.[0] ?? "";
    assert.match(
      await clockOf(),
      /; that is .* ahead of this computer's: where yours is right, run "latchkey time --back", with a press /,
    );
    const later = encodeURIComponent("Date.now=(now=>()=>now()+9_000_000)(Date.now)");
    const behind = await home.owner.launch(["status"], { NODE_OPTIONS: `--import=data:text/javascript,${later}` });
    assert.match(behind.output, /; that is .* behind this computer's: where yours is right, run "latchkey time"\n/);
  } finally {
    closeHome(home);
  }
});

test.run();
