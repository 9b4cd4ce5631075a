// Goal: a camera joins the network that the hand at its open case names, and no other; never tells it; and forgets it with the button.
// Method: a whole camera, whose cable is played by hand; each good provision is also tried short, long and changed.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, concat, fromAscii, fromHex, toHex } from "../../firmware/bytes.ts";
import {
  encodeProvision,
  PROVISION_BYTES_MAX,
  parseProvision,
  parseProvisioned,
} from "../../firmware/link/provision.ts";
import { type Credentials, millis } from "../../firmware/platform.ts";
import { ADDRESS, Antenna, credentialsOf, HOME_NETWORK, OPEN_NETWORK } from "../../simulator/antenna.ts";
import { MemoryConstants } from "../../simulator/memory.ts";
import { Provision } from "../provision.ts";
import { Board } from "./board.ts";

const HOME = credentialsOf(HOME_NETWORK.name, HOME_NETWORK.passphrase);
const WIFI = "wifi";
const MINUTE = 60_000;

/** Says something over the cable. @returns whether it was done; undefined for no answer */
function tell(board: Board, bytes: Bytes): boolean | undefined {
  board.said.length = 0;
  board.camera.cableReceived(bytes, board.now);
  assert.ok(board.said.length <= 1, "one answer");
  const [answer] = board.said;
  return answer === undefined ? undefined : parseProvisioned(answer);
}

function opened(): Board {
  const board = new Board();
  board.camera.caseChanged(true, board.now);
  return board;
}

test("a camera whose case is open joins what it is told, at once and after each start", () => {
  const board = opened();
  assert.is(board.antenna.state.is, "off");
  assert.is(tell(board, encodeProvision(HOME)), true);
  assert.equal(board.antenna.state, { is: "joined", address: ADDRESS });
  board.antenna.join(undefined);
  board.start();
  assert.is(board.antenna.state.is, "joined");
  board.camera.caseChanged(true, board.now);
  assert.is(tell(board, encodeProvision(credentialsOf("elsewhere", "wrong sesame"))), true, "the newest counts");
  assert.is(board.antenna.state.is, "waiting");
  assert.is(tell(board, encodeProvision(credentialsOf(OPEN_NETWORK))), true);
  assert.is(board.antenna.state.is, "joined");
});

test("a camera whose case is shut refuses, and so does one that was opened and shut again", () => {
  const board = new Board();
  assert.is(tell(board, encodeProvision(HOME)), false);
  board.camera.caseChanged(true, board.now);
  board.camera.caseChanged(false, board.now);
  assert.is(tell(board, encodeProvision(HOME)), false);
  assert.equal([board.antenna.state.is, board.constants.read(WIFI)], ["off", undefined]);
  board.camera.caseChanged(true, board.now);
  assert.is(tell(board, encodeProvision(HOME)), true);
});

test("the button behind the open case forgets the network, with a lock or without one", () => {
  const board = opened();
  assert.is(tell(board, encodeProvision(HOME)), true);
  board.camera.caseChanged(false, board.now);
  board.camera.forgetPressed(board.now);
  assert.is(board.antenna.state.is, "joined", "a shut case keeps it");
  for (const isPaired of [true, false]) {
    board.camera.caseChanged(true, board.now);
    if (!isPaired) assert.is(tell(board, encodeProvision(HOME)), true);
    assert.is(board.camera.snapshot.isPaired, isPaired);
    board.camera.forgetPressed(board.now);
    assert.equal([board.antenna.state.is, board.constants.read(WIFI)], ["off", undefined]);
    board.start();
    assert.is(board.antenna.state.is, "off");
  }
});

test("what the flash refuses is refused, and nothing changes", () => {
  const board = opened();
  assert.is(tell(board, encodeProvision(HOME)), true);
  const before = board.constants.read(WIFI);
  board.constants.isSound = false;
  assert.is(tell(board, encodeProvision(credentialsOf(OPEN_NETWORK))), false);
  board.camera.forgetPressed(board.now);
  board.constants.isSound = true;
  assert.ok(board.camera.snapshot.isPaired);
  assert.is(board.antenna.state.is, "joined");
  assert.equal(board.constants.read(WIFI), before);
});

test("no machine at the open case wears out the flash, nor keeps a hand from trying again", () => {
  const board = opened();
  const before = board.constants.changes;
  let done = 0;
  for (let count = 0; count < 1_000; count++) if (tell(board, encodeProvision(HOME)) === true) done++;
  assert.equal([done, board.constants.changes - before], [4, 4]);
  board.run(10_000);
  assert.is(tell(board, encodeProvision(HOME)), true);
});

test("name and passphrase are wiped once they are kept, and no answer has them", () => {
  const board = opened();
  const bytes = encodeProvision(HOME);
  assert.is(tell(board, bytes), true);
  assert.ok(bytes.every((byte) => byte === 0));
  const refused = encodeProvision(credentialsOf("elsewhere", "wrong sesame"));
  board.camera.caseChanged(false, board.now);
  assert.is(tell(board, refused), false);
  assert.ok(refused.every((byte) => byte === 0));
  board.camera.caseChanged(true, board.now);
  board.said.length = 0;
  for (const question of ["80", "8101", "820101", "820100", "8301 40 40", "8301", "a0", "00"]) {
    board.camera.cableReceived(fromHex(question.replaceAll(" ", "")), board.now);
  }
  assert.equal(board.said, [], "nothing asks for them");
  assert.match(toHex(board.constants.read(WIFI) ?? new Uint8Array(0)), toHex(fromAscii(HOME_NETWORK.passphrase)));
});

test("a provision that is not whole, or not a radio's, is noise: no answer, and nothing changes", () => {
  const board = opened();
  const good = encodeProvision(HOME);
  const spoilt: Bytes[] = [new Uint8Array(0), concat(good, Uint8Array.of(0)), new Uint8Array(2_425).fill(0x83)];
  for (let size = 0; size < good.length; size++) spoilt.push(good.slice(0, size));
  for (let bit = 0; bit < 8 * good.length; bit++) {
    const changed = good.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    spoilt.push(changed);
  }
  let taken = 0;
  for (const bytes of spoilt) {
    board.run(MINUTE / 6);
    const whole = readOrNone(bytes);
    const isDone = tell(board, bytes.slice());
    assert.is(isDone, whole === undefined ? undefined : true, toHex(bytes));
    if (whole !== undefined) taken++;
  }
  // One letter of the name or the passphrase is another one.
  assert.ok(taken > 0 && taken < 8 * (HOME.name.length + (HOME.passphrase?.length ?? 0)), `${taken}`);
});

function readOrNone(bytes: Bytes): Credentials | undefined {
  try {
    return parseProvision(bytes);
  } catch {
    return undefined;
  }
}

test("the longest name and passphrase fill a provision", () => {
  const longest = { name: new Uint8Array(32).fill(0x7a), passphrase: new Uint8Array(63).fill(0x7e) };
  const bytes = encodeProvision(longest);
  assert.is(bytes.length, PROVISION_BYTES_MAX);
  assert.equal(parseProvision(bytes), longest);
});

test("constants that make no sense join nothing, and the camera starts", () => {
  for (const spoilt of [[], [0x83], [...encodeProvision(HOME), 0], [...encodeProvision(HOME)].slice(1)]) {
    const constants = new MemoryConstants();
    constants.write(WIFI, Uint8Array.from(spoilt));
    const network = new Antenna();
    new Provision({ crypto, constants, network }, millis(0));
    assert.equal([network.joins, network.state.is], [1, "off"]);
  }
});

test("a camera without a radio refuses, and one without a cable is silent", () => {
  const constants = new MemoryConstants();
  const said: Bytes[] = [];
  const deaf = new Provision({ crypto, constants, cable: { send: (frame) => void said.push(frame) } }, millis(0));
  deaf.received(encodeProvision(HOME), true, millis(0));
  assert.equal(said.map(parseProvisioned), [false]);
  assert.is(constants.changes, 0);
  const network = new Antenna();
  new Provision({ crypto, constants, network }, millis(0)).received(encodeProvision(HOME), true, millis(0));
  assert.is(network.state.is, "joined");
});

test.run();
