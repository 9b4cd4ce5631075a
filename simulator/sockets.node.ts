// Whoever connects to a board of the house of `npm start`: frames on TCP connections of this computer.
// Why: phones at the lock and viewers at the camera come over the same kind of socket, and nobody else may.
// Runs on Node only. Follows docs/protocol.md, "Carriers": frames behind their length on a stream.

import { createServer, type Server, type Socket } from "node:net";
import type { Bytes } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";
import { createStreamReader, encodeStream } from "../firmware/link/stream.ts";
import type { Carrier } from "../firmware/platform.ts";

const LOOPBACK = "127.0.0.1";
const CONNECTIONS_MAX = 16;

/** Listens on this computer only. @param port 0 takes any that is free @returns the port @throws Error of node:net, such as EADDRINUSE */
export async function listenHere(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: LOOPBACK, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** A board, as whoever connects reaches it. */
export interface Host {
  /** Whether it has power: else nobody is taken. */
  readonly isThere: boolean;
  connected(connection: number): void;
  received(connection: number, frame: Bytes): void;
  disconnected(connection: number): void;
}

/** Connections to one board. `close()` ends all, and twice is harmless. */
export class Sockets implements Carrier {
  readonly #host: Host;
  readonly #server: Server;
  readonly #sockets = new Map<number, Socket>();
  #connections = 0;

  constructor(host: Host) {
    this.#host = host;
    this.#server = createServer((socket) => this.#take(socket));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** Listens on this computer only. @param port 0 takes any that is free @returns the port @throws Error of node:net, such as EADDRINUSE */
  listen(port: number): Promise<number> {
    return listenHere(this.#server, port);
  }

  send(connection: number, frame: Bytes): void {
    this.#sockets.get(connection)?.write(encodeStream(frame));
  }

  /** Drops one after what was sent to it, and nothing more of it reaches the board; or all at once, and listens no more. */
  close(connection?: number): void {
    if (connection === undefined) {
      this.#server.close();
      this.hangUp();
      return;
    }
    const socket = this.#sockets.get(connection);
    this.#sockets.delete(connection);
    socket?.destroySoon();
  }

  /** Drops everybody: the board has no power. */
  hangUp(): void {
    for (const [connection, socket] of this.#sockets) {
      this.#sockets.delete(connection);
      socket.destroy();
    }
  }

  /** Drops everybody after what was sent to them. */
  dismiss(): void {
    for (const connection of [...this.#sockets.keys()]) this.close(connection);
  }

  #take(socket: Socket): void {
    if (!this.#host.isThere) {
      socket.destroy();
      return;
    }
    const connection = ++this.#connections;
    const stream = createStreamReader();
    this.#sockets.set(connection, socket);
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      try {
        stream.push(chunk);
        for (let frame = stream.next(); frame !== undefined; frame = stream.next()) {
          if (this.#sockets.has(connection)) this.#host.received(connection, frame);
        }
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        socket.destroy();
      }
    });
    // An error is followed by "close"; which one it was is the other end's affair.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (this.#sockets.delete(connection)) this.#host.disconnected(connection);
    });
    this.#host.connected(connection);
  }
}
