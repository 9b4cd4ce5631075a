// The fold: what each record makes of the lock's state, and what it leaves alone.
// Method: short lists of entries, folded in the order of their region, as they are at boot; views are overwritten after each
// step, since a record's buffer does not last.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, concat, fromAscii } from "../../bytes.ts";
import { kid8 } from "../../cose/key.ts";
import {
  type Body,
  encodeBody,
  KIND_ACKNOWLEDGE,
  KIND_ACT,
  KIND_ADD_OWNER,
  KIND_ADOPT,
  KIND_ANNOUNCE,
  KIND_CONFIGURE,
  KIND_ENROL,
  KIND_REMOVE_BOARD,
  KIND_REMOVE_OWNER,
  KIND_SET_CLOCK,
  KIND_TRANSFER,
} from "../../grant/body.ts";
import type { RevocationList } from "../../grant/revocation.ts";
import { seconds } from "../../platform.ts";
import { COUNTERS_MAX } from "../../policy/counters.ts";
import type { Entry, SpentUse, WritableEntry } from "../entry.ts";
import { encodeEntry, placeOf, readEntry } from "../payload.ts";
import { ACCESS, type Region, STATE } from "../record.ts";
import { applyEntry, emptyState, FACES_MAX, type LockState } from "../state.ts";

const NOW = seconds(1_791_187_200);
const LATER = seconds(NOW + 3_600);

function key(byte: number): Bytes {
  return new Uint8Array(32).fill(byte);
}

function name(byte: number): Bytes {
  return new Uint8Array(8).fill(byte);
}

const OWNER = kid8(crypto, key(1));
const PARTNER = kid8(crypto, key(2));
const RECOVERY = kid8(crypto, key(3));

/** Folds one entry through its bytes, which are gone afterwards. */
function fold(
  state: LockState,
  entry: WritableEntry,
  record: { readonly seq?: number; readonly lo?: number } = {},
): void {
  const { region, type } = placeOf(entry.kind);
  const payload = encodeEntry(entry);
  applyEntry(crypto, state, readEntry(region, type, payload), {
    region,
    seq: record.seq ?? 1,
    lo: seconds(record.lo ?? NOW),
  });
  payload.fill(0xee);
}

function statement(actor: Bytes, sequence: number, body: Body): WritableEntry {
  return { kind: "statement", actor, sequence, body, encodedBody: encodeBody(sequence, body) };
}

function adoption(): WritableEntry {
  const adopted = { ownerKey: key(1), recoveryKey: key(3), zoneRule: fromAscii("CET-1CEST,M3.5.0,M10.5.0/3") };
  return statement(OWNER, 4, { kind: KIND_ADOPT, adoption: adopted });
}

function intent(...spends: readonly SpentUse[]): WritableEntry {
  return { kind: "intent", operation: 0, source: "phone", actor: name(8), root: name(9), spends };
}

function spend(link: number, used: number, until = LATER): SpentUse {
  return { link8: name(link), used, until };
}

function closing(of: number, outcome: "secured" | "not-moved" | "jammed" | "superseded" | "power-cut" | "held-open") {
  const after = { openedAfter: undefined, closedAfter: undefined, securedAfter: undefined };
  return { kind: "closing", intent: of, outcome, ...after, witnesses: 0 } as const;
}

function adopted(): LockState {
  const state = emptyState();
  fold(state, adoption());
  return state;
}

/** The counters as `link:used`. */
function counters(state: LockState): string {
  const shown: string[] = [];
  for (let index = 0; index < state.counters.count; index++) {
    const { link8, used } = state.counters.at(index);
    shown.push(`${link8[0]}:${used}`);
  }
  return shown.join(" ");
}

test("an adoption brings owner, recovery key and zone", () => {
  const { keyring, configuration } = adopted();
  assert.equal(keyring.owners, [{ kid: OWNER, publicKey: key(1), sequence: 4 }]);
  assert.equal(keyring.recovery, { kid: RECOVERY, publicKey: key(3), sequence: 0 });
  assert.is(configuration.zoneRule, "CET-1CEST,M3.5.0,M10.5.0/3");
});

test("owners come and go, and whoever went is remembered", () => {
  const state = adopted();
  fold(state, statement(OWNER, 5, { kind: KIND_ADD_OWNER, ownerKey: key(2) }));
  assert.equal(
    state.keyring.owners.map(({ kid, sequence }) => [kid, sequence]),
    [
      [OWNER, 5],
      [PARTNER, 0],
    ],
  );
  fold(state, statement(PARTNER, 1, { kind: KIND_REMOVE_OWNER, ownerKid: OWNER }));
  assert.equal(
    state.keyring.owners.map(({ kid, sequence }) => [kid, sequence]),
    [[PARTNER, 1]],
  );
  assert.equal(state.keyring.removed, OWNER);
  fold(state, statement(RECOVERY, 1, { kind: KIND_ADD_OWNER, ownerKey: key(5) }));
  assert.is(state.keyring.recovery?.sequence, 1);
  assert.is(state.keyring.owners.length, 2);
});

/** A list of an owner that takes nothing back. */
function listOf(owner: Bytes): WritableEntry {
  const nothing = new Uint8Array(0);
  const list = { owner, sequence: 1, generation: 0, revoked: nothing, untils: [], holders: nothing, codes: [] };
  return { kind: "list", list };
}

/** Whose lists the lock still has, by the first byte of their names. */
function listOwners({ lists }: LockState): readonly Bytes[] {
  return lists.map(({ owner }) => owner);
}

test("a removed owner's list goes, and nobody else's", () => {
  const state = adopted();
  fold(state, listOf(OWNER));
  fold(state, listOf(PARTNER));
  fold(state, statement(OWNER, 5, { kind: KIND_ADD_OWNER, ownerKey: key(2) }));
  fold(state, statement(PARTNER, 1, { kind: KIND_REMOVE_OWNER, ownerKid: OWNER }));
  assert.equal(listOwners(state), [PARTNER]);
});

test("a transfer leaves the new owner and the new words alone, and the settings of a new lock", () => {
  const state = adopted();
  const buyer = { ownerKey: key(6), recoveryKey: key(7), zoneRule: fromAscii("UTC0") };
  fold(state, statement(OWNER, 5, { kind: KIND_ADD_OWNER, ownerKey: key(2) }));
  const board = { role: 1, agreementKey: key(8), signingKey: key(9) };
  fold(state, statement(OWNER, 6, { kind: KIND_ENROL, board }));
  fold(state, statement(OWNER, 7, { kind: KIND_CONFIGURE, settings: [{ key: 2, value: 60 }] }));
  fold(state, intent(spend(1, 1)));
  // The state region is read before the access region: a list of the buyer stands there before the buyer does.
  fold(state, listOf(kid8(crypto, key(6))));
  fold(state, listOf(OWNER));
  fold(state, statement(RECOVERY, 1, { kind: KIND_TRANSFER, adoption: buyer }));
  const { keyring, configuration } = state;
  assert.equal(keyring.owners, [{ kid: kid8(crypto, key(6)), publicKey: key(6), sequence: 0 }]);
  assert.equal(keyring.recovery, { kid: kid8(crypto, key(7)), publicKey: key(7), sequence: 0 });
  assert.equal(keyring.removed, concat(OWNER, PARTNER));
  assert.equal(keyring.boards, []);
  assert.is(configuration.relockSeconds, 30);
  assert.is(configuration.zoneRule, "UTC0");
  assert.is(counters(state), "");
  assert.equal(listOwners(state), [kid8(crypto, key(6))]);
});

test("boards come, change and go", () => {
  const state = adopted();
  const board = { role: 1, agreementKey: key(7), signingKey: key(8) };
  fold(state, statement(OWNER, 5, { kind: KIND_ENROL, board }));
  fold(state, statement(OWNER, 6, { kind: KIND_ENROL, board: { ...board, role: 2 } }));
  assert.equal(state.keyring.boards, [{ kid: kid8(crypto, key(8)), ...board, role: 2, sequence: 6 }]);
  fold(state, statement(OWNER, 7, { kind: KIND_REMOVE_BOARD, boardKid: kid8(crypto, key(8)) }));
  assert.equal(state.keyring.boards, []);
});

test("settings change one by one", () => {
  const state = adopted();
  fold(state, statement(OWNER, 5, { kind: KIND_CONFIGURE, settings: [{ key: 2, value: 60 }] }));
  fold(state, statement(OWNER, 6, { kind: KIND_CONFIGURE, settings: [{ key: 3, value: 2 }] }));
  assert.is(state.configuration.relockSeconds, 60);
  assert.is(state.configuration.mode, "privacy");
  fold(state, { kind: "door", event: "privacy-ended", count: 1 });
  assert.is(state.configuration.mode, "normal");
  assert.is(state.configuration.relockSeconds, 60);
});

const UNCHANGING: readonly Body[] = [
  { kind: KIND_SET_CLOCK, isBackwards: true },
  { kind: KIND_ACKNOWLEDGE },
  { kind: KIND_ACT, operation: 1 },
  {
    kind: KIND_ANNOUNCE,
    firmware: {
      sequence: 1,
      vendor: new Uint8Array(16),
      boardClass: new Uint8Array(16),
      slot: 0,
      digest: key(0),
      imageBytes: 1,
      rollbackFloor: 0,
    },
  },
];

for (const body of UNCHANGING) {
  test(`a statement of kind ${body.kind} uses its number and changes nothing else`, () => {
    const state = adopted();
    const { keyring, ...before } = { ...state };
    fold(state, statement(OWNER, 9, body));
    assert.is(state.keyring.owners[0].sequence, 9);
    const { keyring: after, ...rest } = { ...state };
    assert.equal(rest, before);
    assert.equal({ ...after, owners: [] }, { ...keyring, owners: [] });
  });
}

test("an owner's opening begins a visit that spends nothing", () => {
  const state = adopted();
  fold(state, statement(OWNER, 5, { kind: KIND_ACT, operation: 0 }), { seq: 12 });
  assert.equal(state.visit, { intent: 12, actor: OWNER, spends: [], code: undefined });
  fold(state, closing(12, "secured"));
  assert.is(state.visit, undefined);
});

test("an intent counts its uses and opens a visit", () => {
  const state = adopted();
  fold(state, intent(spend(1, 1), spend(2, 3)), { seq: 20 });
  assert.is(counters(state), "1:1 2:3");
  assert.equal(state.visit?.intent, 20);
  assert.equal(state.counters.at(1), { link8: name(2), root8: name(9), used: 3, until: LATER });
  fold(state, intent(spend(1, 2)), { seq: 22 });
  assert.is(counters(state), "1:2 2:3");
});

for (const outcome of ["secured", "jammed", "superseded", "power-cut", "held-open"] as const) {
  test(`a visit that ends ${outcome} keeps its uses`, () => {
    const state = adopted();
    fold(state, intent(spend(1, 1)), { seq: 20 });
    fold(state, closing(20, outcome));
    assert.is(counters(state), "1:1");
    assert.is(state.visit, undefined);
  });
}

test("a bolt that never moved gives the uses of its own visit back, once", () => {
  const state = adopted();
  fold(state, intent(spend(1, 1), spend(2, 3)), { seq: 20 });
  fold(state, closing(20, "not-moved"));
  assert.is(counters(state), "2:2");
  fold(state, closing(20, "not-moved"));
  assert.is(counters(state), "2:2");
});

test("a closing of another visit changes nothing", () => {
  const state = adopted();
  fold(state, intent(spend(1, 1)), { seq: 20 });
  fold(state, closing(19, "not-moved"));
  assert.is(counters(state), "1:1");
  assert.is(state.visit?.intent, 20);
});

test("a counter that has expired goes only where its place is needed", () => {
  const state = adopted();
  for (let link = 0; link < COUNTERS_MAX; link++) {
    fold(state, intent({ link8: name(link), used: 1, until: seconds(link < 3 ? NOW : LATER) }), { lo: NOW });
  }
  fold(state, intent(spend(5, 2)), { lo: NOW + 60 });
  assert.is(state.counters.count, COUNTERS_MAX);
  fold(state, intent(spend(200, 1)), { lo: NOW + 60 });
  assert.is(state.counters.count, COUNTERS_MAX - 2);
  assert.ok(counters(state).startsWith("3:1 4:1 5:2 "));
});

function list(owner: Bytes, sequence: number): RevocationList {
  const none = new Uint8Array(0);
  return { owner, sequence, generation: 0, revoked: name(sequence), untils: [LATER], holders: none, codes: [] };
}

test("a list takes the place of the same owner's, even before the owner is known", () => {
  const state = emptyState();
  fold(state, { kind: "list", list: list(OWNER, 1) });
  fold(state, { kind: "list", list: list(PARTNER, 2) });
  fold(state, { kind: "list", list: list(OWNER, 3) });
  fold(state, adoption());
  assert.equal(state.lists, [list(PARTNER, 2), list(OWNER, 3)]);
});

const MARK: WritableEntry = { kind: "watermark" };

test("the watermark rises with the state region's records, and with those only", () => {
  const state = emptyState();
  fold(state, MARK, { lo: NOW });
  fold(state, MARK, { lo: NOW - 50 });
  assert.is(state.watermark, NOW);
  fold(state, { kind: "inside", count: 1 }, { lo: NOW + 500 });
  assert.is(state.watermark, NOW);
  fold(state, { kind: "boot", reason: 1, boots: 7, haste: 8 }, { lo: NOW + 5 });
  assert.is(state.watermark, NOW + 5);
  assert.is(state.boots, 7);
});

test("each watermark takes a quarter of an hour of the starts' haste, and a start says what there is", () => {
  const state = emptyState();
  fold(state, MARK, { lo: NOW });
  assert.is(state.haste, 0);
  fold(state, { kind: "boot", reason: 1, boots: 2, haste: 16 }, { lo: NOW });
  for (let count = 0; count < 3; count++) fold(state, MARK, { lo: NOW });
  assert.is(state.haste, 13);
  fold(state, { kind: "boot", reason: 1, boots: 3, haste: 0 }, { lo: NOW });
  assert.is(state.haste, 0);
});

test("the watermark falls only with an owner's act to set the clock back", () => {
  const state = emptyState();
  fold(state, MARK, { lo: LATER });
  fold(state, { kind: "clock", source: 1, lo: NOW, hi: LATER }, { lo: NOW });
  assert.is(state.watermark, LATER);
  fold(state, { kind: "clock", source: 2, lo: NOW, hi: LATER }, { lo: NOW });
  assert.is(state.watermark, NOW);
  fold(state, MARK, { lo: NOW + 9 });
  assert.is(state.watermark, NOW + 9);
});

test("what an owner knows of damage is kept", () => {
  const state = emptyState();
  const none = new Uint8Array(0);
  assert.equal(state.acknowledged, [none, none, none]);
  for (const digests of [[name(3), none, name(5)] as const, [none, name(4), name(5)] as const]) {
    fold(state, { kind: "acknowledged", digests });
    assert.equal(state.acknowledged, digests);
  }
});

test("the newest faces are remembered", () => {
  const state = emptyState();
  for (let face = 0; face < FACES_MAX + 2; face++) {
    fold(state, { kind: "who", leaf: name(face), holder: name(1), names: ["guest"], root: name(2) });
  }
  assert.is(state.faces.length, 8 * FACES_MAX);
  assert.equal([state.faces.slice(0, 8), state.faces.slice(-8)], [name(2), name(FACES_MAX + 1)]);
});

test("noise and what is unknown change nothing", () => {
  const state = adopted();
  const before = { ...state };
  fold(state, { kind: "refusal", actor: name(1), leaf: name(2), operation: 0, denial: "uses", count: 9 });
  fold(state, { kind: "inside", count: 3 });
  fold(state, { kind: "door", event: "opened", count: 1 });
  fold(state, { kind: "alarm", alarm: "forced", count: 1 });
  fold(state, { kind: "stranger", strangerClass: 1, count: 1 });
  const other: Entry = { kind: "other", type: 77 };
  const region: Region = ACCESS;
  applyEntry(crypto, state, other, { region, seq: 9, lo: LATER });
  assert.equal({ ...state }, before);
  applyEntry(crypto, state, other, { region: STATE, seq: 9, lo: LATER });
  assert.equal({ ...state }, { ...before, watermark: LATER });
});

test.run();
