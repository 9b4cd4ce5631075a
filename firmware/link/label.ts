// A board's label: its two public keys as one text, what a person compares, and what a new board prints on its console.
// Why: a board makes its keys at its first start and has no other label than the one that it prints; the same text is read by its
// owner's tool. Nothing here is secret (docs/attacks.md T37).
// Follows docs/protocol.cddl, `setup`; ISO/IEC 18004 §5.3.8 for the quiet zone around a QR code.

import { type Bytes, toBase64url } from "../bytes.ts";
import { Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { KID_BYTES, lockIdOf } from "../cose/key.ts";
import { type Crypto, KEY_BYTES } from "../crypto/crypto.ts";
import { assert, Fault, unreachable } from "../fault.ts";

const VERSION = 1;
const VERSION_MAX = 255;
/** Light modules on each side. */
const QUIET_MODULES = 4;
/** The largest QR code that there is. */
const MODULES_MAX = 177;

/** Two public keys of a lock, or of a board such as a keypad, 32 bytes each: X25519 to reach it, Ed25519 that names it. */
export interface Setup {
  readonly agreementKey: Bytes;
  readonly signingKey: Bytes;
}

/** Gives the text of a label: base64url, 94 characters. */
export function encodeSetup(setup: Setup): string {
  return toBase64url(setupBytes(setup));
}

/** Gives what a person compares before a board is enrolled: 11 characters, base64url of the first 8 bytes of the label's
 *  SHA-256. The name of the Ed25519 key alone would not do: the other key is the one that the link stands on. */
export function fingerprintOf(crypto: Crypto, setup: Setup): string {
  return toBase64url(crypto.sha256(setupBytes(setup)).subarray(0, KID_BYTES));
}

/** Reads the text of a label. @returns views
 *  @throws Fault link.shape for another version, cbor.* */
export function parseSetup(bytes: Bytes): Setup {
  const reader = new Reader(bytes);
  reader.readArray(3, 3);
  if (reader.readUint(VERSION_MAX) !== VERSION) throw new Fault("link.shape");
  const agreementKey = reader.readView(KEY_BYTES, KEY_BYTES);
  const signingKey = reader.readView(KEY_BYTES, KEY_BYTES);
  reader.end();
  return { agreementKey, signingKey };
}

/** The modules of a QR code, without the quiet zone. */
export interface Modules {
  /** 21..177 on each side. */
  readonly size: number;
  /** @param x, y 0..size - 1, from the left and from the top */
  isDark(x: number, y: number): boolean;
}

/** What stands behind a QR code: the SDK's module on a board, a package on the desk. */
export interface QrCode {
  /** Gives the modules for a text. */
  modulesOf(text: string): Modules;
  /** `blocks`: two modules one above the other in a character of Unicode; `hashes`: one in two characters of ASCII, for a
   *  console that shows nothing else. */
  readonly ink: "blocks" | "hashes";
}

/** A board that prints its label. */
export interface LabelledBoard {
  readonly kind: "lock" | "keypad" | "camera";
  readonly setup: Setup;
  /** Where a camera is reached, IPv4, 4 bytes: nobody else tells its owner. Left out where it is in no network. */
  readonly address?: Bytes | undefined;
}

/** Gives the lines that a board prints while it is nobody's: what it is, what to compare, its setup text, and that text as a QR
 *  code. What is light is drawn and what is dark is left out, for a console whose ground is dark.
 *  @returns lines without their ends, of at most 185 characters, or 370 in hashes */
export function newBoardNotice(
  crypto: Crypto,
  { kind, setup, address }: LabelledBoard,
  { modulesOf, ink }: QrCode,
): string[] {
  const text = encodeSetup(setup);
  return [
    `Latchkey ${kind}, nobody's yet.`,
    ...(kind === "lock" ? [`Name:        ${lockIdOf(crypto, setup.signingKey)}`] : []),
    `Fingerprint: ${fingerprintOf(crypto, setup)}`,
    `Setup:       ${text}`,
    ...(address === undefined ? [] : [`Address:     ${address.join(".")}`]),
    howToOwn(kind),
    "",
    ...(ink === "blocks" ? drawBlocks(modulesOf(text)) : drawHashes(modulesOf(text))),
    "",
  ];
}

function howToOwn(kind: LabelledBoard["kind"]): string {
  switch (kind) {
    case "lock":
      return "To own it, press the button inside, and within a minute: latchkey adopt SETUP";
    case "keypad":
    case "camera":
      return `To let a lock hear it, its owner compares the fingerprint: latchkey ${kind} enrol SETUP`;
    default:
      return unreachable(kind);
  }
}

function drawHashes(modules: Modules): string[] {
  const isLight = lightOf(modules);
  const lines: string[] = [];
  const end = modules.size + QUIET_MODULES;
  for (let y = -QUIET_MODULES; y < end; y++) {
    let line = "";
    for (let x = -QUIET_MODULES; x < end; x++) line += isLight(x, y) ? "##" : "  ";
    lines.push(line);
  }
  return lines;
}

function drawBlocks(modules: Modules): string[] {
  const isLight = lightOf(modules);
  const lines: string[] = [];
  const end = modules.size + QUIET_MODULES;
  for (let y = -QUIET_MODULES; y < end; y += 2) {
    let line = "";
    for (let x = -QUIET_MODULES; x < end; x++) {
      // Sides are odd, so that the last line has nothing below.
      const isBelow = y + 1 < end && isLight(x, y + 1);
      line += isLight(x, y) ? (isBelow ? "\u2588" : "\u2580") : isBelow ? "\u2584" : " ";
    }
    lines.push(line);
  }
  return lines;
}

/** Whether a module is light; the quiet zone around all is. */
function lightOf(modules: Modules): (x: number, y: number) => boolean {
  const { size } = modules;
  assert(size > 0 && size <= MODULES_MAX, "a QR code has at most 177 modules on each side");
  return (x, y) => x < 0 || y < 0 || x >= size || y >= size || !modules.isDark(x, y);
}

function setupBytes({ agreementKey, signingKey }: Setup): Bytes {
  return new Writer().array(3).uint(VERSION).bytes(agreementKey).bytes(signingKey).finish();
}
