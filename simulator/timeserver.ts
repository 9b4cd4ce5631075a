// A Roughtime server: a batch of requests in, a signed answer to each out.
// Why: the relay from a server through a phone to the lock must be real on the desk as well; and the lock's reader is only
// shown to be right by a writer that shares nothing with it. So this file builds every byte itself.
// Follows RFC 10049 (Roughtime, version 1). It keeps no clock: the time is handed in with each batch.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { bytesOf, textOf } from "./letters.ts";

const REQUEST_BYTES = 1_024;
const HEADER = 12;
const HALF = 32;
const TAGS_MAX = 16;
const DELEGATION_SECONDS = 86_400;

/** How a server may lie or err; an honest one does none of it. */
export interface Errors {
  /** Seconds that its clock is ahead of the truth. */
  readonly aheadSeconds?: number;
  /** When its delegated key ends, in seconds before now. */
  readonly expiredSeconds?: number;
  readonly version?: number;
  readonly radiusSeconds?: number;
}

/** One server with its long-term key, and a delegated key that it makes anew for every batch. */
export class TimeServer {
  /** Ed25519, 32 bytes. */
  readonly key: Bytes;
  readonly #crypto: Crypto;
  readonly #seed: Bytes;
  readonly #onlineSeed: Bytes;

  /** @param seed of the long-term key, 32 bytes; the delegated key is drawn from it */
  constructor(crypto: Crypto, seed: Bytes) {
    this.#crypto = crypto;
    this.#seed = seed.slice();
    this.#onlineSeed = crypto.sha256(seed);
    this.key = crypto.signingPublicKey(seed);
  }

  /** Answers a batch of requests; one that is no request gets none.
   *  @param time NumericDate @returns an answer for each, in their order */
  answer(requests: readonly Bytes[], time: number, errors: Errors = {}): readonly (Bytes | undefined)[] {
    const nonces = requests.map((request) => this.#nonceOf(request));
    const good = requests.filter((_, at) => nonces[at] !== undefined);
    if (good.length === 0) return requests.map(() => undefined);
    const levels = this.#tree(good.map((request) => this.#half(0, request)));
    const srep = this.#signedTime(levels.at(-1)?.[0] ?? new Uint8Array(HALF), time, errors);
    const signature = this.#crypto.sign(this.#onlineSeed, spoken("RoughTime v1 response signature", srep));
    const certificate = this.#certificate(time, errors);
    let index = -1;
    return nonces.map((nonce) => {
      if (nonce === undefined) return undefined;
      index++;
      return packet([
        ["SIG\0", signature],
        ["NONC", nonce],
        ["TYPE", u32(1)],
        ["PATH", joined(pathOf(levels, index))],
        ["SREP", srep],
        ["CERT", certificate],
        ["INDX", u32(index)],
      ]);
    });
  }

  /** Gives the nonce of what is a request of version 1 to this server. It comes from a network: any bytes may stand there. */
  #nonceOf(request: Bytes): Bytes | undefined {
    if (request.length !== REQUEST_BYTES) return undefined;
    const view = new DataView(request.buffer, request.byteOffset, request.length);
    const count = view.getUint32(HEADER, true);
    const isFramed = [..."ROUGHTIM"].every((letter, at) => request[at] === letter.charCodeAt(0));
    if (!isFramed || view.getUint32(8, true) !== REQUEST_BYTES - HEADER || count < 1 || count > TAGS_MAX)
      return undefined;
    const values = HEADER + 8 * count;
    const fieldOf = (name: string): string => {
      const places = Array.from({ length: count }, (_, at) => HEADER + 4 * (count + at));
      const place = places.findIndex((at) => textOf(request.subarray(at, at + 4)) === name);
      if (place < 0) return "";
      const start = values + (place === 0 ? 0 : view.getUint32(HEADER + 4 * place, true));
      const end = place === count - 1 ? REQUEST_BYTES : values + view.getUint32(HEADER + 4 * (place + 1), true);
      return textOf(request.subarray(start, end));
    };
    const server = textOf(this.#half(0xff, this.key));
    if (!fieldOf("VER\0").includes(textOf(u32(1))) || fieldOf("TYPE") !== textOf(u32(0))) return undefined;
    if (fieldOf("SRV\0") !== server) return undefined;
    const nonce = fieldOf("NONC");
    return nonce.length === HALF ? bytesOf(nonce) : undefined;
  }

  #signedTime(root: Bytes, time: number, { aheadSeconds = 0, version = 1, radiusSeconds = 3 }: Errors): Bytes {
    return message([
      ["VER\0", u32(version)],
      ["RADI", u32(radiusSeconds)],
      ["MIDP", u64(time + aheadSeconds)],
      ["VERS", u32(version)],
      ["ROOT", root],
    ]);
  }

  #certificate(time: number, { aheadSeconds = 0, expiredSeconds }: Errors): Bytes {
    const now = time + aheadSeconds;
    const end = expiredSeconds === undefined ? now + DELEGATION_SECONDS : now - expiredSeconds;
    const dele = message([
      ["PUBK", this.#crypto.signingPublicKey(this.#onlineSeed)],
      ["MINT", u64(Math.min(now, end) - DELEGATION_SECONDS)],
      ["MAXT", u64(end)],
    ]);
    const signature = this.#crypto.sign(this.#seed, spoken("RoughTime v1 delegation signature", dele));
    return message([
      ["SIG\0", signature],
      ["DELE", dele],
    ]);
  }

  /** All levels of the tree, the leaves first; a level of odd length repeats its last node. */
  #tree(leaves: readonly Bytes[]): readonly (readonly Bytes[])[] {
    const levels: (readonly Bytes[])[] = [leaves];
    for (let level = leaves; level.length > 1; ) {
      const pairs = level.length % 2 === 0 ? level : [...level, level[level.length - 1]];
      levels[levels.length - 1] = pairs;
      level = Array.from({ length: pairs.length / 2 }, (_, at) => this.#half(1, pairs[2 * at], pairs[2 * at + 1]));
      levels.push(level);
    }
    return levels;
  }

  #half(prefix: number, ...parts: readonly Uint8Array[]): Bytes {
    return this.#crypto.sha512(joined([new Uint8Array([prefix]), ...parts])).slice(0, HALF);
  }
}

function pathOf(levels: readonly (readonly Bytes[])[], index: number): readonly Bytes[] {
  return levels.slice(0, -1).map((level, height) => level[(index >> height) ^ 1]);
}

function packet(values: readonly (readonly [name: string, value: Uint8Array])[]): Bytes {
  const inner = message(values);
  return joined([bytesOf("ROUGHTIM"), u32(inner.length), inner]);
}

function message(values: readonly (readonly [name: string, value: Uint8Array])[]): Bytes {
  const offsets: Uint8Array[] = [];
  let offset = 0;
  for (const [, value] of values.slice(0, -1)) {
    offset += value.length;
    offsets.push(u32(offset));
  }
  const names = values.map(([name]) => bytesOf(name));
  return joined([u32(values.length), ...offsets, ...names, ...values.map(([, value]) => value)]);
}

function spoken(context: string, signed: Bytes): Bytes {
  return joined([bytesOf(`${context}\0`), signed]);
}

function u32(value: number): Bytes {
  return Uint8Array.from([value, value >>> 8, value >>> 16, value >>> 24]);
}

function u64(value: number): Bytes {
  return joined([u32(value >>> 0), u32(Math.floor(value / 0x1_0000_0000))]);
}

function joined(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
