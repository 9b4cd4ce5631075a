// Turns what the SDK throws where flash refuses into the firmware's Fault.
// Why: whoever keeps records catches Faults alone, and what is no refusal by the part must fall through: a mistake of ours, and on the
// desk a power cut.
// Follows the SDK 8.2.3: a plain Error where ESP-IDF refused, a TypeError where storage holds a value of another kind.

import { Fault } from "../fault.ts";

/** Runs a call of the SDK's storage or flash, and nothing else.
 *  @throws Fault flash.io */
export function refusable<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    if (error instanceof Error && (error.name === "Error" || error.name === "TypeError")) throw new Fault("flash.io");
    throw error;
  }
}
