// Where a region of the journal is not what was written, and one short digest of all such places.
// Why: an owner's acknowledgement covers the damage that was there and no other, or the first would hide every later one.
// Follows docs/protocol.md §4, "Recovery", and acknowledged-5 of docs/protocol.cddl.

import { type Bytes, concat, NO_BYTES } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import type { Region } from "./record.ts";

/** The length of a digest of damage. */
export const DAMAGE_DIGEST_BYTES = 8;
const NOTE_BYTES = 13;

/** The order gives the numbers that are hashed. */
const CAUSES = Object.freeze(["header", "gap", "fork", "unreadable"] as const);

type DamageCause = (typeof CAUSES)[number] | "former";

/** One place where a region is not what was written. A torn tail is no damage.
 *  `header`: the header of a sector with records is lost. `gap`: records are lost or changed. `fork`: a sector continues
 *  something else. `unreadable`: the flash answered with an error. */
export interface DamageNote {
  readonly cause: (typeof CAUSES)[number];
  /** The last record before it that stands. */
  readonly afterSeq: number;
  /** The last number that is lost; `afterSeq` where none is, less in a fork. */
  readonly throughSeq: number;
  /** Byte in flash, from the start of the part. */
  readonly offset: number;
}

/** The newest damage of a region, with the digest of all of it. */
export interface Damage extends Omit<DamageNote, "cause"> {
  readonly region: Region;
  /** `former`: found at an earlier start, and told of by a snapshot. */
  readonly cause: DamageCause;
  /** 8 bytes, of this and of all damage before it. The same flash gives the same; records that follow change nothing. */
  readonly digest: Bytes;
}

/** Gives the damage that a region has after one more note.
 *  @param before what was noted so far in that region, if anything */
export function withNote(crypto: Crypto, region: Region, before: Damage | undefined, note: DamageNote): Damage {
  const bytes = new Uint8Array(NOTE_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = CAUSES.indexOf(note.cause);
  view.setUint32(1, note.afterSeq, true);
  // Without it a second record that is lost behind the first would look like the first alone.
  view.setUint32(5, note.throughSeq, true);
  view.setUint32(9, note.offset, true);
  return { region, ...note, digest: foldDigest(crypto, before?.digest ?? NO_BYTES, bytes) };
}

/** Gives the first 8 bytes of SHA-256(before ‖ next).
 *  @param before the digest so far: 8 bytes, or none */
export function foldDigest(crypto: Crypto, before: Bytes, next: Uint8Array): Bytes {
  return crypto.sha256(concat(before, next)).slice(0, DAMAGE_DIGEST_BYTES);
}

/** Gives the damage that a snapshot tells of. @param digest 8 bytes, or none without damage
 *  @param seq the last record that the snapshot holds */
export function formerDamage(region: Region, digest: Bytes, seq: number): Damage | undefined {
  if (digest.length === 0) return undefined;
  return { region, cause: "former", afterSeq: seq, throughSeq: seq, offset: 0, digest };
}
