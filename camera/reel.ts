// One clip on its way to the card: filmed, signed, encrypted, and with its note and its mark beside it.
// Why: a film, the note that says for whom it was sealed, and what the camera remembers of it must agree, and each must be
// sane at whatever byte the power goes: the mark comes first and says "no end", the note last.
// Follows docs/protocol.md §9.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Occasion, ToldTime } from "../firmware/evidence/footage.ts";
import { encodeManifest } from "../firmware/evidence/manifest.ts";
import { Fault } from "../firmware/fault.ts";
import { type Random, seconds } from "../firmware/platform.ts";
import { AgeWriter } from "./age.ts";
import { type Card, fileName } from "./card.ts";
import type { PictureSize } from "./clip.ts";
import type { ChainHead, Circumstances, Signer } from "./evidence.ts";
import { Recording } from "./recording.ts";
import type { RingFrame } from "./ring.ts";
import type { Mark, Shelf } from "./shelf.ts";

/** What every clip of a camera is made with. */
export interface ReelParts {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly card: Card;
  readonly shelf: Shelf;
  readonly signer: Signer;
  readonly size: PictureSize;
}

/** What a clip is for. */
export interface Purpose {
  readonly occasion: Occasion;
  /** X25519, 32 bytes each, 1..8 of them. */
  readonly recipients: readonly Bytes[];
}

/** What the lock said last, and which rail record is the newest. */
export interface Situation {
  readonly power: number;
  readonly nonce: Bytes | undefined;
  /** The lock's time, and when it was told, in milliseconds since the camera's start. */
  readonly told: { readonly lo: number; readonly hi: number; readonly ms: number } | undefined;
}

/** Writes one clip. Every member may throw Fault card.io: the clip is over then, and good up to what the card keeps. */
export class Reel {
  readonly occasion: Occasion;
  readonly #parts: ReelParts;
  readonly #recipients: readonly Bytes[];
  readonly #age: AgeWriter;
  readonly #recording: Recording;
  readonly #firstFrame: number;

  /** @param firstFrame the number that its first frame will have */
  constructor(parts: ReelParts, { occasion, recipients }: Purpose, firstFrame: number) {
    const { crypto, random, card, shelf, signer, size } = parts;
    this.occasion = occasion;
    this.#parts = parts;
    this.#recipients = recipients;
    this.#firstFrame = firstFrame;
    // What has no mark nobody would find again: neither its owner, nor whoever makes room.
    const isMarked = shelf.mark(
      this.#mark({ lastFrame: firstFrame, isOpen: true, endedLo: 0, endedBefore: undefined }),
      0,
    );
    if (!isMarked) throw new Fault("card.io");
    const sink = card.create(fileName(occasion.clip, "age"));
    this.#age = new AgeWriter(crypto, random, { recipients, sink });
    this.#recording = new Recording(crypto, { signer, occasion, sink: this.#age, size });
  }

  /** Where its signed chain stands. */
  get head(): ChainHead {
    return this.#recording.head;
  }

  /** The time of its first frame, in milliseconds since the camera's start; undefined before it. */
  get startedAt(): number | undefined {
    return this.#recording.startedAt;
  }

  /** Writes a frame. */
  add(frame: RingFrame, situation: Situation): void {
    this.#recording.add(frame, this.#circumstances(frame, situation));
  }

  /** Writes the last frame, the end of the file, its note and its mark.
   *  @param ended when, by the lock's time, epoch seconds; undefined where it is not known */
  end(frame: RingFrame, situation: Situation, ended: readonly [lo: number, hi: number] | undefined): void {
    const { crypto, card, shelf, signer } = this.#parts;
    this.#recording.end(frame, this.#circumstances(frame, situation));
    const { hash, size } = this.#age.end();
    const { lockId, clip } = this.occasion;
    const [firstFrame, lastFrame] = [this.#firstFrame, frame.seq];
    const lastCheckpoint = this.#recording.checkpoints - 1;
    const manifest = { lockId, clip, hash, size, recipients: this.#recipients, lastCheckpoint, firstFrame, lastFrame };
    const note = encodeManifest(crypto, signer, manifest);
    card.put(fileName(clip, "note"), note);
    const [endedLo, endedBefore] = ended === undefined ? [0, undefined] : [ended[0], seconds(ended[1])];
    shelf.mark(this.#mark({ lastFrame, isOpen: false, endedLo, endedBefore }), size + note.length);
  }

  #mark(state: Pick<Mark, "lastFrame" | "isOpen" | "endedLo" | "endedBefore">): Mark {
    const { clip, visit = 0 } = this.occasion;
    // An owner may have asked meanwhile that it stays.
    const isKept = this.#parts.shelf.find(clip)?.isKept ?? false;
    return { clip, visit, firstFrame: this.#firstFrame, isFetched: false, isKept, ...state };
  }

  #circumstances(frame: RingFrame, { power, nonce, told }: Situation): Circumstances {
    return { power, nonce, told: this.#toldAt(frame, told) };
  }

  /** A clip's time begins with its first frame: what was told before it has no place in it. */
  #toldAt({ ms }: RingFrame, told: Situation["told"]): ToldTime | undefined {
    if (told === undefined) return undefined;
    const since = told.ms - (this.#recording.startedAt ?? ms);
    return since < 0 ? undefined : { lo: seconds(told.lo), hi: seconds(told.hi), ms: since };
  }
}
