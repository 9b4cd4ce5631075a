// `latchkey delegate`: passes an accepted invitation on, within narrower limits.
// Why: a company is invited, and its courier comes; nobody can pass on more than was given.
// Follows docs/protocol.md §2.1 ("Delegation").

import { fromBase64url } from "../../firmware/bytes.ts";
import { issueLink } from "../../firmware/grant/issue.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { readAllowance, sayPermissions } from "../allowance.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { EXIT, usage } from "../failure.ts";
import { handOver } from "../handover.ts";
import { chooseInvitation, readInvitation } from "../keyring.ts";
import type { Keystore } from "../keystore.ts";
import { defaultPermissions, doubtsAbout, LIMIT_OPTIONS, readWish } from "../limits.ts";
import { presentSeconds } from "../moment.ts";
import { signerOf } from "../ownership.ts";
import type { AcceptedInvitation } from "../person.ts";
import { ROLES_HELP } from "../role.ts";
import { doubtAboutOwnZone, findZone, ownZone } from "../timezone.ts";

/** The command `delegate`. */
export const delegate: Command = {
  name: "delegate",
  summary: "Pass an invitation on to somebody else, within narrower limits",
  positionals: [],
  options: {
    lock: { value: "NAME", help: "which invitation, where you accepted several" },
    grant: { value: "TEXT|FILE", help: "an invitation that was not accepted before" },
    zone: { value: "ZONE", help: "the door's time zone, by which your times are read (this computer's)" },
    ...LIMIT_OPTIONS,
  },
  help: [
    "Only an invitation that may be passed on can be (see its summary). Every limit of yours and of everybody before you",
    "holds; what you leave out is not limited further. Without --allow your guest may unlock and lock, as far as you may.",
    ...ROLES_HELP,
  ],
  examples: ['delegate --to KEY --who "Courier 7" --until "today 18:00" --uses 1'],
  run,
};

async function run(call: Call): Promise<Outcome> {
  call.required("to", '--to KEY, which your courier sees with "latchkey id"');
  const keystore = await call.openKeystore();
  const parent = chooseParent(call, keystore);
  const parentToken = fromBase64url(parent.token);
  const { depth, permissions: allowed } = readAllowance(parentToken);
  if (depth === 0) throw usage("This invitation may not be passed on: ask its giver for one with --delegable.");
  const named = call.option("zone");
  const zone = parseZone((named === undefined ? ownZone() : findZone(named)).rule);
  const said = readWish(call, { zone, now: presentSeconds() });
  const wish = { ...said, permissions: said.permissions ?? usualOf(allowed) };
  if ((wish.depth ?? 0) >= depth) {
    throw usage(
      depth === 1 ? "This invitation may be passed on once, so leave --delegable out." : "Give --delegable 1 at most.",
    );
  }
  const token = issueLink(parentToken, wish, signerOf(keystore.person).sign);
  const agreementKey = fromBase64url(parent.agreementKey);
  const sayTakeBack = (link: string) => `, the owner runs: latchkey revoke ${link} --unlisted`;
  const guessed = named === undefined ? doubtAboutOwnZone(presentSeconds()) : undefined;
  const doubts = [...doubtsAbout(wish), ...(guessed === undefined ? [] : [guessed])];
  const made = { token, agreementKey, who: wish.name ?? "", zone, sayTakeBack, doubts, filled: wish };
  const json = await handOver(call, keystore, made);
  return { exit: EXIT.OK, json };
}

/** Gives what is passed on where nothing is said of it: of what is usual as much as its giver has. Without a scope all would be
 *  passed on. @throws Failure where that is nothing */
function usualOf(allowed: number): number {
  const permissions = defaultPermissions() & allowed;
  if (permissions !== 0) return permissions;
  throw usage(`This invitation allows ${sayPermissions(allowed)}: say with --allow what of that you pass on.`);
}

function chooseParent(call: Call, { person }: Keystore): AcceptedInvitation {
  const given = call.option("grant");
  if (given !== undefined) return readInvitation(given, person).invitation;
  const named = call.option("lock");
  const fitting = person.invitations.filter(
    ({ name, lockId, link }) => named === undefined || [name, lockId, link].includes(named),
  );
  const doors = new Set(fitting.map(({ lockId }) => lockId));
  if (doors.size > 1) throw usage("You accepted invitations to several doors: say which with --lock NAME.");
  const passable = fitting.filter(({ token }) => readAllowance(fromBase64url(token)).depth > 0);
  const parent = chooseInvitation(passable.length > 0 ? passable : fitting);
  if (parent === undefined) throw usage('There is no such invitation: run "latchkey accept INVITATION" first.');
  return parent;
}
