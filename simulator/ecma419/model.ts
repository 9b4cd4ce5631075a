// What differs between the chips that a board may have: which pins there are, what they can do, and what they do at a reset.
// Why: a pin choice that works on one chip floats, is taken by the flash or is pulled high at the start of another.
// Follows Espressif's data sheets (strapping pins, pins of the flash), the SDK 8.2.3 (pins of the converter, channels of pulses), and
// ESP-IDF v6.0 (adc_cali_line_fitting.c: what an ESP32's converter reads of 0 V).

/** What a resistor does to a pin that nobody drives. */
export type Pull = "up" | "down";

/** By how much a converter may weaken what it measures. */
export type Decibels = 0 | 2.5 | 6 | 12;

const NO_FLOORS: ChipModel["floors"] = Object.freeze({ 0: 0, 2.5: 0, 6: 0, 12: 0 });

/** One chip. */
export interface ChipModel {
  /** Those that a board may use: the flash's own are left out, though the SDK would open them. */
  readonly pins: readonly number[];
  /** Those of them that cannot be outputs. */
  readonly inputOnly: readonly number[];
  /** Those of them that the converter can measure. */
  readonly analog: readonly number[];
  /** What the converter reads of 0 V, in millivolts, by the decibels by which it weakens: each of the highest of the kind. */
  readonly floors: Readonly<Record<Decibels, number>>;
  /** The pulls that hold from power-on until a pin is opened: the strapping pins'. All other pins float. */
  readonly straps: ReadonlyMap<number, Pull>;
  /** Channels that can make pulses. */
  readonly channels: number;
  /** The lowest hertz for a resolution of 8, 9, ... 14 bits, as the SDK measured it. */
  readonly hertzMin: readonly number[];
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

export const ESP32: ChipModel = Object.freeze({
  pins: [...range(0, 5), ...range(12, 19), ...range(21, 23), ...range(25, 27), ...range(32, 39)],
  inputOnly: range(34, 39),
  analog: [36, 37, 38, 39, 32, 33, 34, 35, 4, 0, 2, 15, 13, 12, 14, 27, 25, 26],
  // Of a chip that was never calibrated, by the SDK; one that was reads some 10 to 25 less.
  floors: { 0: 100, 2.5: 100, 6: 150, 12: 150 },
  straps: new Map<number, Pull>([
    [0, "up"],
    [2, "down"],
    [5, "up"],
    [12, "down"],
    [15, "up"],
  ]),
  channels: 8,
  hertzMin: [65, 33, 17, 9, 5, 3, 2],
});

export const ESP32_C3: ChipModel = Object.freeze({
  pins: [...range(0, 10), ...range(18, 21)],
  inputOnly: [],
  analog: range(0, 4),
  floors: NO_FLOORS,
  straps: new Map<number, Pull>([[9, "up"]]),
  channels: 6,
  hertzMin: [71, 36, 18, 9, 5, 3, 2],
});

export const ESP32_S3: ChipModel = Object.freeze({
  pins: [...range(0, 21), ...range(33, 48)],
  inputOnly: [],
  analog: range(1, 20),
  floors: NO_FLOORS,
  straps: new Map<number, Pull>([
    [0, "up"],
    [45, "down"],
    [46, "down"],
  ]),
  channels: 8,
  hertzMin: [68, 34, 17, 9, 5, 3, 2],
});
