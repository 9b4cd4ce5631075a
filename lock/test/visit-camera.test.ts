// A visit that a camera sees, row by row as docs/visit.md has it: the knock, the cycles, the receipt, the chain in the journal.
// Method: the lock on a desk and a camera at its real link (scene.ts, onlooker.ts); what the lock did is read from its flash, its
// pins, and what phones heard. What follows where the camera fails is tried in visit-failure.test.ts, keypads in
// visit-code.test.ts.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { verifyReceipt } from "../../firmware/evidence/receipt.ts";
import { KIND_ACT, KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import { link8Of } from "../../firmware/grant/chain.ts";
import { ACCESS } from "../../firmware/journal/record.ts";
import { Desk } from "../../simulator/desk.ts";
import { chainOf, clipOf, SEEING } from "./onlooker.ts";
import { alarms, enter, events, goIn, heard, outcome, scene, UNLOCK } from "./scene.ts";

const COVERED = 4;
const TALK = 3;

// ---- The knock

test("whose rule asks for no camera is let in at once, and filmed all the same, by the visit's number and the grant", () => {
  const it = scene({ cameraRule: 0 });
  const { desk, camera, token } = it;
  desk.passTime(10);
  assert.is(desk.open(token), "yes");
  const intent = desk.journal().filter(({ entry }) => entry.kind === "intent")[0];
  assert.ok(intent?.entry.kind === "intent");
  assert.is(intent.entry.cameraProof, undefined);
  camera.pass(1_000);
  assert.equal([camera.asked?.purpose, camera.asked?.visit], ["visit", intent.seq]);
  assert.equal(camera.asked?.grant, link8Of(crypto, token.leaf));
  assert.is(events(desk), "start");
});

test("an owner who opens is filmed as well, and no grant is named", () => {
  const { desk, camera } = scene();
  assert.is(desk.state({ kind: KIND_ACT, operation: 0 }), "yes");
  camera.pass(600);
  assert.equal([camera.asked?.purpose, camera.asked?.grant], ["visit", undefined]);
});

test("a camera that has proven itself lets in at once, and the intent names the proof", () => {
  for (const [okMillis, rule, proof] of [
    [5_000, 2, 2],
    [0, 1, 1],
  ] as const) {
    const it = scene({ cameraRule: rule });
    const { desk, camera } = it;
    camera.beat = { ...SEEING, okMillis };
    assert.is(desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 2, value: 30 }] }), "yes");
    enter(it);
    assert.is(desk.entries("intent").at(-1)?.cameraProof, proof);
  }
});

test("a camera that rests is woken by the knock; nothing is written or spent, and the same proof opens when it sees", () => {
  const { desk, camera, token } = scene();
  camera.pass(5_000);
  const before = desk.journal().length;
  const guest = desk.call();
  camera.beat = { ...SEEING, okMillis: 0, verdict: 8 };
  assert.is(guest.prove(token, UNLOCK), "no");
  for (let second = 0; second < 12; second++) {
    camera.pass(1_000);
    assert.equal([camera.asked?.purpose, camera.asked?.visit], ["knock", 0]);
    assert.equal(camera.asked?.grant, link8Of(crypto, token.leaf));
    assert.is(guest.prove(token, UNLOCK), "no");
  }
  assert.is(desk.journal().length, before);
  camera.beat = SEEING;
  camera.pass(1_000);
  assert.is(guest.prove(token, UNLOCK), "yes");
  assert.equal([desk.entries("intent").length, desk.entries("refusal").length], [1, 0]);
  assert.is(desk.entries("intent")[0]?.cameraProof, 2);
  camera.pass(20_000);
  assert.equal([desk.entries("refusal").length, events(desk)], [0, "start"]);
});

test("after 15 s there is one refusal, with the verdict; owners are told, and the camera rests 5 s later", () => {
  const { desk, camera, token } = scene();
  const owner = desk.ownerSession();
  camera.beat = { ...SEEING, verdict: COVERED, alarm: COVERED, okMillis: 0 };
  camera.pass(5_000);
  assert.is(desk.open(token), "no");
  camera.pass(14_500);
  assert.equal([desk.entries("refusal").length, events(desk), heard(owner)], [0, "", ""]);
  camera.pass(500);
  assert.equal([desk.entries("refusal").length, desk.refusal(), heard(owner)], [1, "camera", "alarm"]);
  const [said] = desk.entries("camera");
  assert.equal([said?.event, said?.visit, said?.verdict], ["unproven", 0, COVERED]);
  assert.is(camera.asked?.purpose, "after");
  camera.pass(4_000);
  assert.is(camera.asked?.purpose, "after");
  camera.pass(1_500);
  assert.is(camera.asked?.purpose, "rest");
  assert.is(desk.entries("intent").length, 0);
});

test("what the lock refuses for another reason wakes no camera", () => {
  for (const wish of [{ uses: 0 }, { permissions: 2 }, { weeklies: [2, 0, 1] }] as const) {
    const { desk, camera } = scene();
    camera.pass(3_000);
    const uses = wish.uses === 0 ? { uses: 1 } : {};
    const token = desk.grant({ to: desk.person("other"), cameraRule: 2, ...wish, ...uses });
    if (wish.uses === 0) desk.rig.millivolts = 4_000;
    assert.is(desk.open(token), "no");
    camera.pass(1_000);
    assert.equal([camera.asked?.purpose, desk.entries("refusal").length], ["rest", 1]);
  }
});

test("an inside press ends a knock with its refusal, and opens", () => {
  const { desk, camera, token } = scene();
  camera.beat = { ...SEEING, okMillis: 0 };
  camera.pass(3_000);
  assert.is(desk.open(token), "no");
  desk.pressInside();
  camera.pass(1_000);
  assert.equal([desk.rig.bolt, desk.refusal()], ["retracted", "camera"]);
  camera.pass(20_000);
  assert.is(desk.entries("refusal").length, 1);
});

test("who is let in with another grant ends the knock of the first, with its refusal", () => {
  const { desk, camera, token } = scene();
  camera.beat = { ...SEEING, okMillis: 0 };
  camera.pass(3_000);
  assert.is(desk.open(token), "no");
  assert.is(desk.open(desk.grant({ to: desk.person("other") })), "yes");
  assert.is(desk.refusal(), "camera");
});

test("whoever knocks may ask sixteen times in one session, and has no place longer than a knock", () => {
  const { desk, camera, token } = scene();
  camera.beat = { ...SEEING, okMillis: 0 };
  camera.pass(3_000);
  const guest = desk.call();
  for (let count = 0; count < 19; count++) assert.is(guest.prove(token, UNLOCK), "no");
  camera.beat = SEEING;
  camera.pass(600);
  assert.is(guest.prove(token, UNLOCK), "no", "its proofs are used up");
  assert.ok(guest.isConnected);
  camera.pass(15_500);
  assert.not.ok(guest.isConnected);
});

test("only who knocks has more than three proofs: not who would talk, nor where no camera can prove anything", () => {
  for (const operation of [TALK, UNLOCK]) {
    const { desk, camera } = scene();
    const other = new Desk({ crypto });
    other.adopt();
    const at = operation === TALK ? desk : other;
    const token = at.grant({ to: at.person("guest"), cameraRule: 1, permissions: 0b1011 });
    if (operation === TALK) camera.pass(6_000);
    const guest = at.call();
    for (let count = 0; count < 8; count++) assert.is(guest.prove(token, operation), "no");
    const told = at.entries("refusal").filter(({ denial }) => denial === "camera");
    at.passTime(3_700);
    const counted = at.entries("refusal").reduce((sum, { count }) => sum + count, 0);
    assert.equal([told.length, counted], [1, 3]);
  }
});

test("two who knock by turns before a covered lens have 15 s between them, and owners are told", () => {
  const { desk, camera, token } = scene();
  const owner = desk.ownerSession(desk.owner, "tcp");
  camera.beat = { ...SEEING, verdict: COVERED, alarm: COVERED, okMillis: 0 };
  camera.pass(3_000);
  const mate = desk.grant({ to: desk.person("mate"), cameraRule: 2 });
  assert.is(desk.open(token), "no");
  camera.pass(7_500);
  assert.is(desk.open(mate), "no");
  assert.is(desk.refusal(), "camera");
  camera.pass(7_000);
  assert.is(heard(owner), "");
  camera.pass(500);
  assert.equal([heard(owner), events(desk)], ["alarm", "unproven"]);
  // The clock of whoever comes next is his own again.
  assert.is(desk.open(mate), "no");
  camera.pass(14_500);
  assert.is(heard(owner), "alarm");
  camera.pass(500);
  assert.is(heard(owner), "alarm alarm");
});

test("where no camera is enrolled the refusal comes at once", () => {
  const desk = new Desk({ crypto });
  desk.adopt();
  assert.is(desk.open(desk.grant({ to: desk.person("courier"), cameraRule: 1 })), "no");
  assert.is(desk.refusal(), "camera");
});

test("who asks again in a visit that is filmed needs no room for another film, and nobody else is let in by that one", () => {
  const it = scene();
  const { desk, camera, token } = it;
  const guest = enter(it);
  camera.beat = { ...SEEING, canRecord: false };
  camera.pass(2_000);
  assert.is(guest.prove(token, UNLOCK), "yes");
  assert.is(desk.open(desk.grant({ to: desk.person("mate"), cameraRule: 1 })), "no");
});

// ---- Cycles and the end

test("a visit of one cycle ends secured; guest and owner hold the same receipt, and it verifies", () => {
  const it = scene();
  const { desk, camera, token } = it;
  const owner = desk.ownerSession();
  const guest = enter(it);
  camera.pass(2_000);
  goIn(it);
  camera.pass(10_000);
  desk.shutDoor();
  camera.pass(4_000);
  assert.is(heard(guest), "unlocked opened closed locked");
  const [given, kept] = [guest, owner].map(({ notices }) => notices.at(-1)?.receipt);
  assert.ok(given !== undefined);
  assert.equal(given, kept);
  const receipt = verifyReceipt(crypto, desk.signingKey, given);
  const closing = desk
    .journal()
    .filter(({ region }) => region === ACCESS)
    .at(-1);
  assert.ok(closing?.entry.kind === "closing");
  const { intent, openedAfter, closedAfter, securedAfter, witnesses } = closing.entry;
  assert.equal(
    { ...receipt, grant: undefined, lo: 0, hi: 0, first: undefined, last: undefined, head: undefined },
    {
      ...{ lockId: desk.lockId, visit: intent, grant: undefined, lo: 0, hi: 0, openedAfter, closedAfter, securedAfter },
      ...{ witnesses, outcome: "secured", cameraProof: 2, first: undefined, last: undefined, head: undefined },
    },
  );
  assert.equal(receipt.grant, { leaf: link8Of(crypto, token.leaf), holder: token.holder.kid, name: "courier" });
  assert.is(receipt.head.seq, closing.seq);
  assert.ok(receipt.lo <= desk.time && desk.time <= (receipt.hi ?? 0) + 5);
  assert.equal([receipt.first?.clip, receipt.last?.clip], [clipOf(intent), clipOf(intent)]);
  const frames = [receipt.first?.frame ?? -1, receipt.last?.frame ?? -1];
  assert.ok(frames[0] <= 1 && frames[1] >= 12, frames.join(" "));
  assert.equal(receipt.last?.chain, chainOf(frames[1] ?? 0));
});

test("nobody opens: the bolt is thrown, and the receipt has no time of opening", () => {
  const it = scene();
  const guest = enter(it);
  it.camera.pass(33_000);
  const receipt = verifyReceipt(crypto, it.desk.signingKey, guest.notices.at(-1)?.receipt ?? new Uint8Array(0));
  assert.equal([receipt.openedAfter, receipt.closedAfter, receipt.securedAfter], [undefined, undefined, 30]);
});

test("a bolt that is thrown beside its keeper ends nothing and gives no receipt; the leaf that shuts behind it does", () => {
  const it = scene();
  const guest = enter(it);
  goIn(it);
  it.desk.turn("thrown");
  it.camera.pass(2_000);
  assert.is(guest.notices.filter(({ receipt }) => receipt !== undefined).length, 0);
  assert.is(outcome(it.desk), undefined);
});

test("an owner's own visit, one of a power cut, and one that another follows give no receipt", () => {
  const it = scene();
  const owner = it.desk.ownerSession();
  owner.state({ kind: KIND_ACT, operation: 0 });
  it.camera.pass(33_000);
  assert.is(outcome(it.desk), "secured");
  const guest = enter(it);
  it.camera.pass(500);
  owner.state({ kind: KIND_ACT, operation: 0 });
  it.camera.pass(1_000);
  assert.is(outcome(it.desk), "superseded");
  for (const { notices } of [owner, guest]) assert.not.ok(notices.some(({ receipt }) => receipt !== undefined));
});

test("no receipt is signed before the record that it names is durable", () => {
  const it = scene();
  const guest = enter(it);
  it.camera.pass(1_000);
  it.desk.flash.wear = "refuses";
  it.camera.pass(33_000);
  assert.is(it.desk.rig.bolt, "thrown");
  assert.ok(heard(guest).endsWith("locked"));
  assert.is(guest.notices.at(-1)?.receipt, undefined);
});

test("after the first cycle there is time for a second, and after the second the bolt is thrown at once", () => {
  const it = scene();
  const { desk, camera } = it;
  enter(it);
  goIn(it);
  camera.pass(5_000);
  desk.shutDoor();
  camera.pass(1_500);
  assert.is(desk.rig.bolt, "retracted");
  assert.ok(desk.openDoor());
  camera.pass(3_000);
  desk.shutDoor();
  camera.pass(500);
  assert.is(desk.rig.bolt, "thrown");
  assert.equal([outcome(desk), alarms(desk)], ["secured", ""]);
});

test("a third opening is an alarm, owners are told, it is the door's own event, and the bolt is thrown at once behind it", () => {
  const it = scene({ cameraRule: 0 });
  const { desk, camera } = it;
  const owner = desk.ownerSession();
  enter(it);
  goIn(it);
  for (let cycle = 0; cycle < 2; cycle++) {
    desk.shutDoor();
    camera.pass(50);
    desk.rig.turn("retracted");
    assert.ok(desk.openDoor(), `cycle ${cycle}`);
    camera.pass(2_000);
  }
  assert.is(alarms(desk), "cycles");
  assert.is(desk.entries("door").filter(({ event }) => event === "opened").length, 1);
  assert.ok(heard(owner).includes("alarm"));
  desk.shutDoor();
  camera.pass(500);
  assert.is(desk.rig.bolt, "thrown");
  assert.is(outcome(desk), "secured");
});

test("an owner's openings are not counted, nor any where the owner lets the door stand unlocked", () => {
  for (const isOwner of [true, false]) {
    const { desk, camera, token } = scene({ cameraRule: 0 });
    if (isOwner) assert.is(desk.state({ kind: KIND_ACT, operation: 0 }), "yes");
    else {
      assert.is(desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 2, value: 0 }] }), "yes");
      assert.is(desk.open(token), "yes");
    }
    camera.pass(1_000);
    for (let cycle = 0; cycle < 4; cycle++) {
      assert.ok(desk.openDoor());
      camera.pass(500);
      desk.shutDoor();
      camera.pass(500);
    }
    assert.equal([alarms(desk), desk.rig.bolt], ["", "retracted"]);
  }
});

test("a guest who shuts the door behind himself leaves by the button, and is filmed until 30 s after it was shut again", () => {
  const it = scene();
  const { desk, camera } = it;
  enter(it);
  goIn(it);
  camera.pass(1_000);
  desk.shutDoor();
  camera.pass(3_000);
  assert.equal([desk.rig.bolt, camera.asked?.purpose, camera.asked?.visit], ["thrown", "after", 0]);
  camera.pass(20_000);
  desk.pressInside();
  camera.pass(1_000);
  assert.ok(desk.openDoor());
  camera.pass(25_000);
  desk.shutDoor();
  camera.pass(29_000);
  assert.is(camera.asked?.purpose, "after");
  camera.pass(2_000);
  assert.equal([desk.rig.bolt, camera.asked?.purpose], ["thrown", "rest"]);
  const events = desk.entries("door").map(({ event }) => event);
  assert.ok(events.includes("opened") && events.includes("closed"), events.join(" "));
});

// ---- The chain in the journal

test("the clip's chain is written at the start, once a minute, and at the end", () => {
  const it = scene();
  const { desk, camera } = it;
  enter(it);
  goIn(it);
  camera.pass(125_000);
  desk.shutDoor();
  camera.pass(3_000);
  assert.is(events(desk), "start head head end");
  const intent = desk.entries("closing")[0]?.intent ?? 0;
  for (const { head, visit, verdict, power } of desk.entries("camera")) {
    assert.equal([visit, verdict, power], [intent, 0, 9]);
    assert.equal([head?.clip, head?.chain], [clipOf(intent), chainOf(head?.frame ?? -1)]);
  }
});

test("in a long visit it is written every ten minutes", () => {
  const it = scene();
  enter(it);
  goIn(it);
  it.desk.shutDoor();
  it.desk.openDoor();
  it.camera.pass(30 * 60_000 + 10_000);
  assert.is(it.desk.entries("camera").filter(({ event }) => event === "head").length, 9 + 2);
});

test.run();
