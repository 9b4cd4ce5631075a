// The clips on the card: what is known of each, which of them must go, and whether the next one fits.
// Why: the lock lets a courier in on the promise that a film can be written; so the promise is made only after room was made.
// Follows docs/protocol.md §9, "Room". Its memory is bounded: CLIPS_MAX clips, whatever is on the card.

import { type Bytes, toHex } from "../firmware/bytes.ts";
import { Reader } from "../firmware/cbor/decode.ts";
import { Writer } from "../firmware/cbor/encode.ts";
import { Fault } from "../firmware/fault.ts";
import { seconds } from "../firmware/platform.ts";
import { type Card, type CardFile, type ClipPart, clipOf, fileName } from "./card.ts";
import { clear, type StoredClip } from "./retention.ts";

/** The most clips that are remembered; beyond it the card counts as full. */
export const CLIPS_MAX = 256;
/** What is left free for notes and marks. */
export const RESERVE_BYTES = 131_072;
/** Marks that are written again while the lock waits for an answer. */
const TOLD_AT_ONCE = 4;

const U32_MAX = 0xffff_ffff;
const FLAG_FETCHED = 1;
const FLAG_KEPT = 2;
const FLAG_OPEN = 4;
const FLAGS_MAX = 7;
const MARK_ITEMS = 6;
const MARK_BYTES_MAX = 64;
const PROBE = "probe";
const PARTS: readonly ClipPart[] = Object.freeze(["age", "note", "mark"]);

/** A clip on the card. */
export interface ShelvedClip extends StoredClip {
  /** Its name, 16 bytes. */
  readonly clip: Bytes;
  /** The number of the lock's intent record; 0 outside of a visit. */
  readonly visit: number;
  readonly firstFrame: number;
  /** When it ended by the lock's time, epoch seconds: not before; 0 where no lock had told it. */
  readonly endedLo: number;
  /** Whether no end was written: it is being written, or power or card went. */
  readonly isOpen: boolean;
}

/** What a mark says. */
export type Mark = Omit<ShelvedClip, "bytes" | "isOfVisit">;

/** Knows the clips. It never throws for a card that fails: `isSound` says so, until the card is read whole again. */
export class Shelf {
  readonly #card: Card;
  readonly #keepSeconds: number;
  readonly #roomBytes: number;
  #clips: readonly ShelvedClip[] = [];
  #isSound = false;
  #hasRoom = false;

  constructor(card: Card, { roomBytes, keepSeconds }: { readonly roomBytes: number; readonly keepSeconds: number }) {
    this.#card = card;
    this.#roomBytes = roomBytes;
    this.#keepSeconds = keepSeconds;
    this.#load();
  }

  /** In the order of their frames. */
  get clips(): readonly ShelvedClip[] {
    return this.#clips;
  }

  /** Whether the next clip can be written, as of the last `makeRoom`. */
  get canTake(): boolean {
    return this.#isSound && this.#hasRoom && this.#clips.length < CLIPS_MAX;
  }

  /** Removes what must go, and sees whether the next clip fits.
   *  @param lo the lock's time, epoch seconds: not before; undefined where it is not known
   *  @param options `current`: the clip that is being written, which stays; `isPromise`: somebody knocks, and what is promised is tried:
   *  a small file is written */
  makeRoom(
    lo: number | undefined,
    { current, isPromise = false }: { readonly current?: Uint8Array | undefined; readonly isPromise?: boolean } = {},
  ): void {
    // Where nothing fits at all the card may be away: then nobody knows what was on it, and the next one has other clips.
    if (!this.#isSound || this.#card.freeBytes === 0) this.#load();
    this.#hasRoom = false;
    this.#attempt(() => {
      const own = current === undefined ? "" : toHex(current);
      const others = this.#clips.filter(({ clip }) => toHex(clip) !== own);
      const now = lo === undefined ? undefined : seconds(lo);
      const room = { neededBytes: this.#roomBytes, keepSeconds: this.#keepSeconds, now };
      let { remove, hasRoom } = clear(others, { ...room, freeBytes: this.#card.freeBytes });
      if (this.#clips.length - remove.length >= CLIPS_MAX && hasRoom) {
        // One more place is needed, and not one more byte.
        ({ remove, hasRoom } = clear(others, { ...room, freeBytes: 0, neededBytes: 1 }));
      }
      for (const clip of remove) this.#remove(clip as ShelvedClip);
      if (hasRoom && isPromise) this.#try();
      // What was removed may have given less than it had: only what the card says is a promise.
      this.#hasRoom = hasRoom && (remove.length === 0 || this.#card.freeBytes >= this.#roomBytes);
    });
  }

  /** Whether a clip that is being written may go on. */
  get canGoOn(): boolean {
    return this.#isSound && this.#card.freeBytes > RESERVE_BYTES;
  }

  /** Takes the lock's time: what has no time of its own ended before it, also where it lost its end to a power cut. The card keeps
   *  that, or each start would begin the clip's time anew; a few clips at once, since the lock waits for an answer.
   *  @param hi epoch seconds, not after   @param current the clip that is being written: it has not ended */
  told(hi: number, current?: Uint8Array): void {
    if (hi === U32_MAX) return;
    const own = current === undefined ? "" : toHex(current);
    const untold = this.#clips.filter(({ clip, endedBefore }) => endedBefore === undefined && toHex(clip) !== own);
    if (untold.length === 0) return;
    // A card that is full takes no mark: there the clip's time is over all the same, if no start comes before.
    const isFull = this.#card.freeBytes <= RESERVE_BYTES;
    for (const clip of untold.slice(0, TOLD_AT_ONCE)) {
      const told = { ...clip, endedBefore: seconds(hi) };
      if (!isFull) this.#tryMark(told);
      this.#remember(told);
    }
  }

  /** One that cannot be written again, as on a file that is locked, is no reason to film no more. */
  #tryMark(mark: Mark): void {
    try {
      this.#putMark(mark);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
    }
  }

  /** Remembers a clip, or what has changed about it. @returns whether the card keeps it */
  mark(mark: Mark, bytes: number): boolean {
    return this.#attempt(() => {
      this.#putMark(mark);
      this.#remember({ ...mark, bytes, isOfVisit: mark.visit !== 0 });
    });
  }

  /** Finds a clip. @param clip 16 bytes */
  find(clip: Uint8Array): ShelvedClip | undefined {
    const wanted = toHex(clip);
    return this.#clips.find((each) => toHex(each.clip) === wanted);
  }

  /** Reads a part of a clip's file. @returns undefined where there is none, or the card refuses */
  read(
    clip: Uint8Array,
    { part, offset, bytesMax }: { part: ClipPart; offset: number; bytesMax: number },
  ): Bytes | undefined {
    if (this.find(clip) === undefined) return undefined;
    try {
      return this.#card.read(fileName(clip, part), offset, bytesMax);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return undefined;
    }
  }

  /** The card has refused what was written. */
  failed(): void {
    this.#isSound = false;
  }

  #putMark(mark: Mark): void {
    this.#card.put(fileName(mark.clip, "mark"), encodeMark(mark));
  }

  #remember(clip: ShelvedClip): void {
    const own = toHex(clip.clip);
    this.#clips = sorted([...this.#clips.filter((each) => toHex(each.clip) !== own), clip]);
  }

  #try(): void {
    this.#card.put(PROBE, Uint8Array.of(1));
    this.#card.remove(PROBE);
  }

  #load(): void {
    // A card that is full kept nothing of what the lock told of a clip's time.
    const told = new Map(this.#clips.map(({ clip, endedBefore }) => [toHex(clip), endedBefore]));
    this.#clips = [];
    this.#isSound = true;
    this.#attempt(() => {
      const files = this.#card.list();
      const sizes = new Map<string, number>();
      for (const { name, bytes } of files) sizes.set(name, bytes);
      const clips: ShelvedClip[] = [];
      for (const file of files) {
        if (clips.length >= CLIPS_MAX) break;
        const clip = this.#readMark(file, sizes);
        if (clip !== undefined) clips.push({ ...clip, endedBefore: clip.endedBefore ?? told.get(toHex(clip.clip)) });
      }
      this.#clips = sorted(clips);
    });
  }

  /** What has no mark that can be read is no clip of ours, and is left alone. */
  #readMark({ name }: CardFile, sizes: ReadonlyMap<string, number>): ShelvedClip | undefined {
    const clip = clipOf(name, "mark");
    if (clip === undefined) return undefined;
    const bytes = PARTS.reduce((sum, part) => sum + (sizes.get(fileName(clip, part)) ?? 0), 0);
    const message = this.#card.read(name, 0, MARK_BYTES_MAX);
    try {
      const mark = parseMark(clip, message);
      return { ...mark, bytes, isOfVisit: mark.visit !== 0 };
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return undefined;
    }
  }

  /** The mark goes last: what is left of a removal that was cut is removed again. */
  #remove({ clip }: ShelvedClip): void {
    for (const part of PARTS) this.#card.remove(fileName(clip, part));
    const gone = toHex(clip);
    this.#clips = this.#clips.filter((each) => toHex(each.clip) !== gone);
  }

  #attempt(work: () => void): boolean {
    if (!this.#isSound) return false;
    try {
      work();
      return true;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.#isSound = false;
      return false;
    }
  }
}

/** Gives the bits by which a clip is told of: 1 an owner has it, 2 it is kept, 4 without an end. */
export function flagsOf({ isFetched, isKept, isOpen }: Pick<ShelvedClip, "isFetched" | "isKept" | "isOpen">): number {
  return (isFetched ? FLAG_FETCHED : 0) | (isKept ? FLAG_KEPT : 0) | (isOpen ? FLAG_OPEN : 0);
}

function encodeMark(mark: Mark): Bytes {
  const { visit, firstFrame, lastFrame, endedLo, endedBefore } = mark;
  const writer = new Writer().array(MARK_ITEMS).uint(visit).uint(firstFrame).uint(lastFrame).uint(endedLo);
  return writer
    .uint(endedBefore ?? U32_MAX)
    .uint(flagsOf(mark))
    .finish();
}

function parseMark(clip: Bytes, message: Bytes): Mark {
  const reader = new Reader(message);
  reader.readArray(MARK_ITEMS, MARK_ITEMS);
  const [visit, firstFrame, lastFrame] = [reader.readUint(U32_MAX), reader.readUint(U32_MAX), reader.readUint(U32_MAX)];
  const [endedLo, endedHi] = [reader.readUint(U32_MAX), reader.readUint(U32_MAX)];
  const flags = reader.readUint(FLAGS_MAX);
  reader.end();
  return {
    ...{ clip, visit, firstFrame, lastFrame, endedLo },
    endedBefore: endedHi === U32_MAX ? undefined : seconds(endedHi),
    isFetched: (flags & FLAG_FETCHED) !== 0,
    isKept: (flags & FLAG_KEPT) !== 0,
    isOpen: (flags & FLAG_OPEN) !== 0,
  };
}

function sorted(clips: readonly ShelvedClip[]): ShelvedClip[] {
  return [...clips].sort((left, right) => left.firstFrame - right.firstFrame);
}
