// The judge of a clip: what of it is as the camera signed it, and by name whatever was changed, taken out, added or moved.
// Why: an owner who shows a film, and whoever is shown it, must learn the same, with no key but the camera's public one.
// A frame without a signature is never "unknown": what nobody vouches for is not evidence.
// Follows docs/protocol.md §9.

import type { Bytes } from "../bytes.ts";
import { kid8 } from "../cose/key.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { assert } from "../fault.ts";
import { type Expected, type Finding, type FoundFrame, finding, rangesOf } from "./finding.ts";
import type { Footage } from "./footage.ts";
import { judge } from "./judgement.ts";
import { frameHash, readSegment } from "./segment.ts";
import { Testimony } from "./testimony.ts";

/** The most frames of one clip: an hour at 30 a second. */
export const CLIP_FRAMES_MAX = 108_000;

/** What was found. */
export interface ClipVerdict {
  /** Whether the clip is whole, and every frame as it was signed. */
  readonly isOk: boolean;
  /** Whether all that is wrong is that the end is missing: the camera lost power, or somebody cut the rest off. */
  readonly isCutOnly: boolean;
  /** Frames in the file, and how many of them are as they were signed, where they belong. */
  readonly frames: number;
  readonly sound: number;
  /** Frames that the camera says it took and did not keep. */
  readonly skipped: number;
  readonly findings: readonly Finding[];
  /** Those that count, by their numbers. */
  readonly checkpoints: readonly Footage[];
  /** Of the checkpoints that count; undefined where there is none. */
  readonly first: Footage | undefined;
  readonly last: Footage | undefined;
}

/** Takes the frames of one clip in the order of its file, and then judges. Keeps about 150 bytes of each frame. */
export class ClipVerifier {
  readonly #crypto: Crypto;
  readonly #testimony: Testimony;
  readonly #expected: Expected;
  readonly #found: FoundFrame[] = [];
  readonly #stripped: number[] = [];
  #places = 0;

  /** @param cameraKey Ed25519, 32 bytes */
  constructor(crypto: Crypto, cameraKey: Uint8Array, expected: Expected = {}) {
    this.#crypto = crypto;
    this.#expected = expected;
    this.#testimony = new Testimony(crypto, cameraKey, kid8(crypto, cameraKey));
  }

  /** Whether as many frames were taken as one clip may have. */
  get isFull(): boolean {
    return this.#places >= CLIP_FRAMES_MAX;
  }

  /** Takes one frame. @param jpeg any bytes; not kept @param shownAt the container's time in milliseconds, where it has one */
  add(jpeg: Bytes, shownAt?: number): void {
    assert(!this.isFull, "a clip has at most 108,000 frames");
    this.#places += 1;
    const segment = readSegment(jpeg);
    if (segment === undefined) {
      this.#stripped.push(this.#places);
      return;
    }
    const { seq, ms, end, chain, checkpoint } = segment;
    const hash = frameHash(this.#crypto, segment, { jpeg, end });
    this.#found.push({ place: this.#places, seq, ms, hash, chain: chain.slice(), shownAt });
    if (checkpoint !== undefined) this.#testimony.add(checkpoint, this.#places);
  }

  /** Judges what was taken. @param container what was found of the file itself, by whoever read the frames from one */
  finish(container: readonly Finding[] = []): ClipVerdict {
    const heard = this.#testimony.hear(this.#expected);
    const judged = judge(this.#crypto, { found: this.#found, heard });
    const stripped = rangesOf(this.#stripped).map(([from, through]) => finding("stripped", "place", [from, through]));
    const findings = [...container, ...stripped, ...judged.findings, ...heard.findings];
    if (this.#places === 0) findings.push(finding("no-start", "clip", [0, 0]));
    if (this.#places === 0 || heard.checkpoints.length === 0) findings.push(finding("no-end", "clip", [0, 0]));
    return {
      isOk: findings.length === 0,
      isCutOnly: isCutOnly(findings, judged.lastSigned, heard.checkpoints.length),
      frames: this.#places,
      sound: judged.sound,
      skipped: judged.skipped,
      findings,
      checkpoints: heard.checkpoints,
      first: heard.checkpoints[0],
      last: heard.checkpoints.at(-1),
    };
  }
}

/** Whether the only fault is that no end is there: then unsigned frames are few, and behind the last signed one. */
function isCutOnly(findings: readonly Finding[], lastSigned: number, checkpoints: number): boolean {
  const hasNoEnd = findings.some(({ kind }) => kind === "no-end");
  return (
    checkpoints > 0 &&
    hasNoEnd &&
    findings.every(
      ({ kind, from }) => kind === "no-end" || kind === "broken-off" || (kind === "unsigned" && from > lastSigned),
    )
  );
}
