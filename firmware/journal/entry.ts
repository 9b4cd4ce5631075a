// What a record of the journal can say: one entry for each type.
// Why: the lock folds these at boot into all that it knows, and the owner's tool prints them years later.
// Follows docs/protocol.cddl, "Journal payloads"; payload.ts gives their bytes.

import type { Bytes } from "../bytes.ts";
import type { Body } from "../grant/body.ts";
import type { Denial } from "../grant/denial.ts";
import type { RevocationList } from "../grant/revocation.ts";
import type { Seconds } from "../platform.ts";
import type { CodeEntry } from "./codes.ts";

/** Who asked for an opening. The order gives the numbers. */
export const SOURCES = Object.freeze(["phone", "owner", "keypad", "inside", "schedule"] as const);
export type Source = (typeof SOURCES)[number];

/** Who told the lock the time: an owner from afar, one who set it back at the door, two time servers, or an owner with somebody inside. */
export const CLOCK_OWNER = 1;
export const CLOCK_SET_BACK = 2;
export const CLOCK_QUORUM = 3;
export const CLOCK_INSIDE = 4;

/** How a visit ended. The order gives the numbers. */
export const OUTCOMES = Object.freeze([
  "secured",
  "not-moved",
  "jammed",
  "superseded",
  "power-cut",
  "held-open",
  "camera",
] as const);
export type Outcome = (typeof OUTCOMES)[number];

/** What the door did by itself, outside a visit. The order gives the numbers. */
export const DOOR_EVENTS = Object.freeze([
  "opened",
  "closed",
  "locked",
  "jammed",
  "unlocked",
  "thumbturn-locked",
  "thumbturn-unlocked",
  "privacy-ended",
  "reset",
] as const);
export type DoorEvent = (typeof DOOR_EVENTS)[number];

/** What must be looked into. The order gives the numbers. */
export const ALARMS = Object.freeze([
  "ajar",
  "forced",
  "jammed",
  "held-open",
  "clock",
  "journal",
  "power",
  "dwell",
  "presence",
  "reset",
  "tamper",
  "keypad",
  "siege",
  "camera",
  "cycles",
] as const);
export type Alarm = (typeof ALARMS)[number];

/** What the lock noted of its camera. `head`: once a minute of a visit. `alarm`: it is heard, and is not as the visit asks.
 *  `unproven`: somebody knocked, and it did not prove itself in time. The order gives the numbers. */
export const CAMERA_EVENTS = Object.freeze(["start", "head", "end", "lost", "alarm", "back", "unproven"] as const);
export type CameraEvent = (typeof CAMERA_EVENTS)[number];

/** What an owner's word made of the lock's network; `kept`: nothing, since the board's constants refused it, and what the record
 *  before says did not come to be. The order gives the numbers. */
export const NETWORK_EVENTS = Object.freeze(["set", "forgotten", "kept"] as const);
export type NetworkEvent = (typeof NETWORK_EVENTS)[number];

/** Where the signed chain of a clip stood, as the camera said. */
export interface ClipHead {
  /** The clip's name, 16 bytes. */
  readonly clip: Bytes;
  /** The newest frame that was signed, u32; 4294967295 before the first. */
  readonly frame: number;
  /** 32 bytes. */
  readonly chain: Bytes;
}

/** One use of a counted link: the counter as it stands after it. */
export interface SpentUse {
  /** 8 bytes. */
  readonly link8: Bytes;
  /** 1..65,535. */
  readonly used: number;
  /** When the counter may be forgotten. */
  readonly until: Seconds;
}

/** One record's meaning. Byte strings that were read are views into the payload. */
export type Entry =
  /** `haste` with this start: see LockState. */
  | { readonly kind: "boot"; readonly reason: number; readonly boots: number; readonly haste: number }
  | { readonly kind: "watermark" }
  | { readonly kind: "list"; readonly list: RevocationList }
  /** `source`: CLOCK_OWNER and its neighbours. */
  | { readonly kind: "clock"; readonly source: number; readonly lo: Seconds; readonly hi: Seconds }
  /** An owner knows of the damage with these digests: of state, access, notices; 8 bytes, or none without damage. */
  | { readonly kind: "acknowledged"; readonly digests: readonly [state: Bytes, access: Bytes, notices: Bytes] }
  /** An owner holds, verified, all access records up to this one, and all notices up to that. */
  | { readonly kind: "fetched"; readonly through: number; readonly notices: number }
  | {
      readonly kind: "intent";
      readonly operation: number;
      readonly source: Source;
      /** The holder's key, 8 bytes. */
      readonly actor: Bytes;
      /** The root of the grant, 8 bytes. */
      readonly root: Bytes;
      /** At most 3. */
      readonly spends: readonly SpentUse[];
      /** What the camera had proven: 1 that it records, 2 live and unobstructed; left out where it was nothing. */
      readonly cameraProof?: number;
    }
  | {
      readonly kind: "closing";
      /** The number of the intent, or of the owner's statement, that began the visit. */
      readonly intent: number;
      readonly outcome: Outcome;
      /** Seconds after the intent; undefined where it did not happen. */
      readonly openedAfter: number | undefined;
      readonly closedAfter: number | undefined;
      readonly securedAfter: number | undefined;
      /** Bits: 0 door contact, 1 bolt sensor, 2 motor current. */
      readonly witnesses: number;
    }
  /** `encodedBody` is `body` as it was signed; `actor` is the key that signed, 8 bytes. */
  | {
      readonly kind: "statement";
      readonly actor: Bytes;
      readonly sequence: number;
      readonly body: Body;
      readonly encodedBody: Bytes;
    }
  | {
      readonly kind: "refusal";
      readonly actor: Bytes;
      /** The grant that was shown, 8 bytes. */
      readonly leaf: Bytes;
      readonly operation: number;
      /** Undefined where a newer lock knew more reasons. */
      readonly denial: Denial | undefined;
      readonly count: number;
    }
  | { readonly kind: "door"; readonly event: DoorEvent; readonly count: number }
  | { readonly kind: "inside"; readonly count: number }
  /** A grant that was shown, valid, with the names in its chain, root first; a link without a name has an empty one. */
  | {
      readonly kind: "who";
      readonly leaf: Bytes;
      readonly holder: Bytes;
      readonly names: readonly string[];
      readonly root: Bytes;
    }
  /** Access records firstSeq..lastSeq made room, and no owner had fetched them. */
  | { readonly kind: "overwritten"; readonly firstSeq: number; readonly lastSeq: number }
  /** An owner (8 bytes) has the lock join a network, or forget it; which one is written nowhere. */
  | { readonly kind: "network"; readonly actor: Bytes; readonly event: NetworkEvent }
  | { readonly kind: "alarm"; readonly alarm: Alarm; readonly count: number }
  /** 0 broken frames, 1 messages without sense, 2 proofs that failed, 3 presses of the bell, 4 wrong codes. */
  | { readonly kind: "stranger"; readonly strangerClass: number; readonly count: number }
  | {
      readonly kind: "camera";
      readonly event: CameraEvent;
      /** The number of the intent, u32; 0 outside of a visit. */
      readonly visit: number;
      /** What the camera last said of its picture, as its place in camera/eye.ts VERDICTS; undefined where nothing was heard. */
      readonly verdict: number | undefined;
      /** Undefined where it wrote no clip. */
      readonly head: ClipHead | undefined;
      /** The newest record of its switch: its number, and the first 8 bytes of its SHA-256; 0 and zeros before the first. */
      readonly power: number;
      readonly powerHash: Bytes;
    }
  | CodeEntry
  /** A type that this version does not know: kept and verified, not understood. */
  | { readonly kind: "other"; readonly type: number };

/** An entry that can be written. */
export type WritableEntry = Exclude<Entry, { kind: "other" }>;
