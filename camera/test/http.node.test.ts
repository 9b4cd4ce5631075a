// Goal: what is taken for a request here is one elsewhere too, and what is refused here as no request is refused there.
// Method: the same bytes to Node's own server, whose parser (llhttp) is not ours; Node only.

import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bytesOf } from "../../simulator/letters.ts";
import { REQUESTS } from "./requests.ts";

const server = createServer((request, response) => {
  const { method = "", url: uri = "", headers } = request;
  response.end(JSON.stringify({ method, uri, authorization: headers.authorization }));
});

test.before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
test.after(() => {
  server.close();
  server.closeAllConnections();
});

/** Sends bytes and no more. @returns what came until Node hung up */
async function answerTo(bytes: Uint8Array): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  let heard = "";
  socket.on("data", (chunk: Buffer) => {
    heard += chunk.toString("latin1");
  });
  socket.end(bytes);
  await once(socket, "close");
  return heard;
}

for (const [claim, text, wanted] of REQUESTS) {
  test(`Node's server agrees about ${claim}`, async () => {
    const heard = await answerTo(bytesOf(text));
    const isTaken = heard.startsWith("HTTP/1.1 200 ");
    assert.is(isTaken, typeof wanted !== "string", heard);
    if (isTaken) assert.ok(heard.includes(JSON.stringify(wanted)), heard);
  });
}

test.run();
