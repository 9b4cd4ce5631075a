// The planted bugs: the same lock with one mistake in its source. The simulated house must find each by itself.
// Why: a simulator that cannot catch a bug that is known proves nothing about those that are not.
// Each is a rewrite of the source on the way into a bundle, whose text must stand there exactly once, so that the table
// follows the code; nothing of it is in firmware/, in lock/ or on a board. Where a mistake stands behind a second defence,
// the plant takes that away as well, and says so.

import { CODE_PLANTS } from "./codes.mjs";
import { DECISION_PLANTS } from "./decisions.mjs";
import { HALL_PLANTS } from "./hall.mjs";
import { MEMORY_PLANTS } from "./memory.mjs";
import { TOLD_PLANTS } from "./told.mjs";

/** Rows of `{name, by, busy, rewrites}`: the bug, the invariants of which one must catch it, and the mistake. `busy`: it takes
 *  a part that is full, so the house has a small one and thirty parcels a day; `hasCamera`: it takes a house with a
 *  camera, for a day, and nothing goes wrong but in its hall; `from`: the first seed,
 *  where an hour of others would show nothing. */
export const PLANTS = Object.freeze([
  ...DECISION_PLANTS,
  ...MEMORY_PLANTS,
  ...CODE_PLANTS,
  ...HALL_PLANTS,
  ...TOLD_PLANTS,
]);
