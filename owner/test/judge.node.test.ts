// Goal: what a claim's times do not tell is found by numbers: a camera that came after the visit, records of a visit in which the
// power was cut and the lock's time went back, and a film whose name is none.
// Method: a journal is written for each row, claimed, and judged by the lock's key; then one record of it is hidden.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { encodeManifest } from "../../firmware/evidence/manifest.ts";
import { encodeBody } from "../../firmware/grant/body.ts";
import type { WritableEntry } from "../../firmware/journal/entry.ts";
import { seconds } from "../../firmware/platform.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { type Claim, type ClaimedClip, decodeClaim, encodeClaim, type Slice } from "../claim/form.ts";
import { judgeClaim, signedEarly } from "../claim/judge.ts";
import { makeClaim, shelfOf, visitOf } from "../claim/make.ts";
import { claimObject, sayClaim } from "../claim/say.ts";
import { CAMERA, CLIP, COURIER, digestOf, NOON, OWNER, Scribe } from "./daybook.node.ts";

const ROOT = new Uint8Array(8);
const HASH = new Uint8Array(32);
/** The visit's record, among those that `begin` and a row write. */
const VISIT = 2;

/** A lock whose second record of the access region opens a visit. */
function begin(first: readonly WritableEntry[] = []): Scribe {
  const scribe = new Scribe(1);
  for (const entry of first) scribe.write(-9_500, entry);
  scribe.write(-9_000, { kind: "inside", count: 1 });
  scribe.write(-9_000, { kind: "alarm", alarm: "ajar", count: 1 });
  const spends = [{ link8: ROOT, used: 1, until: seconds(NOON + 900) }];
  const who = { source: "phone", actor: COURIER.kid, root: ROOT } as const;
  scribe.write(0, { kind: "intent", operation: 0, ...who, cameraProof: 2, spends });
  return scribe;
}

function closing(outcome: "secured" | "power-cut", intent = VISIT): WritableEntry {
  const after = { openedAfter: 3, closedAfter: 9, securedAfter: 12 };
  return { kind: "closing", intent, outcome, ...after, witnesses: 3 };
}

function claimOf(scribe: Scribe, clips: readonly ClaimedClip[] = [], visit = VISIT): Claim {
  const shelf = shelfOf(scribe.archive);
  return makeClaim(shelf, visitOf(shelf, visit), { grant: undefined, clips, receipt: undefined });
}

function doubtsOf(claim: Claim, { publicKey }: Scribe): string[] {
  return judgeClaim(decodeClaim(encodeClaim(claim)), publicKey).doubts.map(({ kind, about }) => `${kind} ${about}`);
}

/** Leaves of one record its digest. */
function hide(slice: Slice, seq: number): Slice {
  const pieces = slice.pieces.map((piece, place) =>
    piece.kind === "whole" && slice.firstSeq + place === seq
      ? ({ kind: "hidden", digests: digestOf(piece.record) } as const)
      : piece,
  );
  return { ...slice, pieces };
}

function clipOf({ lockId }: Scribe, name: string): ClaimedClip {
  const range = { lastCheckpoint: 0, firstFrame: 1, lastFrame: 2 };
  const note = { lockId, clip: CLIP, hash: HASH, size: 1, recipients: [CAMERA.publicKey.slice()], ...range };
  return { name, hash: HASH, size: 1, manifest: encodeManifest(crypto, CAMERA, note), found: undefined };
}

test("names a film of a camera that came after the visit", () => {
  const scribe = begin();
  scribe.write(20, closing("secured"));
  const board = { role: 2, agreementKey: HASH, signingKey: CAMERA.publicKey.slice() };
  const body = { kind: 2, board } as const;
  scribe.write(600, { kind: "statement", actor: OWNER.kid, sequence: 2, body, encodedBody: encodeBody(2, body) });
  const [doubt = ""] = doubtsOf(claimOf(scribe, [clipOf(scribe, "visit.mkv.age")]), scribe);
  assert.match(doubt, /^camera nothing in it says/);
});

/** A lock that enrolled its camera, whose third record of the access region opens a visit. */
function beginFilmed(): Scribe {
  const board = { role: 2, agreementKey: HASH, signingKey: CAMERA.publicKey.slice() };
  const body = { kind: 2, board } as const;
  return begin([{ kind: "statement", actor: OWNER.kid, sequence: 2, body, encodedBody: encodeBody(2, body) }]);
}

function cameraRecord(clip: Uint8Array<ArrayBuffer>, visit: number): WritableEntry {
  const head = { clip, chain: HASH, frame: 7 };
  return { kind: "camera", event: "end", visit, verdict: 0, head, power: 5, powerHash: ROOT };
}

const RECORDED: readonly (readonly [what: string, record: WritableEntry | undefined, doubts: readonly string[]])[] = [
  ["this clip of this visit", cameraRecord(CLIP, VISIT + 1), []],
  ["nothing", undefined, ["manifest visit.mkv.age (the lock recorded no film of this visit)"]],
  ["another clip of this visit", cameraRecord(new Uint8Array(16), VISIT + 1), ["manifest visit.mkv.age"]],
  [
    "this clip of another visit",
    cameraRecord(CLIP, VISIT),
    ["manifest visit.mkv.age (the lock recorded no film of this visit)"],
  ],
];

for (const [what, record, doubts] of RECORDED)
  test(`holds a film to its lock where that recorded ${what}`, () => {
    const scribe = beginFilmed();
    scribe.write(20, closing("secured", VISIT + 1));
    if (record !== undefined) scribe.write(25, record);
    assert.equal(doubtsOf(claimOf(scribe, [clipOf(scribe, "visit.mkv.age")], VISIT + 1), scribe), doubts);
  });

test("shows a visit in which the power was cut, whose time went back, and names what is hidden of it", () => {
  const scribe = begin();
  scribe.write(10, { kind: "alarm", alarm: "dwell", count: 1 });
  scribe.write(20, { kind: "inside", count: 1 });
  scribe.write(-601, { kind: "alarm", alarm: "tamper", count: 1 });
  scribe.write(-600, closing("power-cut"));
  scribe.write(2_000, { kind: "inside", count: 1 });
  scribe.write(2_000, { kind: "alarm", alarm: "ajar", count: 1 });
  const claim = claimOf(scribe);
  assert.equal(doubtsOf(claim, scribe), []);
  assert.equal(doubtsOf({ ...claim, access: hide(claim.access, 3) }, scribe), ["left-out access 3"]);
  assert.equal(doubtsOf({ ...claim, notices: hide(claim.notices, 2) }, scribe), ["left-out notices 2"]);
});

const SIGNED: readonly (readonly [
  what: string,
  signsAt: number,
  later: number | undefined,
  early: number | undefined,
])[] = [
  ["at once", 20, undefined, 0],
  ["after a minute", 80, undefined, 60],
  ["a second too early", 139, undefined, 119],
  ["after two minutes", 140, undefined, undefined],
  ["after a minute, with a record within it", 80, 70, 60],
  // The lock's time went back after that record.
  ["after a minute, behind a record of a later time", 80, 300, undefined],
];

for (const [what, signsAt, later, early] of SIGNED)
  test(`says how much is in a claim whose journal was signed ${what}`, () => {
    const scribe = begin();
    scribe.write(20, closing("secured"));
    if (later !== undefined) scribe.write(later, { kind: "inside", count: 2 });
    scribe.signsAt = signsAt;
    const claim = claimOf(scribe);
    const judged = judgeClaim(claim, scribe.publicKey);
    assert.equal([judged.doubts, signedEarly(judged)], [[], early]);
    const found = { claim, judged, films: [], doubts: [] };
    const note = `signed ${early} s behind the end of the visit; what came later is not in it`;
    assert.is(sayClaim(found, parseZone("UTC0")).includes(`Note:     ${note}`), early !== undefined);
    assert.equal(claimObject(found)["notes"], early === undefined ? [] : [note]);
  });

for (const name of ["../visit.mkv.age", "a\\b", "a\0b", ".", ".."])
  test(`refuses ${JSON.stringify(name)} as the name of a film`, () => {
    const scribe = begin();
    scribe.write(20, closing("secured"));
    assert.throws(() => decodeClaim(encodeClaim(claimOf(scribe, [clipOf(scribe, name)]))), /journal.corrupt/);
  });

test.run();
