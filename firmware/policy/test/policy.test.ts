// The decision: each reason to deny by its own row, each limit of each link by itself, and the instants at which a grant
// holds.
// Method: one chain that is allowed; each row changes one thing. Chains are put together here from real keys but without
// signatures, which the policy never sees.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Chain, Link } from "../../grant/chain.ts";
import type { Grant } from "../../grant/grant.ts";
import {
  OPERATION_LOCK,
  OPERATION_READ_LOG,
  OPERATION_TALK,
  OPERATION_UNLATCH,
  OPERATION_UNLOCK,
  OPERATION_VIEW,
} from "../../grant/holder.ts";
import type { RevocationList } from "../../grant/revocation.ts";
import { seconds } from "../../platform.ts";
import { parseZone } from "../../time/zone.ts";
import { COUNTERS_MAX, COUNTERS_PER_ROOT_MAX, type Counter, Counters } from "../counters.ts";
import { type Circumstances, decide } from "../policy.ts";

/** 2026-10-05T08:00:00Z, a Monday. */
const NOW = seconds(1_791_187_200);
const HOUR = 3_600;
const ALL = 63;

/** A name of 8 bytes. */
function name(byte: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(8).fill(byte);
}

function grant(limits: Partial<Grant> = {}): Grant {
  return {
    lock: undefined,
    name: "",
    expiry: seconds(NOW + HOUR),
    notBefore: undefined,
    key: new Uint8Array(32),
    permissions: ALL,
    isForDoor: true,
    uses: undefined,
    weeklies: [],
    depth: 2,
    generation: 5,
    cameraRule: 0,
    dwellMinutes: undefined,
    ...limits,
  };
}

/** Gives a chain: the links are named 1, 2, 3, their holders 11, 12, 13, the owner 9. */
function chain(...limits: readonly Partial<Grant>[]): Chain {
  const links = limits.map(
    (limit, index): Link => ({
      grant: grant(limit),
      message: new Uint8Array(0),
      link8: name(index + 1),
      kid8: name(index + 11),
    }),
  );
  return { links, leaf: links[links.length - 1], owner: name(9) };
}

function moment(change: Partial<Circumstances> = {}): Circumstances {
  return {
    interval: { lo: NOW, hi: seconds(NOW + 60) },
    zone: parseZone("UTC0"),
    widthSecondsMax: 600,
    lists: [],
    counters: new Counters(),
    cameraProof: 0,
    isModeOpen: true,
    hasPower: true,
    isJournalReady: true,
    isDoorReady: true,
    isRetry: false,
    ...change,
  };
}

function list(change: Partial<RevocationList> = {}): RevocationList {
  const none = new Uint8Array(0);
  return { owner: name(9), sequence: 1, generation: 0, revoked: none, untils: [], holders: none, codes: [], ...change };
}

function counter(link: number, used: number, change: Partial<Counter> = {}): Counter {
  return { link8: name(link), root8: name(1), used, until: seconds(NOW + HOUR), ...change };
}

function countersOf(...counters: readonly Counter[]): Counters {
  return Counters.from(counters.length, (index) => counters[index]);
}

function verdict(links: readonly Partial<Grant>[], now: Partial<Circumstances>, operation = OPERATION_UNLOCK): string {
  const decision = decide(crypto, chain(...links), { operation, now: moment(now) });
  return decision.isAllowed ? "allow" : decision.denial;
}

/** As many counters as one root may have, and as the lock may have. */
const FULL_ROOT = Array.from({ length: COUNTERS_PER_ROOT_MAX }, (_, index) => counter(100 + index, 1));
const FULL_TABLE = Array.from({ length: COUNTERS_MAX }, (_, index) =>
  counter(100 + index, 1, { root8: name(50 + index) }),
);

const ROWS: readonly (readonly [string, readonly Partial<Grant>[], Partial<Circumstances>, string, number?])[] = [
  ["allows a root", [{}], {}, "allow"],
  ["allows a chain of three", [{}, {}, {}], {}, "allow"],

  ["revoked: the root", [{}, {}], { lists: [list({ revoked: name(1) })] }, "revoked"],
  ["revoked: the leaf", [{}, {}], { lists: [list({ revoked: name(2) })] }, "revoked"],
  [
    "revoked: in another owner's list",
    [{}],
    { lists: [list(), list({ owner: name(8), revoked: name(1) })] },
    "revoked",
  ],
  ["revoked: not a link of another name", [{}], { lists: [list({ revoked: name(3) })] }, "allow"],
  ["holder: of a link above the leaf", [{}, {}], { lists: [list({ holders: name(11) })] }, "holder"],
  ["holder: of the leaf", [{}, {}], { lists: [list({ holders: name(12) })] }, "holder"],
  ["generation: one below the floor", [{}], { lists: [list({ generation: 6 })] }, "generation"],
  ["generation: at the floor", [{}], { lists: [list({ generation: 5 })] }, "allow"],
  ["generation: another owner's floor", [{}], { lists: [list({ owner: name(8), generation: 6 })] }, "allow"],

  ["not-yet: an instant before", [{ notBefore: seconds(NOW + 61) }], {}, "not-yet"],
  ["not-yet: the first instant that may be", [{ notBefore: seconds(NOW + 60) }], {}, "allow"],
  ["not-yet: of a delegation", [{}, { notBefore: seconds(NOW + 61) }], {}, "not-yet"],
  [
    "not-yet: of the root below a wider delegation",
    [{ notBefore: seconds(NOW + 61) }, { notBefore: NOW }],
    {},
    "not-yet",
  ],
  ["expired: at the instant", [{ expiry: NOW }], {}, "expired"],
  ["expired: one second left", [{ expiry: seconds(NOW + 1) }], {}, "allow"],
  ["expired: of a delegation", [{}, { expiry: NOW }], {}, "expired"],
  ["expired: of the root below a wider delegation", [{ expiry: NOW }, { expiry: seconds(NOW + 9_999) }], {}, "expired"],
  ["expired: an empty window", [{ notBefore: seconds(NOW + 20), expiry: seconds(NOW + 20) }], {}, "expired"],
  [
    "expired: windows of two links that do not meet",
    [{ expiry: seconds(NOW + 20) }, { notBefore: seconds(NOW + 30) }],
    {},
    "expired",
  ],
  ["time-unknown: no upper bound", [{}], { interval: { lo: NOW, hi: undefined } }, "time-unknown"],
  [
    "expired: surely, though there is no upper bound",
    [{ expiry: NOW }],
    { interval: { lo: NOW, hi: undefined } },
    "expired",
  ],
  ["W: as wide as it may be", [{}], { interval: { lo: NOW, hi: seconds(NOW + 600) } }, "allow"],
  ["W: one second too wide", [{}], { interval: { lo: NOW, hi: seconds(NOW + 601) } }, "time-unknown"],
  ["W: narrower by configuration", [{}], { widthSecondsMax: 60 }, "allow"],
  ["W: too wide for a narrower one", [{}], { widthSecondsMax: 59 }, "time-unknown"],

  ["hours: Monday 8 to 9", [{ weeklies: [1, 480, 60] }], {}, "allow"],
  ["hours: Monday 9 to 10", [{ weeklies: [1, 540, 60] }], {}, "hours"],
  ["hours: Tuesday", [{ weeklies: [2, 480, 60] }], {}, "hours"],
  ["hours: begin at the last instant that may be", [{ weeklies: [1, 481, 1] }], {}, "allow"],
  ["hours: begin a minute after it", [{ weeklies: [1, 482, 1] }], {}, "hours"],
  ["hours: ended as the interval began", [{ weeklies: [1, 479, 1] }], {}, "hours"],
  ["hours: over midnight from Sunday", [{ weeklies: [64, 1_430, 500] }], {}, "allow"],
  ["hours: of one link only", [{ weeklies: [1, 480, 60] }, {}], {}, "allow"],
  ["hours: of two links that meet", [{ weeklies: [1, 420, 61] }, { weeklies: [1, 480, 60] }], {}, "allow"],
  ["hours: of two links that do not meet", [{ weeklies: [1, 420, 60] }, { weeklies: [1, 480, 60] }], {}, "hours"],
  ["hours: in the lock's own zone", [{ weeklies: [1, 600, 60] }], { zone: parseZone("<+02>-2") }, "allow"],
  [
    "hours: not in UTC where the zone is another",
    [{ weeklies: [1, 480, 60] }],
    { zone: parseZone("<+02>-2") },
    "hours",
  ],
  [
    "hours: open only before nbf",
    [{ weeklies: [1, 479, 1] }, { notBefore: NOW }],
    { interval: { lo: seconds(NOW - 60), hi: seconds(NOW + 60) } },
    "hours",
  ],
  [
    "hours: open only from exp on",
    [{ weeklies: [1, 481, 9], expiry: seconds(NOW + 60) }],
    { interval: { lo: NOW, hi: seconds(NOW + 120) } },
    "hours",
  ],
  [
    "hours: nbf, exp and the window share one second",
    [{ notBefore: seconds(NOW + 60) }, { weeklies: [1, 481, 9] }, { expiry: seconds(NOW + 61) }],
    { interval: { lo: NOW, hi: seconds(NOW + 300) } },
    "allow",
  ],

  ["uses: the last one", [{ uses: 3 }], { counters: countersOf(counter(1, 2)) }, "allow"],
  ["uses: none left", [{ uses: 3 }], { counters: countersOf(counter(1, 3)) }, "uses"],
  ["uses: none left in the root", [{ uses: 3 }, { uses: 9 }], { counters: countersOf(counter(1, 3)) }, "uses"],
  ["uses: none left in the leaf", [{ uses: 9 }, { uses: 3 }], { counters: countersOf(counter(2, 3)) }, "uses"],
  ["uses: another link's counter", [{ uses: 3 }], { counters: countersOf(counter(2, 3)) }, "allow"],
  ["uses: an uncounted link's counter", [{}], { counters: countersOf(counter(1, 9)) }, "allow"],
  ["uses: a retry", [{ uses: 3 }], { counters: countersOf(counter(1, 3)), isRetry: true }, "allow"],
  ["uses: locking is free", [{ uses: 3 }], { counters: countersOf(counter(1, 3)) }, "allow", OPERATION_LOCK],
  ["uses: unlatching is not", [{ uses: 3 }], { counters: countersOf(counter(1, 3)) }, "uses", OPERATION_UNLATCH],
  ["quota: a seventeenth counter under a root", [{ uses: 3 }], { counters: countersOf(...FULL_ROOT) }, "quota"],
  ["quota: a sixteenth", [{ uses: 3 }], { counters: countersOf(...FULL_ROOT.slice(1)) }, "allow"],
  [
    "quota: two more where one has room",
    [{ uses: 3 }, { uses: 3 }],
    { counters: countersOf(...FULL_ROOT.slice(1)) },
    "quota",
  ],
  [
    "quota: an expired counter makes room",
    [{ uses: 3 }],
    { counters: countersOf(...FULL_ROOT.slice(1), counter(99, 1, { until: seconds(NOW - 1) })) },
    "allow",
  ],
  [
    "quota: one that expires now does not",
    [{ uses: 3 }],
    { counters: countersOf(...FULL_ROOT.slice(1), counter(99, 1, { until: NOW })) },
    "quota",
  ],
  ["quota: an uncounted chain needs none", [{}, {}], { counters: countersOf(...FULL_ROOT) }, "allow"],
  [
    "quota: a link that has its counter needs no other",
    [{ uses: 3 }],
    { counters: countersOf(...FULL_ROOT.slice(1), counter(1, 1)) },
    "allow",
  ],
  ["quota: the 129th counter of all", [{ uses: 3 }], { counters: countersOf(...FULL_TABLE) }, "quota"],
  ["quota: the 128th", [{ uses: 3 }], { counters: countersOf(...FULL_TABLE.slice(1)) }, "allow"],

  ["camera: a rule of the root", [{ cameraRule: 1 }, {}], {}, "camera"],
  ["camera: a rule of the leaf", [{}, { cameraRule: 2 }], { cameraProof: 1 }, "camera"],
  ["camera: as it should be", [{ cameraRule: 2 }], { cameraProof: 2 }, "allow"],
  ["camera: locking needs none", [{ cameraRule: 2 }], {}, "allow", OPERATION_LOCK],
  ["camera: a view without one", [{}], {}, "camera", OPERATION_VIEW],
  ["camera: a talk without one", [{}], {}, "camera", OPERATION_TALK],
  ["camera: a view with one", [{}], { cameraProof: 1 }, "allow", OPERATION_VIEW],
  ["mode: closed to phones", [{}], { isModeOpen: false }, "mode"],
  ["mode: closed to locking too", [{}], { isModeOpen: false }, "mode", OPERATION_LOCK],
  ["mode: reading the log is none of the door's", [{}], { isModeOpen: false }, "allow", OPERATION_READ_LOG],
  ["power: not enough", [{}], { hasPower: false }, "power"],
  ["power: locking may spend the last", [{}], { hasPower: false }, "allow", OPERATION_LOCK],
  ["journal: not ready", [{}], { isJournalReady: false }, "journal"],
  ["journal: locking needs no record", [{}], { isJournalReady: false }, "allow", OPERATION_LOCK],
  ["door: jammed", [{}], { isDoorReady: false }, "door"],
  ["door: a jammed bolt may be thrown", [{}], { isDoorReady: false }, "allow", OPERATION_LOCK],
];

for (const [claim, links, now, expected, operation] of ROWS) {
  test(claim, () => assert.is(verdict(links, now, operation), expected));
}

for (let operation = OPERATION_UNLOCK; operation <= OPERATION_READ_LOG; operation++) {
  test(`operation ${operation} needs its own permission, in every link`, () => {
    const now = { cameraProof: 2 };
    const only = { permissions: 1 << operation };
    const without = { permissions: ALL & ~(1 << operation) };
    assert.is(verdict([only, {}, only], now, operation), "allow");
    for (const links of [[without], [without, {}], [{}, without], [{}, {}, without], [only, without]]) {
      assert.is(verdict(links, now, operation), "permission");
    }
  });
}

/** Everything that can be wrong, in the order in which it is judged. */
const CAUSES: readonly (readonly [string, Partial<Grant>, Partial<Circumstances>])[] = [
  ["revoked", {}, { lists: [list({ revoked: name(1) })] }],
  ["permission", { permissions: 2 }, {}],
  ["hours", { weeklies: [2, 0, 1] }, {}],
  ["uses", { uses: 1 }, { counters: countersOf(counter(1, 1)) }],
  ["mode", {}, { isModeOpen: false }],
  ["power", {}, { hasPower: false }],
  ["journal", {}, { isJournalReady: false }],
  ["door", {}, { isDoorReady: false }],
  ["camera", { cameraRule: 2 }, {}],
];

for (let first = 0; first < CAUSES.length; first++) {
  test(`the first cause is the reason: ${CAUSES[first][0]} before all that follow`, () => {
    let limits: Partial<Grant> = {};
    let now: Partial<Circumstances> = {};
    for (const [, limit, change] of CAUSES.slice(first)) {
      limits = { ...limits, ...limit };
      now = { ...now, ...change };
    }
    assert.is(verdict([limits], now), CAUSES[first][0]);
  });
}

test("each counted link spends one of its own, until its own line of expiries ends", () => {
  const links = chain(
    { uses: 9, expiry: seconds(NOW + 900) },
    { expiry: seconds(NOW + 500) },
    { uses: 1, expiry: seconds(NOW + 700) },
  );
  const decision = decide(crypto, links, {
    operation: OPERATION_UNLOCK,
    now: moment({ counters: countersOf(counter(1, 4)) }),
  });
  assert.ok(decision.isAllowed);
  assert.equal(decision.spends, [
    { link8: name(1), root8: name(1), used: 5, until: NOW + 900 },
    { link8: name(3), root8: name(1), used: 1, until: NOW + 500 },
  ]);
});

test("the shortest dwell of all links counts", () => {
  const dwell = (...minutes: readonly (number | undefined)[]) => {
    const links = chain(...minutes.map((dwellMinutes) => ({ dwellMinutes })));
    const decision = decide(crypto, links, { operation: OPERATION_UNLOCK, now: moment() });
    return decision.isAllowed ? decision.dwellMinutes : "denied";
  };
  assert.is(dwell(undefined), undefined);
  assert.is(dwell(20, undefined, 10), 10);
  assert.is(dwell(5, 10), 5);
});

test("a counter is found by its whole name", () => {
  const almost = name(7);
  almost[7] = 8;
  const counters = countersOf(counter(1, 1, { link8: almost }), counter(7, 2));
  assert.is(counters.usedOf(crypto, name(7)), 2);
  assert.is(counters.usedOf(crypto, almost), 1);
  assert.is(counters.usedOf(crypto, name(8)), undefined);
});

test("a counter is live through the second that it names, and goes after it", () => {
  const counters = countersOf(counter(1, 1, { until: NOW }), counter(2, 2));
  const later = seconds(NOW + 1);
  assert.equal([counters.liveAt(NOW), counters.liveAt(later)], [2, 1]);
  assert.equal([counters.live(NOW).count, counters.live(later).at(0)], [2, counter(2, 2)]);
});

test("a change leaves the counters that it began with", () => {
  const counters = countersOf(counter(1, 1), counter(2, 2));
  const before = counters.rows.slice();
  assert.is(counters.with(crypto, counter(1, 9)).usedOf(crypto, name(1)), 9);
  assert.is(counters.withoutUse(crypto, name(2)).usedOf(crypto, name(2)), 1);
  assert.is(counters.withoutUse(crypto, name(1)).usedOf(crypto, name(1)), undefined);
  assert.equal(counters.rows, before);
});

test("nothing new always has room", () => {
  const full = countersOf(...FULL_TABLE);
  assert.ok(full.hasRoom(crypto, { root8: name(1), added: 0, lo: NOW }));
  assert.not(full.hasRoom(crypto, { root8: name(1), added: 1, lo: NOW }));
});

test.run();
