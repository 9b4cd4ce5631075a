// Goal: an owner's lock joins the network of that name and forgets it, and the passphrase is on no command line and in no output.
// Method: a porch with the real lock, whose radio is within reach of two networks; commands run as a person types them.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { HOME_NETWORK, OPEN_NETWORK } from "../../simulator/antenna.ts";
import { EXIT } from "../failure.ts";
import { WIFI_VARIABLE } from "../network.ts";
import { atHome, done, type Home, heard } from "./porch.node.ts";
import { isSentence, type Ran } from "./stage.node.ts";

const { name, passphrase } = HOME_NETWORK;

/** Runs a command where the passphrase is given by the environment. */
async function heardWith(home: Home, given: string | undefined, ...words: readonly string[]): Promise<Ran> {
  if (given !== undefined) process.env[WIFI_VARIABLE] = given;
  try {
    return await heard(home, ...words);
  } finally {
    delete process.env[WIFI_VARIABLE];
  }
}

atHome("a lock joins the network that its owner names, and says where it is reached", async (home) => {
  assert.match(await done(home, "wifi"), /^Wi-Fi: no network is set \("latchkey wifi set SSID"\)\n$/);
  const set = await heardWith(home, passphrase, "wifi", "set", name);
  assert.is(set.exit, EXIT.OK, set.errors);
  assert.match(
    set.output,
    /^Set: the lock joins home, now and after each start\.\nWi-Fi: joined, at 192\.168\.1\.20\n$/,
  );
  assert.match(await done(home, "wifi", "status"), /^Wi-Fi: joined, at 192\.168\.1\.20\n$/);
  const asked = await home.owner.ask(["wifi"]);
  assert.equal(asked["network"], { is: "joined", address: "192.168.1.20" });
  assert.match(await done(home, "status"), /\nWi-Fi: +joined, at 192\.168\.1\.20\n/);
  assert.equal((await home.owner.ask(["status"]))["network"], { is: "joined", address: "192.168.1.20" });
  const log = await done(home, "log", "--all");
  assert.match(log, /owner you +sets the Wi-Fi +done\n/);
  assert.not.match(log, passphrase);
  assert.not.match(set.output + set.errors, passphrase);
  for (const file of readdirSync(home.owner.home)) {
    assert.not.match(readFileSync(join(home.owner.home, file), "latin1"), passphrase, file);
  }
});

atHome("a network that is out of reach, an open one, and none at all", async (home) => {
  const wrong = await heardWith(home, "wrong sesame", "wifi", "set", name);
  assert.match(wrong.output, /Wi-Fi: NOT JOINED: the network is out of reach, or its passphrase is another/);
  home.porch.antenna.isSlow = true;
  assert.match(await done(home, "wifi", "set", OPEN_NETWORK, "--open"), /Wi-Fi: it is joining the network\n$/);
  home.porch.antenna.isSlow = false;
  assert.match(await done(home, "wifi"), /joined, at/);
  assert.match(await done(home, "wifi", "forget"), /^Forgotten: the lock has left the network\./);
  assert.is(await done(home, "wifi", "forget"), "No network was set: the lock is in none, and keeps none.\n");
  assert.match(await done(home, "wifi"), /no network is set/);
  assert.match(await done(home, "log", "--all"), /owner you +forgets the Wi-Fi +done\n/);
});

atHome("each answers with --json in one object", async (home) => {
  process.env[WIFI_VARIABLE] = passphrase;
  const set = await home.owner.ask(["wifi", "set", name]);
  delete process.env[WIFI_VARIABLE];
  const { lockId } = set;
  assert.equal(set, { exit: 0, ok: true, lockId, ssid: name, network: { is: "joined", address: "192.168.1.20" } });
  const forgotten = await home.owner.ask(["wifi", "forget"]);
  assert.equal(forgotten, { exit: 0, ok: true, lockId, wasSet: true, network: { is: "off", address: null } });
  assert.is((await home.owner.ask(["wifi", "forget"]))["wasSet"], false);
});

atHome("what no radio takes is refused before the lock is asked", async (home) => {
  const before = home.porch.antenna.joins;
  for (const [given, words, said] of [
    ["short", ["set", name], /has 8 to 63 letters, digits and signs of ASCII; without any, say --open/],
    ["x".repeat(64), ["set", name], /has 8 to 63/],
    ["sesam öffne dich", ["set", name], /signs of ASCII/],
    ["", ["set", name], /has 8 to 63/],
    [passphrase, ["set", "ß".repeat(17)], /has 1 to 32 bytes; this one has 34/],
    [passphrase, ["set", ""], /has 1 to 32 bytes; this one has 0/],
    [passphrase, ["set"], /SSID is missing/],
    [passphrase, ["set", name, passphrase], /one word too many/],
    [passphrase, ["set", OPEN_NETWORK, "--open"], /WIFI_PASSPHRASE is set, and --open says that the network has none/],
    [undefined, ["forget", "--open"], /"latchkey wifi forget" takes no --open/],
    [undefined, ["dance"], /"dance" is nothing that wifi does/],
  ] as const) {
    isSentence(await heardWith(home, given, "wifi", ...words), EXIT.USAGE, said);
  }
  assert.is(home.porch.antenna.joins, before);
});

atHome("without a terminal and a variable the passphrase is not asked for in the open", async (home) => {
  isSentence(
    await heard(home, "wifi", "set", name),
    EXIT.USAGE,
    /set LATCHKEY_WIFI_PASSPHRASE, or run it in a terminal/,
  );
});

atHome("a lock whose memory fails says so, and the log says that nothing came of it", async (home) => {
  home.porch.constants.isSound = false;
  isSentence(
    await heardWith(home, passphrase, "wifi", "set", name),
    EXIT.REFUSED,
    /its memory failed, and nothing changed/,
  );
  home.porch.constants.isSound = true;
  assert.match(
    await done(home, "log", "--all"),
    /owner you +changes the Wi-Fi +NOT done, since the lock's memory failed\n/,
  );
});

test.run();
