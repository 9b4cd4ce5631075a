// The grants that were shown lately, whole, so that a phone may name one by its hash and send 200 bytes less.
// Why: over BLE a chain of three links takes as long as the door; but a cache never vouches for anything: a cached grant is
// verified again in full.
// Follows docs/protocol.md §2.1, claim -65542. The cache is lost with a restart.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Chain } from "../firmware/grant/chain.ts";

/** Grants kept, of those who come day by day; each is at most 700 bytes. */
export const LEAVES_MAX = 4;

interface Face {
  readonly link8: Bytes;
  readonly leaf: Bytes;
}

/** The cache. */
export class Faces {
  #faces: readonly Face[] = [];

  /** Gives a kept grant. @param link8 8 bytes */
  leaf(crypto: Crypto, link8: Bytes): Bytes | undefined {
    return this.#faces.find((face) => crypto.isEqual(face.link8, link8))?.leaf;
  }

  /** Keeps the grant of a verified chain, in the place of the one that was not shown for longest. */
  keep(crypto: Crypto, chain: Chain): void {
    const { link8, message } = chain.leaf;
    const others = this.#faces.filter((face) => !crypto.isEqual(face.link8, link8));
    const face = { link8, leaf: message.slice() };
    this.#faces = [...others, face].slice(-LEAVES_MAX);
  }
}
