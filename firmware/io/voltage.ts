// One measurement of a voltage: the converter is opened, read a few times and closed.
// Why: while it is open on an ESP32, the hardware's random number generator cannot draw on it; and one reading alone jumps by
// tens of millivolts.
// Follows Ecma-419 §9.3; the scale is that of the SDK 8.2.3 on an ESP32, calibrated, at 12 dB.

import type { AnalogClass } from "./ecma419.ts";

/** What the greatest reading stands for. */
const FULL_MILLIVOLTS = 2_450;
const READINGS = 4;

/** The pin of a voltage. */
export interface VoltageOptions {
  readonly io: AnalogClass;
  readonly pin: number;
}

/** Measures the voltage at a pin.
 *  @returns millivolts, 0..2,450, the mean of a few readings; undefined where none succeeded
 *  @throws Error of the SDK where the pin is taken, or cannot be measured */
export function measure({ io, pin }: VoltageOptions): number | undefined {
  const analog = new io({ pin });
  try {
    const greatest = 2 ** analog.resolution - 1;
    let sum = 0;
    let count = 0;
    for (let reading = 0; reading < READINGS; reading++) {
      const value = analog.read();
      if (value === undefined) continue;
      sum += value;
      count += 1;
    }
    return count === 0 ? undefined : Math.round((sum * FULL_MILLIVOLTS) / (count * greatest));
  } finally {
    analog.close();
  }
}
