// Every reader that strangers' bytes reach, with good messages for it.
// Why: a reader may refuse with a Fault and with nothing else, and may not work longer than for ten good messages.
// The good ones are the protocol's own examples (examples.ts), and a list and a configuration of the largest size.

import { JpegReader } from "../../camera/jpeg.ts";
import { LUMA_BYTES } from "../../camera/luma.ts";
import { Provision } from "../../camera/provision.ts";
import { type Bytes, concat, fromAscii, toAscii } from "../../firmware/bytes.ts";
import { MESSAGE_BYTES_MAX, type Reader } from "../../firmware/cbor/decode.ts";
import { readSign1 } from "../../firmware/cose/sign1.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { readReceipt } from "../../firmware/evidence/receipt.ts";
import { assert } from "../../firmware/fault.ts";
import { KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import { readChain } from "../../firmware/grant/chain.ts";
import { readProof } from "../../firmware/grant/holder.ts";
import { makeRevocations, makeStatement } from "../../firmware/grant/issue.ts";
import { CODES_MAX, HOLDERS_MAX, REVOKED_MAX, readRevocations } from "../../firmware/grant/revocation.ts";
import { readStatement } from "../../firmware/grant/statement.ts";
import { typOf } from "../../firmware/grant/typ.ts";
import { verifyCheckpoint } from "../../firmware/journal/checkpoint.ts";
import { encodeEntry, readEntry, readPayload } from "../../firmware/journal/payload.ts";
import { ACCESS, NOTICES, PAYLOAD_BYTES_MAX, STATE } from "../../firmware/journal/record.ts";
import { parseCommand, parseWord } from "../../firmware/link/command.ts";
import { createReassembler } from "../../firmware/link/fragment.ts";
import { checkFrame } from "../../firmware/link/frame.ts";
import { parseEnrolled, parseOffer } from "../../firmware/link/introduction.ts";
import { parseAnswer, parseWelcome, readRequest } from "../../firmware/link/message.ts";
import { parseProvision, parseProvisioned } from "../../firmware/link/provision.ts";
import { createSerialReader, encodeSerial } from "../../firmware/link/serial.ts";
import { createStreamReader, encodeStream } from "../../firmware/link/stream.ts";
import { UsbSocket } from "../../firmware/link/usb.ts";
import { parseCameraWord, parseLockWord } from "../../firmware/link/witness.ts";
import { millis, seconds } from "../../firmware/platform.ts";
import { encodeTimeRequest, verifyTimeResponse } from "../../firmware/time/roughtime.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { Antenna } from "../antenna.ts";
import { castOf, DAY_SECONDS, NOW, repeated } from "../examples/keys.ts";
import { type Example, examples } from "../examples.ts";
import { fragment } from "../fragments.ts";
import { MemoryConstants } from "../memory.ts";
import { encodeMosaic } from "../sensor/mosaic.ts";
import { TimeServer } from "../timeserver.ts";
import { filmRows } from "./films.ts";
import { type Source, sourceOf } from "./mutate.ts";
import { counted, quiet, type Read, type Reading, type Row } from "./reading.ts";

export type { Reading } from "./reading.ts";

const FRAMES_MAX = 64;
const IN_FRONT: readonly string[] = Object.freeze([
  ...["readChain", "readProof", "readStatement", "readRevocations", "readRequest", "verifyTimeResponse"],
]);
/** Where the types of records of the access region begin, and those of the notices. */
const ACCESS_TYPE = 16;
const NOTICE_TYPE = 32;
const MINUTE_MILLIS = 60_000;
const ZONES = Object.freeze([
  ...["UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", "IST-1GMT0,M10.5.0,M3.5.0/1"],
  ...["AEST-10AEDT,M10.1.0,M4.1.0/3", "EST5EDT,J60/2:30:15,300/167", "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45"],
]);

/** A reader of strangers' bytes. */
export interface Parser {
  readonly name: string;
  /** Whether it reads in front of a signature check: those are tried most. */
  readonly isInFront: boolean;
  readonly goods: readonly Source[];
  /** The steps that the largest good message takes; undefined where the reader does not count them. */
  readonly steps: number | undefined;
  read(bytes: Bytes): Reading;
}

/** Gives all readers. */
export function parsersOf(crypto: Crypto): readonly Parser[] {
  const all = examples(crypto);
  const { lock } = castOf(crypto);
  const parser = (name: string, goods: readonly Bytes[], read: Read): Parser => {
    let most: number | undefined;
    for (const good of goods) {
      const { steps, thrown } = read(good);
      assert(thrown === undefined, `${name} reads what is good`);
      if (steps !== undefined && steps > (most ?? 0)) most = steps;
    }
    return { name, isInFront: IN_FRONT.includes(name), goods: goods.map(sourceOf), steps: most, read };
  };
  const ofRule = (...rules: string[]) => all.filter(({ rule }) => rules.includes(rule)).map(({ bytes }) => bytes);
  const lists = [...ofRule("revocations"), fullList(crypto)];
  return [
    parser("readChain", ofRule("root-token", "delegation"), counted(MESSAGE_BYTES_MAX, readGrant)),
    parser("readProof", ofRule("holder-proof"), counted(MESSAGE_BYTES_MAX, readProof)),
    parser(
      "readStatement",
      [...ofRule("statement"), fullConfiguration(crypto)],
      counted(MESSAGE_BYTES_MAX, readStatement),
    ),
    parser("readRevocations", lists, counted(MESSAGE_BYTES_MAX, readRevocations)),
    parser("readRequest", ofRule("request"), counted(MESSAGE_BYTES_MAX, readRequest)),
    parser("typOf", ofRule("holder-proof", "statement", "checkpoint", "receipt"), quiet(typOf)),
    parser("parseAnswer", ofRule("answer", "notice"), quiet(parseAnswer)),
    parser("parseWelcome", ofRule("welcome"), quiet(parseWelcome)),
    parser("parseCommand", ofRule("command"), quiet(parseCommand)),
    parser("parseWord", ofRule("reply", "board-notice"), quiet(parseWord)),
    parser("parseCameraWord", ofRule("heartbeat", "here"), quiet(parseCameraWord)),
    parser("parseLockWord", ofRule("ask", "ticket"), quiet(parseLockWord)),
    parser("parseProvision", ofRule("provision"), quiet(parseProvision)),
    parser("parseProvisioned", ofRule("provisioned"), quiet(parseProvisioned)),
    parser("provisioning", ofRule("provision"), quiet(provisioned(crypto))),
    parser("parseOffer", ofRule("offer"), quiet(parseOffer)),
    parser("parseEnrolled", ofRule("enrolled"), quiet(parseEnrolled)),
    parser(
      "verifyCheckpoint",
      ofRule("checkpoint"),
      quiet((bytes) => verifyCheckpoint(crypto, lock.publicKey, bytes)),
    ),
    parser("readReceipt", ofRule("receipt"), quiet(readReceipt)),
    ...entryParsers(all).map(([name, goods, read]) => parser(name, goods, read)),
    parser(
      "parseZone",
      ZONES.map(fromAscii),
      quiet((bytes) => parseZone(toAscii(bytes))),
    ),
    timeParser(crypto, parser),
    parser("readJpeg", pictures(), readJpeg()),
    ...filmRows(crypto, all).map(([name, goods, read]) => parser(name, goods, read)),
    ...carrierParsers(ofRule("delegation", "answer")).map(([name, goods, read]) => parser(name, goods, read)),
  ];
}

/** The answers of a Roughtime server: the only one of a batch, and the last of five. */
function timeParser(crypto: Crypto, parser: (name: string, goods: readonly Bytes[], read: Read) => Parser): Parser {
  const server = new TimeServer(crypto, repeated(0x53, 32));
  const { key } = server;
  const nonce = repeated(0x4e, 32);
  const requests = [1, 2, 3, 4, 0x4e].map((byte) => encodeTimeRequest(crypto, repeated(byte, 32), key));
  const goods = [server.answer(requests.slice(4), NOW)[0], server.answer(requests, NOW)[4]];
  return parser(
    "verifyTimeResponse",
    goods.filter((good) => good !== undefined),
    quiet((bytes) => verifyTimeResponse(crypto, bytes, { nonce, key })),
  );
}

/** Files of a camera: 40 by 30 blocks, and fewer between restart markers. */
function pictures(): readonly Bytes[] {
  const levels = (count: number) => Array.from({ length: count }, (_none, at) => (at * 613) % 2041);
  return [
    encodeMosaic(levels(1200), { columns: 40, rows: 30 }),
    encodeMosaic(levels(96), { columns: 12, rows: 8, restart: 5 }),
  ];
}

/** Its steps are blocks, and tables that had to be built: one reader stays, as on a board. */
function readJpeg(): Read {
  const reader = new JpegReader();
  const luma = new Uint8Array(LUMA_BYTES);
  return (bytes) => {
    const built = reader.tablesBuilt;
    const read = quiet((file) => reader.read(file, luma))(bytes);
    return { ...read, steps: reader.blocks + reader.tablesBuilt - built };
  };
}

/** One reader for each type of record: the example's rule ends in the type's number. */
function entryParsers(all: readonly Example[]): readonly Row[] {
  return all.flatMap(({ rule, bytes }): readonly Row[] => {
    const number = /-(\d+)$/.exec(rule)?.[1];
    if (number === undefined || bytes.length === 0) return [];
    const type = Number(number);
    const region = type < ACCESS_TYPE ? STATE : type < NOTICE_TYPE ? ACCESS : NOTICES;
    const goods = type === 3 ? [bytes, fullStoredList()] : [bytes];
    return [
      [`readPayload ${rule}`, goods, counted(PAYLOAD_BYTES_MAX, (reader) => readPayload(reader, region, type))],
      [`readEntry ${rule}`, goods, quiet((spoilt) => readEntry(region, type, spoilt))],
    ];
  });
}

/** What takes frames out of streams, lines and packets, fed with pieces that are cut anywhere. */
function carrierParsers(frames: readonly Bytes[]): readonly Row[] {
  const streams = concat(...frames.map(encodeStream));
  const lines = concat(...frames.map(encodeSerial));
  const packets = frames.flatMap((frame) => fragment(frame, 100));
  return [
    ["checkFrame", frames.map(framed), quiet(checkFrame)],
    ["stream", [streams], quiet((bytes) => drain(createStreamReader(), bytes))],
    ["serial", [lines], quiet((bytes) => drain(createSerialReader(), bytes))],
    ["cable", [concat(encodeSerial(hello()), lines)], quiet(plug)],
    ["fragments", packets, quiet((bytes) => reassemble(packets, bytes))],
  ];
}

function framed(body: Bytes): Bytes {
  return concat(Uint8Array.of(3, 1, 2, 3, 4, 0, 0, 0, 0), body, new Uint8Array(16));
}

function drain(reader: { push(chunk: Uint8Array): void; next(): Bytes | undefined }, bytes: Bytes): void {
  const middle = bytes.length >> 1;
  for (const chunk of [bytes.subarray(0, middle), bytes.subarray(middle)]) {
    reader.push(chunk);
    for (let count = 0; reader.next() !== undefined; count++) {
      if (count > FRAMES_MAX + bytes.length) throw new Error("frames without end");
    }
  }
}

/** A camera with an open case and a radio that joins what it is told to. */
function provisioned(crypto: Crypto): (bytes: Bytes) => void {
  const camera = { crypto, constants: new MemoryConstants(), network: new Antenna(), cable: { send: () => {} } };
  let now = 0;
  const provision = new Provision(camera, millis(now));
  // It wipes what it is given, and what is given here is looked at again.
  return (bytes) => {
    now += MINUTE_MILLIS;
    provision.received(bytes.slice(), true, millis(now));
  };
}

/** The first message of a handshake, by its form. */
function hello(): Bytes {
  return concat(Uint8Array.of(1, 1, 2, 3, 4, 0, 0, 0, 0), repeated(7, 48));
}

/** A line to a board that takes and answers everything. */
function plug(bytes: Bytes): void {
  let connections = 0;
  const host = { nextConnection: () => ++connections, connected: () => {}, disconnected: () => {}, write: () => {} };
  const cable = new UsbSocket({ ...host, received: (connection, frame) => cable.send(connection, frame) });
  for (const chunk of [encodeSerial(hello()), bytes]) cable.received(chunk);
}

/** The damaged packet comes between good ones. */
function reassemble(packets: readonly Bytes[], damaged: Bytes): void {
  const reassembler = createReassembler();
  for (const packet of packets.slice(0, 2)) reassembler.push(packet);
  reassembler.push(damaged);
  for (const packet of packets.slice(2, 4)) reassembler.push(packet);
}

function readGrant(reader: Reader): void {
  const message = readSign1(reader);
  reader.end();
  readChain(reader, message);
}

/** A statement that sets everything there is to set: the message with the most keys. */
function fullConfiguration(crypto: Crypto): Bytes {
  const { owner, lockId, challenge } = castOf(crypto);
  const numbers = [1, 2, 3, 4, 5, 6].map((key) => ({ key, value: key === 1 ? fromAscii(ZONES[1]) : 60 * key }));
  const settings = [...numbers, ...[7, 8, 9].map((key) => ({ key, value: repeated(key, 32) }))];
  const body = { kind: KIND_CONFIGURE, settings } as const;
  return makeStatement({ lockId, kid: owner.kid, issuedAt: NOW, challenge, sequence: 1, body }, owner.sign);
}

/** A list of the largest size, as an owner sends it. */
function fullList(crypto: Crypto): Bytes {
  const { owner, lockId } = castOf(crypto);
  return makeRevocations({ lockId, issuedAt: NOW, list: { ...fullEntries(), owner: owner.kid } }, owner.sign);
}

/** The same as the journal keeps it. */
function fullStoredList(): Bytes {
  return encodeEntry({ kind: "list", list: { ...fullEntries(), owner: repeated(1, 8) } });
}

function fullEntries() {
  const codes = new Array(CODES_MAX).fill({ codeClass: 3, serial: 1_000, start: 498_225 });
  const untils = new Array(REVOKED_MAX).fill(seconds(NOW + DAY_SECONDS));
  const names = { revoked: repeated(2, 8 * REVOKED_MAX), holders: repeated(3, 8 * HOLDERS_MAX) };
  return { sequence: 7, generation: 1, untils, codes, ...names };
}
