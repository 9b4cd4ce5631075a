// A stage for the checker and the model: a house that is played by hand, without a lock.
// Why: what must be reported, and what must not, is told in a few lines each.

import { crypto } from "#crypto";
import { millis, seconds } from "../../firmware/platform.ts";
import { Checker } from "../checker.ts";
import { type Ask, Model, type PlainLink } from "../model.ts";
import { World } from "../world.ts";

export const START = 1_800_000_000;
export const HOUR = 3600;
export const LINK: PlainLink = { name: "courier", from: START - HOUR, until: START + HOUR, uses: 1 };
export const ASK: Ask = { act: "unlock", chain: [LINK], isGenuine: true };

export interface Stage {
  readonly world: World;
  readonly model: Model;
  readonly checker: Checker;
  /** Writes a record with the next number of its region. @param isDurable whether it stands on flash as it was told */
  put(record: Uint8Array, isDurable?: boolean): void;
  /** Lets time pass. */
  wait(delay: number): void;
}

export function createStage(): Stage {
  const world = new World(crypto, { seed: 1, start: seconds(START) });
  const model = new Model();
  model.isAdopted = true;
  model.isClockSet = true;
  const checker = new Checker(world, model);
  const last = [0, 0, 0];
  const wait = (delay: number) => {
    world.after(delay, () => {});
    world.advance(millis(world.now + delay));
  };
  const put = (bytes: Uint8Array, isDurable = true) => {
    const region = Number(bytes[20]);
    const seq = Number(last[region]) + 1;
    if (isDurable) last[region] = seq;
    new DataView(bytes.buffer).setUint32(4, seq, true);
    checker.ledger.wrote(0, bytes, isDurable ? bytes : bytes.map((byte) => byte & 0xfe));
  };
  return { world, model, checker, wait, put };
}

/** A record of the journal as far as the checker reads it. */
export function record(type: number, lo: number, payload: readonly number[] = []): Uint8Array {
  const bytes = new Uint8Array(32 + Math.ceil(payload.length / 32) * 32);
  bytes.set([type, 1, payload.length]);
  new DataView(bytes.buffer).setUint32(8, lo, true);
  bytes[20] = type < 16 ? 0 : type < 32 ? 1 : 2;
  bytes.set(payload, 32);
  return bytes;
}

/** closing-17 [intent, outcome, opened, closed, secured, witnesses]. */
export function closing(outcome: number, secured: number, witnesses: number): Uint8Array {
  return record(17, START, [0x86, 1, outcome, 0, 0, secured, witnesses]);
}

/** statement-18 [actor, [seq, act now, operation]]. */
export function statement(seq: number, operation: number): Uint8Array {
  return record(18, START, [0x82, 0x48, 9, 9, 9, 9, 9, 9, 9, 9, 0x83, seq, 8, operation]);
}

/** intent-16 of a phone's unlock with one counted link. */
export function intent(used: number, op = 0, link = 1): Uint8Array {
  const eight = [0x48, link, 2, 3, 4, 5, 6, 7, 8];
  return record(16, START, [0x85, op, 0, ...eight, ...eight, 0x81, 0x83, ...eight, used, 0x1a, 1, 2, 3, 4]);
}

/** What a good opening looks like from outside. */
export function open({ checker, put, wait }: Stage, used: number): void {
  checker.asked(ASK);
  put(intent(used));
  checker.drives("retract");
  checker.boltAt("between");
  wait(1000);
  checker.boltAt("retracted");
  checker.drives("rest");
  checker.answered(ASK, true);
}

export function relock({ checker }: Stage): void {
  checker.drives("throw");
  checker.boltAt("between");
  checker.boltAt("thrown");
  checker.drives("rest");
}
