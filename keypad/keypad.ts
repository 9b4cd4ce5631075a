// The keypad: from fingers to a sealed command, and from the lock's answer to a light.
// Why: it stands outside, in anybody's hands; so it decides nothing, holds no code and no list, and what it keeps is its own
// two keys and the name and key of its lock. Digits are here for seconds, and leave sealed or not at all (T01, T38).
// Follows docs/protocol.md §3.2. It knows no lock module.

import type { Bytes } from "../firmware/bytes.ts";
import { selfTest } from "../firmware/crypto/selftest.ts";
import { Fault } from "../firmware/fault.ts";
import { type Identity, openIdentity } from "../firmware/identity.ts";
import { BoardLink, type LinkEvent } from "../firmware/link/board.ts";
import type { Asked, Result, View } from "../firmware/link/command.ts";
import type { PairedLock } from "../firmware/link/introduction.ts";
import { Pairing } from "../firmware/link/pairing.ts";
import { type Millis, millis } from "../firmware/platform.ts";
import { ROLE_KEYPAD } from "../firmware/role.ts";
import { Entry, type EntryEvent } from "./entry.ts";
import { Player } from "./light.ts";
import type { KeypadOptions, KeypadPlatform, Snapshot } from "./options.ts";
import { Presses } from "./presses.ts";

/** How often a keypad says that it is there, where it is not told otherwise. */
export const REPORT_MILLIS = 60_000;
/** For how long an entry is held back after the last one's answer: the lock takes one in 5 s, and the two clocks may differ by
 *  5 % in it. Whoever is quick waits, and is not refused. */
export const ENTRY_HOLD_MILLIS = 5_250;
/** For so long a bolt that is thrown is the answer to the lock key. */
const LOCK_MILLIS_MAX = 60_000;
/** How long the star is held, behind an open case, to forget the lock. */
export const FORGET_HOLD_MILLIS = 10_000;

/** One keypad. */
export class Keypad {
  readonly #platform: KeypadPlatform;
  readonly #identity: Identity;
  readonly #pairing: Pairing;
  readonly #presses = new Presses();
  readonly #entry = new Entry();
  readonly #player: Player;
  readonly #reportMillis: number;
  #link: BoardLink | undefined;
  #isCaseOpen = false;
  /** Whether the lock does not know yet that the case was opened; it is told even where it was closed again meanwhile. Whoever
   *  makes the keypad forget its lock opens the case for it, so the next lock is told, whatever the former one was. */
  #hasOpened: boolean;
  /** What the last report said of the case. */
  #saidOpen = false;
  /** When the lock key was answered that the bolt is not thrown yet. */
  #lockAt: Millis | undefined;
  /** Since when the star is held behind an open case. */
  #forgetFrom: Millis | undefined;
  /** When a report is due. */
  #reportAt: Millis;
  #wasStuck = false;
  #now: Millis;

  /** Boots: tests the primitives, and finds its keys and its lock.
   *  @throws Fault crypto.selftest, crypto.key, flash.io: the board must not run then */
  constructor(platform: KeypadPlatform, options: KeypadOptions, now: Millis) {
    const { crypto, random, constants, face } = platform;
    selfTest(crypto);
    this.#platform = platform;
    this.#identity = openIdentity(crypto, constants, random);
    this.#pairing = new Pairing({ crypto, constants, identity: this.#identity, role: ROLE_KEYPAD }, now);
    this.#hasOpened = this.#pairing.hasOpened;
    this.#player = new Player(face, options.isSilent);
    this.#reportMillis = options.reportMillis ?? REPORT_MILLIS;
    this.#now = now;
    this.#reportAt = now;
    const { lock } = this.#pairing;
    if (lock !== undefined) this.#join(lock, now);
  }

  /** Ed25519, 32 bytes. */
  get signingKey(): Bytes {
    return this.#identity.signingKey;
  }

  /** X25519, 32 bytes. */
  get agreementKey(): Bytes {
    return this.#identity.agreementKey;
  }

  get snapshot(): Snapshot {
    return {
      isPaired: this.#pairing.lock !== undefined,
      isUp: this.#link?.isUp === true,
      isCaseOpen: this.#isCaseOpen,
      isKeyStuck: this.#presses.isStuck,
      isTyping: !this.#entry.isEmpty,
      pattern: this.#player.pattern,
    };
  }

  /** Reads the keys: on any edge of one, and whenever `nextTick` says so (`tick` does it too). */
  scan(now: Millis): void {
    this.#now = now;
    const key = this.#presses.take(this.#platform.keys.scan(now), now);
    if (this.#presses.isStuck !== this.#wasStuck) {
      this.#wasStuck = this.#presses.isStuck;
      this.#reportAt = now;
    }
    if (key !== undefined && this.#isCaseOpen) this.#forgetFrom = key === "*" ? now : undefined;
    else if (key !== undefined && this.#isAsking) this.#entry.miss(key, now);
    else if (key !== undefined) this.#do(this.#entry.press(key, now), now);
    this.#finish(now);
  }

  /** Takes one frame. Total: no bytes make it throw. */
  received(frame: Bytes, now: Millis): void {
    this.#now = now;
    if (this.#link !== undefined) this.#hear(this.#link.received(frame, now), now);
    else this.#takeLock(frame, now);
    this.#finish(now);
  }

  /** Takes the contact of the case. */
  tamperChanged(isOpen: boolean, now: Millis): void {
    this.#now = now;
    if (isOpen === this.#isCaseOpen) return;
    this.#isCaseOpen = isOpen;
    this.#hasOpened ||= isOpen;
    this.#forgetFrom = undefined;
    this.#entry.clear();
    if (this.#link?.asking === "entry") {
      this.#link.cancel();
      this.#player.stop(now);
    }
    this.#reportAt = now;
    this.#finish(now);
  }

  /** Does what is due. */
  tick(now: Millis): void {
    this.#now = now;
    const scanAt = this.#presses.nextScan;
    if (scanAt !== undefined && now >= scanAt) this.scan(now);
    const isStarHeld = this.#presses.isHeld("*");
    this.#do(this.#entry.tick(isStarHeld && !this.#isCaseOpen, now), now);
    if (!isStarHeld) this.#forgetFrom = undefined;
    if (this.#forgetFrom !== undefined && now - this.#forgetFrom >= FORGET_HOLD_MILLIS) this.#forget(now);
    if (this.#link !== undefined) this.#hear(this.#link.tick(now), now);
    if (this.#pairing.tick(now)) this.#part(now);
    this.#player.tick(now);
    this.#finish(now);
  }

  /** The uptime by which `tick` must be called. */
  get nextTick(): Millis {
    const times = [this.#presses.nextScan, this.#entry.nextTick, this.#player.nextTick, this.#link?.nextTick];
    times.push(this.#pairing.nextTick);
    if (this.#link?.isUp && !this.#link.isBusy) times.push(this.#reportAt);
    if (this.#forgetFrom !== undefined) times.push(millis(this.#forgetFrom + FORGET_HOLD_MILLIS));
    let next = Number.POSITIVE_INFINITY;
    for (const time of times) if (time !== undefined && time < next) next = time;
    return millis(Math.max(next, this.#now));
  }

  /** Whether an answer is waited for that somebody at the keys wants to know. */
  get #isAsking(): boolean {
    const asking = this.#link?.asking;
    return asking !== undefined && asking !== "report";
  }

  #do(event: EntryEvent, now: Millis): void {
    switch (event.kind) {
      case "nothing":
        return;
      case "typed":
        this.#player.play("click", now);
        return;
      case "overflow":
        this.#player.play("no", now);
        return;
      case "missed":
        this.#player.play("early", now);
        return;
      case "entered":
        this.#ask({ kind: "entry", digits: event.digits }, now);
        this.#entry.clear();
        return;
      case "bell":
      case "lock":
        this.#ask({ kind: event.kind }, now);
    }
  }

  /** Asks for somebody at the keys: a report that waits gives way, and comes again. */
  #ask(asked: Asked, now: Millis): void {
    const link = this.#link;
    if (link === undefined) {
      this.#player.play("no-link", now);
      return;
    }
    if (link.isBusy) this.#reportAt = now;
    link.cancel();
    this.#lockAt = undefined;
    link.send(asked, now);
    this.#player.play(asked.kind === "bell" ? "bell" : "asking", now);
  }

  #hear(event: LinkEvent, now: Millis): void {
    switch (event.kind) {
      case "nothing":
        return;
      case "up":
        if (!this.#pairing.proved(now)) this.#part(now);
        this.#reportAt = now;
        return;
      case "view":
        this.#see(event.view, now);
        return;
      case "unanswered":
        if (event.asked !== "report") this.#player.play("no-link", now);
        return;
      case "reply":
        this.#see(event.reply.view, now);
        if (event.asked === "report") this.#reported(now);
        else this.#answer(event, now);
    }
  }

  #answer({ asked, reply }: Extract<LinkEvent, { kind: "reply" }>, now: Millis): void {
    const { result, view } = reply;
    // A bell has rung here before it rang inside.
    if (asked === "bell" && result === "yes") return;
    const isLocking = asked === "lock" && result === "wait";
    if (isLocking && !view.isThrown) this.#lockAt = now;
    this.#say(isLocking && view.isThrown ? "yes" : result, view, now);
  }

  /** Takes what the lock shows. Whoever wished to lock, and was told to wait, is told when the bolt is thrown. */
  #see(view: View, now: Millis): void {
    this.#player.suit(view, now);
    if (this.#lockAt === undefined || !view.isThrown) return;
    if (now - this.#lockAt <= LOCK_MILLIS_MAX) this.#say("yes", view, now);
    this.#lockAt = undefined;
  }

  /** Shows an answer, and behind a yes that the lock's battery is low. */
  #say(result: Result, { isBatteryLow }: View, now: Millis): void {
    this.#player.play(result, now, result === "yes" && isBatteryLow ? "battery" : undefined);
  }

  /** The lock has heard the last report; what was different since is reported next. */
  #reported(now: Millis): void {
    if (this.#saidOpen) this.#told();
    if (this.#saidOpen !== (this.#isCaseOpen || this.#hasOpened)) this.#reportAt = now;
  }

  #told(): void {
    this.#hasOpened = false;
    try {
      this.#pairing.told();
    } catch (fault) {
      // It is told once more after the next start: rather twice than never.
      if (!(fault instanceof Fault)) throw fault;
    }
  }

  /** Sends what is due, where nothing else waits. */
  #finish(now: Millis): void {
    const link = this.#link;
    if (link === undefined) {
      const offer = this.#pairing.offer(now);
      if (offer !== undefined) this.#platform.wire.send(offer);
      return;
    }
    if (link.isBusy || !link.isUp || now < this.#reportAt) return;
    this.#reportAt = millis(now + this.#reportMillis);
    const { millivolts } = this.#platform.battery;
    const isCaseOpen = this.#isCaseOpen || this.#hasOpened;
    this.#saidOpen = isCaseOpen;
    link.send({ kind: "report", isCaseOpen, isKeyStuck: this.#presses.isStuck, millivolts }, now);
  }

  #join(lock: PairedLock, now: Millis): void {
    const { crypto, random, wire } = this.#platform;
    const parts = { crypto, random, wire, role: ROLE_KEYPAD, identity: this.#identity, lock };
    this.#link = new BoardLink({ ...parts, holdMillis: ENTRY_HOLD_MILLIS }, now);
  }

  /** A keypad without a lock takes the first that answers its offer. */
  #takeLock(frame: Bytes, now: Millis): void {
    try {
      this.#join(this.#pairing.take(frame, now), now);
    } catch (fault) {
      // Not an answer: there is no lock yet, and the offer goes on.
      if (!(fault instanceof Fault)) throw fault;
    }
  }

  /** Has no lock any more. */
  #part(now: Millis): void {
    if (this.#isAsking) this.#player.stop(now);
    this.#link?.close();
    this.#link = undefined;
    this.#lockAt = undefined;
  }

  /** Forgets its lock: whoever opens the case may. */
  #forget(now: Millis): void {
    this.#forgetFrom = undefined;
    if (this.#link === undefined) return;
    try {
      this.#pairing.forget(now);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.#player.play("no", now);
      return;
    }
    this.#part(now);
    this.#hasOpened = true;
    this.#player.play("yes", now);
  }
}
