// What the regions and the snapshots of a journal stand on: the part, the primitives, and buffers made once.
// Why: whatever is written is read back and compared before it counts, in one place and the same way for all of them.
// Follows docs/protocol.md §4, "Write before act".

import type { Bytes } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";
import type { Flash } from "../platform.ts";
import type { Chain, Page } from "./record.ts";

/** Erased bytes to compare with. At a module's top, which takes no memory on a board. */
const BLANK: Bytes = new Uint8Array(512).fill(0xff);
/** How much of what was written is read back at a time. */
export const READ_BACK_BYTES = 128;

/** What the regions and the snapshots share. */
export interface Medium {
  readonly crypto: Crypto;
  readonly flash: Flash;
  readonly chain: Chain;
  /** One sector long: what was read last, or the record that is written next. Never both: nobody writes from within a walk. */
  readonly sector: Page;
  /** READ_BACK_BYTES: what was read back. Apart from `sector`, or a record would be compared with itself. */
  readonly readBack: Bytes;
}

/** Whether a page is erased from `offset` to its end. */
export function isRestBlank({ crypto }: Medium, { bytes }: Page, offset: number): boolean {
  for (let from = offset; from < bytes.length; from += BLANK.length) {
    const to = Math.min(from + BLANK.length, bytes.length);
    if (!crypto.isEqual(bytes.subarray(from, to), BLANK.subarray(0, to - from))) return false;
  }
  return true;
}

/** Erases a sector and sees that it is erased. @throws Fault flash.io, journal.unwritable */
export function eraseVerified(medium: Medium, sector: number): void {
  const { flash, sector: page } = medium;
  flash.erase(sector);
  flash.read(sector * flash.sectorBytes, page.bytes);
  if (!isRestBlank(medium, page, 0)) throw new Fault("journal.unwritable");
}

/** Programs `bytes` in one call and reads them back. @param bytes at most one sector
 *  @throws Fault flash.io, journal.unwritable */
export function programVerified({ crypto, flash, readBack }: Medium, offset: number, bytes: Uint8Array): void {
  flash.write(offset, bytes);
  for (let from = 0; from < bytes.length; from += readBack.length) {
    const written = bytes.subarray(from, from + readBack.length);
    const found = readBack.subarray(0, written.length);
    flash.read(offset + from, found);
    if (!crypto.isEqual(found, written)) throw new Fault("journal.unwritable");
  }
}
