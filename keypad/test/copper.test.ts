// Holds the keys' wires to what matrix.ts and a sleeping board need of them: every set of keys is read right through real pins, no two
// rows ever drive against each other, and a finger on a sleeping keypad is heard once.
// Method: keys as contacts between the pins of a chip (simulator/ecma419), where current runs backwards through pressed keys; what
// must be read is worked out by the matrix's own reference, simulator/keyboard.ts.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { desk } from "../../firmware/io/test/desk.ts";
import { millis } from "../../firmware/platform.ts";
import { reach } from "../../simulator/keyboard.ts";
import { Copper } from "../copper.ts";
import { Matrix } from "../matrix.ts";
import { Presses } from "../presses.ts";

const ROW_PINS = [0, 1, 2, 3];
const COLUMN_PINS = [4, 5, 6];

function made() {
  const { chip, turn } = desk();
  let pressed = 0;
  const copper = new Copper({
    io: chip.Digital,
    rows: ROW_PINS,
    columns: COLUMN_PINS,
    pressed: () => {
      pressed += 1;
    },
  });
  /** Presses a set of keys, a bit for each. */
  const press = (set: number) => {
    for (const [row, rowPin] of ROW_PINS.entries()) {
      for (const [column, columnPin] of COLUMN_PINS.entries()) {
        chip.join(rowPin, columnPin, ((set >> (3 * row + column)) & 1) === 1);
      }
    }
  };
  const heard = () => {
    turn();
    const count = pressed;
    pressed = 0;
    return count;
  };
  const matrix = new Matrix(copper);
  return { chip, copper, matrix, press, heard, scan: () => matrix.scan() };
}

test("each row reaches the columns that current finds, for many sets of keys", () => {
  const { copper, press } = made();
  for (let set = 0; set < 1 << 12; set += 11) {
    press(set);
    for (const row of ROW_PINS.keys()) {
      copper.driveRow(row);
      assert.is(copper.readColumns(), reach(set, row), `${set} ${row}`);
    }
    copper.driveRow(undefined);
    assert.is(copper.readColumns(), 0, "no row drives");
  }
});

test("from a key to its number, through matrix, wires and pins", () => {
  const { press, scan } = made();
  for (let key = 0; key < 12; key++) {
    press(1 << key);
    assert.is(scan(), 1 << key);
  }
  press(0b1011);
  assert.is(scan(), undefined, "three corners of a rectangle");
});

test("a finger on a sleeping keypad is heard, on any key, later and once", () => {
  for (let key = 0; key < 12; key++) {
    const { copper, press, heard, scan } = made();
    scan();
    copper.listen();
    assert.is(heard(), 0);
    press(1 << key);
    assert.is(heard(), 1);
    assert.is(scan(), 1 << key);
    assert.is(heard(), 0, "the edges of a scan");
  }
});

test("a key that a scan has seen is not heard again while it is held, and is when it comes back", () => {
  const { copper, press, heard, scan } = made();
  press(1);
  scan();
  copper.listen();
  assert.is(heard(), 0, "the edge of listening itself");
  press(0);
  scan();
  copper.listen();
  assert.is(heard(), 0);
  press(1);
  assert.is(heard(), 1);
});

test("a key that was seen by an earlier scan only is heard", () => {
  const { copper, press, heard, scan } = made();
  press(1);
  scan();
  press(0);
  scan();
  scan();
  copper.listen();
  press(1);
  assert.is(heard(), 1);
});

test("a key that goes down between the last scan and the sleep is heard", () => {
  const { copper, press, heard, scan } = made();
  scan();
  press(1 << 7);
  copper.listen();
  assert.is(heard(), 1);
});

test("beside a held key, one in another column is heard", () => {
  const { copper, press, heard, scan } = made();
  press(1);
  scan();
  copper.listen();
  heard();
  press(0b11);
  assert.is(heard(), 1);
});

test("awake, no edge is told", () => {
  const { press, heard, copper } = made();
  press(1);
  copper.driveRow(0);
  press(0);
  press(1);
  assert.is(heard(), 0);
});

test("a whole press through edges and times: heard, scanned until it stands, told once", () => {
  const { copper, matrix, press, heard } = made();
  const presses = new Presses();
  const keys: string[] = [];
  let now = 0;
  const scan = () => {
    const key = presses.take(matrix.scan(), millis(now));
    if (key !== undefined) keys.push(key);
    copper.listen();
  };
  for (let first = 0; first < 3; first++, now += 5) scan();
  for (const set of [1 << 4, 0, 1 << 4, 0]) {
    press(set);
    const end = now + 100;
    if (heard() > 0) scan();
    for (let next = presses.nextScan; next !== undefined && next <= end; next = presses.nextScan) {
      now = Math.max(now + 1, next);
      scan();
    }
    now = end;
  }
  assert.equal(keys, ["5", "5"]);
  assert.is(presses.nextScan, undefined, "it sleeps");
});

test("closing gives the pins back, twice is harmless; other numbers of pins are refused", () => {
  const { chip, copper } = made();
  copper.close();
  copper.close();
  for (const pin of [...ROW_PINS, ...COLUMN_PINS]) assert.not(chip.isTaken(pin));
  const options = { io: chip.Digital, rows: [0, 1, 2], columns: [4, 5, 6], pressed: () => {} };
  assert.throws(() => new Copper(options), /four rows/);
});

test.run();
