// Goal: what the lock said is worth nothing once it was held back for longer than the lock is ever silent.
// Method: whole cameras, whose radio is jammed both ways for minutes by somebody who then lets out what he kept.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Bytes } from "../../firmware/bytes.ts";
import { Board, knocked } from "./board.ts";
import { Onlooker } from "./onlooker.ts";

/** Whatever the lock says within `say` is kept; then the radio is silent for a while. @returns lets out what was kept */
function held(board: Board, say: () => void, duration: number): () => void {
  const { camera } = board;
  const kept: Bytes[] = [];
  const genuine = camera.lockReceived.bind(camera);
  camera.lockReceived = (frame) => void kept.push(frame.slice());
  say();
  camera.lockReceived = () => undefined;
  board.run(duration, false);
  camera.lockReceived = genuine;
  return () => {
    assert.ok(kept.length > 0);
    for (const frame of kept) camera.lockReceived(frame, board.now);
  };
}

for (const [name, duration, isShown] of [
  ["two seconds is good", 2_000, true],
  ["four seconds in a visit shows nothing", 4_000, false],
  ["five minutes in a visit shows nothing", 300_000, false],
] as const) {
  test(`a ticket that was held back for ${name}`, () => {
    const board = knocked(new Board());
    board.visit();
    board.run(2_000);
    const viewer = new Onlooker(board, 1);
    held(board, () => board.ticket(viewer.ticket), duration)();
    viewer.connect();
    assert.is(viewer.ask({ kind: "watch" }) !== undefined, isShown);
    viewer.look(2_000);
    assert.is(viewer.pictures.length > 0, isShown);
  });
}

test("an ask and a ticket that were held back while the camera rested switch no sensor on and let nobody look", () => {
  const board = new Board();
  board.run(2_000);
  const viewer = new Onlooker(board, 1);
  const say = () => {
    board.ask({ purpose: "visit", visit: 41 });
    board.ticket(viewer.ticket);
  };
  held(board, say, 80_000)();
  board.run(500, false);
  assert.is(board.isPowered, false);
  viewer.connect();
  assert.is(viewer.ask({ kind: "watch" }), undefined);
});

test.run();
