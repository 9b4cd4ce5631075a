// What records say: each entry has these bytes, is read back as it was, and nothing else is read as one.
// Method: rows of an entry and its payload, typed in from docs/protocol.cddl; each payload also one byte short, one long, and
// with each bit flipped, which must be refused or mean something else.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Bytes, concat, fromHex, toHex } from "../../bytes.ts";
import { Fault } from "../../fault.ts";
import { encodeBody } from "../../grant/body.ts";
import type { RevocationList } from "../../grant/revocation.ts";
import { seconds } from "../../platform.ts";
import type { SpentUse, WritableEntry } from "../entry.ts";
import { encodeEntry, placeOf, readEntry } from "../payload.ts";
import { ACCESS, NOTICES, type Region, recordBytes, STATE } from "../record.ts";

const A8 = new Uint8Array(8).fill(0xa1);
const B8 = new Uint8Array(8).fill(0xb2);
const A = `48${"a1".repeat(8)}`;
const B = `48${"b2".repeat(8)}`;
const C16 = new Uint8Array(16).fill(0xc3);
const C32 = new Uint8Array(32).fill(0xd4);
const NONE = new Uint8Array(0);
const CODE = { by: "user", user: 2, slot: 3, step: 7, first: 0, isDuress: false } as const;
const EPOCH = seconds(1_791_187_200);
const EPOCH_HEX = "1a6ac35900";
const HIGHEST = 0xffff_ffff;
const CLIP = `50${"c3".repeat(16)}`;

const BODY = { kind: 8, operation: 0 } as const;

const REVOCATIONS: RevocationList = {
  owner: A8,
  sequence: 7,
  generation: 2,
  revoked: concat(B8),
  untils: [EPOCH],
  holders: concat(A8, B8),
  codes: [{ codeClass: 1, serial: 2, start: 3 }],
};

function spend(used: number): SpentUse {
  return { link8: B8, used, until: EPOCH };
}

/** Region, type, the entry and its payload. */
const ROWS: readonly (readonly [Region, number, WritableEntry, string])[] = [
  [STATE, 1, { kind: "boot", reason: 1, boots: 500, haste: 8 }, "83011901f408"],
  [STATE, 2, { kind: "watermark" }, ""],
  [STATE, 3, { kind: "list", list: REVOCATIONS }, `86${A}07028182${B}${EPOCH_HEX}82${A}${B}8183010203`],
  [STATE, 4, { kind: "clock", source: 2, lo: EPOCH, hi: seconds(HIGHEST) }, `8302${EPOCH_HEX}1affffffff`],
  [STATE, 5, { kind: "acknowledged", digests: [A8, NONE, B8] }, `83${A}40${B}`],
  [STATE, 5, { kind: "acknowledged", digests: [NONE, NONE, NONE] }, "83404040"],
  [STATE, 6, { kind: "fetched", through: 4_711, notices: 23 }, "8219126717"],
  [ACCESS, 16, { kind: "intent", operation: 0, source: "phone", actor: A8, root: B8, spends: [] }, `850000${A}${B}80`],
  [
    ACCESS,
    16,
    { kind: "intent", operation: 4, source: "schedule", actor: A8, root: B8, spends: [spend(1), spend(65_535)] },
    `850404${A}${B}8283${B}01${EPOCH_HEX}83${B}19ffff${EPOCH_HEX}`,
  ],
  [
    ACCESS,
    17,
    { kind: "closing", intent: 9, outcome: "secured", openedAfter: 0, closedAfter: 22, securedAfter: 24, witnesses: 3 },
    "8609000117181903",
  ],
  [
    ACCESS,
    17,
    {
      kind: "closing",
      intent: HIGHEST,
      outcome: "held-open",
      openedAfter: undefined,
      closedAfter: undefined,
      securedAfter: undefined,
      witnesses: 0,
    },
    "861affffffff0500000000",
  ],
  [
    ACCESS,
    18,
    { kind: "statement", actor: A8, sequence: 5, body: BODY, encodedBody: encodeBody(5, BODY) },
    `82${A}83050800`,
  ],
  [
    ACCESS,
    16,
    { kind: "intent", operation: 0, source: "phone", actor: A8, root: B8, spends: [], cameraProof: 2 },
    `860000${A}${B}8002`,
  ],
  [ACCESS, 24, { kind: "code", operation: 4, isHalf: false, use: CODE, cameraProof: 1 }, `840400860002030700${"00"}01`],
  [ACCESS, 19, { kind: "refusal", actor: A8, leaf: B8, operation: 5, denial: "code", count: 3 }, `85${A}${B}05181f03`],
  [ACCESS, 20, { kind: "door", event: "privacy-ended", count: 1 }, "820701"],
  [ACCESS, 21, { kind: "inside", count: 24 }, "811818"],
  [ACCESS, 22, { kind: "who", leaf: A8, holder: B8, names: ["Ö", ""], root: A8 }, `84${A}${B}8262c39660${A}`],
  [NOTICES, 32, { kind: "alarm", alarm: "dwell", count: 1 }, "820701"],
  [NOTICES, 33, { kind: "stranger", strangerClass: 2, count: 2 }, "820202"],
  [NOTICES, 32, { kind: "alarm", alarm: "cycles", count: 1 }, "820e01"],
  [
    NOTICES,
    34,
    {
      kind: "camera",
      event: "head",
      visit: 300,
      verdict: 0,
      head: { clip: C16, frame: 255, chain: C32 },
      power: 24,
      powerHash: B8,
    },
    `880119012c0050${"c3".repeat(16)}18ff5820${"d4".repeat(32)}1818${B}`,
  ],
  [
    NOTICES,
    34,
    { kind: "camera", event: "lost", visit: HIGHEST, verdict: undefined, head: undefined, power: 0, powerHash: A8 },
    `88031affffffff184040004000${A}`,
  ],
];

/** What an entry is, as one text. */
function told(region: Region, type: number, payload: Bytes): string {
  const entry = readEntry(region, type, payload);
  return JSON.stringify(entry, (_, value) => (value instanceof Uint8Array ? toHex(value) : value));
}

for (const [region, type, entry, hex] of ROWS) {
  test(`writes and reads ${entry.kind} ${hex}`, () => {
    const payload = encodeEntry(entry);
    assert.is(toHex(payload), hex);
    assert.equal(placeOf(entry.kind), { region, type });
    assert.equal(readEntry(region, type, payload), entry);
  });

  if (hex === "") continue;
  test(`refuses ${entry.kind} ${hex} one byte short or long`, () => {
    const payload = fromHex(hex);
    for (let size = 0; size < payload.length; size++) {
      assert.throws(() => readEntry(region, type, payload.slice(0, size)), isCorrupt, `${size} bytes`);
    }
    assert.throws(() => readEntry(region, type, concat(payload, new Uint8Array(1))), isCorrupt);
  });

  test(`reads no flipped bit of ${entry.kind} ${hex} as the same`, () => {
    const payload = fromHex(hex);
    const whole = told(region, type, payload);
    for (let bit = 0; bit < payload.length * 8; bit++) {
      const flipped = payload.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      try {
        assert.is.not(told(region, type, flipped), whole, `bit ${bit}`);
      } catch (error) {
        if (!isCorrupt(error)) throw error;
      }
    }
  });
}

function isCorrupt(error: unknown): boolean {
  return error instanceof Fault && error.code === "journal.corrupt";
}

const REFUSED: readonly (readonly [string, Region, number, string])[] = [
  ["a watermark with a payload", STATE, 2, "00"],
  ["a digest of damage of 1 byte", STATE, 5, "834041a140"],
  ["a digest of damage of 7 bytes", STATE, 5, `834047${"a1".repeat(7)}40`],
  ["a digest of damage of 9 bytes", STATE, 5, `834049${"a1".repeat(9)}40`],
  ["digests of damage for two regions", STATE, 5, `82${A}${B}`],
  ["digests of damage for four regions", STATE, 5, `84${A}${B}4040`],
  ["numbers in place of digests of damage", STATE, 5, "83030405"],
  ["an outcome above 6", ACCESS, 17, "860907000000" + "00"],
  ["a camera that proved nothing", ACCESS, 16, `860000${A}${B}8000`],
  ["a camera that proved 3", ACCESS, 16, `860000${A}${B}8003`],
  ["two camera's proofs", ACCESS, 16, `870000${A}${B}800101`],
  ["a code whose camera proved nothing", ACCESS, 24, "84040086000203070000" + "00"],
  ["a camera's event above 6", NOTICES, 34, `8807014040004000${A}`],
  ["a camera's verdict above 64", NOTICES, 34, `880301184140004000${A}`],
  ["a clip without a chain", NOTICES, 34, `88030100${CLIP}004000${A}`],
  ["a chain without a clip", NOTICES, 34, `8803010040005820${"d4".repeat(32)}00${A}`],
  ["a frame without a clip", NOTICES, 34, `8803010040014000${A}`],
  ["a clip's name of 15 bytes", NOTICES, 34, `880301004f${"c3".repeat(15)}005820${"d4".repeat(32)}00${A}`],
  ["a hash of the switch of 7 bytes", NOTICES, 34, `880301004000400047${"a1".repeat(7)}`],
  ["witnesses above 7", ACCESS, 17, "860900000000" + "08"],
  ["a source above 4", ACCESS, 16, `850005${A}${B}80`],
  ["four spends", ACCESS, 16, `850000${A}${B}84${`83${B}01${EPOCH_HEX}`.repeat(4)}`],
  ["a spend of 65,536", ACCESS, 16, `850000${A}${B}8183${B}1a00010000${EPOCH_HEX}`],
  ["a name of 7 bytes", ACCESS, 16, `85000047${"a1".repeat(7)}${B}80`],
  ["a door event above 8", ACCESS, 20, "820901"],
  ["an alarm above 14", NOTICES, 32, "820f01"],
  ["no names", ACCESS, 22, `84${A}${B}80${A}`],
  ["four names", ACCESS, 22, `84${A}${B}8460606060${A}`],
  ["a longer form of a number", ACCESS, 21, "811801"],
  ["an unknown kind of statement", ACCESS, 18, `82${A}83050900`],
];

for (const [claim, region, type, hex] of REFUSED) {
  test(`refuses ${claim}`, () => assert.throws(() => readEntry(region, type, fromHex(hex)), isCorrupt));
}

test("keeps a type that it does not know, whatever is in it", () => {
  for (const region of [STATE, ACCESS, NOTICES] as const) {
    for (const payload of ["", "ff", "8201"]) {
      assert.equal(readEntry(region, 200, fromHex(payload)), { kind: "other", type: 200 });
    }
  }
  assert.equal(readEntry(STATE, 16, new Uint8Array(1)), { kind: "other", type: 16 });
});

test("keeps a refusal for a reason that a newer lock knew", () => {
  const entry = readEntry(ACCESS, 19, fromHex(`85${A}${B}05183f03`));
  assert.ok(entry.kind === "refusal");
  assert.is(entry.denial, undefined);
});

test("an intent with two counters takes 96 bytes, a closing 64, and so an opening 160", () => {
  const wide = (used: number): SpentUse => ({ link8: B8, used, until: seconds(HIGHEST) });
  const size = (entry: WritableEntry) => recordBytes(encodeEntry(entry).length);
  const intent = { kind: "intent", operation: 4, source: "schedule", actor: A8, root: B8 } as const;
  assert.is(size({ ...intent, spends: [wide(65_535), wide(65_535)] }), 96);
  assert.is(size({ ...intent, spends: [wide(65_535), wide(65_535)], cameraProof: 2 }), 96);
  const after = 86_400;
  const closing = size({
    kind: "closing",
    intent: HIGHEST,
    outcome: "held-open",
    openedAfter: after,
    closedAfter: after,
    securedAfter: after,
    witnesses: 7,
  });
  assert.is(closing, 64);
});

test("what a camera said takes 128 bytes at most, and the fullest intent its 80 of payload", () => {
  const head = { clip: C16, frame: HIGHEST, chain: C32 };
  const said = {
    kind: "camera",
    event: "head",
    visit: HIGHEST,
    verdict: 63,
    head,
    power: HIGHEST,
    powerHash: A8,
  } as const;
  assert.is(recordBytes(encodeEntry(said).length), 128);
  const wide = { link8: B8, used: 65_535, until: seconds(HIGHEST) };
  const intent = { kind: "intent", operation: 4, source: "schedule", actor: A8, root: B8 } as const;
  assert.ok(encodeEntry({ ...intent, spends: [wide, wide, wide], cameraProof: 2 }).length <= 80);
});

test("the fullest list fits a record", () => {
  const many = (count: number) => new Uint8Array(8 * count).fill(0xff);
  const list: RevocationList = {
    owner: A8,
    sequence: HIGHEST,
    generation: HIGHEST,
    revoked: many(48),
    untils: Array.from({ length: 48 }, () => seconds(HIGHEST)),
    holders: many(16),
    codes: Array.from({ length: 16 }, () => ({ codeClass: HIGHEST, serial: HIGHEST, start: HIGHEST })),
  };
  const payload = encodeEntry({ kind: "list", list });
  assert.ok(payload.length <= 2_048);
  assert.equal(readEntry(STATE, 3, payload), { kind: "list", list });
});

test.run();
