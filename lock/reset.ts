// The way back to the factory: who may start it, the loud delay before it, and its execution, which no cut of power splits.
// Why: whoever lost every key must get out, and nobody may take a lock over in silence: so a reset is loud, slow without
// the key on paper, and leaves a lock with another identity, whose former one has signed how far its records went
// (docs/attacks.md T42, T43, T52).
// Follows docs/protocol.md §2.3, "Factory reset". The delay lives in RAM: a restart ends it, so nothing can shorten it.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import type { Geometry } from "../firmware/journal/journal.ts";
import { type Constants, type Flash, type Indicator, type Millis, millis } from "../firmware/platform.ts";
import { forgetIdentity } from "./identity.ts";
import type { Memory } from "./memory.ts";
import { forgetNetwork } from "./network.ts";
import type { Recorder } from "./recorder.ts";

/** The loud delay, of uptime. */
export const RESET_MILLIS = 86_400_000;
/** How often it sounds. */
export const RESET_ALARM_MILLIS = 60_000;
/** Presses of the inside button with the cover open, and the time in which they must come. */
export const RESET_PRESSES = 5;
export const RESET_PRESSES_MILLIS = 10_000;
/** After an owner's cancel the cover starts no other for so long. */
export const RESET_REFUSED_MILLIS = 3_600_000;
/** Where the former identity's last checkpoint is kept. */
export const FAREWELL = "farewell";

const MARK = "reset";
const CHUNK_BYTES = 1_024;

/** What a reset needs of its lock. */
export interface ResetParts {
  readonly constants: Constants;
  readonly indicator: Indicator;
  readonly memory: Memory;
  readonly recorder: Recorder;
  /** Starts the board anew, once. */
  restart(): void;
}

interface Run {
  /** The owner's key that asked for it, 8 bytes; undefined where somebody did at the cover. */
  readonly by: Bytes | undefined;
  readonly endsAt: Millis;
  readonly soundsAt: Millis;
}

/** Does what a marked reset has left to do: erases every sector of the journal, then the
 *  network, then the keys, then the mark. Each step may
 *  be cut, and is then done again from the first.
 *  @returns false where the flash refuses: the mark stands, and the lock must serve nobody but the inside */
export function finishReset(board: {
  readonly flash: Flash;
  readonly constants: Constants;
  readonly geometry: Geometry;
}): boolean {
  const { flash, constants, geometry } = board;
  try {
    if (constants.read(MARK) === undefined) return true;
    const { firstSector, sectors, snapshotSectors } = geometry;
    const end = firstSector + sectors[0] + sectors[1] + sectors[2] + 2 * snapshotSectors;
    for (let sector = firstSector; sector < end; sector++) eraseSector(flash, sector);
    forgetNetwork(constants);
    forgetIdentity(constants);
    constants.erase(MARK);
    return true;
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return false;
  }
}

/** Erases a sector and looks: a part that loses what it is told must not leave old records under new keys.
 *  @throws Fault flash.io */
function eraseSector(flash: Flash, sector: number): void {
  flash.erase(sector);
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, flash.sectorBytes));
  const end = (sector + 1) * flash.sectorBytes;
  for (let offset = sector * flash.sectorBytes; offset < end; offset += chunk.length) {
    const rest = chunk.subarray(0, Math.min(chunk.length, end - offset));
    flash.read(offset, rest);
    for (const byte of rest) if (byte !== 0xff) throw new Fault("flash.io");
  }
}

/** The reset of one lock: none, its delay, or the mark after which there is no way back. */
export class Reset {
  readonly #parts: ResetParts;
  #run: Run | undefined;
  #isCoverOpen = false;
  #presses: readonly Millis[] = [];
  #refusedUntil: Millis = millis(0);
  #isDecided = false;
  #isRestarting = false;

  constructor(parts: ResetParts) {
    this.#parts = parts;
  }

  /** Whether the mark was written: the lock must restart, and serves nobody but the inside until then. */
  get isDecided(): boolean {
    return this.#isDecided;
  }

  /** Whether the delay runs. */
  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** How long the delay still runs, in whole seconds, rounded up; 0 where none runs. */
  secondsLeft(now: Millis): number {
    return this.#run === undefined ? 0 : Math.max(1, Math.ceil((this.#run.endsAt - now) / 1_000));
  }

  /** Begins the loud delay. @param by as in Run; kept */
  begin(by: Run["by"], now: Millis): void {
    this.#run = { by, endsAt: millis(now + RESET_MILLIS), soundsAt: millis(now + RESET_ALARM_MILLIS) };
    this.#parts.indicator.signal("alarm");
    this.#parts.recorder.alarm("reset", now);
  }

  /** Ends the delay at an owner's word, and lets the cover start no other for an hour. */
  cancel(now: Millis): void {
    this.#refusedUntil = millis(now + RESET_REFUSED_MILLIS);
    this.#stop();
  }

  /** Ends the delay of whoever has no say any more. @param kid of the key that is removed, 8 bytes; undefined where the lock is
   *  another's now, whoever began it */
  ended(crypto: Crypto, kid?: Uint8Array): void {
    const run = this.#run;
    if (run === undefined || (kid !== undefined && (run.by === undefined || !crypto.isEqual(run.by, kid)))) return;
    this.#stop();
  }

  /** Decides: from here on the lock is as good as new. The record comes first, so that the checkpoint covers it; a journal
   *  that takes none is to be erased anyway. @throws Fault flash.io; nothing is decided then */
  decide(now: Millis): void {
    const { constants, indicator, memory } = this.#parts;
    // Where the constants refuse, nothing is recorded that does not come, each minute anew.
    constants.write(FAREWELL, memory.checkpoint(now));
    memory.tryWrite({ kind: "door", event: "reset", count: 1 }, now);
    constants.write(FAREWELL, memory.checkpoint(now));
    constants.write(MARK, new Uint8Array([1]));
    this.#isDecided = true;
    this.#run = undefined;
    indicator.signal("alarm");
  }

  /** Takes the contact of the cover. Whoever closes it ends what the cover started. */
  coverChanged(isOpen: boolean): void {
    this.#isCoverOpen = isOpen;
    this.#presses = [];
    if (!isOpen && this.#run?.by === undefined) this.#run = undefined;
  }

  /** Counts a press of the inside button. @param isVisitOpen then it counts for nothing: a guest may be inside */
  pressed(isVisitOpen: boolean, now: Millis): void {
    if (isVisitOpen || !this.#isCoverOpen || this.isRunning || now < this.#refusedUntil) {
      this.#presses = [];
      return;
    }
    this.#presses = [...this.#presses.filter((press) => now - press <= RESET_PRESSES_MILLIS), now];
    if (this.#presses.length < RESET_PRESSES) return;
    this.#presses = [];
    this.begin(undefined, now);
  }

  /** Sounds when it is time, and decides at the end of the delay; where that cannot be written, a minute later again. Once
   *  it is decided, the board starts anew as soon as nothing drives the bolt. */
  tick(now: Millis, isDriving: boolean): void {
    this.#count(now);
    if (!this.#isDecided || this.#isRestarting || isDriving) return;
    this.#isRestarting = true;
    this.#parts.restart();
  }

  /** When `tick` has something to do, if nothing drives the bolt. */
  get nextTick(): Millis | undefined {
    if (this.#isDecided) return this.#isRestarting ? undefined : millis(0);
    return this.#run === undefined ? undefined : this.#due(this.#run);
  }

  #stop(): void {
    this.#run = undefined;
    this.#presses = [];
    this.#parts.indicator.signal("quiet");
  }

  #count(now: Millis): void {
    const run = this.#run;
    if (run === undefined || now < this.#due(run)) return;
    const soundsAt = millis(now + RESET_ALARM_MILLIS);
    if (now < run.endsAt) this.#run = { ...run, soundsAt };
    else if (this.#tryDecide(now)) return;
    else this.#run = { ...run, soundsAt, endsAt: soundsAt };
    this.#parts.indicator.signal("alarm");
  }

  #due({ endsAt, soundsAt }: Run): Millis {
    return millis(Math.min(soundsAt, endsAt));
  }

  #tryDecide(now: Millis): boolean {
    try {
      this.decide(now);
      return true;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return false;
    }
  }
}
