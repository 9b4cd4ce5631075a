// Light sleep: what a chip does for a board that sleeps between events. The TypeScript side of sleep.c.
// Why: the SDK has no call for it; who may sleep, and when, is rest.ts.

/** Gives the host function of that C name. Declared by xs.d.ts in the SDK; here for the desk's compiler. */
declare function native(name: string): { call(self: unknown, ...values: unknown[]): never };

function nativeStart(this: unknown, needsCrystal: boolean, fired: (pin: number) => void): boolean | undefined {
  return native("xs_latchkey_sleep_start").call(this, needsCrystal, fired);
}

function nativeKeep(this: unknown, pin: number): boolean | undefined {
  return native("xs_latchkey_sleep_keep").call(this, pin);
}

function nativeWatch(this: unknown, pin: number, level: number): boolean | undefined {
  return native("xs_latchkey_sleep_watch").call(this, pin, level);
}

function nativeAllow(this: unknown, isAllowed: boolean): boolean | undefined {
  return native("xs_latchkey_sleep_allow").call(this, isAllowed);
}

/** A chip that can sleep. While it does, pulses stand still, serial lines hear nothing, and no edge is told. */
export interface Sleeper {
  /** Makes ready; the chip stays awake until `allow`.
   *  @param needsCrystal whether the time must go on by a crystal of 32 kHz: the chip's own oscillator errs by up to 5 %
   *  @param fired called from the event loop with a pin that was watched and came to its level; it is not watched any more
   *  @returns whether it can sleep: not in an image that is not made for it, and not without the crystal where that is needed */
  start(needsCrystal: boolean, fired: (pin: number) => void): boolean;
  /** Lets a pin stay as it is while the chip sleeps; any other is off then. */
  keep(pin: number): void;
  /** Tells `fired`, and wakes the chip, as soon as a pin is at a level: at once where it is. Each call counts instead of the one before. */
  watch(pin: number, level: 0 | 1): void;
  /** Lets the chip sleep whenever nothing runs, or not any more. */
  allow(isAllowed: boolean): void;
}

/** The chip that this runs on. An image that never sleeps is made without it, hence the mark. */
export const sleeper: Sleeper = /* @__PURE__ */ Object.freeze({
  start: (needsCrystal: boolean, fired: (pin: number) => void) => nativeStart(needsCrystal, fired) === true,
  keep: (pin: number) => {
    nativeKeep(pin);
  },
  watch: (pin: number, level: 0 | 1) => {
    nativeWatch(pin, level);
  },
  allow: (isAllowed: boolean) => {
    nativeAllow(isAllowed);
  },
});
