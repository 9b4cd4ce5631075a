// T28, a film that was worked on: edited, shortened, swapped, joined from others, and with its signatures taken off.
// Follows docs/protocol.md §9. No lock takes part: whoever judges a film has the file and the camera's public key.

import { crypto } from "#crypto";
import { ClipWriter } from "../../camera/clip.ts";
import { Evidence, type Signer } from "../../camera/evidence.ts";
import { type Bytes, concat, fromAscii } from "../../firmware/bytes.ts";
import { ClipReader } from "../../firmware/evidence/matroska.ts";
import { encodeSegment, readSegment } from "../../firmware/evidence/segment.ts";
import { type ClipVerdict, ClipVerifier } from "../../firmware/evidence/verify.ts";
import { Stream } from "../random.ts";
import { type Attack, must } from "./attack.ts";

const SEED = 28;
const ROUNDS = 6;
const FRAMES = 35;
const FIRST = 500;
const PICTURE_BYTES = 60;
const MILLIS = 100;

interface Shown {
  readonly jpeg: Bytes;
  readonly shownAt: number;
}

export const attack: Attack = {
  id: "T28",
  claim: "whatever is done to a film is named, and a film without signatures is not OK",
  run: () => {
    const random = new Stream(SEED, "film");
    const film = filmOf(random, { clip: 1, visit: 41 });
    must(judge(film).isOk, "an honest film is OK");
    for (let round = 0; round < ROUNDS; round++) {
      const place = 1 + random.below(FRAMES - 3);
      edit(film, place);
      shorten(film, place);
      rearrange(film, place);
      join(film, filmOf(random, { clip: 2, visit: 40 }), place);
    }
    for (let round = 0; round < ROUNDS; round++) stuff(film, random);
    repack(film);
    strip(film);
    signAnew(random);
  },
};

function filmOf(random: Stream, of: { clip: number; visit: number; key?: Signer }): Shown[] {
  const lockId = "Ip1fiNKMHIM";
  const occasion = { lockId, clip: new Uint8Array(16).fill(of.clip), visit: of.visit };
  const evidence = new Evidence(crypto, of.key ?? keyOf(7), occasion);
  return Array.from({ length: FRAMES }, (_, place) => {
    const picture = new Uint8Array(PICTURE_BYTES);
    random.fill(picture);
    const jpeg = concat(Uint8Array.of(0xff, 0xd8), picture, Uint8Array.of(0xff, 0xd9));
    const frame = { seq: FIRST + place, ms: MILLIS * place, jpeg };
    const start = place < FRAMES - 1 ? evidence.take(frame, { power: 1 }) : evidence.takeLast(frame, { power: 1 });
    return { jpeg: concat(start, jpeg.subarray(2)), shownAt: frame.ms };
  });
}

function keyOf(byte: number): Signer {
  const seed = new Uint8Array(32).fill(byte);
  return { seed, publicKey: crypto.signingPublicKey(seed) };
}

function judge(film: readonly Shown[], visit?: number): ClipVerdict {
  const verifier = new ClipVerifier(crypto, keyOf(7).publicKey, { visit });
  for (const { jpeg, shownAt } of film) verifier.add(jpeg, shownAt);
  return verifier.finish();
}

/** Whether a film is not OK, and the frame of that place is named so. */
function names(film: readonly Shown[], kind: string, place: number): boolean {
  const { isOk, findings } = judge(film);
  const seq = FIRST + place;
  return !isOk && findings.some((each) => each.kind === kind && each.from <= seq && each.through >= seq);
}

function withJpeg(film: readonly Shown[], place: number, change: (jpeg: Bytes) => Bytes): Shown[] {
  return film.map(({ jpeg, shownAt }, index) => ({ jpeg: index === place ? change(jpeg) : jpeg, shownAt }));
}

function edit(film: readonly Shown[], place: number): void {
  const inPicture = withJpeg(film, place, (jpeg) => jpeg.map((byte, at) => (at === jpeg.length - 9 ? byte ^ 1 : byte)));
  must(names(inPicture, "changed", place), "a changed picture is named");
  const late = film.map(({ jpeg, shownAt }, index) => ({ jpeg, shownAt: index === place ? shownAt + 40 : shownAt }));
  must(names(late, "retimed", place), "a frame that is shown at another time is named");
  const retold = withJpeg(film, place, (jpeg) => {
    const { seq = 0, ms = 0, chain, checkpoint, end = 2 } = readSegment(jpeg) ?? {};
    return concat(encodeSegment({ seq, ms: ms + 1 }, chain ?? new Uint8Array(32), checkpoint), jpeg.subarray(end));
  });
  must(names(retold, "changed", place), "a frame that says another time is named");
}

function shorten(film: readonly Shown[], place: number): void {
  const without = film.filter((_, index) => index !== place);
  must(names(without, "missing", place), "a frame that was taken out is named");
  const cut = judge(film.slice(0, place));
  must(!cut.isOk && cut.findings.some(({ kind }) => kind === "no-end"), "a film whose end was cut off is not OK");
  const begun = judge(film.slice(place + 1));
  const isMissed = begun.findings.some(({ kind }) => kind === "no-start" || kind === "missing");
  must(!begun.isOk && isMissed, "a film whose beginning was cut off is not OK");
}

function rearrange(film: readonly Shown[], place: number): void {
  const swapped = film.map(({ shownAt }, index) => {
    const from = index === place ? place + 1 : index === place + 1 ? place : index;
    return { jpeg: film[from]?.jpeg ?? new Uint8Array(0), shownAt };
  });
  must(names(swapped, "moved", place + 1), "frames that were swapped are named");
  const [twice] = film.slice(place, place + 1);
  const repeated = [...film.slice(0, place), ...(twice === undefined ? [] : [twice]), ...film.slice(place)];
  must(names(repeated, "extra", place), "a frame that was put in twice is named");
}

function join(film: readonly Shown[], other: readonly Shown[], place: number): void {
  const joined = film.map((shown, index) => (index === place ? (other[index] ?? shown) : shown));
  must(names(joined, "changed", place), "a frame of another film is named");
  must(!judge(other, 41).isOk, "an honest film of another visit is not OK where one is asked about");
}

/** Puts frames of nobody into a film without an end: then it must not pass for one that only lost power. */
function stuff(film: readonly Shown[], random: Stream): void {
  const cut = film.slice(0, 21);
  must(judge(cut).isCutOnly, "a film that lost its end is said to have lost no more");
  const [{ jpeg, shownAt } = { jpeg: new Uint8Array(0), shownAt: 0 }] = cut.slice(5);
  const forge = (seq: number) => {
    const start = encodeSegment({ seq, ms: 0 }, new Uint8Array(32), undefined);
    return { jpeg: concat(start, jpeg.subarray(readSegment(jpeg)?.end ?? 2)), shownAt };
  };
  const place = random.below(20);
  const among = [...cut.slice(0, place), forge(FIRST + 21), ...cut.slice(place)];
  must(!judge(among).isCutOnly, "a forged frame among the sound ones is no cut");
  const many = Array.from({ length: 40 }, (_, index) => ({ ...forge(FIRST + 21 + index), shownAt: 2_100 + index }));
  must(!judge([...cut, ...many]).isCutOnly, "more frames than wait for a checkpoint are no cut");
}

function element(id: readonly number[], ...parts: readonly Uint8Array[]): Bytes {
  const content = concat(...parts);
  const size = [0x10, content.length >> 16, (content.length >> 8) & 0xff, content.length & 0xff];
  return concat(Uint8Array.from([...id, ...size]), content);
}

const CLUSTER = [0x1f, 0x43, 0xb6, 0x75];
const BLOCK = [0xa3];

/** Leaves every picture as it is, and makes of the file one that shows others. */
function repack(film: readonly Shown[]): void {
  let clip: Bytes = new Uint8Array(0);
  const sink = { append: (bytes: Uint8Array) => (clip = concat(clip, bytes)), flush: () => {} };
  const writer = new ClipWriter(sink, { width: 64, height: 48 });
  for (const { jpeg, shownAt } of film) writer.add([jpeg], shownAt);
  must(judgeFile(clip).isOk, "an honest file is OK");
  const forged = concat(Uint8Array.of(0xff, 0xd8), fromAscii("somebody else"), Uint8Array.of(0xff, 0xd9));
  const time = element([0xe7], Uint8Array.of(0));
  const other = element(BLOCK, Uint8Array.of(0x82, 0, 0, 0x80), forged);
  const tracks = clip.findIndex((_, at) => [0x16, 0x54, 0xae, 0x6b].every((byte, index) => clip[at + index] === byte));
  const cluster = clip.findIndex((_, at) => CLUSTER.every((byte, index) => clip[at + index] === byte));
  const entry = clip.slice(tracks + 8 + 5, cluster);
  const withTrack = (...entries: readonly Uint8Array[]) =>
    concat(clip.slice(0, tracks), element([0x16, 0x54, 0xae, 0x6b], ...entries), clip.slice(cluster));
  const second = element([0xae], Uint8Array.of(0xd7, 0x81, 2), element([0x86], fromAscii("V_MJPEG")));
  must(!judgeFile(withTrack(element([0xae], entry), second)).isOk, "a file with a second track is not OK");
  const stripping = element([0x6d, 0x80], element([0x62, 0x40], element([0x50, 0x34], forged)));
  must(
    !judgeFile(withTrack(element([0xae], entry, stripping))).isOk,
    "a file that puts pictures before its own is not OK",
  );
  must(!judgeFile(concat(clip, element(CLUSTER, time, other))).isOk, "a file with blocks of another track is not OK");
  const unseen = clip.slice();
  unseen[cluster + 12 + 6 + 3 + 5 + 3] = 0x88;
  must(!judgeFile(unseen).isOk, "a file that hides a picture is not OK");
  const outside = clip.slice();
  outside.set([1, 0, 0, 0, 0, 0, 0, 9], cluster + 4);
  must(!judgeFile(outside).isOk, "a file with blocks outside of their cluster is not OK");
  const hidden = concat(clip, element([0xec], element(CLUSTER, time, other)));
  const position = clip.length + 5 - (clip.findIndex((_, at) => clip[at] === 0x18 && clip[at + 1] === 0x53) + 12);
  const points = element([0xf1], Uint8Array.of(position >> 8, position & 0xff));
  const cue = element([0xbb], Uint8Array.of(0xb3, 0x81, 0), element([0xb7], Uint8Array.of(0xf7, 0x81, 1), points));
  const led = concat(hidden, element([0x1c, 0x53, 0xbb, 0x6b], cue));
  must(!judgeFile(led).isOk, "a file whose index points into padding is not OK");
}

function judgeFile(file: Bytes): ClipVerdict {
  const verifier = new ClipVerifier(crypto, keyOf(7).publicKey);
  const reader = new ClipReader(({ jpeg, shownAt }) => verifier.add(jpeg, shownAt));
  reader.push(file);
  return verifier.finish(reader.finish());
}

function strip(film: readonly Shown[]): void {
  const bare = film.map(({ jpeg, shownAt }) => {
    return { jpeg: concat(jpeg.subarray(0, 2), jpeg.subarray(readSegment(jpeg)?.end ?? 2)), shownAt };
  });
  const verdict = judge(bare);
  must(!verdict.isOk && verdict.sound === 0, "a film without signatures is not OK");
  must(
    verdict.findings.some(({ kind }) => kind === "stripped"),
    "and is said to be stripped of them",
  );
}

function signAnew(random: Stream): void {
  const verdict = judge(filmOf(random, { clip: 3, visit: 41, key: keyOf(9) }));
  must(!verdict.isOk && verdict.sound === 0, "another key vouches for nothing");
}
