// Goal: each operating mode lets just those move the bolt whom Matter names, and the inside always.
// Method: the whole table of modes and sources, and the two ways into privacy.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { millis } from "../../platform.ts";
import { canEnterMode, MODES, type Mode, modeAllows, type Source } from "../mode.ts";
import { type Door, startDoor } from "../state.ts";

const SOURCES: readonly Source[] = ["keypad", "phone", "owner", "remote", "inside"];
const ALLOWED: Readonly<Record<Mode, readonly Source[]>> = {
  normal: SOURCES,
  vacation: ["owner", "remote", "inside"],
  privacy: ["inside"],
  noRemote: ["keypad", "phone", "owner", "inside"],
  passage: SOURCES,
};

for (const mode of MODES) {
  for (const source of SOURCES) {
    const expected = ALLOWED[mode].includes(source);
    test(`${mode} ${expected ? "lets" : "does not let"} ${source} move the bolt`, () => {
      assert.is(modeAllows(mode, source), expected);
    });
  }
}

test("the modes stand at their Matter numbers", () => {
  assert.equal(MODES, ["normal", "vacation", "privacy", "noRemote", "passage"]);
});

const SHUT: Door = { bolt: { at: "locked", witness: "sensor" }, contact: { is: "closed" } };
const AJAR: Door = { ...SHUT, contact: { is: "open", since: millis(0), warned: "none" } };
const UNSEEN: Door = { ...SHUT, contact: { is: "unknown" } };
const ENTRIES: readonly (readonly [string, Mode, Source, Door, boolean])[] = [
  ["privacy begins at the inside of a locked door", "privacy", "inside", SHUT, true],
  ["privacy begins where no contact is fitted", "privacy", "inside", UNSEEN, true],
  ["privacy does not begin with the door open", "privacy", "inside", AJAR, false],
  ["privacy does not begin while unlocked or unknown", "privacy", "inside", startDoor(), false],
  ["T42: privacy does not begin from afar", "privacy", "remote", SHUT, false],
  ["T42: privacy does not begin by an owner's key outside", "privacy", "owner", SHUT, false],
  ["vacation begins in any state", "vacation", "owner", startDoor(), true],
  ["normal begins in any state", "normal", "remote", AJAR, true],
  ["passage begins in any state", "passage", "owner", AJAR, true],
];

for (const [name, mode, source, door, expected] of ENTRIES) {
  test(name, () => assert.is(canEnterMode(mode, source, door), expected));
}

test.run();
