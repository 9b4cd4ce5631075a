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
  ["early", "refuses the courier an hour early", "no"],
  ["stolen", "refuses a copied grant without its key", "no"],
  ["visit", "opens for the courier within the window", "yes"],
  ["again", "refuses the courier a second time", "no"],
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

test("writes exactly one opening, by the courier's chain, and closes it as secured", () => {
  const openings = records.filter(({ entry }) => entry.kind === "intent");
  assert.is(openings.length, 1);
  const names = records.flatMap(({ entry }) => (entry.kind === "who" ? [entry.names] : []));
  assert.equal(names, [["Parcel Co", "Carl"]]);
  const closings = records.flatMap(({ entry }) => (entry.kind === "closing" ? [entry] : []));
  assert.equal(
    closings.map(({ outcome, openedAfter, closedAfter }) => [outcome, openedAfter, closedAfter]),
    [["secured", 3, 89]],
  );
});

test("writes why each was refused", () => {
  const reasons = records.flatMap(({ entry }) => (entry.kind === "refusal" ? [entry.denial] : []));
  assert.equal(reasons, ["not-yet", "uses", "expired"]);
});

test("tells the story in at most twenty lines", () => {
  assert.ok(lines.length >= 10 && lines.length <= 20, `${lines.length} lines`);
  assert.ok(lines.every((line) => line.length <= 120));
});

test("is good, and the same each time", () => {
  const again = tellStory(crypto, () => {});
  assert.equal([story.isGood, again.hash], [true, story.hash]);
});

test.run();
