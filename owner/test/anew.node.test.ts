// Goal: whatever a part of flash does to a log, its owner is told at most once, and reads on; and of a part that did nothing nothing is said.
// Method: a lock's journal on a small part is written, started, spoilt bit by bit and put back, from one seed; an owner fetches in between.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { lockIdOf } from "../../firmware/cose/key.ts";
import { Fault } from "../../firmware/fault.ts";
import { encodeCheckpoint } from "../../firmware/journal/checkpoint.ts";
import { payloadBytesIn } from "../../firmware/journal/journal.ts";
import { REGIONS } from "../../firmware/journal/record.ts";
import { Store } from "../../firmware/journal/store.ts";
import { RECORDS_BYTES_MAX } from "../../firmware/link/message.ts";
import { seconds } from "../../firmware/platform.ts";
import { NorFlash } from "../../simulator/flash.ts";
import { Stream } from "../../simulator/random.ts";
import { SMALL_PART } from "../../simulator/tear/tear.ts";
import { type Archive, beginAnew, fetchArchive, verifyArchive } from "../archive.ts";
import type { Asking } from "../wire.ts";

const SEEDS = 12;
const ROUNDS = 40;
const { sectorBytes, sectors, snapshotSectors } = SMALL_PART;
const ALL = sectors[0] + sectors[1] + sectors[2] + 2 * snapshotSectors;
const GEOMETRY = { firstSector: 0, sectors, snapshotSectors, payloadBytesMax: payloadBytesIn(sectorBytes) };
const seed = new Uint8Array(32).fill(7);
const publicKey = crypto.signingPublicKey(seed);
const LOCK = { lockId: lockIdOf(crypto, publicKey), lockKey: publicKey };
const NOW = { lo: seconds(1_790_812_800), width: undefined };

function open(flash: NorFlash, isPowerOn = true): Store {
  return new Store({ crypto, flash, geometry: GEOMETRY, lockId: LOCK.lockId, isPowerOn });
}

function write(store: Store, random: Stream): void {
  try {
    for (let left = random.between(1, 9); left > 0; left--) {
      const draw = random.below(4);
      if (draw === 0) store.append({ kind: "alarm", alarm: "ajar", count: random.between(1, 9) }, NOW);
      else if (draw === 1) store.append({ kind: "watermark" }, NOW);
      else store.append({ kind: "inside", count: random.between(1, 99) }, NOW);
    }
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
  }
}

/** An owner's session with that journal. */
function sessionWith({ journal, state }: Store): Asking {
  return {
    ask: async (request) => {
      const id = 1;
      if (request.kind === "checkpoint") {
        const heads = [journal.head(0), journal.head(1), journal.head(2)] as const;
        const checkpoint = { lockId: LOCK.lockId, heads, boots: state.boots, lo: NOW.lo, hi: undefined };
        return { kind: "checkpoint", id, message: encodeCheckpoint(crypto, { seed, publicKey }, checkpoint) };
      }
      if (request.kind !== "fetch") throw new Error("nothing else is asked");
      const bytes = new Uint8Array(RECORDS_BYTES_MAX);
      let size = 0;
      const emit = (record: Uint8Array) => {
        bytes.set(record, size);
        size += record.length;
      };
      const { region, from } = request;
      const { firstSeq: first, prevLink } = journal.exportRegion(region, from, { bytesMax: RECORDS_BYTES_MAX, emit });
      return { kind: "records", id, region, first, previousLink: prevLink, bytes: bytes.slice(0, size) };
    },
  };
}

/** Fetches as `log` does. @returns what is kept, and whether it held */
async function fetch(store: Store, former: Archive | undefined): Promise<{ kept: Archive; isWhole: boolean }> {
  const archive = await fetchArchive(sessionWith(store), LOCK, former);
  const isWhole = verifyArchive(archive).kind === "whole";
  return { kept: isWhole ? archive : beginAnew(archive), isWhole };
}

for (const harm of ["nothing", "a flipped bit", "an older day"] as const)
  test(`is told at most once of ${harm}, and reads on`, async () => {
    let told = 0;
    for (let number = 1; number <= SEEDS; number++) {
      const random = new Stream(number, harm);
      const flash = new NorFlash({ sectorBytes, sectors: ALL });
      let [store, day] = [open(flash), flash.snapshot()];
      // What a lock signs is of all three regions.
      const headsOf = ({ journal }: Store) => REGIONS.map((region) => journal.head(region).seq);
      let former: { readonly archive: Archive; readonly heads: readonly number[] } | undefined;
      for (let round = 0; round < ROUNDS; round++) {
        write(store, random);
        if (random.chance(150)) day = flash.snapshot();
        const isHarmed = random.chance(150);
        if (isHarmed && harm === "a flipped bit") flash.flip(random.below(8 * sectorBytes * ALL));
        if (isHarmed && harm === "an older day") flash.load(day);
        if (isHarmed || random.chance(100)) store = open(flash, random.chance(500));
        if (random.chance(300)) continue;
        const where = `seed ${number}, round ${round}`;
        const heads = headsOf(store);
        const isPutBack = former?.heads.some((seq, region) => (heads[region] ?? 0) < seq) ?? false;
        const { kept, isWhole } = await fetch(store, former?.archive);
        if (isPutBack) assert.not.ok(isWhole, `${where}: put back`);
        if (!isWhole) told += 1;
        if (harm === "nothing") assert.ok(isWhole, where);
        assert.is(verifyArchive(kept).kind, "whole", `${where}: what is kept`);
        const again = await fetch(store, kept);
        assert.ok(again.isWhole, `${where}: fetched again`);
        former = { archive: again.kept, heads };
      }
    }
    assert.is(told > 0, harm !== "nothing");
  });

test.run();
