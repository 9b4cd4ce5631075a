// The way to a board over a serial port of this computer: its USB socket.
// Why: a board that knows no network yet, or has lost it, is reached by a cable; nothing else here needs the package that opens
// ports, so it is loaded only now, and a computer that cannot load it can do all the rest.
// Follows docs/protocol.md §3.1, "serial" and "USB".

import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { createSerialReader, encodeWaking, SERIAL_BAUD } from "../firmware/link/serial.ts";
import { EXIT, Failure, systemCode, usage } from "./failure.ts";
import type { Way } from "./line.ts";
import { printable } from "./terminal.ts";

/** What stands before a port in an address, such as serial:/dev/ttyUSB0 or serial:COM3. */
export const SERIAL_PREFIX = "serial:";

const TRIES = 20;
const TRY_MILLIS = 100;
/** What the systems say of a port that somebody has. */
const IN_USE = /EBUSY|lock port|busy|Access denied/i;

/** Gives the port that an address names, or undefined for one of a network. @throws Failure */
export function serialPathOf(address: string): string | undefined {
  if (!address.startsWith(SERIAL_PREFIX)) return undefined;
  const path = address.slice(SERIAL_PREFIX.length);
  if (path === "") throw usage(`After ${SERIAL_PREFIX} name a port, such as ${SERIAL_PREFIX}/dev/ttyUSB0.`);
  return path;
}

/** Opens a port. One that is in use is tried again for two seconds: whoever had it may just be letting it go. @throws Failure */
export async function dialSerial(path: string): Promise<Way> {
  const { SerialPortStream, binding } = await loadPorts();
  for (let left = TRIES; ; left--) {
    // A board that is let go is not reset by it.
    const port = new SerialPortStream({ binding, path, baudRate: SERIAL_BAUD, autoOpen: false, hupcl: false });
    const error = await new Promise<Error | null>((resolve) => port.open(resolve));
    if (error === null) return wayOf(port);
    if (left === 0 || !IN_USE.test(reasonOf(error))) throw failureOf(path, error);
    await sleep(TRY_MILLIS);
  }
}

/** The system sends what it was given, also after the port is closed; one that is gone already fails, and nobody minds. */
function wayOf(port: Duplex & { close(done: () => void): void }): Way {
  const finish = () => void port.end(() => port.close(() => undefined));
  // The board may be asleep.
  return { stream: port, encode: encodeWaking, createReader: createSerialReader, finish };
}

async function loadPorts() {
  try {
    const [{ SerialPortStream }, { autoDetect }] = await Promise.all([
      import("@serialport/stream"),
      import("@serialport/bindings-cpp"),
    ]);
    return { SerialPortStream, binding: autoDetect() };
  } catch {
    throw new Failure(
      EXIT.UNREACHABLE,
      'This computer cannot open serial ports: the package @serialport/bindings-cpp has no part for it, or "npm ci" has not run. Reach the board by its network (--at HOST:PORT).',
    );
  }
}

function failureOf(path: string, error: Error): Failure {
  const port = printable(path);
  const said = reasonOf(error);
  if (/ENOENT|No such file|not found/i.test(said))
    return new Failure(EXIT.UNREACHABLE, `There is no serial port ${port}: is the cable in, and is the name right?`);
  if (/EACCES|Permission/i.test(said))
    return new Failure(
      EXIT.UNREACHABLE,
      `The serial port ${port} may not be opened: on Linux, join the group that owns it (often dialout), and log in again.`,
    );
  if (IN_USE.test(said))
    return new Failure(EXIT.UNREACHABLE, `The serial port ${port} is in use: close the other program that has it.`);
  return new Failure(EXIT.UNREACHABLE, `The serial port ${port} does not open: is it a serial port, and the cable in?`);
}

function reasonOf(error: Error): string {
  return `${systemCode(error) ?? ""} ${error.message}`;
}
