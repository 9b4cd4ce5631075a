// Goal: nothing that comes keeps the lock for long: a board does one thing after the other, and the end of a drive, the inside button and
// the watchdog wait for each. So the window codes, thousands of HMACs, are made a few at a time, and none while the bolt is on its way; and
// no snapshot is taken then.
// Method: a lock that counts the HMACs of each event and each tick, with two owners who make codes, at a cold table and at a new hour; and
// one whose flash counts its erasures.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Bytes } from "../../firmware/bytes.ts";
import { KIND_ADD_OWNER, KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import { seconds } from "../../firmware/platform.ts";
import { Desk } from "../../simulator/desk.ts";
import { makeLock } from "../../simulator/maker.ts";
import { HOUR, Porch, SECRET, TWO_HOURS } from "../../simulator/porch.ts";
import { Typist } from "../../simulator/typist.ts";
import type { Lock } from "../lock.ts";

/** The codes of an hour of one owner, and what sessions and records take beside them. */
const MANY = 44 + 20;
/** Of a keypad on a board: it asks again each second. */
const HOLD_MILLIS = 5_250;

/** A porch whose lock notes how many HMACs it makes, and the most at once. */
class Counted {
  readonly porch: Porch;
  hashes = 0;
  most = 0;
  /** How often two byte strings were compared. */
  looks = 0;

  constructor() {
    const hmacSha256 = (key: Uint8Array, message: Uint8Array): Bytes => {
      this.hashes++;
      return crypto.hmacSha256(key, message);
    };
    const isEqual = (left: Uint8Array, right: Uint8Array): boolean => {
      this.looks++;
      return crypto.isEqual(left, right);
    };
    const make: typeof makeLock = (...parts) => this.#watched(makeLock(...parts));
    this.porch = new Porch(new Desk({ crypto: { ...crypto, hmacSha256, isEqual }, make }), "UTC0", false);
    const { desk } = this.porch;
    const partner = desk.person("partner");
    assert.is(desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: partner.publicKey }), "yes");
    desk.passTime(60);
    for (const by of [desk.owner, partner])
      assert.is(this.porch.set({ kind: "codeSecret", secret: SECRET }, by), "yes");
    this.hashes = 0;
    this.most = 0;
  }

  #watched(lock: Lock): Lock {
    const turn = <Parts extends unknown[]>(work: (...parts: Parts) => void) => {
      return (...parts: Parts): void => {
        const before = this.hashes;
        work.apply(lock, parts);
        this.most = Math.max(this.most, this.hashes - before);
      };
    };
    const { tick, received, wireReceived } = lock;
    return Object.assign(lock, { tick: turn(tick), received: turn(received), wireReceived: turn(wireReceived) });
  }
}

test("an entry at a cold table is not compared, and its keypad is served when the codes are there", () => {
  const counted = new Counted();
  const { desk, typist } = counted.porch;
  assert.is(typist.ask({ kind: "report", isCaseOpen: false, isKeyStuck: false, millivolts: 5_000 }), "yes");
  assert.is(typist.typeAtOnce("394828"), "early", "of any length: nobody learns it by the wire");
  const patient = new Typist(desk, "patient", HOLD_MILLIS).enrol();
  desk.reboot();
  // A lock without its time has no codes to make; it is told the time, and somebody types at once.
  assert.is(desk.state({ kind: KIND_SET_CLOCK, isBackwards: false }), "yes");
  patient.connect();
  counted.hashes = 0;
  assert.is(patient.typeAtOnce(counted.porch.code(TWO_HOURS)), "yes");
  assert.ok(counted.hashes > 2 * 706, "all were made meanwhile");
  assert.ok(counted.most <= MANY, `${counted.most} at once`);
});

test("at a new hour and at an owner's look at the lock's state few are made at once", () => {
  const counted = new Counted();
  const { desk, typist } = counted.porch;
  const caller = desk.ownerSession();
  assert.is(caller.ask({ kind: "status" })?.kind, "status");
  caller.leave();
  desk.passTime(HOUR - (desk.time % HOUR));
  desk.passTime(2);
  counted.hashes = 0;
  assert.is(typist.typeAtOnce(counted.porch.code(TWO_HOURS)), "yes");
  assert.ok(counted.hashes < MANY, "those of the hour were there");
  assert.ok(counted.most <= MANY, `${counted.most} at once`);
});

test("what owners change is taken into the tables before the next entry", () => {
  const counted = new Counted();
  const { desk, typist } = counted.porch;
  const looksOfEntry = (): number => {
    desk.passTime(10);
    counted.looks = 0;
    assert.is(typist.typeAtOnce("1234567890"), "no");
    return counted.looks;
  };
  const unchanged = looksOfEntry();
  const start = Math.floor(desk.time / HOUR);
  const codes = Array.from({ length: 16 }, (_, index) => ({ codeClass: 8 + (index >> 1), serial: index & 1, start }));
  assert.is(desk.revoke({ codes }), "yes");
  assert.ok(looksOfEntry() <= unchanged, "an entry does not pay for it");
});

test("none are made while the bolt is on its way", () => {
  const counted = new Counted();
  const { desk } = counted.porch;
  assert.is(desk.open(desk.grant({ to: desk.person("guest") })), "yes");
  const before = counted.hashes;
  for (let millis = 0; desk.rig.drives.at(-1)?.drive !== "rest"; millis += 10) {
    assert.ok(millis < 5_000 && counted.hashes - before < 20, "it is driven, and nothing else is done");
    desk.passMillis(10);
  }
  desk.passTime(10);
  assert.ok(counted.hashes - before > 706, "then they are");
});

/** The longest list of what an owner takes back. */
const LONGEST = Object.freeze({ revoked: 48, holders: 16, codes: 16 });

const WRITTEN: readonly (readonly [name: string, times: number, write: (desk: Desk) => void])[] = [
  ["a press inside", 80, () => {}],
  [
    "the longest list of what is taken back",
    24,
    (desk) => {
      const untils = Array.from({ length: LONGEST.revoked }, () => seconds(desk.time + 86_400));
      const start = Math.floor(desk.time / HOUR);
      const [revoked, holders] = [LONGEST.revoked, LONGEST.holders].map((count) => {
        return new Uint8Array(8 * count).map((_, index) => 1 + (index >> 3));
      });
      const codes = Array.from({ length: LONGEST.codes }, (_, index) => ({
        ...{ codeClass: 4 + (index >> 1), serial: index & 1 },
        start,
      }));
      assert.is(desk.revoke({ revoked, untils, holders, codes }), "yes");
    },
  ],
];

for (const [name, times, write] of WRITTEN) {
  test(`${name} that is written while the bolt is on its way waits for the erasure of one sector at most, and for no snapshot`, () => {
    const desk = new Desk({ crypto });
    desk.adopt();
    let [erasures, most] = [0, 0];
    const { flash, rig } = desk;
    const erase = flash.erase.bind(flash);
    flash.erase = (sector) => {
      erasures++;
      erase(sector);
    };
    for (let press = 0; press < times; press++) {
      const count = erasures;
      desk.pressInside();
      write(desk);
      assert.is.not(rig.drives.at(-1)?.drive, "rest");
      most = Math.max(most, erasures - count);
      while (rig.drives.at(-1)?.drive !== "rest") desk.passMillis(10);
      desk.passTime(120);
    }
    assert.ok(erasures > 4, `${erasures}: sectors began, and snapshots were taken`);
    assert.ok(most <= 1, `${most} at once`);
  });
}

test.run();
