// Under which faults each check is tried again, and why not under the rest.
// Why: a check that measures what a fault changes would fail for no fault of the lock, and one that is left out without a
// reason would never be missed.

import { FAULTS, type Fault } from "./disturbed.ts";

type Reasons = Readonly<Partial<Record<Fault, string>>>;

const NO_LOCK = "it meets no lock: what it tries is a file, or a switch with faults of its own";
const MEETS_NO_LOCK: Reasons = Object.freeze(Object.fromEntries(FAULTS.map((fault) => [fault, NO_LOCK])));
/** Checks of files and switches, without a lock. */
export const LOCKLESS: readonly string[] = Object.freeze(["T28", "T29"]);

const OWNER_SPEAKS = "after a restart the owner tells the time, and the check is about what no owner has told";

const AT_PINS = "its lock stands on a chip of its own, whose resets and cuts of power it makes itself";
const PINS: Reasons = Object.freeze({ radio: AT_PINS, restart: AT_PINS, cut: AT_PINS });

const UNWRITTEN = "a restart loses counts that are not written yet, and the check counts";

const CAMERA_WAITS =
  "it needs honest visits in between, and after a restart the camera is heard again within 75 s only";

/** Why a check is not tried under a fault; what does not stand here is tried. */
const NOT_UNDER: Readonly<Record<string, Reasons>> = Object.freeze({
  T10: { restart: OWNER_SPEAKS, cut: OWNER_SPEAKS },
  ...Object.fromEntries(LOCKLESS.map((id) => [id, MEETS_NO_LOCK])),
  T27: { restart: CAMERA_WAITS, cut: CAMERA_WAITS },
  T36: PINS,
  T53: PINS,
  T35: { restart: "it restarts the lock itself, at every moment", cut: "it cuts every word itself" },
  T40: { restart: UNWRITTEN, cut: UNWRITTEN },
  T44: { restart: OWNER_SPEAKS, cut: OWNER_SPEAKS },
  T47: { restart: OWNER_SPEAKS, cut: OWNER_SPEAKS },
  T49: { drift: "it measures a stranger's five seconds on the desk's clock, to the millisecond" },
  T52: {
    restart: "a restart ends the delay of a reset, as it must; the check has its own",
    cut: "a restart ends the delay of a reset, as it must; the check has its own",
    drift: "it counts the alarms of a day on the desk's clock, minute by minute",
  },
});

/** Gives the faults under which a check is tried. */
export function faultsOf(id: string): readonly Fault[] {
  return FAULTS.filter((fault) => NOT_UNDER[id]?.[fault] === undefined);
}

/** Gives the faults under which it is not, each with its reason. */
export function reasonsOf(id: string): readonly (readonly [fault: Fault, reason: string])[] {
  return FAULTS.flatMap((fault) => {
    const reason = NOT_UNDER[id]?.[fault];
    return reason === undefined ? [] : [[fault, reason] as const];
  });
}

/** The checks that are not tried under everything. */
export const EXCEPTED: readonly string[] = Object.freeze(Object.keys(NOT_UNDER));
