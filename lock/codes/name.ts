// What one code is known by from one entry of it to the next: its name, and what it comes of.
// Why: the code that began a visit may try once more for nothing, and numbers alone would give that to whoever has them next: to
// another person in the same place, or to a code of a new secret.
// Follows docs/protocol.md §7.

import { type Bytes, concat, fromAscii } from "../../firmware/bytes.ts";
import type { CodeUse } from "../../firmware/codes/credential.ts";
import { encodeCodeUse } from "../../firmware/codes/form.ts";
import { type CodeState, findUser } from "../../firmware/codes/state.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";

const NAME_BYTES = 8;

/** Gives eight bytes for a code: the same for every entry of it, whatever step an authenticator showed. */
export function nameOf(crypto: Crypto, use: CodeUse): Bytes {
  const plain = use.by === "user" ? { ...use, step: 0, first: 0 } : use;
  return crypto.sha256(concat(fromAscii("code"), encodeCodeUse(plain))).slice(0, NAME_BYTES);
}

/** Whether the very same is shown again: of an authenticator, the same step. */
export function isAgain(crypto: Crypto, use: CodeUse, again: CodeUse): boolean {
  const isSameStep = use.by !== "user" || again.by !== "user" || use.step === again.step;
  return isSameStep && crypto.isEqual(nameOf(crypto, use), nameOf(crypto, again));
}

/** Gives what a code comes of, as the lock keeps it: whatever an owner sets anew is another object, under the same numbers too. */
export function originOf(crypto: Crypto, codes: CodeState, use: CodeUse): readonly unknown[] {
  if (use.by === "window") return [codes.secrets.find(({ owner }) => crypto.isEqual(owner, use.owner))];
  return [findUser(codes, use.user), codes.credentials.find(({ slot }) => slot === use.slot)];
}
