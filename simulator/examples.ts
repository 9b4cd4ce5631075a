// One example of every message of the protocol, made from fixed keys.
// Why: whoever writes a second implementation needs bytes to compare with, and a change of the bytes must be seen.
// Follows docs/protocol.cddl; docs/examples.txt is made from it by run/examples.mjs, and a test holds the two equal.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { evidenceExamples } from "./examples/evidence.ts";
import { journalExamples } from "./examples/journal.ts";
import { castOf } from "./examples/keys.ts";
import { sessionExamples } from "./examples/session.ts";
import { signedExamples } from "./examples/signed.ts";
import { viewerExamples } from "./examples/viewer.ts";

/** One example. */
export interface Example {
  /** The rule of docs/protocol.cddl. */
  readonly rule: string;
  /** What it is an example of, in words. */
  readonly says: string;
  readonly bytes: Bytes;
}

/** Gives all examples, in the order of docs/protocol.cddl. */
export function examples(crypto: Crypto): readonly Example[] {
  const cast = castOf(crypto);
  const signed = [...signedExamples(cast), ...evidenceExamples(cast)];
  return [...signed, ...sessionExamples(cast), ...viewerExamples(cast), ...journalExamples(cast)];
}
