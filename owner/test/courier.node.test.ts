// Goal: a guest at the door is told what happened: a no is a no and no broken lock, a visit that the camera ended is not done, and a
// grant that was taken back does not hide another that is good.
// Method: a guest's commands at a porch, with the real camera in the hall where the grant wants one.

import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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

inHall("a visit that the camera ended is not done, and has its receipt", async (home, hall, at) => {
  await settle(home, hall, at);
  await done(home, "camera", "mode", "visits");
  const guest = await invite(home, ["--who", "Carl", "--role", "courier"]);
  const heard = new Transcript();
  const opening = guest.run(["open", "--wait", "30"], heard);
  await heard.line(/go in/);
  hall.isLooking = false;
  const { exit, output } = await opening;
  guest.close();
  assert.match(output, /The camera fails: the lock throws its bolt\.\nThe door is locked again\.\n/);
  assert.match(output, /The visit was ended: the camera failed\.\nIts receipt is kept/);
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
    assert.match(
      refused.errors,
      /^The lock said no, .*\n {2}The owner may have taken it back, or be the lock's owner no more\.\n/s,
    );
    assert.match(refused.errors, /\n {2}Your 3 other invitations to it were refused too\.\n$/);
    isSentence(await guest.run(["open", "--grant", home.owner.file("grant0.txt")]), 1, /^The lock said no/);
    guest.close();
  },
  false,
);

/** Fills the disk for the next change of the keys in that folder. */
function fillDisk({ home }: Desk, of = "keystore.json"): void {
  symlinkSync("/dev/full", draftOf(home, of));
}

function draftOf(home: string, of = "keystore.json"): string {
  return join(home, `${of}.${process.pid}.draft`);
}

const UNNOTED =
  /^The keys' folder cannot be written.*: this command goes on, and what it learns is not noted there\.\n$/;
atHome(
  "a full disk keeps nobody before the door, an owner or a guest, and what must be noted is refused",
  async (home) => {
    const { owner, porch, address } = home;
    const guest = await invite(home, ["--until", "+1h"]);
    for (const word of ["open", "open", "lock"]) {
      fillDisk(owner);
      const { exit, output, errors } = await owner.run([word, "--wait", "0"]);
      assert.equal([exit, output.slice(0, 4)], [0, "Yes:"]);
      assert.match(errors, UNNOTED);
    }
    assert.equal(await owner.run(["open", "--wait", "0"]), { exit: 0, output: "Yes: the lock opens.\n", errors: "" });
    porch.visit();
    fillDisk(guest);
    const moved = ["open", "--wait", "0", "--at", address.replace("127.0.0.1", "localhost")];
    const { exit, errors } = await guest.run(moved);
    assert.is(exit, 0);
    assert.match(errors, UNNOTED);
    porch.visit();
    const said = new Transcript();
    const opening = guest.run(["open", "--wait", "9"], said);
    await said.line(/Yes/);
    fillDisk(guest, `receipts-${porch.lockId}.sealed`);
    porch.visit();
    const seen = await opening;
    assert.equal([seen.exit, /locked again\.\n$/.test(seen.output)], [0, true]);
    assert.match(seen.errors, /^The receipt of your visit cannot be kept.*\n$/);
    rmSync(draftOf(guest.home, `receipts-${porch.lockId}.sealed`), { force: true });
    writeFileSync(join(guest.home, `receipts-${porch.lockId}.sealed`), "half of what it was");
    const later = new Transcript();
    const last = guest.run(["open", "--wait", "9"], later);
    await later.line(/Yes/);
    porch.visit();
    const through = await last;
    assert.equal([through.exit, /locked again\.\n$/.test(through.output)], [0, true], through.errors);
    assert.match(through.errors, /^The receipt of your visit is not kept: .* was changed: .*\n$/);
    fillDisk(owner);
    isSentence(await owner.run(["grant", "--to", "A".repeat(43), "--until", "+1h"]), 2, /^The disk is full/);
    guest.close();
  },
);

atHome(
  "whoever gives a grant whose hours never come is told before the guest is at the door",
  async ({ owner }) => {
    const day = ["--from", "2027-06-07 10:00", "--until", "2027-06-07 18:00"];
    for (const [hours, said] of [
      ["tue 09:00-12:00", /^None of its hours lies between its begin and its end, so it opens nothing: .*\n$/],
      ["mon 17:59-20:00", /^$/],
    ] as const) {
      const { exit, errors } = await owner.run(["grant", "--to", "A".repeat(43), ...day, "--weekly", hours]);
      assert.is(exit, 0);
      assert.match(errors, said);
    }
  },
  false,
);

atHome(
  "what was taken back waits for a disk with room, or what is given afterwards would end as another device's",
  async (home) => {
    const { owner, porch } = home;
    const away = await owner.run(["revoke", "--all", "--at", "127.0.0.1:1"]);
    assert.is(away.exit, 3, away.errors);
    // No file can be made there, however often it is tried.
    symlinkSync("/sys/nothing", draftOf(owner.home));
    const { exit, errors } = await owner.run(["open", "--wait", "0"]);
    assert.is(exit, 0, errors);
    assert.match(
      errors,
      /^The keys' folder cannot be written.*\nThat you took back all was not handed to the lock.*\n$/,
    );
    porch.visit();
    rmSync(draftOf(owner.home));
    const guest = await invite(home, ["--until", "+1h"]);
    const later = await owner.run(["status"]);
    assert.equal([later.exit, later.errors], [0, ""]);
    assert.match(later.output, /Taken back: .*, confirmed by the lock/);
    const opened = await guest.run(["open", "--wait", "0"]);
    assert.is(opened.exit, 0, opened.errors);
    guest.close();
  },
  false,
);

test.run();
