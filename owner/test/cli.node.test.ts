// Goal: every mistake that a person can make ends in one sentence that says what to do, the documented number, and no
// trace of our code; and what needs no lock works without one.
// Method: most commands run in this process; what a process adds (launcher, exit code, terminal) is run as a person runs
// it.

import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromBase64url, toBase64url } from "../../firmware/bytes.ts";
import { kid8 } from "../../firmware/cose/key.ts";
import { issueRoot } from "../../firmware/grant/issue.ts";
import { encodeSetup } from "../../firmware/link/label.ts";
import { seconds } from "../../firmware/platform.ts";
import { examples } from "../../simulator/examples.ts";
import { readAllowance } from "../allowance.ts";
import { COMMANDS } from "../commands.ts";
import { helpOf } from "../help.ts";
import { encodeInvitation, parseInvitation } from "../invitation.ts";
import { createKeystore, openKeystore } from "../keystore.ts";
import { COST, Desk, isSentence, PASSPHRASE, type Ran } from "./stage.node.ts";

interface Scene {
  desk: Desk;
  /** Somebody who answers nonsense and hangs up. */
  stranger: Server;
  port: number;
}

const OWNER_SEED = new Uint8Array(32).fill(1);
const LOCK_SEED = new Uint8Array(32).fill(2);
const AGREEMENT_KEY = crypto.agreementPublicKey(new Uint8Array(32).fill(3));
const KEY = toBase64url(crypto.signingPublicKey(new Uint8Array(32).fill(4)));
const SETUP = encodeSetup({ agreementKey: AGREEMENT_KEY, signingKey: crypto.signingPublicKey(LOCK_SEED) });
const HOLDER = toBase64url(new Uint8Array(32).fill(5));
const CLOSED_PORT = "127.0.0.1:1";
/** Long enough for a text, and nothing of Latchkey: no CBOR, and CBOR. */
const NO_CBOR = `${"_".repeat(99)}w`;
const ZEROS = toBase64url(Uint8Array.of(0x58, 72, ...new Uint8Array(72)));
const PAST = seconds(1_600_000_000);
const FUTURE = seconds(4_000_000_000);

function invitationFor(key: string, claims: Partial<Parameters<typeof issueRoot>[1]> = {}): string {
  const token = issueRoot(
    kid8(crypto, crypto.signingPublicKey(OWNER_SEED)),
    {
      lockId: toBase64url(kid8(crypto, crypto.signingPublicKey(LOCK_SEED))),
      name: "Ana",
      expiry: FUTURE,
      identifier: new Uint8Array(8),
      key: Buffer.from(key, "base64url"),
      permissions: 3,
      generation: 0,
      ...claims,
    },
    (message) => crypto.sign(OWNER_SEED, message),
  );
  return encodeInvitation({ agreementKey: AGREEMENT_KEY, token });
}

const test = suite<Scene>("latchkey");

test.before(async (scene) => {
  scene.desk = new Desk();
  scene.stranger = createServer((socket) => {
    socket.on("error", () => undefined).once("data", () => socket.end(Uint8Array.of(0, 3, 2, 0, 0)));
  });
  await new Promise<void>((resolve) => scene.stranger.listen(0, "127.0.0.1", resolve));
  const address = scene.stranger.address();
  scene.port = typeof address === "object" && address !== null ? address.port : 0;
  scene.desk.init(HOLDER);
});
test.after((scene) => {
  scene.stranger.close();
  scene.desk.close();
});

const MISTAKES: readonly (readonly [words: readonly string[], exit: number, what: RegExp])[] = [
  [["opne"], 2, /no command "opne".*latchkey help/],
  [["help", "opne"], 2, /no command/],
  [["init"], 2, /keys in .* already/],
  [["init", "--words", "words.txt"], 2, /--words goes with --recover/],
  [["init", "--name", "flat"], 2, /--name goes with --recover/],
  [["init", "--at", "192.0.2.1"], 2, /--at goes with --recover/],
  [["id", "extra"], 2, /one word too many/],
  [["id", "--colour"], 2, /no option --colour.*--help/],
  [["id", "--json=yes"], 2, /--json takes no value/],
  [["adopt"], 2, /SETUP is missing/],
  [["adopt", "no such file.txt"], 2, /neither/],
  [["adopt", "AAAA"], 2, /neither a file here nor a setup text/],
  [["adopt", ZEROS], 5, /no setup text/],
  [["adopt", SETUP, "--at"], 2, /--at needs a value/],
  [["adopt", SETUP, "--zone", "Atlantis"], 2, /no time zone of that name/],
  [["adopt", SETUP, "--at", "here:there"], 2, /neither host:port/],
  [["adopt", SETUP, "--at", "127.0.0.1:99999"], 2, /neither host:port/],
  [["adopt", SETUP, "--at", CLOSED_PORT], 3, /No lock answers/],
  [["adopt", SETUP, "--name", ""], 2, /--name takes/],
  [["grant"], 2, /--to is missing/],
  [["grant", "--to", KEY], 2, /--until is missing/],
  [["grant", "--to", KEY, "--until", "+1h"], 2, /own no lock yet/],
  [["delegate"], 2, /--to is missing/],
  [["delegate", "--to", KEY], 2, /no such invitation/],
  [["delegate", "--to", KEY, "--grant", invitationFor(KEY)], 5, /somebody else's key/],
  [["accept"], 2, /INVITATION is missing/],
  [["accept", "nosuch"], 2, /neither a file here nor an invitation/],
  [["accept", ZEROS], 5, /no invitation/],
  [["accept", SETUP], 5, /no invitation/],
  [["accept", invitationFor(KEY)], 5, /somebody else's key/],
  [["accept", invitationFor(KEY).slice(0, -7)], 5, /no invitation|cut short/],
  [["open"], 2, /no key to any door/],
  [["open", "--lock", "nowhere"], 2, /no key to a door called nowhere/],
  [["open", "--wait", "soon"], 2, /--wait takes a whole number/],
  [["lock", "--wait", "601"], 2, /--wait takes a whole number/],
  [["status"], 2, /own no lock yet/],
  [["status", "--lock", "nowhere"], 2, /own no lock called nowhere/],
  [["revoke"], 2, /own no lock yet/],
  [["carry", "nosuch"], 2, /neither a file here nor a revocation list/],
  [["carry", ZEROS], 5, /no revocation list/],
  [["time"], 2, /no key to any door/],
  [["config", "--auto-relock", "1"], 2, /5 to 3600 s, or never/],
  [["config", "--mode", "party"], 2, /no mode/],
  [["config", "--ajar", "forever"], 2, /30 to 3600 s/],
  [["log", "--last", "0"], 2, /--last takes/],
  [["log", "verify"], 2, /log verify FILE/],
  [["log", "check", "file"], 2, /log verify FILE/],
  [["log", "verify", "no such file.json"], 2, /cannot be read/],
  [["log", "verify", "package.json", "--kept", "1"], 2, /"latchkey log verify" takes no --kept\./],
  [["log", "--setup", "setup.txt"], 2, /"latchkey log" takes no --setup\./],
  [["log", "verify", "package.json"], 5, /no exported log/],
  [["show"], 2, /TEXT\|FILE\|receipt is missing/],
  [["show", "no such file.txt"], 2, /neither/],
  [["show", "gwECAw"], 2, /neither a file here/],
  [["show", NO_CBOR], 5, /no CBOR/],
  [["show", ZEROS], 5, /nothing of Latchkey/],
  [["accept", SETUP, "--name", "--json"], 2, /--name needs a value/],
  [["show", "--", "--json"], 2, /"--json" is neither/],
  [["grant", "--to", KEY, "--until", "+1h", "--until", "+2h"], 2, /^--until may be given once here\. .*grant --help/],
  [["revoke", "--file=a", "--file", "b"], 2, /^--file may be given once here\./],
  [["pin", "new", "--for", "Ana", "--for", "Ben"], 2, /^--for may be given once here\./],
  [["grant", "--until", "-2h"], 2, /^--until needs a value that does not begin with - \(write --until=-2h\)\. /],
  [["grant", "--until", "+1h", "--uses", "-1"], 2, /^--uses needs a value .* \(write --uses=-1\)\. /],
  [["grant", "--until", "-h"], 2, /^--until needs a value behind it\. /],
  [["grant", "--uses=-1", "--to", KEY], 2, /--until is missing/],
];
for (const [words, exit, what] of MISTAKES) {
  test(`answers "${words.join(" ").slice(0, 60)}" with one sentence`, async ({ desk }) => {
    isSentence(await desk.run(words), exit, what);
  });
}

test("ends the process with the documented number", async ({ desk }) => {
  isSentence(await desk.launch(["opne"]), 2, /no command "opne".*latchkey help/);
});

test("says the same with --json, as one object", async ({ desk }) => {
  const { exit, output, errors } = await desk.run(["open", "--json"]);
  const object = JSON.parse(output) as Record<string, unknown>;
  assert.is(exit, 2);
  assert.is(errors, "");
  assert.is(object["ok"], false);
  assert.is(object["exit"], 2);
  assert.match(String(object["error"]), /no key to any door/);
});

test("takes --json before the command's name too, and says which version it is", async ({ desk }) => {
  assert.match((await desk.run(["--json", "id"])).output, /^\{"ok":true,"key":/);
  assert.match((await desk.run(["--json"])).output, /^\{"ok":true,"help":/);
  assert.match((await desk.run(["--version"])).output, /^latchkey \d+\.\d+\.\d+\n$/);
  assert.match(String((await desk.ask(["--version"]))["version"]), /^\d+\.\d+\.\d+$/);
});

test("says a mistake of its own with its number, as one object with --json", async ({ desk }) => {
  const { person } = openKeystore(desk.home, PASSPHRASE);
  const nowhere = new Desk();
  createKeystore(nowhere.home, { ...person, locks: JSON.parse("null") }, { passphrase: PASSPHRASE, cost: COST });
  isSentence(await nowhere.run(["status"]), 6, /latchkey itself has a mistake \(.*LATCHKEY_TRACE=1/);
  const { exit, output, errors } = await nowhere.run(["status", "--json"]);
  nowhere.close();
  assert.is(exit, 6);
  assert.is(errors, "");
  assert.match(output, /^\{"ok":false,"exit":6,"error":"latchkey itself has a mistake/);
});

test("lets no invitation put another key in a lock's place unseen", async () => {
  const desk = new Desk();
  desk.init(HOLDER);
  const { key } = await desk.ask(["id"]);
  const text = invitationFor(String(key));
  const { token } = parseInvitation(fromBase64url(text));
  const changed = encodeInvitation({ agreementKey: new Uint8Array(32).fill(9), token });
  const kept = () => openKeystore(desk.home, PASSPHRASE).person.invitations.map(({ agreementKey }) => agreementKey);
  await desk.ask(["accept", text]);
  isSentence(await desk.run(["accept", changed]), 5, /another key for the lock.*--replace/);
  assert.equal(kept(), [toBase64url(AGREEMENT_KEY)]);
  const opened = await desk.run(["open", "--grant", changed, "--at", CLOSED_PORT]);
  assert.match(opened.errors, /another key for the lock than the one you have/);
  const replaced = await desk.run(["accept", changed, "--replace"]);
  assert.is(replaced.exit, 0);
  assert.match(replaced.errors, /Removed: 1 invitation with/);
  assert.equal(kept(), [toBase64url(new Uint8Array(32).fill(9))]);
  desk.close();
});

test("makes a key that nobody else has, and shows its recovery words once", async ({ desk }) => {
  const words = await desk.launch(["init", "--json"], { LATCHKEY_HOME: desk.file("new") });
  const made = JSON.parse(words.output) as Record<string, unknown>;
  assert.is(words.exit, 0);
  assert.is(String(made["key"]).length, 43);
  assert.is(Array.isArray(made["words"]) ? made["words"].length : 0, 24);
  const shown = await desk.launch(["id"], { LATCHKEY_HOME: desk.file("new") });
  assert.is(shown.output, `${made["key"]}\n`);
  // Without a terminal nobody can say that the words are on paper, so no key is made.
  // Nobody writes down the words of keys for which there is no place.
  mkdirSync(desk.file("open"), { mode: 0o755 });
  isSentence(await desk.launch(["init"], { LATCHKEY_HOME: desk.file("open") }), 4, /chmod 700/);
  const unread = await desk.launch(["init"], { LATCHKEY_HOME: desk.file("unread") });
  assert.is(unread.exit, 2);
  assert.match((await desk.launch(["id"], { LATCHKEY_HOME: desk.file("unread") })).errors, /latchkey init/);
});

test("asks for a passphrase only on a terminal, and refuses a wrong one", async ({ desk }) => {
  isSentence(await desk.launch(["id"], { LATCHKEY_PASSPHRASE: undefined }), 2, /set LATCHKEY_PASSPHRASE/);
  isSentence(await desk.launch(["id"], { LATCHKEY_PASSPHRASE: "wrong horse" }), 4, /passphrase is wrong/);
  const elsewhere = desk.file("elsewhere");
  const nowhere = { LATCHKEY_HOME: join("package.json", "home") };
  isSentence(await desk.launch(["init", "--json"], nowhere).then(asErrors), 2, /check the names of files and folders/);
  isSentence(await desk.launch(["id"], { LATCHKEY_HOME: elsewhere }), 4, /latchkey init/);
  const short = { LATCHKEY_HOME: elsewhere, LATCHKEY_PASSPHRASE: "short" };
  isSentence(await desk.launch(["init", "--json"], short).then(asErrors), 2, /fewer than 8/);
});

/** The error of --json, laid out as the sentence that it is. */
function asErrors({ exit, output }: Ran): Ran {
  return { exit, output: "", errors: `${String((JSON.parse(output) as { error: string }).error)}\n` };
}

test("says of an option that it may be given again where it may, and of which act", async ({ desk }) => {
  const { output } = await desk.run(["pin", "--help"]);
  assert.match(output, /--from WHEN .*\(at once\) \(repeatable: add\)\n/);
  assert.match(output, /--until WHEN .*\(repeatable: add\)\n/);
  assert.match(output, /--week HOURS .*\(repeatable\)\n/);
  assert.not.match(output, /--for NAME.*repeatable/);
});

test("helps with every command, in lines of at most 120 characters", async ({ desk }) => {
  const { output } = await desk.run(["help"]);
  for (const { name, summary } of COMMANDS) assert.match(output, `  ${name.padEnd(10)}${summary}`);
  const one = await desk.run(["grant", "--help"]);
  assert.is(one.exit, 0);
  assert.match(one.output, "Use: latchkey grant");
  for (const command of COMMANDS) {
    for (const line of helpOf(command).split("\n")) assert.ok(line.length <= 120, `${command.name}: ${line}`);
  }
});

test("names beside an option no other option that the command does not have", () => {
  const strays = COMMANDS.flatMap(({ name, options }) =>
    Object.entries(options).flatMap(([option, { help }]) =>
      [...help.matchAll(/(?<![\w-])--([a-z][\w-]*)/g)]
        .filter(([, other = ""]) => !Object.hasOwn(options, other))
        .map(([other]) => `${name} --${option}: ${other}`),
    ),
  );
  assert.equal(strays, []);
});

test("helps with the help itself, however it is asked for", async ({ desk }) => {
  for (const words of [
    ["help", "help"],
    ["help", "--help"],
    ["help", "-h"],
  ]) {
    const { exit, output, errors } = await desk.run(words);
    assert.equal([exit, errors], [0, ""]);
    assert.match(output, /^latchkey help: Show this, or the help of one command\n\nUse: latchkey help \[COMMAND\]/);
  }
});

test("says beside each --at of a lock that a port does too, and what only some locks tell", async () => {
  const helps = COMMANDS.map((command) => ({ name: command.name, text: helpOf(command) }));
  for (const { name, text } of helps.filter(({ text }) => text.includes("--at HOST:PORT"))) {
    assert.match(text, /--at HOST:PORT .*where the lock is reached, or serial:PORT/, name);
  }
  const helpFor = (wanted: string) => helps.find(({ name }) => name === wanted)?.text ?? "";
  assert.match(helpFor("wifi"), /\n {2}latchkey wifi set Hall --at serial:\/dev\/ttyUSB0\n/);
  assert.match(helpFor("wifi"), /In the house of "npm start" every name is a network/);
  assert.match(helpFor("status"), /Only the image of a board names the commits/);
  assert.match(helpFor("time"), /commands that only read, such as status, owners and log, do not\./);
});

test("believes nobody who answers and is not the lock", async ({ desk, port }) => {
  const ran = await desk.run(["adopt", SETUP, "--at", `127.0.0.1:${port}`]);
  isSentence(ran, 3, /not this lock, or is busy/);
});

test("keeps an invitation, tells what it allows, and at a door without an answer says so", async ({ desk }) => {
  const { key } = await desk.ask(["id"]);
  const file = desk.file("invitation.txt");
  writeFileSync(file, `${invitationFor(String(key), { uses: 1, depth: 1 })}\n`);
  const kept = await desk.run(["accept", file, "--at", CLOSED_PORT, "--name", "Anna"]);
  assert.is(kept.exit, 0, kept.errors);
  assert.match(kept.output, /For: +Ana\nMay: +unlock, lock\n/);
  assert.match(kept.output, /Uses: +once\n/);
  isSentence(await desk.run(["open"]), 3, /No lock answers at 127.0.0.1:1/);
  const passed = await desk.ask(["delegate", "--to", KEY, "--who", "Courier 7", "--until", "+1h", "--once"]);
  assert.is(passed["ok"], true);
  assert.equal(passed["names"], ["Ana", "Courier 7"]);
  isSentence(await desk.run(["delegate", "--to", KEY, "--delegable", "1"]), 2, /leave --delegable out/);
  isSentence(await desk.run(["revoke"]), 2, /Only the owner of a lock takes grants back/);
});

/** What a parent allows and what is typed, and what of it is passed on, in bits. */
const PASSED: readonly (readonly [claim: string, parent: number, words: readonly string[], passed: number])[] = [
  ["unlock and lock where nothing is said", 35, [], 3],
  ["no more than there is where nothing is said", 33, [], 1],
  ["what is said", 35, ["--allow", "unlock,read-log"], 33],
];
for (const [claim, permissions, words, passed] of PASSED) {
  test(`passes on ${claim}`, async ({ desk }) => {
    const { key } = await desk.ask(["id"]);
    const parent = invitationFor(String(key), { permissions, depth: 1 });
    const made = await desk.ask(["delegate", "--to", KEY, "--grant", parent, ...words]);
    const { token } = parseInvitation(fromBase64url(String(made["invitation"])));
    assert.is(readAllowance(token).grants[1].permissions, passed);
  });
}

test("passes nothing on unasked where neither unlock nor lock is allowed", async ({ desk }) => {
  const { key } = await desk.ask(["id"]);
  const parent = ["--grant", invitationFor(String(key), { permissions: 36, depth: 1 })];
  isSentence(await desk.run(["delegate", "--to", KEY, ...parent]), 2, /allows view, read-log: say with --allow/);
  assert.is((await desk.ask(["delegate", "--to", KEY, ...parent, "--allow", "view"]))["ok"], true);
});

test("refuses an invitation that is over", async ({ desk }) => {
  const { key } = await desk.ask(["id"]);
  isSentence(await desk.run(["accept", invitationFor(String(key), { expiry: PAST })]), 5, /is over since/);
});

test("shows an invitation in words and in another reader's notation, whatever its name holds", async ({ desk }) => {
  const { exit, output } = await desk.run(["show", invitationFor(KEY, { name: "A\u00e9 \u200bB", uses: 3 })]);
  assert.is(exit, 0);
  assert.match(output, /^An invitation, \d+ bytes\n/);
  assert.match(output, "For:      A\u00e9 \\u{200b}B\n");
  assert.match(output, "Uses:     3 openings");
  assert.match(output, "18([\n    << {1: -19, 4: h'");
  assert.match(output, "9: << [[0, 3]] >>");
  assert.match(output, "4: 4000000000");
});

test("shows the label of a lock", async ({ desk }) => {
  const { kind, lockId, notation } = await desk.ask(["show", SETUP]);
  assert.is(kind, "The label of a lock, or of a keypad");
  assert.is(String(lockId).length, 11);
  assert.match(String(notation), `h'${Buffer.from(AGREEMENT_KEY).toString("hex")}'`);
});

test("shows a receipt in words: whose visit, when the door stood open, who saw it, and where the film is", async ({
  desk,
}) => {
  const [seen, failed] = examples(crypto).filter(({ rule }) => rule === "receipt");
  const { output } = await desk.run(["show", toBase64url(seen?.bytes ?? KEY), "--zone", "UTC", "--brief"]);
  assert.match(output, "Visit:    41, by Dana (");
  assert.match(output, "Came:     Mon 2 Nov 2026 08:59 (UTC");
  assert.match(output, "Opened:   after 4 s\nShut:     after 39 s\nLocked:   after 42 s\n");
  assert.match(output, "Seen by:  the door's contact, the bolt's sensor\n");
  assert.match(output, "Camera:   was live and unobstructed\nClip:     wcHBwcHBwcHBwcHBwcHBwQ, up to frame 959");
  const other = await desk.ask(["show", toBase64url(failed?.bytes ?? KEY)]);
  assert.is(other["outcome"], "camera");
  assert.is(other["grant"], null);
});

test("prints no secret", async ({ desk }) => {
  const ran = await desk.run(["id", "--json"]);
  assert.equal(Object.keys(JSON.parse(ran.output) as object), ["ok", "key", "kid"]);
});

test.run();
