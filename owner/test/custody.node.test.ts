// Goal: an owner takes back what was given, also through others and from two computers, and looks after the lock: its
// settings, its clock, its log.
// Method: the house of `npm start`; one story is played with the commands as a person types them, and each test looks at
// what one of them left.

import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { COMMANDS } from "../commands.ts";
import { Desk, isSentence, type Ran, Street, writeTampered } from "./stage.node.ts";

interface Scene {
  street: Street;
  desks: Desk[];
  ran: Map<string, Ran>;
  /** What --json gave, by command. */
  objects: Map<string, Record<string, unknown>>;
}

/** What other stories play. */
const ELSEWHERE: readonly string[] = [
  "init",
  "wifi",
  "carry",
  "owners",
  "wifi",
  "owner",
  "transfer",
  "reset",
  "pin",
  "totp",
  "users",
  "schedules",
  "keypad",
  "watch",
];
/** Nothing listens there. */
const NOWHERE = "127.0.0.1:1";

const test = suite<Scene>("custody");

/** Who is in the story; `ana` and `ben` are guests. */
interface People {
  readonly owner: Desk;
  readonly ana: Desk;
  readonly ben: Desk;
  readonly address: string;
  readonly setup: string;
  readonly keys: readonly string[];
}

test.before(async (scene) => {
  scene.desks = [];
  scene.ran = new Map();
  scene.objects = new Map();
  scene.street = new Street();
  const [owner, ana, ben] = [new Desk(), new Desk(), new Desk()];
  for (const desk of [owner, ana, ben]) {
    scene.desks.push(desk);
    desk.init(randomBytes(32).toString("base64url"));
  }
  const reached = await scene.street.open();
  const play = async () => {
    const keys = [];
    for (const desk of [ana, ben]) keys.push(String((await ask(scene, desk, ["id"]))["key"]));
    const people = { owner, ana, ben, keys, ...reached };
    await give(scene, people);
    await takeBack(scene, people);
    await lookAfter(scene, people);
  };
  await play().catch((error) => scene.ran.set("the story itself", { exit: -1, output: "", errors: `${error}` }));
});
test.after(async (scene) => {
  await scene.street.close();
  for (const desk of scene.desks) desk.close();
});

async function ask({ objects }: Scene, desk: Desk, words: readonly string[]): Promise<Record<string, unknown>> {
  const object = await desk.ask(words);
  objects.set(words[0] ?? "", object);
  return object;
}

/** Ana holds three grants, of which the second reads the log; Ben holds one. */
async function give(scene: Scene, { owner, ana, ben, keys, address, setup }: People): Promise<void> {
  writeFileSync(owner.file("setup.txt"), setup);
  await scene.street.press("b", /presses the inside button/);
  await ask(scene, owner, ["adopt", owner.file("setup.txt"), "--at", address, "--name", "home"]);
  const [anaKey = "", benKey = ""] = keys;
  const allow = ["unlock", "unlock,read-log", "unlock"];
  for (const [index, what] of allow.entries()) {
    const words = ["grant", "--to", anaKey, "--who", "Ana", "--until", "+9d", "--allow", what, "--delegable", "1"];
    words.push("--out", owner.file(`ana${index}.txt`));
    // It warns, and no other of them does.
    if (what.includes("read-log")) scene.ran.set("reader", await owner.run(words));
    else await ask(scene, owner, words);
    await ask(scene, ana, ["accept", owner.file(`ana${index}.txt`), "--at", NOWHERE]);
  }
  await owner.run(["grant", "--to", benKey, "--who", "Ben", "--until", "+9d", "--out", owner.file("ben.txt")]);
  await ben.run(["accept", owner.file("ben.txt"), "--at", NOWHERE]);
  const passed = ["delegate", "--to", benKey, "--until", "+1d", "--grant", owner.file("ana2.txt")];
  await ask(scene, ana, [...passed, "--out", ana.file("passed.txt")]);
}

async function takeBack(scene: Scene, { owner, ana, ben, keys, address }: People): Promise<void> {
  const { ran } = scene;
  const note = async (name: string, running: Promise<Ran>) => void ran.set(name, await running);
  const laptop = owner.copy();
  scene.desks.push(laptop);
  await note("list", owner.run(["revoke"]));
  await note("by number", owner.run(["revoke", "1"]));
  // The guests' keystores still know a wrong address: whatever follows finds the right one where this was remembered.
  await note("taken back", ana.run(["open", "--grant", owner.file("ana0.txt"), "--at", address]));
  await note("guest's log", ana.run(["log"]));
  await note("guest's export", ana.run(["log", "--export", ana.file("log.json")]));
  await note("log not allowed", ben.run(["log"]));
  await note("not reached", owner.run(["revoke", owner.file("ana1.txt"), "--at", NOWHERE]));
  await note("to a file", owner.run(["revoke", "--file", owner.file("list.txt")]));
  await note("list under way", owner.run(["revoke"]));
  await note("carry", ben.run(["carry", owner.file("list.txt"), "--at", address]));
  await note("carry twice", ben.run(["carry", owner.file("list.txt")]));
  objectsOf(scene, "show the list", await ben.ask(["show", owner.file("list.txt")]));
  await note("confirmed later", owner.run(["status"]));

  // The laptop was copied before all this, and knows nothing of it.
  await note("laptop", laptop.run(["revoke", ana.file("passed.txt"), "--at", address]));
  objectsOf(scene, "laptop's list", await laptop.ask(["status"]));
  await note("owner learns", owner.run(["status"]));
  await note("holder", owner.run(["revoke", "3", "--holder"]));
  const again = ["grant", "--to", keys[0] ?? "", "--until", "+1h", "--out", ana.file("new.txt")];
  await note("holder's new grant", owner.run(again));
  // The laptop does not know yet that the key was taken back.
  await laptop.run(again);
  await note("holder refused", ana.run(["open", "--grant", ana.file("new.txt")]));
  await note("ben may still", ben.run(["open", "--wait", "0"]));
  await ask(scene, owner, ["revoke", "--all"]);
  await note("ben may not", ben.run(["open"]));
}

async function lookAfter(scene: Scene, { owner, keys, ben, address }: People): Promise<void> {
  const { street, ran } = scene;
  const note = async (name: string, running: Promise<Ran>) => void ran.set(name, await running);
  const numbers = ["--auto-relock", "60", "--ajar", "90", "--unlatch", "2000", "--clock-width", "900"];
  const config = ["config", "--zone", "America/New_York", "--mode", "vacation", ...numbers];
  await note("config", owner.run(config));
  await owner.run(["grant", "--to", keys[1] ?? "", "--until", "+1h", "--out", ben.file("new.txt")]);
  await note("on vacation", ben.run(["open", "--grant", ben.file("new.txt"), "--at", address]));
  await note("status on vacation", owner.run(["status"]));
  await street.press("b", /presses the inside button/);
  await ask(scene, owner, ["time"]);
  await note("back", owner.run(["time", "--back"]));
  await note("nothing damaged", owner.run(["config", "--acknowledge", "--auto-relock", "30"]));
  await ask(scene, owner, ["config", "--mode", "normal", "--auto-relock", "never"]);

  await ask(scene, owner, ["clip", "key"]);
  await ask(scene, owner, ["log", "--all", "--export", owner.file("log.json")]);
  await ask(scene, owner, ["claim"]);
  await ask(scene, owner, ["camera"]);
  await note("log", owner.run(["log", "--all"]));
  await note("short log", owner.run(["log"]));
  const grant = ["grant", "--to", keys[1] ?? "", "--until", "+1h", "--allow", "unlock,unlatch", "--camera", "live"];
  await note("doubtful", owner.run(grant));
  await note("verify", owner.run(["log", "verify", owner.file("log.json")]));
  const setup = ["--setup", owner.file("setup.txt")];
  await note("verify by label", ben.run(["log", "verify", owner.file("log.json"), ...setup]));
  const text = owner.read("log.json");
  writeTampered(owner.file("tampered.json"), text, text.indexOf('"records":"') + 60);
  await note("verify tampered", owner.run(["log", "verify", owner.file("tampered.json")]));
  writeTampered(owner.file("forged.json"), text, text.indexOf('"checkpoint":"') + 100);
  await note("verify forged", owner.run(["log", "verify", owner.file("forged.json"), ...setup]));
  for (const file of ["setup.txt", "ana0.txt"])
    objectsOf(scene, `show ${file}`, await owner.ask(["show", owner.file(file)]));
  await ask(scene, owner, ["show", owner.file("ben.txt")]);
  await ask(scene, owner, ["open", "--wait", "0"]);
  // Nobody outside locks soon after a press of the button, and a start forgets the press.
  await street.press("p", /the plug is pulled/);
  await street.line(/power is back/);
  await ask(scene, owner, ["status"]);
  await ask(scene, owner, ["lock", "--wait", "0"]);
}

function objectsOf({ objects }: Scene, name: string, object: Record<string, unknown>): void {
  objects.set(name, object);
}

const DONE: readonly (readonly [claim: string, name: string, what: readonly RegExp[]])[] = [
  ["lists what was given", "list", [/1 {2}Ana .* valid, until/, /4 {2}Ben .* valid, until/]],
  ["takes back by number", "by number", [/^Taken back: Ana \(.{11}\)\nConfirmed: the lock holds the list\.\n$/]],
  [
    "shows a guest the door's records, and what it does not prove",
    "guest's log",
    [/refused: revoked/, /owner only\.\n$/],
  ],
  ["signs a list for others to carry", "to a file", [/whoever is at the door/, /NOT CONFIRMED/]],
  [
    "tells what the lock confirmed from what is under way",
    "list under way",
    [/1 {2}Ana .* taken back, until/, /2 {2}Ana .* taken back, NOT CONFIRMED, until/],
  ],
  ["shows what was taken back without --all", "short log", [/owner you +takes back +list 1: 1 grant\n/]],
  ["grants what may not work", "doubtful", [/^For:/]],
  ["takes a list that somebody else brings", "carry", [/took the list \(number 2\)/]],
  ["finds out that somebody brought the list", "confirmed later", [/Taken back: +2 grants, confirmed by the lock\n/]],
  ["takes back by the invitation itself", "laptop", [/Confirmed/]],
  ["takes back a key", "holder", [/Taken back: Ana .*\nConfirmed/]],
  ["leaves the others their grants", "ben may still", [/^Yes/]],
  [
    "changes every setting at once",
    "config",
    [
      /zone +EST5EDT,M3.2.0,M11.1.0\n/,
      /auto-relock +60 s\nmode +vacation\najar +90 s\nunlatch +2000 ms\nclock-width +900 s\n/,
    ],
  ],
  ["shows the door's new time zone", "status on vacation", [/Mode: +vacation\n/, /UTC-0[45]:00/]],
  ["reads the log", "log", [/takes back +list 1: 1 grant\n/, /takes back +list 5: /, /changes settings/, /hold\.\n$/]],
  ["verifies an exported log with the keystore's key", "verify", [/its key is from your keystore/]],
  ["verifies an exported log with the label's key", "verify by label", [/its key is from its label/]],
];
for (const [claim, name, what] of DONE) {
  test(claim, ({ ran }) => {
    const { exit, output, errors } = resultOf(ran, name);
    assert.is(exit, 0, errors);
    for (const each of what) assert.match(output, each);
  });
}

const REFUSED: readonly (readonly [claim: string, name: string, exit: number, what: RegExp])[] = [
  ["refuses what was taken back", "taken back", 1, /The owner may have taken it back/],
  ["refuses a guest's export", "guest's export", 2, /Only an owner can export a log/],
  ["refuses the log to whom it is not allowed", "log not allowed", 2, /--allow read-log/],
  ["remembers where the lock answered, and refuses a list twice", "carry twice", 1, /holds this one or a newer one/],
  ["signs nothing for a key that was taken back", "holder's new grant", 2, /refuses it: ask your guest for a new/],
  ["acknowledges no damage where there is none", "nothing damaged", 2, /^Nothing is damaged/],
  ["refuses a key that was taken back", "holder refused", 1, /taken it back/],
  ["refuses everybody after --all", "ben may not", 1, /taken it back/],
  ["refuses guests on vacation", "on vacation", 1, /a mode that admits no guests/],
  ["refuses an exported log with a changed record", "verify tampered", 5, /^Record \d+ of region \d was changed/],
  ["refuses an exported log with a changed signature", "verify forged", 5, /another lock's, or its signature/],
];
for (const [claim, name, exit, what] of REFUSED) {
  test(claim, ({ ran }) => isSentence(resultOf(ran, name), exit, what));
}

test("says that a list has not arrived, and what to do", ({ ran }) => {
  const { exit, output, errors } = resultOf(ran, "not reached");
  assert.is(exit, 3);
  assert.match(output, /^Taken back: Ana/);
  assert.match(
    errors,
    /NOT CONFIRMED by the lock\. No lock answers .* lets them in, at the latest until .* "latchkey revoke --file FILE"/,
  );
});

test("warns of a grant that the lock will not take", ({ ran }) => {
  assert.match(resultOf(ran, "doubtful").errors, /camera.*\n.*latch/);
});

test("warns whoever lets somebody read the log that it tells of duress", ({ ran }) => {
  const { exit, errors } = resultOf(ran, "reader");
  assert.is(exit, 0);
  assert.match(errors, /^Whoever reads the log also reads which code is for duress, and whether it was used: .*\n$/);
});

test("drops nothing that another computer of the owner took back", ({ ran, objects }) => {
  assert.match(resultOf(ran, "laptop").errors, /on another device of yours: it is noted here too/);
  assert.match(resultOf(ran, "owner learns").errors, /on another device of yours: it is noted here too/);
  assert.match(resultOf(ran, "owner learns").output, /Taken back: +3 grants, confirmed by the lock\n/);
  assert.equal(objects.get("laptop's list")?.["revocation"], { seq: 3, confirmedSeq: 3 });
});

test("shows every kind of text that people hand to each other", ({ objects }) => {
  assert.is(objects.get("show setup.txt")?.["kind"], "The label of a lock, or of a keypad");
  assert.is(objects.get("show ana0.txt")?.["kind"], "An invitation");
  assert.is(objects.get("show the list")?.["kind"], "A revocation list");
});

test("answers every command with --json in one object that says whether it was done", ({ objects }) => {
  const spoken = COMMANDS.map(({ name }) => name).filter((name) => !ELSEWHERE.includes(name));
  for (const name of spoken) assert.is(objects.get(name)?.["ok"], true, name);
});

test("plays the story to its end", ({ ran }) => assert.is(ran.get("the story itself")?.errors, undefined));

function resultOf(ran: ReadonlyMap<string, Ran>, name: string): Ran {
  return ran.get(name) ?? { exit: -1, output: "", errors: `"${name}" was not played` };
}

test.run();
