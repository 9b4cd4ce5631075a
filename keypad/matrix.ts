// Twelve keys as a matrix of four rows and three columns, without diodes.
// Why: it is what a membrane keypad is. Current finds its way backwards through a pressed key, so three keys at the corners
// of a rectangle look like four; such a reading says nothing.

import { COLUMNS, countKeys, type Keys, ROWS } from "./keys.ts";

/** The seven wires of a matrix. */
export interface MatrixPins {
  /** Drives one row (0..3) and lets the others float; undefined lets all float. */
  driveRow(row: number | undefined): void;
  /** Reads the columns: a bit for each that the driven row reaches through a pressed key, the left one is bit 0. */
  readColumns(): number;
}

/** A matrix of keys. */
export class Matrix implements Keys {
  readonly #pins: MatrixPins;

  constructor(pins: MatrixPins) {
    this.#pins = pins;
    pins.driveRow(undefined);
  }

  scan(): number | undefined {
    const rows: number[] = [];
    let reading = 0;
    for (let row = 0; row < ROWS; row++) {
      this.#pins.driveRow(row);
      const columns = this.#pins.readColumns() & ((1 << COLUMNS) - 1);
      rows.push(columns);
      reading |= columns << (row * COLUMNS);
    }
    this.#pins.driveRow(undefined);
    return hasRectangle(rows) ? undefined : reading;
  }
}

/** Whether two rows have two columns in common: one of those four keys may be none. */
function hasRectangle(rows: readonly number[]): boolean {
  return rows.some((upper, at) => rows.slice(at + 1).some((lower) => countKeys(upper & lower) >= 2));
}
