// Goal: the day that a whole board is measured by happens as it is said to, and its tape is whole.
// Method: one busy hour is recorded through the real boards; `npm run heap` plays such a tape to a lone lock on rv32.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { recordBoardDay } from "../boardday.ts";
import { MARK } from "../day.ts";
import { HEAD_BYTES, headOf, KIND } from "../tape.ts";

const { tape, counts } = recordBoardDay(crypto, 1);

/** Walks over a tape. @returns the kind and the number of each record */
function recordsOf(bytes: Uint8Array): readonly { readonly kind: number; readonly number: number }[] {
  const records = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += HEAD_BYTES + view.getUint16(at + 2, true)) {
    records.push(headOf(bytes.slice(at, at + HEAD_BYTES).buffer));
  }
  return records;
}

test("lets in all who should be let in, one door after the other, and no stranger", () => {
  assert.equal(counts, {
    ...{ deliveries: 1, "refused grants": 1, "codes of windows": 1, PINs: 1, "openings by owners": 1 },
    ...{ audits: 4, "records fetched": 275, "visits in a crowd": 1, "visits among strangers": 1, strangers: 4 },
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

test.run();
