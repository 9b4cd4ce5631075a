// Whose grants open only behind a user's code, and open without one once that user is gone.
// Why: whoever removes a code means to take something away; where it was the second half of a grant, the other half then opens
// alone, and nobody should learn that from the journal.
// Follows docs/protocol.md §7, "with-grant".

import { crypto } from "#crypto";
import { type Bytes, fromBase64url, toBase64url } from "../firmware/bytes.ts";
import type { User } from "../firmware/codes/user.ts";
import { presentSeconds } from "./moment.ts";
import { kidText } from "./ownership.ts";
import type { OwnedLock, Person } from "./person.ts";
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
  const now = presentSeconds();
  const isListed = (link: string) => lock.revocation.links.some((entry) => entry.link === link);
  const open = grants.filter(
    (grant) =>
      grant.lockId === lock.id &&
      grant.until > now &&
      !isListed(grant.link) &&
      kidText(fromBase64url(grant.holder)) === key,
  );
  const names = [...new Set(open.map(({ who, link }) => printable(who) || link))];
  const way =
    names.length === 0
      ? '"latchkey revoke NAME" takes one back; without a name it lists those that you gave.'
      : `To take them back: ${names.map((name) => `latchkey revoke "${name}"`).join(", ")}`;
  return [`Grants of the key ${key}, and what was passed on from them, open with no PIN from now on. ${way}`];
}

function boundBy({ rule, holder }: Binding): Bytes | undefined {
  return rule === "with-grant" ? holder : undefined;
}
