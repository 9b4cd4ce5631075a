// Goal: the SDK's own classes do what the contract says, so that the fakes, which are held to the same rows, do what they do.
// Method: a program over the SDK's Listener, TCP and UDP on this computer's loopback, and its Serial on two pseudoterminals that are wired
// crosswise; it says of each row whether it holds. What its Linux classes cannot do is named here, so that no row goes missing.
// Where $MODDABLE is not set it is left out, which is said.

import { spawn } from "node:child_process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { collect } from "../../xs/run.mjs";
import { contractProgram, missing } from "../build.mjs";
import { ROWS } from "../contract.ts";

const MILLIS_MAX = 120_000;

/** Rows that the SDK's Linux classes cannot take, see `Ground.lacks`. */
const LACKING: readonly string[] = [
  "a port on which somebody listens throws",
  "the other end's end is told however late the last bytes are read",
  "what is no group throws",
  "a serial port used after closing throws",
];

const reason = missing();

if (reason !== undefined) console.log(reason);
else {
  const program = await contractProgram();
  const { status, output } = await collect(spawn(program, { stdio: ["ignore", "pipe", "pipe"] }), MILLIS_MAX);
  const lines = output.trimEnd().split("\n");

  test("the program runs to its end, with a line for each row", () => {
    assert.is(status, 0, output);
    assert.is(lines.at(-1), `${ROWS.length} rows`);
    assert.is(lines.length, ROWS.length + 1);
  });

  for (const [index, { claim }] of ROWS.entries()) {
    if (LACKING.includes(claim)) {
      console.log(`of the contract over the SDK's Linux classes: "${claim}" is left out`);
      test(`does not claim of the SDK's Linux classes: ${claim}`, () => {
        assert.is(lines[index], `lacks ${claim}: left out`);
      });
    } else test(`${claim}: so do the SDK's classes`, () => assert.is(lines[index], `holds ${claim}`));
  }
}

test.run();
