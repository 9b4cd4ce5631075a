// Goal: a verified log reads as who, how and how it ended, and an exported file comes back whole or not at all.
// Method: entries are written with the lock's own encoder into records, and told; files are changed in every field.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { VERDICTS as EYE } from "../../camera/eye.ts";
import { toBase64url } from "../../firmware/bytes.ts";
import { KIND_ACT, KIND_FACTORY_RESET, KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import type { WritableEntry } from "../../firmware/journal/entry.ts";
import { encodeEntry, placeOf } from "../../firmware/journal/payload.ts";
import { NOTICES, type StoredRecord } from "../../firmware/journal/record.ts";
import { seconds } from "../../firmware/platform.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { type Archive, encodeArchive, isContinued, missedNotices, parseArchive } from "../archive.ts";
import { VERDICTS } from "../footage.ts";
import { chooseHappenings, type Happening, Story, sayHappenings } from "../story.ts";

const OWNER = new Uint8Array(8).fill(1);
const GUEST = new Uint8Array(8).fill(2);
const LINK = new Uint8Array(8).fill(3);
const START = seconds(1_795_000_000);
const NAMES = new Map([[toBase64url(OWNER), "you"]]);

function recordOf(entry: WritableEntry, seq: number): StoredRecord {
  const payload = encodeEntry(entry);
  const place = placeOf(entry.kind);
  return { ...place, seq, lo: seconds(START + seq), width: seconds(60), payload, digest: new Uint8Array(32), size: 64 };
}

function tell(...entries: readonly WritableEntry[]): readonly Happening[] {
  const story = new Story(NAMES);
  for (const [index, entry] of entries.entries()) story.add(recordOf(entry, index + 1));
  return story.happenings;
}

function lines(...entries: readonly WritableEntry[]): string[] {
  return tell(...entries).map(({ who, how, result }) => `${who} | ${how} | ${result}`);
}

const WHO: WritableEntry = { kind: "who", leaf: LINK, holder: GUEST, names: ["Parcel Co", "Ana\u00e9"], root: LINK };
const SPENDS = [{ link8: LINK, used: 2, until: START }];
const INTENT: Extract<WritableEntry, { kind: "intent" }> = {
  kind: "intent",
  operation: 0,
  source: "phone",
  actor: GUEST,
  root: LINK,
  spends: SPENDS,
};

function closing(outcome: "secured" | "jammed" | "held-open", secured: number | undefined): WritableEntry {
  return { kind: "closing", intent: 2, outcome, openedAfter: 3, closedAfter: 9, securedAfter: secured, witnesses: 1 };
}

test("tells an opening as one line, with the names in its chain", () => {
  assert.equal(lines(WHO, INTENT, closing("secured", 12)), [
    "Parcel Co > Ana\u00e9 | phone, unlock (use 2) | door open after 3 s, shut after 9 s, locked after 12 s (by the contact alone)",
  ]);
});

const WITNESSES: readonly (readonly [witnesses: number, opened: number | undefined, said: string])[] = [
  [3, 3, "door open after 3 s, shut after 9 s, locked after 12 s"],
  [2, 3, "door open after 3 s, shut after 9 s, locked after 12 s (by the bolt's sensor alone)"],
  [5, 3, "door open after 3 s, shut after 9 s, locked after 12 s (by the contact and the motor at its stop)"],
  [4, 3, "door open after 3 s, shut after 9 s, locked after 12 s (by the motor at its stop alone)"],
  [0, 3, "door open after 3 s, shut after 9 s, locked after 12 s (seen by nothing)"],
  [3, undefined, "door not seen open, locked after 12 s"],
  [2, undefined, "locked after 12 s (by the bolt's sensor alone)"],
];

for (const [witnesses, openedAfter, said] of WITNESSES) {
  test(`names the witnesses of a locked door: ${said} (T51)`, () => {
    const end = { ...closing("secured", 12), witnesses, openedAfter } as WritableEntry;
    assert.is(lines(WHO, INTENT, end)[0]?.split(" | ")[2], said);
  });
}

test("says of a visit in which the power was cut only what was seen after it, as that", () => {
  const end = { kind: "closing", intent: 2, outcome: "power-cut", closedAfter: 0, securedAfter: 3 } as const;
  const said = (openedAfter: number | undefined, rest: object = {}) =>
    lines(WHO, INTENT, { ...end, openedAfter, witnesses: 3, ...rest })[0]?.split(" | ")[2];
  // Before the cut he may have gone in and out, and whoever finds the door shut when power comes back has not seen it shut.
  assert.is(said(undefined), "the power was cut, and since it is back: locked after 3 s");
  assert.is(said(0), "the power was cut, and since it is back: door open after 0 s, shut after 0 s, locked after 3 s");
  assert.is(
    said(undefined, { witnesses: 2 }),
    "the power was cut, and since it is back: locked after 3 s (by the bolt's sensor alone)",
  );
  assert.is(said(undefined, { securedAfter: undefined }), "the power was cut");
});

test("says of an opening that another followed, and of which power took the end, that it will have none", () => {
  const ends = (...entries: readonly WritableEntry[]): string[] =>
    lines(...entries).map((line) => line.split(" | ")[2]);
  const act = { kind: KIND_ACT, operation: 0 } as const;
  const encodedBody = Uint8Array.of(0x83, 1, 8, 0);
  const byOwner: WritableEntry = { kind: "statement", actor: OWNER, sequence: 1, body: act, encodedBody };
  const [never, pending] = ["no end is recorded: another opening followed", "no end is recorded yet"];
  assert.equal(ends(WHO, INTENT, INTENT), [never, pending]);
  assert.equal(ends(WHO, INTENT, byOwner), [never, pending]);
  assert.equal(ends(WHO, INTENT, INTENT, closing("jammed", undefined))[1], pending);
  assert.match(ends(WHO, INTENT, INTENT, closing("jammed", undefined))[0], "JAMMED");
  assert.match(ends(WHO, INTENT, closing("secured", 12), INTENT)[0], "locked");
});

test("says whose uses were spent, where each link of the chain is counted", () => {
  const spends = [1, 3].map((used) => ({ link8: LINK, used, until: START }));
  assert.match(lines(WHO, { ...INTENT, spends })[0] ?? "", "(use 1 of Parcel Co's, use 3 of Ana\u00e9's)");
  assert.match(lines({ ...INTENT, spends })[0] ?? "", "(use 1, use 3)");
  assert.match(lines({ ...INTENT, spends: [] })[0] ?? "", "| phone, unlock |");
});

test("lets no name act on the terminal", () => {
  const [line = ""] = lines({ ...WHO, names: ["\u001b[2J", ""] } as WritableEntry, INTENT);
  assert.match(line, "\\u{1b}[2J > (no name) | phone");
});

test("tells what an owner took back, and an owner's other acts", () => {
  const empty = { owner: OWNER, sequence: 4, generation: 0, holders: new Uint8Array(0), codes: [] };
  const one = { ...empty, revoked: LINK, untils: [START] };
  const none = { ...empty, revoked: new Uint8Array(0), untils: [], holders: GUEST, generation: 2 };
  const clock = { kind: KIND_SET_CLOCK, isBackwards: false } as const;
  const locking = { kind: KIND_ACT, operation: 1 } as const;
  const told = lines(
    { kind: "list", list: one },
    { kind: "list", list: none },
    { kind: "statement", actor: OWNER, sequence: 8, body: clock, encodedBody: Uint8Array.of(0x83, 8, 12, 0) },
    { kind: "statement", actor: OWNER, sequence: 9, body: locking, encodedBody: Uint8Array.of(0x83, 9, 8, 1) },
    { kind: "clock", source: 2, lo: START, hi: seconds(START + 60) },
    { kind: "acknowledged", digests: [new Uint8Array(0), new Uint8Array(8), new Uint8Array(0)] },
    { kind: "stranger", strangerClass: 2, count: 40 },
  );
  assert.equal(told, [
    "owner you | takes back | list 4: 1 grant",
    'owner you | takes back | list 4: 0 grants, 1 key, and all before the last "all" (2)',
    "owner you | sets the clock | done",
    "owner you | lock | asked",
    "lock | learns the time from an owner, backwards | within 60 s",
    "lock | damage acknowledged | guests are let in again",
    "stranger | tries | proofs that fail, 40 times",
  ]);
});

test("says that an opening has no end, or a bad one", () => {
  assert.equal(lines(WHO, INTENT), ["Parcel Co > Ana\u00e9 | phone, unlock (use 2) | no end is recorded yet"]);
  assert.match(lines(WHO, INTENT, closing("jammed", undefined))[0] ?? "", /shut after 9 s, JAMMED$/);
});

test("names a key that has no name, and an end without its beginning", () => {
  assert.match(lines(INTENT)[0] ?? "", /^AgICAgICAgI \| phone, unlock/);
  assert.match(lines(closing("held-open", undefined))[0] ?? "", /^lock \| visit 2 ends/);
});

test("tells an owner's act, a refusal, an alarm, and hands at the door", () => {
  const body = { kind: KIND_ACT, operation: 0 } as const;
  const encodedBody = Uint8Array.of(0x83, 7, 8, 0);
  const told = lines(
    { kind: "statement", actor: OWNER, sequence: 7, body, encodedBody },
    { kind: "refusal", actor: GUEST, leaf: LINK, operation: 0, denial: "hours", count: 3 },
    { kind: "alarm", alarm: "forced", count: 1 },
    { kind: "inside", count: 2 },
    { kind: "door", event: "thumbturn-unlocked", count: 1 },
    { kind: "boot", reason: 1, boots: 4, haste: 8 },
  );
  assert.equal(told, [
    "owner you | unlock | no end is recorded yet",
    "AgICAgICAgI | asks to unlock | refused: hours, 3 times",
    "lock | ALARM | forced",
    "inside | button, 2 times | opened",
    "door | outside a visit | thumbturn-unlocked",
    "lock | starts | start 4",
  ]);
});

test("tells what the camera saw, and when it did not", () => {
  const said = { kind: "camera", verdict: 0, head: undefined, power: 3, powerHash: LINK } as const;
  const head = { clip: new Uint8Array(16), frame: 240, chain: new Uint8Array(32) };
  const told = lines(
    { ...said, event: "start", visit: 41, head: { ...head, frame: 0xffff_ffff } },
    { ...said, event: "head", visit: 41, head },
    { ...said, event: "lost", visit: 41, verdict: undefined },
    { ...said, event: "lost", visit: 41, head },
    { ...said, event: "alarm", visit: 41, verdict: 4 },
    { ...said, event: "unproven", visit: 0, verdict: 40 },
    { kind: "alarm", alarm: "cycles", count: 1 },
  );
  assert.equal(told, [
    "camera | films visit 41 | sees ok",
    "camera | films on visit 41 | sees ok, signed up to frame 240",
    "camera | IS LOST visit 41 | nothing is heard of it",
    "camera | IS LOST visit 41 | saw ok, signed up to frame 240",
    "camera | FAILS visit 41 | sees covered",
    "camera | proves nothing in time | sees verdict 40",
    "lock | ALARM | cycles (the door was opened a third time in one visit)",
  ]);
});

test("has a word for every verdict of the camera", () => {
  assert.equal(VERDICTS, EYE);
});

test("says that a visit was ended since the camera failed", () => {
  const end = { kind: "closing", intent: 2, openedAfter: undefined, closedAfter: undefined, securedAfter: 9 } as const;
  const [told] = lines(WHO, INTENT, { ...end, outcome: "camera", witnesses: 3 });
  assert.match(told ?? "", /door not seen open, ENDED, since the camera failed after 9 s$/);
});

test("says what the camera had proven when it opened", () => {
  assert.match(lines(WHO, { ...INTENT, cameraProof: 1 })[0] ?? "", /unlock \(use 2, the camera recorded\)/);
  assert.match(lines(WHO, { ...INTENT, cameraProof: 2, spends: [] })[0] ?? "", /unlock \(the camera saw\)/);
});

test("keeps a record that it does not understand, and one whose payload is broken", () => {
  const story = new Story(NAMES);
  story.add({ ...recordOf({ kind: "inside", count: 1 }, 1), type: 99 });
  story.add({ ...recordOf({ kind: "inside", count: 1 }, 2), payload: Uint8Array.of(0xff) });
  const told = story.happenings.map(({ how, result }) => `${how}: ${result}`);
  assert.equal(told, ["record of type 99: not understood", "record of type 21: not understood"]);
});

test("shows the door and the alarms, or everything, and the last of them", () => {
  const told = tell(
    { kind: "boot", reason: 1, boots: 4, haste: 8 },
    { kind: "inside", count: 1 },
    { kind: "alarm", alarm: "ajar", count: 1 },
  );
  const list = { owner: OWNER, sequence: 4, generation: 0, revoked: LINK, untils: [START] };
  const taken = tell({ kind: "list", list: { ...list, holders: new Uint8Array(0), codes: [] } });
  assert.equal(
    chooseHappenings(taken, false, 10).map(({ how }) => how),
    ["takes back"],
  );
  assert.is(chooseHappenings(told, true, 10).length, 3);
  assert.is(chooseHappenings(told, false, 10).length, 2);
  assert.equal(
    chooseHappenings(told, false, 1).map(({ how }) => how),
    ["ALARM"],
  );
});

test("says of an alarm whatever may have raised it: the camera's case, and its silence at rest, as well", () => {
  const said = (alarm: "tamper" | "camera") => lines({ kind: "alarm", alarm, count: 1 })[0] ?? "";
  assert.match(said("tamper"), /a keypad or the camera was opened/);
  assert.match(said("camera"), /or nothing was heard of it/);
});

test("says of a reset no more than is so: it is begun, and whoever reads of its end reads of one that did not come", () => {
  const encodedBody = Uint8Array.of(0x82, 8, 14);
  const told = lines(
    { kind: "statement", actor: OWNER, sequence: 8, body: { kind: KIND_FACTORY_RESET }, encodedBody },
    { kind: "door", event: "reset", count: 1 },
  );
  assert.equal(told, [
    "owner you | begins a reset | done",
    "lock | erases itself | where records follow, it could not",
  ]);
});

test("says how sure a time is", () => {
  const zone = parseZone("UTC0");
  const [known] = tell({ kind: "inside", count: 1 });
  assert.ok(known !== undefined);
  if (known === undefined) return;
  const sayAll = (width: number | undefined) => sayHappenings([{ ...known, at: START, width }], zone);
  const say = (width: number | undefined) => sayAll(width)[0] ?? "";
  assert.is(sayAll(60).length, 1);
  assert.equal(sayAll(undefined).slice(1), [
    "after: the lock did not know the time yet; no earlier than the time shown.",
  ]);
  assert.match(say(60), /^Wed 18 Nov 2026 11:07 \(UTC\+00:00\) {2}inside/);
  assert.match(say(1_200), / \+-10 min {2}inside/);
  assert.match(say(undefined), /^after Wed 18 Nov 2026 11:06/);
});

const ARCHIVE: Archive = {
  lockId: "AAAAAAAAAAA",
  lockKey: new Uint8Array(32),
  regions: [0, 1, 2].map((region) => {
    const empty = { firstSeq: 1, prevLink: new Uint8Array(32), records: new Uint8Array(0) };
    return { region: region as 0 | 1 | 2, ...empty };
  }),
  checkpoint: Uint8Array.of(1, 2, 3),
  earlier: [Uint8Array.of(4)],
};

test("writes and reads an exported log", () => assert.equal(parseArchive(encodeArchive(ARCHIVE)), ARCHIVE));

const RECORDS = Uint8Array.of(1, 2, 3, 4);
const NEWER: readonly (readonly [claim: string, firstSeq: number, records: Uint8Array, isContinued: boolean])[] = [
  ["the same records", 5, RECORDS, true],
  ["more records", 5, Uint8Array.of(1, 2, 3, 4, 5), true],
  ["one byte less", 5, RECORDS.subarray(0, 3), false],
  ["one bit changed", 5, Uint8Array.of(1, 2, 3, 5), false],
  ["a later beginning", 6, RECORDS, false],
  ["an earlier beginning", 4, RECORDS, false],
];
for (const [claim, firstSeq, records, expected] of NEWER) {
  test(`${expected ? "sees nothing missing in" : "sees what is missing in"} ${claim}`, () => {
    const kept = archiveWith(5, RECORDS);
    assert.is(isContinued(kept, archiveWith(firstSeq, records)), expected);
    assert.is(isContinued(ARCHIVE, archiveWith(firstSeq, records)), true);
  });
}

function archiveWith(firstSeq: number, records: Uint8Array, region: 1 | 2 = 1): Archive {
  const changed = { region, prevLink: new Uint8Array(32), firstSeq, records: records.slice() };
  return { ...ARCHIVE, regions: [...ARCHIVE.regions.filter((other) => other.region !== region), changed] };
}

test("tells what came last behind what stands under a later time: a clock that was set back hides nothing new", () => {
  const story = new Story(NAMES);
  const add = (entry: WritableEntry, seq: number, lo: number) =>
    story.add({ ...recordOf(entry, seq), lo: seconds(START + lo) });
  const press = (count: number): WritableEntry => ({ kind: "inside", count });
  add({ kind: "clock", source: 1, lo: START, hi: START }, 1, 900_000);
  add({ kind: "clock", source: 2, lo: START, hi: START }, 2, 100);
  add(press(5), 1, 50);
  for (let seq = 2; seq < 40; seq++) add(press(6), seq, 900_000 + seq);
  add(press(7), 40, 110);
  add(press(8), 41, 120);
  add({ kind: "alarm", alarm: "forced", count: 9 }, 1, 115);
  const said = (shown: readonly Happening[]) => shown.map(({ how, result }) => `${how} ${result}`);
  assert.equal(said(chooseHappenings(story.happenings, false, 3)), [
    "button, 7 times opened",
    "ALARM forced, 9 times",
    "button, 8 times opened",
  ]);
  assert.is(said(chooseHappenings(story.happenings, true, 100))[0], "button, 5 times opened");
  assert.equal(
    story.happenings.filter(({ region }) => region === 1).map(({ seq }) => seq),
    Array.from({ length: 41 }, (_, index) => index + 1),
  );
});

test("names the notices that made room before they were fetched", () => {
  // Two records without a payload, numbers 5 and 6.
  const kept = archiveWith(5, new Uint8Array(64), NOTICES);
  const newer = (firstSeq: number) => archiveWith(firstSeq, new Uint8Array(32), NOTICES);
  assert.is(missedNotices(kept, newer(5)), undefined, "it goes on");
  assert.is(missedNotices(kept, newer(7)), undefined, "what was fetched made room");
  assert.equal(missedNotices(kept, newer(8)), [7, 7]);
  assert.equal(missedNotices(kept, newer(40)), [7, 39]);
  assert.is(missedNotices(undefined, newer(1)), undefined);
  assert.equal(missedNotices(undefined, newer(3)), [1, 2]);
});

const CHANGES: readonly (readonly [field: string, value: unknown])[] = [
  ["latchkey", "invitation"],
  ["version", 2],
  ["lockId", 5],
  ["lockKey", "AAAA"],
  ["lockKey", undefined],
  ["checkpoint", "a+b"],
  ["earlier", "AAAA"],
  ["earlier", [5]],
  ["regions", {}],
  ["regions", [null]],
  ["regions", [{ region: 3, firstSeq: 1, prevLink: "", records: "" }]],
  ["regions", [{ region: 1, firstSeq: "1", prevLink: "", records: "" }]],
];
for (const [field, value] of CHANGES) {
  test(`refuses an exported log with ${field} = ${JSON.stringify(value)}`, () => {
    const file = { ...JSON.parse(encodeArchive(ARCHIVE)), [field]: value };
    assert.throws(() => parseArchive(JSON.stringify(file)), /no exported log/);
  });
}

test("refuses an exported log that was cut", () => {
  assert.throws(() => parseArchive(encodeArchive(ARCHIVE).slice(0, -1)), /no exported log/);
  assert.throws(() => parseArchive("null"), /no exported log/);
  assert.throws(() => parseArchive(""), /no exported log/);
});

test.run();
