// Goal: whoever listens is told what the door does, on the line on which he listens.
// Method: a courier's visit on a desk, and what his phone hears.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { verifyReceipt } from "../../firmware/evidence/receipt.ts";
import { Desk } from "../../simulator/desk.ts";
import { heard, UNLOCK } from "./scene.ts";

test("a guest who dialled once more, and asked again, is told on the new line, with the receipt", () => {
  const desk = new Desk({ crypto });
  desk.adopt();
  const token = desk.grant({ to: desk.person("courier"), uses: 1 });
  const first = desk.call();
  assert.is(first.prove(token, UNLOCK), "yes");
  first.leave();
  desk.passTime(5);
  const again = desk.call();
  assert.is(again.prove(token, UNLOCK), "yes");
  desk.passTime(2);
  assert.ok(desk.openDoor());
  desk.passTime(2);
  desk.shutDoor();
  desk.passTime(10);
  assert.is(heard(again), "opened closed locked");
  const receipt = again.notices.at(-1)?.receipt;
  assert.ok(receipt !== undefined);
  assert.is(verifyReceipt(crypto, desk.signingKey, receipt).openedAfter, 7);
});

test.run();
