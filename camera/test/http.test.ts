// Goal: a request is read the same however its bytes are cut, whatever is none by RFC 9112 is refused, and none is read beyond its bound.
// Method: rows of requests, each whole and byte by byte; http.node.test.ts holds Node's own parser to the same rows.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { toAscii } from "../../firmware/bytes.ts";
import { Fault } from "../../firmware/fault.ts";
import { bytesOf } from "../../simulator/letters.ts";
import { answerHead, HEAD_BYTES_MAX, LINE_BYTES_MAX, LINES_MAX, RequestReader } from "../http.ts";
import { REQUESTS, STRICTER } from "./requests.ts";

/** What a reader makes of pieces. */
function readAll(pieces: readonly Uint8Array[]): unknown {
  const reader = new RequestReader();
  try {
    for (const piece of pieces) {
      const request = reader.push(piece);
      if (request !== undefined) return request;
    }
    return "open";
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return fault.code === "http.shape" ? "refused" : fault.code;
  }
}

for (const [claim, text, wanted] of [...REQUESTS, ...STRICTER]) {
  const verb = wanted === "refused" ? "refuses" : wanted === "open" ? "waits behind" : "reads";
  test(`${verb} ${claim}`, () => {
    const bytes = bytesOf(text);
    const expected = typeof wanted === "string" ? wanted : { authorization: undefined, ...wanted };
    assert.equal(readAll([bytes]), expected);
    assert.equal(readAll([...bytes].map((byte) => Uint8Array.of(byte))), expected, "byte by byte");
  });
}

const FRAME = "GET / HTTP/1.1\r\nHost: camera\r\n";
const PLAIN = { method: "GET", uri: "/", authorization: undefined };

test("reads a head of as many bytes as it may have, and none of one more", () => {
  const of = (size: number) => {
    const start = `${FRAME}Accept: ${"a".repeat(1_000)}\r\nUser-Agent: `;
    return bytesOf(`${start}${"b".repeat(size - start.length - 4)}\r\n\r\n`);
  };
  assert.equal(readAll([of(HEAD_BYTES_MAX)]), PLAIN);
  assert.is(readAll([of(HEAD_BYTES_MAX + 1)]), "http.bound");
  assert.is(readAll([bytesOf(FRAME), bytesOf("a".repeat(3 * HEAD_BYTES_MAX))]), "http.bound");
});

test("reads a line of as many bytes as it may have, and a name of 64", () => {
  const line = (size: number) => bytesOf(`${FRAME}A: ${"b".repeat(size - 3)}\r\n\r\n`);
  assert.equal(readAll([line(LINE_BYTES_MAX)]), PLAIN);
  assert.is(readAll([line(LINE_BYTES_MAX + 1)]), "http.bound");
  const name = (size: number) => bytesOf(`${FRAME}${"a".repeat(size)}: b\r\n\r\n`);
  assert.equal(readAll([name(64)]), PLAIN);
  assert.is(readAll([name(65)]), "http.bound");
});

test("reads as many lines as there may be, and none of one more", () => {
  const of = (count: number) => bytesOf(`${FRAME}${"a:\r\n".repeat(count)}\r\n`);
  assert.equal(readAll([of(LINES_MAX - 2)]), PLAIN);
  assert.is(readAll([of(LINES_MAX - 1)]), "http.bound");
});

test("writes the head of an answer, which says that it is the last one, and no time", () => {
  const lines = ["HTTP/1.1 401 Unauthorized", "Connection: close", "Cache-Control: no-store"];
  const head = [...lines, "X-Content-Type-Options: nosniff", "A: b", "", ""].join("\r\n");
  assert.equal(answerHead(401, ["A: b"]), bytesOf(head));
  assert.is(toAscii(answerHead(503, []).subarray(0, 32)), "HTTP/1.1 503 Service Unavailable");
});

test.run();
