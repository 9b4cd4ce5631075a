// The primitives over libsodium: on a board, and in XS on the desk and on rv32.
// Why: the chip needs them in C. xsc compiles each body `return native("xs_…").call(this, …)` to a host function with no
// cost of its own, and only in exactly that form; on the desk the host gives `native` as a global function.
// Follows crypto.ts; types and lengths are checked in native.c.

import type { Bytes } from "../bytes.ts";
import { Fault } from "../fault.ts";
import type { Random } from "../platform.ts";
import type { Crypto, Hash } from "./crypto.ts";

/** Gives the host function of that C name. Declared by xs.d.ts in the SDK; here for the desk's compiler. */
declare function native(name: string): { call(self: unknown, ...values: unknown[]): never };

// What a native gives: `undefined` for an argument of the wrong type or length, `false` for «no».
type Result = ArrayBuffer | undefined;

function nativeSha256(this: unknown, message: Uint8Array): Result {
  return native("xs_latchkey_sha256").call(this, message);
}

function nativeStartSha256(this: unknown): Result {
  return native("xs_latchkey_sha256_start").call(this);
}

function nativeUpdateSha256(this: unknown, state: Bytes, piece: Uint8Array): true | undefined {
  return native("xs_latchkey_sha256_update").call(this, state, piece);
}

function nativeFinishSha256(this: unknown, state: Bytes): Result {
  return native("xs_latchkey_sha256_finish").call(this, state);
}

function nativeSha512(this: unknown, message: Uint8Array): Result {
  return native("xs_latchkey_sha512").call(this, message);
}

function nativeHmacSha256(this: unknown, key: Uint8Array, message: Uint8Array): Result {
  return native("xs_latchkey_hmac_sha256").call(this, key, message);
}

function nativeHmacSha1(this: unknown, key: Uint8Array, message: Uint8Array): Result {
  return native("xs_latchkey_hmac_sha1").call(this, key, message);
}

function nativeVerify(
  this: unknown,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean | undefined {
  return native("xs_latchkey_verify").call(this, publicKey, message, signature);
}

function nativeSign(this: unknown, seed: Uint8Array, message: Uint8Array): Result {
  return native("xs_latchkey_sign").call(this, seed, message);
}

function nativeSigningPublicKey(this: unknown, seed: Uint8Array): Result {
  return native("xs_latchkey_signing_public_key").call(this, seed);
}

function nativeAgree(this: unknown, secret: Uint8Array, publicKey: Uint8Array): Result | false {
  return native("xs_latchkey_agree").call(this, secret, publicKey);
}

function nativeAgreementPublicKey(this: unknown, secret: Uint8Array): Result {
  return native("xs_latchkey_agreement_public_key").call(this, secret);
}

function nativeSeal(this: unknown, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Result {
  return native("xs_latchkey_seal").call(this, key, nonce, aad, plaintext);
}

function nativeOpen(
  this: unknown,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Result | false {
  return native("xs_latchkey_open").call(this, key, nonce, aad, sealed);
}

function nativeIsEqual(this: unknown, left: Uint8Array, right: Uint8Array): boolean {
  return native("xs_latchkey_is_equal").call(this, left, right);
}

function nativeFind(this: unknown, table: Uint8Array, wanted: Uint8Array): number | undefined {
  return native("xs_latchkey_find").call(this, table, wanted);
}

function nativeWipe(this: unknown, secret: Bytes): true | undefined {
  return native("xs_latchkey_wipe").call(this, secret);
}

function nativeFeed(this: unknown, isFed: boolean): true {
  return native("xs_latchkey_feed").call(this, isFed);
}

function nativeFill(this: unknown, target: Bytes): true | undefined {
  return native("xs_latchkey_fill").call(this, target);
}

/** The primitives over libsodium. Never allocates in proportion to a message, except for the result.
 *  @throws Fault crypto.size, crypto.zero, as crypto.ts says; crypto.size also for what is no byte string */
export const crypto: Crypto = Object.freeze({
  sha256(message: Uint8Array): Bytes {
    const hash = nativeSha256(message);
    if (hash === undefined) throw new Fault("crypto.size");
    return new Uint8Array(hash);
  },

  startSha256(): Hash {
    const started = nativeStartSha256();
    if (started === undefined) throw new Fault("crypto.size");
    const state = new Uint8Array(started);
    return {
      update: (piece) => {
        if (nativeUpdateSha256(state, piece) === undefined) throw new Fault("crypto.size");
      },
      finish: () => {
        const hash = nativeFinishSha256(state);
        if (hash === undefined) throw new Fault("crypto.size");
        return new Uint8Array(hash);
      },
    };
  },

  sha512(message: Uint8Array): Bytes {
    const hash = nativeSha512(message);
    if (hash === undefined) throw new Fault("crypto.size");
    return new Uint8Array(hash);
  },

  hmacSha256(key: Uint8Array, message: Uint8Array): Bytes {
    const tag = nativeHmacSha256(key, message);
    if (tag === undefined) throw new Fault("crypto.size");
    return new Uint8Array(tag);
  },

  hmacSha1(key: Uint8Array, message: Uint8Array): Bytes {
    const tag = nativeHmacSha1(key, message);
    if (tag === undefined) throw new Fault("crypto.size");
    return new Uint8Array(tag);
  },

  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    const holds = nativeVerify(publicKey, message, signature);
    if (holds === undefined) throw new Fault("crypto.size");
    return holds;
  },

  sign(seed: Uint8Array, message: Uint8Array): Bytes {
    const signature = nativeSign(seed, message);
    if (signature === undefined) throw new Fault("crypto.size");
    return new Uint8Array(signature);
  },

  signingPublicKey(seed: Uint8Array): Bytes {
    const publicKey = nativeSigningPublicKey(seed);
    if (publicKey === undefined) throw new Fault("crypto.size");
    return new Uint8Array(publicKey);
  },

  agree(secret: Uint8Array, publicKey: Uint8Array): Bytes {
    const shared = nativeAgree(secret, publicKey);
    if (shared === undefined) throw new Fault("crypto.size");
    if (shared === false) throw new Fault("crypto.zero");
    return new Uint8Array(shared);
  },

  agreementPublicKey(secret: Uint8Array): Bytes {
    const publicKey = nativeAgreementPublicKey(secret);
    if (publicKey === undefined) throw new Fault("crypto.size");
    return new Uint8Array(publicKey);
  },

  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Bytes {
    const sealed = nativeSeal(key, nonce, aad, plaintext);
    if (sealed === undefined) throw new Fault("crypto.size");
    return new Uint8Array(sealed);
  },

  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Bytes | undefined {
    const plaintext = nativeOpen(key, nonce, aad, sealed);
    if (plaintext === undefined) throw new Fault("crypto.size");
    return plaintext === false ? undefined : new Uint8Array(plaintext);
  },

  isEqual: nativeIsEqual,

  find(table: Uint8Array, width: number, wanted: Uint8Array): number {
    const index = nativeFind(table, wanted);
    if (index === undefined || wanted.length !== width) throw new Fault("crypto.size");
    return index;
  },

  wipe(secret: Bytes): void {
    if (nativeWipe(secret) === undefined) throw new Fault("crypto.size");
  },
});

/** Tells the ESP32's generator whether the radio is on from now on, so that its noise feeds it. It must be told before the radio goes on,
 *  and after it went off: until then each draw feeds it from the ADC, which no radio may use then. On the desk it changes nothing. */
export function feedFromRadio(isOn: boolean): void {
  nativeFeed(isOn);
}

/** The machine's own generator: the ESP32's hardware, fed by the radio's noise or, before there is one, by the ADC's; the system's on the
 *  desk. No analog input may be open while it is drawn from.
 *  @throws Fault crypto.size for what is no byte string */
export const random: Random = Object.freeze({
  fill(target: Bytes): void {
    if (nativeFill(target) === undefined) throw new Fault("crypto.size");
  },
});
