// Goal: lamp and filter follow the light of a hall, and not that of the lamp; a knock in another light than the last one waits for seconds.
// Method: a real Watch over drawn halls, whose sensor sees daylight and the camera's own lamp as far as its filter lets it.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Millis, millis } from "../../firmware/platform.ts";
import { MemoryConstants } from "../../simulator/memory.ts";
import { Stream } from "../../simulator/random.ts";
import { Stage } from "../../simulator/stage.ts";
import { Settings } from "../settings.ts";
import { NIGHT } from "../thresholds.ts";
import { Watch } from "../watch.ts";

const FRAME_MILLIS = 125;
const DARK_PERMILLE = 20;
const DAY_PERMILLE = 1_000;
/** A dusk, in steps of less than the sixth by which the darkest level of a day is above the lightest of a night. */
const DUSK_PERMILLE = [220, 195, 172, 152, 135];
/** Frames take seconds to draw on XS, and say the same in each hall but the one that its lamp hardly lights (28). */
const HALLS = [3, 28];
/** A proof takes three seconds of good frames, and the lamp's question two before that; a wish for day one more. */
const PROOF_MILLIS_MAX = 8_000;

/** A camera in a hall, and how often its filter moved. */
class Rig {
  readonly stage: Stage;
  readonly watch: Watch;
  moves = 0;
  unlit = 0;
  #now: Millis = millis(0);

  constructor(seed: number) {
    this.stage = new Stage(seed, true);
    const settings = new Settings(new MemoryConstants());
    this.stage.approveIn(settings);
    const { stage } = this;
    this.watch = new Watch({
      random: new Stream(seed, "watch"),
      reader: stage.reader,
      lamp: {
        write: (isActive) => {
          stage.isLampLit = isActive;
        },
      },
      filter: {
        write: (isActive) => {
          if (isActive !== stage.isFilterAway) this.moves += 1;
          stage.isFilterAway = isActive;
        },
      },
      analyseMillis: 500,
    });
    this.watch.eye.approve(settings.scenes);
  }

  /** Takes frames for a while, or until something is so. @returns how long that took; undefined where it never was */
  run(duration: number, isAsked: boolean, until: () => boolean = () => false): number | undefined {
    for (let passed = 0; passed < duration; passed += FRAME_MILLIS) {
      if (this.stage.isFilterAway && !this.stage.isLampLit) this.unlit += 1;
      const jpeg = this.stage.shoot();
      this.watch.take({ jpeg, hash: crypto.sha256(jpeg), now: this.#now, isAsked });
      this.#now = millis(this.#now + FRAME_MILLIS);
      if (until()) return passed;
    }
    return undefined;
  }

  /** Somebody knocks. @returns how long he waits for a proof */
  knock(): number | undefined {
    const { watch } = this;
    watch.begin();
    return this.run(20_000, true, () => watch.verdict === "ok" && watch.okMillis >= 3_000 && watch.alarm === undefined);
  }
}

for (const seed of HALLS) {
  test(`hall ${seed}: a night is one night, with a frame without the lamp each half minute at most`, () => {
    const rig = new Rig(seed);
    rig.stage.lightPermille = DARK_PERMILLE;
    rig.watch.begin();
    rig.run(120_000, false);
    assert.is(rig.watch.isNight, true);
    assert.is(rig.moves, 1);
    assert.ok(rig.unlit <= 120_000 / NIGHT.dwellMillis, `${rig.unlit} frames`);
  });

  test(`hall ${seed}: whoever knocks in another light than the last one was waits for seconds`, () => {
    const rig = new Rig(seed);
    const waited: (number | undefined)[] = [];
    for (const light of [DAY_PERMILLE, DARK_PERMILLE, DARK_PERMILLE, DAY_PERMILLE, DAY_PERMILLE]) {
      rig.stage.lightPermille = light;
      waited.push(rig.knock());
      rig.run(NIGHT.dwellMillis, false);
      rig.watch.end();
    }
    assert.ok(
      waited.every((each) => each !== undefined && each <= PROOF_MILLIS_MAX),
      waited.join(" "),
    );
    assert.is(rig.watch.isNight, false);
    assert.is(rig.moves, 2);
  });

  test(`hall ${seed}: no light of a dusk is too dark for a day and too light for a night`, () => {
    for (const light of DUSK_PERMILLE) {
      const rig = new Rig(seed);
      rig.stage.lightPermille = light;
      const waited = rig.knock();
      assert.ok(waited !== undefined && waited <= PROOF_MILLIS_MAX, `${light}: ${waited}, ${rig.watch.verdict}`);
    }
  });

  test(`hall ${seed}: a morning that comes while somebody is there is known`, () => {
    const rig = new Rig(seed);
    rig.stage.lightPermille = DARK_PERMILLE;
    assert.ok(rig.knock() !== undefined);
    rig.run(NIGHT.dwellMillis, true);
    rig.stage.lightPermille = DAY_PERMILLE;
    const isDay = () => !rig.watch.isNight;
    const took = rig.run(NIGHT.dwellMillis + 2 * NIGHT.settleMillis, true, isDay);
    assert.ok(took !== undefined, "it stays night");
    assert.ok(rig.run(20_000, true, () => rig.watch.verdict === "ok") !== undefined);
  });
}

test.run();
