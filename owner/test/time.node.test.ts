// Goal: after a loss of power a guest who holds only an invitation brings the lock the time and gets in, and so does its
// owner; whatever goes wrong on the way is told in a sentence, and the lock learns nothing.
// Method: the house of `npm start` with its three servers over real UDP; one story, with every command as a person types it.

import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseTimeServer, parseTimeServers } from "../timeservers.ts";
import { Desk, isSentence, type Ran, Street } from "./stage.node.ts";

interface Scene {
  street: Street;
  desks: Desk[];
  sockets: Socket[];
  ran: Map<string, Ran>;
}

interface People {
  readonly owner: Desk;
  readonly guest: Desk;
  readonly clocks: readonly string[];
}

const KEY = "6BTYSP5rTwCbXlwABYsjf7VxiV2drYwTVTSFA_ReoU0";
const test = suite<Scene>("the time from servers");

function newDesk(scene: Scene): Desk {
  const desk = new Desk();
  scene.desks.push(desk);
  desk.init(randomBytes(32).toString("base64url"));
  return desk;
}

/** A socket that answers each packet with what is no answer. @returns host:port */
async function babbler(scene: Scene): Promise<string> {
  const socket = createSocket("udp4");
  scene.sockets.push(socket);
  socket.on("message", (packet, { port, address }) => socket.send(packet.subarray(0, 400), port, address));
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return `127.0.0.1:${socket.address().port}`;
}

/** A port at which nobody listens. */
async function silence(): Promise<string> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  socket.close();
  return `127.0.0.1:${port}`;
}

test.before(async (scene) => {
  scene.desks = [];
  scene.sockets = [];
  scene.ran = new Map();
  scene.street = new Street();
  await prepare(scene).catch((error) =>
    scene.ran.set("the story itself", { exit: -1, output: "", errors: `${error}` }),
  );
});
test.after(async (scene) => {
  await scene.street.close();
  for (const desk of scene.desks) desk.close();
  for (const socket of scene.sockets) socket.close();
});

async function prepare(scene: Scene): Promise<void> {
  const { street } = scene;
  const { address, setup, clocks } = await street.open();
  const [owner, guest] = [newDesk(scene), newDesk(scene)];
  await street.press("b", /presses the inside button/);
  await owner.run(["adopt", setup, "--at", address, "--zone", "UTC"]);
  await street.line(/the bolt is drawn/);
  const key = String((await guest.ask(["id"]))["key"]);
  await owner.run(["grant", "--to", key, "--until", "+3d", "--out", owner.file("guest.txt")]);
  await guest.run(["accept", owner.file("guest.txt"), "--at", address]);
  await play(scene, { owner, guest, clocks });
}

async function play(scene: Scene, { owner, guest, clocks }: People): Promise<void> {
  const { street, ran } = scene;
  const note = async (name: string, running: Promise<Ran>) => void ran.set(name, await running);
  const named = (names: readonly string[]) => names.flatMap((name) => ["--server", name]);
  await note("owner without servers", owner.run(["time", "--relay"]));
  await note("servers", owner.run(["config", ...clocks.flatMap((name, at) => [`--time-server-${at + 1}`, name])]));
  await note("guest without servers", guest.run(["time"]));
  await note("guest turns back", guest.run(["time", "--back", ...named(clocks)]));

  await street.press("p", /the plug is pulled/);
  await street.line(/power is back/);
  await note("unknown", guest.run(["open", "--wait", "0"]));
  const keys = clocks.map((name) => name.slice(name.indexOf("=") + 1));
  await note("one server", guest.run(["time", ...named([clocks[0] ?? "", `${await silence()}=${keys[1]}`])]));
  await note("wrong key", guest.run(["time", ...named([clocks[0] ?? "", `${await babbler(scene)}=${keys[1]}`])]));
  await note("wrong order", guest.run(["time", ...named([clocks[1] ?? "", clocks[0] ?? ""])]));
  await note("still unknown", owner.run(["status"]));
  const places = [`3=${clocks[2]}`, `1=${clocks[0]}`];
  await note("guest brings it", guest.run(["time", ...named(places)]));
  await note("known", guest.run(["open", "--wait", "0"]));

  await street.press("p", /the plug is pulled/);
  await street.line(/power is back/);
  await note("guest again", guest.run(["time", "--json"]));
  await street.press("p", /the plug is pulled/);
  await street.line(/power is back/);
  await note("owner brings it", owner.run(["time", "--relay"]));
  await note("none", owner.run(["config", "--time-server-3", "none"]));
  await note("strange server", owner.run(["time", ...named(clocks)]));
  await note("log", owner.run(["log", "--all"]));
}

const DONE: readonly (readonly [claim: string, name: string, what: readonly RegExp[]])[] = [
  [
    "an owner names the servers, and is told the line for guests",
    "servers",
    [
      /time-server-1 {2}\S{43}\n/,
      /guests bring this lock the time with:\n {2}latchkey time --server 127\.0\.0\.1:\d+=\S{43} --server/,
    ],
  ],
  [
    "a guest brings the time, with the servers in any order that is named",
    "guest brings it",
    [
      /^The lock has checked what 127\.0\.0\.1:\d+ and 127\.0\.0\.1:\d+ say, and believes it/,
      /the lock knows that now/,
    ],
  ],
  ["and gets in", "known", [/^Yes: the lock opens/]],
  ["the servers are kept for the next time", "guest again", [/^\{"ok":true,"low":\d+,"high":\d+\}\n$/]],
  [
    "an owner brings it too, and sees the lock's clock",
    "owner brings it",
    [/\nThe lock's clock: .*, give or take \d s\.\n$/],
  ],
  ["a server is taken out", "none", [/time-server-2 .*\n(?:.+\n)*\nAfter a loss/]],
  ["the log says who told the time", "log", [/learns the time from two time servers/]],
];
for (const [claim, name, what] of DONE) {
  test(claim, ({ ran }) => {
    const { exit, output, errors } = resultOf(ran, name);
    assert.is(exit, 0, errors);
    for (const each of what) assert.match(output, each);
  });
}

const REFUSED: readonly (readonly [claim: string, name: string, exit: number, what: RegExp])[] = [
  ["says what an owner without servers can do", "owner without servers", 2, /name two or three with "latchkey config/],
  ["says what a guest without servers can do", "guest without servers", 2, /ask its owner for the list/],
  ["lets no guest turn the clock back", "guest turns back", 2, /Only an owner's own clock/],
  ["refuses the guest while the time is unknown", "unknown", 1, /may not know the time/],
  [
    "one server is too few, and the silent one is named",
    "one server",
    3,
    /127\.0\.0\.1:\d+ does not answer\.\nA lock believes two/,
  ],
  ["a server without its key is named", "wrong key", 3, /answers without its key.*\n.*only one answered/],
  [
    "servers in each other's places bring nothing",
    "wrong order",
    1,
    /did not take the answer.*\n.*\nThe lock took no answer/,
  ],
];
for (const [claim, name, exit, what] of REFUSED) {
  test(claim, ({ ran }) => isSentence(resultOf(ran, name), exit, what));
}

test("what failed before left the lock without the time", ({ ran }) => {
  assert.match(resultOf(ran, "still unknown").output, /Clock: +unknown/);
});

test("a server that the lock does not trust is told of, and two others suffice", ({ ran }) => {
  const { exit, errors } = resultOf(ran, "strange server");
  assert.is(exit, 0, errors);
  assert.match(errors, /^The lock does not trust 127\.0\.0\.1:\d+: "latchkey config[^\n]*\n$/);
});

test("plays the story to its end", ({ ran }) => assert.is(ran.get("the story itself")?.errors, undefined));

const GOOD: readonly (readonly [text: string, place: number, address: string])[] = [
  [`roughtime.example:2002=${KEY}`, 1, "roughtime.example:2002"],
  [`roughtime.example=${KEY}`, 1, "roughtime.example"],
  [`3=192.0.2.1:9=${KEY}`, 2, "192.0.2.1:9"],
  [`[2001:db8::1]:2002=${KEY}=`, 1, "[2001:db8::1]:2002"],
  [`a.b:2002=${KEY.replace("_", "/")}=`, 1, "a.b:2002"],
];
for (const [text, place, address] of GOOD) {
  test(`reads ${text.slice(0, 24)}...`, () => assert.equal(parseTimeServer(text, 1), { place, address, key: KEY }));
}

const BAD: readonly string[] = [
  "",
  "roughtime.example:2002",
  KEY,
  `=${KEY}`,
  `roughtime.example:0=${KEY}`,
  `roughtime.example:65536=${KEY}`,
  `4=roughtime.example:2002=${KEY}`,
  `roughtime.example:2002=${KEY.slice(1)}`,
  `roughtime.example:2002=${KEY}A`,
  `roughtime.example:2002=${KEY.slice(0, 42)}1`,
  `rough time:2002=${KEY}`,
  `roughtime.example:2002=${KEY} `,
];
for (const text of BAD) {
  test(`refuses "${text.slice(0, 60)}"`, () => assert.throws(() => parseTimeServer(text, 0), /time server/));
}

test("reads three, also behind commas, and refuses a fourth or one place twice", () => {
  const one = `a:1=${KEY}`;
  assert.equal(
    parseTimeServers([`${one},b:2=${KEY}`, `c:3=${KEY}`]).map(({ place, address }) => `${place} ${address}`),
    ["0 a:1", "1 b:2", "2 c:3"],
  );
  for (const texts of [
    [one, one, one, one],
    [one, `1=${one}`],
  ]) {
    assert.throws(() => parseTimeServers(texts), /at most 3, each place once/);
  }
});

function resultOf(ran: ReadonlyMap<string, Ran>, name: string): Ran {
  return (
    ran.get(name) ?? {
      exit: -1,
      output: "",
      errors: `"${name}" was not played: ${ran.get("the story itself")?.errors}`,
    }
  );
}

test.run();
