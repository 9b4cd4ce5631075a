// A chip on a desk for the tests of the drivers: its event loop runs when it is told to.
// Why: a driver must be right whenever its interrupts come, so the test says when that is.

import { Chip } from "../../../simulator/ecma419/chip.ts";
import { type ChipModel, ESP32_C3 } from "../../../simulator/ecma419/model.ts";

/** A chip, and its event loop. */
export interface Desk {
  readonly chip: Chip;
  /** Runs what waits in the event loop. */
  turn(): void;
}

/** Puts a chip on the desk. @param channelMap as for Chip; all six channels of a C3 where it is left out */
export function desk(model: ChipModel = ESP32_C3, channelMap = 0x3f): Desk {
  const waiting: (() => void)[] = [];
  return {
    chip: new Chip(model, (callback) => waiting.push(callback), channelMap),
    turn() {
      for (const callback of waiting.splice(0)) callback();
    },
  };
}
