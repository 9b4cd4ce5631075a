// A board that starts anew while somebody floods its wire: with noise of message 1's length, and with what was recorded of it.
// Method: the lock's real end and the board's, with no key in the flooder's hands, at paces from 2 to 80 frames a second; the flood
// begins before the board does.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Bytes } from "../../firmware/bytes.ts";
import { FRAME_HEADER_BYTES, FRAME_KK_1 } from "../../firmware/link/frame.ts";
import { Stream } from "../../simulator/random.ts";
import { ANSWERED_MAX } from "../openings.ts";
import { Bench, SEED } from "./cable.ts";
import { Room } from "./room.ts";

const PACES_MILLIS = [13, 23, 47, 97, 193, 487] as const;
const RUNS = 4;
const BEFORE_MILLIS = 5_000;
const UP_MILLIS_MAX = 60_000;
/** Whoever holds more recordings than a lock remembers is first more often than not, and not always. */
const LATE_MILLIS_MAX = 600_000;
const SESSION_BYTES = 4;
/** Recordings are at most so far apart. */
const RECORDING_MILLIS = 10_000;

/** A board's wire, somebody at it, and a board that can start anew. */
interface Wire {
  /** Message 1 as the lock has heard it. */
  readonly heard: Bytes;
  /** Has the board ask in vain, where the flooder hears it alone. @returns what it said */
  record(count: number): readonly Bytes[];
  /** Has the board start anew, some milliseconds after the last frame of the flood. */
  restart(after: number): void;
  readonly isUp: boolean;
  hand(frame: Bytes): void;
  pass(millis: number): void;
}

function camera(): Wire {
  const room = new Room().start();
  const shakes = () => room.fromCamera.filter(([type]) => type === FRAME_KK_1);
  let answers = 0;
  return {
    heard: shakes()[0],
    record: (count) => {
      room.isJammed = true;
      room.pass(count * RECORDING_MILLIS);
      room.isJammed = false;
      return shakes().slice(-count);
    },
    restart: (after) => {
      room.link.close();
      room.pass(after);
      room.link = room.camera(undefined, `camera ${after}`);
      answers = room.heard.length;
    },
    get isUp() {
      return room.heard.length > answers;
    },
    hand: (frame) => room.hand(frame),
    pass: (millis) => room.pass(millis),
  };
}

function keypad(): Wire {
  const bench = new Bench().start();
  const shakes = () => bench.heard.map(({ frame }) => frame).filter(([type]) => type === FRAME_KK_1);
  let reports = 0;
  return {
    heard: shakes()[0],
    record: (count) => {
      bench.line.plug("inside", { received: () => {} });
      bench.keypad.powerOff();
      bench.keypad.powerOn();
      bench.pass(count * RECORDING_MILLIS);
      bench.line.plug("inside", { received: (frame) => bench.lock.hand(frame) });
      return shakes().slice(-count);
    },
    restart: (after) => {
      bench.keypad.powerOff();
      bench.pass(after);
      bench.keypad.powerOn();
      reports = bench.count("serve report");
    },
    get isUp() {
      return bench.count("serve report") > reports;
    },
    hand: (frame) => bench.line.inject("inside", frame),
    pass: (millis) => bench.pass(millis),
  };
}

/** Gives the frames of a flood, one after the other. */
type Flood = (wire: Wire, random: Stream) => () => Bytes;

function noise(_: Wire, random: Stream): () => Bytes {
  return () => {
    const frame = new Uint8Array(57);
    random.fill(frame);
    frame[0] = FRAME_KK_1;
    return frame.fill(0, 1 + SESSION_BYTES, FRAME_HEADER_BYTES);
  };
}

function renumbered({ heard }: Wire, random: Stream): () => Bytes {
  return () => {
    const frame = heard.slice();
    random.fill(frame.subarray(1, 1 + SESSION_BYTES));
    return frame;
  };
}

function recordings(count: number): Flood {
  return (wire) => {
    const recorded = wire.record(count);
    assert.is(recorded.length, count);
    let next = 0;
    return () => recorded[next++ % count].slice();
  };
}

/** Floods while a board starts anew. @returns after how many milliseconds it was up */
function wait(wire: Wire, flood: Flood, { every, run }: { readonly every: number; readonly run: number }): number {
  const next = flood(wire, new Stream(SEED, `flood ${run}`));
  for (let at = 0; at < BEFORE_MILLIS; at += every) {
    wire.hand(next());
    wire.pass(every);
  }
  wire.restart(Math.floor((run * every) / RUNS));
  let waited = 0;
  for (; waited < LATE_MILLIS_MAX && !wire.isUp; waited += every) {
    wire.hand(next());
    wire.pass(every);
  }
  return waited;
}

const WIRES = [
  ["a camera", camera],
  ["a keypad", keypad],
] as const;

const FLOODS: readonly (readonly [name: string, flood: Flood])[] = [
  ["noise", noise],
  ["a recording under other numbers", renumbered],
  [
    "a recording as it was",
    ({ heard }) =>
      () =>
        heard.slice(),
  ],
  ["as many recordings as a lock remembers", recordings(ANSWERED_MAX)],
];

for (const [board, create] of WIRES) {
  for (const [name, flood] of FLOODS) {
    for (const every of PACES_MILLIS) {
      test(`${board} is up within a minute of its start under ${name}, each ${every} ms`, () => {
        for (let run = 0; run < RUNS; run++) {
          const waited = wait(create(), flood, { every, run });
          assert.ok(waited <= UP_MILLIS_MAX, `run ${run}: ${waited} ms`);
        }
      });
    }
  }
  test(`${board} is not kept out for good by more recordings than a lock remembers, each 97 ms`, () => {
    for (let run = 0; run < RUNS; run++) {
      const waited = wait(create(), recordings(3 * ANSWERED_MAX), { every: 97, run });
      assert.ok(waited < LATE_MILLIS_MAX, `run ${run}: ${waited} ms`);
    }
  });
}

test.run();
