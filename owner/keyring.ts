// Which of a person's keys opens the door that they stand before: ownership, or one of the invitations.
// Why: the usual call is `latchkey open` and nothing more, and only a real choice is asked back.
// Follows nothing but the keystore: the lock decides.

import { crypto } from "#crypto";
import { fromBase64url, toBase64url } from "../firmware/bytes.ts";
import { type Allowance, readAllowance } from "./allowance.ts";
import type { Call } from "./command.ts";
import { EXIT, Failure, usage } from "./failure.ts";
import { orRefuse, readGiven } from "./given.ts";
import { parseInvitation } from "./invitation.ts";
import type { Keystore } from "./keystore.ts";
import { presentSeconds } from "./moment.ts";
import { signerOf } from "./ownership.ts";
import type { AcceptedInvitation, OwnedLock, Person } from "./person.ts";
import { printable } from "./terminal.ts";
import { DEFAULT_ADDRESS } from "./wire.ts";

/** So many are tried where the first is refused: whoever stands at a door waits for each. */
const OTHERS_MAX = 3;

/** A right to ask at one door. */
export type DoorKey =
  | { readonly kind: "owner"; readonly lockId: string; readonly lock: OwnedLock }
  | {
      readonly kind: "guest";
      readonly lockId: string;
      readonly link: string;
      readonly token: string;
      readonly agreementKey: string;
      readonly address: string | undefined;
      /** Other invitations to the same door that are valid now, the best first. */
      readonly others: readonly AcceptedInvitation[];
    };

/** Reads an invitation that was handed over, and checks that it is for this person.
 *  @throws Failure */
export function readInvitation(
  given: string,
  person: Person,
): { invitation: AcceptedInvitation; allowance: Allowance } {
  const bytes = readGiven(given, "invitation");
  const sentence = "That is no invitation: copy the whole text, or ask for it again.";
  const { agreementKey, token } = orRefuse(() => parseInvitation(bytes), sentence);
  const allowance = orRefuse(() => readAllowance(token), sentence);
  if (!allowance.isChained)
    throw new Failure(EXIT.UNVERIFIED, "A signature inside does not hold: ask for the invitation again.");
  if (!crypto.isEqual(allowance.holder, signerOf(person).publicKey)) {
    throw new Failure(
      EXIT.UNVERIFIED,
      'This invitation is for somebody else\'s key: send your own ("latchkey id") to the owner, and ask for a new one.',
    );
  }
  const invitation = {
    link: allowance.link,
    lockId: allowance.lockId,
    agreementKey: toBase64url(agreementKey),
    token: toBase64url(token),
    name: allowance.lockId,
    address: DEFAULT_ADDRESS,
  };
  return { invitation, allowance };
}

/** Gives the X25519 key by which a person knows a lock already, where an invitation names another one for it: one of the
 *  two was changed on its way, since no owner signs that key. */
export function formerKeyOf(
  { locks, invitations }: Person,
  { lockId, agreementKey }: Pick<AcceptedInvitation, "lockId" | "agreementKey">,
): string | undefined {
  const known = [
    ...locks.filter(({ id }) => id === lockId),
    ...invitations.filter((invitation) => invitation.lockId === lockId),
  ];
  return known.find((door) => door.agreementKey !== agreementKey)?.agreementKey;
}

/** Keeps the address at which a lock has proven its key, for every invitation to it. */
export function rememberAddress(keystore: Keystore, door: Omit<AcceptedInvitation, "link" | "token" | "name">): void {
  const moved = keystore.person.invitations.filter(
    ({ lockId, agreementKey, address }) =>
      lockId === door.lockId && agreementKey === door.agreementKey && address !== door.address,
  );
  for (const invitation of moved) invitation.address = door.address;
  keystore.update();
}

/** Chooses by --grant, by --lock, or because there is only one. @throws Failure */
export function chooseKey(call: Call, keystore: Keystore): DoorKey {
  const { person } = keystore;
  const given = call.option("grant");
  if (given !== undefined) {
    const { invitation } = readInvitation(given, person);
    if (formerKeyOf(person, invitation) !== undefined) {
      call.terminal.warn("This invitation names another key for the lock than the one you have: is it the owner's?");
    }
    const known = person.invitations.find(({ lockId }) => lockId === invitation.lockId);
    return { kind: "guest", ...invitation, address: known?.address, others: [] };
  }
  const named = call.option("lock");
  const isNamed = (door: { readonly name: string }, lockId: string) =>
    named === undefined || door.name === named || lockId === named;
  const owned = person.locks.filter((lock) => isNamed(lock, lock.id));
  const invited = person.invitations.filter((invitation) => isNamed(invitation, invitation.lockId));
  const lockIds = new Set([...owned.map(({ id }) => id), ...invited.map(({ lockId }) => lockId)]);
  if (lockIds.size > 1) throw usage(`You have keys to several doors: say which with --lock ${sayNames(person)}.`);
  const [lock] = owned;
  if (lock !== undefined) return { kind: "owner", lockId: lock.id, lock };
  const [best, ...others] = rank(invited);
  if (best !== undefined) {
    const valid = others.filter(({ validity }) => validity === VALID).map(({ invitation }) => invitation);
    return { kind: "guest", ...best.invitation, others: valid.slice(0, OTHERS_MAX) };
  }
  throw usage(
    named === undefined
      ? 'You have no key to any door: run "latchkey accept INVITATION" as a guest, or "latchkey adopt SETUP" as an owner.'
      : `You have no key to a door called ${printable(named)}; your doors: ${sayNames(person) || "none yet"}.`,
  );
}

/** Chooses one that is valid now, else the one that comes next, else the last. */
export function chooseInvitation(invitations: readonly AcceptedInvitation[]): AcceptedInvitation | undefined {
  return rank(invitations)[0]?.invitation;
}

const OVER = 0;
const LATER = 1;
const VALID = 2;

/** The best first; of equals the one that ends last. */
function rank(invitations: readonly AcceptedInvitation[]) {
  const now = presentSeconds();
  const ranked = invitations.map((invitation) => {
    const { from = 0, until } = readAllowance(fromBase64url(invitation.token));
    return { invitation, until, validity: until < now ? OVER : from > now ? LATER : VALID };
  });
  return ranked.sort((left, right) => right.validity - left.validity || right.until - left.until);
}

function sayNames({ locks, invitations }: Person): string {
  return [...new Set([...locks, ...invitations].map(({ name }) => printable(name)))].join(", ");
}
