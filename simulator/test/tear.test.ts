// A slice of the tear test (`npm run tear` runs all of it): a cut of power at any word loses and invents nothing, in the
// recovery too; a flipped bit is detected or harmless; a lock starts on anything.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { Stream } from "../random.ts";
import { flipAll, startOnAnything } from "../tear/flips.ts";
import { SMALL_PART, type TearTally, tearAll } from "../tear/tear.ts";
import { type Torn, tears } from "../tear/torn.ts";

const SEED = 1;
const OPERATIONS = 800;
/** Every so many operations of the trace are cut. */
const CUT_APART = 50;
const TWICE_APART = 400;
const KINDS = [
  "acknowledged",
  "alarm",
  "budget",
  "clock",
  "closing",
  "code",
  "code-refusal",
  "credential",
  "door",
  "fetched",
  "holidays",
  "inside",
  "intent",
  "list",
  "refusal",
  "secret",
  "snapshot",
  "start",
  "statement",
  "stranger",
  "user",
  "watermark",
  "who",
];

let tally: TearTally | undefined;

test(`no cut loses or invents anything (seed ${SEED})`, () => {
  tally = tearAll({
    crypto,
    seed: SEED,
    operations: OPERATIONS,
    ...SMALL_PART,
    plansOf: (operation) => {
      if (operation % TWICE_APART === 0) return [["some", "some"]];
      return operation % CUT_APART === 0 ? [["all"]] : [];
    },
  });
  assert.ok(tally.cuts[0] > 250 && tally.cuts[1] > 20, tally.cuts.join());
});

test("the trace holds every kind of record, and turns every ring", () => {
  assert.equal([...(tally?.types.keys() ?? [])].sort(), KINDS);
  assert.ok(
    tally?.wear.every(([, least]) => least >= 1),
    JSON.stringify(tally?.wear),
  );
});

test("a flipped bit is detected or harmless", () => {
  const { detected, harmless, newest } = flipAll(crypto, { seed: 3, operations: 150, apart: 499 });
  assert.ok(detected + harmless + newest > 200);
  assert.ok(detected >= 1 && harmless > 100, `${detected} detected, ${harmless} harmless`);
});

test("a lock starts on anything", () => {
  startOnAnything(crypto, { seed: SEED, images: 40 });
});

test("a program of three words and an erase have their cuts, each once", () => {
  const image = new Uint8Array(64).fill(0xff);
  const work = [
    { kind: "program", offset: 0, bytes: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) },
    { kind: "erase", sector: 1 },
  ] as const;
  const how = { depth: "all", random: new Stream(SEED, "cuts"), sectorBytes: 32 } as const;
  const torn: Torn[] = [...tears(image, work, how)];
  assert.is(torn.length, 1 + 2 + 16 + 1 + 7 + 1);
  assert.equal([...torn[1].image.subarray(0, 8)], [1, 2, 3, 4, 255, 255, 255, 255]);
  assert.ok(
    torn.slice(1).every((each) => each.image[0] & 1),
    "a program never sets a bit, and never clears another",
  );
  assert.is(torn.filter(({ weakSector }) => weakSector === 1).length, 1);
  assert.equal([...image.subarray(0, 4)], [255, 255, 255, 255], "the image before is left alone");
});

test.run();
