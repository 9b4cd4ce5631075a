// Which pin of which board a keypad is wired to.
// Why: wiring is a fact of the board; docs/hardware.md draws the same numbers, and a test holds both to each other and to what the
// chip does with a pin while it starts. Nothing outside the door moves anything: no pin here is an actuator.
// Follows the data sheets of the ESP32, ESP32-C3 and ESP32-S3, as docs/hardware.md says.

/** Boards that a keypad may be built on: the SDK's names of its targets. */
export type KeypadTarget = "nodemcu" | "esp32c3" | "esp32s3";

/** All pins of a keypad. */
export interface KeypadPins {
  /** From the top: each is driven low in turn and floats otherwise. */
  readonly rows: readonly [number, number, number, number];
  /** From the left: read with the pin's own pull-up. */
  readonly columns: readonly [number, number, number];
  /** Three lights with a common anode: each is lit while its pin is low. */
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  /** A passive piezo. Undefined where there is no pin to spare: such a keypad speaks by its light alone. */
  readonly piezo: number | undefined;
  /** Closed to ground while the case is open: the case holds it open. */
  readonly tamper: number;
  /** The UART of the cable to the lock. */
  readonly lock: { readonly port: 1; readonly receive: number; readonly transmit: number };
  /** The UART that it is flashed by. */
  readonly terminal: { readonly port: 0; readonly receive: number; readonly transmit: number };
  /** A third of its own battery; ADC1. Undefined where it lives on the lock's supply, through the cable. */
  readonly battery: number | undefined;
}

function frozen(pins: KeypadPins): KeypadPins {
  for (const part of [pins.rows, pins.columns, pins.lock, pins.terminal]) Object.freeze(part);
  return Object.freeze(pins);
}

/** The wiring of each board. */
export const KEYPAD_PINS: Readonly<Record<KeypadTarget, KeypadPins>> = Object.freeze({
  /** ESP32-DevKitC V4 with an ESP32-WROOM-32E. */
  nodemcu: frozen({
    rows: [25, 26, 27, 33],
    columns: [18, 19, 21],
    red: 22,
    green: 23,
    blue: 13,
    piezo: 4,
    tamper: 32,
    lock: { port: 1, receive: 16, transmit: 17 },
    terminal: { port: 0, receive: 3, transmit: 1 },
    battery: 34,
  }),
  /** ESP32-C3-DevKitM-1, or a small board that brings out GPIO0 to 10 and 18 to 21. */
  esp32c3: frozen({
    rows: [4, 5, 6, 7],
    columns: [0, 1, 3],
    red: 2,
    green: 8,
    blue: 9,
    piezo: undefined,
    tamper: 10,
    lock: { port: 1, receive: 18, transmit: 19 },
    terminal: { port: 0, receive: 20, transmit: 21 },
    battery: undefined,
  }),
  /** ESP32-S3-DevKitC-1. */
  esp32s3: frozen({
    rows: [4, 5, 6, 7],
    columns: [8, 9, 10],
    red: 11,
    green: 12,
    blue: 13,
    piezo: 14,
    tamper: 21,
    lock: { port: 1, receive: 17, transmit: 18 },
    terminal: { port: 0, receive: 44, transmit: 43 },
    battery: 1,
  }),
});
