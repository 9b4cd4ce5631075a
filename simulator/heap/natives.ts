// The host functions behind a lock that a tape plays: tape, flash and boot constants stand in C (tape.c), outside of the heap.
// Why: what is measured is the lock's heap, so whatever stands for the world must not be in it.
// In the form of firmware/crypto/native.ts, so that they cost nothing here and in an image.

import type { Value } from "./boundary.ts";

/** Gives the host function of that C name. */
declare function native(name: string): { call(self: unknown, ...values: unknown[]): never };

/** Takes the next record, which must be a call or a mark. @returns the whole record, or undefined at the end */
function nextCall(this: unknown): ArrayBuffer | undefined {
  return native("xs_tape_next").call(this);
}

/** Says something to the world: the next record must be just that. */
function say(this: unknown, kind: number, flag: number, number: number, bytes: Uint8Array): undefined {
  return native("xs_tape_say").call(this, kind, flag, number, bytes);
}

/** Fills `target` with what was drawn then: the next record must be as long. */
function draw(this: unknown, target: Uint8Array): undefined {
  return native("xs_tape_draw").call(this, target);
}

/** Tells whether an input is active, as it was then. @param bit of INPUT */
function sense(this: unknown, bit: number): boolean {
  return native("xs_tape_sense").call(this, bit);
}

/** Asks the chip of a board: the next record must be just that. @returns what it answered then @throws what it threw then */
function ask(this: unknown, thing: number, member: number, first?: Value, second?: Value, third?: Value): Value {
  return native("xs_tape_ask").call(this, thing, member, first, second, third);
}

/** Looks at the heap, garbage collected. */
function mark(this: unknown, number: number): undefined {
  return native("xs_tape_mark").call(this, number);
}

/** Fills `target` from the flash. */
function readFlash(this: unknown, offset: number, target: Uint8Array): undefined {
  return native("xs_tape_read_flash").call(this, offset, target);
}

/** Programs the flash: bits only fall. */
function writeFlash(this: unknown, offset: number, bytes: Uint8Array): undefined {
  return native("xs_tape_write_flash").call(this, offset, bytes);
}

/** Erases a sector. */
function eraseFlash(this: unknown, sector: number): undefined {
  return native("xs_tape_erase_flash").call(this, sector);
}

/** Gives a boot constant, or undefined. */
function readConstant(this: unknown, name: string): ArrayBuffer | undefined {
  return native("xs_tape_read_constant").call(this, name);
}

/** Keeps a boot constant; none of them is ever empty. */
function writeConstant(this: unknown, name: string, value: Uint8Array): undefined {
  return native("xs_tape_write_constant").call(this, name, value);
}

/** Forgets a boot constant. */
function eraseConstant(this: unknown, name: string): undefined {
  return native("xs_tape_erase_constant").call(this, name);
}

export {
  ask,
  draw,
  eraseConstant,
  eraseFlash,
  mark,
  nextCall,
  readConstant,
  readFlash,
  say,
  sense,
  writeConstant,
  writeFlash,
};
