// Requests as they come over the wire, and whether they are any: what the reader's test and the comparison with Node's own share.

/** What is wrong or right with it, its text, and what is made of it: a request, a refusal, or nothing yet. */
export type RequestRow = readonly [
  claim: string,
  text: string,
  wanted: { readonly method: string; readonly uri: string; readonly authorization?: string } | "refused" | "open",
];

const GET = { method: "GET", uri: "/snapshot.jpg" };
const HOST = "Host: camera\r\n";
const LINE = "GET /snapshot.jpg HTTP/1.1\r\n";

/** Rows in which Node's parser (llhttp 8) agrees. */
export const REQUESTS: readonly RequestRow[] = [
  ["the shortest that there is", `${LINE}${HOST}\r\n`, GET],
  ["HTTP/1.0, which has no Host", "GET /snapshot.jpg HTTP/1.0\r\n\r\n", GET],
  [
    "an answer to a challenge",
    `${LINE}${HOST}Authorization: Digest a="b"\r\n\r\n`,
    { ...GET, authorization: 'Digest a="b"' },
  ],
  ["spaces and tabs around a value", `${LINE}${HOST}Authorization: \t x \t\r\n\r\n`, { ...GET, authorization: "x" }],
  ["a name in any case", `${LINE}hOST: camera\r\nAUTHORIZATION: x\r\n\r\n`, { ...GET, authorization: "x" }],
  ["a value of no letters", `${LINE}${HOST}Accept:\r\n\r\n`, GET],
  ["letters of another language in a value that is not read", `${LINE}${HOST}User-Agent: caf\xe9\r\n\r\n`, GET],
  ["a body of no bytes", `${LINE}${HOST}Content-Length: 0\r\n\r\n`, GET],
  ["a query", `GET /stream.mjpeg?a=b HTTP/1.1\r\n${HOST}\r\n`, { method: "GET", uri: "/stream.mjpeg?a=b" }],
  ["another method", `DELETE / HTTP/1.1\r\n${HOST}\r\n`, { method: "DELETE", uri: "/" }],
  ["an empty line in front", `\r\n${LINE}${HOST}\r\n`, GET],
  [
    "the whole address as its target",
    `GET http://camera/a HTTP/1.1\r\n${HOST}\r\n`,
    { method: "GET", uri: "http://camera/a" },
  ],
  ["what lies behind the head", `${LINE}${HOST}\r\n${LINE}${HOST}\r\n`, GET],
  ["a head without its end", `${LINE}${HOST}`, "open"],
  ["a head that lacks one byte", `${LINE}${HOST}\r`, "open"],
  ["no Host", `${LINE}\r\n`, "refused"],
  ["another protocol", `GET / HTTX/1.1\r\n${HOST}\r\n`, "refused"],
  ["another version", `GET / HTTP/3.1\r\n${HOST}\r\n`, "refused"],
  ["no target", `GET  HTTP/1.1\r\n${HOST}\r\n`, "refused"],
  ["a method with a bracket", `GE(T / HTTP/1.1\r\n${HOST}\r\n`, "refused"],
  ["a line that goes on with the next", `${LINE}${HOST}Accept: a\r\n b\r\n\r\n`, "refused"],
  ["a space before the colon", `${LINE}${HOST}Accept : a\r\n\r\n`, "refused"],
  ["a line without a colon", `${LINE}${HOST}Accept\r\n\r\n`, "refused"],
  ["a name of no letters", `${LINE}${HOST}: a\r\n\r\n`, "refused"],
  ["a NUL in an answer to a challenge", `${LINE}${HOST}Authorization: a\0b\r\n\r\n`, "refused"],
  ["a carriage return in a value", `${LINE}${HOST}Accept: a\rb\r\n\r\n`, "refused"],
  ["both lengths of a body", `${LINE}${HOST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`, "refused"],
  ["a length that is none", `${LINE}${HOST}Content-Length: 0x\r\n\r\n`, "refused"],
  ["a handshake of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "refused"],
];

/** Rows in which this reader is the stricter one: HTTP/0.9, two of what may stand once, and bodies. What it does not look at
 *  may be what it likes: a Host's name, and a value that nobody asks for. */
export const STRICTER: readonly RequestRow[] = [
  ["no version", "GET /snapshot.jpg\r\n\r\n", "refused"],
  ["two Hosts", `${LINE}${HOST}${HOST}\r\n`, "refused"],
  ["two answers to a challenge", `${LINE}${HOST}Authorization: a\r\nAuthorization: b\r\n\r\n`, "refused"],
  ["a body", `${LINE}${HOST}Content-Length: 3\r\n\r\nabc`, "refused"],
  ["a body in pieces", `${LINE}${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, "refused"],
  ["letters of another language in a target", `GET /\xe9 HTTP/1.1\r\n${HOST}\r\n`, "refused"],
];
