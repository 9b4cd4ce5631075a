// Makes real JPEG files of what a simulated sensor sees, through sharp, and reads photographs.
// Why: byte counts, samplings and tables of a real encoder belong to what the camera's judgement is tried on. Node only.

import sharp from "sharp";
import type { Bytes } from "../../firmware/bytes.ts";
import { type Canvas, TINTS } from "./canvas.ts";

const LEVELS = 256;

/** Encodes a picture as a camera does: baseline, 4:2:0. @param quality 1..100 */
export async function encodePicture(canvas: Canvas, quality = 75): Promise<Bytes> {
  const { width, height, luma, tints } = canvas;
  const options = { quality, chromaSubsampling: "4:2:0" };
  if (tints === undefined) {
    const grey = { raw: { width, height, channels: 1 as const } };
    return bytesOf(await sharp(luma, grey).toColourspace("srgb").jpeg(options).toBuffer());
  }
  const pixels = new Uint8Array(3 * width * height);
  const colours = coloursOf();
  for (let at = 0, to = 0; at < luma.length; at++) {
    const colour = 3 * (LEVELS * (tints[at] as number) + (luma[at] as number));
    pixels[to++] = colours[colour] as number;
    pixels[to++] = colours[colour + 1] as number;
    pixels[to++] = colours[colour + 2] as number;
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

/** Red, green and blue of each tint at each luma: of a frame of 1080p each pixel is looked up. */
function coloursOf(): Uint8ClampedArray {
  const colours = new Uint8ClampedArray(3 * LEVELS * TINTS.length);
  for (const [tint, [fullRed, fullBlue]] of TINTS.entries()) {
    for (let own = 0; own < LEVELS; own++) {
      // Colour is a share of the light: there is none in the dark.
      const [red, blue] = [(fullRed * own) >> 7, (fullBlue * own) >> 7];
      colours.set([own + red, own - ((red * 51 + blue * 19) >> 7), own + blue], 3 * (LEVELS * tint + own));
    }
  }
  return colours;
}

function bytesOf(buffer: Buffer): Bytes {
  return new Uint8Array(buffer);
}
