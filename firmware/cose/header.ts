// The protected header of a COSE_Sign1: algorithm, who signed, and what kind of message it is.
// Why: every message of the house has the same four labels and no other, so that nothing in front of the signature
// is open to choice. A parent token rides whole in its child's header and is found by offsets.
// Follows RFC 9052 §3.1 (alg, kid), RFC 9528 §9.2 (kcwt), RFC 9596 (typ), RFC 9864 (Ed25519).

import type { Bytes } from "../bytes.ts";
import type { Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { Fault } from "../fault.ts";
import { KID_BYTES } from "./key.ts";
import { readSign1, type Sign1 } from "./sign1.ts";

/** Ed25519 (RFC 9864): what the house writes. */
export const ALGORITHM_ED25519 = -19;
/** EdDSA (RFC 9053 §2.2): accepted too, since for an Ed25519 key it means the same. */
export const ALGORITHM_EDDSA = -8;
/** The largest message type. */
export const TYP_MAX = 0xffff;

const LABEL_ALG = Object.freeze([1]);
const ALG_ED25519 = Object.freeze([1, 0x32]);
const ALG_EDDSA = Object.freeze([1, 0x27]);
const LABEL_KID = Object.freeze([4]);
const LABEL_KCWT = Object.freeze([13]);
const LABEL_TYP = Object.freeze([16]);

/** A protected header. It names its signer by `kid` or by `kcwt`, never by both. */
export interface Header {
  readonly algorithm: typeof ALGORITHM_ED25519 | typeof ALGORITHM_EDDSA;
  /** The signer's key identifier: 8 bytes, a view. */
  readonly kid: Bytes | undefined;
  /** The token whose cnf holds the signer's key, read but not verified: offsets into the same buffer. */
  readonly kcwt: Sign1 | undefined;
  /** The kind of message, 0..65535. */
  readonly typ: number;
}

/** Reads the protected header of a message: {1: alg, ? 4: kid / 13: kcwt, 16: typ}. The reader is left at its end.
 *  A kcwt's own header is not read here: whoever walks a chain calls this again, and counts.
 *  @param reader the one that the message was read with, or another over the same buffer
 *  @throws Fault cose.algorithm, cose.shape for any other label, and the cbor codes */
export function readHeader(reader: Reader, message: Sign1): Header {
  reader.moveTo(message.protectedStart, message.protectedEnd);
  const count = reader.readMap(0, 0xff);
  const algorithm = readAlgorithm(reader);
  let kid: Bytes | undefined;
  let kcwt: Sign1 | undefined;
  if (reader.take(LABEL_KID)) kid = reader.readView(KID_BYTES, KID_BYTES);
  else if (reader.take(LABEL_KCWT)) kcwt = readSign1(reader);
  if (!reader.take(LABEL_TYP)) throw new Fault("cose.shape");
  const typ = reader.readUint(TYP_MAX);
  if (count !== (kid === undefined && kcwt === undefined ? 2 : 3)) throw new Fault("cose.shape");
  reader.end();
  return { algorithm, kid, kcwt, typ };
}

function readAlgorithm(reader: Reader): Header["algorithm"] {
  if (reader.take(ALG_ED25519)) return ALGORITHM_ED25519;
  if (reader.take(ALG_EDDSA)) return ALGORITHM_EDDSA;
  throw new Fault(reader.take(LABEL_ALG) ? "cose.algorithm" : "cose.shape");
}

/** Gives the protected header of a message that is about to be signed, with alg -19.
 *  @param parts `kid`: 8 bytes; `kcwt`: a whole encoded token; at most one of them */
export function encodeHeader(parts: {
  readonly kid?: Uint8Array | undefined;
  readonly kcwt?: Uint8Array | undefined;
  readonly typ: number;
}): Bytes {
  const { kid, kcwt, typ } = parts;
  const writer = new Writer();
  writer.map(kid === undefined && kcwt === undefined ? 2 : 3);
  writer.uint(1).int(ALGORITHM_ED25519);
  if (kid !== undefined) writer.uint(4).bytes(kid);
  if (kcwt !== undefined) writer.uint(13).raw(kcwt);
  return writer.uint(16).uint(typ).finish();
}
