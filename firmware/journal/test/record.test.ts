// Goal: a record and a sector header have these bytes and no others, and every bit of them is checked.
// Method: bytes typed in, computed apart from this code (record.node.test.ts computes them again); each bit flipped.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromHex, toHex } from "../../bytes.ts";
import { seconds } from "../../platform.ts";
import {
  ACCESS,
  Chain,
  decodeRecord,
  decodeSectorHeader,
  encodeRecord,
  encodeSectorHeader,
  isBegun,
  newPage,
  pageOver,
  type RecordFields,
  type Region,
  recordBytes,
  type SectorHeader,
} from "../record.ts";

const LOCK_ID = "AAECAwQFBgc";
const PAYLOAD = fromHex("a2010218644568656c6c6f");
const RECORD: RecordFields = {
  region: ACCESS,
  type: 7,
  seq: 1,
  lo: seconds(1_790_000_000),
  width: seconds(60),
  payload: PAYLOAD,
};
const RECORD_HEX =
  "07010b0001000000803bb16a3c0000002b027007010000000000000000000000" +
  "a2010218644568656c6c6f000000000000000000000000000000000000000000";
const DIGEST_HEX = "2b0270075a587599283b4a47ecc3e1a9f3bfc9c5d776c787f536043df2e3f559";
const LINK_0_HEX = "f1e8eb6f5015feed76290d1b05f6659c905ebb14914490f86a02a7e775991159";
const LINK_1_HEX = "4afc4e4ceaca3f2fc3f22a796d993e6fd10d3d2424f54c116f8c98f3045e68b1";
const SECTOR_HEX =
  "4c4b4a310201000003000000020000000500000" +
  "04afc4e4ceaca3f2fc3f22a796d993e6fd10d3d2424f54c116f8c98f3045e68b1" +
  "00000000000000009e9cd123";

test("writes the record that the format says", () => {
  const page = newPage(96);
  page.bytes.fill(0xaa);
  assert.is(toHex(encodeRecord(crypto, page, RECORD)), DIGEST_HEX);
  assert.is(toHex(page.bytes.subarray(0, recordBytes(PAYLOAD.length))), RECORD_HEX);
  assert.is(page.bytes[64], 0xaa);
});

test("reads it back, and leaves the page as it was", () => {
  const page = pageOver(fromHex(`00000000${RECORD_HEX}`).subarray(4));
  const record = decodeRecord(crypto, page, { offset: 0, region: ACCESS });
  assert.ok(record);
  assert.equal(
    { ...record, payload: toHex(record.payload), digest: toHex(record.digest) },
    { ...RECORD, payload: toHex(PAYLOAD), digest: DIGEST_HEX, size: 64 },
  );
  assert.is(toHex(page.bytes), RECORD_HEX);
});

test("writes the sector header that the format says, and reads it back", () => {
  const page = newPage(64);
  const header: SectorHeader = {
    region: ACCESS,
    sectorSeq: 3,
    firstSeq: 2,
    eraseCount: 5,
    prevLink: fromHex(LINK_1_HEX),
  };
  encodeSectorHeader(crypto, page, header);
  assert.is(toHex(page.bytes), SECTOR_HEX);
  assert.equal(decodeSectorHeader(crypto, page, ACCESS), header);
  assert.is(toHex(page.bytes), SECTOR_HEX);
});

test("chains from the lock and the region", () => {
  const chain = new Chain(crypto, LOCK_ID);
  assert.is(toHex(chain.start(ACCESS)), LINK_0_HEX);
  assert.is(toHex(chain.next(fromHex(LINK_0_HEX), fromHex(DIGEST_HEX))), LINK_1_HEX);
  assert.is(toHex(chain.start(ACCESS)), LINK_0_HEX);
  assert.is.not(toHex(chain.start(0)), LINK_0_HEX);
  assert.is.not(toHex(new Chain(crypto, "AAECAwQFBgg").start(ACCESS)), LINK_0_HEX);
  assert.throws(() => new Chain(crypto, "AAECAwQFBg"));
});

test("refuses a record with any bit of header or payload flipped", () => {
  for (let bit = 0; bit < 8 * (32 + PAYLOAD.length); bit++) {
    const page = pageOver(fromHex(RECORD_HEX));
    page.bytes[bit >> 3] ^= 1 << (bit & 7);
    assert.is(decodeRecord(crypto, page, { offset: 0, region: ACCESS }), undefined, `bit ${bit}`);
  }
});

test("refuses a sector header with any bit flipped", () => {
  for (let bit = 0; bit < 512; bit++) {
    const page = pageOver(fromHex(SECTOR_HEX));
    page.bytes[bit >> 3] ^= 1 << (bit & 7);
    assert.is(decodeSectorHeader(crypto, page, ACCESS), undefined, `bit ${bit}`);
  }
});

/** The record with one field changed and a check value that holds for it. */
function forged(offset: number, value: number): string {
  const bytes = fromHex(RECORD_HEX);
  bytes[offset] = value;
  bytes.fill(0, 16, 20);
  bytes.set(crypto.sha256(bytes.subarray(0, 32 + PAYLOAD.length)).subarray(0, 4), 16);
  return toHex(bytes);
}

const REFUSED: readonly (readonly [string, string, Region])[] = [
  ["one byte short", RECORD_HEX.slice(0, -2), ACCESS],
  ["without its payload", RECORD_HEX.slice(0, 64), ACCESS],
  ["of half a header", RECORD_HEX.slice(0, 32), ACCESS],
  ["for another region", RECORD_HEX, 2],
  ["of another version", forged(1, 2), ACCESS],
  ["of a region that does not exist", forged(20, 3), ACCESS],
  ["with a reserved byte that is not zero", forged(21, 1), ACCESS],
  ["with the last reserved byte not zero", forged(31, 1), ACCESS],
  ["of erased bytes", "ff".repeat(64), ACCESS],
  ["of zeros", "00".repeat(64), ACCESS],
];
for (const [name, hex, region] of REFUSED) {
  test(`refuses a record ${name}`, () => {
    assert.is(decodeRecord(crypto, pageOver(fromHex(hex)), { offset: 0, region }), undefined);
  });
}

test("accepts a record with another type and a good check value", () => {
  const record = decodeRecord(crypto, pageOver(fromHex(forged(0, 255))), { offset: 0, region: ACCESS });
  assert.is(record?.type, 255);
});

test("writes an unknown width as 0xFFFFFFFE, and reads no greater one", () => {
  const page = newPage(64);
  encodeRecord(crypto, page, { ...RECORD, width: undefined });
  assert.is(toHex(page.bytes.subarray(12, 16)), "feffffff");
  assert.is(decodeRecord(crypto, page, { offset: 0, region: ACCESS })?.width, undefined);
  assert.is(decodeRecord(crypto, page, { offset: 0, region: ACCESS })?.seq, 1);
  assert.throws(() => encodeRecord(crypto, page, { ...RECORD, width: seconds(0xffffffff + 1) }));
  assert.throws(() => encodeRecord(crypto, page, { ...RECORD, lo: seconds(-1) }));
  assert.throws(() => encodeRecord(crypto, page, { ...RECORD, type: 256 }));
});

const SIZES: readonly (readonly [payloadBytes: number, recordBytes: number])[] = [
  [0, 32],
  [1, 64],
  [32, 64],
  [33, 96],
  [2048, 2080],
];
for (const [payloadBytes, expected] of SIZES) {
  test(`a payload of ${payloadBytes} bytes takes ${expected} on flash and comes back`, () => {
    const page = newPage(expected);
    encodeRecord(crypto, page, { ...RECORD, payload: new Uint8Array(payloadBytes).fill(0x5a) });
    const record = decodeRecord(crypto, page, { offset: 0, region: ACCESS });
    assert.is(record?.size, expected);
    assert.is(toHex(record?.payload ?? new Uint8Array(1)), "5a".repeat(payloadBytes));
    assert.ok(isBegun(page, 0));
  });
}

test.run();
