// Users of the keypad, whole: stored PINs and authenticators, types and rules, as an owner sets them and people type them.
// Method: the lock on a desk, a real link, and rows of what is typed when. How a user is judged has a table of its own
// (firmware/codes/test/user.test.ts).

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromAscii } from "../../firmware/bytes.ts";
import type { UserSetting } from "../../firmware/codes/form.ts";
import { secretFingerprint } from "../../firmware/codes/window.ts";
import { KIND_ADD_OWNER, KIND_CONFIGURE, KIND_REMOVE_OWNER } from "../../firmware/grant/body.ts";
import { seconds } from "../../firmware/platform.ts";
import { HELD_MILLIS } from "../codes/codes.ts";
import { ANA, HOUR, House, SECRET, TOTP_SECRET, TWO_HOURS } from "./house.ts";

test("an authenticator's code opens once, from a minute before to a minute after, and an older one never again", () => {
  const house = new House();
  assert.is(house.set({ kind: "user", index: 2, isNew: true, setting: ANA }), "yes");
  const credential = { user: 2, type: "totp" as const, value: TOTP_SECRET };
  assert.is(house.set({ kind: "credential", slot: 9, credential }), "yes");
  const former = house.totp();
  assert.is(house.typist.type(house.totp(1)), "yes");
  house.visit();
  assert.is(house.typist.type(former), "no", "older than the last");
  house.desk.passTime(60);
  const code = house.totp();
  assert.is(house.typist.type(code), "yes");
  house.visit();
  assert.is(house.typist.type(code), "no", "the same again");
  assert.is(house.desk.entries("code-refusal").at(-1)?.denial, "uses");
});

test("a PIN and the authenticator's code behind it are one entry", () => {
  const house = new House();
  house.store(3, "705183", { rule: "dual" });
  assert.is(
    house.set({ kind: "credential", slot: 10, credential: { user: 3, type: "totp", value: TOTP_SECRET } }),
    "yes",
  );
  assert.is(house.typist.type("705183"), "no");
  assert.is(house.typist.type(house.totp()), "no");
  assert.is(house.typist.type(`${house.totp()}705183`), "no");
  assert.is(house.typist.type(`705184${house.totp()}`), "no");
  assert.is(house.typist.type(`99705183${house.totp()}`), "yes");
});

test("two people open together within a minute, and nobody twice for two", () => {
  const house = new House();
  house.store(4, "482915", { rule: "two-person", name: "Bo" });
  house.store(5, "583017", { rule: "two-person", name: "Cy" });
  assert.is(house.typist.type("482915"), "wait");
  assert.is(house.typist.type("482915"), "wait");
  house.desk.passMillis(HELD_MILLIS);
  assert.is(house.typist.type("583017"), "wait", "too late: now the other waits");
  assert.is(house.typist.type("482915"), "yes");
  const { use } = house.desk.entries("code").at(-1) ?? {};
  assert.ok(use?.by === "user" && use.user === 4 && use.first === 5);
});

test("a phone and its PIN open together, and neither alone", () => {
  const house = new House();
  const dog = house.desk.person("dog sitter");
  house.store(6, "274019", { rule: "with-grant", holder: dog.kid });
  const grant = house.desk.grant({ to: dog, uses: 2 });
  assert.is(house.desk.open(grant), "no");
  assert.is(house.desk.refusal(), "code");
  assert.is(house.typist.type("274019"), "wait");
  assert.is(house.desk.open(grant), "yes");
  assert.is(house.desk.entries("intent").at(-1)?.source, "keypad");
  house.visit();
  assert.is(house.desk.open(grant), "no", "the PIN was good once");
  const other = house.desk.grant({ to: house.desk.person("other") });
  assert.is(house.desk.open(other), "yes", "nobody else needs one");
});

test("duress opens like any other code, and says so to owners and in the record only", () => {
  const house = new House();
  house.store(7, "630482");
  house.store(8, "915276", { type: "forced" });
  const owner = house.desk.ownerSession();
  assert.is(house.typist.type("630482"), "yes");
  house.visit();
  const signals = house.desk.rig.signals.length;
  assert.is(house.typist.type("915276"), "yes");
  house.visit();
  const told = house.desk.rig.signals.slice(signals);
  assert.not(told.includes("alarm"));
  assert.ok(owner.notices.some(({ event }) => event === "duress"));
  assert.equal(
    house.desk.entries("code").map(({ use }) => use.by === "user" && use.isDuress),
    [false, true],
  );
  assert.equal(house.desk.entries("alarm"), []);
});

test("two owners at a time take nobody's number and nobody's slot from each other", () => {
  const house = new House();
  house.store(7, "630482", { name: "Ana" });
  const entries = house.desk.entries("user").length;
  const ben = { ...ANA, name: "Ben" };
  assert.is(house.set({ kind: "user", index: 7, isNew: true, setting: ben }), "target", "somebody has the number");
  assert.is(house.set({ kind: "user", index: 8, isNew: false, setting: ben }), "target", "removed meanwhile");
  assert.is(house.set({ kind: "user", index: 8, isNew: false, setting: undefined }), "target", "removed twice");
  assert.is(house.set({ kind: "user", index: 8, isNew: true, setting: undefined }), "malformed");
  const credential = { user: 7, type: "pin" as const, value: fromAscii("915276") };
  assert.is(house.set({ kind: "credential", slot: 7, credential }), "target", "somebody's PIN is there");
  assert.is(house.desk.entries("user").length, entries);
  assert.is(house.typist.type("630482"), "yes", "Ana comes in as before");
});

const BAD_PINS: readonly (readonly [name: string, pin: string, denial: string])[] = [
  ["somebody's already", "630482", "code"],
  ["easily guessed", "123456", "code"],
];
for (const [name, pin, denial] of BAD_PINS) {
  test(`a PIN is refused that is ${name}`, () => {
    const house = new House();
    house.store(7, "630482");
    assert.is(house.set({ kind: "user", index: 9, isNew: true, setting: ANA }), "yes");
    const credential = { user: 9, type: "pin" as const, value: fromAscii(pin) };
    assert.is(house.set({ kind: "credential", slot: 20, credential }), denial);
  });
}

/** Two PINs, of which one is for duress: whichever is stored first, the other is judged by what somebody types. */
const NEAR_PINS: readonly (readonly [claim: string, first: string, second: string, verdict: string])[] = [
  ["one digit is another", "915276", "915277", "code"],
  ["a digit in front makes the other", "915276", "4915276", "code"],
  ["four digits in front make the other", "915276", "3704915276", "code"],
  ["the first digit is dropped", "4915276", "915276", "code"],
  ["a digit is doubled", "915276", "9152276", "code"],
  ["the last digit is typed too often", "915276", "9152766", "code"],
  ["another digit is typed behind", "915276", "9152764", "code"],
  ["a digit in the middle is dropped", "9152276", "915276", "code"],
  ["the last digit is dropped", "9152764", "915276", "code"],
  ["a doubled digit pushes the first one out", "915276", "155276", "code"],
  ["a doubled digit pushes the first one in", "155276", "915276", "code"],
  ["a slip in what is the end of the longer", "915276", "4703915277", "code"],
  ["two digits are others", "915276", "915387", "yes"],
  ["two digits are exchanged", "915276", "915726", "yes"],
  ["two digits are dropped", "91527638", "915276", "yes"],
  ["the longer begins like the shorter", "915276", "91527638", "yes"],
  ["nothing is alike", "915276", "40837261", "yes"],
];
for (const [claim, first, second, verdict] of NEAR_PINS) {
  for (const [kind, types] of [
    ["a PIN for duress", ["unrestricted", "forced"]],
    ["a PIN beside one for duress", ["forced", "unrestricted"]],
  ] as const) {
    test(`${verdict === "yes" ? "takes" : "refuses"} ${kind} where ${claim}: ${first}, ${second}`, () => {
      const house = new House();
      house.store(7, first, { type: types[0] });
      assert.is(house.set({ kind: "user", index: 9, isNew: true, setting: { ...ANA, type: types[1] } }), "yes");
      const credential = { user: 9, type: "pin" as const, value: fromAscii(second) };
      assert.is(house.set({ kind: "credential", slot: 20, credential }), verdict);
    });
  }
}

test("PINs without one for duress may be as alike as they want", () => {
  const house = new House();
  for (const [index, pin] of ["915276", "4915276", "915277", "155276"].entries()) house.store(index + 1, pin);
});

test("nobody is a user for duress whose PIN waits for a phone: its opening is recorded with no word of that", () => {
  const house = new House();
  const { kid } = house.desk.person("dog sitter");
  const setting = { ...ANA, type: "forced" as const, rule: "with-grant" as const, holder: kid };
  assert.is(house.set({ kind: "user", index: 9, isNew: true, setting }), "malformed");
  assert.is(house.set({ kind: "user", index: 9, isNew: true, setting: { ...setting, type: "unrestricted" } }), "yes");
  assert.is(house.set({ kind: "user", index: 9, isNew: false, setting: { ...setting, rule: "two-person" } }), "yes");
});

test("a disposable user opens once, and not after a cut; set anew, once more", () => {
  const house = new House();
  house.store(1, "394827", { type: "disposable" });
  assert.is(house.typist.type("394827"), "yes");
  house.visit();
  house.desk.reboot();
  house.typist.connect();
  assert.is(house.typist.type("394827"), "no");
  assert.is(house.set({ kind: "user", index: 1, isNew: false, setting: { ...ANA, type: "disposable" } }), "yes");
  assert.is(house.typist.type("394827"), "yes");
});

const MODES: readonly (readonly [name: string, mode: number, type: UserSetting["type"], typed: string])[] = [
  ["vacation refuses a guest's code", 1, "unrestricted", "no"],
  ["vacation lets in who programs the lock", 1, "programming", "yes"],
  ["no-remote lets codes in", 3, "unrestricted", "yes"],
  ["passage lets codes in", 4, "unrestricted", "yes"],
];
for (const [name, mode, type, typed] of MODES) {
  test(name, () => {
    const house = new House();
    house.store(1, "394827", { type });
    assert.is(house.desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 3, value: mode }] }), "yes");
    assert.is(house.typist.type("394827"), typed);
  });
}

test("a holiday is a mode for its time", () => {
  const house = new House();
  house.store(1, "394827");
  const from = seconds(house.desk.time - 60);
  const holidays = [{ from, until: seconds(from + HOUR), mode: "vacation" as const }];
  assert.is(house.set({ kind: "holidays", holidays }), "yes");
  assert.is(house.typist.type("394827"), "no");
  assert.is(house.desk.open(house.desk.grant({ to: house.desk.person("guest") })), "no");
  assert.is(house.desk.refusal(), "mode");
  house.desk.passTime(HOUR);
  assert.is(house.typist.type("394827"), "yes");
});

test("the secret of a removed owner is over with the key", () => {
  const house = new House();
  const { desk } = house;
  const other = desk.person("other owner");
  assert.is(desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: other.publicKey }), "yes");
  desk.passTime(40);
  assert.is(house.set({ kind: "codeSecret", secret: new Uint8Array(32).fill(9) }, other), "yes");
  const code = house.code(TWO_HOURS);
  assert.is(house.typist.type(code), "yes");
  house.visit();
  assert.is(desk.stateInside({ kind: KIND_REMOVE_OWNER, ownerKid: desk.owner.kid }, { by: other }), "yes");
  desk.passTime(40);
  assert.is(house.typist.type(code), "no");
});

test("the key on paper and guests set no codes", () => {
  const house = new House();
  const { desk } = house;
  assert.is(house.set({ kind: "users", from: 1 }, desk.recovery), "permission");
  const caller = desk.call();
  const guest = desk.person("guest");
  assert.is(caller.prove(desk.grant({ to: guest }), 0), "yes");
  const answer = caller.ask({ kind: "codeSecret", secret: SECRET });
  assert.equal(answer, { kind: "no", id: answer?.id, denial: undefined });
});

test("an owner is told by which secret the lock makes window codes", () => {
  const house = new House();
  const told = () => {
    const answer = house.desk.ownerSession().ask({ kind: "status" });
    return answer?.kind === "status" ? answer.status.codes.secrets : [];
  };
  const { crypto, lockId, owner } = house.desk;
  assert.equal(told(), [{ owner: owner.kid, fingerprint: secretFingerprint(crypto, SECRET, lockId) }]);
  const other = new Uint8Array(32).fill(9);
  assert.is(house.set({ kind: "codeSecret", secret: other }), "yes");
  assert.equal(told(), [{ owner: owner.kid, fingerprint: secretFingerprint(crypto, other, lockId) }]);
});

test("an owner sees users, who made them, and never a code", () => {
  const house = new House();
  house.store(2, "394827", { name: "Ana" });
  const caller = house.desk.ownerSession();
  const answer = caller.ask({ kind: "users", from: 1 });
  assert.ok(answer?.kind === "users");
  const [{ user, credentials }] = answer.users;
  assert.is(user.name, "Ana");
  assert.equal(user.creator, house.desk.owner.kid);
  assert.equal(credentials, [{ slot: 2, type: "pin", digits: 6 }]);
});

test.run();
