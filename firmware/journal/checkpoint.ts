// The signed checkpoint: the newest link of each region, under the lock's key.
// Why: a hash chain shows what was changed in the middle; only what a phone keeps shows that the end was cut off or that
// the whole flash was put back.
// Follows RFC 9052 §4.4 and docs/protocol.cddl, checkpoint (typ 65106).

import type { Bytes } from "../bytes.ts";
import { Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { encodeHeader, readHeader } from "../cose/header.ts";
import { kid8, lockIdOf, readLockId } from "../cose/key.ts";
import { parseSign1, type Sign1, sign1, verifySign1 } from "../cose/sign1.ts";
import { type Crypto, HASH_BYTES } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";
import { TYP_CHECKPOINT } from "../grant/typ.ts";
import { type Seconds, seconds } from "../platform.ts";
import { REGIONS, SEQ_MAX } from "./record.ts";
import type { Head } from "./walk.ts";

const CLAIM_AUDIENCE = 3;
const CLAIM_CHECKPOINT = -65541;
const U32_MAX = 0xffffffff;
const HI_UNKNOWN = 0xffffffff;

/** What a lock says about its journal. */
export interface Checkpoint {
  /** 11 characters. */
  readonly lockId: string;
  /** Of state, access and notices, in that order. */
  readonly heads: readonly [state: Head, access: Head, notices: Head];
  /** How often the lock has started, u32. */
  readonly boots: number;
  /** The lock's time when it signed: NumericDate, u32. */
  readonly lo: Seconds;
  /** At least `lo`; undefined where it is unknown. */
  readonly hi: Seconds | undefined;
}

/** Gives the signed checkpoint: about 240 bytes.
 *  @param lock its Ed25519 key pair: seed and public key, 32 bytes each */
export function encodeCheckpoint(
  crypto: Crypto,
  lock: { readonly seed: Uint8Array; readonly publicKey: Uint8Array },
  checkpoint: Checkpoint,
): Bytes {
  const { lockId, heads, boots, lo, hi } = checkpoint;
  assert(hi === undefined || (hi >= lo && hi < HI_UNKNOWN), "the latest time is not before the earliest");
  const writer = new Writer();
  writer.map(2).uint(CLAIM_AUDIENCE).text(lockId).int(CLAIM_CHECKPOINT).map(4).uint(1).array(REGIONS.length);
  for (const region of REGIONS) writer.array(3).uint(region).uint(heads[region].seq).bytes(heads[region].link);
  writer.uint(2).uint(boots).uint(3).uint(lo);
  const payload = writer
    .uint(4)
    .uint(hi ?? HI_UNKNOWN)
    .finish();
  const header = encodeHeader({ kid: kid8(crypto, lock.publicKey), typ: TYP_CHECKPOINT });
  return sign1(crypto, lock.seed, { protected: header, payload });
}

/** Verifies a checkpoint of the lock with that key, which its lock-id must name too.
 *  @param lockKey Ed25519, 32 bytes  @param message at most 1,600 bytes
 *  @returns links are views into `message`
 *  @throws Fault cose.shape, cose.algorithm, cose.key, cose.signature, bytes.encoding, cbor.* */
export function verifyCheckpoint(crypto: Crypto, lockKey: Uint8Array, message: Bytes): Checkpoint {
  const signed = parseSign1(message);
  const reader = new Reader(message);
  const header = readHeader(reader, signed);
  if (header.typ !== TYP_CHECKPOINT || header.kid === undefined) throw new Fault("cose.shape");
  if (!crypto.isEqual(header.kid, kid8(crypto, lockKey))) throw new Fault("cose.key");
  if (!verifySign1(crypto, signed, { publicKey: lockKey })) throw new Fault("cose.signature");
  const checkpoint = readClaims(reader, signed);
  if (checkpoint.lockId !== lockIdOf(crypto, lockKey)) throw new Fault("cose.key");
  return checkpoint;
}

function readClaims(reader: Reader, { payloadStart, payloadEnd }: Sign1): Checkpoint {
  reader.moveTo(payloadStart, payloadEnd);
  reader.readMap(2, 2);
  expect(reader.readInt() === CLAIM_AUDIENCE);
  const lockId = readLockId(reader);
  expect(reader.readInt() === CLAIM_CHECKPOINT);
  reader.readMap(4, 4);
  expect(reader.readInt() === 1);
  reader.readArray(REGIONS.length, REGIONS.length);
  const heads = [readHead(reader, 0), readHead(reader, 1), readHead(reader, 2)] as const;
  expect(reader.readInt() === 2);
  const boots = reader.readUint(U32_MAX);
  expect(reader.readInt() === 3);
  const lo = seconds(reader.readUint(U32_MAX));
  expect(reader.readInt() === 4);
  const hi = seconds(reader.readUint(U32_MAX));
  reader.end();
  expect(hi >= lo);
  return { lockId, heads, boots, lo, hi: hi === HI_UNKNOWN ? undefined : hi };
}

function readHead(reader: Reader, region: number): Head {
  reader.readArray(3, 3);
  expect(reader.readUint(U32_MAX) === region);
  const seq = reader.readUint(SEQ_MAX);
  return { seq, link: reader.readView(HASH_BYTES, HASH_BYTES) };
}

function expect(isAsSpecified: boolean): asserts isAsSpecified {
  if (!isAsSpecified) throw new Fault("cose.shape");
}
