// The SDK's Tcp and Listener over sockets of this computer, for one port that is chosen beforehand.
// Why: in the house of `npm start` real machines reach the very module that serves them on a board.
// Runs on Node only. Follows the contract of firmware/io/ecma419.ts; where a write has room for 64 KiB, as a chip has for some.

import { createServer, type Server, type Socket } from "node:net";
import type { Listener, ListenerClass, Tcp, TcpClass } from "../../firmware/io/ecma419.ts";
import { listenHere } from "../sockets.node.ts";
import { Pending } from "./pending.ts";

/** What may wait in a socket. */
const ROOM_BYTES = 65_536;
/** How long what was written before a close may take to get away. */
const LINGER_MILLIS = 2_000;

const pending = new Pending<Socket>();

/** A port of this computer, and the classes by which it is served. `close()` ends it, and twice is harmless. */
export class Door {
  readonly Tcp: TcpClass = DoorTcp;
  readonly Listener: ListenerClass;
  readonly #server: Server;
  readonly #waiting: Socket[] = [];
  #onReadable: ((count: number) => void) | undefined;

  constructor() {
    this.#server = createServer((socket) => this.#take(socket));
    this.Listener = this.#listenerClass();
  }

  /** Listens on this computer only. @param port 0 takes any that is free @returns the port @throws Error of node:net, such as EADDRINUSE */
  listen(port: number): Promise<number> {
    return listenHere(this.#server, port);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#waiting.splice(0)) socket.destroy();
  }

  #take(socket: Socket): void {
    socket.on("error", () => undefined);
    if (this.#onReadable === undefined) {
      socket.destroy();
      return;
    }
    this.#waiting.push(socket);
    this.#onReadable(this.#waiting.length);
  }

  /** Whatever port is asked for, it is this one. */
  #listenerClass(): ListenerClass {
    const door = this;
    return class implements Listener {
      constructor({ onReadable }: ConstructorParameters<ListenerClass>[0]) {
        door.#onReadable = (count) => onReadable.call(this, count);
      }

      get port(): number {
        const address = door.#server.address();
        return typeof address === "object" && address !== null ? address.port : 0;
      }

      read(): Tcp | undefined {
        const socket = door.#waiting.shift();
        return socket && pending.give(socket, socket.remoteAddress, () => socket.destroy());
      }

      close(): void {
        door.#onReadable = undefined;
        for (const socket of door.#waiting.splice(0)) socket.destroy();
      }
    };
  }
}

class DoorTcp implements Tcp {
  readonly #socket: Socket;
  readonly #onWritable: (count: number) => void;
  #came = Buffer.alloc(0);
  #isClosed = false;
  #hasFailed = false;

  constructor({ from, onReadable, onWritable, onError }: ConstructorParameters<TcpClass>[0]) {
    if (from === undefined) throw new Error("invalid from");
    const socket = pending.take(from);
    this.#socket = socket;
    this.#onWritable = (count) => {
      if (!this.#isClosed && !this.#hasFailed) onWritable?.call(this, count);
    };
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      if (this.#isClosed) return;
      this.#came = Buffer.concat([this.#came, chunk]);
      onReadable?.call(this, this.#came.length);
    });
    // "close" follows the other end's end, and every error.
    socket.on("close", () => {
      const isNews = !this.#isClosed && !this.#hasFailed;
      this.#hasFailed = true;
      if (isNews) onError?.call(this);
    });
    setImmediate(() => this.#onWritable(ROOM_BYTES));
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  read(byteLength = this.#came.length): ArrayBuffer | undefined {
    if (this.#came.length === 0) return undefined;
    const taken = this.#came.subarray(0, byteLength);
    this.#came = this.#came.subarray(byteLength);
    return new Uint8Array(taken).buffer;
  }

  write(bytes: Uint8Array): void {
    if (this.#isClosed) throw new TypeError("closed");
    if (bytes.length > ROOM_BYTES - this.#socket.writableLength) throw new Error("would block");
    this.#socket.write(Buffer.from(bytes), () => this.#onWritable(ROOM_BYTES - this.#socket.writableLength));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.destroySoon();
    setTimeout(() => this.#socket.destroy(), LINGER_MILLIS).unref();
  }
}
