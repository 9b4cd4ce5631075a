// The clock: never a number, always an interval [lo, hi] that holds the true time and widens with drift.
// Why: a lock that guesses the time can be talked into opening early or late; one that knows how much it does not know
// denies instead. `lo` never falls (a guest cannot bring back yesterday), and no phone moves the clock far by itself.
// Follows docs/protocol.md, "Clock". The width it accepts (W) is the caller's: 600 s for grants, 300 s for TOTP.
//
// All values are pure and all arithmetic is on whole numbers, rounded outwards. Each bound is kept with the uptime at
// which it was learnt, so that tightening one never rounds the other again.

import { assert } from "../fault.ts";
import { type Millis, type Seconds, seconds } from "../platform.ts";

/** Drift in parts per million: the CPU's crystal while awake, a 32 kHz crystal through sleep, a battery-backed RTC. */
export const DRIFT_PPM = Object.freeze({ awake: 100, crystal: 250, rtc: 5 });
/** The worst drift that the arithmetic is exact for: the chip's own oscillator, asleep. */
export const DRIFT_PPM_MAX = 50_000;
/** An owner's `iat` counts as this much either way. */
export const OWNER_RADIUS_SECONDS = 30;
/** How far a clock may be moved forward without anybody at the door, within as long. */
export const JUMP_SECONDS_MAX = 86_400;
/** The widest interval in which a grant is judged (W). */
export const GRANT_WIDTH_SECONDS_MAX = 600;
/** The widest interval in which a TOTP is judged (W). */
export const TOTP_WIDTH_SECONDS_MAX = 300;

/** The last instant: one above it stands for an unknown time on the wires and in records. */
const TIME_MAX = 0xffff_fffe;
/** Four years: after that the upper bound is given up, since its product with the drift leaves the whole numbers. */
const ELAPSED_MILLIS_MAX = 2 ** 37;

/** What the true time surely is: at least `lo`, at most `hi`; no upper bound is known where `hi` is undefined. */
export interface Interval {
  readonly lo: Seconds;
  readonly hi: Seconds | undefined;
}

/** A clock as a value. `loAt` and `hiAt` are the uptimes at which the bounds held as written. */
export interface Clock {
  readonly lo: Seconds;
  readonly loAt: Millis;
  readonly hi: Seconds | undefined;
  readonly hiAt: Millis;
  readonly driftPpm: number;
  readonly buildTime: Seconds;
}

/** At what moment, and with what say, the clock is told something. */
export interface Telling {
  readonly now: Millis;
  /** Somebody pressed the inside button within the last minute, and no visit is open. */
  readonly hasPresence: boolean;
  /** What `jumpLeft` gives; all of it where it is left out. */
  readonly jumpSecondsMax?: number;
}

/** Who vouches for an interval: a Roughtime quorum, a battery-backed RTC that never lost power, a board of the house that
 *  kept power (over KK), or an owner's `iat`. */
export type TimeSource = "quorum" | "rtc" | "board" | "owner";

/** An authenticated interval that holds the true instant, fractions included; u32 seconds, lo <= hi. */
export interface Evidence {
  readonly source: TimeSource;
  readonly lo: Seconds;
  readonly hi: Seconds;
}

/** What became of an interval. `narrowed`: both bounds hold, perhaps tighter. `forward` and `back`: an owner's act moved
 *  the clock; after `back` the watermark must be written anew, since it falls. The other two changed nothing. */
export type ClockResult =
  | { readonly kind: "narrowed" | "forward" | "back"; readonly clock: Clock }
  | { readonly kind: "needs-presence" }
  | { readonly kind: "alarm" };

/** Where a window lies against the clock; `unknown` where the interval is open or wider than W and nothing is certain. */
export type WindowJudgement = "within" | "early" | "late" | "unknown";

const ALARM: ClockResult = Object.freeze({ kind: "alarm" });
const NEEDS_PRESENCE: ClockResult = Object.freeze({ kind: "needs-presence" });

/** Gives the clock at boot: not before the watermark, not before the firmware was built, and no upper bound.
 *  @param start.driftPpm 0..50,000 parts per million   @param start.watermark the highest `lo` that was ever journalled */
export function startClock(start: {
  readonly watermark: Seconds;
  readonly buildTime: Seconds;
  readonly driftPpm: number;
  readonly now: Millis;
}): Clock {
  const { watermark, buildTime, driftPpm, now } = start;
  assert(driftPpm >= 0 && driftPpm <= DRIFT_PPM_MAX, "clock: drift is 0 to 50,000 ppm");
  const lo = watermark > buildTime ? watermark : buildTime;
  return { lo, loAt: now, hi: undefined, hiAt: now, driftPpm, buildTime };
}

/** Gives the interval at an uptime.
 *  @param now not before the uptimes that the clock was made or changed at */
export function at(clock: Clock, now: Millis): Interval {
  const { driftPpm } = clock;
  const lo = seconds(Math.min(TIME_MAX, clock.lo + elapsedAtLeast(now - clock.loAt, driftPpm)));
  const sinceHi = now - clock.hiAt;
  if (clock.hi === undefined || sinceHi >= ELAPSED_MILLIS_MAX) return { lo, hi: undefined };
  return { lo, hi: seconds(Math.min(TIME_MAX, clock.hi + elapsedAtMost(sinceHi, driftPpm))) };
}

/** Gives by how much the clock may be moved forward with nobody at the door: 24 h, less what it was so moved by already, of which time
 *  takes off as much as passes. What passed is counted by the lock, and not what it was told, or a stolen key would take it a year ahead in as
 *  many steps, with a cut of power between them or not.
 *  @param jumped as `afterJump` gave it, 0 where nobody moved it   @param lo of the clock   @returns 0..86,400 s */
export function jumpLeft(jumped: Seconds, lo: Seconds): number {
  return Math.max(0, JUMP_SECONDS_MAX - Math.max(0, jumped - lo));
}

/** Counts a move: the lock's time at which nothing of it counts any more. @param from, to `lo` before the move and behind it */
export function afterJump(jumped: Seconds, from: Seconds, to: Seconds): Seconds {
  if (to <= from) return jumped;
  return seconds(Math.min(TIME_MAX, Math.max(jumped, from) + 2 * (to - from)));
}

/** Gives the interval that an owner's `iat` stands for: 30 s either way, and later by as much as the statement may have been
 *  held back on its way. It was signed after its challenge was given, so by no more than the age of that.
 *  @param iat u32   @param heldMillis since the challenge was given */
export function ownerEvidence(iat: Seconds, heldMillis: number): Evidence {
  const heldSeconds = Math.ceil(heldMillis / 1_000);
  return {
    source: "owner",
    lo: seconds(Math.min(TIME_MAX, Math.max(0, iat - OWNER_RADIUS_SECONDS))),
    hi: seconds(Math.min(TIME_MAX, iat + OWNER_RADIUS_SECONDS + heldSeconds)),
  };
}

/** Narrows the clock by an authenticated interval that came along with something else (a statement's `iat`, a board).
 *  One that misses [lo, hi], or lies before the build, is an alarm.
 *
 *  While `hi` is unknown, nothing misses from above, so the jump is bounded instead: an owner or a board raises `lo` by at
 *  most 24 h beyond itself, and by more only with presence. The reason is the phone that says 2036: its `iat` is honestly
 *  signed, and a watermark at 2036 would refuse every grant until somebody sets it back at the door. A lock that was off
 *  for less than a day is so mended from afar, and one that was off for a month by its RTC or a quorum, which do not hang
 *  on one phone and are not bounded, or by the owner at the door. */
export function intersect(clock: Clock, evidence: Evidence, telling: Telling): ClockResult {
  const { now, hasPresence, jumpSecondsMax = JUMP_SECONDS_MAX } = telling;
  const current = at(clock, now);
  if (misses(current, evidence) || evidence.lo > evidence.hi || evidence.hi < clock.buildTime) return ALARM;
  const isBounded = evidence.source === "owner" || evidence.source === "board";
  if (current.hi === undefined && isBounded && !hasPresence && evidence.lo - current.lo > jumpSecondsMax)
    return NEEDS_PRESENCE;
  return { kind: "narrowed", clock: tighten(clock, current, { ...evidence, now }) };
}

/** Sets the clock by an owner's own act (statement kind 12). Where the interval meets [lo, hi], it narrows like any other.
 *  Beyond `hi` it moves forward, by at most 24 h in 24 h without presence. Before `lo` it moves back, where the act asks for that:
 *  only with presence, and never below the build time. So a clock that a wrong phone moved is mended by the owner at the
 *  door, and by nobody else. The other direction than the one asked for is an alarm.
 *  @param iat u32   @param act.isBack the statement says backwards
 *  @param act.heldMillis since the statement's challenge was given */
export function setByOwner(
  clock: Clock,
  iat: Seconds,
  act: Telling & { readonly heldMillis: number; readonly isBack: boolean },
): ClockResult {
  const { now, hasPresence, isBack, jumpSecondsMax = JUMP_SECONDS_MAX } = act;
  const current = at(clock, now);
  const evidence = ownerEvidence(iat, act.heldMillis);
  if (evidence.hi < clock.buildTime) return ALARM;
  if (!misses(current, evidence)) return intersect(clock, evidence, act);
  const isForward = evidence.lo > current.lo;
  if (isForward === isBack) return ALARM;
  const isNear = isForward && current.hi !== undefined && evidence.lo - current.hi <= jumpSecondsMax;
  if (!hasPresence && !isNear) return NEEDS_PRESENCE;
  const lo = evidence.lo > clock.buildTime ? evidence.lo : clock.buildTime;
  return { kind: isForward ? "forward" : "back", clock: { ...clock, lo, loAt: now, hi: evidence.hi, hiAt: now } };
}

/** Judges a window [notBefore, expiry) against an interval. RFC 8392 §3.1.4: at `exp` it is already over.
 *  Within, iff some instant of the window is possible and the interval is at most `widthMax` wide.
 *  @param window.notBefore, window.expiry u32 seconds   @param widthMax W in seconds */
export function judgeWindow(
  interval: Interval,
  window: { readonly notBefore: Seconds; readonly expiry: Seconds },
  widthMax: number,
): WindowJudgement {
  const { lo, hi } = interval;
  if (lo >= window.expiry) return "late";
  if (hi === undefined) return "unknown";
  if (hi < window.notBefore) return "early";
  if (hi - lo > widthMax) return "unknown";
  // An empty window holds no instant: it is over before it begins.
  return window.notBefore < window.expiry ? "within" : "late";
}

function misses(current: Interval, evidence: Evidence): boolean {
  return evidence.hi < current.lo || (current.hi !== undefined && evidence.lo > current.hi);
}

function tighten(
  clock: Clock,
  current: Interval,
  evidence: { readonly lo: Seconds; readonly hi: Seconds; readonly now: Millis },
): Clock {
  const raisesLo = evidence.lo > current.lo;
  const lowersHi = current.hi === undefined || evidence.hi < current.hi;
  return {
    ...clock,
    lo: raisesLo ? evidence.lo : clock.lo,
    loAt: raisesLo ? evidence.now : clock.loAt,
    hi: lowersHi ? evidence.hi : clock.hi,
    hiAt: lowersHi ? evidence.now : clock.hiAt,
  };
}

/** The fewest whole seconds that truly passed while a clock that is `ppm` off counted `elapsed` milliseconds. Two readings
 *  are whole milliseconds each, so the time between them is off by up to one more. */
function elapsedAtLeast(elapsed: number, ppm: number): number {
  assert(elapsed >= 0, "clock: uptime does not run backwards");
  if (elapsed === 0) return 0;
  const counted = elapsed > ELAPSED_MILLIS_MAX ? ELAPSED_MILLIS_MAX : elapsed - 1;
  return Math.floor((counted - Math.ceil((counted * ppm) / 1_000_000)) / 1_000);
}

/** The most whole seconds that truly passed: a clock that runs slow by `ppm` counts (1 - ppm) of them. */
function elapsedAtMost(elapsed: number, ppm: number): number {
  assert(elapsed >= 0, "clock: uptime does not run backwards");
  if (elapsed === 0) return 0;
  const counted = elapsed + 1;
  return Math.ceil((counted + Math.ceil((counted * ppm) / (1_000_000 - ppm))) / 1_000);
}
