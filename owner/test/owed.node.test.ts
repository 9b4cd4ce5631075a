// Goal: a film that was not opened by whoever fetched it stays owed to whom it is sealed for, and a camera that hangs anew tells what it
// still knows of before.
// Method: two owners at a porch, a camera in the hall that seals for one of them; every command is typed.

import { randomBytes } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inHall, settle } from "./hall.node.ts";
import { addOwner, done } from "./porch.node.ts";
import { Desk } from "./stage.node.ts";

inHall("an owner whose key opens no film takes none of them from the other", async (home, hall, at) => {
  await settle(home, hall, at);
  hall.isWalked = true;
  hall.pass(4_000);
  hall.isWalked = false;
  hall.pass(20_000);
  const paul = new Desk();
  try {
    paul.init(randomBytes(32).toString("base64url"));
    await addOwner(home, paul);
    const [film] = (await home.owner.ask(["clip", "list"]))["clips"] as readonly { readonly clip: string }[];
    const name = film?.clip ?? "";
    const theirs = await paul.run(["clip", "get", name, "--out", paul.file("theirs.mkv.age"), ...at]);
    assert.is(theirs.exit, 0, theirs.errors);
    assert.match(
      theirs.errors,
      /^Your key does not open it, so the camera keeps the film as one that nobody fetched\./,
    );
    assert.match(await done(home, "clip", "list"), new RegExp(`NOT FETCHED {2}${name}`));
    await done(home, "clip", "get", name, "--out", home.owner.file("mine.mkv.age"));
    assert.match(await done(home, "clip", "list"), new RegExp(`, fetched {2}${name}`));
  } finally {
    paul.close();
  }
});

test.run();
