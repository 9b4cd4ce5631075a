// Holds the layer check to refusing what it is there to refuse.
// Method: one file at a time that breaks one rule, beside its nearest good neighbour.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { mentionFaults, sourceFaults } from "../run/layers.mjs";
import { boardFaults } from "../run/manifests.mjs";

const HEAD = "// What it is.\n";

type Row = readonly [claim: string, path: string, source: string];

const REFUSED: readonly Row[] = [
  ["cbor that imports cose", "firmware/cbor/decode.ts", 'import { x } from "../cose/key.ts";'],
  ["a type import upwards", "firmware/policy/policy.ts", 'import type { X } from "../journal/record.ts";'],
  ["a re-export upwards", "firmware/cose/key.ts", 'export { x } from "../grant/grant.ts";'],
  ["an import upwards over lines", "firmware/cose/key.ts", 'import {\n  x,\n  y,\n} from "../grant/grant.ts";'],
  ["a late import upwards", "firmware/cose/key.ts", 'const x = import("../grant/grant.ts");'],
  ["bytes that import anything above", "firmware/bytes.ts", 'import { x } from "./platform.ts";'],
  ["the clock that imports a zone", "firmware/time/clock.ts", 'import { x } from "./zone.ts";'],
  ["a policy that imports the link", "firmware/policy/policy.ts", 'import { x } from "../link/frame.ts";'],
  ["a door that imports a grant", "firmware/door/door.ts", 'import { x } from "../grant/grant.ts";'],
  ["a door that imports the primitives", "firmware/door/door.ts", 'import { x } from "../crypto/crypto.ts";'],
  ["firmware in no layer", "firmware/shared/list.ts", 'import { x } from "../bytes.ts";'],
  ["firmware that imports a board", "firmware/link/frame.ts", 'import { x } from "../../lock/lock.ts";'],
  ["firmware that imports the simulator", "firmware/link/frame.ts", 'import { x } from "../../simulator/world.ts";'],
  ["firmware that imports #crypto", "firmware/cose/sign1.ts", 'import { crypto } from "#crypto";'],
  ["firmware that imports a backend", "firmware/cose/sign1.ts", 'import { crypto } from "../crypto/native.ts";'],
  ["firmware that imports cbor-x", "firmware/cbor/decode.ts", 'import { decode } from "cbor-x";'],
  ["firmware that imports the SDK", "firmware/link/serial.ts", 'import Serial from "embedded:io/serial";'],
  ["firmware that imports Node's modules", "firmware/journal/log.ts", 'import { readFileSync } from "node:fs";'],
  ["a lock that imports the keypad", "lock/lock.ts", 'import { x } from "../keypad/keypad.ts";'],
  ["a lock that imports the owner's side", "lock/lock.ts", 'import { x } from "../owner/phone.ts";'],
  ["a lock that imports the simulator", "lock/main.ts", 'import { x } from "../simulator/world.ts";'],
  ["a lock that imports the SDK below main.ts", "lock/lock.ts", 'import Timer from "timer";'],
  ["a phone that imports package.json", "owner/phone.ts", 'import x from "../package.json" with { type: "json" };'],
  ["an owner that imports a board", "owner/cli.ts", 'import { x } from "../lock/lock.ts";'],
  ["an owner that imports the simulator", "owner/cli.ts", 'import { x } from "../simulator/world.ts";'],
  ["a portable file of owner/ with Node's modules", "owner/phone.ts", 'import { randomBytes } from "node:crypto";'],
  ["a portable file that imports a Node file", "owner/phone.ts", 'import { x } from "./keystore.ts";'],
  ["a world with Node's modules", "simulator/world.ts", 'import { readFileSync } from "node:fs";'],
  ["a model that imports firmware", "simulator/model.ts", 'import { x } from "../firmware/door/door.ts";'],
  ["a source that imports a test", "firmware/cbor/decode.ts", 'import { x } from "./test/tree.ts";'],
  ["a source that imports uvu", "simulator/world.ts", 'import { test } from "uvu";'],
  ["a portable test with Node's modules", "firmware/cbor/test/x.test.ts", 'import { readFileSync } from "node:fs";'],
  ["a portable test that imports a launcher", "simulator/test/x.test.ts", 'import { x } from "../run/bundle.mjs";'],
  ["await in firmware", "firmware/link/frame.ts", "export const x = async () => await 1;"],
  ["Date.now in a board", "lock/lock.ts", "export const now = () => Date.now();"],
  ["new Date in firmware", "firmware/time/zone.ts", "export const now = () => new Date();"],
  ["Math.random in the world", "simulator/world.ts", "export const luck = () => Math.random();"],
  ["a timer in a keypad", "keypad/keypad.ts", "export const x = () => setTimeout(() => {}, 1);"],
  ["a sine in the world", "simulator/random.ts", "export const x = () => Math.sin(1);"],
  ["a console in firmware", "firmware/link/frame.ts", "export const x = () => console.log(1);"],
  ["Date.now after texts", "firmware/link/frame.ts", "export const x = () => `a` + '\"' + Date.now();"],
  ["state in a module", "firmware/link/frame.ts", "let count = 0;\nexport const next = () => ++count;"],
  ["a file of 401 lines", "firmware/link/frame.ts", "// More.\n".repeat(400)],
  ["a function of 61 lines", "firmware/link/frame.ts", `export function f() {\n${"  f();\n".repeat(59)}}`],
  ["an arrow of 61 lines", "firmware/link/frame.ts", `export const f = () => {\n${"  f();\n".repeat(59)}};`],
  [
    "a method of 61 lines",
    "firmware/link/frame.ts",
    `class A {\n  f(x: number): void {\n${"    f();\n".repeat(59)}  }\n}`,
  ],
  ["a plan in a comment", "firmware/link/frame.ts", "// TODO: more.\n"],
];

const ACCEPTED: readonly Row[] = [
  ["cose that imports cbor", "firmware/cose/key.ts", 'import { x } from "../cbor/decode.ts";'],
  ["two files of one layer", "firmware/grant/chain.ts", 'import { x } from "./grant.ts";\nimport "../time/zone.ts";'],
  ["grants that read the clock", "firmware/grant/grant.ts", 'import { x } from "../time/clock.ts";'],
  ["a journal that imports the door", "firmware/journal/record.ts", 'import { x } from "../door/event.ts";'],
  ["a backend with Node's modules", "firmware/crypto/node.ts", 'import { createHash } from "node:crypto";'],
  ["the portable backend", "firmware/crypto/portable.ts", 'import nacl from "tweetnacl";'],
  ["the SDK in firmware/io", "firmware/io/flash.ts", 'import Flash from "embedded:storage/flash";'],
  ["the SDK in main.ts", "lock/main.ts", 'import Timer from "timer";\nsetTimeout(() => {}, 1);'],
  ["a backend in main.ts", "lock/main.ts", 'import { crypto } from "../firmware/crypto/native.ts";'],
  ["a lock that imports firmware", "lock/lock.ts", 'import { x } from "../firmware/door/door.ts";'],
  ["Node's modules in owner/", "owner/cli.ts", 'import { readFileSync } from "node:fs";\nDate.now();'],
  ["package.json in owner/", "owner/cli.ts", 'import manifest from "../package.json" with { type: "json" };'],
  ["a simulator that imports all", "simulator/house.ts", 'import "../lock/lock.ts";\nimport "../owner/phone.ts";'],
  ["#crypto in a test", "firmware/cose/test/x.test.ts", 'import { crypto } from "#crypto";'],
  ["a fake of the simulator in a test", "firmware/journal/test/x.test.ts", 'import "../../../simulator/flash.ts";'],
  ["Node's modules in a Node test", "firmware/cbor/test/x.node.test.ts", 'import { readFileSync } from "node:fs";'],
  ["a word in a comment", "firmware/link/frame.ts", "// Never Date.now or await.\n/* Math.random */"],
  ["a word in a text", "firmware/link/frame.ts", 'export const x = "Date.now" + `new Date`;'],
  ["a word in a pattern", "firmware/link/frame.ts", "export const x = () => /await|\"|'/.test('');"],
  ["an import in a comment", "firmware/bytes.ts", '// import { x } from "./platform.ts";'],
  [
    "a name that ends in a word",
    "firmware/link/frame.ts",
    "export const x = { awaiting: 1 };\nexport const y = x.awaiting;",
  ],
  ["a file of 400 lines", "firmware/link/frame.ts", "// More.\n".repeat(399)],
  ["a function of 60 lines", "firmware/link/frame.ts", `export function f() {\n${"  f();\n".repeat(58)}}`],
  ["a long table", "firmware/link/frame.ts", `export const x = {\n  a: [\n${"    1,\n".repeat(90)}  ],\n};`],
];

for (const [claim, path, source] of REFUSED) {
  test(`refuses ${claim}`, () => {
    const faults = sourceFaults([{ path, source: HEAD + source }]);
    assert.is(faults.length, 1, faults.join("\n"));
    assert.ok(faults[0]?.startsWith(`${path}:`), faults[0]);
  });
}

for (const [claim, path, source] of ACCEPTED) {
  test(`accepts ${claim}`, () => assert.equal(sourceFaults([{ path, source: HEAD + source }]), []));
}

test("refuses a file without a head comment", () => {
  assert.equal(sourceFaults([{ path: "firmware/bytes.ts", source: "export const x = 1;\n" }]).length, 1);
});

test("names the line of a fault", () => {
  const source = `${HEAD}\nconst text = \`a\nb\`;\n/* c\n*/\nimport { x } from "node:fs";\n`;
  assert.equal(sourceFaults([{ path: "simulator/world.ts", source }]), ["simulator/world.ts:7: imports node:fs"]);
});

const MENTIONS: readonly [claim: string, source: string, faults: number][] = [
  ["accepts a document that exists", "// Follows docs/protocol.md §2 and `docs/protocol.cddl`, README.md.", 0],
  ["refuses a document that does not exist", "/** Follows docs/protocols.md. */", 1],
  ["refuses a document outside of docs/", "// Follows protocol.md §2.", 1],
  ["refuses a grammar outside of docs/", "// Follows protocol.cddl.", 1],
  ["refuses each of two", "// See docs/a.md and\n// docs/b.txt.", 2],
  ["accepts a name in a text", 'export const x = "notes.md";', 0],
];

for (const [claim, source, faults] of MENTIONS) {
  test(`${claim} in a comment`, () => {
    const found = mentionFaults([{ path: "lock/lock.ts", source }], ["protocol.md", "protocol.cddl"]);
    assert.is(found.length, faults, found.join("\n"));
  });
}

const GLUE = "void xs_latchkey_one(xsMachine *the)\n{\n}\n";
const PART = 'function one(this: unknown) {\n  return native("xs_latchkey_one").call(this);\n}\n';
const MANIFEST = JSON.stringify({ modules: { "*": ["./firmware/one.c", "$(MODDABLE)/other.c"] } });
const BOARD = JSON.stringify({ include: ["../manifest.json", "$(MODDABLE)/more.json"] });

const MANIFESTS: readonly [claim: string, files: Record<string, string>, faults: number][] = [
  [
    "accepts a function whose C file an included manifest names",
    { "firmware/one.ts": PART, "firmware/one.c": GLUE },
    0,
  ],
  ["refuses a function that no C file defines", { "firmware/one.ts": PART, "firmware/one.c": "" }, 1],
  ["refuses a C file that is not there", { "firmware/one.ts": "" }, 1],
  [
    "refuses a backend of the desk",
    { "firmware/one.ts": 'import "./crypto/node.ts";', "firmware/crypto/node.ts": "", "firmware/one.c": GLUE },
    1,
  ],
  ["asks for nothing that the program does not import", { "camera/two.ts": PART, "firmware/one.c": "" }, 0],
];

for (const [claim, sources, faults] of MANIFESTS) {
  test(`${claim} in a board's manifest`, () => {
    const files = { "lock/main.ts": 'import "../firmware/one.ts";', ...sources };
    const manifests = new Map([
      ["manifest.json", MANIFEST],
      ["lock/manifest.json", BOARD],
    ]);
    const rows = Object.entries(files).map(([path, source]) => ({ path, source }));
    const found = boardFaults("lock", manifests, rows);
    assert.is(found.length, faults, found.join("\n"));
  });
}

test.run();
