// The lock's state as it is told to its owner, and the ends of the journal's three chains.
// Why: a status is the longest message that is not records, and checkpoints, answers and requests share the heads.
// Follows docs/protocol.cddl, `status` and `head`.

import type { Bytes } from "../bytes.ts";
import type { Reader } from "../cbor/decode.ts";
import type { Writer } from "../cbor/encode.ts";
import { FINGERPRINT_BYTES } from "../codes/window.ts";
import { assert, Fault } from "../fault.ts";
import type { Checkpoint } from "../journal/checkpoint.ts";
import { REGIONS, type Region } from "../journal/record.ts";
import type { NetworkState } from "../platform.ts";
import { readNetworkState, writeNetworkState } from "./network.ts";
import { type CameraState, readCamera, writeCamera } from "./viewing.ts";

/** The size of a link of the journal's chain. */
export const LINK_BYTES = 32;

const STATUS_KEYS = 19;
const U32_MAX = 0xffff_ffff;
const UNKNOWN_TIME = 0xffff_ffff;
const KID_BYTES = 8;

const OWNERS_MAX = 4;
const BOARDS_MAX = 4;
const VERSION_BYTES_MAX = 32;
const SETTINGS_MAX = 64;
const SETTING_BYTES_MAX = 64;
const BYTE_STRING = 2;

/** The end of one region's hash chain: the number of its last record, and the link over it (32 bytes). */
export interface Head {
  readonly region: Region;
  readonly lastSeq: number;
  readonly link: Bytes;
}

/** The bolt, as the lock knows it. */
export type BoltState = "unknown" | "locked" | "unlocking" | "unlocked" | "unlatching" | "locking" | "jammed";
/** The door, as the contact says. */
export type ContactState = "unknown" | "closed" | "open";
/** The operating modes of the Matter door lock. */
export type OperatingMode = "normal" | "vacation" | "privacy" | "noRemote" | "passage";
/** A board that the owner enrolled. */
export type BoardRole = "keypad" | "camera" | "bridge";

/** What the lock holds of one owner key. */
export interface OwnerState {
  /** 8 bytes. */
  readonly kid: Bytes;
  /** The last statement's number. */
  readonly seq: number;
  /** The last revocation list's number. */
  readonly revocationSeq: number;
  readonly generation: number;
}

/** One enrolled board. */
export interface BoardState {
  /** 8 bytes. */
  readonly kid: Bytes;
  readonly role: BoardRole;
  /** Whether its link is up. */
  readonly isUp: boolean;
  /** What it last reported; none where it has not since the lock started. */
  readonly isCaseOpen: boolean;
  readonly isKeyStuck: boolean;
  readonly millivolts: number;
}

/** What the lock tells of an owner's secret of window codes. */
export interface SecretState {
  /** Whose it is, 8 bytes. */
  readonly owner: Bytes;
  /** Which it is, 4 bytes: firmware/codes/window.ts. */
  readonly fingerprint: Bytes;
}

/** What the lock tells of its codes. */
export interface CodesState {
  /** What is left of the guesses, in units of a probability of 1e-12. */
  readonly budget: number;
  /** The secrets of window codes; at most 4, one for each owner. */
  readonly secrets: readonly SecretState[];
  /** Lengths of codes that are not tested for a while, since too many wrong ones were typed. */
  readonly pausedDigits: readonly number[];
}

/** The lock's state as an owner sees it. */
export interface Status {
  /** 1..32 bytes of UTF-8. */
  readonly firmwareVersion: string;
  /** Seconds since 1970, u32; undefined where the clock knows no bound on that side. */
  readonly timeLow: number | undefined;
  readonly timeHigh: number | undefined;
  readonly bolt: BoltState;
  readonly contact: ContactState;
  readonly mode: OperatingMode;
  /** 0 on mains. */
  readonly batteryMillivolts: number;
  readonly boots: number;
  /** All three regions, in order. */
  readonly heads: readonly Head[];
  /** 1..4. */
  readonly owners: readonly OwnerState[];
  readonly isJournalWhole: boolean;
  readonly isJournalWritable: boolean;
  readonly isVisitOpen: boolean;
  /** Whether the inside button was pressed within the last minute and no visit is open. */
  readonly hasPresence: boolean;
  readonly liveCounters: number;
  /** At most 4. */
  readonly boards: readonly BoardState[];
  readonly codes: CodesState;
  /** The camera's newest heartbeat; undefined where nothing was heard of one since the lock started. */
  readonly camera: CameraState | undefined;
  /** How its radio stands to the house's Wi-Fi; undefined where it has none. */
  readonly network: NetworkState | undefined;
  /** Until a factory reset that runs: whole seconds of uptime, rounded up; 0 where none runs. */
  readonly resetSeconds: number;
  /** The recovery key (8 bytes) with the number of its last statement; undefined where the journal lost it. */
  readonly recovery: { readonly kid: Bytes; readonly seq: number } | undefined;
  /** The configuration in force, by key; see docs/protocol.md, "Configuration keys". */
  readonly configuration: ReadonlyMap<number, number | Bytes>;
  /** The last access record that an owner has fetched and verified. */
  readonly fetchedSeq: number;
}

const BOLTS: readonly BoltState[] = Object.freeze([
  "unknown",
  "locked",
  "unlocking",
  "unlocked",
  "unlatching",
  "locking",
  "jammed",
]);
const CONTACTS: readonly ContactState[] = Object.freeze(["unknown", "closed", "open"]);
const MODES: readonly OperatingMode[] = Object.freeze(["normal", "vacation", "privacy", "noRemote", "passage"]);
/** Roles by their numbers; 0 is none. */
export const ROLES: readonly (BoardRole | undefined)[] = Object.freeze([undefined, "keypad", "camera", "bridge"]);

const BOARD_UP = 1;
const BOARD_CASE_OPEN = 2;
const BOARD_KEY_STUCK = 4;
const BOARD_FLAGS_MAX = 7;
const CODE_DIGITS_MAX = 20;
const FLAG_DAMAGED = 1;
const FLAG_UNWRITABLE = 2;
const FLAG_VISIT = 4;
const FLAG_PRESENCE = 8;

/** Reads a region's number.
 *  @throws Fault cbor.* */
export function readRegion(reader: Reader): Region {
  return reader.readUint(REGIONS.length - 1) as Region;
}

/** Gives the heads that a checkpoint signs, as the link tells them: what whoever verified it may say to hold. */
export function headsOf({ heads }: Pick<Checkpoint, "heads">): readonly Head[] {
  return REGIONS.map((region) => ({ region, lastSeq: heads[region].seq, link: heads[region].link }));
}

/** Reads the heads of regions, each region once and in order.
 *  @param countMin 1, or 3 where all must be there @returns the links are views
 *  @throws Fault link.shape, cbor.* */
export function readHeads(reader: Reader, countMin: number): Head[] {
  const heads: Head[] = [];
  let last = -1;
  for (let left = reader.readArray(countMin, REGIONS.length); left > 0; left--) {
    reader.readArray(3, 3);
    const region = readRegion(reader);
    if (region <= last) throw new Fault("link.shape");
    last = region;
    heads.push({ region, lastSeq: reader.readUint(U32_MAX), link: reader.readView(LINK_BYTES, LINK_BYTES) });
  }
  return heads;
}

/** Writes the heads of regions. */
export function writeHeads(writer: Writer, heads: readonly Head[]): void {
  assert(heads.length > 0 && heads.length <= REGIONS.length, "there are three regions");
  writer.array(heads.length);
  for (const { region, lastSeq, link } of heads) {
    assert(link.length === LINK_BYTES, "a link has 32 bytes");
    writer.array(3).uint(region).uint(lastSeq).bytes(link);
  }
}

/** Reads a status. @returns its byte strings are views
 *  @throws Fault link.shape, cbor.* */
export function readStatus(reader: Reader): Status {
  reader.readMap(STATUS_KEYS, STATUS_KEYS);
  enterKey(reader, 1);
  const firmwareVersion = reader.readText(1, VERSION_BYTES_MAX);
  enterKey(reader, 2);
  reader.readArray(2, 2);
  const timeLow = readTime(reader);
  const timeHigh = readTime(reader);
  enterKey(reader, 3);
  const bolt = readName(reader, BOLTS);
  enterKey(reader, 4);
  const contact = readName(reader, CONTACTS);
  enterKey(reader, 5);
  const mode = readName(reader, MODES);
  enterKey(reader, 6);
  const batteryMillivolts = reader.readUint(U32_MAX);
  enterKey(reader, 7);
  const boots = reader.readUint(U32_MAX);
  enterKey(reader, 8);
  const heads = readHeads(reader, REGIONS.length);
  enterKey(reader, 9);
  const owners = readOwners(reader);
  enterKey(reader, 10);
  const flags = reader.readUint(U32_MAX);
  enterKey(reader, 11);
  const liveCounters = reader.readUint(U32_MAX);
  enterKey(reader, 12);
  const boards = readBoards(reader);
  enterKey(reader, 13);
  const configuration = readConfiguration(reader);
  enterKey(reader, 14);
  const fetchedSeq = reader.readUint(U32_MAX);
  enterKey(reader, 15);
  const resetSeconds = reader.readUint(U32_MAX);
  enterKey(reader, 16);
  const keys = { owners, recovery: readRecovery(reader), boards };
  enterKey(reader, 17);
  const codes = readCodes(reader);
  enterKey(reader, 18);
  const camera = readCamera(reader);
  enterKey(reader, 19);
  const network = readNetworkState(reader);
  const clock = { timeLow, timeHigh };
  const rest = { liveCounters, resetSeconds, configuration, codes, camera, network };
  const door = { bolt, contact, mode, batteryMillivolts, isVisitOpen: (flags & FLAG_VISIT) !== 0 };
  const journal = {
    heads,
    fetchedSeq,
    isJournalWhole: (flags & FLAG_DAMAGED) === 0,
    isJournalWritable: (flags & FLAG_UNWRITABLE) === 0,
    hasPresence: (flags & FLAG_PRESENCE) !== 0,
  };
  return { firmwareVersion, ...clock, ...door, boots, ...journal, ...keys, ...rest };
}

/** Writes a status. */
export function writeStatus(writer: Writer, status: Status): void {
  assert(status.heads.length === REGIONS.length, "a status tells of all three regions");
  writer.map(STATUS_KEYS).uint(1).text(status.firmwareVersion);
  writer.uint(2).array(2);
  writer.uint(status.timeLow ?? UNKNOWN_TIME).uint(status.timeHigh ?? UNKNOWN_TIME);
  writer.uint(3).uint(BOLTS.indexOf(status.bolt));
  writer.uint(4).uint(CONTACTS.indexOf(status.contact));
  writer.uint(5).uint(MODES.indexOf(status.mode));
  writer.uint(6).uint(status.batteryMillivolts);
  writer.uint(7).uint(status.boots);
  writeHeads(writer.uint(8), status.heads);
  writer.uint(9).array(status.owners.length);
  for (const { kid, seq, revocationSeq, generation } of status.owners) {
    writer.array(4).bytes(kid).uint(seq).uint(revocationSeq).uint(generation);
  }
  writer.uint(10).uint(flagsOf(status));
  writer.uint(11).uint(status.liveCounters);
  writer.uint(12).array(status.boards.length);
  for (const { kid, role, isUp, isCaseOpen, isKeyStuck, millivolts } of status.boards) {
    const flags = (isUp ? BOARD_UP : 0) | (isCaseOpen ? BOARD_CASE_OPEN : 0) | (isKeyStuck ? BOARD_KEY_STUCK : 0);
    writer.array(4).bytes(kid).uint(ROLES.indexOf(role)).uint(flags).uint(millivolts);
  }
  writer.uint(13).map(status.configuration.size);
  for (const key of [...status.configuration.keys()].sort((left, right) => left - right)) {
    const value = status.configuration.get(key) ?? 0;
    if (typeof value === "number") writer.uint(key).uint(value);
    else writer.uint(key).bytes(value);
  }
  writer.uint(14).uint(status.fetchedSeq);
  writer.uint(15).uint(status.resetSeconds).uint(16);
  const { recovery } = status;
  if (recovery === undefined) writer.array(0);
  else writer.array(2).bytes(recovery.kid).uint(recovery.seq);
  writeCodes(writer.uint(17), status.codes);
  writeCamera(writer.uint(18), status.camera);
  writeNetworkState(writer.uint(19), status.network);
}

function writeCodes(writer: Writer, { budget, secrets, pausedDigits }: CodesState): void {
  writer.array(3).uint(budget).array(secrets.length);
  for (const { owner, fingerprint } of secrets) writer.array(2).bytes(owner).bytes(fingerprint);
  writer.array(pausedDigits.length);
  for (const digits of pausedDigits) writer.uint(digits);
}

function flagsOf(status: Status): number {
  return (
    (status.isJournalWhole ? 0 : FLAG_DAMAGED) |
    (status.isJournalWritable ? 0 : FLAG_UNWRITABLE) |
    (status.isVisitOpen ? FLAG_VISIT : 0) |
    (status.hasPresence ? FLAG_PRESENCE : 0)
  );
}

/** Passes the one key that must come next. */
function enterKey(reader: Reader, key: number): void {
  if (reader.readKey(undefined) !== key) throw new Fault("link.shape");
}

function readTime(reader: Reader): number | undefined {
  const time = reader.readUint(U32_MAX);
  return time === UNKNOWN_TIME ? undefined : time;
}

function readName<Name>(reader: Reader, names: readonly (Name | undefined)[]): Name {
  const name = names[reader.readUint(U32_MAX)];
  if (name === undefined) throw new Fault("link.shape");
  return name;
}

function readOwners(reader: Reader): OwnerState[] {
  const owners: OwnerState[] = [];
  for (let left = reader.readArray(1, OWNERS_MAX); left > 0; left--) {
    reader.readArray(4, 4);
    const kid = reader.readView(KID_BYTES, KID_BYTES);
    const seq = reader.readUint(U32_MAX);
    const revocationSeq = reader.readUint(U32_MAX);
    owners.push({ kid, seq, revocationSeq, generation: reader.readUint(U32_MAX) });
  }
  return owners;
}

function readRecovery(reader: Reader): Status["recovery"] {
  const count = reader.readArray(0, 2);
  if (count === 0) return undefined;
  if (count !== 2) throw new Fault("link.shape");
  return { kid: reader.readView(KID_BYTES, KID_BYTES), seq: reader.readUint(U32_MAX) };
}

function readBoards(reader: Reader): BoardState[] {
  const boards: BoardState[] = [];
  for (let left = reader.readArray(0, BOARDS_MAX); left > 0; left--) {
    reader.readArray(4, 4);
    const kid = reader.readView(KID_BYTES, KID_BYTES);
    const role = readName(reader, ROLES);
    const flags = reader.readUint(BOARD_FLAGS_MAX);
    const isUp = (flags & BOARD_UP) !== 0;
    const isCaseOpen = (flags & BOARD_CASE_OPEN) !== 0;
    const isKeyStuck = (flags & BOARD_KEY_STUCK) !== 0;
    boards.push({ kid, role, isUp, isCaseOpen, isKeyStuck, millivolts: reader.readUint(U32_MAX) });
  }
  return boards;
}

function readCodes(reader: Reader): CodesState {
  reader.readArray(3, 3);
  const budget = reader.readUint(U32_MAX);
  const secrets: SecretState[] = [];
  for (let left = reader.readArray(0, OWNERS_MAX); left > 0; left--) {
    reader.readArray(2, 2);
    const owner = reader.readView(KID_BYTES, KID_BYTES);
    secrets.push({ owner, fingerprint: reader.readView(FINGERPRINT_BYTES, FINGERPRINT_BYTES) });
  }
  const pausedDigits: number[] = [];
  for (let left = reader.readArray(0, CODE_DIGITS_MAX); left > 0; left--) {
    pausedDigits.push(reader.readUint(CODE_DIGITS_MAX));
  }
  return { budget, secrets, pausedDigits };
}

function readConfiguration(reader: Reader): Map<number, number | Bytes> {
  const configuration = new Map<number, number | Bytes>();
  let key: number | undefined;
  for (let left = reader.readMap(0, SETTINGS_MAX); left > 0; left--) {
    key = reader.readKey(key);
    if (key < 0) throw new Fault("link.shape");
    const isBytes = reader.nextMajorType() === BYTE_STRING;
    configuration.set(key, isBytes ? reader.readView(0, SETTING_BYTES_MAX) : reader.readUint(U32_MAX));
  }
  return configuration;
}
