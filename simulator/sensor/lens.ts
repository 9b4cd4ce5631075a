// What thieves put on a lens or before it, and what they do to the picture behind it.
// Why: each class of the camera's judgement needs its act, with the strength drawn from a seed, as every hand covers differently.
// Levels follow the prototype's table (docs/camera.md): a black cover reads 6, dark tape 36.

import type { Stream } from "../random.ts";
import { type Canvas, grainAt, VIEW_WIDTH } from "./canvas.ts";

/** Things over a lens; each leaves the sensor's own noise alone. */
export const TOOLS = Object.freeze([
  ...(["black", "dark-tape", "hand", "paper", "spray", "torch", "frosted", "smear-10", "smear-5", "part"] as const),
] as const);

/** One of TOOLS. */
export type Tool = (typeof TOOLS)[number];

/** Radius of the blur, in pixels of VGA, and the contrast that is left in percent. */
const SMEARS = Object.freeze({
  frosted: { radius: 40, percent: 80 },
  "smear-10": { radius: 10, percent: 96 },
  "smear-5": { radius: 5, percent: 98 },
});

/** One application of a tool: it looks the same in every frame of it. */
export interface Applied {
  readonly tool: Tool;
  /** Of what shows through or is reflected, 0..255. */
  readonly level: number;
  readonly slope: number;
  /** Separates the blotches of one application from another's. */
  readonly place: number;
}

/** Draws how a tool is put on. */
export function applyTool(random: Stream, tool: Tool): Applied {
  const levels: Readonly<Record<Tool, readonly [number, number]>> = {
    ...{ black: [4, 8], "dark-tape": [32, 40], hand: [60, 150], paper: [150, 235], spray: [30, 90], torch: [255, 255] },
    ...{ frosted: [10, 30], "smear-10": [0, 6], "smear-5": [0, 4], part: [150, 235] },
  };
  const [least, most] = levels[tool];
  return { tool, level: random.between(least, most), slope: random.between(-16, 16), place: random.below(4_096) };
}

/** Whether a tool shuts the light of the hall out, so that its level is not the hall's light. */
export function isOpaque(tool: Tool): boolean {
  return tool === "black" || tool === "dark-tape" || tool === "torch";
}

/** Changes a picture to what the lens lets through. @param lightPermille of the hall, of which paper and skin reflect */
export function cover(canvas: Canvas, { tool, level, slope, place }: Applied, lightPermille: number): void {
  const lit = isOpaque(tool) ? level : Math.floor((level * lightPermille) / 1_000);
  if (tool === "black" || tool === "dark-tape") sheet(canvas, { level: lit, slope: Math.floor(slope / 4), until: 100 });
  else if (tool === "paper") sheet(canvas, { level: lit, slope, until: 100 });
  else if (tool === "part") sheet(canvas, { level: lit, slope, until: 62 });
  else if (tool === "hand") {
    sheet(canvas, { level: lit, slope: slope * 2, until: 100 });
    blotches(canvas, { place, amplitude: Math.floor(lit / 6), size: 2_400 });
  } else if (tool === "spray") spray(canvas, { place, level: lit });
  else if (tool === "torch") glare(canvas);
  else {
    const { radius, percent } = SMEARS[tool];
    canvas.blur(radius);
    mist(canvas, lit, percent);
  }
}

/** A sheet from the left until a share of the view, in percent. */
function sheet(canvas: Canvas, { level, slope, until }: { level: number; slope: number; until: number }): void {
  const right = Math.floor((canvas.width * until) / 100);
  for (let row = 0; row < canvas.height; row++) {
    const value = Math.max(0, Math.min(255, level + Math.floor(slope * (row / canvas.height - 0.5))));
    canvas.luma.fill(value, row * canvas.width, row * canvas.width + right);
    canvas.tints?.fill(0, row * canvas.width, row * canvas.width + right);
  }
}

/** Soft unevenness, larger than a block: skin before the lens is out of focus. */
function blotches(
  canvas: Canvas,
  { place, amplitude, size }: { place: number; amplitude: number; size: number },
): void {
  const pitch = VIEW_WIDTH / canvas.width;
  const at = (x: number, y: number) => grainAt(x + place, y, amplitude);
  for (let row = 0; row < canvas.height; row++) {
    const y = (row * pitch) / size;
    const below = y - Math.floor(y);
    for (let column = 0; column < canvas.width; column++) {
      const x = (column * pitch) / size;
      const beside = x - Math.floor(x);
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const upper = at(left, top) * (1 - beside) + at(left + 1, top) * beside;
      const lower = at(left, top + 1) * (1 - beside) + at(left + 1, top + 1) * beside;
      const index = row * canvas.width + column;
      const value = (canvas.luma[index] as number) + upper * (1 - below) + lower * below;
      canvas.luma[index] = Math.max(0, Math.min(255, Math.floor(value)));
    }
  }
}

/** Paint on the glass: a film that lets a twentieth through, thicker in drops that are out of focus. */
function spray(canvas: Canvas, { place, level }: { place: number; level: number }): void {
  canvas.blur(24);
  canvas.tints?.fill(0);
  mist(canvas, level, 5);
  blotches(canvas, { place, amplitude: 8, size: 1_100 });
}

/** A lamp into the lens: its light lies over everything, most in the middle, where the sensor is full. */
function glare(canvas: Canvas): void {
  const { width, height, luma } = canvas;
  for (let row = 0, index = 0; row < height; row++) {
    const down = (2 * row) / height - 1;
    for (let column = 0; column < width; column++, index++) {
      const across = (2 * column) / width - 1;
      const veil = Math.floor(420 - 110 * (across * across + down * down));
      luma[index] = Math.min(255, veil + ((luma[index] as number) >> 1));
    }
  }
}

/** Contrast in percent, on top of a level. */
function mist(canvas: Canvas, level: number, percent: number): void {
  for (let index = 0; index < canvas.luma.length; index++) {
    canvas.luma[index] = Math.min(255, level + Math.floor(((canvas.luma[index] as number) * percent) / 100));
  }
}
