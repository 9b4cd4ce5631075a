// The primitives in plain JavaScript, for a browser and for an XS without native code.
// Why: an owner's page and a desk without libsodium must decide exactly as the lock does; speed is not asked of them.
// Follows crypto.ts: Ed25519 and X25519 from tweetnacl behind libsodium's rules (ed25519.ts), the rest from noble.
// Limit: JavaScript gives no promise of constant time; a board never runs this file.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import nacl from "tweetnacl";
import type { Bytes } from "../bytes.ts";
import { Fault } from "../fault.ts";
import { type Crypto, type Hash, KEY_BYTES, NONCE_BYTES, SIGNATURE_BYTES, TAG_BYTES } from "./crypto.ts";
import { isAcceptable } from "./ed25519.ts";
import { findEntry } from "./entry.ts";

/** The primitives over tweetnacl and noble. */
export const crypto: Crypto = Object.freeze({
  sha256(message: Uint8Array): Bytes {
    return sha256(message);
  },

  startSha256(): Hash {
    const hash = sha256.create();
    return {
      update: (piece) => void hash.update(piece),
      finish: () => own(hash.digest()),
    };
  },

  sha512(message: Uint8Array): Bytes {
    return sha512(message);
  },

  hmacSha256(key: Uint8Array, message: Uint8Array): Bytes {
    return hmac(sha256, key, message);
  },

  hmacSha1(key: Uint8Array, message: Uint8Array): Bytes {
    return hmac(sha1, key, message);
  },

  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    requireSize(publicKey, KEY_BYTES);
    requireSize(signature, SIGNATURE_BYTES);
    return isAcceptable(publicKey, signature) && nacl.sign.detached.verify(message, signature, publicKey);
  },

  sign(seed: Uint8Array, message: Uint8Array): Bytes {
    requireSize(seed, KEY_BYTES);
    const { secretKey } = nacl.sign.keyPair.fromSeed(seed);
    const signature = nacl.sign.detached(message, secretKey);
    secretKey.fill(0);
    return own(signature);
  },

  signingPublicKey(seed: Uint8Array): Bytes {
    requireSize(seed, KEY_BYTES);
    const { publicKey, secretKey } = nacl.sign.keyPair.fromSeed(seed);
    secretKey.fill(0);
    return own(publicKey);
  },

  agree(secret: Uint8Array, publicKey: Uint8Array): Bytes {
    requireSize(secret, KEY_BYTES);
    requireSize(publicKey, KEY_BYTES);
    const shared = nacl.scalarMult(secret, publicKey);
    // RFC 7748 §6.1: tweetnacl leaves this check to its caller.
    let seen = 0;
    for (const byte of shared) seen |= byte;
    if (seen === 0) throw new Fault("crypto.zero");
    return own(shared);
  },

  agreementPublicKey(secret: Uint8Array): Bytes {
    requireSize(secret, KEY_BYTES);
    return own(nacl.scalarMult.base(secret));
  },

  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Bytes {
    requireSize(key, KEY_BYTES);
    requireSize(nonce, NONCE_BYTES);
    return chacha20poly1305(key, nonce, aad).encrypt(plaintext);
  },

  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Bytes | undefined {
    requireSize(key, KEY_BYTES);
    requireSize(nonce, NONCE_BYTES);
    if (sealed.length < TAG_BYTES) throw new Fault("crypto.size");
    try {
      return chacha20poly1305(key, nonce, aad).decrypt(sealed);
    } catch {
      // All sizes are right, so the tag is the only thing that noble can refuse.
      return undefined;
    }
  },

  isEqual(left: Uint8Array, right: Uint8Array): boolean {
    if (left.length !== right.length) return false;
    let difference = 0;
    for (let index = 0; index < left.length; index++) difference |= left[index] ^ right[index];
    return difference === 0;
  },

  find: findEntry,

  wipe(secret: Bytes): void {
    secret.fill(0);
  },
});

function requireSize(bytes: Uint8Array, size: number): void {
  if (bytes.length !== size) throw new Fault("crypto.size");
}

/** Gives a copy whose type says that its memory is not shared. */
function own(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}
