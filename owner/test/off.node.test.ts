// Goal: whoever looks through a camera that is off learns it at once, and hears nothing of the kind where pictures come.
// Method: cameras that say of themselves what a row has, asked as `watch` asks them.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { CameraStatus, ViewerAnswer } from "../../firmware/link/viewer.ts";
import { SETTING_CAMERA_MODE } from "../../firmware/policy/configuration.ts";
import { explainOff } from "../watch/off.ts";

const STATUS: CameraStatus = {
  ...{ verdict: 0, alarm: undefined, isOn: false, canRecord: false, isRecording: false, isCaseOpen: false },
  ...{ isNight: false, isStreamOn: false, power: 1, freeKib: 0, recipients: 0, scenes: 0, clips: 0 },
};
const VISITS = "The camera is off (mode visits): it shows nothing until somebody comes; latchkey camera mode always";

type Row = readonly [what: string, mode: number | undefined, answer: ViewerAnswer, isStale: boolean, said: string[]];

const off: ViewerAnswer = { kind: "status", id: 1, status: STATUS };
const ROWS: readonly Row[] = [
  ["off, and never set", undefined, off, true, [VISITS]],
  ["off between visits", 0, off, true, [VISITS]],
  ["off for good", 2, off, true, ["The camera is off (mode never): it shows nothing; latchkey camera mode always"]],
  ["on", 0, { kind: "status", id: 1, status: { ...STATUS, isOn: true } }, true, []],
  ["silent", 0, { kind: "no", id: 1 }, true, []],
  ["seen", 0, off, false, []],
];

for (const [what, mode, answer, isStale, said] of ROWS)
  test(`says what there is to say of a camera that is ${what}`, async () => {
    const heard: string[] = [];
    const looking = { isOpen: true, isStale, ask: async () => answer };
    const configuration = new Map(mode === undefined ? [] : [[SETTING_CAMERA_MODE, mode]]);
    const telling = explainOff(looking, { configuration }, (reason) => void heard.push(reason));
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    telling.close();
    assert.equal(heard, said);
  });

test.run();
