// Holds HKDF-SHA-256 to RFC 5869, appendix A.1 to A.3, on both backends.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../bytes.ts";
import { HKDF_BYTES_MAX, hkdf, hkdfExpand, hkdfExtract } from "../kdf.ts";
import { ascending, BACKENDS, flip, lengthen, shorten, throwsFault } from "./checks.ts";

const NONE = new Uint8Array(0);

const RFC_5869 = [
  {
    name: "A.1",
    secret: fromHex("0b".repeat(22)),
    salt: ascending(0, 13),
    info: ascending(0xf0, 10),
    key: "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
    derived: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
  },
  {
    name: "A.2",
    secret: ascending(0, 80),
    salt: ascending(0x60, 80),
    info: ascending(0xb0, 80),
    key: "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
    derived:
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8" +
      "367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
  },
  {
    name: "A.3, without salt and info",
    secret: fromHex("0b".repeat(22)),
    salt: NONE,
    info: NONE,
    key: "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
    derived: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
  },
];

for (const [backend, crypto] of BACKENDS) {
  for (const { name, secret, salt, info, key, derived } of RFC_5869) {
    const size = derived.length / 2;
    test(`${backend}: derives RFC 5869 ${name}`, () => {
      assert.is(toHex(hkdfExtract(crypto, salt, secret)), key);
      assert.is(toHex(hkdfExpand(crypto, fromHex(key), { info, size })), derived);
      assert.is(toHex(hkdf(crypto, secret, { salt, info, size })), derived);
    });

    test(`${backend}: derives something else where RFC 5869 ${name} is changed`, () => {
      for (const change of [shorten, lengthen, (bytes: Uint8Array) => flip(bytes, 9)]) {
        assert.is.not(toHex(hkdf(crypto, change(secret), { salt, info, size })), derived);
      }
      assert.is.not(toHex(hkdf(crypto, secret, { salt, info: lengthen(info), size })), derived);
    });

    test(`${backend}: gives the beginning of RFC 5869 ${name} for every smaller size`, () => {
      for (let smaller = 1; smaller < size; smaller++) {
        assert.is(toHex(hkdf(crypto, secret, { salt, info, size: smaller })), derived.slice(0, 2 * smaller));
      }
    });
  }

  test(`${backend}: counts an empty salt as 32 zeros`, () => {
    const options = { info: NONE, size: 32 };
    const secret = ascending(0, 22);
    assert.equal(
      hkdf(crypto, secret, { ...options, salt: NONE }),
      hkdf(crypto, secret, { ...options, salt: new Uint8Array(32) }),
    );
  });

  test(`${backend}: gives 255 blocks and refuses one byte more`, () => {
    const options = { salt: NONE, info: NONE };
    assert.is(hkdf(crypto, NONE, { ...options, size: HKDF_BYTES_MAX }).length, 8160);
    for (const size of [HKDF_BYTES_MAX + 1, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      throwsFault(() => hkdf(crypto, NONE, { ...options, size }), "crypto.size", `${size} bytes`);
    }
  });

  test(`${backend}: refuses a pseudorandom key that is no whole hash`, () => {
    throwsFault(() => hkdfExpand(crypto, new Uint8Array(31), { info: NONE, size: 32 }), "crypto.size");
  });
}

test.run();
