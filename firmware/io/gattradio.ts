// The radio of a board: gatt.c over NimBLE, and in XS on the desk over the NimBLE that the simulator plays.
// Why: gatt.ts says what reaches the lock; what the stack asks stands in C. xsc compiles the functions below to host functions
// as in crypto/native.ts.
// Follows docs/protocol.md, section 3.1; types and lengths are checked in gattradio.c.

import { assert, Fault } from "../fault.ts";
import { FRAGMENT_BYTES_MAX } from "../link/fragment.ts";
import type { GattRadio, RadioEvent } from "./gatt.ts";

/** Gives the host function of that C name. Declared by xs.d.ts in the SDK; here for the desk's compiler. */
declare function native(name: string): { call(self: unknown, ...values: unknown[]): never };

function nativeStart(this: unknown, wake: () => void): boolean | undefined {
  return native("xs_latchkey_gatt_start").call(this, wake);
}

function nativeTake(this: unknown, event: Uint8Array): boolean | undefined {
  return native("xs_latchkey_gatt_take").call(this, event);
}

function nativeSend(this: unknown, link: number, fragment: Uint8Array): boolean | undefined {
  return native("xs_latchkey_gatt_send").call(this, link, fragment);
}

function nativeMaximumWrite(this: unknown, link: number): number | undefined {
  return native("xs_latchkey_gatt_maximum_write").call(this, link);
}

function nativeClose(this: unknown, link: number): true | undefined {
  return native("xs_latchkey_gatt_close").call(this, link);
}

/** Before the fragment: kind, length, link as u32 little-endian. */
const EVENT_HEAD_BYTES = 6;
/** By the numbers of LinkEventKind in gattlinks.h. */
const RECEIVED = 2;
const KINDS = Object.freeze([undefined, "connected", "received", "writable", "disconnected"] as const);

/** The one radio of a board. There is one in C, however many of these there are: a second one does not start. */
export class NativeGattRadio implements GattRadio {
  readonly #event = new Uint8Array(EVENT_HEAD_BYTES + FRAGMENT_BYTES_MAX);

  start(wake: () => void): void {
    if (nativeStart(wake) !== true) throw new Fault("radio.io");
  }

  take(): RadioEvent | undefined {
    const event = this.#event;
    if (nativeTake(event) !== true) return undefined;
    const [code, length] = event;
    // Below 2^31 (gattlinks.c).
    const link = event[2] | (event[3] << 8) | (event[4] << 16) | (event[5] << 24);
    const kind = KINDS[code];
    assert(kind !== undefined, "an event of gattlinks.h");
    if (kind !== KINDS[RECEIVED]) return { kind, link };
    return { kind, link, fragment: event.slice(EVENT_HEAD_BYTES, EVENT_HEAD_BYTES + length) };
  }

  send(link: number, fragment: Uint8Array): boolean {
    return nativeSend(link, fragment) === true;
  }

  maximumWrite(link: number): number {
    return nativeMaximumWrite(link) ?? 0;
  }

  close(link: number): void {
    nativeClose(link);
  }
}
