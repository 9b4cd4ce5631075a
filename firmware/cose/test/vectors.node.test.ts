// Goal: the rows typed into sign1.test.ts are the published ones, and another library agrees about our messages.
// Method: cose-wg's files where they are present (github.com/cose-wg/Examples, public domain); cbor-x reads what
// `assemble` wrote, and builds the same message and the same Sig_structure.

import { existsSync, readFileSync } from "node:fs";
import { Decoder, Encoder, Tag } from "cbor-x";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromHex, toHex } from "../../bytes.ts";
import { faultOf } from "../../cbor/test/damage.ts";
import { encodeHeader } from "../header.ts";
import { kid8 } from "../key.ts";
import { parseSign1, sign1, toBeSigned } from "../sign1.ts";

const VECTORS = "../shared/vectors";
const OPTIONS = { mapsAsObjects: false, useRecords: false, variableMapSize: true, tagUint8Array: false } as const;
const encoder = new Encoder(OPTIONS);
const decoder = new Decoder(OPTIONS);

interface Published {
  readonly intermediates: { readonly ToBeSign_hex: string };
  readonly output: { readonly cbor: string };
}

function load(file: string): Published {
  return JSON.parse(readFileSync(`${VECTORS}/${file}`, "utf8"));
}

if (existsSync(VECTORS)) {
  for (const file of ["cose/eddsa-sig-01.json", "cwt/A_3.json"]) {
    test(`gives the Sig_structure of ${file}`, () => {
      const { output, intermediates } = load(file);
      const [header, , payload] = decoder.decode(fromHex(output.cbor)).value;
      assert.is(toHex(toBeSigned({ protected: header, payload })), intermediates.ToBeSign_hex.toLowerCase());
    });
  }

  test("verifies the signature of cose/eddsa-sig-01.json and refuses the form around it", () => {
    const { output } = load("cose/eddsa-sig-01.json");
    const [header, , payload, signature] = decoder.decode(fromHex(output.cbor)).value;
    const publicKey = fromHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assert.ok(crypto.verify(publicKey, toBeSigned({ protected: header, payload }), signature));
    assert.is(
      faultOf(() => parseSign1(fromHex(output.cbor))),
      "cose.shape",
    );
  });

  test("reads cwt/A_3.json, whose form is ours but for its algorithm", () => {
    const bytes = fromHex(load("cwt/A_3.json").output.cbor);
    const message = parseSign1(bytes);
    assert.is(message.end, bytes.length);
    assert.is(toHex(bytes.subarray(message.protectedStart, message.protectedEnd)), "a10126");
  });

  test("refuses cose/eddsa-01.json, which is COSE_Sign", () => {
    assert.is(
      faultOf(() => parseSign1(fromHex(load("cose/eddsa-01.json").output.cbor))),
      "cose.shape",
    );
  });
  // COSE_Mac0, COSE_Encrypt0 and a CWT inside of one: none is a COSE_Sign1.
  for (const number of [4, 5, 6, 7]) {
    test(`refuses cwt/A_${number}.json, which is no COSE_Sign1`, () => {
      const { output } = load(`cwt/A_${number}.json`);
      assert.is(
        faultOf(() => parseSign1(fromHex(output.cbor))),
        "cose.shape",
      );
    });
  }
} else {
  console.log(`${VECTORS} is not here: the published COSE and CWT messages are left out`);
}

test("writes the message and the Sig_structure that cbor-x writes", () => {
  const seed = new Uint8Array(32).fill(9);
  const publicKey = crypto.signingPublicKey(seed);
  const header = encodeHeader({ kid: kid8(crypto, publicKey), typ: 65_101 });
  const payload = encoder.encode(new Map([[3, "lock"]]));
  const externalAad = new Uint8Array(32).fill(3);
  const signed = encoder.encode(["Signature1", header, externalAad, payload]);
  assert.is(toHex(toBeSigned({ protected: header, externalAad, payload })), toHex(signed));
  const bytes = sign1(crypto, seed, { protected: header, externalAad, payload });
  const { tag, value } = decoder.decode(bytes);
  assert.is(tag, 18);
  assert.ok(crypto.verify(publicKey, signed, value[3]));
  assert.is(toHex(encoder.encode(new Tag([header, new Map(), payload, value[3]], 18))), toHex(bytes));
});

test.run();
