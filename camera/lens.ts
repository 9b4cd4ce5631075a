// The driver of the image sensor on a board; sensor.c does it.
// Why: xsc compiles each body below to a host function, and a desk, which has no such sensor, hands in a driver of its own.
// Follows sensor.ts.

import type { SensorDriver } from "./sensor.ts";

/** Gives the host function of that C name. Declared by xs.d.ts in the SDK; here for the desk's compiler. */
declare function native(name: string): { call(self: unknown, ...values: unknown[]): never };

function nativeStart(this: unknown, width: number, quality: number, ready: () => void): true | undefined {
  return native("xs_latchkey_sensor_start").call(this, width, quality, ready);
}

function nativeRead(this: unknown, target: Uint8Array): number | undefined {
  return native("xs_latchkey_sensor_read").call(this, target);
}

function nativeStop(this: unknown): undefined {
  return native("xs_latchkey_sensor_stop").call(this);
}

function nativeRegister(this: unknown, address: number): number | undefined {
  return native("xs_latchkey_sensor_register").call(this, address);
}

/** How the sensor compresses: 0 the best to 63; 12 gives some 30 KB for a VGA file of a hall. */
const QUALITY = 12;

/** Gives the driver of the board's sensor. @param width 640, 800 or 1280 pixels */
export function sensorOf(width: number): SensorDriver {
  return {
    start: (ready) => nativeStart(width, QUALITY, ready) === true,
    read: (target) => nativeRead(target),
    register: (address) => nativeRegister(address),
    stop: () => {
      nativeStop();
    },
  };
}
