// Goal: the delay of a factory reset does not outlive the say of whoever began it.
// Method: stories on a desk, each a day long: at its end the lock is the old one, or another.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import {
  type Body,
  KIND_ADD_OWNER,
  KIND_FACTORY_RESET,
  KIND_REMOVE_OWNER,
  KIND_TRANSFER,
} from "../../firmware/grant/body.ts";
import { Desk } from "../../simulator/desk.ts";

const DAY = 86_400;
const ZONE = new Uint8Array([0x55, 0x54, 0x43, 0x30]);
const REMOVAL = (desk: Desk): Body => ({ kind: KIND_REMOVE_OWNER, ownerKid: desk.person("partner").kid });
const TRANSFER = (desk: Desk): Body => ({
  kind: KIND_TRANSFER,
  adoption: {
    ownerKey: desk.person("buyer").publicKey,
    recoveryKey: desk.person("paper").publicKey,
    zoneRule: ZONE,
  },
});

type Beginner = "partner" | "owner" | "cover";

const LOSSES: readonly (readonly [claim: string, by: Beginner, lose: (desk: Desk) => Body, goesOn: boolean])[] = [
  ["by a key that is removed ends with it", "partner", REMOVAL, false],
  ["by an owner goes on when another is removed", "owner", REMOVAL, true],
  ["at the cover goes on when an owner is removed", "cover", REMOVAL, true],
  ["by an owner ends with a transfer", "owner", TRANSFER, false],
  ["at the cover ends with a transfer", "cover", TRANSFER, false],
];

/** Opens the cover and presses the button inside five times. */
function pressUnderCover(desk: Desk): void {
  desk.moveCover(true);
  for (let press = 0; press < 5; press++) {
    desk.pressInside();
    desk.passMillis(2_000);
  }
}

for (const [claim, by, lose, goesOn] of LOSSES) {
  test(`a reset ${claim}`, () => {
    const desk = new Desk({ crypto });
    desk.adopt();
    desk.passTime(61);
    const partner = desk.person("partner");
    assert.is(desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: partner.publicKey }), "yes");
    desk.passTime(3_600);
    const { lockId } = desk;
    if (by === "cover") pressUnderCover(desk);
    else
      assert.is(desk.stateInside({ kind: KIND_FACTORY_RESET }, { by: by === "partner" ? partner : desk.owner }), "yes");
    desk.passTime(120);
    assert.is(desk.stateInside(lose(desk), { by: desk.recovery }), "yes");
    desk.passTime(DAY);
    assert.is(desk.lockId !== lockId, goesOn);
  });
}

test("a reset that somebody began at nobody's lock ends when it is adopted", () => {
  const desk = new Desk({ crypto });
  pressUnderCover(desk);
  desk.passTime(120);
  assert.is(desk.adopt(), "yes");
  const { lockId } = desk;
  desk.passTime(DAY);
  assert.is(desk.lockId, lockId);
});

test.run();
