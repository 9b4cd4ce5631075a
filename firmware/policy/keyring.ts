// Whose word counts: the owner keys, the recovery key, the keys that were thrown out, and the enrolled boards.
// Why: the lock believes nothing that is not signed by a key in here, so the tables are small, bounded and in one place.
// Follows docs/protocol.md §2.3. The tables are a fold of the journal (journal/state.ts).

import { type Bytes, NO_BYTES } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { holdsName } from "../grant/names.ts";
import type { RevocationList } from "../grant/revocation.ts";

export const OWNERS_MAX = 4;
export const BOARDS_MAX = 4;
/** Keys that were removed and may never return; after so many the lock takes no new owner (a factory reset does). */
export const REMOVED_MAX = 32;

/** One owner key. */
export interface Owner {
  /** 8 bytes. */
  readonly kid: Bytes;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Bytes;
  /** The number of its last statement, 0 before the first. */
  readonly sequence: number;
}

/** The recovery key: on paper, and never removable from afar. */
export interface Recovery {
  readonly kid: Bytes;
  readonly publicKey: Bytes;
  readonly sequence: number;
}

/** A board of this house. */
export interface EnrolledBoard {
  /** Of its signing key, 8 bytes. */
  readonly kid: Bytes;
  /** 1 keypad, 2 camera, 3 bridge. */
  readonly role: number;
  /** X25519, 32 bytes. */
  readonly agreementKey: Bytes;
  /** Ed25519, 32 bytes. */
  readonly signingKey: Bytes;
  /** The number of the statement that enrolled it: part of the link's prologue. */
  readonly sequence: number;
}

/** All keys that the lock believes. */
export interface Keyring {
  readonly owners: readonly Owner[];
  readonly recovery: Recovery | undefined;
  /** kid8 of owner keys that were removed, 8 bytes each. */
  readonly removed: Bytes;
  readonly boards: readonly EnrolledBoard[];
}

/** A lock that nobody owns yet. */
export function emptyKeyring(): Keyring {
  return { owners: [], recovery: undefined, removed: NO_BYTES, boards: [] };
}

/** Finds an owner by its kid8. */
export function findOwner(crypto: Crypto, keyring: Keyring, kid: Bytes): Owner | undefined {
  return keyring.owners.find((owner) => crypto.isEqual(owner.kid, kid));
}

function isOwner(crypto: Crypto, { owners }: Keyring, kid: Bytes): boolean {
  for (let index = 0; index < owners.length; index++) if (crypto.isEqual(owners[index].kid, kid)) return true;
  return false;
}

/** Finds the key of an owner, or the recovery key: whoever may sign a statement. @returns Ed25519, 32 bytes */
export function statementKey(crypto: Crypto, keyring: Keyring, kid: Bytes): Bytes | undefined {
  const { recovery } = keyring;
  if (recovery !== undefined && crypto.isEqual(recovery.kid, kid)) return recovery.publicKey;
  return findOwner(crypto, keyring, kid)?.publicKey;
}

/** Gives the number of the last statement of a key that may sign one; 0 where there is none. */
export function sequenceOf(crypto: Crypto, keyring: Keyring, kid: Bytes): number {
  const { recovery } = keyring;
  if (recovery !== undefined && crypto.isEqual(recovery.kid, kid)) return recovery.sequence;
  return findOwner(crypto, keyring, kid)?.sequence ?? 0;
}

/** Whether an owner key was removed once: it never returns, since its old grants would come back to life with it. */
export function wasRemoved(crypto: Crypto, keyring: Keyring, kid: Bytes): boolean {
  return holdsName(crypto, keyring.removed, kid);
}

/** The lists that count: those of owners. Lists are kept apart from owners since the journal keeps them in different
 *  regions, which are read one after the other; and what a removed owner took back, a thief perhaps, ends with the key. */
export function listsOf(crypto: Crypto, keyring: Keyring, lists: readonly RevocationList[]): readonly RevocationList[] {
  return lists.filter(({ owner }) => isOwner(crypto, keyring, owner));
}

/** Gives the keyring after a statement of `kid` with that number. */
export function withSequence(crypto: Crypto, keyring: Keyring, at: { kid: Bytes; sequence: number }): Keyring {
  const { recovery } = keyring;
  if (recovery !== undefined && crypto.isEqual(recovery.kid, at.kid)) {
    return { ...keyring, recovery: { ...recovery, sequence: at.sequence } };
  }
  return withOwner(crypto, keyring, at.kid, (owner) => ({ ...owner, sequence: at.sequence }));
}

/** Gives the keyring with one owner changed. */
export function withOwner(crypto: Crypto, keyring: Keyring, kid: Bytes, change: (owner: Owner) => Owner): Keyring {
  const owners = keyring.owners.map((owner) => (crypto.isEqual(owner.kid, kid) ? change(owner) : owner));
  return { ...keyring, owners };
}
