// Whoever comes over one serial line, such as the USB socket of a board: connections where the line itself has none.
// Why: a computer that is unplugged, or whose tool died, says no goodbye on a wire; the next one must not find the place taken, nor
// sit in a session that another had opened.
// Follows docs/protocol.md §3.1, "serial".

import type { Bytes } from "../bytes.ts";
import { Fault } from "../fault.ts";
import { checkFrame, FRAME_NK_1, sessionOf } from "./frame.ts";
import { createSerialReader, encodeSerial } from "./serial.ts";

/** What a socket needs of its board. */
export interface UsbHost {
  /** Gives a number for a new connection, which no other of any carrier has or had. */
  nextConnection(): number;
  connected(connection: number): void;
  /** Takes a frame, a copy. */
  received(connection: number, frame: Bytes): void;
  disconnected(connection: number): void;
  /** Puts bytes onto the line; they may be lost. */
  write(bytes: Bytes): void;
}

/** One serial line, at which one connection stands at a time: a handshake's first message begins it, and ends the one before. */
export class UsbSocket {
  readonly #host: UsbHost;
  readonly #reader = createSerialReader();
  #connection: number | undefined;
  /** The session number of the handshake that began it: the same message comes again where its answer was lost. */
  #session = 0;

  constructor(host: UsbHost) {
    this.#host = host;
  }

  /** The connection that stands. */
  get connection(): number | undefined {
    return this.#connection;
  }

  /** Takes bytes as they come. Total: whatever they are, text of a console among them, it throws nothing.
   *  @param chunk a view that is let go at the return */
  received(chunk: Uint8Array): void {
    this.#reader.push(chunk);
    for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) this.#take(frame);
  }

  /** Sends a frame, if that connection still stands. */
  send(connection: number, frame: Bytes): void {
    if (connection === this.#connection) this.#host.write(encodeSerial(frame));
  }

  /** Ends a connection at the board's wish: what comes before the next handshake is dropped. */
  close(connection: number): void {
    if (connection === this.#connection) this.#connection = undefined;
  }

  #take(frame: Bytes): void {
    const isHello = isFirstMessage(frame);
    if (isHello && (this.#connection === undefined || sessionOf(frame) !== this.#session))
      this.#begin(sessionOf(frame));
    // The board may have refused the place.
    if (this.#connection !== undefined) this.#host.received(this.#connection, frame);
  }

  #begin(session: number): void {
    if (this.#connection !== undefined) this.#host.disconnected(this.#connection);
    const connection = this.#host.nextConnection();
    this.#connection = connection;
    this.#session = session;
    this.#host.connected(connection);
  }
}

function isFirstMessage(frame: Bytes): boolean {
  try {
    return checkFrame(frame) === FRAME_NK_1;
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return false;
  }
}
