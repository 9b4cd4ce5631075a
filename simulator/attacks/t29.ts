// T29, a camera that looks unseen: its light put out, its flash kept from being written, its power cut, its records edited.
// Follows docs/protocol.md §9, "Power". What wiring proves no program can: here is what software adds to it.

import { crypto } from "#crypto";
import { FrameNumbers } from "../../camera/numbers.ts";
import { Rail } from "../../camera/rail.ts";
import type { Bytes } from "../../firmware/bytes.ts";
import { judgeRail, verifyRail } from "../../firmware/evidence/rail.ts";
import { Fault } from "../../firmware/fault.ts";
import { MemoryConstants } from "../memory.ts";
import { Stream } from "../random.ts";
import { type Attack, must } from "./attack.ts";

const SEEDS = 8;
const STEPS = 300;

export const attack: Attack = {
  id: "T29",
  claim: "no frame is taken in the dark or without a signed record, and the records of an honest camera hide nothing",
  run: () => {
    for (let seed = 1; seed <= SEEDS; seed++) pester(new Stream(seed, "rail"));
  },
};

/** A camera's board in the hands of somebody who wants it to look unseen. */
class Board {
  readonly records: Bytes[] = [];
  readonly frames: number[] = [];
  readonly signer = {
    seed: new Uint8Array(32).fill(7),
    publicKey: crypto.signingPublicKey(new Uint8Array(32).fill(7)),
  };
  readonly #constants = new MemoryConstants();
  readonly light = { isActive: true };
  isPowered = false;
  isFlashBroken = false;
  rail: Rail;

  constructor() {
    this.rail = this.start();
  }

  start(): Rail {
    const store = {
      last: () => this.records.at(-1)?.slice(),
      append: (message: Bytes) => {
        if (this.isFlashBroken) throw new Fault("flash.io");
        this.records.push(message);
      },
    };
    const supply = { write: (isActive: boolean) => this.#power(isActive) };
    const numbers = new FrameNumbers(this.#constants);
    const wiring = { supply, light: this.light };
    this.rail = new Rail(crypto, { signer: this.signer, lockId: "Ip1fiNKMHIM", wiring, store, numbers });
    return this.rail;
  }

  #power(isActive: boolean): void {
    const last = this.records.at(-1);
    const isSaid = last !== undefined && verifyRail(crypto, this.signer.publicKey, last).event === "on";
    must(!isActive || isSaid, "no power before a signed record says so");
    this.isPowered = isActive;
  }

  take(): void {
    const number = this.rail.take();
    if (number === undefined) return;
    must(this.isPowered && this.light.isActive, "no frame while the light is out");
    this.frames.push(number);
  }
}

function pester(random: Stream): void {
  const board = new Board();
  for (let step = 0; step < STEPS; step++) {
    board.isFlashBroken = random.below(30) === 0;
    board.light.isActive = random.below(40) > 0;
    const drawn = random.below(20);
    if (drawn === 0) board.start();
    else if (drawn < 3) board.rail.heed({ mode: "visits", visit: step });
    else if (drawn < 5) {
      board.rail.heed({ mode: drawn === 3 ? "never" : "visits" });
      must(!board.isPowered, "no power outside of a visit, or in the mode that allows none");
    } else board.take();
  }
  board.isFlashBroken = false;
  board.rail.heed({ mode: "never" });
  const { spans, doubts } = judgeRail(crypto, board.signer.publicKey, { messages: board.records, held: heldOf(board) });
  must(doubts.length === 0, "an honest camera's records are without a doubt");
  const isOwned = (frame: number) => spans.some(({ from, until }) => frame >= (from ?? 0) && frame < (until ?? 0));
  must(board.frames.length > 0 && board.frames.every(isOwned), "every frame is within a time that the records tell");
  must(new Set(board.frames).size === board.frames.length, "no frame number comes twice");
  must(board.records.length > 4, "somebody was there");
  hide(board, random.below(board.records.length - 1));
  hide(board, 0);
  hide(board, board.records.length - 2);
}

/** What the lock was told last. */
function heldOf({ records, signer }: Board): { number: number; hash: Bytes } {
  const last = records.at(-1) ?? new Uint8Array(0);
  return { number: verifyRail(crypto, signer.publicKey, last).number, hash: crypto.sha256(last) };
}

/** Takes a time with power out, as somebody would who was seen then. */
function hide(board: Board, place: number): void {
  const { records, signer } = board;
  const messages = records.filter((_, index) => index !== place && index !== place + 1);
  const { doubts } = judgeRail(crypto, signer.publicKey, { messages, held: heldOf(board) });
  must(doubts.length > 0, "records that were taken out are missed");
}
