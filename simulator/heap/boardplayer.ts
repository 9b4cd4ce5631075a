// Plays a tape to a lock's whole program (lock/board.ts).

import { crypto } from "../../firmware/crypto/native.ts";
import { startLock } from "../../lock/board.ts";
import { IMAGE } from "./board.ts";
import { CHIP, MEMBER } from "./boundary.ts";
import { ask, draw } from "./natives.ts";
import { replay } from "./replay.ts";
import type { ThinChip } from "./thin.ts";

/** Plays the whole tape. */
export function playBoard(): void {
  replay(start);
}

function start(chip: ThinChip): void {
  startLock({
    ...{ sdk: chip.sdk, chip, radio: chip.radio, crypto, image: IMAGE },
    random: { fill: draw },
    feedFromRadio: (isOn) => void ask(CHIP, MEMBER.feed, isOn),
  });
}
