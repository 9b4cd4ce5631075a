// The seven wires of the keys on the chip's pins: rows that pull low one at a time, columns that are pulled up.
// Why: open drains, so that two keys in one column never join two rows that drive against each other; and with all rows low any key
// makes an edge, so that a keypad sleeps until a finger comes.
// Follows Ecma-419 §9.2; it is the MatrixPins of matrix.ts.

import { assert } from "../firmware/fault.ts";
import type { Digital, DigitalClass } from "../firmware/io/ecma419.ts";
import { COLUMNS, ROWS } from "./keys.ts";
import type { MatrixPins } from "./matrix.ts";

/** The wiring of the keys. */
export interface CopperOptions {
  readonly io: DigitalClass;
  /** Four pins, from above. */
  readonly rows: readonly number[];
  /** Three pins, from the left. */
  readonly columns: readonly number[];
  /** Called from the event loop while `listen` holds, when a key goes down that no scan has seen: a scan is due. */
  pressed(): void;
}

/** The wires of one matrix. All rows float from here on. */
export class Copper implements MatrixPins {
  readonly #rows: readonly Digital[];
  readonly #columns: readonly Digital[];
  readonly #pressed: () => void;
  #isListening = false;
  #isScanning = false;
  /** The columns in which the last scan saw a key. Those are looked at again in time (presses.ts), and their edges say nothing. */
  #seen = 0;

  /** @throws Error of the SDK where a pin is taken */
  constructor(options: CopperOptions) {
    const { io, rows, columns } = options;
    assert(rows.length === ROWS && columns.length === COLUMNS, "copper: four rows and three columns");
    this.#pressed = () => options.pressed();
    this.#rows = rows.map((pin) => new io({ pin, mode: io.OutputOpenDrain, initialValue: 1 }));
    const onReadable = () => this.#hear();
    this.#columns = columns.map((pin) => new io({ pin, mode: io.InputPullUp, edge: io.Falling, onReadable }));
  }

  driveRow(row: number | undefined): void {
    if (row !== undefined && !this.#isScanning) this.#seen = 0;
    this.#isScanning = row !== undefined;
    this.#isListening = false;
    // None pulls while another lets go: the former floats before the next pulls.
    for (const digital of this.#rows) digital.write(1);
    if (row !== undefined) this.#rows[row]?.write(0);
  }

  readColumns(): number {
    const columns = this.#low();
    this.#seen |= columns;
    return columns;
  }

  /** Lets any key be heard, until the next scan: what a main file does whenever it has nothing else to do. */
  listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    this.#isScanning = false;
    for (const digital of this.#rows) digital.write(0);
  }

  /** Gives the pins back. Twice is harmless. */
  close(): void {
    for (const digital of [...this.#rows, ...this.#columns]) digital.close();
  }

  /** The columns that are low. */
  #low(): number {
    let columns = 0;
    for (const [index, digital] of this.#columns.entries()) columns |= (1 - digital.read()) << index;
    return columns;
  }

  #hear(): void {
    if (!this.#isListening) return;
    // The edges of a scan, and of `listen` itself with a key held, come late and are told from a finger here.
    if ((this.#low() & ~this.#seen) !== 0) this.#pressed();
  }
}
