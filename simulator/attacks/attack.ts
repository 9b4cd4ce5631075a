// What an attack check is: a claim, and a run that breaks it where the lock does not hold.
// Why: each row of the attack list is tried on the real lock, as the attacker would try it, and must turn red when the
// defence is taken away (twins.mjs).

import type { Desk } from "../desk.ts";
import type { DeskOptions } from "../table.ts";

/** Sets up a lock on a desk, new from the factory; the engine's own primitives unless others are handed in. */
export type DeskFactory = (options?: Partial<DeskOptions>) => Desk;

/** One attack of the list. */
export interface Attack {
  /** T02 to T53. */
  readonly id: string;
  /** What the lock holds against it. */
  readonly claim: string;
  /** Tries it. @throws Breach where the lock gives way */
  run(desk: DeskFactory): void;
}

/** The lock gave way. */
export class Breach extends Error {
  override readonly name = "Breach";
}

/** Holds the lock to a sentence. @throws Breach where it is not so */
export function must(isSo: boolean, sentence: string): void {
  if (!isSo) throw new Breach(sentence);
}

/** Gives an adopted lock, its door locked and nobody at it. */
export function adopted(desk: DeskFactory, options?: Partial<DeskOptions>): Desk {
  const lock = desk(options);
  must(lock.adopt() === "yes", "the owner can adopt");
  lock.passTime(61);
  return lock;
}

/** Whether the bolt was told to retract while `attack` ran, or in the two seconds after it. */
export function opens(desk: Desk, attack: () => void): boolean {
  const before = desk.rig.retractions;
  attack();
  desk.passTime(2);
  return desk.rig.retractions > before;
}
