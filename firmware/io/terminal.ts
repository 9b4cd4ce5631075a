// The board's own serial port: the label for a person who reads along, and frames for a computer that is plugged in.
// Why: a new board has no other label than the one that it prints, and whoever opens the port late presses Enter and sees it again.
// Text has no zero byte and stands between the frames, so a computer drops it and a person sees little else.
// Follows docs/protocol.md, "Carriers"; the label is firmware/link/label.ts.

import type { Bytes } from "../bytes.ts";
import { encodeUtf8 } from "../cbor/text.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { type LabelledBoard, type Modules, newBoardNotice } from "../link/label.ts";
import { SERIAL_BAUD } from "../link/serial.ts";
import { type Millis, millis } from "../platform.ts";
import type { QrModule } from "./ecma419.ts";
import { Port, type PortParts } from "./port.ts";
import { earlier, type Timed } from "./pump.ts";

/** The longest line has 166 bytes, 43 ms. */
const LINE_MILLIS = 60;

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/** What a terminal is made of. */
export interface TerminalParts extends Omit<PortParts, "baud" | "received"> {
  readonly crypto: Crypto;
  readonly qrCode: QrModule;
  /** The board, while it is nobody's; undefined afterwards: then nothing is printed. */
  label(): LabelledBoard | undefined;
  /** Takes what a computer sends; a board that listens to none leaves it out. */
  received?(bytes: Bytes, now: Millis): void;
}

/** The port. */
export class Terminal implements Timed {
  readonly #parts: TerminalParts;
  readonly #port: Port;
  /** What is still to be printed: line by line, since all at once would fill the heap of a small chip. */
  #lines: readonly string[] = [];
  #sayAt: Millis | undefined;

  /** @throws Error of the SDK where the port cannot be opened */
  constructor(parts: TerminalParts) {
    const { io, port, receive, transmit, loop } = parts;
    this.#parts = parts;
    this.#port = new Port({
      ...{ io, port, receive, transmit, loop, baud: SERIAL_BAUD },
      received: (bytes, now) => {
        if (bytes.every((byte) => byte === CARRIAGE_RETURN || byte === LINE_FEED)) this.show();
        parts.received?.(bytes, now);
      },
    });
  }

  /** Sends frames that are ready for the line. @param bytes 1..4,944 */
  write(bytes: Bytes): void {
    this.#port.write(bytes);
  }

  /** Prints the label, where the board is nobody's. */
  show(): void {
    const { crypto, qrCode } = this.#parts;
    const board = this.#parts.label();
    if (board === undefined) return;
    const modulesOf = (text: string): Modules => {
      const modules = qrCode({ input: text });
      const dark = new Uint8Array(modules);
      return { size: modules.size, isDark: (x, y) => dark[y * modules.size + x] === 1 };
    };
    this.#lines = newBoardNotice(crypto, board, { modulesOf, ink: "blocks" });
    this.#sayAt = this.#parts.loop.uptime();
  }

  /** Looks after the port, and prints the next line where it is time. */
  tick(now: Millis): void {
    this.#port.tick(now);
    if (this.#sayAt === undefined || now < this.#sayAt) return;
    const [line, ...others] = this.#lines;
    this.#lines = others;
    if (line !== undefined) this.#port.write(Uint8Array.from(encodeUtf8(`${line}\r\n`)));
    this.#sayAt = others.length === 0 ? undefined : millis(now + LINE_MILLIS);
  }

  get nextTick(): Millis | undefined {
    return earlier(this.#sayAt, this.#port.nextTick);
  }
}
