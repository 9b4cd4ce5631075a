// Goal: the cable does to bytes what the weather says, keeps their order, and never invents a frame.
// Method: some hundred frames in each weather, then noise, a cut in the middle, and a hand that puts frames on it.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Bytes } from "../../firmware/bytes.ts";
import { millis, seconds } from "../../firmware/platform.ts";
import { Line, type LineWeather, QUIET_LINE, ROUGH_LINE } from "../line.ts";
import { Stream } from "../random.ts";
import { World } from "../world.ts";

const SEED = 23;
const FRAMES = 400;

interface Bench {
  readonly world: World;
  readonly line: Line;
  readonly inside: Bytes[];
  readonly outside: Bytes[];
}

function createBench(weather: LineWeather = QUIET_LINE, seed = SEED): Bench {
  const world = new World(crypto, { seed, start: seconds(0) });
  const line = new Line(world, weather);
  const inside: Bytes[] = [];
  const outside: Bytes[] = [];
  line.plug("inside", { received: (frame) => inside.push(frame) });
  line.plug("outside", { received: (frame) => outside.push(frame) });
  return { world, line, inside, outside };
}

/** A frame with its number, and zeros and long runs in it. */
function numbered(count: number): Bytes {
  const frame = new Uint8Array(20 + (count % 300)).fill(count % 3);
  frame[0] = count >> 8;
  frame[1] = count;
  return frame;
}

function pass({ world }: Bench, duration: number): void {
  world.advance(millis(world.now + duration));
}

function sendAll(bench: Bench): void {
  for (let count = 0; count < FRAMES; count++) {
    bench.line.outside.send(numbered(count));
    pass(bench, 10);
  }
  pass(bench, 10_000);
}

test("a quiet line carries every frame both ways, whole and in order", () => {
  const bench = createBench();
  sendAll(bench);
  assert.is(bench.inside.length, FRAMES);
  for (const [count, frame] of bench.inside.entries()) assert.equal(frame, numbered(count));
  bench.line.inside.send(numbered(7));
  pass(bench, 100);
  assert.equal(bench.outside, [numbered(7)]);
});

test("a rough line spoils frames, about as often as it says, and overtakes none", () => {
  const bench = createBench(ROUGH_LINE);
  sendAll(bench);
  const { sent, spoilt } = bench.line.counts;
  assert.is(sent, FRAMES);
  assert.ok(spoilt > 45 && spoilt < 115, `${spoilt}, seed ${SEED}`);
  // What was spoilt may still come to be a frame: every frame proves itself later.
  const whole = bench.inside.filter((frame) => {
    const count = frame[0] * 256 + frame[1];
    return count < FRAMES && frame.join() === numbered(count).join();
  });
  assert.ok(whole.length >= FRAMES - spoilt, `${whole.length}`);
  const numbers = whole.map((frame) => frame[0] * 256 + frame[1]);
  assert.ok(numbers.every((number, index) => index === 0 || number > numbers[index - 1]));
});

test("noise on an idle line costs no frame", () => {
  const bench = createBench();
  const noise = new Stream(SEED, "noise");
  for (let count = 0; count < 200; count++) {
    const bytes = new Uint8Array(noise.between(1, 40));
    noise.fill(bytes);
    bench.line.disturb("inside", bytes);
    bench.line.outside.send(numbered(count));
    pass(bench, 50);
  }
  const whole = new Set(bench.inside.map((frame) => frame.join()));
  for (let count = 0; count < 200; count++) assert.ok(whole.has(numbered(count).join()), `${count}`);
});

test("a cut cable carries nothing, loses what was under way, and works again when it is mended", () => {
  const bench = createBench();
  bench.line.outside.send(numbered(1));
  bench.line.cut(true);
  bench.line.outside.send(numbered(2));
  bench.line.inject("inside", numbered(3));
  pass(bench, 1_000);
  assert.ok(bench.line.isCut);
  assert.equal(bench.inside, []);
  bench.line.cut(false);
  pass(bench, 1_000);
  bench.line.outside.send(numbered(4));
  pass(bench, 1_000);
  assert.equal(bench.inside, [numbered(4)]);
});

test("a board that is off hears nothing, and forgets half a frame", () => {
  const bench = createBench();
  bench.line.disturb("inside", Uint8Array.of(0, 40, 1, 2, 3));
  pass(bench, 100);
  bench.line.unplug("inside");
  bench.line.outside.send(numbered(1));
  pass(bench, 100);
  bench.line.plug("inside", { received: (frame) => bench.inside.push(frame) });
  bench.line.outside.send(numbered(2));
  pass(bench, 100);
  assert.equal(bench.inside, [numbered(2)]);
});

test("who listens hears each frame as it was sent, and what he puts in arrives", () => {
  const bench = createBench(ROUGH_LINE);
  const heard: string[] = [];
  bench.line.overhear((to, frame) => heard.push(`${to} ${frame.length}`));
  bench.line.outside.send(numbered(1));
  bench.line.inside.send(numbered(2));
  assert.equal(heard, ["inside 21", "outside 22"]);
  pass(bench, 1_000);
  bench.line.inject("outside", numbered(9));
  pass(bench, 1_000);
  assert.equal(bench.outside.at(-1), numbered(9));
  assert.is(bench.line.counts.injected, 1);
});

test("does the same from the same seed, and otherwise from another", () => {
  const [first, second, other] = [SEED, SEED, SEED + 1].map((seed) => {
    const bench = createBench(ROUGH_LINE, seed);
    sendAll(bench);
    return bench.inside.map((frame) => frame.join(" ")).join();
  });
  assert.is(first, second);
  assert.is.not(first, other);
});

test.run();
