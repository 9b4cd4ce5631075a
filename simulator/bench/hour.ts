// An hour of filming, and what the heap holds on the way.
// Why: a camera films for as long as somebody stays; memory that grows by a byte a frame ends it in the longest visit, which is
// the worst moment. So what is in use after five minutes must be in use after sixty, and no more.
// One whole camera that judges, signs, seals and shows one viewer what it sees, at a frame a second; the card keeps nothing.

import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { Gallery } from "../gallery.ts";
import { Lookout } from "../lookout.ts";
import type { Shot } from "../sensor/sensor.ts";
import { Sight } from "../sensor/sight.ts";

/** By how much the heap may be larger at the end than after five minutes, in bytes: a second clip that the camera remembers. */
export const GROWTH_BYTES_MAX = 2_048;
/** When it is looked at first, in minutes: whatever is made once was made. */
export const SETTLED_MINUTES = 5;

const FRAME_MILLIS = 1_000;
const FRAMES_A_MINUTE = 60;
const KNOCK_FRAMES = 6;
const EMPTY: Shot = { people: [], lightPermille: 1_000, noiseTenths: 25 };

/** What came of it. */
export interface Filmed {
  /** Heap in use after five minutes, and at the end: bytes, garbage collected. */
  readonly settled: number;
  readonly end: number;
  readonly frames: number;
  /** What went to the card, in bytes; in how many films. */
  readonly filmedBytes: number;
  readonly films: number;
  readonly beats: number;
  /** Pictures that the viewer saw. */
  readonly pictures: number;
  /** Whether the camera still filmed at the end, and found everything in order. */
  readonly isWell: boolean;
}

/** Films for so many minutes, from a knock on. @param heapBytes gives what is in use, garbage collected */
export function filmFor(crypto: Crypto, minutes: number, heapBytes: () => number): Filmed {
  const sight = new Sight(1);
  // Somebody walks through the hall, and is gone again.
  const walker = { y: 7_000, height: 5_200, stride: 0, who: 9 };
  const shots = [
    EMPTY,
    { ...EMPTY, people: [{ ...walker, x: 3_000 }] },
    { ...EMPTY, people: [{ ...walker, x: 6_000 }] },
  ];
  const gallery = new Gallery();
  const options = { width: 640, height: 480, ringBytes: 40_000, ringFrames: 16 };
  const lookout = new Lookout({ crypto, reader: sight, scene: sight.file(EMPTY), options, carrier: gallery });
  lookout.pair();
  let frames = 0;
  const film = () => {
    frames += 1;
    const shot = shots[frames % 20 > 15 ? 1 + (frames % 2) : 0] as Shot;
    lookout.step(FRAME_MILLIS, sight.file(shot));
    gallery.look(lookout, crypto);
  };
  lookout.purpose = "knock";
  for (let left = KNOCK_FRAMES; left > 0; left--) film();
  lookout.purpose = "visit";
  let settled = 0;
  for (let minute = 1; minute <= minutes; minute++) {
    for (let left = FRAMES_A_MINUTE; left > 0; left--) film();
    if (minute === SETTLED_MINUTES) settled = heapBytes();
  }
  const end = heapBytes();
  const { isRecording, verdict, alarm } = lookout.camera.snapshot;
  const { bytes: filmedBytes, films } = lookout.card;
  const isWell = isRecording && verdict === "ok" && alarm === undefined;
  const { pictures } = gallery;
  return { settled, end, frames, filmedBytes, films, beats: lookout.beats, pictures, isWell };
}
