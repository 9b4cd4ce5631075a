// Makes a claim of a visit from a log that was fetched and verified.
// Why: what somebody else is to believe must be cut out of the log so that nothing of the visit is missing, and little else is in.
// Follows docs/protocol.cddl, `claim`.

import { crypto } from "#crypto";
import { type Bytes, concat } from "../../firmware/bytes.ts";
import { KIND_ENROL } from "../../firmware/grant/body.ts";
import { ACCESS, Chain, decodeRecord, NOTICES, pageOver, type StoredRecord } from "../../firmware/journal/record.ts";
import type { Verdict } from "../../firmware/journal/verify.ts";
import { ROLE_CAMERA } from "../../firmware/role.ts";
import { type Archive, sayVerdict, verifyArchive } from "../archive.ts";
import { EXIT, Failure, usage } from "../failure.ts";
import type { Claim, Piece, Slice } from "./form.ts";
import { coverOf, findVisit, meaningOf, placesToShow, type Told, type Visit } from "./records.ts";

/** A log of which every record holds. */
export interface Shelf {
  readonly archive: Archive;
  readonly access: readonly Told[];
  readonly notices: readonly Told[];
}

/** Verifies a log, and gives its records. @throws Failure where it does not hold */
export function shelfOf(archive: Archive): Shelf {
  const { shelf, verdict } = verifiedShelf(archive);
  if (verdict.kind !== "whole")
    throw new Failure(EXIT.UNVERIFIED, `${sayVerdict(verdict)} Nothing can be claimed from it.`);
  return shelf;
}

/** Verifies a log, and gives its records with the verdict: unless that is "whole" they prove nothing. */
export function verifiedShelf(archive: Archive): { readonly shelf: Shelf; readonly verdict: Verdict } {
  const shelf: Record<number, Told[]> = {};
  const verdict = verifyArchive(archive, (record) => {
    // The payload is a view into a copy that verification made.
    shelf[record.region] ??= [];
    shelf[record.region]?.push(meaningOf(record));
  });
  return { shelf: { archive, access: shelf[ACCESS] ?? [], notices: shelf[NOTICES] ?? [] }, verdict };
}

/** Finds a visit that is over. @param aside says which logs there are besides this one
 *  @throws Failure where there is none of that number, or its end is not recorded */
export function visitOf({ access }: Shelf, number: number, aside?: string): Visit {
  const { opening, closing } = findVisit(access, number);
  if (opening === undefined) {
    const besides = aside === undefined ? "" : ` ${aside}`;
    throw usage(`No visit ${number} is in that log: "latchkey claim" lists those that are.${besides}`);
  }
  if (closing === undefined)
    throw usage(`Visit ${number} has no end in the log that was fetched: run "latchkey log" once the door is locked.`);
  return { opening, closing };
}

/** Makes a claim.
 *  @param more what is not in the log: the grant, clips and the receipt
 *  @throws Failure where records of that time made room before they were fetched */
export function makeClaim(shelf: Shelf, visit: Visit, more: Pick<Claim, "grant" | "clips" | "receipt">): Claim {
  const { archive, access, notices } = shelf;
  const cover = coverOf(visit);
  const shownAccess = new Set(namesOf(access, visit));
  const [firstAccess, lastAccess] = placesToShow(recordsOf(access), cover);
  const placeOf = ({ record }: Told) => access.findIndex(({ record: { seq } }) => seq === record.seq);
  const first = Math.min(firstAccess, placeOf(visit.opening));
  const last = Math.max(lastAccess, placeOf(visit.closing));
  for (let place = first; place <= last; place++) shownAccess.add(place);
  const [firstNotice, lastNotice] = placesToShow(recordsOf(notices), cover);
  const shownNotices = new Set<number>();
  for (let place = firstNotice; place <= lastNotice; place++) shownNotices.add(place);
  return {
    lockKey: archive.lockKey,
    visit: visit.opening.record.seq,
    checkpoint: archive.checkpoint,
    access: sliceOf(archive, ACCESS, shownAccess),
    notices: sliceOf(archive, NOTICES, shownNotices),
    grant: more.grant,
    clips: more.clips,
    receipt: more.receipt,
  };
}

/** Gives the places of the records that name who came, and of the one that enrolled the camera. */
function namesOf(access: readonly Told[], { opening }: Visit): number[] {
  const places: number[] = [];
  const last = (wanted: (told: Told) => boolean) => {
    for (let place = access.length - 1; place >= 0; place--) {
      const told = access[place];
      if (told === undefined || told.record.seq >= opening.record.seq || !wanted(told)) continue;
      places.push(place);
      return;
    }
  };
  const { entry } = opening;
  if (entry.kind === "intent")
    last((told) => told.entry.kind === "who" && crypto.isEqual(told.entry.holder, entry.actor));
  last(isCameraEnrolled);
  return places;
}

/** Whether a record says that a camera was enrolled. */
export function isCameraEnrolled({ entry }: Told): boolean {
  return entry.kind === "statement" && entry.body.kind === KIND_ENROL && entry.body.board.role === ROLE_CAMERA;
}

function recordsOf(told: readonly Told[]): StoredRecord[] {
  return told.map(({ record }) => record);
}

/** Cuts a region from the first shown place on: what is not shown leaves its digest. */
function sliceOf({ lockId, regions }: Archive, region: Slice["region"], shown: ReadonlySet<number>): Slice {
  const kept = regions.find((each) => each.region === region);
  if (kept === undefined) throw new Failure(EXIT.UNVERIFIED, "A part of the log is missing.");
  const chain = new Chain(crypto, lockId);
  const firstPlace = Math.min(...shown);
  let link = kept.prevLink;
  let hidden: Bytes[] = [];
  const pieces: Piece[] = [];
  const flush = () => {
    if (hidden.length > 0) pieces.push({ kind: "hidden", digests: concat(...hidden) });
    hidden = [];
  };
  let place = 0;
  for (const { record, digest } of rawOf(kept.records, region)) {
    if (place < firstPlace) link = chain.next(link, digest);
    else if (shown.has(place)) {
      flush();
      pieces.push({ kind: "whole", record });
    } else hidden.push(digest);
    place += 1;
  }
  flush();
  const start = Number.isFinite(firstPlace) ? firstPlace : place;
  return { region, firstSeq: kept.firstSeq + start, prevLink: link, pieces };
}

/** Gives the records of a region that was verified, with their bytes. */
function* rawOf(
  records: Bytes,
  region: Slice["region"],
): Generator<{ readonly record: Bytes; readonly digest: Bytes }> {
  const page = pageOver(records.slice());
  for (let offset = 0; offset < records.length; ) {
    const record = decodeRecord(crypto, page, { offset, region });
    if (record === undefined) throw new Failure(EXIT.UNVERIFIED, "The log does not hold.");
    yield { record: records.slice(offset, offset + record.size), digest: record.digest };
    offset += record.size;
  }
}
