// When an alarm is shown outside: from its beginning to its end, at every keypad, whatever began it.
// Method: the lock on a desk with a keypad at a real link, which hears views and asks nothing.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import { Typist } from "../../simulator/typist.ts";
import { House } from "./house.ts";

/** For so long keypads show an alarm, by docs/protocol.md §3.2. */
const ALARM_MILLIS = 10_000;

const ALARMS: readonly (readonly [claim: string, sound: (house: House) => void])[] = [
  ["a cut loop", (house) => house.desk.moveLoop(false)],
  [
    "another keypad's open case",
    (house) => {
      const other = new Typist(house.desk, "back door").enrol();
      house.desk.passTime(20);
      house.typist.connect();
      other.ask({ kind: "report", isCaseOpen: true, isKeyStuck: false, millivolts: 5_000 });
      house.typist.listen();
    },
  ],
  [
    "a request that only somebody inside may grant",
    (house) => void house.desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 3, value: 2 }] }),
  ],
];

for (const [claim, sound] of ALARMS) {
  test(`${claim} is shown outside at once, and its end on time`, () => {
    const house = new House();
    house.desk.passTime(90);
    house.typist.connect();
    sound(house);
    const { desk, typist } = house;
    assert.is(desk.rig.signals.at(-1), "alarm");
    const began = desk.elapsed;
    desk.passMillis(0);
    assert.is(typist.hear()?.isAlarm, true);
    desk.passMillis(ALARM_MILLIS - (desk.elapsed - began) - 100);
    assert.is(typist.hear()?.isAlarm, true);
    desk.passMillis(200);
    assert.is(typist.hear()?.isAlarm, false);
  });
}

test("an alarm that sounds again lasts as long again", () => {
  const house = new House();
  house.desk.moveLoop(false);
  house.desk.passMillis(6_000);
  house.desk.moveLoop(false);
  house.desk.passMillis(9_900);
  assert.is(house.typist.hear()?.isAlarm, true);
  house.desk.passMillis(200);
  assert.is(house.typist.hear()?.isAlarm, false);
});

test.run();
