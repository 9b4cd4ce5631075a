// Goal: a lock is adopted and asked over the cable in its USB socket, by the same commands as over a network.
// Method: a pair of pseudo terminals, at whose other end the real lock is; commands run as a person types them.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { WAKE_BYTES } from "../../firmware/link/serial.ts";
import { HOME_NETWORK } from "../../simulator/antenna.ts";
import { EXIT } from "../failure.ts";
import { WIFI_VARIABLE } from "../network.ts";
import { Porch } from "./porch.node.ts";
import { hasCables, Pty } from "./pty.node.ts";
import { Desk, isSentence } from "./stage.node.ts";

const SEED = Buffer.alloc(32, 7).toString("base64url");
/** What a board prints on the same line. */
const CONSOLE = Buffer.from("ESP-ROM:esp32c3-api1-20210207\r\nLatchkey lock, nobody's yet.\r\n");

interface Bench {
  readonly porch: Porch;
  readonly owner: Desk;
  readonly pty: Pty;
  readonly at: string;
}

/** Runs a test with a lock at the end of a cable. */
function atCable(claim: string, act: (bench: Bench) => Promise<void>): void {
  test(claim, async () => {
    const [porch, owner, pty] = [new Porch(), new Desk(), new Pty()];
    try {
      owner.init(SEED);
      const cable = porch.plugIn((bytes) => pty.write(bytes));
      await pty.open((bytes) => {
        porch.catchUp();
        cable.received(bytes);
      });
      pty.write(CONSOLE);
      await act({ porch, owner, pty, at: `serial:${pty.port}` });
    } finally {
      pty.close();
      porch.close();
      owner.close();
    }
  });
}

if (hasCables()) {
  atCable("a lock is adopted, told its network, asked and opened by its cable", async ({ porch, owner, pty, at }) => {
    isSentence(await owner.run(["adopt", porch.setup, "--at", at]), EXIT.REFUSED, /press the button/);
    porch.pressAndStay();
    const adopted = await owner.ask(["adopt", porch.setup, "--at", at, "--name", "home", "--zone", "Europe/Berlin"]);
    assert.is(adopted["exit"], EXIT.OK, JSON.stringify(adopted));
    assert.is(adopted["address"], at);
    pty.write(CONSOLE);
    // Where it was reached last is remembered; and the process ends, though a port is open while it runs.
    const status = await owner.launch(["status"]);
    assert.is(status.exit, EXIT.OK, status.errors);
    assert.match(status.output, /^Lock: +home /);
    process.env[WIFI_VARIABLE] = HOME_NETWORK.passphrase;
    const wifi = await owner.run(["wifi", "set", HOME_NETWORK.name]);
    delete process.env[WIFI_VARIABLE];
    assert.match(
      wifi.output,
      /Wi-Fi: joined, at 192\.168\.1\.20\nWithout the cable: "latchkey status --at 192\.168\.1\.20" once, [^\n]*\n$/,
      wifi.errors,
    );
    const opened = await owner.run(["open", "--wait", "0"]);
    assert.is(opened.exit, EXIT.OK, opened.errors);
    assert.match((await owner.run(["log", "--all"])).output, /owner you +sets the Wi-Fi +done\n/);
  });

  atCable("a cable whose other end is silent, or gone, is told from a lock", async ({ owner, pty, porch }) => {
    const silent = new Pty();
    let isTalking = false;
    const heard: number[] = [];
    await silent.open((bytes) => {
      heard.push(...bytes);
      if (isTalking) silent.write(CONSOLE);
    });
    try {
      isSentence(
        await owner.run(["adopt", porch.setup, "--at", `serial:${silent.port}`]),
        EXIT.UNREACHABLE,
        /^Nothing answered at serial:\S+: has the lock power, .*A busy lock is silent too: try again in ten seconds\.\n$/,
      );
      assert.is(heard.findIndex((byte) => byte !== 0) > WAKE_BYTES, true, "a board that sleeps would not wake by it");
      isTalking = true;
      isSentence(
        await owner.run(["adopt", porch.setup, "--at", `serial:${silent.port}`]),
        EXIT.UNREACHABLE,
        /^What answers at serial:\S+ is not this lock, or is busy/,
      );
    } finally {
      silent.close();
    }
    isSentence(
      await owner.run(["adopt", porch.setup, "--at", `serial:${pty.port}-none`]),
      EXIT.UNREACHABLE,
      /There is no serial port .*-none: is the cable in, and is the name right\?/,
    );
    isSentence(
      await owner.run(["adopt", porch.setup, "--at", "serial:/dev/null"]),
      EXIT.UNREACHABLE,
      /The serial port \/dev\/null does not open/,
    );
    isSentence(await owner.run(["adopt", porch.setup, "--at", "serial:"]), EXIT.USAGE, /name a port/);
  });
}

test("an address is a host and a port, or a port of this computer", async () => {
  const owner = new Desk();
  try {
    owner.init(SEED);
    const porch = new Porch();
    isSentence(
      await owner.run(["adopt", porch.setup, "--at", "not an address"]),
      EXIT.USAGE,
      /neither host:port, such as 192\.168\.1\.20:7446, nor a port such as serial:\/dev\/ttyUSB0/,
    );
    porch.close();
  } finally {
    owner.close();
  }
});

test.run();
