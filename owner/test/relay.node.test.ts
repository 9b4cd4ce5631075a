// Goal: whoever brings a lock the time is told what it is and who said so, and never what a lying server made up.
// Method: servers on the desk behind real UDP, honest and lying, and a real lock that lost power (simulator/desk.ts).

import { createSocket, type Socket } from "node:dgram";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { toBase64url } from "../../firmware/bytes.ts";
import { KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import { SETTING_TIME_SERVERS } from "../../firmware/policy/configuration.ts";
import type { Caller } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";
import { TimeServer as Server } from "../../simulator/timeserver.ts";
import { relayTime } from "../relay.ts";
import { askServer, type TimeServer } from "../timeservers.ts";
import type { Asking } from "../wire.ts";

const SERVERS = [1, 2, 3].map((byte) => new Server(crypto, new Uint8Array(32).fill(byte)));
const HOUR = 3_600;

const test = suite<{ sockets: Socket[] }>("time by a relay");
test.before.each((scene) => {
  scene.sockets = [];
});
test.after.each(({ sockets }) => {
  for (const socket of sockets) socket.close();
});

/** A lock that lost power, and that trusts three servers. */
function powerless(): Desk {
  const desk = new Desk({ crypto });
  desk.adopt();
  const settings = SERVERS.map(({ key }, place) => ({ key: SETTING_TIME_SERVERS + place, value: key }));
  assert.is(desk.state({ kind: KIND_CONFIGURE, settings }), "yes");
  desk.passTime(61);
  desk.reboot(60);
  return desk;
}

/** Has the servers answer on sockets. @param ahead how many seconds each is off */
async function listening(
  sockets: Socket[],
  desk: Desk,
  ahead: readonly number[],
): Promise<readonly [TimeServer, TimeServer, TimeServer]> {
  const named = SERVERS.map(async (server, place): Promise<TimeServer> => {
    const socket = createSocket("udp4");
    sockets.push(socket);
    socket.on("message", (packet, { port, address }) => {
      const [answer] = server.answer([new Uint8Array(packet)], desk.time, { aheadSeconds: ahead[place] ?? 0 });
      if (answer !== undefined) socket.send(answer, port, address);
    });
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    return { place, address: `127.0.0.1:${socket.address().port}`, key: toBase64url(server.key) };
  });
  const [first, second, third] = await Promise.all(named);
  if (first === undefined || second === undefined || third === undefined) throw new Error("three servers");
  return [first, second, third];
}

/** A session as the command line has one. */
function asking(caller: Caller): Asking {
  return {
    ask: async (outgoing) => {
      const answer = caller.ask(outgoing);
      if (answer === undefined) throw new Error("no answer");
      return answer;
    },
  };
}

/** Brings the time as an owner or a stranger. @returns who agreed, and what was warned of */
async function bring(desk: Desk, servers: readonly TimeServer[], isOwner: boolean) {
  const caller = isOwner ? desk.ownerSession() : desk.call();
  const warnings: string[] = [];
  const brought = await relayTime(asking(caller), servers, { warn: (line: string) => void warnings.push(line) });
  return { brought, warnings };
}

for (const isOwner of [false, true]) {
  for (const [who, liar] of [
    ["first", 0],
    ["second", 1],
  ] as const) {
    test(`of three servers of which the ${who} lies, those are named that agreed (${isOwner ? "owner" : "guest"})`, async ({
      sockets,
    }) => {
      const desk = powerless();
      const ahead = [0, 0, 0].map((_, place) => (place === liar ? 10 * 24 * HOUR : 0));
      const servers = await listening(sockets, desk, ahead);
      const { brought, warnings } = await bring(desk, servers, isOwner);
      const honest = servers.filter(({ place }) => place !== liar);
      assert.equal(
        brought.map(({ server }) => server.place),
        honest.map(({ place }) => place),
      );
      for (const { time } of brought) assert.ok(Math.abs(time.midpoint - desk.time) <= 5);
      const told = warnings.join("\n");
      assert.match(told, new RegExp(`${servers[liar].address}.* another time than`));
      for (const { address } of honest) assert.not.match(told, address);
      assert.not.match(told, /this computer's clock/);
    });
  }
}

test("two servers that disagree bring nothing, and the second is named", async ({ sockets }) => {
  const desk = powerless();
  const [first, second] = await listening(sockets, desk, [0, HOUR, 0]);
  const warnings: string[] = [];
  const terminal = { warn: (line: string) => void warnings.push(line) };
  const message = await relayTime(asking(desk.ownerSession()), [first, second], terminal).then(
    () => "it did",
    (error: unknown) => `${error}`,
  );
  assert.match(message, /one answer, and no second that agrees/);
  assert.match(warnings.join("\n"), new RegExp(`${second.address}.*agrees with no other`));
});

test("a server to which there is no way is silent", async () => {
  // A socket may not send to everybody unless it asks for that: the system refuses it at once, as it does off the network.
  const server = { place: 0, address: "255.255.255.255:2002", key: toBase64url(SERVERS[0]?.key ?? new Uint8Array(32)) };
  assert.equal(await askServer(server, new Uint8Array(32)), { kind: "silent" });
});

test.run();
