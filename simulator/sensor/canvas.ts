// A plane of luma that shapes are painted on: boxes and ovals of a scene that knows no pixels.
// Why: the same hall is drawn at 160 by 120 for thousands of frames and at full size for real files, and both must agree;
// integers and a hash for grain, so that every engine draws the same.

/** Units of a scene across one view: 16 for each pixel of VGA. */
export const VIEW_WIDTH = 10_240;
export const VIEW_HEIGHT = 7_680;

/** A box or an oval in a scene. Lengths in scene units, levels 0..255. */
export interface Shape {
  readonly isOval?: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly luma: number;
  /** Luma under the infrared lamp: dyes that differ by day may look alike there. */
  readonly infrared: number;
  /** Colour: an index into TINTS. */
  readonly tint?: number;
  /** Levels that it is brighter below than above. */
  readonly slope?: number;
  /** Levels of grain to either side, and the size of a grain. */
  readonly grain?: number;
  readonly grainSize?: number;
}

/** Where in a scene a camera looks: the corner of its view, and the height that is cut out of VIEW_HEIGHT. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

/** What is added to red and blue for each tint at a luma of 128; green makes up for it. */
export const TINTS: readonly (readonly [red: number, blue: number])[] = Object.freeze([
  ...([
    [0, 0],
    [24, -28],
    [-18, 26],
    [30, -6],
    [-14, -20],
  ] as readonly (readonly [number, number])[]),
]);

/** A picture. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly luma: Uint8Array;
  /** An index into TINTS for each pixel; left out of small pictures. */
  readonly tints: Uint8Array | undefined;

  constructor(width: number, height: number, hasTints = false) {
    this.width = width;
    this.height = height;
    this.luma = new Uint8Array(width * height);
    this.tints = hasTints ? new Uint8Array(width * height) : undefined;
  }

  /** Takes another picture of the same size. */
  set(other: Canvas): void {
    this.luma.set(other.luma);
    if (this.tints !== undefined && other.tints !== undefined) this.tints.set(other.tints);
  }

  /** Paints shapes over each other, as seen from a view. */
  paint(shapes: readonly Shape[], view: View, isInfrared: boolean): void {
    for (const shape of shapes) this.#paintOne(shape, view, isInfrared);
  }

  #paintOne(shape: Shape, view: View, isInfrared: boolean): void {
    const pitch = VIEW_WIDTH / this.width;
    const top = Math.max(0, Math.ceil((shape.y - view.y) / pitch - 0.5));
    const bottom = Math.min(this.height, Math.ceil((shape.y + shape.height - view.y) / pitch - 0.5));
    const middle = shape.x + shape.width / 2;
    const { grain = 0, grainSize = 64, slope = 0, tint = 0 } = shape;
    // Grain finer than a pixel comes to nothing in it.
    const hasGrain = grain > 0 && grainSize >= pitch;
    const base = isInfrared ? shape.infrared : shape.luma;
    for (let row = top; row < bottom; row++) {
      const y = (row + 0.5) * pitch + view.y;
      const part = (y - shape.y) / shape.height;
      const half = (shape.width / 2) * (shape.isOval === true ? Math.sqrt(Math.max(0, 4 * part * (1 - part))) : 1);
      const left = Math.max(0, Math.ceil((middle - half - view.x) / pitch - 0.5));
      const right = Math.min(this.width, Math.ceil((middle + half - view.x) / pitch - 0.5));
      const level = Math.floor(base + slope * (part - 0.5));
      const from = row * this.width;
      if (this.tints !== undefined && left < right) this.tints.fill(tint, from + left, from + right);
      if (!hasGrain) {
        if (left < right) this.luma.fill(Math.max(0, Math.min(255, level)), from + left, from + right);
        continue;
      }
      const line = Math.floor(y / grainSize);
      for (let column = left; column < right; column++) {
        const x = Math.floor(((column + 0.5) * pitch + view.x) / grainSize);
        this.luma[from + column] = Math.max(0, Math.min(255, level + grainAt(x, line, grain)));
      }
    }
  }

  /** Blurs by the mean of a box, twice. @param radius in pixels of VGA */
  blur(radius: number): void {
    const pixels = Math.max(0, Math.round((radius * this.width) / 640));
    if (pixels === 0) return;
    const line = new Uint8Array(Math.max(this.width, this.height));
    for (let pass = 0; pass < 2; pass++) {
      for (let row = 0; row < this.height; row++)
        this.#blurLine(row * this.width, { step: 1, count: this.width, pixels, line });
      for (let column = 0; column < this.width; column++) {
        this.#blurLine(column, { step: this.width, count: this.height, pixels, line });
      }
    }
  }

  #blurLine(from: number, { step, count, pixels, line }: Line): void {
    for (let at = 0; at < count; at++) line[at] = this.luma[from + at * step] as number;
    let sum = 0;
    const at = (index: number) => line[Math.max(0, Math.min(count - 1, index))] as number;
    for (let index = -pixels; index <= pixels; index++) sum += at(index);
    for (let index = 0; index < count; index++) {
      this.luma[from + index * step] = Math.floor(sum / (2 * pixels + 1));
      sum += at(index + pixels + 1) - at(index - pixels);
    }
  }
}

interface Line {
  readonly step: number;
  readonly count: number;
  readonly pixels: number;
  readonly line: Uint8Array;
}

/** Grain of a place: always the same there. @returns -amplitude..amplitude */
export function grainAt(x: number, y: number, amplitude: number): number {
  let word = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 15), 0x2c1b3c6d);
  word ^= word >>> 13;
  return ((word >>> 0) % (2 * amplitude + 1)) - amplitude;
}
