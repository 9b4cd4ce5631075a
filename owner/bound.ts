// Whose grants open only behind a user's code, and open without one once that user is gone.
// Why: whoever removes a code means to take something away; where it was the second half of a grant, the other half then opens
// alone, and nobody should learn that from the journal.
// Follows docs/protocol.md §7, "with-grant".

import { crypto } from "#crypto";
import { type Bytes, fromBase64url, toBase64url } from "../firmware/bytes.ts";
import type { User } from "../firmware/codes/user.ts";
import { presentSeconds } from "./moment.ts";
import { kidText } from "./ownership.ts";
import type { IssuedGrant, OwnedLock, Person } from "./person.ts";
import { isListed } from "./revocation.ts";
import { printable } from "./terminal.ts";

/** What binds a holder's grants to a user's code. */
type Binding = Pick<User, "index" | "rule" | "holder">;

/** Says whose grants need no code any more, and how they are taken back; nothing where others bind them still, or none did.
 *  @param of.former the user as they were   @param of.users all that there are now */
export function sayFreed(
  { grants }: Pick<Person, "grants">,
  lock: Pick<OwnedLock, "id" | "revocation">,
  of: { readonly former: Binding; readonly users: readonly Binding[] },
): string[] {
  const holder = boundBy(of.former);
  if (holder === undefined) return [];
  const isStillBound = of.users.some((user) => {
    const other = boundBy(user);
    return other !== undefined && crypto.isEqual(other, holder);
  });
  if (isStillBound) return [];
  const key = toBase64url(holder);
  const names = namesOf(liveGrants(grants, lock).filter((grant) => kidText(fromBase64url(grant.holder)) === key));
  const way =
    names.length === 0
      ? '"latchkey revoke NAME" takes one back; without a name it lists those that you gave.'
      : `To take them back: ${names.map((name) => `latchkey revoke "${name}"`).join(", ")}`;
  return [`Grants of the key ${key}, and what was passed on from them, open with no PIN from now on. ${way}`];
}

/** Gives the grants for a lock that are neither over nor taken back one by one. */
export function liveGrants(
  grants: readonly IssuedGrant[],
  { id, revocation }: Pick<OwnedLock, "id" | "revocation">,
): readonly IssuedGrant[] {
  const now = presentSeconds();
  return grants.filter(({ lockId, until, link }) => lockId === id && until > now && !isListed(revocation, link));
}

/** Gives what grants are called, each once: whoever has them, or their own name where nobody was said. */
export function namesOf(grants: readonly IssuedGrant[]): readonly string[] {
  return [...new Set(grants.map(({ who, link }) => printable(who) || link))];
}

function boundBy({ rule, holder }: Binding): Bytes | undefined {
  return rule === "with-grant" ? holder : undefined;
}
