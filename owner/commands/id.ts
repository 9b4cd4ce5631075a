// `latchkey id`: the person's public key, to be given to an owner.
// Why: a grant names the key of its holder, so the guest's key travels to the owner before the grant travels back.
// Follows RFC 8747 (the key that a grant confirms).

import { crypto } from "#crypto";
import { fromBase64url, toBase64url } from "../../firmware/bytes.ts";
import { kid8 } from "../../firmware/cose/key.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { EXIT } from "../failure.ts";

/** The command `id`. */
export const id: Command = {
  name: "id",
  summary: "Show your public key, which an owner needs to let you in",
  positionals: [],
  options: {},
  help: ["The key is no secret: it says who you are, and opens nothing."],
  examples: ["id"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const publicKey = crypto.signingPublicKey(fromBase64url(keystore.person.seed));
  const key = toBase64url(publicKey);
  call.terminal.say(key);
  return { exit: EXIT.OK, json: { key, kid: toBase64url(kid8(crypto, publicKey)) } };
}
