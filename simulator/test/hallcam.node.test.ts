// Goal: the camera of `npm start` is a whole camera: it is enrolled by its label, told over a socket for whom it films, proves itself
// to who knocks, and leaves a film on this computer's disk that is as it was signed.
// Method: the real lock on a desk whose time is handed on by the test, and the hall's camera with real JPEG files; a picture is
// waited for before time goes on.

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, fromBase64url } from "../../firmware/bytes.ts";
import { ClipReader } from "../../firmware/evidence/matroska.ts";
import { verifyRail } from "../../firmware/evidence/rail.ts";
import { ClipVerifier } from "../../firmware/evidence/verify.ts";
import { Fault } from "../../firmware/fault.ts";
import { parseSetup } from "../../firmware/link/label.ts";
import { FileCard, FileRail } from "../filecard.node.ts";
import { openAge } from "../opener.ts";
import { newFolder, OWNER_SECRET, removeFolders, Scene, Viewer } from "./parlour.node.ts";

test.after(removeFolders);

test("a camera without a lock says so on its label, and is the same one after the next start", () => {
  const directory = newFolder();
  const labels = [0, 1].map(() => {
    const { hall } = new Scene(directory);
    const { label, isPaired } = hall;
    hall.close();
    hall.close();
    assert.not(isPaired);
    return label;
  });
  assert.match(labels[0]?.fingerprint ?? "", /^[\w-]{11}$/);
  assert.equal(labels[0], labels[1]);
});

test("from the label to a film on the disk that is as it was signed", async () => {
  const directory = newFolder();
  const scene = new Scene(directory);
  scene.enrol();
  assert.ok(scene.hall.isPaired);
  await prepare(scene);
  await visit(scene);
  const { signingKey } = parseSetup(fromBase64url(scene.hall.label.setup));
  scene.hall.close();
  judge(scene, join(directory, "camera", "card"), signingKey);

  const again = new Scene(directory).hall;
  assert.ok(again.isPaired);
  assert.match(again.act("y"), /forgets its lock/);
  assert.not(again.isPaired);
  again.close();
  const rail = new FileRail(join(directory, "camera"));
  const events: string[] = [];
  for (let record = rail.at(1); record !== undefined; record = rail.at(events.length + 1))
    events.push(verifyRail(crypto, signingKey, record).event);
  // From the knock to the visit it stays on: each reason is a record of its own.
  assert.equal(events, ["on", "off", "on", "on", "off"]);
  rail.close();
});

/** The owner says for whom it films and what it sees in order, and looks through it. */
async function prepare(scene: Scene): Promise<void> {
  const { hall, said } = scene;
  const viewer = await new Viewer(scene, await hall.listen(0)).begin();
  const recipients = [crypto.agreementPublicKey(OWNER_SECRET)];
  assert.is((await viewer.ask({ kind: "recipients", recipients })).kind, "yes");
  assert.is((await viewer.ask({ kind: "approve" })).kind, "no", "it is off");
  scene.setMode(1);
  await scene.pass(2_000);
  assert.is((await viewer.ask({ kind: "approve" })).kind, "yes");
  assert.is((await viewer.ask({ kind: "watch" })).kind, "watch");
  const { jpeg, head } = await viewer.look();
  assert.equal([jpeg[0], jpeg[1], jpeg.length > 5_000, head.verdict], [0xff, 0xd8, true, 0]);
  viewer.close();
  scene.setMode(0);
  await scene.pass(200);
  assert.equal(said.splice(0), ["the camera's red light goes on", "the camera's red light goes off"]);
}

/** A courier knocks, goes in, covers the lens, and goes. */
async function visit(scene: Scene): Promise<void> {
  const { desk, hall, said } = scene;
  const token = desk.grant({ to: desk.person("courier"), cameraRule: 2, uses: 1 });
  assert.is(desk.open(token), "no");
  await scene.pass(4_500);
  assert.is(desk.open(token), "yes");
  await scene.pass(1_000);
  assert.ok(desk.openDoor());
  hall.moveLeaf(true);
  await scene.pass(2_500);
  assert.is(hall.act("v"), "a sheet of paper covers the camera's lens");
  await scene.pass(5_000);
  assert.equal(said.splice(0), ["the camera's red light goes on", "the camera gives an alarm: covered"]);
  hall.moveLeaf(false);
  desk.shutDoor();
  await scene.pass(1_000);
  assert.is(desk.rig.bolt, "thrown");
  assert.is(desk.entries("closing").at(-1)?.outcome, "camera");
  desk.passTime(40);
  assert.not(hall.isLit);
}

/** The one film on the card is whole, and the one that the journal names. */
function judge({ desk }: Scene, card: string, signingKey: Bytes): void {
  const [name = "", ...others] = readdirSync(card).filter((each) => each.endsWith(".age"));
  assert.equal(others, []);
  const opened = openAge(crypto, OWNER_SECRET, new Uint8Array(readFileSync(join(card, name))));
  assert.ok(opened?.isWhole);
  const heads = desk.entries("camera").flatMap((entry) => (entry.head === undefined ? [] : [entry.head.chain]));
  const verifier = new ClipVerifier(crypto, signingKey, { visit: desk.entries("closing").at(-1)?.intent ?? 0, heads });
  const reader = new ClipReader(({ jpeg, shownAt }) => verifier.add(jpeg, shownAt));
  reader.push(opened.bytes);
  const verdict = verifier.finish(reader.finish());
  assert.equal(verdict.findings, []);
  assert.ok(verdict.isOk && verdict.frames > 80, `${verdict.frames} frames`);
}

test("a hand at its radio and its plug is told, and done", () => {
  const { hall } = new Scene(newFolder());
  const done = [..."jjfooff"].map((key) => hall.act(key));
  assert.equal(done.slice(0, 2), ["the camera's radio is jammed", "the camera's radio is free again"]);
  assert.equal(done.slice(3, 5), ["the camera's plug is pulled", "the camera has power again"]);
  assert.match(done[2] ?? "", /last picture/);
  assert.is(done[5], "the camera has its own picture again");
  hall.close();
});

test("a card keeps what was flushed when power goes, and is full when it is full", () => {
  const directory = newFolder();
  const card = new FileCard(directory, 100);
  const sink = card.create("film");
  sink.append(new Uint8Array(40));
  sink.flush();
  sink.append(new Uint8Array(40).fill(1));
  assert.is(card.freeBytes, 20);
  assert.throws(() => sink.append(new Uint8Array(21)), isFault("card.io"));
  assert.throws(() => card.put("note", new Uint8Array(21)), isFault("card.io"));
  card.put("note", Uint8Array.of(1, 2, 3));
  card.cutPower();
  assert.throws(() => sink.append(Uint8Array.of(1)), isFault("card.io"));
  assert.throws(() => sink.flush(), isFault("card.io"));
  const after = new FileCard(directory, 100);
  assert.equal(
    [...after.list()].sort((left, right) => left.bytes - right.bytes),
    [
      { name: "note", bytes: 3 },
      { name: "film", bytes: 40 },
    ],
  );
  assert.equal([...after.read("note", 1, 9)], [2, 3]);
  assert.equal([...after.read("film", 40, 9)], []);
  assert.throws(() => after.read("nothing", 0, 9), isFault("card.io"));
  after.remove("film");
  after.remove("film");
  assert.is(new FileCard(directory, 100).freeBytes, 97);
});

test("a card whose folder is gone refuses, and throws nothing else", () => {
  const directory = join(newFolder(), "card");
  const card = new FileCard(directory);
  rmSync(directory, { recursive: true });
  assert.throws(() => card.create("film"), isFault("card.io"));
  assert.throws(() => card.put("note", Uint8Array.of(1)), isFault("card.io"));
});

test("the records of the switch are there after the next start, and half a one at the end is none", () => {
  const directory = newFolder();
  const first = new FileRail(directory);
  assert.is(first.last(), undefined);
  first.append(Uint8Array.of(1, 2, 3));
  first.append(Uint8Array.of(4));
  first.close();
  first.close();
  assert.throws(() => first.append(Uint8Array.of(5)), isFault("flash.io"));
  const path = join(directory, "rail.bin");
  const whole = readFileSync(path);
  for (let bytes = 0; bytes < whole.length; bytes++) {
    writeFileSync(path, whole.subarray(0, bytes));
    const cut = new FileRail(directory);
    assert.equal([...(cut.last() ?? [])], bytes < 5 ? [] : [1, 2, 3], `${bytes} bytes`);
    cut.append(Uint8Array.of(9));
    cut.close();
    const next = new FileRail(directory);
    assert.equal([...(next.last() ?? [])], [9]);
    assert.is(next.at(bytes < 5 ? 2 : 3), undefined);
    next.close();
  }
});

function isFault(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Fault && error.code === code;
}

test.run();
