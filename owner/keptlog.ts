// Logs as they are kept beside the keys: the newest of each lock, and those that were kept aside under a number.
// Why: what a lock said once stays to be told and claimed, whatever it says later.
// Follows docs/ownership.md, "The flash is damaged".

import { fromBase64url } from "../firmware/bytes.ts";
import { ACCESS, NOTICES } from "../firmware/journal/record.ts";
import { type Archive, encodeArchive, isContinued, parseArchive } from "./archive.ts";
import { type Shelf, shelfOf, verifiedShelf } from "./claim/make.ts";
import type { Told } from "./claim/records.ts";
import { EXIT, Failure, usage } from "./failure.ts";
import type { Keystore } from "./keystore.ts";
import type { OwnedLock } from "./person.ts";
import { printable, type Terminal } from "./terminal.ts";

/** How many former logs of a lock are kept beside the newest. */
export const ASIDE_MAX = 100;

function nameOf(lockId: string, number?: number): string {
  return number === undefined ? `log-${lockId}` : `log-${lockId}-${number}`;
}

/** Reads a lock's log as it is kept, held by no more than the key of the lock.
 *  @param number of one that was kept aside; without it, the newest
 *  @returns undefined where there is none @throws Failure where it was changed */
export function readLog(
  keystore: Keystore,
  { id, signingKey }: Pick<OwnedLock, "id" | "signingKey">,
  number?: number,
): Archive | undefined {
  const kept = keystore.readBeside(nameOf(id, number));
  if (kept === undefined) return undefined;
  return { ...parseArchive(Buffer.from(kept).toString("utf8")), lockKey: fromBase64url(signingKey) };
}

/** Reads a log that was kept aside. @throws Failure where there is none of that number, with those that there are */
export function readAside(keystore: Keystore, lock: OwnedLock, number: number): Archive {
  const kept = readLog(keystore, lock, number);
  if (kept !== undefined) return kept;
  const others = numbersOf(keystore, lock.id).join(", ");
  throw usage(
    `No log of ${printable(lock.name)} was kept aside under ${number}${others === "" ? "" : `: --kept takes ${others}`}.`,
  );
}

/** What a lock wrote down, as far as logs of it are kept that hold. */
export type KeptRecords = Pick<Shelf, "access" | "notices">;

/** Gives the records of the newest log, and before them those of logs that were kept aside: one that began anew would else know no
 *  camera, and nothing of a film of before.
 *  @returns undefined where no log was fetched @throws Failure where the newest does not hold */
export function readShelf(keystore: Keystore, lock: OwnedLock): KeptRecords | undefined {
  const newest = readLog(keystore, lock);
  if (newest === undefined) return undefined;
  const former = numbersOf(keystore, lock.id).flatMap((number) => readLog(keystore, lock, number) ?? []);
  const holding = former.map(verifiedShelf).filter(({ verdict }) => verdict.kind === "whole");
  const shelves = [...holding.map(({ shelf }) => shelf), shelfOf(newest)];
  return { access: joined(shelves, ACCESS), notices: joined(shelves, NOTICES) };
}

/** Joins the records of one region. Of a log that was kept aside those count before which the next one begins: of a lock that was put
 *  back the others came twice. */
function joined(shelves: readonly Shelf[], region: typeof ACCESS | typeof NOTICES): readonly Told[] {
  let parts: readonly Told[] = [];
  let end = Number.POSITIVE_INFINITY;
  for (const { archive, access, notices } of [...shelves].reverse()) {
    const told = region === ACCESS ? access : notices;
    parts = [...told.filter(({ record }) => record.seq < end), ...parts];
    end = Math.min(end, archive.regions.find((each) => each.region === region)?.firstSeq ?? end);
  }
  return parts;
}

/** Says which logs were kept aside: "Logs were kept aside: --kept takes 1, 2."; undefined where none was. */
export function sayAside(keystore: Keystore, lockId: string): string | undefined {
  const numbers = numbersOf(keystore, lockId);
  return numbers.length === 0 ? undefined : `Logs were kept aside: --kept takes ${numbers.join(", ")}.`;
}

function numbersOf(keystore: Keystore, lockId: string): readonly number[] {
  const numbers = Array.from({ length: ASIDE_MAX }, (_, index) => index + 1);
  return numbers.filter((number) => keystore.hasBeside(nameOf(lockId, number)));
}

/** What a lock handed out, as it is to be kept. */
export interface Fetched {
  /** What was kept before, and fetched on from; undefined where nothing was. */
  readonly former: Archive | undefined;
  readonly archive: Archive;
  /** Whether the archive holds; one that does not is kept aside. */
  readonly isWhole: boolean;
  /** What is kept from now on: the archive, or what begins anew behind it. */
  readonly next: Archive;
}

/** Keeps what was fetched, and aside what does not go on, in one turn.
 *  @returns where a log is that does not hold, for a sentence, else ""; undefined where another command has kept a log meanwhile: this one
 *  may lack what is in that, so nothing was written, and the lock is to be asked again @throws Failure */
export function keepLog(
  terminal: Pick<Terminal, "warn">,
  keystore: Keystore,
  lock: Pick<OwnedLock, "id" | "signingKey">,
  fetched: Fetched,
): string | undefined {
  const { former, isWhole, next } = fetched;
  return keystore.inTurn(() => {
    if (!isSame(former, readLog(keystore, lock))) return undefined;
    if (isWhole) keepAside(terminal, keystore, fetched);
    const aside = isWhole ? "" : keepBroken(keystore, fetched);
    keystore.saveBeside(nameOf(next.lockId), bytesOf(next));
    return aside;
  });
}

function isSame(left: Archive | undefined, right: Archive | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return encodeArchive(left) === encodeArchive(right);
}

/** Keeps the former log beside the new one where that does not go on from it: a full lock overwrites its oldest records,
 *  and so might say one that wants its past forgotten. @throws Failure */
function keepAside(terminal: Pick<Terminal, "warn">, keystore: Keystore, { former, archive }: Fetched): void {
  if (former === undefined || isContinued(former, archive)) return;
  const aside = setAside(keystore, former);
  terminal.warn(
    `The lock no longer has records that follow those kept here, as after very many, or when somebody wants them forgotten. What was kept ${aside}.`,
  );
}

/** Keeps a log that does not hold, and the former one where what is kept from now on does not go on from that: behind it, since of one
 *  number it is the former one's record that was believed.
 *  @returns where they are @throws Failure */
function keepBroken(keystore: Keystore, { former, archive, next }: Fetched): string {
  const all = `All that came ${setAside(keystore, archive)}`;
  const before = former === undefined || isContinued(former, next) ? "" : setAside(keystore, former);
  return before === "" ? all : `${all}, and what was kept here before ${before}`;
}

/** Keeps a log under a number that no other has. @returns where it is, for a sentence @throws Failure */
function setAside(keystore: Keystore, archive: Archive): string {
  const { lockId } = archive;
  for (let number = 1; number <= ASIDE_MAX; number++) {
    const name = nameOf(lockId, number);
    if (keystore.hasBeside(name)) continue;
    keystore.saveBeside(name, bytesOf(archive));
    return `stays beside your keys as ${name}.sealed ("latchkey log --kept ${number}" tells it)`;
  }
  throw new Failure(
    EXIT.UNVERIFIED,
    `The lock forgot its past ${ASIDE_MAX} times: look at the door, and move the files log-${lockId}-*.sealed away.`,
  );
}

function bytesOf(archive: Archive): Uint8Array {
  return Buffer.from(encodeArchive(archive), "utf8");
}
