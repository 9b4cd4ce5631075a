// A board that listens in a fake network, and people who dial it: what the tests of sockets and of their listener share.
// Why: they differ in what callers do, not in how one calls.

import { Loop } from "../../../simulator/ecma419/loop.ts";
import { type Host, Network } from "../../../simulator/ecma419/sockets.ts";
import type { Bytes } from "../../bytes.ts";
import { FRAME_COMMANDS, FRAME_MEDIA, FRAME_NK_1 } from "../../link/frame.ts";
import { createStreamReader } from "../../link/stream.ts";
import type { Tcp } from "../ecma419.ts";
import { Numbers } from "../numbers.ts";
import { STREAM_PORT, Streams } from "../streams.ts";

export const BOARD = "192.168.1.2";
/** Sockets of the board. */
export const CONNECTIONS_MAX = 4;
/** What it lets wait for each. */
export const QUEUE_BYTES_MAX = 8_192;

/** Somebody who dials. */
export class Caller {
  readonly frames: Bytes[] = [];
  isReading = true;
  isOver = false;
  isOpen = false;
  readonly tcp: Tcp;
  readonly #reader = createStreamReader();

  constructor(host: Host) {
    this.tcp = new host.Tcp({
      address: BOARD,
      port: STREAM_PORT,
      format: "buffer",
      onWritable: () => {
        this.isOpen = true;
      },
      onReadable: () => this.isReading && this.read(),
      onError: () => {
        this.isOver = true;
      },
    });
  }

  read(): void {
    const bytes = this.tcp.read();
    if (bytes === undefined) return;
    this.#reader.push(new Uint8Array(bytes));
    for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) this.frames.push(frame);
  }
}

export function createBench(queueBytesMax = QUEUE_BYTES_MAX) {
  const loop = new Loop();
  const network = new Network(loop.defer);
  const board = network.host(BOARD);
  const heard: string[] = [];
  const frames: Bytes[] = [];
  const reactions: { connected?: (connection: number) => void; received?: (connection: number) => void } = {};
  const streams = new Streams({
    tcp: board.Tcp,
    listener: board.Listener,
    loop,
    numbers: new Numbers(),
    connectionsMax: CONNECTIONS_MAX,
    queueBytesMax,
    host: {
      connected: (connection) => {
        heard.push(`+${connection}`);
        reactions.connected?.(connection);
      },
      received: (connection, frame) => {
        heard.push(`${connection}:${frame.length}`);
        frames.push(frame);
        reactions.received?.(connection);
      },
      disconnected: (connection) => heard.push(`-${connection}`),
    },
  });
  streams.networkChanged(true, loop.uptime());
  const phone = network.host("192.168.1.10");
  const call = () => {
    const caller = new Caller(phone);
    loop.run();
    return caller;
  };
  const pass = (duration: number) => {
    loop.pass(duration);
    streams.tick(loop.uptime());
    loop.run();
  };
  return { loop, network, board, streams, heard, frames, reactions, phone, call, pass };
}

/** A frame of commands. @param size 25 bytes at least */
export function commands(size: number, fill = 7): Bytes {
  const frame = new Uint8Array(size).fill(fill);
  frame[0] = FRAME_COMMANDS;
  return frame;
}

/** A piece of a picture. */
export function piece(picture: number, size = 2_409): Bytes {
  const frame = new Uint8Array(size);
  frame[0] = FRAME_MEDIA;
  frame[5] = picture;
  return frame;
}

export function message1(): Bytes {
  const frame = new Uint8Array(57);
  frame[0] = FRAME_NK_1;
  return frame;
}
