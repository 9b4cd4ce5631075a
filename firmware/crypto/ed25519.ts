// libsodium's four rules on the bytes of an Ed25519 key and signature, to stand in front of another library's verify.
// Why: OpenSSL and tweetnacl accept keys and signatures that libsodium refuses; behind these rules all three agree, so
// that a lock, a simulated lock and an owner's tool never differ over one token.
// Follows RFC 8032 §5.1.7 (S < L) and §5.1.3 (y < p), and libsodium's refusal of points of small order.
// No secret passes here: leaving early is not a leak. The most significant byte comes first and settles almost all.

// L = 2^252 + 27742317777372353535851937790883648493 (RFC 8032 §5.1): its low 16 bytes; then 15 zeros and 0x10.
const ORDER_LOW = Object.freeze([
  0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
]);

// The two y of the four points of order 8; one is the negative of the other.
const EIGHTH_LOW = Object.freeze([
  0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac,
  0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
]);
const EIGHTH_HIGH = Object.freeze([
  0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53,
  0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
]);

/** Whether a key and a signature pass libsodium's four rules: S < L, y(A) < p, neither A nor R of small order.
 *  It says nothing about the equation. RFC 8032 §5.1.7.
 *  @param publicKey A, 32 bytes   @param signature R then S, 64 bytes */
export function isAcceptable(publicKey: Uint8Array, signature: Uint8Array): boolean {
  return isReduced(signature) && isCanonical(publicKey) && !hasSmallOrder(publicKey) && !hasSmallOrder(signature);
}

/** S < L, S being the little-endian second half of the signature. */
function isReduced(signature: Uint8Array): boolean {
  const top = signature[63];
  if (top !== 0x10) return top < 0x10;
  for (let index = 62; index >= 48; index--) if (signature[index] !== 0) return false;
  for (let index = 15; index >= 0; index--) {
    const difference = signature[32 + index] - ORDER_LOW[index];
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** y < p = 2^255 - 19, the sign bit aside. */
function isCanonical(point: Uint8Array): boolean {
  return (point[31] & 0x7f) !== 0x7f || point[0] < 0xed || !isFilled(point, 0xff);
}

/** Whether the first 32 bytes are an encoding, canonical or not, of one of the eight points of small order. */
function hasSmallOrder(point: Uint8Array): boolean {
  switch (point[31] & 0x7f) {
    case 0x00: // y = 0 (order 4) and y = 1 (the neutral element).
      return point[0] <= 1 && isFilled(point, 0x00);
    case 0x7f: // y = p - 1 (order 2), and 0 and 1 written as p and p + 1.
      return point[0] >= 0xec && point[0] <= 0xee && isFilled(point, 0xff);
    case 0x05:
      return isSameMagnitude(point, EIGHTH_LOW);
    case 0x7a:
      return isSameMagnitude(point, EIGHTH_HIGH);
    default:
      return false;
  }
}

/** Whether the 30 bytes between the lowest and the highest all have one value. */
function isFilled(point: Uint8Array, value: number): boolean {
  for (let index = 30; index > 0; index--) if (point[index] !== value) return false;
  return true;
}

/** Whether y is equal; the highest byte was compared before, without its sign bit. */
function isSameMagnitude(point: Uint8Array, y: readonly number[]): boolean {
  for (let index = 30; index >= 0; index--) if (point[index] !== y[index]) return false;
  return true;
}
