// Goal: the claims of a root and of a link are read as docs/protocol.cddl gives them, and in no other shape.
// Method: whole good claims with every value at its bounds; then each claim missing, twice, moved, of another type or out
// of bounds, one row each.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { CountingReader } from "../../../simulator/counting.ts";
import { type Bytes, concat, fromAscii, toHex } from "../../bytes.ts";
import { Reader } from "../../cbor/decode.ts";
import { damagedCopies, faultOf } from "../../cbor/test/damage.ts";
import { encodeUtf8 } from "../../cbor/text.ts";
import { Fault } from "../../fault.ts";
import { type Grant, readGrant } from "../grant.ts";
import { array, bstr, fill, int, map, stepsMax, textOf, tstr } from "./form.ts";

type Pairs = readonly (readonly [number, Uint8Array])[];

const OKP = map([1, int(1)], [-1, int(6)], [-2, bstr(fill(32))]);
const CNF = map([1, OKP]);
const ID = bstr(fill(8));
const LOCK = tstr("AAECAwQFBgc");
const SCOPE = bstr(array(array(int(0), int(63))));
const ROOT_LIMITS = map([4, int(7)]);

const ROOT: Pairs = [
  [3, LOCK],
  [4, int(100)],
  [7, ID],
  [8, CNF],
  [9, SCOPE],
  [-65537, ROOT_LIMITS],
];
const LINK: Pairs = [
  [7, ID],
  [8, CNF],
];

/** Puts a pair in the place of the one with its key, or where the order of keys wants it. */
function withPair(pairs: Pairs, key: number, value: Uint8Array): Pairs {
  const rank = (of: number) => (of < 0 ? 1_000_000 - of : of);
  return [...pairs.filter(([other]) => other !== key), [key, value] as const].sort(([a], [b]) => rank(a) - rank(b));
}

function without(pairs: Pairs, key: number): Pairs {
  return pairs.filter(([other]) => other !== key);
}

function read(claims: Bytes, isRoot: boolean): Grant {
  const reader = new Reader(claims);
  const grant = readGrant(reader, isRoot);
  reader.end();
  return grant;
}

function limited(limits: Pairs): Pairs {
  return withPair(ROOT, -65537, map(...[...limits, [4, int(7)] as const].sort(([a], [b]) => a - b)));
}

function weekly(days: number, start: number, minutes: number): Bytes {
  return array(int(days), int(start), int(minutes));
}

test("reads the least that a root may say", () => {
  const grant = read(map(...ROOT), true);
  assert.is(grant.name, "");
  assert.is(toHex(grant.lock ?? fill(0)), toHex(fromAscii("AAECAwQFBgc")));
  assert.is(grant.expiry, 100);
  assert.is(grant.notBefore, undefined);
  assert.is(toHex(grant.key), toHex(fill(32)));
  assert.is(grant.permissions, 63);
  assert.is(grant.isForDoor, true);
  assert.is(grant.uses, undefined);
  assert.equal(grant.weeklies, []);
  assert.is(grant.depth, 0);
  assert.is(grant.cameraRule, 0);
  assert.is(grant.dwellMinutes, undefined);
  assert.is(grant.generation, 7);
});

test("reads the least that a link may say, and takes no limit from it", () => {
  const grant = read(map(...LINK), false);
  assert.is(grant.lock, undefined);
  assert.is(grant.expiry, undefined);
  assert.is(grant.generation, undefined);
  assert.is(grant.permissions, 63);
});

const ALL_LIMITS: Pairs = [
  [1, int(65_535)],
  [2, array(...Array.from({ length: 8 }, () => weekly(127, 1_439, 1_440)))],
  [3, int(2)],
  [5, int(2)],
  [6, int(720)],
];

test("reads all that a root may say, each at its upper bound", () => {
  const name = concat(fill(30, 0x61), Uint8Array.of(0xc3, 0xbc));
  let pairs = withPair(limited(ALL_LIMITS), 2, textOf(...name));
  pairs = withPair(withPair(pairs, 4, int(0xffff_ffff)), 5, int(0xffff_ffff));
  const grant = read(map(...pairs), true);
  assert.is(grant.name, `${"a".repeat(30)}ü`);
  assert.is(grant.expiry, 0xffff_ffff);
  assert.is(grant.notBefore, 0xffff_ffff);
  assert.is(grant.uses, 65_535);
  assert.equal(grant.weeklies, Array.from({ length: 8 }, () => [127, 1_439, 1_440]).flat());
  assert.is(grant.depth, 2);
  assert.is(grant.cameraRule, 2);
  assert.is(grant.dwellMinutes, 720);
});

test("reads all that a link may say, each at its lower bound", () => {
  const limits = map([1, int(1)], [2, array(weekly(1, 0, 1))], [3, int(1)], [5, int(0)], [6, int(1)]);
  const pairs: Pairs = [
    [2, tstr("b")],
    [4, int(0)],
    [5, int(0)],
    ...LINK,
    [9, bstr(array(array(int(0), int(1))))],
    [-65537, limits],
  ];
  const grant = read(map(...pairs), false);
  assert.equal(
    [grant.name, grant.expiry, grant.notBefore, grant.permissions, grant.uses, grant.depth, grant.cameraRule],
    ["b", 0, 0, 1, 1, 1, 0],
  );
  assert.equal(grant.weeklies, [1, 0, 1]);
  assert.is(grant.dwellMinutes, 1);
});

const OTHER_TARGETS: readonly (readonly [string, Bytes])[] = [
  ["another target", array(array(int(1), int(1)))],
  ["the door and another target", array(array(int(0), int(1)), array(int(1), int(1)))],
  ["four others", array(...[1, 2, 3, 0xffff_ffff].map((toid) => array(int(toid), int(63))))],
];
for (const [name, scope] of OTHER_TARGETS) {
  test(`reads a scope for ${name} as not for this door`, () => {
    assert.is(read(map(...withPair(ROOT, 9, bstr(scope))), true).isForDoor, false);
  });
}

test("reads every permission mask, by itself and behind another target", () => {
  for (let mask = 1; mask < 64; mask++) {
    const door = array(int(0), int(mask));
    assert.is(read(map(...withPair(ROOT, 9, bstr(array(door)))), true).permissions, mask);
    assert.is(read(map(...withPair(ROOT, 9, bstr(array(array(int(5), int(1)), door)))), true).permissions, mask);
  }
});

const MISSING_IN_ROOT = [3, 4, 7, 8, 9, -65537];
for (const key of MISSING_IN_ROOT) {
  test(`refuses a root without claim ${key}`, () => refuses(map(...without(ROOT, key)), true));
}
for (const key of [7, 8]) test(`refuses a link without claim ${key}`, () => refuses(map(...without(LINK, key)), false));

const EXTRA: readonly (readonly [number, Bytes])[] = [
  [0, int(0)],
  [1, tstr("iss")],
  [6, int(1)],
  [10, int(1)],
  [39, bstr(fill(16))],
  [-1, int(1)],
  [-65536, int(1)],
  [-65538, array(int(0))],
];
for (const [key, value] of EXTRA) {
  test(`refuses a root with claim ${key} besides`, () => refuses(map(...withPair(ROOT, key, value)), true));
  test(`refuses a link with claim ${key} besides`, () => refuses(map(...withPair(LINK, key, value)), false));
}

for (const [index, [key]] of ROOT.entries()) {
  const pair = ROOT.slice(index, index + 1);
  const doubled = [...ROOT.slice(0, index), ...pair, ...ROOT.slice(index)];
  test(`refuses a root that says claim ${key} twice`, () => refuses(map(...doubled), true));
  const moved = [...ROOT.slice(0, index), ...ROOT.slice(index + 1), ...pair];
  if (index < ROOT.length - 1) test(`refuses a root with claim ${key} last`, () => refuses(map(...moved), true));
}

const key31 = map([1, int(1)], [-1, int(6)], [-2, bstr(fill(31))]);
const x25519 = map([1, int(1)], [-1, int(4)], [-2, bstr(fill(32))]);
const ec2 = map([1, int(2)], [-1, int(6)], [-2, bstr(fill(32))]);
const withKid = map([1, int(1)], [2, bstr(fill(8))], [-1, int(6)], [-2, bstr(fill(32))]);
const noEntries = bstr(array());
const scopeOf = (toid: Bytes, tperm: Bytes) => bstr(array(array(toid, tperm)));

const WRONG: readonly (readonly [string, number, Bytes])[] = [
  ["an empty name", 2, tstr("")],
  ["a name of 33 bytes", 2, textOf(...fill(33, 0x61))],
  ["a name in bytes", 2, bstr(fill(4))],
  ["a lock of 10 characters", 3, tstr("AAECAwQFBg")],
  ["a lock of 12 characters", 3, tstr("AAECAwQFBgcI")],
  ["a lock in bytes", 3, bstr(fill(11))],
  ["a lock that is no text", 3, textOf(...fill(11, 0xff))],
  ["a negative expiry", 4, int(-1)],
  ["an expiry above 32 bits", 4, Uint8Array.of(0x1b, 0, 0, 0, 1, 0, 0, 0, 0)],
  ["an expiry in the longer form", 4, Uint8Array.of(0x1a, 0, 0, 0, 1)],
  ["a tagged expiry", 4, Uint8Array.of(0xc1, 1)],
  ["a floating expiry", 4, Uint8Array.of(0xf9, 0, 0)],
  ["a negative not-before", 5, int(-1)],
  ["an identifier of 7 bytes", 7, bstr(fill(7))],
  ["an identifier of 9 bytes", 7, bstr(fill(9))],
  ["a key of 31 bytes", 8, map([1, key31])],
  ["an X25519 key", 8, map([1, x25519])],
  ["a key of another type", 8, map([1, ec2])],
  ["a key with a kid", 8, map([1, withKid])],
  ["a confirmation by kid", 8, map([3, bstr(fill(8))])],
  ["a confirmation of two methods", 8, map([1, OKP], [3, bstr(fill(8))])],
  ["an empty confirmation", 8, map()],
  ["a scope in text", 9, tstr("unlock")],
  ["a scope that is not wrapped", 9, array(array(int(0), int(1)))],
  ["an empty scope", 9, bstr()],
  ["a scope of no entry", 9, noEntries],
  ["a scope of five entries", 9, bstr(array(...[1, 2, 3, 4, 5].map((toid) => array(int(toid), int(1)))))],
  ["a scope with a byte behind it", 9, bstr(array(array(int(0), int(1))), int(0))],
  ["a scope that names the door twice", 9, bstr(array(array(int(0), int(1)), array(int(0), int(2))))],
  ["a scope that is a byte shorter than its entry", 9, Uint8Array.of(0x44, 0x81, 0x82, 0, 0x18, 0x20)],
  ["a scope that is a byte longer than its entry", 9, Uint8Array.of(0x45, 0x81, 0x82, 0, 1)],
  ["a permission in the longer form", 9, Uint8Array.of(0x45, 0x81, 0x82, 0, 0x18, 0x17)],
  ["no permission in the longer form", 9, Uint8Array.of(0x45, 0x81, 0x82, 0, 0x18, 0)],
  ["no permission", 9, scopeOf(int(0), int(0))],
  ["permission bit 6", 9, scopeOf(int(0), int(64))],
  ["permission bit 7 in another target", 9, scopeOf(int(5), int(128))],
  ["a permission in text", 9, scopeOf(int(0), tstr("u"))],
  ["a negative target", 9, scopeOf(int(-1), int(1))],
  ["a scope entry of three", 9, bstr(array(array(int(0), int(1), int(1))))],
  ["limits that are no map", -65537, array(int(4), int(7))],
];
for (const [name, key, value] of WRONG) {
  test(`refuses a root with ${name}`, () => refuses(map(...withPair(ROOT, key, value)), true));
  if (key !== 3) test(`refuses a link with ${name}`, () => refuses(map(...withPair(LINK, key, value)), false));
}

const WRONG_LIMITS: readonly (readonly [string, number, Bytes])[] = [
  ["no uses", 1, int(0)],
  ["65,536 uses", 1, int(65_536)],
  ["negative uses", 1, int(-1)],
  ["no weekly window", 2, array()],
  ["nine weekly windows", 2, array(...Array.from({ length: 9 }, () => weekly(1, 0, 1)))],
  ["a weekly window of no day", 2, array(weekly(0, 0, 1))],
  ["a weekly window of day 8", 2, array(weekly(128, 0, 1))],
  ["a weekly window from minute 1,440", 2, array(weekly(1, 1_440, 1))],
  ["a weekly window of no minute", 2, array(weekly(1, 0, 0))],
  ["a weekly window of 1,441 minutes", 2, array(weekly(1, 0, 1_441))],
  ["a weekly window of two numbers", 2, array(array(int(1), int(0)))],
  ["a weekly window of four numbers", 2, array(array(int(1), int(0), int(1), int(1)))],
  ["a depth of 0", 3, int(0)],
  ["a depth of 3", 3, int(3)],
  ["camera rule 3", 5, int(3)],
  ["a dwell of 0", 6, int(0)],
  ["a dwell of 721", 6, int(721)],
  ["limit 0", 0, int(1)],
  ["limit 7", 7, int(1)],
];
for (const [name, key, value] of WRONG_LIMITS) {
  test(`refuses a root with ${name}`, () => refuses(map(...limited([[key, value]])), true));
  const limits = map([key, value]);
  test(`refuses a link with ${name}`, () => refuses(map(...withPair(LINK, -65537, limits)), false));
}

test("refuses a root without a generation", () => {
  refuses(map(...withPair(ROOT, -65537, map([1, int(1)]))), true);
});
test("refuses a root with a generation above 32 bits or in text", () => {
  refuses(map(...withPair(ROOT, -65537, map([4, Uint8Array.of(0x1b, 0, 0, 0, 1, 0, 0, 0, 0)]))), true);
  refuses(map(...withPair(ROOT, -65537, map([4, tstr("7")]))), true);
});
test("refuses a link with a generation", () => refuses(map(...withPair(LINK, -65537, ROOT_LIMITS)), false));
test("refuses a link with empty limits", () => refuses(map(...withPair(LINK, -65537, map())), false));
test("refuses a link that names a lock", () => refuses(map(...withPair(LINK, 3, LOCK)), false));
test("refuses a root as a link", () => refuses(map(...ROOT), false));
test("refuses a link as a root", () => refuses(map(...LINK), true));
test("refuses limits out of order", () => {
  refuses(map(...withPair(ROOT, -65537, map([4, int(7)], [1, int(1)]))), true);
});

const NAMES: readonly (readonly [string, string])[] = [
  ["one letter", "a"],
  ["23 bytes of ASCII", " ~".repeat(11).padEnd(23, "x")],
  ["24 bytes of ASCII", "x".repeat(24)],
  ["32 bytes of ASCII", "x".repeat(32)],
  ["ASCII that ends beyond it", "Zo\u00eb"],
  ["letters of two, three and four bytes", "Zoë 犬 🐕"],
  ["a name from right to left", "דנה"],
  ["32 bytes of letters of four", "🐕🐕🐕🐕🐕🐕🐕🐕"],
  ["a combining accent", "e\u0301"],
  ["what stands just beside a refused character", " ~\u00a0\u2029\u202f\u2065\u206a"],
];
for (const [name, text] of NAMES) {
  test(`reads ${name}`, () => {
    const pairs = withPair(LINK, 2, textOf(...encodeUtf8(text)));
    assert.is(read(map(...pairs), false).name, text);
  });
}

const CONTROLS = [0x00, 0x09, 0x0a, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e];
for (const code of [...CONTROLS, 0x2066, 0x2067, 0x2068, 0x2069]) {
  test(`refuses a name with U+${code.toString(16)}`, () => {
    for (const text of [`a${String.fromCodePoint(code)}b`, String.fromCodePoint(code)]) {
      refuses(map(...withPair(LINK, 2, textOf(...encodeUtf8(text)))), false);
    }
  });
}

const NOT_UTF8: readonly (readonly number[])[] = [
  [0x80],
  [0xc0, 0x80],
  [0xc1, 0xa1],
  [0xc3],
  [0xe0, 0x80, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf0, 0x80, 0x80, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xff],
];
for (const bytes of NOT_UTF8) {
  test(`refuses a name of the bytes ${toHex(Uint8Array.from(bytes))}`, () => {
    refuses(map(...withPair(LINK, 2, textOf(...bytes))), false);
  });
}

test("reads a bounded number of items, and refuses every cut and longer copy", () => {
  const good = map(...limited(ALL_LIMITS));
  for (const { bytes, kind, name } of damagedCopies(good)) {
    const reader = new CountingReader(bytes);
    const read = faultOf(() => {
      const grant = readGrant(reader, true);
      reader.end();
      return grant;
    });
    assert.ok(reader.steps <= stepsMax(bytes.length), name);
    if (kind !== "flipped") assert.type(read, "string", name);
  }
});

function refuses(claims: Bytes, isRoot: boolean): void {
  try {
    read(claims, isRoot);
  } catch (error) {
    if (error instanceof Fault) {
      assert.match(error.code, /^(grant\.shape|cbor\.[a-z]+)$/);
      return;
    }
    throw error;
  }
  assert.unreachable(`${toHex(claims)} was read`);
}

test.run();
