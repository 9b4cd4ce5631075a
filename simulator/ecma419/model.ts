// What differs between the chips that a board may have: which pins there are, what they can do, and what they do at a reset.
// Why: a pin choice that works on one chip floats, is taken by the flash or is pulled high at the start of another.
// Follows Espressif's data sheets (strapping pins, pins of the flash) and the SDK 8.2.3 (pins of the converter, channels of pulses).

/** What a resistor does to a pin that nobody drives. */
export type Pull = "up" | "down";

/** One chip. */
export interface ChipModel {
  /** Those that a board may use: the flash's own are left out, though the SDK would open them. */
  readonly pins: readonly number[];
  /** Those of them that cannot be outputs. */
  readonly inputOnly: readonly number[];
  /** Those of them that the converter can measure. */
  readonly analog: readonly number[];
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
  straps: new Map<number, Pull>([[9, "up"]]),
  channels: 6,
  hertzMin: [71, 36, 18, 9, 5, 3, 2],
});

export const ESP32_S3: ChipModel = Object.freeze({
  pins: [...range(0, 21), ...range(33, 48)],
  inputOnly: [],
  analog: range(1, 20),
  straps: new Map<number, Pull>([
    [0, "up"],
    [45, "down"],
    [46, "down"],
  ]),
  channels: 8,
  hertzMin: [68, 34, 17, 9, 5, 3, 2],
});
