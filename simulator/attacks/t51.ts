// T51, a magnet on the door contact, tape in the keeper: the door looks secured and is not.
// What no sensor of this kit can tell is said in docs/security.md, "What the lock can tell"; what is tried here is that a
// record claims no more than its witnesses saw, and that what can be noticed is noticed.
// Follows docs/protocol.cddl, `closing-17`, and docs/design.md, "Honest sensing".

import { verifyReceipt } from "../../firmware/evidence/receipt.ts";
import { KIND_ACT } from "../../firmware/grant/body.ts";
import type { Caller } from "../caller.ts";
import type { Desk } from "../desk.ts";
import type { DeskOptions } from "../table.ts";
import { type Attack, adopted, type DeskFactory, must } from "./attack.ts";

const CONTACT = 1;
const SENSOR = 2;
const CURRENT = 4;
/** The relock timer, three attempts at a throw, and some more. */
const RELOCK_SECONDS = 45;
/** After a free retry's minute. */
const LATER_SECONDS = 120;

function lastClosing(desk: Desk): {
  readonly isSecured: boolean;
  readonly isOpened: boolean;
  readonly witnesses: number;
} {
  const closing = desk.entries("closing").at(-1);
  return {
    isSecured: closing?.securedAfter !== undefined || closing?.outcome === "secured",
    isOpened: closing?.openedAfter !== undefined,
    witnesses: closing?.witnesses ?? 0,
  };
}

/** The witnesses of each receipt that somebody was given. @throws Fault for one that is not this lock's */
function receiptsOf(desk: Desk, guest: Caller): readonly number[] {
  const receipts = guest.notices.flatMap(({ receipt }) => (receipt === undefined ? [] : [receipt]));
  return receipts.map((receipt) => verifyReceipt(desk.crypto, desk.signingKey, receipt).witnesses);
}

/** What a closing may name after a plain visit, by what is fitted. */
function tryWitnesses(factory: DeskFactory): void {
  const rows: readonly (readonly [Partial<DeskOptions>, number, string])[] = [
    [{}, CONTACT | SENSOR, "contact and sensor"],
    [{ lock: { hasContact: false } }, SENSOR, "no contact that is not fitted"],
    [{ hasSensors: false }, CONTACT | CURRENT, "no sensor that is not fitted"],
    [{ hasSensors: false, lock: { hasContact: false } }, CURRENT, "the motor's current alone"],
  ];
  for (const [options, witnesses, sentence] of rows) {
    const desk = adopted(factory, options);
    const guest = desk.call();
    must(guest.prove(desk.grant({ to: desk.person("guest") }), 0) === "yes", "the guest is let in");
    desk.passTime(RELOCK_SECONDS);
    const closing = lastClosing(desk);
    must(closing.isSecured && closing.witnesses === witnesses, `a record names its witnesses: ${sentence}`);
    must(receiptsOf(desk, guest).join() === String(witnesses), `and so does the receipt: ${sentence}`);
  }
}

/** The contact says shut whatever the leaf does, and the bolt is thrown into the air. */
function tryMagnet(desk: Desk): void {
  const guest = desk.grant({ to: desk.person("guest"), uses: 1 });
  desk.moveMagnet(true);
  must(desk.open(guest) === "yes", "the guest is let in");
  desk.passTime(2);
  must(desk.openDoor(), "the guest goes in");
  desk.passTime(RELOCK_SECONDS);
  must(desk.rig.bolt === "thrown", "the lock is deceived, and locks");
  const { isOpened, witnesses } = lastClosing(desk);
  must(witnesses === (CONTACT | SENSOR), "it names whom it believed");
  must(!isOpened, "it tells of no opening that it did not see");
  desk.passTime(LATER_SECONDS);
  must(desk.open(guest) === "no", "a magnet buys no second visit");
  desk.moveMagnet(false);
  must(
    desk.entries("alarm").some(({ alarm }) => alarm === "forced"),
    "whoever takes the magnet away is heard",
  );
  must(desk.rig.signals.includes("alarm"), "the alarm sounds");
}

/** The bolt is thrown by hand while the leaf stands open, beside its keeper. */
function tryOpenLeaf(desk: Desk): void {
  must(desk.open(desk.grant({ to: desk.person("guest") })) === "yes", "the guest is let in");
  desk.passTime(2);
  must(desk.openDoor(), "the guest goes in");
  desk.turn("thrown");
  desk.passTime(LATER_SECONDS);
  must(desk.entries("closing").length === 0, "a bolt beside its keeper secures nothing");
  must(desk.state({ kind: KIND_ACT, operation: 0 }) === "yes", "the owner opens");
  must(!lastClosing(desk).isSecured, "a visit that gives way was not secured");
  must(lastClosing(desk).witnesses === 0, "nobody vouches for an open door");
}

function tryTape(desk: Desk): void {
  const guest = desk.call();
  must(guest.prove(desk.grant({ to: desk.person("guest") }), 0) === "yes", "the guest is let in");
  desk.passTime(2);
  desk.rig.jam = "taped";
  desk.passTime(RELOCK_SECONDS);
  must(desk.entries("closing").length === 0, "a bolt that does not reach its keeper secures nothing");
  must(receiptsOf(desk, guest).length === 0, "and nobody is given a receipt for it");
  must(
    desk.entries("alarm").some(({ alarm }) => alarm === "jammed"),
    "the alarm is noted",
  );
  must(
    guest.notices.some(({ event }) => event === "jammed"),
    "whoever is at the door hears it",
  );
}

/** After a start, before the contact was read for the first time: nothing vouches for the leaf yet. */
function tryUnread(desk: Desk): void {
  desk.shutDoor();
  must(desk.adopt() === "yes", "the owner can adopt");
  must(desk.open(desk.grant({ to: desk.person("guest") })) === "yes", "the guest is let in");
  desk.cutPower();
  desk.rig.turn("thrown");
  desk.reboot();
  must(desk.state({ kind: KIND_ACT, operation: 0 }) === "yes", "the owner opens");
  must(!lastClosing(desk).isSecured, "nothing is secured behind a contact that was not read");
}

export const attack: Attack = {
  id: "T51",
  claim:
    "a record of a secured door names its witnesses and no others, and what secures nothing is never called secured",
  run: (factory) => {
    tryWitnesses(factory);
    tryMagnet(adopted(factory));
    tryOpenLeaf(adopted(factory));
    tryTape(adopted(factory));
    tryUnread(factory({ isContactLate: true }));
  },
};
