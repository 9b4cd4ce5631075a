// The porch that the tests of codes begin with, on the engine's own primitives.

import { crypto } from "#crypto";
import { Desk } from "../../simulator/desk.ts";
import { Porch } from "../../simulator/porch.ts";

export { ANA, HOUR, ONCE_24, SECRET, THREE_DAYS, TOTP_SECRET, TWO_HOURS } from "../../simulator/porch.ts";

/** A lock with an owner, an enrolled keypad, and the owner's code secret. */
export class House extends Porch {
  /** @param hasSecret whether the owner's device makes window codes */
  constructor(zoneRule = "UTC0", hasSecret = true) {
    super(new Desk({ crypto }), zoneRule, hasSecret);
  }
}
