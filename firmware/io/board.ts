// What a chip does for its board beside pins and wires: its uptime, why it started, a restart, the health of an image, its watchdog.
// Why: a main file needs them, and the SDK has them not, or only for other chips; see board.c.
// Follows esp_reset_reason_t of ESP-IDF v6.0 for the numbers of a start's cause.

import { type Millis, millis } from "../platform.ts";

/** Gives the host function of that C name. Declared by xs.d.ts in the SDK; here for the desk's compiler. */
declare function native(name: string): { call(self: unknown, ...values: unknown[]): never };

function nativeUptime(this: unknown): number {
  return native("xs_latchkey_uptime").call(this);
}

function nativeResetReason(this: unknown): number {
  return native("xs_latchkey_reset_reason").call(this);
}

function nativeRestart(this: unknown): undefined {
  return native("xs_latchkey_restart").call(this);
}

function nativeConfirm(this: unknown): boolean {
  return native("xs_latchkey_confirm").call(this);
}

function nativeAlive(this: unknown): undefined {
  return native("xs_latchkey_alive").call(this);
}

/** The chip. */
export interface Chip {
  /** Milliseconds since this start. */
  readonly uptime: Millis;
  /** The chip's number for why it started. */
  readonly resetReason: number;
  /** Starts anew at once: the processor alone, so that each pin goes on as it is, pulses too, until the new start opens it. */
  restart(): void;
  /** Says that the image that runs is well: from now on a restart starts it again, and not the one before. @returns whether that holds */
  confirm(): boolean;
  /** Says that the program is alive: what takes long in one turn of the loop says so as it goes on, or the watchdog restarts the chip. */
  alive(): void;
}

/** The chip that this runs on. */
export const chip: Chip = Object.freeze({
  get uptime(): Millis {
    return millis(nativeUptime());
  },
  get resetReason(): number {
    return nativeResetReason();
  },
  restart: () => {
    nativeRestart();
  },
  confirm: () => nativeConfirm(),
  alive: () => {
    nativeAlive();
  },
});
