// The proof that whoever comes holds the key of a grant, or an owner's key, here and now.
// Why: a grant alone is paper that can be copied. The proof is signed over this lock's challenge and over the handshake
// hash of this very channel, so it is of no use a second time, at another lock, or to somebody in between.
// Follows docs/protocol.cddl (`holder-proof`): RFC 8747 §3.4 (possession), RFC 9200 §5.10 (cnonce), RFC 9052 §4.4.

import type { Bytes } from "../bytes.ts";
import { ARGUMENT_MAX, Reader } from "../cbor/decode.ts";
import { type Header, readHeader } from "../cose/header.ts";
import { readSign1, type Sign1, verifySign1 } from "../cose/sign1.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";
import {
  type Chain,
  type ChainContext,
  judgeLinks,
  LINK8_BYTES,
  readChain,
  type UnverifiedChain,
  verifyLinks,
} from "./chain.ts";
import type { Denial } from "./denial.ts";
import { expect, LOCK_ID_BYTES } from "./grant.ts";
import { TYP_PROOF } from "./typ.ts";

export const OPERATION_UNLOCK = 0;
export const OPERATION_LOCK = 1;
export const OPERATION_VIEW = 2;
export const OPERATION_TALK = 3;
export const OPERATION_UNLATCH = 4;
export const OPERATION_READ_LOG = 5;
/** Opens an owner session. */
export const OPERATION_OWN = 15;
export const NONCE_BYTES = 16;

const KEY_LOCK = Object.freeze([3]);
const KEY_CNONCE = Object.freeze([0x18, 39]);
const KEY_OPERATION = Object.freeze([0x3a, 0x00, 0x01, 0x00, 0x01]);
const KEY_REFERENCE = Object.freeze([0x3a, 0x00, 0x01, 0x00, 0x05]);

/** What a lock knows when it verifies a proof. */
export interface ProofContext extends ChainContext {
  /** The one challenge of this session, 16 bytes. */
  readonly challenge: Bytes;
  /** The hash of the handshake of this channel, 32 bytes: the external_aad. */
  readonly handshakeHash: Bytes;
  /** Gives the Ed25519 key of whoever may open an owner session, or undefined; where it is missing, owners may. It never
   *  vouches for a grant. @param kid 8 bytes, a view */
  sessionKey?(kid: Bytes): Bytes | undefined;
  /** Gives a whole link that the lock kept from an earlier proof, or undefined. @param link8 8 bytes, a view */
  cachedLeaf(link8: Bytes): Bytes | undefined;
}

/** Who proved what. */
export type Proof =
  | {
      readonly kind: "grant";
      readonly chain: Chain;
      /** The identifier of the key that signed, 8 bytes. */
      readonly holder: Bytes;
      readonly operation: number;
      readonly argument: number | undefined;
    }
  | {
      readonly kind: "owner";
      /** The identifier of the owner key that signed, 8 bytes, a view. */
      readonly holder: Bytes;
      readonly operation: number;
      readonly argument: number | undefined;
    }
  | {
      readonly kind: "denied";
      readonly denied: Denial;
      /** Whose it was: undefined for lock, challenge, unknown-key and signature, where nobody knows who came. */
      readonly chain: Chain | undefined;
      readonly operation: number;
    };

/** A proof that has been read, of which nothing has been verified. */
export interface UnverifiedProof {
  readonly message: Sign1;
  /** The owner key that it names, 8 bytes, a view. */
  readonly kid: Bytes | undefined;
  /** The grant that it carries. */
  readonly chain: UnverifiedChain | undefined;
  /** The cached link that it names instead, 8 bytes, a view. Exactly one of these three is there. */
  readonly reference: Bytes | undefined;
  /** The lock that it is for, 11 bytes, a view. */
  readonly lock: Bytes;
  /** The challenge that it answers, 16 bytes, a view. */
  readonly challenge: Bytes;
  /** 0..5 or 15. */
  readonly operation: number;
  /** The number that a view or a talk may carry. */
  readonly argument: number | undefined;
}

/** Verifies a holder proof and the grant that it comes with. docs/protocol.md §2.2, steps 1 to 4.
 *
 *  The shape of everything comes first, then lock and challenge, then the grant's signatures, then the proof's own, and
 *  last what the links say: a stranger makes the lock verify one signature, the thief of a grant one more than it has
 *  links.
 *  @param message at most 1,600 bytes; kept, not copied
 *  @returns who came with what; or denied: lock, challenge, unknown-key, signature for a stranger, and depth, target,
 *    permission (`own` with a grant) for a holder
 *  @throws Fault grant.shape, cose.*, cbor.* */
export function verifyProof(crypto: Crypto, message: Bytes, context: ProofContext): Proof {
  const proof = readProof(new Reader(message));
  const { kid, operation, argument } = proof;
  if (!crypto.isEqual(proof.lock, context.lockId)) return deny(proof, "lock");
  if (!crypto.isEqual(proof.challenge, context.challenge)) return deny(proof, "challenge");
  const externalAad = context.handshakeHash;
  if (kid !== undefined) {
    const publicKey = (context.sessionKey ?? context.ownerKey)(kid);
    if (publicKey === undefined) return deny(proof, "unknown-key");
    if (!verifySign1(crypto, proof.message, { publicKey, externalAad })) return deny(proof, "signature");
    return { kind: "owner", holder: kid, operation, argument };
  }
  const unverified = proof.chain ?? readCachedChain(proof.reference, context);
  if (unverified === undefined) return deny(proof, "unknown-key");
  const chain = verifyLinks(crypto, unverified, context);
  if (typeof chain === "string") return deny(proof, chain);
  const { grant, kid8: holder } = chain.leaf;
  if (!verifySign1(crypto, proof.message, { publicKey: grant.key, externalAad })) return deny(proof, "signature");
  const denied = operation === OPERATION_OWN ? "permission" : judgeLinks(chain);
  if (denied !== undefined) return { kind: "denied", denied, chain, operation };
  return { kind: "grant", chain, holder, operation, argument };
}

/** Reads a proof without verifying it.
 *  @param reader at the start of a message that fills its buffer
 *  @throws Fault grant.shape, cose.*, cbor.* */
export function readProof(reader: Reader): UnverifiedProof {
  const message = readSign1(reader);
  reader.end();
  const header = readHeader(reader, message);
  if (header.typ !== TYP_PROOF) throw new Fault("grant.shape");
  return readClaims(reader, message, header);
}

function readClaims(reader: Reader, message: Sign1, header: Header): UnverifiedProof {
  const { kid, kcwt } = header;
  const { bytes } = reader;
  reader.moveTo(message.payloadStart, message.payloadEnd);
  const claims = reader.readMap(3, 4);
  expect(reader, KEY_LOCK);
  const lockStart = reader.readTextBytes(LOCK_ID_BYTES, LOCK_ID_BYTES);
  const lock = bytes.subarray(lockStart, reader.offset);
  expect(reader, KEY_CNONCE);
  const challenge = reader.readView(NONCE_BYTES, NONCE_BYTES);
  expect(reader, KEY_OPERATION);
  const hasArgument = reader.readArray(1, 2) === 2;
  const operation = reader.readUint(OPERATION_OWN);
  if (operation > OPERATION_READ_LOG && operation !== OPERATION_OWN) throw new Fault("grant.shape");
  if (hasArgument && operation !== OPERATION_VIEW && operation !== OPERATION_TALK) throw new Fault("grant.shape");
  const argument = hasArgument ? reader.readUint(ARGUMENT_MAX) : undefined;
  let reference: Bytes | undefined;
  if (claims === 4) {
    expect(reader, KEY_REFERENCE);
    reference = reader.readView(LINK8_BYTES, LINK8_BYTES);
  }
  reader.end();
  if ((reference === undefined) === (kid === undefined && kcwt === undefined)) throw new Fault("grant.shape");
  const chain = kcwt === undefined ? undefined : readChain(reader, kcwt);
  return { message, kid, chain, reference, lock, challenge, operation, argument };
}

/** Reads a link that the lock kept. It is verified again, since its owner may have gone since. */
function readCachedChain(reference: Bytes | undefined, context: ProofContext): UnverifiedChain | undefined {
  const leaf = reference === undefined ? undefined : context.cachedLeaf(reference);
  if (leaf === undefined) return undefined;
  const reader = new Reader(leaf);
  const message = readSign1(reader);
  reader.end();
  return readChain(reader, message);
}

function deny(proof: UnverifiedProof, denied: Denial): Proof {
  return { kind: "denied", denied, chain: undefined, operation: proof.operation };
}
