// An owner's conversation with a lock: the session in which it knows its owner, and statements with numbers used once.
// Why: a number is saved before it is sent, so that no cut, crash or second computer makes two statements of one number.
// Follows docs/protocol.md §2.3 and §3 ("Owner session").

import { crypto } from "#crypto";
import { type Bytes, fromBase64url, toAscii, toBase64url } from "../firmware/bytes.ts";
import { kid8 } from "../firmware/cose/key.ts";
import type { Body } from "../firmware/grant/body.ts";
import { OPERATION_OWN } from "../firmware/grant/holder.ts";
import type { Sign } from "../firmware/grant/issue.ts";
import { verifyCheckpoint } from "../firmware/journal/checkpoint.ts";
import type { OwnerState, Status } from "../firmware/link/message.ts";
import { SETTING_ZONE } from "../firmware/policy/configuration.ts";
import { settleSecret } from "./codebook.ts";
import type { Call } from "./command.ts";
import { refused } from "./denials.ts";
import { EXIT, Failure } from "./failure.ts";
import type { Keystore } from "./keystore.ts";
import { presentSeconds } from "./moment.ts";
import type { OwnedLock, Person } from "./person.ts";
import { settleRevocations } from "./revocation.ts";
import { printable } from "./terminal.ts";
import { type Conversation, converse, DEFAULT_ADDRESS } from "./wire.ts";

/** A person's key, ready to sign. */
export interface Signer {
  readonly publicKey: Bytes;
  /** 8 bytes. */
  readonly kid: Bytes;
  readonly sign: Sign;
}

/** An owner's open session. */
export interface OwnerSession {
  readonly conversation: Conversation;
  readonly signer: Signer;
  /** As it was when the session began. */
  readonly status: Status;
}

/** Gives a person's signer. */
export function signerOf(person: Person): Signer {
  return signerOfSeed(fromBase64url(person.seed));
}

/** Gives a signer from an Ed25519 seed, 32 bytes, which it keeps. */
export function signerOfSeed(seed: Bytes): Signer {
  const publicKey = crypto.signingPublicKey(seed);
  return { publicKey, kid: kid8(crypto, publicKey), sign: (message) => crypto.sign(seed, message) };
}

/** Gives how a lock is reached: --at, or where it was last. */
export function addressOf(call: Call, stored: string | undefined): string {
  return call.option("at") ?? stored ?? DEFAULT_ADDRESS;
}

/** Opens a session in which the lock knows its owner, runs what is to be done, and closes it. Before that the lock and
 *  this keystore agree on what was taken back, and on the door's time zone, of which is told where another owner has set it.
 *  @throws Failure */
export async function asOwner<Result>(
  call: Call,
  keystore: Keystore,
  lock: OwnedLock,
  act: (session: OwnerSession) => Promise<Result>,
): Promise<Result> {
  return asNewOwner(call, keystore, lock, async (session) => {
    if (takeZone(lock, session.status.configuration)) {
      keystore.update();
      call.terminal.warn(
        `The door's clock goes by another time zone, ${printable(lock.zone)}: times are read and shown by that from here on.`,
      );
    }
    return act(session);
  });
}

/** As asOwner, for somebody who does not know the door's time zone yet. @throws Failure */
export async function asNewOwner<Result>(
  call: Call,
  keystore: Keystore,
  lock: OwnedLock,
  act: (session: OwnerSession) => Promise<Result>,
): Promise<Result> {
  const address = addressOf(call, lock.address);
  const conversation = await converse({ address, agreementKey: lock.agreementKey, lockId: lock.id });
  try {
    const signer = signerOf(keystore.person);
    const proven = await conversation.prove({ operation: OPERATION_OWN, by: { kid: signer.kid } }, signer.sign);
    if (proven.kind !== "yes") {
      throw new Failure(
        EXIT.REFUSED,
        "The lock does not take your key for an owner's: was it reset, or your key removed?",
      );
    }
    // First, since it checks the lock's numbers: one that cannot be is neither believed nor kept.
    const { status, mine } = await settle(call, { keystore, lock }, { conversation, signer });
    settleSecret(lock, { status, kid: signer.kid }, call.terminal);
    if (isPutBack(lock, status))
      call.terminal.warn(
        'The lock has other records than it signed when "latchkey log" ran here last: its flash was put back to an older day, or has lost some. Look at the door, and run "latchkey log".',
      );
    lock.address = address;
    lock.seq = Math.max(lock.seq, mine.seq);
    keystore.update();
    return await act({ conversation, signer, status });
  } finally {
    conversation.close();
  }
}

/** Whether a lock ends before what it signed once, or ends there otherwise. */
function isPutBack({ checkpoint, signingKey }: OwnedLock, { heads }: Status): boolean {
  if (checkpoint === undefined) return false;
  const signed = verifyCheckpoint(crypto, fromBase64url(signingKey), fromBase64url(checkpoint)).heads;
  return heads.some(({ region, lastSeq, link }) => {
    const { seq, link: signedLink } = signed[region];
    return lastSeq < seq || (lastSeq === seq && !crypto.isEqual(link, signedLink));
  });
}

/** Takes over the time zone that a lock has. @returns whether it is another: some owner has set it since */
export function takeZone(lock: OwnedLock, configuration: Status["configuration"]): boolean {
  const rule = configuration.get(SETTING_ZONE);
  if (rule === undefined || typeof rule === "number" || toAscii(rule) === lock.zone) return false;
  lock.zone = toAscii(rule);
  lock.zoneName = undefined;
  return true;
}

/** Asks for the status, and makes the lock and this keystore agree on what was taken back. @throws Failure */
export async function settle(
  call: Pick<Call, "terminal">,
  { keystore, lock }: { readonly keystore: Keystore; readonly lock: OwnedLock },
  { conversation, signer }: Pick<OwnerSession, "conversation" | "signer">,
): Promise<{ readonly status: Status; readonly mine: OwnerState }> {
  const { terminal } = call;
  const answer = await readStatus(conversation, signer);
  const { timeLow } = answer.status;
  const save = (change: () => void) => keystore.update(change);
  await settleRevocations({ conversation, signer, terminal, timeLow, save }, lock, answer.mine);
  return answer;
}

/** Asks for the status. @throws Failure */
export async function readStatus(
  conversation: Conversation,
  signer: Signer,
): Promise<{ readonly status: Status; readonly mine: OwnerState }> {
  const answer = await conversation.ask({ kind: "status" });
  if (answer.kind !== "status") throw refused(answer.kind === "no" ? answer.denial : undefined);
  const mine = answer.status.owners.find((owner) => crypto.isEqual(owner.kid, signer.kid));
  if (mine === undefined) throw refused("unknown-key");
  return { status: answer.status, mine };
}

/** Makes a statement with the next number. @throws Failure where the lock says no */
export async function declare(
  keystore: Keystore,
  lock: OwnedLock,
  session: Pick<OwnerSession, "conversation" | "signer">,
  body: Body,
): Promise<void> {
  keystore.update(() => {
    lock.seq += 1;
  });
  const { conversation, signer } = session;
  const declaration = { kid: signer.kid, issuedAt: presentSeconds(), sequence: lock.seq, body };
  const answer = await conversation.declare(declaration, signer.sign);
  if (answer.kind !== "yes") throw refused(answer.kind === "no" ? answer.denial : undefined);
}

/** The lock's name of a key, as text. */
export function kidText(publicKey: Uint8Array): string {
  return toBase64url(kid8(crypto, publicKey));
}
