// Goal: whatever two computers of one owner took back apart from each other, their next list holds all of it, and where
// that cannot be known no list is sent.
// Method: lists are united row by row; then the keystore is settled with a lock whose log is played.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, toBase64url } from "../../firmware/bytes.ts";
import { Reader } from "../../firmware/cbor/decode.ts";
import { kid8 } from "../../firmware/cose/key.ts";
import { readRevocations } from "../../firmware/grant/revocation.ts";
import { encodeEntry, placeOf } from "../../firmware/journal/payload.ts";
import { Chain, encodeRecord, newPage, recordBytes } from "../../firmware/journal/record.ts";
import type { Answer } from "../../firmware/link/message.ts";
import { seconds } from "../../firmware/platform.ts";
import type { OwnedLock, RevocationList } from "../person.ts";
import type { Outgoing } from "../phone.ts";
import { settleRevocations, unite, withCodes, withoutOver } from "../revocation.ts";

const FUTURE = 4_000_000_000;
const PAST = 1_600_000_000;
const SEED = new Uint8Array(32).fill(1);
const KID = kid8(crypto, crypto.signingPublicKey(SEED));
const SIGNER = { kid: KID, sign: (message: Uint8Array) => crypto.sign(SEED, message) };
const LOCK_ID = "AAAAAAAAAAA";

/** The name of a grant or of a key. */
function name(number: number): string {
  return toBase64url(new Uint8Array(8).fill(number));
}

function list(seq: number, links: readonly number[], more: Partial<RevocationList> = {}): RevocationList {
  return {
    seq,
    generation: 0,
    links: links.map((number) => ({ link: name(number), until: FUTURE })),
    holders: [],
    ...more,
  };
}

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
  test(claim, () => assert.equal(unite(ours, held), united));
}

test("refuses lists that are too long together", () => {
  const numbers = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);
  assert.is(unite(list(1, numbers(1, 24)), list(2, numbers(25, 24))).links.length, 48);
  assert.throws(() => unite(list(1, numbers(1, 24)), list(2, numbers(25, 25))), /48 grants and 16 keys at most/);
});

test("refuses more window codes than a list holds", () => {
  const codes = (first: number) =>
    Array.from({ length: 9 }, (_, index) => ({ ...LIVING, start: LIVING.start + first + index }));
  assert.throws(
    () => unite(list(1, [], { codes: codes(0) }), list(2, [], { codes: codes(9) })),
    /16 window codes at most/,
  );
  assert.is(unite(list(1, [], { codes: codes(0) }), list(2, [], { codes: codes(7) })).codes?.length, 16);
  assert.throws(() => withCodes(list(1, [], { codes: codes(0) }), codes(9)), /16 window codes at most.*--rotate/);
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

/** A lock whose log holds those lists, and what it was sent. */
function lockWith(lists: readonly RevocationList[]): { sent: Bytes[]; ask(outgoing: Outgoing): Promise<Answer> } {
  const sent: Bytes[] = [];
  const records = new Uint8Array(Buffer.concat(lists.map((held, index) => recordOf(held, index + 1))));
  const ask = async (outgoing: Outgoing): Promise<Answer> => {
    if (outgoing.kind === "statement") sent.push(outgoing.message);
    if (outgoing.kind !== "fetch") return { kind: "yes", id: 1 };
    const { region, from } = outgoing;
    const previousLink = new Chain(crypto, LOCK_ID).start(region);
    return {
      kind: "records",
      id: 1,
      region,
      first: from,
      previousLink,
      bytes: from === 1 ? records : new Uint8Array(0),
    };
  };
  return { sent, ask };
}

function recordOf({ seq, generation, links, holders }: RevocationList, place: number): Bytes {
  const bytesOf = (texts: readonly string[]) =>
    new Uint8Array(Buffer.concat(texts.map((text) => Buffer.from(text, "base64url"))));
  const revoked = bytesOf(links.map(({ link }) => link));
  const untils = links.map(({ until }) => seconds(until));
  const entry = { owner: KID, sequence: seq, generation, revoked, untils, holders: bytesOf(holders), codes: [] };
  const payload = encodeEntry({ kind: "list", list: entry });
  const page = newPage(recordBytes(payload.length));
  encodeRecord(crypto, page, { ...placeOf("list"), seq: place, lo: seconds(PAST), width: undefined, payload });
  return page.bytes;
}

function owned(revocation: RevocationList, confirmedRevocationSeq: number): OwnedLock {
  const keys = { agreementKey: name(1), signingKey: name(1) };
  const place = { name: "home", address: "", zone: "UTC0", zoneName: undefined, checkpoint: undefined };
  return { id: LOCK_ID, ...keys, ...place, seq: 1, revocation, confirmedRevocationSeq };
}

/** What a keystore does to save a change of its lock. */
const save = (change: () => void) => change();

async function settle(
  lock: OwnedLock,
  held: RevocationList,
  isInLog: boolean,
  ownerSeq = 1,
): Promise<{ sent: Bytes[]; said: string }> {
  return settleWith(lock, { held, log: isInLog ? [held] : [], ownerSeq });
}

async function settleWith(
  lock: OwnedLock,
  at: {
    readonly held: RevocationList;
    readonly log: readonly RevocationList[];
    readonly ownerSeq?: number;
    readonly timeLow?: number;
  },
): Promise<{ sent: Bytes[]; said: string }> {
  const { held, log, ownerSeq = 1, timeLow } = at;
  const conversation = lockWith(log);
  let said = "";
  const warn = (line: string) => {
    said += line;
  };
  const mine = { kid: KID, seq: ownerSeq, revocationSeq: held.seq, generation: held.generation };
  await settleRevocations({ conversation, signer: SIGNER, terminal: { warn }, timeLow, save }, lock, mine);
  return { sent: conversation.sent, said };
}

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
