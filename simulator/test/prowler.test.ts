// Goal: each thing that goes wrong outside begins, is told to the checker for as long as it lasts, and ends; and all end at once.
// Method: a house whose keypad nobody has enrolled, so that nothing judges what is typed. The checker is tried with a guess that
// costs nothing: it reports that unless it was told of something in the way.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Bytes } from "../../firmware/bytes.ts";
import { FRAME_COMMANDS, FRAME_KK_1, FRAME_KK_2, FRAME_OFFER } from "../../firmware/link/frame.ts";
import { millis } from "../../firmware/platform.ts";
import { type Fault, type FaultKind, HABITS } from "../faults.ts";
import { QUIET_LINE, ROUGH_LINE, type Side } from "../line.ts";
import { build, type Neighbourhood } from "../neighbourhood.ts";
import { Prowler } from "../prowler.ts";
import { DAY_START } from "../scenarios/day.ts";

const CALM_MILLIS = 40_000;
const DUE_MILLIS = 17_000;
const LASTS_MILLIS = 60_000;
const MINUTE = 60_000;
const PIN = "480392";
/** In the row of the keypad's matrix that a stuck 8 closes. */
const ROW_OF_8 = 2;
const COLUMN_OF_8 = 0b010;

/** One house, who prowls around it, and what is seen. */
class Scene {
  /** What was entered, and when the lock's power was pulled. */
  readonly entries: string[] = [];
  readonly pulls: number[] = [];
  readonly house: Neighbourhood;
  readonly prowler: Prowler;
  #keys = "";

  constructor({ hasKeypad = true } = {}) {
    const print = (line: string) => this.#read(line);
    this.house = build(crypto, { seed: 1, start: DAY_START, print });
    this.prowler = new Prowler(this.house, () => void this.pulls.push(this.house.world.now));
    this.house.checker.codes.give({ name: "user 1", digits: PIN, isOnce: false });
    if (hasKeypad) this.house.keypad.powerOn();
    this.wait(CALM_MILLIS);
  }

  wait(delayMillis: number): void {
    this.house.world.advance(millis(this.house.world.now + delayMillis));
  }

  begin(form: string, { lastsMillis = LASTS_MILLIS, number = 1 } = {}): void {
    const { world } = this.house;
    const fault: Fault = { number, kind: "burglar", form, at: world.now, lastsMillis };
    this.prowler.begin(fault, world.stream(`fault ${number}`));
  }

  /** Whether the checker knows of something that keeps entries from the lock; it takes 17 s to find out. */
  isTold(): boolean {
    const { violations, codes } = this.house.checker;
    violations.length = 0;
    codes.typed("000000");
    this.wait(DUE_MILLIS);
    return violations.length === 0;
  }

  /** Hears what arrives at an end of the wire, in the place of who is there. */
  hear(side: Side): Bytes[] {
    const heard: Bytes[] = [];
    this.house.line.plug(side, { received: (frame) => void heard.push(frame.slice()) });
    return heard;
  }

  /** Waits until somebody has entered something more. @returns it */
  nextEntry(): string {
    const { length } = this.entries;
    for (let left = MINUTE; left > 0 && this.entries.length === length; left--) this.wait(1);
    return this.entries[length] ?? "nothing";
  }

  #read(line: string): void {
    const [, key] = /key (.) down/.exec(line) ?? [];
    if (key === undefined) return;
    if (key !== "#") this.#keys += key;
    else this.entries.push(this.#keys);
    if (key === "#") this.#keys = "";
  }
}

/** What lasts, and how it shows. */
const LASTING: readonly { readonly form: string; isOn(house: Neighbourhood): boolean; readonly forMillis?: number }[] =
  [
    { form: "rough", isOn: ({ line }) => line.weather === ROUGH_LINE },
    { form: "cut", isOn: ({ line, board }) => line.isCut && !board.isLoopClosed },
    { form: "power", isOn: ({ keypad }) => keypad.keypad === undefined },
    { form: "case", isOn: ({ keyboard }) => keyboard.isCaseOpen },
    { form: "stuck", isOn: isStuck },
    {
      form: "foreign",
      isOn: ({ keypad, board }) => keypad.keypad === undefined && !board.isLoopClosed,
      forMillis: CALM_MILLIS,
    },
  ];
/** What is done once, or again and again. */
const DEEDS: readonly string[] = [
  "crystal",
  "guesses",
  "near",
  "spent",
  "resets",
  "unplugs",
  "snips",
  "replays",
  "meddles",
];

function isStuck({ keyboard }: Neighbourhood): boolean {
  keyboard.driveRow(ROW_OF_8);
  const columns = keyboard.readColumns();
  keyboard.driveRow(undefined);
  return columns === COLUMN_OF_8;
}

function isSound({ line, keyboard, keypad, board }: Neighbourhood): boolean {
  const isOutside = !keyboard.isCaseOpen && keypad.keypad !== undefined;
  return line.weather === QUIET_LINE && !line.isCut && board.isLoopClosed && isOutside;
}

function frameOf(type: number, size = 62): Bytes {
  const frame = new Uint8Array(size).map((_, index) => index);
  frame[0] = type;
  return frame;
}

test("every form that may happen outside is tried here", () => {
  const kinds: readonly FaultKind[] = ["wire", "keypad", "burglar"];
  const planned = new Set(kinds.flatMap((kind): readonly string[] => HABITS[kind].forms));
  assert.equal([...planned].sort(), [...LASTING.map(({ form }) => form), ...DEEDS].sort());
});

for (const { form, isOn, forMillis = LASTS_MILLIS } of LASTING) {
  test(`${form} begins, the checker knows of it, and it ends`, () => {
    const scene = new Scene();
    assert.is(isOn(scene.house), false);
    assert.is(scene.isTold(), false);
    const start = scene.house.world.now;
    scene.begin(form);
    scene.wait(10);
    assert.ok(isOn(scene.house));
    assert.ok(scene.isTold());
    scene.wait(start + forMillis - 1 - scene.house.world.now);
    assert.ok(isOn(scene.house));
    scene.wait(CALM_MILLIS);
    assert.is(isOn(scene.house), false);
    assert.ok(isSound(scene.house) && scene.isTold());
    scene.wait(CALM_MILLIS);
    assert.is(scene.isTold(), false);
  });
}

test("two cuts last until the later one ends", () => {
  const scene = new Scene();
  scene.begin("cut");
  scene.begin("cut", { number: 2, lastsMillis: 2 * LASTS_MILLIS });
  scene.wait(2 * LASTS_MILLIS - 1);
  assert.ok(scene.house.line.isCut);
  scene.wait(1);
  assert.is(scene.house.line.isCut, false);
});

for (const forms of [
  ["rough", "cut", "case", "stuck", "power"],
  ["rough", "cut", "case", "stuck", "foreign"],
  ["foreign"],
]) {
  test(`the end of all mends ${forms.join(", ")}`, () => {
    const scene = new Scene();
    for (const [number, form] of forms.entries()) scene.begin(form, { number });
    scene.wait(1_000);
    assert.is(isSound(scene.house), false);
    scene.prowler.end();
    scene.wait(10);
    assert.ok(isSound(scene.house) && !isStuck(scene.house));
    scene.wait(2 * LASTS_MILLIS);
    assert.ok(isSound(scene.house));
    assert.is(scene.isTold(), false);
  });
}

test("the end of all stops who guesses, and what he would have done after the entry that is under way", () => {
  const scene = new Scene();
  scene.begin("resets");
  scene.wait(1_000);
  scene.prowler.end();
  scene.wait(2 * MINUTE);
  assert.is(scene.entries.length, 1);
  assert.equal(scene.pulls, []);
});

test("a keypad that is warm or cold offers itself at another pace", () => {
  const lastOffer = (isWarm: boolean): number => {
    const scene = new Scene();
    let last = 0;
    scene.house.line.overhear(() => {
      last = scene.house.world.now;
    });
    if (isWarm) scene.begin("crystal");
    scene.wait(20 * MINUTE);
    assert.is(scene.isTold(), false);
    return last;
  };
  assert.is.not(lastOffer(true), lastOffer(false));
});

for (const [lastsMillis, count] of [
  [1_000, 1],
  [65_000, 10],
  [10 * MINUTE, 30],
]) {
  test(`in ${lastsMillis / 1_000} s somebody guesses ${count} times`, () => {
    const scene = new Scene();
    scene.begin("guesses", { lastsMillis });
    scene.wait(10 * MINUTE);
    assert.is(scene.entries.length, count);
    for (const digits of scene.entries) assert.ok(/^[0-9]{6,20}$/.test(digits), digits);
    assert.is(new Set(scene.entries).size, count);
  });
}

test("what is nearly right differs in its last digit, and comes four times at most", () => {
  const scene = new Scene();
  scene.begin("near", { lastsMillis: 5 * MINUTE });
  scene.wait(5 * MINUTE);
  assert.is(scene.entries.length, 4);
  for (const digits of scene.entries) {
    assert.is(digits.slice(0, -1), PIN.slice(0, -1));
    assert.is.not(digits, PIN);
  }
});

test("who types what was good types a code that is over; where none is, any ten digits", () => {
  const scene = new Scene();
  const { model, checker } = scene.house;
  model.isAdopted = true;
  scene.begin("spent", { lastsMillis: 1_000 });
  const digits = scene.nextEntry();
  assert.ok(/^[0-9]{10}$/.test(digits), digits);
  checker.codes.revoke("user 1", true);
  scene.begin("spent", { lastsMillis: 1_000 });
  assert.is(scene.nextEntry(), PIN);
});

test("the lock's power is pulled 400 ms after each guess, five times at most", () => {
  const scene = new Scene();
  scene.begin("resets", { lastsMillis: 10 * MINUTE });
  scene.nextEntry();
  assert.equal(scene.pulls, []);
  const entered = scene.house.world.now;
  scene.wait(5 * MINUTE);
  assert.is(scene.entries.length, 5);
  assert.equal(scene.pulls.length, 5);
  assert.is(scene.pulls[0], entered + 400);
});

test("the keypad's power is away for 900 ms, 400 ms after each guess", () => {
  const scene = new Scene();
  scene.begin("unplugs", { lastsMillis: 1_000 });
  scene.nextEntry();
  const { house } = scene;
  const hasPower = [399, 1, 899, 1].map((delayMillis) => {
    scene.wait(delayMillis);
    return house.keypad.keypad !== undefined;
  });
  assert.equal(hasPower, [true, false, false, true]);
  assert.ok(scene.isTold());
});

test("the cable is cut for 6 s when the lock answers the guess, and not before", () => {
  const scene = new Scene();
  const { line } = scene.house;
  scene.begin("snips");
  scene.nextEntry();
  line.outside.send(frameOf(FRAME_COMMANDS));
  line.inside.send(frameOf(FRAME_KK_2));
  scene.wait(1);
  assert.is(line.isCut, false);
  line.inside.send(frameOf(FRAME_COMMANDS));
  assert.is(line.isCut, false, "nobody cuts a cable from within the lock");
  scene.wait(1);
  assert.ok(line.isCut);
  scene.wait(5_998);
  assert.ok(line.isCut);
  scene.wait(1);
  assert.is(line.isCut, false);
  assert.ok(scene.isTold());
  line.inside.send(frameOf(FRAME_COMMANDS));
  scene.wait(1);
  assert.is(line.isCut, false, "once is enough");
});

test("who hangs up a keypad of his own offers it, and asks for a session as if it were enrolled", () => {
  const scene = new Scene();
  const heard = scene.hear("inside");
  scene.begin("foreign");
  scene.wait(5_000);
  assert.is(heard[0][0], FRAME_OFFER);
  assert.ok(heard.slice(1).length > 0 && heard.slice(1).every(([type]) => type === FRAME_KK_1));
});

test("nobody hangs up a second one, nor one where the cable has no power", () => {
  for (const first of ["foreign", "power"]) {
    const scene = new Scene();
    scene.begin(first);
    const { injected } = scene.house.line.counts;
    scene.begin("foreign", { number: 2 });
    assert.is(scene.house.line.counts.injected, injected, first);
  }
});

test("a recording is the last 48 frames to the lock, in their order, 40 ms apart", () => {
  const scene = new Scene({ hasKeypad: false });
  const { line } = scene.house;
  const heard = scene.hear("inside");
  for (let index = 0; index < 50; index++) line.outside.send(frameOf(FRAME_COMMANDS, 30 + index));
  line.inside.send(frameOf(FRAME_COMMANDS, 20));
  scene.wait(1_000);
  const sent = heard.splice(0);
  assert.is(sent.length, 50);
  scene.begin("replays");
  scene.wait(40 * 47);
  assert.is(heard.length, 47);
  scene.wait(40);
  assert.equal(heard, sent.slice(2));
});

test("a frame that is changed comes before the one that was typed behind a bell, with a PIN where its digits stand", () => {
  const scene = new Scene();
  const { line } = scene.house;
  scene.begin("meddles");
  assert.is(scene.nextEntry(), "", "the bell");
  scene.wait(100);
  const heard = scene.hear("inside");
  const typed = scene.nextEntry();
  assert.ok(typed.length === PIN.length && typed !== PIN);
  const short = frameOf(FRAME_COMMANDS, 61);
  const entry = frameOf(FRAME_COMMANDS);
  heard.length = 0;
  for (const frame of [short, entry, entry]) line.outside.send(frame);
  scene.wait(20);
  const forged = entry.slice();
  for (let index = 0; index < PIN.length; index++)
    forged[40 + index] ^= PIN.charCodeAt(index) ^ typed.charCodeAt(index);
  assert.equal(heard, [short, forged, entry, entry]);
});

test.run();
