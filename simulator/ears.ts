// An ear at the lock's radio: which frames it answered, and whether one of them was stale.
// Why: a frame that is played again, or comes late, must be as if it had not come; what the lock says in return is the only
// thing that shows it. Follows docs/protocol.md §3: in a session of commands the number of a frame strictly rises.

import type { Bytes } from "../firmware/bytes.ts";

const COMMANDS = 3;
const SESSION_AT = 1;
const NUMBER_AT = 5;
const HEADER_BYTES = 9;
/** Sessions that are remembered. */
const SESSIONS_MAX = 256;

/** Listens to what the lock is given and what it says at once. */
export class Ears {
  readonly #report: () => void;
  readonly #hear: (connection: number, frame: Bytes) => void;
  /** The highest number that was answered, by connection and session. */
  readonly #answered = new Map<string, number>();
  #heard: { readonly session: string; readonly number: number; readonly connection: number } | undefined;

  /** @param report called for each stale frame that was answered @param hear is given whatever the lock says */
  constructor(report: () => void, hear: (connection: number, frame: Bytes) => void = () => {}) {
    this.#report = report;
    this.#hear = hear;
  }

  /** A frame is about to be handed to the lock. */
  delivering(connection: number, frame: Bytes): void {
    this.#heard = undefined;
    if (frame[0] !== COMMANDS || frame.length < HEADER_BYTES) return;
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    const session = `${connection} ${view.getUint32(SESSION_AT, true)}`;
    this.#heard = { session, number: view.getUint32(NUMBER_AT, true), connection };
  }

  /** The lock has done with it. */
  delivered(): void {
    this.#heard = undefined;
  }

  /** The lock says something. */
  said(connection: number, frame: Bytes): void {
    this.#hear(connection, frame);
    const heard = this.#heard;
    if (heard === undefined || heard.connection !== connection || frame[0] !== COMMANDS) return;
    const { session, number } = heard;
    const before = this.#answered.get(session);
    if (before !== undefined && number <= before) this.#report();
    this.#answered.delete(session);
    this.#answered.set(session, number);
    const [oldest] = this.#answered.keys();
    if (this.#answered.size > SESSIONS_MAX && oldest !== undefined) this.#answered.delete(oldest);
    // A request has one answer; what follows it is a notice.
    this.#heard = undefined;
  }
}
