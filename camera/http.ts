// The head of an HTTP request, found in what comes piece by piece, and the head of an answer.
// Why: the SDK's own server (examples/io/listener/httpserver) keeps a line of any length, headers of any number and connections without
// a bound or a deadline, so anybody in the network could fill a board's memory with it; and no more than this is needed here. Whoever asks
// chooses what is read, so it is read once, byte by byte, and only what counts becomes text.
// Follows RFC 9112 §2 to §6 and RFC 9110 §5: what is not well-formed, or announces a body, is refused.

import { type Bytes, concat, fromAscii, toAscii } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";
import type { HomeRequest } from "./homes.ts";

/** The longest head of a request, the most lines of it, the longest of those behind the first, and the longest name. */
export const HEAD_BYTES_MAX = 2_048;
export const LINES_MAX = 48;
export const LINE_BYTES_MAX = 1_024;
const NAME_BYTES_MAX = 64;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const CRLF: Bytes = Uint8Array.of(RETURN, LINE_FEED);
/** What may stand in a head once, and is looked at. */
const SINGLE: readonly string[] = Object.freeze(["host", "authorization", "content-length", "transfer-encoding"]);
/** 1 at each byte that a method or a name may have: RFC 9110 §5.6.2. */
const TOKEN = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const TOKENS: Bytes = Uint8Array.from({ length: 256 }, (_none, code) =>
  TOKEN.includes(String.fromCharCode(code)) ? 1 : 0,
);
// A pattern stands in a function: see homes.ts.
const requestOf = (line: string) => /^(\S+) (\S+) HTTP\/1\.(\d)$/.exec(line);

/** The answers that there are. */
const REASONS: Readonly<Record<number, string>> = Object.freeze({
  ...{ 200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed" },
  ...{ 431: "Request Header Fields Too Large", 503: "Service Unavailable" },
});

/** Reads the head of one request. */
export class RequestReader {
  readonly #held: Bytes = new Uint8Array(HEAD_BYTES_MAX);
  #length = 0;

  /** Takes what came. @param bytes a view that is not kept @returns the request, once its head is whole; what follows it is not looked at
   *  @throws Fault http.bound, http.shape */
  push(bytes: Uint8Array): HomeRequest | undefined {
    const from = Math.max(0, this.#length - 3);
    const room = HEAD_BYTES_MAX - this.#length;
    this.#held.set(bytes.subarray(0, room), this.#length);
    this.#length += Math.min(bytes.length, room);
    const end = endOf(this.#held, from, this.#length);
    if (end !== undefined) return parseHead(this.#held.subarray(0, end));
    if (this.#length === HEAD_BYTES_MAX) throw new Fault("http.bound");
    return undefined;
  }
}

/** Writes the head of an answer, after which its sender closes: RFC 9112 §9.6. There is no Date, since a camera has no clock: RFC 9110 §6.6.1.
 *  @param fields `name: value`, each */
export function answerHead(status: number, fields: readonly string[]): Bytes {
  const lines = [`HTTP/1.1 ${status} ${REASONS[status]}`, "Connection: close", "Cache-Control: no-store"];
  const guards = ["X-Content-Type-Options: nosniff", ...fields];
  return fromLines([...lines, ...guards, ""]);
}

/** Writes lines, each with its end. @param lines printable ASCII */
export function fromLines(lines: readonly string[]): Bytes {
  return concat(...lines.flatMap((line) => [fromAscii(line), CRLF]));
}

/** Where the empty line behind a head begins: there the last line of the head ends. An empty line in front of everything is none that ends
 *  something: RFC 9112 §2.2. It looks at each fourth byte as long as that is none of an end, since to look at a byte costs a chip most. */
function endOf(held: Bytes, from: number, length: number): number | undefined {
  for (let at = from === 0 ? 1 : from; at + 4 <= length; ) {
    const last = held[at + 3];
    const isEnd = last === LINE_FEED && held[at] === RETURN && held[at + 1] === LINE_FEED && held[at + 2] === RETURN;
    if (isEnd) return at;
    at += last === LINE_FEED || last === RETURN ? 1 : 4;
  }
  return undefined;
}

/** @param head without its last line's end */
function parseHead(head: Bytes): HomeRequest {
  const first = head[0] === RETURN && head[1] === LINE_FEED ? CRLF.length : 0;
  let end = lineEnd(head, first);
  const request = requestOf(textOf(head.subarray(first, end)));
  if (request === null || !isToken(head.subarray(first, first + request[1].length))) throw new Fault("http.shape");
  const fields = new Map<string, string>();
  for (let lines = 1; end < head.length; lines++) {
    if (lines === LINES_MAX) throw new Fault("http.bound");
    const start = end + CRLF.length;
    end = lineEnd(head, start);
    addField(fields, head.subarray(start, end));
  }
  const [, method, uri, minor] = request;
  // RFC 9112 §3.2: without a Host it is refused; §6.3: without these two there is no body.
  const hasBody = fields.has("transfer-encoding") || (fields.get("content-length") ?? "0") !== "0";
  if (hasBody || (minor !== "0" && !fields.has("host"))) throw new Fault("http.shape");
  return { method, uri, authorization: fields.get("authorization") };
}

/** Where a line ends. @throws Fault http.shape where only half of its end is there */
function lineEnd(head: Bytes, start: number): number {
  const end = head.indexOf(RETURN, start);
  if (end >= 0 && head[end + 1] !== LINE_FEED) throw new Fault("http.shape");
  return end < 0 ? head.length : end;
}

/** Takes a line of a head. One that goes on the line before begins with a space, which no name does: RFC 9112 §5.2. */
function addField(fields: Map<string, string>, line: Bytes): void {
  const colon = line.indexOf(COLON);
  if (colon > NAME_BYTES_MAX || line.length > LINE_BYTES_MAX) throw new Fault("http.bound");
  if (colon < 1 || !isToken(line.subarray(0, colon))) throw new Fault("http.shape");
  const name = textOf(line.subarray(0, colon)).toLowerCase();
  if (!SINGLE.includes(name)) return;
  if (fields.has(name)) throw new Fault("http.shape");
  let [from, to] = [colon + 1, line.length];
  while (from < to && isBlank(line[from])) from += 1;
  while (from < to && isBlank(line[to - 1])) to -= 1;
  fields.set(name, textOf(line.subarray(from, to)));
}

function isToken(bytes: Bytes): boolean {
  for (let at = 0; at < bytes.length; at++) if (TOKENS[bytes[at]] === 0) return false;
  return bytes.length > 0;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

function textOf(bytes: Bytes): string {
  try {
    return toAscii(bytes);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    throw new Fault("http.shape");
  }
}
