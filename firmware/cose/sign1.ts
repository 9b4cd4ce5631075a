// COSE_Sign1 in one byte form: tag 18, an empty unprotected map, an attached payload, a signature of 64 bytes.
// Why: a form with no free part cannot be changed without breaking the signature, so its hash can name it. A message is
// found as offsets into the buffer that it came in, and a chain of them, each inside the header of the next, is walked
// there without a copy.
// Follows RFC 9052 §4.2 and §4.4, with Ed25519 (RFC 9864).

import { type Bytes, NO_BYTES } from "../bytes.ts";
import { MESSAGE_BYTES_MAX, Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { type Crypto, SIGNATURE_BYTES } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";

/** The longest external_aad, a SHA-384 hash: longer context is hashed first. */
export const EXTERNAL_AAD_BYTES_MAX = 48;

/** The tag, and the head of the array of four. */
const SIGN1_HEAD = Object.freeze([0xd2, 0x84]);
const EMPTY_MAP = Object.freeze([0xa0]);
/** The head of the array of four, and the text "Signature1". RFC 9052 §4.4. */
const CONTEXT = Object.freeze([0x84, 0x6a, 0x53, 0x69, 0x67, 0x6e, 0x61, 0x74, 0x75, 0x72, 0x65, 0x31]);
/** What stands around the strings of a message or a Sig_structure: heads, context, empty map. */
const FRAME_BYTES_MAX = 32;
const BSTR = 0x40;
/** Sizes below this stand in the head's own byte, others up to 255 in the next one. */
const SHORT = 24;

/** Where the parts of one message stand in its buffer: offsets from the buffer's start, ends exclusive. */
export interface Sign1 {
  /** The buffer, not a copy. */
  readonly bytes: Bytes;
  /** The tag. */
  readonly start: number;
  /** The content of the protected byte string: a map. */
  readonly protectedStart: number;
  readonly protectedEnd: number;
  readonly payloadStart: number;
  readonly payloadEnd: number;
  /** 64 bytes. */
  readonly signatureStart: number;
  /** The end of the signature and of the message. */
  readonly end: number;
}

/** What a signature covers. */
export interface ToBeSigned {
  /** The encoded protected header. */
  readonly protected: Uint8Array;
  /** What both sides know and the message does not carry, such as a handshake hash; empty where it is left out. At most
   *  48 bytes. */
  readonly externalAad?: Uint8Array;
  readonly payload: Uint8Array;
}

/** Reads one message where the reader stands, and goes on behind it. Nothing is verified. RFC 9052 §4.2.
 *  @throws Fault cose.shape, and the cbor codes of a byte string */
export function readSign1(reader: Reader): Sign1 {
  const start = reader.offset;
  if (!reader.take(SIGN1_HEAD)) throw new Fault("cose.shape");
  const protectedStart = reader.readBytes(1, MESSAGE_BYTES_MAX);
  const protectedEnd = reader.offset;
  if (!reader.take(EMPTY_MAP)) throw new Fault("cose.shape");
  const payloadStart = reader.readBytes(1, MESSAGE_BYTES_MAX);
  const payloadEnd = reader.offset;
  const signatureStart = reader.readBytes(SIGNATURE_BYTES, SIGNATURE_BYTES);
  const { bytes, offset: end } = reader;
  return { bytes, start, protectedStart, protectedEnd, payloadStart, payloadEnd, signatureStart, end };
}

/** Reads a message that fills its buffer. Nothing is verified. RFC 9052 §4.2.
 *  @param bytes at most 1,600 bytes; kept, not copied
 *  @throws Fault cose.shape, cbor.trailing, and the cbor codes of a byte string */
export function parseSign1(bytes: Bytes): Sign1 {
  const reader = new Reader(bytes);
  const message = readSign1(reader);
  reader.end();
  return message;
}

/** Whether a message carries a good signature of this key. RFC 9052 §4.4, RFC 8032 §5.1.7.
 *  @param signer `publicKey`: Ed25519, 32 bytes; `externalAad`: empty where it is left out, at most 48 bytes */
export function verifySign1(
  crypto: Crypto,
  message: Sign1,
  signer: { readonly publicKey: Uint8Array; readonly externalAad?: Uint8Array | undefined },
): boolean {
  const { bytes, signatureStart } = message;
  const signature = new Uint8Array(bytes.buffer, bytes.byteOffset + signatureStart, SIGNATURE_BYTES);
  return crypto.verify(signer.publicKey, signedBytes(message, signer.externalAad), signature);
}

/** Gives the Sig_structure, to be signed by whoever holds the key. RFC 9052 §4.4.
 *  @returns ["Signature1", protected, external_aad, payload], encoded */
export function toBeSigned(parts: ToBeSigned): Bytes {
  const { protected: header, payload, externalAad = NO_BYTES } = parts;
  assert(externalAad.length <= EXTERNAL_AAD_BYTES_MAX, "external_aad has at most 48 bytes");
  const bytesMax = header.length + externalAad.length + payload.length + FRAME_BYTES_MAX;
  const writer = new Writer(bytesMax).array(4).text("Signature1");
  return writer.bytes(header).bytes(externalAad).bytes(payload).finish();
}

/** Puts a message together. RFC 9052 §4.2.
 *  @param parts `protected`: the encoded header; `signature`: 64 bytes, over what `toBeSigned` gave */
export function assemble(parts: {
  readonly protected: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}): Bytes {
  const { protected: header, payload, signature } = parts;
  assert(signature.length === SIGNATURE_BYTES, "an Ed25519 signature has 64 bytes");
  const bytesMax = header.length + payload.length + SIGNATURE_BYTES + FRAME_BYTES_MAX;
  const writer = new Writer(Math.min(bytesMax, MESSAGE_BYTES_MAX)).tag(18).array(4);
  return writer.bytes(header).map(0).bytes(payload).bytes(signature).finish();
}

/** Signs with a key at hand: `toBeSigned`, the signature, `assemble`.
 *  @param seed Ed25519 private key, 32 bytes */
export function sign1(crypto: Crypto, seed: Uint8Array, parts: ToBeSigned): Bytes {
  const signature = crypto.sign(seed, toBeSigned(parts));
  return assemble({ protected: parts.protected, payload: parts.payload, signature });
}

/** Gives the Sig_structure of a message that was received. RFC 9052 §4.4. Both byte strings stand in it exactly as they
 *  stand in the message, heads and all, and it is never longer than the message: so one native copy of that size is made
 *  and the two are moved up inside it. That costs half of what copying each of them into a new array does. */
function signedBytes(message: Sign1, externalAad: Uint8Array | undefined): Bytes {
  const { bytes, start, protectedEnd, payloadEnd } = message;
  const aadSize = externalAad === undefined ? 0 : externalAad.length;
  assert(aadSize <= EXTERNAL_AAD_BYTES_MAX, "external_aad has at most 48 bytes");
  const protectedItem = SIGN1_HEAD.length;
  const protectedItemEnd = protectedEnd - start;
  const payloadItem = protectedItemEnd + EMPTY_MAP.length;
  const payloadItemEnd = payloadEnd - start;
  const aadItem = CONTEXT.length + protectedItemEnd - protectedItem;
  const aadContent = aadItem + (aadSize < SHORT ? 1 : 2);
  const size = aadContent + aadSize + payloadItemEnd - payloadItem;
  const copied = bytes.byteOffset + start;
  const signed = new Uint8Array(bytes.buffer.slice(copied, copied + size));
  // The later one first: it makes way for the other.
  signed.copyWithin(aadContent + aadSize, payloadItem, payloadItemEnd);
  signed.copyWithin(CONTEXT.length, protectedItem, protectedItemEnd);
  signed.set(CONTEXT);
  if (aadSize < SHORT) {
    signed[aadItem] = BSTR | aadSize;
  } else {
    signed[aadItem] = BSTR | SHORT;
    signed[aadItem + 1] = aadSize;
  }
  if (externalAad !== undefined) signed.set(externalAad, aadContent);
  return signed;
}
