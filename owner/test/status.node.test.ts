// Goal: an owner reads of which two commits the lock's image was built, where the image says so.
// Method: a porch with the real lock, built as a desk's and as an image's.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { composeVersion } from "../../firmware/link/version.ts";
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

test.run();
