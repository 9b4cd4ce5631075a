// Whether digits that somebody types stay in memory: of every array that the firmware makes on the way from the key to the
// answer, at both ends, none holds them afterwards.
// Method: the constructor of byte arrays notes each that it makes; then a code is typed at the real keypad of a real lock. Only
// on Node, since XS freezes its built-ins. What the primitives hold is their own affair: T38 looks at that seam.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromAscii } from "../../firmware/bytes.ts";
import { Door } from "../../keypad/test/door.ts";
import { House } from "../../lock/test/house.ts";

/** Notes every byte array that is made while it watches, by whatever way: `slice`, `from` and `map` ask for the constructor. */
function watching(run: (made: readonly Uint8Array[]) => void): void {
  const made: Uint8Array[] = [];
  const Plain = Uint8Array;
  const Noting = new Proxy(Plain, {
    construct: (target, parts) => {
      const bytes = Reflect.construct(target, parts) as Uint8Array;
      made.push(bytes);
      return bytes;
    },
  });
  globalThis.Uint8Array = Noting;
  Plain.prototype.constructor = Noting;
  try {
    run(made);
  } finally {
    globalThis.Uint8Array = Plain;
    Plain.prototype.constructor = Plain;
  }
}

/** How many of the arrays hold the digits, as characters or as numbers. */
function holding(made: readonly Uint8Array[], digits: string): number {
  const ascii = [...digits].map((digit) => digit.charCodeAt(0)).join();
  const plain = [...digits].join();
  return made.filter(
    (bytes) => `,${bytes.join()},`.includes(`,${ascii},`) || `,${bytes.join()},`.includes(`,${plain},`),
  ).length;
}

const CODE = "48291573";
const WAYS: readonly (readonly [way: string, leave: (door: Door) => void])[] = [
  ["answered", (door) => door.type(`${CODE}#`)],
  [
    "cancelled",
    (door) => {
      door.line.cut(true);
      door.type(`${CODE}#`);
      door.keyboard.moveCase(true);
    },
  ],
  [
    "given up",
    (door) => {
      door.line.cut(true);
      door.type(`${CODE}#`);
      door.pass(15_000);
    },
  ],
  [
    "left",
    (door) => {
      door.type(CODE);
      door.pass(10_000);
    },
  ],
  ["cleared", (door) => door.type(`${CODE}*`)],
  ["too long", (door) => door.type(`${CODE}1234567890123#`)],
  [
    "missed",
    (door) => {
      door.type("1#");
      door.type("1#");
      door.type(CODE);
    },
  ],
];

for (const [way, leave] of WAYS) {
  test(`a keypad keeps no digit of a code that is ${way}`, () => {
    watching((made) => {
      const door = new Door().start();
      leave(door);
      // What this lock's end was handed is its plaintext, which it wipes.
      assert.ok(made.length > 0, "arrays were noted");
      assert.is(holding(made, CODE), 0);
    });
  });
}

for (const [claim, entry, code, answer] of [
  ["right", "630482", "630482", "yes"],
  ["wrong", "630483", "630483", "no"],
  ["with decoys", "11630482", "630482", "yes"],
  ["too soon", "630482", "630482", "early"],
] as const) {
  test(`neither end keeps a digit of a code that is ${claim}`, () => {
    watching((made) => {
      const house = new House();
      house.store(1, "630482");
      house.desk.passTime(10);
      if (answer === "early") house.typist.typeAtOnce("1");
      const { length } = made;
      assert.is(house.typist.typeAtOnce(entry), answer);
      const later = made.slice(length);
      assert.ok(later.length > 0, "arrays were noted");
      // The first is the hand of the typist, which is nobody's keypad.
      assert.is(holding(later, code), 1);
    });
  });
}

test("a copy that is left is noticed", () => {
  watching((made) => {
    const digits = fromAscii("48291573");
    assert.is(holding(made, "48291573"), 1);
    for (const copy of [
      () => digits.slice(),
      () => new Uint8Array(digits),
      () => Uint8Array.from(digits, (digit) => digit - 0x30),
    ]) {
      const before = holding(made, "48291573");
      copy();
      assert.is(holding(made, "48291573"), before + 1);
    }
    crypto.wipe(digits);
  });
});

test.run();
