// Goal: a visit's end in the journal is reported where it is not what the door did, and accepted where it is.
// Method: records as they would reach the flash, and a door that is moved by hand: each row is a short play whose end is the list of
// what was reported.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { millis, seconds } from "../../firmware/platform.ts";
import { VisitWatch } from "../visitwatch.ts";
import { World } from "../world.ts";
import { intent, record, START, statement } from "./stage.ts";

const SECURED = 0;
const NOT_MOVED = 1;
const JAMMED = 2;
const SUPERSEDED = 3;
const POWER_CUT = 4;
const HELD_OPEN = 5;
const BOTH = 3;
const ENDS = "the end of a visit is not what the door did: visit 1: ";
const HALF_DAY = 43_200;

/** A door, and a journal that somebody writes. */
class Play {
  readonly world = new World(crypto, { seed: 1, start: seconds(START) });
  readonly reports: string[] = [];
  isStuck = false;
  readonly watch: VisitWatch;
  #seq = 0;

  constructor() {
    const play = this;
    this.watch = new VisitWatch(this.world, {
      visitor: undefined,
      get isStuck() {
        return play.isStuck;
      },
      report: (invariant, detail) => this.reports.push(`${invariant}: ${detail}`),
      ended: () => {},
      forced: () => {},
    });
  }

  /** Lets time pass. */
  wait(forSeconds: number): void {
    this.world.after(forSeconds * 1_000, () => {});
    this.world.advance(millis(this.world.now + forSeconds * 1_000));
  }

  put(bytes: Uint8Array): void {
    this.#seq++;
    new DataView(bytes.buffer).setUint32(4, this.#seq, true);
    this.watch.wrote(new Uint8Array(bytes));
  }

  /** Ends visit 1, or another. Seconds, or undefined. */
  end(outcome: number, [opened, closed, secured]: readonly (number | undefined)[], witnesses = BOTH, visit = 1): void {
    const plus = (time: number | undefined) => (time === undefined ? 0 : time + 1);
    const times = [opened, closed, secured]
      .map(plus)
      .map((time) => (time < 24 ? [time] : [0x19, time >> 8, time & 255]));
    this.put(record(17, START, [0x86, visit, outcome, ...times.flat(), witnesses]));
  }

  /** Somebody is let in, goes in after 3 s and shuts the door behind him after 5. */
  goIn(): void {
    this.put(intent(1));
    this.watch.boltAt("between");
    this.watch.boltAt("retracted");
    this.wait(3);
    this.watch.contactIs("open");
    this.wait(2);
    this.watch.contactIs("closed");
  }

  lock(): void {
    this.wait(2);
    this.watch.boltAt("thrown");
  }
}

const ROWS: readonly { name: string; play: (play: Play) => void; reports: readonly string[] }[] = [
  {
    name: "accepts a visit",
    play(play) {
      play.goIn();
      play.lock();
      play.end(SECURED, [3, 5, 7]);
    },
    reports: [],
  },
  ...(
    [
      ["an opening that is a second off", [4, 5, 7], BOTH, "opened after 4 s"],
      ["an opening that is left out", [undefined, 5, 7], BOTH, "opened after undefined s"],
      ["a shutting that is a second off", [3, 6, 7], BOTH, "shut after 6 s"],
      ["a throw before it was one", [3, 5, 5], BOTH, "locked after 5 s"],
      ["a throw that is yet to come", [3, 5, 9], BOTH, "locked after 9 s"],
      ["a witness who is left out", [3, 5, 7], 1, "witnesses 1"],
      ["a witness whom this door has not", [3, 5, 7], 5, "witnesses 5"],
      ["a secured door without a throw", [3, 5, undefined], BOTH, "outcome 0"],
    ] as const
  ).map(([name, times, witnesses, fault]) => ({
    name: `catches ${name}`,
    play(play: Play) {
      play.goIn();
      play.lock();
      play.end(SECURED, times, witnesses);
    },
    reports: [`${ENDS}${fault}`],
  })),
  {
    name: "catches witnesses of a door that is not locked",
    play(play) {
      play.goIn();
      play.wait(HALF_DAY);
      play.end(HELD_OPEN, [3, 5, undefined], BOTH);
    },
    reports: [`${ENDS}witnesses 3`],
  },
  {
    name: "catches a visit that is given up too soon",
    play(play) {
      play.goIn();
      play.wait(HALF_DAY - 60);
      play.end(HELD_OPEN, [3, 5, undefined], 0);
    },
    reports: [`${ENDS}outcome 5`],
  },
  {
    name: "catches a jam of a bolt that was free, and accepts one of a bolt that was not",
    play(play) {
      play.goIn();
      play.lock();
      play.end(JAMMED, [3, 5, 7]);
      play.isStuck = true;
      play.put(intent(2));
      play.wait(1);
      play.end(JAMMED, [undefined, undefined, 0], BOTH, 3);
    },
    reports: [`${ENDS}outcome 2`],
  },
  {
    name: "catches a bolt that is said not to have moved, and had",
    play(play) {
      play.put(intent(1));
      play.watch.boltAt("between");
      play.watch.boltAt("thrown");
      play.end(NOT_MOVED, [undefined, undefined, undefined]);
    },
    reports: [`${ENDS}outcome 1`],
  },
  {
    name: "accepts a visit that another follows, with its opening, and catches one that is said to be followed",
    play(play) {
      play.put(statement(1, 0));
      play.watch.boltAt("retracted");
      play.watch.contactIs("open");
      play.put(intent(1));
      play.end(SUPERSEDED, [0, undefined, undefined], 0);
      play.wait(1);
      play.end(SUPERSEDED, [0, undefined, undefined], 0, 2);
    },
    reports: ["the end of a visit is not what the door did: visit 2: another followed it, or none did"],
  },
  {
    name: "catches a visit that another follows, and that does not end",
    play(play) {
      play.goIn();
      play.put(intent(2));
      play.wait(2);
    },
    reports: ["a visit did not end: 1: another followed it"],
  },
  {
    name: "catches a visit that does not end with the door",
    play(play) {
      play.goIn();
      play.lock();
      play.wait(16);
    },
    reports: ["a visit did not end: 1: the door is locked"],
  },
  {
    name: "counts from the return of power, and accepts no other end then",
    play(play) {
      play.goIn();
      play.watch.power(false);
      play.wait(60);
      play.watch.power(true);
      play.lock();
      play.end(POWER_CUT, [undefined, 0, 2]);
      play.put(intent(2));
      play.watch.boltAt("retracted");
      play.watch.power(false);
      play.watch.power(true);
      play.watch.boltAt("thrown");
      play.end(SECURED, [undefined, 0, 0], BOTH, 3);
    },
    reports: ["the end of a visit is not what the door did: visit 3: outcome 0"],
  },
  {
    name: "catches the end of a visit that is not open",
    play(play) {
      play.goIn();
      play.lock();
      play.end(SECURED, [3, 5, 7]);
      play.end(SECURED, [3, 5, 7]);
    },
    reports: [`${ENDS}it is not open`],
  },
  {
    name: "asks for nothing while the flash fails, nor before the next visit where records were spoilt",
    play(play) {
      play.goIn();
      play.watch.spoilt();
      play.end(SECURED, [9, 9, 9]);
      play.goIn();
      play.watch.flashFailed();
      play.lock();
      play.wait(60);
      play.end(SECURED, [9, 9, 9], BOTH, 3);
    },
    reports: [],
  },
];

for (const { name, play, reports } of ROWS) {
  test(name, () => {
    const stage = new Play();
    play(stage);
    assert.equal(stage.reports, reports);
  });
}

test.run();
