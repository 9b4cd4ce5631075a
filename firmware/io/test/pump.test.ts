// Holds the loop of a board to its order: one event at a time, each with its time, ticks when they are due, one timer.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Millis, millis } from "../../platform.ts";
import { Pump, type Timed, WAITING_MAX } from "../pump.ts";

/** A clock that is moved by hand, and the one timer that waits for it. */
class Clock {
  now = 0;
  timers: { at: number; callback: () => void }[] = [];
  readonly uptime = (): Millis => millis(Math.floor(this.now));
  readonly timer = {
    set: (callback: () => void, delay: number) => {
      assert.ok(Number.isInteger(delay) && delay >= 0 && delay < 2 ** 31);
      const timer = { at: this.now + delay, callback };
      this.timers.push(timer);
      return timer;
    },
    clear: (timer: unknown) => {
      this.timers = this.timers.filter((other) => other !== timer);
    },
  };

  passTo(time: number): void {
    for (;;) {
      const due = this.timers.find(({ at }) => at <= time);
      if (due === undefined) break;
      this.now = Math.max(this.now, due.at);
      this.timers = this.timers.filter((other) => other !== due);
      due.callback();
    }
    this.now = time;
  }
}

/** Somebody who is due every so many milliseconds. */
class Beat implements Timed {
  readonly ticks: number[] = [];
  nextTick: Millis | undefined;
  readonly #every: number;

  constructor(first: number | undefined, every: number) {
    this.nextTick = first === undefined ? undefined : millis(first);
    this.#every = every;
  }

  tick(now: Millis): void {
    this.ticks.push(now);
    this.nextTick = millis(now + this.#every);
  }
}

test("ticks are called when they are due, not before, over one timer", () => {
  const clock = new Clock();
  const pump = new Pump(clock);
  const [slow, fast, idle] = [new Beat(100, 100), new Beat(30, 30), new Beat(undefined, 1)];
  pump.add(slow, fast, idle);
  pump.call(() => {});
  assert.is(clock.timers.length, 1);
  clock.passTo(200);
  assert.equal(slow.ticks, [100, 200]);
  assert.equal(fast.ticks, [30, 60, 90, 120, 150, 180]);
  assert.equal(idle.ticks, []);
  assert.is(clock.timers.length, 1);
});

test("an event from within another is served after it, in order, before any tick", () => {
  const clock = new Clock();
  const pump = new Pump(clock);
  const order: string[] = [];
  const timed = { nextTick: millis(0) as Millis | undefined, tick: () => {} };
  timed.tick = () => {
    order.push("tick");
    timed.nextTick = undefined;
    pump.call(() => order.push("from a tick"));
  };
  pump.add(timed);
  pump.call(() => {
    order.push("first begins");
    pump.call(() => order.push("second"));
    pump.call(() => order.push("third"));
    order.push("first ends");
  });
  assert.equal(order, ["first begins", "first ends", "second", "third", "tick", "from a tick"]);
});

test("whoever is due again and again does not hold up the loop, and is called at its next turn", () => {
  const clock = new Clock();
  const pump = new Pump(clock);
  const always = new Beat(0, 0);
  pump.add(always);
  pump.call(() => {});
  const once = always.ticks.length;
  assert.ok(once > 0 && once <= 8);
  assert.is(clock.timers[0].at, 0);
  always.nextTick = undefined;
  clock.passTo(1);
  assert.is(always.ticks.length, once);
});

test("with nothing due it looks again within an hour, and never sets a timer that is too long", () => {
  const clock = new Clock();
  const pump = new Pump(clock);
  pump.add(new Beat(2 ** 40, 1));
  pump.call(() => {});
  assert.is(clock.timers[0].at, 3_600_000);
});

test("more events than can come of one are a mistake, and stop the board", () => {
  const pump = new Pump(new Clock());
  assert.throws(() => {
    pump.call(() => {
      for (let count = 0; count <= WAITING_MAX; count++) pump.call(() => {});
    });
  }, /pump/);
});

test.run();
