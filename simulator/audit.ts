// The owner's audit: fetch the whole journal and the signed checkpoint, verify them, and read what they say.
// Why: a run has only shown that nothing was lost or invented when the owner's own check, far from the lock, agrees.
// Follows docs/protocol.md §4 through firmware/journal/verify.ts, which the command line uses too.

import { type Bytes, concat } from "../firmware/bytes.ts";
import { verifyCheckpoint } from "../firmware/journal/checkpoint.ts";
import type { Entry } from "../firmware/journal/entry.ts";
import { readEntry } from "../firmware/journal/payload.ts";
import { countRecords, type Region } from "../firmware/journal/record.ts";
import { type ExportedRegion, type Verdict, verifyExport } from "../firmware/journal/verify.ts";
import type { Answer } from "../firmware/link/message.ts";
import { headsOf } from "../firmware/link/status.ts";
import type { Seconds } from "../firmware/platform.ts";
import type { Outgoing } from "../owner/phone.ts";
import type { Owner } from "./people.ts";
import type { Street } from "./street.ts";

const REGION_COUNT = 3;

/** A record as the owner reads it. */
export interface AuditedRecord {
  readonly region: Region;
  readonly seq: number;
  readonly time: Seconds;
  /** SHA-256, 32 bytes. */
  readonly digest: Bytes;
  readonly entry: Entry;
}

/** What an audit gave: a verdict, or none where the lock did not answer. */
export interface Audit {
  readonly verdict: Verdict | undefined;
  /** Those since the audit before. */
  readonly records: readonly AuditedRecord[];
  /** The signed checkpoint, kept for the next audit. */
  readonly checkpoint: Bytes | undefined;
  /** The lock says that its journal is damaged, and no owner knows of it: nothing was fetched. */
  readonly isDamaged: boolean;
}

/** Fetches in one owner session everything since an earlier audit that found the journal whole, and verifies it.
 *  @param how.isFresh whether to begin at what the lock has signed now: after damage nothing before it holds together */
export function audit(
  street: Street,
  owner: Owner,
  how: {
    readonly since?: Audit | undefined;
    readonly isFresh?: boolean;
    readonly heard: (audit: Audit) => void;
  },
): void {
  const { since, isFresh, heard } = how;
  let known = since?.verdict?.kind === "whole" ? since.verdict.checkpoint.heads : undefined;
  let isDamaged = false;
  const fetched: ExportedRegion[] = [];
  const chunks: Bytes[] = [];
  let checkpoint: Bytes | undefined;
  let result: Audit | undefined;
  let begun: { readonly first: number; readonly previousLink: Bytes } | undefined;
  const start = () => (known?.[fetched.length].seq ?? 0) + 1;
  const request = (from: number): Outgoing => ({ kind: "fetch", region: fetched.length as Region, from });
  const next = (last: Answer | undefined): Outgoing | undefined => {
    if (last === undefined) return { kind: "status" };
    if (last.kind === "status") {
      isDamaged = !last.status.isJournalWhole;
      return isDamaged ? undefined : { kind: "checkpoint" };
    }
    if (last.kind === "checkpoint") {
      checkpoint = last.message.slice();
      if (isFresh) known = verifyCheckpoint(street.crypto, street.lock.signingKey, checkpoint).heads;
      return request(start());
    }
    if (last.kind !== "records") return undefined;
    begun ??= last;
    if (last.bytes.length > 0) {
      chunks.push(last.bytes.slice());
      return request(last.first + countRecords(last.bytes));
    }
    const records = concat(...chunks.splice(0));
    fetched.push({ region: last.region, firstSeq: begun.first, prevLink: begun.previousLink.slice(), records });
    begun = undefined;
    if (fetched.length < REGION_COUNT) return request(start());
    const earlier = isFresh ? undefined : since?.checkpoint;
    if (checkpoint !== undefined) result = judge(street, { regions: fetched, checkpoint, earlier });
    // What is kept and verified may make room at the lock.
    return result?.verdict?.kind === "whole"
      ? { kind: "fetched", heads: headsOf(result.verdict.checkpoint) }
      : undefined;
  };
  owner.own(next, () => {
    heard(result ?? { verdict: undefined, records: [], checkpoint: undefined, isDamaged });
  });
}

function judge(
  { crypto, lock }: Street,
  fetched: {
    readonly regions: readonly ExportedRegion[];
    readonly checkpoint: Bytes;
    readonly earlier: Bytes | undefined;
  },
): Audit {
  const { regions, checkpoint, earlier } = fetched;
  const records: AuditedRecord[] = [];
  const verdict = verifyExport(crypto, {
    lockId: lock.lockId,
    lockKey: lock.signingKey,
    regions,
    checkpoint,
    earlier: earlier === undefined ? [] : [earlier],
    visit: ({ region, seq, lo, type, digest, payload }) => {
      records.push({ region, seq, time: lo, digest, entry: readEntry(region, type, payload.slice()) });
    },
  });
  return { verdict, records, checkpoint, isDamaged: false };
}
