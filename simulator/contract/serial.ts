// What the SDK's Serial does, a sentence each, at both ends of a cable.
// Why: the keypad's cable rests on these, and the fake is held to them as the SDK's own class is.
// Follows Ecma-419 §9.7, and the sources of the Moddable SDK 8.2.3 for the ESP32 and for Linux where both agree.

import type { Serial } from "../../firmware/io/ecma419.ts";
import type { Row, Trial } from "./trial.ts";

/** More than any port takes at a time. */
const LARGE_BYTES = 1_000_000;

/** Opens an end. */
function open(
  trial: Trial,
  end: "near" | "far",
  callbacks: { readable?: (port: Serial, count: number) => void; writable?: (port: Serial, count: number) => void },
): Serial {
  const { readable, writable } = callbacks;
  const port: Serial = trial.keep(
    trial.ground.serial(end, {
      ...(readable === undefined ? {} : { onReadable: trial.on((count: number) => readable(port, count)) }),
      ...(writable === undefined ? {} : { onWritable: trial.on((count: number) => writable(port, count)) }),
    }),
  );
  return port;
}

/** Reads all that comes. */
function collect(bytes: number[], done: () => void): (port: Serial) => void {
  return (port) => {
    for (const byte of new Uint8Array(port.read() ?? [])) bytes.push(byte);
    done();
  };
}

/** All rows about serial ports. */
export const SERIAL_ROWS: readonly Row[] = Object.freeze<Row[]>([
  {
    claim: "a serial port is writable without being asked, and every value of a byte passes either way",
    run(trial) {
      const values = Uint8Array.from({ length: 100 }, (_, index) => (index * 3) & 255);
      const more = Uint8Array.from({ length: 100 }, (_, index) => 255 - index);
      const [far, near]: [number[], number[]] = [[], []];
      const check = () => {
        if (far.length < 100 || near.length < 100) return;
        trial.expect(far.join() === [...values].join(), "what came to the far end");
        trial.expect(near.join() === [...more].join(), "what came to the near end");
        trial.end();
      };
      let hasSent = { near: false, far: false };
      open(trial, "far", {
        readable: collect(far, check),
        writable: (port, count) => {
          if (hasSent.far) return;
          trial.expect(count >= 100, `${count} bytes`);
          hasSent = { ...hasSent, far: true };
          port.write(more.buffer);
        },
      });
      open(trial, "near", {
        readable: collect(near, check),
        writable: (port) => {
          if (!hasSent.near) port.write(values.buffer);
          hasSent = { ...hasSent, near: true };
        },
      });
    },
  },
  {
    claim: "a long message passes a serial port as it becomes writable, whole and in order",
    run(trial) {
      const message = Uint8Array.from({ length: 5_000 }, (_, index) => (index * 7 + (index >> 8)) & 255);
      const came: number[] = [];
      let sent = 0;
      const check = () => {
        if (came.length < message.length) return;
        trial.expect(came.join() === [...message].join(), "another message came");
        trial.end();
      };
      open(trial, "far", { readable: collect(came, check) });
      open(trial, "near", {
        writable: (port, count) => {
          const piece = message.slice(sent, sent + Math.min(count, 100));
          sent += piece.length;
          if (piece.length > 0) port.write(piece.buffer);
        },
      });
    },
  },
  {
    claim: "a serial port refuses more than it has room for, and sends nothing of it",
    run(trial) {
      const came: number[] = [];
      open(trial, "far", { readable: collect(came, () => {}) });
      open(trial, "near", {
        writable: (port) => {
          trial.refuses(() => port.write(new ArrayBuffer(LARGE_BYTES)), "a large write");
          trial.later(() => {
            trial.expect(came.length === 0, `${came.length} bytes came`);
            trial.end();
          });
        },
      });
    },
  },
  {
    claim: "a serial port to which nothing came gives undefined",
    run(trial) {
      trial.expect(open(trial, "near", {}).read() === undefined, "nothing came");
      trial.end();
    },
  },
  {
    claim: "no serial callback comes from within a call",
    run(trial) {
      let isCalling = true;
      const callback = () => trial.expect(!isCalling, "a callback came from within a call");
      open(trial, "far", { readable: collect([], callback), writable: callback });
      const near = open(trial, "near", { readable: callback, writable: callback });
      near.write(new ArrayBuffer(20));
      isCalling = false;
      trial.later(() => trial.end());
    },
  },
  {
    claim: "what is not read is told of again",
    run(trial) {
      let count = 0;
      const far = open(trial, "far", {
        readable: (port) => {
          count += 1;
          if (count < 3) return;
          trial.expect(new Uint8Array(port.read() ?? []).length === 20, "all of it");
          trial.later(() => trial.end());
        },
      });
      trial.expect(far.read() === undefined, "nothing came yet");
      open(trial, "near", {}).write(new ArrayBuffer(20));
    },
  },
  {
    claim: "a serial port closed twice is harmless, and may be opened again",
    run(trial) {
      const port = open(trial, "near", {});
      port.close();
      port.close();
      const came: number[] = [];
      open(trial, "far", { readable: collect(came, () => came.length === 5 && trial.end()) });
      open(trial, "near", {}).write(new ArrayBuffer(5));
    },
  },
  {
    claim: "a serial port used after closing throws",
    needs: "serial closed",
    run(trial) {
      const port = open(trial, "near", {});
      port.close();
      trial.refuses(() => port.read(), "read");
      trial.refuses(() => port.write(new ArrayBuffer(1)), "write");
      trial.end();
    },
  },
]);
