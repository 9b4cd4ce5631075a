// What opens the door from the keypad, as the lock keeps it: stored codes as keyed hashes, secrets sealed, windows by name.
// Why: whoever reads the flash or the record learns no code; what an owner fetches says who and when, never the digits.
// Follows docs/protocol.cddl, `credential` and `code-use`.

import type { Bytes } from "../bytes.ts";
import type { Window } from "./window.ts";

/** What a credential is. The order gives the numbers. */
export const CREDENTIAL_TYPES = Object.freeze(["pin", "totp"] as const);
export type CredentialType = (typeof CREDENTIAL_TYPES)[number];

/** One credential of a user. */
export interface Credential {
  /** 1..32: its place in the lock's table. */
  readonly slot: number;
  /** Whose it is: 1..20. */
  readonly user: number;
  readonly type: CredentialType;
  /** How many digits it has: 6..12, or 8 for TOTP. */
  readonly digits: number;
  /** Of a PIN its keyed hash, 16 bytes; of TOTP the sealed secret, 44..60 bytes. */
  readonly value: Bytes;
  /** The last TOTP step that was accepted: it and older ones never are again (RFC 6238 §5.2). */
  readonly lastStep: number;
}

/** The secret from which one owner's device makes window codes, sealed under the lock's own key. */
export interface CodeSecret {
  /** The owner's key, 8 bytes. */
  readonly owner: Bytes;
  /** 60 bytes: nonce, ciphertext, tag. */
  readonly sealed: Bytes;
}

/** A window code that was used: one that is good once, or one whose stay has begun. */
export interface UsedWindow {
  /** The owner whose secret made it, 8 bytes. */
  readonly owner: Bytes;
  readonly window: Window;
}

/** By what somebody opened from the keypad. */
export type CodeUse =
  | {
      readonly by: "user";
      readonly user: number;
      readonly slot: number;
      /** The TOTP step; 0 for a PIN. */
      readonly step: number;
      /** The user who came before under the two-person rule; 0 for none. */
      readonly first: number;
      /** Whether the user is one who opens under duress. */
      readonly isDuress: boolean;
    }
  | ({ readonly by: "window" } & UsedWindow);

/** Codes kept after their use: those that were good once, and those whose stay has begun. */
export const SPENT_MAX = 64;
export const ACTIVE_MAX = 32;
/** Owner devices that make window codes. */
export const SECRETS_MAX = 4;
/** A sealed secret: 12 bytes of nonce, the secret, 16 bytes of tag. */
export const SEALING_BYTES = 28;
export const CODE_SECRET_BYTES = 32;
export const TOTP_SECRET_BYTES_MIN = 16;
export const TOTP_SECRET_BYTES_MAX = 32;
