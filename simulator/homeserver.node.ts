// What a house's own machines reach of the camera: /snapshot.jpg and /stream.mjpeg over HTTP, on this computer only.
// Why: a home computer speaks no Noise; it has a name and a password. Everything is 404 until an owner has set one, and nothing asked
// here switches the sensor on: a picture is the next one that is taken anyway, never an old one.
// Runs on Node only. Follows docs/protocol.md §9.1; RFC 9110 §15; RFC 2046 §5.1 for the parts of a stream.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { HomeRequest, HomeVerdict } from "../camera/homes.ts";
import type { Audience } from "../camera/options.ts";
import { listenHere } from "./sockets.node.ts";

/** Streams at once. */
export const STREAMS_MAX = 2;
/** Requests that wait for the next picture at once. */
export const WAITERS_MAX = 4;

const CONNECTIONS_MAX = 8;
const HEADER_BYTES_MAX = 4_096;
/** How long a request may take to come, and a machine may take nothing of what it is sent, in milliseconds. */
const SILENT_MILLIS = 10_000;
/** How long a snapshot waits for its picture, in milliseconds. */
const PICTURE_MILLIS = 2_000;
const BOUNDARY = "latchkey";
const FRESH = Object.freeze({ "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" });

/** The camera, as the server reaches it. */
export interface HomeHost {
  /** Whether the sensor has power. */
  readonly isLit: boolean;
  /** Judges a request; undefined where the camera has no power. */
  judge(request: HomeRequest): HomeVerdict | undefined;
}

/** The server. `close()` ends it, and twice is harmless. */
export class HomeServer implements Audience {
  readonly #host: HomeHost;
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  readonly #waiters = new Map<ServerResponse, NodeJS.Timeout>();

  constructor(host: HomeHost) {
    this.#host = host;
    const limits = { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: SILENT_MILLIS, requestTimeout: SILENT_MILLIS };
    this.#server = createServer(limits, (request, response) => this.#answer(request, response));
    this.#server.maxConnections = CONNECTIONS_MAX;
    this.#server.timeout = SILENT_MILLIS;
  }

  /** Listens on this computer only. @param port 0 takes any that is free @returns the port @throws Error of node:net, such as EADDRINUSE */
  listen(port: number): Promise<number> {
    return listenHere(this.#server, port);
  }

  show(jpeg: Uint8Array): void {
    if (this.#waiters.size + this.#streams.size === 0) return;
    const file = Buffer.from(jpeg);
    for (const [response, timer] of this.#waiters) {
      clearTimeout(timer);
      response.writeHead(200, { ...FRESH, "Content-Type": "image/jpeg", "Content-Length": file.length }).end(file);
    }
    this.#waiters.clear();
    const head = `--${BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: ${file.length}\r\n\r\n`;
    const part = Buffer.concat([Buffer.from(head), file, Buffer.from("\r\n")]);
    // Whoever has not taken the last picture yet misses this one: nothing is queued.
    for (const response of this.#streams) if (response.writableLength === 0) response.write(part);
  }

  dismiss(): void {
    for (const [response, timer] of this.#waiters) {
      clearTimeout(timer);
      refuse(response, 503);
    }
    this.#waiters.clear();
    for (const response of this.#streams) response.end(`--${BOUNDARY}--\r\n`);
    this.#streams.clear();
  }

  close(): void {
    this.dismiss();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer({ method = "", url: uri = "", headers }: IncomingMessage, response: ServerResponse): void {
    const verdict = this.#host.judge({ method, uri, authorization: headers.authorization });
    if (verdict === undefined) {
      response.destroy();
      return;
    }
    if (verdict.kind === "absent") refuse(response, 404);
    else if (verdict.kind === "challenge") refuse(response, 401, { "WWW-Authenticate": verdict.header });
    else this.#serve(method, uri.split("?", 1)[0] ?? "", response);
  }

  #serve(method: string, path: string, response: ServerResponse): void {
    const isStream = path === "/stream.mjpeg";
    const isFull = isStream ? this.#streams.size >= STREAMS_MAX : this.#waiters.size >= WAITERS_MAX;
    if (!isStream && path !== "/snapshot.jpg") refuse(response, 404);
    else if (method !== "GET") refuse(response, 405, { Allow: "GET" });
    else if (!this.#host.isLit || isFull) refuse(response, 503);
    else if (isStream) this.#stream(response);
    else this.#wait(response);
  }

  #stream(response: ServerResponse): void {
    this.#streams.add(response);
    response.on("close", () => this.#streams.delete(response));
    const type = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;
    response.writeHead(200, { ...FRESH, "Content-Type": type, Connection: "close" }).flushHeaders();
  }

  #wait(response: ServerResponse): void {
    const timer = setTimeout(() => {
      if (this.#waiters.delete(response)) refuse(response, 503);
    }, PICTURE_MILLIS);
    this.#waiters.set(response, timer);
    response.on("close", () => {
      clearTimeout(timer);
      this.#waiters.delete(response);
    });
  }
}

/** Whatever the reason, a number is all that is said. */
function refuse(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { ...FRESH, ...headers, "Content-Length": 0 }).end();
}
