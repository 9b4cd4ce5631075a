// Goal: a code is made with no network, once, and what is printed is what the lock does: also over the nights on which the clock
// changes, and where a zone is half an hour off; whatever cannot be is refused with one sentence and gives nothing out.
// Method: a keystore whose lock cannot be reached; the words of each row, and what they leave.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { toBase64url } from "../../firmware/bytes.ts";
import { lockIdOf } from "../../firmware/cose/key.ts";
import { openKeystore } from "../keystore.ts";
import type { CodeBook, OwnedLock } from "../person.ts";
import { findZone } from "../timezone.ts";
import { digitsOf } from "../windows.ts";
import { Desk, isSentence, PASSPHRASE, type Ran } from "./stage.node.ts";

const SEED = toBase64url(new Uint8Array(32).fill(1));
const SIGNING_KEY = crypto.signingPublicKey(new Uint8Array(32).fill(2));
const LOCK_ID = lockIdOf(crypto, SIGNING_KEY);
const SECRET = toBase64url(new Uint8Array(32).fill(9));
/** Nothing listens there. */
const NOWHERE = "127.0.0.1:1";
const HOUR = 3_600;

function lockIn(zone: string, codes: CodeBook | undefined): OwnedLock {
  const { rule, name } = findZone(zone);
  return {
    id: LOCK_ID,
    name: "home",
    agreementKey: toBase64url(crypto.agreementPublicKey(new Uint8Array(32).fill(3))),
    signingKey: toBase64url(SIGNING_KEY),
    address: NOWHERE,
    zone: rule,
    zoneName: name,
    seq: 1,
    revocation: { seq: 0, generation: 0, links: [], holders: [] },
    confirmedRevocationSeq: 0,
    checkpoint: undefined,
    ...(codes === undefined ? {} : { codes }),
  };
}

function bookWith(more: Partial<CodeBook> = {}): CodeBook {
  return { secret: SECRET, isConfirmed: true, devices: 1, given: [], ...more };
}

/** Runs what needs a desk, and clears it away. */
async function at<Result>(lock: OwnedLock, act: (desk: Desk) => Promise<Result>): Promise<Result> {
  const desk = new Desk();
  try {
    desk.init(SEED);
    const keystore = openKeystore(desk.home, PASSPHRASE);
    keystore.person.locks.push(lock);
    keystore.save();
    return await act(desk);
  } finally {
    desk.close();
  }
}

function kept(desk: Desk): CodeBook | undefined {
  return openKeystore(desk.home, PASSPHRASE).person.locks[0]?.codes;
}

test("makes a code with no network, notes it, and says all that its giver must know", async () => {
  await at(lockIn("Europe/Berlin", bookWith()), async (desk) => {
    const words = ["pin", "new", "--from", "2027-06-01 14:00", "--until", "2027-06-01 16:00", "--for", "Ana"];
    const { exit, output, errors } = await desk.run(words);
    assert.is(exit, 0, errors);
    assert.is(errors, "");
    const window = { windowClass: 5, serial: 0, startHour: Date.UTC(2027, 5, 1, 12) / 1_000 / HOUR };
    const code = digitsOf({ id: LOCK_ID, codes: { secret: SECRET } })(window);
    assert.match(output, `Code:       ${code.slice(0, 3)} ${code.slice(3, 6)} ${code.slice(6)}\nFor:        Ana\n`);
    assert.match(output, "From:       Tue 1 Jun 2027 14:00 (UTC+02:00)\n");
    assert.match(output, "Until:      Tue 1 Jun 2027 16:00 (UTC+02:00)  (2 h, Europe/Berlin)\n");
    assert.match(output, /one of 706 codes in 10,000,000,000, 1 in 14\.2 million.*\n.* 1 in 10,000 at most,.* 0\.5 %/);
    assert.match(output, `latchkey pin revoke ${code}\n`);
    const [given] = kept(desk)?.given ?? [];
    assert.equal({ ...given, issued: 0 }, { ...window, who: "Ana", issued: 0 });
  });
});

test("says all of it to a program", async () => {
  await at(lockIn("Europe/Berlin", bookWith({ devices: 2 })), async (desk) => {
    const made = await desk.ask(["pin", "new", "--from", "2027-06-01 14:00", "--until", "2027-06-04 14:00"]);
    const from = Date.UTC(2027, 5, 1, 12) / 1_000;
    assert.match(String(made["code"]), /^\d{10}$/);
    const { windowClass, serial, hours, isOnce } = made;
    assert.equal({ windowClass, serial, hours, isOnce }, { windowClass: 13, serial: 0, hours: 72, isOnce: false });
    assert.equal([made["from"], made["until"], made["firstUseBy"]], [from, from + 72 * HOUR, from + 24 * HOUR]);
    assert.equal(made["odds"], { live: 1_412, of: 10_000_000_000 });
  });
});

const WINDOWS: readonly (readonly [claim: string, zone: string, words: readonly string[], said: readonly RegExp[]])[] =
  [
    [
      "the night on which an hour is left out",
      "Europe/Berlin",
      ["new", "--from", "2027-03-28 01:00", "--until", "2027-03-28 04:00"],
      [/From: +Sun 28 Mar 2027 01:00 \(UTC\+01:00\)\n/, /Until: +Sun 28 Mar 2027 04:00 \(UTC\+02:00\) {2}\(2 h/],
    ],
    [
      "the night on which an hour comes twice",
      "Europe/Berlin",
      ["new", "--from", "2027-10-31 01:00", "--until", "2027-10-31 04:00"],
      [/From: +Sun 31 Oct 2027 01:00 \(UTC\+02:00\)\n/, /Until: +Sun 31 Oct 2027 04:00 \(UTC\+01:00\) {2}\(4 h/],
    ],
    [
      "a zone that is half an hour off",
      "Asia/Kolkata",
      ["new", "--from", "2027-05-01 10:30", "--until", "2027-05-01 11:30"],
      [
        /From: +Sat 1 May 2027 10:30 \(UTC\+05:30\)\n/,
        /Until: +Sat 1 May 2027 11:30 \(UTC\+05:30\) {2}\(1 h, Asia\/Kolkata/,
      ],
    ],
    [
      "a whole hour in such a zone",
      "Asia/Kolkata",
      ["new", "--from", "2027-05-01 10:00", "--until", "2027-05-01 11:00"],
      [
        /From: +Sat 1 May 2027 09:30 /,
        /Until: +Sat 1 May 2027 11:30 /,
        /begins 30 min earlier and ends 30 min later than you/,
      ],
    ],
    [
      "days, which must be begun within one",
      "Europe/Berlin",
      ["new", "--from", "2027-12-24 14:00", "--until", "2027-12-26"],
      [
        /Until: +Mon 27 Dec 2027 14:00 .*\(3 d/,
        /First use: +before Sat 25 Dec 2027 14:00/,
        /ends 14 h later than you asked/,
      ],
    ],
    [
      "once, from a whole hour",
      "Europe/Berlin",
      ["once", "--within", "24h", "--from", "2027-12-24 14:00"],
      [/Until: +Sat 25 Dec 2027 14:00 .*\(1 d/, /Opens: +a single time\n/],
    ],
    [
      "once, where a class at most twice as long covers it",
      "Europe/Berlin",
      ["once", "--within", "1h", "--from", "2027-12-24 14:50"],
      [
        /From: +Fri 24 Dec 2027 14:00 /,
        /Until: +Fri 24 Dec 2027 16:00 /,
        /begins 50 min earlier and ends 10 min later/,
      ],
    ],
    [
      "once, where only a day would cover four hours",
      "Europe/Berlin",
      ["once", "--from", "2027-12-24 14:50"],
      [
        /From: +Fri 24 Dec 2027 14:00 /,
        /Until: +Fri 24 Dec 2027 18:00 /,
        /begins 50 min earlier and ends 50 min earlier/,
      ],
    ],
  ];
for (const [claim, zone, words, said] of WINDOWS) {
  test(`tells the real window: ${claim}`, () =>
    at(lockIn(zone, bookWith()), async (desk) => {
      const { exit, output, errors } = await desk.run(["pin", ...words]);
      assert.is(exit, 0, errors);
      for (const each of said) assert.match(output + errors, each);
    }));
}

test("gives out two codes for one length and begin, and for a third names the next that is free", async () => {
  await at(lockIn("Europe/Berlin", bookWith()), async (desk) => {
    const words = ["pin", "new", "--from", "2027-06-01 14:00", "--until", "2027-06-01 15:00"];
    const [first, second] = [await desk.ask(words), await desk.ask(words)];
    assert.equal([first["serial"], second["serial"]], [0, 1]);
    assert.is.not(first["code"], second["code"]);
    isSentence(await desk.run(words), 2, /given out already: let it end later \(--until "2027-06-01 16:00\+02:00"\)/);
    assert.is(kept(desk)?.given.length, 2);
    const third = await desk.ask([...words.slice(0, -1), "2027-06-01 16:00+02:00"]);
    assert.equal([third["windowClass"], third["serial"]], [5, 0]);
  });
});

const UNCONFIRMED: readonly (readonly [claim: string, book: CodeBook | undefined, what: RegExp])[] = [
  ["was never handed over", undefined, /does not know the secret of your codes.*latchkey pin setup/],
  ["the lock has not confirmed", bookWith({ isConfirmed: false }), /has not confirmed the secret.*latchkey pin setup/],
];
for (const [claim, book, what] of UNCONFIRMED) {
  test(`gives no code out whose secret ${claim}`, () =>
    at(lockIn("Europe/Berlin", book), async (desk) => {
      isSentence(await desk.run(["pin", "new", "--until", "+2h"]), 2, what);
      isSentence(await desk.run(["pin", "once"]), 2, what);
      assert.is(kept(desk)?.given.length ?? 0, 0);
    }));
}

const MISTAKES: readonly (readonly [words: readonly string[], exit: number, what: RegExp])[] = [
  [["pin"], 2, /pin new\|once\|list.* is missing|is missing/],
  [["pin", "knew"], 2, /"knew" is nothing that pin does: there are "latchkey pin new"/],
  [["pin", "new"], 2, /--until is missing/],
  [["pin", "new", "--until", "2020-01-01"], 2, /--until lies in the past/],
  [["pin", "new", "--from", "+3h", "--until", "+2h"], 2, /--until lies before --from/],
  [["pin", "new", "--until", "+30d"], 2, /28 days at most.*latchkey pin add/],
  [["pin", "new", "--from", "2020-01-01", "--until", "+1d"], 2, /28 days at most/],
  [["pin", "new", "--until", "+2h", "--until", "+3h"], 2, /--until may be given once here/],
  [["pin", "new", "--until", "+2h", "--rotate"], 2, /"latchkey pin new" takes no --rotate/],
  [["pin", "new", "--until", "+2h", "--at", NOWHERE], 2, /"latchkey pin new" takes no --at/],
  [["pin", "new", "tomorrow"], 2, /"tomorrow" is one word too many/],
  [["pin", "new", "--until", "+2h", "--for", "x".repeat(33)], 2, /--for takes 1 to 32 bytes/],
  [["pin", "once", "--within", "3h"], 2, /--within takes 1h, 2h, 4h or 24h/],
  [["pin", "once", "--from", "2020-01-01"], 2, /--from lies too far in the past/],
  [["pin", "revoke"], 2, /CODE\|NAME\|all is missing/],
  [["pin", "revoke", "Ana"], 2, /no code to "Ana"/],
  [["pin", "revoke", "all"], 2, /None of the codes/],
  [["pin", "revoke", "123 456 7890"], 2, /no code of yours for this lock/],
  [["pin", "add"], 2, /NAME is missing/],
  [["pin", "add", "Ana", "--code", "12345"], 2, /--code takes 6 to 12 digits/],
  [["pin", "add", "Ana", "--code", "123456"], 2, /easily guessed/],
  [["pin", "add", "Ana", "--code", "482915", "--digits", "6"], 2, /exclude each other/],
  [["pin", "add", "Ana", "--digits", "5"], 2, /--digits takes a whole number from 6 to 12/],
  [["pin", "add", "Ana"], 3, /No lock answers/],
  [["pin", "remove", "Ana"], 3, /No lock answers/],
  [["pin", "setup"], 3, /No lock answers/],
  [["totp", "add"], 2, /NAME is missing/],
  [["totp", "add", "Ana", "--code", "482915"], 2, /no option --code/],
  [["users", "set"], 2, /NAME is missing/],
  [["users", "kill", "Ana"], 2, /"kill" is nothing that users does/],
  [["users", "show", "Ana", "--enable"], 2, /"latchkey users show" takes no --enable/],
  [["users"], 3, /No lock answers/],
  [["schedules", "holiday"], 2, /is missing/],
  [["schedules", "holiday", "add"], 2, /--until is missing/],
  [
    ["schedules", "holiday", "add", "--until", "+2d", "--mode", "passage"],
    2,
    /--mode takes normal, vacation, no-remote/,
  ],
  [["keypad", "enrol", "nosuch"], 2, /neither a file here nor a setup text/],
  [["keypad", "remove", "--yes"], 2, /"latchkey keypad remove" takes no --yes/],
  [["config", "--one-touch", "maybe"], 2, /on or off/],
  [["config", "--night-start", "25:00"], 2, /no time of day/],
  [["config", "--night-length", "0"], 2, /1 to 1440 min, or never/],
  [["config", "--code-camera", "twice=live"], 2, /"twice=live" is no rule for codes/],
];
for (const [words, exit, what] of MISTAKES) {
  test(`answers "${words.join(" ").slice(0, 60)}" with one sentence`, () =>
    at(lockIn("Europe/Berlin", bookWith()), async (desk) => {
      isSentence(await desk.run(words), exit, what);
      assert.is(kept(desk)?.given.length, 0);
    }));
}

test("shows what was given out without the lock, and says that the stored codes are missing", async () => {
  const given = { windowClass: 3, serial: 0, who: "Ana", issued: 0 };
  const now = Math.floor(Date.now() / 1_000 / HOUR);
  const codes = [
    { ...given, startHour: now },
    { ...given, startHour: now + 5, who: "Ben" },
    { ...given, startHour: now - 30, who: "Cyd" },
    { ...given, startHour: now, serial: 1, who: "Dan", isOver: true as const },
  ];
  await at(lockIn("Europe/Berlin", bookWith({ given: codes })), async (desk) => {
    const { exit, output, errors }: Ran = await desk.run(["pin", "list"]);
    assert.is(exit, 3);
    assert.match(errors, /^Codes that the lock stores are not shown\. No lock answers/);
    assert.match(
      output,
      /^Ana +\d{3} \d{3} \d{4} .*: open, if it was not used\nBen .*: not yet\nDan +- .*: ended with its secret\n$/,
    );
    assert.match((await desk.run(["pin", "list", "--all"])).output, /\nCyd .*: over\n/);
    const { ok, exit: code, windows } = JSON.parse((await desk.run(["pin", "list", "--json"])).output);
    assert.equal([ok, code, windows.length], [false, 3, 3]);
  });
});

test("takes all back that could still open, sixteen at most, and then says to rotate", async () => {
  const startHour = Math.floor(Date.now() / 1_000 / HOUR);
  const given = Array.from({ length: 17 }, (_, index) => {
    return { windowClass: 5 + index, serial: 0, startHour, who: `guest ${index}`, issued: 0 };
  });
  await at(lockIn("UTC", bookWith({ given })), async (desk) => {
    isSentence(await desk.run(["pin", "revoke", "all"]), 2, /16 window codes at most: "latchkey pin setup --rotate"/);
    const { revocation } = openKeystore(desk.home, PASSPHRASE).person.locks[0] ?? {};
    assert.is(revocation?.seq, 0);
    const one = await desk.run(["pin", "revoke", "guest 3"]);
    assert.is(one.exit, 3);
    assert.match(one.errors, /signed, but NOT CONFIRMED.*Until it holds the list they open, at the latest until/);
    const { revocation: after } = openKeystore(desk.home, PASSPHRASE).person.locks[0] ?? {};
    assert.equal(after?.codes, [{ codeClass: 8, serial: 0, start: startHour }]);
    assert.match((await desk.run(["pin", "list"])).output, /guest 3 .*: taken back, NOT CONFIRMED by the lock\n/);
  });
});

test.run();
