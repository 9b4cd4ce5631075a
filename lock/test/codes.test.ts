// Codes at the keypad, whole: window codes, what a guess costs, and what else is typed there.
// Method: the lock on a desk, a real link, and rows of what is typed when.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Bytes, fromAscii } from "../../firmware/bytes.ts";
import type { UserSetting } from "../../firmware/codes/form.ts";
import { codeDigits, deriveWindowKey, windowCode } from "../../firmware/codes/window.ts";
import { KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import { ANA, HOUR, House, ONCE_24, SECRET, THREE_DAYS, TWO_HOURS } from "./house.ts";

/** Whether bytes stand somewhere in others. */
function holds(bytes: Bytes, wanted: Uint8Array): boolean {
  for (let at = bytes.indexOf(wanted[0]); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return true;
  }
  return false;
}

test("a window code opens, the record says whose it is and never what it was", () => {
  const house = new House();
  const code = house.code(TWO_HOURS);
  assert.is(house.typist.type(code), "yes");
  house.visit();
  const { use } = house.desk.entries("code").at(-1) ?? {};
  assert.equal(use, {
    by: "window",
    owner: house.desk.owner.kid,
    window: { windowClass: TWO_HOURS, serial: 0, startHour: Math.floor(house.desk.time / HOUR) },
  });
  assert.is(house.desk.entries("closing").at(-1)?.outcome, "secured");
  const flash = house.desk.flash.snapshot();
  assert.not(holds(flash, fromAscii(code)));
  assert.not(holds(flash, SECRET));
  assert.ok(holds(flash, house.desk.owner.kid), "what is in there is found");
});

test("a code that is good once opens once, and again only for a minute before the door was opened", () => {
  const house = new House();
  const code = house.code(ONCE_24);
  assert.is(house.typist.type(code), "yes");
  assert.is(house.typist.type(code), "yes", "the same visit: nobody went in");
  assert.is(house.desk.entries("code").length, 1, "and it is one opening");
  house.visit();
  assert.is(house.typist.type(code), "no");
  assert.is(house.typist.type(house.code(ONCE_24, 0, 1)), "yes", "the other serial is another code");
  house.visit();
  house.desk.passTime(2 * HOUR);
  assert.equal(
    house.desk.entries("code-refusal").map(({ use, denial }) => [use.by, denial]),
    [["window", "uses"]],
    "the owner learns who came again",
  );
});

const TAKES_ITS_NUMBERS: readonly (readonly [who: string, pin: string, change: (house: House) => void])[] = [
  [
    "has the number and the slot of a user who was removed",
    "705183",
    (house) => {
      assert.is(house.set({ kind: "user", index: 3, isNew: false, setting: undefined }), "yes");
      house.store(3, "705183", { name: "Bob", type: "disposable" });
    },
  ],
  [
    "was given the number and the PIN of another",
    "482915",
    (house) => {
      const setting: UserSetting = { ...ANA, name: "Bob", type: "disposable" };
      assert.is(house.set({ kind: "user", index: 3, isNew: false, setting }), "yes");
    },
  ],
];
for (const [who, pin, change] of TAKES_ITS_NUMBERS) {
  test(`a disposable user who ${who} right after an opening is spent by one of its own, and recorded`, () => {
    const house = new House();
    house.store(3, "482915", { name: "Ana" });
    assert.is(house.typist.type("482915"), "yes");
    change(house);
    assert.is(house.typist.type(pin), "yes");
    house.visit();
    assert.is(house.desk.entries("code").length, 2);
    assert.is(house.typist.type(pin), "no");
  });
}

test("a code that is good once, of a new secret, is spent though the former one's of that hour has just opened", () => {
  const house = new House();
  assert.is(house.typist.type(house.code(ONCE_24)), "yes");
  const secret = new Uint8Array(32).fill(9);
  assert.is(house.set({ kind: "codeSecret", secret }), "yes");
  const { crypto, lockId } = house.desk;
  const window = { windowClass: ONCE_24, serial: 0, startHour: Math.floor(house.desk.time / HOUR) };
  const code = codeDigits(windowCode(crypto, deriveWindowKey(crypto, secret, lockId), window));
  assert.is(house.typist.type(code), "yes");
  house.visit();
  assert.is(house.typist.type(code), "no");
});

test("a spent code stays spent through a power cut, and so does the one that opened when it came", () => {
  const house = new House();
  const code = house.code(ONCE_24);
  assert.is(house.typist.type(code), "yes");
  house.desk.reboot();
  house.desk.ownerSession().leave();
  house.typist.connect();
  assert.is(house.typist.type(code), "no");
});

test("decoys stand before a code, and nowhere else", () => {
  const house = new House();
  house.store(1, "394827");
  assert.is(house.typist.type("11223394827"), "yes");
  house.visit();
  for (const entry of ["3948271", "39482", "394826", "93948270", "394827394828"]) {
    assert.is(house.typist.type(entry), "no", entry);
  }
});

test("stored codes open with no idea of the time, window codes do not", () => {
  const house = new House();
  house.store(1, "394827");
  const code = house.code(TWO_HOURS);
  house.desk.reboot();
  house.typist.connect();
  assert.is(house.typist.type(code), "no");
  assert.is(house.typist.type("394827"), "yes");
});

test("a stay of days begins with its first use within a day, and lasts to its end", () => {
  const house = new House();
  const used = { windowClass: THREE_DAYS, serial: 0, startHour: Math.floor(house.desk.time / HOUR) };
  assert.is(house.typist.type(house.codeOf(used)), "yes");
  house.visit();
  const end = (used.startHour + 72) * HOUR;
  house.desk.passTime(end - house.desk.time - 60);
  house.desk.ownerSession().state({ kind: KIND_CONFIGURE, settings: [{ key: 2, value: 30 }] });
  assert.is(house.typist.type(house.codeOf(used)), "yes", "its last minute");
  house.visit();
  assert.is(house.typist.type(house.codeOf({ ...used, serial: 1 })), "no", "never used within its first day");
  house.desk.passTime(180);
  assert.is(house.typist.type(house.codeOf(used)), "no", "its end");
});

test("taking back a code of a class or a serial that there is not leaves every other code alone", () => {
  const house = new House();
  const startHour = Math.floor(house.desk.time / HOUR);
  // Each would stand in a place of the table where another code has its own.
  const classes = Array.from({ length: 8 }, (_, index) => ({ codeClass: 22 + index, serial: 0, start: startHour - 1 }));
  const serials = Array.from({ length: 8 }, (_, index) => ({
    codeClass: TWO_HOURS,
    serial: 2 + index,
    start: startHour,
  }));
  house.desk.revoke({ codes: [...classes, ...serials] });
  for (let windowClass = 4; windowClass < 12; windowClass++) {
    house.desk.passTime(60);
    assert.is(house.typist.type(house.code(windowClass)), "yes", `class ${windowClass}`);
    house.visit();
  }
});

test("an owner takes one code back, and all by a new secret", () => {
  const house = new House();
  const startHour = Math.floor(house.desk.time / HOUR);
  house.desk.revoke({ codes: [{ codeClass: TWO_HOURS, serial: 0, start: startHour }] });
  const taken = house.code(TWO_HOURS);
  assert.is(house.typist.type(taken), "no");
  assert.is(house.typist.type(`9${taken}`), "no");
  const other = house.code(TWO_HOURS, 0, 1);
  assert.is(house.typist.type(other), "yes");
  house.visit();
  assert.is(house.set({ kind: "codeSecret", secret: new Uint8Array(32).fill(8) }), "yes");
  assert.is(house.typist.type(other), "no");
});

test("the same secret handed over again changes nothing: what is spent stays spent, what has begun goes on, and nothing is written", () => {
  const house = new House();
  const once = house.code(ONCE_24);
  const stay = house.code(THREE_DAYS);
  for (const code of [once, stay]) {
    assert.is(house.typist.type(code), "yes");
    house.visit();
  }
  const records = house.desk.entries("secret").length;
  assert.is(house.set({ kind: "codeSecret", secret: SECRET.slice() }), "yes");
  assert.is(house.desk.entries("secret").length, records);
  assert.is(house.typist.type(once), "no");
  house.desk.passTime(30 * HOUR);
  house.typist.connect();
  assert.is(house.typist.type(stay), "yes");
});

test("a use comes back where the bolt never moved", () => {
  const house = new House();
  house.desk.rig.jam = "stuck";
  const code = house.code(ONCE_24);
  assert.is(house.typist.type(code), "yes");
  house.desk.passTime(70);
  assert.is(house.desk.entries("closing").at(-1)?.outcome, "not-moved");
  house.desk.rig.jam = "free";
  house.desk.turn("thrown");
  assert.is(house.typist.type(code), "yes");
});

/** What an owner is told of the budget, in units. */
function levelOf(house: House): number {
  const owner = house.desk.ownerSession();
  const status = owner.ask({ kind: "status" });
  owner.leave();
  return status?.kind === "status" ? status.status.codes.budget : -1;
}

test("half of a code buys no guesses at what stands before it (T13)", () => {
  const house = new House();
  house.store(1, "394827", { rule: "two-person" });
  const before = levelOf(house);
  assert.is(house.typist.type("394827"), "wait");
  assert.is(levelOf(house), before, "the right half alone is free");
  for (let count = 0; count < 10; count++) assert.is(house.typist.type(`${1000 + count}394827`), "wait");
  // 662 codes of ten digits, or a few more, were each tried ten times; a minute and more brings 155 units a second back.
  assert.ok(levelOf(house) < before - 10 * 662 * 100 + 155 * 120, String(levelOf(house)));
});

test("a restart right after the hourly record earns no guess, be it a cheap one (T12)", () => {
  const house = new House("UTC0", false);
  house.store(1, "394827");
  for (let index = 2; index < 12; index++) house.store(index, `${39_482_750_000 + index * 7_919}`);
  for (let count = 0; house.typist.type("394829") === "no"; count++) assert.ok(count < 100);
  assert.is(house.set({ kind: "user", index: 1, isNew: false, setting: { ...ANA, isEnabled: false } }), "yes");
  const records = house.desk.entries("budget").length;
  const hour = HOUR * 1_000;
  house.desk.passMillis(2 * hour - (house.desk.elapsed % hour) - 1_000);
  house.typist.connect();
  house.desk.passMillis(1_000);
  assert.is(house.desk.entries("budget").length, records + 1);
  assert.is(house.typist.typeAtOnce("39482750817"), "no");
  const level = levelOf(house);
  house.desk.reboot();
  assert.ok(levelOf(house) <= level);
});

test("a wrong code is charged before the compare and for good, a right one costs nothing", () => {
  const house = new House();
  house.store(1, "394827");
  assert.is(house.typist.type("394827"), "yes");
  house.visit();
  assert.is(house.level, 100_000_000);
  assert.is(house.typist.type("394829"), "no");
  const left = 100_000_000 - 1_000_000;
  assert.is(house.level, left);
  house.desk.reboot();
  house.typist.connect();
  assert.is(house.typist.type("394828"), "no");
  // What came back between the two is the refill of the seconds of uptime, and no more.
  assert.ok(house.level < left - 1_000_000 + 155 * 60 && house.level >= left - 1_000_000, String(house.level));
});

test("six digits pause under a siege, ten go on, and the owner's grants know nothing of it", () => {
  const house = new House();
  for (const [index, pin] of ["394827", "705183", "482915", "583017", "274019"].entries()) house.store(index + 1, pin);
  let tried = 0;
  while (house.typist.type("000001") === "no") assert.ok(++tried < 40);
  assert.is(tried, 18, "five codes of six digits: a burst of 18, and a tenth is left to longer ones");
  assert.is(house.typist.type("394827"), "paused", "the right one too");
  assert.is(house.typist.type(house.code(TWO_HOURS)), "yes", "ten digits go on");
  house.visit();
  assert.is(house.desk.open(house.desk.grant({ to: house.desk.person("guest") })), "yes");
  assert.ok(house.desk.entries("alarm").some(({ alarm }) => alarm === "siege"));
});

test("twelve digits are tried day and night without a record for each, and never pause", () => {
  const house = new House("UTC0", false);
  house.store(1, "394827508163");
  const { words } = house.desk.flash;
  for (let count = 0; count < 40; count++) assert.is(house.typist.type("394827508164"), "no");
  assert.equal(house.desk.entries("budget"), []);
  assert.ok(house.desk.flash.words - words < 200, "strangers are counted, and no more");
  assert.is(house.typist.type("394827508163"), "yes");
});

test("an open case and a cut cable sound at once, and are written", () => {
  const house = new House();
  house.typist.ask({ kind: "report", isCaseOpen: true, isKeyStuck: false, millivolts: 5_000 });
  assert.is(house.desk.rig.signals.at(-1), "alarm");
  house.desk.moveLoop(false);
  house.desk.passTime(HOUR);
  const alarms = house.desk.entries("alarm").filter(({ alarm }) => alarm === "tamper");
  assert.is(
    alarms.reduce((sum, { count }) => sum + count, 0),
    2,
  );
});

test("a flash that came from another lock makes no codes, and its owner still sees the status", () => {
  const house = new House();
  house.store(1, "394827");
  assert.is(house.set({ kind: "credential", slot: 2, credential: { user: 1, type: "totp", value: SECRET } }), "yes");
  house.desk.constants.write("codes", new Uint8Array(32).fill(1));
  house.desk.reboot();
  house.desk.ownerSession().state({ kind: KIND_CONFIGURE, settings: [{ key: 2, value: 30 }] });
  house.typist.connect();
  assert.is(house.typist.type("394827"), "no");
  assert.is(house.typist.type(house.code(TWO_HOURS)), "no");
  const status = house.desk.ownerSession().ask({ kind: "status" });
  assert.ok(status?.kind === "status");
  assert.equal(status.status.codes.secrets, [], "a secret that does not open makes no codes");
});

/** How many words of flash an entry costs until it is answered, and in the second behind that. */
function wordsOf({ desk, typist }: House, digits: string): readonly [before: number, behind: number] {
  desk.passTime(6);
  const start = desk.flash.words;
  assert.is(typist.typeAtOnce(digits), "no");
  const answered = desk.flash.words;
  desk.passTime(1);
  return [answered - start, desk.flash.words - answered];
}

test("a right code that is refused writes no more before its answer than a wrong one, under duress too, and is recorded behind it", () => {
  const house = new House("UTC0", false);
  const weekDays = [127, (Math.floor(house.desk.time / 60) + 600) % 1_440, 60] as const;
  house.store(1, "394827160538", { type: "weekDaySchedule", weekDays });
  house.store(2, "705183294617", { type: "forced" });
  house.desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 3, value: 1 }] });
  const [wrong, stranger] = wordsOf(house, "394827160537");
  assert.ok(stranger > 0, "the first stranger of the hour");
  for (const digits of ["394827160538", "705183294617"]) {
    const [before, behind] = wordsOf(house, digits);
    assert.is(before, wrong, digits);
    assert.ok(behind > 0, digits);
  }
  assert.equal(
    house.desk.entries("code-refusal").map(({ use, count }) => [use.by === "user" && use.isDuress, count]),
    [
      [false, 1],
      [true, 1],
    ],
  );
});

test("no code opens a damaged or full journal's door, and nobody learns whether it was right", () => {
  const house = new House();
  house.store(1, "394827");
  house.desk.flash.wear = "refuses";
  assert.is(house.typist.type("394827"), "no");
});

test.run();
