// Goal: the page's server goes on, whatever anybody on this computer sends it, and shows nobody a picture who does not know the word.
// Method: a window is opened, asked over bare sockets for each target of a table, and then for its page.

import { connect } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Window } from "../watch/serve.ts";

/** Sends one request and gives the number of its answer. */
function statusOf(port: number, target: string, host = `127.0.0.1:${port}`): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port }, () => {
      socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    });
    let answer = "";
    socket.on("data", (chunk) => {
      answer += String(chunk);
    });
    socket.on("end", () => resolve(answer.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length)));
    socket.on("error", reject);
  });
}

const window = new Window("home");
let page = new URL("http://127.0.0.1/");
test.before(async () => {
  page = new URL(await window.open(0));
});
test.after(() => window.close());

for (const target of ["//", "///", "http://", "http://[", "//a:b/", "/%", "/", "/picture?after=0", "*", "/x/picture"])
  test(`answers ${target} with nothing, and goes on`, async () => {
    assert.is(await statusOf(Number(page.port), target), "404");
    assert.is(await statusOf(Number(page.port), page.pathname), "200");
  });

test("shows nothing under another name, or without a picture", async () => {
  assert.is(await statusOf(Number(page.port), page.pathname, `evil.example:${page.port}`), "404");
  assert.is(await statusOf(Number(page.port), `${page.pathname}picture?after=0`), "204");
});

test("says beside no picture why there is none, until there is one", async () => {
  const ask = async () => {
    const answer = await fetch(`${page.href}picture?after=0`);
    await answer.arrayBuffer();
    return [answer.status, answer.headers.get("x-latchkey-off")];
  };
  window.explain("it is off");
  assert.equal(await ask(), [204, "it is off"]);
  const head = { frame: 1, verdict: 0, isRecording: false };
  window.show({ head, jpeg: new Uint8Array(4), notBefore: performance.now() });
  assert.equal(await ask(), [200, null]);
});

test.run();
