// What one link of a grant says: the claims of a root and of a delegation, read into one small record.
// Why: the owner's signature stands under these bytes, so they are read in one form only; what the record says is not
// believed here (chain.ts) and not weighed here (the policy): each limit of each link must hold by itself.
// Follows docs/protocol.cddl (`root-claims`, `link-claims`): RFC 8392 (CWT), RFC 8747 §3 (cnf), RFC 9237 (AIF as scope).

import type { Bytes } from "../bytes.ts";
import { ARGUMENT_MAX, type Reader } from "../cbor/decode.ts";
import { Fault } from "../fault.ts";
import { type Seconds, seconds } from "../platform.ts";

/** Permission bits (`tperm`): what a grant allows its holder to do, by the number of the operation. */
export const PERMISSION_UNLOCK = 1;
export const PERMISSION_LOCK = 2;
export const PERMISSION_VIEW = 4;
export const PERMISSION_TALK = 8;
export const PERMISSION_UNLATCH = 16;
export const PERMISSION_READ_LOG = 32;
/** All of them: what a link without a scope leaves of its parent's. */
export const PERMISSIONS_ALL = 63;

export const CAMERA_RULE_NONE = 0;
/** The camera records. */
export const CAMERA_RULE_RECORDING = 1;
/** The camera is proven live, and nothing is in its way. */
export const CAMERA_RULE_LIVE = 2;

export const NAME_BYTES_MAX = 32;
export const USES_MAX = 65_535;
export const WEEKLIES_MAX = 8;
export const WEEKLY_DAYS_MAX = 127;
export const WEEKLY_START_MAX = 1_439;
export const WEEKLY_MINUTES_MAX = 1_440;
export const DEPTH_MAX = 2;
export const DWELL_MINUTES_MAX = 720;
export const SCOPE_ENTRIES_MAX = 4;
export const LOCK_ID_BYTES = 11;
export const IDENTIFIER_BYTES = 8;
export const KEY_BYTES = 32;

/** The claims of one link. An absent claim of a delegation adds no limit to its parent's. */
export interface Grant {
  /** Who it is for, 1..32 bytes of UTF-8 without control characters; empty where the claim is absent. */
  readonly name: string;
  /** The lock that a root is for, 11 bytes of ASCII, a view; undefined in a delegation. */
  readonly lock: Bytes | undefined;
  /** NumericDate after which it is void; never undefined in a root. */
  readonly expiry: Seconds | undefined;
  /** NumericDate before which it is void. */
  readonly notBefore: Seconds | undefined;
  /** The Ed25519 key of the holder, 32 bytes, a view. */
  readonly key: Bytes;
  /** Bits 0..5; 63 where the scope is absent. */
  readonly permissions: number;
  /** False where the scope names anything but this lock's door. */
  readonly isForDoor: boolean;
  /** How often it opens, 1..65,535. */
  readonly uses: number | undefined;
  /** At most 8 weekly windows by the lock's wall clock, three numbers each: days on which one starts (1..127, bit 0 is
   *  Monday), start (0..1,439 minutes after local midnight), length (1..1,440 minutes). Empty where there is no such
   *  limit. */
  readonly weeklies: readonly number[];
  /** How many links may still follow, 0..2. */
  readonly depth: number;
  /** 0 none, 1 recording, 2 live and unobstructed. */
  readonly cameraRule: number;
  /** The longest visit, 1..720 minutes. */
  readonly dwellMinutes: number | undefined;
  /** What the owner's floor is compared with; undefined in a delegation. */
  readonly generation: number | undefined;
}

/** A record while it is being read. */
type Draft = { -readonly [Key in keyof Grant]: Grant[Key] };

const NO_NUMBERS: readonly number[] = Object.freeze([]);
const KEY_NAME = Object.freeze([2]);
const KEY_LOCK = Object.freeze([3]);
const KEY_EXPIRY = Object.freeze([4]);
const KEY_NOT_BEFORE = Object.freeze([5]);
const KEY_IDENTIFIER = Object.freeze([7]);
/** `8: {1: {1: 1, -1: 6, -2:`: all of a confirmation key that stands before its bytes. RFC 8747 §3.2, RFC 9053 §7.2. */
const KEY_CONFIRMATION = Object.freeze([8, 0xa1, 1, 0xa3, 1, 1, 0x20, 6, 0x21]);
const KEY_SCOPE = Object.freeze([9]);
const KEY_LIMITS = Object.freeze([0x3a, 0x00, 0x01, 0x00, 0x00]);
const KEY_USES = Object.freeze([1]);
const KEY_WEEKLIES = Object.freeze([2]);
const KEY_DEPTH = Object.freeze([3]);
const KEY_GENERATION = Object.freeze([4]);
const KEY_CAMERA_RULE = Object.freeze([5]);
const KEY_DWELL = Object.freeze([6]);
/** `9: <<[[0,`: a scope for this door alone, up to permissions that take one byte. */
const SCOPE_OF_DOOR = Object.freeze([9, 0x44, 0x81, 0x82, 0]);
/** The same for permissions that take two. */
const SCOPE_OF_DOOR_WIDE = Object.freeze([9, 0x45, 0x81, 0x82, 0]);
/** What an item's head holds by itself, at most. */
const ONE_BYTE_MAX = 23;
const TEXT_HEAD = 0x60;
const ARRAY_OF_TWO = Object.freeze([0x82]);
const ARRAY_OF_THREE = Object.freeze([0x83]);

/** Reads the claims of a root, or of a delegation, from a cursor that stands before them.
 *  docs/protocol.cddl, `root-claims` and `link-claims`: every claim is in its place, once, and within its bounds.
 *  @param isRoot which of the two it is, by the token's type header
 *  @returns a record with views into the cursor's buffer; the cursor stands behind the claims
 *  @throws Fault grant.shape, cbor.* */
export function readGrant(reader: Reader, isRoot: boolean): Grant {
  let left = reader.readMap(2, 8);
  const draft: Draft = {
    name: "",
    lock: undefined,
    expiry: undefined,
    notBefore: undefined,
    key: reader.bytes,
    permissions: PERMISSIONS_ALL,
    isForDoor: true,
    uses: undefined,
    weeklies: NO_NUMBERS,
    depth: 0,
    cameraRule: CAMERA_RULE_NONE,
    dwellMinutes: undefined,
    generation: undefined,
  };
  if (reader.take(KEY_NAME)) {
    left--;
    draft.name = readName(reader);
  }
  if (isRoot) {
    left--;
    if (!reader.take(KEY_LOCK)) throw new Fault("grant.shape");
    const start = reader.readTextBytes(LOCK_ID_BYTES, LOCK_ID_BYTES);
    draft.lock = reader.bytes.subarray(start, reader.offset);
  }
  if (reader.take(KEY_EXPIRY)) {
    left--;
    draft.expiry = seconds(reader.readUint(ARGUMENT_MAX));
  } else if (isRoot) throw new Fault("grant.shape");
  if (reader.take(KEY_NOT_BEFORE)) {
    left--;
    draft.notBefore = seconds(reader.readUint(ARGUMENT_MAX));
  }
  if (!reader.take(KEY_IDENTIFIER)) throw new Fault("grant.shape");
  // The identifier makes two grants of one content differ; what names a link is the hash of the whole, so it is only checked.
  reader.readBytes(IDENTIFIER_BYTES, IDENTIFIER_BYTES);
  if (!reader.take(KEY_CONFIRMATION)) throw new Fault("grant.shape");
  draft.key = reader.readView(KEY_BYTES, KEY_BYTES);
  left -= 2;
  if (takeScope(reader, draft)) left--;
  else if (isRoot) throw new Fault("grant.shape");
  if (reader.take(KEY_LIMITS)) {
    left--;
    readLimits(reader, draft, isRoot);
  } else if (isRoot) throw new Fault("grant.shape");
  if (left !== 0) throw new Fault("grant.shape");
  return draft;
}

/** Reads a name: text of 1..32 bytes without control characters (C0, DEL, C1) and without characters that reorder what
 *  stands around them (UAX #9: the embeddings, overrides and isolates), since it is shown and journalled.
 *  @throws Fault grant.shape, cbor.* */
export function readName(reader: Reader): string {
  const { bytes, offset, limit } = reader;
  // Nearly all names are short and of printable ASCII: those need one look at each byte, and no other check.
  const end = offset + 1 + bytes[offset] - TEXT_HEAD;
  let index = offset + 1;
  if (end > index && end <= index + ONE_BYTE_MAX && end <= limit) {
    while (index < end && bytes[index] >= 0x20 && bytes[index] < 0x7f) index++;
    if (index === end) {
      reader.moveTo(end, limit);
      return Reflect.apply(String.fromCharCode, undefined, bytes.subarray(offset + 1, end));
    }
  }
  const name = reader.readText(1, NAME_BYTES_MAX);
  if (!isName(name)) throw new Fault("grant.shape");
  return name;
}

/** Whether no character of a text controls a terminal or the direction of writing. */
export function isName(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x7f) {
      if (code < 0x20) return false;
    } else if (code < 0xa0 || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) return false;
  }
  return true;
}

/** Moves past `pattern`. @throws Fault grant.shape where anything else comes next */
export function expect(reader: Reader, pattern: readonly number[]): void {
  if (!reader.take(pattern)) throw new Fault("grant.shape");
}

/** Reads an unsigned integer, 1..max. @throws Fault grant.shape for zero, cbor.* */
export function readPositive(reader: Reader, max: number): number {
  const value = reader.readUint(max);
  if (value === 0) throw new Fault("grant.shape");
  return value;
}

/** Reads the scope where it comes next, and says whether it did. One entry for the door is matched as bytes. */
function takeScope(reader: Reader, draft: Draft): boolean {
  if (reader.take(SCOPE_OF_DOOR)) draft.permissions = readPositive(reader, ONE_BYTE_MAX);
  else if (reader.take(SCOPE_OF_DOOR_WIDE)) {
    draft.permissions = reader.readUint(PERMISSIONS_ALL);
    if (draft.permissions <= ONE_BYTE_MAX) throw new Fault("grant.shape");
  } else if (reader.take(KEY_SCOPE)) readScope(reader, draft);
  else return false;
  return true;
}

/** Reads a scope. RFC 9237 §2: an array of pairs in a byte string. One entry alone may name the door, since two would
 *  leave open which of them holds. */
function readScope(reader: Reader, draft: Draft): void {
  const outside = reader.enterBytes(1, ARGUMENT_MAX);
  let isDoorNamed = false;
  for (let left = reader.readArray(1, SCOPE_ENTRIES_MAX); left > 0; left--) {
    expect(reader, ARRAY_OF_TWO);
    const target = reader.readUint(ARGUMENT_MAX);
    const permissions = readPositive(reader, PERMISSIONS_ALL);
    if (target !== 0) draft.isForDoor = false;
    else if (isDoorNamed) throw new Fault("grant.shape");
    else {
      isDoorNamed = true;
      draft.permissions = permissions;
    }
  }
  reader.leaveBytes(outside);
}

function readLimits(reader: Reader, draft: Draft, isRoot: boolean): void {
  let left = reader.readMap(1, 6);
  if (reader.take(KEY_USES)) {
    left--;
    draft.uses = readPositive(reader, USES_MAX);
  }
  if (reader.take(KEY_WEEKLIES)) {
    left--;
    draft.weeklies = readWeeklies(reader);
  }
  if (reader.take(KEY_DEPTH)) {
    left--;
    draft.depth = readPositive(reader, DEPTH_MAX);
  }
  if (isRoot) {
    left--;
    expect(reader, KEY_GENERATION);
    draft.generation = reader.readUint(ARGUMENT_MAX);
  }
  if (reader.take(KEY_CAMERA_RULE)) {
    left--;
    draft.cameraRule = reader.readUint(CAMERA_RULE_LIVE);
  }
  if (reader.take(KEY_DWELL)) {
    left--;
    draft.dwellMinutes = readPositive(reader, DWELL_MINUTES_MAX);
  }
  if (left !== 0) throw new Fault("grant.shape");
}

function readWeeklies(reader: Reader): readonly number[] {
  const weeklies: number[] = [];
  for (let left = reader.readArray(1, WEEKLIES_MAX); left > 0; left--) {
    expect(reader, ARRAY_OF_THREE);
    const days = readPositive(reader, WEEKLY_DAYS_MAX);
    const startMinute = reader.readUint(WEEKLY_START_MAX);
    weeklies.push(days, startMinute, readPositive(reader, WEEKLY_MINUTES_MAX));
  }
  return weeklies;
}
