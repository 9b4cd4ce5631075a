// `latchkey carry`: brings an owner's signed revocation list to the lock.
// Why: the lock may have no network, and whoever stands at the door can bring a list that only restricts.
// Follows docs/protocol.md §2.3 ("Revocation").

import { toAscii } from "../../firmware/bytes.ts";
import { Reader } from "../../firmware/cbor/decode.ts";
import { readRevocations } from "../../firmware/grant/revocation.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { EXIT, Failure, usage } from "../failure.ts";
import { orRefuse, readGiven } from "../given.ts";
import { rememberAddress } from "../keyring.ts";
import { addressOf } from "../ownership.ts";
import { converse } from "../wire.ts";

/** The command `carry`. */
export const carry: Command = {
  name: "carry",
  summary: "Bring a signed revocation list to a lock, for its owner",
  positionals: ["FILE"],
  options: { at: { value: "HOST:PORT", help: "where the lock is reached, or serial:PORT" } },
  help: ["Anybody may: the list was signed by an owner, and can only take away. You need an invitation to that lock."],
  examples: ["carry list.txt"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const [given = ""] = call.positionals;
  const message = readGiven(given, "revocation list");
  const { lock, list } = orRefuse(
    () => readRevocations(new Reader(message)),
    "That is no revocation list: ask the owner for the file again.",
  );
  const lockId = toAscii(lock);
  const keystore = await call.openKeystore();
  const { person } = keystore;
  const owned = person.locks.find(({ id }) => id === lockId);
  const door = owned ?? person.invitations.find((invitation) => invitation.lockId === lockId);
  if (door === undefined) throw usage(`You have no key to the lock ${lockId}: accept an invitation to it first.`);
  const address = addressOf(call, door.address);
  const conversation = await converse({ address, agreementKey: door.agreementKey, lockId });
  try {
    rememberAddress(keystore, { lockId, agreementKey: door.agreementKey, address });
    const answer = await conversation.ask({ kind: "statement", message });
    if (answer.kind !== "yes") {
      throw new Failure(
        EXIT.REFUSED,
        "The lock did not take the list: it holds this one or a newer one, or the signer is no owner.",
      );
    }
  } finally {
    conversation.close();
  }
  call.terminal.say(`The lock ${lockId} took the list (number ${list.sequence}).`);
  return { exit: EXIT.OK, json: { lockId, sequence: list.sequence } };
}
