// Goal: a board whose chip refuses to sleep stays awake.
// Method: the played chip of simulator/chip, which refuses one thing; it is asked once in a process, so this is a file of its own.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { sleeper } from "../sleep.ts";

declare function native(name: string): (...values: unknown[]) => unknown;

const FAILS_CONFIGURE = 2;

test("power management that is refused is told, and the chip does not sleep whatever is said", () => {
  (native("xs_chip_fail") as (bits: number) => void)(FAILS_CONFIGURE);
  assert.is(
    sleeper.start(false, () => {}),
    false,
  );
  sleeper.allow(true);
  assert.is(native("xs_chip_sleeps")(), false);
});

test.run();
