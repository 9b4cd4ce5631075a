// Known answers for every primitive, and one refusal of each kind, to run once at boot.
// Why: a lock with a broken library, a wrong build or a failing chip must not start; a refusal that stopped working is
// the failure that nobody would notice.
// Follows the RFCs named at each row. Costs 7 Ed25519 and 3 X25519 operations, the rest is hashing.

import { type Bytes, concat, fromAscii, fromHex } from "../bytes.ts";
import { Fault } from "../fault.ts";
import type { Crypto } from "./crypto.ts";

type Row = readonly [key: string, message: number, signature: string];

/** RFC 8032 §5.1.7 leaves open whether S·B = R + h·A must hold, or eight times it is enough; a lock and an owner's tool must not differ.
 *  The rows are of ed25519.test.ts: a key, and then an R, that has a part of order 8. The first holds, the others by eights alone. */
const MIXED_KEY = "2194cd3cf73b95ed983efac7202eda345e5331be9ac72b79bea41008e74c2251";
const STRICT: Row = Object.freeze([
  MIXED_KEY,
  5,
  "be2c274de61aeba0da20e13db45b393f32f5827b725b980102bb878b78cfd4e85fd211e94981d00d33fb3cd3a1944839896a558b014d15df9ee7e4df3fddff04",
] as const);
const LAX_KEY: Row = Object.freeze([
  MIXED_KEY,
  0,
  "be2c274de61aeba0da20e13db45b393f32f5827b725b980102bb878b78cfd4e89fa3876c87720527e3e1d65d0a81542cf8a7c846b8cc6316817065d4908f490d",
] as const);
const LAX_NONCE: Row = Object.freeze([
  "9a4b8e6f9e3a0b9a0eb04879484d5895df27d497c226d09925e5865dfaf4459b",
  1,
  "a7d7059e3c105247265642f7ff48658eb44bed12a6d985c3e663d04b0b1c8e07c297c3af1a92977a7029fc8c8f551c423faa23dfe6e3e919e960b23ff004b90e",
] as const);

/** Holds a backend to published answers.
 *  @throws Fault crypto.selftest at the first answer that is wrong, or that could not be had */
export function selfTest(crypto: Crypto): void {
  let isSound = false;
  try {
    isSound =
      hashes(crypto) &&
      searches(crypto) &&
      signs(crypto) &&
      holds(crypto, STRICT) &&
      !holds(crypto, LAX_KEY) &&
      !holds(crypto, LAX_NONCE) &&
      agrees(crypto) &&
      seals(crypto);
  } catch (error) {
    // A refusal where an answer is due is a wrong answer; anything but a Fault is a mistake of ours and goes on.
    if (!(error instanceof Fault)) throw error;
  }
  if (!isSound) throw new Fault("crypto.selftest");
}

/** FIPS 180-4 (the example "abc", both lengths), RFC 4231 §4.3, RFC 2202 §3 (test case 2). */
function hashes(crypto: Crypto): boolean {
  const digest = fromHex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const longDigest = fromHex(
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
  );
  const shortCode = fromHex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  const code = fromHex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const isHashed = crypto.isEqual(crypto.sha256(fromAscii("abc")), digest) && crypto.isEqual(inPieces(crypto), digest);
  const mac = crypto.hmacSha256(fromAscii("Jefe"), fromAscii("what do ya want for nothing?"));
  const shortMac = crypto.hmacSha1(fromAscii("Jefe"), fromAscii("what do ya want for nothing?"));
  if (!crypto.isEqual(crypto.sha512(fromAscii("abc")), longDigest) || !crypto.isEqual(shortMac, shortCode))
    return false;
  return isHashed && crypto.isEqual(mac, code) && !crypto.isEqual(mac, digest);
}

/** A small table: each place of it, and what stands in none. */
function searches(crypto: Crypto): boolean {
  const table = fromAscii("abcbcdabd");
  return (
    crypto.find(table, 3, fromAscii("abc")) === 0 &&
    crypto.find(table, 3, fromAscii("bcd")) === 1 &&
    crypto.find(table, 3, fromAscii("abd")) === 2 &&
    crypto.find(table, 3, fromAscii("cbc")) === -1
  );
}

/** The hash of "abc", a piece at a time. */
function inPieces(crypto: Crypto): Bytes {
  const hash = crypto.startSha256();
  const [first, rest] = [fromAscii("a"), fromAscii("bc")];
  hash.update(first);
  hash.update(rest);
  return hash.finish();
}

/** RFC 8032 §7.1, TEST 2. */
function signs(crypto: Crypto): boolean {
  const seed = fromHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  const publicKey = fromHex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const head = fromHex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da");
  const tail = fromHex("085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  // S + L: the same equation holds for it, and only the rule S < L refuses it (RFC 8032 §8.4).
  const tailRaised = fromHex("f52db7415978abc61b2c2eb6aeebfca0387b2eaeb4302aeeb00d291612bb0c10");
  const signature = concat(head, tail);
  const message = Uint8Array.of(0x72);
  // The neutral element as a key: with it, R = S·B holds for every message (here R neutral, S = 0).
  const neutral = new Uint8Array(32);
  neutral[0] = 1;
  return (
    crypto.isEqual(crypto.signingPublicKey(seed), publicKey) &&
    crypto.isEqual(crypto.sign(seed, message), signature) &&
    crypto.verify(publicKey, message, signature) &&
    !crypto.verify(publicKey, Uint8Array.of(0x73), signature) &&
    !crypto.verify(publicKey, message, concat(head, tailRaised)) &&
    !crypto.verify(neutral, message, concat(neutral, new Uint8Array(32)))
  );
}

/** Whether a signature over one byte is taken. One step after the other: a start has little stack. */
function holds(crypto: Crypto, row: Row): boolean {
  const key = fromHex(row[0]);
  const signature = fromHex(row[2]);
  return crypto.verify(key, Uint8Array.of(row[1]), signature);
}

/** RFC 7748 §6.1. */
function agrees(crypto: Crypto): boolean {
  const secret = fromHex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
  const publicKey = fromHex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  const peer = fromHex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  const shared = fromHex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
  return (
    crypto.isEqual(crypto.agreementPublicKey(secret), publicKey) &&
    crypto.isEqual(crypto.agree(secret, peer), shared) &&
    refusesZero(crypto, secret)
  );
}

/** Whether the neutral u = 0 is refused, which would give any secret the same shared value. */
function refusesZero(crypto: Crypto, secret: Bytes): boolean {
  try {
    crypto.agree(secret, new Uint8Array(32));
  } catch (error) {
    return error instanceof Fault && error.code === "crypto.zero";
  }
  return false;
}

/** RFC 8439 §2.8.2. */
function seals(crypto: Crypto): boolean {
  const key = fromHex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
  const nonce = fromHex("070000004041424344454647");
  const aad = fromHex("50515253c0c1c2c3c4c5c6c7");
  const plaintext = fromAscii(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  );
  const sealed = fromHex(
    "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b29" +
      "05d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b" +
      "61161ae10b594f09e26a7e902ecbd0600691",
  );
  const opened = crypto.open(key, nonce, aad, sealed);
  if (opened === undefined || !crypto.isEqual(opened, plaintext)) return false;
  if (!crypto.isEqual(crypto.seal(key, nonce, aad, plaintext), sealed)) return false;
  sealed[sealed.length - 1] ^= 1;
  return crypto.open(key, nonce, aad, sealed) === undefined;
}
