// Plays a tape to a keypad's whole program (keypad/board.ts).

import { crypto } from "../../firmware/crypto/native.ts";
import { restOn } from "../../firmware/io/resting.ts";
import { startKeypad } from "../../keypad/board.ts";
import { KEYPAD_TARGET } from "./board.ts";
import { draw } from "./natives.ts";
import { replay } from "./replay.ts";
import { type ThinChip, ThinSleeper } from "./thin.ts";

/** Plays the whole tape. */
export function playKeypad(): void {
  replay(start);
}

/** The same for one whose image is made to sleep. */
export function playSleepingKeypad(): void {
  replay(startSleeping);
}

function start(chip: ThinChip): void {
  startKeypad({ sdk: chip.sdk, chip, crypto, random: { fill: draw }, target: KEYPAD_TARGET });
}

function startSleeping(chip: ThinChip): void {
  const resting = restOn(new ThinSleeper(chip));
  startKeypad({ sdk: chip.sdk, chip, crypto, random: { fill: draw }, target: KEYPAD_TARGET, restOn: resting });
}
