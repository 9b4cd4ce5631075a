// Goal: every planted bug still fits into the source, none of them stands in it, and the house finds them.
// Method: each is looked up; three that cost little are planted and must be caught. `npm run plants` tries all.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { PLANTS } from "../plants/plants.mjs";
import { ROOT } from "../run/bundle.mjs";
import { tryPlants } from "../run/plants.mjs";

/** As many as the simulator must be able to catch. */
const PLANTS_MIN = 20;
const TRIED: readonly string[] = [
  "act for a guest before the intent is written",
  "forget a use over a cut",
  "relock onto an open door",
];

test("there are enough of them, each with a name and an invariant of its own to be caught by", () => {
  assert.ok(PLANTS.length >= PLANTS_MIN, `${PLANTS.length}`);
  assert.is(new Set(PLANTS.map(({ name }) => name)).size, PLANTS.length);
  for (const { name, by, rewrites } of PLANTS) assert.ok(by.length > 0 && rewrites.length > 0, name);
});

test("each fits into the source, in exactly one place", () => {
  for (const { name, rewrites } of PLANTS) {
    for (const { file, find, replace } of rewrites) {
      assert.is(readFileSync(join(ROOT, file), "utf8").split(find).length - 1, 1, `${name}: ${file}: ${find}`);
      assert.is.not(find, replace, name);
    }
  }
});

test("no board knows of them", () => {
  const files = ["firmware", "lock"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true }).map((path) => join(ROOT, folder, String(path))),
  );
  const sources = files
    .filter((path) => path.endsWith(".ts") && !path.includes("/test/"))
    .map((path) => readFileSync(path, "utf8"));
  assert.ok(sources.length > 60);
  for (const { name, rewrites } of PLANTS) {
    for (const { replace } of rewrites) {
      const mistake = replace.trim();
      if (mistake.length > 60) assert.ok(!sources.some((source) => source.includes(mistake)), name);
    }
  }
});

test("the house finds three of them", async () => {
  const chosen = PLANTS.filter(({ name }) => TRIED.includes(name));
  assert.is(chosen.length, TRIED.length);
  const rows = await tryPlants(chosen, { seeds: 5, days: 1 });
  for (const { name, isCaught, sentence } of rows) assert.ok(isCaught, `${name}: ${sentence}`);
});

test("a house without a bug survives the same seeds", async () => {
  const [row] = await tryPlants([{ name: "none", by: [], rewrites: [] }], { seeds: 5, days: 1 });
  assert.equal([row.isCaught, row.sentence], [false, "SURVIVED 5 seeds"]);
});

test.run();
