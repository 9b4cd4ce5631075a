// Goal: whatever is done to a signed film is named, and what nobody signed is never taken for good.
// Method: one film of a hundred frames and ten checkpoints; each row does one thing to it, and the whole verdict is compared.
// The first seven rows are those that other signed video formats are judged by.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import {
  CAMERA,
  cameraOf,
  FIRST_SEQ,
  filmOf,
  occasionOf,
  type Shown,
  smallPicture,
} from "../../../camera/test/film.ts";
import { concat } from "../../bytes.ts";
import { flip } from "../../crypto/test/checks.ts";
import type { Expected } from "../finding.ts";
import { verifyFootage } from "../footage.ts";
import { encodeSegment, readSegment } from "../segment.ts";
import { type ClipVerdict, ClipVerifier } from "../verify.ts";

const FILM = filmOf();
const OTHER_CAMERA = cameraOf(9);

function verdictOf(film: readonly Shown[], expected: Expected = {}, key: Uint8Array = CAMERA.publicKey): ClipVerdict {
  const verifier = new ClipVerifier(crypto, key, expected);
  for (const { jpeg, shownAt } of film) verifier.add(jpeg, shownAt);
  return verifier.finish();
}

function told({ findings }: ClipVerdict): string[] {
  return findings.map(({ kind, by, from, through }) => {
    if (by === "clip") return kind;
    return `${kind} ${by} ${from}${through === from ? "" : `-${through}`}`;
  });
}

/** A copy of the film with one frame changed. */
function withFrame(place: number, change: (shown: Shown) => Shown): Shown[] {
  return FILM.map((shown, index) => (index === place ? change(shown) : shown));
}

/** A frame that nobody signed, with our segment. */
function forged(seq: number, shownAt: number): Shown {
  return {
    shownAt,
    jpeg: concat(encodeSegment({ seq, ms: 3 }, new Uint8Array(32), undefined), smallPicture(seq).subarray(2)),
  };
}

function withPicture(place: number, change: (jpeg: Shown["jpeg"]) => Shown["jpeg"]): Shown[] {
  return withFrame(place, ({ jpeg, shownAt }) => ({ jpeg: change(jpeg), shownAt }));
}

/** A copy of a film with frames taken out at a place, and others put in there. */
function spliced(film: readonly Shown[], from: number, count: number, ...others: readonly Shown[]): Shown[] {
  return [...film.slice(0, from), ...others, ...film.slice(from + count)];
}

function without(from: number, count: number): Shown[] {
  return spliced(FILM, from, count);
}

/** A frame's segment on another picture, with another number, time or checkpoint where asked. */
function resealed(
  jpeg: Shown["jpeg"],
  {
    picture = plain(jpeg),
    ...changed
  }: { picture?: Shown["jpeg"]; seq?: number; ms?: number; checkpoint?: Shown["jpeg"] | undefined },
): Shown["jpeg"] {
  const segment = readSegment(jpeg);
  if (segment === undefined) throw new Error("no segment");
  const { seq, ms, chain, checkpoint } = { ...segment, ...changed };
  return concat(encodeSegment({ seq, ms }, chain, checkpoint), picture.subarray(2));
}

/** The picture as the sensor gave it. */
function plain(jpeg: Shown["jpeg"]): Shown["jpeg"] {
  const segment = readSegment(jpeg);
  return segment === undefined ? jpeg : concat(jpeg.subarray(0, 2), jpeg.subarray(segment.end));
}

function at(place: number, film: readonly Shown[] = FILM): Shown {
  const shown = film[place];
  if (shown === undefined) throw new Error(`no frame ${place}`);
  return shown;
}

function swapped(left: number, right: number, count = 1): Shown[] {
  const film = [...FILM];
  film.splice(left, count, ...FILM.slice(right, right + count));
  film.splice(right, count, ...FILM.slice(left, left + count));
  // Whoever swaps keeps the times of the file in order, or a player would show it.
  return film.map(({ jpeg }, index) => ({ jpeg, shownAt: at(index).shownAt }));
}

const STRANGER = filmOf({ camera: OTHER_CAMERA });
const OTHER_CLIP = filmOf({ occasion: { clip: new Uint8Array(16).fill(0xc2) } });

type Row = readonly [name: string, film: () => Shown[], sound: number, findings: readonly string[]];

const FORGERIES: readonly Row[] = [
  [
    "one byte of a picture changed",
    () => withPicture(42, (jpeg) => flip(jpeg, 8 * jpeg.length - 90)),
    99,
    ["changed frame 1042"],
  ],
  ["one frame taken out", () => without(42, 1), 99, ["missing frame 1042"]],
  ["two frames swapped", () => swapped(41, 42), 98, ["moved frame 1042", "retimed frame 1041"]],
  ["a frame put in twice", () => spliced(FILM, 43, 0, at(42)), 100, ["extra frame 1042"]],
  ["one second cut out", () => without(40, 10), 90, ["missing frame 1040-1049", "gap checkpoint 3"]],
  ["two seconds swapped", () => swapped(30, 40, 10), 80, ["moved frame 1040-1049", "retimed frame 1030-1039"]],
  ["the end cut off", () => FILM.slice(0, 46), 40, ["unsigned frame 1040-1045", "no-end"]],
];

const OTHERS: readonly Row[] = [
  [
    "the pictures of two frames swapped",
    () =>
      FILM.map((shown, index) =>
        index === 41 || index === 42
          ? { ...shown, jpeg: resealed(shown.jpeg, { picture: plain(at(83 - index).jpeg) }) }
          : shown,
      ),
    98,
    ["changed frame 1041-1042"],
  ],
  [
    "a frame of nobody put in",
    () => spliced(FILM, 43, 0, { ...at(42), jpeg: smallPicture(500) }),
    100,
    ["stripped place 44"],
  ],
  [
    "a frame with a number of its own put in",
    () => spliced(FILM, 43, 0, { ...at(42), jpeg: resealed(at(42).jpeg, { seq: 5_000 }) }),
    100,
    ["extra frame 5000"],
  ],
  [
    "a changed frame put in beside the genuine one",
    () => spliced(FILM, 43, 0, { ...at(42), jpeg: resealed(at(42).jpeg, { picture: smallPicture(500) }) }),
    100,
    ["extra frame 1042"],
  ],
  [
    "a frame's number changed",
    () => withPicture(42, (jpeg) => resealed(jpeg, { seq: 1_043 })),
    99,
    ["missing frame 1042", "extra frame 1043"],
  ],
  [
    "a frame's own time changed",
    () => withPicture(42, (jpeg) => resealed(jpeg, { ms: 4_201 })),
    99,
    ["changed frame 1042"],
  ],
  ["a frame's chain changed", () => withPicture(42, (jpeg) => flip(jpeg, 8 * 40)), 99, ["changed frame 1042"]],
  [
    "the file's time of a frame changed",
    () => withFrame(42, ({ jpeg }) => ({ jpeg, shownAt: 4_290 })),
    99,
    ["retimed frame 1042"],
  ],
  [
    "the film shown at half the speed",
    () => FILM.map(({ jpeg, shownAt }) => ({ jpeg, shownAt: 2 * shownAt })),
    1,
    ["retimed frame 1001-1099"],
  ],
  [
    "every signature stripped",
    () => FILM.map(({ jpeg, shownAt }) => ({ jpeg: plain(jpeg), shownAt })),
    0,
    ["stripped place 1-100", "no-end"],
  ],
  [
    "the signature of one frame stripped",
    () => withPicture(42, plain),
    99,
    ["stripped place 43", "missing frame 1042"],
  ],
  [
    "a frame with a checkpoint stripped",
    () => withPicture(40, plain),
    99,
    ["stripped place 41", "missing frame 1040", "gap checkpoint 3"],
  ],
  [
    "every checkpoint taken out",
    () => FILM.map(({ jpeg, shownAt }) => ({ jpeg: resealed(jpeg, { checkpoint: undefined }), shownAt })),
    0,
    ["unsigned frame 1000-1099", "no-end"],
  ],
  [
    "one checkpoint taken out: the chain still holds",
    () => withPicture(40, (jpeg) => resealed(jpeg, { checkpoint: undefined })),
    100,
    ["gap checkpoint 3"],
  ],
  [
    "the first checkpoint taken out: the chain still holds",
    () => withPicture(10, (jpeg) => resealed(jpeg, { checkpoint: undefined })),
    100,
    ["gap checkpoint 0"],
  ],
  [
    "a checkpoint taken out, and a frame of it changed",
    () =>
      withPicture(40, (jpeg) => resealed(jpeg, { checkpoint: undefined })).map((shown, index) =>
        index === 35 ? { ...shown, jpeg: flip(shown.jpeg, 8 * 100) } : shown,
      ),
    90,
    ["unsigned frame 1030-1039", "gap checkpoint 3"],
  ],
  [
    "a checkpoint moved to another frame",
    () =>
      withPicture(40, (jpeg) => resealed(jpeg, { checkpoint: undefined })).map((shown, index) =>
        index === 47
          ? { ...shown, jpeg: resealed(shown.jpeg, { checkpoint: readSegment(at(40).jpeg)?.checkpoint }) }
          : shown,
      ),
    100,
    [],
  ],
  [
    "a checkpoint put in twice",
    () => withPicture(47, (jpeg) => resealed(jpeg, { checkpoint: readSegment(at(40).jpeg)?.checkpoint })),
    100,
    ["repeat place 48"],
  ],
  [
    "a bit of a checkpoint turned over",
    () => withPicture(40, (jpeg) => flip(jpeg, 8 * 200)),
    100,
    ["forged place 41", "gap checkpoint 3"],
  ],
  [
    "a checkpoint of another clip",
    () => withPicture(47, (jpeg) => resealed(jpeg, { checkpoint: readSegment(at(40, OTHER_CLIP).jpeg)?.checkpoint })),
    100,
    ["other-clip place 48"],
  ],
  [
    "a checkpoint of another camera",
    () => withPicture(47, (jpeg) => resealed(jpeg, { checkpoint: readSegment(at(40, STRANGER).jpeg)?.checkpoint })),
    100,
    ["stranger place 48"],
  ],
  [
    "the whole film signed anew by another key",
    () => STRANGER,
    0,
    [
      "unsigned frame 1000-1099",
      "stranger place 11",
      "stranger place 21",
      "stranger place 31",
      "stranger place 41",
      "stranger place 51",
      "stranger place 61",
      "stranger place 71",
      "stranger place 81",
      "stranger place 91",
      "stranger place 100",
      "no-end",
    ],
  ],
  [
    "a second of another clip in place of one's own",
    () => [...FILM.slice(0, 40), ...OTHER_CLIP.slice(40, 50), ...FILM.slice(50)],
    90,
    ["changed frame 1040-1049", "other-clip place 41", "gap checkpoint 3"],
  ],
  ["the beginning cut off", () => FILM.slice(30), 70, ["no-start", "missing frame 1020-1029", "gap checkpoint 0-1"]],
  [
    "all but the last frame cut off",
    () => FILM.slice(99),
    1,
    ["no-start", "missing frame 1090-1098", "gap checkpoint 0-8"],
  ],
  ["nothing left", () => [], 0, ["no-start", "no-end"]],
];

for (const [name, film, sound, findings] of [...FORGERIES, ...OTHERS]) {
  test(`${name}: ${findings.join(", ") || "sound"}`, () => {
    const verdict = verdictOf(film());
    assert.equal(told(verdict), findings);
    assert.is(verdict.sound, sound);
    assert.is(verdict.isOk, findings.length === 0);
  });
}

test("an honest film is whole, and says for which visit it was made", () => {
  const verdict = verdictOf(FILM, { ...occasionOf() });
  assert.ok(verdict.isOk);
  assert.equal([verdict.frames, verdict.sound, verdict.skipped], [100, 100, 0]);
  assert.equal(
    [verdict.last?.number, verdict.last?.isLast, verdict.last?.visit, verdict.first?.first],
    [9, true, 41, FIRST_SEQ],
  );
});

test("what was taken and not kept is told, and is nobody's forgery", () => {
  const verdict = verdictOf(filmOf({ skipped: [3, 9, 10, 11, 45, 46, 98] }));
  assert.equal(told(verdict), []);
  assert.equal([verdict.sound, verdict.skipped], [93, 7]);
});

test("a film that lost its end is cut only; one that lost anything else is not", () => {
  assert.ok(verdictOf(FILM.slice(0, 46)).isCutOnly);
  assert.ok(verdictOf(filmOf({ isInterrupted: true })).isCutOnly);
  assert.not.ok(verdictOf(FILM).isCutOnly);
  assert.not.ok(verdictOf(spliced(FILM.slice(0, 46), 5, 1)).isCutOnly);
  assert.not.ok(verdictOf(FILM.slice(0, 5)).isCutOnly);
});

const CUT = FILM.slice(0, 41);
const PUT_IN: readonly (readonly [name: string, film: readonly Shown[], extra: string])[] = [
  ["among the sound ones", spliced(CUT, 20, 0, forged(1_041, 2_001)), "extra frame 1041"],
  ["before all", [forged(1_041, 0), ...CUT], "extra frame 1041"],
  ["far above", [...CUT, forged(1_100, 4_100)], "extra frame 1100"],
  ["with a number twice", [...CUT, forged(1_040, 4_100)], "extra frame 1040"],
  ["that fall", [...CUT, forged(1_042, 4_100), forged(1_041, 4_200)], "extra frame 1041"],
  ["shown among the sound ones", [...CUT, forged(1_041, 1_000)], "extra frame 1041"],
  [
    "more than wait for a checkpoint",
    [...CUT, ...Array.from({ length: 40 }, (_, place) => forged(1_041 + place, 4_100 + place))],
    "extra frame 1070-1080",
  ],
];
for (const [name, film, extra] of PUT_IN) {
  test(`a film without an end is not only cut with forged frames ${name}`, () => {
    const verdict = verdictOf(film);
    assert.equal([verdict.isOk, verdict.isCutOnly, verdict.sound], [false, false, 40]);
    assert.ok(told(verdict).includes(extra), told(verdict).join());
  });
}

test("numbers that are missing cost nothing, and a beginning is not below what its checkpoints have room for", () => {
  const far = filmOf({ firstSeq: 3_000_000 }).map((shown, index) =>
    index === 10 ? { ...shown, jpeg: resealed(shown.jpeg, { checkpoint: undefined }) } : shown,
  );
  assert.equal(told(verdictOf([forged(0, 0), ...far])), ["extra frame 0", "gap checkpoint 0"]);
  const low = verdictOf([forged(2_999_960, 0), ...far]);
  assert.equal(told(low), [
    "no-start",
    "missing frame 2999961-2999999",
    "unsigned frame 2999960",
    "unsigned frame 3000000-3000009",
    "gap checkpoint 0",
  ]);
});

test("the lock may have been told the start, before there was a frame", () => {
  const start = verifyFootage(crypto, CAMERA.publicKey, readSegment(at(10).jpeg)?.checkpoint as Shown["jpeg"]).before;
  assert.ok(verdictOf(FILM, { heads: [start] }).isOk);
  assert.equal(told(verdictOf(FILM, { heads: [start, new Uint8Array(32)] })), ["not-told"]);
});

const EXPECTATIONS: readonly (readonly [name: string, expected: Expected])[] = [
  ["another visit", { visit: 42 }],
  ["another grant", { grant: new Uint8Array(8) }],
  ["another lock", { lockId: "AAAAAAAAAAA" }],
  ["another clip", { clip: new Uint8Array(16) }],
];
for (const [name, expected] of EXPECTATIONS) {
  test(`refuses an honest film where ${name} was asked about`, () => {
    const verdict = verdictOf(FILM, expected);
    assert.not.ok(verdict.isOk);
    assert.is(verdict.sound, 0);
    assert.ok(told(verdict).some((line) => line.startsWith(name === "another clip" ? "other-clip" : "other-visit")));
  });
}

test("a film whose end was cut off cleanly is found out by what the lock was told", () => {
  const heads = [10, 99].map(
    (place) => verifyFootage(crypto, CAMERA.publicKey, readSegment(at(place).jpeg)?.checkpoint as Shown["jpeg"]).chain,
  );
  assert.equal(told(verdictOf(FILM, { heads })), []);
  assert.equal(told(verdictOf(FILM.slice(0, 41), { heads })), ["unsigned frame 1040", "no-end", "not-told"]);
});

test("every single bit of a short film matters", () => {
  const film = filmOf({ frames: 12 });
  for (let place = 10; place < 12; place++) {
    const { jpeg, shownAt } = at(place, film);
    for (let bit = 0; bit < 8 * jpeg.length; bit += 61) {
      const verdict = verdictOf(spliced(film, place, 1, { jpeg: flip(jpeg, bit), shownAt }));
      assert.not.ok(verdict.isOk, `frame ${place}, bit ${bit}`);
    }
  }
});

test.run();
