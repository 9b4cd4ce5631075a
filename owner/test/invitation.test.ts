// Goal: an invitation has one form, and neither a label nor anything else passes for one.
// Method: good ones are written, read, and tried one byte short, one long, and in another version.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromBase64url } from "../../firmware/bytes.ts";
import { issueRoot } from "../../firmware/grant/issue.ts";
import { encodeSetup, parseSetup } from "../../firmware/link/label.ts";
import { refusesNeighbours } from "../../firmware/link/test/neighbours.ts";
import { seconds } from "../../firmware/platform.ts";
import { encodeInvitation, parseInvitation } from "../invitation.ts";

const AGREEMENT = new Uint8Array(32).fill(0x11);
const SIGNING = new Uint8Array(32).fill(0x22);
const SEED = new Uint8Array(32).fill(0x33);

const TOKEN = () =>
  issueRoot(
    new Uint8Array(8),
    {
      lockId: "AAAAAAAAAAA",
      expiry: seconds(2_000_000_000),
      identifier: new Uint8Array(8),
      key: SIGNING,
      permissions: 1,
      generation: 0,
    },
    (message) => crypto.sign(SEED, message),
  );

test("writes and reads an invitation", () => {
  const token = TOKEN();
  const bytes = fromBase64url(encodeInvitation({ agreementKey: AGREEMENT, token }));
  assert.equal(parseInvitation(bytes), { agreementKey: AGREEMENT, token });
  refusesNeighbours(bytes, parseInvitation);
});

test("does not take one for the other", () => {
  const setup = fromBase64url(encodeSetup({ agreementKey: AGREEMENT, signingKey: SIGNING }));
  const invitation = fromBase64url(encodeInvitation({ agreementKey: AGREEMENT, token: TOKEN() }));
  assert.throws(() => parseInvitation(setup), /cose/);
  assert.throws(() => parseSetup(invitation), /cbor/);
});

test.run();
