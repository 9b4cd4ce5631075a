// A cursor that counts what is asked of it.
// Why: the work that a stranger's bytes cause is held against the work of good ones, on every engine alike.

import { Reader } from "../firmware/cbor/decode.ts";

/** A cursor that counts its steps: each item or pattern, found or not. */
export class CountingReader extends Reader {
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

  override moveTo(start: number, limit: number): void {
    this.steps++;
    super.moveTo(start, limit);
  }
}
