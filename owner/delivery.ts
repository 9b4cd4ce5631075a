// A revocation list on its way to the lock, at once.
// Why: what was taken back counts from when the lock holds the list, so whoever takes something back is told whether it does.
// Follows docs/protocol.md §2.3 ("Revocation").

import type { Call } from "./command.ts";
import { EXIT, Failure } from "./failure.ts";
import type { Keystore } from "./keystore.ts";
import { asOwner } from "./ownership.ts";
import type { OwnedLock } from "./person.ts";

/** Hands the lock its list. @param more.worst how long it lets them in still, with a blank before it
 *  @param more.otherwise what else can be done, a sentence
 *  @throws Failure where the lock does not answer, which says that it is signed */
export async function deliver(
  call: Call,
  { keystore, lock }: { readonly keystore: Keystore; readonly lock: OwnedLock },
  more: { readonly worst: string; readonly otherwise: string },
): Promise<void> {
  try {
    // Every owner session begins with the list, where the lock does not hold the newest.
    await asOwner(call, keystore, lock, async () => undefined);
  } catch (error) {
    if (!(error instanceof Failure) || error.exit !== EXIT.UNREACHABLE) throw error;
    throw new Failure(
      EXIT.UNREACHABLE,
      `It is signed, but NOT CONFIRMED by the lock. ${error.message}${more.worst} ${more.otherwise}`,
    );
  }
}
