// The head of an HTTP request, found in what comes piece by piece, and the head of an answer.
// Why: the SDK's own server (examples/io/listener/httpserver) keeps a line of any length, headers of any number and connections without
// a bound or a deadline, so anybody in the network could fill a board's memory with it; and no more than this is needed here.
// Follows RFC 9112 §2 to §6 and RFC 9110 §5: what is not well-formed, or announces a body, is refused.

import { type Bytes, concat, fromAscii, toAscii } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";
import type { HomeRequest } from "./homes.ts";

/** The longest head of a request. */
export const HEAD_BYTES_MAX = 4_096;

const [TAB, LINE_FEED, RETURN, SPACE, COLON] = [0x09, 0x0a, 0x0d, 0x20, 0x3a];
const CRLF: Bytes = Uint8Array.of(RETURN, LINE_FEED);
/** What may stand in a head once, and is looked at. */
const SINGLE: readonly string[] = Object.freeze(["host", "authorization", "content-length", "transfer-encoding"]);
// Patterns stand in functions: see homes.ts.
const requestOf = (line: string) => /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~]+) HTTP\/1\.([0-9])$/.exec(line);
const isToken = (text: string) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text);

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

/** Where the empty line behind a head begins: there the last line of the head ends. */
function endOf(held: Bytes, from: number, length: number): number | undefined {
  for (let at = from; at + 4 <= length; at++) {
    const isEnd = held[at] === RETURN && held[at + 1] === LINE_FEED;
    if (isEnd && held[at + 2] === RETURN && held[at + 3] === LINE_FEED) return at;
  }
  return undefined;
}

function parseHead(head: Bytes): HomeRequest {
  const lines = linesOf(head);
  const request = requestOf(textOf(lines[0]));
  if (request === null) throw new Fault("http.shape");
  const fields = new Map<string, string>();
  for (const line of lines.slice(1)) addField(fields, line);
  const [, method, uri, minor] = request;
  // RFC 9112 §3.2: without a Host it is refused; §6.3: without these two there is no body.
  const hasBody = fields.has("transfer-encoding") || (fields.get("content-length") ?? "0") !== "0";
  if (hasBody || (minor !== "0" && !fields.has("host"))) throw new Fault("http.shape");
  return { method, uri, authorization: fields.get("authorization") };
}

/** Cuts at each CRLF. @returns views @throws Fault http.shape where one of the two, or a NUL, stands elsewhere: RFC 9110 §5.5 */
function linesOf(head: Bytes): readonly Bytes[] {
  const lines: Bytes[] = [];
  let from = 0;
  for (let at = 0; at <= head.length; at++) {
    const isEnd = at === head.length || (head[at] === RETURN && head[at + 1] === LINE_FEED);
    if (isEnd) {
      lines.push(head.subarray(from, at));
      at += 1;
      from = at + 1;
    } else if (head[at] === RETURN || head[at] === LINE_FEED || head[at] === 0) throw new Fault("http.shape");
  }
  return lines;
}

/** Takes a line of a head. One that goes on the line before begins with a space, which no name does: RFC 9112 §5.2. */
function addField(fields: Map<string, string>, line: Bytes): void {
  const colon = line.indexOf(COLON);
  const name = textOf(line.subarray(0, Math.max(0, colon))).toLowerCase();
  if (!isToken(name)) throw new Fault("http.shape");
  if (!SINGLE.includes(name)) return;
  if (fields.has(name)) throw new Fault("http.shape");
  let [from, to] = [colon + 1, line.length];
  while (from < to && isBlank(line[from])) from += 1;
  while (from < to && isBlank(line[to - 1])) to -= 1;
  fields.set(name, textOf(line.subarray(from, to)));
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
