// Goal: an owner takes back what was meant and nothing else: a slip of the finger takes back nothing, is kept nowhere, and what once
// was kept stands in nobody's way.
// What was taken back stays so, whatever is taken back after it, on this computer or on another one with the same keys.
// Method: an owner's commands at a porch, with a grant that has a name, two that have none, and one that was passed on; and guests
// at the door, let in by owners and by copies of their keystore.

import { randomBytes } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openKeystore } from "../keystore.ts";
import { addOwner, atHome, done, type Home, heard } from "./porch.node.ts";
import { Desk, isSentence, PASSPHRASE, writeTampered } from "./stage.node.ts";

const KEY = "A".repeat(43);
const FUTURE = 4_000_000_000;

function revocationOf({ owner }: Home) {
  return openKeystore(owner.home, PASSPHRASE).person.locks[0]?.revocation;
}

async function grant(home: Home, ...words: readonly string[]): Promise<string> {
  const { link } = await home.owner.ask(["grant", "--to", KEY, "--until", "+1h", ...words]);
  return String(link);
}

/** Runs a test at a home without a keypad, with other people's desks that end with it. */
function withPeople(claim: string, act: (home: Home, people: readonly [Desk, Desk]) => Promise<void>): void {
  const play = async (home: Home) => {
    const people = [new Desk(), new Desk()] as const;
    try {
      for (const desk of people) desk.init(randomBytes(32).toString("base64url"));
      await act(home, people);
    } finally {
      for (const desk of people) desk.close();
    }
  };
  atHome(claim, play, false);
}

/** Runs a test with a second computer of the owner, which knows nothing of what the first one does after it. */
function withCopy(claim: string, act: (home: Home, copy: Desk, guest: Desk) => Promise<void>): void {
  withPeople(claim, async (home, [guest, other]) => {
    await invite(home, home.owner, other);
    const copy = home.owner.copy();
    try {
      await act(home, copy, guest);
    } finally {
      copy.close();
    }
  });
}

async function invite(home: Home, by: Desk, guest: Desk, ...words: readonly string[]): Promise<string> {
  const file = guest.file("grant.txt");
  const { key } = await guest.ask(["id"]);
  await by.ask(["grant", "--to", String(key), "--until", "+1d", ...words, "--out", file]);
  await guest.ask(["accept", file, "--at", home.address]);
  return file;
}

/** Whether a guest gets in; the door is locked again behind. */
async function getsIn({ porch }: Home, guest: Desk): Promise<boolean> {
  const { exit } = await guest.run(["open", "--wait", "0"]);
  if (exit === 0) porch.visit();
  porch.passTime(60);
  return exit === 0;
}

/** What an owner may type who meant a name, and what they are told. */
const SLIPS: readonly (readonly [words: readonly string[], what: RegExp])[] = [
  [["Christopher"], /^You gave no grant to "Christopher": "latchkey revoke" lists/],
  [["Christopher", "--unlisted"], /^You gave no grant to "Christopher"/],
  [["Dogs"], /^You gave no grant to "Dogs"/],
  [[""], /^An empty text names no grant: .* by its number/],
  [[" "], /^An empty text names no grant/],
  [["dog-sitters"], /^"dog-sitters" is not in your list: .*add --unlisted/],
  [["Dog sitter", "dog-sitters"], /^"dog-sitters" is not in your list/],
];

atHome(
  "a slip of the finger takes nothing back, and nothing of it is kept",
  async (home) => {
    await grant(home, "--who", "Dog sitter");
    await grant(home);
    for (const [words, what] of SLIPS) {
      isSentence(await heard(home, "revoke", ...words), 2, what);
      assert.equal(revocationOf(home), { seq: 0, generation: 0, links: [], holders: [] });
    }
    await done(home, "status");
    assert.match(await done(home, "revoke", "2"), /^Taken back: \(no name\) /);
    assert.is(revocationOf(home)?.links.length, 1);
  },
  false,
);

atHome(
  "a grant that was passed on is taken back by the name that its owner was told, with a warning",
  async (home) => {
    const { owner, address } = home;
    const company = new Desk();
    company.init(randomBytes(32).toString("base64url"));
    const key = String((await company.ask(["id"]))["key"]);
    const file = owner.file("company.txt");
    await done(home, "grant", "--to", key, "--until", "+1h", "--delegable", "1", "--out", file);
    await company.ask(["accept", file, "--at", address]);
    const passed = await company.run(["delegate", "--to", KEY]);
    const [, link = ""] = /the owner runs: latchkey revoke (\S{11}) --unlisted\)/.exec(passed.output) ?? [];
    company.close();
    isSentence(await heard(home, "revoke", link), 2, /is not in your list: .*add --unlisted/);
    const ran = await heard(home, "revoke", link, "--unlisted");
    assert.is(ran.exit, 0);
    assert.match(ran.output, `Taken back: ${link}, which is not in your list\nConfirmed: `);
    assert.match(ran.errors, `No grant in your list has the name ${link}: this counts only if whoever passed one on`);
    assert.equal(
      revocationOf(home)?.links.map((entry) => entry.link),
      [link],
    );
  },
  false,
);

atHome(
  "a keystore that holds a name of no grant still opens, says so once, and is mended",
  async (home) => {
    const { owner } = home;
    const link = await grant(home);
    const keystore = openKeystore(owner.home, PASSPHRASE);
    const [lock] = keystore.person.locks;
    assert.ok(lock !== undefined);
    if (lock === undefined) return;
    const links = [
      { link: "Christopher", until: FUTURE },
      { link, until: FUTURE },
      { link: "AAAA", until: FUTURE },
    ];
    lock.revocation = { seq: 1, generation: 0, links, holders: [] };
    keystore.save();
    const first = await heard(home, "status");
    assert.is(first.exit, 0, first.errors);
    assert.match(first.errors, /"Christopher" is the name of no grant, so nothing was taken back by it/);
    assert.match(first.errors, /"AAAA" is the name of no grant/);
    assert.match(first.output, /Taken back: +1 grant, confirmed by the lock\n/);
    const second = await heard(home, "status");
    assert.equal([second.exit, second.errors], [0, ""]);
    assert.equal(
      revocationOf(home)?.links.map((entry) => entry.link),
      [link],
    );
  },
  false,
);

withPeople("taking all back gives nothing back that another owner gave", async (home, [paul, guest]) => {
  await addOwner(home, paul);
  const file = await invite(home, paul, guest);
  assert.is(await getsIn(home, guest), true);
  const ran = await heard(home, "revoke", file);
  assert.is(ran.exit, 0);
  assert.match(ran.errors, /comes of another owner's grant, whose signature cannot be verified here: .*\.\n$/);
  assert.is(await getsIn(home, guest), false);
  assert.match(await done(home, "revoke", "--all"), /Confirmed/);
  assert.is(await getsIn(home, guest), false);
  assert.match(await done(home, "status"), /Taken back: +1 grant, all grants from before the last --all, confirmed/);
});

withPeople("taking all back needs no entry for what this owner gave", async (home, [guest]) => {
  await invite(home, home.owner, guest, "--who", "Gina");
  await done(home, "revoke", "Gina");
  await done(home, "revoke", "--all");
  assert.equal(revocationOf(home), { seq: 2, generation: 1, links: [], holders: [] });
  assert.is(await getsIn(home, guest), false);
  assert.match(await done(home, "revoke"), /Gina .*taken back,/);
});

withPeople(
  "taking all back leaves what hangs under another owner's grant, and says nothing else",
  async (home, people) => {
    const [paul, guest] = people;
    await addOwner(home, paul);
    await invite(home, paul, home.owner, "--delegable", "1");
    const { key } = await guest.ask(["id"]);
    const file = home.owner.file("passed.txt");
    await done(home, "delegate", "--to", String(key), "--who", "Gina", "--out", file);
    await guest.ask(["accept", file, "--at", home.address]);
    assert.equal((await home.owner.ask(["revoke", "--all"]))["revoked"], []);
    assert.match(await done(home, "revoke"), /Gina .*valid,/);
    assert.is(await getsIn(home, guest), true);
    const both = await home.owner.ask(["revoke", "Gina", "--all"]);
    assert.is((both["revoked"] as readonly string[]).length, 1);
    assert.is(await getsIn(home, guest), false);
  },
);

withCopy("what a computer that is a generation behind takes back stays taken back", async (home, copy, guest) => {
  await done(home, "revoke", "--all");
  const file = await invite(home, home.owner, guest);
  assert.is(await getsIn(home, guest), true);
  const { exit, output } = await copy.run(["revoke", file]);
  assert.is(exit, 0);
  assert.match(output, /Confirmed: the lock holds the list\.\n$/);
  assert.is(await getsIn(home, guest), false);
});

withCopy(
  "taking all back, late, drops nothing that another computer took back meanwhile",
  async (home, copy, guest) => {
    await done(home, "revoke", "--all", "--file", home.owner.file("list.txt"));
    const file = await invite(home, home.owner, guest);
    assert.is((await copy.run(["revoke", file])).exit, 0);
    assert.is(await getsIn(home, guest), false);
    await done(home, "status");
    assert.is(await getsIn(home, guest), false);
  },
);

withCopy(
  "taking all back where another computer did so first ends what was given there since",
  async (home, copy, guest) => {
    await done(home, "revoke", "--all");
    await invite(home, home.owner, guest);
    assert.is(await getsIn(home, guest), true);
    const { exit, output, errors } = await copy.run(["revoke", "--all"]);
    assert.is(exit, 0);
    assert.match(output, /Confirmed: the lock holds the list\.\n$/);
    assert.match(
      errors,
      /on another device of yours too: .* this ends all that you gave until now, there and here\.\n/,
    );
    assert.is(await getsIn(home, guest), false);
    await invite(home, copy, guest);
    assert.is((await copy.run(["status"])).errors, "");
    assert.is(await getsIn(home, guest), true);
  },
);

withPeople(
  "what was given since all was taken back stays, where somebody else brought the list",
  async (home, people) => {
    const [bearer, guest] = people;
    await invite(home, home.owner, bearer);
    const file = home.owner.file("list.txt");
    await done(home, "revoke", "--all", "--file", file);
    await invite(home, home.owner, guest);
    assert.is((await bearer.run(["carry", file])).exit, 0);
    assert.equal(await heard(home, "status").then(({ exit, errors }) => [exit, errors]), [0, ""]);
    assert.is(revocationOf(home)?.generation, 1);
    assert.is(await getsIn(home, guest), true);
    assert.is(await getsIn(home, bearer), false);
  },
);

/** Names of grants that nobody here gave. */
function strangers(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => Buffer.alloc(8, first + index).toString("base64url"));
}

withCopy(
  "a list that is too long with another computer's hinders nothing, and all is taken back with what fits of it",
  async (home, copy, guest) => {
    await invite(home, home.owner, guest);
    assert.is((await copy.run(["revoke", ...strangers(100, 48), "--unlisted"])).exit, 0);
    const [stranger = ""] = strangers(1, 1);
    const crowded = await heard(home, "revoke", stranger, "--unlisted");
    assert.is(crowded.exit, 1);
    assert.match(
      crowded.errors,
      /too long together .*NOT taken back is 1 grant \(AQEBAQEBAQE\)\. "latchkey revoke --all"/,
    );
    assert.match(crowded.output, /NOT CONFIRMED by the lock yet\.\n$/);
    assert.match(await done(home, "status"), /Taken back: +1 grant; NOT CONFIRMED/);
    assert.is(await getsIn(home, guest), true);
    const both = await heard(home, "revoke", stranger, "--unlisted", "--all");
    assert.match(both.errors, /left out is 1 grant \(AQEBAQEBAQE\)\..*may open again/);
    assert.match(both.output, /NOT CONFIRMED: the list has no room for all that you named\.\n$/);
    assert.is(await getsIn(home, guest), false);
    const again = await heard(home, "revoke", "--all");
    assert.equal([again.exit, again.errors], [0, ""]);
    isSentence(await heard(home, "revoke", stranger, "--unlisted"), 2, /^The list holds 48 grants and 16 keys at most/);
    assert.is(revocationOf(home)?.links.length, 48);
  },
);

atHome(
  "a list loses what is over when the lock says so, and nothing by this computer's clock alone",
  async (home) => {
    await grant(home, "--who", "Gina");
    await grant(home, "--who", "Carl");
    await done(home, "revoke", "Gina");
    const keystore = openKeystore(home.owner.home, PASSPHRASE);
    const [lock] = keystore.person.locks;
    if (lock === undefined) throw new Error("there is no lock");
    const links = lock.revocation.links.map((entry) => ({ ...entry, until: 1_600_000_000 }));
    lock.revocation = { ...lock.revocation, links };
    keystore.save();
    await done(home, "revoke", "Carl", "--file", home.owner.file("list.txt"));
    assert.is(revocationOf(home)?.links.length, 2);
    assert.match(await done(home, "status"), /Taken back: +1 grant, confirmed by the lock\n/);
    assert.is(revocationOf(home)?.links.length, 1);
  },
  false,
);

withPeople("takes back no invitation that nobody signed as it is", async (home, [company, courier]) => {
  await invite(home, home.owner, company, "--delegable", "1");
  const { key } = await courier.ask(["id"]);
  await company.ask(["delegate", "--to", String(key), "--out", courier.file("grant.txt")]);
  for (const [taken, desk] of [company, courier].entries()) {
    const text = desk.read("grant.txt");
    const changed = home.owner.file("changed.txt");
    writeTampered(changed, text, text.length - 20);
    isSentence(
      await heard(home, "revoke", changed),
      5,
      /^A signature inside that invitation does not hold.*sent again/,
    );
    assert.is(revocationOf(home)?.seq, taken);
    const { exit, errors } = await heard(home, "revoke", desk.file("grant.txt"));
    assert.equal([exit, errors], [0, ""]);
  }
  assert.is(revocationOf(home)?.links.length, 2);
});

test.run();
