// How a board joins its network: see join.c.

import type { Wifi } from "./ecma419.ts";

/** Gives the host function of that C name. Declared by xs.d.ts in the SDK; here for the desk's compiler. */
declare function native(name: string): { call(self: unknown, ...values: unknown[]): never };

function nativeJoin(this: unknown, SSID: string, password: string | undefined): boolean {
  return native("xs_latchkey_join").call(this, SSID, password);
}

/** Begins to join, with protected management frames unless the network is open. @returns whether the radio tries; the SDK's class, which
 *  has started it, tells what becomes of it */
export function join({ SSID, password }: Parameters<Wifi["connect"]>[0]): boolean {
  return nativeJoin.call(undefined, SSID, password);
}
