// Goal: what the journal leaves on flash is what a second reader, written from the format alone, finds there.
// Method: the reader is Node's Buffer and hash, sharing no line with the journal; every byte of the part is accounted for.

import { createHash } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { REGIONS, type Region } from "../record.ts";
import { appendNext, createDesk, LOCK_ID, type Written } from "./desk.ts";

function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Gives `bytes` with four of them zero. */
function without(bytes: Buffer, check: number): Buffer {
  return Buffer.from(bytes).fill(0, check, check + 4);
}

test("a second reader finds every record, header and link", () => {
  const desk = createDesk();
  const journal = desk.open();
  const written: Written[] = [];
  for (let count = 0; count < 40; count++) written.push(appendNext(journal, count));
  const image = Buffer.from(desk.flash.snapshot());
  let sector = 0;
  for (const region of REGIONS) {
    const expected = written.filter((record) => record.region === region);
    let link = sha256("lj1", Buffer.from([region]), LOCK_ID);
    let seq = 0;
    for (let place = 0; place < desk.geometry.sectors[region]; place++, sector++) {
      const cells = image.subarray(sector * desk.flash.sectorBytes, (sector + 1) * desk.flash.sectorBytes);
      if (cells.every((byte) => byte === 0xff)) continue;
      assertHeader(cells.subarray(0, 64), { region, place, firstSeq: seq + 1, link });
      let offset = 64;
      while (offset + 32 <= cells.length && cells.readUInt32LE(offset) !== 0xffffffff) {
        const size = cells.readUInt16LE(offset + 2);
        const header = cells.subarray(offset, offset + 32);
        const payload = cells.subarray(offset + 32, offset + 32 + size);
        const digest = sha256(without(header, 16), payload);
        assert.is(header.toString("hex", 16, 20), digest.toString("hex", 0, 4));
        link = sha256("lj1", link, digest);
        seq += 1;
        const record = expected[seq - 1];
        assert.equal([header[0], header[1], header.readUInt32LE(4)], [record.type, 1, seq]);
        assert.equal([header.readUInt32LE(8), header.readUInt32LE(12)], [record.lo, record.width ?? 0xfffffffe]);
        assert.equal([header[20], header.toString("hex", 21)], [region, "00".repeat(11)]);
        assert.is(payload.toString("hex"), Buffer.from(record.payload).toString("hex"));
        const end = offset + 32 + Math.ceil(size / 32) * 32;
        assert.ok(cells.subarray(offset + 32 + size, end).every((byte) => byte === 0));
        offset = end;
      }
      assert.ok(cells.subarray(offset).every((byte) => byte === 0xff));
    }
    assert.is(seq, expected.length);
    assert.is(Buffer.from(journal.head(region).link).toString("hex"), link.toString("hex"));
  }
});

function assertHeader(
  header: Buffer,
  expected: { readonly region: Region; readonly place: number; readonly firstSeq: number; readonly link: Buffer },
): void {
  assert.is(header.toString("latin1", 0, 4), "LKJ1");
  assert.equal([...header.subarray(4, 8)], [2, expected.region, 0, 0]);
  assert.equal([header.readUInt32LE(8), header.readUInt32LE(12)], [expected.place, expected.firstSeq]);
  assert.is(header.readUInt32LE(16), 1);
  assert.is(header.toString("hex", 20, 52), expected.link.toString("hex"));
  assert.is(header.toString("hex", 52, 60), "00".repeat(8));
  assert.is(header.toString("hex", 60), sha256(without(header, 60)).toString("hex", 0, 4));
}

test.run();
