// Goal: what was claimed of a real lock's visit is believed by somebody else who has its label, and by nobody with another one's.
// Method: a house with the real lock; its owner, a guest, and a stranger with a keystore of his own type commands.

import { readFileSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromBase64url, toBase64url } from "../../firmware/bytes.ts";
import { parseSetup } from "../../firmware/link/label.ts";
import { atHome, done, heard } from "./porch.node.ts";
import { Desk, isSentence, Transcript } from "./stage.node.ts";

const OTHER_KEY = toBase64url(new Uint8Array(32).fill(9));

atHome("a visit is claimed, and believed by a stranger who has the lock's label", async (home) => {
  const { owner, porch, address } = home;
  const guest = new Desk();
  guest.init(Buffer.alloc(32, 5).toString("base64url"));
  const key = (await guest.run(["id"])).output.trim();
  await done(home, "grant", "--to", key, "--who", "Ana", "--until", "+2h", "--once", "--out", owner.file("ana.txt"));
  await guest.ask(["accept", owner.file("ana.txt"), "--at", address]);
  isSentence(await heard(home, "claim"), 2, /No log was fetched/);
  const output = new Transcript();
  const opening = guest.run(["open", "--wait", "8"], output);
  await output.line(/Yes: the lock opens/);
  porch.visit();
  assert.match(
    (await opening).output,
    /locked again\.\nIts receipt is kept, for visit \d+: latchkey show receipt \d+\n$/,
  );
  assert.match(
    (await guest.run(["show", "receipt"])).output,
    /Visit: +\d+, by Ana \(.*\nSigned: +as it says; give --setup/s,
  );
  const proven = await guest.run(["show", "receipt", "--setup", porch.setup]);
  assert.match(proven.output, /Signed: +by the lock, verified/);
  await done(home, "log");
  const [, number = ""] = /^ *(\d+) {2}.*Ana +phone, unlock/m.exec(await done(home, "claim")) ?? [];
  const file = owner.file("ana.claim");
  const made = await done(home, "claim", number, "--out", file);
  assert.match(made, /^OK: the lock \S+ recorded visit \d+ so/);
  assert.match(made, /Ana +phone, unlock \(use 1\) +door open after/);
  isSentence(await heard(home, "claim", number, "--out", file), 2, /there already/);
  isSentence(await heard(home, "claim", "9999"), 2, /No visit 9999/);
  await done(home, "open", "--wait", "0");
  porch.visit();
  await done(home, "log");
  assert.match(await done(home, "claim"), /^ *\d+ {2}.*owner you +unlock/m);

  writeFileSync(guest.file("setup.txt"), porch.setup);
  const words = ["claim", "verify", file, "--zone", "UTC"];
  const believed = await guest.run([...words, "--lock", guest.file("setup.txt")]);
  assert.equal([believed.exit, believed.errors], [0, ""]);
  assert.match(believed.output, /^OK: the lock/);
  assert.match(believed.output, /Grant: +\S+ for Ana, signed by the owner/);
  const signingKey = toBase64url(parseSetup(fromBase64url(porch.setup)).signingKey);
  const json = await guest.ask([...words, "--lock", signingKey]);
  assert.equal([json["verified"], json["outcome"], json["doubts"]], [true, "secured", []]);
  const refused = await guest.run([...words, "--lock", OTHER_KEY]);
  assert.is(refused.exit, 5);
  assert.match(refused.output, /^NOT OK: do not believe it\.\n {2}It is of another lock/);
  isSentence(await guest.run(words), 2, /Say which lock it must be of/);
  const cut = new Uint8Array(readFileSync(file));
  writeFileSync(guest.file("cut.claim"), cut.subarray(0, cut.length - 1));
  isSentence(await guest.run(["claim", "verify", guest.file("cut.claim"), "--lock", signingKey]), 5, /NOT OK/);
  isSentence(await guest.run(["claim", "verify"]), 2, /FILE is missing/);
  guest.close();
});

test.run();
