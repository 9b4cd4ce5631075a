// One lock, its owners, and the people to whom they give grants: fixed keys and the messages that they would send.
// Why: the tests of this folder tell one story, and only the claims that a test is about stand in it.

import { crypto } from "#crypto";
import { type Bytes, fromAscii } from "../../bytes.ts";
import { kid8, lockIdOf } from "../../cose/key.ts";
import { seconds } from "../../platform.ts";
import type { ChainContext } from "../chain.ts";
import type { ProofContext } from "../holder.ts";
import {
  issueLink,
  issueRoot,
  type LinkClaims,
  makeProof,
  type ProofClaims,
  type RootClaims,
  type Sign,
} from "../issue.ts";

/** Somebody with an Ed25519 key. */
export interface Person {
  readonly key: Bytes;
  readonly kid: Bytes;
  readonly sign: Sign;
}

/** Gives the person whose seed is 32 times this byte. */
export function person(byte: number): Person {
  const seed = new Uint8Array(32).fill(byte);
  const key = crypto.signingPublicKey(seed);
  return { key, kid: kid8(crypto, key), sign: (toBeSigned) => crypto.sign(seed, toBeSigned) };
}

export const owner = person(1);
export const partner = person(2);
export const company = person(3);
export const courier = person(4);
export const driver = person(5);
export const thief = person(6);
export const LOCK_ID = lockIdOf(crypto, person(7).key);
export const OTHER_LOCK_ID = lockIdOf(crypto, person(8).key);
export const CHALLENGE = new Uint8Array(16).fill(0xc4);
export const HANDSHAKE_HASH = new Uint8Array(32).fill(0x44);
export const IDENTIFIER = new Uint8Array(8).fill(0x1d);
export const EXPIRY = seconds(1_900_000_000);

function keyOfOwner(kid: Bytes): Bytes | undefined {
  for (const each of [owner, partner]) if (crypto.isEqual(each.kid, kid)) return each.key;
  return undefined;
}

export const LOCK: ChainContext = { lockId: fromAscii(LOCK_ID), ownerKey: keyOfOwner };

/** What the lock knows in the session of these tests. */
export const SESSION: ProofContext = {
  ...LOCK,
  challenge: CHALLENGE,
  handshakeHash: HANDSHAKE_HASH,
  cachedLeaf: () => undefined,
};

/** Gives a root's claims: for the company, all permissions, two more links. */
export function rootClaims(claims: Partial<RootClaims> = {}): RootClaims {
  return {
    lockId: LOCK_ID,
    expiry: EXPIRY,
    identifier: IDENTIFIER,
    key: company.key,
    permissions: 63,
    depth: 2,
    generation: 7,
    ...claims,
  };
}

/** Issues a root of the owner. */
export function root(claims: Partial<RootClaims> = {}): Bytes {
  return issueRoot(owner.kid, rootClaims(claims), owner.sign);
}

/** Issues a delegation: of the company, to the courier, unless it says otherwise. */
export function link(parent: Bytes, claims: Partial<LinkClaims> = {}, by: Person = company): Bytes {
  return issueLink(parent, { identifier: IDENTIFIER, key: courier.key, ...claims }, by.sign);
}

/** Makes the proof of a person: to unlock, unless it says otherwise. */
export function prove(by: ProofClaims["by"], signer: Person, claims: Partial<ProofClaims> = {}): Bytes {
  const proof = { lockId: LOCK_ID, challenge: CHALLENGE, handshakeHash: HANDSHAKE_HASH, by, operation: 0, ...claims };
  return makeProof(proof, signer.sign);
}

/** Counts verifications; otherwise the backend under test. */
export function countingCrypto(): { readonly crypto: typeof crypto; readonly verifications: () => number } {
  let count = 0;
  const counting: typeof crypto = {
    ...crypto,
    verify(publicKey, message, signature) {
      count++;
      return crypto.verify(publicKey, message, signature);
    },
  };
  return { crypto: counting, verifications: () => count };
}
