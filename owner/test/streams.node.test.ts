// Goal: what becomes of a command's output changes neither what the command does nor its exit code, and ends in no trace of code.
// Method: the launcher, with pipes that nobody reads any more, and with a disk that is full.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { atHome, done } from "./porch.node.ts";
import { Desk, PASSPHRASE } from "./stage.node.ts";

const LAUNCHER = `"${process.execPath}" owner/latchkey.mjs`;

interface Ran {
  readonly exit: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a line of a shell, in which `latchkey` is the launcher. */
function shell(line: string, environment: Readonly<Record<string, string>> = {}): Ran {
  const env = { ...process.env, LATCHKEY_HOME: "/nowhere", ...environment };
  const script = line.replaceAll("latchkey", LAUNCHER);
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], { env, encoding: "utf8" });
  return { exit: status, output: stdout, errors: stderr };
}

/** Waits until the reader of a pipe is gone. */
const LATE = "{ sleep 1; latchkey";

const ROWS: readonly (readonly [name: string, line: string, exit: number])[] = [
  [
    "a command that is refused, with --json, before nobody",
    `${LATE} nothing --json; } | true; exit \${PIPESTATUS[0]}`,
    2,
  ],
  ["a command that is done, before nobody", `${LATE} help; } | true; exit \${PIPESTATUS[0]}`, 0],
  ["a warning before nobody", `${LATE} nothing; } 2>&1 >/dev/null | true; exit \${PIPESTATUS[0]}`, 2],
  ["a warning on a full disk", "latchkey nothing 2>/dev/full", 2],
  ["a refusal on a full disk", "latchkey id --json >/dev/full", 4],
];
for (const [name, line, exit] of ROWS)
  test(`${name} has the exit code that it always has`, () => {
    const ran = shell(line);
    assert.is(ran.exit, exit, ran.errors);
    assert.not.match(ran.errors, /\n\s+at |Error:|node:/);
  });

test("what could not be printed is said in a sentence", () => {
  for (const words of ["help", "help --json"]) {
    const { exit, errors } = shell(`latchkey ${words} >/dev/full`);
    assert.is(exit, 2);
    assert.is(errors, "What was printed could not all be written (ENOSPC), and what the command did is done.\n");
  }
});

test("a mistake that no command waits for is one of latchkey's, and no lock that said no", () => {
  const desk = new Desk();
  const breaks =
    'setInterval(() => { if (process.listenerCount("uncaughtException") > 0) throw new Error("boom"); }, 1).unref();';
  writeFileSync(desk.file("breaks.mjs"), breaks);
  const environment = { NODE_OPTIONS: `--import=${desk.file("breaks.mjs")}` };
  const { exit, errors } = shell("latchkey nothing", environment);
  assert.is(exit, 6);
  assert.match(errors, /^latchkey itself has a mistake \(boom\): please report it; [^\n]*\n$/);
  const { output } = shell("latchkey nothing --json", environment);
  assert.is((JSON.parse(output) as { exit: number }).exit, 6);
  desk.close();
});

atHome(
  "whoever stops reading when the door opens has the receipt of the visit all the same",
  async (home) => {
    const { owner, porch, address } = home;
    const guest = new Desk();
    guest.init(Buffer.alloc(32, 5).toString("base64url"));
    const file = owner.file("grant.txt");
    await done(home, "grant", "--to", String((await guest.ask(["id"]))["key"]), "--until", "+1h", "--out", file);
    await guest.ask(["accept", file, "--at", address]);
    const env = { ...process.env, LATCHKEY_HOME: guest.home, LATCHKEY_PASSPHRASE: PASSPHRASE };
    const child = spawn(process.execPath, ["owner/latchkey.mjs", "open", "--wait", "20"], { env });
    const ended = once(child, "exit");
    await once(child.stdout, "data");
    child.stdout.destroy();
    porch.passMillis(500);
    porch.openDoor();
    await sleep(500);
    porch.shutDoor();
    porch.passTime(10);
    const [exit] = await ended;
    const shown = await guest.run(["show", "receipt"]);
    guest.close();
    assert.equal([exit, shown.exit], [0, 0], shown.errors);
  },
  false,
);

test.run();
