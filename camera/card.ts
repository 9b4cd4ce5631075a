// The card that takes the clips: what the camera asks of it, and what its files are called.
// Why: a card may be pulled, be full or wear out at any moment; the camera must see that at once, and say so, and go on.

import { type Bytes, fromHex, toHex } from "../firmware/bytes.ts";
import { CLIP_BYTES } from "../firmware/evidence/footage.ts";
import { Fault } from "../firmware/fault.ts";
import type { Sink } from "./sink.ts";

/** A file on the card. */
export interface CardFile {
  readonly name: string;
  readonly bytes: number;
}

/** A card with one flat folder. A file that is being written has the bytes that were flushed, whatever becomes of the power. */
export interface Card {
  /** What is there, in any order. @throws Fault card.io */
  list(): readonly CardFile[];
  /** Begins a file that is appended to; one of that name is replaced. @throws Fault card.io */
  create(name: string): Sink;
  /** Writes a small file, whole or not at all. @throws Fault card.io */
  put(name: string, bytes: Uint8Array): void;
  /** Reads a part of a file: fewer bytes at its end, none beyond it. A copy. @throws Fault card.io, also where there is none */
  read(name: string, offset: number, bytesMax: number): Bytes;
  /** Forgets a file; one that is not there is none. @throws Fault card.io */
  remove(name: string): void;
  /** What still fits. */
  readonly freeBytes: number;
}

/** The three files of a clip: the encrypted film, the signed note beside it, and what the camera remembers of it. */
export type ClipPart = "age" | "note" | "mark";

/** Gives the name of a clip's file. @param clip 16 bytes */
export function fileName(clip: Uint8Array, part: ClipPart): string {
  return `${toHex(clip)}.${part}`;
}

/** Gives the clip whose file has that name; undefined where it is none of that part. */
export function clipOf(name: string, part: ClipPart): Bytes | undefined {
  const ending = `.${part}`;
  if (!name.endsWith(ending) || name.length !== 2 * CLIP_BYTES + ending.length) return undefined;
  try {
    return fromHex(name.slice(0, -ending.length));
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return undefined;
  }
}
