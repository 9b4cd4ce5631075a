// Goal: whatever two computers of one owner took back apart from each other, their next list holds all of it, and where
// that cannot be known no list is sent.
// Method: lists are united row by row; then the keystore is settled with a lock whose log is played.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { toBase64url } from "../../firmware/bytes.ts";
import { Reader } from "../../firmware/cbor/decode.ts";
import { readRevocations } from "../../firmware/grant/revocation.ts";
import type { OwnedLock, RevocationList } from "../person.ts";
import type { Outgoing } from "../phone.ts";
import { settleRevocations, unite, withCodes, withoutOver } from "../revocation.ts";
import { FUTURE, KID, list, lockWith, name, owned, PAST, SIGNER, save, settle, settleWith } from "./settlement.node.ts";

/** Both of a class that opens for three days. */
const LIVING = { codeClass: 13, serial: 0, start: Math.floor(FUTURE / 3_600) };
const OVER = { ...LIVING, start: Math.floor(PAST / 3_600) };

const ROWS: readonly (readonly [claim: string, ours: RevocationList, held: RevocationList, united: RevocationList])[] =
  [
    ["takes over what the lock holds", list(1, [1]), list(3, [1, 2]), list(3, [1, 2])],
    ["adds ours to what the lock holds", list(1, [3]), list(3, [1, 2]), list(4, [1, 2, 3])],
    ["sees that equal numbers may hide different lists", list(3, [3]), list(3, [1]), list(4, [1, 3])],
    ["replaces a list of ours that nobody delivered", list(5, [1]), list(3, [1, 2]), list(6, [1, 2])],
    [
      "keeps keys of both",
      list(1, [], { holders: [name(5)] }),
      list(3, [], { holders: [name(6)] }),
      list(4, [], { holders: [name(6), name(5)] }),
    ],
    [
      "keeps codes that it cannot make",
      list(1, [1]),
      list(3, [], { codes: [{ codeClass: 1, serial: 2, start: 3 }] }),
      list(4, [1], { codes: [{ codeClass: 1, serial: 2, start: 3 }] }),
    ],
    [
      "adds window codes of ours",
      list(1, [], { codes: [LIVING, { ...LIVING, serial: 1 }] }),
      list(3, [], { codes: [LIVING] }),
      list(4, [], { codes: [LIVING, { ...LIVING, serial: 1 }] }),
    ],
    // A floor ends nothing that hangs under another owner's root, nor what was given since on the computer that raised it: so
    // an entry stays, whichever of the two lists has the lower one.
    [
      "keeps what the lock holds behind a newer generation of ours",
      list(1, [2], { generation: 2 }),
      list(3, [1], { generation: 1 }),
      list(4, [1, 2], { generation: 2 }),
    ],
    [
      "keeps ours behind a newer generation of the lock",
      list(1, [2]),
      list(3, [1], { generation: 1 }),
      list(4, [1, 2], { generation: 1 }),
    ],
  ];
for (const [claim, ours, held, united] of ROWS) {
  test(claim, () => assert.equal(unite(ours, held).list, united));
}

const numbers = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);
const codesFrom = (first: number, count: number) =>
  numbers(LIVING.start + first, count).map((start) => ({ ...LIVING, start }));

test("leaves out the oldest of ours where both lists are too long together, and nothing that the lock holds", () => {
  const more = (first: number, holders: number, codes: number) => ({
    holders: numbers(first, holders).map(name),
    codes: codesFrom(first, codes),
  });
  const held = list(2, numbers(25, 24), more(100, 9, 9));
  const fitting = unite(list(1, numbers(1, 24), more(0, 7, 7)), held);
  const full = { ...list(3, numbers(25, 24).concat(numbers(1, 24))), codes: codesFrom(100, 9).concat(codesFrom(0, 7)) };
  const holders = [...more(100, 9, 0).holders, ...more(0, 7, 0).holders];
  assert.equal(fitting.list, { ...full, holders });
  assert.equal(fitting.left, { links: [], holders: [], codes: [] });
  const { list: united, left } = unite(list(1, [60, ...numbers(1, 24)], more(0, 16, 16)), held);
  assert.equal(united.links, full.links);
  assert.equal(united.holders, [...more(100, 9, 0).holders, ...numbers(9, 7).map(name)]);
  assert.equal(united.codes, codesFrom(100, 9).concat(codesFrom(9, 7)));
  assert.equal(left, { links: list(1, [60]).links, holders: numbers(0, 9).map(name), codes: codesFrom(0, 9) });
  const none = unite(list(1, [60]), list(2, numbers(1, 48)));
  assert.equal([none.list, none.left.links], [list(3, numbers(1, 48)), list(1, [60]).links]);
});

test("refuses more window codes than a list holds", () => {
  const former = list(1, [], { codes: codesFrom(0, 9) });
  assert.is(withCodes(former, codesFrom(9, 7)).codes?.length, 16);
  assert.throws(() => withCodes(former, codesFrom(9, 8)), /16 window codes at most.*--rotate/);
});

test("takes window codes back once each, and drops none by this computer's clock", () => {
  const former = list(4, [1], { codes: [OVER, LIVING] });
  const other = { ...LIVING, codeClass: 3 };
  assert.equal(withCodes(former, [LIVING, other]), list(5, [1], { codes: [OVER, LIVING, other] }));
});

const FULL = list(4, [1], {
  links: [
    { link: name(1), until: FUTURE },
    { link: name(2), until: PAST },
  ],
  codes: [OVER, LIVING],
});
const LEFT = list(4, [1], { codes: [LIVING] });
/** When the code that is over ends. */
const OVER_END = (OVER.start + 72) * 3_600;
const CLOCKS: readonly (readonly [claim: string, timeLow: number | undefined, kept: RevocationList])[] = [
  ["leaves out what is over by both clocks", OVER_END + 1, LEFT],
  ["keeps what ends at this second", OVER_END, { ...LEFT, codes: [OVER, LIVING] }],
  ["keeps all that is not over by the lock's clock", PAST, FULL],
  ["keeps all where the lock does not know the time", undefined, FULL],
  ["keeps what is over by the lock's clock alone", 4_294_967_295, LEFT],
];
for (const [claim, timeLow, kept] of CLOCKS) test(claim, () => assert.equal(withoutOver(FULL, timeLow), kept));

test("learns a newer list from the lock's log, and says so", async () => {
  const lock = owned(list(1, [1]), 1);
  const { sent, said } = await settle(lock, list(2, [1, 2]), true);
  assert.equal(lock.revocation, list(2, [1, 2]));
  assert.is(lock.confirmedRevocationSeq, 2);
  assert.equal(lock.confirmedRevocation, lock.revocation);
  assert.is(sent.length, 0);
  assert.match(said, /noted here too \(2 grants in all\)/);
});

test("sends both lists as one", async () => {
  const lock = owned(list(2, [3]), 1);
  const { sent } = await settle(lock, list(2, [1, 2]), true);
  const [message = new Uint8Array(0)] = sent;
  const { list: signed } = readRevocations(new Reader(message));
  assert.is(signed.sequence, 3);
  assert.is(
    toBase64url(signed.revoked),
    toBase64url(new Uint8Array([1, 2, 3].flatMap((number) => Array(8).fill(number)))),
  );
  assert.is(lock.confirmedRevocationSeq, 3);
  assert.equal(lock.confirmedRevocation, lock.revocation);
});

test("says nothing where somebody only brought our own list", async () => {
  const lock = owned(list(2, [1, 2]), 1);
  const { sent, said } = await settle(lock, list(2, [1, 2]), true);
  assert.is(sent.length, 0);
  assert.is(said, "");
  assert.is(lock.confirmedRevocationSeq, 2);
});

test("sends no list in place of one that it cannot read, until all is taken back", async () => {
  const lock = owned(list(4, [1]), 1);
  const held = list(3, [7], { generation: 2 });
  const first = await settle(lock, held, false);
  assert.is(first.sent.length, 0);
  assert.match(first.said, /"latchkey revoke --all"/);
  assert.is(lock.confirmedRevocationSeq, 1);
  assert.is(lock.revocation.generation, 2);
  lock.revocation = { ...lock.revocation, seq: 5, links: [], generation: 3 };
  const second = await settle(lock, held, false);
  assert.is(second.sent.length, 1);
  assert.match(second.said, /again the keys of people, the grants of other owners, and the window codes\./);
  assert.match(second.said, /"latchkey pin setup --rotate" ends all window codes of yours\.$/);
  assert.is(lock.confirmedRevocationSeq, lock.revocation.seq);
});

/** A list of the first generation, in which all was taken back. */
const all = (seq: number, links: readonly number[] = []) => list(seq, links, { generation: 1 });
/** Ours is number 3, made by taking all back as number 2; of the lists that the lock held, the last counts. */
const LATE: readonly (readonly [
  claim: string,
  hasLeft: boolean,
  log: readonly RevocationList[],
  generation: number,
])[] = [
  ["raises a floor that the lock has from another computer", false, [all(2)], 2],
  ["raises one that is further on already", false, [list(4, [], { generation: 3 })], 4],
  ["raises nothing where the lock has a lower one", false, [list(2, [7])], 1],
  ["raises nothing where our list was carried", true, [all(2)], 1],
  ["raises nothing where our newest list was carried", true, [all(3, [1])], 1],
  ["raises nothing where another computer went on from ours", true, [all(2), all(3, [5])], 1],
  ["raises a floor of a number before ours", true, [all(1)], 2],
  ["raises a floor of a number behind ours", true, [all(4)], 2],
  ["raises a floor of a list that is not ours", true, [all(2, [5])], 2],
];
for (const [claim, hasLeft, log, generation] of LATE) {
  test(`taking all back, not confirmed yet, ${claim}`, async () => {
    const lock: OwnedLock = { ...owned(all(3, [1]), 0), unconfirmedAll: { seq: 2, hasLeft } };
    const [held = list(0, [])] = log.slice(-1);
    const { said } = await settleWith(lock, { held, log });
    assert.is(lock.revocation.generation, generation);
    assert.is(/this ends all that you gave until now/.test(said), generation > 1, said);
    assert.is(lock.unconfirmedAll, undefined);
    assert.equal(lock.confirmedRevocation, lock.revocation);
    const before = structuredClone(lock);
    const again = await settleWith(lock, { held: lock.revocation, log: [...log, lock.revocation] });
    assert.equal([lock, again], [before, { sent: [], said: "" }]);
  });
}

test("knows a list again of which it never heard that it arrived, and raises no floor twice", async () => {
  const lock: OwnedLock = { ...owned(all(1), 0), unconfirmedAll: { seq: 1, hasLeft: false } };
  const { sent, ask } = lockWith([all(1)]);
  const conversation = {
    ask: async (outgoing: Outgoing) => {
      const answer = await ask(outgoing);
      if (outgoing.kind === "statement") throw new Error("the answer is lost");
      return answer;
    },
  };
  let saved: OwnedLock | undefined;
  const settlement = {
    conversation,
    signer: SIGNER,
    terminal: { warn: () => undefined },
    timeLow: undefined,
    save: (change: () => void) => {
      assert.is(sent.length, 0);
      change();
      saved = structuredClone(lock);
      return true;
    },
  };
  const mine = { kid: KID, seq: 1, revocationSeq: 1, generation: 1 };
  assert.match(String(await settleRevocations(settlement, lock, mine).catch(String)), /the answer is lost/);
  assert.equal([saved?.revocation, saved?.unconfirmedAll], [list(2, [], { generation: 2 }), { seq: 2, hasLeft: true }]);
  if (saved === undefined) return;
  const arrived = saved.revocation;
  const { said } = await settleWith(saved, { held: arrived, log: [all(1), arrived] });
  assert.equal([saved.revocation, saved.confirmedRevocationSeq, said], [arrived, 2, ""]);
});

test("hands over a floor with what fits, and names what it left out", async () => {
  const ours = list(6, numbers(1, 10), { generation: 1, holders: numbers(1, 3).map(name) });
  const lock: OwnedLock = { ...owned(ours, 1), unconfirmedAll: { seq: 6, hasLeft: false } };
  const held = list(5, numbers(100, 40), { holders: numbers(100, 14).map(name) });
  const { sent, said } = await settleWith(lock, { held, log: [held] });
  const { list: signed } = readRevocations(new Reader(sent[0] ?? new Uint8Array(0)));
  assert.equal([sent.length, signed.generation, signed.sequence, signed.untils.length], [1, 1, 7, 48]);
  assert.equal(lock.revocation.links, list(7, [...numbers(100, 40), ...numbers(3, 8)]).links);
  assert.equal(lock.revocation.holders, [...held.holders, name(2), name(3)]);
  assert.equal([lock.confirmedRevocationSeq, lock.unconfirmedAll], [7, undefined]);
  assert.match(said, new RegExp(`left out is 2 grants, 1 key \\(${name(1)}, ${name(2)}, ${name(1)}\\)`));
  assert.match(said, /what another owner gave may open again\..*"latchkey owner remove"/);
});

/** What the lock holds from another computer has no room for all of ours. */
const CROWDED: readonly (readonly [what: string, ours: Partial<RevocationList>, held: RevocationList])[] = [
  ["grants", { links: list(0, numbers(1, 10)).links }, list(5, numbers(100, 40), { generation: 3 })],
  ["keys", { holders: numbers(1, 2).map(name) }, list(5, [], { holders: numbers(100, 15).map(name) })],
  ["window codes", { codes: codesFrom(0, 8) }, list(5, [], { codes: codesFrom(8, 9) })],
];
for (const [what, more, held] of CROWDED) {
  test(`hands over no list where there are too many ${what}, counts nothing as confirmed, and goes on`, async () => {
    const lock = owned(list(2, [], more), 2);
    const { sent, said } = await settleWith(lock, { held, log: [held] });
    assert.is(sent.length, 0);
    assert.match(said, /too long together .*NOT taken back is (10 grants|2 keys|8 codes).*"latchkey revoke --all"/);
    assert.is(/pin setup --rotate/.test(said), what === "window codes");
    assert.equal([lock.confirmedRevocationSeq, lock.confirmedRevocation], [2, held]);
    assert.equal(lock.revocation, list(3, [], { generation: held.generation, ...more }));
    const before = structuredClone(lock);
    assert.equal(await settleWith(lock, { held, log: [held] }), { sent: [], said });
    assert.equal(lock, before);
    const { generation } = held;
    lock.revocation = { ...lock.revocation, seq: 4, generation: generation + 1 };
    lock.unconfirmedAll = { seq: 4, hasLeft: false };
    assert.is((await settleWith(lock, { held, log: [held] })).sent.length, 1);
    assert.equal([lock.revocation.generation, lock.confirmedRevocationSeq], [generation + 1, 6]);
  });
}

test("knows its floor again where another computer filled the list behind it, and raises it once", async () => {
  const lock: OwnedLock = { ...owned(all(3, numbers(1, 10)), 0), unconfirmedAll: { seq: 2, hasLeft: true } };
  const held = all(5, numbers(100, 40));
  const said = (await settleWith(lock, { held, log: [all(2), held] })).said;
  assert.match(said, /too long together/);
  assert.equal([lock.revocation, lock.unconfirmedAll], [all(3, numbers(1, 10)), undefined]);
});

test("knows its carried list again of which it has left out since what is over, and raises no floor twice", async () => {
  const over = { link: name(9), until: PAST };
  const carried = { ...all(2), links: [over] };
  const lock: OwnedLock = { ...owned(carried, 0), unconfirmedAll: { seq: 2, hasLeft: true } };
  const ask = async (): Promise<never> => {
    throw new Error("the statement is lost");
  };
  const terminal = { warn: () => assert.unreachable() };
  const lost = { conversation: { ask }, signer: SIGNER, terminal, timeLow: PAST + 1, save };
  const mine = { kid: KID, seq: 1, revocationSeq: 0, generation: 0 };
  assert.match(String(await settleRevocations(lost, lock, mine).catch(String)), /the statement is lost/);
  assert.equal(lock.revocation, all(2));
  const { said } = await settleWith(lock, { held: carried, log: [carried], timeLow: PAST + 1 });
  assert.equal([lock.revocation.generation, lock.confirmedRevocationSeq, said], [1, 2, ""]);
});

test("leaves out what is over with the next list, and sends none for that alone", async () => {
  const over = { link: name(9), until: PAST };
  const lock = owned({ ...list(2, [1]), links: [over, { link: name(1), until: FUTURE }] }, 1);
  const held = { ...list(3, [2]), links: [over, { link: name(2), until: FUTURE }] };
  const { sent } = await settleWith(lock, { held, log: [held], timeLow: PAST });
  assert.equal(lock.revocation.links.length, 3);
  const confirmed = lock.revocation;
  const idle = await settleWith(lock, { held: confirmed, log: [], timeLow: PAST + 1 });
  assert.equal([sent.length, idle.sent.length], [1, 0]);
  assert.equal(lock.revocation, list(confirmed.seq, [2, 1]));
  assert.equal(lock.confirmedRevocation, lock.revocation);
  const other = owned({ ...list(4, [], { links: [over] }), seq: 1 }, 0);
  assert.is((await settleWith(other, { held: list(3, [2]), log: [list(3, [2])], timeLow: PAST + 1 })).sent.length, 0);
});

test("raises no floor where another command of this computer has handed the list over meanwhile", async () => {
  const lock: OwnedLock = { ...owned(all(2), 0), unconfirmedAll: { seq: 2, hasLeft: false } };
  const mine = { kid: KID, seq: 1, revocationSeq: 2, generation: 1 };
  const learnFromDisk = (change: () => void) => {
    delete lock.unconfirmedAll;
    lock.confirmedRevocationSeq = 2;
    change();
    return true;
  };
  const conversation = lockWith([all(2)]);
  const terminal = { warn: () => assert.unreachable() };
  const settlement = { conversation, signer: SIGNER, terminal, timeLow: undefined, save: learnFromDisk };
  await settleRevocations(settlement, lock, mine);
  assert.equal([lock.revocation, conversation.sent], [all(2), []]);
});

test("takes all back in the place of a list that it cannot read", async () => {
  const lock: OwnedLock = { ...owned(all(3), 0), unconfirmedAll: { seq: 3, hasLeft: false } };
  const { sent } = await settle(lock, list(5, [7], { generation: 2 }), false);
  assert.is(sent.length, 1);
  assert.equal(lock.revocation, list(6, [], { generation: 3 }));
});

const U32_MAX = 0xffff_ffff;
const NUMBERS: readonly (readonly [claim: string, held: RevocationList, ownerSeq: number, isBelieved: boolean])[] = [
  ["a statement's number a step above", list(1, [1]), 1 + 65_536, true],
  ["a statement's number more than a step above", list(1, [1]), 2 + 65_536, false],
  ["the last number of a statement", list(1, [1]), U32_MAX, false],
  ["a list's number a step above", list(1 + 65_536, [1]), 1, true],
  ["a list's number more than a step above", list(2 + 65_536, [1]), 1, false],
  ["the last number of a list", list(U32_MAX, [1]), 1, false],
  ["a generation a step above", list(2, [1], { generation: 1_024 }), 1, true],
  ["a generation more than a step above", list(2, [1], { generation: 1_025 }), 1, false],
  ["the last generation", list(2, [1], { generation: U32_MAX }), 1, false],
];
for (const [claim, held, ownerSeq, isBelieved] of NUMBERS) {
  for (const isInLog of [true, false]) {
    test(`${isBelieved ? "believes" : "refuses"} ${claim}, ${isInLog ? "in" : "not in"} the log`, async () => {
      const lock = owned(list(1, [1]), 1);
      const before = structuredClone(lock);
      const said = await settle(lock, held, isInLog, ownerSeq).catch((error) => String(error));
      assert.is(typeof said === "string", !isBelieved);
      if (isBelieved) return;
      assert.match(String(said), /numbers of your statements that you cannot have reached/);
      assert.equal(lock, before);
    });
  }
}

test("refuses a list in the log of another generation than the lock says", async () => {
  const lock = owned(list(1, [1], { codes: [OVER] }), 1);
  const before = structuredClone(lock);
  const conversation = lockWith([list(2, [1], { generation: U32_MAX })]);
  const mine = { kid: KID, seq: 1, revocationSeq: 2, generation: 0 };
  const terminal = { warn: () => undefined };
  const said = await settleRevocations(
    { conversation, signer: SIGNER, terminal, timeLow: FUTURE, save },
    lock,
    mine,
  ).catch(String);
  assert.match(String(said), /you cannot have reached/);
  assert.equal(lock, before);
});

test.run();
