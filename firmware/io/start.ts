// A board's start, and what becomes of one that cannot run.
// Why: a board whose keys, memory or pins fail must serve nobody, and say so; one that restarts at once does so for ever, and says nothing.
// An SDK's class that is refused a pin throws no Fault, so whatever is thrown counts.

import { millis } from "../platform.ts";
import type { Chip } from "./board.ts";
import type { TimerModule } from "./ecma419.ts";
import { Once } from "./once.ts";
import { Pump } from "./pump.ts";

/** How long a board that cannot run says so before it tries again. */
export const STUCK_MILLIS = 60_000;

/** An image is well when it has run for so long. */
const WELL_MILLIS = 30_000;

/** Gives what calls the image well in time, so that the chip starts it again. */
export function confirmation(chip: Chip): Once {
  return new Once(() => chip.confirm(), millis(chip.uptime + WELL_MILLIS));
}

/** A start that is under way. */
export interface Starting {
  readonly pump: Pump;
  /** Set by the start as soon as there is something that can say it: shows that the board cannot run, on a pump of its own. */
  stuck: (pump: Pump) => void;
}

/** Starts a board. From here on the SDK's event loop runs it, or, where `start` threw, only what says so; then it starts anew after a minute.
 *  No pin changes by that but those of the light and the sounder.
 *  @param start makes what drives something first, then what can say that the rest failed, then the rest */
export function startBoard(
  { timer, chip }: { readonly timer: TimerModule; readonly chip: Chip },
  start: (starting: Starting) => void,
): void {
  const parts = { timer, uptime: () => chip.uptime };
  const starting: Starting = { pump: new Pump(parts), stuck: () => {} };
  try {
    start(starting);
  } catch {
    starting.pump.stop();
    const rest = new Pump(parts);
    // What the start has made is held until then: an SDK's pin that nothing holds any more is collected, and let go.
    const restart = () => {
      starting.stuck = () => {};
      chip.restart();
    };
    rest.add(new Once(restart, millis(chip.uptime + STUCK_MILLIS)));
    try {
      starting.stuck(rest);
    } catch {
      // Nothing is left to say it with.
    }
    rest.call(() => {});
  }
}
