// A furnished hall behind a front door, and the people who come through it, drawn from a seed.
// Why: thresholds are tried on scenes that nobody chose. The hall has what halls have: a door, boards, a rack with coats, shelves,
// pictures, a plant; the wall beside the view has other things, which is what a camera that was turned sees.

import { Stream } from "../random.ts";
import { type Shape, VIEW_HEIGHT, VIEW_WIDTH } from "./canvas.ts";

const FLOOR = 5_300;
const BOARD = 520;

/** Somebody in the hall. */
export interface Person {
  /** Where the middle of the feet stands, in scene units; y of the feet, larger is nearer. */
  readonly x: number;
  readonly y: number;
  /** Height in scene units. */
  readonly height: number;
  /** Steps: 0..7, the legs' place in a stride. */
  readonly stride: number;
  /** Draws the clothes; the same number gives the same person. */
  readonly who: number;
}

/** Draws a hall's shapes, from the back to the front. @param seed u32 */
export function hallShapes(seed: number): readonly Shape[] {
  const random = new Stream(seed, "hall");
  const wall = random.between(110, 185);
  const shapes: Shape[] = [
    ...[-1, 0, 1].map((part) => ({
      ...{ x: part * VIEW_WIDTH, y: -VIEW_HEIGHT, width: VIEW_WIDTH, height: 3 * VIEW_HEIGHT },
      ...tone(random, wall + random.between(-12, 12)),
      ...{ slope: random.between(-40, 40), grain: random.between(4, 12), grainSize: 40 },
    })),
  ];
  shapes.push(...floorShapes(random));
  shapes.push(...doorShapes(random, wall));
  shapes.push(...framesOf(random, wall, 0));
  shapes.push(...rackShapes(random));
  shapes.push(...shelfShapes(random, { x: random.between(7_300, 8_000), y: random.between(2_600, 3_600) }));
  shapes.push(...plantShapes(random, random.between(200, 900)));
  shapes.push(...otherWall(random, wall));
  return shapes;
}

/** Draws a person's shapes. */
export function personShapes({ x, y, height, stride, who }: Person): readonly Shape[] {
  const random = new Stream(who, "person");
  const part = (share: number) => Math.floor((height * share) / 100);
  const coat = tone(random, random.between(25, 215));
  const trousers = tone(random, random.between(20, 170));
  const skin = tone(random, random.between(70, 190));
  const swing = Math.floor(((stride < 4 ? stride : 8 - stride) - 2) * part(2));
  const leg = (at: number) => ({
    ...{ x: x + at - part(5), y: y - part(48), width: part(11), height: part(48), ...trousers },
    ...{ slope: -25, grain: 10, grainSize: Math.max(16, part(1)) },
  });
  const shapes: Shape[] = [leg(-part(6) - swing), leg(part(6) + swing)];
  shapes.push({ x: x - part(16), y: y - part(86), width: part(32), height: part(42), ...coat, slope: -30, grain: 14 });
  // Folds, seams, a collar, pockets: clothes are no plain card.
  for (let fold = 0; fold < 6; fold++) {
    const change = random.between(-45, 45);
    shapes.push({
      ...{ x: x - part(15) + fold * part(5), y: y - part(random.between(76, 85)), width: part(random.between(1, 3)) },
      ...{ height: part(random.between(14, 34)), ...shifted(coat, change), grain: 8 },
    });
  }
  const arm = shifted(coat, random.chance(500) ? 25 : -25);
  shapes.push({ x: x - part(21), y: y - part(84), width: part(7), height: part(38), ...arm, slope: 20, grain: 8 });
  shapes.push({ x: x + part(14), y: y - part(84), width: part(7), height: part(38), ...arm, slope: 20, grain: 8 });
  shapes.push({ x: x - part(6), y: y - part(90), width: part(12), height: part(6), ...shifted(coat, 40) });
  shapes.push({ isOval: true, x: x - part(7), y: y - height, width: part(14), height: part(15), ...skin, grain: 6 });
  shapes.push({
    isOval: true,
    x: x - part(8),
    y: y - part(101),
    width: part(16),
    height: part(7),
    ...tone(random, random.between(15, 140)),
  });
  shapes.push({ x: x - part(4), y: y - part(94), width: part(2), height: part(1), ...shifted(skin, -60) });
  shapes.push({ x: x + part(2), y: y - part(94), width: part(2), height: part(1), ...shifted(skin, -60) });
  if (random.chance(600)) {
    const parcel = tone(random, random.between(110, 180), 1);
    shapes.push({ x: x - part(13), y: y - part(64), width: part(26), height: part(18), ...parcel, grain: 6 });
    shapes.push({ x: x - part(13), y: y - part(56), width: part(26), height: part(2), ...shifted(parcel, 45) });
    shapes.push({ x: x - part(8), y: y - part(62), width: part(8), height: part(5), ...shifted(parcel, 70) });
  }
  return shapes;
}

type Tone = Pick<Shape, "luma" | "infrared" | "tint">;

function tone(random: Stream, luma: number, tint = random.below(5)): Tone {
  return { luma, infrared: Math.max(12, Math.min(235, luma + random.between(-45, 45))), tint };
}

function shifted(from: Tone, change: number): Tone {
  const bounded = (level: number) => Math.max(4, Math.min(250, level + change));
  return { ...from, luma: bounded(from.luma), infrared: bounded(from.infrared) };
}

function floorShapes(random: Stream): readonly Shape[] {
  const board = tone(random, random.between(70, 130), 1);
  const shapes: Shape[] = [
    { x: -VIEW_WIDTH, y: FLOOR, width: 3 * VIEW_WIDTH, height: 6_000, ...board, slope: 50, grain: 8, grainSize: 48 },
    {
      x: -VIEW_WIDTH,
      y: FLOOR - 260,
      width: 3 * VIEW_WIDTH,
      height: 260,
      ...tone(random, random.between(190, 225), 0),
    },
  ];
  for (let y = FLOOR + 200, step = BOARD / 2; y < VIEW_HEIGHT; y += step, step += 90) {
    shapes.push({ x: -VIEW_WIDTH, y, width: 3 * VIEW_WIDTH, height: 50, ...shifted(board, -35) });
  }
  const mat = tone(random, random.between(30, 90));
  shapes.push({
    isOval: true,
    x: random.between(2_800, 4_000),
    y: 5_900,
    width: 3_600,
    height: 1_300,
    ...mat,
    grain: 14,
  });
  shapes.push({
    isOval: true,
    x: random.between(3_200, 4_200),
    y: 6_250,
    width: 2_600,
    height: 620,
    ...shifted(mat, 60),
  });
  return shapes;
}

function doorShapes(random: Stream, wall: number): readonly Shape[] {
  const x = random.between(3_300, 4_700);
  const leaf = tone(random, wall > 145 ? random.between(50, 95) : random.between(175, 225));
  const [width, top] = [2_300, random.between(700, 1_200)];
  const height = FLOOR - top;
  const shapes: Shape[] = [
    { x: x - 220, y: top - 220, width: width + 440, height: height + 220, ...shifted(leaf, 40) },
    { x, y: top, width, height, ...leaf, slope: -20, grain: 7, grainSize: 40 },
  ];
  for (const [column, row] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ] as const) {
    const panel = { x: x + 250 + column * 1_000, y: top + 350 + row * Math.floor(height / 2), width: 800 };
    shapes.push({ ...panel, height: Math.floor(height / 2) - 600, ...shifted(leaf, row === 0 ? -28 : 24), slope: 15 });
  }
  const glass = tone(random, random.between(200, 245), 2);
  shapes.push({ x: x + 800, y: top + 200, width: 700, height: 500, ...glass, slope: -30 });
  shapes.push({
    isOval: true,
    x: x + width - 330,
    y: top + Math.floor(height * 0.52),
    width: 180,
    height: 180,
    ...tone(random, 210),
  });
  return shapes;
}

function framesOf(random: Stream, wall: number, x: number): readonly Shape[] {
  const shapes: Shape[] = [];
  for (let picture = 0; picture < 3; picture++) {
    const [width, height] = [random.between(700, 1_300), random.between(700, 1_200)];
    const place = { x: x + picture * 3_300 + random.between(200, 900), y: random.between(500, 2_000) };
    const frame = tone(random, wall > 140 ? random.between(25, 70) : random.between(190, 235));
    shapes.push({ ...place, width, height, ...frame });
    const inner = { x: place.x + 130, y: place.y + 130, width: width - 260, height: height - 260 };
    shapes.push({ ...inner, ...tone(random, random.between(60, 220)), slope: random.between(-80, 80), grain: 10 });
    shapes.push({
      isOval: true,
      x: inner.x + 100,
      y: inner.y + 150,
      width: 300,
      height: 350,
      ...tone(random, random.between(20, 235)),
    });
  }
  return shapes;
}

function rackShapes(random: Stream): readonly Shape[] {
  const x = random.between(900, 1_300);
  const shapes: Shape[] = [{ x, y: 2_300, width: 2_000, height: 130, ...tone(random, random.between(30, 80), 1) }];
  for (let coat = 0; coat < 4; coat++) {
    const cloth = tone(random, random.between(20, 220));
    const place = {
      x: x + 60 + coat * 480,
      y: 2_380,
      width: random.between(380, 560),
      height: random.between(1_500, 2_300),
    };
    shapes.push({ ...place, ...cloth, slope: -25, grain: 12, grainSize: 48 });
    shapes.push({ x: place.x + 150, y: place.y + 200, width: 70, height: place.height - 300, ...shifted(cloth, -30) });
  }
  for (let shoe = 0; shoe < 4; shoe++) {
    const place = { x: x + shoe * 500, y: FLOOR - random.between(60, 200), width: 400, height: 260 };
    shapes.push({ isOval: true, ...place, ...tone(random, random.between(15, 200)) });
  }
  return shapes;
}

function shelfShapes(random: Stream, { x, y }: { x: number; y: number }): readonly Shape[] {
  const wood = tone(random, random.between(60, 150), 1);
  const shapes: Shape[] = [{ x, y, width: 2_100, height: FLOOR + 300 - y, ...wood, grain: 6 }];
  for (let row = y + 120; row < FLOOR - 300; row += 760) {
    shapes.push({ x: x + 90, y: row, width: 1_920, height: 640, ...shifted(wood, -55) });
    for (let book = x + 120; book < x + 1_800; ) {
      const width = random.between(90, 210);
      const height = random.between(380, 600);
      shapes.push({ x: book, y: row + 640 - height, width, height, ...tone(random, random.between(25, 230)) });
      book += width + random.between(0, 60);
    }
  }
  return shapes;
}

function plantShapes(random: Stream, x: number): readonly Shape[] {
  const shapes: Shape[] = [
    { x, y: FLOOR + 200, width: 700, height: 800, ...tone(random, random.between(90, 200), 1), slope: -30 },
  ];
  for (let leaf = 0; leaf < 16; leaf++) {
    const place = { x: x + random.between(-500, 700), y: FLOOR - random.between(0, 1_500) + 200 };
    shapes.push({
      isOval: true,
      ...place,
      width: random.between(150, 520),
      height: random.between(150, 620),
      ...tone(random, random.between(30, 150), 4),
    });
  }
  return shapes;
}

/** What hangs and stands to both sides of the view. */
function otherWall(random: Stream, wall: number): readonly Shape[] {
  const shapes: Shape[] = [];
  for (const side of [-VIEW_WIDTH, VIEW_WIDTH]) {
    shapes.push(...framesOf(random, wall, side));
    const window = {
      x: side + random.between(1_000, 3_000),
      y: random.between(600, 1_400),
      width: 2_600,
      height: 2_600,
    };
    shapes.push({ ...window, ...tone(random, random.between(205, 245), 2) });
    shapes.push({
      x: window.x + 1_200,
      y: window.y,
      width: 200,
      height: 2_600,
      ...tone(random, random.between(60, 120)),
    });
    shapes.push(...shelfShapes(random, { x: side + random.between(5_000, 7_000), y: random.between(1_600, 3_800) }));
    shapes.push({
      x: side + 1_200,
      y: 4_300,
      width: 3_000,
      height: 1_500,
      ...tone(random, random.between(40, 200)),
      grain: 12,
    });
  }
  return shapes;
}
