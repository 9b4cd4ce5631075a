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

/** What the regions and the snapshots share. */
export interface Medium {
  readonly crypto: Crypto;
  readonly flash: Flash;
  readonly chain: Chain;
  /** One sector long: what was read last. */
  readonly sector: Page;
  /** What is written next. */
  readonly record: Page;
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

/** Programs `bytes` in one call and reads them back. @param bytes at most one sector, and not its page
 *  @throws Fault flash.io, journal.unwritable */
export function programVerified({ crypto, flash, sector }: Medium, offset: number, bytes: Uint8Array): void {
  const readBack = sector.bytes.subarray(0, bytes.length);
  flash.write(offset, bytes);
  flash.read(offset, readBack);
  if (!crypto.isEqual(readBack, bytes)) throw new Fault("journal.unwritable");
}
