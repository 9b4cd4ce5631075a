// A board's commands to its lock: it asks one thing at a time, and opens another session whenever nobody answers.
// Why: either side may be reset, the cable cut and mended, frames lost: what was asked is then asked again with the same id,
// so that the lock does it once; and whoever asked is told "no answer" in the end, never a guess.
// Follows docs/protocol.md §3.2. The sessions themselves are session.ts.

import type { Bytes } from "../bytes.ts";
import { assert, Fault } from "../fault.ts";
import { type Millis, millis } from "../platform.ts";
import {
  ANSWER_MILLIS_MAX,
  type Asked,
  COMMAND_ID_BYTES,
  type Command,
  commandOf,
  encodeCommand,
  parseWord,
  type Reply,
  type View,
} from "./command.ts";
import { BoardSessions, type BoardSessionsParts } from "./session.ts";

/** After how long a command is sent again. */
export const REPEAT_MILLIS = 1_000;
/** How often it is sent again before the link is taken as dead. */
export const REPEATS_MAX = 3;

/** What a link is made of. */
export interface BoardLinkParts extends BoardSessionsParts {
  /** For how long an entry is held back after the last one's answer, in milliseconds, as the lock takes one in 5 s; one that is
   *  too early all the same, since the lock is not ready yet, is then asked again until it is not. Where it is left out, nothing
   *  is held back, and the second "early" is an answer like others. */
  readonly holdMillis?: number;
}

/** What came of a frame, or of time passing. */
export type LinkEvent =
  | { readonly kind: "nothing" }
  /** A new session stands; the lock uses it from the first command that comes over it. */
  | { readonly kind: "up" }
  /** The answer to what was asked. */
  | { readonly kind: "reply"; readonly asked: Command["kind"]; readonly reply: Reply }
  | { readonly kind: "view"; readonly view: View }
  /** What was asked is given up; the lock may have done it or not. */
  | { readonly kind: "unanswered"; readonly asked: Command["kind"] };

interface Outstanding {
  /** The digits of an entry are its own. */
  readonly asked: Asked;
  readonly id: Bytes;
  readonly since: Millis;
  /** When it was sent last, and how often over this session; 0 before it was. */
  sentAt: Millis;
  sent: number;
  /** Whether it was asked again at once when it was too early. */
  isAskedAnew: boolean;
}

const NOTHING: LinkEvent = Object.freeze({ kind: "nothing" });

/** The link. It owns the sessions and the command that waits: `close()` ends it, and twice is harmless. */
export class BoardLink {
  readonly #parts: BoardLinkParts;
  readonly #sessions: BoardSessions;
  #outstanding: Outstanding | undefined;
  /** Until when an entry is held back. */
  #heldUntil: Millis = millis(0);
  #isClosed = false;
  #now: Millis;

  constructor(parts: BoardLinkParts, now: Millis) {
    this.#parts = parts;
    this.#sessions = new BoardSessions(parts, now);
    this.#now = now;
  }

  /** Whether there is a session: the lock has proven itself, and has not failed to answer since. */
  get isUp(): boolean {
    return this.#sessions.isUp;
  }

  /** Whether a command waits for its answer: then no other may be sent. */
  get isBusy(): boolean {
    return this.#outstanding !== undefined;
  }

  /** What waits for its answer. */
  get asking(): Command["kind"] | undefined {
    return this.#outstanding?.asked.kind;
  }

  /** Asks the lock, as soon as there is a session and, for an entry, the lock takes one. The digits of an entry are copied, the caller wipes its own. */
  send(asked: Asked, now: Millis): void {
    assert(this.#outstanding === undefined && !this.#isClosed, "one command waits at a time");
    const id = new Uint8Array(COMMAND_ID_BYTES);
    this.#parts.random.fill(id);
    const kept = asked.kind === "entry" ? { ...asked, digits: asked.digits.slice() } : asked;
    this.#now = now;
    this.#outstanding = { asked: kept, id, since: now, sentAt: now, sent: 0, isAskedAnew: false };
    this.#transmit(now);
  }

  /** Forgets the command that waits, and wipes it; the lock may have done it or not. */
  cancel(): void {
    this.#forgetOutstanding();
  }

  /** Takes one frame. Total: it never throws for any bytes. */
  received(frame: Bytes, now: Millis): LinkEvent {
    this.#now = now;
    const event = this.#sessions.received(frame, now);
    if (event.kind === "nothing") return NOTHING;
    if (event.kind === "plaintext") return this.#read(event.plaintext);
    if (this.#outstanding !== undefined) this.#outstanding.sent = 0;
    this.#transmit(now);
    return { kind: "up" };
  }

  /** Does what is due: sends again, opens anew, gives up. */
  tick(now: Millis): LinkEvent {
    this.#now = now;
    if (this.#isClosed) return NOTHING;
    const event = this.#giveUp(now);
    this.#repeat(now);
    this.#sessions.tick(now);
    return event;
  }

  /** The uptime by which `tick` must be called. */
  get nextTick(): Millis {
    let next: number = this.#sessions.nextTick;
    const waiting = this.#outstanding;
    if (waiting !== undefined) {
      next = Math.min(next, waiting.since + ANSWER_MILLIS_MAX);
      if (this.#sessions.isUp) next = Math.min(next, this.#dueAt(waiting));
    }
    return millis(Math.max(next, this.#now));
  }

  /** Forgets the sessions, their keys and what waits. */
  close(): void {
    this.#isClosed = true;
    this.#sessions.close();
    this.#forgetOutstanding();
  }

  #read(plaintext: Bytes): LinkEvent {
    try {
      return this.#hear(plaintext);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return NOTHING;
    }
  }

  #hear(plaintext: Bytes): LinkEvent {
    const word = parseWord(plaintext);
    if (word.kind === "notice") return { kind: "view", view: word.view };
    const { reply } = word;
    const waiting = this.#outstanding;
    // A late answer to what was given up: what the lock shows is true all the same.
    if (waiting === undefined || !this.#parts.crypto.isEqual(waiting.id, reply.id))
      return { kind: "view", view: reply.view };
    if (reply.result === "early" && this.#askAnew(waiting)) return { kind: "view", view: reply.view };
    this.#forgetOutstanding();
    return { kind: "reply", asked: waiting.asked.kind, reply };
  }

  /** Asks again for what was too early: once at once, as the lock may only have waited for an entry that names a newer frame, which
   *  this answer is; then each second. @returns false where "early" is the answer */
  #askAnew(waiting: Outstanding): boolean {
    if (waiting.isAskedAnew && this.#parts.holdMillis === undefined) return false;
    waiting.sent = 0;
    this.#heldUntil = waiting.isAskedAnew ? millis(this.#now + REPEAT_MILLIS) : this.#now;
    waiting.isAskedAnew = true;
    this.#transmit(this.#now);
    return true;
  }

  #giveUp(now: Millis): LinkEvent {
    const waiting = this.#outstanding;
    if (waiting === undefined || now - waiting.since < ANSWER_MILLIS_MAX) return NOTHING;
    this.#forgetOutstanding();
    return { kind: "unanswered", asked: waiting.asked.kind };
  }

  #repeat(now: Millis): void {
    const waiting = this.#outstanding;
    if (waiting === undefined || !this.#sessions.isUp || now < this.#dueAt(waiting)) return;
    if (waiting.sent <= REPEATS_MAX) {
      this.#transmit(now);
      return;
    }
    this.#sessions.restart();
  }

  /** When a command that waits is sent over the session that stands, for the first time or again. */
  #dueAt(waiting: Outstanding): Millis {
    return isHeld(waiting) ? this.#heldUntil : millis(waiting.sentAt + REPEAT_MILLIS);
  }

  /** Sends the command that waits, where there is a session for it, and it is not held back. */
  #transmit(now: Millis): void {
    const waiting = this.#outstanding;
    if (waiting === undefined || !this.#sessions.canSend) return;
    if (isHeld(waiting) && now < this.#heldUntil) return;
    waiting.sentAt = now;
    waiting.sent++;
    const { asked, id } = waiting;
    const plaintext = encodeCommand(commandOf(asked, id, this.#sessions.heard));
    this.#sessions.send(plaintext);
    this.#parts.crypto.wipe(plaintext);
  }

  #forgetOutstanding(): void {
    const waiting = this.#outstanding;
    if (waiting === undefined) return;
    if (waiting.asked.kind === "entry") {
      this.#parts.crypto.wipe(waiting.asked.digits);
      // Answered or given up: the lock may have taken it just now.
      this.#heldUntil = millis(this.#now + (this.#parts.holdMillis ?? 0));
    }
    this.#outstanding = undefined;
  }
}

/** Whether a command was not sent yet over the session that stands, and may have to wait for its time. */
function isHeld({ asked, sent }: Outstanding): boolean {
  return asked.kind === "entry" && sent === 0;
}
