// T28, a film that was worked on: edited, shortened, swapped, joined from others, and with its signatures taken off.
// Follows docs/protocol.md §9. No lock takes part: whoever judges a film has the file and the camera's public key.

import { crypto } from "#crypto";
import { Evidence, type Signer } from "../../camera/evidence.ts";
import { type Bytes, concat } from "../../firmware/bytes.ts";
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
