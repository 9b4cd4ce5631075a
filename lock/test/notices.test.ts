// Goal: whoever makes noise, jams the camera or pulls the plug turns no ring of notices, so an alarm stays until an owner has fetched
// it; an alarm is always written.
// Method: rings of three sectors, which noise would turn within minutes; strangers, plugs and jammers without end; an owner who
// fetches or does not.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Alarm } from "../../firmware/journal/entry.ts";
import { NOTICES } from "../../firmware/journal/record.ts";
import type { Token } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";
import { type Scene, scene } from "./scene.ts";

const SECTORS = [6, 24, 3] as const;
/** What the first two of three sectors take of records of 64 bytes: the third is for alarms. */
const NOISE_MAX = 126;
const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;
const FAILED_PROOF = 2;
/** An opening costs a try, of which a grant has 24. */
const VISITS = 22;

function adopted(): Desk {
  const desk = new Desk({ crypto, sectors: SECTORS });
  desk.adopt();
  desk.passTime(61);
  return desk;
}

/** Something that an owner has to look into. */
function cutTheCable(desk: Desk): void {
  desk.moveLoop(false);
  desk.passTime(5);
  assert.is(countOf(desk, "tamper"), 1);
}

function countOf(desk: Desk, wanted: Alarm): number {
  return desk.entries("alarm").filter(({ alarm }) => alarm === wanted).length;
}

/** The number of the newest notice. */
function lastOf(desk: Desk): number {
  return desk.journal().reduce((last, { region, seq }) => (region === NOTICES ? Math.max(last, seq) : last), 0);
}

/** A broken frame, and a proof that fails. */
function makeNoise(desk: Desk, token: Token): void {
  const stranger = desk.call();
  stranger.send(new Uint8Array(30).fill(3));
  stranger.prove(token, 0);
  stranger.leave();
  desk.passTime(1);
}

function strangersToken(desk: Desk): Token {
  return desk.grant({ to: desk.person("nobody"), by: desk.person("stranger") });
}

/** @returns what the lock says to an owner who has fetched all that there is */
function fetchAll(desk: Desk): string | undefined {
  const owner = desk.ownerSession();
  const answer = owner.ask({ kind: "status" });
  assert.is(answer?.kind, "status");
  const said = answer?.kind === "status" ? owner.ask({ kind: "fetched", heads: answer.status.heads }) : undefined;
  owner.leave();
  return said?.kind;
}

/** Noise, an hour of it at a time, until the ring takes no more. */
function fill(desk: Desk, token: Token): void {
  let before = -1;
  for (let hour = 0; hour < NOISE_MAX && lastOf(desk) > before; hour++) {
    before = lastOf(desk);
    makeNoise(desk, token);
    desk.passTime(HOUR_SECONDS + 1);
  }
}

test("the plug and a stranger's radio turn no ring of notices", () => {
  const desk = adopted();
  cutTheCable(desk);
  const token = strangersToken(desk);
  for (let start = 0; start < 60; start++) {
    desk.reboot();
    makeNoise(desk, token);
  }
  assert.is(countOf(desk, "tamper"), 1);
  assert.ok(lastOf(desk) <= 3, `${lastOf(desk)} notices: one an hour and class, however often the lock starts`);
});

test("an alarm that is made again at each start is counted, and takes the place of no other", () => {
  const desk = adopted();
  assert.is(desk.state({ kind: 4, settings: [{ key: 4, value: 30 }] }), "yes");
  desk.pressInside();
  desk.passTime(1);
  desk.openDoor();
  desk.passTime(40);
  desk.shutDoor();
  desk.passTime(60);
  assert.is(countOf(desk, "ajar"), 1);
  for (let start = 0; start < 60; start++) {
    desk.reboot();
    desk.moveLoop(false);
    desk.passTime(5);
    desk.moveLoop(true);
  }
  assert.equal([countOf(desk, "ajar"), countOf(desk, "tamper")], [1, 1]);
  for (let count = 0; count < 3; count++) {
    desk.moveLoop(false);
    desk.passTime(5);
    desk.moveLoop(true);
  }
  desk.passTime(HOUR_SECONDS);
  const counts = desk.entries("alarm").flatMap(({ alarm, count }) => (alarm === "tamper" ? [count] : []));
  assert.equal(counts, [1, 4], "what came after the last start is told an hour after it");
});

test("an alarm that an owner has fetched keeps no later one from being written, where each start is in the same hour", () => {
  const desk = adopted();
  cutTheCable(desk);
  assert.is(fetchAll(desk), "yes");
  desk.moveLoop(true);
  // Without the time, lo is the same at each start.
  desk.reboot(HOUR_SECONDS);
  desk.moveLoop(false);
  desk.passTime(5);
  assert.is(countOf(desk, "tamper"), 2);
});

test("a jammer who comes again and again turns no ring of notices", () => {
  const it = scene({ cameraRule: 0, uses: 100 }, { sectors: SECTORS });
  const { desk } = it;
  cutTheCable(desk);
  for (let visit = 0; visit < VISITS; visit++) jammedVisit(it);
  assert.is(countOf(desk, "tamper"), 1);
  const written = desk.entries("camera").length;
  jammedVisit(it);
  assert.is(desk.entries("camera").length, written, "the ring is full");
  assert.is(fetchAll(desk), "yes");
  jammedVisit(it);
  assert.ok(desk.entries("camera").some(({ event }) => event === "end"));
  assert.ok(lastOf(desk) > 64, "what was fetched makes room");
});

/** In, with a link that is jammed four times, and out. */
function jammedVisit({ desk, camera, token }: Scene): void {
  assert.is(desk.open(token), "yes");
  camera.pass(1_500);
  for (let jam = 0; jam < 4; jam++) {
    camera.isSilent = true;
    camera.pass(2_200);
    camera.isSilent = false;
    camera.pass(1_300);
  }
  assert.ok(desk.openDoor());
  camera.pass(500);
  desk.shutDoor();
  camera.pass(4_000);
  desk.passTime(20);
}

test("noise overwrites no notice that nobody has fetched; an alarm always finds its place, and noise is counted meanwhile", () => {
  const desk = adopted();
  cutTheCable(desk);
  const token = strangersToken(desk);
  fill(desk, token);
  const full = lastOf(desk);
  assert.ok(full > NOISE_MAX - 8 && full <= NOISE_MAX, `${full} notices`);
  for (let count = 0; count < 7; count++) makeNoise(desk, token);
  desk.passTime(HOUR_SECONDS);
  assert.is(lastOf(desk), full);
  assert.is(countOf(desk, "tamper"), 1);
  desk.moveLoop(true);
  desk.passTime(DAY_SECONDS);
  cutTheCableAgain(desk);
  assert.is(fetchAll(desk), "yes");
  desk.passTime(HOUR_SECONDS + 1);
  const told = desk.entries("stranger").filter(({ strangerClass }) => strangerClass === FAILED_PROOF);
  assert.ok(Number(told.at(-1)?.count) >= 7, "what was not written is in the next count");
});

function cutTheCableAgain(desk: Desk): void {
  desk.moveLoop(false);
  desk.passTime(5);
  assert.is(countOf(desk, "tamper"), 2);
}

test("a start makes no room by notices that nobody has fetched", () => {
  const desk = adopted();
  cutTheCable(desk);
  fill(desk, strangersToken(desk));
  // More than a kilobyte of alarms in the last sector, so that a start closes it.
  for (let hour = 0; hour < 16; hour++) {
    desk.moveLoop(true);
    desk.moveLoop(false);
    desk.passTime(HOUR_SECONDS + 1);
  }
  const [first] = desk.journal().filter(({ region }) => region === NOTICES);
  assert.ok(countOf(desk, "tamper") > 16);
  for (let start = 0; start < 4; start++) desk.reboot();
  assert.is(desk.journal().find(({ region }) => region === NOTICES)?.seq, first.seq);
});

test("an owner has fetched the notices only up to a link of the lock's own", () => {
  const desk = adopted();
  cutTheCable(desk);
  const owner = desk.ownerSession();
  const answer = owner.ask({ kind: "status" });
  if (answer?.kind !== "status") throw new Error("no status");
  const head = answer.status.heads[NOTICES];
  const link = new Uint8Array(32);
  for (const wrong of [
    { ...head, link },
    { ...head, lastSeq: head.lastSeq + 1 },
  ]) {
    const said = owner.ask({ kind: "fetched", heads: [wrong] });
    assert.is(said?.kind === "no" ? said.denial : said?.kind, "journal");
  }
  assert.is(desk.entries("fetched").length, 0);
  assert.is(owner.ask({ kind: "fetched", heads: [head] })?.kind, "yes");
  assert.is(owner.ask({ kind: "fetched", heads: [head] })?.kind, "yes", "twice is harmless");
  assert.is(desk.entries("fetched").length, 1);
});

test.run();
