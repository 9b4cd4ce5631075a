// The energy rule: the lock opens for a guest only if it can also lock again.
// Why: a door that opened and cannot be thrown shut is worse than one that stayed shut (docs/attacks.md, B 21). Owners and the
// inside are never held back: whoever is responsible for the house may spend the last charge.
// No other standard has this rule; Matter's InsufficientBattery error looks at the opening alone.

import type { Battery } from "../firmware/platform.ts";

/** Four alkaline cells under load: below this a motor that stalls once may not be driven twice. */
export const GUEST_MILLIVOLTS_MIN = 4_400;

/** Whether the charge is enough to retract the bolt and throw it again, with one retry. Mains (0 mV) always is. */
export function hasChargeToRelock(battery: Battery): boolean {
  const { millivolts } = battery;
  return millivolts === 0 || millivolts >= GUEST_MILLIVOLTS_MIN;
}
