// The camera's end of the radio to its lock: it hears what the lock asks, and answers with one heartbeat.
// Why: a proof counts by the lock's number in it and by nothing else, so the camera repeats nothing, holds nothing back, and
// never speaks of its own accord but to say that a new session stands. Where the lock falls silent it ends the session and opens
// another, so that whoever holds a word of the lock back for longer holds nothing: an ask or a ticket counts when it comes.
// Follows docs/protocol.md §3.3; the sessions are firmware/link/session.ts.

import type { Bytes } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";
import { BoardSessions, type BoardSessionsParts } from "../firmware/link/session.ts";
import {
  type Ask,
  encodeHeartbeat,
  encodeHere,
  type Heartbeat,
  type LockWord,
  parseLockWord,
} from "../firmware/link/witness.ts";
import { type Millis, millis } from "../firmware/platform.ts";
import { ROLE_CAMERA } from "../firmware/role.ts";

/** After how long without an ask the session is ended and another opened, where the lock's last one said that nobody comes: it asks each 60 s. */
export const REST_SILENCE_MILLIS = 75_000;
/** The same where the lock asks each 500 ms, and over a session in which it has not spoken yet. */
export const SILENCE_MILLIS = 3_000;
/** How far an ask may lag behind the freshest one of its session by the lock's own time, in milliseconds: asks that are let through
 *  one by one are never silence. More than this is what a lock's time may lose in a day. */
export const LAG_MILLIS_MAX = 10_000;
/** How often a camera says that it is there, until the lock's first word over a new session. */
export const HERE_MILLIS = 1_000;

const UNKNOWN_TIME = 0xffff_ffff;
const SECOND_MILLIS = 1_000;

/** What a link is made of. */
export type CameraLinkParts = Omit<BoardSessionsParts, "role">;

/** The link of one camera to its one lock. It owns the sessions: `close()` ends them, and twice is harmless. */
export class CameraLink {
  readonly #sessions: BoardSessions;
  /** When the lock's last ask came, or a session was made. */
  #heardAt: Millis;
  /** For how long the lock may be silent. */
  #silenceMillis = SILENCE_MILLIS;
  /** When the lock is told of a new session again; undefined once it has spoken over it. */
  #hereAt: Millis | undefined;
  /** Uptime less the lock's time at the freshest ask of the session; undefined before it. */
  #lead: number | undefined;
  #count = 0;
  #isHeard = false;
  #isClosed = false;
  #now: Millis;

  constructor(parts: CameraLinkParts, now: Millis) {
    this.#sessions = new BoardSessions({ ...parts, role: ROLE_CAMERA }, now);
    this.#heardAt = now;
    this.#now = now;
  }

  /** Whether the lock is there: it has spoken over a session, and has not been silent for too long since. */
  get isUp(): boolean {
    return this.#isHeard && this.#sessions.isUp;
  }

  /** How many sessions were made: the newest one's number. */
  get count(): number {
    return this.#count;
  }

  /** Takes one frame. Total: it never throws for any bytes.
   *  @returns what the lock says, to be heeded at once; an ask is to be answered */
  received(frame: Bytes, now: Millis): LockWord | undefined {
    this.#now = now;
    this.#endSilent(now);
    const event = this.#sessions.received(frame, now);
    if (event.kind === "nothing") return undefined;
    if (event.kind === "plaintext") return this.#hear(event.plaintext, now);
    this.#count += 1;
    this.#heardAt = now;
    this.#lead = undefined;
    this.#silenceMillis = SILENCE_MILLIS;
    this.#sayHere(now);
    return undefined;
  }

  /** Answers the lock's ask; where no session stands any more, nobody hears it. */
  answer(beat: Heartbeat, now: Millis): void {
    this.#now = now;
    if (this.#sessions.canSend) this.#sessions.send(encodeHeartbeat(beat));
  }

  /** Has the lock ask soon: something has happened that it should know. */
  hurry(now: Millis): void {
    this.#now = now;
    if (this.isUp) this.#sessions.send(encodeHere());
  }

  /** Does what is due: says again that it is there, ends a session in which the lock is silent, and opens another. */
  tick(now: Millis): void {
    this.#now = now;
    if (this.#isClosed) return;
    this.#endSilent(now);
    if (this.#hereAt !== undefined && now >= this.#hereAt) this.#sayHere(now);
    this.#sessions.tick(now);
    if (!this.#sessions.isUp) this.#isHeard = false;
  }

  /** The uptime by which `tick` must be called. */
  get nextTick(): Millis {
    const { isUp, nextTick } = this.#sessions;
    let next: number = nextTick;
    if (this.#hereAt !== undefined) next = Math.min(next, this.#hereAt);
    if (isUp) next = Math.min(next, this.#heardAt + this.#silenceMillis);
    return millis(Math.max(next, this.#now));
  }

  /** Forgets the sessions. */
  close(): void {
    this.#isClosed = true;
    this.#isHeard = false;
    this.#hereAt = undefined;
    this.#sessions.close();
  }

  #hear(plaintext: Bytes, now: Millis): LockWord | undefined {
    let word: LockWord;
    try {
      word = parseLockWord(plaintext);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return undefined;
    }
    if (word.kind === "ask" && this.#isLate(word.ask, now)) {
      this.#restart();
      return undefined;
    }
    this.#isHeard = true;
    this.#hereAt = undefined;
    // A ticket says nothing of its time: only asks prolong a session.
    if (word.kind === "ask") {
      this.#heardAt = now;
      this.#silenceMillis = word.ask.purpose === "rest" ? REST_SILENCE_MILLIS : SILENCE_MILLIS;
    }
    return word;
  }

  /** Whether an ask was held back, by the lock's own time in it. A lock whose time was set back opens a session more for it. */
  #isLate({ lo, hi }: Ask, now: Millis): boolean {
    if (hi === UNKNOWN_TIME) return false;
    const lead = now - lo * SECOND_MILLIS;
    this.#lead = Math.min(lead, this.#lead ?? lead);
    return lead - this.#lead > LAG_MILLIS_MAX;
  }

  #endSilent(now: Millis): void {
    if (this.#sessions.isUp && now - this.#heardAt >= this.#silenceMillis) this.#restart();
  }

  #restart(): void {
    this.#isHeard = false;
    this.#hereAt = undefined;
    this.#sessions.restart();
  }

  #sayHere(now: Millis): void {
    this.#hereAt = millis(now + HERE_MILLIS);
    if (this.#sessions.canSend) this.#sessions.send(encodeHere());
  }
}
