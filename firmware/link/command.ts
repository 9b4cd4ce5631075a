// The plaintexts between a keypad and its lock: what somebody asks at the keys, and what the lock says to it.
// Why: both ends read them, and whoever listens at the wire must learn nothing from a size: an entry is as long with 4
// digits as with 20, and a yes as long as a no (docs/attacks.md T01, T38).
// Follows docs/protocol.cddl, "Inside a keypad's session".

import type { Bytes } from "../bytes.ts";
import { Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { assert, Fault } from "../fault.ts";

/** The size of a command's id: random, and the same in every repeat. */
export const COMMAND_ID_BYTES = 8;
/** The most digits of an entry, decoys among them. */
export const DIGITS_MAX = 20;
/** After how long a command is given up, over however many sessions it was sent; and for how long a frame of the lock's shows it
 *  that an entry which names it was not held back. */
export const ANSWER_MILLIS_MAX = 15_000;

/** What a keypad asks. `id` is 8 random bytes; what is asked twice with the same id is done once. */
export type Command =
  /** Digits in ASCII, 1..20; decoys stand in front. `heard` is the number of the newest frame that the keypad has opened in this
   *  session, below 2^20; undefined before the first. */
  | { readonly kind: "entry"; readonly id: Bytes; readonly heard: number | undefined; readonly digits: Bytes }
  /** Asks to lock; it needs no code. */
  | { readonly kind: "lock"; readonly id: Bytes }
  /** Somebody wants to be let in. */
  | { readonly kind: "bell"; readonly id: Bytes }
  /** How the keypad is: when the link comes up, at each change, and once a minute. */
  | ({ readonly kind: "report"; readonly id: Bytes } & Report);

/** What is asked, without what each time that it is sent adds. */
export type Asked = Command extends infer Each ? (Each extends Command ? Omit<Each, "id" | "heard"> : never) : never;

/** How a keypad is. */
export interface Report {
  /** Whether somebody has opened its case. */
  readonly isCaseOpen: boolean;
  /** Whether a key is held down for longer than anybody would. */
  readonly isKeyStuck: boolean;
  /** Of its supply, u32; 0 where it is not measured. */
  readonly millivolts: number;
}

/** What became of a command: it was refused; it was done; more is needed, a second person or the phone, or for a lock without a
 *  code the end of the bolt's way or a shut leaf; too many wrong codes came, and codes of this length are not tried for now; an
 *  entry came too soon after the last one, or after the lock's start, or before its codes were made, or named no new frame of the lock's,
 *  and nobody looked at it. */
export type Result = "no" | "yes" | "wait" | "paused" | "early";

/** What a keypad may show of the lock. */
export interface View {
  /** Whether the bolt is thrown. */
  readonly isThrown: boolean;
  /** Whether lights should be dim. */
  readonly isNight: boolean;
  /** Whether the lock's own battery is low. */
  readonly isBatteryLow: boolean;
  /** Whether the lock sounds an alarm. */
  readonly isAlarm: boolean;
}

/** The answer to a command. */
export interface Reply {
  /** Of the command. */
  readonly id: Bytes;
  readonly result: Result;
  /** As it was when the answer was sent. */
  readonly view: View;
}

/** What a lock sends to a keypad: an answer, or what it may show when that has changed. */
export type Word = { readonly kind: "reply"; readonly reply: Reply } | { readonly kind: "notice"; readonly view: View };

const ENTRY = 1;
const LOCK = 2;
const BELL = 3;
const REPORT = 4;
const REPLY = 64;
const NOTICE = 96;

const FLAG_CASE_OPEN = 1;
const FLAG_KEY_STUCK = 2;
const VIEW_THROWN = 1;
const VIEW_NIGHT = 2;
const VIEW_BATTERY_LOW = 4;
const VIEW_ALARM = 8;

const U32_MAX = 0xffff_ffff;
const RESULTS: readonly Result[] = Object.freeze(["no", "yes", "wait", "paused", "early"]);
/** The plaintext of an entry: two heads, the id, what was heard, and 20 bytes. */
const ENTRY_BYTES = 37;
const HEARD_BYTES = 4;
/** What stands for no frame. */
const NONE_HEARD = 0xffff_ffff;
/** What fills an entry up in front of its digits. */
const FILLER = 0xff;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** Gives what is asked as a command, to be sent over one session. @param heard what an entry carries of it, see Command */
export function commandOf(asked: Asked, id: Bytes, heard: number | undefined): Command {
  return asked.kind === "entry" ? { ...asked, id, heard } : { ...asked, id };
}

/** Gives the plaintext of a command; the caller wipes the one of an entry. */
export function encodeCommand(command: Command): Bytes {
  // Of the size of an entry, which therefore leaves no second copy of its digits behind.
  const writer = new Writer(ENTRY_BYTES);
  const { id } = command;
  assert(id.length === COMMAND_ID_BYTES, "a command's id has 8 bytes");
  switch (command.kind) {
    case "entry": {
      const padded = paddedOf(command.digits);
      const heard = encodeHeard(command.heard);
      const plaintext = writer.array(4).uint(ENTRY).bytes(id).bytes(heard).bytes(padded).finish();
      padded.fill(0);
      return plaintext;
    }
    case "lock":
      return writer.array(2).uint(LOCK).bytes(id).finish();
    case "bell":
      return writer.array(2).uint(BELL).bytes(id).finish();
    case "report": {
      const flags = (command.isCaseOpen ? FLAG_CASE_OPEN : 0) | (command.isKeyStuck ? FLAG_KEY_STUCK : 0);
      return writer.array(4).uint(REPORT).bytes(id).uint(flags).uint(command.millivolts).finish();
    }
  }
}

/** Reads a command. @returns its id is a copy, its digits are a view: whoever wipes the plaintext wipes them
 *  @throws Fault link.shape, cbor.* */
export function parseCommand(plaintext: Bytes): Command {
  const reader = new Reader(plaintext);
  const items = reader.readArray(2, 4);
  const number = reader.readUint(U32_MAX);
  const id = reader.readView(COMMAND_ID_BYTES, COMMAND_ID_BYTES).slice();
  const command = readAsked(reader, { items, number, id });
  reader.end();
  return command;
}

/** Gives the plaintext of an answer: 14 bytes, whatever it says. */
export function encodeReply({ id, result, view }: Reply): Bytes {
  assert(id.length === COMMAND_ID_BYTES, "a command's id has 8 bytes");
  const writer = new Writer(ENTRY_BYTES).array(4).uint(REPLY).bytes(id);
  return writer.uint(RESULTS.indexOf(result)).uint(numberOfView(view)).finish();
}

/** Gives the plaintext of what a keypad may show. */
export function encodeView(view: View): Bytes {
  return new Writer(ENTRY_BYTES).array(2).uint(NOTICE).uint(numberOfView(view)).finish();
}

/** Reads what a lock sent. @returns the id is a copy
 *  @throws Fault link.shape, cbor.* */
export function parseWord(plaintext: Bytes): Word {
  const reader = new Reader(plaintext);
  const items = reader.readArray(2, 4);
  const number = reader.readUint(U32_MAX);
  let word: Word;
  if (number === NOTICE && items === 2) word = { kind: "notice", view: readView(reader) };
  else if (number === REPLY && items === 4) {
    const id = reader.readView(COMMAND_ID_BYTES, COMMAND_ID_BYTES).slice();
    const result = RESULTS[reader.readUint(RESULTS.length - 1)];
    word = { kind: "reply", reply: { id, result, view: readView(reader) } };
  } else throw new Fault("link.shape");
  reader.end();
  return word;
}

/** Gives what a keypad may show, as a number: two views are equal where their numbers are. */
export function numberOfView(view: View): number {
  return (
    (view.isThrown ? VIEW_THROWN : 0) |
    (view.isNight ? VIEW_NIGHT : 0) |
    (view.isBatteryLow ? VIEW_BATTERY_LOW : 0) |
    (view.isAlarm ? VIEW_ALARM : 0)
  );
}

function readAsked(reader: Reader, asked: { items: number; number: number; id: Bytes }): Command {
  const { items, number, id } = asked;
  if (number === ENTRY && items === 4) {
    return { kind: "entry", id, heard: readHeard(reader), digits: readDigits(reader) };
  }
  if (number === LOCK && items === 2) return { kind: "lock", id };
  if (number === BELL && items === 2) return { kind: "bell", id };
  if (number !== REPORT || items !== 4) throw new Fault("link.shape");
  const flags = reader.readUint(U32_MAX);
  const millivolts = reader.readUint(U32_MAX);
  const isCaseOpen = (flags & FLAG_CASE_OPEN) !== 0;
  return { kind: "report", id, isCaseOpen, isKeyStuck: (flags & FLAG_KEY_STUCK) !== 0, millivolts };
}

/** Bits that this version does not know say nothing to it. */
function readView(reader: Reader): View {
  const bits = reader.readUint(U32_MAX);
  return {
    isThrown: (bits & VIEW_THROWN) !== 0,
    isNight: (bits & VIEW_NIGHT) !== 0,
    isBatteryLow: (bits & VIEW_BATTERY_LOW) !== 0,
    isAlarm: (bits & VIEW_ALARM) !== 0,
  };
}

/** In four bytes, whatever it is: a number would make an entry longer or shorter. */
function encodeHeard(heard = NONE_HEARD): Bytes {
  return Uint8Array.of(heard >>> 24, heard >>> 16, heard >>> 8, heard);
}

function readHeard(reader: Reader): number | undefined {
  const [first, second, third, fourth] = reader.readView(HEARD_BYTES, HEARD_BYTES);
  const heard = ((first << 24) | (second << 16) | (third << 8) | fourth) >>> 0;
  return heard === NONE_HEARD ? undefined : heard;
}

/** Reads fillers, then digits to the end: one form for each entry. */
function readDigits(reader: Reader): Bytes {
  const padded = reader.readView(DIGITS_MAX, DIGITS_MAX);
  let start = 0;
  while (start < DIGITS_MAX && padded[start] === FILLER) start++;
  const digits = padded.subarray(start);
  if (digits.length === 0 || !areDigits(digits)) throw new Fault("link.shape");
  return digits;
}

function paddedOf(digits: Uint8Array): Bytes {
  assert(digits.length >= 1 && digits.length <= DIGITS_MAX && areDigits(digits), "an entry is 1..20 digits in ASCII");
  const padded = new Uint8Array(DIGITS_MAX).fill(FILLER);
  padded.set(digits, DIGITS_MAX - digits.length);
  return padded;
}

function areDigits(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= DIGIT_0 && byte <= DIGIT_9);
}
