// Holds the frames of a clip to what its checkpoints say.
// Why: "the film was changed" helps nobody; which second, and how, tells what it was changed for.
// Follows docs/protocol.md §9. A checkpoint lists hashes, so it names frames. Where one is missing, its frames are proven by
// the chain alone: from the checkpoint before to what the next one says stood before it.

import { type Bytes, toHex } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { type Finding, type FindingKind, type FoundFrame, finding, shortHashAt } from "./finding.ts";
import { endOf, FOOTAGE_FRAMES_MAX, type Footage, SHORT_HASH_BYTES } from "./footage.ts";
import { lateOnes } from "./order.ts";
import { extendChain } from "./segment.ts";
import type { Heard } from "./testimony.ts";

/** A frame that was taken and not kept. */
const NOT_KEPT = "0".repeat(2 * SHORT_HASH_BYTES);
/** How far the container's time may be from the frame's own: containers round. */
const ROUNDING_MILLIS = 1;
/** How many frames a camera keeps that no checkpoint covers yet. */
const PENDING_FRAMES_MAX = 30;

/** What came of the frames. */
export interface Judged {
  readonly sound: number;
  readonly skipped: number;
  /** The number of the last frame that a checkpoint covers; -1 where none does. */
  readonly lastSigned: number;
  readonly findings: readonly Finding[];
}

/** A stretch of frame numbers whose checkpoints are missing, `from` and `until` (exclusive), and the chain at both ends. */
interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly before: Bytes;
  readonly after: Bytes;
  /** Whether it is the clip's beginning. */
  readonly isStart: boolean;
}

/** Judges the frames that have a segment. */
export function judge(crypto: Crypto, { found, heard }: { found: readonly FoundFrame[]; heard: Heard }): Judged {
  const docket = new Docket(crypto, found);
  for (const footage of heard.checkpoints) docket.hold(footage);
  for (const stretch of stretchesOf(heard, found)) docket.fold(stretch);
  return docket.close(heard.checkpoints.at(-1)?.isLast === true);
}

/** The frames between checkpoints that follow each other by number no more. */
function stretchesOf({ checkpoints, seed }: Heard, found: readonly FoundFrame[]): Stretch[] {
  const stretches: Stretch[] = [];
  let next = 0;
  let from: number | undefined;
  let before = seed;
  for (const footage of checkpoints) {
    if (footage.number > next && before !== undefined) {
      // Nothing says where a clip without its first checkpoint begins: with its lowest frame, if the chain agrees. It cannot
      // be below what the missing checkpoints have room for.
      const lowest = footage.first - FOOTAGE_FRAMES_MAX * footage.number;
      const start =
        from ?? found.reduce((least, { seq }) => (seq < lowest ? least : Math.min(least, seq)), footage.first);
      stretches.push({ from: start, until: footage.first, before, after: footage.before, isStart: from === undefined });
    }
    next = footage.number + 1;
    from = endOf(footage);
    before = footage.chain;
  }
  return stretches;
}

/** Every frame once, with what was found of it. */
class Docket {
  readonly #crypto: Crypto;
  /** By the number that they claim, in the order of the file. */
  readonly #claims = new Map<number, FoundFrame[]>();
  readonly #sound: FoundFrame[] = [];
  readonly #unproven: Stretch[] = [];
  readonly #findings: Finding[] = [];
  readonly #ranges = new Map<FindingKind, [from: number, through: number][]>();
  #skipped = 0;
  #lastSigned = -1;

  constructor(crypto: Crypto, found: readonly FoundFrame[]) {
    this.#crypto = crypto;
    for (const frame of found) {
      const others = this.#claims.get(frame.seq);
      if (others === undefined) this.#claims.set(frame.seq, [frame]);
      else others.push(frame);
    }
  }

  /** Holds frames to a checkpoint's list, and what they say of the chain to the chain. */
  hold(footage: Footage): void {
    const count = endOf(footage) - footage.first;
    let chain: Bytes | undefined = footage.before;
    for (let index = 0; index < count; index++) {
      const seq = footage.first + index;
      const wanted = shortHashAt(footage, index);
      if (wanted === NOT_KEPT) this.#skipped += 1;
      else chain = this.#settle(seq, chain, (frame) => toHex(frame.hash.subarray(0, SHORT_HASH_BYTES)) === wanted);
    }
    this.#lastSigned = Math.max(this.#lastSigned, endOf(footage) - 1);
  }

  /** Proves the frames of a stretch by the chain: all of them, or none. Those that are not there may never have been kept. */
  fold(stretch: Stretch): void {
    const { from, until, before, after, isStart } = stretch;
    const seqs = [...this.#claims.keys()].filter((seq) => seq >= from && seq < until).sort((a, b) => a - b);
    const taken = seqs.map((seq) => this.#claims.get(seq)?.[0]).filter((frame) => frame !== undefined);
    let chain = before;
    for (const { hash } of taken) chain = extendChain(this.#crypto, chain, hash);
    if (taken.length > 0 && toHex(chain) === toHex(after)) {
      let known: Bytes | undefined = before;
      for (const frame of taken) known = this.#settle(frame.seq, known, (other) => other === frame);
      this.#skipped += until - from - taken.length;
      return;
    }
    this.#unproven.push(stretch);
    if (isStart) this.#findings.push(finding("no-start", "clip", [0, 0]));
    let next = from;
    for (const seq of [...seqs, until]) {
      if (seq > next) this.#note("missing", next, seq - 1);
      next = seq + 1;
    }
  }

  /** Finds the one frame that is as it was signed, and calls the others what they are.
   *  @param chain before that frame; undefined where it is not known
   *  @returns the chain behind it, where it is known */
  #settle(seq: number, chain: Bytes | undefined, isSigned: (frame: FoundFrame) => boolean): Bytes | undefined {
    const claims = this.#claims.get(seq) ?? [];
    this.#claims.delete(seq);
    const kept = claims.find(isSigned);
    const next = kept === undefined || chain === undefined ? undefined : extendChain(this.#crypto, chain, kept.hash);
    for (let extra = claims.length - 1; extra > 0; extra--) this.#note("extra", seq);
    if (claims.length === 0) this.#note("missing", seq);
    else if (kept === undefined || (next !== undefined && toHex(next) !== toHex(kept.chain)))
      this.#note("changed", seq);
    else this.#sound.push(kept);
    return next;
  }

  /** @param isEnded whether the camera has said where the clip ends */
  close(isEnded: boolean): Judged {
    this.#sound.sort((left, right) => left.place - right.place);
    const pending = isEnded ? new Set<FoundFrame>() : this.#pending();
    for (const [seq, claims] of this.#claims) {
      const isUnproven = this.#unproven.some(({ from, until }) => seq >= from && seq < until);
      for (const frame of claims) this.#note(isUnproven || pending.has(frame) ? "unsigned" : "extra", seq);
    }
    const late = new Set(lateOnes(this.#sound.map(({ seq }) => seq)));
    const inPlace = this.#sound.filter((_, index) => !late.has(index));
    this.#sound.forEach(({ seq }, index) => {
      if (late.has(index)) this.#note("moved", seq);
    });
    const retimed = this.#noteTimes(inPlace);
    return {
      sound: inPlace.length - retimed,
      skipped: this.#skipped,
      lastSigned: this.#lastSigned,
      findings: [...this.#findings, ...this.#named()],
    };
  }

  /** Frames that may have waited for their checkpoint when the camera lost its power: few, rising, and behind all others. */
  #pending(): Set<FoundFrame> {
    const left = [...this.#claims.values()].flat().sort((one, other) => one.place - other.place);
    if (this.#lastSigned < 0) return new Set(left);
    let former = this.#sound.at(-1);
    let least = this.#lastSigned;
    const pending = new Set<FoundFrame>();
    for (const frame of left) {
      const { seq, place, shownAt = 0 } = frame;
      const isBehind = former !== undefined && place > former.place && shownAt >= (former.shownAt ?? 0);
      const isNext = seq > least && seq <= this.#lastSigned + FOOTAGE_FRAMES_MAX;
      if (!isBehind || !isNext || pending.size >= PENDING_FRAMES_MAX) continue;
      pending.add(frame);
      former = frame;
      least = seq;
    }
    return pending;
  }

  /** Frames whose time in the file is not as far from the first one's as their own is. @returns how many */
  #noteTimes(inPlace: readonly FoundFrame[]): number {
    const offsets = new Map<number, number>();
    const timed = inPlace.filter(({ shownAt }) => shownAt !== undefined);
    for (const { shownAt = 0, ms } of timed) offsets.set(shownAt - ms, (offsets.get(shownAt - ms) ?? 0) + 1);
    // A container may begin at any time: what most frames agree on counts.
    let usual = 0;
    for (const [offset, count] of offsets) if (count > (offsets.get(usual) ?? 0)) usual = offset;
    const off = timed.filter(({ shownAt = 0, ms }) => Math.abs(shownAt - ms - usual) > ROUNDING_MILLIS);
    for (const { seq } of off) this.#note("retimed", seq);
    return off.length;
  }

  #note(kind: FindingKind, from: number, through: number = from): void {
    const ranges = this.#ranges.get(kind);
    if (ranges === undefined) this.#ranges.set(kind, [[from, through]]);
    else ranges.push([from, through]);
  }

  #named(): Finding[] {
    const findings: Finding[] = [];
    for (const [kind, ranges] of this.#ranges) {
      let last: [from: number, through: number] | undefined;
      for (const range of ranges.sort(([left], [right]) => left - right)) {
        if (last !== undefined && range[0] === last[1] + 1) last[1] = range[1];
        else {
          if (last !== undefined) findings.push(finding(kind, "frame", last));
          last = range;
        }
      }
      if (last !== undefined) findings.push(finding(kind, "frame", last));
    }
    return findings;
  }
}
