// Readers of what cameras and viewers send, and of what is left of a visit: films, notes, records of the switch, receipts, claims.
// Why: whoever shows a film or a claim made its bytes, and whoever stands on a camera's network sends it what he likes.
// What is signed is read as if every signature held: so what stands behind the check is tried, and not the check.

import { fileName } from "../../camera/card.ts";
import { ClipWriter } from "../../camera/clip.ts";
import { Evidence } from "../../camera/evidence.ts";
import { Homes, responseOf } from "../../camera/homes.ts";
import { fromLines, RequestReader } from "../../camera/http.ts";
import { Shelf } from "../../camera/shelf.ts";
import { type Bytes, concat, fromAscii, toHex } from "../../firmware/bytes.ts";
import { type Crypto, HASH_BYTES } from "../../firmware/crypto/crypto.ts";
import { verifyFootage } from "../../firmware/evidence/footage.ts";
import { verifyManifest } from "../../firmware/evidence/manifest.ts";
import { ClipReader } from "../../firmware/evidence/matroska.ts";
import { verifyRail } from "../../firmware/evidence/rail.ts";
import { verifyReceipt } from "../../firmware/evidence/receipt.ts";
import { readSegment } from "../../firmware/evidence/segment.ts";
import { ClipVerifier } from "../../firmware/evidence/verify.ts";
import { assert } from "../../firmware/fault.ts";
import { ACCESS, encodeRecord, NOTICES, newPage, recordBytes } from "../../firmware/journal/record.ts";
import { checkFrame } from "../../firmware/link/frame.ts";
import { REALM, secretOf } from "../../firmware/link/password.ts";
import {
  encodePicture,
  encodePieces,
  parseAnswer,
  parsePicture,
  parseRequest,
  readPiece,
} from "../../firmware/link/viewer.ts";
import { encodeSframeHeader, readSframeHeader, Sframe } from "../../firmware/media/sframe.ts";
import { millis, seconds } from "../../firmware/platform.ts";
import { type Claim, decodeClaim, encodeClaim } from "../../owner/claim/form.ts";
import { walkSlice } from "../../owner/claim/records.ts";
import { castOf, NOW, repeated } from "../examples/keys.ts";
import type { Example } from "../examples.ts";
import { MemoryCard } from "../memorycard.ts";
import { Stream } from "../random.ts";
import { quiet, type Row } from "./reading.ts";

const CLIP = repeated(0xc1, 16);
const COUNTER = 9;
const FRAMES = 12;
const FRAME_MILLIS = 250;
const JPEG = concat(Uint8Array.of(0xff, 0xd8, 0xff, 0xfe, 0, 42), repeated(7, 40), Uint8Array.of(0xff, 0xd9));
const ACCOUNT = { user: "home", password: "a long one" };
const HEAD = { ping: 3, frame: 71_003, ms: 12_500, verdict: 0, isRecording: true, isInfrared: false };

/** Gives all of them, with the protocol's own examples, and films and claims that are made of those. */
export function filmRows(crypto: Crypto, all: readonly Example[]): readonly Row[] {
  const { lock, camera, lockId } = castOf(crypto);
  const trusting: Crypto = { ...crypto, verify: () => true };
  const ofRule = (rule: string) => all.filter((example) => example.rule === rule).map(({ bytes }) => bytes);
  const [film, frame] = filmOf(crypto);
  return [
    ["parseViewerRequest", ofRule("viewer-request"), quiet(parseRequest)],
    ["parseViewerAnswer", ofRule("viewer-answer"), quiet(parseAnswer)],
    ...mediaRows(crypto),
    ["verifyFootage", ofRule("footage"), quiet((bytes) => verifyFootage(trusting, camera.publicKey, bytes))],
    ["verifyManifest", ofRule("clip"), quiet((bytes) => verifyManifest(trusting, camera.publicKey, bytes))],
    ["verifyRail", ofRule("rail"), quiet((bytes) => verifyRail(trusting, camera.publicKey, bytes))],
    ["verifyReceipt", ofRule("receipt"), quiet((bytes) => verifyReceipt(trusting, lock.publicKey, bytes))],
    ["readSegment", [frame], quiet(readSegment)],
    ["a film", [film], quiet((bytes) => judgeFilm(trusting, camera.publicKey, bytes))],
    ["a claim", [claimOf(crypto, all)], quiet((bytes) => judgeClaim(lockId, bytes))],
    ["a mark on the card", [markOf()], quiet(readMark)],
    homesRow(crypto),
    ["RequestReader", [askOf()], quiet(readHead)],
  ];
}

function mediaRows(crypto: Crypto): readonly Row[] {
  const key = repeated(0x0b, 32);
  const picture = encodePicture(HEAD, JPEG);
  const sealed = new Sframe(crypto, key).seal(COUNTER, picture);
  const sframe = new Sframe(crypto, key);
  const headers = [0, 7, 8, 255, 256, 0xffff_ffff].map((counter) => encodeSframeHeader(counter % 9, counter));
  return [
    ["parsePicture", [picture], quiet(parsePicture)],
    ["readSframeHeader", headers, quiet(readSframeHeader)],
    ["Sframe", [sealed], quiet((bytes) => sframe.open(COUNTER, bytes))],
    ["readPiece", encodePieces(1, COUNTER, repeated(5, 2_900)), quiet(readChecked)],
  ];
}

function readChecked(frame: Bytes): void {
  checkFrame(frame);
  readPiece(frame);
}

/** Three seconds, as a camera signs and writes them. @returns the film, and one frame of it with a checkpoint */
function filmOf(crypto: Crypto): readonly [film: Bytes, frame: Bytes] {
  const { camera, lockId } = castOf(crypto);
  const evidence = new Evidence(crypto, camera, { lockId, clip: CLIP, visit: 41 });
  const pieces: Uint8Array[] = [];
  const writer = new ClipWriter(
    { append: (bytes) => void pieces.push(bytes.slice()), flush: () => {} },
    { width: 640, height: 480 },
  );
  let signed = new Uint8Array(0);
  for (let place = 0; place < FRAMES; place++) {
    const frame = { seq: 1_000 + place, ms: FRAME_MILLIS * place, jpeg: JPEG };
    const isLast = place === FRAMES - 1;
    const start = isLast ? evidence.takeLast(frame, { power: 5 }) : evidence.take(frame, { power: 5 });
    const picture = JPEG.subarray(2);
    writer.add([start, picture], frame.ms);
    if (start.length > signed.length) signed = concat(start, picture);
  }
  writer.close();
  return [concat(...pieces), signed];
}

/** Reads as somebody does to whom a film is shown: in pieces, to the end, every frame judged. */
function judgeFilm(crypto: Crypto, cameraKey: Bytes, bytes: Bytes): void {
  const verifier = new ClipVerifier(crypto, cameraKey, { visit: 41 });
  const reader = new ClipReader(({ jpeg, shownAt }) => verifier.add(jpeg, shownAt));
  const middle = bytes.length >> 1;
  reader.push(bytes.slice(0, middle));
  reader.push(bytes.slice(middle));
  verifier.finish(reader.finish());
}

/** A claim with a record in each region between others that it hides, and with everything that a claim may have. */
function claimOf(crypto: Crypto, all: readonly Example[]): Bytes {
  const { lock, owner } = castOf(crypto);
  const firstOf = (end: string): Bytes => {
    const first = all.find(({ rule }) => rule.endsWith(end))?.bytes;
    assert(first !== undefined, "each has an example");
    return first;
  };
  const record = (region: 1 | 2, type: number, payload: Bytes): Bytes => {
    const page = newPage(recordBytes(payload.length));
    encodeRecord(crypto, page, { region, type, seq: 42, lo: NOW, width: seconds(1), payload });
    return page.bytes.slice();
  };
  const slice = <Region extends 1 | 2>(region: Region, type: number) => ({
    ...{ region, firstSeq: 40, prevLink: repeated(3, HASH_BYTES) },
    pieces: [
      { kind: "hidden", digests: repeated(4, 2 * HASH_BYTES) } as const,
      { kind: "whole", record: record(region, type, firstOf(`-${type}`)) } as const,
    ],
  });
  const found = { isOk: true, frames: 12, sound: 12 };
  const claim: Claim = {
    ...{ lockKey: lock.publicKey, visit: 42, checkpoint: firstOf("checkpoint"), receipt: firstOf("receipt") },
    access: slice(ACCESS, 16),
    notices: slice(NOTICES, 34),
    grant: { token: firstOf("root-token"), ownerKey: owner.publicKey },
    clips: [
      { name: "film.mkv.age", hash: repeated(0xf1, HASH_BYTES), size: 5_242_880, manifest: firstOf("clip"), found },
    ],
  };
  return encodeClaim(claim);
}

function judgeClaim(lockId: string, bytes: Bytes): void {
  const { access, notices } = decodeClaim(bytes);
  const head = { seq: 42, link: repeated(0, HASH_BYTES) };
  walkSlice(lockId, access, head);
  walkSlice(lockId, notices, head);
}

/** What a camera remembers of a clip, as it stands on its card. */
function markOf(): Bytes {
  const card = new MemoryCard();
  const shelf = new Shelf(card, { roomBytes: 1, keepSeconds: 1 });
  const times = { endedLo: NOW, endedBefore: seconds(NOW + 60) };
  const mark = { clip: CLIP, visit: 41, firstFrame: 1_000, lastFrame: 1_012, ...times };
  shelf.mark({ ...mark, isFetched: true, isKept: false, isOpen: false }, 5_000);
  const bytes = card.file(fileName(CLIP, "mark"));
  assert(bytes !== undefined, "a mark is on the card");
  return bytes;
}

/** A camera starts with such a card. */
function readMark(bytes: Bytes): void {
  const card = new MemoryCard();
  card.put(fileName(CLIP, "mark"), bytes);
  const shelf = new Shelf(card, { roomBytes: 1, keepSeconds: 1 });
  if (shelf.work()) shelf.makeRoom(NOW);
}

/** What a home's computer sends. */
function askOf(): Bytes {
  const lines = [
    "GET /stream.mjpeg HTTP/1.1",
    "Host: camera:7447",
    "User-Agent: home/1.0",
    "Accept: */*",
    "Content-Length: 0",
  ];
  return fromLines([...lines, 'Authorization: Digest username="home", nc=00000001', ""]);
}

/** Reads a request in two pieces, and no more than its bound. */
function readHead(bytes: Bytes): void {
  const reader = new RequestReader();
  const half = bytes.length >> 1;
  if (reader.push(bytes.subarray(0, half)) === undefined) reader.push(bytes.subarray(half));
}

/** What a home's computer says of itself: a right answer to a nonce that the judge does not know. */
function homesRow(crypto: Crypto): Row {
  const random = new Stream(1, "homes");
  const account = { user: ACCOUNT.user, secret: secretOf(crypto, ACCOUNT) };
  const homes = new Homes({ crypto, random }, account, millis(0));
  const asked = { method: "GET", uri: "/snapshot.jpg", nonce: "bm9uY2U", count: "00000001", cnonce: "Y25vbmNl" };
  const { uri, nonce, count, cnonce } = asked;
  const response = toHex(responseOf(crypto, account.secret, asked));
  const named = `Digest username="${ACCOUNT.user}", realm="${REALM}", uri="${uri}", algorithm=SHA-256`;
  const header = `${named}, nonce="${nonce}", nc=${count}, cnonce="${cnonce}", qop=auth, response="${response}"`;
  let now = 0;
  const judge = (bytes: Bytes) => {
    now += 10_000;
    const authorization = String.fromCharCode(...bytes.subarray(0, 1_200));
    const verdict = homes.judge({ method: "GET", uri, authorization }, millis(now));
    if (verdict.kind === "welcome") throw new Error("somebody is welcome without a nonce of ours");
  };
  return ["Homes", [fromAscii(header)], quiet(judge)];
}
