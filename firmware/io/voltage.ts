// One measurement of a voltage: the converter is opened, read a few times and closed.
// Why: while it is open on an ESP32, the hardware's random number generator cannot draw on it; and one reading alone jumps by
// tens of millivolts.
// Follows Ecma-419 §9.3; the scales are those of the SDK 8.2.3 on an ESP32, calibrated.

import type { AnalogClass } from "./ecma419.ts";

const READINGS = 4;

/** By how many decibels the converter weakens what it measures, and what its greatest reading then stands for. */
export interface Span {
  readonly attenuation: 0 | 12;
  readonly fullMillivolts: number;
}

/** As far as it goes. The first ESP32's reads up to 150 mV of nothing at all. */
export const WIDE: Span = Object.freeze({ attenuation: 12, fullMillivolts: 2_450 });
/** For what is small: the first ESP32's reads at most 100 mV of nothing. */
export const NARROW: Span = Object.freeze({ attenuation: 0, fullMillivolts: 950 });

/** The pin of a voltage. */
export interface VoltageOptions {
  readonly io: AnalogClass;
  readonly pin: number;
}

/** Measures the voltage at a pin.
 *  @returns millivolts, 0..2,450 or 0..950, the mean of a few readings; undefined where none succeeded
 *  @throws Error of the SDK where the pin is taken, or cannot be measured */
export function measure({ io, pin }: VoltageOptions, { attenuation, fullMillivolts }: Span = WIDE): number | undefined {
  const analog = new io({ pin, esp32: { attenuation } });
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
    return count === 0 ? undefined : Math.round((sum * fullMillivolts) / (count * greatest));
  } finally {
    analog.close();
  }
}
