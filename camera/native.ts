// The reader of luma in C: on a board, and in XS on the desk and on rv32 where the Moddable SDK is at hand.
// Why: in JavaScript a VGA frame costs the chip two to seven seconds, and one must be judged twice a second.
// Follows luma.ts; jpeg.ts is the reference. xsc compiles the function below to a host function as in crypto/native.ts.

import { Fault, type FaultCode } from "../firmware/fault.ts";
import type { LumaReader } from "./luma.ts";

/** Gives the host function of that C name. Declared by xs.d.ts in the SDK; here for the desk's compiler. */
declare function native(name: string): { call(self: unknown, ...values: unknown[]): never };

function nativeLuma(this: unknown, jpeg: Uint8Array, luma: Uint8Array): number {
  return native("xs_latchkey_luma").call(this, jpeg, luma);
}

/** The verdicts of jpeghead.h, in its order; the first, 0, is a picture. */
const FAULTS: readonly (FaultCode | undefined)[] = Object.freeze([
  undefined,
  "image.bound",
  "image.shape",
  "image.truncated",
  "image.unsupported",
]);

/** Reads JPEG files into 40 by 30 values of luma, in fixed memory of the C side, which all of these share: one frame at a
 *  time. Against jpeg.ts it refuses what only picojpeg cannot do, and takes a code that no table has for the symbol 0: see
 *  luma.c. A `luma` that it did not fill is as it was. */
export class NativeLumaReader implements LumaReader {
  read(jpeg: Uint8Array, luma: Uint8Array): void {
    const fault = FAULTS[nativeLuma(jpeg, luma)];
    if (fault !== undefined) throw new Fault(fault);
  }
}
