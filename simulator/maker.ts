// How the lock of a board is made from its wiring and everything else: the real one, unless somebody listens in between.

import { Motor, type MotorParts } from "../firmware/door/motor.ts";
import type { Millis } from "../firmware/platform.ts";
import { Lock } from "../lock/lock.ts";
import type { LockOptions, LockPlatform } from "../lock/options.ts";

/** Makes the lock of a board at a start. */
export type Maker = (
  motor: MotorParts,
  platform: Omit<LockPlatform, "bolt">,
  options: LockOptions,
  now: Millis,
) => Lock;

/** Makes it as a board does. */
export const makeLock: Maker = (motor, platform, options, now) =>
  Lock.start({ ...platform, bolt: new Motor(motor) }, options, now);
