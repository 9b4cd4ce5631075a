// Holds Ed25519 to libsodium's acceptance set: first the four rules against a slow reference in whole numbers, then
// whole signatures, on the engine's backend and on the portable one.
// The rows of RFC 8032 §7.1 are published; the others are computed from the curve's equation, each with how.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { concat, fromHex, toHex } from "../../bytes.ts";
import { isAcceptable } from "../ed25519.ts";
import { BACKENDS, flip, lengthen, shorten, throwsFault } from "./checks.ts";

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const SIGN = 2n ** 255n;

/** Little-endian, 32 bytes. */
function encode(value: bigint): string {
  const bigEndian = value.toString(16).padStart(64, "0");
  return toHex(fromHex(bigEndian).reverse());
}

function decode(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(new Uint8Array(bytes).reverse())}`);
}

/** Small order from the equation -x² + y² = 1 + d·x²·y² with d = -121665/121666, without a list of points:
 *  y = ±1 have order 1 and 2, y = 0 order 4; order 8 doubles to y = 0, so x² = -y², so d·y⁴ + 2·y² - 1 = 0. */
function isSmallOrder(y: bigint): boolean {
  const reduced = y % P;
  const square = (reduced * reduced) % P;
  const isEighth = (121665n * square * square - 243332n * square + 121666n) % P === 0n;
  return square === 1n || square === 0n || isEighth;
}

function isAcceptableSlowly(key: bigint, point: bigint, scalar: bigint): boolean {
  return scalar < L && key % SIGN < P && !isSmallOrder(key % SIGN) && !isSmallOrder(point % SIGN);
}

// A point of large order, and a scalar below L, to stand where the other rules look.
const PLAIN_POINT = decode(fromHex("9a4b8e6f9e3a0b9a0eb04879484d5895df27d497c226d09925e5865dfaf4459b"));
const PLAIN_SCALAR = 2n ** 251n + 12345n;

function agreesWithReference(key: bigint, point: bigint, scalar: bigint): boolean {
  const expected = isAcceptableSlowly(key, point, scalar);
  const actual = isAcceptable(fromHex(encode(key)), fromHex(encode(point) + encode(scalar)));
  assert.is(actual, expected, `A ${encode(key)} R ${encode(point)} S ${encode(scalar)}`);
  return actual;
}

const EIGHTH = decode(fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"));
const SMALL_ORDER_Y: readonly (readonly [string, bigint])[] = [
  ["0, order 4", 0n],
  ["1, the neutral element", 1n],
  ["p - 1, order 2", P - 1n],
  ["p, which is 0", P],
  ["p + 1, which is 1", P + 1n],
  ["order 8", EIGHTH],
  ["order 8, negated", P - EIGHTH],
];

for (const [name, y] of SMALL_ORDER_Y) {
  test(`refuses y = ${name}, with either sign, as A and as R`, () => {
    for (const point of [y, y + SIGN]) {
      assert.is(agreesWithReference(point, PLAIN_POINT, PLAIN_SCALAR), false);
      assert.is(agreesWithReference(PLAIN_POINT, point, PLAIN_SCALAR), false);
    }
  });

  test(`decides as the reference does for each bit flipped in y = ${name}`, () => {
    for (let bit = 0n; bit < 256n; bit++) {
      const near = y ^ (1n << bit);
      agreesWithReference(near, PLAIN_POINT, PLAIN_SCALAR);
      agreesWithReference(PLAIN_POINT, near, PLAIN_SCALAR);
    }
  });
}

test("refuses every y of A from p on, and none of the large orders just below", () => {
  for (let step = 0n; step < 19n; step++) {
    assert.is(agreesWithReference(P + step, PLAIN_POINT, PLAIN_SCALAR), false);
    assert.is(agreesWithReference(P + step + SIGN, PLAIN_POINT, PLAIN_SCALAR), false);
    assert.is(agreesWithReference(P - 2n - step, PLAIN_POINT, PLAIN_SCALAR), true);
  }
});

test("leaves a y of R from p + 2 on to the equation, where no encoding can equal it", () => {
  for (let step = 2n; step < 19n; step++) agreesWithReference(PLAIN_POINT, P + step, PLAIN_SCALAR);
});

test("accepts S up to L - 1 and refuses L and above", () => {
  for (const scalar of [0n, 1n, L - 1n]) assert.is(agreesWithReference(PLAIN_POINT, PLAIN_POINT, scalar), true);
  for (const scalar of [L, L + 1n, 2n * L, 2n ** 253n, 2n ** 256n - 1n]) {
    assert.is(agreesWithReference(PLAIN_POINT, PLAIN_POINT, scalar), false);
  }
});

test("decides as the reference does for S = L with each bit flipped, for L - 2^k, L + 2^k and 2^252 + 2^k", () => {
  for (let bit = 0n; bit < 256n; bit++) agreesWithReference(PLAIN_POINT, PLAIN_POINT, L ^ (1n << bit));
  for (let bit = 0n; bit < 253n; bit++) {
    if (bit < 252n) agreesWithReference(PLAIN_POINT, PLAIN_POINT, L - (1n << bit));
    agreesWithReference(PLAIN_POINT, PLAIN_POINT, L + (1n << bit));
    agreesWithReference(PLAIN_POINT, PLAIN_POINT, 2n ** 252n + (1n << bit));
  }
});

// RFC 8032 §7.1: TEST 1, 2, 3 and SHA(abc): seed, public key, message, signature.
const RFC_8032: readonly (readonly [string, string, string, string, string])[] = [
  [
    "TEST 1",
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24" +
      "655141438e7a100b",
  ],
  [
    "TEST 2",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee" +
      "b00d291612bb0c00",
  ],
  [
    "TEST 3",
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d" +
      "c027beceea1ec40a",
  ],
  [
    "TEST SHA(abc)",
    "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e" +
      "2a9ac94fa54ca49f",
    "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17a" +
      "d9bef1177331a704",
  ],
];

// Secrets a and r = SHA-256("latchkey mixed order key"), ("latchkey mixed order nonce") modulo L; A = a·B, R = r·B,
// S = r + h·a; T = the point of order 8 above. Whether the equation S·B = R + h·A holds is said in each name.
const KEY = "9a4b8e6f9e3a0b9a0eb04879484d5895df27d497c226d09925e5865dfaf4459b";
const MIXED_KEY = "2194cd3cf73b95ed983efac7202eda345e5331be9ac72b79bea41008e74c2251";
const NONCE = "be2c274de61aeba0da20e13db45b393f32f5827b725b980102bb878b78cfd4e8";
const R_SCALAR = "5d23a3233ef0b8777686161ce7e71f14c1ede0e60453bbb1e2f369a0f3c9310e";
const NEUTRAL = encode(1n);
const CONSTRUCTED: readonly (readonly [string, boolean, string, string, string])[] = [
  [
    "accepts A and R of prime order",
    true,
    KEY,
    "01",
    `${NONCE}912289c2060639ed43a2750ae72f50559c2c6722cdb4ebbbf6fe2ab753f4b10e`,
  ],
  [
    "refuses the same with S + L",
    false,
    KEY,
    "01",
    `${NONCE}7ef67e1f21694b451a3f6dadc5292f6a9c2c6722cdb4ebbbf6fe2ab753f4b11e`,
  ],
  [
    "accepts A + T where h is a multiple of 8 and the equation holds",
    true,
    MIXED_KEY,
    "05",
    `${NONCE}5fd211e94981d00d33fb3cd3a1944839896a558b014d15df9ee7e4df3fddff04`,
  ],
  [
    "refuses A + T where only eight times the equation holds",
    false,
    MIXED_KEY,
    "00",
    `${NONCE}9fa3876c87720527e3e1d65d0a81542cf8a7c846b8cc6316817065d4908f490d`,
  ],
  [
    "refuses R + T where only eight times the equation holds",
    false,
    KEY,
    "01",
    "a7d7059e3c105247265642f7ff48658eb44bed12a6d985c3e663d04b0b1c8e07c297c3af1a92977a7029fc8c8f551c423faa23dfe6e3e919e960b23ff004b90e",
  ],
  [
    "refuses a neutral R, though the equation holds",
    false,
    KEY,
    "01",
    `${NEUTRAL}c8133c3296f71ffa37b33d907b9a2430892f945c3ba7066a43332c5412772109`,
  ],
  [
    "refuses a neutral R written as p + 1",
    false,
    KEY,
    "01",
    `${encode(P + 1n)}61587ea29896ac86fa2b5c1d6deee8168ba9d9e2c6110ed738f5f4af8b90450c`,
  ],
  [
    "refuses T as A where h is a multiple of 8, though the equation holds",
    false,
    encode(EIGHTH),
    "03",
    NONCE + R_SCALAR,
  ],
  ["refuses a neutral A, though the equation holds for every message", false, NEUTRAL, "01", NONCE + R_SCALAR],
  ["refuses a neutral A written as p + 1", false, encode(P + 1n), "01", NONCE + R_SCALAR],
  ["refuses a neutral A with its sign bit set", false, encode(1n + SIGN), "01", NONCE + R_SCALAR],
  ["refuses a neutral A and R with S = 0", false, NEUTRAL, "01", NEUTRAL + encode(0n)],
  ["refuses a y of A above p that is no small order", false, encode(P + 3n), "01", NONCE + R_SCALAR],
  ["refuses a y of R above p that is no small order", false, KEY, "01", encode(P + 3n) + R_SCALAR],
  ["refuses an A that is on no point of the curve", false, encode(2n), "01", NONCE + R_SCALAR],
];

for (const [backend, crypto] of BACKENDS) {
  for (const [name, seedText, keyText, messageText, signatureText] of RFC_8032) {
    const [seed, key, message, signature] = [seedText, keyText, messageText, signatureText].map(fromHex);
    test(`${backend}: signs and verifies RFC 8032 §7.1 ${name}`, () => {
      assert.is(toHex(crypto.signingPublicKey(seed)), keyText);
      assert.is(toHex(crypto.sign(seed, message)), signatureText);
      assert.is(crypto.verify(key, message, signature), true);
    });

    test(`${backend}: refuses RFC 8032 §7.1 ${name} when damaged`, () => {
      assert.is(crypto.verify(key, lengthen(message), signature), false, "message one byte long");
      if (message.length > 0) {
        assert.is(crypto.verify(key, shorten(message), signature), false, "message one byte short");
        assert.is(crypto.verify(key, flip(message, 0), signature), false, "message");
      }
      for (const bit of [0, 256]) assert.is(crypto.verify(key, message, flip(signature, bit)), false, `bit ${bit}`);
      assert.is(crypto.verify(flip(key, 0), message, signature), false, "A");
    });
  }

  for (const [name, isAccepted, key, message, signature] of CONSTRUCTED) {
    test(`${backend}: ${name}`, () => {
      assert.is(crypto.verify(fromHex(key), fromHex(message), fromHex(signature)), isAccepted);
    });
  }

  test(`${backend}: refuses wrong sizes of key, seed and signature`, () => {
    const [, seedText, keyText, , signatureText] = RFC_8032[0];
    const [seed, key, signature] = [seedText, keyText, signatureText].map(fromHex);
    const message = new Uint8Array(0);
    for (const change of [shorten, lengthen]) {
      throwsFault(() => crypto.verify(change(key), message, signature), "crypto.size");
      throwsFault(() => crypto.verify(key, message, change(signature)), "crypto.size");
      throwsFault(() => crypto.sign(change(seed), message), "crypto.size");
      throwsFault(() => crypto.signingPublicKey(change(seed)), "crypto.size");
    }
    throwsFault(() => crypto.sign(concat(seed, key), message), "crypto.size", "a seed and its public key");
  });
}

test.run();
