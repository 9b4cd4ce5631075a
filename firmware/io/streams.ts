// Phones, or a camera's viewers, over TCP: a listener and the connections that it gave.
// Why: a chip has few sockets and little memory, and anybody on the network may dial; so there are so many at once, each with a bounded
// queue, and who comes above that is hung up on. Who keeps a place and who loses it, the board's core decides (lock/phone.ts,
// camera/viewers.ts): it hears of each connection at once.
// Follows docs/protocol.md, "Carriers".

import type { Bytes } from "../bytes.ts";
import { assert } from "../fault.ts";
import type { Carrier, Millis } from "../platform.ts";
import { Acceptor } from "./acceptor.ts";
import type { ListenerClass, Tcp, TcpClass } from "./ecma419.ts";
import type { Loop } from "./loop.ts";
import type { Numbers } from "./numbers.ts";
import { earlier } from "./pump.ts";
import { Socket } from "./socket.ts";

/** Where a lock and a camera listen. */
export const STREAM_PORT = 7446;
/** A connection more than a core keeps, so that it can hear of one that it may give a place. */
const CONNECTIONS_MIN = 3;

/** The board behind it. */
export interface Host {
  connected(connection: number, now: Millis): void;
  received(connection: number, frame: Bytes, now: Millis): void;
  disconnected(connection: number, now: Millis): void;
}

/** What streams are made of. */
export interface StreamsParts {
  /** The SDK's classes. */
  readonly tcp: TcpClass;
  readonly listener: ListenerClass;
  readonly loop: Loop;
  readonly numbers: Numbers;
  readonly host: Host;
  /** 7446 where it is left out. */
  readonly port?: number;
  /** Sockets at once, at least 3: 4 for a lock, which keeps two; 9 for a camera, which keeps eight. A chip has places for 32 (tcplinks.h). */
  readonly connectionsMax: number;
  /** What may wait to be written for each, in bytes: 8,192 for a lock; for a camera the longest picture and some answers. */
  readonly queueBytesMax: number;
}

/** All connections of one board. It owns the sockets: `close()` without a number ends them all, and twice is harmless. */
export class Streams implements Carrier {
  readonly #parts: StreamsParts;
  readonly #acceptor: Acceptor;
  readonly #sockets = new Map<number, Socket>();

  constructor(parts: StreamsParts) {
    assert(parts.connectionsMax >= CONNECTIONS_MIN, "a connection more than the core keeps");
    const { listener, loop, port = STREAM_PORT } = parts;
    this.#parts = parts;
    this.#acceptor = new Acceptor({ listener, loop, port, take: (from, now) => this.#take(from, now) });
  }

  /** Sockets that are open, those too that are being closed. */
  get count(): number {
    return this.#sockets.size;
  }

  /** Whether somebody can connect. */
  get isListening(): boolean {
    return this.#acceptor.isListening;
  }

  /** Hears that there is a network, or none any more: without one every connection ends. A listener is opened for each network. */
  networkChanged(isUp: boolean, now: Millis): void {
    if (this.#acceptor.networkChanged(isUp, now) && !isUp) this.#hangUp(now);
  }

  send(connection: number, frame: Bytes): void {
    this.#sockets.get(connection)?.send(frame);
  }

  /** Drops one behind what was sent to it, and nothing more of it reaches the board; or all at once, and listens no more. */
  close(connection?: number): void {
    if (connection === undefined) {
      this.#acceptor.close();
      for (const socket of this.#sockets.values()) socket.abort();
      this.#sockets.clear();
      return;
    }
    const socket = this.#sockets.get(connection);
    socket?.close();
    if (socket?.isOver) this.#sockets.delete(connection);
  }

  /** Does what is due. */
  tick(now: Millis): void {
    for (const socket of this.#sockets.values()) socket.tick(now);
    this.#acceptor.tick(now);
  }

  /** When `tick` has something to do. */
  get nextTick(): Millis | undefined {
    let next = this.#acceptor.nextTick;
    for (const { nextTick } of this.#sockets.values()) next = earlier(next, nextTick);
    return next;
  }

  #hangUp(now: Millis): void {
    const open = [...this.#sockets];
    this.#sockets.clear();
    for (const [connection, socket] of open) {
      const isTold = !socket.isLingering;
      socket.abort();
      if (isTold) this.#parts.host.disconnected(connection, now);
    }
  }

  /** Whether there is a place; who is being closed gives one up. */
  #hasPlace(): boolean {
    for (const [connection, socket] of this.#sockets) {
      if (this.#sockets.size < this.#parts.connectionsMax) return true;
      if (!socket.isLingering) continue;
      socket.abort();
      this.#sockets.delete(connection);
    }
    return this.#sockets.size < this.#parts.connectionsMax;
  }

  #take(from: Tcp, now: Millis): void {
    const { tcp, loop, numbers, host, queueBytesMax } = this.#parts;
    if (!this.#hasPlace()) {
      from.close();
      return;
    }
    const connection = numbers.next();
    let socket: Socket;
    try {
      socket = new Socket({
        tcp,
        from,
        loop,
        queueBytesMax,
        received: (frame, then) => host.received(connection, frame, then),
        ended: (isSudden, then) => {
          if (this.#sockets.delete(connection) && isSudden) host.disconnected(connection, then);
        },
      });
    } catch {
      from.close();
      return;
    }
    this.#sockets.set(connection, socket);
    host.connected(connection, now);
  }
}
