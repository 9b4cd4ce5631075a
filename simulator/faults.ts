// What goes wrong in a simulated house, planned from the seed before anything happens.
// Why: a plan can be played in part, so a failing seed is shrunk to the few faults that it takes (shrink.ts).
// Each fault has a number, and its own random stream when it is played (fate.ts): leaving one out shifts no other.
// A write in flight is ten times as likely to be cut as a quiet moment: `tears` against `cuts`.

import { type Millis, millis } from "../firmware/platform.ts";
import { Stream } from "./random.ts";
import { formatTime } from "./trace.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** People act from six in the morning; nothing else is planned for the first minutes, in which the lock is adopted. */
const FIRST_MILLIS = 30 * MINUTE;
/** So long before the end the faults stop, and the house must converge. */
export const QUIET_MILLIS = HOUR;
const PER_MILLE = 1_000;

/** How a kind of fault comes: how many a day, per mille; how long each lasts; and in which forms. */
interface Habit {
  readonly perDay: number;
  readonly lasts: readonly [shortestMillis: number, longestMillis: number];
  readonly forms: readonly string[];
}

/** Every kind. A form that stands twice comes twice as often. */
export const HABITS = Object.freeze({
  /** Power fails at an instant, or while the bolt is under way. */
  cuts: { perDay: 400, lasts: [1_000, 20 * MINUTE], forms: ["clock", "drive"] },
  /** Power fails in the middle of a write: of an opening, of its end, of any, of an erase, of the start after it,
   *  or of a snapshot. */
  tears: {
    perDay: 4_000,
    lasts: [1_000, 5 * MINUTE],
    forms: ["opening", "opening", "opening", "closing", "any", "any", "erase", "start", "snapshot"],
  },
  /** The flash answers with errors, loses what it is told, or has a bit that no longer takes a program, or an erase. */
  wear: { perDay: 150, lasts: [10 * MINUTE, 6 * HOUR], forms: ["refuses", "loses", "high", "low"] },
  /** A bit turns over, and the lock starts: in a record that the lock still needs, or in the length of one, so that its owner
   *  must acknowledge the damage; in history that a snapshot holds; in a snapshot. */
  rot: {
    perDay: 250,
    lasts: [10 * MINUTE, 8 * HOUR],
    forms: ["record", "length", "history", "snapshot", "snapshot"],
  },
  /** Frames are lost, doubled, overtaken and late. */
  radio: { perDay: 1_000, lasts: [10 * MINUTE, 4 * HOUR], forms: ["storm", "storm", "slow", "deaf"] },
  /** The lock's crystal runs at another speed; the owner's phone is off by seconds, or by two months. */
  drift: { perDay: 800, lasts: [HOUR, 12 * HOUR], forms: ["crystal", "seconds", "months"] },
  /** The bolt is stuck, where it stands or on its way. */
  jams: { perDay: 400, lasts: [10_000, 10 * MINUTE], forms: ["clock", "drive"] },
  /** Power is away for a moment, at an instant or while the bolt is under way; or the battery is too low to lock again. */
  brownouts: { perDay: 700, lasts: [50, 500], forms: ["clock", "drive", "drive"] },
  battery: { perDay: 200, lasts: [10 * MINUTE, 3 * HOUR], forms: ["low"] },
  /** A wedge under the open leaf. */
  ajar: { perDay: 400, lasts: [5 * MINUTE, 5 * HOUR], forms: ["wedge"] },
  /** A magnet on the contact: the lock believes that the leaf is shut. */
  magnet: { perDay: 300, lasts: [MINUTE, 3 * HOUR], forms: ["contact"] },
  /** A crowbar. */
  force: { perDay: 60, lasts: [10_000, HOUR], forms: ["leaf"] },
  /** A stranger with a radio. */
  stranger: {
    perDay: 1_500,
    lasts: [MINUTE, 2 * HOUR],
    forms: ["noise", "halves", "nonsense", "spoilt", "meddle", "meddle"],
  },
  /** A thief: with copied grants, with a recording, with an owner's phone, with a statement that is kept; and a flood. */
  thief: { perDay: 1_800, lasts: [2_000, 12_000], forms: ["copies", "replay", "phone", "late", "carrier", "flood"] },
  /** The keypad's cable: bytes are lost, changed and added; or it is cut. */
  wire: { perDay: 600, lasts: [10_000, HOUR], forms: ["rough", "rough", "cut"] },
  /** The keypad: without power, with its case open, with a key that is stuck, warm or cold. */
  keypad: { perDay: 500, lasts: [1_000, 20 * MINUTE], forms: ["power", "case", "stuck", "crystal"] },
  /** A burglar at the keys and on the wire: who guesses, by day and night; who types what is nearly right, or was; who takes the
   *  power of lock or keypad between guesses; who cuts the cable before the answer; with a keypad of his own that knows a right
   *  PIN; with a recording; with frames that he changes. */
  burglar: {
    perDay: 900,
    lasts: [10_000, 3 * MINUTE],
    forms: ["guesses", "guesses", "near", "spent", "resets", "unplugs", "snips", "foreign", "replays", "meddles"],
  },
  /** A thief in the hall of a house with a camera, when a courier comes who needs it: who covers or turns it, shows it its last
   *  picture or a film of an hour ago, jams its radio, or takes its power, its light or its card. */
  hall: {
    perDay: 3_000,
    lasts: [5_000, 5 * MINUTE],
    forms: ["cover", "cover", "turn", "freeze", "loop", "jam", "jam", "power", "light", "card"],
  },
} as const satisfies Record<string, Habit>);

/** The name of a kind, as `--faults` takes it. */
export type FaultKind = keyof typeof HABITS;

/** Every kind, in the order in which they are drawn. */
export const FAULT_KINDS = Object.freeze(Object.keys(HABITS)) as readonly FaultKind[];

/** One thing that will go wrong. */
export interface Fault {
  /** Its place in the whole plan of the seed. */
  readonly number: number;
  readonly kind: FaultKind;
  readonly form: string;
  readonly at: Millis;
  readonly lastsMillis: number;
}

/** What is to be played of a plan. */
export interface Choice {
  readonly kinds: readonly FaultKind[];
  /** The numbers that are played; all of these kinds where it is left out. */
  readonly only?: readonly number[];
}

/** Plans what goes wrong in so many days, and chooses from it. Each kind is drawn from a stream of its own.
 *  @returns in order of time */
export function planFaults(seed: number, days: number, { kinds, only }: Choice): readonly Fault[] {
  const drawn = FAULT_KINDS.flatMap((kind) => drawKind(seed, days, kind));
  const inOrder = drawn.sort(
    (one, other) => one.at - other.at || FAULT_KINDS.indexOf(one.kind) - FAULT_KINDS.indexOf(other.kind),
  );
  return inOrder
    .map((fault, number) => ({ number, ...fault }))
    .filter(({ number, kind }) => kinds.includes(kind) && (only === undefined || only.includes(number)));
}

/** Writes a fault for a reader: `17 tears opening, 0d 08:14:02.125 for 12 s`. */
export function describeFault({ number, kind, form, at, lastsMillis }: Fault): string {
  const lasts = lastsMillis < PER_MILLE ? `${lastsMillis} ms` : `${Math.floor(lastsMillis / 1_000)} s`;
  return `${number} ${kind} (${form}), ${formatTime(at)} for ${lasts}`;
}

function drawKind(seed: number, days: number, kind: FaultKind): Omit<Fault, "number">[] {
  const random = new Stream(seed, `faults ${kind}`);
  const habit: Habit = HABITS[kind];
  const { perDay, forms } = habit;
  const [shortest, longest] = habit.lasts;
  const faults: Omit<Fault, "number">[] = [];
  const last = days * DAY - QUIET_MILLIS;
  for (let day = 0; day < days; day++) {
    const count = Math.floor(perDay / PER_MILLE) + (random.chance(perDay % PER_MILLE) ? 1 : 0);
    for (let left = count; left > 0; left--) {
      const at = millis(day * DAY + random.between(FIRST_MILLIS, DAY - 1));
      const fault = { kind, form: random.pick(forms), at, lastsMillis: random.between(shortest, longest) };
      if (at < last) faults.push(fault);
    }
  }
  return faults;
}
