// Two serial ports that are wired crosswise: fakes of the SDK's Serial, and the cable between them.
// Why: a driver meets what the chip does to it, 128 bytes of queue and bytes that are lost where nobody reads in time, and a test
// cuts the cable or puts noise on it where it likes.
// Follows modules/io/serial/esp32 of the Moddable SDK 8.2.3. Its Linux class differs: it names a device instead of a port, takes
// 1,024 bytes at a write whatever waits behind it, loses none that come, has no limit to how often a device is opened, takes an
// ArrayBuffer alone, and a use after closing ends the whole process. On the ESP32 a write before the first onWritable is taken, since
// the queue is empty; and a close from within its own callback has the SDK touch memory that it gave back, so here that throws.

import type { Serial, SerialClass } from "../../firmware/io/ecma419.ts";
import type { Defer } from "./loop.ts";
import { Messages } from "./messages.ts";

/** What a UART of the ESP32 holds in either direction. */
export const QUEUE_BYTES = 128;
/** With so few left to go it says that it is writable. */
const WRITABLE_BYTES = 10;
/** What goes over the wire in a turn of the loop. */
const TURN_BYTES = 32;
const BAUD_MAX = 20_000_000;

/** Which end of the cable. */
export type End = "near" | "far";

/** A cable between two boards. */
export class SerialCable {
  /** The class of Serial that the board at that end has; its port 1 is on the cable. */
  readonly near: SerialClass;
  readonly far: SerialClass;
  /** Nothing passes. */
  isCut = false;
  /** What becomes of a byte on the way: another one, or undefined for none. */
  spoil: (byte: number) => number | undefined = (byte) => byte;
  /** Whether an end hears what comes at the moment. */
  readonly hears: Record<End, () => boolean> = { near: () => true, far: () => true };
  /** Bytes that came where nobody had read the former ones. */
  overrun = 0;
  /** What takes the interrupts of each board to its event loop. */
  readonly messages: Readonly<Record<End, Messages>>;
  readonly #ports: Record<End, Port | undefined> = { near: undefined, far: undefined };

  constructor(defer: Defer) {
    this.messages = { near: new Messages(defer), far: new Messages(defer) };
    this.near = classOf(this, "near", defer);
    this.far = classOf(this, "far", defer);
  }

  /** Puts bytes of somebody's own on the wire. @param end where they arrive */
  disturb(end: End, bytes: Uint8Array): void {
    if (this.hears[end]()) this.#ports[end]?.take(bytes);
  }

  /** For the ports of this file: opens one. @throws Error where it is open */
  open(end: End, port: Port): void {
    if (this.#ports[end] !== undefined) throw new RangeError("port in use");
    this.#ports[end] = port;
  }

  /** Takes a port off, as a close and a loss of power do: nothing is told to it any more. */
  release(end: End): void {
    this.#ports[end]?.end();
    this.#ports[end] = undefined;
  }

  /** For the ports of this file: what a port sends. */
  carry(from: End, bytes: readonly number[]): void {
    if (this.isCut) return;
    const spoilt = bytes.map((byte) => this.spoil(byte)).filter((byte) => byte !== undefined);
    this.disturb(from === "near" ? "far" : "near", Uint8Array.from(spoilt));
  }
}

type Options = ConstructorParameters<SerialClass>[0];

/** One port, from its opening to its closing. */
class Port {
  readonly #cable: SerialCable;
  readonly #end: End;
  readonly #defer: Defer;
  readonly #options: Options;
  readonly #self: Serial;
  readonly #received: number[] = [];
  #sending: number[] = [];
  #isShifting = false;
  /** What the chip said and the loop has not heard: while it stands the chip does not say it again, be its message lost or not. */
  readonly #told = { readable: false, writable: false };
  /** Whether the chip is to say when its queue is nearly empty. */
  #isWritableAwaited = true;
  #isInside = false;
  #isClosed = false;

  constructor(wiring: { cable: SerialCable; end: End; defer: Defer }, options: Options, self: Serial) {
    const { port, baud, format, receive, transmit } = options;
    if (receive === undefined && transmit === undefined) throw new Error("invalid");
    if (port !== 1) throw new RangeError("invalid port");
    if (!(baud > 0 && baud <= BAUD_MAX)) throw new RangeError("invalid baud");
    if (format !== "buffer") throw new RangeError("invalid format");
    this.#cable = wiring.cable;
    this.#end = wiring.end;
    this.#defer = wiring.defer;
    this.#options = options;
    this.#self = self;
    this.#cable.open(wiring.end, this);
    this.#planWritable();
  }

  read(): ArrayBuffer | undefined {
    if (this.#received.length === 0) return undefined;
    return Uint8Array.from(this.#received.splice(0)).buffer;
  }

  write(bytes: ArrayBuffer): void {
    if (bytes.byteLength > QUEUE_BYTES - this.#sending.length) throw new Error("output full");
    this.#sending.push(...new Uint8Array(bytes));
    this.#isWritableAwaited = true;
    this.#shift();
  }

  close(): void {
    if (this.#isInside) throw new Error("closed within its own callback: the SDK would use freed memory");
    this.#cable.release(this.#end);
  }

  /** Sends and tells nothing any more. */
  end(): void {
    this.#isClosed = true;
  }

  take(bytes: Uint8Array): void {
    const room = QUEUE_BYTES - this.#received.length;
    this.#cable.overrun += Math.max(0, bytes.length - room);
    this.#received.push(...bytes.subarray(0, room));
    this.#planReadable();
  }

  #shift(): void {
    if (this.#isShifting) return;
    this.#isShifting = true;
    this.#defer(() => {
      this.#isShifting = false;
      if (this.#isClosed) return;
      this.#cable.carry(this.#end, this.#sending.splice(0, TURN_BYTES));
      if (this.#sending.length > 0) this.#shift();
      if (this.#sending.length <= WRITABLE_BYTES) this.#planWritable();
    });
  }

  #planReadable(): void {
    if (this.#options.onReadable !== undefined && this.#received.length > 0) this.#tell("readable");
  }

  #planWritable(): void {
    if (this.#options.onWritable === undefined || !this.#isWritableAwaited) return;
    this.#isWritableAwaited = false;
    this.#tell("writable");
  }

  /** Sends one message, at which the loop looks at both: whatever else was said is heard with it. */
  #tell(what: "readable" | "writable"): void {
    if (this.#told[what]) return;
    this.#told[what] = true;
    this.#cable.messages[this.#end].post(() => this.#deliver());
  }

  #deliver(): void {
    if (this.#isClosed) return;
    const { onReadable, onWritable } = this.#options;
    if (this.#told.readable) {
      this.#told.readable = false;
      if (this.#received.length > 0) this.#enter(() => onReadable?.call(this.#self, this.#received.length));
      // The chip goes on asking while something is left.
      this.#planReadable();
    }
    if (!this.#told.writable) return;
    this.#told.writable = false;
    const count = QUEUE_BYTES - this.#sending.length;
    if (count > 0) this.#enter(() => onWritable?.call(this.#self, count));
  }

  #enter(run: () => void): void {
    this.#isInside = true;
    try {
      run();
    } finally {
      this.#isInside = false;
    }
  }
}

function classOf(cable: SerialCable, end: End, defer: Defer): SerialClass {
  return class implements Serial {
    #port: Port | undefined;

    constructor(options: Options) {
      this.#port = new Port({ cable, end, defer }, options, this);
    }

    read(): ArrayBuffer | undefined {
      return this.#open.read();
    }

    write(bytes: ArrayBuffer): void {
      this.#open.write(bytes);
    }

    close(): void {
      this.#port?.close();
      this.#port = undefined;
    }

    get #open(): Port {
      if (this.#port === undefined) throw new TypeError("closed");
      return this.#port;
    }
  };
}
