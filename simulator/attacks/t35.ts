// T35, the power is cut between the bolt and the log: a guest with one use pulls the plug at the moment that suits him.
// Every moment is tried: each word that a visit writes, torn in two ways by turns, and every 10 ms of both drives.
// Follows docs/protocol.md §4, "Write before act" and "Recovery"; docs/models has the same claim for every order of events.

import type { Bytes } from "../../firmware/bytes.ts";
import { KIND_ACT } from "../../firmware/grant/body.ts";
import { seconds } from "../../firmware/platform.ts";
import type { Token } from "../caller.ts";
import type { Desk } from "../desk.ts";
import type { Tear } from "../flash.ts";
import { Stream } from "../random.ts";
import { type Attack, adopted, must } from "./attack.ts";
import { tryCodes } from "./t35codes.ts";

const SEED = 35;
/** A start reads every sector. */
const SECTORS = [6, 8, 3] as const;
const LOCK = 1;
const STEP_MILLIS = 10;
/** A drive of 300 ms and what it takes to be seen at its end. */
const DRIVE_MILLIS = 360;
/** From the proof until the relock begins to drive. */
const RELOCK_MILLIS = 30_000;
const RELOCK_SECONDS = 45;
const WEEK_SECONDS = 604_800;
/** More words than a visit writes. */
const WORDS_MAX = 200;

/** A lock that is locked, with a guest's only use before it. */
interface Start {
  readonly desk: Desk;
  readonly token: Token;
  readonly flash: Bytes;
}

/** Puts everything back to the start, and tells the lock the time. */
function begin({ desk, flash }: Start): void {
  desk.cutPower();
  desk.flash.load(flash);
  desk.rig.turn("thrown");
  desk.rig.leaf = "closed";
  desk.reboot();
  must(desk.state({ kind: KIND_ACT, operation: LOCK }) === "yes", "the owner tells the time");
}

/** A whole visit, until power fails. @returns whether it did not */
function visit({ desk }: Start): boolean {
  if (desk.hasPower) desk.passMillis(500);
  if (desk.hasPower && desk.openDoor()) {
    desk.passTime(2);
    if (desk.hasPower) desk.shutDoor();
  }
  if (desk.hasPower) desk.passTime(RELOCK_SECONDS);
  return desk.hasPower;
}

/** What must be so after a cut, whenever it was. @param isTold whether the drive was told to open before it */
function requireSpent({ desk, token }: Start, isTold: boolean): void {
  desk.reboot();
  const isSpent = desk.entries("intent").length > 0;
  must(isSpent || !isTold, "never open and unspent");
  if (desk.rig.leaf === "open") desk.shutDoor();
  desk.passTime(RELOCK_SECONDS);
  const closings = desk.entries("closing");
  must(!closings.some(({ outcome }) => outcome === "not-moved"), "no use comes back");
  must(!isSpent || closings.length === 1, "the visit has its end");
  must(!isSpent || closings[0]?.outcome !== "secured" || desk.rig.bolt === "thrown", "secured is thrown");
  must(desk.state({ kind: KIND_ACT, operation: LOCK }) === "yes", "the owner tells the time again");
  must(desk.open(token) === (isSpent ? "no" : "yes"), "no use is granted twice, and none is lost");
}

/** Cuts at one word of the visit. @returns whether the visit wrote so many */
function tryWord(start: Start, word: number): boolean {
  begin(start);
  const { desk, token } = start;
  const caller = desk.call();
  const before = desk.rig.retractions;
  const tear: Tear = word % 2 === 0 ? { kind: "prefix" } : { kind: "bits", random: new Stream(SEED, `word ${word}`) };
  desk.flash.cutAfterWords(word, tear);
  caller.prove(token, 0);
  if (visit(start)) return false;
  requireSpent(start, desk.rig.retractions > before);
  return true;
}

/** Cuts so long after the guest was let in. */
function tryMoment(start: Start, millis: number): void {
  begin(start);
  const { desk, token } = start;
  must(desk.open(token) === "yes", "the guest is let in");
  desk.passMillis(millis);
  desk.cutPower();
  requireSpent(start, true);
  const [closing] = desk.entries("closing");
  must(closing?.outcome === "power-cut", "the visit ends as a power cut");
}

/** In the dark the guest throws the bolt, and at the start holds it, before the contact was read. */
function tryHeldBolt(desk: Desk): void {
  desk.shutDoor();
  must(desk.adopt() === "yes", "the owner can adopt");
  must(desk.open(desk.grant({ to: desk.person("guest"), uses: 1 })) === "yes", "the guest is let in");
  desk.passTime(1);
  desk.cutPower();
  desk.rig.turn("thrown");
  desk.rig.jam = "stuck";
  desk.reboot();
  desk.pressInside();
  desk.shutDoor();
  desk.passTime(RELOCK_SECONDS);
  const outcomes = desk.entries("closing").map(({ outcome }) => outcome);
  must(!outcomes.includes("not-moved"), "no use comes back for a bolt that nobody watched");
}

export const attack: Attack = {
  id: "T35",
  claim: "a cut of power at any word or moment of a visit leaves no bolt open and unspent, and no use to be had twice",
  run: (factory) => {
    const desk = adopted(factory, { sectors: SECTORS });
    const expiry = seconds(desk.time + WEEK_SECONDS);
    const token = desk.grant({ to: desk.person("guest"), uses: 1, expiry });
    const start: Start = { desk, token, flash: desk.flash.snapshot() };
    let words = 0;
    while (words < WORDS_MAX && tryWord(start, words)) words++;
    must(words > 40 && words < WORDS_MAX, "a visit writes so many words, and no more");
    for (const from of [0, RELOCK_MILLIS]) {
      for (let millis = from; millis < from + DRIVE_MILLIS; millis += STEP_MILLIS) tryMoment(start, millis);
    }
    tryHeldBolt(factory({ isContactLate: true }));
    tryCodes(factory);
  },
};
