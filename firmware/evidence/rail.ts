// The signed count of a camera's power: when its sensor was switched on and off, and which frame numbers it took meanwhile.
// Why: "it was off" is worth nothing unless it can be checked. Here each switch is a record that names the one before it, and
// frames have numbers without a gap: to have looked unseen, a camera would have to give one number or one record twice.
// Follows RFC 9052 §4.4 and docs/protocol.cddl, rail (typ 65110).

import { type Bytes, toHex } from "../bytes.ts";
import { Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { encodeHeader, readHeader } from "../cose/header.ts";
import { kid8, readLockId } from "../cose/key.ts";
import { parseSign1, type Sign1, sign1, verifySign1 } from "../cose/sign1.ts";
import { type Crypto, HASH_BYTES } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";
import { TYP_RAIL } from "../grant/typ.ts";
import { type Seconds, seconds } from "../platform.ts";
import { endOf, type Footage } from "./footage.ts";

/** Off and on are what the camera did; on again, without an off, is another visit or mode while it has power. `lost` is what it
 *  found: it had been on, and its own power went. */
export type RailEvent = "off" | "on" | "lost";
/** When the sensor may have power. */
export type RailMode = "visits" | "always" | "never";

const EVENTS: readonly RailEvent[] = Object.freeze(["off", "on", "lost"]);
const MODES: readonly RailMode[] = Object.freeze(["visits", "always", "never"]);
const CLAIM_AUDIENCE = 3;
const CLAIM_RAIL = -65_546;
const MANDATORY_KEYS = 5;
const KEYS_MAX = 7;
const KEY_VISIT = 6;
const KEY_TOLD = 7;
const U32_MAX = 0xffff_ffff;

/** One switch of the sensor. */
export interface RailRecord {
  /** 11 characters. */
  readonly lockId: string;
  /** From 1 on, without a gap. */
  readonly number: number;
  readonly event: RailEvent;
  /** The number that the next frame has. */
  readonly frame: number;
  /** SHA-256 of the record before, whole: 32 bytes, zeros for the first. */
  readonly before: Bytes;
  readonly mode: RailMode;
  /** The visit for which it is on: the number of the lock's intent record. */
  readonly visit?: number | undefined;
  /** The lock's time, where it told one: from, until. */
  readonly told?: readonly [lo: Seconds, hi: Seconds] | undefined;
}

/** Gives the signed record: about 170 bytes.
 *  @param camera its Ed25519 key pair: seed and public key, 32 bytes each */
export function encodeRail(
  crypto: Crypto,
  camera: { readonly seed: Uint8Array; readonly publicKey: Uint8Array },
  record: RailRecord,
): Bytes {
  const { lockId, number, event, frame, before, mode, visit, told } = record;
  const optional = [visit, told].filter((each) => each !== undefined).length;
  const writer = new Writer();
  writer.map(2).uint(CLAIM_AUDIENCE).text(lockId).int(CLAIM_RAIL);
  writer
    .map(MANDATORY_KEYS + optional)
    .uint(1)
    .uint(number)
    .uint(2)
    .uint(EVENTS.indexOf(event));
  writer.uint(3).uint(frame).uint(4).bytes(before).uint(5).uint(MODES.indexOf(mode));
  if (visit !== undefined) writer.uint(KEY_VISIT).uint(visit);
  if (told !== undefined) writer.uint(KEY_TOLD).array(2).uint(told[0]).uint(told[1]);
  const header = encodeHeader({ kid: kid8(crypto, camera.publicKey), typ: TYP_RAIL });
  return sign1(crypto, camera.seed, { protected: header, payload: writer.finish() });
}

/** Verifies one record of the camera with that key.
 *  @param cameraKey Ed25519, 32 bytes  @param message at most 1,600 bytes
 *  @returns byte strings are views into `message`
 *  @throws Fault cose.shape, cose.algorithm, cose.key, cose.signature, bytes.encoding, cbor.* */
export function verifyRail(crypto: Crypto, cameraKey: Uint8Array, message: Bytes): RailRecord {
  const signed = parseSign1(message);
  const reader = new Reader(message);
  const header = readHeader(reader, signed);
  if (header.typ !== TYP_RAIL || header.kid === undefined) throw new Fault("cose.shape");
  if (!crypto.isEqual(header.kid, kid8(crypto, cameraKey))) throw new Fault("cose.key");
  if (!verifySign1(crypto, signed, { publicKey: cameraKey })) throw new Fault("cose.signature");
  return readClaims(reader, signed);
}

/** What is wrong with records, or with what they are to answer for. */
export type RailDoubt =
  | "unsigned" // Not a record of this camera's key.
  | "gap" // Records are missing before this one.
  | "fork" // It names another record before it than the one that stands there.
  | "order" // On after on for the same visit and mode, or off after off.
  | "frames" // Frames were taken while it was off, or a number came back.
  | "no-start" // The records before this one were asked about too.
  | "no-end" // Nothing says that these are the newest of what was asked about.
  | "footage"; // A checkpoint has frames that the time with power that it names does not.

/** What records are to answer. */
export interface RailQuestion {
  /** The numbers of the first and the last record that are asked about: from the first ever, to the newest that the lock holds,
   *  without them. */
  readonly asked?: { readonly from?: number | undefined; readonly through?: number | undefined } | undefined;
  /** The newest record that the lock was told: its number and its SHA-256. */
  readonly held?: { readonly number: number; readonly hash: Bytes } | undefined;
  /** Checkpoints of the camera whose frames must be within the times with power that they name. */
  readonly checkpoints?: readonly Pick<Footage, "power" | "first" | "hashes">[] | undefined;
}

/** A time with power: record numbers, and the frame numbers that it took: [from, until). Still on, or its end is not known: no
 *  `off`. Its beginning is not known: no `on`. */
export interface PoweredSpan {
  readonly on: number | undefined;
  /** The record behind: off, lost, or on for another visit or mode. */
  readonly off: number | undefined;
  readonly from: number | undefined;
  readonly until: number | undefined;
}

/** What came of records: the times with power, and each doubt with its place: of a record in the list, from 0 on; of no
 *  record, behind the last; of a checkpoint in the list of checkpoints, for "footage". */
export interface RailVerdict {
  readonly spans: readonly PoweredSpan[];
  readonly doubts: readonly (readonly [place: number, doubt: RailDoubt])[];
}

/** Judges records in their order.
 *  @param messages whole, the oldest first, with what they are to answer */
export function judgeRail(
  crypto: Crypto,
  cameraKey: Uint8Array,
  { messages, ...question }: RailQuestion & { readonly messages: readonly Bytes[] },
): RailVerdict {
  const spans: PoweredSpan[] = [];
  const doubts: [number, RailDoubt][] = [];
  let former: Heard | undefined;
  messages.forEach((message, place) => {
    const record = recordOf(crypto, cameraKey, message);
    if (record === undefined) {
      doubts.push([place, "unsigned"]);
      return;
    }
    const heard = { record, hash: crypto.sha256(message) };
    const doubt = former === undefined ? doubtOfFirst(record, question) : doubtOf(former, record);
    if (doubt !== undefined) doubts.push([place, doubt]);
    if (isOtherThanHeld(heard, question)) doubts.push([place, "fork"]);
    addSpan(spans, record, doubt === "gap" || doubt === "fork");
    former = heard;
  });
  const needed = question.asked?.through ?? question.held?.number;
  if (needed === undefined || former === undefined || former.record.number < needed)
    doubts.push([messages.length, "no-end"]);
  question.checkpoints?.forEach((checkpoint, place) => {
    if (!isPowered(spans, checkpoint)) doubts.push([place, "footage"]);
  });
  return { spans, doubts };
}

interface Heard {
  readonly record: RailRecord;
  readonly hash: Bytes;
}

function isOtherThanHeld({ record, hash }: Heard, { held }: RailQuestion): boolean {
  return held !== undefined && held.number === record.number && toHex(held.hash) !== toHex(hash);
}

/** @param isTorn whether what stood before the record is not known */
function addSpan(spans: PoweredSpan[], { number, event, frame }: RailRecord, isTorn: boolean): void {
  const last = spans.at(-1);
  const isOpen = last !== undefined && last.off === undefined && !isTorn;
  if (isOpen) spans[spans.length - 1] = { ...last, off: number, until: frame };
  else if (event !== "on") spans.push({ on: undefined, off: number, from: undefined, until: frame });
  if (event === "on") spans.push({ on: number, off: undefined, from: frame, until: undefined });
}

/** Whether a checkpoint's frames are of the time with power that it names, or of those that go over into it without an off:
 *  what happened before a knock is of the mode "always". */
function isPowered(
  spans: readonly PoweredSpan[],
  { power, first, hashes }: Pick<Footage, "power" | "first" | "hashes">,
): boolean {
  const named = spans.findIndex(({ on, off }) => on === power || (on === undefined && off === power));
  let place = named >= 0 ? named : spans.findIndex(({ off }) => off === power);
  const span = spans[place];
  if (span === undefined || endOf({ first, hashes }) > (span.until ?? Number.POSITIVE_INFINITY)) return false;
  while (place > 0 && spans[place - 1]?.off !== undefined && spans[place - 1]?.off === spans[place]?.on) place -= 1;
  return first >= (spans[place]?.from ?? 0);
}

function recordOf(crypto: Crypto, cameraKey: Uint8Array, message: Bytes): RailRecord | undefined {
  try {
    return verifyRail(crypto, cameraKey, message);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return undefined;
  }
}

function doubtOfFirst({ number, before, event, frame }: RailRecord, { asked }: RailQuestion): RailDoubt | undefined {
  if (number > (asked?.from ?? 1)) return "no-start";
  if (number !== 1) return undefined;
  if (event !== "on") return "order";
  return frame === 0 && before.every((byte) => byte === 0) ? undefined : "fork";
}

function doubtOf(former: Heard, record: RailRecord): RailDoubt | undefined {
  const { number, event, frame } = former.record;
  if (record.number !== number + 1) return "gap";
  if (toHex(record.before) !== toHex(former.hash)) return "fork";
  const isOther = record.mode !== former.record.mode || record.visit !== former.record.visit;
  if (record.event === "on" && event === "on") {
    if (!isOther) return "order";
    return record.frame >= frame ? undefined : "frames";
  }
  if (record.event !== "on" && event !== "on") return "order";
  // While it was off no number may have gone. Those that a loss of power took are within the span before it.
  if (record.event === "on") return record.frame === frame ? undefined : "frames";
  return record.frame >= frame ? undefined : "frames";
}

function readClaims(reader: Reader, { payloadStart, payloadEnd }: Sign1): RailRecord {
  reader.moveTo(payloadStart, payloadEnd);
  reader.readMap(2, 2);
  expect(reader.readInt() === CLAIM_AUDIENCE);
  const lockId = readLockId(reader);
  expect(reader.readInt() === CLAIM_RAIL);
  const count = reader.readMap(MANDATORY_KEYS, KEYS_MAX);
  const number = uintAt(reader, 1, U32_MAX);
  expect(number > 0);
  const event = EVENTS[uintAt(reader, 2, EVENTS.length - 1)];
  const frame = uintAt(reader, 3, U32_MAX);
  expect(reader.readInt() === 4);
  const before = reader.readView(HASH_BYTES, HASH_BYTES);
  const mode = MODES[uintAt(reader, 5, MODES.length - 1)];
  expect(event !== undefined && mode !== undefined);
  const optional = readOptional(reader, count - MANDATORY_KEYS);
  reader.end();
  return { lockId, number, event, frame, before, mode, ...optional };
}

function readOptional(reader: Reader, count: number): Pick<RailRecord, "visit" | "told"> {
  const found: { visit?: number; told?: readonly [Seconds, Seconds] } = {};
  let key = MANDATORY_KEYS;
  for (let left = count; left > 0; left--) {
    key = reader.readKey(key);
    if (key === KEY_VISIT) found.visit = reader.readUint(U32_MAX);
    else if (key === KEY_TOLD) {
      reader.readArray(2, 2);
      const lo = seconds(reader.readUint(U32_MAX));
      const hi = seconds(reader.readUint(U32_MAX));
      expect(hi >= lo);
      found.told = [lo, hi];
    } else throw new Fault("cose.shape");
  }
  return found;
}

function uintAt(reader: Reader, key: number, max: number): number {
  expect(reader.readInt() === key);
  return reader.readUint(max);
}

function expect(isAsSpecified: boolean): asserts isAsSpecified {
  if (!isAsSpecified) throw new Fault("cose.shape");
}
