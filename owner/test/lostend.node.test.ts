// Goal: who takes the camera's power away does not take its film out of a claim: what is there of it counts, and what is not is said.
// Method: films of one visit that end early, or not at all, in a claim without the camera's note, judged by the lock's key alone.

import { writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FIRST_SEQ } from "../../camera/test/film.ts";
import { Tape } from "../../camera/test/tape.ts";
import type { Bytes } from "../../firmware/bytes.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { judgeFilms } from "../claim/films.ts";
import { type ClipCount, decodeClaim, encodeClaim } from "../claim/form.ts";
import { judgeClaim } from "../claim/judge.ts";
import { makeClaim, shelfOf, visitOf } from "../claim/make.ts";
import { claimObject, sayClaim } from "../claim/say.ts";
import { measure } from "../clip/verify.ts";
import { FRAMES, film, plainFilm, VISIT, write } from "./daybook.node.ts";
import { Desk } from "./stage.node.ts";

const scribe = write(1);
const shelf = shelfOf(scribe.archive);
const { lockId } = scribe;
/** What was recorded of the film last: its 30th frame. */
const TOLD = FIRST_SEQ + FRAMES - 1;

/** Claims a file as a film of the visit, or of another, and judges the claim as somebody without any key. */
async function claimed(bytes: Bytes, { visit = VISIT, found }: { visit?: number; found?: ClipCount } = {}) {
  const desk = new Desk();
  try {
    const path = desk.file("cut.mkv");
    writeFileSync(path, bytes);
    const clips = [{ name: "cut.mkv", ...measure(path), manifest: undefined, found }];
    const claim = makeClaim(shelf, visitOf(shelf, visit), { grant: undefined, clips, receipt: undefined });
    const read = decodeClaim(encodeClaim(claim));
    const judged = judgeClaim(read, scribe.publicKey);
    const { films, doubts } = await judgeFilms(judged, { folder: desk.file("."), identities: async () => undefined });
    const all = { claim: read, judged, films, doubts: [...judged.doubts, ...doubts] };
    return { kinds: all.doubts.map(({ kind }) => kind), said: sayClaim(all, parseZone("UTC0")).join("\n"), all };
  } finally {
    desk.close();
  }
}

test("a film without its end and without a note proves what there is of it, and the claim says that the end is missing", async () => {
  const { kinds, said, all } = await claimed(plainFilm(lockId, { frames: 47, isInterrupted: true }));
  assert.equal(kinds, []);
  assert.match(said, /^OK: /);
  assert.match(said, /cut\.mkv, frames 1000 to 1039: THE END IS MISSING\. Each of 40 pictures is as the camera signed/);
  assert.match(said, /Nobody vouches for 7 more pictures behind them\./);
  assert.not.match(said, /told the lock of frames|does not have it/);
  const { films } = claimObject(all) as { films: readonly Record<string, unknown>[] };
  assert.equal([films[0]?.["isOk"], films[0]?.["isCut"], films[0]?.["sound"]], [false, true, 40]);
});

test("says up to where the camera told the lock of it, where what was told is not here", async () => {
  const { kinds, said } = await claimed(plainFilm(lockId, { frames: 14, isInterrupted: true }));
  assert.equal(kinds, []);
  assert.match(said, new RegExp(`frames 1000 to 1009: THE END IS MISSING.*told the lock of frames up to ${TOLD}\\.`));
});

test("a whole film proves itself without a note", async () => {
  const { kinds, said } = await claimed(plainFilm(lockId, {}));
  assert.equal(kinds, []);
  assert.match(said, /frames 1000 to 1029: each of 30 pictures is as the camera signed it/);
});

const whole = plainFilm(lockId, {});
const ROWS: readonly (readonly [name: string, film: Bytes, kind: string])[] = [
  ["a film of which no second was signed", plainFilm(lockId, { frames: 7, isInterrupted: true }), "clip"],
  ["a film that says that it ended before what the lock was told", plainFilm(lockId, { frames: 20 }), "clip"],
  [
    "another film than the lock was told of",
    plainFilm(lockId, { frames: 47, isInterrupted: true, otherFrom: 3 }),
    "clip",
  ],
  ["a changed picture", whole.map((byte, at) => (at === whole.length - 2_000 ? byte ^ 1 : byte)), "clip"],
  ["a film of another visit", plainFilm(lockId, { visit: 4, isInterrupted: true }), "clip"],
  [
    "a film that the lock was told nothing of",
    plainFilm(lockId, { clip: new Uint8Array(16), isInterrupted: true }),
    "manifest",
  ],
  ["a film of another lock", plainFilm(write(2).lockId, { isInterrupted: true }), "clip"],
  ["an encrypted one, which nobody can look at", film(lockId, new Tape()).sealed, "clip"],
  ["no film at all", new Uint8Array(500), "clip"],
];
for (const [name, bytes, kind] of ROWS) {
  test(`without a note, names ${name}`, async () => {
    const { kinds, said } = await claimed(bytes);
    assert.equal(kinds, [kind]);
    assert.match(said, /^NOT OK/);
  });
}

test("names a count that is not what is there, and a visit of which the lock recorded no film", async () => {
  const bytes = plainFilm(lockId, { frames: 47, isInterrupted: true });
  assert.equal((await claimed(bytes, { found: { isOk: true, frames: 47, sound: 47 } })).kinds, ["found"]);
  assert.equal((await claimed(bytes, { found: { isOk: false, frames: 47, sound: 40 } })).kinds, []);
  assert.equal((await claimed(bytes, { visit: 4 })).kinds, ["manifest"]);
});

test.run();
