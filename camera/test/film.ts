// A film as a camera signs it, for tests that then cut, change and swap.
// Why: each test of evidence begins with the same hundred frames, and says only what is done to them.

import { crypto } from "#crypto";
import { type Bytes, concat } from "../../firmware/bytes.ts";
import { lockIdOf } from "../../firmware/cose/key.ts";
import { Seeded } from "../../firmware/crypto/test/checks.ts";
import type { Occasion } from "../../firmware/evidence/footage.ts";
import { seconds } from "../../firmware/platform.ts";
import { Evidence, type Signer } from "../evidence.ts";

export const FIRST_SEQ = 1_000;
export const FRAME_MILLIS = 100;

/** A frame as it stands in a file, and the time that the file gives it. */
export interface Shown {
  readonly jpeg: Bytes;
  readonly shownAt: number;
}

/** How a film is made, where it is not the usual one. */
export interface FilmOptions {
  readonly frames?: number;
  readonly camera?: Signer;
  readonly occasion?: Partial<Occasion>;
  /** Which frames were taken and are not kept, by their place from 0 on. */
  readonly skipped?: readonly number[];
  /** Whether the camera lost power before it could end the clip. */
  readonly isInterrupted?: boolean;
  readonly firstSeq?: number;
  /** What the sensor gives; a few bytes between two markers without it. */
  readonly picture?: (place: number) => Bytes;
}

/** A camera's key pair from a byte. */
export function cameraOf(byte: number): Signer {
  const seed = new Uint8Array(32).fill(byte);
  return { seed, publicKey: crypto.signingPublicKey(seed) };
}

export const CAMERA = cameraOf(7);

/** Visit 41 of Dana's grant at the lock of the examples. */
export function occasionOf(part: Partial<Occasion> = {}): Occasion {
  const lockId = lockIdOf(crypto, crypto.signingPublicKey(new Uint8Array(32).fill(1)));
  return { lockId, clip: new Uint8Array(16).fill(0xc1), visit: 41, grant: new Uint8Array(8).fill(0x97), ...part };
}

/** Makes a film: 100 frames at ten a second, where nothing else is asked for. */
export function filmOf(options: FilmOptions = {}): Shown[] {
  const { frames = 100, camera = CAMERA, skipped = [], isInterrupted = false, firstSeq = FIRST_SEQ } = options;
  const evidence = new Evidence(crypto, camera, occasionOf(options.occasion));
  const picture = options.picture ?? smallPicture;
  const circumstances = { power: 5, told: { lo: seconds(1_793_610_000), hi: seconds(1_793_610_001), ms: 0 } };
  const film: Shown[] = [];
  for (let place = 0; place < frames; place++) {
    if (skipped.includes(place)) continue;
    const jpeg = picture(place);
    const frame = { seq: firstSeq + place, ms: place * FRAME_MILLIS, jpeg };
    const isLast = place === frames - 1 && !isInterrupted;
    const start = isLast ? evidence.takeLast(frame, circumstances) : evidence.take(frame, circumstances);
    film.push({ jpeg: concat(start, jpeg.subarray(2)), shownAt: frame.ms });
  }
  return film;
}

/** What is enough of a JPEG for whoever only hashes it: a start, some bytes, an end. */
export function smallPicture(place: number): Bytes {
  return concat(
    Uint8Array.of(0xff, 0xd8, 0xff, 0xfe, 0, 42),
    new Seeded(place + 1).bytes(40),
    Uint8Array.of(0xff, 0xd9),
  );
}
