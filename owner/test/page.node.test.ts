// Goal: over a picture that is more than two seconds old stands STALE, whatever becomes of the process that hands it out.
// Method: the page's own script runs with a clock that is moved by hand, before a process that answers what a row says and then hangs,
// or is gone.

import { runInNewContext } from "node:vm";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { STALE_MILLIS } from "../../firmware/link/viewer.ts";
import { pageOf } from "../watch/page.ts";

type Answer =
  | "hangs"
  | "gone"
  | { readonly off: string }
  | { readonly number: number; readonly age: number; readonly tookMillis?: number };

/** A browser with nothing but this page. Whatever is not answered hangs. */
class Browser {
  readonly body = { className: "" };
  readonly asked: string[] = [];
  private readonly answers: Answer[];
  private readonly elements = new Map<string, Record<string, unknown>>();
  private now = 1_000;
  private tell: () => void = () => undefined;

  constructor(...answers: readonly Answer[]) {
    this.answers = [...answers];
    const [, script = ""] = /<script nonce="n">(.*)<\/script>/s.exec(pageOf("home", "n")) ?? [];
    runInNewContext(script, {
      ...{ AbortController, clearTimeout, Promise },
      document: { body: this.body, getElementById: (id: string) => this.element(id) },
      performance: { now: () => this.now },
      URL: { createObjectURL: () => "blob:1", revokeObjectURL: () => undefined },
      setInterval: (tell: () => void) => {
        this.tell = tell;
      },
      // A request is never given up here, and what failed is tried again at once.
      setTimeout: (wake: () => void, wait: number) => (wait < STALE_MILLIS ? setImmediate(wake) : undefined),
      fetch: (path: string) => this.answer(path),
    });
  }

  get isStale(): boolean {
    return this.body.className !== "young";
  }

  text(id: string): unknown {
    return this.element(id)["textContent"];
  }

  /** Time goes on, and the page's own timer with it. */
  pass(duration: number): void {
    for (let left = duration; left > 0; left -= 100) {
      this.now += Math.min(100, left);
      this.tell();
    }
  }

  private element(id: string): Record<string, unknown> {
    const found = this.elements.get(id) ?? { decode: async () => undefined };
    this.elements.set(id, found);
    return found;
  }

  private async answer(path: string): Promise<unknown> {
    this.asked.push(path);
    const answer = this.answers.shift() ?? "hangs";
    if (answer === "hangs") return new Promise(() => undefined);
    if (answer === "gone") throw new TypeError("Failed to fetch");
    if ("off" in answer) return { status: 204, headers: { get: () => answer.off } };
    this.now += answer.tookMillis ?? 0;
    const heads: Record<string, number> = { ...answer, frame: 100 + answer.number, verdict: 0, recording: 0 };
    const get = (name: string) => String(heads[name.slice("x-latchkey-".length)]);
    return { status: 200, ok: true, headers: { get }, blob: async () => ({}) };
  }
}

/** Whatever was answered is worked off. */
async function settled(browser: Browser): Promise<Browser> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  return browser;
}

test("is stale before there is a picture", async () => {
  const browser = await settled(new Browser());
  browser.pass(100);
  assert.equal([browser.isStale, browser.text("age")], [true, "no picture yet"]);
  assert.equal(browser.asked, ["picture?after=0"]);
});

for (const end of ["hangs", "gone"] as const) {
  test(`is young with a picture, and stale two seconds after it was taken where the process ${end}`, async () => {
    const browser = await settled(new Browser({ number: 1, age: 300 }, end));
    browser.pass(100);
    assert.equal([browser.isStale, browser.text("frame")], [false, "frame 101"]);
    assert.is(browser.asked[1], "picture?after=1");
    browser.pass(STALE_MILLIS - 400);
    assert.is(browser.isStale, false);
    browser.pass(100);
    assert.is(browser.isStale, true);
  });
}

test("counts what an answer took to come, since it may have been held back", async () => {
  const browser = await settled(new Browser({ number: 1, age: 300, tookMillis: 1_800 }));
  assert.is(browser.isStale, true);
});

test("is young again with a young picture, and not with an old one", async () => {
  const old = await settled(new Browser({ number: 1, age: 5_000 }));
  assert.is(old.isStale, true);
  const young = await settled(new Browser({ number: 1, age: 5_000 }, { number: 2, age: 40 }));
  assert.is(young.isStale, false);
});

test("says why no picture is there, and never instead of STALE over an old one", async () => {
  const dark = await settled(new Browser({ off: "it is off" }));
  dark.pass(100);
  assert.equal([dark.isStale, dark.text("stale"), dark.text("off")], [true, "OFF", "it is off"]);
  const seen = await settled(new Browser({ off: "it is off" }, { number: 1, age: 300 }));
  seen.pass(100);
  assert.equal([seen.isStale, seen.text("off")], [false, ""]);
  const left = await settled(new Browser({ number: 1, age: 300 }, { off: "it is off" }));
  left.pass(STALE_MILLIS);
  assert.equal([left.isStale, left.text("stale"), left.text("off")], [true, "STALE", "it is off"]);
  const gone = await settled(new Browser({ off: "it is off" }, "gone"));
  gone.pass(100);
  assert.equal([gone.isStale, gone.text("stale"), gone.text("off")], [true, "STALE", ""]);
});

test("shows a name that is markup as text", () => {
  assert.match(pageOf('<b>"home"', "n"), "<title>&#60;b&#62;&#34;home&#34;</title>");
});

test.run();
