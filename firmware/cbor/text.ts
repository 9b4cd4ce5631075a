// Text strings: UTF-8 checked, decoded and encoded by hand.
// Why: XS has no TextDecoder or TextEncoder on a board, and a lenient decoder would give one text several encodings.
// Follows RFC 3629 §3 and §4: no overlong form, no surrogate, nothing above U+10FFFF.

import { assert, Fault } from "../fault.ts";

/** How many ASCII characters go to one native call: each takes a place on the engine's stack. */
const RUN_BYTES_MAX = 64;

/** Checks that bytes start..end are well-formed UTF-8. RFC 3629 §4.
 *  @throws Fault cbor.text */
export function checkUtf8(bytes: Uint8Array, start: number, end: number): void {
  let offset = start;
  while (offset < end) {
    const lead = bytes[offset++];
    if (lead < 0x80) continue;
    // The second byte's range is narrower after four leads: that excludes overlong forms, surrogates, and the rest of
    // what lies above U+10FFFF.
    let low = 0x80;
    let high = 0xbf;
    let more = 1;
    if (lead < 0xc2 || lead > 0xf4) throw new Fault("cbor.text");
    if (lead >= 0xf0) {
      more = 3;
      if (lead === 0xf0) low = 0x90;
      else if (lead === 0xf4) high = 0x8f;
    } else if (lead >= 0xe0) {
      more = 2;
      if (lead === 0xe0) low = 0xa0;
      else if (lead === 0xed) high = 0x9f;
    }
    if (offset + more > end) throw new Fault("cbor.text");
    for (; more > 0; more--) {
      const next = bytes[offset++];
      if (next < low || next > high) throw new Fault("cbor.text");
      low = 0x80;
      high = 0xbf;
    }
  }
}

/** Gives the text of bytes start..end, which `checkUtf8` has passed. RFC 3629 §3. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  let offset = start;
  while (offset < end) {
    let run = offset;
    while (run < end && run - offset < RUN_BYTES_MAX && bytes[run] < 0x80) run++;
    if (run > offset) {
      text += Reflect.apply(String.fromCharCode, undefined, bytes.subarray(offset, run));
      offset = run;
      continue;
    }
    const lead = bytes[offset++];
    const more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    let codePoint = lead & (0x3f >> more);
    for (let left = more; left > 0; left--) codePoint = (codePoint << 6) | (bytes[offset++] & 0x3f);
    text += String.fromCodePoint(codePoint);
  }
  return text;
}

/** Gives the UTF-8 of a text. RFC 3629 §3. An unpaired surrogate, which has none, is the caller's mistake.
 *  @returns the bytes as numbers 0..255, at most four for each character */
export function encodeUtf8(text: string): number[] {
  const encoded: number[] = [];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0x80) return encodeCharacters(text);
    encoded[index] = code;
  }
  return encoded;
}

function encodeCharacters(text: string): number[] {
  const encoded: number[] = [];
  // By characters and not by index: XS may be built to count code points where ECMAScript counts UTF-16 units.
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (codePoint < 0x80) {
      encoded.push(codePoint);
    } else if (codePoint < 0x800) {
      encoded.push(0xc0 | (codePoint >> 6), 0x80 | (codePoint & 0x3f));
    } else if (codePoint < 0x1_0000) {
      assert(codePoint < 0xd800 || codePoint > 0xdfff, "a text has no unpaired surrogate");
      encoded.push(0xe0 | (codePoint >> 12), 0x80 | ((codePoint >> 6) & 0x3f), 0x80 | (codePoint & 0x3f));
    } else {
      encoded.push(0xf0 | (codePoint >> 18), 0x80 | ((codePoint >> 12) & 0x3f));
      encoded.push(0x80 | ((codePoint >> 6) & 0x3f), 0x80 | (codePoint & 0x3f));
    }
  }
  return encoded;
}
