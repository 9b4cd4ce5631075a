// Goal: a guest at the door is told what happened: a no is a no and no broken lock, a visit that the camera ended is not done, and a
// grant that was taken back does not hide another that is good.
// Method: a guest's commands at a porch, with the real camera in the hall where the grant wants one.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { inHall, settle } from "./hall.node.ts";
import { atHome, done, type Home } from "./porch.node.ts";
import { Desk, isSentence, Transcript } from "./stage.node.ts";

/** Gives a guest who has accepted grants with those limits, one after the other. */
async function invite(home: Home, ...grants: readonly (readonly string[])[]): Promise<Desk> {
  const guest = new Desk();
  guest.init(Buffer.alloc(32, 5).toString("base64url"));
  const key = String((await guest.ask(["id"]))["key"]);
  for (const [index, words] of grants.entries()) {
    const file = home.owner.file(`grant${index}.txt`);
    await done(home, "grant", "--to", key, ...words, "--out", file);
    await guest.ask(["accept", file, "--at", home.address]);
  }
  return guest;
}

inHall("a courier whose one use is spent is told no, and not that the lock broke", async (home, hall, at) => {
  await settle(home, hall, at);
  await done(home, "camera", "mode", "visits");
  const guest = await invite(home, ["--who", "Carl", "--role", "courier"]);
  await guest.ask(["open", "--wait", "0"]);
  home.porch.visit();
  hall.pass(40_000);
  const again = await guest.run(["open"]);
  guest.close();
  assert.is(again.exit, 1, again.errors);
  assert.match(again.output, /^The camera has to see who comes.*\n$/);
  assert.match(again.errors, /^The lock said no, .*\n.*The camera inside.*\n {2}Its one use may be spent\./);
});

inHall("a visit that the camera ended is not done", async (home, hall, at) => {
  await settle(home, hall, at);
  await done(home, "camera", "mode", "visits");
  const guest = await invite(home, ["--who", "Carl", "--role", "courier"]);
  const heard = new Transcript();
  const opening = guest.run(["open", "--wait", "30"], heard);
  await heard.line(/go in/);
  hall.isLooking = false;
  const { exit, output } = await opening;
  guest.close();
  assert.match(output, /The camera fails, so the door is locked again\.\n/);
  assert.is(exit, 1);
});

atHome(
  "a grant that was taken back hides no other that is good, and what opened is named",
  async (home) => {
    const guest = await invite(home, ["--until", "+1h"], ["--until", "+2h"], ["--until", "+3h"], ["--until", "+4d"]);
    const links = (await home.owner.ask(["revoke"]))["grants"] as readonly { readonly link: string }[];
    const [first, , third, last] = links.map(({ link }) => link);
    await done(home, "revoke", "3");
    await done(home, "revoke", "4");
    const opened = await guest.run(["open", "--wait", "0"]);
    assert.equal([opened.exit, opened.errors], [0, ""]);
    const no = (link: string | undefined, next: RegExp) =>
      new RegExp(`^The lock said no to your invitation ${link}: asking by ${next.source}, until .*\\.$`, "m");
    assert.match(opened.output, no(last, new RegExp(String(third))));
    assert.match(opened.output, no(third, /\S{11}/));
    assert.match(opened.output, /\nYes: the lock opens\.\n$/);
    home.porch.visit();
    await done(home, "revoke", "2");
    const object = await guest.ask(["open", "--wait", "0"]);
    assert.equal([object["exit"], object["grant"]], [0, first]);
    home.porch.visit();
    await done(home, "revoke", "1");
    const refused = await guest.run(["open"]);
    assert.is(refused.exit, 1);
    assert.match(refused.errors, /^The lock said no, .*\n {2}The owner may have taken it back\.\n/s);
    assert.match(refused.errors, /\n {2}Your 3 other invitations to it were refused too\.\n$/);
    isSentence(await guest.run(["open", "--grant", home.owner.file("grant0.txt")]), 1, /^The lock said no/);
    guest.close();
  },
  false,
);

test.run();
