// Half of what opens: a PIN without its authenticator, one person of two, a code without its phone; and duress at each.
// Why: two of anything are worth what the weaker one is once the other is known, and whoever is forced to type half of it is
// heard as well (docs/attacks.md T12, T16, T34).
// Method: the lock on a desk, a real link, and rows of what is typed when.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromAscii } from "../../firmware/bytes.ts";
import type { UserSetting } from "../../firmware/codes/form.ts";
import { KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import { seconds } from "../../firmware/platform.ts";
import { CAPACITY } from "../codes/guess.ts";
import { ANA, HOUR, House, TOTP_SECRET } from "./house.ts";

const PIN = "705183";
/** The first class of stays that last for more than a day. */
const TWO_DAYS = 12;
/** A key of settings, and its value: nobody but owners. */
const VACATION = Object.freeze({ key: 3, value: 1 });

/** A house whose dual user has a PIN of so many digits; no owner makes window codes. */
function dualHouse(pin: string): House {
  const house = new House("UTC0", false);
  house.store(3, pin, { rule: "dual" });
  house.set({ kind: "credential", slot: 10, credential: { user: 3, type: "totp", value: TOTP_SECRET } });
  return house;
}

const KNOWN_HALVES: readonly (readonly [known: string, pin: string, entry: (house: House, count: number) => string])[] =
  [
    ["the authenticator", PIN, (house, count) => `${705_184 + count}${house.totp()}`],
    ["the authenticator, before eight digits", "70518342", (house, count) => `${70_518_343 + count}${house.totp()}`],
    ["the PIN", PIN, (_, count) => `${PIN}${10_000_000 + 7_919 * count}`],
    ["the PIN of eight digits", "70518342", (_, count) => `70518342${10_000_000 + 7_919 * count}`],
  ];
for (const [known, pin, entry] of KNOWN_HALVES) {
  test(`whoever has ${known} pays for the other half, and is stopped (T12)`, () => {
    const house = dualHouse(pin);
    const before = house.level;
    assert.is(house.typist.type(entry(house, 0)), "no");
    const price = before - house.level;
    assert.ok(price >= 10_000 - 155 * 6, `${price} units for a half of eight digits or fewer`);
    let tries = 0;
    let last = "no";
    for (; last === "no" && tries < CAPACITY / 10_000; tries++) last = house.typist.type(entry(house, tries));
    assert.is(last, "paused", `${tries} tries`);
    assert.ok(house.desk.entries("alarm").some(({ alarm }) => alarm === "siege"));
    house.desk.passTime(24 * 3_600);
    house.desk.ownerSession().leave();
    house.typist.connect();
    assert.is(house.typist.type(`${pin}${house.totp()}`), "yes", "and both halves open a day later");
  });
}

test("both halves cost nothing", () => {
  const house = dualHouse(PIN);
  const before = house.level;
  assert.is(house.typist.type(`${PIN}${house.totp()}`), "yes");
  assert.ok(house.level >= before);
});

const MEANWHILE: readonly (readonly [what: string, change: Partial<UserSetting> | undefined])[] = [
  ["removed", undefined],
  ["disabled", { isEnabled: false }],
  ["renamed", { name: "Bob" }],
];
for (const [what, change] of MEANWHILE) {
  test(`a first half waits no longer once its user is ${what}`, () => {
    const house = new House();
    const bo = { rule: "two-person", name: "Bo" } as const;
    house.store(4, "482915", bo);
    house.store(5, "583017", { rule: "two-person", name: "Cy" });
    assert.is(house.typist.type("482915"), "wait");
    const setting = change === undefined ? undefined : { ...ANA, ...bo, ...change };
    assert.is(house.set({ kind: "user", index: 4, isNew: false, setting }), "yes");
    assert.is(house.typist.type("583017"), "wait", "the second is a first one now");
  });
}

test("a grant that is passed on still needs the code that it needed", () => {
  const house = new House();
  const dog = house.desk.person("dog sitter");
  house.store(6, "274019", { rule: "with-grant", holder: dog.kid });
  const grant = house.desk.grant({ to: dog, depth: 1 });
  const passedOn = house.desk.delegate(grant, { to: house.desk.person("second key") });
  assert.is(house.desk.open(passedOn), "no");
  assert.is(house.desk.refusal(), "code");
  assert.is(house.typist.type("274019"), "wait");
  assert.is(house.desk.open(passedOn), "yes");
  assert.is(house.desk.entries("intent").at(-1)?.source, "keypad");
});

const FORCED = { type: "forced", name: "Fay" } as const;
const UNDER_DURESS: readonly (readonly [where: string, prepare: (house: House) => void, result: string])[] = [
  ["opens", () => {}, "yes"],
  [
    "is half of two",
    (house) => {
      const setting = { ...ANA, ...FORCED, rule: "two-person" } as const;
      assert.is(house.set({ kind: "user", index: 8, isNew: false, setting }), "yes");
    },
    "wait",
  ],
  ["is refused by a mode", (house) => house.desk.state({ kind: KIND_CONFIGURE, settings: [VACATION] }), "no"],
  [
    "has opened too often",
    (house) => {
      for (let count = 0; count < 24; count++) {
        assert.is(house.typist.type("915276"), "yes");
        house.visit();
      }
    },
    "no",
  ],
];
for (const [where, prepare, result] of UNDER_DURESS) {
  test(`duress is told and written where the code ${where}`, () => {
    const house = new House();
    house.store(8, "915276", FORCED);
    prepare(house);
    const owner = house.desk.ownerSession();
    assert.is(house.typist.type("915276"), result);
    assert.equal(
      owner.notices.map(({ event }) => event).filter((event) => event === "duress"),
      ["duress"],
    );
    house.desk.passTime(2 * 3_600);
    const uses = [...house.desk.entries("code"), ...house.desk.entries("code-refusal")].map(({ use }) => use);
    assert.ok(uses.some((use) => use.by === "user" && use.user === 8 && use.isDuress));
  });
}

test("one code opens 24 times and is then refused for its rate, and says so in the record", () => {
  const house = new House();
  house.store(1, "394827");
  for (let count = 0; count < 24; count++) {
    assert.is(house.typist.type("394827"), "yes");
    house.visit();
  }
  assert.is(house.typist.type("394827"), "no");
  house.desk.passTime(2 * 3_600);
  assert.is(house.desk.entries("code-refusal").at(-1)?.denial, "rate");
});

test("a table full of stays refuses new ones, and none that has begun", () => {
  const house = new House();
  const now = Math.floor(house.desk.time / HOUR);
  const codes = Array.from({ length: 33 }, (_, count) =>
    house.codeOf({
      windowClass: TWO_DAYS + Math.floor(count / 4),
      serial: count % 2,
      startHour: now - (Math.floor(count / 2) % 2),
    }),
  );
  const results = codes.map((code) => {
    const result = house.typist.type(code);
    if (result === "yes") house.visit();
    return result;
  });
  assert.equal(results, [...Array.from({ length: 32 }, () => "yes"), "no"]);
  for (const begun of [0, 5, 31]) {
    assert.is(house.typist.type(codes[begun] ?? ""), "yes", `stay ${begun}`);
    assert.is(house.typist.type(codes[begun] ?? ""), "yes", `stay ${begun}, while nobody has gone in`);
    house.visit();
  }
});

test("a power cut ends no vacation", () => {
  const house = new House();
  house.store(1, "394827");
  const from = seconds(house.desk.time - 60);
  const holidays = [{ from, until: seconds(from + 240 * HOUR), mode: "vacation" as const }];
  assert.is(house.set({ kind: "holidays", holidays }), "yes");
  assert.is(house.typist.type("394827"), "no");
  house.desk.reboot();
  house.typist.connect();
  assert.is(house.typist.type("394827"), "no");
  house.desk.ownerSession().leave();
});

test("a disposable user who is disabled and enabled again has still been here", () => {
  const house = new House();
  house.store(1, "394827", { type: "disposable" });
  assert.is(house.typist.type("394827"), "yes");
  house.visit();
  for (const isEnabled of [false, true]) {
    const setting: UserSetting = { ...ANA, type: "disposable", isEnabled };
    assert.is(house.set({ kind: "user", index: 1, isNew: false, setting }), "yes");
  }
  assert.is(house.typist.type("394827"), "no");
});

test("halves of two people are rationed, and their records fill no journal", () => {
  const house = new House();
  house.store(8, "915276", { ...FORCED, rule: "two-person" });
  const typed: string[] = [];
  for (let count = 0; count < 200; count++) typed.push(String(house.typist.type("915276")));
  assert.is(typed[0], "wait");
  assert.is(typed.at(-1), "paused", "what is refused stays paid");
  const halves = house.desk.entries("code").length;
  assert.ok(halves >= 24 && halves <= 26, `${halves} records`);
});

test("half of two people's codes costs the journal the same with duress and without", () => {
  const words = ["unrestricted", "forced"].map((type) => {
    const house = new House();
    house.store(8, "915276", { name: "Fay", rule: "two-person", type: type as UserSetting["type"] });
    const before = house.desk.flash.words;
    assert.is(house.typist.type("915276"), "wait");
    return house.desk.flash.words - before;
  });
  assert.is(words[0], words[1]);
});

test("a first half waits no longer than its own user may come in", () => {
  const house = new House();
  const until = seconds(house.desk.time + 10);
  const yearDays = [{ from: seconds(0), until }];
  house.store(4, "482915", { rule: "two-person", name: "Bo", type: "yearDaySchedule", yearDays });
  house.store(5, "583017", { rule: "two-person", name: "Cy" });
  assert.is(house.typist.type("482915"), "wait");
  house.desk.passTime(48);
  assert.is(house.typist.type("583017"), "wait", "the second is a first one now");
});

test("a first half waits no longer once a mode refuses its own user", () => {
  const house = new House();
  house.store(4, "482915", { rule: "two-person", name: "Bo" });
  house.store(5, "583017", { rule: "two-person", name: "Cy", type: "programming" });
  assert.is(house.typist.type("482915"), "wait");
  assert.is(house.desk.state({ kind: KIND_CONFIGURE, settings: [VACATION] }), "yes");
  assert.is(house.typist.type("583017"), "wait");
});

test("a PIN waits no longer for its phone than its own user may come in", () => {
  const house = new House();
  const dog = house.desk.person("dog sitter");
  const yearDays = [{ from: seconds(0), until: seconds(house.desk.time + 10) }];
  house.store(6, "274018", { rule: "with-grant", holder: dog.kid, type: "yearDaySchedule", yearDays });
  const grant = house.desk.grant({ to: dog });
  assert.is(house.typist.type("274018"), "wait");
  house.desk.passTime(45);
  assert.is(house.desk.open(grant), "no");
  assert.is(house.desk.refusal(), "code");
});

test("a first half waits no longer once its PIN is removed", () => {
  const house = new House();
  house.store(4, "482915", { rule: "two-person", name: "Bo" });
  house.store(5, "583017", { rule: "two-person", name: "Cy" });
  assert.is(house.typist.type("482915"), "wait");
  assert.is(house.set({ kind: "credential", slot: 4, credential: undefined }), "yes");
  assert.is(house.typist.type("583017"), "wait");
});

test("duress is in the record however many others were refused in that hour", () => {
  const house = new House();
  for (let index = 1; index <= 9; index++) house.store(index, `48291${index}7`, { name: `user-${index}` });
  house.store(10, "915276", FORCED);
  house.desk.state({ kind: KIND_CONFIGURE, settings: [VACATION] });
  for (let index = 1; index <= 9; index++) assert.is(house.typist.type(`48291${index}7`), "no");
  assert.is(house.typist.type("915276"), "no");
  house.desk.passMillis(1);
  assert.ok(house.desk.entries("code-refusal").some(({ use }) => use.by === "user" && use.isDuress));
});

test("each code that was taken back is refused by its own name, a stay that had begun as well", () => {
  const house = new House();
  const startHour = Math.floor(house.desk.time / HOUR);
  const classes = [TWO_DAYS, TWO_DAYS + 1, TWO_DAYS + 2];
  const codes = classes.map((windowClass) => house.codeOf({ windowClass, serial: 0, startHour }));
  for (const code of codes) {
    assert.is(house.typist.type(code), "yes");
    house.visit();
  }
  house.desk.passTime(30 * HOUR);
  house.desk.revoke({ codes: classes.map((codeClass) => ({ codeClass, serial: 0, start: startHour })) });
  house.typist.connect();
  for (const code of codes) assert.is(house.typist.type(code), "no");
  house.desk.passMillis(1);
  assert.equal(
    house.desk
      .entries("code-refusal")
      .map(({ use, denial }) => [use.by === "window" && use.window.windowClass, denial]),
    classes.map((windowClass) => [windowClass, "revoked"]),
  );
});

test("whoever has an owner's key and no more statements learns nothing of stored PINs", () => {
  const house = new House();
  house.store(1, "394827");
  assert.is(house.set({ kind: "user", index: 2, isNew: true, setting: { ...ANA, name: "Thief" } }), "yes");
  const probe = (pin: string) =>
    house.set({ kind: "credential", slot: 20, credential: { user: 2, type: "pin", value: fromAscii(pin) } });
  assert.is(probe("394827"), "code");
  for (let count = 0; count < 60; count++) probe("394827");
  assert.equal([probe("394827"), probe("815093")], ["rate", "rate"]);
});

test("a PIN of seven digits is worth what its authenticator hides, once the clock is wide", () => {
  const house = dualHouse("7051834");
  house.desk.passTime(276 * HOUR);
  house.typist.connect();
  const before = house.level;
  assert.is(house.typist.type(`7051834${12_345_678}`), "no");
  assert.ok(before - house.level > 150_000, `${before - house.level} units`);
});

test.run();
