// A file as whoever reads it draws it: piece by piece, each of them counted.
// Why: that a film is not gathered in memory is seen by what was drawn of it, and needs no film that is larger than memory.

import type { Bytes } from "../../firmware/bytes.ts";

export const PIECE_BYTES = 1_000;

/** Bytes that are counted as they are drawn. */
export class Source implements Iterable<Bytes> {
  drawn = 0;
  /** Whether whoever drew has let it go, or has come to its end. */
  isClosed = false;
  private readonly piece: (at: number) => Bytes | undefined;

  /** @param piece gives the next one, by how many bytes came before it; undefined at the end */
  constructor(piece: (at: number) => Bytes | undefined) {
    this.piece = piece;
  }

  *[Symbol.iterator](): Generator<Bytes> {
    try {
      for (let piece = this.piece(0); piece !== undefined; piece = this.piece(this.drawn)) {
        this.drawn += piece.length;
        yield piece;
      }
    } finally {
      this.isClosed = true;
    }
  }
}

/** Gives the bytes of a file, a thousand at a time. */
export function sourceOf(bytes: Bytes): Source {
  return new Source((at) => (at < bytes.length ? bytes.slice(at, at + PIECE_BYTES) : undefined));
}
