// Writes a JPEG of flat blocks: one DC coefficient for each block of 8 by 8, and nothing above it.
// Why: a camera in a simulated house must give whole files that any player shows, at once and the same on every engine; a
// flat block is all that the scene analysis looks at. Full pictures come from the library behind picture.node.ts.
// Follows ITU-T T.81: baseline, grey, the DC table of its Annex K.3, steps of an eighth of a level.

import type { Bytes } from "../../firmware/bytes.ts";
import { assert } from "../../firmware/fault.ts";

const DC_COUNTS = Object.freeze([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
const DC_CODES: readonly (readonly [code: number, bits: number])[] = Object.freeze([
  ...([
    [0, 2],
    [2, 3],
    [3, 3],
    [4, 3],
    [5, 3],
    [6, 3],
  ] as const),
  ...([
    [14, 4],
    [30, 5],
    [62, 6],
    [126, 7],
    [254, 8],
    [510, 9],
  ] as const),
]);
const HEADER_BYTES = 512;
const BLOCK_BYTES_MAX = 6;
const LEVEL_STEPS = 8;

/** What a mosaic is made of. */
export interface Mosaic {
  /** Blocks in a row and rows of blocks, 1..512 each. */
  readonly columns: number;
  readonly rows: number;
  /** Blocks between restart markers; 0 where there are none. */
  readonly restart?: number;
}

/** Encodes levels as a JPEG of eight times their columns and rows.
 *  @param levels one for each block, in eighths of a level of luma: 0..2,040 */
export function encodeMosaic(levels: ArrayLike<number>, { columns, rows, restart = 0 }: Mosaic): Bytes {
  assert(levels.length === columns * rows && columns <= 512 && rows <= 512, "a level for each block");
  const target = new Uint8Array(HEADER_BYTES + columns * rows * BLOCK_BYTES_MAX);
  let at = 0;
  const put = (...bytes: readonly number[]) => {
    target.set(bytes, at);
    at += bytes.length;
  };
  const side = (blocks: number) => [(blocks * 8) >> 8, (blocks * 8) & 255];
  put(0xff, 0xd8, 0xff, 0xdb, 0, 67, 0, ...new Array(64).fill(1));
  put(0xff, 0xc0, 0, 11, 8, ...side(rows), ...side(columns), 1, 1, 0x11, 0);
  put(0xff, 0xc4, 0, 31, 0x00, ...DC_COUNTS, ...DC_CODES.keys());
  put(0xff, 0xc4, 0, 20, 0x10, 1, ...new Array(15).fill(0), 0x00);
  if (restart > 0) put(0xff, 0xdd, 0, 4, restart >> 8, restart & 255);
  put(0xff, 0xda, 0, 8, 1, 1, 0x00, 0, 63, 0);
  let held = 0;
  let count = 0;
  const write = (bits: number, size: number) => {
    held = (held << size) | bits;
    count += size;
    while (count >= 8) {
      count -= 8;
      const byte = (held >> count) & 255;
      put(byte);
      if (byte === 0xff) put(0);
    }
    held &= (1 << count) - 1;
  };
  const flush = () => count > 0 && write((1 << (8 - count)) - 1, 8 - count);
  let predicted = 0;
  for (let block = 0; block < columns * rows; block++) {
    if (restart > 0 && block > 0 && block % restart === 0) {
      flush();
      put(0xff, 0xd0 + ((block / restart - 1) & 7));
      predicted = 0;
    }
    const level = Math.max(0, Math.min(255 * LEVEL_STEPS, levels[block] as number)) - 128 * LEVEL_STEPS;
    const difference = level - predicted;
    predicted = level;
    const category = 32 - Math.clz32(Math.abs(difference));
    const [code, bits] = DC_CODES[category] as readonly [number, number];
    write(code, bits);
    if (category > 0) write(difference > 0 ? difference : difference + (1 << category) - 1, category);
    write(0, 1);
  }
  flush();
  put(0xff, 0xd9);
  return target.slice(0, at);
}
