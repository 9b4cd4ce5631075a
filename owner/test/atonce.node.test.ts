// Goal: of two commands that run at once each keeps what it learned, and neither takes away what the other has kept or writes.
// Method: whatever the first says is held up on its way, as by a slow network, while another command runs from beginning to end.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkFrame, FRAME_NK_1 } from "../../firmware/link/frame.ts";
import { atHome, done, type Porch } from "./porch.node.ts";

/** Holds up what comes on the next connection, from its frame of that number on. @returns what lets it go */
function holdNext(porch: Porch, from: number): () => void {
  const carry = porch.carry.bind(porch);
  const held: (() => void)[] = [];
  let holding: number | undefined;
  let count = 0;
  let isHolding = true;
  porch.carry = (connection, frame) => {
    if (checkFrame(frame) === FRAME_NK_1) holding ??= connection;
    if (connection === holding) count += 1;
    if (isHolding && connection === holding && count >= from) held.push(() => carry(connection, frame));
    else carry(connection, frame);
  };
  return () => {
    isHolding = false;
    for (const go of held) go();
  };
}

for (const from of [4, 5, 6, 7, 8])
  atHome(
    `a log that takes long takes nothing away from one that another command kept meanwhile: held up at frame ${from}`,
    async (home) => {
      const { owner, porch } = home;
      await done(home, "log");
      const release = holdNext(porch, from);
      const slow = owner.run(["log"]);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await done(home, "open", "--wait", "0");
      porch.visit();
      await done(home, "log");
      const visits = await done(home, "claim");
      assert.match(visits, /owner you +unlock/);
      release();
      const { exit, errors } = await slow;
      assert.equal([exit, errors], [0, ""]);
      assert.is(await done(home, "claim"), visits, "it is kept as before");
    },
    false,
  );

test.run();
