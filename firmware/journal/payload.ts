// What the records of the journal say, as bytes: each entry written and read in one form.
// Why: the lock folds these at boot into all that it knows, and the owner's tool prints them years later; both must read
// the very same bytes the very same way.
// Follows docs/protocol.cddl, "Journal payloads".

import { type Bytes, NO_BYTES } from "../bytes.ts";
import { ARGUMENT_MAX, Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { assert, Fault, unreachable } from "../fault.ts";
import { readBody } from "../grant/body.ts";
import { LINK8_BYTES, LINKS_MAX } from "../grant/chain.ts";
import { denialNumber, denialOf } from "../grant/denial.ts";
import { NAME_BYTES_MAX, USES_MAX } from "../grant/grant.ts";
import { readList, writeList } from "../grant/revocation.ts";
import { seconds } from "../platform.ts";
import { BUDGET_TYPE, CODE_TYPES, readBudget, readCameraProof, readCodeEntry, writeCodeEntry } from "./codes.ts";
import { DAMAGE_DIGEST_BYTES } from "./damage.ts";
import {
  ALARMS,
  CAMERA_EVENTS,
  type ClipHead,
  DOOR_EVENTS,
  type Entry,
  NETWORK_EVENTS,
  OUTCOMES,
  SOURCES,
  type SpentUse,
  type WritableEntry,
} from "./entry.ts";
import { ACCESS, NOTICES, PAYLOAD_BYTES_MAX, type Region, STATE } from "./record.ts";

const KID_BYTES = 8;
/** An intent with three counted links; the writer's buffer is part of what a decision takes from the heap. */
const INTENT_BYTES_MAX = 80;
const INTENT_ITEMS = 5;
const CLIP_BYTES = 16;
const CHAIN_BYTES = 32;
const POWER_HASH_BYTES = 8;
const VERDICT_MAX = 63;
const NO_VERDICT = 64;

interface Place {
  readonly region: Region;
  readonly type: number;
}

const PLACES: Readonly<Record<WritableEntry["kind"], Place>> = Object.freeze({
  boot: Object.freeze({ region: STATE, type: 1 }),
  watermark: Object.freeze({ region: STATE, type: 2 }),
  list: Object.freeze({ region: STATE, type: 3 }),
  clock: Object.freeze({ region: STATE, type: 4 }),
  acknowledged: Object.freeze({ region: STATE, type: 5 }),
  fetched: Object.freeze({ region: STATE, type: 6 }),
  budget: Object.freeze({ region: STATE, type: BUDGET_TYPE }),
  intent: Object.freeze({ region: ACCESS, type: 16 }),
  closing: Object.freeze({ region: ACCESS, type: 17 }),
  statement: Object.freeze({ region: ACCESS, type: 18 }),
  refusal: Object.freeze({ region: ACCESS, type: 19 }),
  door: Object.freeze({ region: ACCESS, type: 20 }),
  inside: Object.freeze({ region: ACCESS, type: 21 }),
  who: Object.freeze({ region: ACCESS, type: 22 }),
  overwritten: Object.freeze({ region: ACCESS, type: 23 }),
  code: Object.freeze({ region: ACCESS, type: CODE_TYPES.code }),
  user: Object.freeze({ region: ACCESS, type: CODE_TYPES.user }),
  credential: Object.freeze({ region: ACCESS, type: CODE_TYPES.credential }),
  secret: Object.freeze({ region: ACCESS, type: CODE_TYPES.secret }),
  holidays: Object.freeze({ region: ACCESS, type: CODE_TYPES.holidays }),
  "code-refusal": Object.freeze({ region: ACCESS, type: CODE_TYPES["code-refusal"] }),
  network: Object.freeze({ region: ACCESS, type: 30 }),
  alarm: Object.freeze({ region: NOTICES, type: 32 }),
  stranger: Object.freeze({ region: NOTICES, type: 33 }),
  camera: Object.freeze({ region: NOTICES, type: 34 }),
});

/** Says where an entry is written. @returns its region and its type number */
export function placeOf(kind: WritableEntry["kind"]): Place {
  return PLACES[kind];
}

/** Encodes an entry's payload. docs/protocol.cddl, `boot-1` to `camera-34`. @returns at most 2,048 bytes */
export function encodeEntry(entry: WritableEntry): Bytes {
  if (entry.kind === "watermark") return NO_BYTES;
  if (entry.kind === "intent") return encodeIntent(new Writer(INTENT_BYTES_MAX), entry);
  const writer = new Writer(PAYLOAD_BYTES_MAX);
  switch (entry.kind) {
    case "boot":
      return writer.array(3).uint(entry.reason).uint(entry.boots).uint(entry.haste).finish();
    case "list":
      writeList(writer, entry.list);
      return writer.finish();
    case "clock":
      return writer.array(3).uint(entry.source).uint(entry.lo).uint(entry.hi).finish();
    case "acknowledged":
      writer.array(entry.digests.length);
      for (const digest of entry.digests) writer.bytes(digest);
      return writer.finish();
    case "fetched":
      return writer.array(2).uint(entry.through).uint(entry.notices).finish();
    case "closing":
      return encodeClosing(writer, entry);
    case "statement":
      return writer.array(2).bytes(entry.actor).raw(entry.encodedBody).finish();
    case "refusal":
      assert(entry.denial !== undefined, "a refusal has a reason");
      writer.array(5).bytes(entry.actor).bytes(entry.leaf).uint(entry.operation);
      return writer.uint(denialNumber(entry.denial)).uint(entry.count).finish();
    case "door":
      return writer.array(2).uint(DOOR_EVENTS.indexOf(entry.event)).uint(entry.count).finish();
    case "inside":
      return writer.array(1).uint(entry.count).finish();
    case "who":
      writer.array(4).bytes(entry.leaf).bytes(entry.holder).array(entry.names.length);
      for (const name of entry.names) writer.text(name);
      return writer.bytes(entry.root).finish();
    case "overwritten":
      return writer.array(2).uint(entry.firstSeq).uint(entry.lastSeq).finish();
    case "network":
      return writer.array(2).bytes(entry.actor).uint(NETWORK_EVENTS.indexOf(entry.event)).finish();
    case "alarm":
      return writer.array(2).uint(ALARMS.indexOf(entry.alarm)).uint(entry.count).finish();
    case "stranger":
      return writer.array(2).uint(entry.strangerClass).uint(entry.count).finish();
    case "camera":
      return encodeCamera(writer, entry);
    case "budget":
    case "code":
    case "user":
    case "credential":
    case "secret":
    case "holidays":
    case "code-refusal":
      writeCodeEntry(writer, entry);
      return writer.finish();
    default:
      return unreachable(entry);
  }
}

/** Reads an entry. The record around it has been verified, so a payload that does not fit its type is corruption.
 *  @param payload at most 2,048 bytes; kept, not copied
 *  @throws Fault journal.corrupt */
export function readEntry(region: Region, type: number, payload: Bytes): Entry {
  try {
    return readPayload(new Reader(payload, PAYLOAD_BYTES_MAX), region, type);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    throw new Fault("journal.corrupt");
  }
}

/** Reads an entry. See `readEntry`. @param reader at the start of a payload that fills its buffer
 *  @throws Fault journal.corrupt, statement.shape, cose.key, cbor.* */
export function readPayload(reader: Reader, region: Region, type: number): Entry {
  const entry = readKind(reader, region, type);
  if (entry.kind !== "other") reader.end();
  return entry;
}

function encodeIntent(writer: Writer, entry: Extract<Entry, { kind: "intent" }>): Bytes {
  const { operation, source, actor, root, spends, cameraProof } = entry;
  writer.array(cameraProof === undefined ? INTENT_ITEMS : INTENT_ITEMS + 1);
  writer.uint(operation).uint(SOURCES.indexOf(source)).bytes(actor).bytes(root).array(spends.length);
  // By index: an iterator would cost 200 bytes of heap in the middle of a decision.
  for (let index = 0; index < spends.length; index++) {
    const { link8, used, until } = spends[index];
    writer.array(3).bytes(link8).uint(used).uint(until);
  }
  if (cameraProof !== undefined) writer.uint(cameraProof);
  return writer.finish();
}

function encodeCamera(writer: Writer, entry: Extract<Entry, { kind: "camera" }>): Bytes {
  const { event, visit, verdict, head, power, powerHash } = entry;
  writer.array(8).uint(CAMERA_EVENTS.indexOf(event)).uint(visit);
  writer.uint(verdict ?? NO_VERDICT);
  writer.bytes(head?.clip ?? NO_BYTES).uint(head?.frame ?? 0);
  return writer
    .bytes(head?.chain ?? NO_BYTES)
    .uint(power)
    .bytes(powerHash)
    .finish();
}

function encodeClosing(writer: Writer, entry: Extract<Entry, { kind: "closing" }>): Bytes {
  const { intent, outcome, openedAfter, closedAfter, securedAfter, witnesses } = entry;
  writer.array(6).uint(intent).uint(OUTCOMES.indexOf(outcome));
  for (const after of [openedAfter, closedAfter, securedAfter]) writer.uint(after === undefined ? 0 : after + 1);
  return writer.uint(witnesses).finish();
}

function readKind(reader: Reader, region: Region, type: number): Entry {
  switch (region) {
    case STATE:
      return readState(reader, type);
    case ACCESS:
      return readAccess(reader, type);
    case NOTICES:
      return readNotice(reader, type);
    default:
      throw new Fault("journal.corrupt");
  }
}

function readState(reader: Reader, type: number): Entry {
  switch (type) {
    case PLACES.boot.type: {
      reader.readArray(3, 3);
      const reason = reader.readUint(ARGUMENT_MAX);
      const boots = reader.readUint(ARGUMENT_MAX);
      return { kind: "boot", reason, boots, haste: reader.readUint(ARGUMENT_MAX) };
    }
    case PLACES.watermark.type:
      return { kind: "watermark" };
    case PLACES.list.type:
      return { kind: "list", list: readList(reader) };
    case PLACES.clock.type: {
      reader.readArray(3, 3);
      const source = reader.readUint(ARGUMENT_MAX);
      const lo = seconds(reader.readUint(ARGUMENT_MAX));
      return { kind: "clock", source, lo, hi: seconds(reader.readUint(ARGUMENT_MAX)) };
    }
    case PLACES.acknowledged.type:
      reader.readArray(3, 3);
      return { kind: "acknowledged", digests: [readDigest(reader), readDigest(reader), readDigest(reader)] };
    case PLACES.fetched.type:
      reader.readArray(2, 2);
      return { kind: "fetched", through: reader.readUint(ARGUMENT_MAX), notices: reader.readUint(ARGUMENT_MAX) };
    case PLACES.budget.type:
      return readBudget(reader);
    default:
      return { kind: "other", type };
  }
}

function readDigest(reader: Reader): Bytes {
  const digest = reader.readView(0, DAMAGE_DIGEST_BYTES);
  if (digest.length !== 0 && digest.length !== DAMAGE_DIGEST_BYTES) throw new Fault("journal.corrupt");
  return digest;
}

function readAccess(reader: Reader, type: number): Entry {
  switch (type) {
    case PLACES.intent.type:
      return readIntent(reader);
    case PLACES.closing.type:
      return readClosing(reader);
    case PLACES.statement.type:
      return readStatement(reader);
    case PLACES.refusal.type:
      return readRefusal(reader);
    case PLACES.door.type: {
      reader.readArray(2, 2);
      const event = DOOR_EVENTS[reader.readUint(DOOR_EVENTS.length - 1)];
      return { kind: "door", event, count: reader.readUint(ARGUMENT_MAX) };
    }
    case PLACES.inside.type:
      reader.readArray(1, 1);
      return { kind: "inside", count: reader.readUint(ARGUMENT_MAX) };
    case PLACES.who.type:
      return readWho(reader);
    case PLACES.overwritten.type:
      reader.readArray(2, 2);
      return {
        kind: "overwritten",
        firstSeq: reader.readUint(ARGUMENT_MAX),
        lastSeq: reader.readUint(ARGUMENT_MAX),
      };
    case PLACES.network.type: {
      reader.readArray(2, 2);
      const actor = reader.readView(KID_BYTES, KID_BYTES);
      return { kind: "network", actor, event: NETWORK_EVENTS[reader.readUint(NETWORK_EVENTS.length - 1)] };
    }
    default:
      return readCodeEntry(reader, type);
  }
}

function readStatement(reader: Reader): Entry {
  reader.readArray(2, 2);
  const actor = reader.readView(KID_BYTES, KID_BYTES);
  const start = reader.offset;
  const { sequence, body } = readBody(reader);
  return { kind: "statement", actor, sequence, body, encodedBody: reader.bytes.subarray(start, reader.offset) };
}

function readRefusal(reader: Reader): Entry {
  reader.readArray(5, 5);
  const actor = reader.readView(KID_BYTES, KID_BYTES);
  const leaf = reader.readView(LINK8_BYTES, LINK8_BYTES);
  const operation = reader.readUint(ARGUMENT_MAX);
  const denial = denialOf(reader.readUint(ARGUMENT_MAX));
  return { kind: "refusal", actor, leaf, operation, denial, count: reader.readUint(ARGUMENT_MAX) };
}

function readNotice(reader: Reader, type: number): Entry {
  switch (type) {
    case PLACES.alarm.type: {
      reader.readArray(2, 2);
      const alarm = ALARMS[reader.readUint(ALARMS.length - 1)];
      return { kind: "alarm", alarm, count: reader.readUint(ARGUMENT_MAX) };
    }
    case PLACES.stranger.type: {
      reader.readArray(2, 2);
      const strangerClass = reader.readUint(ARGUMENT_MAX);
      return { kind: "stranger", strangerClass, count: reader.readUint(ARGUMENT_MAX) };
    }
    case PLACES.camera.type:
      return readCamera(reader);
    default:
      return { kind: "other", type };
  }
}

function readCamera(reader: Reader): Entry {
  reader.readArray(8, 8);
  const event = CAMERA_EVENTS[reader.readUint(CAMERA_EVENTS.length - 1)];
  const visit = reader.readUint(ARGUMENT_MAX);
  const verdict = reader.readUint(NO_VERDICT);
  const head = readClipHead(reader);
  const power = reader.readUint(ARGUMENT_MAX);
  const powerHash = reader.readView(POWER_HASH_BYTES, POWER_HASH_BYTES);
  return { kind: "camera", event, visit, verdict: verdict > VERDICT_MAX ? undefined : verdict, head, power, powerHash };
}

/** A clip, its newest frame and its chain: all of them, or none. */
function readClipHead(reader: Reader): ClipHead | undefined {
  const clip = reader.readView(0, CLIP_BYTES);
  const frame = reader.readUint(ARGUMENT_MAX);
  const chain = reader.readView(0, CHAIN_BYTES);
  if (clip.length === CLIP_BYTES && chain.length === CHAIN_BYTES) return { clip, frame, chain };
  if (clip.length + chain.length + frame > 0) throw new Fault("journal.corrupt");
  return undefined;
}

function readIntent(reader: Reader): Entry {
  const items = reader.readArray(INTENT_ITEMS, INTENT_ITEMS + 1);
  const operation = reader.readUint(ARGUMENT_MAX);
  const source = SOURCES[reader.readUint(SOURCES.length - 1)];
  const actor = reader.readView(KID_BYTES, KID_BYTES);
  const root = reader.readView(LINK8_BYTES, LINK8_BYTES);
  const spends: SpentUse[] = [];
  for (let left = reader.readArray(0, LINKS_MAX); left > 0; left--) {
    reader.readArray(3, 3);
    const link8 = reader.readView(LINK8_BYTES, LINK8_BYTES);
    const used = reader.readUint(USES_MAX);
    spends.push({ link8, used, until: seconds(reader.readUint(ARGUMENT_MAX)) });
  }
  const intent = { kind: "intent", operation, source, actor, root, spends } as const;
  return items === INTENT_ITEMS ? intent : { ...intent, cameraProof: readCameraProof(reader) };
}

function readClosing(reader: Reader): Entry {
  reader.readArray(6, 6);
  const intent = reader.readUint(ARGUMENT_MAX);
  const outcome = OUTCOMES[reader.readUint(OUTCOMES.length - 1)];
  const openedAfter = readAfter(reader);
  const closedAfter = readAfter(reader);
  const securedAfter = readAfter(reader);
  return { kind: "closing", intent, outcome, openedAfter, closedAfter, securedAfter, witnesses: reader.readUint(7) };
}

function readAfter(reader: Reader): number | undefined {
  const after = reader.readUint(ARGUMENT_MAX);
  return after === 0 ? undefined : after - 1;
}

function readWho(reader: Reader): Entry {
  reader.readArray(4, 4);
  const leaf = reader.readView(LINK8_BYTES, LINK8_BYTES);
  const holder = reader.readView(KID_BYTES, KID_BYTES);
  const names: string[] = [];
  for (let left = reader.readArray(1, LINKS_MAX); left > 0; left--) names.push(reader.readText(0, NAME_BYTES_MAX));
  return { kind: "who", leaf, holder, names, root: reader.readView(LINK8_BYTES, LINK8_BYTES) };
}
