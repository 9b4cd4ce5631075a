// The records of a camera's switch that its owner keeps, and how new ones come from the camera.
// Why: a camera that later denies a record, or signs another of the same number, is found out only by whoever kept the first one.
// Follows docs/protocol.md §9 ("Power") and §9.1 (request 6).

import { setTimeout as sleep } from "node:timers/promises";
import { crypto } from "#crypto";
import { type Bytes, fromBase64url, toBase64url } from "../../firmware/bytes.ts";
import { kid8 } from "../../firmware/cose/key.ts";
import { type RailRecord, verifyRail } from "../../firmware/evidence/rail.ts";
import { Fault } from "../../firmware/fault.ts";
import { RECORDS_PER_ANSWER } from "../../firmware/link/viewer.ts";
import { EXIT, Failure } from "../failure.ts";
import type { Keystore } from "../keystore.ts";
import type { Looking } from "../looking.ts";

/** More than a camera's flash holds. */
const ANSWERS_MAX = 20_000;
/** How often a question is put that the camera does not answer: it counts what it is asked. */
const TRIES_MAX = 40;
const TRY_MILLIS = 20;

/** One record whose signature holds. */
export interface KeptRecord {
  readonly message: Bytes;
  readonly record: RailRecord;
  /** SHA-256 of the message, base64url. */
  readonly name: string;
}

/** What a camera handed out. */
export interface HeardRecords {
  /** The number from which it was asked. */
  readonly from: number;
  readonly records: readonly KeptRecord[];
  /** How many it handed out that it has not signed. */
  readonly strangers: number;
}

/** Which camera's records are meant. */
export interface BookOf {
  readonly lockId: string;
  /** Ed25519, 32 bytes. */
  readonly cameraKey: Bytes;
}

/** Reads a record. @returns undefined where the camera with that key has not signed it */
export function keptRecordOf(cameraKey: Uint8Array, message: Bytes): KeptRecord | undefined {
  try {
    const record = verifyRail(crypto, cameraKey, message);
    return { message, record, name: toBase64url(crypto.sha256(message)) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return undefined;
  }
}

/** Gives what is kept, by number, each once; of one number there may be several, the first that was kept before the others.
 *  @throws Failure where the file beside the keystore was changed */
export function readBook(keystore: Keystore, of: BookOf): readonly KeptRecord[] {
  const kept = keystore.readBeside(nameOf(of));
  if (kept === undefined) return [];
  const texts = JSON.parse(Buffer.from(kept).toString("utf8")) as readonly string[];
  return texts.flatMap((text) => keptRecordOf(of.cameraKey, fromBase64url(text)) ?? []);
}

/** Keeps records beside those that are kept, by this command or meanwhile by another, all that there are of each number: two of one
 *  number are proof. @throws Failure */
export function saveBook(keystore: Keystore, of: BookOf, book: readonly KeptRecord[]): void {
  keystore.inTurn(() => {
    const texts = join(readBook(keystore, of), book).map(({ message }) => toBase64url(message));
    keystore.saveBeside(nameOf(of), Buffer.from(JSON.stringify(texts), "utf8"));
  });
}

/** Puts new records to those that are kept, by number. */
export function join(kept: readonly KeptRecord[], heard: readonly KeptRecord[]): readonly KeptRecord[] {
  const all = new Map<string, KeptRecord>();
  for (const each of [...kept, ...heard]) if (!all.has(each.name)) all.set(each.name, each);
  return [...all.values()].sort((left, right) => left.record.number - right.record.number);
}

/** Gives the number from which a camera is to be asked: the newest that joins the first without a gap, since it names all before it
 *  by its hash, so that a camera which hands it out again stands by them; else the first behind the last gap: what was missing then has
 *  made room, and does not come back. */
export function askFrom(kept: readonly KeptRecord[]): number {
  let [first, former] = [1, 0];
  for (const { record } of kept) {
    if (record.number !== former + 1) first = record.number;
    former = record.number;
  }
  return first === 1 ? Math.max(1, former) : first;
}

/** Asks the camera for its records.
 *  @param through the newest that it must have: behind it the first empty answer is the end @throws Failure */
export async function fetchRecords(
  looking: Pick<Looking, "ask" | "cameraKey">,
  from: number,
  through: number,
): Promise<HeardRecords> {
  const records: KeptRecord[] = [];
  let strangers = 0;
  for (let count = 0, next = from; count < ANSWERS_MAX; count++, next += RECORDS_PER_ANSWER) {
    const messages = await askRecords(looking, next);
    for (const message of messages) {
      const record = keptRecordOf(looking.cameraKey, message);
      if (record === undefined) strangers += 1;
      else records.push(record);
    }
    if (messages.length === 0 && next > through) break;
  }
  return { from, records, strangers };
}

async function askRecords(looking: Pick<Looking, "ask">, from: number): Promise<readonly Bytes[]> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const answer = await looking.ask({ kind: "rail", from });
    if (answer.kind === "rail") return answer.records;
    await sleep(TRY_MILLIS);
  }
  throw new Failure(EXIT.REFUSED, "The camera does not hand out the records of its switch now: try again.");
}

function nameOf({ lockId, cameraKey }: BookOf): string {
  return `rail-${lockId}-${toBase64url(kid8(crypto, cameraKey))}`;
}
