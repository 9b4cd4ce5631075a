// What a part may lose at once beyond a single bit: a page, a sector, both snapshots for one start; a bit in one snapshot and
// then a cut in the other. Whatever is gone is told of, and what two places hold is not gone.
// Method: a store on a small part, spoilt by hand.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { NorFlash } from "../../../simulator/flash.ts";
import { LOCK_ID, SMALL_PART } from "../../../simulator/tear/tear.ts";
import { type Bytes, fromAscii } from "../../bytes.ts";
import { kid8 } from "../../cose/key.ts";
import { Fault } from "../../fault.ts";
import {
  type Body,
  encodeBody,
  KIND_ADD_OWNER,
  KIND_ADOPT,
  KIND_ENROL,
  KIND_REMOVE_BOARD,
  KIND_REMOVE_OWNER,
} from "../../grant/body.ts";
import { seconds } from "../../platform.ts";
import { payloadBytesIn } from "../journal.ts";
import { ACCESS, decodeRecord, decodeSectorHeader, pageOver, type Region, STATE } from "../record.ts";
import { Store } from "../store.ts";

const { sectorBytes, sectors, snapshotSectors } = SMALL_PART;
const SNAPSHOTS_AT = sectors[0] + sectors[1] + sectors[2];
const NOW = { lo: seconds(1_790_812_800), width: undefined };
const OWNER = filled(1, 32);

function filled(byte: number, size: number): Bytes {
  return new Uint8Array(size).fill(byte);
}

/** A part that may answer some reads with an error. */
class FailingFlash extends NorFlash {
  fails: ((offset: number) => boolean) | undefined;

  override read(offset: number, target: Bytes): void {
    if (this.fails?.(offset)) throw new Fault("flash.io");
    super.read(offset, target);
  }
}

function newFlash(): FailingFlash {
  return new FailingFlash({ sectorBytes, sectors: SNAPSHOTS_AT + 2 * snapshotSectors });
}

function open(flash: NorFlash): Store {
  const geometry = { firstSector: 0, sectors, snapshotSectors, payloadBytesMax: payloadBytesIn(sectorBytes) };
  return new Store({ crypto, flash, geometry, lockId: LOCK_ID, isPowerOn: true });
}

function isWhole({ damages, state }: Store): boolean {
  return damages.every((damage, region) => damage.length === 0 || crypto.isEqual(damage, state.acknowledged[region]));
}

function declare(store: Store, sequence: number, body: Body): void {
  const statement = { kind: "statement", actor: kid8(crypto, OWNER), sequence, body } as const;
  store.append({ ...statement, encodedBody: encodeBody(sequence, body) }, NOW);
}

/** A lock with an owner, whose access ring has gone round where that is wanted. */
function owned(flash: NorFlash, presses = 0): Store {
  const store = open(flash);
  const adoption = { ownerKey: OWNER, recoveryKey: filled(2, 32), zoneRule: fromAscii("UTC0") };
  declare(store, 1, { kind: KIND_ADOPT, adoption });
  press(store, presses);
  return store;
}

function press(store: Store, count: number): void {
  for (let left = count; left > 0; left--) store.append({ kind: "inside", count: 1 }, NOW);
}

function spend(store: Store): void {
  const spends = [{ link8: filled(77, 8), used: 1, until: seconds(1_890_000_000) }];
  const root = filled(9, 8);
  store.append({ kind: "intent", operation: 0, source: "phone", actor: filled(7, 8), root, spends }, NOW);
}

function newestSector(flash: NorFlash, region: Region): { readonly offset: number; readonly sectorSeq: number } {
  let newest = { offset: -1, sectorSeq: -1 };
  const image = flash.snapshot();
  for (let offset = 0; offset < image.length; offset += sectorBytes) {
    const header = decodeSectorHeader(crypto, pageOver(image.slice(offset, offset + sectorBytes)), region);
    if (header !== undefined && header.sectorSeq > newest.sectorSeq) newest = { ...header, offset };
  }
  return newest;
}

function offsetOf(flash: NorFlash, region: Region, seq: number): number {
  const page = pageOver(flash.snapshot());
  for (let offset = 0; offset < page.bytes.length; offset += 32) {
    if (decodeRecord(crypto, page, { offset, region })?.seq === seq) return offset;
  }
  throw new Error(`no record ${seq}`);
}

function flipByte(flash: NorFlash, offset: number): void {
  flash.flip(offset * 8);
}

test("a bad page at the start of the newest sector is told of, and its numbers are not given again", () => {
  for (const presses of [0, 40]) {
    const flash = newFlash();
    const store = owned(flash, presses);
    const before = newestSector(flash, ACCESS).sectorSeq;
    if (presses > 0) while (newestSector(flash, ACCESS).sectorSeq === before) press(store, 1);
    spend(store);
    press(store, 2);
    const { seq } = store.journal.head(ACCESS);
    const { offset } = newestSector(flash, ACCESS);
    flipByte(flash, offset + 20);
    flipByte(flash, offset + 64 + 8);
    const after = open(flash);
    assert.not.ok(isWhole(after));
    assert.is(after.journal.head(ACCESS).seq, seq);
    press(after, 1);
    assert.not.ok(isWhole(open(flash)), "it is not forgotten");
  }
});

test("a header that is lost with the record before it costs no other record", () => {
  const flash = newFlash();
  const store = owned(flash, 5);
  const before = newestSector(flash, ACCESS).sectorSeq;
  while (newestSector(flash, ACCESS).sectorSeq === before) press(store, 1);
  const last = store.journal.head(ACCESS).seq - 1;
  spend(store);
  flipByte(flash, newestSector(flash, ACCESS).offset + 20);
  flipByte(flash, offsetOf(flash, ACCESS, last) + 8);
  assert.is(open(flash).state.counters.count, 1);
});

test("a region that is erased whole is told of", () => {
  const flash = newFlash();
  const store = owned(flash, 80);
  spend(store);
  for (let sector = sectors[STATE]; sector < sectors[STATE] + sectors[ACCESS]; sector++) flash.erase(sector);
  const after = open(flash);
  assert.not.ok(isWhole(after));
  assert.is(after.state.keyring.owners.length, 1, "the snapshots know the owner");
});

test("snapshots that cannot be read for one start cost nothing: nothing is written over them", () => {
  const flash = newFlash();
  owned(flash, 80);
  const image = flash.snapshot();
  flash.fails = (offset) => offset >= SNAPSHOTS_AT * sectorBytes;
  const blind = open(flash);
  flash.fails = undefined;
  assert.not.ok(blind.journal.isWritable);
  assert.throws(() => press(blind, 1), /journal.unwritable/);
  assert.ok(crypto.isEqual(flash.snapshot(), image));
  const after = open(flash);
  assert.ok(isWhole(after) && after.journal.isWritable);
  assert.is(after.state.keyring.owners.length, 1);
});

test("with both snapshots lost behind a ring that has turned, nothing is written over what is left", () => {
  const flash = newFlash();
  owned(flash, 80);
  for (const slot of [0, 1]) flipByte(flash, (SNAPSHOTS_AT + slot * snapshotSectors) * sectorBytes + 60);
  const image = flash.snapshot();
  assert.not.ok(open(flash).journal.isWritable);
  assert.ok(crypto.isEqual(flash.snapshot(), image));
});

test("a bit that flips in the newer snapshot while the lock runs does not let the older one go", () => {
  const flash = newFlash();
  const store = owned(flash, 80);
  const cells = new DataView(flash.snapshot().buffer);
  const slots = [0, 1].map((slot) => (SNAPSHOTS_AT + slot * snapshotSectors) * sectorBytes);
  const [first, second] = slots.map((offset) => cells.getUint32(offset + 8, true));
  const [newer, older] = first > second ? slots : [slots[1], slots[0]];
  flipByte(flash, newer + 60);
  const kept = flash.snapshot().slice(older, older + 100);
  const { sectorSeq } = newestSector(flash, ACCESS);
  while (newestSector(flash, ACCESS).sectorSeq === sectorSeq) press(store, 1);
  assert.ok(crypto.isEqual(flash.snapshot().slice(older, older + 100), kept), "the damaged one was written anew first");
});

test("what changes who owns the lock is in both snapshots, after a cut in between too", () => {
  const flash = newFlash();
  const thief = filled(5, 32);
  const store = owned(flash);
  declare(store, 2, { kind: KIND_ADD_OWNER, ownerKey: thief });
  const before = flash.snapshot();
  declare(store, 3, { kind: KIND_REMOVE_OWNER, ownerKid: kid8(crypto, thief) });
  const removal = offsetOf(flash, ACCESS, store.journal.head(ACCESS).seq);
  // Power failed right after the record: neither snapshot holds it.
  const record = flash.snapshot().slice(removal, removal + 64);
  flash.load(before);
  flash.write(removal, record);
  assert.is(open(flash).state.keyring.owners.length, 1);
  flipByte(flash, removal + 8);
  assert.is(open(flash).state.keyring.owners.length, 1, "the record is gone, and the thief stays out");
});

test("damage cannot make a table longer than a snapshot can hold", () => {
  const flash = newFlash();
  const store = owned(flash);
  const board = (byte: number) => ({ role: 1, agreementKey: filled(byte, 32), signingKey: filled(byte, 32) });
  for (let byte = 40; byte < 44; byte++) declare(store, byte, { kind: KIND_ENROL, board: board(byte) });
  store.journal.snapshot();
  declare(store, 50, { kind: KIND_REMOVE_BOARD, boardKid: kid8(crypto, filled(40, 32)) });
  const removal = offsetOf(flash, ACCESS, store.journal.head(ACCESS).seq);
  declare(store, 51, { kind: KIND_ENROL, board: board(44) });
  press(store, 1);
  flipByte(flash, removal + 8);
  const after = open(flash);
  assert.not.ok(isWhole(after));
  assert.is(after.state.keyring.boards.length, 4);
  press(after, 80);
  assert.is(open(flash).state.keyring.owners.length, 1, "after a turn of the ring");
});

test("a flip in the oldest sector shows as a gap, and hides nothing else", () => {
  const flash = newFlash();
  const store = owned(flash, 80);
  const seqs: number[] = [];
  store.journal.records(ACCESS, 1, ({ record }) => seqs.push(record.seq) > 0);
  flipByte(flash, offsetOf(flash, ACCESS, seqs[3]) + 8);
  const found: number[] = [];
  open(flash).journal.records(ACCESS, 1, ({ record }) => found.push(record.seq) > 0);
  assert.equal(
    found.slice(0, seqs.length - 1),
    seqs.filter((seq) => seq !== seqs[3]),
  );
});

test.run();
