// Goal: a wish becomes the claims that were meant, and one that makes no sense is refused before anything is signed.
// Method: the options as the command line gives them, row by row.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { toBase64url } from "../../firmware/bytes.ts";
import { seconds } from "../../firmware/platform.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { Call, type Values } from "../command.ts";
import { Failure } from "../failure.ts";
import { defaultPermissions, readWish, type Wish } from "../limits.ts";
import { Terminal } from "../terminal.ts";

const KEY = toBase64url(new Uint8Array(32).fill(7));
/** Monday noon. */
const NOW = seconds(Date.parse("2026-11-23T12:00:00Z") / 1_000);
const SILENT = { write: () => true };

function wish(values: Values): Wish {
  const terminal = new Terminal(false, { output: SILENT, errors: SILENT });
  return readWish(new Call(terminal, [], { to: KEY, ...values }), { zone: parseZone("UTC0"), now: NOW });
}

const TAKEN: readonly (readonly [name: string, values: Values, claims: Partial<Wish>])[] = [
  ["no limit", {}, { name: undefined, expiry: undefined, notBefore: undefined, uses: undefined, weeklies: [] }],
  ["no permission said", {}, { permissions: undefined }],
  ["a name of one letter", { who: "A" }, { name: "A" }],
  ["a name of 32 bytes", { who: "\u00e9".repeat(16) }, { name: "\u00e9".repeat(16) }],
  ["a window", { from: "+1h", until: "+2h" }, { notBefore: seconds(NOW + 3_600), expiry: seconds(NOW + 7_200) }],
  ["an end alone", { until: "2026-11-23" }, { expiry: seconds(NOW + 43_200) }],
  ["once", { once: true }, { uses: 1 }],
  ["the most uses", { uses: "65535" }, { uses: 65_535 }],
  ["a permission", { allow: "unlatch" }, { permissions: 16 }],
  ["permissions in any order and case", { allow: "Lock, unlock" }, { permissions: 3 }],
  ["all permissions", { allow: "unlock,lock,view,talk,unlatch,read-log" }, { permissions: 63 }],
  ["a camera rule", { camera: "live" }, { cameraRule: 2 }],
  ["the longest stay", { dwell: "720" }, { dwellMinutes: 720 }],
  ["passing on", { delegable: "2" }, { depth: 2 }],
  ["no passing on", { delegable: "0" }, { depth: 0 }],
  ["weekly hours", { weekly: ["mon-fri 09:00-12:00"] }, { weeklies: [31, 540, 180] }],
  ["hours over midnight", { weekly: ["sat 22:00-02:00"] }, { weeklies: [32, 1_320, 240] }],
  ["several hours", { weekly: ["mon 0:00-24:00", "sun 1:00-2:00"] }, { weeklies: [1, 0, 1_440, 64, 60, 60] }],
];
/** What each role fills in, and what it leaves as it was said. */
const ROLES: typeof TAKEN = [
  [
    "a courier",
    { role: "courier" },
    { uses: 1, expiry: seconds(NOW + 7_200), dwellMinutes: 3, cameraRule: 2, depth: undefined },
  ],
  ["a courier tomorrow", { role: "courier", from: "2026-11-24 09:00" }, { expiry: seconds(NOW + 75_600 + 7_200) }],
  ["a courier of a company", { role: "courier", delegable: "1" }, { depth: 1, uses: 1 }],
  [
    "a courier who comes twice",
    { role: "courier", uses: "2", until: "+3d" },
    { uses: 2, expiry: seconds(NOW + 259_200) },
  ],
  ["a courier without a camera", { role: "courier", camera: "none", dwell: "9" }, { cameraRule: 0, dwellMinutes: 9 }],
  [
    "a courier by the week",
    { role: "courier", weekly: ["mon 09:00-11:00"] },
    { expiry: undefined, weeklies: [1, 540, 120] },
  ],
  [
    "a dog sitter",
    { role: "dog-sitter" },
    { uses: undefined, weeklies: [31, 720, 120], dwellMinutes: 60, cameraRule: 1 },
  ],
  ["a dog sitter at other hours", { role: "dog-sitter", weekly: ["sat 08:00-09:00"] }, { weeklies: [32, 480, 60] }],
  ["a cleaner", { role: "cleaner" }, { weeklies: [16, 540, 240], dwellMinutes: 240, cameraRule: 1, depth: undefined }],
  [
    "a friend",
    { role: "friend" },
    { weeklies: [], uses: undefined, dwellMinutes: undefined, cameraRule: undefined, words: [] },
  ],
  ["no role", {}, { role: undefined, words: [] }],
];
const WORDS: readonly (readonly [values: Values, words: readonly string[]])[] = [
  [{ role: "courier" }, ["--once", "--until 2026-11-23 14:00+00:00", "--dwell 3", "--camera live"]],
  [{ role: "courier", once: true, until: "+2h", dwell: "3" }, ["--camera live"]],
  [{ role: "cleaner", camera: "live" }, ["--weekly fri 09:00-13:00", "--dwell 240"]],
];
for (const [values, words] of WORDS) {
  test(`says that ${JSON.stringify(values)} filled in ${words.join(" ")}, as it would be typed`, () => {
    assert.equal(
      wish(values).words.map((word) => word.replaceAll('"', "")),
      words,
    );
  });
}

for (const [name, values, claims] of [...TAKEN, ...ROLES]) {
  test(`takes ${name}`, () => {
    const taken: Readonly<Record<string, unknown>> = { ...wish(values) };
    for (const [claim, value] of Object.entries(claims)) assert.equal(taken[claim], value, claim);
  });
}

const REFUSED: readonly (readonly [name: string, values: Values, what: RegExp])[] = [
  ["no key", { to: undefined }, /--to is missing/],
  ["a key that is too short", { to: KEY.slice(1) }, /That is no key/],
  ["a key that is too long", { to: `${KEY}A` }, /That is no key/],
  ["a key of other letters", { to: KEY.replace("B", "+") }, /That is no key/],
  ["an empty name", { who: "" }, /1 to 32 bytes/],
  ["a name of 33 bytes", { who: `A${"\u00e9".repeat(16)}` }, /1 to 32 bytes/],
  ["a name with a control", { who: "A\u0007" }, /control characters/],
  ["half a character", { who: "A\ud800" }, /control characters/],
  ["an end in the past", { until: "2026-11-23 11:59" }, /--until lies in the past/],
  ["an end now", { until: "now" }, /--until lies in the past/],
  ["an end before its beginning", { from: "+2h", until: "+1h" }, /--until lies before --from/],
  ["an end at its beginning", { from: "+2h", until: "+2h" }, /--until lies before --from/],
  ["no use", { uses: "0" }, /--uses takes a whole number from 1 to 65535/],
  ["too many uses", { uses: "65536" }, /--uses takes/],
  ["half a use", { uses: "1.5" }, /--uses takes/],
  ["uses in words", { uses: "two" }, /--uses takes/],
  ["once and twice", { once: true, uses: "2" }, /exclude each other/],
  ["a permission that is none", { allow: "unlock,enter" }, /"enter" is nothing that can be allowed/],
  ["an empty permission", { allow: "" }, /nothing that can be allowed/],
  ["the owner's permission", { allow: "own" }, /nothing that can be allowed/],
  ["a camera rule that is none", { camera: "off" }, /--camera takes/],
  ["a stay of no time", { dwell: "0" }, /--dwell takes/],
  ["a stay that is too long", { dwell: "721" }, /--dwell takes/],
  ["passing on too far", { delegable: "3" }, /--delegable takes/],
  ["hours without a day", { weekly: ["09:00-12:00"] }, /no weekly hours/],
  ["a role that is none", { role: "burglar" }, /--role takes courier, dog-sitter, cleaner, friend/],
  ["a role that every object has", { role: "constructor" }, /--role takes courier/],
  ["nine weekly hours", { weekly: Array(9).fill("mon 1:00-2:00") }, /8 times at most/],
];
for (const [name, values, what] of REFUSED) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => wish(values),
      (error: unknown) => error instanceof Failure && error.exit === 2 && what.test(error.message),
    );
  });
}

test("draws another identifier each time", () => {
  const [first, second] = [wish({}), wish({})].map(({ identifier }) => toBase64url(identifier));
  assert.is.not(first, second);
  assert.is(wish({}).identifier.length, 8);
});

test("allows to unlock and to lock where nothing is said", () => assert.is(defaultPermissions(), 3));

test.run();
