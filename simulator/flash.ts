// A NOR flash in memory that keeps the physics: programming clears bits, erasing sets a sector to 0xFF, power may fail
// at any word, and a cell that is worn out stops taking what it is told.
// Why: the journal's promises are about what is left after a cut, so the cut must be as harsh here as on a board.
// Follows the Flash interface of firmware/platform.ts; a rule of NOR that is broken is a failed test, not a Fault.

import type { Bytes } from "../firmware/bytes.ts";
import { assert, Fault } from "../firmware/fault.ts";
import type { Flash, Random } from "../firmware/platform.ts";

const WORD_BYTES = 4;

/** Power failed. Not a Fault: no edge of the firmware may catch it, since a board without power catches nothing. */
export class PowerCut extends Error {
  override readonly name = "PowerCut";
}

/** Runs something of a board. @returns whether power failed in it: the whole board is gone then */
export function losesPower(run: () => void): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if (error instanceof PowerCut) return true;
    throw error;
  }
}

/** What the interrupted operation leaves behind.
 *  `prefix`: the words before the cut are programmed; of an erase, the first half of the sector is erased.
 *  `bits`: as well as that, a random part of the bits of the remaining words. */
export type Tear = { readonly kind: "prefix" } | { readonly kind: "bits"; readonly random: Random };

/** How the part is broken: not at all; writes and erases answer with an error; they are lost without one; or nothing can
 *  be read either. */
export type Wear = "sound" | "refuses" | "loses" | "unreadable";

/** A NOR part of `sectors` sectors. A word is 4 bytes; an erase counts as one word of work. */
export class NorFlash implements Flash {
  readonly sectorBytes: number;
  readonly sectors: number;
  /** Erases since manufacture, by sector; a torn one counts. */
  readonly eraseCounts: Uint32Array;
  wear: Wear = "sound";
  /** Words of work (programs and erases) since manufacture. */
  words = 0;
  /** Calls of `read` since manufacture. */
  reads = 0;
  readonly #cells: Bytes;
  /** Bits that are worn out, each in a byte: those that no program clears, and those that no erase sets. */
  readonly #stuckHigh = new Map<number, number>();
  readonly #stuckLow = new Map<number, number>();
  #cut: { wordsLeft: number; readonly tear: Tear } | undefined;
  #hasPower = true;

  /** @param sectorBytes a multiple of 4 */
  constructor({ sectorBytes, sectors }: { readonly sectorBytes: number; readonly sectors: number }) {
    assert(sectorBytes > 0 && sectorBytes % WORD_BYTES === 0 && sectors > 0, "a flash has sectors of whole words");
    this.sectorBytes = sectorBytes;
    this.sectors = sectors;
    this.eraseCounts = new Uint32Array(sectors);
    this.#cells = new Uint8Array(sectorBytes * sectors).fill(0xff);
  }

  get hasPower(): boolean {
    return this.#hasPower;
  }

  read(offset: number, target: Bytes): void {
    this.#requirePower();
    this.#requireBounds(offset, target.length);
    this.reads += 1;
    if (this.wear === "unreadable") throw new Fault("flash.io");
    target.set(this.#cells.subarray(offset, offset + target.length));
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#requirePower();
    this.#requireBounds(offset, bytes.length);
    assert(offset % WORD_BYTES === 0 && bytes.length % WORD_BYTES === 0, "a program is of whole, aligned words");
    if (this.wear === "loses") return;
    if (this.wear !== "sound") throw new Fault("flash.io");
    for (let index = 0; index < bytes.length; index++) {
      const raised = Number(bytes[index]) & ~Number(this.#cells[offset + index]);
      assert(raised === 0, "a program only clears bits");
    }
    const granted = this.#spend(bytes.length / WORD_BYTES) * WORD_BYTES;
    this.#cells.set(bytes.subarray(0, granted), offset);
    for (const [at, bits] of this.#stuckHigh) {
      if (at >= offset && at < offset + granted) this.#cells[at] = Number(this.#cells[at]) | bits;
    }
    if (granted < bytes.length) this.#tearProgram(offset + granted, bytes.subarray(granted));
  }

  erase(sector: number): void {
    this.#requirePower();
    this.#requireBounds(Number.isInteger(sector) ? sector * this.sectorBytes : -1, this.sectorBytes);
    if (this.wear === "loses") return;
    if (this.wear !== "sound") throw new Fault("flash.io");
    this.eraseCounts[sector] = Number(this.eraseCounts[sector]) + 1;
    const cells = this.#cells.subarray(sector * this.sectorBytes, (sector + 1) * this.sectorBytes);
    if (this.#spend(1) === 1) cells.fill(0xff);
    else this.#tearErase(cells);
    for (const [at, bits] of this.#stuckLow) {
      if (Math.floor(at / this.sectorBytes) === sector) this.#cells[at] = Number(this.#cells[at]) & ~bits;
    }
  }

  /** Lets power fail when `words` more words of work are done, that is in the middle of the operation after them. */
  cutAfterWords(words: number, tear: Tear = { kind: "prefix" }): void {
    this.#cut = { wordsLeft: words, tear };
  }

  /** Gives power back, and forgets a cut that has not happened yet. */
  restore(): void {
    this.#cut = undefined;
    this.#hasPower = true;
  }

  /** Gives a copy of every cell. */
  snapshot(): Bytes {
    return this.#cells.slice();
  }

  /** Sets every cell: `cells` is as long as the part. Counts of erases and work are kept. */
  load(cells: Uint8Array): void {
    assert(cells.length === this.#cells.length, "a snapshot has the size of its flash");
    this.#cells.set(cells);
  }

  /** Flips one bit, as age or a stray particle does. @param bit 0 is the lowest bit of the first byte */
  flip(bit: number): void {
    this.#cells[bit >> 3] = Number(this.#cells[bit >> 3]) ^ (1 << (bit & 7));
  }

  /** Wears some bits of a byte out: `high` ones stay 1 whatever is programmed, others stay 0 after an erase. */
  stick(offset: number, bits: number, level: "high" | "low"): void {
    (level === "high" ? this.#stuckHigh : this.#stuckLow).set(offset, bits);
  }

  /** Makes the part as good as new; what it holds stays. */
  mend(): void {
    this.wear = "sound";
    this.#stuckHigh.clear();
    this.#stuckLow.clear();
  }

  /** Gives a copy of some bytes, with or without power: what a laboratory would read. */
  peek(offset: number, size: number): Bytes {
    return this.#cells.slice(offset, offset + size);
  }

  #requirePower(): void {
    if (!this.#hasPower) throw new PowerCut("flash: no power");
  }

  #requireBounds(offset: number, size: number): void {
    const isInside = Number.isInteger(offset) && offset >= 0 && offset + size <= this.#cells.length;
    if (!isInside) throw new Fault("flash.bound");
  }

  /** Gives how many of `words` are done before power fails. */
  #spend(words: number): number {
    const cut = this.#cut;
    const granted = cut === undefined ? words : Math.min(words, cut.wordsLeft);
    if (cut !== undefined) cut.wordsLeft -= granted;
    this.words += granted;
    return granted;
  }

  #tearProgram(offset: number, rest: Uint8Array): never {
    const noise = this.#noise(rest.length);
    if (noise !== undefined) {
      for (let index = 0; index < rest.length; index++) {
        const cell = Number(this.#cells[offset + index]);
        this.#cells[offset + index] = cell & (Number(rest[index]) | Number(noise[index]));
      }
    }
    return this.#losePower();
  }

  #tearErase(cells: Bytes): never {
    const noise = this.#noise(cells.length);
    if (noise === undefined) cells.fill(0xff, 0, cells.length >> 1);
    else for (let index = 0; index < cells.length; index++) cells[index] = Number(cells[index]) | Number(noise[index]);
    return this.#losePower();
  }

  #noise(size: number): Bytes | undefined {
    const tear = this.#cut?.tear;
    if (tear === undefined || tear.kind === "prefix") return undefined;
    const noise = new Uint8Array(size);
    tear.random.fill(noise);
    return noise;
  }

  #losePower(): never {
    this.#hasPower = false;
    this.#cut = undefined;
    throw new PowerCut("flash: power failed");
  }
}
