// Holds the XS host to its promise: a script that goes wrong never looks like one that went well.
// Method: bundles of a few lines, each run in a process of its own on the desk's XS.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bundle } from "../run/bundle.mjs";
import { missing } from "../xs/build.mjs";
import { runBundle } from "../xs/run.mjs";

const UVU = 'import { test } from "uvu"; import * as assert from "uvu/assert";';

interface Row {
  claim: string;
  script: string;
  status: number;
  says?: RegExp;
  words?: string[];
}

const ROWS: Row[] = [
  { claim: "ends with 0 after a script that went well", script: "console.log('well')", status: 0, says: /^well\n$/ },
  { claim: "ends with the script's exit code", script: "process.exitCode = 3", status: 3 },
  { claim: "ends with 0 after a test that passed", script: `${UVU} test("a", () => {}); test.run();`, status: 0 },
  {
    claim: "ends with 1 after an assertion that failed, and says which",
    script: `${UVU} test("falls", () => { assert.is(1 as number, 2); }); test.run();`,
    status: 1,
    says: /"falls"[\s\S]*strictly equal/,
  },
  {
    claim: "ends with 1 when a test throws",
    script: `${UVU} test("a", () => { throw new RangeError("far"); }); test.run();`,
    status: 1,
    says: /far/,
  },
  {
    claim: "ends with 1 when a test never ends",
    script: `${UVU} test("a", () => new Promise(() => {})); test.run();`,
    status: 1,
    says: /Exiting early/,
  },
  {
    claim: "ends with 70 on an uncaught exception, and shows its stack",
    script: "throw new Error('loose');",
    status: 70,
    says: /Error: .*loose\n at/,
  },
  { claim: "ends with 70 on an exception that is no Error", script: "throw 'a word';", status: 70, says: /a word/ },
  {
    claim: "ends with 70 on an exception in a timer",
    script: "setTimeout(() => { throw new Error('late'); }, 5);",
    status: 70,
    says: /late/,
  },
  { claim: "ends with 70 on a syntax error", script: "eval('let let');", status: 70 },
  {
    claim: "ends with 78 on a rejection that nobody handles",
    script: "Promise.reject(new Error('left'));",
    status: 78,
    says: /left/,
  },
  {
    claim: "ends with 0 on a rejection that is handled late",
    script: "const p = Promise.reject(1); setTimeout(() => p.catch(() => {}), 1); globalThis.kept = p;",
    status: 0,
  },
  {
    claim: "ends with 71 when the memory is full of objects",
    script: "const all: object[] = []; for (;;) all.push({});",
    status: 71,
    says: /memory full/,
  },
  {
    claim: "ends with 71 when the memory is full of bytes",
    script: "const all: object[] = []; for (;;) all.push(new Uint8Array(65536));",
    status: 71,
    says: /memory full/,
  },
  {
    claim: "ends with 72 on recursion without an end",
    script: "function f(): number { return 1 + f(); } f();",
    status: 72,
    says: /stack overflow/,
  },
  {
    claim: "ends with 72 on recursion through built-ins",
    script: "function f(): unknown { return [1].map(f); } f();",
    status: 72,
    says: /stack overflow/,
  },
  {
    claim: "hands its arguments to the script",
    script: "console.log(host.argv.join('+'))",
    words: ["a", "b c", "d,e"],
    status: 0,
    says: /^a\+b c\+d,e\n$/,
  },
  {
    claim: "runs timers in the order of their times, then of their setting",
    script:
      "for (const [n, t] of [['c', 9], ['a', 1], ['b', 1]] as const) setTimeout(() => console.log(n), t); const id = setTimeout(() => console.log('x')); clearTimeout(id);",
    status: 0,
    says: /^a\nb\nc\n$/,
  },
  {
    claim: "runs promise jobs before timers",
    script:
      "setTimeout(() => console.log('timer')); Promise.resolve().then(() => console.log('job')); console.log('script');",
    status: 0,
    says: /^script\njob\ntimer\n$/,
  },
  { claim: "freezes the built-ins", script: "Object.assign(Array.prototype, { more: 1 });", status: 70 },
  { claim: "refuses Date.now", script: "Date.now();", status: 70 },
  { claim: "refuses Math.random", script: "Math.random();", status: 70 },
  {
    claim: "refuses to set the name of an Error, as a board does",
    script: "class Own extends Error { constructor() { super(); this.name = 'Own'; } } new Own();",
    status: 70,
  },
  {
    claim: "knows no native function that is not in the glue",
    script: "native('xs_latchkey_nothing');",
    status: 70,
    says: /no native function/,
  },
  {
    claim: "measures what the heap grows by",
    script:
      "host.collect(); host.heapReset(); const b = new Uint8Array(5000); const n = host.heapPeak(); process.exitCode = n >= 5000 && n < 6000 && b.length === 5000 ? 0 : 1;",
    status: 0,
  },
  {
    claim: "gives undefined for a file that is not there",
    script: "process.exitCode = host.read('/nowhere/at/all') === undefined ? 0 : 1;",
    status: 0,
  },
];

const LOOPS: Row[] = [
  { claim: "is stopped when it loops without an end", script: "for (;;);", status: 124, says: /stopped after 1 s/ },
  {
    claim: "is stopped when its promise jobs have no end",
    script: "const f = (): unknown => Promise.resolve().then(f); f();",
    status: 124,
  },
];

const HOST = "declare const host: any; declare const native: any; declare const process: any;\n";

async function run(row: Row, seconds: number): Promise<{ status: number; output: string }> {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
  try {
    const file = join(folder, "script.mjs");
    writeFileSync(file, await bundle({ contents: HOST + row.script }, { engine: "xs" }));
    return await runBundle(file, { engine: "xs", words: row.words ?? [], isQuiet: true, seconds });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const reason = missing("xs");
if (reason === undefined) {
  for (const row of [...ROWS, ...LOOPS]) {
    test(row.claim, async () => {
      const { status, output } = await run(row, LOOPS.includes(row) ? 1 : 60);
      assert.is(status, row.status, output);
      if (row.says !== undefined) assert.match(output, row.says);
    });
  }
} else {
  console.log(reason);
  test("leaves out the XS host where it cannot be built", () => assert.match(reason, /^xs is left out: /));
}

test.run();
