// A cursor that counts what is asked of it.
// Why: work that a stranger can cause is bounded by what the stranger sent; a test holds every reader of this folder to it.

import { Reader } from "../../cbor/decode.ts";

/** A cursor that counts its items, found or not. */
export class CountingReader extends Reader {
  items = 0;

  override take(pattern: readonly number[]): boolean {
    this.items++;
    return super.take(pattern);
  }

  override readUint(max: number): number {
    this.items++;
    return super.readUint(max);
  }

  override readInt(): number {
    this.items++;
    return super.readInt();
  }

  override readBytes(min: number, max: number): number {
    this.items++;
    return super.readBytes(min, max);
  }

  override readTextBytes(min: number, max: number): number {
    this.items++;
    return super.readTextBytes(min, max);
  }

  override readArray(min: number, max: number): number {
    this.items++;
    return super.readArray(min, max);
  }

  override readMap(min: number, max: number): number {
    this.items++;
    return super.readMap(min, max);
  }
}

/** The most items that a message of this size may cost: one a byte, and the claims that each of three links may leave out. */
export function itemsMax(messageBytes: number): number {
  return messageBytes + 48;
}
