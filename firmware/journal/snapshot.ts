// The two snapshots, A and B: what the lock's state was when the heads of the regions stood where they say.
// Why: the oldest records make room only for what both snapshots hold, and a start reads no more than what came after the
// newest. There are two, so that a cut in the middle of writing one always leaves the other.
// Follows docs/protocol.md §4, "Snapshots", and docs/protocol.cddl, `snapshot`. What the state looks like is image.ts's affair.

import type { Bytes } from "../bytes.ts";
import { concat, fromAscii, held } from "../bytes.ts";
import { Reader } from "../cbor/decode.ts";
import { headBytes, Writer } from "../cbor/encode.ts";
import { HASH_BYTES } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";
import { DAMAGE_DIGEST_BYTES } from "./damage.ts";
import { eraseVerified, type Medium, programVerified } from "./medium.ts";
import { newPage, type Page, REGIONS, type Region, SEQ_MAX } from "./record.ts";
import type { Head } from "./walk.ts";

const MAGIC = 0x31534b4c; // "LKS1".
const FORMAT = 1;
const DIGEST_AT = 16;
const HEADER_BYTES = DIGEST_AT + HASH_BYTES;
const WORD_BYTES = 4;
/** The most bytes of an image: four full lists, 128 counters, 20 users with 32 credentials, and all the rest. */
export const IMAGE_BYTES_MAX = 18_000;
/** The head of an array of two. */
const ARRAY_BYTES = 1;
/** The three heads. */
const HEADS_BYTES_MAX = 192;
const SLOTS = Object.freeze([0, 1] as const);
export type Slot = (typeof SLOTS)[number];

/** How far a snapshot reaches in one region, and the digest of the damage that was found there: 8 bytes, or none. */
export interface CoveredHead extends Head {
  readonly damage: Bytes;
}

/** How far one snapshot reaches. */
export type CoveredHeads = readonly [state: CoveredHead, access: CoveredHead, notices: CoveredHead];

/** What one snapshot says. */
export interface Snapshot {
  readonly heads: CoveredHeads;
  /** The lock's state, encoded. */
  readonly image: Bytes;
}

/** Writes the lock's state, as one item; the same whenever it is asked while nothing changes. */
export type WriteImage = (writer: Writer) => void;

/** What is known of a slot that holds a snapshot. */
interface Filled {
  readonly generation: number;
  /** The last record that it holds, of state, access and notices. */
  readonly seqs: readonly number[];
}

/** Where the snapshots lie: two runs of sectors, A and then B. */
export interface SnapshotExtent {
  readonly firstSector: number;
  /** Of each; at least 1. */
  readonly sectors: number;
}

/** The two snapshots of one lock. A write throws Fault flash.io, journal.unwritable, or journal.size where the state does
 *  not fit in a slot. */
export class Snapshots {
  readonly #medium: Medium;
  readonly #extent: SnapshotExtent;
  /** "ls1" and the lock-id, so that no other lock's snapshot is taken for this one's. */
  readonly #context: Bytes;
  readonly #header: Page = newPage(HEADER_BYTES);
  #slots: readonly [Filled | undefined, Filled | undefined] = [undefined, undefined];
  /** The highest that was ever seen, also of one whose state made no sense: a newer one must be told from it. */
  #generation = 0;
  #isUnreadable = false;

  /** @param lockId 11 characters @throws Fault bytes.encoding */
  constructor(medium: Medium, extent: SnapshotExtent, lockId: string) {
    this.#medium = medium;
    this.#extent = extent;
    this.#context = fromAscii(`ls1${lockId}`);
  }

  /** Reads both and gives how far the newest one reaches that holds and that `restore` takes. Total.
   *  @param restore takes the image, the older one's first, or throws Fault where it makes no sense; nothing has changed then */
  recover(restore: (image: Bytes) => void): CoveredHeads | undefined {
    // Each is read twice, so that a board never holds both at a time: they may take 20 KB each.
    const generations = [this.#read(0)?.generation, this.#read(1)?.generation] as const;
    const [first = 0, second = 0] = generations;
    this.#generation = Math.max(first, second);
    const order: readonly Slot[] = first <= second ? [0, 1] : [1, 0];
    let newest: CoveredHeads | undefined;
    for (const slot of order) {
      if (generations[slot] === undefined) continue;
      newest = this.#restore(slot, restore) ?? newest;
    }
    return newest;
  }

  /** Reads one slot and has it taken. @returns how far it reaches, or undefined where it does not hold or makes no sense */
  #restore(slot: Slot, restore: (image: Bytes) => void): CoveredHeads | undefined {
    const snapshot = this.#read(slot);
    if (snapshot === undefined) return undefined;
    const { generation, heads, image } = snapshot;
    try {
      restore(image);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return undefined;
    }
    this.#put(slot, { generation, seqs: heads.map(({ seq }) => seq) });
    return heads;
  }

  /** Whether the part answered with an error when they were read: what they hold is not known then. */
  get isUnreadable(): boolean {
    return this.#isUnreadable;
  }

  /** Whether neither holds. */
  get isEmpty(): boolean {
    return this.#slots[0] === undefined && this.#slots[1] === undefined;
  }

  /** Whether one of the two is lost, or torn, or not written yet, while the other holds. */
  get isHalf(): boolean {
    return (this.#slots[0] === undefined) !== (this.#slots[1] === undefined);
  }

  /** Gives the last record of a region that both hold; 0 where there are not two. */
  coveredByBoth(region: Region): number {
    const [first, second] = this.#slots;
    return Math.min(first?.seqs[region] ?? 0, second?.seqs[region] ?? 0);
  }

  /** Writes a snapshot over the older one. The first bytes go last: until they stand, the slot holds nothing.
   *  @param slot as `nextSlot` gives it: asked for first, since it reads a whole snapshot, and a board has no room for two
   *  @param payload as encodeSnapshot gives it, at most `payloadBytesMax`
   *  @throws Fault flash.io, journal.unwritable; the other one holds then */
  write(slot: Slot, heads: CoveredHeads, payload: Bytes): void {
    const generation = ++this.#generation;
    const { bytes, view } = this.#header;
    view.setUint32(0, MAGIC, true);
    view.setUint32(4, FORMAT, true);
    view.setUint32(8, generation, true);
    view.setUint32(12, payload.length, true);
    bytes.set(this.#digest(payload), DIGEST_AT);
    this.#put(slot, undefined);
    this.#program(slot, payload);
    this.#put(slot, { generation, seqs: heads.map(({ seq }) => seq) });
  }

  /** The older one, unless the newer does not hold any more: a bit that flipped there since must not cost both. */
  nextSlot(): Slot {
    const [first, second] = this.#slots;
    const older: Slot = (first?.generation ?? 0) <= (second?.generation ?? 0) ? 0 : 1;
    const newer: Slot = older === 0 ? 1 : 0;
    if (this.#slots[newer] === undefined || this.#slots[older] === undefined) return older;
    return this.#payloadOf(newer) === undefined ? newer : older;
  }

  /** Programs the header that stands in its page last. Whole words come from the payload itself, and its end from one more. */
  #program(slot: Slot, payload: Bytes): void {
    const { sectorBytes } = this.#medium.flash;
    const first = this.#firstSector(slot);
    const base = first * sectorBytes;
    const wordsEnd = HEADER_BYTES + payload.length - (payload.length % WORD_BYTES);
    for (let at = 0; at < HEADER_BYTES + payload.length; at += sectorBytes)
      eraseVerified(this.#medium, first + at / sectorBytes);
    for (let at = HEADER_BYTES; at < wordsEnd; ) {
      const to = Math.min(wordsEnd, at - (at % sectorBytes) + sectorBytes);
      programVerified(this.#medium, base + at, payload.subarray(at - HEADER_BYTES, to - HEADER_BYTES));
      at = to;
    }
    const rest = payload.subarray(wordsEnd - HEADER_BYTES);
    if (rest.length > 0) {
      const word = new Uint8Array(WORD_BYTES);
      word.set(rest);
      programVerified(this.#medium, base + wordsEnd, word);
    }
    programVerified(this.#medium, base, this.#header.bytes);
  }

  /** Reads one slot. @returns undefined where nothing that holds stands there */
  #read(slot: Slot): ({ readonly generation: number } & Snapshot) | undefined {
    const payload = this.#payloadOf(slot);
    if (payload === undefined) return undefined;
    try {
      return { generation: this.#header.view.getUint32(8, true), ...decodeSnapshot(payload) };
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return undefined;
    }
  }

  /** Reads what stands behind the header of one slot. @returns undefined where it is not what was written */
  #payloadOf(slot: Slot): Bytes | undefined {
    const { crypto, flash } = this.#medium;
    const { bytes, view } = this.#header;
    const base = this.#firstSector(slot) * flash.sectorBytes;
    try {
      flash.read(base, bytes);
      const payloadBytes = view.getUint32(12, true);
      const isHeader = view.getUint32(0, true) === MAGIC && view.getUint32(4, true) === FORMAT;
      if (!isHeader || payloadBytes > this.payloadBytesMax) return undefined;
      const payload = new Uint8Array(payloadBytes);
      flash.read(base + HEADER_BYTES, payload);
      return crypto.isEqual(this.#digest(payload), bytes.subarray(DIGEST_AT)) ? payload : undefined;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      if (fault.code === "flash.io") this.#isUnreadable = true;
      return undefined;
    }
  }

  /** The most bytes of a snapshot. */
  get payloadBytesMax(): number {
    return this.#extent.sectors * this.#medium.flash.sectorBytes - HEADER_BYTES;
  }

  /** SHA-256("ls1" || lock-id || the header before it || SHA-256(payload)). */
  #digest(payload: Bytes): Bytes {
    const { crypto } = this.#medium;
    return crypto.sha256(concat(this.#context, this.#header.bytes.subarray(0, DIGEST_AT), crypto.sha256(payload)));
  }

  #put(slot: Slot, filled: Filled | undefined): void {
    const [first, second] = this.#slots;
    this.#slots = slot === 0 ? [filled, second] : [first, filled];
  }

  #firstSector(slot: Slot): number {
    return this.#extent.firstSector + slot * this.#extent.sectors;
  }
}

/** Encodes a snapshot's payload. docs/protocol.cddl, `snapshot`.
 *  @param image is asked twice, first to be counted: a board has no room for two copies of it
 *  @throws Fault journal.size where it takes more than `bytesMax` bytes */
export function encodeSnapshot(heads: CoveredHeads, image: WriteImage, bytesMax: number): Bytes {
  const counter = Writer.counter(IMAGE_BYTES_MAX);
  image(counter);
  const covered = encodeHeads(heads);
  const size = ARRAY_BYTES + covered.length + headBytes(counter.counted) + counter.counted;
  if (size > bytesMax) throw new Fault("journal.size");
  const writer = new Writer(size, size);
  image(writer.array(2).raw(covered).embed(counter.counted));
  return writer.finish();
}

function encodeHeads(heads: CoveredHeads): Bytes {
  const writer = new Writer(HEADS_BYTES_MAX).array(REGIONS.length);
  for (const head of heads) writeHead(writer, head);
  return writer.finish();
}

function writeHead(writer: Writer, head: CoveredHead): void {
  writer.array(3).uint(head.seq).bytes(head.link).bytes(head.damage);
}

/** @returns its image is a view into `payload` @throws Fault journal.corrupt, cbor.* */
function decodeSnapshot(payload: Bytes): Snapshot {
  const reader = new Reader(payload, payload.length);
  reader.readArray(2, 2);
  reader.readArray(REGIONS.length, REGIONS.length);
  const heads = [readHead(reader), readHead(reader), readHead(reader)] as const;
  const image = reader.readView(0, payload.length);
  reader.end();
  return { heads, image };
}

function readHead(reader: Reader): CoveredHead {
  reader.readArray(3, 3);
  const seq = reader.readUint(SEQ_MAX);
  // Copies, since they stay and the payload does not.
  const link = reader.readView(HASH_BYTES, HASH_BYTES).slice();
  const damage = held(reader.readView(0, DAMAGE_DIGEST_BYTES));
  if (damage.length !== 0 && damage.length !== DAMAGE_DIGEST_BYTES) throw new Fault("journal.corrupt");
  return { seq, link, damage };
}
