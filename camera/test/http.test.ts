// Goal: a request is read the same however its bytes are cut, whatever is none by RFC 9112 is refused, and none is read beyond its bound.
// Method: rows of requests, each whole and byte by byte; http.node.test.ts holds Node's own parser to the same rows.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { toAscii } from "../../firmware/bytes.ts";
import { Fault } from "../../firmware/fault.ts";
import { answerHead, HEAD_BYTES_MAX, RequestReader } from "../http.ts";
import { bytesOf, REQUESTS, STRICTER } from "./requests.ts";

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

const FRAME = "GET / HTTP/1.1\r\nHost: camera\r\nAccept: ";
const END = "\r\n\r\n";

test("reads a head of as many bytes as it may have, and none of one more", () => {
  const letters = HEAD_BYTES_MAX - FRAME.length - END.length;
  const of = (count: number) => bytesOf(`${FRAME}${"a".repeat(count)}${END}`);
  assert.equal(readAll([of(letters)]), { method: "GET", uri: "/", authorization: undefined });
  assert.is(readAll([of(letters + 1)]), "http.bound");
  assert.is(readAll([bytesOf(FRAME), bytesOf("a".repeat(3 * HEAD_BYTES_MAX))]), "http.bound");
});

test("writes the head of an answer, which says that it is the last one, and no time", () => {
  const lines = ["HTTP/1.1 401 Unauthorized", "Connection: close", "Cache-Control: no-store"];
  const head = [...lines, "X-Content-Type-Options: nosniff", "A: b", "", ""].join("\r\n");
  assert.equal(answerHead(401, ["A: b"]), bytesOf(head));
  assert.is(toAscii(answerHead(503, []).subarray(0, 32)), "HTTP/1.1 503 Service Unavailable");
});

test.run();
