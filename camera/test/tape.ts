// A card in memory, for tests of what is written to it.
// Why: a cut of power is a shorter array.

import { type Bytes, concat } from "../../firmware/bytes.ts";
import { Fault } from "../../firmware/fault.ts";
import type { Sink } from "../sink.ts";

/** Takes all that is appended, and remembers where it was flushed. */
export class Tape implements Sink {
  readonly #pieces: Bytes[] = [];
  readonly flushed: number[] = [];
  size = 0;
  /** What fits; beyond it the card refuses. */
  bytesMax = Number.POSITIVE_INFINITY;

  append(bytes: Uint8Array): void {
    if (this.size + bytes.length > this.bytesMax) throw new Fault("card.io");
    this.#pieces.push(new Uint8Array(bytes));
    this.size += bytes.length;
  }

  flush(): void {
    this.flushed.push(this.size);
  }

  /** All of it, in memory of its own. */
  get bytes(): Bytes {
    return concat(...this.#pieces);
  }
}
