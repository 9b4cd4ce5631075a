// CBOR in diagnostic notation, read by a decoder that is not ours.
// Why: whoever doubts what our own reader says about a token sees here what another one finds in the same bytes.
// Follows RFC 8949 §8, and its `<< >>` for CBOR inside byte strings (RFC 8610, appendix G.3).

import { Decoder } from "cbor-x";
import { type Bytes, toHex } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";
import { printable } from "./printable.ts";

/** The most bytes of which a notation is made. */
export const NOTATION_BYTES_MAX = 4_096;

const INDENT = "  ";
const LEVELS_MAX = 64;
const WIDTH = 100;
/** Byte strings that hold CBOR by their place: in a COSE_Sign1 the first and the third, and a claim's scope (9). */
const SIGN1_EMBEDDED: readonly number[] = Object.freeze([0, 2]);
const SCOPE = 9;
const SIGN1_TAG = 18;

/** Gives the notation of one item, indented; what would act on a terminal stands in it as its number.
 *  @param bytes at most 4,096 bytes
 *  @throws Fault cbor.type or cbor.truncated where it is no CBOR, cbor.unsupported where it is indefinite or has a tag that makes
 *    something else of an item, cbor.bound where it is too long or too deep */
export function notationOf(bytes: Bytes): string {
  if (bytes.length > NOTATION_BYTES_MAX) throw new Fault("cbor.bound");
  return write(decode(bytes), "");
}

function decode(bytes: Uint8Array): unknown {
  checkNesting(bytes);
  try {
    return new Decoder({ mapsAsObjects: false, useRecords: false }).decode(bytes);
  } catch {
    // The decoder's own errors are of many kinds, and all of them say the same.
    throw new Fault("cbor.type");
  }
}

/** Walks the heads (RFC 8949 §3) without recursion, since the decoder recurses without a bound.
 *  @throws Fault cbor.bound, cbor.truncated, cbor.unsupported for indefinite and overlong items */
function checkNesting(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const left = [1];
  let offset = 0;
  for (let steps = 0; steps <= 2 * bytes.length + 1 && left.length > 0; steps++) {
    const level = left.length - 1;
    if (left[level] === 0) {
      left.pop();
      continue;
    }
    left[level]--;
    if (offset >= bytes.length) throw new Fault("cbor.truncated");
    const majorType = bytes[offset] >> 5;
    const short = bytes[offset] & 31;
    const size = short < 24 ? 0 : 1 << (short - 24);
    const isCounted = majorType >= 2 && majorType <= 5;
    if (short > 27 || (isCounted && size > 4)) throw new Fault("cbor.unsupported");
    if (offset + 1 + size > bytes.length) throw new Fault("cbor.truncated");
    const argument = isCounted ? readArgument(view, offset, size) : 0;
    offset += 1 + size + (majorType === 2 || majorType === 3 ? argument : 0);
    if (majorType === 4 || majorType === 5) left.push(majorType === 4 ? argument : 2 * argument);
    if (majorType === 6) left.push(1);
    if (left.length > LEVELS_MAX) throw new Fault("cbor.bound");
  }
}

/** @param size of the argument behind the head: 0, 1, 2 or 4 */
function readArgument(view: DataView, offset: number, size: number): number {
  if (size === 0) return view.getUint8(offset) & 31;
  if (size === 1) return view.getUint8(offset + 1);
  return size === 2 ? view.getUint16(offset + 1) : view.getUint32(offset + 1);
}

function write(value: unknown, indent: string): string {
  // CBOR inside byte strings nests as well, and each level of it was checked for itself only.
  if (indent.length > LEVELS_MAX * INDENT.length) throw new Fault("cbor.bound");
  if (value instanceof Uint8Array) return `h'${toHex(value)}'`;
  // JSON escapes the controls of ASCII alone.
  if (typeof value === "string") return printable(JSON.stringify(value));
  if (Array.isArray(value))
    return group("[", "]", { items: value.map((item) => (inner) => write(item, inner)), indent });
  if (value instanceof Map) {
    const items = [...value].map(
      ([key, item]) =>
        (inner: string) =>
          `${write(key, inner)}: ${writeClaim(key, item, inner)}`,
    );
    return group("{", "}", { items, indent });
  }
  if (isTagged(value)) return `${value.tag}(${writeTagged(value, indent)})`;
  // Of some tags cbor-x makes errors, patterns or objects that say whatever their writer wants; no message of ours has one.
  if (typeof value === "object" && value !== null) throw new Fault("cbor.unsupported");
  return String(value);
}

function writeTagged({ tag, value }: { readonly tag: number; readonly value: unknown }, indent: string): string {
  if (tag !== SIGN1_TAG || !Array.isArray(value)) return write(value, indent);
  const items = value.map((item, index) => (inner: string) => {
    return SIGN1_EMBEDDED.includes(index) ? embedded(item, inner) : write(item, inner);
  });
  return group("[", "]", { items, indent });
}

function writeClaim(key: unknown, value: unknown, indent: string): string {
  return key === SCOPE ? embedded(value, indent) : write(value, indent);
}

function embedded(value: unknown, indent: string): string {
  return value instanceof Uint8Array && value.length > 0
    ? `<< ${write(decode(value), indent)} >>`
    : write(value, indent);
}

/** Writes on one line where it fits. */
function group(
  opening: string,
  closing: string,
  { items, indent }: { readonly items: readonly ((indent: string) => string)[]; readonly indent: string },
): string {
  const inner = indent + INDENT;
  const written = items.map((item) => item(inner));
  const line = `${opening}${written.join(", ")}${closing}`;
  if (line.length + indent.length <= WIDTH && !line.includes("\n")) return line;
  return `${opening}\n${written.map((item) => inner + item).join(",\n")}\n${indent}${closing}`;
}

/** cbor-x gives a tag that it does not know as an object of its own. */
function isTagged(value: unknown): value is { readonly tag: number; readonly value: unknown } {
  return (
    typeof value === "object" && value !== null && "tag" in value && "value" in value && typeof value.tag === "number"
  );
}
