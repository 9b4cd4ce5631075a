// The cable between a lock and its keypad: frames over a serial port.
// Why: a cable past a door picks up noise; what is damaged is dropped, and the next frame is found again.
// Follows docs/protocol.md, "Carriers"; firmware/link/serial.ts makes bytes of frames. Whether the other end sleeps is not known here, so it is
// woken whenever the line was silent for a while; it then listens for longer than that (rest.ts).

import type { Bytes } from "../bytes.ts";
import { createSerialReader, encodeSerial, encodeWaking } from "../link/serial.ts";
import type { Millis, Wire } from "../platform.ts";
import type { Loop } from "./loop.ts";
import { Port, type PortParts } from "./port.ts";
import type { Timed } from "./pump.ts";

/** After so long a silence the other end may be asleep: it stays awake for longer (rest.ts). */
export const SILENT_MILLIS = 100;

/** What a cable is made of. */
export interface CableParts extends Omit<PortParts, "received"> {
  /** Takes each frame that came. */
  received(frame: Bytes, now: Millis): void;
}

/** One end of the cable. It is ticked by the board's pump, and owns the port: `close()` gives it back, and twice is harmless. */
export class Cable implements Wire, Timed {
  readonly #port: Port;
  readonly #loop: Loop;
  #spokeAt: Millis | undefined;

  /** @throws Error of the SDK where the port cannot be opened */
  constructor(parts: CableParts) {
    const reader = createSerialReader();
    this.#loop = parts.loop;
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
    const now = this.#loop.uptime();
    const isSilent = this.#spokeAt === undefined || now - this.#spokeAt >= SILENT_MILLIS;
    this.#spokeAt = now;
    this.#port.write(isSilent ? encodeWaking(frame) : encodeSerial(frame));
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
