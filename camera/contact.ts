// The contact of the camera's case, and what the lock is told of it.
// Why: who opens the case closes it again before the radio is back, so the camera says it until the lock must have heard it. A
// heartbeat is not acknowledged, and each may be lost; so it is said again and again, over one session, and for a while.
// Follows docs/protocol.md §3.3.

import { type Millis, millis } from "../firmware/platform.ts";

/** For how long at least a case is called open that was closed again, in milliseconds: at rest the lock asks each minute. */
export const TOLD_MILLIS = 150_000;
/** How many answers in a row, over one session, say so at least; the lock has asked once more after the last of them. */
export const TOLD_ANSWERS = 3;

/** The contact. */
export class CaseContact {
  #isOpen = false;
  #hasOpened: boolean;
  #until: Millis;
  /** Answers that said so since it was closed, and over which session. */
  #answers = 0;
  #session: number | undefined;

  /** @param hasOpened whether it was open before the start, and no lock was told */
  constructor(hasOpened: boolean, now: Millis) {
    this.#hasOpened = hasOpened;
    this.#until = millis(now + TOLD_MILLIS);
  }

  /** Whether it is open. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether the lock is to be told that it is, or was, open. */
  get isTold(): boolean {
    return this.#isOpen || this.#hasOpened;
  }

  /** Takes what the contact says. */
  changed(isOpen: boolean, now: Millis): void {
    this.#hasOpened ||= isOpen;
    this.#isOpen = isOpen;
    this.#answers = 0;
    this.#until = millis(now + TOLD_MILLIS);
  }

  /** The camera forgets its lock, which only a hand at the open case does: the next lock is told. */
  forgotten(): void {
    this.#hasOpened = true;
    this.#answers = 0;
  }

  /** Takes note of an ask that is about to be answered. @param session that it came over
   *  @returns whether the lock has heard by now that the case was open: the answer does not say it any more */
  asked(session: number, now: Millis): boolean {
    if (this.#isOpen || !this.#hasOpened) return false;
    if (this.#session !== session) this.#answers = 0;
    this.#session = session;
    if (this.#answers >= TOLD_ANSWERS && now >= this.#until) {
      this.#hasOpened = false;
      return true;
    }
    this.#answers += 1;
    return false;
  }
}
