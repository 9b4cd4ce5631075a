// What the SDK's Listener does, a sentence each.
// Why: the drivers of phones and viewers rest on these, and the fake is held to them as the SDK's own class is.
// Follows Ecma-419 §9.11, and the sources of the Moddable SDK 8.2.3 for the ESP32 and for Linux where both agree.

import { adopt, dial, listen, numbered } from "./ends.ts";
import type { Row } from "./trial.ts";

/** All rows about listeners. */
export const LISTENER_ROWS: readonly Row[] = Object.freeze<Row[]>([
  {
    claim: "a listener gives its port, and the port is free again once it is closed",
    run(trial) {
      const { Listener } = trial.ground;
      const onReadable = () => {};
      const first = trial.keep(new Listener({ port: 0, onReadable }));
      const { port } = first;
      trial.expect(port > 0 && port <= 65_535, `port ${port}`);
      first.close();
      trial.expect(trial.keep(new Listener({ port, onReadable })).port === port, "the port is free again");
      trial.end();
    },
  },
  {
    claim: "a port on which somebody listens throws",
    needs: "listener refused",
    run(trial) {
      const { Listener } = trial.ground;
      const { port } = trial.keep(new Listener({ port: 0, onReadable: () => {} }));
      trial.refuses(() => new Listener({ port, onReadable: () => {} }), "a second listener");
      trial.end();
    },
  },
  {
    claim: "a listener where nobody waits gives undefined, and closed twice is harmless, used after it throws",
    run(trial) {
      const listener = new trial.ground.Listener({ port: 0, onReadable: () => {} });
      trial.expect(listener.read() === undefined, "nobody waits");
      listener.close();
      listener.close();
      trial.refuses(() => listener.read(), "read after close");
      trial.refuses(() => listener.port, "port after close");
      trial.end();
    },
  },
  {
    claim: "a port above 65,535 is refused by a listener and by a socket, and so is what is no address",
    run(trial) {
      const { Listener, Tcp, address } = trial.ground;
      trial.refuses(() => new Listener({ port: 65_536, onReadable: () => {} }), "a listener's port");
      trial.refuses(() => new Tcp({ address, port: 65_536, format: "buffer" }), "a socket's port");
      trial.refuses(() => new Tcp({ address: "nowhere", port: 9, format: "buffer" }), "an address");
      trial.end();
    },
  },
  {
    claim: "who is taken and closed without being served hears of his end",
    run(trial) {
      const port = listen(trial, (from) => from.close());
      dial(trial, port, { onError: () => trial.end() });
    },
  },
  {
    claim: "who waits when the listener is closed hears of his end",
    run(trial) {
      const listener = trial.keep(new trial.ground.Listener({ port: 0, onReadable: trial.on(() => listener.close()) }));
      dial(trial, listener.port, { onError: () => trial.end() });
    },
  },
  {
    claim: "what a listener gave is worth nothing once it was handed on",
    run(trial) {
      const port = listen(trial, (from) => {
        adopt(trial, from, {});
        trial.refuses(() => from.write(numbered(1)), "write to what was handed on");
        trial.refuses(() => adopt(trial, from, {}), "handing on twice");
        from.close();
        trial.end();
      });
      dial(trial, port, {});
    },
  },
]);
