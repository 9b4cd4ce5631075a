// What the chips do with their pins: which choose how it starts, which pulse or are high meanwhile, which only read, which measure.
// Why: a pin that is fine in a running program may move a motor while the chip starts; the wiring of every board is held to this.
// Follows the GPIO chapters of the ESP-IDF Programming Guide v6.0 (strapping pins, ADC channels, JTAG, USB, flash); what is loud at a start
// belongs to the chips' data sheets, which were not at hand: pins in doubt are in the list, and an oscilloscope has the last word.

/** The facts of one chip, pins by number. */
export interface ChipPins {
  /** What the chip, or the module on the board, has to give away. */
  readonly free: readonly number[];
  /** Read by the chip at reset to choose how it starts. */
  readonly strapping: readonly number[];
  /** High, pulled high, or pulsing high while it starts: the console's output, the strapping pins with pull-ups, USB, JTAG. */
  readonly loud: readonly number[];
  readonly inputOnly: readonly number[];
  /** The converter that works beside Wi-Fi. */
  readonly adc1: readonly number[];
}

function span(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** ESP32-WROOM-32E: GPIO6 to 11 are the flash. */
const ESP32: ChipPins = {
  free: [...span(0, 5), ...span(12, 19), ...span(21, 23), ...span(25, 27), ...span(32, 36), 39],
  strapping: [0, 2, 5, 12, 15],
  // 1 is the ROM's output, 3 its input with a pull-up; 12 to 15 are JTAG.
  loud: [0, 1, 3, 5, ...span(12, 15)],
  inputOnly: span(34, 39),
  adc1: span(32, 39),
};

/** ESP32-C3: GPIO11 is the flash's supply, 12 to 17 are the flash. */
const ESP32_C3: ChipPins = {
  free: [...span(0, 10), ...span(18, 21)],
  strapping: [2, 8, 9],
  // 18 and 19 are USB, 20 and 21 the ROM's serial line; 9 has a pull-up.
  loud: [9, ...span(18, 21)],
  inputOnly: [],
  adc1: span(0, 4),
};

/** ESP32-S3: GPIO26 to 32 are the flash, 33 to 37 the octal PSRAM where there is one. */
const ESP32_S3: ChipPins = {
  free: [...span(0, 21), ...span(38, 48)],
  strapping: [0, 3, 45, 46],
  // 18 to 20 glitch high at power-up, 19 and 20 are USB; 39 to 42 are JTAG, 43 and 44 the ROM's serial line; 0 and 45 have pulls.
  loud: [0, ...span(18, 20), ...span(39, 46)],
  inputOnly: [],
  adc1: span(1, 10),
};

/** The chip of each of the SDK's targets that a board is built for. */
export const CHIPS: Readonly<Record<"nodemcu" | "esp32c3" | "esp32s3" | "xiao_esp32s3_sense", ChipPins>> =
  Object.freeze({
    nodemcu: ESP32,
    esp32c3: ESP32_C3,
    esp32s3: ESP32_S3,
    xiao_esp32s3_sense: ESP32_S3,
  });
