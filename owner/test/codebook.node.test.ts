// Goal: the keystore never believes that the lock holds a secret which it may not hold, and never loses one that it may.
// Method: a lock that says yes, says no, or is not heard any more; and what a status says, row by row.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Answer } from "../../firmware/link/message.ts";
import { handSecret, obstacleTo, settleSecret } from "../codebook.ts";
import { EXIT, Failure } from "../failure.ts";
import { createKeystore, openKeystore } from "../keystore.ts";
import type { CodeBook, OwnedLock, Person } from "../person.ts";
import type { Outgoing } from "../phone.ts";
import { COST, Desk, PASSPHRASE } from "./stage.node.ts";

const KID = new Uint8Array(8).fill(1);
const OTHER = new Uint8Array(8).fill(2);
const SECRET = Buffer.alloc(32, 9).toString("base64url");
const GIVEN = { windowClass: 5, serial: 0, startHour: 500_000, who: "Ana", issued: 0 };

function book(more: Partial<CodeBook> = {}): CodeBook {
  return { secret: SECRET, isConfirmed: true, devices: 1, given: [GIVEN], ...more };
}

function lockWith(codes: CodeBook | undefined): OwnedLock {
  const revocation = {
    seq: 3,
    generation: 0,
    links: [],
    holders: [],
    codes: [{ codeClass: 5, serial: 0, start: 500_000 }],
  };
  const keys = { id: "AAAAAAAAAAA", name: "home", agreementKey: "", signingKey: "", address: "" };
  const rest = {
    zone: "UTC0",
    zoneName: undefined,
    seq: 1,
    revocation,
    confirmedRevocationSeq: 3,
    checkpoint: undefined,
  };
  return { ...keys, ...rest, ...(codes === undefined ? {} : { codes }) };
}

/** A lock that answers so, and what it was sent. */
class Answering {
  readonly sent: string[] = [];
  private readonly answer: "yes" | "no" | "silence";

  constructor(answer: "yes" | "no" | "silence") {
    this.answer = answer;
  }

  async ask(outgoing: Outgoing): Promise<Answer> {
    if (outgoing.kind === "codeSecret") this.sent.push(Buffer.from(outgoing.secret).toString("base64url"));
    if (this.answer === "silence") throw new Failure(EXIT.UNREACHABLE, "nothing is heard");
    return this.answer === "yes" ? { kind: "yes", id: 1 } : { kind: "no", id: 1, denial: "rate" };
  }
}

/** What stands on the disk, as another command would find it. */
function found(desk: Desk): OwnedLock | undefined {
  return openKeystore(desk.home, PASSPHRASE).person.locks[0];
}

async function hand(
  codes: CodeBook | undefined,
  answer: "yes" | "no" | "silence",
  isNew = false,
): Promise<{ readonly lock: OwnedLock | undefined; readonly sent: readonly string[] }> {
  const desk = new Desk();
  try {
    const lock = lockWith(codes);
    const person: Person = {
      version: 1,
      seed: SECRET,
      recoveryKey: SECRET,
      locks: [lock],
      grants: [],
      invitations: [],
    };
    const keystore = createKeystore(desk.home, person, { passphrase: PASSPHRASE, cost: COST });
    const conversation = new Answering(answer);
    await handSecret(keystore, lock, { conversation, isNew }).catch((error) => assert.instance(error, Failure));
    return { lock: found(desk), sent: conversation.sent };
  } finally {
    desk.close();
  }
}

test("makes a secret of 32 bytes, and believes in it when the lock says yes", async () => {
  const { lock, sent } = await hand(undefined, "yes");
  assert.is(Buffer.from(lock?.codes?.secret ?? "", "base64url").length, 32);
  assert.equal(sent, [lock?.codes?.secret]);
  assert.is(lock?.codes?.isConfirmed, true);
});

test("keeps a secret of which it does not know whether the lock has it, and hands over the same one next time", async () => {
  const { lock, sent } = await hand(undefined, "silence");
  assert.is(lock?.codes?.isConfirmed, false);
  assert.equal(sent, [lock?.codes?.secret]);
  const again = await hand(lock?.codes, "yes");
  assert.equal(again.sent, sent);
  assert.is(again.lock?.codes?.isConfirmed, true);
});

test("forgets a secret that the lock refused, and goes on with the former one", async () => {
  assert.is((await hand(undefined, "no")).lock?.codes, undefined);
  const { lock, sent } = await hand(book(), "no", true);
  assert.equal(lock?.codes, book());
  assert.is.not(sent[0], SECRET);
});

test("ends what came of the former secret, and takes nothing of it back any more", async () => {
  const { lock, sent } = await hand(book(), "yes", true);
  assert.is(lock?.codes?.secret, sent[0]);
  assert.is.not(sent[0], SECRET);
  assert.equal(lock?.codes?.given, [{ ...GIVEN, isOver: true }]);
  assert.equal([lock?.revocation.codes, lock?.revocation.seq], [undefined, 4]);
});

test("keeps what was taken back where the same secret is handed over again", async () => {
  const { lock, sent } = await hand(book({ isConfirmed: false }), "yes");
  assert.equal(sent, [SECRET]);
  assert.equal([lock?.codes?.given, lock?.revocation.seq], [[GIVEN], 3]);
});

const status = (...secrets: readonly Uint8Array<ArrayBuffer>[]) => ({
  codes: { budget: 0, secrets, pausedDigits: [] },
});

const OBSTACLES: readonly (readonly [claim: string, codes: CodeBook | undefined, isHeld: boolean, obstacle: string])[] =
  [
    ["nobody has one", undefined, false, "none"],
    ["the lock has one that is not known here", undefined, true, "stranger"],
    ["both have it", book(), true, "done"],
    ["the lock has lost it", book(), false, "none"],
    ["the last one was never confirmed", book({ isConfirmed: false }), true, "none"],
  ];
for (const [claim, codes, isHeld, obstacle] of OBSTACLES) {
  test(`says "${obstacle}" where ${claim}`, () => {
    const told = isHeld ? status(OTHER, KID) : status(OTHER);
    assert.is(obstacleTo(lockWith(codes), told, KID), obstacle);
  });
}

test("believes no more in a secret that the lock has lost, and says so once", () => {
  const warnings: string[] = [];
  const terminal = { warn: (line: string) => void warnings.push(line) };
  const lock = lockWith(book());
  settleSecret(lock, { status: status(OTHER, KID), kid: KID }, terminal);
  assert.equal([lock.codes?.isConfirmed, lock.codes?.devices, warnings.length], [true, 2, 0]);
  for (let count = 0; count < 2; count++) settleSecret(lock, { status: status(OTHER), kid: KID }, terminal);
  assert.equal([lock.codes?.isConfirmed, lock.codes?.devices, warnings.length], [false, 1, 1]);
  settleSecret(lockWith(undefined), { status: status(KID), kid: KID }, terminal);
  assert.is(warnings.length, 1);
});

test.run();
