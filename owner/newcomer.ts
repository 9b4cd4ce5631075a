// For whom a new PIN or authenticator is: a user who is there, or one who is made with it.
// Why: whoever lets somebody in thinks of a name, and the lock of numbers; what a user who is there may is changed by
// "latchkey users set" alone, so that a second code changes nobody by the way.
// Follows docs/protocol.md §7, "Users".

import type { Call } from "./command.ts";
import { usage } from "./failure.ts";
import { checkName } from "./limits.ts";
import type { Reckoning } from "./moment.ts";
import { findByName, freeIndex, freeSlot, type Place, type Residents } from "./residents.ts";
import { printable } from "./terminal.ts";
import { namesUser, readSetting } from "./user.ts";

/** Finds the place for a credential. @throws Failure where there is no room, or where the options are not for this user */
export function placeFor(
  call: Call,
  residents: Residents,
  { name, reckoning }: { readonly name: string; readonly reckoning: Reckoning },
): Place {
  const known = findByName(residents.users, name);
  const slot = freeSlot(residents);
  if (known === undefined) {
    checkName(name);
    const setting = readSetting(call, { name, reckoning });
    return { kind: "new", index: freeIndex(residents), slot, setting };
  }
  if (namesUser(call)) {
    throw usage(
      `There is a user ${printable(name)} already: change what they may with "latchkey users set", or choose another name.`,
    );
  }
  return { kind: "known", index: known.user.index, slot };
}
