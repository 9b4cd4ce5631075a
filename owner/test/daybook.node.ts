// A lock's journal of a day with three visits, written with the lock's own encoders, and a film of the second.
// Why: claims are cut out of such a journal, and forged in every way; the tests of that say only what is done to them.

import { crypto } from "#crypto";
import { AgeWriter } from "../../camera/age.ts";
import { Recording } from "../../camera/recording.ts";
import type { Sink } from "../../camera/sink.ts";
import { cameraOf, FIRST_SEQ, filmOf, smallPicture } from "../../camera/test/film.ts";
import { SeededRandom } from "../../camera/test/sealing.ts";
import { Tape } from "../../camera/test/tape.ts";
import { type Bytes, concat } from "../../firmware/bytes.ts";
import { kid8, lockIdOf } from "../../firmware/cose/key.ts";
import { encodeManifest } from "../../firmware/evidence/manifest.ts";
import { encodeReceipt, type Receipt } from "../../firmware/evidence/receipt.ts";
import { chainSeed, readSegment } from "../../firmware/evidence/segment.ts";
import { encodeBody } from "../../firmware/grant/body.ts";
import { link8Of } from "../../firmware/grant/chain.ts";
import { issueLink, issueRoot } from "../../firmware/grant/issue.ts";
import { encodeCheckpoint } from "../../firmware/journal/checkpoint.ts";
import type { ClipHead, WritableEntry } from "../../firmware/journal/entry.ts";
import { encodeEntry, placeOf } from "../../firmware/journal/payload.ts";
import { Chain, encodeRecord, newPage, REGIONS, type Region, recordBytes } from "../../firmware/journal/record.ts";
import { seconds } from "../../firmware/platform.ts";
import type { Archive } from "../archive.ts";
import type { Piece } from "../claim/form.ts";
import { signerOfSeed } from "../ownership.ts";

export const NOON = 1_795_000_000;
export const CLIP = new Uint8Array(16).fill(0xc1);
export const CAMERA = cameraOf(7);
export const OTHER_CAMERA = cameraOf(8);
export const OWNER = signerOfSeed(new Uint8Array(32).fill(3));
export const COMPANY = signerOfSeed(new Uint8Array(32).fill(4));
export const COURIER = signerOfSeed(new Uint8Array(32).fill(5));
const HOUR = 3_600;
export const FRAMES = 30;
export const CLIP_SECRET = new Uint8Array(32).fill(0x61);
export const SOMETHING: Piece = { kind: "hidden", digests: new Uint8Array(32) };
export const CLOSED_LATER: WritableEntry = {
  kind: "closing",
  intent: 6,
  outcome: "secured",
  openedAfter: 3,
  closedAfter: 90,
  securedAfter: 99,
  witnesses: 3,
};
/** The visit's record, among those that `write` makes. */
export const VISIT = 6;

/** Gives the digest of a record as it is written: SHA-256 of header and payload, the check value zero. */
export function digestOf(record: Bytes): Bytes {
  const bytes = record.slice();
  bytes.fill(0, 16, 20);
  return crypto.sha256(bytes.subarray(0, 32 + (bytes[2] ?? 0) + 256 * (bytes[3] ?? 0)));
}

/** A lock's key, and how it writes. */
export class Scribe {
  readonly seed: Bytes;
  readonly publicKey: Bytes;
  readonly lockId: string;
  readonly regions = new Map<Region, { records: Bytes[]; link: Bytes }>();
  /** When it signs its journal, in seconds behind noon. */
  signsAt = HOUR;
  private readonly chain: Chain;

  constructor(byte: number) {
    this.seed = new Uint8Array(32).fill(byte);
    this.publicKey = crypto.signingPublicKey(this.seed);
    this.lockId = lockIdOf(crypto, this.publicKey);
    this.chain = new Chain(crypto, this.lockId);
    for (const region of REGIONS) this.regions.set(region, { records: [], link: this.chain.start(region) });
  }

  write(at: number, entry: WritableEntry): void {
    const { region, type } = placeOf(entry.kind);
    const kept = this.regions.get(region);
    if (kept === undefined) throw new Error("there are three regions");
    const payload = encodeEntry(entry);
    const page = newPage(recordBytes(payload.length));
    const seq = kept.records.length + 1;
    const time = { lo: seconds(NOON + at), width: seconds(2) };
    const digest = encodeRecord(crypto, page, { region, type, seq, ...time, payload });
    kept.records.push(page.bytes);
    kept.link = this.chain.next(kept.link, digest);
  }

  /** The end of the access region when its record of that number was the last. */
  headAt(seq: number): { readonly seq: number; readonly link: Bytes } {
    let link = this.chain.start(1);
    for (const record of this.regions.get(1)?.records.slice(0, seq) ?? [])
      link = this.chain.next(link, digestOf(record));
    return { seq, link };
  }

  sign(): Bytes {
    const head = (region: Region) => {
      const { records, link } = this.regions.get(region) ?? { records: [], link: new Uint8Array(32) };
      return { seq: records.length, link };
    };
    const time = { boots: 1, lo: seconds(NOON + this.signsAt), hi: seconds(NOON + this.signsAt + 2) };
    return encodeCheckpoint(crypto, this, { lockId: this.lockId, heads: [head(0), head(1), head(2)], ...time });
  }

  get archive(): Archive {
    const regions = REGIONS.map((region) => {
      const records = concat(...(this.regions.get(region)?.records ?? []));
      return { region, firstSeq: 1, prevLink: this.chain.start(region), records };
    });
    return { lockId: this.lockId, lockKey: this.publicKey, regions, checkpoint: this.sign(), earlier: [] };
  }
}

export function tokensOf(lockId: string) {
  const permissions = 3;
  const claims = { lockId, expiry: seconds(NOON + 9 * HOUR), permissions, generation: 0, cameraRule: 2, depth: 1 };
  const identifier = (byte: number) => new Uint8Array(8).fill(byte);
  const root = issueRoot(
    OWNER.kid,
    { ...claims, identifier: identifier(1), key: COMPANY.publicKey, name: "Parcel Co", uses: 5 },
    OWNER.sign,
  );
  const leaf = issueLink(
    root,
    { identifier: identifier(2), key: COURIER.publicKey, name: "Carl", uses: 1 },
    COMPANY.sign,
  );
  const other = issueRoot(
    OWNER.kid,
    { ...claims, identifier: identifier(3), key: COURIER.publicKey, name: "Carl" },
    OWNER.sign,
  );
  return { root, leaf, other };
}

/** Writes the journal of a day with three visits; the middle one is claimed. */
export function write(byte: number): Scribe {
  const scribe = new Scribe(byte);
  const { root, leaf } = tokensOf(scribe.lockId);
  const [rootLink, leafLink] = [link8Of(crypto, root), link8Of(crypto, leaf)];
  const board = { role: 2, agreementKey: new Uint8Array(32).fill(6), signingKey: CAMERA.publicKey.slice() };
  const body = { kind: 2, board } as const;
  const names = ["Parcel Co", "Carl"];
  const intent = (used: number): WritableEntry => ({
    kind: "intent",
    operation: 0,
    source: "phone",
    actor: COURIER.kid,
    root: rootLink,
    cameraProof: 2,
    spends: [
      { link8: rootLink, used, until: seconds(NOON + 9 * HOUR) },
      { link8: leafLink, used: 1, until: seconds(NOON + 9 * HOUR) },
    ],
  });
  const closing = (of: number): WritableEntry => ({
    kind: "closing",
    intent: of,
    outcome: "secured",
    openedAfter: 3,
    closedAfter: 9,
    securedAfter: 12,
    witnesses: 3,
  });
  const heads = cameraHeads(scribe.lockId);
  const camera = (event: "start" | "end", head: (typeof heads)[0]): WritableEntry => {
    const powerHash = new Uint8Array(8);
    return { kind: "camera", event, visit: VISIT, verdict: 0, head, power: 5, powerHash };
  };
  scribe.write(-9_000, { kind: "statement", actor: OWNER.kid, sequence: 2, body, encodedBody: encodeBody(2, body) });
  scribe.write(-8_000, { kind: "inside", count: 1 });
  scribe.write(-7_000, { kind: "who", leaf: leafLink, holder: COURIER.kid, names, root: rootLink });
  scribe.write(-6_000, intent(1));
  scribe.write(-5_900, closing(4));
  scribe.write(-5_000, { kind: "alarm", alarm: "ajar", count: 1 });
  scribe.write(-4_000, { kind: "alarm", alarm: "clock", count: 1 });
  scribe.write(0, intent(2));
  scribe.write(1, camera("start", heads[0]));
  scribe.write(5, { kind: "alarm", alarm: "dwell", count: 1 });
  scribe.write(20, closing(VISIT));
  scribe.write(25, camera("end", heads[1]));
  scribe.write(60, { kind: "inside", count: 1 });
  scribe.write(1_000, { kind: "inside", count: 2 });
  scribe.write(1_000, { kind: "alarm", alarm: "ajar", count: 2 });
  scribe.write(2_000, intent(3));
  scribe.write(2_020, closing(10));
  scribe.write(2_030, { kind: "alarm", alarm: "ajar", count: 3 });
  return scribe;
}

function occasionOf(lockId: string) {
  const { leaf } = tokensOf(lockId);
  return { lockId, clip: CLIP, visit: VISIT, grant: link8Of(crypto, leaf) };
}

/** Where the film's chain stands at its start and at its end, as the lock is told. */
function cameraHeads(lockId: string): readonly [ClipHead, ClipHead] {
  const film = filmOf({ frames: FRAMES, camera: CAMERA, occasion: occasionOf(lockId) });
  const last = readSegment(film.at(-1)?.jpeg ?? new Uint8Array(0));
  const start = chainSeed(crypto, kid8(crypto, CAMERA.publicKey), CLIP);
  return [
    { clip: CLIP, frame: 0xffff_ffff, chain: start },
    { clip: CLIP, frame: FIRST_SEQ + FRAMES - 1, chain: last?.chain.slice() ?? start },
  ];
}

/** Gives the receipt that the lock signs when a visit ends. @param change what it says otherwise */
export function receiptOf(scribe: Scribe, change: Partial<Receipt> = {}): Bytes {
  const { leaf } = tokensOf(scribe.lockId);
  const [first, last] = cameraHeads(scribe.lockId);
  return encodeReceipt(crypto, scribe, {
    lockId: scribe.lockId,
    visit: VISIT,
    grant: { leaf: link8Of(crypto, leaf), holder: COURIER.kid, name: "Carl" },
    lo: seconds(NOON + 12),
    hi: seconds(NOON + 14),
    openedAfter: 3,
    closedAfter: 9,
    securedAfter: 12,
    witnesses: 3,
    outcome: "secured",
    cameraProof: 2,
    first,
    last,
    head: scribe.headAt(VISIT + 1),
    ...change,
  });
}

/** A film of the visit, encrypted for the owner, and the camera's note. */
export function film(lockId: string, sink: Tape): { readonly sealed: Bytes; readonly note: Bytes } {
  const recipients = [crypto.agreementPublicKey(CLIP_SECRET)];
  const writer = new AgeWriter(crypto, new SeededRandom(3), { recipients, sink });
  record(lockId, writer, {});
  const { hash, size } = writer.end();
  const range = { lastCheckpoint: 2, firstFrame: FIRST_SEQ, lastFrame: FIRST_SEQ + FRAMES - 1 };
  const note = encodeManifest(crypto, CAMERA, { lockId, clip: CLIP, hash, size, recipients, ...range });
  return { sealed: sink.bytes, note };
}

/** How a film is made otherwise than that one. */
interface Otherwise {
  readonly frames?: number;
  readonly isInterrupted?: boolean;
  readonly visit?: number;
  readonly clip?: Bytes;
  /** The first picture that is another one than in the usual film, by its place. */
  readonly otherFrom?: number;
}

/** A film as it is once it was decrypted. */
export function plainFilm(lockId: string, otherwise: Otherwise): Bytes {
  const tape = new Tape();
  record(lockId, tape, otherwise);
  return tape.bytes;
}

function record(lockId: string, sink: Sink, otherwise: Otherwise): void {
  const { frames = FRAMES, isInterrupted = false, otherFrom = Number.POSITIVE_INFINITY } = otherwise;
  const { visit = VISIT, clip = CLIP } = otherwise;
  const occasion = { ...occasionOf(lockId), visit, clip };
  const recording = new Recording(crypto, { signer: CAMERA, occasion, sink, size: { width: 64, height: 48 } });
  const circumstances = { power: 5, told: { lo: seconds(NOON), hi: seconds(NOON + 1), ms: 0 } };
  for (let place = 0; place < frames; place++) {
    const jpeg = smallPicture(place < otherFrom ? place : place + 500);
    const frame = { seq: FIRST_SEQ + place, ms: 100 * place, jpeg };
    if (place < frames - 1 || isInterrupted) recording.add(frame, circumstances);
    else recording.end(frame, circumstances);
  }
}
