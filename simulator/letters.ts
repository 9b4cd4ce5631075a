// Texts in which each letter stands for one byte: ISO 8859-1.
// Why: HTTP is text with a picture in it, and a test says best what it sends and has heard in one string.

import type { Bytes } from "../firmware/bytes.ts";

/** Gives the bytes of a text. @param text of letters up to U+00FF */
export function bytesOf(text: string): Bytes {
  return Uint8Array.from([...text].map((letter) => letter.charCodeAt(0)));
}

/** Gives the text of bytes. */
export function textOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => String.fromCharCode(byte)).join("");
}
