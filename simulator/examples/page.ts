// The page of examples as text: each with its rule, its words, its bytes, and what another CBOR reader sees in them.
// Why: cbor-x, not our own code, says what the bytes mean, so that the page cannot agree with itself by mistake.
// Runs on Node only, because of cbor-x.

import { crypto } from "#crypto";
import { type Bytes, toHex } from "../../firmware/bytes.ts";
import { notationOf } from "../../owner/notation.ts";
import { examples } from "../examples.ts";

const HEX_WIDTH = 96;

const HEAD = `Examples of every message of the Latchkey protocol, version 1, in the order of docs/protocol.cddl.
Made by \`node simulator/run/examples.mjs\` from fixed keys: the Ed25519 seeds are 32 times one byte (lock 01, owner 03,
recovery 04, company 05, courier 06, camera 07), the lock's X25519 secret is 32 times 02, the challenge 16 times c0, the handshake
hash 32 times aa. Below the bytes stands what cbor-x reads in them, in diagnostic notation (RFC 8949 section 8).
`;

/** Gives the page. */
export function examplesPage(): string {
  const parts = examples(crypto).map(
    ({ rule, says, bytes }) => `${rule}: ${says} (${bytes.length} bytes)\n\n${hexOf(bytes)}\n\n${meaningOf(bytes)}\n`,
  );
  return [HEAD, ...parts].join("\n----\n\n");
}

function hexOf(bytes: Bytes): string {
  const hex = toHex(bytes);
  const lines: string[] = [];
  for (let at = 0; at < hex.length; at += HEX_WIDTH) lines.push(`    ${hex.slice(at, at + HEX_WIDTH)}`);
  return lines.length === 0 ? "    (none)" : lines.join("\n");
}

function meaningOf(bytes: Bytes): string {
  return bytes.length === 0 ? "(empty)" : notationOf(bytes);
}
