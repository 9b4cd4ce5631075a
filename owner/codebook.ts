// The secret of a person's window codes at a lock: made here, handed to the lock, and known to be held there.
// Why: a code whose secret the lock does not hold leaves somebody standing before the door, so none is given out before the
// lock has said yes; and a secret that was replaced ends every code that came of it, so none is replaced unasked.
// Follows docs/protocol.md §7 (request 16).

import { randomBytes } from "node:crypto";
import { crypto } from "#crypto";
import { type Bytes, fromBase64url, toBase64url } from "../firmware/bytes.ts";
import { CODE_SECRET_BYTES } from "../firmware/codes/credential.ts";
import { secretFingerprint } from "../firmware/codes/window.ts";
import type { Status } from "../firmware/link/message.ts";
import { refused } from "./denials.ts";
import type { Keystore } from "./keystore.ts";
import type { CodeBook, OwnedLock, RevocationList } from "./person.ts";
import type { Terminal } from "./terminal.ts";
import type { Asking } from "./wire.ts";

const LOST =
  'The lock no longer holds the secret of your window codes, so they open nothing: run "latchkey pin setup".';
const REPLACED =
  'The lock holds another secret of your key than this computer, so codes that are made here open nothing: were these keys put back from a backup, or is there a copy of them? "latchkey pin setup --rotate" makes a new secret, and ends every code of the one in the lock.';

/** What stands in the way of a secret; "none" is none. */
export type Obstacle =
  | "none"
  /** The lock holds this computer's already. */
  | "done"
  /** The lock holds another one of this key's: another computer made it, or this one and its keystore was put back, or a new
   *  one never reached the lock. */
  | "stranger";

/** Tells what stands in the way of making, or handing over again, the secret of this computer. @param kid 8 bytes */
export function obstacleTo(
  { id, codes: book }: Pick<OwnedLock, "id" | "codes">,
  { codes }: Pick<Status, "codes">,
  kid: Bytes,
): Obstacle {
  const held = codes.secrets.find(({ owner }) => crypto.isEqual(owner, kid));
  if (held === undefined) return "none";
  if (book === undefined) return "stranger";
  const mine = secretFingerprint(crypto, fromBase64url(book.secret), id);
  return crypto.isEqual(held.fingerprint, mine) ? "done" : "stranger";
}

/** Notes what a status says of the secret: a yes that was not heard is made up for, and what the lock does not hold makes no
 *  more codes. `lock` is changed in place, and saved by the caller. */
export function settleSecret(
  lock: OwnedLock,
  { status, kid }: { readonly status: Pick<Status, "codes">; readonly kid: Bytes },
  terminal: Pick<Terminal, "warn">,
): void {
  const { codes: book } = lock;
  if (book === undefined) return;
  book.devices = Math.max(1, status.codes.secrets.length);
  const wasConfirmed = book.isConfirmed;
  const obstacle = obstacleTo(lock, status, kid);
  book.isConfirmed = obstacle === "done";
  if (book.isConfirmed || !wasConfirmed) return;
  terminal.warn(obstacle === "stranger" ? REPLACED : LOST);
}

/** Hands the lock the secret of this computer, which is made where there is none, or where `isNew` asks for another.
 *  @throws Failure where the lock refuses, and where no answer comes: the secret then waits for the next time */
export async function handSecret(
  keystore: Keystore,
  lock: OwnedLock,
  { conversation, isNew }: { readonly conversation: Asking; readonly isNew: boolean },
): Promise<CodeBook> {
  const former = lock.codes;
  const book = former === undefined || isNew ? newBook(former) : former;
  lock.codes = book;
  // First, since a lock that said yes must never hold what nobody else does.
  keystore.save();
  const answer = await conversation.ask({ kind: "codeSecret", secret: fromBase64url(book.secret) });
  if (answer.kind !== "yes") {
    if (former === undefined) delete lock.codes;
    else lock.codes = former;
    keystore.save();
    throw refused(answer.kind === "no" ? answer.denial : undefined);
  }
  book.isConfirmed = true;
  // What was taken back of the former secret is over with it, and would stand in the way of new codes.
  if (book !== former) lock.revocation = withoutCodes(lock.revocation);
  keystore.save();
  return book;
}

function withoutCodes({ codes = [], ...rest }: RevocationList): RevocationList {
  return codes.length === 0 ? rest : { ...rest, seq: rest.seq + 1 };
}

function newBook(former: CodeBook | undefined): CodeBook {
  const given = (former?.given ?? []).map((code) => ({ ...code, isOver: true as const }));
  const secret = toBase64url(randomBytes(CODE_SECRET_BYTES));
  return { secret, isConfirmed: false, devices: former?.devices ?? 1, given };
}
