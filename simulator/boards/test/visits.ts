// Visits to a door of three boards: what a courier, a guest and an owner do there is seen at its pins, on its cables and in its network.
// Why: they are tried with the boards' own programs on every engine, and with the main files as they go into an image.

import * as assert from "uvu/assert";
import { ROOM_BYTES } from "../../../camera/duty.ts";
import { CALLERS_MAX } from "../../../camera/homeserver.ts";
import { fromAscii } from "../../../firmware/bytes.ts";
import { KIND_ACT, KIND_ADOPT } from "../../../firmware/grant/body.ts";
import { CAMERA_RULE_LIVE } from "../../../firmware/grant/grant.ts";
import { encodeSetup } from "../../../firmware/link/label.ts";
import { secretOf } from "../../../firmware/link/password.ts";
import type { Token } from "../../caller.ts";
import { ANA } from "../../wish.ts";
import { CAMERA_ADDRESS, type Hallway, HOME } from "../hallway.ts";
import { type HomeCall, HomeMachine } from "../homemachine.ts";

const UNLOCK = 0;
/** The tones of the keypad's "yes", and of its "no". */
const YES = [1_800, 2_600];
const NO = [400];
/** What an opening and the relocking behind it do to the bridge's inputs. */
const THERE_AND_BACK = ["retract 1", "retract 0", "throw 1", "throw 0"];

/** Gives a new hallway. */
export type Build = () => Hallway;

function drivesOf(hall: Hallway): string[] {
  return hall.lock.drives.splice(0).map(({ pin, level }) => `${pin} ${level}`);
}

/** A door that its owner has adopted, and that is locked. */
export function adopted(build: Build): Hallway {
  const hall = build();
  hall.lock.powerOn();
  hall.pass(2_000);
  assert.is(hall.adopt(), "yes");
  drivesOf(hall);
  return hall;
}

/** Somebody goes in, and shuts the door behind. */
function goIn(hall: Hallway): void {
  hall.lock.moveLeaf("open");
  hall.pass(2_000);
  hall.lock.moveLeaf("closed");
  hall.pass(40_000);
}

function first(build: Build): void {
  const hall = build();
  hall.lock.powerOn();
  hall.pass(2_000);
  assert.equal(drivesOf(hall), []);
  assert.is(hall.lock.bolt, "thrown");
  assert.is(hall.adopt(), "yes");
  assert.equal(drivesOf(hall), THERE_AND_BACK);
  assert.is(hall.lock.bolt, "thrown");
  assert.is(hall.lock.isDriving, false);
  assert.is(hall.lock.rig.isConfirmed, true, "the image was never called well");
}

function guest(build: Build): void {
  const hall = adopted(build);
  const token = hall.grant(hall.person("guest"));
  assert.is(hall.call().prove(token, UNLOCK), "yes");
  hall.pass(1_500);
  assert.is(hall.lock.bolt, "retracted");
  assert.equal(drivesOf(hall), ["retract 1", "retract 0"]);
  goIn(hall);
  assert.equal(drivesOf(hall), ["throw 1", "throw 0"]);
  assert.is(hall.lock.bolt, "thrown");
  assert.is(hall.call().prove(token, UNLOCK, hall.person("thief")), "no");
  hall.pass(2_000);
  assert.equal(drivesOf(hall), []);
}

function blocked(build: Build): void {
  const hall = adopted(build);
  hall.lock.work.iron.block = 0.5;
  const owner = hall.ownerSession();
  assert.is(owner.state({ kind: KIND_ACT, operation: UNLOCK }), "yes");
  hall.pass(20_000);
  assert.is(hall.lock.isDriving, false);
  assert.ok(hall.lock.bolt !== "retracted");
  // Each drive ended by itself, within the hardware's time.
  for (let index = 0; index < hall.lock.drives.length; index += 2) {
    const [on, off] = hall.lock.drives.slice(index, index + 2);
    assert.ok(on?.level === 1 && off?.level === 0 && off.at - on.at < 3_500, JSON.stringify([on, off]));
  }
  assert.ok(hall.lock.tones.includes(3_000), "no alarm was heard");
}

function code(build: Build): void {
  const hall = adopted(build);
  hall.keypad.powerOn();
  hall.pass(1_000);
  hall.type("1");
  hall.pass(3_000);
  assert.is(hall.enrol("keypad"), "yes");
  hall.pass(15_000);
  drivesOf(hall);
  const owner = hall.ownerSession();
  const value = fromAscii("739164");
  assert.is(owner.ask({ kind: "user", index: 1, isNew: true, setting: ANA })?.kind, "yes");
  assert.is(owner.ask({ kind: "credential", slot: 1, credential: { user: 1, type: "pin", value } })?.kind, "yes");
  owner.leave();
  hall.keypad.tones.splice(0);
  hall.type("739164#");
  hall.pass(1_500);
  assert.is(hall.lock.bolt, "retracted");
  assert.ok(
    YES.every((tone) => hall.keypad.tones.includes(tone)),
    hall.keypad.tones.join(" "),
  );
  goIn(hall);
  assert.equal(drivesOf(hall), THERE_AND_BACK);
  hall.keypad.tones.splice(0);
  hall.type("739165#");
  hall.pass(400);
  const { red, green } = hall.keypad.lamps;
  assert.ok(red > 0 && green === 0, `red ${red}, green ${green}`);
  hall.pass(1_500);
  assert.ok(
    NO.every((tone) => hall.keypad.tones.includes(tone)),
    hall.keypad.tones.join(" "),
  );
  assert.is(hall.lock.bolt, "thrown");
  assert.equal(drivesOf(hall), []);
}

function cable(build: Build): void {
  const hall = build();
  hall.lock.powerOn();
  hall.pass(3_000);
  const { computer } = hall;
  assert.match(computer.text, /Latchkey lock, nobody's yet/);
  const setup = encodeSetup({ agreementKey: hall.agreementKey, signingKey: hall.signingKey });
  assert.ok(computer.text.includes(setup), "the label is not on the line");
  computer.text = "";
  computer.enter();
  hall.pass(3_000);
  assert.ok(computer.text.includes(setup), "Enter does not show it again");
  hall.pressInside();
  const caller = hall.plugIn();
  assert.is(caller.state({ kind: KIND_ADOPT, adoption: hall.adoption }), "yes");
  hall.pass(40_000);
  computer.text = "";
  computer.enter();
  hall.pass(2_000);
  assert.is(computer.text.includes(setup), false, "an owned lock still prints its label");
}

/** A door with a camera behind it, which is in the network and looks at the hall for whoever comes.
 *  @param password of the house's own machines; left out, they have none */
function filmed(build: Build, password?: string): Hallway {
  const hall = adopted(build);
  const secret = new Uint8Array(32).fill(5);
  const streamSecret = password === undefined ? undefined : secretOf(hall.crypto, { password });
  hall.camera.prepare([hall.crypto.agreementPublicKey(secret)], streamSecret);
  hall.camera.powerOn();
  hall.pass(2_000);
  assert.equal(hall.tellNetwork(), ["yes", "yes"]);
  assert.is(hall.enrol("camera"), "yes");
  // Its case was open: it says so until the lock must have heard it, and nobody is let in past it meanwhile.
  hall.pass(360_000);
  drivesOf(hall);
  return hall;
}

/** Asks until the lock says something else than "wait". */
function askOften(hall: Hallway, token: Token): string {
  const caller = hall.call();
  let verdict = "no";
  for (let count = 0; count < 14 && verdict === "no"; count++) {
    verdict = caller.prove(token, UNLOCK);
    hall.pass(1_000);
  }
  return verdict;
}

function courier(build: Build): void {
  const hall = filmed(build);
  assert.is(hall.camera.isLit, false, "the camera looks while nobody comes");
  assert.is(hall.camera.shots, 0);
  const token = hall.grant(hall.person("courier"), { cameraRule: CAMERA_RULE_LIVE });
  assert.is(askOften(hall, token), "yes");
  assert.is(hall.camera.isLit, true, "it opened without the red light");
  assert.is(hall.lock.bolt, "retracted");
  hall.lock.moveLeaf("open");
  hall.pass(6_000);
  hall.lock.moveLeaf("closed");
  hall.pass(60_000);
  assert.equal(drivesOf(hall), THERE_AND_BACK);
  assert.is(hall.camera.isLit, false, "it looks on when everybody is gone");
  const film = hall.camera.card.list().find(({ name }) => name.endsWith(".age"));
  assert.ok(film !== undefined && film.bytes > 10_000, "there is no film of the visit");
}

function crowded(build: Build): void {
  const hall = filmed(build);
  const couriers = ["first", "second"].map((name) =>
    hall.grant(hall.person(name), { cameraRule: CAMERA_RULE_LIVE }),
  ) as [Token, Token];
  assert.is(askOften(hall, couriers[0]), "yes");
  hall.lock.moveLeaf("open");
  hall.pass(2_000);
  // The film that is written has room enough, and another has not.
  hall.camera.card.capacityBytes = ROOM_BYTES - 1;
  hall.pass(12_000);
  hall.lock.moveLeaf("closed");
  hall.pass(5_000);
  assert.equal([hall.lock.bolt, hall.camera.isLit], ["thrown", true]);
  drivesOf(hall);
  assert.is(askOften(hall, couriers[1]), "no");
  assert.equal(drivesOf(hall), []);
  hall.camera.card.capacityBytes = 2 * ROOM_BYTES;
  assert.is(askOften(hall, couriers[1]), "yes");
  hall.lock.moveLeaf("open");
  hall.pass(2_000);
  hall.lock.moveLeaf("closed");
  hall.pass(60_000);
  const films = hall.camera.card.list().filter(({ name }) => name.endsWith(".note"));
  assert.is(films.length, 2);
}

function covered(build: Build): void {
  const hall = filmed(build);
  hall.camera.stage.cover("paper");
  const token = hall.grant(hall.person("courier"), { cameraRule: CAMERA_RULE_LIVE });
  assert.is(askOften(hall, token), "no");
  hall.pass(60_000);
  assert.equal(drivesOf(hall), []);
}

function lightCut(build: Build): void {
  const hall = filmed(build);
  hall.camera.isLightCut = true;
  hall.camera.settleLight();
  const token = hall.grant(hall.person("courier"), { cameraRule: CAMERA_RULE_LIVE });
  assert.is(askOften(hall, token), "no");
  assert.is(hall.camera.shots, 0, "it saw without its light");
  hall.pass(60_000);
  assert.equal(drivesOf(hall), []);
}

function sensorGone(build: Build): void {
  const hall = filmed(build);
  hall.camera.isAnswering = false;
  const token = hall.grant(hall.person("courier"), { cameraRule: CAMERA_RULE_LIVE });
  assert.is(askOften(hall, token), "no");
  hall.pass(60_000);
  assert.equal(drivesOf(hall), []);
  hall.camera.isAnswering = true;
  assert.is(askOften(hall, token), "yes");
}

/** Asks for a path as a home computer does, which is challenged first. */
function askAtHome(hall: Hallway, path: string, password: string): HomeCall {
  const machine = new HomeMachine(hall.crypto, hall.network.host("192.168.1.40"), CAMERA_ADDRESS);
  const challenged = machine.get(path);
  hall.pass(100);
  if (challenged.status !== 401) return challenged;
  const call = machine.answer(challenged, path, password);
  hall.pass(100);
  return call;
}

function homes(build: Build): void {
  const [password, snapshot, stream] = ["correct horse battery", "/snapshot.jpg", "/stream.mjpeg"];
  assert.is(askAtHome(filmed(build), snapshot, password).status, 404);
  const hall = filmed(build, password);
  for (const path of [snapshot, stream]) assert.is(askAtHome(hall, path, password).status, 503);
  assert.equal([hall.camera.isLit, hall.camera.shots], [false, 0], "to ask switched it on");
  const token = hall.grant(hall.person("courier"), { cameraRule: CAMERA_RULE_LIVE });
  assert.is(askOften(hall, token), "yes");
  assert.is(askAtHome(hall, snapshot, "another horse battery").status, 401);
  const looking = askAtHome(hall, stream, password);
  const seen = askAtHome(hall, snapshot, password);
  hall.pass(1_000);
  const [head = "", picture = ""] = seen.text.split("\r\n\r\n");
  assert.match(head, "Content-Type: image/jpeg");
  assert.ok(picture.startsWith("\xff\xd8") && seen.text.endsWith("\xff\xd9") && seen.isOver);
  goIn(hall);
  hall.pass(60_000);
  assert.is(hall.camera.isLit, false);
  const parts = looking.text.split("--latchkey\r\nContent-Type: image/jpeg\r\n").slice(1);
  assert.ok(parts.length > 100 && parts.every((part) => part.includes("\xff\xd9\r\n")), `${parts.length} pictures`);
  assert.ok(looking.text.endsWith("\xff\xd9\r\n--latchkey--\r\n") && looking.isOver, "it went on without the light");
}

function silentAtHome(build: Build): void {
  const hall = filmed(build, "correct horse battery");
  const dial = () => {
    const call = new HomeMachine(hall.crypto, hall.network.host("192.168.1.40"), CAMERA_ADDRESS).dial("GET ");
    hall.pass(100);
    return call;
  };
  const silent = Array.from({ length: CALLERS_MAX }, dial);
  assert.equal(
    [...silent, dial()].map(({ isOver }) => isOver),
    [...silent.map(() => false), true],
  );
  hall.pass(10_000);
  assert.ok(
    silent.every(({ isOver, status }) => isOver && status === 0),
    "a silent machine kept its place",
  );
  const caught = dial();
  hall.camera.rig.wifi.drop();
  hall.pass(100);
  assert.ok(caught.isOver, "it outlasted the network");
  hall.pass(60_000);
  assert.is(askAtHome(hall, "/stream.mjpeg", "correct horse battery").status, 503);
}

/** Whoever has the lock leave the network by which he asks is answered, and then it leaves. */
function parting(build: Build): void {
  const hall = adopted(build);
  const credentials = { name: fromAscii(HOME.SSID), passphrase: fromAscii(HOME.password) };
  assert.is(hall.ownerSession().ask({ kind: "joinNetwork", credentials })?.kind, "yes");
  hall.pass(5_000);
  const owner = hall.ownerSession(hall.owner, hall.dial("192.168.1.50"));
  assert.is(owner.ask({ kind: "joinNetwork", credentials })?.kind, "yes");
  hall.pass(5_000);
  assert.not(owner.isConnected);
  const later = hall.ownerSession(hall.owner, hall.dial("192.168.1.50"));
  assert.is(later.ask({ kind: "leaveNetwork" })?.kind, "yes");
  hall.pass(5_000);
  assert.not(later.isConnected);
  assert.is(hall.lock.rig.wifi.joined, undefined);
}

/** Each with what it shows. */
export const VISITS: readonly (readonly [string, (build: Build) => void])[] = [
  ["a new lock moves nothing at power-on; a press inside opens, an owner adopts it, and it locks again", first],
  ["a guest phones by Bluetooth: the bolt is drawn once, thrown behind the shut door, and for no thief", guest],
  ["a bolt that is blocked is given up, told, and takes no power", blocked],
  ["a new lock prints its label on its serial line, and is adopted over it", cable],
  ["a courier is filmed: the red light burns before the bolt moves, and is out when the visit is over", courier],
  ["a machine of the house has the camera's picture by its password, while the red light burns and no longer", homes],
  ["machines of the house that say nothing, or lose the network, keep nobody out of the camera for long", silentAtHome],
  [
    "a courier who comes while the one before is filmed yet is let in where there is room for a film of his own",
    crowded,
  ],
  ["past a covered lens a courier's grant opens nothing", covered],
  ["a camera whose red light is cut sees nothing, and a courier's grant opens nothing", lightCut],
  ["past a sensor that does not say who it is a courier's grant opens nothing, until it does again", sensorGone],
  ["an owner who has the lock leave the network by which he asks is answered before it leaves", parting],
  ["at a keypad on its cable a code opens, a wrong one does not, and both are seen and heard", code],
];
