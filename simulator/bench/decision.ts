// One decision of the lock, from a proof's bytes to an intent that is ready to be written, and each stage of it alone.
// Why: what a decision costs beyond its signature checks is ours to answer for, so both are measured on the same bytes.
// Follows docs/protocol.md §2.2; the journal's own write is left out, since flash has its own pace.

import { type Bytes, fromAscii } from "../../firmware/bytes.ts";
import { Reader } from "../../firmware/cbor/decode.ts";
import { kid8, lockIdOf } from "../../firmware/cose/key.ts";
import { parseSign1, type Sign1, toBeSigned, verifySign1 } from "../../firmware/cose/sign1.ts";
import { type Crypto, HASH_BYTES, KEY_BYTES, SIGNATURE_BYTES } from "../../firmware/crypto/crypto.ts";
import { assert } from "../../firmware/fault.ts";
import { type Chain, link8Of } from "../../firmware/grant/chain.ts";
import { OPERATION_UNLOCK, type ProofContext, readProof, verifyProof } from "../../firmware/grant/holder.ts";
import { issueLink, issueRoot, makeProof, type Sign } from "../../firmware/grant/issue.ts";
import { HOLDERS_MAX, REVOKED_MAX, type RevocationList } from "../../firmware/grant/revocation.ts";
import { encodeEntry, placeOf } from "../../firmware/journal/payload.ts";
import { encodeRecord, Chain as JournalChain, newPage, type Page, recordBytes } from "../../firmware/journal/record.ts";
import { seconds } from "../../firmware/platform.ts";
import { COUNTERS_MAX, Counters } from "../../firmware/policy/counters.ts";
import { OWNERS_MAX } from "../../firmware/policy/keyring.ts";
import { type Circumstances, type Decision, decide } from "../../firmware/policy/policy.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { Stream } from "../random.ts";

const NOW = seconds(1_791_187_200);
const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
const RECORD_BYTES_MAX = 512;
const PERMISSIONS = 3;
/** Every day, all day: a window that holds, and must be looked at. */
const WEEKLIES = Object.freeze([127, 0, 1_440]);
/** What a lock remembers after a year, and the most that it ever can. */
const USUAL = Object.freeze({ lists: 1, revoked: 8, holders: 2, counters: 16 });
const FULL = Object.freeze({
  lists: OWNERS_MAX,
  revoked: REVOKED_MAX,
  holders: HOLDERS_MAX,
  counters: COUNTERS_MAX - 1,
});

/** Which grant comes: a root alone; the same with weekly hours, or to a lock whose memory is full; a root and one
 *  delegation. */
export const GRANTS = Object.freeze(["root", "weekly", "full", "delegated"] as const);
export type GrantName = (typeof GRANTS)[number];

/** One signature check as a library sees it. */
export interface Check {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Bytes;
  /** The Sig_structure. */
  readonly signed: Bytes;
  /** 64 bytes. */
  readonly signature: Bytes;
  readonly payload: Bytes;
}

/** Everything that one decision needs. */
export interface Bench {
  readonly crypto: Crypto;
  /** The proof with its grant, as it comes out of the channel. */
  readonly message: Bytes;
  readonly context: ProofContext;
  readonly circumstances: Circumstances;
  /** The signature checks inside, in the order in which they are made. */
  readonly checks: readonly Check[];
  readonly page: Page;
  readonly journal: JournalChain;
  /** The journal's last link. */
  readonly link: Bytes;
}

interface Key {
  readonly publicKey: Bytes;
  readonly sign: Sign;
}

/** Sets a decision up. The grant's use is counted, its owner has revoked others, and other counters are live. */
export function benchOf(crypto: Crypto, name: GrantName): Bench {
  const random = new Stream(1, "bench");
  const drawn = (size: number): Bytes => {
    const bytes = new Uint8Array(size);
    random.fill(bytes);
    return bytes;
  };
  const keyOf = (): Key => {
    const seed = drawn(KEY_BYTES);
    return { publicKey: crypto.signingPublicKey(seed), sign: (message) => crypto.sign(seed, message) };
  };
  const [lock, owner, company, courier] = [keyOf(), keyOf(), keyOf(), keyOf()];
  const lockId = lockIdOf(crypto, lock.publicKey);
  const kid = kid8(crypto, owner.publicKey);
  const links = linksOf(name, { lockId, kid, owner, company, courier, drawn });
  const [leaf] = links[links.length - 1];
  const [challenge, handshakeHash] = [drawn(16), drawn(HASH_BYTES)];
  const message = makeProof(
    { lockId, challenge, handshakeHash, by: { leaf }, operation: OPERATION_UNLOCK },
    courier.sign,
  );
  const context: ProofContext = {
    lockId: fromAscii(lockId),
    ownerKey: (wanted) => (crypto.isEqual(wanted, kid) ? owner.publicKey : undefined),
    challenge,
    handshakeHash,
    cachedLeaf: () => undefined,
  };
  const checks = links.map(([link, signer]) => checkOf(parseSign1(link), signer.publicKey, undefined));
  return {
    crypto,
    message,
    context,
    circumstances: circumstancesOf(kid, drawn, name === "full" ? FULL : USUAL),
    checks: [...checks, checkOf(parseSign1(message), courier.publicKey, handshakeHash)],
    page: newPage(recordBytes(RECORD_BYTES_MAX)),
    journal: new JournalChain(crypto, lockId),
    link: drawn(HASH_BYTES),
  };
}

interface Cast {
  readonly lockId: string;
  /** Of the owner's key. */
  readonly kid: Bytes;
  readonly owner: Key;
  readonly company: Key;
  readonly courier: Key;
  drawn(size: number): Bytes;
}

/** Gives the links of a grant, root first, each with the key that signed it. */
function linksOf(name: GrantName, cast: Cast): readonly (readonly [link: Bytes, signer: Key])[] {
  const { lockId, kid, owner, company, courier, drawn } = cast;
  const isDelegated = name === "delegated";
  const claims = {
    lockId,
    name: "Parcel courier",
    notBefore: seconds(NOW - DAY_SECONDS),
    expiry: seconds(NOW + DAY_SECONDS),
    identifier: drawn(8),
    key: (isDelegated ? company : courier).publicKey,
    permissions: PERMISSIONS,
    uses: 4,
    generation: 0,
  };
  if (name === "weekly") return [[issueRoot(kid, { ...claims, weeklies: WEEKLIES }, owner.sign), owner]];
  if (!isDelegated) return [[issueRoot(kid, claims, owner.sign), owner]];
  const root = issueRoot(kid, { ...claims, depth: 1 }, owner.sign);
  const expiry = seconds(NOW + HOUR_SECONDS);
  const link = { name: "Courier 7", expiry, identifier: drawn(8), key: courier.publicKey, uses: 1 };
  return [
    [root, owner],
    [issueLink(root, link, company.sign), company],
  ];
}

/** Makes the whole decision. @returns the intent's record, in `page`, and the journal's next link */
export function decideWhole(bench: Bench): Bytes {
  const chain = prove(bench);
  return writeIntent(bench, chain, weigh(bench, chain));
}

/** Makes the raw signature checks that the decision contains, and nothing else. */
export function checkRaw({ crypto, checks }: Bench): boolean {
  let isGood = true;
  for (const { publicKey, signed, signature } of checks) isGood = crypto.verify(publicKey, signed, signature) && isGood;
  return isGood;
}

type Allowed = Extract<Decision, { isAllowed: true }>;

/** Reads and verifies. */
export function prove({ crypto, message, context }: Bench): Chain {
  const proof = verifyProof(crypto, message, context);
  assert(proof.kind === "grant", "the bench's proof is good");
  return proof.chain;
}

/** Asks the policy. */
export function weigh({ crypto, circumstances }: Bench, chain: Chain): Allowed {
  const decision = decide(crypto, chain, { operation: OPERATION_UNLOCK, now: circumstances });
  assert(decision.isAllowed, "the bench's grant opens");
  return decision;
}

/** Makes the intent and its record, hashed and chained. */
export function writeIntent(bench: Bench, chain: Chain, decision: Allowed): Bytes {
  const { crypto, page, journal, link, circumstances } = bench;
  const { region, type } = placeOf("intent");
  const payload = encodeEntry({
    kind: "intent",
    operation: OPERATION_UNLOCK,
    source: "phone",
    actor: chain.leaf.kid8,
    root: chain.links[0].link8,
    spends: decision.spends,
  });
  const { lo, hi } = circumstances.interval;
  const width = hi === undefined ? undefined : seconds(hi - lo);
  return journal.next(link, encodeRecord(crypto, page, { region, type, seq: 7, lo, width, payload }));
}

/** Reads the proof and its grant, and verifies nothing. */
export function readOnly({ message }: Bench): number {
  const { chain } = readProof(new Reader(message));
  return chain === undefined ? 0 : chain.messages.length;
}

/** The messages of a proof, outermost last, as the verifier finds them. */
export function messagesOf({ message }: Bench): readonly Sign1[] {
  const { chain, message: proof } = readProof(new Reader(message));
  assert(chain !== undefined, "the bench's proof carries its grant");
  return [...chain.messages, proof];
}

/** Builds each Sig_structure and verifies it. @param messages of `messagesOf` */
export function verifyEach({ crypto, checks, context }: Bench, messages: readonly Sign1[]): boolean {
  let isGood = true;
  for (let index = 0; index < messages.length; index++) {
    const externalAad = index === messages.length - 1 ? context.handshakeHash : undefined;
    const publicKey = checks[index].publicKey;
    isGood = verifySign1(crypto, messages[index], { publicKey, externalAad }) && isGood;
  }
  return isGood;
}

/** Names each link and its holder's key by their hashes. @param chain of `prove` */
export function hashEach({ crypto }: Bench, chain: Chain): number {
  let size = 0;
  for (const { message, grant } of chain.links) {
    size += link8Of(crypto, message).length + kid8(crypto, grant.key).length;
  }
  return size;
}

function checkOf(message: Sign1, publicKey: Bytes, externalAad: Bytes | undefined): Check {
  const { bytes, protectedStart, protectedEnd, payloadStart, payloadEnd, signatureStart } = message;
  const payload = bytes.slice(payloadStart, payloadEnd);
  const header = bytes.slice(protectedStart, protectedEnd);
  return {
    publicKey,
    signed: toBeSigned({ protected: header, payload, ...(externalAad === undefined ? {} : { externalAad }) }),
    signature: bytes.slice(signatureStart, signatureStart + SIGNATURE_BYTES),
    payload,
  };
}

function circumstancesOf(
  owner: Bytes,
  drawn: (size: number) => Bytes,
  memory: typeof USUAL | typeof FULL,
): Circumstances {
  const until = seconds(NOW + DAY_SECONDS);
  const counters = Counters.from(memory.counters, () => ({ link8: drawn(8), root8: drawn(8), used: 1, until }));
  const lists: RevocationList[] = [];
  for (let left = memory.lists; left > 0; left--) {
    const names = { revoked: drawn(8 * memory.revoked), holders: drawn(8 * memory.holders) };
    const untils = new Array(memory.revoked).fill(until);
    lists.push({ owner: left === 1 ? owner : drawn(8), sequence: 1, generation: 0, ...names, untils, codes: [] });
  }
  return {
    interval: { lo: NOW, hi: seconds(NOW + 60) },
    zone: parseZone("CET-1CEST,M3.5.0,M10.5.0/3"),
    widthSecondsMax: 600,
    lists,
    counters,
    cameraProof: 0,
    isModeOpen: true,
    hasPower: true,
    isJournalReady: true,
    isDoorReady: true,
    isRetry: false,
  };
}
