// Goal: an owner takes back what was meant and nothing else: a slip of the finger takes back nothing, is kept nowhere, and what once
// was kept stands in nobody's way.
// Method: an owner's commands at a porch, with a grant that has a name, two that have none, and one that was passed on.

import { randomBytes } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openKeystore } from "../keystore.ts";
import { atHome, done, type Home, heard } from "./porch.node.ts";
import { Desk, isSentence, PASSPHRASE } from "./stage.node.ts";

const KEY = "A".repeat(43);
const FUTURE = 4_000_000_000;

function revocationOf({ owner }: Home) {
  return openKeystore(owner.home, PASSPHRASE).person.locks[0]?.revocation;
}

async function grant(home: Home, ...words: readonly string[]): Promise<string> {
  const { link } = await home.owner.ask(["grant", "--to", KEY, "--until", "+1h", ...words]);
  return String(link);
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

test.run();
