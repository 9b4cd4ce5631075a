// What the SDK's Tcp does, a sentence each.
// Why: the drivers of phones and viewers rest on these, and the fake is held to them as the SDK's own class is.
// Follows Ecma-419 §9.10, and the sources of the Moddable SDK 8.2.3 for the ESP32 and for Linux where both agree.

import type { Tcp } from "../../firmware/io/ecma419.ts";
import { adopt, collect, connect, dial, isEqual, listen, numbered } from "./ends.ts";
import type { Row } from "./trial.ts";

const STREAM_ROWS: readonly Row[] = [
  {
    claim: "a write before it is connected throws",
    run(trial) {
      const tcp = dial(
        trial,
        listen(trial, (from) => trial.keep(from)),
        {},
      );
      trial.refuses(() => tcp.write(numbered(1)), "write");
      trial.end();
    },
  },
  {
    claim: "nobody who listens there is an error, once, and never writable",
    run(trial) {
      const listener = new trial.ground.Listener({ port: 0, onReadable: () => {} });
      const { port } = listener;
      listener.close();
      let errors = 0;
      dial(trial, port, {
        onWritable: () => trial.expect(false, "it was writable"),
        onError: () => {
          errors += 1;
          if (errors === 1) trial.later(() => trial.end());
          else trial.expect(false, "it came twice");
        },
      });
    },
  },
  {
    claim: "both ends are told that they are writable, and what each writes comes to the other",
    run(trial) {
      const [far, near]: [number[], number[]] = [[], []];
      const check = () => {
        if (far.length === 300 && near.length === 200) {
          trial.expect(isEqual(Uint8Array.from(far), numbered(300)), "what came to the far end");
          trial.expect(isEqual(Uint8Array.from(near), numbered(200)), "what came to the near end");
          trial.end();
        }
      };
      let ends: Tcp[] = [];
      connect(
        trial,
        (dialled, adopted) => {
          ends = [dialled, adopted];
          dialled.write(numbered(300));
          adopted.write(numbered(200));
        },
        {
          onReadable: () => {
            collect(far, ends[1]?.read());
            check();
          },
        },
        {
          onReadable: () => {
            collect(near, ends[0]?.read());
            check();
          },
        },
      );
    },
  },
  {
    claim: "a view is written as far as it goes",
    run(trial) {
      let socket: Tcp | undefined;
      connect(
        trial,
        (dialled, adopted) => {
          socket = adopted;
          dialled.write(numbered(100).subarray(10, 20));
        },
        {
          onReadable: (count) => {
            trial.expect(count === 10, `${count} bytes`);
            trial.expect(isEqual(new Uint8Array(socket?.read() ?? []), numbered(100).subarray(10, 20)), "its bytes");
            trial.end();
          },
        },
      );
    },
  },
  {
    claim:
      "a read gives undefined where nothing came, no more than is asked for, and throws where more is asked for than came",
    run(trial) {
      let socket: Tcp | undefined;
      connect(
        trial,
        (dialled, adopted) => {
          socket = adopted;
          trial.expect(adopted.read() === undefined, "nothing came yet");
          dialled.write(numbered(100));
        },
        {
          onReadable: () => {
            trial.refuses(() => socket?.read(101), "reading 101 of 100");
            trial.expect(isEqual(new Uint8Array(socket?.read(30) ?? []), numbered(100).subarray(0, 30)), "the first");
            trial.expect(isEqual(new Uint8Array(socket?.read() ?? []), numbered(100).subarray(30)), "the rest");
            trial.expect(socket?.read() === undefined, "nothing is left");
            trial.end();
          },
        },
      );
    },
  },
  {
    claim: "as much as was told can be written, no byte more, and what was written counts",
    run(trial) {
      const port = listen(trial, (from) => adopt(trial, from, {}));
      const tcp = dial(trial, port, {
        onWritable: (count) => {
          trial.refuses(() => tcp.write(new Uint8Array(count + 1)), "one byte more");
          tcp.write(new Uint8Array(count - 1));
          trial.refuses(() => tcp.write(new Uint8Array(2)), "two where one is left");
          tcp.write(new Uint8Array(1));
          trial.refuses(() => tcp.write(new Uint8Array(1)), "one where none is left");
          trial.end();
        },
      });
    },
  },
];

const END_ROWS: readonly Row[] = [
  {
    claim: "no callback comes from within a call",
    run(trial) {
      let isCalling = false;
      const callback = () => trial.expect(!isCalling, "a callback came from within a call");
      const call = (run: () => void) => {
        isCalling = true;
        run();
        isCalling = false;
      };
      const port = listen(trial, (from) => {
        call(() => {
          const adopted = adopt(trial, from, { onReadable: callback, onWritable: callback, onError: callback });
          trial.later(() => call(() => adopted.read()));
        });
      });
      call(() => {
        const tcp = dial(trial, port, {
          onWritable: () => {
            callback();
            call(() => tcp.write(numbered(10)));
            call(() => tcp.close());
            trial.later(() => trial.later(() => trial.end()));
          },
        });
      });
    },
  },
  {
    claim: "a long message passes in pieces, whole and in order",
    run(trial) {
      const message = numbered(30_000);
      const came: number[] = [];
      let sent = 0;
      let socket: Tcp | undefined;
      const send = (tcp: Tcp, count: number) => {
        const piece = message.subarray(sent, sent + count);
        sent += piece.length;
        if (piece.length > 0) tcp.write(piece);
      };
      const port = listen(trial, (from) => {
        socket = adopt(trial, from, {
          onReadable: () => {
            collect(came, socket?.read());
            if (came.length < message.length) return;
            trial.expect(isEqual(Uint8Array.from(came), message), "another message came");
            trial.end();
          },
        });
      });
      const tcp = dial(trial, port, { onWritable: (count) => send(tcp, count) });
    },
  },
  {
    claim: "the other end's end comes once, behind all that it wrote before",
    run(trial) {
      const came: number[] = [];
      let socket: Tcp | undefined;
      let errors = 0;
      connect(
        trial,
        (dialled, adopted) => {
          socket = adopted;
          dialled.write(numbered(1_000));
          dialled.close();
        },
        {
          onReadable: () => collect(came, socket?.read()),
          onError: () => {
            errors += 1;
            trial.expect(came.length === 1_000, `the end came behind ${came.length} bytes`);
            trial.expect(errors === 1, "the end came twice");
            if (errors === 1) trial.later(() => trial.end());
          },
        },
      );
    },
  },
  {
    claim: "the other end's end is told however late the last bytes are read",
    needs: "end behind late bytes",
    run(trial) {
      let socket: Tcp | undefined;
      let errors = 0;
      let isRead = false;
      connect(
        trial,
        (dialled, adopted) => {
          socket = adopted;
          dialled.write(numbered(1_000));
          dialled.close();
          trial.later(() => {
            trial.expect(errors === 0, "the end came before the bytes were read");
            isRead = true;
            trial.expect(new Uint8Array(socket?.read() ?? []).length === 1_000, "what was written before the end");
            trial.later(() => {
              trial.expect(errors === 1, `the end came ${errors} times`);
              trial.end();
            });
          });
        },
        {
          onReadable: () => trial.expect(!isRead, "more came"),
          onError: () => {
            errors += 1;
          },
        },
      );
    },
  },
  {
    claim: "closed twice is harmless, and used after it throws",
    run(trial) {
      connect(trial, (dialled, adopted) => {
        for (const tcp of [dialled, adopted]) {
          tcp.close();
          tcp.close();
          trial.refuses(() => tcp.read(), "read after close");
          trial.refuses(() => tcp.write(numbered(1)), "write after close");
          trial.refuses(() => tcp.remoteAddress, "remoteAddress after close");
        }
        trial.end();
      });
    },
  },
  {
    claim: "closed while it connects nothing of it is called back",
    run(trial) {
      const port = listen(trial, (from) => trial.keep(from));
      const wrong = () => trial.expect(false, "a callback after close");
      dial(trial, port, { onWritable: wrong, onReadable: wrong, onError: wrong }).close();
      trial.later(() => trial.end());
    },
  },
  {
    claim: "closed by its owner its own error is not called",
    run(trial) {
      connect(
        trial,
        (_, adopted) => {
          adopted.close();
          trial.later(() => trial.end());
        },
        { onError: () => trial.expect(false, "its owner closed it") },
      );
    },
  },
  {
    claim: "a socket tells who is at its other end",
    run(trial) {
      connect(trial, (dialled, adopted) => {
        trial.expect(dialled.remoteAddress === trial.ground.address, `${dialled.remoteAddress}`);
        trial.expect(adopted.remoteAddress === trial.ground.address, `${adopted.remoteAddress}`);
        trial.end();
      });
    },
  },
];

/** All rows about TCP. */
export const TCP_ROWS: readonly Row[] = Object.freeze([...STREAM_ROWS, ...END_ROWS]);
