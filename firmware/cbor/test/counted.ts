// A cursor that counts what it reads.
// Why: a reader of strangers' bytes must do no more work than there are bytes; a test holds it to that bound.

import { Reader } from "../decode.ts";

/** A cursor whose `steps` rises with every item, head or pattern that is asked of it. */
export class CountedReader extends Reader {
  steps = 0;

  override take(pattern: readonly number[]): boolean {
    this.steps++;
    return super.take(pattern);
  }

  override readUint(max: number): number {
    this.steps++;
    return super.readUint(max);
  }

  override readInt(): number {
    this.steps++;
    return super.readInt();
  }

  override readBytes(min: number, max: number): number {
    this.steps++;
    return super.readBytes(min, max);
  }

  override readTextBytes(min: number, max: number): number {
    this.steps++;
    return super.readTextBytes(min, max);
  }

  override readArray(min: number, max: number): number {
    this.steps++;
    return super.readArray(min, max);
  }

  override readMap(min: number, max: number): number {
    this.steps++;
    return super.readMap(min, max);
  }
}
