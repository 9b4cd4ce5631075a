// Goal: what was typed opens while whoever typed it still waits, and not when somebody on the cable pleases.
// Why: an entry is a wish of this moment. Whoever can hold it back until its typist was told that nobody answered, and has gone,
// would open the door with it later (docs/attacks.md T02, T16).
// Method: a keypad and a lock on a cable that carries nothing on, frames kept from it, and time moved by hand.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Bytes } from "../../firmware/bytes.ts";
import { ANSWER_MILLIS_MAX } from "../../firmware/link/command.ts";
import { FRAME_COMMANDS } from "../../firmware/link/frame.ts";
import { Bench } from "./cable.ts";
import { House, ONCE_24 } from "./house.ts";

const CODE = "4829150617";
const SERVED = `serve entry ${CODE}`;
const ENTRY_FRAME_BYTES = 62;

/** A bench whose lock was heard at its beginning, and what is sent to the lock from then on, which does not arrive. */
function heldBack(): { readonly bench: Bench; readonly held: readonly Bytes[] } {
  const bench = new Bench().start();
  const held: Bytes[] = [];
  bench.line.cut(true);
  bench.line.overhear((to, frame) => {
    if (to === "inside" && frame[0] === FRAME_COMMANDS) held.push(frame);
  });
  return { bench, held };
}

/** What the lock answered to the frames that it was handed, by its size and no more. */
function answers(bench: Bench): number {
  return bench.heard.filter(({ to, frame }) => to === "outside" && frame[0] === FRAME_COMMANDS).length;
}

test("an entry that was held back until its typist was told that nobody answered is not served minutes later", () => {
  const { bench, held } = heldBack();
  bench.enter(CODE);
  bench.pass(15_100);
  assert.is(bench.keypad.log.at(-1), "unanswered entry");
  bench.pass(130_000);
  assert.not(bench.lock.log.includes("lost"), "the session stands");
  for (const frame of held) bench.lock.hand(frame);
  assert.is(bench.count(SERVED), 0);
});

test("nor where the keypad's reports go on before it", () => {
  const { bench, held } = heldBack();
  bench.keypad.report();
  bench.pass(3_500);
  bench.keypad.core?.cancel();
  bench.enter(CODE);
  const [entry] = held.slice(-1);
  bench.pass(15_100);
  for (const report of held.slice(0, -1)) {
    bench.pass(130_000);
    bench.lock.hand(report);
  }
  bench.pass(130_000);
  if (entry !== undefined) bench.lock.hand(entry);
  assert.not(bench.lock.log.includes("lost"));
  assert.is(bench.count(SERVED), 0);
});

for (const [late, served] of [
  [0, 1],
  [1, 0],
]) {
  test(`an entry that comes ${ANSWER_MILLIS_MAX + late} ms after the frame that it names is ${served ? "" : "not "}served`, () => {
    const bench = new Bench().start();
    let heardAt = 0;
    bench.line.overhear((to) => {
      if (to === "outside") heardAt = bench.world.now;
    });
    bench.keypad.report();
    bench.pass(100);
    const held: Bytes[] = [];
    bench.line.cut(true);
    bench.line.overhear((to, frame) => {
      if (to === "inside") held.push(frame);
    });
    bench.enter(CODE);
    bench.pass(heardAt + ANSWER_MILLIS_MAX + late - bench.world.now);
    const before = answers(bench);
    bench.lock.hand(held[0]);
    assert.is(bench.count(SERVED), served);
    assert.is(answers(bench), before + 1, "either is answered");
  });
}

test("an entry that names a frame before the newest is not served, and one that was answered early is when it comes again", () => {
  const bench = new Bench().start();
  let lost = 1;
  bench.line.overhear((to) => {
    if (to === "outside" && lost-- > 0) {
      bench.world.after(0, () => {
        bench.line.cut(true);
        bench.line.cut(false);
      });
    }
  });
  bench.lock.show({ isThrown: false });
  bench.pass(10);
  const before = answers(bench);
  bench.enter(CODE);
  bench.pass(100);
  assert.is(bench.count(SERVED), 1);
  assert.is(answers(bench), before + 2, "early, and then the answer");
  assert.equal(bench.keypad.log.slice(2), ["view", "reply entry yes"]);
});

test("whoever enters a code at a keypad that was still for long does not wait a second for it", () => {
  const bench = new Bench().start();
  bench.pass(59_000);
  bench.enter(CODE);
  bench.pass(100);
  assert.is(bench.count(SERVED), 1);
  assert.is(bench.keypad.log.at(-1), "reply entry yes");
});

test("nothing but an entry has an age: a lock, a bell and a report that were held back are served", () => {
  for (const asked of [{ kind: "lock" }, { kind: "bell" }] as const) {
    const { bench, held } = heldBack();
    bench.keypad.ask(asked);
    bench.pass(100_000);
    bench.lock.hand(held[0]);
    assert.is(bench.count(`serve ${asked.kind}`), 1);
  }
  const { bench, held } = heldBack();
  bench.keypad.report();
  bench.pass(100_000);
  bench.lock.hand(held[0]);
  assert.is(bench.count("serve report"), 2);
});

test("a code that is good once, and was held back until nobody answered, opens nothing, costs nothing and stays good", () => {
  const house = new House();
  const { desk, typist } = house;
  const code = house.code(ONCE_24);
  desk.passTime(6);
  const held: Bytes[] = [];
  const { carry } = typist;
  typist.carry = (frame) => void held.push(frame.slice());
  assert.is(typist.typeAtOnce(code), "no answer");
  const entries = held.filter((frame) => frame.length === ENTRY_FRAME_BYTES);
  assert.ok(entries.length > 0);
  desk.passTime(100);
  const written = desk.flash.words;
  for (const entry of entries) carry(entry);
  desk.passMillis(1_000);
  assert.is(desk.flash.words, written, "nothing is written");
  assert.not(desk.openDoor());
  typist.carry = carry;
  typist.connect();
  assert.is(typist.typeAtOnce(code), "yes", "nor has it used up the pace");
});

test.run();
