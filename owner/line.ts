// Frames on one connection to a board: dialled, put among bytes as its carrier has them, and waited for.
// Why: a conversation with a lock and a session with a camera begin, end and wait alike, whatever they say and whatever carries it.
// Follows docs/protocol.md §3.1: frames behind their length on TCP, between zeros on a serial line.

import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Bytes } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";
import { createStreamReader, encodeStream } from "../firmware/link/stream.ts";

const CONNECT_MILLIS_MAX = 5_000;

/** An open way to a board. */
export interface Way {
  /** Bytes, both ways. */
  readonly stream: Duplex;
  /** Puts a frame among them. */
  encode(frame: Bytes): Bytes;
  /** Gives what takes frames out of them. */
  createReader(): { push(chunk: Uint8Array): void; next(): Bytes | undefined };
  /** Ends it once all is sent, and keeps nobody waiting for that. */
  finish(): void;
}

/** Connects over TCP. @throws Error of node:net, such as ECONNREFUSED, or "timeout" after 5 s */
export async function dial(address: { readonly host: string; readonly port: number }): Promise<Way> {
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
  const finish = () => {
    socket.end();
    socket.unref();
  };
  return { stream: socket, encode: encodeStream, createReader: createStreamReader, finish };
}

/** One connection. `close()` ends it, and twice is harmless. */
export class Line {
  private readonly way: Way;
  private over = false;
  private heard = false;
  /** Wakes whoever waits for something to arrive. */
  private wakes: (() => void)[] = [];

  /** @param take is given each frame; where it throws a Fault, the connection ends */
  constructor(way: Way, take: (frame: Bytes) => void) {
    this.way = way;
    const { stream } = way;
    const reader = way.createReader();
    stream.on("data", (chunk: Buffer) => {
      this.heard = true;
      try {
        reader.push(chunk);
        for (let frame = reader.next(); frame !== undefined; frame = reader.next()) take(frame);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        stream.destroy();
      }
      this.wake();
    });
    stream.on("close", () => this.end());
    stream.on("error", () => this.end());
  }

  /** Whether nothing comes any more. */
  get isOver(): boolean {
    return this.over;
  }

  /** Whether anything came, a frame or not. */
  get hasHeard(): boolean {
    return this.heard;
  }

  send(frame: Bytes): void {
    if (!this.over) this.way.stream.write(this.way.encode(frame));
  }

  close(): void {
    if (!this.over) this.way.finish();
    this.end();
  }

  /** Waits until something holds, the time is over, or the connection is. @returns whether it holds */
  async until(holds: () => boolean, millis: number): Promise<boolean> {
    // This computer's clock may be set meanwhile.
    const deadline = performance.now() + millis;
    while (!holds() && !this.over) {
      const left = deadline - performance.now();
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
