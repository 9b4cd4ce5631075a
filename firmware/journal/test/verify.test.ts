// Goal: an exported log that was dropped from, edited, reordered or spliced is named, with the place (T11).
// Method: two locks with forty records each; every attack on the export in a row of its own, with the verdict expected;
// and every bit of an export flipped.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, concat, toHex } from "../../bytes.ts";
import { lockIdOf } from "../../cose/key.ts";
import { seconds } from "../../platform.ts";
import { encodeCheckpoint } from "../checkpoint.ts";
import { Journal } from "../journal.ts";
import { ACCESS, REGIONS, type Region } from "../record.ts";
import { brokenRegions, type ExportedLog, type ExportedRegion, type Verdict, verifyExport } from "../verify.ts";
import { appendNext, createDesk, NO_SNAPSHOT } from "./desk.ts";

const LOCK_SEED = new Uint8Array(32).fill(7);
const OTHER_SEED = new Uint8Array(32).fill(8);
const RECORDS = 40;
const BYTES_MAX = 1 << 20;

/** A lock with a journal, and the checkpoint that it signs on request. */
interface Lock {
  readonly journal: Journal;
  readonly lockKey: Bytes;
  readonly lockId: string;
  sign(): Bytes;
}

function createLock(seed: Bytes): Lock {
  const { flash, geometry } = createDesk();
  const lockKey = crypto.signingPublicKey(seed);
  const lockId = lockIdOf(crypto, lockKey);
  const journal = Journal.open({ crypto, flash, geometry, lockId, isPowerOn: false, ...NO_SNAPSHOT });
  const sign = () => {
    const heads = [journal.head(0), journal.head(1), journal.head(2)] as const;
    const checkpoint = { lockId, heads, boots: 1, lo: seconds(1_790_000_000), hi: undefined };
    return encodeCheckpoint(crypto, { seed, publicKey: lockKey }, checkpoint);
  };
  return { journal, lockKey, lockId, sign };
}

/** One region as single records, so that a row can play with them. */
interface Loose extends Omit<ExportedRegion, "records"> {
  readonly records: readonly Bytes[];
}

function exportLoose(journal: Journal, region: Region, fromSeq = 1): Loose {
  const records: Bytes[] = [];
  const emit = (record: Bytes) => void records.push(record.slice());
  return { ...journal.exportRegion(region, fromSeq, { bytesMax: BYTES_MAX, emit }), records };
}

function pack(regions: readonly Loose[]): ExportedRegion[] {
  return regions.map((region) => ({ ...region, records: concat(...region.records) }));
}

interface Scene {
  readonly lock: Lock;
  readonly other: Lock;
  /** Signed when half of the records were there. */
  readonly half: Bytes;
  readonly halfSeq: number;
}

function createScene(): Scene {
  const [lock, other] = [createLock(LOCK_SEED), createLock(OTHER_SEED)];
  for (let count = 0; count < RECORDS; count++) appendNext(other.journal, count);
  for (let count = 0; count < RECORDS / 2; count++) appendNext(lock.journal, count);
  const half = lock.sign();
  const halfSeq = lock.journal.head(ACCESS).seq;
  for (let count = RECORDS / 2; count < RECORDS; count++) appendNext(lock.journal, count);
  return { lock, other, half, halfSeq };
}

function wholeLog({ lock, half }: Scene): ExportedLog {
  const regions = pack(REGIONS.map((region) => exportLoose(lock.journal, region)));
  return { lockId: lock.lockId, lockKey: lock.lockKey, regions, checkpoint: lock.sign(), earlier: [half] };
}

/** Gives the log with its access region changed. */
function withAccess(scene: Scene, change: (access: Loose) => Loose): ExportedLog {
  const log = wholeLog(scene);
  const [changed] = pack([change(exportLoose(scene.lock.journal, ACCESS))]);
  return { ...log, regions: [log.regions[0], changed, log.regions[2]] };
}

/** Gives the record with another type and a check value that holds. */
function forge(record: Bytes): Bytes {
  const forged = record.slice();
  const payloadBytes = forged[2] + 256 * forged[3];
  forged[0] ^= 1;
  forged.fill(0, 16, 20);
  forged.set(crypto.sha256(forged.subarray(0, 32 + payloadBytes)).subarray(0, 4), 16);
  return forged;
}

/** Gives the list with `seq` to `seq` + `count` - 1 replaced. */
function replaced(records: readonly Bytes[], seq: number, { count = 1, by = [] as readonly Bytes[] } = {}): Bytes[] {
  return [...records.slice(0, seq - 1), ...by, ...records.slice(seq - 1 + count)];
}

test("finds an untouched export whole, and hands over every record", () => {
  const scene = createScene();
  let count = 0;
  const verdict = verifyExport(crypto, { ...wholeLog(scene), visit: () => count++ });
  assert.is(verdict.kind, "whole");
  assert.is(count, RECORDS);
  if (verdict.kind !== "whole") return;
  assert.equal(
    verdict.regions.map(({ region, firstSeq, lastSeq, signedSeq }) => [region, firstSeq, lastSeq, signedSeq]),
    REGIONS.map((region) => {
      const { seq } = scene.lock.journal.head(region);
      return [region, 1, seq, seq];
    }),
  );
});

test("finds a new lock's empty export whole", () => {
  const lock = createLock(LOCK_SEED);
  const regions = pack(REGIONS.map((region) => exportLoose(lock.journal, region)));
  const { lockId, lockKey } = lock;
  assert.is(verifyExport(crypto, { lockId, lockKey, regions, checkpoint: lock.sign() }).kind, "whole");
});

test("finds an export from any record on whole: the signed link covers what was before", () => {
  const scene = createScene();
  const { journal } = scene.lock;
  const log = wholeLog(scene);
  for (let seq = 1; seq <= journal.head(ACCESS).seq + 1; seq++) {
    const [access] = pack([exportLoose(journal, ACCESS, seq)]);
    const verdict = verifyExport(crypto, { ...log, regions: [log.regions[0], access, log.regions[2]] });
    assert.is(verdict.kind, "whole", `from ${seq}`);
  }
});

test("finds records that are not signed yet whole, and says up to where they are", () => {
  const scene = createScene();
  const verdict = verifyExport(crypto, { ...wholeLog(scene), checkpoint: scene.half, earlier: [] });
  assert.is(verdict.kind, "whole");
  if (verdict.kind === "whole") assert.is(verdict.regions[ACCESS].signedSeq, scene.halfSeq);
});

test("exports in pages that fit their bound and join", () => {
  const { journal } = createScene().lock;
  const { seq: last } = journal.head(ACCESS);
  const whole = toHex(concat(...exportLoose(journal, ACCESS).records));
  let joined = "";
  for (let fromSeq = 1; fromSeq <= last; ) {
    let size = 0;
    const emit = (record: Bytes) => {
      size += record.length;
      joined += toHex(record);
    };
    const { firstSeq, lastSeq } = journal.exportRegion(ACCESS, fromSeq, { bytesMax: 200, emit });
    assert.is(firstSeq, fromSeq);
    assert.ok(size > 0 && size <= 200);
    fromSeq = lastSeq + 1;
  }
  assert.is(joined, whole);
});

interface Row {
  readonly name: string;
  readonly attack: (scene: Scene) => ExportedLog;
  readonly verdict: (scene: Scene) => Verdict;
}

const SHORT = (scene: Scene): number => scene.lock.journal.head(ACCESS).seq;

const ROWS: readonly Row[] = [
  {
    name: "a record dropped",
    attack: (scene) => withAccess(scene, (access) => ({ ...access, records: replaced(access.records, 5) })),
    verdict: () => ({ kind: "gap", region: 1, expectedSeq: 5, foundSeq: 6 }),
  },
  {
    name: "the first record dropped",
    attack: (scene) => withAccess(scene, (access) => ({ ...access, records: access.records.slice(1) })),
    verdict: () => ({ kind: "gap", region: 1, expectedSeq: 1, foundSeq: 2 }),
  },
  {
    name: "the first record dropped, and the rest said to begin there",
    attack: (scene) => withAccess(scene, (access) => ({ ...access, firstSeq: 2, records: access.records.slice(1) })),
    verdict: ({ halfSeq }) => ({ kind: "fork", region: 1, agreedSeq: 1, seq: halfSeq }),
  },
  {
    name: "the newest record dropped",
    attack: (scene) => withAccess(scene, (access) => ({ ...access, records: access.records.slice(0, -1) })),
    verdict: (scene) => ({ kind: "short", region: 1, lastSeq: SHORT(scene) - 1, signedSeq: SHORT(scene) }),
  },
  {
    name: "everything dropped",
    attack: (scene) => withAccess(scene, (access) => ({ ...access, records: [] })),
    verdict: (scene) => ({ kind: "short", region: 1, lastSeq: 0, signedSeq: SHORT(scene) }),
  },
  {
    name: "a record edited",
    attack: (scene) =>
      withAccess(scene, (access) => {
        const edited = access.records[6].slice();
        edited[8] ^= 1;
        return { ...access, records: replaced(access.records, 7, { by: [edited] }) };
      }),
    verdict: (scene) => {
      const offset = concat(...exportLoose(scene.lock.journal, ACCESS).records.slice(0, 6)).length;
      return { kind: "record", region: 1, seq: 7, offset };
    },
  },
  {
    name: "an early record edited and its check value made to hold",
    attack: (scene) =>
      withAccess(scene, (access) => {
        return { ...access, records: replaced(access.records, 3, { by: [forge(access.records[2])] }) };
      }),
    verdict: ({ halfSeq }) => ({ kind: "fork", region: 1, agreedSeq: 0, seq: halfSeq }),
  },
  {
    name: "a late record edited and its check value made to hold",
    attack: (scene) =>
      withAccess(scene, (access) => {
        const seq = scene.halfSeq + 2;
        return { ...access, records: replaced(access.records, seq, { by: [forge(access.records[seq - 1])] }) };
      }),
    verdict: (scene) => ({ kind: "fork", region: 1, agreedSeq: scene.halfSeq, seq: SHORT(scene) }),
  },
  {
    name: "two records exchanged",
    attack: (scene) =>
      withAccess(scene, (access) => {
        const by = [access.records[4], access.records[3]];
        return { ...access, records: replaced(access.records, 4, { count: 2, by }) };
      }),
    verdict: () => ({ kind: "gap", region: 1, expectedSeq: 4, foundSeq: 5 }),
  },
  {
    name: "a record twice",
    attack: (scene) =>
      withAccess(scene, (access) => {
        return { ...access, records: replaced(access.records, 5, { count: 0, by: [access.records[3]] }) };
      }),
    verdict: () => ({ kind: "gap", region: 1, expectedSeq: 5, foundSeq: 4 }),
  },
  {
    name: "a record of another region in its place",
    attack: (scene) =>
      withAccess(scene, (access) => {
        const by = [exportLoose(scene.lock.journal, 0).records[1]];
        return { ...access, records: replaced(access.records, 2, { by }) };
      }),
    verdict: (scene) => {
      const offset = exportLoose(scene.lock.journal, ACCESS).records[0].length;
      return { kind: "record", region: 1, seq: 2, offset };
    },
  },
  {
    name: "a part of another lock's log in its place",
    attack: (scene) =>
      withAccess(scene, (access) => {
        const by = exportLoose(scene.other.journal, ACCESS).records.slice(3, 5).map(forge);
        return { ...access, records: replaced(access.records, 4, { count: 2, by }) };
      }),
    verdict: ({ halfSeq }) => ({ kind: "fork", region: 1, agreedSeq: 0, seq: halfSeq }),
  },
  {
    name: "another lock's whole region",
    attack: (scene) => withAccess(scene, () => exportLoose(scene.other.journal, ACCESS)),
    verdict: () => ({ kind: "start", region: 1 }),
  },
  {
    name: "another lock's whole log",
    attack: (scene) => ({ ...wholeLog({ ...scene, lock: scene.other }), lockKey: scene.lock.lockKey }),
    verdict: () => ({ kind: "checkpoint", index: 0 }),
  },
  {
    name: "a checkpoint of another lock among the earlier ones",
    attack: (scene) => ({ ...wholeLog(scene), earlier: [scene.half, scene.other.sign()] }),
    verdict: () => ({ kind: "checkpoint", index: 2 }),
  },
  {
    name: "the flash put back to an older day",
    attack: (scene) => {
      const old = createScene();
      const lock = createLock(LOCK_SEED);
      for (let count = 0; count < RECORDS / 2; count++) appendNext(lock.journal, count);
      return { ...wholeLog({ ...old, lock }), earlier: [scene.lock.sign()] };
    },
    verdict: (scene) => {
      const { seq } = scene.lock.journal.head(0);
      return { kind: "short", region: 0, lastSeq: 7, signedSeq: seq };
    },
  },
  {
    name: "the flash put back to an older day, behind which the owner kept its records",
    attack: (scene) => ({ ...wholeLog(scene), checkpoint: scene.half, earlier: [scene.lock.sign()] }),
    verdict: (scene) => {
      const { seq } = scene.lock.journal.head(0);
      return { kind: "short", region: 0, lastSeq: 7, signedSeq: seq };
    },
  },
  {
    name: "the flash put back and run on differently",
    attack: (scene) => {
      const lock = createLock(LOCK_SEED);
      for (let count = 1; count < RECORDS * 1.5; count++) appendNext(lock.journal, count);
      return { ...wholeLog({ ...scene, lock }), earlier: [scene.half] };
    },
    verdict: ({ lock }) => ({ kind: "fork", region: 1, agreedSeq: 0, seq: lock.journal.head(ACCESS).seq / 2 }),
  },
  {
    name: "a region left out",
    attack: (scene) => ({ ...wholeLog(scene), regions: wholeLog(scene).regions.slice(0, 2) }),
    verdict: () => ({ kind: "region", region: 2 }),
  },
  {
    name: "a region twice",
    attack: (scene) => {
      const log = wholeLog(scene);
      return { ...log, regions: [...log.regions, log.regions[0]] };
    },
    verdict: () => ({ kind: "region", region: 0 }),
  },
  {
    name: "a link that is none",
    attack: (scene) => withAccess(scene, (access) => ({ ...access, prevLink: access.prevLink.slice(1) })),
    verdict: () => ({ kind: "start", region: 1 }),
  },
  {
    name: "a start above what was ever signed",
    attack: (scene) => withAccess(scene, (access) => ({ ...access, firstSeq: 100, records: [] })),
    verdict: (scene) => ({ kind: "gap", region: 1, expectedSeq: SHORT(scene) + 1, foundSeq: 100 }),
  },
  {
    name: "a start before the first",
    attack: (scene) => withAccess(scene, (access) => ({ ...access, firstSeq: 0 })),
    verdict: () => ({ kind: "gap", region: 1, expectedSeq: 1, foundSeq: 0 }),
  },
];
for (const { name, attack, verdict } of ROWS) {
  test(`names ${name}`, () => {
    const scene = createScene();
    assert.equal(verifyExport(crypto, attack(scene)), verdict(scene));
  });
}

test("tells which regions do not hold, whatever is wrong with others", () => {
  const scene = createScene();
  const log = wholeLog(scene);
  assert.equal(brokenRegions(crypto, log), []);
  const broken = withAccess(scene, (access) => ({ ...access, records: replaced(access.records, 5) }));
  assert.equal(brokenRegions(crypto, broken), [ACCESS]);
  const [state, access, notices] = broken.regions;
  assert.equal(brokenRegions(crypto, { ...broken, regions: [state, { ...access, region: 0 }, notices] }), [0, 1]);
  assert.equal(brokenRegions(crypto, { ...log, checkpoint: scene.half, earlier: [log.checkpoint] }), REGIONS);
  assert.equal(brokenRegions(crypto, { ...log, checkpoint: scene.other.sign() }), REGIONS);
});

test("names every single bit flipped, and every length but its own", () => {
  const scene = createScene();
  const whole = wholeLog(scene);
  const log = { ...whole, checkpoint: scene.lock.sign(), earlier: [] };
  const { records } = log.regions[2];
  const judge = (changed: Uint8Array) =>
    verifyExport(crypto, {
      ...log,
      regions: [log.regions[0], log.regions[1], { ...log.regions[2], records: changed }],
    });
  for (let bit = 0; bit < records.length * 8; bit += 3) {
    const flipped = records.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    assert.is.not(judge(flipped).kind, "whole", `bit ${bit}`);
  }
  for (let size = 0; size < records.length; size += 7) assert.is.not(judge(records.slice(0, size)).kind, "whole");
  assert.is.not(judge(concat(records, new Uint8Array(1))).kind, "whole");
  assert.is(judge(records).kind, "whole");
});

test("a bit that aged in the padding on flash is no forgery", () => {
  const { flash, geometry } = createDesk();
  const lockKey = crypto.signingPublicKey(LOCK_SEED);
  const lockId = lockIdOf(crypto, lockKey);
  const journal = Journal.open({ crypto, flash, geometry, lockId, isPowerOn: false, ...NO_SNAPSHOT });
  appendNext(journal, 0);
  flash.flip(8 * (geometry.sectors[0] * flash.sectorBytes + 64 + 63));
  const { records } = exportLoose(journal, ACCESS);
  assert.is(records[0][63], 0);
});

test.run();
