// When a driver, or a keypad at its keys, looks by itself at what the chip should have told.
// Why: where XS's queue of messages is full (manifest.json gives it 64), the SDK's interrupts lose theirs and take it for sent; such a
// pin or port says nothing any more. All look at the same moments, so that a board at rest wakes twice a second for all of them together; one
// that sleeps does so every five seconds (docs/hardware.md, "Energy").
// Follows modules/io/digital/esp32 and modules/io/serial/esp32 of the SDK 8.2.3.

import { type Millis, millis } from "../platform.ts";

/** How late a change is found of which nothing was told, in milliseconds: on a board that stays awake, and on one that sleeps. */
export const POLL_MILLIS = 500;
export const RESTING_POLL_MILLIS = 5_000;

/** Gives the next moment at which all look. @returns uptime, 1 to `pollMillis` after `now` */
export function pollAfter(now: Millis, pollMillis = POLL_MILLIS): Millis {
  return millis(now - (now % pollMillis) + pollMillis);
}
