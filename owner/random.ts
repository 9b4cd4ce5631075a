// The system's generator, as the interface that the firmware's modules take.
// Why: everything below a command is handed its randomness, so that a simulation can be replayed.
// Follows firmware/platform.ts, `Random`.

import { randomFillSync } from "node:crypto";
import type { Random } from "../firmware/platform.ts";

/** Gives the operating system's cryptographic generator. */
export function systemRandom(): Random {
  return {
    fill(target) {
      randomFillSync(target);
    },
  };
}
