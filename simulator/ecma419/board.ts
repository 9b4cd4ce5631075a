// A lock on a desk whose carriers are the drivers of firmware/io over the SDK's fakes: phones over TCP, a keypad's cable, the camera's
// wire.
// Why: whether drivers and core fit shows where a whole session goes through both.
// The lock's time and that of its loop go on together; everything else is the desk's.

import type { Bytes } from "../../firmware/bytes.ts";
import { Cable } from "../../firmware/io/cable.ts";
import { Lan } from "../../firmware/io/lan.ts";
import { Numbers } from "../../firmware/io/numbers.ts";
import { Streams } from "../../firmware/io/streams.ts";
import { Desk } from "../desk.ts";
import type { DeskOptions, Line } from "../table.ts";
import { Loop } from "./loop.ts";
import { SerialCable } from "./serial.ts";
import { Network } from "./sockets.ts";

/** The lock's address. */
export const LOCK_ADDRESS = "192.168.1.2";
const TURN_MILLIS = 20;
const TCP = Object.freeze({ connectionsMax: 4, queueBytesMax: 8_192 });

/** Whoever has something to do at each turn of the loop. */
type Turned = (now: ReturnType<Loop["uptime"]>) => void;

/** The desk. */
export class BoardDesk extends Desk {
  readonly loop = new Loop();
  readonly network = new Network(this.loop.defer);
  readonly host = this.network.host(LOCK_ADDRESS);
  readonly serial = new SerialCable(this.loop.defer);
  readonly streams: Streams;
  readonly cable: Cable;
  readonly lan: Lan;
  readonly #numbers = new Numbers();
  readonly #dialled = new Map<number, StreamLine>();
  readonly #turned: Turned[] = [];

  constructor(options: DeskOptions) {
    super(options);
    const { loop, host, serial } = this;
    this.streams = new Streams({
      ...TCP,
      tcp: host.Tcp,
      listener: host.Listener,
      loop,
      numbers: this.#numbers,
      host: {
        connected: (connection) => {
          const line = new StreamLine(this.streams, connection);
          this.#dialled.set(connection, line);
          this.connect(line);
        },
        received: (connection, frame) => this.carry(connection, frame),
        disconnected: (connection) => {
          const line = this.#dialled.get(connection);
          this.#dialled.delete(connection);
          if (line !== undefined) this.hangUp(line);
        },
      },
    });
    const wiring = { port: 1, baud: 38_400, receive: 4, transmit: 5, loop };
    this.cable = new Cable({ ...wiring, io: serial.near, received: (frame) => this.carryWire(frame) });
    this.lan = new Lan({ udp: host.Udp, loop, received: (frame) => this.carryCamera(frame) });
    this.onWire = (frame) => this.cable.send(frame);
    this.onCameraWire = (frame) => this.lan.send(frame);
    this.networkIs(true);
  }

  /** Gives the lock its network, or takes it away, and tells it. */
  networkIs(isUp: boolean): void {
    const now = this.loop.uptime();
    this.host.isUp = isUp;
    this.streams.networkChanged(isUp, now);
    this.lan.networkChanged(isUp ? LOCK_ADDRESS : undefined, now);
  }

  /** Has somebody do what is due at each turn. */
  attend(turned: Turned): void {
    this.#turned.push(turned);
  }

  /** Lets time pass, and the loop turn. @param duration in milliseconds */
  wait(duration: number): void {
    for (let left = duration; left > 0; left -= TURN_MILLIS) {
      const step = Math.min(left, TURN_MILLIS);
      this.passMillis(step);
      this.loop.pass(step);
      const now = this.loop.uptime();
      this.streams.tick(now);
      this.lan.tick(now);
      for (const turned of this.#turned) turned(now);
      this.loop.run();
    }
  }

  protected override nextConnection(): number {
    return this.#numbers.next();
  }
}

/** The lock's end of a TCP connection, as the desk knows lines: where the lock closes it, the driver does. */
class StreamLine implements Line {
  readonly connection: number;
  readonly transport = "tcp";
  readonly #streams: Streams;
  #isConnected = true;

  constructor(streams: Streams, connection: number) {
    this.#streams = streams;
    this.connection = connection;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  set isConnected(isConnected: boolean) {
    if (this.#isConnected && !isConnected) this.#streams.close(this.connection);
    this.#isConnected = isConnected;
  }

  hear(frame: Bytes): void {
    this.#streams.send(this.connection, frame);
  }
}
