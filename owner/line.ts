// Frames on one TCP connection: dialled, sent behind their length, and waited for.
// Why: a conversation with a lock and a session with a camera begin, end and wait alike, whatever they say.
// Follows docs/protocol.md, "Carriers": frames behind a length on a stream.

import { connect, type Socket } from "node:net";
import type { Bytes } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";
import { createStreamReader, encodeStream } from "../firmware/link/stream.ts";

const CONNECT_MILLIS_MAX = 5_000;

/** Connects. @throws Error of node:net, such as ECONNREFUSED, or "timeout" after 5 s */
export async function dial(address: { readonly host: string; readonly port: number }): Promise<Socket> {
  const socket = connect(address);
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("timeout")), CONNECT_MILLIS_MAX);
      socket.once("connect", () => {
        clearTimeout(timer);
        resolve();
      });
      socket.once("error", (error) => {
        clearTimeout(timer);
        reject(error);
      });
    });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  socket.setNoDelay(true);
  return socket;
}

/** One connection. `close()` ends it, and twice is harmless. */
export class Line {
  private readonly socket: Socket;
  private over = false;
  /** Wakes whoever waits for something to arrive. */
  private wakes: (() => void)[] = [];

  /** @param take is given each frame; where it throws a Fault, the connection ends */
  constructor(socket: Socket, take: (frame: Bytes) => void) {
    this.socket = socket;
    const stream = createStreamReader();
    socket.on("data", (chunk: Buffer) => {
      try {
        stream.push(chunk);
        for (let frame = stream.next(); frame !== undefined; frame = stream.next()) take(frame);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        socket.destroy();
      }
      this.wake();
    });
    socket.on("close", () => this.end());
    socket.on("error", () => this.end());
  }

  /** Whether nothing comes any more. */
  get isOver(): boolean {
    return this.over;
  }

  send(frame: Bytes): void {
    if (!this.over) this.socket.write(encodeStream(frame));
  }

  close(): void {
    this.socket.end();
    this.socket.unref();
    this.end();
  }

  /** Waits until something holds, the time is over, or the connection is. @returns whether it holds */
  async until(holds: () => boolean, millis: number): Promise<boolean> {
    const deadline = Date.now() + millis;
    while (!holds() && !this.over) {
      const left = deadline - Date.now();
      if (left <= 0) break;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wakes.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return holds();
  }

  private end(): void {
    this.over = true;
    this.wake();
  }

  private wake(): void {
    const { wakes } = this;
    this.wakes = [];
    for (const wake of wakes) wake();
  }
}
