// Goal: where a lock's time went back behind a visit, by a loss of power or by its owner, nobody can hide what belongs to the visit.
// Method: a door is forced ten seconds behind a visit, then times go back; claims hide one record or another, and are judged by the key.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { WritableEntry } from "../../firmware/journal/entry.ts";
import { Chain, type Region } from "../../firmware/journal/record.ts";
import { type Claim, decodeClaim, encodeClaim, type Piece, type Slice } from "../claim/form.ts";
import { judgeClaim } from "../claim/judge.ts";
import { makeClaim, shelfOf, visitOf } from "../claim/make.ts";
import { digestOf, Scribe } from "./daybook.node.ts";

const ACCESS = 1;
const NOTICES = 2;
/** The record of the access region that begins the visit. */
const VISIT = 2;
const USE = { by: "user", user: 1, slot: 1, step: 0, first: 0, isDuress: false } as const;
const CODE: WritableEntry = { kind: "code", operation: 0, isHalf: false, use: USE };
const CLOSING: WritableEntry = {
  ...{ kind: "closing", intent: VISIT, outcome: "secured" },
  ...{ openedAfter: 3, closedAfter: 9, securedAfter: 12, witnesses: 3 },
};
const INSIDE: WritableEntry = { kind: "inside", count: 1 };
const alarm = (name: "ajar" | "dwell" | "forced" | "keypad"): WritableEntry => ({
  kind: "alarm",
  alarm: name,
  count: 1,
});

/** A visit of 20 seconds; ten later the door is forced, and the next records are of a time that is not later. */
function day(back: number): Scribe {
  const scribe = new Scribe(1);
  scribe.write(-5_000, INSIDE); // access 1
  scribe.write(-5_000, alarm("ajar")); // notices 1
  scribe.write(0, CODE); // access 2
  scribe.write(5, alarm("dwell")); // notices 2
  scribe.write(20, CLOSING); // access 3
  scribe.write(30, { kind: "door", event: "opened", count: 1 }); // access 4
  scribe.write(30, alarm("forced")); // notices 3
  scribe.write(back, INSIDE); // access 5
  scribe.write(back, alarm("keypad")); // notices 4
  scribe.write(4_000, INSIDE); // access 6
  scribe.write(4_000, alarm("ajar")); // notices 5
  scribe.signsAt = 4_100;
  return scribe;
}

function honest(scribe: Scribe): Claim {
  const shelf = shelfOf(scribe.archive);
  return makeClaim(shelf, visitOf(shelf, VISIT), { grant: undefined, clips: [], receipt: undefined });
}

/** A region from one record on, of which some are shown and the digests of the others stand there. */
function sliceOf(scribe: Scribe, region: Region, { from, shown }: { from: number; shown: readonly number[] }): Slice {
  const records = scribe.regions.get(region)?.records ?? [];
  const chain = new Chain(crypto, scribe.lockId);
  const prevLink = records
    .slice(0, from - 1)
    .reduce((link, record) => chain.next(link, digestOf(record)), chain.start(region));
  const pieces = records
    .slice(from - 1)
    .map(
      (record, place): Piece =>
        shown.includes(from + place) ? { kind: "whole", record } : { kind: "hidden", digests: digestOf(record) },
    );
  return { region: region as Slice["region"], firstSeq: from, prevLink, pieces };
}

function doubtsOf(claim: Claim, scribe: Scribe): readonly string[] {
  const { doubts } = judgeClaim(decodeClaim(encodeClaim(claim)), scribe.publicKey);
  return doubts.map(({ kind, about }) => `${kind} ${about}`);
}

const BACKS = [
  { by: "a loss of power", back: -600 },
  { by: "its owner", back: -86_400 },
];
for (const { by, back } of BACKS) {
  const scribe = day(back);
  const hides = (what: string, pieces: Partial<Claim>, doubt: string) =>
    test(`time went back by ${by}: names ${what}`, () => {
      assert.equal(doubtsOf({ ...honest(scribe), ...pieces }, scribe), [doubt]);
    });

  test(`time went back by ${by}: an honest claim holds, and shows what is in it`, () => {
    const claim = honest(scribe);
    assert.equal(doubtsOf(claim, scribe), []);
    assert.ok(claim.notices.pieces.slice(0, 3).every(({ kind }) => kind === "whole"));
  });
  hides(
    "a forced door behind a record of an earlier time",
    { access: sliceOf(scribe, ACCESS, { from: 2, shown: [2, 3, 5, 6] }) },
    "left-out access 4",
  );
  hides(
    "alarms between two records of earlier times",
    { notices: sliceOf(scribe, NOTICES, { from: 1, shown: [1, 4, 5] }) },
    "left-out notices 2",
  );
}

test("time went back by a loss of power: names notices that begin with one of an earlier time", () => {
  const scribe = day(-600);
  const notices = sliceOf(scribe, NOTICES, { from: 4, shown: [4, 5] });
  assert.equal(doubtsOf({ ...honest(scribe), notices }, scribe), ["left-out notices 3"]);
});

test.run();
