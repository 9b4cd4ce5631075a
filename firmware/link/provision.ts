// What a camera is told over the cable in its opened case, and answers: the house's network, and done or refused.
// Why: before a camera is in the network nobody reaches it by radio, so its owner brings it there by hand.
// Follows docs/protocol.md §3.4, docs/protocol.cddl, `provision` and `provisioned`; both are frames on a serial line (§3.1).

import type { Bytes } from "../bytes.ts";
import { Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { Fault } from "../fault.ts";
import type { Credentials } from "../platform.ts";
import { readCredentials, writeCredentials } from "./network.ts";

/** The most bytes of a provision: the longest name and passphrase. */
export const PROVISION_BYTES_MAX = 101;

const VERSION = 1;
const ANSWER_BYTES = 3;

/** Gives a provision, in a buffer of its exact size: whoever wipes it leaves no copy. */
export function encodeProvision(credentials: Credentials): Bytes {
  return Writer.encode(PROVISION_BYTES_MAX, (writer) => writeCredentials(writer.array(3).uint(VERSION), credentials));
}

/** Reads a provision. @returns views @throws Fault link.shape, cbor.* */
export function parseProvision(bytes: Bytes): Credentials {
  const reader = new Reader(bytes, PROVISION_BYTES_MAX);
  reader.readArray(3, 3);
  if (reader.readUint(VERSION) !== VERSION) throw new Fault("link.shape");
  const credentials = readCredentials(reader);
  reader.end();
  return credentials;
}

/** Gives the answer. @param isDone false: refused, and nothing has changed */
export function encodeProvisioned(isDone: boolean): Bytes {
  return new Writer(ANSWER_BYTES)
    .array(2)
    .uint(VERSION)
    .uint(isDone ? 1 : 0)
    .finish();
}

/** Reads the answer. @returns whether it is done @throws Fault link.shape, cbor.* */
export function parseProvisioned(bytes: Bytes): boolean {
  const reader = new Reader(bytes, ANSWER_BYTES);
  reader.readArray(2, 2);
  if (reader.readUint(VERSION) !== VERSION) throw new Fault("link.shape");
  const isDone = reader.readUint(1) === 1;
  reader.end();
  return isDone;
}
