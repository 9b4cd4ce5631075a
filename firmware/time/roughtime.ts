// Roughtime: the one request packet for a nonce, and what a server's answer proves about the time.
// Why: a lock without a network learns the time from servers that it believes, through any phone that happens to stand at
// the door; the phone can withhold the answer or be slow, and nothing else.
// Follows RFC 10049 (Roughtime, version 1). Phone and lock build the very same bytes, so only the nonce is handed over.

import { type Bytes, concat, fromAscii, NO_BYTES } from "../bytes.ts";
import { type Crypto, KEY_BYTES, SIGNATURE_BYTES } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";
import { type Seconds, seconds } from "../platform.ts";

export const ROUGHTIME_NONCE_BYTES = 32;
/** The whole packet, the twelve bytes of its header included: no answer may be longer, so a server amplifies nothing. */
export const ROUGHTIME_REQUEST_BYTES = 1_024;
/** The widest radius that is believed: RFC 10049 asks servers for a few seconds. */
export const RADIUS_SECONDS_MAX = 60;

const PACKET_HEADER_BYTES = 12;
const HASH_BYTES = 32;
const PATH_STEPS_MAX = 32;
const TAGS_MAX = 16;
const VERSION = 1;
const TYPE_REQUEST = 0;
const TYPE_RESPONSE = 1;
const TIME_MAX = 0xffff_fffe;

// A tag is four characters, read as a little-endian number: the order of tags in a message.
const SIG = 0x00474953;
const VER = 0x00524556;
const SRV = 0x00565253;
const NONC = 0x434e4f4e;
const DELE = 0x454c4544;
const TYPE = 0x45505954;
const PATH = 0x48544150;
const RADI = 0x49444152;
const PUBK = 0x4b425550;
const MIDP = 0x5044494d;
const SREP = 0x50455253;
const VERS = 0x53524556;
const MINT = 0x544e494d;
const ROOT = 0x544f4f52;
const CERT = 0x54524543;
const MAXT = 0x5458414d;
const INDX = 0x58444e49;
const ZZZZ = 0x5a5a5a5a;

const MAGIC = "ROUGHTIM";
const RESPONSE_CONTEXT = "RoughTime v1 response signature";
const DELEGATION_CONTEXT = "RoughTime v1 delegation signature";

/** What a server said, and proved to have said in answer to this nonce. */
export interface ServerTime {
  /** NumericDate, u32. */
  readonly midpoint: Seconds;
  /** The true time was within so many seconds of it, 1..60. */
  readonly radius: Seconds;
}

/** Gives the request packet for a nonce: 1,024 bytes, always the same. RFC 10049, "Requests".
 *  @param nonce 32 bytes  @param key the server's long-term Ed25519 key, 32 bytes */
export function encodeTimeRequest(crypto: Crypto, nonce: Uint8Array, key: Uint8Array): Bytes {
  assert(nonce.length === ROUGHTIME_NONCE_BYTES && key.length === KEY_BYTES, "a nonce and a key have 32 bytes");
  const values: readonly (readonly [tag: number, value: Uint8Array])[] = [
    [VER, wordOf(VERSION)],
    [SRV, halfHash(crypto, new Uint8Array([0xff]), key)],
    [NONC, nonce],
    [TYPE, wordOf(TYPE_REQUEST)],
    [ZZZZ, NO_BYTES],
  ];
  const packet = new Uint8Array(ROUGHTIME_REQUEST_BYTES);
  const view = new DataView(packet.buffer);
  packet.set(fromAscii(MAGIC));
  view.setUint32(8, ROUGHTIME_REQUEST_BYTES - PACKET_HEADER_BYTES, true);
  view.setUint32(PACKET_HEADER_BYTES, values.length, true);
  const tagsAt = PACKET_HEADER_BYTES + 4 * values.length;
  const valuesAt = tagsAt + 4 * values.length;
  let offset = 0;
  for (const [index, [tag, value]] of values.entries()) {
    if (index > 0) view.setUint32(PACKET_HEADER_BYTES + 4 * index, offset, true);
    view.setUint32(tagsAt + 4 * index, tag, true);
    packet.set(value, valuesAt + offset);
    offset += value.length;
  }
  return packet;
}

/** Verifies a server's answer to the packet of that nonce: two signatures. RFC 10049, "Responses" and "Validity".
 *  @param answer at most 1,024 bytes, the packet's header included
 *  @returns what the server said; whether it is believed is the clock's affair
 *  @throws Fault time.roughtime for anything else than a whole, fitting and signed answer */
export function verifyTimeResponse(
  crypto: Crypto,
  answer: Bytes,
  asked: { readonly nonce: Uint8Array; readonly key: Uint8Array },
): ServerTime {
  const { nonce, key } = asked;
  const response = readPacket(answer);
  const named = new Uint8Array(response.get(NONC, ROUGHTIME_NONCE_BYTES));
  expect(crypto.isEqual(named, nonce) && response.word(TYPE) === TYPE_RESPONSE);
  const certificate = new Message(response.get(CERT));
  const delegation = certificate.get(DELE);
  const signed = response.get(SREP);
  const dele = new Message(delegation);
  const onlineKey = dele.get(PUBK, KEY_BYTES);
  const srep = new Message(signed);
  expect(srep.word(VER) === VERSION && holdsVersion(srep.get(VERS)));
  const midpoint = srep.long(MIDP);
  const radius = srep.word(RADI);
  expect(dele.long(MINT) <= midpoint && midpoint <= dele.long(MAXT));
  expect(radius >= 1 && radius <= RADIUS_SECONDS_MAX && midpoint <= TIME_MAX);
  const packet = encodeTimeRequest(crypto, nonce, key);
  const root = rootOf(crypto, packet, { path: response.get(PATH), index: response.word(INDX) });
  expect(crypto.isEqual(root, srep.get(ROOT, HASH_BYTES)));
  const delegationMessage = inContext(DELEGATION_CONTEXT, delegation);
  expect(crypto.verify(key, delegationMessage, certificate.get(SIG, SIGNATURE_BYTES)));
  expect(crypto.verify(onlineKey, inContext(RESPONSE_CONTEXT, signed), response.get(SIG, SIGNATURE_BYTES)));
  return { midpoint: seconds(midpoint), radius: seconds(radius) };
}

/** A message of tags and values: the tags rise, the values follow each other without a gap. RFC 10049, "Messages". */
class Message {
  readonly #bytes: Bytes;
  readonly #view: DataView<ArrayBuffer>;
  readonly #count: number;

  /** @throws Fault time.roughtime */
  constructor(bytes: Bytes) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    expect(bytes.length >= 4 && bytes.length % 4 === 0);
    this.#count = this.#view.getUint32(0, true);
    expect(this.#count >= 1 && this.#count <= TAGS_MAX && this.#valuesAt <= bytes.length);
    for (let index = 0; index < this.#count; index++) {
      expect(
        this.#end(index) >= this.#start(index) && this.#start(index) % 4 === 0 && this.#end(index) <= bytes.length,
      );
      if (index > 0) expect(this.#tag(index) > this.#tag(index - 1));
    }
  }

  /** Gives a value, a view. @param size undefined for any @throws Fault time.roughtime where it is missing or of another size */
  get(tag: number, size?: number): Bytes {
    for (let index = 0; index < this.#count; index++) {
      if (this.#tag(index) !== tag) continue;
      const value = this.#bytes.subarray(this.#start(index), this.#end(index));
      expect(size === undefined || value.length === size);
      return value;
    }
    throw new Fault("time.roughtime");
  }

  /** A u32. */
  word(tag: number): number {
    const value = this.get(tag, 4);
    return new DataView(value.buffer, value.byteOffset, 4).getUint32(0, true);
  }

  /** A u64; above 2^53 it is not exact, and above every bound that it is compared with. */
  long(tag: number): number {
    const value = this.get(tag, 8);
    const view = new DataView(value.buffer, value.byteOffset, 8);
    return view.getUint32(4, true) * 0x1_0000_0000 + view.getUint32(0, true);
  }

  get #valuesAt(): number {
    return 8 * this.#count;
  }

  #tag(index: number): number {
    return this.#view.getUint32(4 * (this.#count + index), true);
  }

  #start(index: number): number {
    return this.#valuesAt + (index === 0 ? 0 : this.#view.getUint32(4 * index, true));
  }

  #end(index: number): number {
    return index === this.#count - 1 ? this.#bytes.length : this.#start(index + 1);
  }
}

function readPacket(packet: Bytes): Message {
  expect(packet.length > PACKET_HEADER_BYTES && packet.length <= ROUGHTIME_REQUEST_BYTES);
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const magic = fromAscii(MAGIC);
  for (let index = 0; index < magic.length; index++) expect(packet[index] === magic[index]);
  expect(view.getUint32(8, true) === packet.length - PACKET_HEADER_BYTES);
  return new Message(packet.subarray(PACKET_HEADER_BYTES));
}

/** Climbs from the request's leaf to the root. RFC 10049, "Merkle tree". */
function rootOf(
  crypto: Crypto,
  packet: Bytes,
  { path, index }: { readonly path: Bytes; readonly index: number },
): Bytes {
  expect(path.length % HASH_BYTES === 0 && path.length <= PATH_STEPS_MAX * HASH_BYTES);
  let node = halfHash(crypto, new Uint8Array([0]), packet);
  let rest = index;
  for (let offset = 0; offset < path.length; offset += HASH_BYTES) {
    const sibling = path.subarray(offset, offset + HASH_BYTES);
    const [left, right] = (rest & 1) === 1 ? [sibling, node] : [node, sibling];
    node = halfHash(crypto, new Uint8Array([1]), concat(left, right));
    rest >>>= 1;
  }
  expect(rest === 0);
  return node;
}

function holdsVersion(versions: Bytes): boolean {
  const view = new DataView(versions.buffer, versions.byteOffset, versions.byteLength);
  for (let offset = 0; offset + 4 <= versions.length; offset += 4) {
    if (view.getUint32(offset, true) === VERSION) return true;
  }
  return false;
}

/** What is signed: the context, a zero byte, the message. */
function inContext(context: string, message: Bytes): Bytes {
  return concat(fromAscii(context), new Uint8Array(1), message);
}

/** The first half of SHA-512. */
function halfHash(crypto: Crypto, prefix: Uint8Array, message: Uint8Array): Bytes {
  return crypto.sha512(concat(prefix, message)).slice(0, HASH_BYTES);
}

function wordOf(value: number): Bytes {
  const word = new Uint8Array(4);
  new DataView(word.buffer).setUint32(0, value, true);
  return word;
}

function expect(isAsSpecified: boolean): asserts isAsSpecified {
  if (!isAsSpecified) throw new Fault("time.roughtime");
}
