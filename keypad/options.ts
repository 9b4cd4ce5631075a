// What a keypad is built on and built as.
// Why: the same core runs on a board, in the simulator and in a test; only this differs.
// Follows docs/design.md, "The world is handed in".

import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Battery, Constants, Random, Wire } from "../firmware/platform.ts";
import type { Keys } from "./keys.ts";
import type { Face, Pattern } from "./light.ts";

/** The hardware of a keypad. */
export interface KeypadPlatform {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly constants: Constants;
  readonly keys: Keys;
  readonly wire: Wire;
  readonly face: Face;
  /** The keypad's own supply. */
  readonly battery: Battery;
}

/** How a keypad behaves. */
export interface KeypadOptions {
  /** Whether only an alarm may sound. */
  readonly isSilent: boolean;
  /** How often it says that it is there, in milliseconds; 60 s where it is left out, which is what a lock expects. */
  readonly reportMillis?: number | undefined;
}

/** What a display or a checker may see. */
export interface Snapshot {
  readonly isPaired: boolean;
  /** Whether there is a session with the lock. */
  readonly isUp: boolean;
  readonly isCaseOpen: boolean;
  readonly isKeyStuck: boolean;
  /** Whether digits are held. */
  readonly isTyping: boolean;
  /** What its light and beeper say now. */
  readonly pattern: Pattern | undefined;
}
