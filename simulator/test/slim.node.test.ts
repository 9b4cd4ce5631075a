// Goal: what slim.mjs makes of a program does what the program did, and has lost what costs memory.
// Method: small programs run before and after, as modules; what must not be rewritten is refused or left. That whole boards still do
// what they did is for the tests of simulator/boards, which run what slim.mjs gives.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { openConstants, openFunctions, openMembers, slim, takeNumbers } from "../run/slim.mjs";

async function run(program: string): Promise<unknown> {
  return (await import(`data:text/javascript,${encodeURIComponent(program)}`)).answer;
}

/** Runs a program as it is and as it becomes. */
async function compare(program: string, expected: unknown): Promise<string> {
  const made = await slim(program);
  assert.equal(await run(program), expected, "as written");
  assert.equal(await run(made), expected, made);
  return made;
}

const COUNTER = `
class Counter {
  #count = 0;
  static #made = 0;
  constructor(start) { this.#count = start; Counter.#made += 1; }
  get #next() { return this.#count + 1; }
  set #next(value) { this.#count = value; }
  #step(by) { this.#next = this.#next - 1 + by; return this; }
  step(by) { return this.#step(by)?.#count; }
  static get made() { return Counter.#made; }
}`;

test("private fields, methods, accessors and statics are plain members of the same sense", async () => {
  const program = `${COUNTER}
const one = new Counter(3), other = new Counter(10);
const answer = [one.step(2), one.step(2), other.step(1), Counter.made, Object.keys(Counter.prototype).length];
export { answer };`;
  const made = await compare(program, [5, 7, 11, 2, 0]);
  assert.not.match(made, /#/);
  assert.not.match(made, /count|step\(by/, "and their names are short");
});

test("a subclass's private member is another than its parent's of the same name, and so is an inner class's", async () => {
  const program = `
class Base { #name = "base"; base() { return this.#name; } }
class Middle extends Base { #name = "middle"; middle() { return this.#name; } }
class Last extends Middle {
  #name = "last";
  all() {
    const name = this.#name;
    class Inner { #name = name + "'s"; read(other) { return this.#name + (other ? "" : "!"); } }
    return [this.base(), this.middle(), this.#name, new Inner().read()];
  }
}
const answer = new Last().all();
export { answer };`;
  await compare(program, ["base", "middle", "last", "last's!"]);
});

test("an outer class's private member is found from an inner class", async () => {
  const program = `
class Outer {
  #secret = 7;
  make() { const outer = this; return new (class { #own = 1; sum() { return outer.#secret + this.#own; } })(); }
}
const answer = new Outer().make().sum();
export { answer };`;
  await compare(program, 8);
});

test("numbers stand where they are read, and a name that means something else somewhere means it there", async () => {
  const program = `
var SECOND = 1_000, LIMIT = 2 ** 31;
var MINUTE_MILLIS = 60_000;
const HOUR_MILLIS = 60 * MINUTE_MILLIS;
const BEHIND = -HOUR_MILLIS;
const inner = (MINUTE_MILLIS) => MINUTE_MILLIS + 1;
const shown = { MINUTE_MILLIS, HOUR_MILLIS: 5, read: (it) => it.MINUTE_MILLIS };
function later() { const HOUR_MILLIS = 9; return HOUR_MILLIS + BEHIND; }
const answer = [HOUR_MILLIS, inner(2), shown.MINUTE_MILLIS, shown.HOUR_MILLIS, shown.read({ MINUTE_MILLIS: 3 }), later(), SECOND, LIMIT];
export { answer };`;
  const made = await compare(program, [3_600_000, 3, 60_000, 5, 3, -3_599_991, 1_000, 2_147_483_648]);
  assert.not.match(made, /(?:var|const|let) \w+ = -?[\d.e]+[,;]/, "none is a variable any more");
  assert.equal(
    { ...takeNumbers("const A = 2;\nconst B = A * 3 - 1;\nconst C = f(B);\nvar D = 4;").numbers },
    { A: 2, B: 5 },
  );
});

test("what nobody writes again is constant, and what somebody does is not", async () => {
  for (const written of [
    "it = 2",
    "it += 1",
    "it++",
    "[it] = [1]",
    "({ it } = {})",
    "({ a: it = 3 } = {})",
    "for (it of [1]);",
  ]) {
    const program = `var it = 0, other = [1];\nfunction write() { ${written} }`;
    assert.is(openConstants(program), program, written);
  }
  assert.is(openConstants("var it;"), "var it;");
  assert.is(
    openConstants("var it = 1;\nfor (const other of [it]) other.it = 2;"),
    "const it = 1;\nfor (const other of [it]) other.it = 2;",
  );
  await compare(
    "var count = 0;\nvar step = 2;\nconst next = () => (count += step);\nnext();\nconst answer = next();\nexport { answer };",
    4,
  );
});

test("text that looks like a private name stays as it is", async () => {
  const program =
    'class A { #a = 1; text() { return "#a " + this.#a + " this.#a" + /#a/.source + `#a`; } }\nconst answer = new A().text();\nexport { answer };';
  await compare(program, "#a 1 this.#a#a#a");
});

test("what a plain member cannot say, or would be taken for, is refused", () => {
  assert.throws(() => openMembers("class A { #a; static is(it) { return #a in it; } }"), /#a in: no plain member/);
  for (const taken of [
    "it.$a = 1;",
    "const it = { $a: 1 };",
    'const it = { "$a": 1 };',
    "class B { $a() {} }",
    "const { $a } = it;",
    'it["$a"] = 1;',
    'const { ["$a"]: a } = it;',
  ])
    assert.throws(() => openMembers(`class A { #a; }\n${taken}`), /\$a: a property that begins/, taken);
});

test("functions that are declared or stand in an expression become arrows, at whatever depth", async () => {
  const program = `
const answer = [early(2), [1, 2].map(function (value) { return function () { return value * 2; }; }).map(function (make) { return make(); })];
function early(value) { return later(value) + 1; }
function later(value) { return value * 10; }
export { answer };`;
  const made = openFunctions(program);
  assert.not.match(made, /\bfunction\b/);
  assert.equal(await run(made), [21, [2, 4]]);
  await compare(program, [21, [2, 4]]);
});

test("a function that reads this, arguments or new.target, or yields, stays one; so do members", async () => {
  const program = `
const it = {
  value: 4,
  read() { return [1].map(function () { return this === undefined; }).concat(this.value); },
  get double() { return this.value * 2; },
  ownThis: function () { return this.value; },
};
function count() { return arguments.length; }
function Made() { if (!new.target) return undefined; }
function* two() { yield 1; yield 2; }
class Kept { constructor() { this.inner = (() => this.outer())(); } outer() { return "kept"; } }
const answer = [it.read(), it.double, it.ownThis(), count(1, 2, 3), typeof new Made(), [...two()], new Kept().inner];
export { answer };`;
  assert.is(openFunctions(program).match(/\bfunction\b/g)?.length, 5);
  await compare(program, [[true, 4], 8, 4, 3, "object", [1, 2], "kept"]);
});

test("what is constructed, asked for by instanceof or written anew stays a function", async () => {
  const program = `
function Made(value) { return { value }; }
const Also = function (value) { return { value: value + 1 }; };
function Asked() { return 0; }
function Base() { return [1]; }
class Heir extends Base {}
function Shown() { return 0; }
function change() { return 1; }
change = () => 2;
const answer = [new Made(1).value, new Also(1).value, {} instanceof Asked, new Heir().length, typeof Shown.prototype, change(),
  new (function () { return { value: 3 }; })().value];
export { answer };`;
  assert.is(openFunctions(program).match(/\bfunction\b/g)?.length, 7);
  await compare(program, [1, 2, false, 1, "object", 2, 3]);
});

test("the class that is extended is looked up outside of the one that extends it", async () => {
  const program = `
class Outer {
  #x = class { name() { return "outer"; } };
  make() { const outer = this; return new (class extends outer.#x { #x = 1; sum() { return this.name() + this.#x; } })().sum(); }
}
const answer = new Outer().make();
export { answer };`;
  await compare(program, "outer1");
});

test("variables are called as properties are, and the private members of two classes alike: each name costs flash", async () => {
  const program = `
class Left { #one = 1; #two = 2; sum() { return this.#one + this.#two; } }
class Right { #three = 3; #four = 4; product() { return this.#three * this.#four; } }
const table = [new Left(), new Right()];
const count = (list) => { const kept = []; for (const each of list) kept.push(each); return kept.length; };
const answer = [table[0].sum(), table[1].product(), count(table), count([])];
export { answer };`;
  const made = await compare(program, [3, 12, 2, 0]);
  const names = new Set(made.match(/[A-Za-z_$][\w$]*/g));
  for (const name of ["table", "count", "list", "kept", "Left", "Right"]) assert.not.ok(names.has(name), name);
  assert.is(new Set(made.match(/this\.\w+/g)).size, 2, "two members in each class, and two names in all");
});

test("a property whose name no variable can have, or whose meaning a variable would take away, stays as it is", async () => {
  const program = `
const it = { arguments: 1, eval: 2, await: 3, undefined: 4, NaN: 5, Uint8Array: 6, class: 7, "two words": 8, let: 10, yield: 11, async: 12 };
function all(one, two, three, four, five, six) { return [one, two, three, four, five, six]; }
function empty(one) { return one === undefined ? new Uint8Array(1).length : arguments.length; }
const answer = [all(it.arguments, it.eval, it.await, it.undefined, it.NaN, it.Uint8Array), it.class, it["two words"], it.let + it.yield + it.async, empty(), empty(1)];
export { answer };`;
  await compare(program, [[1, 2, 3, 4, 5, 6], 7, 8, 33, 1, 1]);
});

test("no function is moved into the one that calls it", async () => {
  const program = `
const list = (values) => values.map((value) => long(value, 1));
function long(value, more) { let sum = 0; for (let i = 0; i < value; i++) sum += more * i; if (sum > 2) sum -= 1; return sum; }
const answer = list([1, 2, 3, 4]);
export { answer };`;
  const made = await compare(program, [0, 1, 2, 5]);
  assert.ok(made.indexOf("for (") < made.indexOf(".map("), made);
});

test.run();
