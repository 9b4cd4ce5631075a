// What the analysis looks at: 40 by 30 values of luma for a frame, and what can give them for a JPEG.
// Why: on the chip JavaScript has the time for about 1,200 pixels once or twice a second, so a frame is reduced before
// anything looks at it. On a board a native helper stands behind LumaReader, elsewhere the reader of jpeg.ts.

/** Columns of the reduced picture. */
export const LUMA_WIDTH = 40;

/** Rows of the reduced picture. */
export const LUMA_HEIGHT = 30;

/** Bytes of the reduced picture, row by row. */
export const LUMA_BYTES = LUMA_WIDTH * LUMA_HEIGHT;

/** Reduces a JPEG to its luma. */
export interface LumaReader {
  /** Writes the reduced picture into `luma`, which is spoilt where it throws.
   *  @param jpeg a baseline JPEG   @param luma as many bytes as this reader's grid has, LUMA_BYTES for the analysis
   *  @throws Fault image.bound, image.shape, image.truncated, image.unsupported */
  read(jpeg: Uint8Array, luma: Uint8Array): void;
}
