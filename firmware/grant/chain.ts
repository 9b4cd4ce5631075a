// A grant as the lock receives it: a root that an owner signed, and the delegations that follow it.
// Why: each parent rides whole in the signed header of its child, so a child can neither be hung under another parent nor
// shown without its own. No link is compared with its parent: the policy asks every limit of every link to hold by itself,
// and so nobody can hand on more than was given.
// Follows docs/protocol.cddl (`leaf`), RFC 9052 §4.4, RFC 9528 §9.2 (kcwt), RFC 8747 (the key that signs the next link).

import type { Bytes } from "../bytes.ts";
import { Reader } from "../cbor/decode.ts";
import { readHeader } from "../cose/header.ts";
import { kid8 } from "../cose/key.ts";
import { readSign1, type Sign1, verifySign1 } from "../cose/sign1.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";
import type { Denial } from "./denial.ts";
import { DEPTH_MAX, type Grant, PERMISSIONS_ALL, readGrant } from "./grant.ts";
import { TYP_LINK, TYP_ROOT } from "./typ.ts";

/** A root and as many delegations as a depth can allow. */
export const LINKS_MAX = 1 + DEPTH_MAX;
export const LINK8_BYTES = 8;

/** One link of which the signature has been verified, under its parent's key. */
export interface Link {
  readonly grant: Grant;
  /** The whole signed link, a view. */
  readonly message: Bytes;
  /** The first 8 bytes of SHA-256 of the whole signed link: what counters and revocations name. */
  readonly link8: Bytes;
  /** The identifier of the key of this link's holder, 8 bytes. */
  readonly kid8: Bytes;
}

/** A grant of which every signature has been verified, up to a key of an owner. */
export interface Chain {
  /** The root first, 1..3. */
  readonly links: readonly Link[];
  /** The last of them: its holder is the one who comes. */
  readonly leaf: Link;
  /** The identifier of the owner key that signed the root, 8 bytes, a view. */
  readonly owner: Bytes;
}

/** What a lock knows when it verifies a chain. */
export interface ChainContext {
  /** The lock's name, 11 bytes of ASCII. */
  readonly lockId: Bytes;
  /** Gives the Ed25519 key (32 bytes) of an owner of this lock, or undefined. @param kid 8 bytes, a view */
  ownerKey(kid: Bytes): Bytes | undefined;
}

/** A chain that has been read, of which nothing has been verified; root first, all three alike in length. */
export interface UnverifiedChain {
  readonly messages: readonly Sign1[];
  readonly grants: readonly Grant[];
  readonly owner: Bytes;
}

/** Verifies a grant, from the owner's key down to the last link. docs/protocol.md §2.2, steps 1 to 4.
 *
 *  The shape of the whole comes first, then its lock, then one verification a link, the root's first: a stranger's grant
 *  costs one. What the links say of each other is judged when all are known to be genuine.
 *  @param leaf the last link, whole, at most 1,600 bytes; kept, not copied
 *  @returns the chain, or: lock, unknown-key, signature; depth and target for a genuine one
 *  @throws Fault grant.shape, cose.*, cbor.* */
export function verifyChain(crypto: Crypto, leaf: Bytes, context: ChainContext): Chain | Denial {
  const reader = new Reader(leaf);
  const message = readSign1(reader);
  reader.end();
  const chain = verifyLinks(crypto, readChain(reader, message), context);
  return typeof chain === "string" ? chain : (judgeLinks(chain) ?? chain);
}

/** Reads a chain without verifying it.
 *  @param leaf where the last link stands in the reader's buffer
 *  @throws Fault grant.shape, cose.*, cbor.* */
export function readChain(reader: Reader, leaf: Sign1): UnverifiedChain {
  const messages: Sign1[] = [];
  const grants: Grant[] = [];
  let message = leaf;
  while (true) {
    const header = readHeader(reader, message);
    const isRoot = header.typ === TYP_ROOT;
    reader.moveTo(message.payloadStart, message.payloadEnd);
    messages.unshift(message);
    grants.unshift(readGrant(reader, isRoot));
    reader.end();
    if (isRoot && header.kid !== undefined) return { messages, grants, owner: header.kid };
    if (header.typ !== TYP_LINK || header.kcwt === undefined || grants.length === LINKS_MAX) {
      throw new Fault("grant.shape");
    }
    message = header.kcwt;
  }
}

/** Verifies the signatures of a chain that has been read. docs/protocol.md §2.2, steps 2 and 3.
 *  @returns the chain, or: lock, unknown-key, signature, and then nobody knows who came */
export function verifyLinks(crypto: Crypto, chain: UnverifiedChain, context: ChainContext): Chain | Denial {
  const { messages, grants, owner } = chain;
  const { lock } = grants[0];
  if (lock === undefined || !crypto.isEqual(lock, context.lockId)) return "lock";
  let publicKey = context.ownerKey(owner);
  if (publicKey === undefined) return "unknown-key";
  for (let index = 0; index < messages.length; index++) {
    if (!verifySign1(crypto, messages[index], { publicKey })) return "signature";
    publicKey = grants[index].key;
  }
  const links: Link[] = [];
  for (let index = 0; index < messages.length; index++) {
    const { bytes, start, end } = messages[index];
    const grant = grants[index];
    const message = bytes.subarray(start, end);
    links.push({ grant, message, link8: link8Of(crypto, message), kid8: kid8(crypto, grant.key) });
  }
  return { links, leaf: links[links.length - 1], owner };
}

/** Judges what does not depend on the moment: whether each link allows as many as follow, and all are for this lock's
 *  door. docs/protocol.md §2.2, step 4. @returns depth, target, or undefined where both hold */
export function judgeLinks(chain: Chain): Denial | undefined {
  const { links } = chain;
  for (let index = 0; index < links.length; index++) {
    if (links[index].grant.depth < links.length - 1 - index) return "depth";
    if (!links[index].grant.isForDoor) return "target";
  }
  return undefined;
}

/** Gives the name of a link: the first 8 bytes of SHA-256 over the whole signed message. docs/protocol.cddl, `link8`. */
export function link8Of(crypto: Crypto, link: Uint8Array): Bytes {
  return crypto.sha256(link).subarray(0, LINK8_BYTES);
}

/** Gives the permissions that every link of a chain leaves: the bits that all of them have. @returns bits 0..5 */
export function permissionsOf(chain: Chain): number {
  let permissions = PERMISSIONS_ALL;
  for (const link of chain.links) permissions &= link.grant.permissions;
  return permissions;
}
