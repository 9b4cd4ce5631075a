// The board's loop, as a driver sees it.
// Why: the SDK's callbacks name no time and may come while an event is being served; through this they come one at a time, with it.
// Follows docs/design.md, "The world is handed in".

import type { Millis } from "../platform.ts";

/** Where the SDK's callbacks go in. */
export interface Loop {
  /** Serves an event with its time; one that comes from within another is served after it. */
  call(event: (now: Millis) => void): void;
  /** Milliseconds since the start. */
  uptime(): Millis;
  /** How often drivers look by themselves (poll.ts), each as it is when it is made; left out: as often as on a board that stays awake. */
  readonly pollMillis?: number;
}
