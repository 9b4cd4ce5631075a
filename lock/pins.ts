// Which pin of which board a lock is wired to.
// Why: wiring is a fact of the board, not of the firmware's logic; docs/hardware.md draws the same numbers, and a test holds both to
// each other and to what the chip does with a pin while it starts.
// Follows the data sheets of the ESP32, ESP32-C3 and ESP32-S3 (strapping pins, IO_MUX, power-up glitches), as docs/hardware.md says.

/** Boards that a lock may be built on: the SDK's names of its targets. */
export type LockTarget = "nodemcu" | "esp32c3" | "esp32s3";

/** A lock is built as one of these three; the pins of the others are not connected. */
export type LockDrive = "motor" | "servo" | "strike";

/** A UART and its two pins. */
export interface SerialPins {
  /** The chip's number of the UART. */
  readonly port: 0 | 1;
  readonly receive: number;
  readonly transmit: number;
}

/** An H-bridge. Its two inputs also start the one-shot in its supply. */
export interface MotorPins {
  readonly retract: number;
  readonly throw: number;
  /** High wakes the bridge. Undefined where there is no pin to spare: then the one-shot wakes it. */
  readonly wake: number | undefined;
  /** The motor's current as a voltage; ADC1. */
  readonly current: number;
}

/** A servo on the thumbturn: its signal, and the switch of its supply, which also starts the one-shot. */
export interface ServoPins {
  readonly signal: number;
  readonly supply: number;
}

/** An electric strike. Its keeper's contact, where it has one, is the lock's `boltThrown`. */
export interface StrikePins {
  readonly coil: number;
}

/** All pins of a lock. A contact closes to ground, and is read with the pin's own pull-up. */
export interface LockPins {
  readonly motor: MotorPins;
  readonly servo: ServoPins;
  readonly strike: StrikePins;
  /** Closed while the bolt is in its keeper. */
  readonly boltThrown: number;
  /** Closed while the bolt is all the way back. */
  readonly boltRetracted: number;
  /** Closed while the leaf is shut. */
  readonly door: number;
  /** Closed while it is pressed. */
  readonly button: number;
  /** Closed while the cover is off: the cover holds it open. */
  readonly cover: number;
  /** Closed while the keypad's cable is whole. Undefined where there is no pin to spare: then its silence tells, after 150 s. */
  readonly cableLoop: number | undefined;
  readonly keypad: SerialPins;
  readonly terminal: SerialPins;
  /** Lit while the pin is low. */
  readonly light: number;
  /** A passive piezo: it sounds by PWM, and any constant level is silence. */
  readonly piezo: number;
  /** A third of what the board is supplied with; ADC1. */
  readonly battery: number;
}

function frozen(pins: LockPins): LockPins {
  for (const part of [pins.motor, pins.servo, pins.strike, pins.keypad, pins.terminal]) Object.freeze(part);
  return Object.freeze(pins);
}

/** The wiring of each board. */
export const LOCK_PINS: Readonly<Record<LockTarget, LockPins>> = Object.freeze({
  /** ESP32-DevKitC V4 with an ESP32-WROOM-32E. */
  nodemcu: frozen({
    motor: { retract: 25, throw: 26, wake: 27, current: 34 },
    servo: { signal: 25, supply: 27 },
    strike: { coil: 27 },
    boltThrown: 32,
    boltRetracted: 33,
    door: 18,
    button: 19,
    cover: 21,
    cableLoop: 22,
    keypad: { port: 1, receive: 16, transmit: 17 },
    terminal: { port: 0, receive: 3, transmit: 1 },
    light: 23,
    piezo: 4,
    battery: 35,
  }),
  /** ESP32-C3-DevKitM-1, or a small board that brings out GPIO0 to 10 and 18 to 21. */
  esp32c3: frozen({
    motor: { retract: 4, throw: 5, wake: undefined, current: 0 },
    servo: { signal: 4, supply: 5 },
    strike: { coil: 5 },
    boltThrown: 6,
    boltRetracted: 7,
    door: 10,
    button: 3,
    cover: 8,
    cableLoop: undefined,
    keypad: { port: 1, receive: 18, transmit: 19 },
    terminal: { port: 0, receive: 20, transmit: 21 },
    light: 9,
    piezo: 2,
    battery: 1,
  }),
  /** ESP32-S3-DevKitC-1 with 8 MB of flash. */
  esp32s3: frozen({
    motor: { retract: 4, throw: 5, wake: 6, current: 1 },
    servo: { signal: 4, supply: 6 },
    strike: { coil: 6 },
    boltThrown: 7,
    boltRetracted: 8,
    door: 9,
    button: 10,
    cover: 11,
    cableLoop: 12,
    keypad: { port: 1, receive: 17, transmit: 18 },
    terminal: { port: 0, receive: 44, transmit: 43 },
    light: 13,
    piezo: 14,
    battery: 2,
  }),
});
