// Every number that the camera's judgement hangs on, in one place, with where it comes from.
// Why: numbers that are tuned until a test passes prove nothing. Most are a prototype's, fixed before any picture here was drawn.
// "Tuning": its ten scenes of 25 frames; "held out": 22 photographs that it was then tried on, 10 frames of each, 16 rows.
// "Chosen here" is said of those that it did not have. docs/camera.md has the measures in words.

/** What a single picture is compared by. Shares are in percent, levels 0..255. */
export const SCENE = Object.freeze({
  /** Dark: the mean below, and the standard deviation below. Tuning; a black cover has a mean of 6, lights off 5 to 10. */
  darkMean: 24,
  darkDeviation: 12,
  /** After the light was switched off 66..98 % of the blocks keep their structure, under a black cover none. Held out. */
  lightsOffKept: 40,
  /** A block keeps its structure at this correlation with the reference, and has lost it below a share of its energy. */
  keptCorrelation: 60,
  lostEnergy: 40,
  /** Covered: few blocks kept and (little energy or many lost), or very little energy and not half of them kept. Tuning. */
  coveredKept: 25,
  coveredEnergy: 45,
  coveredLost: 60,
  coveredFlatEnergy: 30,
  coveredFlatKept: 50,
  /** Below this share of energy nothing is seen, whatever is kept: a lamp's veil leaves the corners in their place. Chosen here, from 130
   *  drawn halls: under a torch at most 10, behind frosted tape 19 and more, in order 67 and more. */
  blankEnergy: 15,
  /** Partly covered: more blocks lost than a visitor close by hides. Tuning. */
  partialLost: 35,
  /** Moved: structure enough, and hardly any of it where it was. Tuning. */
  movedKept: 12,
  /** Below this share a scene that is in order is not recognised either: no alarm, and no proof. Chosen here, from eight drawn
   *  halls and five photographs: a visitor who fills most of the view left 46 % and more, a camera turned on the level at most
   *  25 % where floor and skirting stayed in line. */
  provenKept: 35,
  /** Smeared: all in its place and bright enough, but without detail: by the file's bytes or by energy. Tuning. Chosen here: not by energy
   *  from gainMax on. With half as much light again a drawn hall kept 68 % of its energy and all of its bytes; smears keep at most 55 %. */
  smearedKept: 60,
  smearedGain: 75,
  smearedBytes: 62,
  smearedEnergy: 70,
  /** A share of pixels above saturatedLevel at which smearing is not judged (tuning), and at which, with few blocks kept, a
   *  lamp blinds the lens: chosen here, a name for what would be covered or moved. */
  saturatedLevel: 250,
  smearedSaturated: 25,
  brightSaturated: 50,
  /** The ratio of brightness to the reference's is taken between these, for energies. Tuning. */
  gainMin: 15,
  gainMax: 120,
  /** Mean gradient (absolute steps right and down) from which a block of the reference counts as structured, and the fewest
   *  such blocks by which a scene can be judged: a blank wall proves nothing. The gradient is chosen here, the count tuning's. */
  structuredGradient: 3,
  structuredBlocksMin: 8,
  /** A file below this share of its bytes, at nearly the same brightness, is a cover where there is no structure. Tuning. */
  plainBytes: 35,
  plainGain: 60,
  /** The reference follows by one part in 32 of each frame that is in order. */
  followShift: 5,
  /** Chosen here: each so many frames in order the picture is held against the approved reference as well, for what the other
   *  has followed may be a cover; and below this share of the approved one's structured blocks it has followed too far. */
  approvedFrames: 4,
  followedStructured: 75,
});

/** For how long, and how often, something must be seen. Milliseconds or frames. */
export const PATIENCE = Object.freeze({
  /** A class is an alarm after it was seen that long without a break. A visitor's step past the lens takes less. */
  alarmMillis: 3_000,
  /** Chosen here: and after that long in all of one class and another, none of them in order: nobody may slide a cover past the first rule. */
  changingMillis: 6_000,
  /** Chosen here: time in order, and recognised, takes half of itself off that sum: a cover that is lifted now and then for a
   *  frame is none that was taken away. */
  calmingPercent: 50,
  /** Chosen here: what was proven in this visit and has not been recognised for so long is an alarm, whatever it looks like.
   *  A back before the lens is gone by then. */
  unprovenMillis: 10_000,
  /** Blindness that came within this time was not dusk. */
  suddenMillis: 2_000,
  /** Equal files in a row, the first included. Live frames were never equal, at a noise of 0.3 levels and above. */
  frozenFrames: 3,
  /** Files remembered for the search of a loop, and repeats among the last 16 that make one. */
  loopFrames: 512,
  loopRepeats: 3,
  /** Of the cells that did not change by more than `stillDifference` levels, the percentage at most that changed at all, and pairs
   *  in a row, that make a still encoded anew. Live: at most 97 % were equal at a noise of 0.5 levels. Chosen here: the
   *  difference, since noise changes many cells by little, and a percentage of cells that changed by more, above which too
   *  few are left to tell. */
  stillSmall: 2,
  stillDifference: 2,
  stillMoved: 50,
  stillPairs: 5,
});

/** Motion. Prototype: none in 792 still frames at noises of 0 to 8; a walker of 30 by 80 pixels of VGA in 59 of 64. */
export const MOTION = Object.freeze({
  /** Levels between a pixel and the background, brightness levelled out. */
  difference: 12,
  /** Pixels of a cell, and frames in a row. */
  cellPixels: 4,
  frames: 2,
  /** The background follows by one part in 8. */
  followShift: 3,
  /** A light step above this ratio, in percent, keeps motion quiet for this time. */
  stepPercent: 10,
  stepMillis: 1_000,
  /** Chosen here: the most of such quiet, less half of the time that was not quiet. */
  quietMillis: 3_000,
});

/** Day and night: when the infrared lamp and the filter are switched. Levels are of a picture at its sensor's gain of 1. Chosen
 *  here; a real sensor and lamp must confirm them. */
export const NIGHT = Object.freeze({
  /** Below `dusk` for so long, it is night; above `dawn`, by the lamp for so long and in a frame without it, day. Dusk is above darkMean, by
   *  more than a picture's noise: what is too dark for a day's picture must be a night, or nobody is let in while a dusk lasts. */
  duskLevel: 28,
  dawnLevel: 70,
  settleMillis: 5_000,
  /** The same where every picture since the sensor has its power says so. */
  wakeMillis: 1_000,
  /** And never two switches within this time, for the filter is a part that wears; nor two frames without the lamp. */
  dwellMillis: 30_000,
});

/** The answer of the picture to a lamp that blinks in a random pattern. Chosen here; a real lamp must confirm them. */
export const BLINK = Object.freeze({
  /** Frames of a pattern, half of them lit: 12,870 patterns. */
  frames: 16,
  /** Levels that a block is brighter in its darkest lit frame than in its brightest unlit one, and blocks that must be so. */
  riseLevels: 3,
  blocksMin: 6,
  /** Above this mean the lamp cannot be told from daylight, and no answer means nothing. */
  meanMax: 140,
});
