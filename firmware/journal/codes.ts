// The records of codes: who opened from the keypad, what owners set, and what is left of the guesses.
// Why: they belong to the journal's entries and would double the file that holds those.
// Follows docs/protocol.cddl, `budget-7`, `code-24` to `code-refusal-29`.

import type { Bytes } from "../bytes.ts";
import { ARGUMENT_MAX, type Reader } from "../cbor/decode.ts";
import type { Writer } from "../cbor/encode.ts";
import type { CodeUse, Credential } from "../codes/credential.ts";
import {
  readCodeUse,
  readCredential,
  readHolidays,
  readSlot,
  readUserIndex,
  readUserSetting,
  type UserSetting,
  writeCodeUse,
  writeCredential,
  writeHolidays,
  writeUserSetting,
} from "../codes/form.ts";
import type { Holiday } from "../codes/user.ts";
import { KID_BYTES } from "../cose/key.ts";
import { assert, Fault, unreachable } from "../fault.ts";
import { type Denial, denialNumber, denialOf } from "../grant/denial.ts";

const SEALED_SECRET_BYTES = 60;
const CAMERA_PROOF_MAX = 2;

/** One record's meaning. `actor` is the owner who set it, 8 bytes. */
export type CodeEntry =
  /** What is left of the probability of a guess that hits, in units of 1e-12. */
  | { readonly kind: "budget"; readonly level: number }
  /** Somebody opens from the keypad; or, half of it, has shown a first code that spends a TOTP step and waits for more. */
  | {
      readonly kind: "code";
      readonly operation: number;
      readonly isHalf: boolean;
      readonly use: CodeUse;
      /** What the camera had proven, 1 or 2; left out where it was nothing. */
      readonly cameraProof?: number;
    }
  /** A user is set; without a setting, removed with all credentials. */
  | {
      readonly kind: "user";
      readonly actor: Bytes;
      readonly index: number;
      readonly setting: UserSetting | undefined;
    }
  /** A credential is set; without one, what is in the slot is removed. */
  | {
      readonly kind: "credential";
      readonly actor: Bytes;
      readonly slot: number;
      readonly credential: Credential | undefined;
    }
  /** The secret of an owner's window codes is set, sealed. */
  | { readonly kind: "secret"; readonly actor: Bytes; readonly sealed: Bytes }
  | { readonly kind: "holidays"; readonly actor: Bytes; readonly holidays: readonly Holiday[] }
  /** A code that was right, and did not open. */
  | {
      readonly kind: "code-refusal";
      readonly use: CodeUse;
      /** Undefined where a newer lock knew more reasons. */
      readonly denial: Denial | undefined;
      readonly count: number;
    };

/** Their numbers in the access region; `budget` lies in the state region. */
export const CODE_TYPES = Object.freeze({
  code: 24,
  user: 25,
  credential: 26,
  secret: 27,
  holidays: 28,
  "code-refusal": 29,
} as const);
export const BUDGET_TYPE = 7;

/** Writes an entry's payload. */
export function writeCodeEntry(writer: Writer, entry: CodeEntry): void {
  switch (entry.kind) {
    case "budget":
      writer.array(1).uint(entry.level);
      break;
    case "code":
      writer
        .array(entry.cameraProof === undefined ? 3 : 4)
        .uint(entry.operation)
        .uint(entry.isHalf ? 1 : 0);
      writeCodeUse(writer, entry.use);
      if (entry.cameraProof !== undefined) writer.uint(entry.cameraProof);
      break;
    case "user":
      writer
        .array(entry.setting === undefined ? 2 : 3)
        .bytes(entry.actor)
        .uint(entry.index);
      if (entry.setting !== undefined) writeUserSetting(writer, entry.setting);
      break;
    case "credential":
      writer.array(entry.credential === undefined ? 2 : 3).bytes(entry.actor);
      writer.uint(entry.slot);
      if (entry.credential !== undefined) writeCredential(writer, entry.credential);
      break;
    case "secret":
      writer.array(2).bytes(entry.actor).bytes(entry.sealed);
      break;
    case "holidays":
      writer.array(2).bytes(entry.actor);
      writeHolidays(writer, entry.holidays);
      break;
    case "code-refusal":
      assert(entry.denial !== undefined, "a refusal has a reason");
      writeCodeUse(writer.array(3), entry.use);
      writer.uint(denialNumber(entry.denial)).uint(entry.count);
      break;
    default:
      unreachable(entry);
  }
}

/** Reads what is left of the guesses. @throws Fault cbor.* */
export function readBudget(reader: Reader): CodeEntry {
  reader.readArray(1, 1);
  return { kind: "budget", level: reader.readUint(ARGUMENT_MAX) };
}

/** Reads a record of the access region. @throws Fault cbor.*, code.shape */
export function readCodeEntry(
  reader: Reader,
  type: number,
): CodeEntry | { readonly kind: "other"; readonly type: number } {
  switch (type) {
    case CODE_TYPES.code:
      return readUse(reader);
    case CODE_TYPES.user:
      return readUserChange(reader);
    case CODE_TYPES.credential:
      return readCredentialChange(reader);
    case CODE_TYPES.secret:
      return readSecret(reader);
    case CODE_TYPES.holidays:
      return readHolidayChange(reader);
    case CODE_TYPES["code-refusal"]:
      return readRefusal(reader);
    default:
      return { kind: "other", type };
  }
}

function readUse(reader: Reader): CodeEntry {
  const items = reader.readArray(3, 4);
  const operation = reader.readUint(ARGUMENT_MAX);
  const isHalf = reader.readUint(1) === 1;
  const use = readCodeUse(reader);
  const code = { kind: "code", operation, isHalf, use } as const;
  return items === 3 ? code : { ...code, cameraProof: readCameraProof(reader) };
}

function readUserChange(reader: Reader): CodeEntry {
  const items = reader.readArray(2, 3);
  const actor = readActor(reader);
  const index = readUserIndex(reader);
  return { kind: "user", actor, index, setting: items === 2 ? undefined : readUserSetting(reader) };
}

function readCredentialChange(reader: Reader): CodeEntry {
  const items = reader.readArray(2, 3);
  const actor = readActor(reader);
  const slot = readSlot(reader);
  const credential = items === 2 ? undefined : readCredential(reader);
  if (credential !== undefined && credential.slot !== slot) throw new Fault("code.shape");
  return { kind: "credential", actor, slot, credential };
}

function readSecret(reader: Reader): CodeEntry {
  reader.readArray(2, 2);
  const actor = readActor(reader);
  return { kind: "secret", actor, sealed: reader.readView(SEALED_SECRET_BYTES, SEALED_SECRET_BYTES).slice() };
}

function readHolidayChange(reader: Reader): CodeEntry {
  reader.readArray(2, 2);
  const actor = readActor(reader);
  return { kind: "holidays", actor, holidays: readHolidays(reader) };
}

function readRefusal(reader: Reader): CodeEntry {
  reader.readArray(3, 3);
  const use = readCodeUse(reader);
  const denial = denialOf(reader.readUint(ARGUMENT_MAX));
  return { kind: "code-refusal", use, denial, count: reader.readUint(ARGUMENT_MAX) };
}

/** Reads what a camera had proven; nothing is left out. @throws Fault code.shape, cbor.* */
export function readCameraProof(reader: Reader): number {
  const proof = reader.readUint(CAMERA_PROOF_MAX);
  if (proof === 0) throw new Fault("code.shape");
  return proof;
}

function readActor(reader: Reader): Bytes {
  return reader.readView(KID_BYTES, KID_BYTES).slice();
}
