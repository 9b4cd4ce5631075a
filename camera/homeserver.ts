// What a house's own machines reach of the camera: /snapshot.jpg and /stream.mjpeg over HTTP, in the house's network.
// Why: a home computer speaks no Noise; it has a name and a password. Everything is 404 until an owner has set one, and nothing asked
// here switches the sensor on: a picture is the next one that is taken anyway, never an old one.
// Follows docs/protocol.md §9.1; RFC 9110 §15; RFC 2046 §5.1 for the parts of a stream.

import { Acceptor } from "../firmware/io/acceptor.ts";
import type { ListenerClass, Tcp, TcpClass } from "../firmware/io/ecma419.ts";
import type { Loop } from "../firmware/io/loop.ts";
import { earlier, type Timed } from "../firmware/io/pump.ts";
import { STREAM_PORT } from "../firmware/io/streams.ts";
import { Bucket } from "../firmware/link/bucket.ts";
import type { Millis } from "../firmware/platform.ts";
import { HomeCaller, type HomeDesk, type HomeState } from "./homecaller.ts";
import type { HomeRequest, HomeVerdict } from "./homes.ts";
import { fromLines } from "./http.ts";
import type { Audience } from "./options.ts";

/** Where it listens: behind the viewers' port. */
export const HOME_PORT = STREAM_PORT + 1;
/** Streams at once. */
export const STREAMS_MAX = 2;
/** Machines that wait for the next picture at once. */
export const WAITERS_MAX = 4;
/** Connections at once. */
export const CALLERS_MAX = STREAMS_MAX + WAITERS_MAX;
/** Who may dial: to read what they ask costs the chip some million instructions each. */
export const DIALS = Object.freeze({ atOnce: 16, tryMillis: 250 });

const BOUNDARY = "latchkey";
const STREAM_TYPE = `Content-Type: multipart/x-mixed-replace; boundary=${BOUNDARY}`;
const PICTURE_TYPE = "Content-Type: image/jpeg";

/** The camera, as the server reaches it. */
export interface HomeHost {
  /** Whether an owner set a password. */
  isOpen(): boolean;
  /** Whether the sensor has power. */
  isLit(): boolean;
  judge(request: HomeRequest, now: Millis): HomeVerdict;
}

/** What a server is made of. */
export interface HomeServerParts {
  /** The SDK's classes. */
  readonly tcp: TcpClass;
  readonly listener: ListenerClass;
  readonly loop: Loop;
  readonly host: HomeHost;
}

/** The server. `close()` ends it, and twice is harmless. */
export class HomeServer implements Audience, HomeDesk, Timed {
  readonly #parts: HomeServerParts;
  readonly #acceptor: Acceptor;
  readonly #dials: Bucket;
  readonly #callers = new Set<HomeCaller>();

  constructor(parts: HomeServerParts) {
    const { listener, loop } = parts;
    this.#parts = parts;
    this.#dials = new Bucket(DIALS, loop.uptime());
    this.#acceptor = new Acceptor({ listener, loop, port: HOME_PORT, take: (from, now) => this.#take(from, now) });
  }

  get isOpen(): boolean {
    return this.#parts.host.isOpen();
  }

  /** Hears that there is a network, or none any more: without one every connection ends. */
  networkChanged(isUp: boolean, now: Millis): void {
    if (this.#acceptor.networkChanged(isUp, now) && !isUp) this.hangUp();
  }

  show(jpeg: Uint8Array): void {
    const watching = [...this.#callers].filter(({ state }) => state === "waiting" || state === "looking");
    if (watching.length === 0) return;
    const file = jpeg.slice();
    const part = fromLines([`--${BOUNDARY}`, PICTURE_TYPE, `Content-Length: ${file.length}`, ""]);
    const end = fromLines([""]);
    for (const caller of watching) {
      if (caller.state === "waiting") caller.answer(200, [PICTURE_TYPE], file);
      else caller.show([part, file, end]);
    }
  }

  dismiss(): void {
    for (const caller of this.#callers) {
      if (caller.state === "waiting") caller.answer(503);
      else if (caller.state === "looking") caller.finish(fromLines([`--${BOUNDARY}--`]));
    }
  }

  /** Drops everybody at once. */
  hangUp(): void {
    for (const caller of this.#callers) caller.abort();
    this.#callers.clear();
  }

  close(): void {
    this.#acceptor.close();
    this.hangUp();
  }

  /** Does what is due. */
  tick(now: Millis): void {
    for (const caller of [...this.#callers]) caller.tick(now);
    this.#acceptor.tick(now);
  }

  /** When `tick` has something to do. */
  get nextTick(): Millis | undefined {
    let next = this.#acceptor.nextTick;
    for (const { nextTick } of this.#callers) next = earlier(next, nextTick);
    return next;
  }

  asked(caller: HomeCaller, request: HomeRequest, now: Millis): void {
    const verdict = this.#parts.host.judge(request, now);
    if (verdict.kind === "absent") caller.answer(404);
    else if (verdict.kind === "challenge") caller.answer(401, [`WWW-Authenticate: ${verdict.header}`]);
    else this.#serve(caller, request);
  }

  left(caller: HomeCaller): void {
    this.#callers.delete(caller);
  }

  #serve(caller: HomeCaller, { method, uri }: HomeRequest): void {
    const path = pathOf(uri);
    const isStream = path === "/stream.mjpeg";
    const isFull = isStream ? this.#countOf("looking") >= STREAMS_MAX : this.#countOf("waiting") >= WAITERS_MAX;
    if (!isStream && path !== "/snapshot.jpg") caller.answer(404);
    else if (method !== "GET") caller.answer(405, ["Allow: GET"]);
    else if (!this.#parts.host.isLit() || isFull) caller.answer(503);
    else if (isStream) caller.begin([STREAM_TYPE]);
    else caller.wait();
  }

  #countOf(wanted: HomeState): number {
    return [...this.#callers].filter(({ state }) => state === wanted).length;
  }

  /** Takes somebody who dialled, if there is a place and a try left. */
  #take(from: Tcp, now: Millis): void {
    for (const caller of [...this.#callers]) if (caller.isOver) this.#callers.delete(caller);
    if (this.#callers.size >= CALLERS_MAX || !this.#dials.take(now)) {
      from.close();
      return;
    }
    const { tcp, loop } = this.#parts;
    try {
      this.#callers.add(new HomeCaller({ tcp, from, loop }, this));
    } catch {
      from.close();
    }
  }
}

/** What is asked for: a target may name the camera too. RFC 9112 §3.2.2. */
function pathOf(uri: string): string {
  const path = uri.split("?", 1)[0];
  const host = /^http:\/\/[^/]*/i.exec(path);
  return host === null ? path : path.slice(host[0].length);
}
