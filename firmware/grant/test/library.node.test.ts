// Goal: a COSE library that knows nothing of us verifies our root.
// Method: @auth0/cose with alg -8, the one that it knows. It stands alone, since it teaches tag 18 to all of cbor-x.

import { createPublicKey, type KeyObject } from "node:crypto";
import { Sign1 } from "@auth0/cose";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { toBase64url } from "../../bytes.ts";
import { toBeSigned } from "../../cose/sign1.ts";
import { draftRoot, seal } from "../issue.ts";
import { company, owner, rootClaims } from "./house.ts";

/** RFC 8037 §2. */
function publicKey(key: Uint8Array): KeyObject {
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: toBase64url(key) }, format: "jwk" });
}

test("@auth0/cose verifies our root, and refuses it under another key", async () => {
  const draft = draftRoot(owner.kid, rootClaims());
  // The library knows EdDSA by -8 only (RFC 9053 §2.2): one byte, 0x32, becomes 0x27.
  const header = draft.protected.slice();
  header[2] = 0x27;
  const eddsa = { protected: header, payload: draft.payload };
  const message = seal(eddsa, owner.sign(toBeSigned(eddsa)));
  const theirs = Sign1.decode(message);
  await theirs.verify(publicKey(owner.key));
  let isRefused = false;
  try {
    await Sign1.decode(message).verify(publicKey(company.key));
  } catch {
    isRefused = true;
  }
  assert.ok(isRefused);
});

test.run();
