// Goal: an owner who says when the camera looks is not told that it does so before it has heard of it.
// Method: the camera in its hall, which hears the lock, hears nothing of it, or is not there.

import { type AddressInfo, connect, createServer } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inHall, settle } from "./hall.node.ts";
import { done, type Home, heard } from "./porch.node.ts";

const SLOW_MILLIS = 1_500;

inHall("a mode that the camera has not heard of is said to be the lock's word alone", async (home, hall, at) => {
  const alone = await heard(home, "camera", "mode", "always");
  assert.is(alone.exit, 0, alone.errors);
  assert.match(alone.output, /^The lock lets a camera look: always\n$/);
  assert.match(alone.errors, /has no camera yet/);
  await settle(home, hall, at);
  assert.ok(hall.camera.isOn);
  const told = await heard(home, "camera", "mode", "never");
  assert.equal([told.exit, told.output, told.errors], [0, "The camera looks: never\n", ""]);
  assert.not.ok(hall.camera.isOn);
  await done(home, "camera", "mode", "always");
  hall.pass(2_000);
  // It was switched on twice, and the time between has a record too.
  assert.match(await done(home, "camera", ...at), /Switch: +3 records of it/);
  home.porch.onCameraWire = () => undefined;
  const untold = await heard(home, "camera", "mode", "never");
  assert.ok(hall.camera.isOn, "it has heard nothing");
  assert.is(untold.exit, 3);
  assert.match(untold.output, /^The lock lets the camera look: never\n$/);
  assert.match(untold.errors, /has not answered.*goes on as before.*up to an hour/);
  const json = JSON.parse((await heard(home, "camera", "mode", "never", "--json")).output) as Record<string, unknown>;
  assert.equal([json["mode"], json["isHeard"]], ["never", false]);
});

/** A way to the lock on which the lock's answer of that number takes long. @returns where it begins, and what ends it */
async function slowWay(home: Home, slow: number): Promise<readonly [address: string, close: () => void]> {
  const [host = "", port = ""] = home.address.split(":");
  const server = createServer((phone) => {
    const lock = connect(Number(port), host);
    let count = 0;
    for (const socket of [phone, lock]) socket.on("error", () => undefined);
    phone.pipe(lock);
    lock.on("data", (chunk) => {
      count += 1;
      setTimeout(() => phone.write(chunk), count === slow ? SLOW_MILLIS : 0);
    });
    lock.on("close", () => phone.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return [`127.0.0.1:${(server.address() as AddressInfo).port}`, () => server.close()];
}

inHall("a camera that heeds the lock before its answer has come is said to heed it", async (home, hall, at) => {
  await settle(home, hall, at);
  hall.pass(2_000);
  // The handshake, who asks and the status come before.
  const [address, close] = await slowWay(home, 4);
  const told = await heard(home, "camera", "mode", "never", "--at", address);
  close();
  assert.equal([told.exit, told.output, told.errors], [0, "The camera looks: never\n", ""]);
});

inHall("of a camera that looks when it is removed it is said that it looks on", async (home, hall, at) => {
  await settle(home, hall, at);
  hall.pass(2_000);
  const said = await heard(home, "camera", "remove");
  assert.is(said.exit, 0, said.errors);
  hall.pass(600_000);
  assert.ok(hall.camera.isOn, "nobody tells it");
  assert.match(said.errors, /looks on for up to an hour, since nobody tells it/);
});

test.run();
