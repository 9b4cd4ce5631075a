// The contacts of a board at its start: they are looked at once they have settled.
// Why: an open contact reads as a closed one until the pin's own resistor has filled the capacitor that keeps static from the chip
// (docs/hardware.md), and an alarm at each return of power would be the program's.

import type { Millis } from "../platform.ts";
import type { TimerModule } from "./ecma419.ts";
import type { ContactInput } from "./input.ts";
import type { Pump } from "./pump.ts";

/** How long that takes, and some. */
const SETTLE_MILLIS = 60;

/** Ticks contacts, which were just opened, from when they have settled on: what they were before would be debounced.
 *  @param settled called then, as an event: each contact's level is what is so */
export function whenSettled(
  { timer, pump }: { readonly timer: TimerModule; readonly pump: Pump },
  contacts: readonly ContactInput[],
  settled: (now: Millis) => void,
): void {
  const look = (now: Millis) => {
    for (const contact of contacts) contact.tick(now);
    pump.add(...contacts);
    settled(now);
  };
  timer.set(() => pump.call(look), SETTLE_MILLIS);
}
