// Goal: the day that a keypad is measured by happens as it is said to, awake and asleep, and its tape is whole.
// Method: one hour is recorded through the real boards, on Node as for `npm run heap`, which plays such a tape to a lone keypad on rv32.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { MEMBER } from "../boundary.ts";
import { MARK } from "../day.ts";
import { recordKeypadDay, recordSleepingDay } from "../keypadday.ts";
import { KIND } from "../tape.ts";
import { recordsOf } from "./records.ts";

for (const [name, record, sleeps] of [
  ["awake", recordKeypadDay, false],
  ["asleep", recordSleepingDay, true],
] as const) {
  const { tape, counts } = record(crypto, 1);
  const records = recordsOf(tape);

  test(`${name}: lets in whoever types a code, behind each thing that befalls the keypad`, () => {
    assert.equal(counts, {
      ...{ codes: 8, "wrong codes": 1, "cuts of the cable": 1, "frames without an end": 1, "starts of the lock": 1 },
      ...{ "times that its case is open": 1, adoptions: 1 },
    });
  });

  test(`${name}: is on tape from the first start to the end, with each question answered`, () => {
    const kinds = records.map(({ kind }) => kind);
    assert.is(kinds.indexOf(KIND.end), kinds.length - 1);
    assert.is(kinds.filter((kind) => kind === KIND.boot).length, 2);
    const marks = records.filter(({ kind }) => kind === KIND.mark).map(({ number }) => number);
    assert.equal(marks, [MARK.started, MARK.settled, MARK.days, MARK.startedAgain]);
    const [asked, answered] = [KIND.asked, KIND.answered].map((wanted) =>
      records.filter(({ kind }) => kind === wanted),
    );
    assert.is(asked?.length, answered?.length);
    const slept = asked?.filter(({ flag }) => flag === MEMBER.sleepAllow) ?? [];
    assert.is(slept.length > 0, sleeps);
  });
}

test.run();
