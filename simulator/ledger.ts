// The ledger: what reached the flash, record by record, as the lock was bound to remember it.
// Why: what was acknowledged must be found again after any cut; so somebody outside the lock must remember it too.
// It reads records by itself (docs/protocol.md §4 and the payloads of docs/protocol.cddl), since a checker that shared the
// lock's reader would share its mistakes.

import { toBase64url, toHex } from "../firmware/bytes.ts";
import { readArgument } from "./plain.ts";

const RECORD_ALIGN = 32;
const HEADER_BYTES = 32;
const LENGTH_AT = 2;
const SEQ_AT = 4;
const LO_AT = 8;
const CHECK_AT = 16;
const REGION_AT = 20;
const STATE = 0;
const REGIONS = 3;
const LIST = 3;
const CLOCK = 4;
const ACKNOWLEDGED = 5;
const FETCHED = 6;
const INTENT = 16;
const CLOSING = 17;
const STATEMENT = 18;
const OVERWRITTEN = 23;
const BUDGET = 7;
const CODE = 24;
const BY_USER = 0;
/** What may not make room by what no owner has fetched: a guest's opening, what an owner sets of codes, and noise. */
const WAITING_TYPES: ReadonlySet<number> = new Set([16, 19, 20, 21, 22, 24, 25, 26, 27, 28, 29]);
const ACCESS = 1;
const NOTICES = 2;
/** Of the notices, what alone may make room by what no owner has fetched. */
const ALARM = 32;
const RECORD_TYPES: ReadonlySet<number> = new Set([
  ...[1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23],
  ...[24, 25, 26, 27, 28, 29, 32, 33, 34],
]);
/** The one that is written, 64 records that are kept for owners, and the one that a start closes. */
const RESERVED_SECTORS = 5;
const SNAPSHOT_MAGIC = 0x4c;
/** How the header of a snapshot begins, which is written last: "LKS1". */
const SNAPSHOT_HEAD = Uint8Array.of(SNAPSHOT_MAGIC, 0x4b, 0x53, 0x31);
const UNLOCK = 0;
const ACT_NOW = 8;
const LOCK = 1;
const SET_BACK = 2;
/** Places of records that are remembered, for whoever wants to spoil one. */
const PLACES_MAX = 64;

/** One counter of an intent: the link and how often it was used with this. */
export interface Counter {
  /** link8 in base64url, as the model names it. */
  readonly link: string;
  readonly used: number;
}

/** Where a record stands. */
export interface Place {
  readonly region: number;
  readonly type: number;
  readonly seq: number;
  /** Byte in flash, and how many from there the record's check covers. */
  readonly offset: number;
  readonly size: number;
}

/** What the ledger tells of: each record once it is on flash. */
export interface LedgerReader {
  lost(): void;
  /** Records that no owner had fetched made room, and the journal does not say so; or for what should have waited. */
  overwritten(): void;
  watermark(lo: number): void;
  /** @param isGuest whether it is a guest's; an owner's statement is none, and counts nothing */
  intent(isUnlock: boolean, isGuest: boolean, counters: readonly Counter[]): void;
  /** Somebody opens from the keypad. @param name as a code is named (codewatch.ts) @param step of an authenticator, else 0 */
  code(name: string, step: number): void;
  /** What is left of the guesses, in units. */
  budget(level: number): void;
  closing(outcome: number, witnesses: number): void;
  acknowledgedDamage(): void;
}

/** What is on flash, by its records. */
export class Ledger {
  /** The newest records, the newest last. */
  readonly places: Place[] = [];
  /** Those that a snapshot may hold by now: the lock does not miss them, the owner does. */
  readonly history: Place[] = [];
  /** Whether numbers may be missing: records were spoilt. */
  isSpoilt = false;
  /** How often a sector with records was erased, and how often a snapshot was written. */
  turns = 0;
  snapshots = 0;
  readonly #reader: LedgerReader;
  readonly #checks: readonly Map<number, number>[] = Array.from({ length: REGIONS }, () => new Map<number, number>());
  readonly #last: number[] = new Array<number>(REGIONS).fill(0);
  /** The highest number of a statement, and of a list, of each key. */
  readonly #statements = new Map<string, number>();
  readonly #lists = new Map<string, number>();
  /** The last record that began in each sector. */
  readonly #lastIn = new Map<number, Place>();
  /** The last record of each region that a snapshot holds, by the byte at which it begins. */
  readonly #held = new Map<number, readonly number[]>();
  /** Sectors in which a record is spoilt that a snapshot holds. */
  readonly #spoilt = new Set<number>();
  #sectorBytes = 1;
  #accessSectors = Number.POSITIVE_INFINITY;
  /** Where the records end and the snapshots begin. */
  #recordsEnd = Number.POSITIVE_INFINITY;
  #fetched = 0;
  #fetchedNotices = 0;
  /** The last notice that made room unfetched, while the record that needed it is still to come. */
  #turned = 0;
  /** What made room unfetched and is not named yet, and whether the record after that name is still to come. */
  #unnamed = 0;
  #isNamed = false;

  constructor(reader: LedgerReader) {
    this.#reader = reader;
  }

  /** Whether the access ring may be so full of what no owner has fetched that guests have to wait. */
  get isCrowded(): boolean {
    let waiting = 0;
    for (const { region, seq } of this.#lastIn.values()) if (region === ACCESS && seq > this.#fetched) waiting++;
    return waiting >= this.#accessSectors - RESERVED_SECTORS;
  }

  /** Tells how the part is divided. */
  layOut(part: { readonly sectorBytes: number; readonly sectors: readonly number[] }): void {
    this.#sectorBytes = part.sectorBytes;
    this.#accessSectors = Number(part.sectors[ACCESS]);
    this.#recordsEnd = part.sectorBytes * part.sectors.reduce((sum, count) => sum + count, 0);
  }

  /** Takes that a sector was erased, or that it was tried: its records are gone. */
  erased(sector: number): void {
    const last = this.#lastIn.get(sector);
    this.#lastIn.delete(sector);
    this.#held.delete(sector * this.#sectorBytes);
    this.#spoilt.delete(sector);
    for (const places of [this.places, this.history]) {
      const kept = places.filter(({ offset }) => Math.floor(offset / this.#sectorBytes) !== sector);
      places.splice(0, places.length, ...kept);
    }
    if (last === undefined) return;
    this.turns++;
    if (last.region === ACCESS && last.seq > this.#fetched) this.#unnamed = Math.max(this.#unnamed, last.seq);
    if (last.region === NOTICES) this.#turned = Math.max(this.#turned, last.seq);
  }

  /** Takes what was programmed. It counts where it can be read as a record, whether or not the lock came to know.
   *  @param stored what stands there now   @returns whether it is one, whole */
  wrote(offset: number, bytes: Uint8Array, stored: Uint8Array): boolean {
    if (offset >= this.#recordsEnd) {
      this.#snapshot(offset, bytes, stored);
      return false;
    }
    const isRecord = bytes.length % RECORD_ALIGN === 0 && bytes[1] === 1 && RECORD_TYPES.has(Number(bytes[0]));
    const size = HEADER_BYTES + Number(bytes[LENGTH_AT]) + 256 * Number(bytes[LENGTH_AT + 1]);
    if (!isRecord || size > bytes.length || !isSame(bytes, stored, size)) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const region = Number(bytes[REGION_AT]);
    const type = Number(bytes[0]);
    const seq = view.getUint32(SEQ_AT, true);
    this.#number(region, seq, view.getUint32(CHECK_AT, true));
    const place = { region, type, seq, offset, size };
    this.places.push(place);
    if (this.places.length > PLACES_MAX) this.places.shift();
    this.#lastIn.set(Math.floor(offset / this.#sectorBytes), place);
    const payload = bytes.subarray(HEADER_BYTES, size);
    if (region === STATE && !(type === CLOCK && payload[1] === SET_BACK)) {
      this.#reader.watermark(view.getUint32(LO_AT, true));
    }
    if (region === ACCESS) this.#room(type, payload);
    if (region === NOTICES) this.#turn(type);
    this.#read(type, payload);
    return true;
  }

  /** Takes that a record of history is spoilt. */
  spoiltHistory({ offset }: Place): void {
    this.#spoilt.add(Math.floor(offset / this.#sectorBytes));
  }

  /** Takes that the snapshot is spoilt that begins there. */
  spoiltSnapshot(at: number): void {
    this.#held.delete(at);
  }

  /** Whether the lock would miss something, were the snapshot gone that begins there: no other holds, or it does not hold all of
   *  a sector in which history is spoilt. */
  isNeeded(snapshotAt: number): boolean {
    const [other] = [...this.#held].filter(([at]) => at !== snapshotAt).map(([, seqs]) => seqs);
    if (other === undefined) return true;
    return [...this.#spoilt].some((sector) => {
      const last = this.#lastIn.get(sector);
      return last !== undefined && last.seq > Number(other[last.region]);
    });
  }

  /** Whether a record that somebody fetched is the one that was written. @param check the first word of its digest */
  has(region: number, seq: number, check: number): boolean {
    return this.#checks[region]?.get(seq) === check;
  }

  /** Whether a statement is on flash. @param kid the key's, in base16 */
  hasStatement(kid: string, sequence: number): boolean {
    return (this.#statements.get(kid) ?? 0) >= sequence;
  }

  /** Whether a revocation list is on flash. @param kid its owner's, in base16 */
  hasList(kid: string, sequence: number): boolean {
    return (this.#lists.get(kid) ?? 0) >= sequence;
  }

  /** A snapshot is being written: what stood before it is history. */
  #snapshot(offset: number, bytes: Uint8Array, stored: Uint8Array): void {
    if (bytes[0] === SNAPSHOT_MAGIC) this.snapshots++;
    const isWhole = isSame(bytes, stored, bytes.length);
    if (isWhole && isSame(SNAPSHOT_HEAD, bytes, SNAPSHOT_HEAD.length)) this.#held.set(offset, [...this.#last]);
    this.history.push(...this.places.splice(0));
    this.history.splice(0, this.history.length - PLACES_MAX);
  }

  /** What made room unfetched is named before the record that needed it, and that is no guest's and no noise. */
  #room(type: number, payload: Uint8Array): void {
    if (type === OVERWRITTEN) {
      this.#isNamed = Number(readUnsigneds(payload, 1, 2)[1]) >= this.#unnamed;
      return;
    }
    if (this.#unnamed > 0 && (!this.#isNamed || WAITING_TYPES.has(type))) this.#reader.overwritten();
    this.#unnamed = 0;
    this.#isNamed = false;
  }

  /** Nobody who makes noise, or jams a camera, takes the place of an alarm that no owner has fetched. */
  #turn(type: number): void {
    if (this.#turned > this.#fetchedNotices && type !== ALARM) this.#reader.overwritten();
    this.#turned = 0;
  }

  /** Numbers go on without a gap over every cut; one that is given again was forgotten. */
  #number(region: number, seq: number, check: number): void {
    const last = Number(this.#last[region]);
    if (seq <= last || (seq !== last + 1 && !this.isSpoilt)) this.#reader.lost();
    this.#last[region] = Math.max(last, seq);
    this.#checks[region]?.set(seq, check);
  }

  #read(type: number, payload: Uint8Array): void {
    if (type === INTENT) this.#reader.intent(payload[1] === UNLOCK, true, readIntent(payload));
    if (type === BUDGET) this.#reader.budget(readArgument(payload, 1).argument);
    if (type === CODE) this.#readCode(payload);
    if (type === CLOSING) {
      const [, outcome, , , , witnesses] = readUnsigneds(payload, 1, 6);
      this.#reader.closing(Number(outcome), Number(witnesses));
    }
    if (type === FETCHED) {
      const [access, notices] = readUnsigneds(payload, 1, 2);
      this.#fetched = Math.max(this.#fetched, Number(access));
      this.#fetchedNotices = Math.max(this.#fetchedNotices, Number(notices));
    }
    if (type === ACKNOWLEDGED) this.#reader.acknowledgedDamage();
    if (type === LIST) this.#lists.set(toHex(payload.subarray(2, 10)), readArgument(payload, 10).argument);
    if (type !== STATEMENT) return;
    this.#statements.set(toHex(payload.subarray(2, 10)), readArgument(payload, 11).argument);
    if (isActNow(payload)) this.#reader.intent(true, false, []);
  }

  /** Reads code-24 [op, half, code-use]. The first half of what opens, opens nothing. */
  #readCode(payload: Uint8Array): void {
    const [operation, half] = readUnsigneds(payload, 1, 2);
    if (operation === LOCK || half !== 0) return;
    const USE_AT = 4;
    if (payload[USE_AT] === BY_USER) {
      const [user, , step] = readUnsigneds(payload, USE_AT + 1, 3);
      this.#reader.code(`user ${user}`, Number(step));
      return;
    }
    const OWNER_BYTES = 9;
    this.#reader.code(`window ${readUnsigneds(payload, USE_AT + 1 + OWNER_BYTES, 3).join(".")}`, 0);
  }
}

function isSame(one: Uint8Array, other: Uint8Array, size: number): boolean {
  for (let index = 0; index < size; index++) if (one[index] !== other[index]) return false;
  return true;
}

/** Reads the counters of intent-16: [op, source, kid8, link8, [*3 [link8, used, until]]]. */
function readIntent(payload: Uint8Array): readonly Counter[] {
  const COUNTERS_AT = 21;
  const counters: Counter[] = [];
  let offset = COUNTERS_AT + 1;
  for (let left = Number(payload[COUNTERS_AT]) & 3; left > 0; left--) {
    const link = toBase64url(payload.subarray(offset + 2, offset + 10));
    const used = readArgument(payload, offset + 10);
    counters.push({ link, used: used.argument });
    offset = readArgument(payload, used.end).end;
  }
  return counters;
}

/** Whether statement-18 [kid8, [seq, kind, op]] is an act now that unlocks. */
function isActNow(payload: Uint8Array): boolean {
  const BODY_AT = 10;
  const sequence = readArgument(payload, BODY_AT + 1);
  return payload[sequence.end] === ACT_NOW && payload[sequence.end + 1] !== LOCK;
}

/** Reads `count` unsigned integers of CBOR that stand side by side. */
function readUnsigneds(bytes: Uint8Array, offset: number, count: number): readonly number[] {
  const values: number[] = [];
  let at = offset;
  while (values.length < count) {
    const { argument, end } = readArgument(bytes, at);
    values.push(argument);
    at = end;
  }
  return values;
}
