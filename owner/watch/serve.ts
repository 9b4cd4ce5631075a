// A small server for one person's browser on the same computer: the page of `latchkey watch`, and the newest picture.
// Why: a browser shows pictures well and speaks no Noise. What it is given must not be anybody else's: the server listens on this
// computer alone, its paths begin with a word that nobody guesses, and a page of another site that found it out by name is refused.
// Follows RFC 9110; Host is checked against rebinding of names.

import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { toBase64url } from "../../firmware/bytes.ts";
import type { PictureHead } from "../../firmware/link/viewer.ts";
import { EXIT, Failure } from "../failure.ts";
import { pageOf } from "./page.ts";

const WORD_BYTES = 16;
/** For how long a request waits for a picture that is newer than the page's: well below the age at which that is stale. */
const WAIT_MILLIS = 400;
const WAITING_MAX = 16;

/** The newest picture, by this process's clock. */
export interface Frame {
  readonly head: Pick<PictureHead, "frame" | "verdict" | "isRecording">;
  readonly jpeg: Uint8Array;
  /** It was taken after that: `performance.now()`, milliseconds. */
  readonly notBefore: number;
}

/** A window on the newest picture. `close()` ends it, and twice is harmless. */
export class Window {
  private readonly server: Server;
  private readonly word = toBase64url(new Uint8Array(randomBytes(WORD_BYTES)));
  private readonly title: string;
  private frame: Frame | undefined;
  private reason = "";
  private number = 0;
  private waiting: (() => void)[] = [];

  /** @param title of the page */
  constructor(title: string) {
    this.title = title;
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  /** Listens on this computer alone. @param port 0 for any that is free @returns where the page is
   *  @throws Failure where the port is taken */
  async open(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", () =>
        reject(new Failure(EXIT.USAGE, `Port ${port} is taken here: give another one with --port, or none.`)),
      );
      this.server.listen(port, "127.0.0.1", resolve);
    });
    return `http://${this.host}/${this.word}/`;
  }

  /** Shows a picture. */
  show(frame: Frame): void {
    this.frame = frame;
    this.reason = "";
    this.number += 1;
    this.wake();
  }

  /** Says why no picture comes, until one does. @param reason a sentence of ASCII, "" where none is known */
  explain(reason: string): void {
    this.reason = reason;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
    this.wake();
  }

  private get host(): string {
    const address = this.server.address();
    return `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader("cache-control", "no-store");
    response.setHeader("x-content-type-options", "nosniff");
    response.setHeader("cross-origin-resource-policy", "same-origin");
    // Anybody on this computer may send any target, and not every one is a URL.
    const [path = "", query = ""] = (request.url ?? "").split("?");
    const [, word = "", name = ""] = path.split("/");
    if (request.headers.host !== this.host || request.method !== "GET" || !this.isWord(word)) refuse(response);
    else if (name === "") this.sendPage(response);
    else if (name === "picture") await this.sendPicture(response, Number(new URLSearchParams(query).get("after") ?? 0));
    else refuse(response);
  }

  private isWord(text: string): boolean {
    const [given, wanted] = [Buffer.from(text), Buffer.from(this.word)];
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  private sendPage(response: ServerResponse): void {
    const nonce = toBase64url(new Uint8Array(randomBytes(WORD_BYTES)));
    const policy = `default-src 'none'; img-src blob:; connect-src 'self'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; frame-ancestors 'none'`;
    response.writeHead(200, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
      "referrer-policy": "no-referrer",
    });
    response.end(pageOf(this.title, nonce));
  }

  /** Answers with a picture that the page does not have, or after a while with none: the page counts on meanwhile. */
  private async sendPicture(response: ServerResponse, after: number): Promise<void> {
    if (this.number <= after) await this.news();
    const { frame } = this;
    if (frame === undefined || this.number <= after) {
      response.writeHead(204, this.reason === "" ? {} : { "x-latchkey-off": this.reason }).end();
      return;
    }
    const { head, jpeg, notBefore } = frame;
    response.writeHead(200, {
      "content-type": "image/jpeg",
      "x-latchkey-number": this.number,
      "x-latchkey-age": Math.ceil(performance.now() - notBefore),
      "x-latchkey-frame": head.frame,
      "x-latchkey-verdict": head.verdict,
      "x-latchkey-recording": head.isRecording ? 1 : 0,
    });
    response.end(jpeg);
  }

  private async news(): Promise<void> {
    if (this.waiting.length >= WAITING_MAX) this.wake();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, WAIT_MILLIS);
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private wake(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const wake of waiting) wake();
  }
}

function refuse(response: ServerResponse): void {
  response.writeHead(404).end();
}
