// Goal: of three time servers, one of which lies, the two are named whose agreement the lock believed.
// Method: a lock on its desk that lost power, and servers over real UDP, one of them an hour ahead.

import { createSocket, type Socket } from "node:dgram";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { toBase64url } from "../../firmware/bytes.ts";
import { KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import { SETTING_TIME_SERVERS } from "../../firmware/policy/configuration.ts";
import { Desk } from "../../simulator/desk.ts";
import { TimeServer } from "../../simulator/timeserver.ts";
import { relayTime } from "../relay.ts";
import { Terminal } from "../terminal.ts";
import type { TimeServer as Named } from "../timeservers.ts";
import type { Asking } from "../wire.ts";
import { Transcript } from "./stage.node.ts";

const AHEAD_SECONDS = 3_600;
const SERVERS = [1, 2, 3].map((byte) => new TimeServer(crypto, new Uint8Array(32).fill(byte)));

/** A lock whose owner has named the three, after a loss of power. */
function powerless(): Desk {
  const desk = new Desk({ crypto });
  desk.adopt();
  const settings = SERVERS.map(({ key }, place) => ({ key: SETTING_TIME_SERVERS + place, value: key }));
  assert.is(desk.state({ kind: KIND_CONFIGURE, settings }), "yes");
  desk.passTime(61);
  desk.reboot(60);
  return desk;
}

/** Lets the servers answer at ports of their own. @param liars by place */
async function serve(desk: Desk, sockets: Socket[], liars: readonly number[]): Promise<readonly Named[]> {
  const named: Named[] = [];
  for (const [place, server] of SERVERS.entries()) {
    const socket = createSocket("udp4");
    sockets.push(socket);
    socket.on("message", (packet, { port, address }) => {
      const errors = liars.includes(place) ? { aheadSeconds: AHEAD_SECONDS } : {};
      const [answer] = server.answer([new Uint8Array(packet)], desk.time, errors);
      if (answer !== undefined) socket.send(answer, port, address);
    });
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    named.push({ place, address: `127.0.0.1:${socket.address().port}`, key: toBase64url(server.key) });
  }
  return named;
}

for (const liar of SERVERS.keys()) {
  test(`with server ${liar} lying, the other two are named, with the time that they say`, async () => {
    const desk = powerless();
    const sockets: Socket[] = [];
    try {
      const servers = await serve(desk, sockets, [liar]);
      const phone = desk.call();
      const lock: Asking = {
        ask: async (outgoing) => phone.ask(outgoing) ?? Promise.reject(new Error("silence")),
      };
      const output = new Transcript();
      const brought = await relayTime(lock, servers, new Terminal(false, { output, errors: output }));
      assert.equal(
        brought.map(({ server }) => server.place),
        [0, 1, 2].filter((place) => place !== liar).slice(0, 2),
      );
      for (const { time } of brought) assert.ok(Math.abs(time.midpoint - desk.time) < 60);
    } finally {
      for (const socket of sockets) socket.close();
    }
  });
}

test.run();
