// What changes whose keys count at a lock: signed by an owner or by the words on paper, and agreed to by somebody inside.
// Why: the lock announces such a request aloud, and takes it only behind a press of its inside button, so the tool asks, tells
// the person to press, and asks again for a minute.
// Follows docs/protocol.md §2.3, "Presence behind the alarm" and "The recovery key".

import { setTimeout as sleep } from "node:timers/promises";
import { crypto } from "#crypto";
import type { Body } from "../firmware/grant/body.ts";
import { OPERATION_OWN } from "../firmware/grant/holder.ts";
import type { Status } from "../firmware/link/message.ts";
import type { Call, Option } from "./command.ts";
import { refused } from "./denials.ts";
import { EXIT, Failure } from "./failure.ts";
import { readBytes } from "./given.ts";
import type { Keystore } from "./keystore.ts";
import { presentSeconds } from "./moment.ts";
import { addressOf, asOwner, type Signer, signerOfSeed } from "./ownership.ts";
import type { OwnedLock } from "./person.ts";
import { parseWords, seedOfWords } from "./recovery.ts";
import { type Conversation, converse } from "./wire.ts";

/** How long the lock waits for a press, and how often it is asked whether there was one. */
const PRESS_MILLIS = 60_000;
const ASK_MILLIS = 1_000;

/** The options of every command that changes keys. */
export const CUSTODY_OPTIONS: Readonly<Record<string, Option>> = Object.freeze({
  lock: { value: "NAME", help: "which lock, where you own several" },
  at: { value: "HOST:PORT", help: "where the lock is reached, or serial:PORT" },
  recovery: { help: "sign with the 24 words on paper instead of this computer's key: they are asked for" },
  words: { value: "FILE", help: "sign with the 24 words from a file, or from - for standard input" },
});

/** What is known of a lock that is talked to. */
type Reached = Pick<OwnedLock, "id" | "agreementKey" | "address">;

/** A session of an owner, or of the words on paper. */
export interface Custody {
  readonly conversation: Conversation;
  readonly signer: Signer;
  /** Whether the words on paper sign. */
  readonly isRecovery: boolean;
  /** As it was when the session began. */
  readonly status: Status;
  /** Makes one statement; where the lock wants somebody inside, waits a minute for the press. @throws Failure */
  declare(body: Body): Promise<void>;
}

/** Whether a command is to be signed with the words. */
export function isByWords(call: Call): boolean {
  return call.has("recovery") || call.option("words") !== undefined;
}

/** Asks for the words, or reads them from the file that --words names. @throws Failure */
export async function askWords(call: Call): Promise<readonly string[]> {
  const file = call.option("words");
  if (file !== undefined) return parseWords(Buffer.from(readBytes(file)).toString("latin1"));
  return parseWords(await call.terminal.ask("Your 24 recovery words, in their order: "));
}

/** Runs what an owner's key, or with --recovery the words on paper, may do. @throws Failure */
export async function asKeyHolder<Result>(
  call: Call,
  keystore: Keystore,
  lock: OwnedLock,
  act: (custody: Custody) => Promise<Result>,
): Promise<Result> {
  if (isByWords(call)) return asRecovery(call, { lock, words: await askWords(call) }, act);
  return asOwner(call, keystore, lock, ({ conversation, signer, status }) => {
    const declare = (body: Body) => {
      keystore.update(() => {
        lock.seq += 1;
      });
      return declareInside(call, { conversation, signer }, { sequence: lock.seq, body });
    };
    return act({ conversation, signer, isRecovery: false, status, declare });
  });
}

/** Runs what the words on paper may do. @throws Failure where they are not this lock's */
export async function asRecovery<Result>(
  call: Call,
  { lock, words }: { readonly lock: Reached; readonly words: readonly string[] },
  act: (custody: Custody) => Promise<Result>,
): Promise<Result> {
  const signer = signerOfSeed(seedOfWords(words));
  const address = addressOf(call, lock.address);
  const conversation = await converse({ address, agreementKey: lock.agreementKey, lockId: lock.id });
  try {
    const proven = await conversation.prove({ operation: OPERATION_OWN, by: { kid: signer.kid } }, signer.sign);
    const answer = proven.kind === "yes" ? await conversation.ask({ kind: "status" }) : proven;
    if (answer.kind !== "status") throw notTheWords();
    const { status } = answer;
    const { recovery } = status;
    if (recovery === undefined || !crypto.isEqual(recovery.kid, signer.kid)) throw notTheWords();
    let sequence = recovery.seq;
    const declare = (body: Body) => {
      sequence += 1;
      return declareInside(call, { conversation, signer }, { sequence, body });
    };
    return await act({ conversation, signer, isRecovery: true, status, declare });
  } finally {
    conversation.close();
  }
}

function notTheWords(): Failure {
  return new Failure(
    EXIT.REFUSED,
    "The lock does not know these words: are they the ones of whoever adopted it, or took it over last?",
  );
}

/** Makes one statement; where the lock wants somebody inside, waits a minute for the press. @throws Failure */
export async function declareInside(
  call: Call,
  { conversation, signer }: { readonly conversation: Conversation; readonly signer: Signer },
  { sequence, body }: { readonly sequence: number; readonly body: Body },
): Promise<void> {
  const deadline = performance.now() + PRESS_MILLIS;
  let isAsked = false;
  for (;;) {
    // A number that was refused is not used up, and the same words may be said again.
    const declaration = { kid: signer.kid, issuedAt: presentSeconds(), sequence, body };
    const answer = await conversation.declare(declaration, signer.sign);
    if (answer.kind === "yes") return;
    const denial = answer.kind === "no" ? answer.denial : undefined;
    if (denial === "rate") throw new Failure(EXIT.REFUSED, WAITS);
    if (denial !== "presence") throw refused(denial);
    if (!isAsked) call.terminal.say("The lock sounds its alarm and waits: press the button on its inside now.");
    isAsked = true;
    if (performance.now() > deadline) throw new Failure(EXIT.REFUSED, NOBODY_PRESSED);
    await sleep(ASK_MILLIS);
  }
}

const NOBODY_PRESSED =
  "Nobody pressed the button on the inside within a minute, so nothing has changed: run the command again and press when the lock sounds. While a guest is inside, no press counts.";
const WAITS =
  "The lock waits for a press for somebody else's request, or this key has asked too often: do NOT press the button now. If nobody of you asked, somebody has an owner's key; wait a minute, or half an hour, then run the command again.";
