// Goal: a grant is told as all its links together allow, and a no is explained by what the grant itself says.
// Method: a root and a delegation with each limit, read from their signed bytes.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, toBase64url } from "../../firmware/bytes.ts";
import { issueLink, issueRoot, type LinkClaims, type RootClaims } from "../../firmware/grant/issue.ts";
import { type Seconds, seconds } from "../../firmware/platform.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { isEverOpen, likelyReasons, readAllowance, sayAllowance } from "../allowance.ts";
import { printable } from "../terminal.ts";

const UTC = parseZone("UTC0");
/** Monday. */
const NOON = at("2026-11-23T12:00:00Z");
const OWNER = new Uint8Array(32).fill(1);
const COMPANY = new Uint8Array(32).fill(2);
const COURIER = new Uint8Array(32).fill(3);
const UNLOCK = 0;
const LOCK = 1;
const UNLATCH = 4;

function at(iso: string): Seconds {
  return seconds(Date.parse(iso) / 1_000);
}

function root(claims: Partial<RootClaims> = {}): Bytes {
  return issueRoot(
    new Uint8Array(8),
    {
      lockId: "AAAAAAAAAAA",
      expiry: at("2026-11-30T00:00:00Z"),
      identifier: new Uint8Array(8),
      key: crypto.signingPublicKey(COMPANY),
      permissions: 3,
      generation: 0,
      name: "Parcel Co",
      ...claims,
    },
    (message) => crypto.sign(OWNER, message),
  );
}

function link(parent: Bytes, claims: Partial<LinkClaims> = {}, seed = COMPANY): Bytes {
  const key = crypto.signingPublicKey(COURIER);
  const all = { identifier: new Uint8Array(8), key, name: "Courier 7", ...claims };
  return issueLink(parent, all, (message) => crypto.sign(seed, message));
}

test("takes the narrowest of all links", () => {
  const parent = root({ depth: 2, notBefore: at("2026-11-20T00:00:00Z"), permissions: 3 });
  const expiry = at("2026-11-24T00:00:00Z");
  const allowance = readAllowance(link(parent, { expiry, permissions: 1, depth: 0, uses: 1 }));
  assert.is(allowance.permissions, 1);
  assert.is(allowance.from, at("2026-11-20T00:00:00Z"));
  assert.is(allowance.until, expiry);
  assert.is(allowance.depth, 0);
  assert.is(allowance.lockId, "AAAAAAAAAAA");
  assert.is(toBase64url(allowance.holder), toBase64url(crypto.signingPublicKey(COURIER)));
  assert.ok(allowance.isChained);
});

test("does not take what a delegation claims beyond its parent", () => {
  const wider = { expiry: at("2030-01-01T00:00:00Z"), permissions: 63, depth: 2, uses: 9 };
  const allowance = readAllowance(link(root({ depth: 1, uses: 2 }), wider));
  assert.is(allowance.until, at("2026-11-30T00:00:00Z"));
  assert.is(allowance.permissions, 3);
  assert.is(allowance.depth, 0);
  assert.match(sayAllowance(allowance, UTC).join("\n"), "Uses:     2 openings");
});

const MONDAY_MORNINGS = [1, 540, 180];
/** From Monday noon on, or that begin: days, start and length of the hours, the end, and whether anybody comes in. */
const HOURS: readonly (readonly [weeklies: readonly number[], until: string, isOpen: boolean, from?: string])[] = [
  [[], "2026-11-23T12:00:01Z", true],
  [MONDAY_MORNINGS, "2026-11-30T09:00:00Z", false],
  [MONDAY_MORNINGS, "2026-11-30T09:00:01Z", true],
  [MONDAY_MORNINGS, "2026-11-23T13:00:00Z", false, "2026-11-01T00:00:00Z"],
  [MONDAY_MORNINGS, "2027-11-23T12:00:00Z", true],
  [[2, 0, 1440], "2026-11-24T00:00:00Z", false],
  [[1, 720, 60], "2026-11-23T12:00:01Z", true],
  [[64, 1380, 1440], "2026-11-23T13:00:00Z", true],
];
for (const [weeklies, until, isOpen, from] of HOURS)
  test(`${isOpen ? "opens some time" : "never opens"} in the hours ${weeklies} until ${until}`, () => {
    const notBefore = from === undefined ? undefined : at(from);
    const allowance = readAllowance(root({ weeklies: [...weeklies], expiry: at(until), notBefore }));
    assert.is(isEverOpen(allowance, { zone: UTC, now: NOON }), isOpen);
  });

test("never opens where the hours of two links have no minute in common", () => {
  const parent = root({ depth: 1, weeklies: MONDAY_MORNINGS });
  const tuesdays = link(parent, { weeklies: [2, 540, 180] });
  assert.not.ok(isEverOpen(readAllowance(tuesdays), { zone: UTC, now: NOON }));
});

test("sees that somebody else signed a delegation", () => {
  assert.not.ok(readAllowance(link(root({ depth: 1 }), {}, OWNER)).isChained);
});

test("says everything that a grant allows", () => {
  const claims = { weeklies: [31, 540, 180], uses: 1, depth: 1, cameraRule: 2, dwellMinutes: 15, permissions: 19 };
  assert.equal(sayAllowance(readAllowance(root(claims)), UTC), [
    "For:      Parcel Co",
    "May:      unlock, lock, unlatch",
    "When:     from now on until Mon 30 Nov 2026 00:00 (UTC+00:00)",
    "Hours:    Mon-Fri 09:00-12:00, on the lock's clock",
    "Uses:     once",
    "Camera:   must be live and see the door",
    "Stay:     at most 15 minutes",
    "Passing:  may be passed on once",
  ]);
});

const REASONS: readonly (readonly [name: string, claims: Partial<RootClaims>, operation: number, what: RegExp])[] = [
  ["too early", { notBefore: at("2026-11-23T12:01:00Z") }, UNLOCK, /^It is too early: the grant begins Mon 23 Nov/],
  ["too late", { expiry: at("2026-11-23T11:59:00Z") }, UNLOCK, /^It is over since Mon 23 Nov/],
  ["outside the hours", { weeklies: [1, 0, 60] }, UNLOCK, /^It is outside the hours: Mon 00:00-01:00/],
  ["not allowed", {}, UNLATCH, /^This grant does not allow "unlatch", only: unlock, lock/],
  ["unseen", { uses: 1, cameraRule: 2 }, UNLOCK, /^The camera inside may be covered/],
  ["locking, which no camera has to see", { uses: 1, cameraRule: 2 }, LOCK, /^Its one use may be spent/],
  ["spent", { uses: 1 }, UNLOCK, /^Its one use may be spent/],
  ["taken back", {}, UNLOCK, /^The owner may have taken it back/],
];
for (const [name, claims, operation, what] of REASONS) {
  test(`explains a no: ${name}`, () => {
    const [first = ""] = likelyReasons(readAllowance(root(claims)), operation, { zone: UTC, now: NOON });
    assert.match(first, what);
  });
}

test("does not guess about uses where the hours already explain it", () => {
  const reasons = likelyReasons(readAllowance(root({ uses: 1, weeklies: [2, 0, 60] })), UNLOCK, {
    zone: UTC,
    now: NOON,
  });
  assert.is(reasons.length, 1);
});

test("refuses a token that is one byte short or long", () => {
  const token = root();
  assert.throws(() => readAllowance(token.slice(0, -1)), /cbor/);
  assert.throws(() => readAllowance(Uint8Array.of(...token, 0)), /cbor.trailing/);
});

const NAMES: readonly (readonly [text: string, shown: string])[] = [
  ["Ana \u00c5ngstr\u00f6m \u6f22", "Ana \u00c5ngstr\u00f6m \u6f22"],
  ["\u001b[2Jgone", "\\u{1b}[2Jgone"],
  ["a\u202eb", "a\\u{202e}b"],
  ["a\u2028b\u0085c", "a\\u{2028}b\\u{85}c"],
  ["\u200b\ufeff", "\\u{200b}\\u{feff}"],
];
for (const [text, shown] of NAMES) {
  test(`shows ${JSON.stringify(shown)} and lets no character act`, () => assert.is(printable(text), shown));
}

test.run();
