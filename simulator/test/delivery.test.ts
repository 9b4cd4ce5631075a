// Goal: the main story goes as the README tells it, on every engine, and the journal tells the same story.
// Method: the delivery is played once in virtual time; each row is one claim about it.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { AuditedRecord } from "../audit.ts";
import { type Story, tellStory } from "../story.ts";

const lines: string[] = [];
const story: Story = tellStory(crypto, (line) => lines.push(line));
const records: readonly AuditedRecord[] = story.audit?.records ?? [];

const REPLIES: readonly [name: string, what: string, reply: string][] = [
  ["adopt", "accepts its owner while somebody is at the door", "yes"],
  ["enrol", "takes a camera while somebody is at the door", "yes"],
  ["early", "refuses the courier an hour early", "no"],
  ["stolen", "refuses a copied grant without its key", "no"],
  ["visit", "opens for the courier within the window, once the camera sees", "yes"],
  ["again", "refuses the courier a second time", "no"],
  ["second", "opens for another courier", "yes"],
  ["back", "refuses a second cycle to whoever covered the lens", "no"],
  ["covered", "refuses a third courier while the lens is covered", "no"],
  ["late", "refuses a courier an hour late", "no"],
];

for (const [name, what, reply] of REPLIES) {
  test(what, () => {
    assert.is(story.replies[name], reply);
  });
}

test("holds every invariant", () => {
  assert.equal(story.violations, []);
});

test("leaves a journal that verifies to its signed checkpoint", () => {
  assert.is(story.audit?.verdict?.kind, "whole");
});

test("writes two openings, each by its courier's chain, and closes one as secured, the other by the camera", () => {
  const openings = records.flatMap(({ entry }) => (entry.kind === "intent" ? [entry.cameraProof] : []));
  assert.equal(openings, [2, 2]);
  const names = records.flatMap(({ entry }) => (entry.kind === "who" ? [entry.names] : []));
  assert.equal(names, [
    ["Parcel Co", "Carl"],
    ["Parcel Co", "Eve"],
  ]);
  const closings = records.flatMap(({ entry }) => (entry.kind === "closing" ? [entry] : []));
  assert.equal(
    closings.map(({ outcome, openedAfter, closedAfter }) => [outcome, openedAfter, closedAfter]),
    [
      ["secured", 12, 52],
      ["camera", 12, 32],
    ],
  );
});

test("locks as soon as the leaf is shut where the lens was covered, and waits for a second parcel where it was not", () => {
  const waits = records.flatMap(({ entry }) =>
    entry.kind === "closing" ? [(entry.securedAfter ?? 0) - (entry.closedAfter ?? 0)] : [],
  );
  assert.equal(waits, [3, 1]);
});

test("writes why each was refused, and spends nothing on whom the camera could not vouch for", () => {
  const reasons = records.flatMap(({ entry }) => (entry.kind === "refusal" ? [entry.denial] : []));
  // A reason that was written within the hour is counted first, and written when the hour is over.
  assert.equal(reasons, ["not-yet", "uses", "camera", "uses", "expired"]);
});

test("has a whole film of each visit, whose chain the journal holds", () => {
  const films = story.films.map(({ isOk, frames, sound, skipped }) => [isOk, frames === sound, frames > 60, skipped]);
  assert.equal(films, [
    [true, true, true, 0],
    [true, true, true, 0],
  ]);
  const alarms = records.flatMap(({ entry }) => (entry.kind === "alarm" ? [entry.alarm] : []));
  assert.equal(alarms, ["camera"]);
});

test("tells the story in at most thirty lines", () => {
  assert.ok(lines.length >= 10 && lines.length <= 30, `${lines.length} lines`);
  assert.equal(
    lines.filter((line) => line.length > 120),
    [],
  );
});

test("is good", () => {
  assert.ok(story.isGood);
});

test.run();
