// The records of a simulated camera's switch.
// Why: they lie in a flash of their own, which can refuse.

import type { RailArchive } from "../camera/options.ts";
import type { Bytes } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";

/** Records in memory. */
export class MemoryRail implements RailArchive {
  readonly records: Bytes[] = [];
  /** False: it keeps nothing more. */
  isSound = true;

  last(): Bytes | undefined {
    return this.records.at(-1)?.slice();
  }

  at(number: number): Bytes | undefined {
    return this.records[number - 1]?.slice();
  }

  append(message: Bytes): void {
    if (!this.isSound) throw new Fault("flash.io");
    this.records.push(message.slice());
  }
}
