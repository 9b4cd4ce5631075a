// Rail records in raw flash: a ring of slots, one record each, of which the oldest sector makes room.
// Why: the record of a switch must be durable before the sensor has power, and must not lie on a card that anybody can pull.
// Follows camera/rail.ts, RailArchive. A slot is 256 bytes: number u32, length u16, two bytes 0xff, the first 4 bytes of SHA-256 over
// the slot's first 8 and the record; then the record. What a cut has torn is no record, and its slot is not used again until its
// sector is erased.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { assert, Fault } from "../firmware/fault.ts";
import type { Flash } from "../firmware/platform.ts";
import type { RailArchive } from "./options.ts";

const SLOT_BYTES = 256;
const HEAD_BYTES = 8;
const CHECK_BYTES = 4;
const RECORD_AT = HEAD_BYTES + CHECK_BYTES;
/** The longest record; one has about 170 bytes. */
export const RAIL_RECORD_BYTES_MAX = SLOT_BYTES - RECORD_AT;
const ERASED = 0xff;

/** The records of a camera's switch; all of the part is theirs. */
export class FlashRail implements RailArchive {
  readonly #crypto: Crypto;
  readonly #flash: Flash;
  readonly #slots: number;
  readonly #slotsInSector: number;
  readonly #slot = new Uint8Array(SLOT_BYTES);
  /** The number of the newest record, 0 before the first, and where it lies. */
  #number = 0;
  #newest = -1;
  /** Where the next one goes. */
  #next = 0;
  /** Whether a record may be kept although it could not be read after it was written: then it is the newest. */
  #isUnsure = false;

  /** Finds the newest record. @param flash at least two sectors of whole slots @throws Fault flash.io where it cannot be read */
  constructor(crypto: Crypto, flash: Flash) {
    assert(flash.sectors >= 2 && flash.sectorBytes % SLOT_BYTES === 0, "rail: two sectors of whole slots");
    this.#crypto = crypto;
    this.#flash = flash;
    this.#slotsInSector = flash.sectorBytes / SLOT_BYTES;
    this.#slots = flash.sectors * this.#slotsInSector;
    this.#find();
    this.#next = (this.#newest + 1) % this.#slots;
  }

  last(): Bytes | undefined {
    if (this.#isUnsure) this.#find();
    this.#isUnsure = false;
    return this.#newest < 0 ? undefined : this.#recordAt(this.#newest);
  }

  at(number: number): Bytes | undefined {
    if (number < 1 || number > this.#number) return undefined;
    // Torn slots lie between records, so what is asked for is there or further back.
    const distance = this.#number - number;
    for (let back = distance; back < this.#slots; back++) {
      const place = (this.#newest - back + this.#slots) % this.#slots;
      const found = this.#numberAt(place);
      if (found === undefined || found > number) continue;
      const record = this.#recordAt(place);
      if (record !== undefined) return found === number ? record : undefined;
    }
    return undefined;
  }

  append(message: Bytes): void {
    if (message.length === 0 || message.length > RAIL_RECORD_BYTES_MAX) throw new Fault("flash.bound");
    const place = this.#makeRoom();
    // Whatever becomes of this one, its slot counts as used.
    this.#next = (place + 1) % this.#slots;
    const number = this.#number + 1;
    this.#isUnsure = true;
    const slot = this.#write(place, number, message);
    this.#flash.read(place * SLOT_BYTES, this.#slot);
    if (!this.#crypto.isEqual(this.#slot.subarray(0, slot.length), slot)) throw new Fault("flash.io");
    this.#isUnsure = false;
    this.#number = number;
    this.#newest = place;
  }

  /** Looks through all slots for the newest record. @throws Fault flash.io: what was known before is not changed */
  #find(): void {
    let [newest, at] = [0, -1];
    for (let place = 0; place < this.#slots; place++) {
      const number = this.#numberAt(place);
      if (number === undefined || number <= newest || this.#recordAt(place) === undefined) continue;
      [newest, at] = [number, place];
    }
    this.#number = newest;
    this.#newest = at;
  }

  /** Gives a slot that is erased; the sector that it begins is erased for it. @throws Fault flash.io where there is none */
  #makeRoom(): number {
    for (let tried = 0; tried < this.#slotsInSector; tried++) {
      const place = (this.#next + tried) % this.#slots;
      if (place % this.#slotsInSector === 0) this.#erase(place / this.#slotsInSector);
      this.#flash.read(place * SLOT_BYTES, this.#slot);
      if (this.#slot.every((byte) => byte === ERASED)) return place;
    }
    // A whole sector's slots were torn, or it does not let itself be erased: the next sector is tried the next time.
    this.#next = (this.#next + this.#slotsInSector) % this.#slots;
    throw new Fault("flash.io");
  }

  /** Erases a sector, but never the newest record: flash that takes nothing more would come round to it. */
  #erase(sector: number): void {
    if (this.#newest >= 0 && Math.floor(this.#newest / this.#slotsInSector) === sector) {
      this.#next = (this.#newest + 1) % this.#slots;
      throw new Fault("flash.io");
    }
    this.#flash.erase(sector);
  }

  #write(place: number, number: number, message: Bytes): Bytes {
    const slot = new Uint8Array(RECORD_AT + ((message.length + 3) & ~3)).fill(ERASED);
    const view = new DataView(slot.buffer);
    view.setUint32(0, number);
    view.setUint16(4, message.length);
    slot.set(message, RECORD_AT);
    slot.set(this.#check(slot, message.length), HEAD_BYTES);
    this.#flash.write(place * SLOT_BYTES, slot);
    return slot;
  }

  #check(slot: Bytes, length: number): Bytes {
    const hash = this.#crypto.startSha256();
    hash.update(slot.subarray(0, HEAD_BYTES));
    hash.update(slot.subarray(RECORD_AT, RECORD_AT + length));
    return hash.finish().subarray(0, CHECK_BYTES);
  }

  /** The number that a slot claims; undefined for one that is erased. */
  #numberAt(place: number): number | undefined {
    const head = this.#slot.subarray(0, HEAD_BYTES);
    this.#flash.read(place * SLOT_BYTES, head);
    const view = new DataView(head.buffer, head.byteOffset, HEAD_BYTES);
    const [number, length] = [view.getUint32(0), view.getUint16(4)];
    return length === 0 || length > RAIL_RECORD_BYTES_MAX ? undefined : number;
  }

  /** The record in a slot, a copy; undefined where there is none that is whole. */
  #recordAt(place: number): Bytes | undefined {
    const slot = this.#slot;
    this.#flash.read(place * SLOT_BYTES, slot);
    const length = new DataView(slot.buffer).getUint16(4);
    if (length === 0 || length > RAIL_RECORD_BYTES_MAX) return undefined;
    const isWhole = this.#crypto.isEqual(this.#check(slot, length), slot.subarray(HEAD_BYTES, RECORD_AT));
    return isWhole ? slot.slice(RECORD_AT, RECORD_AT + length) : undefined;
  }
}
