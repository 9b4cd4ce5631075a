// What the checkpoints of a clip say, once those that do not count are sorted out.
// Why: a checkpoint of another key, clip or visit must not vouch for a frame here, and its presence is itself worth saying.
// Follows docs/protocol.md §9.

import { type Bytes, toHex } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";
import { type Expected, type Finding, type FindingKind, finding, rangesOf } from "./finding.ts";
import { endOf, type Footage, verifyFootage } from "./footage.ts";
import { chainSeed } from "./segment.ts";

/** The checkpoints that count, by their numbers, and what is wrong with them. */
export interface Heard {
  readonly checkpoints: readonly Footage[];
  /** The chain before the clip's first frame, 32 bytes; undefined where no checkpoint counts. */
  readonly seed: Bytes | undefined;
  readonly findings: readonly Finding[];
}

interface Witnessed {
  readonly footage: Footage;
  readonly place: number;
}

/** Collects checkpoints, verifies each signature once, and says in the end what they amount to. */
export class Testimony {
  readonly #crypto: Crypto;
  readonly #cameraKey: Uint8Array;
  readonly #device: Bytes;
  readonly #witnessed: Witnessed[] = [];
  readonly #findings: Finding[] = [];

  /** @param cameraKey Ed25519, 32 bytes @param device its kid8 */
  constructor(crypto: Crypto, cameraKey: Uint8Array, device: Bytes) {
    this.#crypto = crypto;
    this.#cameraKey = cameraKey;
    this.#device = device;
  }

  /** Takes one message. @param message any bytes; a good one is copied @param place of the frame that carries it */
  add(message: Bytes, place: number): void {
    try {
      const footage = verifyFootage(this.#crypto, this.#cameraKey, message.slice());
      this.#witnessed.push({ footage, place });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#note(error.code === "cose.key" ? "stranger" : "forged", place);
    }
  }

  /** Sorts out what was taken. */
  hear(expected: Expected): Heard {
    const clip = expected.clip === undefined ? this.#mainClip() : toHex(expected.clip);
    const byNumber = new Map<number, Footage>();
    for (const { footage, place } of this.#witnessed) {
      const former = byNumber.get(footage.number);
      if (toHex(footage.clip) !== clip) this.#note("other-clip", place);
      else if (!isExpected(footage, expected)) this.#note("other-visit", place);
      else if (former === undefined) byNumber.set(footage.number, footage);
      else this.#note(isSame(former, footage) ? "repeat" : "contradiction", place);
    }
    const checkpoints = [...byNumber.values()].sort((left, right) => left.number - right.number);
    const [first] = checkpoints;
    const seed = first === undefined ? undefined : chainSeed(this.#crypto, this.#device, first.clip);
    this.#compare(checkpoints, seed);
    const recorded = (expected.recorded ?? []).filter((head) => toHex(head.clip) === clip).map(({ chain }) => chain);
    const heads = [...(expected.heads ?? []), ...recorded];
    this.#compareHeads([seed, ...checkpoints.map(({ chain }) => chain)], heads);
    return { checkpoints, seed, findings: this.#findings };
  }

  /** The clip that most checkpoints are of. */
  #mainClip(): string {
    const counts = new Map<string, number>();
    for (const { footage } of this.#witnessed) {
      const clip = toHex(footage.clip);
      counts.set(clip, (counts.get(clip) ?? 0) + 1);
    }
    let main = "";
    for (const [clip, count] of counts) if (count > (counts.get(main) ?? 0)) main = clip;
    return main;
  }

  /** Names the checkpoints that are missing, and those that cannot follow each other. */
  #compare(checkpoints: readonly Footage[], seed: Bytes | undefined): void {
    let next = 0;
    let end: number | undefined;
    let chain = seed;
    for (const footage of checkpoints) {
      const { number, first, before } = footage;
      const follows = number !== next || (isEqual(before, chain) && (end === undefined || first === end));
      const isBehind = end === undefined || first >= end;
      if (!follows || !isBehind) this.#findings.push(finding("contradiction", "checkpoint", [number, number]));
      if (number > next) this.#findings.push(finding("gap", "checkpoint", [next, number - 1]));
      next = number + 1;
      end = endOf(footage);
      chain = footage.chain;
    }
    const ends = checkpoints.filter(({ isLast }) => isLast);
    if (checkpoints.length > 0 && checkpoints.at(-1)?.isLast !== true)
      this.#findings.push(finding("no-end", "clip", [0, 0]));
    for (const { number } of ends) {
      if (number !== next - 1) this.#findings.push(finding("contradiction", "checkpoint", [number, number]));
    }
  }

  /** The lock is told the start too, before there is a frame. */
  #compareHeads(chains: readonly (Bytes | undefined)[], heads: readonly Bytes[]): void {
    const absent: number[] = [];
    heads.forEach((head, index) => {
      if (!chains.some((chain) => isEqual(chain, head))) absent.push(index + 1);
    });
    for (const range of rangesOf(absent)) this.#findings.push(finding("not-told", "clip", range));
  }

  #note(kind: FindingKind, place: number): void {
    const last = this.#findings.at(-1);
    if (last?.kind === kind && last.by === "place" && last.through === place - 1) {
      this.#findings[this.#findings.length - 1] = { ...last, through: place };
    } else this.#findings.push(finding(kind, "place", [place, place]));
  }
}

function isExpected(footage: Footage, { lockId, visit, grant }: Expected): boolean {
  return (
    (lockId === undefined || footage.lockId === lockId) &&
    (visit === undefined || footage.visit === visit) &&
    (grant === undefined || isEqual(footage.grant, grant))
  );
}

function isSame(left: Footage, right: Footage): boolean {
  return isEqual(left.chain, right.chain) && left.first === right.first && left.isLast === right.isLast;
}

function isEqual(left: Bytes | undefined, right: Bytes | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
