// Goal: the fakes do what the SDK's classes do.
// Method: every row of the contract, over the fakes; sdk.node.test.ts runs the same rows over the SDK's own classes.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Loop } from "../../ecma419/loop.ts";
import { SerialCable } from "../../ecma419/serial.ts";
import { Network } from "../../ecma419/sockets.ts";
import { ROWS } from "../contract.ts";
import { begin, type Ground } from "../trial.ts";

function createGround(loop: Loop): Ground {
  const { Tcp, Listener, Udp, address } = new Network(loop.defer).host("192.168.1.2");
  const cable = new SerialCable(loop.defer);
  // What is under way takes a few turns.
  const wait = (turns: number, callback: () => void): void =>
    loop.defer(() => (turns === 0 ? callback() : wait(turns - 1, callback)));
  return {
    Tcp,
    Listener,
    Udp,
    address,
    serial: (end, callbacks) =>
      new cable[end]({ port: 1, baud: 38_400, receive: 4, transmit: 5, format: "buffer", ...callbacks }),
    later: (callback) => wait(50, callback),
    lacks: [],
  };
}

for (const row of ROWS) {
  test(row.claim, () => {
    const loop = new Loop();
    const faults: (string | undefined)[] = [];
    const trial = begin(createGround(loop), row, (fault) => faults.push(fault));
    loop.run();
    if (faults.length === 0) trial.giveUp();
    loop.run();
    assert.equal(faults, [undefined]);
  });
}

test.run();
