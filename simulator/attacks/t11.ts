// T11, the log is forged, dropped or evaded (Master Lock, Ho et al.): no opening without its entry, and no change of an
// entry without a trace.
// Follows docs/protocol.md §4: written before the bolt moves, numbered, chained, signed.

import { type Bytes, concat } from "../../firmware/bytes.ts";
import type { Region } from "../../firmware/journal/record.ts";
import { type ExportedRegion, verifyExport } from "../../firmware/journal/verify.ts";
import type { Caller } from "../caller.ts";
import type { Desk } from "../desk.ts";
import { type Attack, adopted, must } from "./attack.ts";

const HEADER_BYTES = 32;
const CHECK_AT = 16;
const CHECK_BYTES = 4;

function recordSizes(records: Bytes): readonly number[] {
  const sizes: number[] = [];
  for (let offset = 0; offset < records.length; ) {
    const length = records[offset + 2] + 256 * records[offset + 3];
    const size = HEADER_BYTES + Math.ceil(length / 32) * 32;
    sizes.push(size);
    offset += size;
  }
  return sizes;
}

function fetchRegion(owner: Caller, region: Region): ExportedRegion & { readonly records: Bytes } {
  const parts: Bytes[] = [];
  let first: { readonly first: number; readonly previousLink: Bytes } | undefined;
  for (let from = 1; ; ) {
    const answer = owner.ask({ kind: "fetch", region, from });
    must(answer?.kind === "records", "the owner fetches the journal");
    if (answer?.kind !== "records") break;
    first ??= answer;
    if (answer.bytes.length === 0) break;
    parts.push(answer.bytes.slice());
    from = answer.first + recordSizes(answer.bytes).length;
  }
  const { first: firstSeq = 1, previousLink: prevLink = new Uint8Array(32) } = first ?? {};
  return { region, firstSeq, prevLink, records: concat(...parts) };
}

/** Changes the first byte of a record's payload, and makes its check value right again, as anybody can. */
function rewrite(desk: Desk, records: Bytes, offset: number): Bytes {
  const changed = records.slice();
  const length = changed[offset + 2] + 256 * changed[offset + 3];
  changed[offset + HEADER_BYTES] ^= 1;
  const record = changed.subarray(offset, offset + HEADER_BYTES + length);
  record.fill(0, CHECK_AT, CHECK_AT + CHECK_BYTES);
  record.set(desk.crypto.sha256(record).subarray(0, CHECK_BYTES), CHECK_AT);
  return changed;
}

/** What the owner's check says of an export. */
function judge(desk: Desk, regions: readonly ExportedRegion[], checkpoint: Bytes): string {
  const { crypto, lockId, signingKey: lockKey } = desk;
  return verifyExport(crypto, { lockId, lockKey, regions, checkpoint }).kind;
}

export const attack: Attack = {
  id: "T11",
  claim:
    "each opening is in the journal before the bolt moves, and no record can be changed, dropped or swapped unseen",
  run: (factory) => {
    const desk = adopted(factory);
    let openings = 0;
    desk.rig.onDrive = ({ drive }) => {
      if (drive !== "retract") return;
      openings++;
      must(desk.entries("intent").length === openings, "the entry is durable before the bolt moves");
    };
    for (let visit = 0; visit < 6; visit++) {
      must(desk.open(desk.grant({ to: desk.person(`guest ${visit}`), uses: 1 })) === "yes", "a guest opens");
      desk.passTime(60);
    }
    desk.flash.wear = "refuses";
    desk.open(desk.grant({ to: desk.person("unseen") }));
    desk.passTime(2);
    must(openings === 6, "no guest opens unseen where nothing can be written");
    desk.rig.onDrive = undefined;
    desk.flash.wear = "sound";
    desk.reboot();

    const owner = desk.ownerSession();
    const signed = owner.ask({ kind: "checkpoint" });
    const checkpoint = signed?.kind === "checkpoint" ? signed.message.slice() : new Uint8Array(0);
    const regions = ([0, 1, 2] as const).map((region) => fetchRegion(owner, region));
    must(judge(desk, regions, checkpoint) === "whole", "the journal verifies");
    const access = regions[1];
    const sizes = recordSizes(access.records);
    const forged = (records: Bytes) => judge(desk, [regions[0], { ...access, records }, regions[2]], checkpoint);
    let offset = 0;
    for (const [index, size] of sizes.entries()) {
      const changed = access.records.slice();
      changed[offset + HEADER_BYTES] ^= 1;
      must(forged(changed) !== "whole", `record ${index} changed`);
      must(forged(rewrite(desk, access.records, offset)) !== "whole", `record ${index} rewritten, its check value too`);
      const rest = access.records.slice(offset + size);
      must(forged(concat(access.records.slice(0, offset), rest)) !== "whole", `record ${index} dropped`);
      must(forged(access.records.slice(0, offset)) !== "whole", `cut before record ${index}`);
      offset += size;
    }
    checkpoint[checkpoint.length - 1] ^= 1;
    must(judge(desk, regions, checkpoint) !== "whole", "a forged checkpoint");
  },
};
