// Runs the contract over the SDK's own classes for Linux: a line for each row, and last how many there were.
// Why: this is what the fakes are held to. Built by simulator/contract/build.mjs; its lines are read by a test.

import Serial from "embedded:io/serial";
import Listener from "embedded:io/socket/listener";
import TCP from "embedded:io/socket/tcp";
import UDP from "embedded:io/socket/udp";
import { ROWS, runAll } from "contract";
import { exit, flush, print, terminal } from "host";
import Timer from "timer";

// The SDK looks at each socket every 20 ms.
const LATER_MILLIS = 150;
const DEADLINE_MILLIS = 8_000;

const ground = {
  Tcp: TCP,
  Listener,
  Udp: UDP,
  address: "127.0.0.1",
  serial: (end, callbacks) =>
    new Serial({ device: terminal(end === "near" ? 0 : 1), baud: 38_400, format: "buffer", ...callbacks }),
  later: (callback) => {
    Timer.set(callback, LATER_MILLIS);
  },
  lacks: ["multicast", "listener refused", "serial closed", "end behind late bytes"],
};

export default function main() {
  runAll(
    ground,
    (row, fault) => {
      flush();
      print(
        `${fault === undefined ? "holds" : fault === "left out" ? "lacks" : "FAILS"} ${row.claim}${fault === undefined ? "" : `: ${fault}`}`,
      );
    },
    {
      deadline: (late) => {
        const timer = Timer.set(late, DEADLINE_MILLIS);
        return () => Timer.clear(timer);
      },
      done: () => {
        print(`${ROWS.length} rows`);
        exit(0);
      },
    },
  );
}
