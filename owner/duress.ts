// Who would read in the lock's log that a code is for duress.
// Why: the code is silent at the door, and the record is not, since a log from which something is left out verifies no more. A
// grant that allows read-log may have been given long before anybody thought of duress.
// Follows docs/security.md, "What is not defended".

import { fromBase64url } from "../firmware/bytes.ts";
import type { UserType } from "../firmware/codes/user.ts";
import { PERMISSION_READ_LOG } from "../firmware/grant/grant.ts";
import { readAllowance } from "./allowance.ts";
import { liveGrants, namesOf } from "./bound.ts";
import { signerOf } from "./ownership.ts";
import type { IssuedGrant, OwnedLock, Person } from "./person.ts";
import { isBelowFloor } from "./revocation.ts";

/** Warns, of a user for duress, of those whom this person lets read the log; nothing of any other user, or where there are none. */
export function sayReaders(person: Person, lock: OwnedLock, { type }: { readonly type: UserType }): string[] {
  if (type !== "forced") return [];
  const floor = { kid: signerOf(person).kid, generation: lock.revocation.generation };
  const readers = namesOf(
    liveGrants(person.grants, lock).filter((grant) => mayRead(grant) && !isBelowFloor(grant, floor)),
  );
  if (readers.length === 0) return [];
  const ways = readers.map((name) => `latchkey revoke "${name}"`).join(", ");
  return [
    `Whoever may read the log reads that this code is for duress, and whether it was used: of those whom you let in ${readers.join(", ")}. To take that back: ${ways}`,
  ];
}

function mayRead({ token }: IssuedGrant): boolean {
  return (readAllowance(fromBase64url(token)).permissions & PERMISSION_READ_LOG) !== 0;
}
