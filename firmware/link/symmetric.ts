// The hashing and keying half of a Noise handshake: what both sides have said so far, and the keys that follow from it.
// Why: it is one object of the paper, and noise.ts reads as the paper's other one once this stands apart.
// Follows the Noise Protocol Framework, revision 34, §4.3, §5.1 and §5.2, for ChaChaPoly and SHA256 (§12).

import { type Bytes, concat, fromAscii, NO_BYTES } from "../bytes.ts";
import { type Crypto, HASH_BYTES, NONCE_BYTES, TAG_BYTES } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";

/** Starts the state of a protocol. Noise §5.2, InitializeSymmetric.
 *  @param protocolName printable ASCII, such as "Noise_NK_25519_ChaChaPoly_SHA256" */
export function initializeSymmetric(crypto: Crypto, protocolName: string): SymmetricState {
  const name = fromAscii(protocolName);
  return new SymmetricState(crypto, name.length > HASH_BYTES ? crypto.sha256(name) : padded(name));
}

/** The chaining key, the hash, and the cipher key once there is one. Noise §5.2. It owns secrets: `wipe()` ends it. */
export class SymmetricState {
  hash: Bytes;
  private readonly crypto: Crypto;
  private chainingKey: Bytes;
  private key: Bytes | undefined = undefined;
  private nonce = 0;

  constructor(crypto: Crypto, hash: Bytes) {
    this.crypto = crypto;
    this.hash = hash;
    this.chainingKey = hash.slice();
  }

  /** How much longer than its plaintext a ciphertext is now. */
  get overhead(): number {
    return this.key === undefined ? 0 : TAG_BYTES;
  }

  /** Gives a state that can be advanced, kept or wiped without touching this one; hashes are never written to. */
  copy(): SymmetricState {
    const copied = new SymmetricState(this.crypto, this.hash);
    copied.chainingKey.set(this.chainingKey);
    copied.key = this.key?.slice();
    copied.nonce = this.nonce;
    return copied;
  }

  mixHash(bytes: Uint8Array): void {
    this.hash = this.crypto.sha256(concat(this.hash, bytes));
  }

  mixKey(input: Uint8Array): void {
    const [chainingKey, key] = this.derive(input, 2);
    this.replace(chainingKey, key);
  }

  mixKeyAndHash(input: Uint8Array): void {
    const [chainingKey, mixed, key] = this.derive(input, 3);
    this.mixHash(mixed);
    this.crypto.wipe(mixed);
    this.replace(chainingKey, key);
  }

  encryptAndHash(plaintext: Uint8Array): Bytes {
    const { key, crypto } = this;
    const ciphertext =
      key === undefined ? new Uint8Array(plaintext) : crypto.seal(key, this.takeNonce(), this.hash, plaintext);
    this.mixHash(ciphertext);
    return ciphertext;
  }

  decryptAndHash(ciphertext: Uint8Array): Bytes {
    const { key, crypto } = this;
    const plaintext =
      key === undefined ? new Uint8Array(ciphertext) : crypto.open(key, this.takeNonce(), this.hash, ciphertext);
    if (plaintext === undefined) throw new Fault("link.tag");
    this.mixHash(ciphertext);
    return plaintext;
  }

  /** Gives the key of the initiator's messages, then the responder's. */
  split(): readonly Bytes[] {
    return this.derive(NO_BYTES, 2);
  }

  wipe(): void {
    this.crypto.wipe(this.chainingKey);
    if (this.key !== undefined) this.crypto.wipe(this.key);
  }

  /** Noise §4.3, HKDF with two or three outputs. */
  private derive(input: Uint8Array, outputs: 2 | 3): readonly Bytes[] {
    const { crypto } = this;
    const temporary = crypto.hmacSha256(this.chainingKey, input);
    const derived = [crypto.hmacSha256(temporary, Uint8Array.of(1))];
    for (let counter = 2; counter <= outputs; counter++) {
      const block = concat(derived[counter - 2], Uint8Array.of(counter));
      derived.push(crypto.hmacSha256(temporary, block));
      crypto.wipe(block);
    }
    crypto.wipe(temporary);
    return derived;
  }

  private replace(chainingKey: Bytes, key: Bytes): void {
    this.wipe();
    this.chainingKey = chainingKey;
    this.key = key;
    this.nonce = 0;
  }

  /** Noise §12.3: 4 zero bytes, then n as 64-bit little-endian; a handshake never comes to its 256th ciphertext. */
  private takeNonce(): Bytes {
    const nonce = new Uint8Array(NONCE_BYTES);
    nonce[4] = this.nonce++;
    return nonce;
  }
}

/** A name of up to 32 bytes is its own hash, with zeros after it. */
function padded(name: Bytes): Bytes {
  const hash = new Uint8Array(HASH_BYTES);
  hash.set(name);
  return hash;
}
