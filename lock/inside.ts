// The inside button: it always opens (lock.ts), and for a minute it vouches that somebody stands inside.
// Why: owner keys and first adoption change only with presence at the door; a guest who is in the house must not be able
// to give it, so a press during a visit opens and vouches for nothing (docs/attacks.md T52). Nor may a thief with an owner's
// phone wait in silence for somebody to go out: whose keys count changes only after a press that came behind the lock's own
// alarm for that very request (T43).
// Follows docs/protocol.md §2.3, "Presence".

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Millis } from "../firmware/platform.ts";

/** How long a press vouches, and how long an announced request waits for one. */
export const PRESENCE_MILLIS = 60_000;

/** How long nobody outside may lock the door before whoever pressed. */
export const LEAVING_MILLIS = 10_000;

/** A key, and when something was so for it. */
interface Asked {
  /** 8 bytes. */
  readonly kid: Bytes;
  readonly at: Millis;
}

/** Somebody inside, or nobody known to be. */
export class Presence {
  readonly #crypto: Crypto;
  #lastPress: Millis | undefined;
  #lastExit: Millis | undefined;
  /** The key whose request was announced and waits for a press. */
  #announced: Asked | undefined;
  /** The key for which somebody pressed, having been told. */
  #answered: Asked | undefined;

  constructor(crypto: Crypto) {
    this.#crypto = crypto;
  }

  /** Takes a press. @param isGuestInside whether a guest may be inside: then it vouches for nobody */
  press(isGuestInside: boolean, now: Millis): void {
    this.#lastExit = now;
    if (isGuestInside) return;
    this.#lastPress = now;
    const announced = this.#announced;
    if (announced === undefined || !isFresh(announced.at, now)) return;
    this.#answered = { kid: announced.kid, at: now };
    this.#announced = undefined;
  }

  /** Whether somebody inside has just asked to get out. */
  isLeaving(now: Millis): boolean {
    return this.#lastExit !== undefined && now - this.#lastExit <= LEAVING_MILLIS;
  }

  /** Ends it: a visit begins, or the door opens. */
  end(): void {
    this.#lastPress = undefined;
    this.#answered = undefined;
  }

  /** Whether a press within the last minute vouches for somebody inside. */
  isKnown(now: Millis): boolean {
    return isFresh(this.#lastPress, now);
  }

  /** Whether somebody inside pressed for this key's request within the last minute. @param kid 8 bytes */
  isAnswered(kid: Bytes, now: Millis): boolean {
    return this.isKnown(now) && this.#isOf(this.#answered, kid, now);
  }

  /** Whose announced request waits for a press: this key's, another's, or nobody's. @param kid 8 bytes */
  waitsFor(kid: Bytes, now: Millis): "this" | "another" | "nobody" {
    if (this.#announced === undefined || !isFresh(this.#announced.at, now)) return "nobody";
    return this.#isOf(this.#announced, kid, now) ? "this" : "another";
  }

  /** Notes that the lock has told everybody of a key's request. @param kid 8 bytes */
  announce(kid: Bytes, now: Millis): void {
    this.#announced = { kid: kid.slice(), at: now };
  }

  #isOf(asked: Asked | undefined, kid: Bytes, now: Millis): boolean {
    return asked !== undefined && isFresh(asked.at, now) && this.#crypto.isEqual(asked.kid, kid);
  }
}

function isFresh(moment: Millis | undefined, now: Millis): boolean {
  return moment !== undefined && now - moment <= PRESENCE_MILLIS;
}
