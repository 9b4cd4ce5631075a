// Byte strings: the few conversions that every layer needs.
// Why: XS has no TextEncoder, Buffer or atob on a board, and each layer would otherwise write its own.
// Follows RFC 4648 §5 (base64url, unpadded) and §8 (base16). None of it is constant-time: no secret passes here except
// in owner/, on the owner's own machine.

import { Fault } from "./fault.ts";

/** A byte string that owns or views an ArrayBuffer (never a SharedArrayBuffer). */
export type Bytes = Uint8Array<ArrayBuffer>;

/** No bytes at all: one for everybody, since on a board each costs 120. */
export const NO_BYTES: Bytes = new Uint8Array(0);

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const HEX = "0123456789abcdef";

/** Gives zeros that whoever holds them for long may fill, and the one that everybody has of no bytes. */
export function newBytes(size: number): Bytes {
  return size === 0 ? NO_BYTES : new Uint8Array(size);
}

/** Gives a copy for whoever holds it for long, and the one that everybody has of no bytes. */
export function held(bytes: Uint8Array): Bytes {
  return bytes.length === 0 ? NO_BYTES : (bytes.slice() as Bytes);
}

/** Gives a new byte string that holds `parts` one after the other. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  let size = 0;
  for (const part of parts) size += part.length;
  const joined = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Gives lower-case base16. RFC 4648 §8. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX.charAt(byte >> 4) + HEX.charAt(byte & 15);
  return text;
}

/** Reads base16 of either case. RFC 4648 §8.
 *  @throws Fault bytes.encoding */
export function fromHex(text: string): Bytes {
  if (text.length % 2 !== 0) throw new Fault("bytes.encoding");
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index++) {
    const high = HEX.indexOf(text.charAt(2 * index).toLowerCase());
    const low = HEX.indexOf(text.charAt(2 * index + 1).toLowerCase());
    if (high < 0 || low < 0) throw new Fault("bytes.encoding");
    bytes[index] = (high << 4) | low;
  }
  return bytes;
}

/** Gives unpadded base64url. RFC 4648 §5. */
export function toBase64url(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += BASE64URL.charAt((held >> bits) & 63);
    }
    held &= 63;
  }
  return bits > 0 ? text + BASE64URL.charAt((held << (6 - bits)) & 63) : text;
}

/** Reads unpadded base64url and accepts the one canonical form only: unused bits are zero. RFC 4648 §3.5, §5.
 *  @throws Fault bytes.encoding */
export function fromBase64url(text: string): Bytes {
  if (text.length % 4 === 1) throw new Fault("bytes.encoding");
  const bytes = new Uint8Array((text.length * 3) >> 2);
  let bits = 0;
  let held = 0;
  let size = 0;
  for (let index = 0; index < text.length; index++) {
    const value = BASE64URL.indexOf(text.charAt(index));
    if (value < 0) throw new Fault("bytes.encoding");
    held = (held << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[size++] = (held >> bits) & 255;
      held &= (1 << bits) - 1;
    }
  }
  if (held !== 0) throw new Fault("bytes.encoding");
  return bytes;
}

/** Gives the bytes of a text of printable ASCII (0x20..0x7e), such as a label or a prologue.
 *  @throws Fault bytes.encoding */
export function fromAscii(text: string): Bytes {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code > 0x7e) throw new Fault("bytes.encoding");
    bytes[index] = code;
  }
  return bytes;
}

const PIECE_LETTERS = 32;

/** Gives the text of bytes that are all printable ASCII.
 *  @throws Fault bytes.encoding */
export function toAscii(bytes: Uint8Array): string {
  if (!bytes.every((byte) => byte >= 0x20 && byte <= 0x7e)) throw new Fault("bytes.encoding");
  // Letter by letter, a text is copied for each of them.
  let text = "";
  for (let from = 0; from < bytes.length; from += PIECE_LETTERS) {
    text += Reflect.apply(String.fromCharCode, undefined, bytes.subarray(from, from + PIECE_LETTERS));
  }
  return text;
}
