// What the recorded days share: the household's secrets and PINs, how an owner fetches the journal, and what an owner takes back.
// Why: day.ts tells a lock's core what boardday.ts tells a whole board; only where they stand is different.

import type { Bytes } from "../../firmware/bytes.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { link8Of } from "../../firmware/grant/chain.ts";
import type { RevocationList } from "../../firmware/grant/revocation.ts";
import { countRecords, REGIONS, type Region } from "../../firmware/journal/record.ts";
import { type Seconds, seconds } from "../../firmware/platform.ts";
import type { Caller, Token } from "../caller.ts";

/** Users with a PIN. */
export const USERS = 8;
export const HOUR = 3_600;
export const DAY = 24 * HOUR;
const REVOKED = 12;
const REVOKED_CODES = 4;
const REVOKED_HOLDERS = 2;
const NAME_BYTES = 8;

/** A PIN of eight digits, of which wrong codes do not exhaust the guesses. @param index from 1 */
export function pinOf(index: number): string {
  return String(38_021_745 + 6_137_991 * index);
}

/** The code secret of an owner. @param owner from 0 */
export function secretOf(owner: number): Bytes {
  return new Uint8Array(32).fill(16 + owner);
}

/** What an owner's next list holds: this grant and others, holders, and codes that nobody uses.
 *  @param sequence of that list   @param codeClass of its codes */
export function takenBack(
  crypto: Crypto,
  token: Token,
  { sequence, time, codeClass }: { readonly sequence: number; readonly time: Seconds; readonly codeClass: number },
): Pick<RevocationList, "revoked" | "untils" | "holders" | "codes"> {
  const revoked = new Uint8Array(NAME_BYTES * REVOKED).fill(sequence);
  revoked.set(link8Of(crypto, token.leaf));
  const start = Math.floor(time / HOUR);
  return {
    revoked,
    untils: new Array(REVOKED).fill(seconds(time + DAY)),
    holders: new Uint8Array(NAME_BYTES * REVOKED_HOLDERS).fill(9),
    codes: Array.from({ length: REVOKED_CODES }, (_, serial) => ({ codeClass, serial, start })),
  };
}

/** An owner fetches the whole journal, as a phone does, and says what was seen of it.
 *  @param caller in an owner session   @returns how many records came   @throws Error where the lock hands them not out */
export function fetchJournal(caller: Caller): number {
  const status = caller.ask({ kind: "status" });
  if (status?.kind !== "status" || caller.ask({ kind: "checkpoint" })?.kind !== "checkpoint") {
    throw new Error("the owner sees no status, or no checkpoint");
  }
  let count = 0;
  for (const region of REGIONS) count += fetchRegion(caller, region);
  const answer = caller.ask({ kind: "fetched", heads: status.status.heads });
  if (answer?.kind !== "yes") throw new Error(`the heads: ${answer?.kind ?? "silence"}`);
  return count;
}

function fetchRegion(caller: Caller, region: Region): number {
  let count = 0;
  for (let from = 1; ; ) {
    const answer = caller.ask({ kind: "fetch", region, from });
    if (answer?.kind !== "records") throw new Error("the owner fetches no records");
    if (answer.bytes.length === 0) return count;
    const came = countRecords(answer.bytes);
    count += came;
    from = answer.first + came;
  }
}
