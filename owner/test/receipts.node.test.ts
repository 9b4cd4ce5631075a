// Goal: a receipt is kept by whom it is for, if the lock signed it, and shown with the text that proves it to others.
// Method: a lock's receipts, genuine and not, row by row; then two people's keystores, and the command that shows what they have.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Bytes, toBase64url } from "../../firmware/bytes.ts";
import { encodeSetup } from "../../firmware/link/label.ts";
import { createKeystore, type Keystore, openKeystore } from "../keystore.ts";
import type { Person } from "../person.ts";
import { judgeReceipt, KEPT_MAX, keepReceipt, keptReceipts, type ReceiptCase, sayKept } from "../receipts.ts";
import { COURIER, OWNER, receiptOf, type Scribe, tokensOf, VISIT, write } from "./daybook.node.ts";
import { COST, Desk, isSentence, PASSPHRASE } from "./stage.node.ts";

interface Scene {
  scribe: Scribe;
  other: Scribe;
}

const test = suite<Scene>("receipts");

test.before((scene) => {
  scene.scribe = write(1);
  scene.other = write(2);
});

const flip = (bytes: Bytes, at: number): Bytes => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
const ownerOf = ({ scribe }: Scene): ReceiptCase => ({
  lockId: scribe.lockId,
  lockKey: scribe.publicKey,
  holder: undefined,
});
const guestOf = ({ scribe }: Scene): ReceiptCase => ({
  lockId: scribe.lockId,
  lockKey: undefined,
  holder: COURIER.kid,
});
for (const [outcome, ended] of [
  ["secured", []],
  ["camera", ["The visit was ended: the camera failed."]],
] as const)
  test(`says of a visit that ended ${outcome} why it was ended`, (scene) => {
    const receipt = judgeReceipt(receiptOf(scene.scribe, { outcome }), ownerOf(scene));
    assert.ok(receipt !== undefined);
    const kept = `Its receipt is kept, for visit ${VISIT}: latchkey show receipt ${VISIT}`;
    assert.equal(receipt && sayKept(receipt), [...ended, kept]);
  });

type Row = readonly [name: string, make: (scene: Scene) => Bytes, by: (scene: Scene) => ReceiptCase, isKept: boolean];

const ROWS: readonly Row[] = [
  ["the owner's", ({ scribe }) => receiptOf(scribe), ownerOf, true],
  ["the guest's own", ({ scribe }) => receiptOf(scribe), guestOf, true],
  ["a code's, by the owner", ({ scribe }) => receiptOf(scribe, { grant: undefined }), ownerOf, true],
  ["a code's, by a guest", ({ scribe }) => receiptOf(scribe, { grant: undefined }), guestOf, false],
  ["another guest's", ({ scribe }) => receiptOf(scribe), (scene) => ({ ...guestOf(scene), holder: OWNER.kid }), false],
  ["another lock's, by the owner", ({ other }) => receiptOf(other), ownerOf, false],
  ["another lock's, by a guest", ({ other }) => receiptOf(other), guestOf, false],
  [
    "another lock's that names this one",
    ({ scribe, other }) => receiptOf(other, { lockId: scribe.lockId }),
    guestOf,
    false,
  ],
  ["a changed one", ({ scribe }) => flip(receiptOf(scribe), 60), ownerOf, false],
  [
    "one with a changed signature",
    ({ scribe }) => flip(receiptOf(scribe), receiptOf(scribe).length - 1),
    ownerOf,
    false,
  ],
  ["one cut short", ({ scribe }) => receiptOf(scribe).slice(0, -1), guestOf, false],
  ["a checkpoint", ({ scribe }) => scribe.sign(), ownerOf, false],
  ["nothing", () => new Uint8Array(0), guestOf, false],
];
for (const [name, make, by, isKept] of ROWS) {
  test(`${isKept ? "keeps" : "does not keep"} ${name}`, (scene) => {
    assert.is(judgeReceipt(make(scene), by(scene)) !== undefined, isKept);
  });
}

/** A keystore of somebody who owns the lock, or was invited by the company. */
function keystoreOf(desk: Desk, { scribe }: Scene, isOwner: boolean): Keystore {
  const agreementKey = toBase64url(new Uint8Array(32).fill(9));
  const { leaf } = tokensOf(scribe.lockId);
  const at = { agreementKey, name: "home", address: "127.0.0.1:1" };
  const invitation = { link: "AAAAAAAAAAA", lockId: scribe.lockId, token: toBase64url(leaf), ...at };
  const revocation = { seq: 0, generation: 0, links: [], holders: [] };
  const rest = { zone: "UTC0", zoneName: undefined, seq: 0, confirmedRevocationSeq: 0, checkpoint: undefined };
  const lock = { id: scribe.lockId, signingKey: toBase64url(scribe.publicKey), ...at, ...rest, revocation };
  const seed = toBase64url(new Uint8Array(32).fill(isOwner ? 3 : 5));
  const lists = isOwner ? { locks: [lock], invitations: [] } : { locks: [], invitations: [invitation] };
  const person: Person = { version: 1, seed, recoveryKey: seed, grants: [], ...lists };
  return createKeystore(desk.home, person, { passphrase: PASSPHRASE, cost: COST });
}

test("the owner's is shown as verified, with its text, and each visit's once", async (scene) => {
  const desk = new Desk();
  const keystore = keystoreOf(desk, scene, true);
  isSentence(await desk.run(["show", "receipt"]), 2, /No receipt was kept from this lock/);
  keepReceipt(keystore, receiptOf(scene.scribe, { visit: 4 }), ownerOf(scene));
  keepReceipt(keystore, receiptOf(scene.scribe), ownerOf(scene));
  keepReceipt(keystore, receiptOf(scene.scribe), ownerOf(scene));
  assert.is(keepReceipt(keystore, receiptOf(scene.other), ownerOf(scene)), undefined);
  assert.equal(
    keptReceipts(openKeystore(desk.home, PASSPHRASE), scene.scribe.lockId).map(({ receipt }) => receipt.visit),
    [VISIT, 4],
  );
  const { exit, output } = await desk.run(["show", "receipt", "--zone", "UTC"]);
  assert.is(exit, 0);
  assert.match(output, /Visit: +6, by Carl \(.*\nSigned: +by the lock, verified\n/s);
  assert.ok(output.endsWith(`\n${toBase64url(receiptOf(scene.scribe))}\n`));
  assert.is((await desk.ask(["show", "receipt", "4"]))["visit"], 4);
  isSentence(await desk.run(["show", "receipt", "9"]), 2, /No receipt of that visit.*6, 4/);
  desk.close();
});

test("two of one number are both kept and shown: only a lock that was put back signs another", async (scene) => {
  const desk = new Desk();
  const keystore = keystoreOf(desk, scene, true);
  const [former, later] = [receiptOf(scene.scribe, { securedAfter: 30 }), receiptOf(scene.scribe)];
  for (const receipt of [former, later, later]) keepReceipt(keystore, receipt, ownerOf(scene));
  const { output } = await desk.run(["show", "receipt", String(VISIT)]);
  assert.ok(output.includes(`\n${toBase64url(later)}\n`));
  assert.ok(output.endsWith(`since its flash was put back:\n${toBase64url(former)}\n`), output);
  assert.equal((await desk.ask(["show", "receipt"]))["others"], [toBase64url(former)]);
  desk.close();
});

test("one that another command keeps at the same time stays beside it", async (scene) => {
  const desk = new Desk();
  const keystore = keystoreOf(desk, scene, true);
  const [own, others] = [receiptOf(scene.scribe), receiptOf(scene.scribe, { visit: 1_000 })];
  const [turn, kept, aside] = ["keystore.json.writing", `receipts-${scene.scribe.lockId}.sealed`, "aside"].map((name) =>
    join(desk.home, name),
  ) as [string, string, string];
  keepReceipt(keystore, others, ownerOf(scene));
  renameSync(kept, aside);
  writeFileSync(turn, "");
  // The other command has read what is kept, and writes a while later.
  const writes =
    "setTimeout(() => { fs.renameSync(process.argv[1], process.argv[2]); fs.rmSync(process.argv[3]); }, 200)";
  const words = [aside, kept, turn];
  const child = spawn(process.execPath, ["-e", writes, ...words]);
  const ended = once(child, "exit");
  keepReceipt(keystore, own, ownerOf(scene));
  await ended;
  assert.equal(
    keptReceipts(keystore, scene.scribe.lockId).map(({ message }) => toBase64url(message)),
    [own, others].map(toBase64url),
  );
  desk.close();
});

test("a guest's is shown as it says, and verified by the lock's label, or refused by another's", async (scene) => {
  const desk = new Desk();
  keepReceipt(keystoreOf(desk, scene, false), receiptOf(scene.scribe), guestOf(scene));
  assert.match((await desk.run(["show", "receipt"])).output, /Signed: +as it says; give --setup/);
  const label = ({ publicKey }: Scribe) =>
    encodeSetup({ agreementKey: new Uint8Array(32).fill(9), signingKey: publicKey });
  const verified = await desk.run(["show", "receipt", "--setup", label(scene.scribe)]);
  assert.match(verified.output, /Signed: +by the lock, verified/);
  const other = await desk.run(["show", "receipt", "--setup", label(scene.other)]);
  isSentence(other, 5, /NOT OK: that lock did not sign this receipt/);
  desk.close();
});

test("keeps the newest, and not more than there is room for", (scene) => {
  const desk = new Desk();
  const keystore = keystoreOf(desk, scene, true);
  const texts = Array.from({ length: KEPT_MAX }, (_, visit) =>
    toBase64url(receiptOf(scene.scribe, { visit: 1_000 + visit })),
  );
  keystore.saveBeside(`receipts-${scene.scribe.lockId}`, Buffer.from(JSON.stringify(texts), "utf8"));
  keepReceipt(keystore, receiptOf(scene.scribe), ownerOf(scene));
  const kept = keptReceipts(keystore, scene.scribe.lockId).map(({ receipt }) => receipt.visit);
  assert.equal([kept.length, kept[0], kept[1], kept.at(-1)], [KEPT_MAX, VISIT, 1_000, 1_000 + KEPT_MAX - 2]);
  desk.close();
});

test.run();
