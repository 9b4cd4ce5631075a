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
  options: { recovery: { help: "show the public key of your 24 words too, for whoever hands you a lock" } },
  help: ["The keys are no secret: they say who you are, and open nothing."],
  examples: ["id", "id --recovery"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const publicKey = crypto.signingPublicKey(fromBase64url(keystore.person.seed));
  const key = toBase64url(publicKey);
  const { recoveryKey } = keystore.person;
  const isBoth = call.has("recovery");
  call.terminal.say(isBoth ? `${key} ${recoveryKey}` : key);
  const json = { key, kid: toBase64url(kid8(crypto, publicKey)), ...(isBoth ? { recoveryKey } : {}) };
  return { exit: EXIT.OK, json };
}
