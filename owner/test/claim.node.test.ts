// Goal: a claim of a visit is believed by somebody who has nothing but the lock's label, and whatever was done to one is named.
// Method: a claim is made of a day's journal with a film beside it, forged row by row, and judged by the key alone.

import { readFileSync, writeFileSync } from "node:fs";
import { Decoder } from "cbor-x";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { FIRST_SEQ } from "../../camera/test/film.ts";
import { Tape } from "../../camera/test/tape.ts";
import { type Bytes, concat, toHex } from "../../firmware/bytes.ts";
import { encodeManifest } from "../../firmware/evidence/manifest.ts";
import { Fault } from "../../firmware/fault.ts";
import type { WritableEntry } from "../../firmware/journal/entry.ts";
import { encodeEntry, placeOf } from "../../firmware/journal/payload.ts";
import { Chain, encodeRecord, newPage, recordBytes } from "../../firmware/journal/record.ts";
import { seconds } from "../../firmware/platform.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { judgeFilms } from "../claim/films.ts";
import { type Claim, type ClaimedClip, decodeClaim, encodeClaim, type Piece, type Slice } from "../claim/form.ts";
import { judgeClaim } from "../claim/judge.ts";
import { makeClaim, shelfOf, visitOf } from "../claim/make.ts";
import { sayClaim } from "../claim/say.ts";
import { ageIdentity } from "../clip/unseal.ts";
import { measure } from "../clip/verify.ts";
import {
  CAMERA,
  CLIP,
  CLIP_SECRET,
  CLOSED_LATER,
  COMPANY,
  digestOf,
  FRAMES,
  film,
  NOON,
  OTHER_CAMERA,
  OWNER,
  receiptOf,
  type Scribe,
  SOMETHING,
  tokensOf,
  VISIT,
  write,
} from "./daybook.node.ts";
import { Desk } from "./stage.node.ts";

interface Scene {
  desk: Desk;
  scribe: Scribe;
  other: Scribe;
  claim: Claim;
  /** Of the claim, with what its maker found of the film. */
  bytes: Bytes;
}

const test = suite<Scene>("claims");

test.before((scene) => {
  scene.desk = new Desk();
  scene.scribe = write(1);
  scene.other = write(2);
  const { sealed, note } = film(scene.scribe.lockId, new Tape());
  const path = scene.desk.file("visit.mkv.age");
  writeFileSync(path, sealed);
  const found = { isOk: true, frames: FRAMES, sound: FRAMES };
  const clips: readonly ClaimedClip[] = [{ name: "visit.mkv.age", ...measure(path), manifest: note, found }];
  const shelf = shelfOf(scene.scribe.archive);
  const { leaf } = tokensOf(scene.scribe.lockId);
  const grant = { token: leaf, ownerKey: OWNER.publicKey };
  scene.claim = makeClaim(shelf, visitOf(shelf, VISIT), { grant, clips, receipt: receiptOf(scene.scribe) });
  scene.bytes = encodeClaim(scene.claim);
});
test.after(({ desk }) => desk.close());

const IDENTITIES = async () => [ageIdentity(CLIP_SECRET)];

/** Names what does not hold of a claim, as somebody who has the label finds it. */
async function doubtsOf(scene: Scene, claim: Claim, lockKey = scene.scribe.publicKey): Promise<string[]> {
  const judged = judgeClaim(decodeClaim(encodeClaim(claim)), lockKey);
  const { doubts } = await judgeFilms(judged, { folder: scene.desk.file("."), identities: IDENTITIES });
  return [...judged.doubts, ...doubts].map(({ kind, about }) => (about === "" ? kind : `${kind} ${about}`));
}

test("a genuine claim holds, with its film, and comes back from its bytes as it was", async (scene) => {
  assert.equal(await doubtsOf(scene, scene.claim), []);
  assert.equal(decodeClaim(scene.bytes), scene.claim);
});

test("is what another reader finds: the map of docs/protocol.cddl, and the lock's own records in it", ({
  bytes,
  scribe,
}) => {
  const read = new Decoder({ mapsAsObjects: false, useRecords: false }).decode(bytes) as Map<number, unknown>;
  assert.equal([...read.keys()], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal([read.get(1), read.get(3)], [1, VISIT]);
  const [first, , pieces] = read.get(5) as readonly [number, Uint8Array, readonly unknown[]];
  const records = scribe.regions.get(1)?.records ?? [];
  assert.is(first, 1);
  assert.equal(toHex(pieces[5] as Uint8Array), toHex(records[VISIT - 1] ?? CLIP));
});

test("shows the visit whole, and of all that was before and after it the digests alone", ({ claim }) => {
  const shape = ({ firstSeq, pieces }: Slice) => [
    firstSeq,
    ...pieces.map((piece) => (piece.kind === "whole" ? "shown" : piece.digests.length / 32)),
  ];
  // The enrolment of the camera, one, who came, the visit before, and this one up to two minutes behind, and the next.
  assert.equal(shape(claim.access), [1, "shown", 1, "shown", 1, "shown", "shown", "shown", "shown", "shown", 2]);
  assert.equal(shape(claim.notices), [2, "shown", "shown", "shown", "shown", "shown", 1]);
  const { length } = encodeClaim({ ...claim, grant: undefined, clips: [], receipt: undefined });
  assert.ok(length < 1_800, String(length));
});

const pieceAt = (slice: Slice, place: number, change: (piece: Piece) => readonly Piece[]): Slice => {
  const pieces = slice.pieces.flatMap((piece, index) => (index === place ? change(piece) : [piece]));
  return { ...slice, pieces };
};
const flip = (bytes: Bytes, at: number): Bytes => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
const recordWith = (piece: Piece, change: (record: Bytes) => Bytes): readonly Piece[] =>
  piece.kind === "whole" ? [{ kind: "whole", record: change(piece.record) }] : [piece];

/** Gives a record of the same number that says something else, with its check value right. */
function rewritten(seq: number, at: number, entry: WritableEntry): Piece {
  const { region, type } = placeOf(entry.kind);
  const payload = encodeEntry(entry);
  const page = newPage(recordBytes(payload.length));
  encodeRecord(crypto, page, { region, type, seq, lo: seconds(NOON + at), width: seconds(2), payload });
  return { kind: "whole", record: page.bytes };
}

/** Gives a record's digest in its place. */
function hidden(piece: Piece): readonly Piece[] {
  return piece.kind === "hidden" ? [piece] : [{ kind: "hidden", digests: digestOf(piece.record) }];
}

/** What another lock claims of its own visit. */
function claimOf(scribe: Scribe): Claim {
  const shelf = shelfOf(scribe.archive);
  return makeClaim(shelf, visitOf(shelf, VISIT), { grant: undefined, clips: [], receipt: undefined });
}

/** Leaves the first pieces out, with the link that then stands before. */
function cutFront(slice: Slice, count: number): Slice {
  const chain = new Chain(crypto, write(1).lockId);
  let { prevLink } = slice;
  for (const piece of slice.pieces.slice(0, count))
    if (piece.kind === "whole") prevLink = chain.next(prevLink, digestOf(piece.record));
  return { ...slice, firstSeq: slice.firstSeq + count, prevLink, pieces: slice.pieces.slice(count) };
}

/** Another guest of the company. */
const OTHERS = { leaf: new Uint8Array(8), holder: OWNER.kid, name: "Carl" };

function receiptWith(receipt: (scene: Scene) => Bytes): Forgery {
  return (scene) => ({ ...scene.claim, receipt: receipt(scene) });
}

function grantWith(token: (scene: Scene) => Bytes): Forgery {
  return (scene) => ({ ...scene.claim, grant: { token: token(scene), ownerKey: OWNER.publicKey } });
}

function clipWith({ claim }: Scene, change: Partial<ClaimedClip>): Claim {
  return { ...claim, clips: claim.clips.map((clip) => ({ ...clip, ...change })) };
}

function noteOf({ scribe, claim }: Scene, camera: typeof CAMERA, change: { lockId?: string; clip?: Bytes }): Bytes {
  const [clip] = claim.clips;
  if (clip === undefined) throw new Error("the claim has a film");
  const { hash, size } = clip;
  const range = { lastCheckpoint: 2, firstFrame: FIRST_SEQ, lastFrame: FIRST_SEQ + FRAMES - 1 };
  const recipients = [crypto.agreementPublicKey(CLIP_SECRET)];
  const manifest = { lockId: scribe.lockId, clip: CLIP, hash, size, recipients, ...range, ...change };
  return encodeManifest(crypto, camera, manifest);
}

type Forgery = (scene: Scene) => Claim;
const accessPiece = (place: number, change: (piece: Piece) => readonly Piece[]): Forgery => {
  return ({ claim }) => ({ ...claim, access: pieceAt(claim.access, place, change) });
};
const noticePiece = (place: number, change: (piece: Piece) => readonly Piece[]): Forgery => {
  return ({ claim }) => ({ ...claim, notices: pieceAt(claim.notices, place, change) });
};

/** Where the opening, its end and the alarm stand among the pieces. */
const [OPENING, ENDING, ALARM] = [5, 6, 2];

const FORGERIES: readonly (readonly [name: string, forge: Forgery, named: RegExp])[] = [
  [
    "a changed byte of a record",
    accessPiece(ENDING, (piece) => recordWith(piece, (record) => flip(record, 40))),
    /^record access 7/,
  ],
  ["a record that says something else", accessPiece(ENDING, () => [rewritten(7, 20, CLOSED_LATER)]), /^chain access/],
  [
    "a record cut short",
    accessPiece(ENDING, (piece) => recordWith(piece, (record) => record.slice(0, -32))),
    /^record access 7/,
  ],
  [
    "a record with bytes behind it",
    accessPiece(OPENING, (piece) => recordWith(piece, (record) => concat(record, new Uint8Array(32)))),
    /^record access 6/,
  ],
  ["a record taken out", accessPiece(OPENING, () => []), /^order access 6/],
  [
    "the last record taken out",
    ({ claim }) => ({ ...claim, notices: { ...claim.notices, pieces: claim.notices.pieces.slice(0, -1) } }),
    /^chain notices/,
  ],
  [
    "two records that changed places",
    ({ claim }) => ({
      ...claim,
      notices: pieceAt(
        pieceAt(claim.notices, 1, () => [claim.notices.pieces[2] ?? SOMETHING]),
        2,
        () => [claim.notices.pieces[1] ?? SOMETHING],
      ),
    }),
    /^order notices 3/,
  ],
  ["an alarm that is hidden", noticePiece(ALARM, hidden), /^left-out notices 4$/],
  ["the end of the film hidden", noticePiece(3, hidden), /^left-out notices 5$/],
  [
    "the notices from the middle of the visit on",
    ({ claim }) => ({ ...claim, notices: cutFront(claim.notices, 2) }),
    /^left-out notices/,
  ],
  ["what came behind the visit hidden up to it", accessPiece(7, hidden), /^left-out access 8$/],
  ["the end hidden", accessPiece(ENDING, hidden), /^no-end 6$/],
  ["the opening hidden", accessPiece(OPENING, hidden), /^visit 6$/],
  ["another visit's number", ({ claim }) => ({ ...claim, visit: 4 }), /^visit 4$|^no-end 4$|^grant/],
  ["a number that no record has", ({ claim }) => ({ ...claim, visit: 77 }), /^visit 77$/],
  ["another lock's key", ({ claim, other }) => ({ ...claim, lockKey: other.publicKey }), /^lock$/],
  ["another lock's checkpoint", ({ claim, other }) => ({ ...claim, checkpoint: other.sign() }), /^checkpoint$/],
  ["a changed checkpoint", ({ claim }) => ({ ...claim, checkpoint: flip(claim.checkpoint, 90) }), /^checkpoint$/],
  ["another lock's records", ({ claim, other }) => ({ ...claim, access: claimOf(other).access }), /^chain access/],
  [
    "the link before the first record changed",
    ({ claim }) => ({ ...claim, notices: { ...claim.notices, prevLink: new Uint8Array(32) } }),
    /^chain notices/,
  ],
  ["another grant of the same guest", grantWith(({ scribe }) => tokensOf(scribe.lockId).other), /^grant another one$/],
  ["a grant for another lock", grantWith(({ other }) => tokensOf(other.lockId).leaf), /^grant lock$/],
  [
    "a grant that somebody else signed",
    ({ claim }) => ({ ...claim, grant: claim.grant && { ...claim.grant, ownerKey: COMPANY.publicKey } }),
    /^grant unknown-key$/,
  ],
  ["a changed grant", grantWith(({ claim }) => flip(claim.grant?.token ?? CLIP, 200)), /^grant /],
  ["what is no grant", grantWith(({ claim }) => claim.checkpoint), /^grant shape$/],
  [
    "another camera's note",
    (scene) => clipWith(scene, { manifest: noteOf(scene, OTHER_CAMERA, {}) }),
    /^manifest visit.mkv.age$/,
  ],
  [
    "a note of another lock",
    (scene) => clipWith(scene, { manifest: noteOf(scene, CAMERA, { lockId: "AAAAAAAAAAA" }) }),
    /^manifest visit.mkv.age$/,
  ],
  [
    "a note of another clip",
    (scene) => clipWith(scene, { manifest: noteOf(scene, CAMERA, { clip: new Uint8Array(16) }) }),
    /^manifest visit.mkv.age$/,
  ],
  [
    "a changed note",
    (scene) => clipWith(scene, { manifest: flip(scene.claim.clips[0]?.manifest ?? CLIP, 80) }),
    /^manifest visit.mkv.age$/,
  ],
  ["another hash of the film", (scene) => clipWith(scene, { hash: new Uint8Array(32) }), /^clip visit.mkv.age$/],
  ["another size of the film", (scene) => clipWith(scene, { size: 5 }), /^clip visit.mkv.age$/],
  [
    "a film that is not here, and not the one noted",
    (scene) => clipWith(scene, { name: "away.mkv", hash: new Uint8Array(32) }),
    /^clip away.mkv$/,
  ],
  [
    "more pictures claimed than there are",
    (scene) => clipWith(scene, { found: { isOk: true, frames: 31, sound: 31 } }),
    /^found visit.mkv.age$/,
  ],
  ["a receipt of another visit", receiptWith(({ scribe }) => receiptOf(scribe, { visit: 4 })), /^receipt$/],
  ["another lock's receipt", receiptWith(({ other }) => receiptOf(other)), /^receipt$/],
  ["a receipt for another guest", receiptWith(({ scribe }) => receiptOf(scribe, { grant: OTHERS })), /^receipt$/],
  [
    "a receipt that names another end of the journal",
    receiptWith(({ scribe }) => receiptOf(scribe, { head: scribe.headAt(8) })),
    /^receipt$/,
  ],
  ["a changed receipt", receiptWith(({ claim }) => flip(claim.receipt ?? CLIP, 60)), /^receipt$/],
  ["the camera's enrolment hidden", accessPiece(0, hidden), /^camera nothing in it says/],
];

for (const [name, forge, named] of FORGERIES) {
  test(`names ${name}`, async (scene) => {
    const doubts = await doubtsOf(scene, forge(scene));
    assert.ok(
      doubts.some((doubt) => named.test(doubt)),
      doubts.join("; ") || "it was believed",
    );
  });
}

test("believes no claim by another lock's label", async (scene) => {
  assert.equal(await doubtsOf(scene, scene.claim, scene.other.publicKey), ["lock"]);
});

test("names a film whose bytes were changed, also where hash and note go with it", async (scene) => {
  const path = scene.desk.file("visit.mkv.age");
  const film = new Uint8Array(readFileSync(path));
  writeFileSync(path, flip(film, film.length - 900));
  assert.equal(await doubtsOf(scene, scene.claim), ["clip visit.mkv.age"]);
  assert.equal(await doubtsOf(scene, clipWith(scene, measure(path))), ["clip visit.mkv.age"]);
  writeFileSync(path, film);
  assert.equal(await doubtsOf(scene, scene.claim), []);
});

test("names a film that nobody opens, and that is not the file which the camera noted", async (scene) => {
  const { desk, scribe } = scene;
  const { sealed } = film(scribe.lockId, new Tape());
  const path = desk.file("another.mkv.age");
  writeFileSync(path, flip(sealed, sealed.length - 900));
  const changed = clipWith(scene, { name: "another.mkv.age", ...measure(path) });
  const judged = judgeClaim(changed, scribe.publicKey);
  for (const keys of [undefined, [ageIdentity(new Uint8Array(32).fill(7))]]) {
    const sought = { folder: desk.file("."), identities: async () => keys };
    const { films, doubts } = await judgeFilms(judged, sought);
    assert.equal([films[0]?.state, doubts], ["sealed", [{ kind: "clip", about: "another.mkv.age" }]]);
    const said = sayClaim({ claim: changed, judged, films, doubts }, parseZone("UTC0"));
    assert.match(said.join("\n"), /^NOT OK.*frames \d+ to \d+: NOT the file that the camera noted; it is encrypted/s);
    const genuine = await judgeFilms(judgeClaim(scene.claim, scribe.publicKey), sought);
    assert.equal([genuine.films[0]?.state, genuine.doubts], ["sealed", []]);
  }
});

test("names a film of another visit, whatever it is called", async (scene) => {
  const { scribe, claim } = scene;
  const shelf = shelfOf(scribe.archive);
  const former = makeClaim(shelf, visitOf(shelf, 4), { ...claim, grant: undefined, receipt: undefined });
  const doubts = await doubtsOf(scene, former);
  assert.equal(doubts, ["manifest visit.mkv.age (the lock recorded no film of this visit)"]);
});

test("says no more of a grant than what it has: the owner's root alone is enough, and none is none", async (scene) => {
  const { claim, scribe } = scene;
  const { root } = tokensOf(scribe.lockId);
  assert.equal(await doubtsOf(scene, { ...claim, grant: { token: root, ownerKey: OWNER.publicKey } }), []);
  assert.equal(await doubtsOf(scene, { ...claim, grant: undefined, clips: [] }), []);
});

test("refuses a file that was cut anywhere, or has a byte more", ({ bytes }) => {
  for (let size = 0; size < bytes.length; size += 7)
    assert.throws(() => decodeClaim(bytes.slice(0, size)), undefined, String(size));
  assert.throws(() => decodeClaim(concat(bytes, Uint8Array.of(0))));
});

test("believes no bit that was changed in the part of the lock and of the grant", async (scene) => {
  const bytes = encodeClaim({ ...scene.claim, clips: [] });
  for (let at = 0; at < bytes.length; at += 3) {
    let doubts = ["shape"];
    try {
      doubts = judgeClaim(decodeClaim(flip(bytes, at)), scene.scribe.publicKey).doubts.map(({ kind }) => kind);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
    assert.ok(doubts.length > 0, `byte ${at} is nobody's`);
  }
});

test("claims nothing of a visit whose notices were overwritten before they were fetched", ({ scribe }) => {
  const { archive } = scribe;
  const regions = archive.regions.map((kept) => {
    if (kept.region !== 2) return kept;
    const records = scribe.regions.get(2)?.records ?? [];
    let { prevLink } = kept;
    const chain = new Chain(crypto, scribe.lockId);
    for (const record of records.slice(0, 3)) prevLink = chain.next(prevLink, digestOf(record));
    return { ...kept, firstSeq: 4, prevLink, records: concat(...records.slice(3)) };
  });
  const shelf = shelfOf({ ...archive, regions });
  const claim = makeClaim(shelf, visitOf(shelf, VISIT), { grant: undefined, clips: [], receipt: undefined });
  assert.equal(
    judgeClaim(claim, scribe.publicKey).doubts.map(({ kind }) => kind),
    ["left-out"],
  );
  assert.throws(() => visitOf(shelf, 2), /No visit 2/);
});

test.run();
