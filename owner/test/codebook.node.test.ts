// Goal: the keystore never believes that the lock holds a secret which it may not hold, and never loses one that it may.
// Method: a lock that says yes, says no, or is not heard any more; and what a status says, row by row.

import { hkdfSync } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Answer, SecretState } from "../../firmware/link/message.ts";
import { handSecret, obstacleTo, settleSecret } from "../codebook.ts";
import { EXIT, Failure } from "../failure.ts";
import { createKeystore, openKeystore } from "../keystore.ts";
import type { CodeBook, OwnedLock, Person } from "../person.ts";
import type { Outgoing } from "../phone.ts";
import { COST, Desk, PASSPHRASE } from "./stage.node.ts";

const LOCK_ID = "AAAAAAAAAAA";
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
  const keys = { id: LOCK_ID, name: "home", agreementKey: "", signingKey: "", address: "" };
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

/** By RFC 5869 with node's own HKDF. */
function fingerprint(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hkdfSync("sha256", Buffer.from(secret, "base64url"), LOCK_ID, "LP1 fingerprint", 4));
}
const MINE = { owner: KID, fingerprint: fingerprint(SECRET) };
const FORMER = { owner: KID, fingerprint: fingerprint(Buffer.alloc(32, 8).toString("base64url")) };
const THEIRS = { owner: OTHER, fingerprint: fingerprint(SECRET) };

const status = (...secrets: readonly SecretState[]) => ({ codes: { budget: 0, secrets, pausedDigits: [] } });

const OBSTACLES: readonly (readonly [
  claim: string,
  codes: CodeBook | undefined,
  held: SecretState | undefined,
  obstacle: string,
])[] = [
  ["nobody has one", undefined, undefined, "none"],
  ["the lock has one and this computer none", undefined, MINE, "stranger"],
  ["both have it", book(), MINE, "done"],
  ["the lock has lost it", book(), undefined, "none"],
  ["the yes was never heard", book({ isConfirmed: false }), MINE, "done"],
  ["the lock has another", book(), FORMER, "stranger"],
  ["a new one never reached the lock", book({ isConfirmed: false }), FORMER, "stranger"],
];
for (const [claim, codes, held, obstacle] of OBSTACLES) {
  test(`says "${obstacle}" where ${claim}`, () => {
    const told = held === undefined ? status(THEIRS) : status(THEIRS, held);
    assert.is(obstacleTo(lockWith(codes), told, KID), obstacle);
  });
}

const SETTLED: readonly (readonly [
  claim: string,
  held: SecretState | undefined,
  wasConfirmed: boolean,
  isConfirmed: boolean,
  warning: RegExp | undefined,
])[] = [
  ["believes on in a secret that the lock has", MINE, true, true, undefined],
  ["believes in a secret whose yes was not heard", MINE, false, true, undefined],
  [
    "believes no more in one that the lock has lost",
    undefined,
    true,
    false,
    /no longer holds the secret.*"latchkey pin setup"/,
  ],
  ["believes no more in one that was replaced", FORMER, true, false, /another secret of your key.*backup.*--rotate/],
  ["says nothing twice", FORMER, false, false, undefined],
];
for (const [claim, held, wasConfirmed, isConfirmed, warning] of SETTLED) {
  test(claim, () => {
    const warnings: string[] = [];
    const lock = lockWith(book({ isConfirmed: wasConfirmed }));
    const told = held === undefined ? status(THEIRS) : status(THEIRS, held);
    settleSecret(lock, { status: told, kid: KID }, { warn: (line) => void warnings.push(line) });
    assert.is(lock.codes?.isConfirmed, isConfirmed);
    assert.is(lock.codes?.devices, told.codes.secrets.length);
    assert.is(warnings.length, warning === undefined ? 0 : 1);
    if (warning !== undefined) assert.match(warnings[0] ?? "", warning);
  });
}

test.run();
