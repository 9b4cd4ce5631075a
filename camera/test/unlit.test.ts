// Goal: whoever puts out the light in a visit gains nothing by it: not where its owner never approved a view by the camera's own lamp.
// Method: a whole camera with a simulated sensor, in a hall that goes dark while somebody is in; the lock is played by hand.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Stream } from "../../simulator/random.ts";
import { applyTool, type Tool } from "../../simulator/sensor/lens.ts";
import { Settings } from "../settings.ts";
import { Board, DARK, DAY, knocked, LAMP, SEED } from "./board.ts";
import { ALL_RIGHTS, Onlooker } from "./onlooker.ts";

/** A visit by day in which the light goes out, and three seconds later something comes before the lens. */
function darkened(board: Board, tool: Tool | undefined): Board {
  knocked(board).visit();
  assert.ok(board.isProof);
  board.run(4_000);
  const dusk = { ...DARK, lightPermille: 110, noiseTenths: 30 };
  board.shot = () => (board.isLit ? LAMP : dusk);
  board.run(3_000);
  assert.equal([board.verdict, board.alarm], ["lights-off", undefined]);
  const applied = tool === undefined ? undefined : applyTool(new Stream(SEED, "tool"), tool);
  board.shot = () => ({ ...(board.isLit ? LAMP : DARK), applied, isInfrared: board.isFilterAway });
  board.run(20_000);
  assert.ok(board.isFilterAway);
  return board;
}

for (const tool of [undefined, "paper", "spray"] as const) {
  test(`by a lamp for which no view was approved ${tool ?? "a free lens"} is an alarm, after what was proven by day`, () => {
    const board = darkened(new Board({ approved: [DAY] }), tool);
    assert.equal([board.verdict, board.alarm, board.isProof], ["unproven", "unproven", false]);
  });
}

test("by a lamp for which one was, the free lens goes on proving the hall, and what is before it does not", () => {
  const free = darkened(new Board(), undefined);
  assert.equal([free.verdict, free.alarm, free.isProof], ["ok", undefined, true]);
  const covered = darkened(new Board(), "paper");
  assert.equal([covered.alarm !== undefined, covered.isProof], [true, false]);
});

test("a camera that knows no view of this light is no alarm for whoever has only knocked", () => {
  const board = new Board({ approved: [DAY] });
  board.shot = () => (board.isLit ? LAMP : DARK);
  knocked(board, 20_000);
  assert.equal([board.verdict, board.alarm, board.isProof], ["unproven", undefined, false]);
});

test("a view that is approved while the lamp is switched counts for the light in which it was taken", () => {
  const board = new Board();
  board.shot = () => (board.isLit ? LAMP : DARK);
  board.ask({ mode: "always" });
  board.run(10_000);
  assert.ok(board.isFilterAway);
  const owner = new Onlooker(board, 1, { rights: ALL_RIGHTS }).come();
  const [day, lamp] = new Settings(board.constants).scenes;
  // Day comes: it is called one by a frame without the lamp, and what was judged last is a picture of the night.
  board.shot = () => (board.isFilterAway ? { ...DAY, isInfrared: true } : DAY);
  for (let frame = 0; frame < 100 && board.isFilterAway; frame++) board.run(250);
  assert.not.ok(board.isFilterAway);
  assert.is(owner.ask({ kind: "approve" })?.kind, "yes");
  const [dayLater, lampLater] = new Settings(board.constants).scenes;
  assert.equal(dayLater, day);
  assert.not.equal(lampLater, lamp);
});

test.run();
