// Three Roughtime servers on this computer, beside the house of `npm start`.
// Why: whoever pulls the plug of the house's lock can bring it the time as a guest would, with real packets and no network.
// Runs on Node only, and listens on this computer only. Their keys lie in the house's folder, so that they stay the same.

import { createSocket, type Socket } from "node:dgram";
import { join } from "node:path";
import { type Bytes, toBase64url } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { systemRandom } from "../owner/random.ts";
import { FileConstants, openFolder } from "./disk.ts";
import { TimeServer } from "./timeserver.ts";

const LOOPBACK = "127.0.0.1";
const SERVERS = 3;
const SEED_BYTES = 32;
/** Requests that are answered with one signature, and for how long they are collected. */
const BATCH_MAX = 64;
const BATCH_MILLIS = 5;

interface Waiting {
  readonly request: Bytes;
  readonly port: number;
  readonly address: string;
}

/** One server on a socket. */
class Clock {
  readonly #server: TimeServer;
  readonly #socket: Socket = createSocket("udp4");
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(server: TimeServer) {
    this.#server = server;
    this.#socket.on("message", (packet, { address, port }) => this.#take(new Uint8Array(packet), address, port));
  }

  /** @param port 0 takes any that is free @returns how it is named: host:port=key @throws Error of node:dgram */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.once("error", reject);
      this.#socket.bind(port, LOOPBACK, () => {
        this.#socket.off("error", reject);
        resolve();
      });
    });
    // What goes wrong with one packet is the affair of whoever sent it.
    this.#socket.on("error", () => undefined);
    return `${LOOPBACK}:${this.#socket.address().port}=${toBase64url(this.#server.key)}`;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#socket.close();
  }

  #take(request: Bytes, address: string, port: number): void {
    if (this.#waiting.length >= BATCH_MAX) return;
    this.#waiting.push({ request, address, port });
    this.#timer ??= setTimeout(() => this.#answer(), BATCH_MILLIS);
  }

  #answer(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#timer = undefined;
    const requests = waiting.map(({ request }) => request);
    const answers = this.#server.answer(requests, Math.floor(Date.now() / 1_000));
    for (const [index, answer] of answers.entries()) {
      const { port, address } = waiting[index];
      if (answer !== undefined) this.#socket.send(answer, port, address, () => undefined);
    }
  }
}

/** The servers of a house. `close()` ends them. */
export class Clocks {
  readonly #clocks: readonly Clock[];

  /** @param directory of the house; made where it is missing */
  constructor(crypto: Crypto, directory: string) {
    const folder = join(directory, "clocks");
    openFolder(directory);
    openFolder(folder);
    const constants = new FileConstants(folder);
    this.#clocks = Array.from({ length: SERVERS }, (_, index) => {
      const name = `server-${index + 1}`;
      let seed = constants.read(name);
      if (seed === undefined) {
        seed = new Uint8Array(SEED_BYTES);
        systemRandom().fill(seed);
        constants.write(name, seed);
      }
      return new Clock(new TimeServer(crypto, seed));
    });
  }

  /** Listens on three ports from `port` on, or on any three where one of them is taken. @returns how each is named */
  async listen(port: number): Promise<readonly string[]> {
    const names: string[] = [];
    for (const [index, clock] of this.#clocks.entries()) {
      names.push(await clock.listen(port + index).catch(() => clock.listen(0)));
    }
    return names;
  }

  close(): void {
    for (const clock of this.#clocks) clock.close();
  }
}
