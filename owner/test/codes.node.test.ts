// Goal: what an owner's commands say of codes is what somebody at the keypad finds.
// Method: a porch with the real lock; commands run as a person types them, then somebody types digits outside. Digits of an
// authenticator and of a fingerprint are computed here, with node:crypto.

import { createHash, createHmac } from "node:crypto";
import { mock } from "node:test";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Call } from "../command.ts";
import { keypad } from "../commands/keypad.ts";
import { openKeystore } from "../keystore.ts";
import { Terminal } from "../terminal.ts";
import { atHome, digitsIn, done, heard, make } from "./porch.node.ts";
import { isSentence, PASSPHRASE, Transcript } from "./stage.node.ts";

/** Lets what was sent over a socket come, on whose clock nobody has put a hand. */
async function aMoment(): Promise<void> {
  const until = performance.now() + 50;
  while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
}

const NOWHERE = "127.0.0.1:1";
const KEY = "A".repeat(43);

atHome("a code made after the lock was adopted opens, with the lock out of reach meanwhile", async (home) => {
  home.porch.close();
  const code = await make(home, "new", "--until", "+2h");
  assert.match(code, /^\d{10}$/);
  assert.is(home.porch.typist.type(code), "yes");
});

atHome("a code for once opens once, and the log says for whom it was", async (home) => {
  const { typist } = home.porch;
  const code = await make(home, "once", "--within", "24h", "--for", "Carl");
  assert.is(typist.type(code), "yes");
  home.porch.visit();
  assert.is(typist.type(code), "no");
  const log = await done(home, "log", "--all");
  assert.match(log, /Carl +keypad, code for once in 24 h, unlock +door open after .*, locked after/);
  assert.match(log, /owner you +sets the secret of window codes +this owner's former codes are over/);
  assert.not.match(log, code);
});

atHome("what was taken back counts when the lock holds the list, and not before", async (home) => {
  const code = await make(home, "new", "--until", "+2h", "--for", "Ben");
  const late = await heard(home, "pin", "revoke", "Ben", "--at", NOWHERE);
  assert.is(late.exit, 3);
  assert.match(late.errors, /signed, but NOT CONFIRMED by the lock\..*at the latest until/);
  assert.is(home.porch.typist.type(code), "yes");
  home.porch.visit();
  assert.match(await done(home, "status"), /Taken back: +0 grants, 1 code, confirmed by the lock\n/);
  assert.match(await done(home, "pin", "list"), /Ben .*: taken back\n/);
  assert.is(home.porch.typist.type(code), "no");
  assert.match(await done(home, "log", "--all"), /owner you +takes back +list 1: 0 grants, 1 code/);
});

atHome("a code is taken back by its digits, also one that only a copy of the keys has given out", async (home) => {
  const copy = home.owner.copy();
  const code = digitsIn((await copy.run(["pin", "new", "--until", "+2h", "--for", "Ben"])).output);
  copy.close();
  const said = await done(home, "pin", "revoke", code);
  assert.match(said, /^Taken back: \(no name\), \d{10}, good until .*\nConfirmed: the lock holds the list\.\n$/);
  assert.is(home.porch.typist.type(code), "no");
});

atHome("a new secret ends every code, and the next one opens", async (home) => {
  const { typist } = home.porch;
  const code = await make(home, "new", "--until", "+2h", "--for", "Ben");
  await done(home, "pin", "revoke", "Ben");
  const other = await make(home, "new", "--until", "+2h", "--for", "Eve");
  const spent = await make(home, "once", "--for", "Carl");
  assert.is(typist.type(spent), "yes");
  home.porch.visit();
  assert.match(await done(home, "pin", "setup"), /holds the secret of your codes already; nothing was changed/);
  assert.match(
    await done(home, "pin", "setup", "--rotate"),
    /\n2 codes would still have opened: Eve, Carl \(unless it was used\)\.\n$/,
  );
  assert.match(
    await done(home, "pin", "list"),
    /Ben +- .*: ended with its secret\nEve +- .*: ended with its secret\nCarl +- .*: ended with/,
  );
  assert.match(await done(home, "status"), /Taken back: +0 grants, confirmed by the lock\n/);
  assert.is(typist.type(code), "no");
  assert.is(typist.type(other), "no");
  assert.is(typist.type(await make(home, "new", "--until", "+2h")), "yes");
});

for (const hasCode of [false, true]) {
  atHome(`a new secret is made with a list on its way that ${hasCode ? "has" : "lacks"} a code`, async (home) => {
    const { link } = await home.owner.ask(["grant", "--to", KEY, "--until", "+1h"]);
    await make(home, "new", "--until", "+2h", "--for", "Ben");
    if (hasCode) await heard(home, "pin", "revoke", "Ben", "--at", NOWHERE);
    await done(home, "revoke", String(link), "--file", home.owner.file("list.txt"));
    const { exit, errors } = await heard(home, "pin", "setup", "--rotate");
    assert.equal([exit, errors], [0, ""]);
    assert.match(await done(home, "status"), /Taken back: +1 grant, confirmed by the lock\n/);
  });
}

atHome("keys from a backup give out no code before the secret is known to be the lock's", async (home) => {
  const code = await make(home, "new", "--until", "+2h");
  const keystore = openKeystore(home.owner.home, PASSPHRASE);
  delete keystore.person.locks[0]?.codes;
  keystore.save();
  isSentence(await heard(home, "pin", "new", "--until", "+2h"), 2, /run "latchkey pin setup" once/);
  isSentence(await heard(home, "pin", "setup"), 2, /a secret of your key that this computer does not have.*--rotate/);
  const again = await heard(home, "adopt", home.porch.setup);
  assert.match(again.errors, /another computer with your key has made.*--rotate/);
  assert.is(home.porch.typist.type(code), "yes");
  home.porch.visit();
  await done(home, "pin", "setup", "--rotate");
  assert.is(home.porch.typist.type(code), "no");
});

atHome("keys from a backup that was made before the secret was replaced give out no dead code", async (home) => {
  await make(home, "new", "--until", "+2h", "--for", "Ana");
  const backup = home.owner.copy();
  await done(home, "pin", "setup", "--rotate");
  const opening = await make(home, "new", "--until", "+2h");
  const late = await backup.run(["status"]);
  assert.match(late.errors, /another secret of your key than this computer.*backup.*--rotate/);
  assert.match((await backup.run(["pin", "list"])).output, /Window codes from here open nothing/);
  isSentence(
    await backup.run(["pin", "new", "--until", "+2h"]),
    2,
    /has not confirmed the secret.*"latchkey pin setup"/,
  );
  isSentence(await backup.run(["pin", "setup"]), 2, /a secret of your key that this computer does not have.*--rotate/);
  assert.is(home.porch.typist.type(opening), "yes");
  home.porch.visit();
  assert.is((await backup.run(["pin", "setup", "--rotate"])).exit, 0);
  const code = digitsIn((await backup.run(["pin", "new", "--until", "+2h"])).output);
  assert.is(home.porch.typist.type(code), "yes");
  backup.close();
});

/** RFC 6238 by node's own HMAC. */
function totpOf(secret: string, step: number): string {
  const bits = [...secret].map((letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
  );
  const key = Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", key).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 100_000_000).padStart(8, "0");
}

atHome("an authenticator reads the secret, shows what was foretold, and its code opens once", async (home) => {
  const said = await done(home, "totp", "add", "Ana B");
  const uri = new URL(/^otpauth:.*$/m.exec(said)?.[0] ?? "");
  const secret = uri.searchParams.get("secret") ?? "";
  assert.is(decodeURIComponent(`${uri.host}${uri.pathname}`), "totp/home:Ana B");
  assert.equal(
    ["issuer", "algorithm", "digits", "period"].map((name) => uri.searchParams.get(name)),
    ["Latchkey", "SHA1", "8", "30"],
  );
  assert.is(secret.length, 32);
  assert.match(said, /█▀▀▀▀▀█/);
  const foretold = (/must show (\d{4} \d{4}) now/.exec(said)?.[1] ?? "").replace(" ", "");
  const step = Math.floor(Date.now() / 30_000);
  assert.ok([step, step - 1].some((each) => totpOf(secret, each) === foretold));
  assert.match(said, `If it shows ${foretold.slice(2)} instead`);
  assert.is(home.porch.typist.type(foretold), "yes");
  home.porch.visit();
  assert.is(home.porch.typist.type(foretold), "no");
  isSentence(await heard(home, "totp", "add", "Ana B"), 2, /has an authenticator already/);
  assert.match(await done(home, "log", "--all"), /Ana B +keypad, authenticator, unlock +door open/);
  isSentence(await heard(home, "pin", "remove", "Ana B"), 2, /Ana B has no PIN/);
  assert.match(
    await done(home, "totp", "remove", "Ana B"),
    /the authenticator of Ana B, slot 1; the user had nothing else/,
  );
});

atHome("a holiday keeps codes out for its time", async (home) => {
  const { typist } = home.porch;
  const pin = await make(home, "add", "Ana", "--week", "mon 08:00-09:00", "--type", "unrestricted");
  assert.match(await done(home, "schedules", "holiday", "add", "--until", "+2d"), /^1 holiday:\n {2}1 {2}vacation, /);
  assert.is(typist.type(pin), "no");
  const normal = ["--from", "2027-12-24", "--until", "2027-12-26", "--mode", "no-remote"];
  await done(home, "schedules", "holiday", "add", ...normal);
  const list = await done(home, "schedules");
  assert.match(list, /^Ana +unrestricted: Mon 08:00-09:00\n2 holidays:\n/);
  assert.match(list, / {2}2 {2}no-remote, Fri 24 Dec 2027 00:00 \(UTC\+01:00\) to Mon 27 Dec 2027 00:00/);
  isSentence(await heard(home, "schedules", "holiday", "remove", "3"), 2, /no holiday 3/);
  await done(home, "schedules", "holiday", "remove", "1");
  assert.is(typist.type(pin), "yes");
  assert.is(await done(home, "schedules", "holiday", "clear"), "No holidays.\n");
});

atHome("the settings of codes and of the keypad are set, and read back as they are typed", async (home) => {
  const words = ["--code-camera", "once=live,28d=recording", "--one-touch", "off", "--night-start", "23:05"];
  const said = await done(home, "config", ...words, "--night-length", "never");
  assert.match(said, /code-camera +once=live,hours=none,2d=none,.*,21d=none,28d=recording\n/);
  assert.match(said, /one-touch +off\nnight-start +23:05\nnight-length +never\n/);
  assert.is(home.porch.typist.type(await make(home, "once")), "no", "there is no camera");
  const again = await done(home, "config", "--code-camera", "none", "--one-touch", "on", "--night-length", "90");
  assert.match(again, /code-camera +none\none-touch +on\nnight-start +23:05\nnight-length +90 min\n/);
});

atHome("the status tells of boards, of who makes codes, and of what guessing has left", async (home) => {
  const { typist } = home.porch;
  assert.match(
    await done(home, "status"),
    /Boards: +keypad \S{11}, up, 5\.00 V\nCodes: +1 owner makes window codes; 100 %/,
  );
  await done(home, "pin", "add", "Ana", "--digits", "6");
  let last: string = "no";
  for (let count = 0; count < 120 && last === "no"; count++) last = typist.type("000001");
  assert.is(last, "paused");
  assert.match(
    await done(home, "status"),
    /Codes: +1 owner .*; \d+ % of the guesses are left, so codes of 6 digits are NOT TESTED/,
  );
  const log = await done(home, "log", "--all");
  assert.match(log, /lock +ALARM +siege \(so many wrong codes that short ones are not tested for now\)/);
  const { codes, boards } = await home.owner.ask(["status"]);
  assert.equal((codes as { pausedDigits: number[] }).pausedDigits, [6]);
  assert.is((boards as { isUp: boolean }[])[0]?.isUp, true);
});

/** What a person compares: over both keys. */
function fingerprintOf(setup: string): string {
  return createHash("sha256").update(Buffer.from(setup, "base64url")).digest().subarray(0, 8).toString("base64url");
}

atHome(
  "a keypad that offers itself is enrolled behind its fingerprint, and removed",
  async (home) => {
    const { porch, owner } = home;
    isSentence(await heard(home, "keypad", "enrol", "--yes"), 1, /No keypad offers itself to the lock/);
    assert.is(await done(home, "keypad"), 'No keypad is enrolled: "latchkey keypad enrol" lets the lock hear one.\n');
    porch.typist.offer();
    const silent = { exit: 2, output: "", errors: `${String((await owner.ask(["keypad", "enrol"]))["error"])}\n` };
    isSentence(silent, 2, /With --json nobody is asked/);
    const unanswered = await owner.launch(["keypad", "enrol"]);
    assert.is(unanswered.exit, 2);
    assert.match(unanswered.output, `Its fingerprint: ${fingerprintOf(porch.typist.setup)}\n`);
    assert.match(
      unanswered.errors,
      /Is this the one on the keypad\? .*The input ended before the question was answered/s,
    );
    assert.equal((await owner.ask(["keypad"]))["boards"], []);
    porch.isOffering = true;
    const said = await done(home, "keypad", "enrol", "--yes");
    assert.match(said, `Its fingerprint: ${fingerprintOf(porch.typist.setup)}\n`);
    assert.match(
      said,
      /\nEnrolled\. Waiting for its link\.\.\.\nThe keypad \S{11} is up: codes may be typed at it\.\n$/,
    );
    assert.is(porch.typist.type(await make(home, "once")), "yes");
    isSentence(await heard(home, "keypad", "remove", "AAAAAAAAAAA"), 2, /no keypad AAAAAAAAAAA; its keypads: /);
    assert.match(await done(home, "keypad", "remove"), /^Removed: the lock hears the keypad \S{11} no more\.\n$/);
    isSentence(await heard(home, "keypad", "remove"), 2, /Say which keypad; it has none/);
  },
  false,
);

atHome(
  "a keypad is enrolled only while somebody stands inside, who is told to press",
  async (home) => {
    const { porch, owner } = home;
    // The press behind which the lock was adopted counts for a minute.
    porch.passTime(35);
    porch.isOffering = true;
    porch.typist.offer();
    const output = new Transcript();
    const running = owner.run(["keypad", "enrol", "--yes"], output);
    await output.line(/press the button on its inside now/);
    porch.pressInside();
    assert.is((await running).exit, 0);
    assert.match(await done(home, "log", "--all"), /owner you +enrols a board +keypad \S{11}\n/);
  },
  false,
);

atHome(
  "whoever walks out to the keypad to compare its fingerprint takes the time that it takes",
  async (home) => {
    const { porch } = home;
    // The folder and the passphrase are in the environment from here on.
    await done(home, "keypad");
    porch.typist.offer();
    const output = new Transcript();
    const terminal = new (class extends Terminal {
      override async ask(): Promise<string> {
        porch.passTime(150);
        porch.pressAndStay();
        porch.isOffering = true;
        return "yes";
      }
    })(false, { output, errors: output });
    const { exit } = await keypad.run(new Call(terminal, ["enrol"], {}));
    assert.is(exit, 0, output.text);
    assert.match(output.text, /is up: codes may be typed at it\.\n$/);
  },
  false,
);

atHome(
  "whom the lock drops while he listens is told that nothing more is heard, and not what the door does",
  async (home) => {
    const { porch, owner } = home;
    const output = new Transcript();
    const running = owner.run(["open", "--wait", "50"], output);
    await output.line(/Yes: the lock opens/);
    porch.passMillis(500);
    porch.openDoor();
    await output.line(/The door is open/);
    // An owner who asks nothing for two minutes.
    porch.passTime(121);
    const { output: said } = await running;
    assert.match(said, /The lock has ended the conversation: .*\n$/);
    assert.not.match(said, /still stands open|Nothing more in/);
  },
);

atHome("an owner who waits for ten minutes is told of the tenth", async (home) => {
  const { porch, owner } = home;
  const output = new Transcript();
  mock.timers.enable({ apis: ["setTimeout"] });
  const { now } = performance;
  let ahead = 0;
  performance.now = () => now.call(performance) + ahead;
  try {
    const running = owner.run(["open", "--wait", "600"], output);
    await output.line(/Yes: the lock opens/);
    porch.passMillis(500);
    porch.openDoor();
    await output.line(/The door is open/);
    // The lock's time passes with the owner's, whether it hears from there or not.
    for (let minute = 0; minute < 9; minute++) {
      ahead += 60_000;
      mock.timers.tick(60_000);
      await aMoment();
      porch.catchUp();
    }
    porch.shutDoor();
    porch.passTime(60);
    const { exit, output: said } = await running;
    assert.is(exit, 0);
    assert.match(said, /The door is locked again/);
  } finally {
    performance.now = now;
    mock.timers.reset();
  }
});

test.run();
