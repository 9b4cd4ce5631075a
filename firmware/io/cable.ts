// The cable between a lock and its keypad: frames over a serial port.
// Why: a cable past a door picks up noise; what is damaged is dropped, and the next frame is found again.
// Follows docs/protocol.md, "Carriers"; firmware/link/serial.ts makes bytes of frames.

import type { Bytes } from "../bytes.ts";
import { createSerialReader, encodeSerial } from "../link/serial.ts";
import type { Millis, Wire } from "../platform.ts";
import { Port, type PortParts } from "./port.ts";
import type { Timed } from "./pump.ts";

/** What a cable is made of. */
export interface CableParts extends Omit<PortParts, "received"> {
  /** Takes each frame that came. */
  received(frame: Bytes, now: Millis): void;
}

/** One end of the cable. It is ticked by the board's pump, and owns the port: `close()` gives it back, and twice is harmless. */
export class Cable implements Wire, Timed {
  readonly #port: Port;

  /** @throws Error of the SDK where the port cannot be opened */
  constructor(parts: CableParts) {
    const reader = createSerialReader();
    this.#port = new Port({
      ...parts,
      received: (bytes, now) => {
        reader.push(bytes);
        for (let frame = reader.next(); frame !== undefined; frame = reader.next()) parts.received(frame, now);
      },
    });
  }

  /** Sends a frame, or drops it where too many wait. @param frame 1..2,425 bytes */
  send(frame: Bytes): void {
    this.#port.write(encodeSerial(frame));
  }

  /** Looks after the port. */
  tick(now: Millis): void {
    this.#port.tick(now);
  }

  /** The uptime by which `tick` must be called. */
  get nextTick(): Millis | undefined {
    return this.#port.nextTick;
  }

  /** Gives the port back. */
  close(): void {
    this.#port.close();
  }
}
