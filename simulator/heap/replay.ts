// Plays a tape to a board's whole program: nobody else is in its machine, but for the thin classes of its chip.
// Why: see boundary.ts. What the program asks is compared with the tape in C; the first difference ends the run.

import { assert } from "../../firmware/fault.ts";
import type { FlashModule, KeyValueModule } from "../../firmware/io/ecma419.ts";
import { type Millis, millis } from "../../firmware/platform.ts";
import {
  ask,
  eraseConstant,
  eraseFlash,
  mark,
  nextCall,
  readConstant,
  readFlash,
  writeConstant,
  writeFlash,
} from "./natives.ts";
import { HEAD_BYTES, headOf, KIND } from "./tape.ts";
import { ThinChip } from "./thin.ts";

const SECTOR_BYTES = 4_096;
const SECTORS = 256;

/** Plays the whole tape. @param start runs the board's program over a chip, as at each of its starts */
export function replay(start: (chip: ThinChip) => void): void {
  let chip: ThinChip | undefined;
  for (let call = nextCall(); call !== undefined; call = nextCall()) {
    const { kind, flag, number } = headOf(call);
    if (kind === KIND.mark) mark(number);
    else if (kind === KIND.boot) {
      // A board that starts has lost all that it held.
      chip = undefined;
      chip = started(start, flag, millis(number));
    } else {
      assert(chip !== undefined, "a board starts before it is told anything");
      const body = new DataView(call, HEAD_BYTES);
      chip.tell(body.getUint32(0, true), flag, body.getInt32(4, true), millis(number));
    }
  }
}

/** Apart, so that nothing of the former chip is on the stack while the next one starts. */
function started(start: (chip: ThinChip) => void, resetReason: number, now: Millis): ThinChip {
  const chip = new ThinChip({ ask, keyValue: KEY_VALUE, flash: FLASH, resetReason }, now);
  start(chip);
  return chip;
}

const KEY_VALUE: KeyValueModule = Object.freeze({
  open: () => ({
    read: (name: string) => readConstant(name),
    write: (name: string, value: ArrayBuffer | Uint8Array) => writeConstant(name, new Uint8Array(value)),
    delete: (name: string) => eraseConstant(name),
    close: () => {},
  }),
});

const FLASH = Object.freeze({
  open: () => ({
    status: () => ({ size: SECTORS * SECTOR_BYTES, blockLength: SECTOR_BYTES, blocks: SECTORS }),
    read: (target: Uint8Array, offset: number) => {
      readFlash(offset, target);
      return target.length;
    },
    write: (bytes: Uint8Array, offset: number) => writeFlash(offset, bytes),
    eraseBlock: (sector: number) => eraseFlash(sector),
    close: () => {},
  }),
}) as unknown as FlashModule;
