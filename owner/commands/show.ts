// `latchkey show`: says what a token, statement, invitation, label, checkpoint or receipt is, in words and in CBOR.
// Why: nobody should have to trust a text that they cannot read.
// Follows docs/protocol.cddl; the notation comes from cbor-x, which is not our reader.

import { parseZone } from "../../firmware/time/zone.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { EXIT } from "../failure.ts";
import { orRefuse, readGiven } from "../given.ts";
import { meaningOf } from "../meaning.ts";
import { notationOf } from "../notation.ts";
import { findZone, ownZone } from "../timezone.ts";

/** The command `show`. */
export const show: Command = {
  name: "show",
  summary: "Say what a token, statement, invitation or label is",
  positionals: ["TEXT|FILE"],
  options: {
    zone: { value: "ZONE", help: "the time zone for times (this computer's)" },
    brief: { help: "leave the CBOR out" },
  },
  help: [
    "Shows what is written, in words and in CBOR diagnostic notation (RFC 8949 §8), as a reader finds it that is not",
    "ours. Nothing is verified: who signed it is said, and not whether they did. Needs no keys and no lock.",
  ],
  examples: ["show invitation.txt", "show gwFYIC9... --zone Europe/Berlin", "show setup.txt --json"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const [given = ""] = call.positionals;
  const bytes = readGiven(given, "token");
  const named = call.option("zone");
  const zone = parseZone((named === undefined ? ownZone() : findZone(named)).rule);
  const notation = orRefuse(
    () => notationOf(bytes),
    "That is no CBOR of a Latchkey size: copy the whole text, or ask for it again.",
  );
  const { kind, lines, json } = meaningOf(bytes, zone);
  call.terminal.say(`${kind}, ${bytes.length} bytes`);
  for (const line of lines) call.terminal.say(line);
  if (!call.has("brief")) call.terminal.say(`\n${notation}`);
  return { exit: EXIT.OK, json: { kind, bytes: bytes.length, ...json, notation } };
}
