// `latchkey show`: says what a token, statement, invitation, label, checkpoint or receipt is, in words and in CBOR.
// Why: nobody should have to trust a text that they cannot read.
// Follows docs/protocol.cddl; the notation comes from cbor-x, which is not our reader.

import { type Bytes, fromBase64url, toBase64url } from "../../firmware/bytes.ts";
import { parseSetup } from "../../firmware/link/label.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { EXIT, Failure, usage } from "../failure.ts";
import { isFileHere, orRefuse, readGiven } from "../given.ts";
import { chooseKey } from "../keyring.ts";
import { meaningOf } from "../meaning.ts";
import { notationOf } from "../notation.ts";
import { judgeReceipt, keptReceipts } from "../receipts.ts";
import { printable } from "../terminal.ts";
import { findZone, ownZone } from "../timezone.ts";

const RECEIPT = "receipt";
/** How many visits are named where another one was asked for. */
const LISTED_MAX = 20;

/** The command `show`. */
export const show: Command = {
  name: "show",
  summary: "Say what a token, statement, invitation or label is",
  positionals: ["TEXT|FILE|receipt", "[VISIT]"],
  options: {
    lock: { value: "NAME", help: "with receipt: which door, where you have several" },
    setup: { value: "SETUP", help: "with receipt: the lock's label, by whose key it is verified" },
    zone: { value: "ZONE", help: "the time zone for times (this computer's)" },
    brief: { help: "leave the CBOR out" },
  },
  help: [
    "Shows what is written, in words and in CBOR diagnostic notation (RFC 8949 §8), as a reader finds it that is not",
    "ours. Nothing is verified: who signed it is said, and not whether they did. Needs no keys and no lock.",
    "",
    "receipt shows what a lock signed about a visit of yours, or at your lock: the last one that was kept, or that of VISIT,",
    "with the text that you may hand on. It is verified where you own the lock, or give its label with --setup.",
  ],
  examples: ["show invitation.txt", "show receipt 41", "show gwFYIC9... --zone Europe/Berlin", "show setup.txt --json"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const [given = "", visit] = call.positionals;
  const kept = given === RECEIPT && !isFileHere(RECEIPT) ? await findReceipt(call, visit) : undefined;
  if (kept === undefined && visit !== undefined)
    throw usage(`"${printable(visit)}" is one word too many: a VISIT stands behind receipt.`);
  const bytes = kept?.message ?? readGiven(given, "token");
  const named = call.option("zone");
  const zone = parseZone((named === undefined ? ownZone() : findZone(named)).rule);
  const notation = orRefuse(
    () => notationOf(bytes),
    "That is no CBOR of a Latchkey size: copy the whole text, or ask for it again.",
  );
  const { kind, lines, json } = meaningOf(bytes, zone);
  call.terminal.say(`${kind}, ${bytes.length} bytes`);
  for (const line of lines) call.terminal.say(line);
  if (kept !== undefined)
    call.terminal.say(
      `Signed:   ${kept.isVerified ? "by the lock, verified" : "as it says; give --setup with the lock's label to be sure"}`,
    );
  if (kept !== undefined) call.terminal.say(`\n${toBase64url(bytes)}`);
  else if (!call.has("brief")) call.terminal.say(`\n${notation}`);
  for (const other of kept?.others ?? [])
    call.terminal.say(`\nIt signed another one of a visit of that number, since its flash was put back:\n${other}`);
  return { exit: EXIT.OK, json: { kind, bytes: bytes.length, ...json, ...keptObject(kept), notation } };
}

interface Found {
  readonly message: Bytes;
  readonly isVerified: boolean;
  /** Other receipts of a visit of that number, the newest first, as text. */
  readonly others: readonly string[];
}

function keptObject(kept: Found | undefined): Record<string, unknown> {
  return kept === undefined
    ? {}
    : { isVerified: kept.isVerified, text: toBase64url(kept.message), others: kept.others };
}

/** Finds a receipt among those that are kept, and verifies it where the lock's key is known. @throws Failure */
async function findReceipt(call: Call, visit: string | undefined): Promise<Found> {
  const keystore = await call.openKeystore();
  const { person } = keystore;
  const { lockId } = chooseKey(call, keystore);
  const receipts = keptReceipts(keystore, lockId);
  const found = visit === undefined ? receipts[0] : receipts.find(({ receipt }) => String(receipt.visit) === visit);
  if (found === undefined) {
    const visits = receipts.map(({ receipt }) => receipt.visit);
    throw usage(
      visits.length === 0
        ? "No receipt was kept from this lock: it comes when the door is locked again, to whoever listens (open --wait)."
        : `No receipt of that visit was kept; there are those of ${visits.slice(0, LISTED_MAX).join(", ")}.`,
    );
  }
  const owned = person.locks.find(({ id }) => id === lockId);
  const lockKey = labelKey(call) ?? (owned === undefined ? undefined : fromBase64url(owned.signingKey));
  const { message } = found;
  const same = receipts.filter(({ receipt }) => receipt.visit === found.receipt.visit);
  const others = same.filter((each) => each !== found).map((each) => toBase64url(each.message));
  if (lockKey === undefined) return { message, isVerified: false, others };
  if (judgeReceipt(message, { lockId, lockKey, holder: undefined }) === undefined)
    throw new Failure(EXIT.UNVERIFIED, "NOT OK: that lock did not sign this receipt.");
  return { message, isVerified: true, others };
}

function labelKey(call: Call): Bytes | undefined {
  const given = call.option("setup");
  if (given === undefined) return undefined;
  const setup = readGiven(given, "setup text");
  return orRefuse(() => parseSetup(setup), "That is no setup text: copy all of it from the lock's label.").signingKey;
}
