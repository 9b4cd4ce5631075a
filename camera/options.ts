// What a camera is built on and built as.
// Why: the same core runs on a board, in the simulator and in a test; only this differs.
// Follows docs/design.md, "The world is handed in".

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Carrier, Constants, Network, Output, Random, Wire } from "../firmware/platform.ts";
import type { Card } from "./card.ts";
import type { PictureSize } from "./clip.ts";
import type { Verdict } from "./eye.ts";
import type { LumaReader } from "./luma.ts";
import type { RailStore, RailWiring } from "./rail.ts";

/** Where rail records are kept, and found again for an owner who asks. */
export interface RailArchive extends RailStore {
  /** The record of that number, whole; undefined where it is not kept any more, or not yet. A copy. */
  at(number: number): Bytes | undefined;
}

/** The house's own machines, which were let in by a password. */
export interface Audience {
  /** Shows them a picture. @param jpeg not kept */
  show(jpeg: Uint8Array): void;
  /** Ends what they look at: the sensor has no power any more, the password is another one, or there is none. */
  dismiss(): void;
}

/** The hardware of a camera. */
export interface CameraPlatform {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly constants: Constants;
  /** To the lock. */
  readonly wire: Wire;
  /** The radio in the house's network, and the cable over which the camera is told which it is; a camera that has no such radio
   *  leaves both out. */
  readonly network?: Network | undefined;
  readonly cable?: Wire | undefined;
  /** To viewers. */
  readonly carrier: Carrier;
  /** Nothing is shown to the house's own machines where it is left out. */
  readonly audience?: Audience | undefined;
  /** The one switch of sensor and red light. */
  readonly rail: RailWiring;
  readonly railStore: RailArchive;
  readonly card: Card;
  /** The board's native helper, or a JpegReader. */
  readonly reader: LumaReader;
  /** The infrared lamp. */
  readonly lamp: Output;
  /** What takes the infrared filter away from the sensor; it is in its place where the output is not active. */
  readonly filter: Output;
}

/** How a camera is built. */
export interface CameraOptions extends PictureSize {
  /** How often a frame is judged, in milliseconds; 500 where it is left out. */
  readonly analyseMillis?: number;
  /** What the ring holds: seconds of frames before a knock. 1.5 MB and 64 frames where they are left out. */
  readonly ringBytes?: number;
  readonly ringFrames?: number;
  /** How much of the ring a clip begins with, in milliseconds; 6,000 where it is left out. */
  readonly preRollMillis?: number;
  /** What must be free for the camera to promise that it can record, in bytes, and a quarter more while a clip is
   *  written; 32 MiB where it is left out. */
  readonly roomBytes?: number;
  /** For how long a clip stays on the card, in seconds; 30 days where it is left out. */
  readonly keepSeconds?: number;
}

/** What a display or a checker may see. */
export interface CameraSnapshot {
  readonly isPaired: boolean;
  /** Whether there is a session with the lock. */
  readonly isUp: boolean;
  readonly isCaseOpen: boolean;
  /** Whether the sensor has power. */
  readonly isOn: boolean;
  readonly isNight: boolean;
  readonly verdict: Verdict;
  readonly alarm: Verdict | undefined;
  readonly isRecording: boolean;
  readonly canRecord: boolean;
  /** Sessions of viewers that stand. */
  readonly viewers: number;
  /** Whether the house's own machines may have the picture. */
  readonly isStreamOn: boolean;
  /** Clips that it knows of. */
  readonly clips: number;
}
