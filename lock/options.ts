// What a lock is built on and built as: its hardware as interfaces, its board's facts as values.
// Why: the same core runs on a board, in the simulator and in a test; only these two differ.
// Follows docs/design.md, "The world is handed in".

import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Bolt } from "../firmware/door/bolt.ts";
import type { Door } from "../firmware/door/state.ts";
import type { Geometry } from "../firmware/journal/journal.ts";
import type {
  Battery,
  Carrier,
  Constants,
  Flash,
  Indicator,
  Network,
  Random,
  Seconds,
  Wire,
} from "../firmware/platform.ts";
import type { CameraProof } from "./witness.ts";

/** The hardware of a lock board. */
export interface LockPlatform {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly flash: Flash;
  readonly constants: Constants;
  readonly bolt: Bolt;
  readonly carrier: Carrier;
  /** To the keypads, through the door. */
  readonly wire: Wire;
  /** To the camera, by the house's radio; what is sent is dropped where there is none. */
  readonly cameraWire: Wire;
  /** The radio in the house's network; a board without one leaves it out, and the lock works all the same. */
  readonly network?: Network | undefined;
  readonly indicator: Indicator;
  readonly battery: Battery;
  /** Starts the board anew, with power, soon after the event that asks for it: what was sent may go out first. */
  restart(): void;
}

/** The facts of a lock board, and of this start. */
export interface LockOptions {
  readonly geometry: Geometry;
  /** When the firmware was built: the time is never before it. */
  readonly buildTime: Seconds;
  /** 1..32 bytes; an image's is in the form of firmware/link/version.ts. */
  readonly firmwareVersion: string;
  /** Drift of the clock, 0..50,000 parts per million. */
  readonly clockPartsPerMillion: number;
  /** Whether power was away since the last start. */
  readonly isPowerOn: boolean;
  /** The chip's number for why it started. */
  readonly resetReason: number;
  /** Whether a contact tells that the leaf is shut. */
  readonly hasContact: boolean;
  /** Whether the drive can hold the latch back. */
  readonly canUnlatch: boolean;
  /** After how long without a word a keypad counts as lost, in milliseconds; 150 s where it is left out, since one reports every
   *  60 s. */
  readonly keypadLostMillis?: number | undefined;
}

/** What a display or a checker may see. */
export interface Snapshot {
  readonly door: Door;
  readonly isAdopted: boolean;
  readonly isVisitOpen: boolean;
  readonly hasPresence: boolean;
  /** What the camera proved at the last event. */
  readonly cameraProof: CameraProof;
}

/** A partition of 1 MB in sectors of 4 KB: behind the sector that is written now stand at least 191 of access records, 4,775
 *  openings of 160 bytes, 95 days at 50 a day; the state's records, which its snapshots hold, about a month. */
export const STANDARD_GEOMETRY: Geometry = Object.freeze({
  firstSector: 0,
  sectors: Object.freeze([32, 193, 21] as const),
  snapshotSectors: 5,
  payloadBytesMax: 2_048,
});
