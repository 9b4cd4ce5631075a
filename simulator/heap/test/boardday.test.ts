// Goal: the day that a whole board is measured by happens as it is said to, and its tape is whole.
// Method: one busy hour is recorded through the real boards; `npm run heap` plays such a tape to a lone lock on rv32.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { FRAGMENT_BYTES_MAX } from "../../../firmware/link/fragment.ts";
import { FRAME_BYTES_MAX } from "../../../firmware/link/frame.ts";
import { recordBoardDay, STRANGE } from "../boardday.ts";
import { MARK } from "../day.ts";
import { KIND } from "../tape.ts";
import { recordsOf } from "./records.ts";

const { tape, counts } = recordBoardDay(crypto, 1);

test("lets in all who should be let in, one after the other, and hangs up on strangers in the end", () => {
  assert.equal(counts, {
    ...{ deliveries: 1, "refused grants": 1, "codes of windows": 1, PINs: 1, "openings by owners": 1 },
    ...{ audits: 4, "records fetched": 275, "visits in a crowd": 1, "visits among strangers": 1 },
    ...{ strangers: 4, "strangers hung up on": 4 },
  });
});

test("is on tape from the first start to the end, with each question answered", () => {
  const records = recordsOf(tape);
  const kinds = records.map(({ kind }) => kind);
  assert.is(kinds.indexOf(KIND.end), kinds.length - 1);
  assert.is(kinds.filter((kind) => kind === KIND.boot).length, 2);
  const marks = records.filter(({ kind }) => kind === KIND.mark).map(({ number }) => number);
  assert.equal(marks, [MARK.started, MARK.settled, MARK.days, MARK.startedAgain]);
  const [asked, answered] = [KIND.asked, KIND.answered].map((wanted) => kinds.filter((kind) => kind === wanted).length);
  assert.is(asked, answered);
  assert.ok(asked > 1_000, `${asked} questions`);
});

test("has all of a stranger's longest frame but its end, four times", () => {
  const answers = recordsOf(tape).filter(({ kind }) => kind === KIND.answered);
  const strange = answers.map(({ bytes }) => bytes.filter((byte) => byte === STRANGE).length);
  const sum = strange.filter((count) => count > FRAGMENT_BYTES_MAX / 2).reduce((total, count) => total + count, 0);
  assert.ok(sum > 4 * (FRAME_BYTES_MAX - FRAGMENT_BYTES_MAX) && sum < 4 * FRAME_BYTES_MAX, `${sum} bytes`);
});

test.run();
