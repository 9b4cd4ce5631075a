// A lock with a camera: whom it lets in by what the camera proves, who may look, what its owner sees and may set.
// Method: the lock on a desk, and a camera at a real link that says what it is told to (onlooker.ts).

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { ascending } from "../../firmware/crypto/test/checks.ts";
import { KIND_CONFIGURE, KIND_REMOVE_BOARD } from "../../firmware/grant/body.ts";
import type { Answer } from "../../firmware/link/message.ts";
import type { Heartbeat } from "../../firmware/link/witness.ts";
import type { Caller } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";
import { Tripod } from "../../simulator/tripod.ts";
import { Typist } from "../../simulator/typist.ts";
import { House, ONCE_24 } from "./house.ts";
import { Onlooker, SEEING } from "./onlooker.ts";

const VIEW = 2;
const VIEW_BIT = 4;
const VIEWER = ascending(9, 32);

/** A lock that was adopted, with a camera that is up and says so. */
function watched(beat: Partial<Heartbeat> = {}): { desk: Desk; camera: Onlooker } {
  const desk = new Desk({ crypto });
  desk.adopt();
  const camera = new Onlooker(desk);
  assert.is(camera.enrol(), "yes");
  camera.beat = { ...SEEING, ...beat };
  camera.connect();
  return { desk, camera };
}

const RULES: readonly (readonly [name: string, beat: Partial<Heartbeat>, rule: number, verdict: string])[] = [
  ["a live picture, where one is asked for", {}, 2, "yes"],
  ["a live picture, where a recording is asked for", {}, 1, "yes"],
  ["a covered lens, where a recording is asked for", { verdict: 1, okMillis: 0 }, 1, "yes"],
  ["a covered lens, where a live picture is asked for", { verdict: 1, okMillis: 0 }, 2, "no"],
  ["an open case, where a live picture is asked for", { isCaseOpen: true }, 2, "no"],
  ["an open case, where a recording is asked for", { isCaseOpen: true }, 1, "no"],
  ["a full card, where a recording is asked for", { canRecord: false }, 1, "no"],
  ["a sensor without power, where a recording is asked for", { isOn: false }, 1, "no"],
  ["a sensor without power, where nothing is asked for", { isOn: false }, 0, "yes"],
];

for (const [name, beat, cameraRule, verdict] of RULES) {
  test(`a grant with ${name}: ${verdict}`, () => {
    const { desk, camera } = watched(beat);
    const token = desk.grant({ to: desk.person("courier"), cameraRule });
    assert.is(desk.open(token), verdict);
    if (verdict === "no") camera.pass(15_500);
    assert.is(desk.refusal(), verdict === "yes" ? "none" : "camera");
  });
}

test("a grant that asks for a camera is refused once the camera has been silent for 1.5 s, and nothing is spent", () => {
  const { desk } = watched();
  const token = desk.grant({ to: desk.person("courier"), cameraRule: 1, uses: 1 });
  desk.passMillis(1_500);
  assert.is(desk.open(token), "no");
  desk.passMillis(15_500);
  assert.equal([desk.refusal(), desk.entries("intent").length], ["camera", 0]);
});

test("a code whose rule asks for a camera opens by what the camera proves, and only by that", () => {
  for (const [beat, verdict] of [
    [{}, "yes"],
    [{ okMillis: 2_000 }, "wait"],
  ] as const) {
    const house = new House();
    house.store(1, "394827", { camera: 2 });
    assert.is(house.desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 10, value: rulesOf(2) }] }), "yes");
    const camera = new Onlooker(house.desk);
    camera.enrol();
    camera.beat = { ...SEEING, ...beat };
    house.desk.passTime(60);
    const code = house.code(ONCE_24);
    assert.is(house.typist.typeAtOnce("394827"), "wait", "no camera, no proof");
    house.desk.passTime(16);
    assert.is(house.desk.entries("code-refusal").at(-1)?.denial, "camera");
    camera.connect();
    assert.is(house.typist.typeAtOnce("394827"), verdict);
    house.desk.passTime(40);
    camera.connect();
    assert.is(house.typist.typeAtOnce(code), verdict);
  }
});

function rulesOf(rule: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(22).fill(rule);
}

/** Asks for a ticket. @returns yes with it, or why not */
function look(caller: Caller, rights: number): Answer | undefined {
  return caller.ask({ kind: "ticket", viewerKey: VIEWER, rights });
}

test("an owner gets a ticket with the camera's keys, for a minute, and the camera hears of it", () => {
  const { desk, camera } = watched({ isOn: false });
  const caller = desk.ownerSession();
  const answer = look(caller, 7);
  assert.ok(answer?.kind === "ticket");
  const { agreementKey, signingKey, seconds, ticket } = answer;
  assert.equal([agreementKey, signingKey, seconds], [camera.agreementKey, camera.signingKey, 60]);
  camera.carry();
  assert.equal(camera.tickets, [{ ticket, viewerKey: VIEWER, rights: 7, seconds: 60 }]);
  const again = look(caller, 4);
  assert.ok(again?.kind === "ticket" && again.ticket.join() !== ticket.join());
});

test("an owner gets no ticket where there is no camera, or none with a session", () => {
  const desk = new Desk({ crypto });
  desk.adopt();
  assert.equal(reasonOf(look(desk.ownerSession(), 1)), "camera");
  new Onlooker(desk).enrol();
  assert.equal(reasonOf(look(desk.ownerSession(), 1)), "camera");
});

function reasonOf(answer: Answer | undefined): string {
  return answer?.kind === "no" ? (answer.denial ?? "no") : (answer?.kind ?? "silence");
}

test("the key on paper and a stranger get no ticket", () => {
  const { desk, camera } = watched();
  assert.is(reasonOf(look(desk.ownerSession(desk.recovery), 1)), "permission");
  assert.is(reasonOf(look(desk.call(), 1)), "no");
  camera.carry();
  assert.equal(camera.tickets, []);
});

test("a guest gets one after a proof of view in the same session, to view and for nothing else", () => {
  const { desk, camera } = watched();
  const token = desk.grant({ to: desk.person("neighbour"), permissions: VIEW_BIT | 1 });
  const caller = desk.call();
  assert.is(reasonOf(look(caller, 1)), "no");
  camera.pass(1_500);
  assert.is(caller.prove(token, VIEW), "no", "the lock had not heard of the camera, and asks it");
  camera.pass(500);
  assert.is(caller.prove(token, VIEW), "yes");
  for (const rights of [2, 3, 4, 5, 7]) assert.is(reasonOf(look(caller, rights)), "no", `${rights}`);
  assert.is(reasonOf(look(caller, 1)), "ticket");
  assert.is(reasonOf(look(desk.call(), 1)), "no", "not in another session");
  camera.carry();
  assert.equal(
    camera.tickets.map(({ rights }) => rights),
    [1],
  );
});

for (const [name, permissions, beat] of [
  ["without the permission", 1, {}],
  ["while the sensor has no power", VIEW_BIT, { isOn: false }],
] as const) {
  test(`a guest gets none ${name}`, () => {
    const { desk } = watched(beat);
    const token = desk.grant({ to: desk.person("neighbour"), permissions });
    const caller = desk.call();
    assert.is(caller.prove(token, VIEW), "no");
    assert.is(reasonOf(look(caller, 1)), "no");
  });
}

test("each ticket of a guest is judged anew: what was taken back, or is over, sees nothing more", () => {
  for (const end of ["taken back", "over", "camera off"]) {
    const { desk, camera } = watched();
    const token = desk.grant({ to: desk.person("neighbour"), permissions: VIEW_BIT });
    const caller = desk.call();
    assert.is(caller.prove(token, VIEW), "yes");
    assert.is(reasonOf(look(caller, 1)), "ticket");
    if (end === "taken back") assert.is(desk.revoke({ holders: token.holder.kid }), "yes");
    if (end === "over") desk.passTime(1_800);
    if (end === "camera off") camera.beat = { ...SEEING, isOn: false };
    camera.pass(500);
    look(caller, 1);
    camera.pass(500);
    assert.is(reasonOf(look(caller, 1)), end === "over" ? "silence" : "no", end);
  }
});

test("a guest who asks for tickets without end is told no, and an owner is not", () => {
  const { desk, camera } = watched();
  const token = desk.grant({ to: desk.person("neighbour"), permissions: VIEW_BIT });
  const caller = desk.call();
  const owner = desk.ownerSession();
  assert.is(caller.prove(token, VIEW), "yes");
  let given = 0;
  for (let count = 0; count < 20; count++) {
    if (reasonOf(look(caller, 1)) === "ticket") given++;
    if (reasonOf(look(caller, 1)) === "ticket") given++;
    assert.is(reasonOf(look(owner, 1)), "ticket");
    camera.pass(50);
  }
  assert.is(given, 8);
  assert.ok(desk.entries("refusal").some(({ denial }) => denial === "rate"));
});

test("a second camera is refused until the first is removed; the same one may be enrolled anew", () => {
  const { desk, camera } = watched();
  const other = new Onlooker(desk, 0x60);
  assert.is(other.enrol(), "limit");
  assert.is(other.enrol(1), "yes", "as a keypad it is another thing");
  assert.is(other.enrol(), "limit", "nor does a keypad become a second one");
  assert.is(camera.enrol(), "yes");
  assert.is(desk.state({ kind: KIND_REMOVE_BOARD, boardKid: camera.kid }), "yes");
  assert.is(other.enrol(), "yes");
});

test("an owner sees the camera's newest heartbeat, and its link", () => {
  const { desk, camera } = watched({ verdict: 2, alarm: 4, isCaseOpen: true, visit: 3 });
  const statusOf = () => {
    const caller = desk.ownerSession();
    const answer = caller.ask({ kind: "status" });
    caller.leave();
    if (answer?.kind !== "status") throw new Error("no status");
    return answer.status;
  };
  const { boards, camera: seen, configuration } = statusOf();
  assert.equal(boards, [
    { kid: camera.kid, role: "camera", isUp: true, isCaseOpen: true, isKeyStuck: false, millivolts: 0 },
  ]);
  const { heardMillis = -1, ...rest } = seen ?? {};
  const { okMillis: _, powerHash: __, head: ___, ...said } = camera.beat;
  assert.equal(rest, said);
  assert.ok(heardMillis >= 0 && heardMillis < 1_000, `${heardMillis}`);
  assert.is(configuration.get(14), 0);
  desk.reboot();
  assert.equal([statusOf().camera, statusOf().boards[0].isUp], [undefined, false]);
});

test("an owner sets when the camera may film, and the camera is told at once; what is no mode changes nothing", () => {
  const { desk, camera } = watched();
  const modes: string[] = [];
  const set = (value: number) => desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 14, value }] });
  camera.onMode = (mode) => modes.push(mode);
  assert.equal([set(1), set(3)], ["yes", "malformed"]);
  camera.carry();
  assert.is(set(2), "yes");
  camera.pass(100);
  assert.equal(modes, ["always", "never"]);
});

test("after a start of the lock the camera is nobody until it has opened another session", () => {
  const { desk, camera } = watched();
  const token = desk.grant({ to: desk.person("courier"), cameraRule: 1 });
  desk.reboot();
  // It tells the lock the time.
  assert.is(desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 14, value: 0 }] }), "yes");
  assert.is(desk.open(token), "no");
  desk.passTime(16);
  assert.is(desk.refusal(), "camera");
  camera.connect();
  assert.is(desk.open(token), "yes");
});

test("a camera of which nothing is heard for 150 s is an alarm, once, though nobody comes", () => {
  const { desk, camera } = watched();
  const told = () => desk.entries("alarm").filter(({ alarm }) => alarm === "camera").length;
  const sounded = () => desk.rig.signals.filter((signal) => signal === "alarm").length;
  camera.pass(200_000);
  const before = sounded();
  assert.is(told(), 0, "one that answers each minute is there");
  // It was carried away: not even its link is there.
  desk.passTime(80);
  assert.equal([told(), sounded()], [0, before]);
  desk.passTime(75);
  assert.equal([told(), sounded()], [1, before + 1]);
  desk.passTime(400);
  assert.equal([told(), sounded()], [1, before + 1]);
});

test("a camera that was removed is missed by nobody, and one that was enrolled and never came is", () => {
  for (const isRemoved of [true, false]) {
    const desk = new Desk({ crypto });
    desk.adopt();
    const camera = new Onlooker(desk);
    assert.is(camera.enrol(), "yes");
    if (isRemoved) assert.is(desk.stateInside({ kind: KIND_REMOVE_BOARD, boardKid: camera.kid }), "yes");
    desk.passTime(200);
    const told = desk.entries("alarm").map(({ alarm }) => alarm);
    assert.is(told.includes("camera"), !isRemoved);
  }
});

test("a frame from the camera's wire is none to a keypad, and the reverse", () => {
  const house = new House();
  const camera = new Onlooker(house.desk);
  camera.enrol();
  camera.isCrossed = true;
  camera.connect().pass(3_000);
  const token = house.desk.grant({ to: house.desk.person("courier"), cameraRule: 1 });
  assert.is(house.desk.open(token), "no");
  camera.isCrossed = false;
  camera.connect();
  assert.is(house.desk.open(token), "yes");
});

test("a keypad and a camera that offer themselves at once are told in turn, whatever came last", () => {
  const desk = new Desk({ crypto });
  desk.adopt();
  new Tripod(desk);
  desk.passTime(12);
  new Typist(desk).offer();
  const caller = desk.ownerSession();
  const roles = Array.from({ length: 4 }, () => {
    const answer = caller.ask({ kind: "offer" });
    return answer?.kind === "offer" ? answer.board?.role : undefined;
  });
  assert.equal(roles, [2, 1, 2, 1]);
});

test.run();
