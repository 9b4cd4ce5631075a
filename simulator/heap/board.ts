// What the board of a lock on tape is: the same facts and times where it is recorded and where it is played.

import { seconds } from "../../firmware/platform.ts";
import type { LockImage } from "../../lock/board.ts";
import { type LockOptions, STANDARD_GEOMETRY } from "../../lock/options.ts";

/** The facts of the board. */
export const BOARD: Omit<LockOptions, "isPowerOn" | "resetReason"> = Object.freeze({
  geometry: STANDARD_GEOMETRY,
  buildTime: seconds(1_791_183_600),
  firmwareVersion: "1.0.0",
  clockPartsPerMillion: 100,
  hasContact: true,
  canUnlatch: false,
});

/** The times of its motor, in milliseconds. */
export const MOTOR = Object.freeze({ inrushMillis: 20, travelMillis: 200, driveMillis: 1_000 });

/** What the image of a whole board on tape says of itself. */
export const IMAGE: LockImage = Object.freeze({
  target: "esp32s3",
  drive: "motor",
  version: "1.0.0",
  buildTime: BOARD.buildTime,
});

/** Where the keypad on tape stands: of all targets this one has the most wires. */
export const KEYPAD_TARGET = "esp32s3";
