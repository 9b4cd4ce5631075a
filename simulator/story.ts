// The delivery as lines that a newcomer reads: what `npm start` shows first.
// Why: the main job of the project in a dozen lines, made by the very code that is tested.

import type { Crypto } from "../firmware/crypto/crypto.ts";
import { millis } from "../firmware/platform.ts";
import { build } from "./neighbourhood.ts";
import { DELIVERY_SECONDS, DELIVERY_START, type Line, type Outcome, playDelivery } from "./scenarios/delivery.ts";

/** The story is the same each time, and so is its hash. */
const SEED = 1;
const WHO_COLUMNS = 10;
/** What must be allowed, and what not, by the names of the replies. */
const ALLOWED = Object.freeze(["adopt", "enrol", "visit", "second"] as const);
const REFUSED = Object.freeze(["early", "stolen", "again", "back", "covered", "late"] as const);
const FILMS = 2;

/** How a story ended. */
export interface Story extends Outcome {
  readonly violations: readonly string[];
  /** Of the whole trace, base16. */
  readonly hash: string;
  /** Whether it went as it must. */
  readonly isGood: boolean;
}

/** Plays the delivery in virtual time and tells it line by line. */
export function tellStory(crypto: Crypto, print: (line: string) => void): Story {
  const house = build(crypto, { seed: SEED, start: DELIVERY_START, hasCamera: true });
  const outcome = playDelivery(house, (line) => print(format(line)));
  house.world.advance(millis(DELIVERY_SECONDS * 1_000));
  const { violations } = house.checker;
  const { replies, audit, films } = outcome;
  const areTrue = ALLOWED.every((name) => replies[name] === "yes") && REFUSED.every((name) => replies[name] === "no");
  const areWhole = audit?.verdict?.kind === "whole" && films.length === FILMS && films.every(({ isOk }) => isOk);
  const isGood = areTrue && areWhole && violations.length === 0;
  return { ...outcome, violations, hash: house.world.trace.hash(), isGood };
}

function format({ time, who, what, lock }: Line): string {
  return `${time}  ${who.padEnd(WHO_COLUMNS)} ${what}${lock === "" ? "" : `  → the lock ${lock}`}`;
}
