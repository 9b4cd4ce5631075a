// T45, the journal is flushed by noise: refusals for every reason, a bouncing contact, a hammered button, strangers on the
// air, day and night, until the openings are overwritten; and the plug with them, until an alarm is.
// Follows docs/protocol.md §4, "Fetched" and "Noise": noise is counted, and overwrites nothing younger than 90 days; nobody
// but an owner overwrites what no owner has fetched, nor anything but an alarm an alarm. A ring of four sectors stands for the large
// one, days for months.

import { ACCESS } from "../../firmware/journal/record.ts";
import { seconds } from "../../firmware/platform.ts";
import type { Token } from "../caller.ts";
import type { Desk } from "../desk.ts";
import { type Attack, adopted, must } from "./attack.ts";

const SECTORS = [3, 4, 3] as const;
const OPENINGS = 8;
const NOISE_HOURS = 60;
const FETCH_HOURS = 12;
/** While the ring has room, noise is written as often as it may be. */
const COUNTED_HOURS = 1;
const BOUNCES = 12;
const STARTS = 30;
const HOUR_SECONDS = 3_600;
/** What one hour of noise may leave in access, all kinds together. */
const RECORDS_AN_HOUR_MAX = 20;
const YEAR_SECONDS = 31_536_000;

function visit(desk: Desk, token: Token): boolean {
  const isOpen = desk.open(token) === "yes";
  desk.passTime(1);
  if (isOpen && desk.openDoor()) {
    desk.passTime(3);
    desk.shutDoor();
  }
  desk.passTime(HOUR_SECONDS / 2);
  return isOpen;
}

/** An hour of everything that makes a lock write. */
function makeNoise(desk: Desk, refused: readonly Token[]): void {
  for (const token of refused) must(desk.open(token) !== "yes", "a grant that is over opens nothing");
  desk.pressInside();
  desk.passTime(1);
  for (let count = 0; count < BOUNCES; count++) {
    desk.openDoor();
    desk.shutDoor();
    desk.passTime(2);
  }
  const stranger = desk.call("tcp");
  stranger.send(new Uint8Array(30).fill(3));
  stranger.leave();
  desk.passTime(HOUR_SECONDS - 2 * BOUNCES - 1);
}

/** Cuts the keypad's cable, and then makes the lock write what it can at each of many starts. */
function hideAnAlarm(desk: Desk, refused: Token): void {
  desk.moveLoop(false);
  desk.passTime(1);
  for (let start = 0; start < STARTS; start++) {
    desk.reboot();
    const stranger = desk.call();
    stranger.send(new Uint8Array(30).fill(3));
    stranger.prove(refused, 0);
    stranger.leave();
    desk.passTime(1);
  }
  must(
    desk.entries("alarm").some(({ alarm }) => alarm === "tamper"),
    "an alarm that nobody has fetched is still there",
  );
}

function fetchAll(desk: Desk): void {
  const owner = desk.ownerSession();
  const answer = owner.ask({ kind: "status" });
  must(answer?.kind === "status", "the owner sees the status");
  if (answer?.kind === "status") {
    const heads = answer.status.heads.filter(({ region }) => region === ACCESS);
    must(owner.ask({ kind: "fetched", heads })?.kind === "yes", "the owner has fetched");
  }
  owner.leave();
}

function lastSeq(desk: Desk): number {
  return desk.journal().reduce((last, { region, seq }) => (region === ACCESS ? Math.max(last, seq) : last), 0);
}

export const attack: Attack = {
  id: "T45",
  claim:
    "noise is counted, and flushes no opening: not one that nobody has fetched, and none of the last 90 days; nor an alarm",
  run: (factory) => {
    const desk = adopted(factory, { sectors: SECTORS });
    const guest = desk.grant({ to: desk.person("guest"), expiry: seconds(desk.time + YEAR_SECONDS) });
    const expiry = seconds(desk.time - 1);
    const refused = Array.from({ length: 6 }, (_, count) => desk.grant({ to: desk.person(`late ${count}`), expiry }));
    for (let count = 0; count < OPENINGS; count++) must(visit(desk, guest), "a guest comes");
    fetchAll(desk);
    const before = lastSeq(desk);
    for (let hour = 0; hour < NOISE_HOURS; hour++) {
      makeNoise(desk, refused);
      if (hour % FETCH_HOURS === 0) fetchAll(desk);
      if (hour + 1 !== COUNTED_HOURS) continue;
      const written = lastSeq(desk) - before;
      must(written <= COUNTED_HOURS * RECORDS_AN_HOUR_MAX, "noise is counted, not written");
    }
    must(desk.entries("intent").length === OPENINGS, "every opening of the last 90 days is there");
    let visits = 0;
    while (visits < 200 && visit(desk, guest)) visits++;
    must(desk.entries("intent").length >= visits, "guests overwrite no opening that nobody has fetched");
    must(visits < 200, "a lock without room refuses guests");
    fetchAll(desk);
    must(visit(desk, guest), "guests come in again once an owner has fetched");
    hideAnAlarm(desk, desk.grant({ to: desk.person("nobody"), by: desk.person("stranger") }));
  },
};
