// The clips on the card: what is known of each, which of them must go, and whether the next one fits.
// Why: the lock lets a courier in on the promise that a film can be written; so the promise is made only after room was made.
// Follows docs/protocol.md §9, "Room". Its memory is bounded: CLIPS_MAX clips, whatever is on the card.
// FatFs looks for a name through all that stand before it (cardfolders.h tells how many reads of a sector that takes). So marks are read one by
// one between events, and clips removed a few at a time, or a camera would answer nobody for seconds, and at last be ended by its watchdog.

import { type Bytes, toHex } from "../firmware/bytes.ts";
import { Reader } from "../firmware/cbor/decode.ts";
import { Writer } from "../firmware/cbor/encode.ts";
import { Fault } from "../firmware/fault.ts";
import { seconds } from "../firmware/platform.ts";
import { type Card, type ClipPart, clipOf, fileName } from "./card.ts";
import { clear, type StoredClip } from "./retention.ts";

/** The most clips that are remembered; beyond it the card counts as full. */
export const CLIPS_MAX = 256;
/** What is left free for notes and marks. */
export const RESERVE_BYTES = 131_072;
/** Clips that are removed at once: each has three files to be looked for. */
const REMOVED_AT_ONCE = 4;
/** What is free besides while a clip is written, as a part of the room: who comes then has the whole of it when his own begins. A board
 *  writes less between two looks at the card, and until a visit follows its knock. */
const BESIDE_PART = 4;

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

/** What is known of a card that is being read. */
interface Loading {
  /** Of each file, by its name. */
  readonly sizes: ReadonlyMap<string, number>;
  /** The names of marks that were not read yet, the first one last. */
  readonly unread: string[];
  readonly clips: ShelvedClip[];
}

/** Knows the clips. It never throws for a card that fails: `isSound` says so, until the card is read whole again. */
export class Shelf {
  readonly #card: Card;
  readonly #keepSeconds: number;
  readonly #roomBytes: number;
  #clips: readonly ShelvedClip[] = [];
  #loading: Loading | undefined;
  /** Whether it was just read, one by one: to begin anew for marks that nobody can read would have no end. */
  #isRead = false;
  /** Whether more clips must go than went at once. */
  #hasMore = false;
  #isSound = false;
  #hasRoom = false;
  /** Files that were written to try the card. */
  #tries = 0;

  constructor(card: Card, { roomBytes, keepSeconds }: { readonly roomBytes: number; readonly keepSeconds: number }) {
    this.#card = card;
    this.#roomBytes = roomBytes;
    this.#keepSeconds = keepSeconds;
    this.#load();
  }

  /** Whether the card is being read: until then nothing is said of what is on it. */
  get isLoading(): boolean {
    return this.#loading !== undefined;
  }

  /** Whether `work` has something to do. */
  get isBusy(): boolean {
    return this.isLoading || this.#hasMore;
  }

  /** In the order of their frames; none while the card is being read. */
  get clips(): readonly ShelvedClip[] {
    return this.#clips;
  }

  /** Whether the next clip can be written, as of the last `makeRoom`. */
  get canTake(): boolean {
    return this.#isSound && !this.isLoading && this.#hasRoom && this.#clips.length < CLIPS_MAX;
  }

  /** Reads one mark more of a card that is being read. @returns whether that is done, and room is to be made: not where
   *  the card fails, which is read again with the next look at it */
  work(): boolean {
    const loading = this.#loading;
    const name = loading?.unread.pop();
    if (loading === undefined || name === undefined) return true;
    const isRead = this.#attempt(() => {
      const clip = this.#readMark(name, loading.sizes);
      if (clip !== undefined) loading.clips.push(clip);
    });
    if (!isRead) this.#loading = undefined;
    else if (loading.unread.length === 0 || loading.clips.length >= CLIPS_MAX) this.#loaded(loading);
    this.#isRead = isRead && !this.isLoading;
    return this.#isRead;
  }

  /** Removes what must go, a few at once, and sees whether the next clip fits; of a card that is being read nothing is known yet.
   *  @param lo the lock's time, epoch seconds: not before; undefined where it is not known
   *  @param options `current`: the clip that is being written, which stays; `isPromise`: somebody knocks, and what is promised is tried:
   *  a small file is written, and read again */
  makeRoom(
    lo: number | undefined,
    { current, isPromise = false }: { readonly current?: Uint8Array | undefined; readonly isPromise?: boolean } = {},
  ): void {
    this.#hasMore = false;
    if (this.isLoading) return;
    // Where nothing fits at all the card may be away: then nobody knows what was on it, and the next one has other clips.
    if (!this.#isSound || (this.#card.freeBytes === 0 && !this.#isRead)) this.#load();
    this.#hasRoom = false;
    if (this.isLoading) return;
    this.#isRead = false;
    this.#attempt(() => {
      const own = current === undefined ? "" : toHex(current);
      const others = this.#clips.filter(({ clip }) => toHex(clip) !== own);
      const now = lo === undefined ? undefined : seconds(lo);
      const besideBytes = current === undefined ? 0 : Math.ceil(this.#roomBytes / BESIDE_PART);
      const neededBytes = this.#roomBytes + besideBytes;
      const room = { neededBytes, keepSeconds: this.#keepSeconds, now };
      let { remove, hasRoom } = clear(others, { ...room, freeBytes: this.#card.freeBytes });
      if (this.#clips.length - remove.length >= CLIPS_MAX && hasRoom) {
        // One more place is needed, and not one more byte.
        ({ remove, hasRoom } = clear(others, { ...room, freeBytes: 0, neededBytes: 1 }));
      }
      for (const clip of remove.slice(0, REMOVED_AT_ONCE)) this.#remove(clip as ShelvedClip);
      this.#hasMore = remove.length > REMOVED_AT_ONCE;
      if (hasRoom && isPromise) this.#try(lo);
      // What was removed may have given less than it had: only what the card says is a promise.
      this.#hasRoom = hasRoom && (remove.length === 0 || this.#card.freeBytes >= neededBytes);
    });
  }

  /** Whether a clip that is being written may go on. */
  get canGoOn(): boolean {
    return this.#isSound && this.#card.freeBytes > RESERVE_BYTES;
  }

  /** Takes the lock's time: what has no time of its own ended before it, also where it lost its end to a power cut. The card keeps
   *  that, or each start would begin the clip's time anew; one at each word, since the lock waits for an answer, and
   *  of a card with 256 clips a mark takes some 180 reads of a sector.
   *  @param hi epoch seconds, not after   @param current the clip that is being written: it has not ended */
  told(hi: number, current?: Uint8Array): void {
    if (hi === U32_MAX) return;
    const own = current === undefined ? "" : toHex(current);
    const untold = this.#clips.find(({ clip, endedBefore }) => endedBefore === undefined && toHex(clip) !== own);
    if (untold === undefined) return;
    // A card that is full takes no mark: there the clip's time is over all the same, if no start comes before.
    const isFull = this.#card.freeBytes <= RESERVE_BYTES;
    const told = { ...untold, endedBefore: seconds(hi) };
    if (!isFull) this.#tryMark(told);
    this.#remember(told);
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
    this.#keep(fileName(mark.clip, "mark"), encodeMark(mark));
  }

  #remember(clip: ShelvedClip): void {
    const own = toHex(clip.clip);
    this.#clips = sorted([...this.#clips.filter((each) => toHex(each.clip) !== own), clip]);
  }

  /** @throws Fault card.io */
  #try(lo: number | undefined): void {
    this.#tries += 1;
    // No two are alike: what is left of an earlier one proves nothing.
    const probe = new Writer()
      .array(2)
      .uint(lo ?? 0)
      .uint(this.#tries)
      .finish();
    this.#keep(PROBE, probe);
    this.#card.remove(PROBE);
  }

  /** Writes a small file, and reads it again: a card that is worn out takes everything and keeps what it had. @throws Fault card.io */
  #keep(name: string, bytes: Bytes): void {
    this.#card.put(name, bytes);
    if (toHex(this.#card.read(name, 0, MARK_BYTES_MAX)) !== toHex(bytes)) throw new Fault("card.io");
  }

  /** Begins to read the card. Of a clip that was known before nothing is read again but its size: a card that is full kept nothing of what
   *  the lock told of its time. */
  #load(): void {
    const known = new Map(this.#clips.map((clip) => [fileName(clip.clip, "mark"), clip]));
    this.#clips = [];
    this.#isSound = true;
    this.#attempt(() => {
      const files = this.#card.list();
      const sizes = new Map<string, number>();
      for (const { name, bytes } of files) sizes.set(name, bytes);
      const loading: Loading = { sizes, unread: [], clips: [] };
      for (const { name } of files) {
        const clip = known.get(name);
        if (clip !== undefined) loading.clips.push({ ...clip, bytes: bytesOf(clip.clip, sizes) });
        else if (clipOf(name, "mark") !== undefined) loading.unread.push(name);
      }
      loading.unread.reverse();
      if (loading.unread.length > 0 && loading.clips.length < CLIPS_MAX) this.#loading = loading;
      else this.#loaded(loading);
    });
  }

  /** The card was read. What was remembered of a clip meanwhile is newer. */
  #loaded({ clips }: Loading): void {
    this.#loading = undefined;
    this.#clips = sorted([...clips.filter(({ clip }) => this.find(clip) === undefined), ...this.#clips]);
  }

  /** What has no mark that can be read is no clip of ours, and is left alone. */
  #readMark(name: string, sizes: ReadonlyMap<string, number>): ShelvedClip | undefined {
    const clip = clipOf(name, "mark");
    if (clip === undefined) return undefined;
    const message = this.#card.read(name, 0, MARK_BYTES_MAX);
    try {
      const mark = parseMark(clip, message);
      return { ...mark, bytes: bytesOf(clip, sizes), isOfVisit: mark.visit !== 0 };
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

/** All files of a clip together. */
function bytesOf(clip: Uint8Array, sizes: ReadonlyMap<string, number>): number {
  return PARTS.reduce((sum, part) => sum + (sizes.get(fileName(clip, part)) ?? 0), 0);
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
