// What a board's program asks of its chip, and what the chip tells it, by numbers: the edge at which a whole board is put on tape.
// Why: what a board's own program takes of its memory is known only where its chip is not in it; so the chip's classes
// (firmware/io/ecma419.ts) are thin there, and whatever they do is asked across this edge, on a desk of the fakes, and on rv32 of a tape.
// See tape.ts for the records; tape.c reads and writes the same values.

import { fromAscii } from "../../firmware/bytes.ts";
import { assert } from "../../firmware/fault.ts";

/** What goes across the edge; a number is a whole one of 32 bits, signed. */
export type Value = undefined | boolean | number | string | Uint8Array | ArrayBuffer;

/** Asks something of a thing of the chip.
 *  @param thing its number, given by whoever made it   @param member of MEMBER   @throws Error where the chip refuses */
export type Ask = (thing: number, member: number, first?: Value, second?: Value, third?: Value) => Value;

/** What may be asked. The first ones make a thing. */
export const MEMBER = Object.freeze({
  digital: 1,
  pwm: 2,
  analog: 3,
  serial: 4,
  tcp: 5,
  listener: 6,
  udp: 7,
  wifi: 8,
  timer: 9,
  read: 20,
  write: 21,
  close: 22,
  resolution: 23,
  remoteAddress: 24,
  port: 25,
  senderAddress: 26,
  senderPort: 27,
  add: 28,
  connection: 29,
  address: 30,
  strength: 31,
  connect: 32,
  disconnect: 33,
  configure: 34,
  radioStart: 40,
  radioTake: 41,
  radioFragment: 42,
  radioSend: 43,
  radioMaximum: 44,
  radioClose: 45,
  feed: 50,
  confirm: 51,
  restart: 52,
  qrCode: 53,
  sleepStart: 60,
  sleepKeep: 61,
  sleepWatch: 62,
  sleepAllow: 63,
});

/** What a thing tells; the thing of `wake` is RADIO, that of `fired` CHIP. */
export const EVENT = Object.freeze({ readable: 1, writable: 2, error: 3, changed: 4, due: 5, wake: 6, fired: 7 });
/** Things that every chip has. */
export const CHIP = 0;
export const RADIO = 1;
export const THINGS_FROM = 2;
/** What a radio's network interface may say that it changed, at its number. */
export const CHANGES = Object.freeze(["connection", "address"] as const);

const TAG = Object.freeze({ nothing: 0, no: 1, yes: 2, number: 3, text: 4, bytes: 5, refused: 6 });
const BYTES_MAX = 0xffff;

/** Writes values one after the other, as tape.c does. Where something was refused, its sentence. */
export function encodeValues(values: readonly Value[], refusal?: string): Uint8Array {
  const out: number[] = [];
  const long = (tag: number, bytes: ArrayLike<number>) => {
    assert(bytes.length <= BYTES_MAX, "a value on a tape has at most 65,535 bytes");
    out.push(tag, bytes.length & 255, bytes.length >> 8);
    for (let index = 0; index < bytes.length; index++) out.push(bytes[index]);
  };
  const text = (tag: number, value: string) => long(tag, fromAscii(value));
  if (refusal !== undefined) text(TAG.refused, refusal);
  else
    for (const value of values) {
      if (value === undefined) out.push(TAG.nothing);
      else if (typeof value === "boolean") out.push(value ? TAG.yes : TAG.no);
      else if (typeof value === "string") text(TAG.text, value);
      else if (typeof value === "number") {
        assert(value === (value | 0), "a number on a tape is a whole one of 32 bits");
        out.push(TAG.number, value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255);
      } else long(TAG.bytes, new Uint8Array(value instanceof ArrayBuffer ? value : value.slice().buffer));
    }
  return Uint8Array.from(out);
}
