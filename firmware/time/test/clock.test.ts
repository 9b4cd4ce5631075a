// Goal: the clock holds the true time, never falls by itself, and moves far only with somebody at the door.
// Method: rows for every rule, and a seeded walk of a drifting clock against the time that it cannot see.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Millis, millis, type Seconds, seconds } from "../../platform.ts";
import {
  at,
  type Clock,
  type ClockResult,
  DRIFT_PPM,
  DRIFT_PPM_MAX,
  type Evidence,
  GRANT_WIDTH_SECONDS_MAX,
  intersect,
  judgeWindow,
  OWNER_RADIUS_SECONDS,
  ownerEvidence,
  setByOwner,
  startClock,
  type TimeSource,
  TOTP_WIDTH_SECONDS_MAX,
} from "../clock.ts";

const BUILD = seconds(1_790_000_000);
const WATERMARK = seconds(1_800_000_000);
const DAY = 86_400;
const YEAR_2036 = seconds(2_090_000_000);
const BOOT = millis(5_000);

function boot(driftPpm: number = DRIFT_PPM.awake, watermark: Seconds = WATERMARK): Clock {
  return startClock({ watermark, buildTime: BUILD, driftPpm, now: BOOT });
}

function evidence(lo: number, hi: number, source: TimeSource = "owner"): Evidence {
  return { source, lo: seconds(lo), hi: seconds(hi) };
}

function clockOf(result: ClockResult): Clock {
  if (result.kind === "alarm" || result.kind === "needs-presence") throw new Error(`no clock: ${result.kind}`);
  return result.clock;
}

/** A clock that was told [lo, hi] at boot. */
function told(lo: number, hi: number, driftPpm: number = DRIFT_PPM.awake): Clock {
  return clockOf(intersect(boot(driftPpm), evidence(lo, hi), { now: BOOT, hasPresence: true }));
}

function after(milliseconds: number): Millis {
  return millis(BOOT + milliseconds);
}

const SOURCES: readonly TimeSource[] = ["quorum", "rtc", "board", "owner"];

test("boots at the watermark, with no upper bound", () => {
  assert.equal(at(boot(), BOOT), { lo: WATERMARK, hi: undefined });
});

test("boots at the build time where the watermark is older", () => {
  assert.equal(at(boot(100, seconds(5)), BOOT), { lo: BUILD, hi: undefined });
});

const DRIFTS = [
  // name, ppm, elapsed ms, lo grows by, hi grows by
  ["stands still in no time", 100, 0, 0, 0],
  ["widens by a second each way at once, since it rounds outwards", 100, 1, 0, 1],
  ["has not surely passed a second after 1,001 ms", 100, 1_001, 0, 2],
  ["has surely passed a second after 1,002 ms", 100, 1_002, 1, 2],
  ["is 17 s wider after a day awake", 100, 86_400_000, 86_391, 86_409],
  ["stays below W for 34 days awake", 100, 34 * 86_400_000, 34 * DAY - 294, 34 * DAY + 294],
  ["stays below W for 13 days with a crystal", 250, 13 * 86_400_000, 13 * DAY - 281, 13 * DAY + 281],
  ["stays below W for a year with the RTC", 5, 365 * 86_400_000, 365 * DAY - 158, 365 * DAY + 158],
  ["is two seconds wider with a perfect clock, since readings are truncated", 0, 86_400_000, DAY - 1, DAY + 1],
  ["bounds a clock that is 5 % slow by 1 / 0.95", DRIFT_PPM_MAX, 95_000, 90, 101],
  ["bounds it so after a year", DRIFT_PPM_MAX, 365 * 86_400_000, 29_959_199, 33_195_790],
] as const;

for (const [name, ppm, elapsed, lo, hi] of DRIFTS) {
  test(`the interval ${name}`, () => {
    const clock = told(WATERMARK + 100, WATERMARK + 160, ppm);
    assert.equal(at(clock, after(elapsed)), {
      lo: seconds(WATERMARK + 100 + lo),
      hi: seconds(WATERMARK + 160 + hi),
    });
  });
}

test("gives up the upper bound after four years, and keeps the lower one", () => {
  const clock = told(WATERMARK, WATERMARK + 60);
  const { lo, hi } = at(clock, after(2 ** 37 + 1));
  assert.is(hi, undefined);
  assert.ok(lo >= WATERMARK + 137_000_000);
  assert.is(at(clock, after(2 ** 38)).lo, lo);
});

test("ends one second before the number that stands for unknown", () => {
  const clock = told(0xffff_ff00, 0xffff_fff0);
  assert.equal(at(clock, after(86_400_000)), { lo: seconds(0xffff_fffe), hi: seconds(0xffff_fffe) });
});

test("an uptime that runs backwards is the programmer's mistake", () => {
  assert.throws(() => at(boot(), millis(BOOT - 1)), /uptime/);
});

for (const ppm of [-1, DRIFT_PPM_MAX + 1]) {
  test(`a drift of ${ppm} ppm is the programmer's mistake`, () => {
    assert.throws(() => boot(ppm), /drift/);
  });
}

test("an owner's iat counts as 30 s either way", () => {
  assert.equal(ownerEvidence(seconds(1_000), 0), evidence(970, 1_030));
  assert.equal(ownerEvidence(seconds(10), 0), evidence(0, 40));
  assert.equal(ownerEvidence(seconds(0xffff_ffff), 0), evidence(0xffff_ffe1, 0xffff_fffe));
  assert.equal(ownerEvidence(seconds(1_000), 5_001), evidence(970, 1_036));
});

// A clock at [L, L + 600], judged at the uptime at which it was told so.
const L = WATERMARK + 1_000;
const H = L + 600;
const INTERSECTIONS: readonly (readonly [string, number, number, readonly [number, number] | "alarm"])[] = [
  ["narrows to one inside", L + 100, L + 200, [L + 100, L + 200]],
  ["keeps itself inside a wider one", L - 100, H + 100, [L, H]],
  ["raises lo only", L + 100, H + 100, [L + 100, H]],
  ["lowers hi only", L - 100, L + 100, [L, L + 100]],
  ["meets one at its last second", H, H + 60, [H, H]],
  ["meets one at its first second", L - 60, L, [L, L]],
  ["takes the same again", L, H, [L, H]],
  ["alarms at one a second above", H + 1, H + 60, "alarm"],
  ["alarms at one a second below", L - 60, L - 1, "alarm"],
  ["alarms at one in 2036", YEAR_2036, YEAR_2036 + 60, "alarm"],
  ["alarms at one before the build", BUILD - 60, BUILD - 1, "alarm"],
  ["alarms at one that is inside out", L + 200, L + 100, "alarm"],
];

for (const source of SOURCES) {
  for (const hasPresence of [false, true]) {
    for (const [name, lo, hi, expected] of INTERSECTIONS) {
      test(`the clock ${name}, from ${source} with presence ${hasPresence}`, () => {
        const clock = told(L, H);
        const result = intersect(clock, evidence(lo, hi, source), { now: BOOT, hasPresence });
        if (expected === "alarm") {
          assert.equal(result, { kind: "alarm" });
        } else {
          assert.is(result.kind, "narrowed");
          assert.equal(at(clockOf(result), BOOT), { lo: seconds(expected[0]), hi: seconds(expected[1]) });
        }
        assert.equal(at(clock, BOOT), { lo: seconds(L), hi: seconds(H) });
      });
    }
  }
}

test("what tightens nothing, rounds nothing: a thousand heartbeats widen no interval", () => {
  let clock = told(L, H);
  for (let index = 1; index <= 1_000; index++) {
    clock = clockOf(intersect(clock, evidence(L - 60, H + 2_000), { now: after(index * 777), hasPresence: false }));
  }
  assert.equal(at(clock, after(777_000)), at(told(L, H), after(777_000)));
});

// The first interval after a boot, when hi is unknown.
const JUMPS: readonly (readonly [string, number, boolean, TimeSource, string])[] = [
  ["an owner heals an off time of a day from afar", DAY, false, "owner", "narrowed"],
  ["an owner's jump of a second more needs presence", DAY + 1, false, "owner", "needs-presence"],
  ["an owner sets a lock that was off for a month, at the door", 30 * DAY, true, "owner", "narrowed"],
  ["an owner's phone in 2036 needs presence", YEAR_2036 - WATERMARK, false, "owner", "needs-presence"],
  ["a board heals a day", DAY, false, "board", "narrowed"],
  ["a board's jump of a second more needs presence", DAY + 1, false, "board", "needs-presence"],
  ["an RTC sets a lock that was off for a month", 30 * DAY, false, "rtc", "narrowed"],
  ["a quorum sets a lock that was off for a month", 30 * DAY, false, "quorum", "narrowed"],
  ["an owner tells the time of the watermark itself", 0, false, "owner", "narrowed"],
  ["an owner a day behind the watermark misses it", -DAY, false, "owner", "alarm"],
  ["an RTC a day behind the watermark misses it", -DAY, false, "rtc", "alarm"],
  ["presence alone does not set it back", -DAY, true, "owner", "alarm"],
];

for (const [name, ahead, hasPresence, source, expected] of JUMPS) {
  test(`with no upper bound, ${name}`, () => {
    const lo = WATERMARK + ahead;
    const result = intersect(boot(), evidence(lo, lo + 60, source), { now: BOOT, hasPresence });
    assert.is(result.kind, expected);
    if (result.kind === "narrowed") {
      assert.equal(at(result.clock, BOOT), { lo: seconds(lo), hi: seconds(lo + 60) });
    }
  });
}

// An owner's act on a clock at [L, H]: iat relative to L, presence, the direction it asks for.
const ACTS: readonly (readonly [string, number, boolean, boolean, string])[] = [
  ["narrows where it meets the interval", 300, false, false, "narrowed"],
  ["narrows where it meets the interval and asks for back", 300, false, true, "narrowed"],
  ["moves forward by a second", 600 + 31, false, false, "forward"],
  ["moves forward by a day", 600 + 30 + DAY, false, false, "forward"],
  ["needs presence for a second more", 600 + 31 + DAY, false, false, "needs-presence"],
  ["moves far forward with presence", YEAR_2036 - L, true, false, "forward"],
  ["needs presence for 2036", YEAR_2036 - L, false, false, "needs-presence"],
  ["does not move forward by an act that asks for back", 600 + 31, true, true, "alarm"],
  ["does not move back by an act that asks for forward", -31, true, false, "alarm"],
  ["needs presence to move back by a second", -31, false, true, "needs-presence"],
  ["moves back by a second with presence", -31, true, true, "back"],
  ["moves back to the build time with presence", BUILD - L, true, true, "back"],
  ["does not move back below the build time", BUILD - 31 - L, true, true, "alarm"],
];

for (const [name, ahead, hasPresence, isBack, expected] of ACTS) {
  test(`an owner's act ${name}`, () => {
    const iat = seconds(L + ahead);
    const result = setByOwner(told(L, H), iat, { now: BOOT, heldMillis: 0, hasPresence, isBack });
    assert.is(result.kind, expected);
    if (result.kind === "forward" || result.kind === "back") {
      const { lo, hi } = at(result.clock, BOOT);
      assert.is(lo, Math.max(BUILD, iat - 30));
      assert.is(hi, iat + 30);
    }
  });
}

test("T47: a watermark in 2036 survives a reboot, and the owner at the door sets it back to today", () => {
  const today = seconds(WATERMARK + 50);
  const clock = boot(DRIFT_PPM.awake, YEAR_2036);
  assert.is(intersect(clock, ownerEvidence(today, 0), { now: BOOT, hasPresence: true }).kind, "alarm");
  assert.is(
    setByOwner(clock, today, { now: BOOT, heldMillis: 0, hasPresence: false, isBack: true }).kind,
    "needs-presence",
  );
  const mended = clockOf(setByOwner(clock, today, { now: BOOT, heldMillis: 0, hasPresence: true, isBack: true }));
  const window = { notBefore: WATERMARK, expiry: seconds(WATERMARK + 100) };
  assert.is(judgeWindow(at(clock, BOOT), window, GRANT_WIDTH_SECONDS_MAX), "late");
  assert.is(judgeWindow(at(mended, BOOT), window, GRANT_WIDTH_SECONDS_MAX), "within");
});

test("T47: small steps forward do not add up to a large one without presence", () => {
  const act = { now: BOOT, heldMillis: 0, hasPresence: false, isBack: false };
  const clock = told(L, H);
  const far = seconds(H + 1_000 + OWNER_RADIUS_SECONDS);
  assert.is(setByOwner(clock, far, { ...act, jumpSecondsMax: 1_000 }).kind, "forward");
  assert.is(setByOwner(clock, far, { ...act, jumpSecondsMax: 999 }).kind, "needs-presence");
  assert.is(setByOwner(clock, far, { ...act, jumpSecondsMax: 0, hasPresence: true }).kind, "forward");
  const late = evidence(WATERMARK + 1_000, WATERMARK + 1_060, "owner");
  const telling = { now: BOOT, hasPresence: false };
  assert.is(intersect(boot(), late, { ...telling, jumpSecondsMax: 1_000 }).kind, "narrowed");
  assert.is(intersect(boot(), late, { ...telling, jumpSecondsMax: 999 }).kind, "needs-presence");
  assert.is(intersect(boot(), { ...late, source: "quorum" }, { ...telling, jumpSecondsMax: 0 }).kind, "narrowed");
});

test("a statement that was held back on its way does not make the interval miss the truth", () => {
  const iat = seconds(L + 100);
  const heldMillis = 115_000;
  const now = millis(BOOT + heldMillis);
  const result = setByOwner(boot(DRIFT_PPM.awake, seconds(L)), iat, {
    now,
    heldMillis,
    hasPresence: true,
    isBack: false,
  });
  const { lo, hi } = at(clockOf(result), now);
  assert.ok(lo <= iat + 115 && hi !== undefined && hi >= iat + 115);
});

test("T10: nothing that a guest can bring lowers lo or widens the interval", () => {
  let clock = told(L, H);
  for (const [, lo, hi] of INTERSECTIONS) {
    for (const source of SOURCES) {
      const before = at(clock, BOOT);
      const result = intersect(clock, evidence(lo, hi, source), { now: BOOT, hasPresence: false });
      if (result.kind === "narrowed") clock = result.clock;
      const now = at(clock, BOOT);
      assert.ok(now.lo >= before.lo && now.hi !== undefined && before.hi !== undefined && now.hi <= before.hi);
    }
  }
});

// The window [1000, 2000) and W = 600.
const WINDOWS: readonly (readonly [string, number, number | undefined, string])[] = [
  ["is within an interval inside it", 1_200, 1_300, "within"],
  ["is within an interval that ends at its first second", 900, 1_000, "within"],
  ["is early a second before", 900, 999, "early"],
  ["is within an interval that begins at its last second", 1_999, 2_100, "within"],
  ["is late at exp itself", 2_000, 2_000, "late"],
  ["is within one of just W", 1_200, 1_800, "within"],
  ["is unknown in one a second wider", 1_200, 1_801, "unknown"],
  ["is late in a wide one that begins after it", 2_000, 9_000, "late"],
  ["is early in a wide one that ends before it", 0, 999, "early"],
  ["is unknown in a wide one that touches it", 0, 1_000, "unknown"],
  ["is unknown with no upper bound", 1_200, undefined, "unknown"],
  ["is unknown with no upper bound before it", 0, undefined, "unknown"],
  ["is late with no upper bound after it", 2_000, undefined, "late"],
];

for (const [name, lo, hi, expected] of WINDOWS) {
  test(`a window ${name}`, () => {
    const interval = { lo: seconds(lo), hi: hi === undefined ? undefined : seconds(hi) };
    const window = { notBefore: seconds(1_000), expiry: seconds(2_000) };
    assert.is(judgeWindow(interval, window, GRANT_WIDTH_SECONDS_MAX), expected);
  });
}

test("an empty window holds no instant", () => {
  const interval = { lo: seconds(900), hi: seconds(1_100) };
  for (const expiry of [1_000, 950]) {
    const window = { notBefore: seconds(1_000), expiry: seconds(expiry) };
    assert.is(judgeWindow(interval, window, GRANT_WIDTH_SECONDS_MAX), "late");
  }
});

test("a TOTP is judged in half the width", () => {
  const window = { notBefore: seconds(0), expiry: seconds(2_000) };
  const interval = { lo: seconds(1_000), hi: seconds(1_301) };
  assert.is(judgeWindow(interval, window, TOTP_WIDTH_SECONDS_MAX), "unknown");
  assert.is(judgeWindow(interval, window, GRANT_WIDTH_SECONDS_MAX), "within");
});

/** A multiplicative generator (Park and Miller), whole numbers only. */
function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state * 48_271) % 0x7fff_ffff;
    return state % bound;
  };
}

for (const seed of [1, 7, 2_024, 90_210]) {
  test(`holds the true time under drift, evidence and lies, seed ${seed}`, () => {
    const next = generator(seed);
    const ppm = [5, 100, 250, DRIFT_PPM_MAX][next(4)] ?? 100;
    // The oscillator's true rate, in counted milliseconds per million true ones.
    const rate = 1_000_000 - ppm + next(2 * ppm + 1);
    let trueMillis = WATERMARK * 1_000 + next(100_000);
    let counted = 0;
    let clock = boot(ppm);
    let highest = 0;
    for (let index = 0; index < 500; index++) {
      const passed = next(3_600_000);
      trueMillis += passed;
      counted += passed * rate;
      const now = millis(BOOT + Math.floor(counted / 1_000_000));
      // Evidence bounds the instant itself, and so ends above the second that is running.
      const truth = Math.floor(trueMillis / 1_000);
      const radius = next(60);
      const lie = next(5) === 0 ? next(10_000_000) - 5_000_000 : 0;
      const shift = next(2 * radius + 1) - radius;
      const source = SOURCES[next(4)] ?? "owner";
      const hint = evidence(truth + shift - radius, truth + shift + radius + 1, source);
      // A lie that misses the interval must change nothing; a lie that cannot be seen is not told here.
      const { lo, hi } = at(clock, now);
      const claim = evidence(hint.lo + lie, hint.hi + lie, source);
      if (lie === 0 || claim.hi < lo || (hi !== undefined && claim.lo > hi)) {
        const result = intersect(clock, lie === 0 ? hint : claim, { now, hasPresence: false });
        if (lie !== 0) assert.is(result.kind, "alarm", `seed ${seed}, step ${index}`);
        if (result.kind === "narrowed") clock = result.clock;
      }
      const interval = at(clock, now);
      const place = `seed ${seed}, step ${index}: ${interval.lo}..${interval.hi} without ${trueMillis} ms`;
      assert.ok(interval.lo * 1_000 <= trueMillis, place);
      assert.ok(interval.hi === undefined || trueMillis <= interval.hi * 1_000, place);
      assert.ok(interval.lo >= highest, `seed ${seed}, step ${index}: lo fell`);
      highest = interval.lo;
    }
  });
}

test.run();
