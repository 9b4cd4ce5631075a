// What Udp does, a board's and the SDK's, a sentence each.
// Why: the camera's wire rests on these, and the fake is held to them as both are.
// Follows Ecma-419 §9.12, and the sources of the Moddable SDK 8.2.3 for the ESP32 and for Linux where both agree.

import type { Udp } from "../../firmware/io/ecma419.ts";
import type { Row, Trial } from "./trial.ts";

// None that a service of the machine has, as far as IANA knows.
const PORT = 47_447;
const GROUP = "239.255.76.75";

/** Opens a socket that reads all that comes. */
function open(trial: Trial, port: number, take: (datagram: ReturnType<Udp["read"]>) => void = () => {}): Udp {
  const udp: Udp = trial.keep(
    new trial.ground.Udp({
      port,
      onReadable: trial.on((packets) => {
        trial.expect(packets >= 1, "it tells how many wait");
        for (let datagram = udp.read(); datagram !== undefined; datagram = udp.read()) take(datagram);
      }),
    }),
  );
  return udp;
}

/** All rows about UDP. */
export const UDP_ROWS: readonly Row[] = Object.freeze<Row[]>([
  {
    claim: "a datagram's port that is taken throws until it is given back, and one above 65,535 always",
    run(trial) {
      const first = open(trial, PORT);
      trial.refuses(() => open(trial, PORT), "a second socket");
      first.close();
      open(trial, PORT);
      trial.refuses(() => open(trial, 65_536), "a port");
      trial.end();
    },
  },
  {
    claim: "a datagram comes whole, with its sender's address and port, and then none is left",
    run(trial) {
      const { address } = trial.ground;
      open(trial, PORT, (datagram) => {
        trial.expect(datagram?.byteLength === 200, `${datagram?.byteLength} bytes`);
        trial.expect(
          datagram?.address === address && datagram.port === PORT + 1,
          `${datagram?.address} ${datagram?.port}`,
        );
        trial.expect(datagram !== undefined && new Uint8Array(datagram).every((byte) => byte === 5), "its bytes");
        trial.later(() => trial.end());
      });
      open(trial, PORT + 1).write(new Uint8Array(200).fill(5), address, PORT);
    },
  },
  {
    claim: "where no datagram waits a read gives undefined",
    run(trial) {
      trial.expect(open(trial, PORT).read() === undefined, "none waits");
      trial.end();
    },
  },
  {
    claim: "datagrams keep their edges, and of a view no more is sent than it shows",
    run(trial) {
      const sizes: number[] = [];
      open(trial, PORT, (datagram) => {
        sizes.push(datagram?.byteLength ?? -1);
        if (sizes.length < 3) return;
        trial.expect(sizes.join() === "3,1,2", sizes.join());
        trial.end();
      });
      const sender = open(trial, PORT + 1);
      for (const size of [3, 1, 2]) sender.write(new Uint8Array(9).subarray(4, 4 + size), trial.ground.address, PORT);
    },
  },
  {
    claim: "who got a datagram can answer to where it came from",
    run(trial) {
      const answerer = open(trial, PORT, (datagram) => {
        if (datagram !== undefined) answerer.write(new Uint8Array(datagram), datagram.address, datagram.port);
      });
      const asker = open(trial, PORT + 1, (datagram) => {
        trial.expect(datagram?.port === PORT && datagram.byteLength === 4, "the answer");
        trial.end();
      });
      asker.write(new Uint8Array(4), trial.ground.address, PORT);
    },
  },
  {
    claim: "what is no address throws",
    run(trial) {
      const udp = open(trial, PORT);
      trial.refuses(() => udp.write(new Uint8Array(1), "nowhere", PORT), "write");
      trial.end();
    },
  },
  {
    claim: "no datagram's callback comes from within a write, and none after closing",
    run(trial) {
      let isWriting = false;
      const udp = open(trial, PORT, () => trial.expect(!isWriting, "it came from within"));
      const other = open(trial, PORT + 2, () => trial.expect(false, "it was closed"));
      isWriting = true;
      for (const port of [PORT, PORT + 2]) udp.write(new Uint8Array(1), trial.ground.address, port);
      isWriting = false;
      other.close();
      trial.later(() => trial.end());
    },
  },
  {
    claim: "a datagram's socket closed twice is harmless, and used after it throws",
    run(trial) {
      const udp = open(trial, PORT);
      udp.close();
      udp.close();
      trial.refuses(() => udp.read(), "read");
      trial.refuses(() => udp.write(new Uint8Array(1), trial.ground.address, PORT), "write");
      trial.end();
    },
  },
  {
    claim: "what is no group throws",
    needs: "multicast",
    run(trial) {
      const udp = open(trial, PORT);
      trial.refuses(() => udp.add("nowhere"), "add");
      udp.add(GROUP);
      udp.close();
      trial.refuses(() => udp.add(GROUP), "add after close");
      trial.end();
    },
  },
]);
