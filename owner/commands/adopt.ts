// `latchkey adopt`: makes the person the first owner of a lock.
// Why: the lock takes its first owner only while somebody presses the button inside, so nobody takes it from afar.
// Follows docs/protocol.md §2.3 (kind 10).

import { crypto } from "#crypto";
import { fromAscii, fromBase64url, toBase64url } from "../../firmware/bytes.ts";
import { lockIdOf } from "../../firmware/cose/key.ts";
import { KIND_ADOPT } from "../../firmware/grant/body.ts";
import { OPERATION_OWN } from "../../firmware/grant/holder.ts";
import { parseSetup, type Setup } from "../../firmware/link/label.ts";
import { handSecret, obstacleTo } from "../codebook.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { EXIT, Failure, usage } from "../failure.ts";
import { orRefuse, readGiven } from "../given.ts";
import { presentSeconds } from "../moment.ts";
import { addressOf, asNewOwner, signerOf, takeZone } from "../ownership.ts";
import type { OwnedLock, Person } from "../person.ts";
import { printable } from "../terminal.ts";
import { doubtAboutOwnZone, doubtAboutZone, findZone, type NamedZone, ownZone } from "../timezone.ts";
import { converse } from "../wire.ts";

/** A lock without an owner has seen no statement yet. */
const ADOPTION_SEQ = 1;

/** The command `adopt`. */
export const adopt: Command = {
  name: "adopt",
  summary: "Become the owner of a lock, standing beside it",
  positionals: ["SETUP"],
  options: {
    zone: {
      value: "ZONE",
      help: "the door's time zone: Europe/Berlin, or a POSIX rule (this computer's, if left out)",
    },
    at: { value: "HOST:PORT", help: "where the lock is reached, or serial:PORT (127.0.0.1:7446)" },
    name: { value: "NAME", help: 'what you call it, such as "front door"' },
  },
  help: [
    "SETUP is the text on the lock's label, or a file that holds it. Press the button on the inside of the door first:",
    "the lock takes an owner only within a minute of that. Your recovery key is registered in the same step, and so is the",
    'secret from which "latchkey pin new" makes codes for its keypad.',
    "Where an owner has added your key, or handed the lock to you, nobody need press.",
  ],
  examples: [
    "adopt gwFYIA... --zone Europe/Berlin --name home",
    "adopt setup.txt --at 192.168.1.20",
    "adopt setup.txt --at serial:/dev/ttyUSB0",
  ],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const [given = ""] = call.positionals;
  const bytes = readGiven(given, "setup text");
  const setup = orRefuse(() => parseSetup(bytes), "That is no setup text: copy all of it from the lock's label.");
  const named = call.option("zone");
  const zone = named === undefined ? ownZone() : findZone(named);
  const keystore = await call.openKeystore();
  const id = lockIdOf(crypto, setup.signingKey);
  const name = nameOf(call, keystore.person.locks, id);
  const known = keystore.person.locks.find((lock) => lock.id === id);
  const lock = known ?? newLock(setup, { name, address: addressOf(call, undefined), zone });
  const address = addressOf(call, lock.address);
  await becomeOwner(keystore.person, { ...lock, address, zone: known === undefined ? zone.rule : lock.zone });
  Object.assign(lock, { name, address, seq: Math.max(lock.seq, ADOPTION_SEQ) });
  if (known === undefined) keystore.person.locks.push(lock);
  keystore.save();
  const obstacle = await asNewOwner(call, keystore, lock, async ({ conversation, signer, status }) => {
    takeZone(lock, status.configuration);
    const obstacle = obstacleTo(lock, status, signer.kid);
    if (obstacle === "none") await handSecret(keystore, lock, { conversation, isNew: false });
    return obstacle;
  });
  keystore.update();
  call.terminal.say(`You own the lock ${printable(name)} (${id}); its clock is on ${lock.zoneName ?? lock.zone}.`);
  if (named !== undefined && lock.zone !== zone.rule)
    call.terminal.warn('The lock had a time zone and keeps it: "latchkey config --zone" changes it.');
  if (obstacle === "stranger") {
    call.terminal.warn(
      'It holds a secret of window codes that another computer with your key has made: "latchkey pin setup --rotate" makes a new one, and ends those codes.',
    );
  }
  const isGuessed = known === undefined && named === undefined && lock.zone === zone.rule;
  const doubts = [doubtAboutZone({ rule: lock.zone, name: lock.zoneName }, presentSeconds())];
  if (isGuessed) doubts.push(doubtAboutOwnZone(presentSeconds()));
  for (const doubt of doubts) if (doubt !== undefined) call.terminal.warn(doubt);
  call.terminal.say('Next: "latchkey status", then let somebody in with "latchkey grant --to KEY --until +2h".');
  return { exit: EXIT.OK, json: { lockId: id, name, zone: lock.zone, zoneName: lock.zoneName ?? null, address } };
}

/** Gives the entry of a lock in which this person has said nothing yet. */
export function newLock(
  { agreementKey, signingKey }: Setup,
  door: { readonly name: string; readonly address: string; readonly zone: NamedZone },
): OwnedLock {
  const { name, address, zone } = door;
  return {
    id: lockIdOf(crypto, signingKey),
    name,
    agreementKey: toBase64url(agreementKey),
    signingKey: toBase64url(signingKey),
    address,
    zone: zone.rule,
    zoneName: zone.name,
    seq: 0,
    revocation: { seq: 0, generation: 0, links: [], holders: [] },
    confirmedRevocationSeq: 0,
    checkpoint: undefined,
  };
}

function nameOf(call: Call, locks: readonly OwnedLock[], id: string): string {
  const known = locks.find((lock) => lock.id === id);
  const name = call.option("name") ?? known?.name ?? (locks.length === 0 ? "home" : id);
  if (name.length === 0 || name.length > 32) throw usage("--name takes 1 to 32 characters.");
  if (locks.some((lock) => lock.name === name && lock.id !== id)) {
    throw usage(`You have a lock called ${printable(name)} already: choose another name with --name.`);
  }
  return name;
}

/** Adopts the lock, or finds that this person is its owner already, as after an answer that was lost. @throws Failure */
async function becomeOwner(person: Person, lock: OwnedLock): Promise<void> {
  const signer = signerOf(person);
  const conversation = await converse({ address: lock.address, agreementKey: lock.agreementKey, lockId: lock.id });
  try {
    if (conversation.session.isAdopted) {
      const proven = await conversation.prove({ operation: OPERATION_OWN, by: { kid: signer.kid } }, signer.sign);
      if (proven.kind === "yes") return;
      throw new Failure(
        EXIT.REFUSED,
        'This lock has an owner already: send them your key ("latchkey id"), and ask for a grant, or to be added as an owner.',
      );
    }
    const recoveryKey = fromBase64url(person.recoveryKey);
    const adoption = { ownerKey: signer.publicKey, recoveryKey, zoneRule: fromAscii(lock.zone) };
    const body = { kind: KIND_ADOPT, adoption } as const;
    const declaration = { kid: signer.kid, issuedAt: presentSeconds(), sequence: ADOPTION_SEQ, body };
    const answer = await conversation.declare(declaration, signer.sign);
    if (answer.kind === "yes") return;
    throw new Failure(
      EXIT.REFUSED,
      "The lock said no: press the button on its inside, and run the command again within a minute.",
    );
  } finally {
    conversation.close();
  }
}
