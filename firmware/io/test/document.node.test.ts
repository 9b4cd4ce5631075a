// docs/hardware.md names exactly the pins that the boards' tables have, and shows pictures and files that there are.
// Method: the rows of its wiring tables against the wires, each way; who builds by the page must build what the image expects.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { CAMERA_PINS } from "../../../camera/pins.ts";
import { KEYPAD_PINS } from "../../../keypad/pins.ts";
import { LOCK_PINS } from "../../../lock/pins.ts";
import { cameraWires, driveWires, keypadWires, lockWires, type Wire } from "./wires.ts";

const PAGE = readFileSync(join(process.cwd(), "docs/hardware.md"), "utf8");

/** A wire as the page has it: `target: name = pin`. */
type Line = string;

/** The rows of the table with a column "wire" in a chapter, as lines; a pin that is left out is none. */
function linesOf(page: string, board: string): readonly Line[] {
  const chapter = page.split(`## Wiring: ${board}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = chapter.split("\n").map((row) => row.split("|").map((cell) => cell.trim()));
  const start = rows.findIndex((cells) => cells[1] === "wire");
  const targets = rows[start]?.slice(2, -2) ?? [];
  const end = rows.findIndex((cells, index) => index > start && cells.length < 3);
  return rows
    .slice(start + 2, end)
    .flatMap(([, name, ...cells]) =>
      targets.flatMap((target, index) => (cells[index] === "–" ? [] : [`${target}: ${name} = ${cells[index]}`])),
    );
}

function linesFrom(target: string, wires: readonly Wire[], prefix = ""): readonly Line[] {
  return wires.map(({ name, pin }) => `${target}: ${prefix}${name} = ${pin}`);
}

const EXPECTED: Readonly<Record<string, readonly Line[]>> = {
  lock: Object.entries(LOCK_PINS).flatMap(([target, pins]) => [
    ...(["motor", "servo", "strike"] as const).flatMap((drive) =>
      linesFrom(target, driveWires(pins, drive), `${drive}: `),
    ),
    ...linesFrom(target, lockWires(pins)),
  ]),
  keypad: Object.entries(KEYPAD_PINS).flatMap(([target, pins]) => linesFrom(target, keypadWires(pins))),
  camera: Object.entries(CAMERA_PINS).flatMap(([target, pins]) => linesFrom(target, cameraWires(pins))),
};

for (const [board, expected] of Object.entries(EXPECTED)) {
  test(`the page wires the ${board} as its table does, no pin more and none less`, () => {
    assert.equal([...linesOf(PAGE, board)].sort(), [...expected].sort());
  });
}

test("a page with another pin, a row more or a row less is found", () => {
  const wrong = PAGE.replace("| motor: retract | 25 |", "| motor: retract | 12 |");
  const more = PAGE.replace("| motor: retract | 25 |", "| motor: brake | 14 | – | – | none |\n| motor: retract | 25 |");
  const less = PAGE.replace(/^\| cover contact .*\n/m, "");
  for (const page of [wrong, more, less]) {
    assert.is.not(page, PAGE);
    assert.not.equal([...linesOf(page, "lock")].sort(), [...(EXPECTED["lock"] ?? [])].sort());
  }
});

test("every file and picture that the page links to is there", () => {
  const links = [...PAGE.matchAll(/\]\(([^)#]+)\)/g)].map(([, path]) => path as string);
  assert.ok(links.length > 20);
  assert.equal(
    links.filter((path) => !existsSync(join(process.cwd(), "docs", path))),
    [],
  );
});

test.run();
