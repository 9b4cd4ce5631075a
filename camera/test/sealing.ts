// A clip that is encrypted with keys and random bytes that are always the same, for tests.
// Why: what Node's tests hold to the age tool must be, byte for byte, what XS makes.

import { type Bytes, fromAscii } from "../../firmware/bytes.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { Seeded } from "../../firmware/crypto/test/checks.ts";
import type { Random } from "../../firmware/platform.ts";
import { AgeWriter, type Sealed } from "../age.ts";
import { Tape } from "./tape.ts";

/** X25519 secrets: the owner's, the partner's, the one on paper. */
export const SECRETS: readonly Bytes[] = Object.freeze([0x11, 0x22, 0x33].map((byte) => new Uint8Array(32).fill(byte)));

/** Test bytes in the place of the hardware's. */
export class SeededRandom implements Random {
  readonly #source: Seeded;

  constructor(seed: number) {
    this.#source = new Seeded(seed);
  }

  fill(target: Bytes): void {
    target.set(this.#source.bytes(target.length));
  }
}

/** Bytes that differ everywhere, cheaper than seeded ones. */
export function plainOf(size: number): Bytes {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++) bytes[at] = (at ^ (at >> 8) ^ (at >> 16)) & 0xff;
  bytes.set(fromAscii("clip").subarray(0, size));
  return bytes;
}

/** Encrypts. @param piece how many bytes are appended at a time */
export function sealed(
  crypto: Crypto,
  plain: Bytes,
  { piece = 5_000, recipients = SECRETS }: { piece?: number; recipients?: readonly Bytes[] } = {},
): Sealed & { readonly bytes: Bytes } {
  const tape = new Tape();
  const keys = recipients.map((secret) => crypto.agreementPublicKey(secret));
  const writer = new AgeWriter(crypto, new SeededRandom(1), { recipients: keys, sink: tape });
  for (let at = 0; at < plain.length; at += piece) writer.append(plain.subarray(at, at + piece));
  return { ...writer.end(), bytes: tape.bytes };
}
