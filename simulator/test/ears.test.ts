// Goal: an answer to a frame whose number is not new is reported, and nothing else.
// Method: frames and answers as a radio would hand them over.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Ears } from "../ears.ts";

const COMMANDS = 3;
const HANDSHAKE = 1;

/** A frame of a type, a session and a number. */
function frame(type: number, session: number, number: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(30);
  bytes[0] = type;
  const view = new DataView(bytes.buffer);
  view.setUint32(1, session, true);
  view.setUint32(5, number, true);
  return bytes;
}

type Heard = readonly [connection: number, type: number, session: number, number: number, answers: number];

const ROWS: readonly { name: string; heard: readonly Heard[]; reports: number }[] = [
  {
    name: "numbers that rise",
    heard: [
      [1, COMMANDS, 5, 0, 1],
      [1, COMMANDS, 5, 1, 1],
      [1, COMMANDS, 5, 9, 1],
    ],
    reports: 0,
  },
  { name: "an answer and notices", heard: [[1, COMMANDS, 5, 0, 3]], reports: 0 },
  {
    name: "a frame twice, answered once",
    heard: [
      [1, COMMANDS, 5, 0, 1],
      [1, COMMANDS, 5, 0, 0],
    ],
    reports: 0,
  },
  {
    name: "a frame twice, answered twice",
    heard: [
      [1, COMMANDS, 5, 0, 1],
      [1, COMMANDS, 5, 0, 1],
    ],
    reports: 1,
  },
  {
    name: "a late frame that is answered",
    heard: [
      [1, COMMANDS, 5, 3, 1],
      [1, COMMANDS, 5, 2, 1],
    ],
    reports: 1,
  },
  {
    name: "a late frame after one that was not answered",
    heard: [
      [1, COMMANDS, 5, 3, 0],
      [1, COMMANDS, 5, 2, 1],
    ],
    reports: 0,
  },
  {
    name: "the same number in another session",
    heard: [
      [1, COMMANDS, 5, 3, 1],
      [1, COMMANDS, 6, 3, 1],
    ],
    reports: 0,
  },
  {
    name: "the same number on another connection",
    heard: [
      [1, COMMANDS, 5, 3, 1],
      [2, COMMANDS, 5, 3, 1],
    ],
    reports: 0,
  },
  {
    name: "a handshake twice",
    heard: [
      [1, HANDSHAKE, 5, 0, 1],
      [1, HANDSHAKE, 5, 0, 1],
    ],
    reports: 0,
  },
];

for (const { name, heard, reports } of ROWS) {
  test(`${reports === 0 ? "accepts" : "reports"} ${name}`, () => {
    let count = 0;
    const ears = new Ears(() => count++);
    for (const [connection, type, session, number, answers] of heard) {
      ears.delivering(connection, frame(type, session, number));
      for (let left = answers; left > 0; left--) ears.said(connection, frame(type, session, 0));
      ears.delivered();
    }
    assert.is(count, reports);
  });
}

test("what the lock says by itself, or to somebody else, is no answer", () => {
  let count = 0;
  const ears = new Ears(() => count++);
  ears.delivering(1, frame(COMMANDS, 5, 0));
  ears.said(1, frame(COMMANDS, 5, 0));
  ears.delivered();
  ears.said(1, frame(COMMANDS, 5, 1));
  ears.delivering(1, frame(COMMANDS, 5, 0));
  ears.said(2, frame(COMMANDS, 5, 0));
  ears.delivered();
  assert.is(count, 0);
});

test("a frame without a whole header is nobody's", () => {
  const ears = new Ears(() => assert.unreachable());
  for (let turn = 0; turn < 2; turn++) {
    ears.delivering(1, Uint8Array.of(COMMANDS, 0, 0));
    ears.said(1, frame(COMMANDS, 5, 0));
    ears.delivered();
  }
});

test.run();
