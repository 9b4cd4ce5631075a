// How wide and how high a picture is, by its own word.
// Why: a player is told by the file too, and believes it: ffmpeg takes pictures that are lower than the file says for halves of one,
// and shows every second one woven into the one before.
// Follows ITU-T T.81 §B.1.1 (markers) and §B.2.2 (frame header).

/** In pixels. */
export interface Shape {
  readonly width: number;
  readonly height: number;
}

const START = 0xd8;
const SCAN = 0xda;
const END = 0xd9;
const MARKER = 0xff;
/** Markers with nothing behind them: TEM, and RST0 up to SOI. */
const TEMPORARY = 0x01;
const RESTART = 0xd0;
/** Frame headers are C0 to CF, but for tables (DHT), an extension (JPG) and conditioning (DAC). */
const FRAME_FIRST = 0xc0;
const FRAME_LAST = 0xcf;
const NO_FRAMES: readonly number[] = Object.freeze([0xc4, 0xc8, 0xcc]);
const FRAME_BYTES = 9;

/** Gives what the first frame header of a JPEG says. Total. @returns undefined where it has none */
export function shapeOf(jpeg: Uint8Array): Shape | undefined {
  let at = 2;
  while (at + FRAME_BYTES <= jpeg.length && jpeg[at] === MARKER) {
    const marker = jpeg[at + 1];
    if (marker === SCAN || marker === END) return undefined;
    if (marker === MARKER) at += 1;
    else if (marker === TEMPORARY || (marker >= RESTART && marker <= START)) at += 2;
    else if (marker >= FRAME_FIRST && marker <= FRAME_LAST && !NO_FRAMES.includes(marker)) {
      return { height: numberAt(jpeg, at + 5), width: numberAt(jpeg, at + 7) };
    } else at += 2 + numberAt(jpeg, at + 2);
  }
  return undefined;
}

function numberAt(jpeg: Uint8Array, at: number): number {
  return (jpeg[at] << 8) | jpeg[at + 1];
}
