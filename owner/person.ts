// What a keystore holds: one person's key, the locks that they own or may open, and what they gave away.
// Why: a statement's number must never be used twice and a revocation list is cumulative, so both live with the keys.
// Follows docs/protocol.cddl for the meaning of each field; byte strings stand here as base64url, instants in seconds.

import type { RevokedCode } from "../firmware/grant/revocation.ts";

/** A person: owner of some locks, guest at others, with one Ed25519 key for both. */
export interface Person {
  readonly version: 1;
  /** Ed25519 seed, 32 bytes, secret. */
  readonly seed: string;
  /** Ed25519 public key of the words on paper. */
  readonly recoveryKey: string;
  readonly locks: OwnedLock[];
  readonly grants: IssuedGrant[];
  readonly invitations: AcceptedInvitation[];
  /** Missing where none were ever named. */
  timeServers?: readonly KnownTimeServer[];
}

/** A time server that a lock trusts, as its owner named it. */
export interface KnownTimeServer {
  readonly lockId: string;
  /** In the lock, 0..2. */
  readonly place: number;
  /** host:port */
  readonly address: string;
  /** Ed25519 public key. */
  readonly key: string;
}

/** A lock that this person adopted. */
export interface OwnedLock {
  readonly id: string;
  name: string;
  /** X25519 and Ed25519 public keys. */
  readonly agreementKey: string;
  readonly signingKey: string;
  /** host:port */
  address: string;
  /** The POSIX TZ rule that the lock has, and the name that it was given by, where it was a name. */
  zone: string;
  zoneName: string | undefined;
  /** The last statement's number that was used, sent or not. */
  seq: number;
  /** The revocation list as it was last signed. */
  revocation: RevocationList;
  /** The list's number that the lock said it holds. */
  confirmedRevocationSeq: number;
  /** The list itself that the lock holds; missing until it said so. */
  confirmedRevocation?: RevocationList;
  /** Where all was taken back here and the lock has not confirmed it: the number of the first list that says so, and whether
   *  one that does has left this computer, so that the lock may hold it. */
  unconfirmedAll?: { readonly seq: number; readonly hasLeft: boolean };
  /** What this person calls the owner keys of the lock, by base64url of their kid8; missing where none was named. */
  ownerNames?: Record<string, string>;
  /** The newest checkpoint that was verified. */
  checkpoint: string | undefined;
  /** What this person's window codes are made from; missing until a secret was made. */
  codes?: CodeBook;
  /** host:port of the lock's camera; missing until it was reached. */
  cameraAddress?: string;
}

/** The secret of one person's window codes at one lock, and what was made of it. */
export interface CodeBook {
  /** 32 bytes, secret: the lock has it too. */
  readonly secret: string;
  /** Whether the lock has said yes to it; until then it may hold a former one, or none. */
  isConfirmed: boolean;
  /** How many owners' devices made codes for the lock when it was last asked, this one among them: 1..4. */
  devices: number;
  /** In the order in which they were given out. */
  readonly given: GivenCode[];
}

/** A window code that was given out. Its digits follow from the secret. */
export interface GivenCode {
  /** docs/protocol.md §7: 0..21, 0..1, and whole UTC hours since 1970. */
  readonly windowClass: number;
  readonly serial: number;
  readonly startHour: number;
  /** For whom, or empty. */
  readonly who: string;
  readonly issued: number;
  /** Whether another secret took the place of the one that it was made from. */
  readonly isOver?: true;
}

/** A cumulative list; it only grows, save entries whose time has passed, or whose grants the generation has ended. */
export interface RevocationList {
  readonly seq: number;
  readonly generation: number;
  readonly links: readonly { readonly link: string; readonly until: number }[];
  readonly holders: readonly string[];
  /** Window codes, at most 16. */
  readonly codes?: readonly RevokedCode[];
}

/** A grant or delegation that this person signed. */
export interface IssuedGrant {
  /** link8 of the whole token. */
  readonly link: string;
  readonly lockId: string;
  readonly who: string;
  /** The holder's public key. */
  readonly holder: string;
  readonly until: number;
  readonly issued: number;
  readonly token: string;
}

/** An invitation that this person accepted: it names their key as its holder. */
export interface AcceptedInvitation {
  readonly link: string;
  readonly lockId: string;
  readonly agreementKey: string;
  readonly token: string;
  name: string;
  address: string;
}
