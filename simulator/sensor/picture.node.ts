// Makes real JPEG files of what a simulated sensor sees, through sharp, and reads photographs.
// Why: byte counts, samplings and tables of a real encoder belong to what the camera's judgement is tried on. Node only.

import sharp from "sharp";
import type { Bytes } from "../../firmware/bytes.ts";
import { type Canvas, TINTS } from "./canvas.ts";

/** Encodes a picture as a camera does: baseline, 4:2:0. @param quality 1..100 */
export async function encodePicture(canvas: Canvas, quality = 75): Promise<Bytes> {
  const { width, height, luma, tints } = canvas;
  const options = { quality, chromaSubsampling: "4:2:0" };
  if (tints === undefined) {
    const grey = { raw: { width, height, channels: 1 as const } };
    return bytesOf(await sharp(luma, grey).toColourspace("srgb").jpeg(options).toBuffer());
  }
  const pixels = new Uint8ClampedArray(3 * width * height);
  for (let at = 0; at < luma.length; at++) {
    const own = luma[at] as number;
    // Colour is a share of the light: there is none in the dark.
    const [fullRed, fullBlue] = TINTS[tints[at] as number] as readonly [number, number];
    const [red, blue] = [(fullRed * own) >> 7, (fullBlue * own) >> 7];
    pixels[3 * at] = own + red;
    pixels[3 * at + 1] = own - ((red * 51 + blue * 19) >> 7);
    pixels[3 * at + 2] = own + blue;
  }
  return bytesOf(
    await sharp(pixels, { raw: { width, height, channels: 3 } })
      .jpeg(options)
      .toBuffer(),
  );
}

/** Reads a photograph's luma at a size, cut to its shape. */
export async function readPicture(file: string, width: number, height: number): Promise<Uint8Array> {
  const { data } = await sharp(file)
    .resize(width, height, { fit: "cover" })
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return new Uint8Array(data);
}

function bytesOf(buffer: Buffer): Bytes {
  return new Uint8Array(buffer);
}
