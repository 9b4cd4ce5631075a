// Goal: a burglar who types day and night hits as often as the budget says, and no more: for each entry that is tested, and
// over the time.
// Method: the real table and the real budget with codes of five digits (simulator/narrow.ts); capacity and refill are 10^5 times
// as large, so that as many entries are tested as of ten digits, and 10^5 times as many of them hit. Seeded; three sigma.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromAscii } from "../../../firmware/bytes.ts";
import { codeDigits, parseCode, windowCode } from "../../../firmware/codes/window.ts";
import { WindowSet } from "../../../firmware/codes/windowset.ts";
import { millis, seconds } from "../../../firmware/platform.ts";
import { narrowed } from "../../../simulator/narrow.ts";
import { Stream } from "../../../simulator/random.ts";
import { Budget, CAPACITY, REFILL_PER_SECOND } from "../guess.ts";
import { WindowTable } from "../windows.ts";
import { make } from "./plain.ts";

const SEED = 20261025;
const DIGITS = 5;
const CODES = 100_000;
const DAYS = 80;
const START_SECONDS = 498_885 * 3_600;
const PACE_MILLIS = 5_000;
const WIDTH_SECONDS = 300;
const HITS_MIN = 100;

interface Siege {
  readonly tested: number;
  readonly hits: number;
  /** The sum, over all that was tested, of the live codes then. */
  readonly live: number;
  /** The charges of hits, which came back: they were typed again. */
  readonly back: number;
}

/** Types numbers drawn at random, one every 5 s, for as long as the siege lasts. */
function besiege(): Siege {
  const small = narrowed(crypto, DIGITS);
  const stream = new Stream(SEED, "burglar");
  const table = new WindowTable(small, new Uint8Array(32));
  const budget = new Budget({
    capacity: CAPACITY * CODES,
    refillPerSecond: REFILL_PER_SECOND * CODES,
    // The five digits stand for ten.
    reserve: 0,
    level: CAPACITY * CODES,
    now: millis(0),
  });
  const owner = { kid: new Uint8Array(8), key: new Uint8Array(32).fill(1) };
  const context = {
    widthMax: 600,
    owners: [owner],
    revoked: new WindowSet(),
    spent: new WindowSet(),
    active: new WindowSet(),
  };
  const siege = { tested: 0, hits: 0, live: 0, back: 0 };
  for (let now = 0; now < DAYS * 86_400_000; now += PACE_MILLIS) {
    const lo = seconds(START_SECONDS + Math.floor(now / 1_000));
    make(table, { lo, hi: seconds(lo + WIDTH_SECONDS) }, context);
    const { tested, cost } = budget.admit([{ digits: DIGITS, live: table.live }], millis(now));
    if (tested.length === 0) {
      // Nobody need type what is not compared: the next try is when the budget holds it, or the hour is another.
      const missing = table.live * 10 ** (12 - DIGITS) - budget.level(millis(now));
      now += Math.min(600_000, Math.ceil(missing / (REFILL_PER_SECOND * CODES * 5)) * PACE_MILLIS) - PACE_MILLIS;
      continue;
    }
    budget.charge(cost, millis(now));
    siege.tested++;
    siege.live += table.live;
    const typed = String(stream.below(CODES)).padStart(10, "0");
    if (table.find(parseCode(fromAscii(typed))) === undefined) continue;
    budget.giveBack(cost, millis(now));
    siege.hits++;
    siege.back += cost;
  }
  return siege;
}

function isWithinThreeSigma(hits: number, expected: number): boolean {
  return Math.abs(hits - expected) <= 3 * Math.sqrt(expected);
}

test("makes codes of five digits that differ as those of ten do", () => {
  const key = new Uint8Array(32).fill(1);
  const small = narrowed(crypto, DIGITS);
  for (let startHour = 0; startHour < 50; startHour++) {
    const window = { windowClass: startHour % 22, serial: startHour % 2, startHour };
    const message = Uint8Array.of(0x4c, 0x50, 0x31, window.windowClass, window.serial, 0, 0, 0, startHour);
    const mac = new DataView(crypto.hmacSha256(key, message).buffer).getBigUint64(0);
    assert.is(codeDigits(windowCode(small, key, window)), (mac % BigInt(CODES)).toString().padStart(10, "0"));
  }
  assert.equal(small.hmacSha256(key, key), crypto.hmacSha256(key, key));
});

test(`hits in ${DAYS} days of guesses at five digits as often as the budget says`, () => {
  const { tested, hits, live, back } = besiege();
  const said = `seed ${SEED}: ${hits} hits of ${tested} entries`;
  assert.ok(hits >= HITS_MIN, said);
  // For each entry that is tested, the live codes then of 10^5.
  assert.ok(isWithinThreeSigma(hits, live / CODES), `${said}, ${live / CODES} by what lived`);
  // Over the time, what the capacity and the refill hold, and what hits gave back.
  const budgeted = CAPACITY * CODES + REFILL_PER_SECOND * CODES * DAYS * 86_400;
  assert.ok(isWithinThreeSigma(hits, (budgeted + back) / 1e12), `${said}, ${budgeted / 1e12} by the budget`);
  // The same by count, without luck: no entry is tested that the budget does not pay for.
  assert.ok(live * 10 ** (12 - DIGITS) <= budgeted + back, said);
});

test.run();
