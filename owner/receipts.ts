// Receipts of visits that a lock signed, as they are kept: the newest of each lock, beside the keys.
// Why: whoever was let in can show years later that the door was locked behind him, and the owner which film belongs to which visit.
// An owner has the lock's key, and verifies each receipt before it is kept. No invitation has that key, so a guest keeps what came over
// the session in which the lock had proven itself, if it names this lock, the lock's key and himself; whoever has the label then
// verifies it.
// Follows docs/protocol.cddl, `receipt`; docs/visit.md, "The receipt".

import { crypto } from "#crypto";
import { type Bytes, fromBase64url, toBase64url } from "../firmware/bytes.ts";
import { Reader } from "../firmware/cbor/decode.ts";
import { readHeader } from "../firmware/cose/header.ts";
import { parseSign1 } from "../firmware/cose/sign1.ts";
import { type Receipt, readReceipt, verifyReceipt } from "../firmware/evidence/receipt.ts";
import { Fault } from "../firmware/fault.ts";
import type { Keystore } from "./keystore.ts";

/** How many receipts of one lock are kept. */
export const KEPT_MAX = 500;

/** By what a receipt is judged when it comes. */
export interface ReceiptCase {
  readonly lockId: string;
  /** The lock's Ed25519 key, 32 bytes; undefined where this person does not have it. */
  readonly lockKey: Bytes | undefined;
  /** Whose visit it must be, a kid8; undefined for an owner, who is told of everybody's. */
  readonly holder: Bytes | undefined;
}

/** A receipt with its bytes. */
export interface KeptReceipt {
  readonly message: Bytes;
  readonly receipt: Receipt;
}

/** Judges a receipt. Total.
 *  @returns undefined where it is not of this lock, not signed by its key, or of somebody else */
export function judgeReceipt(message: Bytes, { lockId, lockKey, holder }: ReceiptCase): Receipt | undefined {
  try {
    const receipt = lockKey === undefined ? readReceipt(message) : verifyReceipt(crypto, lockKey, message);
    const { kid } = readHeader(new Reader(message), parseSign1(message));
    // A lock's name is that of its key, so another lock's receipt has another one, signature or not.
    if (kid === undefined || toBase64url(kid) !== lockId || receipt.lockId !== lockId) return undefined;
    const isMine =
      holder === undefined || (receipt.grant !== undefined && crypto.isEqual(receipt.grant.holder, holder));
    return isMine ? receipt : undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return undefined;
  }
}

/** Keeps a receipt that holds, once. Another one of a visit of that number stays: a lock signs one, unless its flash was put back.
 *  @returns undefined where it does not hold, and nothing was kept @throws Failure where the disk refuses */
export function keepReceipt(keystore: Keystore, message: Bytes, by: ReceiptCase): Receipt | undefined {
  const receipt = judgeReceipt(message, by);
  if (receipt === undefined) return undefined;
  keystore.inTurn(() => {
    const former = keptReceipts(keystore, by.lockId).map((kept) => toBase64url(kept.message));
    const texts = [...new Set([toBase64url(message), ...former])].slice(0, KEPT_MAX);
    keystore.saveBeside(nameOf(by.lockId), Buffer.from(JSON.stringify(texts), "utf8"));
  });
  return receipt;
}

/** Gives the receipts of a lock that are kept, the one that came last first. */
export function keptReceipts(keystore: Keystore, lockId: string): readonly KeptReceipt[] {
  const kept = keystore.readBeside(nameOf(lockId));
  if (kept === undefined) return [];
  const texts = JSON.parse(Buffer.from(kept).toString("utf8")) as readonly string[];
  return texts.map((text) => {
    const message = fromBase64url(text);
    return { message, receipt: readReceipt(message) };
  });
}

/** Says what came with a visit's end, and where it is kept. */
export function sayKept({ visit, outcome }: Pick<Receipt, "visit" | "outcome">): readonly string[] {
  const ended = outcome === "camera" ? ["The visit was ended: the camera failed."] : [];
  return [...ended, `Its receipt is kept, for visit ${visit}: latchkey show receipt ${visit}`];
}

function nameOf(lockId: string): string {
  return `receipts-${lockId}`;
}
