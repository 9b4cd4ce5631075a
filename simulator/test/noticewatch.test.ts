// Goal: a notice that is not so, not for whoever hears it, or missing is reported, and so is a receipt that its record does not bear out.
// Method: frames as the lock's radio would hand them over, a door that is moved by hand, and no lock: each row is a short play.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { encodeReceipt, type Receipt } from "../../firmware/evidence/receipt.ts";
import type { NoticeEvent } from "../../firmware/link/message.ts";
import { millis, seconds } from "../../firmware/platform.ts";
import type { Place } from "../hardware.ts";
import { NoticeWatch, type Who } from "../noticewatch.ts";
import { VisitWatch } from "../visitwatch.ts";
import { World } from "../world.ts";
import { intent, record, START } from "./stage.ts";

const GUEST: Who = { leaf: "AQIDBAUGBwg" };
const OTHER: Who = { leaf: "other" };
const LINE = 7;
const LEAF = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const SEED = new Uint8Array(32).fill(5);

class Play {
  readonly world = new World(crypto, { seed: 1, start: seconds(START) });
  readonly reports: string[] = [];
  readonly visits: VisitWatch;
  readonly notices: NoticeWatch;
  isCalm = true;
  #seq = 0;
  #number = 0;

  constructor() {
    const play = this;
    const report = (invariant: string, detail?: string) => void this.reports.push(`${invariant}: ${detail}`);
    const chain = [{ name: "AQIDBAUGBwg" }];
    const isStuck = false;
    this.visits = new VisitWatch(this.world, {
      ...{ visitor: { act: "unlock", chain, isGenuine: true }, isStuck, report },
      ended: (ending) => this.notices.ended(ending),
      forced: () => this.notices.forced(),
    });
    this.notices = new NoticeWatch(this.world, {
      ...{ visits: this.visits, hasCamera: false, isClockSet: true, report },
      get isCalm() {
        return play.isCalm;
      },
    });
    this.wait(60);
  }

  wait(forSeconds: number): void {
    this.world.after(forSeconds * 1_000, () => {});
    this.world.advance(millis(this.world.now + forSeconds * 1_000));
  }

  put(bytes: Uint8Array): void {
    new DataView(bytes.buffer).setUint32(4, ++this.#seq, true);
    this.visits.wrote(new Uint8Array(bytes));
  }

  bolt(place: Place): void {
    this.visits.boltAt(place);
    this.notices.boltAt(place);
  }

  leaf(leaf: "open" | "closed"): void {
    this.visits.contactIs(leaf);
    this.notices.contactIs(leaf);
  }

  /** Somebody is let in, and hears it. */
  letIn(who: Who = GUEST): void {
    this.put(intent(1));
    this.notices.listens(LINE, who);
    this.bolt("retracted");
    this.tell("unlocked");
  }

  /** Goes in at once and out after 2 s; the bolt is thrown 2 s later. @returns what a receipt says of that */
  pass(): Partial<Receipt> {
    this.leaf("open");
    this.tell("opened");
    this.wait(2);
    this.leaf("closed");
    this.tell("closed");
    this.wait(2);
    this.bolt("thrown");
    this.put(record(17, START, [0x86, 1, 0, 1, 3, 5, 3]));
    return { openedAfter: 0, closedAfter: 2, securedAfter: 4 };
  }

  /** The lock says it now, and a phone hears it, perhaps later. */
  tell(event: NoticeEvent, receipt?: Receipt, lateSeconds = 0): void {
    const frame = new Uint8Array(40);
    frame[0] = 3;
    new DataView(frame.buffer).setUint32(5, ++this.#number, true);
    this.notices.said(LINE, frame);
    if (lateSeconds > 0) this.wait(lateSeconds);
    const signed = receipt === undefined ? undefined : encodeReceipt(crypto, KEYS, receipt);
    this.notices.heard(LINE, frame, { kind: "notice", event, receipt: signed });
  }

  receipt(change: Partial<Receipt>): Receipt {
    const grant = { leaf: LEAF, holder: LEAF, name: "Carl" };
    const { time } = this.world;
    const head = { seq: 2, link: new Uint8Array(32) };
    return {
      ...{
        lockId: "AQIDBAUGBwg",
        visit: 1,
        grant,
        lo: time,
        hi: time,
        openedAfter: 0,
        closedAfter: 2,
        securedAfter: 4,
      },
      ...{ witnesses: 3, outcome: "secured", cameraProof: 0, first: undefined, last: undefined, head, ...change },
    };
  }
}

const KEYS = { seed: SEED, publicKey: crypto.signingPublicKey(SEED) };

const ROWS: readonly { name: string; play: (play: Play) => void; reports: readonly string[] }[] = [
  {
    name: "accepts a visit that is told as it is, with its receipt",
    play(play) {
      play.letIn();
      play.tell("locked", play.receipt(play.pass()));
      play.wait(10);
    },
    reports: [],
  },
  {
    name: "holds what comes late against the moment at which it left",
    play(play) {
      play.letIn();
      play.leaf("open");
      play.tell("opened", undefined, 2);
    },
    reports: [],
  },
  ...(
    [
      ["opened", (play: Play) => play.leaf("closed")],
      ["opened", (play: Play) => [play.leaf("open"), play.wait(1)]],
      ["closed", (play: Play) => play.leaf("open")],
      ["locked", (play: Play) => play.bolt("between")],
      ["locked", (play: Play) => [play.bolt("thrown"), play.leaf("open")]],
      ["unlocked", (play: Play) => play.bolt("between")],
      ["jammed", () => {}],
      ["aborted", () => {}],
      ["alarm", () => {}],
    ] as const
  ).map(([event, act]) => ({
    name: `catches ${event} that is not so`,
    play(play: Play) {
      act(play);
      play.tell(event);
    },
    reports: [`told what is not so: ${event}`],
  })),
  {
    name: "accepts an alarm that sounds, for an owner, and not for a guest",
    play(play) {
      play.notices.listens(LINE, "owner");
      play.notices.signals("alarm");
      play.tell("alarm");
      play.letIn();
      play.notices.signals("alarm");
      play.tell("alarm");
    },
    reports: ["told somebody what is not theirs: alarm"],
  },
  {
    name: "catches a guest who hears of another's visit, and of his own that is over",
    play(play) {
      play.letIn(OTHER);
      play.notices.listens(LINE, GUEST);
      play.pass();
      play.tell("locked");
      play.wait(1);
      play.bolt("retracted");
      play.tell("unlocked");
    },
    reports: ["told somebody what is not theirs: unlocked", "told somebody what is not theirs: unlocked"],
  },
  {
    name: "catches what a guest is not told, and what an owner is not told",
    play(play) {
      play.letIn();
      play.leaf("open");
      play.wait(4);
      play.notices.listens(LINE, "owner");
      play.leaf("closed");
      play.wait(4);
    },
    reports: ["told nobody who listens: opened", "told nobody who listens: closed"],
  },
  ...([true, false] as const).map((isTold) => ({
    name: isTold
      ? "accepts an owner who is told that somebody is forced, and asks no guest to be"
      : "catches one who is not",
    play(play: Play) {
      play.notices.listens(LINE, "owner");
      play.notices.listens(LINE + 1, OTHER);
      // code-24 [unlock, whole, [a user, 3, slot 3, step 0, first 0, duress]]
      play.put(record(24, START, [0x83, 0, 0, 0x86, 0, 3, 3, 0, 0, 1]));
      if (isTold) play.tell("duress");
      play.wait(4);
    },
    reports: isTold ? [] : ["told nobody who listens: duress"],
  })),
  {
    name: "catches a receipt that does not come",
    play(play) {
      play.letIn();
      play.pass();
      play.tell("locked");
      play.wait(4);
    },
    reports: ["told nobody who listens: receipt of 1"],
  },
  {
    name: "asks for nothing of a line that is gone, nor in a storm, nor without power",
    play(play) {
      play.letIn();
      play.leaf("open");
      play.notices.left(LINE);
      play.wait(4);
      play.notices.listens(LINE, GUEST);
      play.isCalm = false;
      play.leaf("closed");
      play.wait(4);
      play.isCalm = true;
      play.wait(20);
      play.leaf("open");
      play.visits.power(false);
      play.notices.power();
      play.wait(4);
    },
    reports: [],
  },
  {
    name: "asks for no word of a bolt that only passes its end",
    play(play) {
      play.letIn();
      play.bolt("thrown");
      play.bolt("between");
      play.bolt("retracted");
      play.tell("unlocked");
      play.bolt("between");
      play.wait(4);
    },
    reports: [],
  },
  ...(
    [
      ["visit", { visit: 3 }],
      ["grant", { grant: undefined }],
      ["time", { hi: seconds(START - 3_600), lo: seconds(START - 3_600) }],
      ["opened", { openedAfter: 1 }],
      ["closed", { closedAfter: undefined }],
      ["secured", { securedAfter: 5 }],
      ["witnesses", { witnesses: 1 }],
      ["outcome", { outcome: "camera" as const }],
      ["camera", { cameraProof: 2 }],
      ["head", { head: { seq: 3, link: new Uint8Array(32) } }],
    ] as const
  ).map(([what, change]) => ({
    name: `catches a receipt whose ${what} is another`,
    play(play: Play) {
      play.letIn();
      play.pass();
      play.tell("locked", play.receipt(change));
    },
    reports: [`a receipt is not what the door did: visit 1: ${what}`],
  })),
];

for (const { name, play, reports } of ROWS) {
  test(name, () => {
    const stage = new Play();
    play(stage);
    assert.equal(stage.reports, reports);
  });
}

test.run();
