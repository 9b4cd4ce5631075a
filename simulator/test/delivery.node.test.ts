// The story that `npm start` tells is the same each time.
// Method: it is told twice. On Node only: that XS plays a seed as Node does, the long suite shows, and there it takes seconds.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { tellStory } from "../story.ts";

test("is the same each time, to the last byte on every wire", () => {
  const [first, second] = [1, 2].map(() => tellStory(crypto, () => {}));
  assert.is(first?.hash, second?.hash);
});

test.run();
