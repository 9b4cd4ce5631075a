// Holds both backends to the published answers for hashing, agreement and sealing, and to each other at the sizes
// where blocks end. Each good input is also tried one byte short, one byte long and with a bit flipped.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { concat, fromAscii, fromHex, toHex } from "../../bytes.ts";
import { ascending, BACKENDS, flip, lengthen, Seeded, shorten, throwsFault } from "./checks.ts";

const SIZES = [0, 1, 63, 64, 65, 1600];
const SEED = 20260807;

// FIPS 180-4, the published examples of one and two blocks.
const SHA_256: readonly (readonly [string, string, string])[] = [
  ["the empty message", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "448 bits",
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
  [
    "896 bits",
    "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
    "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
  ],
];

// FIPS 180-4, the published examples of one and two blocks.
const SHA_512: readonly (readonly [string, string, string])[] = [
  [
    "the empty message",
    "",
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
  ],
  [
    "abc",
    "abc",
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
  ],
  [
    "896 bits",
    "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
    "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
  ],
];

// RFC 4231 §4.2-4.8: key, message, HMAC-SHA-256. Test case 5 prints a truncated answer.
const LONG_KEY = "aa".repeat(131);
const HMAC: readonly (readonly [string, string, string, string])[] = [
  [
    "1",
    "0b".repeat(20),
    toHex(fromAscii("Hi There")),
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  ],
  [
    "2",
    toHex(fromAscii("Jefe")),
    toHex(fromAscii("what do ya want for nothing?")),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  ["3", "aa".repeat(20), "dd".repeat(50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"],
  [
    "4",
    "0102030405060708090a0b0c0d0e0f10111213141516171819",
    "cd".repeat(50),
    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
  ],
  ["5", "0c".repeat(20), toHex(fromAscii("Test With Truncation")), "a3b6167473100ee06e0c796c2955552b"],
  [
    "6",
    LONG_KEY,
    toHex(fromAscii("Test Using Larger Than Block-Size Key - Hash Key First")),
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  ],
  [
    "7",
    LONG_KEY,
    toHex(
      fromAscii(
        "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed " +
          "before being used by the HMAC algorithm.",
      ),
    ),
    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
  ],
];

// RFC 7748 §5.2 (with the first step of its iteration) and §6.1: secret, u, result.
const ALICE = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
const ALICE_PUBLIC = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
const BOB = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
const BOB_PUBLIC = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
const SHARED = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
const NINE = `09${"00".repeat(31)}`;
const X25519: readonly (readonly [string, string, string, string])[] = [
  [
    "§5.2, first",
    "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
    "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
    "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
  ],
  [
    "§5.2, second, whose u has its highest bit set",
    "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
    "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
    "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
  ],
  ["§5.2, one iteration", NINE, NINE, "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"],
  ["§6.1, Alice", ALICE, BOB_PUBLIC, SHARED],
  ["§6.1, Bob", BOB, ALICE_PUBLIC, SHARED],
];

// The u of small order on the curve and on its twist: 0, 1, the two of order 8, p - 1; and 0 and 1 as p and p + 1.
const ZERO_U = [
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  `ec${"ff".repeat(30)}7f`,
  `ed${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(30)}7f`,
];

// RFC 8439 §2.8.2.
const AEAD_KEY = fromHex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
const AEAD_NONCE = fromHex("070000004041424344454647");
const AEAD_AAD = fromHex("50515253c0c1c2c3c4c5c6c7");
const AEAD_PLAINTEXT = fromAscii(
  "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
);
const AEAD_SEALED = fromHex(
  "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b29" +
    "05d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b" +
    "61161ae10b594f09e26a7e902ecbd0600691",
);

for (const [backend, crypto] of BACKENDS) {
  for (const [name, message, digest] of SHA_256) {
    test(`${backend}: hashes ${name} (FIPS 180-4)`, () => {
      assert.is(toHex(crypto.sha256(fromAscii(message))), digest);
      assert.is.not(toHex(crypto.sha256(lengthen(fromAscii(message)))), digest);
    });
  }

  for (const [name, message, hash] of SHA_512) {
    test(`${backend}: hashes ${name} with SHA-512, as FIPS 180-4 prints it`, () => {
      assert.is(toHex(crypto.sha512(fromAscii(message))), hash);
      assert.is.not(toHex(crypto.sha512(lengthen(fromAscii(message)))), hash);
    });
  }

  for (const [name, key, message, code] of HMAC) {
    test(`${backend}: computes HMAC-SHA-256, RFC 4231 test case ${name}`, () => {
      const computed = crypto.hmacSha256(fromHex(key), fromHex(message));
      assert.is(computed.length, 32);
      assert.is(toHex(computed).slice(0, code.length), code);
      assert.is.not(toHex(crypto.hmacSha256(flip(fromHex(key), 0), fromHex(message))), toHex(computed));
      assert.is.not(toHex(crypto.hmacSha256(fromHex(key), flip(fromHex(message), 7))), toHex(computed));
      assert.is.not(toHex(crypto.hmacSha256(fromHex(key), shorten(fromHex(message)))), toHex(computed));
    });
  }

  for (const [name, secret, u, shared] of X25519) {
    test(`${backend}: agrees as RFC 7748 ${name}`, () => {
      assert.is(toHex(crypto.agree(fromHex(secret), fromHex(u))), shared);
      assert.is.not(toHex(crypto.agree(fromHex(secret), flip(fromHex(u), 1))), shared);
    });
  }

  test(`${backend}: gives the public keys of RFC 7748 §6.1`, () => {
    assert.is(toHex(crypto.agreementPublicKey(fromHex(ALICE))), ALICE_PUBLIC);
    assert.is(toHex(crypto.agreementPublicKey(fromHex(BOB))), BOB_PUBLIC);
  });

  for (const u of ZERO_U) {
    test(`${backend}: refuses the zero that u = ${u.slice(0, 6)}... gives, with either highest bit`, () => {
      throwsFault(() => crypto.agree(fromHex(ALICE), fromHex(u)), "crypto.zero");
      throwsFault(() => crypto.agree(fromHex(ALICE), flip(fromHex(u), 255)), "crypto.zero");
    });
  }

  test(`${backend}: refuses X25519 keys of wrong sizes`, () => {
    for (const change of [shorten, lengthen]) {
      throwsFault(() => crypto.agree(change(fromHex(ALICE)), fromHex(BOB_PUBLIC)), "crypto.size");
      throwsFault(() => crypto.agree(fromHex(ALICE), change(fromHex(BOB_PUBLIC))), "crypto.size");
      throwsFault(() => crypto.agreementPublicKey(change(fromHex(ALICE))), "crypto.size");
    }
  });

  test(`${backend}: seals and opens RFC 8439 §2.8.2`, () => {
    assert.is(toHex(crypto.seal(AEAD_KEY, AEAD_NONCE, AEAD_AAD, AEAD_PLAINTEXT)), toHex(AEAD_SEALED));
    assert.is(
      toHex(crypto.open(AEAD_KEY, AEAD_NONCE, AEAD_AAD, AEAD_SEALED) ?? new Uint8Array(0)),
      toHex(AEAD_PLAINTEXT),
    );
  });

  test(`${backend}: opens nothing where one bit of key, nonce, aad or sealed text is flipped`, () => {
    for (const bit of [0, 100, 255]) {
      assert.is(crypto.open(flip(AEAD_KEY, bit), AEAD_NONCE, AEAD_AAD, AEAD_SEALED), undefined, `key ${bit}`);
    }
    for (const bit of [0, 95]) {
      assert.is(crypto.open(AEAD_KEY, flip(AEAD_NONCE, bit), AEAD_AAD, AEAD_SEALED), undefined, `nonce ${bit}`);
      assert.is(crypto.open(AEAD_KEY, AEAD_NONCE, flip(AEAD_AAD, bit), AEAD_SEALED), undefined, `aad ${bit}`);
    }
    for (let bit = 3; bit < AEAD_SEALED.length * 8; bit += 7) {
      assert.is(crypto.open(AEAD_KEY, AEAD_NONCE, AEAD_AAD, flip(AEAD_SEALED, bit)), undefined, `sealed ${bit}`);
    }
  });

  test(`${backend}: opens nothing where aad or sealed text is one byte short or long`, () => {
    for (const change of [shorten, lengthen]) {
      assert.is(crypto.open(AEAD_KEY, AEAD_NONCE, change(AEAD_AAD), AEAD_SEALED), undefined);
      assert.is(crypto.open(AEAD_KEY, AEAD_NONCE, AEAD_AAD, change(AEAD_SEALED)), undefined);
    }
  });

  test(`${backend}: refuses a key, a nonce and a sealed text of wrong sizes`, () => {
    for (const change of [shorten, lengthen]) {
      throwsFault(() => crypto.seal(change(AEAD_KEY), AEAD_NONCE, AEAD_AAD, AEAD_PLAINTEXT), "crypto.size");
      throwsFault(() => crypto.seal(AEAD_KEY, change(AEAD_NONCE), AEAD_AAD, AEAD_PLAINTEXT), "crypto.size");
      throwsFault(() => crypto.open(change(AEAD_KEY), AEAD_NONCE, AEAD_AAD, AEAD_SEALED), "crypto.size");
      throwsFault(() => crypto.open(AEAD_KEY, change(AEAD_NONCE), AEAD_AAD, AEAD_SEALED), "crypto.size");
    }
    throwsFault(() => crypto.open(AEAD_KEY, AEAD_NONCE, AEAD_AAD, AEAD_SEALED.subarray(0, 15)), "crypto.size");
    throwsFault(() => crypto.open(AEAD_KEY, AEAD_NONCE, AEAD_AAD, new Uint8Array(0)), "crypto.size");
  });

  test(`${backend}: compares every byte, and lengths too`, () => {
    const bytes = ascending(7, 64);
    assert.is(crypto.isEqual(bytes, new Uint8Array(bytes)), true);
    assert.is(crypto.isEqual(new Uint8Array(0), new Uint8Array(0)), true);
    for (let bit = 0; bit < 512; bit += 8) assert.is(crypto.isEqual(bytes, flip(bytes, bit + ((bit >> 3) % 8))), false);
    for (const change of [shorten, lengthen]) assert.is(crypto.isEqual(bytes, change(bytes)), false);
  });

  test(`${backend}: wipes a secret, and answers the same for its next copy`, () => {
    const secret = fromHex(ALICE);
    crypto.agreementPublicKey(secret);
    crypto.wipe(secret);
    assert.is(toHex(secret), "00".repeat(32));
    assert.is(toHex(crypto.agreementPublicKey(fromHex(ALICE))), ALICE_PUBLIC);
    const short = Uint8Array.of(1, 2, 3);
    crypto.wipe(short);
    assert.is(toHex(short), "000000");
  });

  test(`${backend}: reads views, and gives byte strings that share no memory with anything`, () => {
    const room = concat(ascending(0, 5), AEAD_KEY, AEAD_NONCE, AEAD_AAD, AEAD_SEALED, ascending(0, 5));
    const [key, nonce] = [room.subarray(5, 37), room.subarray(37, 49)];
    const [aad, sealed] = [room.subarray(49, 61), room.subarray(61, 61 + AEAD_SEALED.length)];
    const opened = crypto.open(key, nonce, aad, sealed) ?? new Uint8Array(0);
    assert.is(toHex(opened), toHex(AEAD_PLAINTEXT));
    for (const result of [
      opened,
      crypto.sha256(room),
      crypto.hmacSha256(key, room),
      crypto.seal(key, nonce, aad, room),
    ]) {
      assert.is(result.buffer.byteLength, result.length);
      assert.is(Object.getPrototypeOf(result), Uint8Array.prototype);
    }
  });
}

for (const size of SIZES) {
  test(`both backends hash, authenticate and seal ${size} bytes alike`, () => {
    const source = new Seeded(SEED + size);
    const [message, key, nonce] = [source.bytes(size), source.bytes(32), source.bytes(12)];
    const [first, second] = BACKENDS.map(([, crypto]) => ({
      hash: toHex(crypto.sha256(message)),
      code: toHex(crypto.hmacSha256(key, message)),
      codeOfKey: toHex(crypto.hmacSha256(message, key)),
      sealed: toHex(crypto.seal(key, nonce, message, message)),
      sealedAlone: toHex(crypto.seal(key, nonce, new Uint8Array(0), message)),
    }));
    assert.equal(first, second, `seed ${SEED + size}`);
  });

  test(`each backend opens what the other sealed, ${size} bytes`, () => {
    const source = new Seeded(SEED - size);
    const [message, aad, key, nonce] = [source.bytes(size), source.bytes(9), source.bytes(32), source.bytes(12)];
    for (const [sealer, from] of BACKENDS) {
      for (const [opener, to] of BACKENDS) {
        const sealed = from.seal(key, nonce, aad, message);
        const claim = `${sealer} to ${opener}, seed ${SEED - size}`;
        assert.is(sealed.length, size + 16, claim);
        assert.equal(to.open(key, nonce, aad, sealed), message, claim);
        assert.is(to.open(key, nonce, aad, flip(sealed, source.below(sealed.length * 8))), undefined, claim);
      }
    }
  });
}

test.run();
