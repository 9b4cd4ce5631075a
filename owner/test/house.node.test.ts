// Goal: a grant goes from its owner over a company to a courier and opens a real lock once, and what is not allowed does
// not open it, whatever happens to the power.
// Method: the house of `npm start` with a folder and a port of its own; one story is played, with every command as a
// person types it, and each test looks at what one command left.

import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Desk, isSentence, type Ran, Street, Transcript } from "./stage.node.ts";

interface Scene {
  street: Street;
  desks: Desk[];
  ran: Map<string, Ran>;
}

const DAYS: readonly string[] = Object.freeze(["sun", "mon", "tue", "wed", "thu", "fri", "sat"]);
/** Two days from now: today's hours in any time zone are outside it. */
const OTHER_DAY = String(DAYS[(new Date().getUTCDay() + 2) % 7]);

const test = suite<Scene>("the house");

function newDesk(scene: Scene): Desk {
  const desk = new Desk();
  scene.desks.push(desk);
  desk.init(randomBytes(32).toString("base64url"));
  return desk;
}

test.before(async (scene) => {
  scene.desks = [];
  scene.ran = new Map();
  scene.street = new Street();
  const owner = new Desk();
  scene.desks.push(owner);
  const [made, { address, setup }] = await Promise.all([
    owner.launch(["init", "--json"], { LATCHKEY_HOME: owner.file("made") }),
    scene.street.open(),
  ]);
  scene.ran.set("init", made);
  owner.reseal(owner.file("made"));
  writeFileSync(owner.file("setup.txt"), `${setup}\n`);
  const people = { owner, company: newDesk(scene), courier: newDesk(scene), address };
  await play(scene, people).catch((error) =>
    scene.ran.set("the story itself", { exit: -1, output: "", errors: `${error}` }),
  );
});
test.after(async (scene) => {
  await scene.street.close();
  for (const desk of scene.desks) desk.close();
});

interface People {
  readonly owner: Desk;
  readonly company: Desk;
  readonly courier: Desk;
  readonly address: string;
}

async function play(scene: Scene, people: People): Promise<void> {
  const { street, ran } = scene;
  const note = async (name: string, running: Promise<Ran>) => void ran.set(name, await running);
  const { owner, company, courier, address } = people;
  const adopt = ["adopt", owner.file("setup.txt"), "--at", address, "--zone", "Europe/Berlin"];
  await note("adopt alone", owner.run(adopt));
  await street.press("b", /presses the inside button/);
  await note("adopt", owner.run(adopt));
  await street.line(/the bolt is drawn/);
  await note("adopt again", owner.run(adopt));
  await note("adopt another's", courier.run(["adopt", owner.file("setup.txt"), "--at", address]));
  await note("lock before who leaves", owner.run(["lock"]));
  await street.press("t", /thrown/);
  await note("status", owner.run(["status"]));
  await note("wifi set", owner.run(["wifi", "set", "Ha\u202ell", "--open"]));
  await street.line(/ {2}Wi-Fi: joined "Ha\\u\{202e\}ll"\n/);
  await note("wifi forget", owner.run(["wifi", "forget"]));
  await street.line(/ {2}Wi-Fi: left "Ha\\u\{202e\}ll"\n/);

  const [companyKey = "", courierKey = ""] = await Promise.all(
    [company, courier].map(async (desk) => String((await desk.ask(["id"]))["key"])),
  );
  const grant = ["grant", "--to", companyKey, "--who", "Parcel Co", "--until", "+3d"];
  await note("grant", owner.run([...grant, "--uses", "5", "--delegable", "1", "--out", owner.file("parcel.txt")]));
  await note("accept", company.run(["accept", owner.file("parcel.txt"), "--at", address, "--name", "Olga"]));
  const delegate = ["delegate", "--to", courierKey, "--who", "Carl", "--until", "+2h", "--once"];
  await note("delegate", company.run([...delegate, "--qr", "--out", company.file("carl.txt")]));
  await note("accept delegated", courier.run(["accept", company.file("carl.txt"), "--at", address]));
  await note("delegate further", courier.run(["delegate", "--to", companyKey]));

  await note("privacy", owner.run(["config", "--mode", "privacy"]));
  await note("in private", company.run(["open"]));
  await note("owner outside", owner.run(["open"]));
  await note("normal", owner.run(["config", "--mode", "normal"]));
  await visit(scene, people);
  await note("second use", courier.run(["open"]));
  await note("unlatch", company.run(["open", "--unlatch"]));
  const hours = ["--until", "+30d", "--weekly", `${OTHER_DAY} 09:00-12:00`, "--out", owner.file("hours.txt")];
  await note("grant hours", owner.run(["grant", "--to", courierKey, ...hours]));
  await note("outside hours", courier.run(["open", "--grant", owner.file("hours.txt"), "--at", address]));

  await street.press("p", /the plug is pulled/);
  await note("no power", company.run(["open"]));
  await street.line(/power is back/);
  await note("time unknown", company.run(["open"]));
  await note("status after the cut", owner.run(["status"]));
  await note("lock", owner.run(["lock"]));
  await note("privacy alone", owner.run(["config", "--mode", "privacy"]));
  await note("time", owner.run(["time"]));
  await note("time known", company.run(["open", "--wait", "0"]));
  await note("owner unlatches", owner.launch(["open", "--unlatch", "--wait", "0"]));
  await note("log", owner.run(["log"]));
}

/** The courier goes in and out while the command listens. */
async function visit({ street, ran }: Scene, { courier }: People): Promise<void> {
  const heard = new Transcript();
  const opening = courier.run(["open", "--wait", "20"], heard);
  await heard.line(/go in/);
  await street.press("d", /the door is opened/);
  // The contact must be still for a while before the lock believes it.
  await heard.line(/The door is open/);
  await street.press("d", /the door is shut/);
  ran.set("open", await opening);
  await street.line(/the bolt is thrown/);
}

/** What a command must have left where all went well: texts that its output holds. */
const DONE: readonly (readonly [claim: string, name: string, what: readonly RegExp[]])[] = [
  ["makes a key", "init", [/"words":\[/]],
  ["adopts a lock while somebody stands inside", "adopt", [/^You own the lock home .* on Europe\/Berlin\./]],
  ["finds that the lock is one's own already", "adopt again", [/^You own the lock home/]],
  ["throws the bolt for the owner", "lock", [/^Yes: the lock throws its bolt\.\nThe door is locked\.\n$/]],
  ["says how the lock is", "status", [/started once\nBolt: +locked\nDoor: +closed\n/, /Taken back: +nothing\n/]],
  ["joins any network that its owner names", "wifi set", [/^Set: .*\nWi-Fi: joined, at 127\.0\.0\.1\n$/]],
  ["leaves it", "wifi forget", [/^Forgotten: /]],
  ["grants", "grant", [/Uses: +5 openings\nPassing: +may be passed on once\n/, /parcel\.txt; your guest runs/]],
  ["accepts a grant", "accept", [/Kept as Olga\./]],
  [
    "passes a grant on, with a picture",
    "delegate",
    [
      /to take it back, the owner runs: latchkey revoke \S{11} --unlisted\)/,
      /For: +Parcel Co, who passed it on to Carl\n/,
      /\u2588\u2580/,
    ],
  ],
  ["accepts what was passed on", "accept delegated", [/Uses: +once\nPassing: +may not be passed on\n/]],
  ["keeps private who stands inside behind a thrown bolt", "privacy", [/mode +privacy\n/]],
  ["ends privacy", "normal", [/mode +normal\n/]],
  [
    "opens for the courier and tells what the door does",
    "open",
    [/^Yes: the lock opens\.\nThe bolt is back: go in\.\nThe door is open\.\nThe door is closed\.\nThe door is locked/],
  ],
  [
    "knows its bolt and not the time after a cut of power",
    "status after the cut",
    [/started 2 times/, /unknown, so no/],
  ],
  ["tells the lock the time", "time", [/^The lock's clock: .*\(UTC\+0[12]:00\), give or take \d+ s\.\n$/]],
  ["opens for a guest when the time is known again", "time known", [/^Yes: the lock opens/]],
  [
    "reads all of it in the log",
    "log",
    [
      /owner you +adopts the lock +done\n/,
      /Parcel Co > Carl +phone, unlock \(use 1 of Parcel Co's, use 1 of Carl's\) +door open after .*, locked after/,
      /Carl +asks to unlock +refused: uses/,
      /Parcel Co +asks to unlock +refused: time-unknown/,
      /Every record and the lock's signature hold\.\n$/,
    ],
  ],
];
for (const [claim, name, what] of DONE) {
  test(claim, ({ ran }) => {
    const { exit, output, errors } = resultOf(ran, name);
    assert.is(exit, 0, errors);
    for (const each of what) assert.match(output, each);
  });
}

const REFUSED: readonly (readonly [claim: string, name: string, exit: number, what: RegExp])[] = [
  ["refuses an owner while nobody stands inside", "adopt alone", 1, /press the button on its inside/],
  ["refuses a second owner, and says what can be done", "adopt another's", 1, /owner already: .*ask for a grant/],
  ["locks nobody in who has just pressed the button", "lock before who leaves", 1, /the bolt is busy/],
  ["refuses to pass on what may not be", "delegate further", 2, /may not be passed on/],
  ["refuses a second use of one", "second use", 1, /^The lock said no.*\n {2}Its one use may be spent\./],
  ["refuses the latch to whom it is not allowed", "unlatch", 1, /does not allow "unlatch", only: unlock, lock/],
  ["refuses outside the hours, and says them", "outside hours", 1, new RegExp(`hours: ${OTHER_DAY} 09:00-12:00`, "i")],
  ["says that a lock without power does not answer", "no power", 3, /No lock answers|is busy|stopped answering/],
  ["refuses guests while somebody is private", "in private", 1, /a mode that admits no guests/],
  ["refuses its owner too, and says why", "owner outside", 1, /operating mode forbids it: .*--mode normal/],
  ["refuses privacy while nobody stands inside", "privacy alone", 1, /somebody must stand inside/],
  ["says that this lock has no latch to draw", "owner unlatches", 1, /it has no part for that/],
  ["refuses a guest while the time is unknown", "time unknown", 1, /may not know the time after a loss of power/],
];
for (const [claim, name, exit, what] of REFUSED) {
  test(claim, ({ ran }) => isSentence(resultOf(ran, name), exit, what));
}

test("plays the story to its end", ({ ran }) => assert.is(ran.get("the story itself")?.errors, undefined));

function resultOf(ran: ReadonlyMap<string, Ran>, name: string): Ran {
  return ran.get(name) ?? { exit: -1, output: "", errors: `"${name}" was not played` };
}

test.run();
