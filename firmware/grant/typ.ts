// The kinds of signed message, as their protected headers name them.
// Why: one kind must never pass for another, so each verifier asks for its own, and a session looks here to choose one.
// Follows RFC 9596 (typ) and docs/protocol.cddl; the numbers are of CoAP's experimental range.

import type { Bytes } from "../bytes.ts";
import { Reader } from "../cbor/decode.ts";
import { readHeader } from "../cose/header.ts";
import { readSign1 } from "../cose/sign1.ts";

export const TYP_ROOT = 65_101;
export const TYP_LINK = 65_102;
export const TYP_PROOF = 65_103;
export const TYP_STATEMENT = 65_104;
export const TYP_REVOCATIONS = 65_105;
export const TYP_CHECKPOINT = 65_106;
export const TYP_RECEIPT = 65_107;
export const TYP_FOOTAGE = 65_108;
export const TYP_CLIP = 65_109;
export const TYP_RAIL = 65_110;

/** Gives the kind that a message says it is; nothing of it is verified. RFC 9596 §2.
 *  @param message at most 1,600 bytes
 *  @returns 0..65,535
 *  @throws Fault cose.algorithm, cose.shape, cbor.* */
export function typOf(message: Bytes): number {
  const reader = new Reader(message);
  const sign1 = readSign1(reader);
  reader.end();
  return readHeader(reader, sign1).typ;
}
