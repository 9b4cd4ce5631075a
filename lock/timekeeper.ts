// The lock's end of Roughtime: nonces that it gives to any phone, answers that it verifies, and the quorum that it believes.
// Why: a lock that lost power must learn the time from whoever stands at the door, the courier too; so it believes no phone
// and no single server, only two servers of its owner's choice that agree (docs/attacks.md T10, T47).
// Follows docs/protocol.md §6, "Roughtime", and RFC 10049.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import type { Denial } from "../firmware/grant/denial.ts";
import { CLOCK_QUORUM } from "../firmware/journal/entry.ts";
import { Bucket } from "../firmware/link/bucket.ts";
import { type Millis, type Random, type Seconds, seconds, type Transport } from "../firmware/platform.ts";
import { at, type Clock, type Evidence, type Interval, intersect, startClock } from "../firmware/time/clock.ts";
import { ROUGHTIME_NONCE_BYTES, type ServerTime, verifyTimeResponse } from "../firmware/time/roughtime.ts";
import type { Memory } from "./memory.ts";
import type { Recorder } from "./recorder.ts";

/** An answer that took longer is of no use, and says so little that it is not looked at. */
export const ANSWER_MILLIS_MAX = 60_000;
/** Answers that are further apart make no quorum. */
export const QUORUM_MILLIS_MAX = 120_000;
/** Answers that one session may bring: each costs two signatures. */
export const ANSWERS_PER_SESSION_MAX = 6;
/** Over each carrier. */
const ANSWERS = Object.freeze({ atOnce: 6, tryMillis: 10_000 });

/** A nonce that waits for its answer. */
interface Asked {
  readonly server: number;
  readonly nonce: Bytes;
  readonly at: Millis;
}

/** What a server said, as a clock that widens until another agrees. */
interface Told {
  readonly server: number;
  readonly key: Bytes;
  readonly clock: Clock;
  readonly at: Millis;
}

/** What one session has asked and brought. */
export interface TimeTalk {
  asked: Asked | undefined;
  told: readonly Told[];
  answers: number;
}

/** Begins a session's talk about the time. */
export function openTimeTalk(): TimeTalk {
  return { asked: undefined, told: [], answers: 0 };
}

/** What the timekeeper reaches in the lock. */
export interface TimekeeperParts {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly memory: Memory;
  readonly recorder: Recorder;
  readonly clockPartsPerMillion: number;
  readonly buildTime: Seconds;
}

/** Nonces and answers of all sessions. */
export class Timekeeper {
  readonly #parts: TimekeeperParts;
  readonly #rations: Readonly<Record<Transport, Bucket>>;

  constructor(parts: TimekeeperParts, now: Millis) {
    this.#parts = parts;
    this.#rations = Bucket.ofEach(ANSWERS, now);
  }

  /** Gives a nonce for a server; the one before is worth nothing then. @returns undefined where there is no such server */
  ask(talk: TimeTalk, server: number, now: Millis): Bytes | undefined {
    if (this.#keyOf(server) === undefined) return undefined;
    const nonce = new Uint8Array(ROUGHTIME_NONCE_BYTES);
    this.#parts.random.fill(nonce);
    talk.asked = { server, nonce, at: now };
    return nonce;
  }

  /** Takes a server's answer. The first that holds is kept; with one that agrees with it, the lock learns the time.
   *  @returns why not, or undefined: challenge (none was asked, or too late), rate, signature, clock (it agrees with nobody,
   *    or with nothing that can be) */
  take(
    talk: TimeTalk,
    answer: Bytes,
    from: { readonly transport: Transport; readonly now: Millis },
  ): Denial | undefined {
    const { transport, now } = from;
    const { asked } = talk;
    const key = asked === undefined ? undefined : this.#keyOf(asked.server);
    talk.asked = undefined;
    if (asked === undefined || key === undefined || now - asked.at > ANSWER_MILLIS_MAX) return "challenge";
    if (talk.answers >= ANSWERS_PER_SESSION_MAX || !this.#rations[transport].take(now)) return "rate";
    talk.answers++;
    const time = this.#verify(answer, { nonce: asked.nonce, key });
    if (time === undefined) return "signature";
    const told = { server: asked.server, key, at: now, clock: this.#clockOf(time, asked.at, now) };
    const others = talk.told.filter((other) => this.#isOther(other, told, now));
    talk.told = [...others, told];
    if (others.length === 0) return undefined;
    return this.#agree(others, told, now);
  }

  /** The long-term key of a server, 32 bytes; undefined where the owner named none in that place. */
  #keyOf(server: number): Bytes | undefined {
    return this.#parts.memory.state.configuration.timeServers[server];
  }

  #verify(answer: Bytes, asked: { readonly nonce: Bytes; readonly key: Bytes }): ServerTime | undefined {
    try {
      return verifyTimeResponse(this.#parts.crypto, answer, asked);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return undefined;
    }
  }

  /** The server read its clock at some moment between the nonce and now, so the time is at least what it said less its
   *  radius, and at most that and its radius when the nonce was given. */
  #clockOf({ midpoint, radius }: ServerTime, askedAt: Millis, now: Millis): Clock {
    const { clockPartsPerMillion: driftPpm, buildTime } = this.#parts;
    const clock = startClock({ watermark: seconds(0), buildTime, driftPpm, now });
    const lo = seconds(Math.max(0, midpoint - radius));
    return { ...clock, lo, loAt: now, hi: seconds(midpoint + radius), hiAt: askedAt };
  }

  /** Another server with another key, not too long ago, and the owner still names it: two answers of one are not two. */
  #isOther(other: Told, told: Told, now: Millis): boolean {
    const { crypto } = this.#parts;
    const key = this.#keyOf(other.server);
    if (other.server === told.server || crypto.isEqual(other.key, told.key)) return false;
    return key !== undefined && crypto.isEqual(key, other.key) && now - other.at <= QUORUM_MILLIS_MAX;
  }

  #agree(others: readonly Told[], { clock }: Told, now: Millis): Denial | undefined {
    const mine = at(clock, now);
    let denial: Denial | undefined = "clock";
    for (const other of others) {
      const span = spanOf(mine, at(other.clock, now));
      if (span !== undefined) denial = this.#learn({ source: "quorum", ...span }, now);
      if (denial === undefined) return undefined;
    }
    return denial;
  }

  /** Takes what two servers agree on. It must fit what the lock knows: a stolen key of a server's cannot turn time back. */
  #learn(evidence: Evidence, now: Millis): Denial | undefined {
    const { memory, recorder } = this.#parts;
    const result = intersect(memory.clock, evidence, { now, hasPresence: false });
    if (result.kind === "alarm") recorder.alarm("clock", now);
    if (!("clock" in result)) return "clock";
    return memory.trySetClock(result, now, CLOCK_QUORUM) ? undefined : "journal";
  }
}

/** What two servers say together, where they agree: from the earlier to the later end. One of them may lie by as much as
 *  their radii, and what they have in common would then miss the truth, which lies within the honest one's. */
function spanOf(left: Interval, right: Interval): Pick<Evidence, "lo" | "hi"> | undefined {
  if (left.hi === undefined || right.hi === undefined) return undefined;
  if (left.lo > right.hi || right.lo > left.hi) return undefined;
  return { lo: seconds(Math.min(left.lo, right.lo)), hi: seconds(Math.max(left.hi, right.hi)) };
}
