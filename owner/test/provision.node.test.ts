// Goal: a camera is told its network by its owner's command over the cable in its open case, and the passphrase is shown nowhere.
// Method: a pair of pseudo terminals, at whose other end a whole camera is; commands run as a person types them.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Board } from "../../camera/test/board.ts";
import { createSerialReader, encodeSerial } from "../../firmware/link/serial.ts";
import { HOME_NETWORK, OPEN_NETWORK } from "../../simulator/antenna.ts";
import { EXIT } from "../failure.ts";
import { WIFI_VARIABLE } from "../network.ts";
import { hasCables, Pty } from "./pty.node.ts";
import { Desk, isSentence, type Ran } from "./stage.node.ts";

const { name, passphrase } = HOME_NETWORK;
const CONSOLE = Buffer.from("ESP-ROM:esp32s3-20210327\r\nLatchkey camera, nobody's yet.\r\n");

/** Runs a command with the passphrase in the environment; nobody here has keys. */
async function run(person: Desk, ...words: readonly string[]): Promise<Ran> {
  process.env[WIFI_VARIABLE] = passphrase;
  try {
    return await runBare(person, ...words);
  } finally {
    delete process.env[WIFI_VARIABLE];
  }
}

/** Runs a command where nothing gives the passphrase. */
function runBare(person: Desk, ...words: readonly string[]): Promise<Ran> {
  return person.run(["camera", "wifi", ...words]);
}

/** Runs a test with a camera at the end of a cable. */
function atCable(claim: string, act: (board: Board, person: Desk, at: string) => Promise<void>): void {
  test(claim, async () => {
    const [board, person, pty] = [new Board(), new Desk(), new Pty()];
    const reader = createSerialReader();
    try {
      await pty.open((bytes) => {
        reader.push(bytes);
        for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
          board.camera.cableReceived(frame, board.now);
          for (const answer of board.said.splice(0)) pty.write(Buffer.concat([CONSOLE, encodeSerial(answer), CONSOLE]));
        }
      });
      await act(board, person, `serial:${pty.port}`);
    } finally {
      pty.close();
      person.close();
    }
  });
}

if (hasCables()) {
  atCable("a camera joins what it is told while its case is open, and refuses else", async (board, person, at) => {
    isSentence(await run(person, name, "--at", at), EXIT.REFUSED, /open its case/);
    assert.is(board.antenna.state.is, "off");
    board.camera.caseChanged(true, board.now);
    const told = await run(person, name, "--at", at);
    assert.is(told.exit, EXIT.OK, told.errors);
    assert.match(
      told.output,
      /^Set: the camera joins home, now and after each start\. Shut its case\.\n.* as --camera-at ADDRESS\.\n$/,
    );
    assert.match(told.errors, /hears of the open case as soon as it hears the camera/);
    assert.is(board.antenna.state.is, "joined");
    assert.not.match(told.output + told.errors, passphrase);
    const open = await runBare(person, OPEN_NETWORK, "--open", "--at", at, "--json");
    assert.equal(JSON.parse(open.output), { ok: true, ssid: OPEN_NETWORK });
    assert.is(board.antenna.state.is, "joined");
  });

  test("a cable at which no camera is says so", async () => {
    const [person, pty] = [new Desk(), new Pty()];
    try {
      await pty.open(() => pty.write(CONSOLE));
      isSentence(await run(person, name, "--at", `serial:${pty.port}`), EXIT.UNREACHABLE, /No camera answers at/);
    } finally {
      pty.close();
      person.close();
    }
  });
}

test("a port that is not there is missed before the passphrase is asked for", async () => {
  const person = new Desk();
  try {
    const ran = await runBare(person, name, "--at", "serial:/dev/none");
    isSentence(ran, EXIT.UNREACHABLE, /^There is no serial port \/dev\/none/);
  } finally {
    person.close();
  }
});

test("a camera is told over a cable, and by a name and a passphrase that a radio takes", async () => {
  const person = new Desk();
  try {
    isSentence(await run(person, name), EXIT.USAGE, /--at is missing: add --at serial:\/dev\/ttyUSB0/);
    isSentence(await run(person, name, "--at", "127.0.0.1:7447"), EXIT.USAGE, /told its network over a cable/);
    isSentence(await run(person, "x".repeat(33), "--at", "serial:/dev/null"), EXIT.USAGE, /this one has 33/);
    isSentence(await run(person, name, "--open", "--at", "serial:/dev/null"), EXIT.USAGE, /set, and --open says/);
    isSentence(await run(person, "--at", "serial:/dev/null"), EXIT.USAGE, /SSID is missing/);
    isSentence(await run(person, name, passphrase, "--at", "serial:/dev/null"), EXIT.USAGE, /one word too many/);
  } finally {
    person.close();
  }
});

test.run();
