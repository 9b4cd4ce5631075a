// Goal: of two commands that run at the same time both leave what they did, a number is used once, and where both changed the same
// thing the second is refused whole.
// Method: one keystore is opened twice, as two commands open it; then a home in which an owner's commands overlap.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createKeystore, type Keystore, openKeystore } from "../keystore.ts";
import type { IssuedGrant, OwnedLock, Person } from "../person.ts";
import { atHome, done, heard } from "./porch.node.ts";
import { COST, isSentence, PASSPHRASE } from "./stage.node.ts";

const SEED = "A".repeat(43);
const KEY = "A".repeat(43);

function lockOf(id: string): OwnedLock {
  const revocation = { seq: 0, generation: 0, links: [], holders: [] };
  const place = { name: id, address: "", zone: "UTC0", zoneName: undefined, checkpoint: undefined };
  return { id, agreementKey: KEY, signingKey: KEY, ...place, seq: 5, revocation, confirmedRevocationSeq: 0 };
}

function grantOf(link: string): IssuedGrant {
  return { link, lockId: "L", who: link, holder: KEY, until: 1, issued: 0, token: "" };
}

/** Opens a keystore with two locks as two commands do, and gives the first lock as each has it. */
function twice(act: (first: Keystore, second: Keystore, folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-merge-"));
  try {
    const person: Person = {
      version: 1,
      seed: SEED,
      recoveryKey: KEY,
      locks: [lockOf("L"), lockOf("M")],
      grants: [grantOf("a")],
      invitations: [],
    };
    createKeystore(folder, person, { passphrase: PASSPHRASE, cost: COST });
    act(openKeystore(folder, PASSPHRASE), openKeystore(folder, PASSPHRASE), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lockIn({ person }: Keystore): OwnedLock {
  const [lock] = person.locks;
  assert.ok(lock !== undefined);
  return lock ?? lockOf("L");
}

test("keeps what both gave away, in the order in which they did", () => {
  twice((first, second, folder) => {
    first.update(() => void first.person.grants.push(grantOf("b")));
    second.update(() => void second.person.grants.push(grantOf("c")));
    const links = ({ person }: Keystore) => person.grants.map(({ link }) => link);
    assert.equal(links(second), ["a", "b", "c"]);
    assert.equal(links(openKeystore(folder, PASSPHRASE)), ["a", "b", "c"]);
  });
});

test("counts a number up once for each", () => {
  twice((first, second) => {
    const [one, two] = [lockIn(first), lockIn(second)];
    const count = (lock: OwnedLock) => () => {
      lock.seq += 1;
    };
    first.update(count(one));
    second.update(count(two));
    assert.equal([one.seq, two.seq], [6, 7]);
    assert.is(lockIn(second), two);
    first.update(count(one));
    assert.is(one.seq, 8);
  });
});

test("takes what only the other changed, and of what only rises the higher", () => {
  twice((first, second) => {
    const [one, two] = [lockIn(first), lockIn(second)];
    const list = (seq: number) => ({ seq, generation: 0, links: [{ link: `${seq}`, until: 1 }], holders: [] });
    Object.assign(one, {
      address: "here",
      revocation: list(3),
      confirmedRevocationSeq: 3,
      confirmedRevocation: list(3),
    });
    first.update();
    Object.assign(two, { name: "home", confirmedRevocationSeq: 2, confirmedRevocation: list(2) });
    second.update();
    assert.equal([two.address, two.name, two.confirmedRevocationSeq], ["here", "home", 3]);
    assert.equal([two.revocation, two.confirmedRevocation], [list(3), list(3)]);
  });
});

const SAME: readonly (readonly [claim: string, first: (person: Person) => void, second: (person: Person) => void])[] = [
  [
    "a name",
    ({ locks: [lock] }) => Object.assign(lock ?? {}, { name: "x" }),
    ({ locks: [lock] }) => Object.assign(lock ?? {}, { name: "y" }),
  ],
  [
    "a list of what was taken back",
    ({ locks: [lock] }) => Object.assign(lock ?? {}, { revocation: { seq: 1, generation: 1, links: [], holders: [] } }),
    ({ locks: [lock] }) =>
      Object.assign(lock ?? {}, { revocation: { seq: 1, generation: 0, links: [], holders: ["h"] } }),
  ],
  [
    "a lock that is gone",
    ({ locks }) => void locks.splice(0, 1),
    ({ locks: [lock] }) => Object.assign(lock ?? {}, { name: "y" }),
  ],
];
for (const [claim, changeFirst, changeSecond] of SAME) {
  test(`refuses the second change of ${claim}, and writes nothing`, () => {
    twice((first, second, folder) => {
      changeFirst(first.person);
      first.save();
      const before = readFileSync(join(folder, "keystore.json"), "utf8");
      changeSecond(second.person);
      assert.throws(() => second.update(), /Another latchkey command .* at the same time: run this one again/);
      assert.is(readFileSync(join(folder, "keystore.json"), "utf8"), before);
      assert.equal(readdirSync(folder), ["keystore.json"]);
    });
  });
}

test("writes nothing where nothing is new", () => {
  twice((first, _, folder) => {
    const before = readFileSync(join(folder, "keystore.json"), "utf8");
    writeFileSync(join(folder, "keystore.json.writing"), "");
    first.update();
    assert.is(readFileSync(join(folder, "keystore.json"), "utf8"), before);
  });
});

test("waits while another command writes", () => {
  twice((first, _, folder) => {
    const turn = join(folder, "keystore.json.writing");
    writeFileSync(turn, "");
    const words = `setTimeout(() => require("node:fs").rmSync(${JSON.stringify(turn)}), 200)`;
    spawn(process.execPath, ["-e", words], { stdio: "ignore" });
    first.save();
    assert.not.ok(existsSync(turn));
  });
});

atHome(
  "five grants at once are five grants, and whoever asks the lock meanwhile is told",
  async ({ owner, address }) => {
    const files = ["1", "2", "3", "4", "5"].map((name) => owner.file(name));
    const until = ["--until", "+1h"];
    const given = files.map((file) => owner.run(["grant", "--to", KEY, ...until, "--out", file]));
    // The lock's host name is another one than that which is kept: each of them has this to note.
    const at = ["--at", address.replace("127.0.0.1", "localhost")];
    const asked = ["status", "status"].map((word) => owner.run([word, ...at]));
    for (const { exit, errors } of await Promise.all([...given, ...asked])) assert.equal([exit, errors], [0, ""]);
    const { grants } = openKeystore(owner.home, PASSPHRASE).person;
    assert.is(grants.length, 5);
    assert.ok(files.every((file) => existsSync(file)));
  },
  false,
);

atHome(
  "an invitation is handed over only once it is noted, and noted only where it can be handed over",
  async (home) => {
    const { owner } = home;
    const grant = ["grant", "--to", KEY, "--until", "+1h", "--out"];
    const draft = join(owner.home, `keystore.json.${process.pid}.draft`);
    mkdirSync(draft);
    isSentence(await heard(home, ...grant, owner.file("full.txt")), 2, /./);
    rmSync(draft, { recursive: true });
    assert.not.ok(existsSync(owner.file("full.txt")));
    isSentence(await heard(home, ...grant, owner.file("none/x.txt")), 2, /cannot be written: choose another place/);
    assert.match(await done(home, "revoke"), /^You gave no grants/);
    assert.match(await done(home, ...grant, owner.file("good.txt")), /^For:/);
  },
  false,
);

test.run();
