// `latchkey accept`: keeps an invitation, so that `open` needs nothing more.
// Why: what cannot work is told now and not at the door.
// Follows docs/protocol.cddl, `invitation`.

import { parseZone } from "../../firmware/time/zone.ts";
import { allowanceObject, sayAllowance } from "../allowance.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { EXIT, Failure, usage } from "../failure.ts";
import { formerKeyOf, readInvitation } from "../keyring.ts";
import { presentSeconds, sayMoment } from "../moment.ts";
import { addressOf } from "../ownership.ts";
import type { AcceptedInvitation, Person } from "../person.ts";
import { counted, printable } from "../terminal.ts";
import { ownZone } from "../timezone.ts";

/** The command `accept`. */
export const accept: Command = {
  name: "accept",
  summary: "Keep an invitation that you were sent",
  positionals: ["INVITATION"],
  options: {
    name: { value: "NAME", help: 'what you call that door, such as "Anna"' },
    at: { value: "HOST:PORT", help: "where the lock is reached, or serial:PORT (127.0.0.1:7446)" },
    replace: { help: "believe this invitation, where it names another key for the lock than those before it" },
  },
  help: ["INVITATION is the text that you were sent, a file that holds it, or - for standard input."],
  examples: ["accept gwFYIC9...", "accept invitation.txt --name Anna"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const [given = ""] = call.positionals;
  const keystore = await call.openKeystore();
  const { person } = keystore;
  const { invitation, allowance } = readInvitation(given, person);
  const zone = parseZone(ownZone().rule);
  if (allowance.until < presentSeconds()) {
    throw new Failure(
      EXIT.UNVERIFIED,
      `This invitation is over since ${sayMoment(zone, allowance.until)}: ask for a new one.`,
    );
  }
  checkKey(call, person, invitation);
  const former = person.invitations.find(({ lockId }) => lockId === invitation.lockId);
  const name = call.option("name") ?? former?.name ?? invitation.lockId;
  if (name.length === 0 || name.length > 32) throw usage("--name takes 1 to 32 characters.");
  const isTaken = [...person.locks.map((lock) => ({ name: lock.name, lockId: lock.id })), ...person.invitations].some(
    (door) => door.name === name && door.lockId !== invitation.lockId,
  );
  if (isTaken) throw usage(`You have a door called ${printable(name)} already: choose another name with --name.`);
  const address = addressOf(call, former?.address);
  keystore.update(() => {
    const { invitations } = person;
    const index = invitations.findIndex(({ link }) => link === invitation.link);
    const kept = { ...invitation, name, address };
    invitations.splice(index < 0 ? invitations.length : index, index < 0 ? 0 : 1, kept);
  });
  for (const line of sayAllowance(allowance, zone)) call.terminal.say(line);
  call.terminal.say("Times are shown in this computer's time zone; the lock goes by its own.");
  call.terminal.say(`Kept as ${printable(name)}. At the door: "latchkey open".`);
  return { exit: EXIT.OK, json: { name, address, ...allowanceObject(allowance) } };
}

/** Lets no invitation put another key in the place of a lock's unseen: whoever changed it would play the lock.
 *  @throws Failure */
function checkKey(call: Call, person: Person, invitation: AcceptedInvitation): void {
  if (formerKeyOf(person, invitation) === undefined) return;
  const { lockId, agreementKey } = invitation;
  if (person.locks.some(({ id }) => id === lockId)) {
    throw new Failure(
      EXIT.UNVERIFIED,
      "This invitation names another key for your own lock than its label: do not use it.",
    );
  }
  if (!call.has("replace")) {
    throw new Failure(
      EXIT.UNVERIFIED,
      "This invitation names another key for the lock than the one you have, so one of the two was changed on its way: ask the owner which holds. To believe this one, accept it with --replace.",
    );
  }
  const kept = person.invitations.filter((each) => each.lockId !== lockId || each.agreementKey === agreementKey);
  const replaced = person.invitations.length - kept.length;
  person.invitations.splice(0, person.invitations.length, ...kept);
  call.terminal.warn(`Removed: ${counted(replaced, "invitation")} with the lock's former key.`);
}
