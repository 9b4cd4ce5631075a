// The primitives from node:crypto, for main files and tests on Node.
// Why: OpenSSL is the fastest there; its Ed25519 stands behind libsodium's rules (ed25519.ts), so both decide alike.
// Follows crypto.ts. Keys come in by JWK (RFC 8037): OpenSSL's DER decoder costs more than a verification does.
// Limit: key objects and their texts live in the process's memory until they are evicted or wiped.

import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hash,
  type KeyObject,
  randomFillSync,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import type { Bytes } from "../bytes.ts";
import { Fault } from "../fault.ts";
import type { Random } from "../platform.ts";
import { type Crypto, type Hash, KEY_BYTES, NONCE_BYTES, SIGNATURE_BYTES, TAG_BYTES } from "./crypto.ts";
import { isAcceptable } from "./ed25519.ts";
import { findEntry } from "./entry.ts";

type Curve = "Ed25519" | "X25519";
type Cache = Map<string, KeyObject>;

// A house has some twenty keys; the rest of the room is for a simulation's strangers.
const CACHED_KEYS_MAX = 256;

const AEAD = "chacha20-poly1305";
const AEAD_OPTIONS = Object.freeze({ authTagLength: TAG_BYTES });

const publicKeys: Readonly<Record<Curve, Cache>> = Object.freeze({ Ed25519: new Map(), X25519: new Map() });
const privateKeys: Readonly<Record<Curve, Cache>> = Object.freeze({ Ed25519: new Map(), X25519: new Map() });

/** The primitives over node:crypto. */
export const crypto: Crypto = Object.freeze({
  sha256(message: Uint8Array): Bytes {
    return copy(hash("sha256", message, "buffer"));
  },

  startSha256(): Hash {
    const started = createHash("sha256");
    return {
      update: (piece) => void started.update(piece),
      finish: () => copy(started.digest()),
    };
  },

  sha512(message: Uint8Array): Bytes {
    return copy(hash("sha512", message, "buffer"));
  },

  hmacSha256(key: Uint8Array, message: Uint8Array): Bytes {
    return copy(createHmac("sha256", key).update(message).digest());
  },

  hmacSha1(key: Uint8Array, message: Uint8Array): Bytes {
    return copy(createHmac("sha1", key).update(message).digest());
  },

  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    requireSize(publicKey, KEY_BYTES);
    requireSize(signature, SIGNATURE_BYTES);
    return isAcceptable(publicKey, signature) && verify(null, message, publicKeyOf("Ed25519", publicKey), signature);
  },

  sign(seed: Uint8Array, message: Uint8Array): Bytes {
    return copy(sign(null, message, privateKeyOf("Ed25519", seed)));
  },

  signingPublicKey(seed: Uint8Array): Bytes {
    return derivePublicKey(privateKeyOf("Ed25519", seed));
  },

  agree(secret: Uint8Array, publicKey: Uint8Array): Bytes {
    const pair = { privateKey: privateKeyOf("X25519", secret), publicKey: publicKeyOf("X25519", publicKey) };
    const shared = derive(pair);
    let seen = 0;
    for (const byte of shared) seen |= byte;
    if (seen === 0) throw new Fault("crypto.zero");
    return shared;
  },

  agreementPublicKey(secret: Uint8Array): Bytes {
    return derivePublicKey(privateKeyOf("X25519", secret));
  },

  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Bytes {
    requireSize(key, KEY_BYTES);
    requireSize(nonce, NONCE_BYTES);
    const cipher = createCipheriv(AEAD, key, nonce, AEAD_OPTIONS);
    cipher.setAAD(aad, { plaintextLength: plaintext.length });
    const sealed = new Uint8Array(plaintext.length + TAG_BYTES);
    sealed.set(cipher.update(plaintext));
    cipher.final();
    sealed.set(cipher.getAuthTag(), plaintext.length);
    return sealed;
  },

  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Bytes | undefined {
    requireSize(key, KEY_BYTES);
    requireSize(nonce, NONCE_BYTES);
    if (sealed.length < TAG_BYTES) throw new Fault("crypto.size");
    const size = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv(AEAD, key, nonce, AEAD_OPTIONS);
    decipher.setAAD(aad, { plaintextLength: size });
    decipher.setAuthTag(sealed.subarray(size));
    const plaintext = copy(decipher.update(sealed.subarray(0, size)));
    try {
      decipher.final();
    } catch {
      // The only thing that final() refuses is the tag.
      plaintext.fill(0);
      return undefined;
    }
    return plaintext;
  },

  isEqual(left: Uint8Array, right: Uint8Array): boolean {
    return left.length === right.length && timingSafeEqual(left, right);
  },

  find: findEntry,

  wipe(secret: Bytes): void {
    if (secret.length === KEY_BYTES) {
      const text = toText(secret);
      privateKeys.Ed25519.delete(text);
      privateKeys.X25519.delete(text);
    }
    secret.fill(0);
  },
});

/** The operating system's generator. */
export const random: Random = Object.freeze({
  fill(target: Bytes): void {
    randomFillSync(target);
  },
});

function requireSize(bytes: Uint8Array, size: number): void {
  if (bytes.length !== size) throw new Fault("crypto.size");
}

/** Gives bytes of their own: a Buffer may lie in a shared pool, and its slice() is a view. */
function copy(buffer: Uint8Array): Bytes {
  return new Uint8Array(buffer);
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64url");
}

function publicKeyOf(crv: Curve, bytes: Uint8Array): KeyObject {
  requireSize(bytes, KEY_BYTES);
  const x = toText(bytes);
  return publicKeys[crv].get(x) ?? keep(publicKeys[crv], x, createPublicKey({ key: jwk(crv, { x }), format: "jwk" }));
}

function privateKeyOf(crv: Curve, bytes: Uint8Array): KeyObject {
  requireSize(bytes, KEY_BYTES);
  const d = toText(bytes);
  // RFC 8037 §2 asks for x beside d. Node reads d alone and computes the public half; the tests would notice a change.
  return (
    privateKeys[crv].get(d) ??
    keep(privateKeys[crv], d, createPrivateKey({ key: jwk(crv, { d, x: "" }), format: "jwk" }))
  );
}

function jwk(crv: Curve, key: { readonly x: string; readonly d?: string }) {
  return { kty: "OKP", crv, ...key };
}

/** Keeps a key object, and lets the oldest go where there is no room. */
function keep(cache: Cache, text: string, key: KeyObject): KeyObject {
  if (cache.size >= CACHED_KEYS_MAX) {
    for (const oldest of cache.keys()) {
      cache.delete(oldest);
      break;
    }
  }
  cache.set(text, key);
  return key;
}

function derive(pair: { readonly privateKey: KeyObject; readonly publicKey: KeyObject }): Bytes {
  try {
    return copy(diffieHellman(pair));
  } catch {
    // Both keys have their size and curve, so OpenSSL has one reason left to refuse: the zero secret.
    throw new Fault("crypto.zero");
  }
}

function derivePublicKey(privateKey: KeyObject): Bytes {
  const { x } = createPublicKey(privateKey).export({ format: "jwk" });
  if (x === undefined) throw new Fault("crypto.key");
  return copy(Buffer.from(x, "base64url"));
}
