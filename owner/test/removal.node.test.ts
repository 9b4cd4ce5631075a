// Goal: whoever removes an owner learns what the removed key's holder still has of the house, of a camera, its films and its picture, and
// what went with the key: the time servers.
// Method: an owner adds others and removes them, before a camera is enrolled and after; somebody inside presses when the lock sounds.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { toBase64url } from "../../firmware/bytes.ts";
import { Hall } from "./hall.node.ts";
import { atHome, done, type Home } from "./porch.node.ts";
import { Desk, Transcript } from "./stage.node.ts";

const PRESS_SECONDS = 61;

/** Adds an owner and removes them: the press that the first is asked for is enough for both. @returns what was said at the end */
async function removed(home: Home, byte: number): Promise<string> {
  const key = toBase64url(crypto.signingPublicKey(new Uint8Array(32).fill(byte)));
  // A press of before counts no more.
  home.porch.passTime(PRESS_SECONDS);
  const heard = new Transcript();
  const adding = home.owner.run(["owner", "add", key, "--name", "Paul"], heard);
  await heard.line(/press the button on its inside now/);
  home.porch.pressAndStay();
  assert.is((await adding).exit, 0);
  return done(home, "owner", "remove", "Paul");
}

atHome(
  "whoever removes an owner is told what that one may go on seeing, where there is a camera",
  async (home) => {
    assert.not.match(await removed(home, 11), /camera|hall/, "where there is none");
    const hall = new Hall(home.porch);
    try {
      await hall.listen();
      home.porch.pressAndStay();
      hall.pass(500);
      hall.pace = 30;
      await done(home, "camera", "enrol", "--yes");
      hall.pace = 1;
      const said = await removed(home, 12);
      assert.match(
        said,
        /may obey that key for a minute yet: after it, say anew for whom it seals its films with "latchkey camera recipients"/,
      );
      assert.match(said, /knows the password of its stream goes on seeing the hall/);
      assert.match(said, /"latchkey camera stream on" sets another, "latchkey camera stream off" ends it/);
      assert.match(said, /approved with that key .* stays so, .* press its button, and enrol it anew\./);
    } finally {
      hall.close();
    }
  },
  false,
);

atHome(
  "whoever removes an owner is told that the time servers are gone with the key, where there were any",
  async (home) => {
    assert.not.match(await removed(home, 11), /time server/, "where there were none");
    home.porch.pressAndStay();
    const servers = [1, 2].flatMap((place) => [
      `--time-server-${place}`,
      `127.0.0.1:2002=${toBase64url(new Uint8Array(32).fill(place))}`,
    ]);
    assert.match(await done(home, "config", ...servers), /latchkey time --server 127/);
    assert.match(await removed(home, 12), /trusts no time server any more.*"latchkey config" names them anew/);
    assert.not.match(await done(home, "config"), /latchkey time --server 127/);
  },
  false,
);

atHome(
  "a second owner is told what is another's: the zone, the list of what was taken back, whose codes are over",
  async (home) => {
    const { owner, porch, address } = home;
    assert.match(await done(home, "status"), /^Taken back: +nothing\n/m);
    const paul = new Desk();
    try {
      paul.init(Buffer.alloc(32, 9).toString("base64url"));
      const key = String((await paul.ask(["id"]))["key"]);
      porch.passTime(PRESS_SECONDS);
      const said = new Transcript();
      const adding = owner.run(["owner", "add", key, "--name", "Paul"], said);
      await said.line(/press the button on its inside now/);
      porch.pressAndStay();
      assert.is((await adding).exit, 0);
      await done(home, "grant", "--to", key, "--until", "+1h", "--who", "Zoe");
      await done(home, "revoke", "Zoe");
      const adopted = await paul.run(["adopt", porch.setup, "--at", address, "--zone", "America/New_York"]);
      assert.match(adopted.output, /its clock is on CET-1CEST/);
      assert.match(adopted.errors, /^The lock had a time zone and keeps it: "latchkey config --zone" changes it\.\n$/);
      const { output } = await paul.run(["status"]);
      assert.match(output, /^Taken back: +nothing by you; another owner has a list there too\n/m);
      assert.match(await done(home, "status"), /^Taken back: +1 grant, confirmed by the lock\n/m);
      const log = await done(home, "log", "--all");
      assert.match(log, /owner Paul +sets the secret of window codes +this owner's former codes are over\n/);
      assert.equal((await paul.run(["adopt", porch.setup, "--zone", "Europe/Berlin"])).errors, "");
      porch.passTime(PRESS_SECONDS);
      const heard = new Transcript();
      const removing = owner.run(["owner", "remove", "Paul"], heard);
      await heard.line(/press the button on its inside now/);
      porch.pressAndStay();
      assert.match((await removing).output, /^Removed: Paul \([\w-]{11}\) is no owner/m);
      // Now of all times it is read what that key did.
      assert.match(await done(home, "log", "--all"), /owner Paul +sets the secret/);
      // Paul's next telephone is another one than the lost.
      porch.passTime(PRESS_SECONDS);
      const again = new Transcript();
      const next = Buffer.alloc(32, 10).toString("base64url");
      const readding = owner.run(["owner", "add", next, "--name", "Paul"], again);
      await again.line(/press the button on its inside now/);
      porch.pressAndStay();
      assert.is((await readding).exit, 0);
      assert.match(await done(home, "log", "--all"), /owner Paul \([\w-]{11}\) +sets the secret/);
    } finally {
      paul.close();
    }
  },
  false,
);

test.run();
