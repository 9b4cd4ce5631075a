// A Tcp that dials, for the contract's rows: somebody's end on the desk's lwIP, who is called back when the ground turns.
// Why: a board dials nobody, so its own Tcp is the other end of each row alone.
// Follows Ecma-419 §9.10.

import type { Tcp, TcpClass } from "../../firmware/io/ecma419.ts";
import { CALLER, lan } from "./lan.ts";

/** The board, as those who dial it know it. */
export const ADDRESS = "192.168.1.2";
const PORT_MAX = 65_535;

type Options = ConstructorParameters<TcpClass>[0];

/** Somebody who dialled. */
export class Dialler implements Tcp {
  readonly #options: Options;
  #place: number | undefined;
  #received: number[] = [];
  /** What it was told of. */
  #seen = 0;
  #room = 0;
  #hasFailed = false;

  constructor(options: Options) {
    const { address, port = -1, format } = options;
    if (format !== "buffer") throw new RangeError("unimplemented");
    if (address !== ADDRESS) throw new Error("invalid address");
    if (!(port >= 0 && port <= PORT_MAX)) throw new RangeError("invalid port");
    this.#options = options;
    this.#place = lan.dial(port);
  }

  get remoteAddress(): string | undefined {
    return this.#open.place >= 0 ? ADDRESS : undefined;
  }

  read(byteLength?: number): ArrayBuffer | undefined {
    this.#take();
    if (this.#received.length === 0) return undefined;
    const length = byteLength ?? this.#received.length;
    if (length <= 0 || length > this.#received.length) throw new Error("invalid");
    this.#seen = 0;
    return Uint8Array.from(this.#received.splice(0, length)).buffer;
  }

  write(bytes: Uint8Array): void {
    const { place } = this.#open;
    if (this.#hasFailed || bytes.length > lan.room(place) || !lan.send(place, bytes)) throw new Error("would block");
    this.#room = lan.room(place);
  }

  close(): void {
    if (this.#place !== undefined) lan.close(this.#place);
    this.#place = undefined;
    this.#received.length = 0;
  }

  /** Calls back for what came since the last turn. */
  turn(): void {
    const { onReadable, onWritable, onError } = this.#options;
    if (this.#place !== undefined) this.#take();
    if (this.#received.length > this.#seen) {
      this.#seen = this.#received.length;
      onReadable?.call(this, this.#seen);
    }
    const room = this.#place === undefined ? 0 : lan.room(this.#place);
    if (room > this.#room) {
      this.#room = room;
      onWritable?.call(this, room);
    }
    const isOver = this.#place !== undefined && (lan.state(this.#place) & (CALLER.hasEnded | CALLER.hasFailed)) !== 0;
    if (isOver && this.#received.length === 0 && !this.#hasFailed) {
      this.#hasFailed = true;
      onError?.call(this);
    }
  }

  get #open(): { readonly place: number } {
    if (this.#place === undefined) throw new TypeError("closed");
    return { place: this.#place };
  }

  #take({ place } = this.#open): void {
    for (const byte of new Uint8Array(lan.read(place))) this.#received.push(byte);
  }
}
