// Goal: whoever shares a lock, loses a phone or a computer, sells a flat, or has lost every key gets through it by what the
// commands say; and what was somebody's is nobody's afterwards.
// Method: the house of `npm start`; one story is played with the commands as a person types them, somebody inside presses
// when the lock sounds, and each test looks at what one command left.

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

interface People {
  readonly olga: Desk;
  readonly paul: Desk;
  readonly gina: Desk;
  readonly buyer: Desk;
  readonly address: string;
}

const NONSENSE = Array.from({ length: 24 }, () => "abandon").join(" ");

const test = suite<Scene>("ownership");

/** Makes somebody whose words are in words.txt. */
async function newPerson(scene: Scene): Promise<Desk> {
  const desk = new Desk();
  scene.desks.push(desk);
  const { output } = await desk.launch(["init", "--json"], { LATCHKEY_HOME: desk.file("made") });
  const { words } = JSON.parse(output) as { readonly words: readonly string[] };
  const lines = words.map((word, index) => `${index + 1}. ${word.toUpperCase()}`);
  writeFileSync(desk.file("words.txt"), `${lines.join("\n")}\n`);
  desk.reseal(desk.file("made"));
  return desk;
}

test.before(async (scene) => {
  scene.desks = [];
  scene.ran = new Map();
  scene.street = new Street();
  const [{ address, setup }, olga, buyer] = await Promise.all([
    scene.street.open(),
    newPerson(scene),
    newPerson(scene),
  ]);
  const [paul, gina] = [new Desk(), new Desk()];
  for (const desk of [paul, gina]) {
    scene.desks.push(desk);
    desk.init(randomBytes(32).toString("base64url"));
  }
  for (const desk of [olga, buyer, paul]) writeFileSync(desk.file("setup.txt"), `${setup}\n`);
  const people = { olga, paul, gina, buyer, address };
  const play = async () => {
    await share(scene, people);
    const found = await lose(scene, people);
    await sell(scene, people, found);
    await beginAnew(scene, people);
  };
  await play().catch((error) => scene.ran.set("the story itself", { exit: -1, output: "", errors: `${error}` }));
});
test.after(async (scene) => {
  await scene.street.close();
  for (const desk of scene.desks) desk.close();
});

/** Runs a command, and presses inside when it says that the lock waits for it. A press within the last minute, for the same
 *  key, is enough, so that it may say nothing. */
async function agree({ street, ran }: Scene, name: string, desk: Desk, words: readonly string[]): Promise<void> {
  const heard = new Transcript();
  const running = desk.run(words, heard);
  const asked = heard.line(/press the button on its inside now/).then(() => true);
  // It may come too late or never, once the command has ended.
  asked.catch(() => undefined);
  if (await Promise.race([asked, running.then(() => false)])) await street.press("b", /presses the inside button/);
  ran.set(name, await running);
}

async function note({ ran }: Scene, name: string, running: Promise<Ran>): Promise<void> {
  ran.set(name, await running);
}

async function keyOf(desk: Desk): Promise<string> {
  return String((await desk.ask(["id"]))["key"]);
}

/** Olga adopts the lock and adds Paul, who lets Gina in; then Paul's phone is lost. */
async function share(scene: Scene, { olga, paul, gina, address }: People): Promise<void> {
  const { street } = scene;
  await street.press("b", /presses the inside button/);
  await note(scene, "adopt", olga.run(["adopt", olga.file("setup.txt"), "--at", address]));
  await note(scene, "owners", olga.run(["owners"]));
  await note(scene, "adopt too early", paul.run(["adopt", paul.file("setup.txt"), "--at", address]));
  await agree(scene, "add", olga, ["owner", "add", await keyOf(paul), "--name", "Paul"]);
  await note(
    scene,
    "adopt as second",
    paul.run(["adopt", paul.file("setup.txt"), "--at", address, "--name", "Olga's"]),
  );
  await note(scene, "add again", olga.run(["owner", "add", await keyOf(paul)]));
  await note(scene, "two owners", olga.run(["owners"]));
  await note(scene, "owners, for a program", olga.run(["owners", "--json"]));
  const grant = ["grant", "--to", await keyOf(gina), "--who", "Gina", "--until", "+1d"];
  await paul.run([...grant, "--out", gina.file("grant.txt")]);
  await note(scene, "Gina accepts", gina.run(["accept", gina.file("grant.txt"), "--at", address]));
  await note(scene, "Gina opens", gina.run(["open", "--wait", "0"]));
  // The lock answers before its drive has ended.
  await street.line(/the bolt is drawn/);
  await street.press("t", /thrown/);
  await note(scene, "remove nobody", olga.run(["owner", "remove", "Peter"]));
  await agree(scene, "remove", olga, ["owner", "remove", "Paul"]);
  // The press inside has drawn the bolt, too.
  await street.line(/the bolt is drawn/);
  await note(scene, "Paul opens", paul.run(["open", "--wait", "0"]));
  await note(scene, "Gina opens no more", gina.run(["open", "--wait", "0"]));
  await note(scene, "remove the last", olga.run(["owner", "remove", "you"]));
}

/** Olga's computer is lost: she goes on from another one. @returns the other one */
async function lose(scene: Scene, { olga, address }: People): Promise<Desk> {
  const { ran, street } = scene;
  const found = new Desk();
  scene.desks.push(found);
  const recover = ["init", "--recover", olga.file("setup.txt"), "--at", address, "--words"];
  writeFileSync(found.file("other.txt"), NONSENSE);
  writeFileSync(found.file("short.txt"), NONSENSE.replace("abandon ", ""));
  await note(scene, "words that do not fit", found.run([...recover, found.file("other.txt")]));
  await note(scene, "too few words", found.run([...recover, found.file("short.txt")]));
  await note(scene, "another's words", found.run([...recover, scene.desks[1]?.file("words.txt") ?? ""]));
  await agree(scene, "recover", found, [...recover, olga.file("words.txt")]);
  const lost = /latchkey owner remove (\S+)/.exec(ran.get("recover")?.output ?? "")?.[1] ?? "";
  await agree(scene, "remove by words", found, ["owner", "remove", lost, "--words", olga.file("words.txt")]);
  await note(scene, "the finder", olga.run(["open", "--wait", "0"]));
  await note(scene, "Olga again", found.run(["open", "--wait", "0"]));
  await street.press("t", /thrown/);
  return found;
}

async function sell(scene: Scene, { olga, buyer, address }: People, seller: Desk): Promise<void> {
  await note(scene, "ids", buyer.run(["id", "--recovery"]));
  const keys = (scene.ran.get("ids")?.output ?? "").trim().split(" ");
  await note(
    scene,
    "transfer to oneself",
    seller.run(["transfer", await keyOf(seller), keys[1] ?? "", "--words", olga.file("words.txt")]),
  );
  // Another computer sets the zone, of which the seller's has not heard.
  const other = seller.copy();
  scene.desks.push(other);
  await note(scene, "the door moves", other.run(["config", "--zone", "Asia/Tokyo"]));
  await agree(scene, "transfer", seller, ["transfer", ...keys, "--words", olga.file("words.txt")]);
  await note(scene, "the seller", seller.run(["status"]));
  await note(scene, "the buyer", buyer.run(["adopt", buyer.file("setup.txt"), "--at", address, "--name", "flat"]));
  await note(scene, "the buyer's owners", buyer.run(["owners"]));
  await note(scene, "the record", buyer.run(["log"]));
}

async function beginAnew(scene: Scene, { buyer, address }: People): Promise<void> {
  const { street } = scene;
  await note(scene, "nothing to cancel", buyer.run(["reset", "cancel"]));
  await agree(scene, "reset", buyer, ["reset"]);
  await note(scene, "status in the delay", buyer.run(["status"]));
  await note(scene, "reset twice", buyer.run(["reset"]));
  await note(scene, "cancel", buyer.run(["reset", "cancel", "--json"]));
  await note(scene, "nothing left to cancel", buyer.run(["reset", "cancel"]));
  // After an owner's cancel the cover begins none for an hour, and a cut of power forgets that.
  await street.press("p", /the plug is pulled/);
  await street.line(/power is back/);
  await street.press("c", /the cover is opened/);
  for (let press = 0; press < 5; press++) await street.press("b", /presses the inside button/);
  await note(scene, "status under the cover", buyer.run(["status"]));
  await street.press("c", /the cover is closed/);
  await note(scene, "status with the cover shut", buyer.run(["status"]));
  await agree(scene, "reset by words", buyer, ["reset", "--words", buyer.file("words.txt")]);
  const [, setup = ""] = await street.line(/latchkey adopt (\S+)/);
  await note(scene, "status of nothing", buyer.run(["status"]));
  await street.press("b", /presses the inside button/);
  await note(scene, "adopt anew", buyer.run(["adopt", setup, "--at", address]));
  await note(scene, "status anew", buyer.run(["status"]));
  const shown = await buyer.ask(["status"]);
  await note(scene, "farewell", buyer.run(["show", String(shown["farewell"]), "--brief"]));
  await note(scene, "forget, and nobody there", buyer.launch(["reset", "forget"]));
  await note(scene, "forget, for a program", buyer.run(["reset", "forget", "--json"]));
  await note(scene, "reset without a question", buyer.run(["reset", "--yes"]));
  await note(scene, "still there", buyer.run(["status"]));
  await note(scene, "forget", buyer.run(["reset", "forget", "--yes"]));
}

/** What a command must have left where all went well: texts that its output holds. */
const DONE: readonly (readonly [claim: string, name: string, what: readonly RegExp[]])[] = [
  [
    "shows the one owner, and whose the words are",
    "owners",
    [/^\S{11} {2}you +\d statement/, /Words on paper: yours\n$/],
  ],
  [
    "adds an owner while somebody presses inside, and says what they do next",
    "add",
    [/^The lock sounds its alarm/, /Added: Paul \(\S{11}\) owns the lock home too\.\nThey run "latchkey adopt SETUP"/],
  ],
  ["lets an owner who was added take up the lock", "adopt as second", [/^You own the lock Olga's/]],
  ["shows both owners by name", "two owners", [/ you /, / Paul /]],
  [
    "tells a program too",
    "owners, for a program",
    [/^\{"ok":true,"lockId":.*"name":"Paul".*"isRecoveryMine":true\}\n$/],
  ],
  ["tells a program what was done", "cancel", [/^\{"ok":true,"lockId":"\S{11}","wasRunning":true\}\n$/]],
  ["opens for the guest of the second owner", "Gina opens", [/^Yes/]],
  [
    "removes a lost phone, and says what ends",
    "remove",
    [
      /Removed: Paul \(\S{11}\) is no owner of home any more, for good\.\nEvery grant and every window code that this key gave has/,
      /needs a new one/,
    ],
  ],
  [
    "brings a lost computer's owner back by the words, and says what to remove",
    "recover",
    [
      /Your new key is made.* and owns the lock home/,
      /\n {2}latchkey owner remove \S{11}\nThe lock sounds for that again, and somebody presses once more/,
      /must be granted anew\.\nIts codes for the keypad end too: "latchkey pin setup" .*\n$/,
    ],
  ],
  ["removes the lost key by the words", "remove by words", [/^Removed: \S{11} /]],
  ["opens for whoever came back", "Olga again", [/^Yes/]],
  ["shows both keys to hand over to", "ids", [/^[\w-]{43} [\w-]{43}\n$/]],
  ["hands the lock over", "transfer", [/Handed over: the lock home .* belongs to \S{11}, and to nobody else\./]],
  [
    "lets the buyer take up the lock, in the zone that it has",
    "the buyer",
    [/^You own the lock flat .* is on JST-9\.\n/],
  ],
  ["leaves the buyer alone with it", "the buyer's owners", [/^\S{11} {2}you +0 statements\nWords on paper: yours\n$/]],
  [
    "keeps the record for the buyer",
    "the record",
    [/adds an owner +\S{11}\n/, /removes an owner +\S{11}\n/, /hands the lock over +to you\n/, /Gina +phone, unlock/],
  ],
  ["says that nothing runs", "nothing to cancel", [/^No reset is running\.\n$/]],
  [
    "begins a reset, and says how long and what stops it",
    "reset",
    [/has begun: in 1 d the lock erases itself.*reset cancel/],
  ],
  ["shows a reset that runs", "status in the delay", [/\nRESET: +in 1 d the lock erases itself/]],
  ["has stopped a reset", "nothing left to cancel", [/^No reset is running/]],
  ["shows a reset that the cover began", "status under the cover", [/\nRESET: +in 1 d/]],
  ["resets at once by the words", "reset by words", [/erases itself now and starts as a new one/]],
  ["is another lock, to be adopted anew", "adopt anew", [/^You own the lock home/]],
  ["says that there was a lock before", "status anew", [/\nBefore: +it was another lock, and was reset/]],
  ["shows the former lock's last word", "farewell", [/^A checkpoint/]],
  ["forgets no lock before somebody has said yes", "still there", [/^Lock: +home/]],
  ["forgets a lock", "forget", [/^Forgotten: home/]],
];
for (const [claim, name, what] of DONE) {
  test(claim, ({ ran }) => {
    const { exit, output, errors } = resultOf(ran, name);
    assert.is(exit, 0, errors);
    for (const each of what) assert.match(output, each);
  });
}

test("shows no reset once the cover is shut", ({ ran }) => {
  assert.not.match(resultOf(ran, "status with the cover shut").output, /RESET/);
});

const REFUSED: readonly (readonly [claim: string, name: string, exit: number, what: RegExp])[] = [
  ["refuses the lock to whom nobody has added", "adopt too early", 1, /or to be added as an owner/],
  ["adds nobody twice, and sounds nothing for it", "add again", 1, /the key is or was an owner's there already/],
  [
    "removes nobody whom it does not know, and lists the others",
    "remove nobody",
    2,
    /its owners: \S{11} you, \S{11} Paul/,
  ],
  ["opens nothing for a removed key", "Paul opens", 1, /does not take your key for an owner's/],
  ["opens nothing for whom a removed key let in", "Gina opens no more", 1, /^The lock said no/],
  ["removes no last owner", "remove the last", 1, /it would be the last owner's/],
  ["refuses words that do not fit together", "words that do not fit", 2, /together they do not fit/],
  ["refuses too few words, and counts them", "too few words", 2, /There are 23 words, and it takes 24/],
  ["refuses another person's words", "another's words", 1, /does not know these words/],
  ["opens nothing for the finder of a lost computer", "the finder", 1, /does not take your key/],
  ["hands nothing to a key that the lock knows", "transfer to oneself", 1, /is or was an owner's there already/],
  ["leaves the seller nothing", "the seller", 2, /You own no lock/],
  ["begins no second reset", "reset twice", 1, /A reset runs already: in 1 d/],
  ["asks whether a lock is to be forgotten", "forget, and nobody there", 2, /Forget home\? .*\(yes or no\).*ended/s],
  [
    "asks no question that belongs to another act",
    "reset without a question",
    2,
    /--yes goes with "latchkey reset forget"/,
  ],
  ["forgets the lock that it has reset", "status of nothing", 2, /You own no lock/],
];
for (const [claim, name, exit, what] of REFUSED) {
  test(claim, ({ ran }) => isSentence(resultOf(ran, name), exit, what));
}

test("forgets nothing for a program that does not say --yes", ({ ran }) => {
  const { exit, output } = resultOf(ran, "forget, for a program");
  assert.is(exit, 2);
  assert.match(output, /^\{"ok":false,"exit":2,"error":"With --json nobody is asked: .*--yes/);
});

test("plays the story to its end", ({ ran }) => assert.is(ran.get("the story itself")?.errors, undefined));

function resultOf(ran: ReadonlyMap<string, Ran>, name: string): Ran {
  return ran.get(name) ?? { exit: -1, output: "", errors: `"${name}" was not played` };
}

test.run();
