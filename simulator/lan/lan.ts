// The network of the desk's lwIP, as a test on XS moves it: lan.c's host functions by their names.
// Why: nothing in it happens by itself, so each moment at which a stranger may do something can be tried.

import type { Host } from "../xs/host.d.ts";

declare function native(name: string): (...values: unknown[]) => unknown;
declare const host: Pick<Host, "collect">;

/** Those who dial the board, each by his place, and the wire between. */
export const lan = Object.freeze({
  /** @returns whether lwIP did not run before */
  start: native("xs_lan_start") as () => boolean,
  up: native("xs_lan_up") as (isUp: boolean) => void,
  /** Delivers all that is under way. */
  run: native("xs_lan_run") as () => void,
  pass: native("xs_lan_pass") as (millis: number) => void,
  /** Loses the next packets. */
  lose: native("xs_lan_lose") as (packets: number) => void,
  /** Callers announce segments and windows of at most so many bytes from here on; 0: what they can take. */
  understate: native("xs_lan_understate") as (segment: number, window: number) => void,
  /** One says that he has all but so many of the bytes that came to him, and room for so many. */
  claim: native("xs_lan_claim") as (caller: number, missing: number, window: number) => void,
  /** Asks for a connection from an address that nobody has. */
  forge: native("xs_lan_forge") as (port: number, from: number) => void,
  /** What lwIP keeps at a port of the board's, the listener left out. */
  held: native("xs_lan_held") as (port: number) => number,
  dial: native("xs_lan_dial") as (port: number) => number,
  state: native("xs_lan_state") as (caller: number) => number,
  room: native("xs_lan_room") as (caller: number) => number,
  send: native("xs_lan_send") as (caller: number, bytes: Uint8Array) => boolean,
  readable: native("xs_lan_readable") as (caller: number) => number,
  read: native("xs_lan_read") as (caller: number) => ArrayBuffer,
  finish: native("xs_lan_finish") as (caller: number) => void,
  close: native("xs_lan_close") as (caller: number) => void,
  reset: native("xs_lan_reset") as (caller: number) => void,
  vanish: native("xs_lan_vanish") as (caller: number) => void,
  /** Another host's datagram, in one piece of memory for a cut of 0, or with so many bytes in the first of two. */
  say: native("xs_lan_say") as (
    ...[from, fromPort, to, toPort, bytes, cut]: [string, number, string, number, Uint8Array, number]
  ) => void,
  /** What the board sent last to others; undefined where nothing since. To whom: */
  overhear: native("xs_lan_overhear") as () => ArrayBuffer | undefined,
  overheardAddress: native("xs_lan_overheard_address") as () => string,
  overheardPort: native("xs_lan_overheard_port") as () => number,
  /** The UDP sockets that lwIP holds, and the groups that it is in. */
  sockets: native("xs_lan_sockets") as () => number,
  groups: native("xs_lan_groups") as () => number,
});

/** What `lan.state` says, a bit each. */
export const CALLER = Object.freeze({ isConnected: 2, hasEnded: 4, hasFailed: 8 });

/** XS's queue of messages. */
export const messages = Object.freeze({
  deliver: native("xs_messages_deliver") as () => boolean,
  fill: native("xs_messages_fill") as (isFull: boolean) => void,
});

/** Whether the host was built with lwIP. */
export function isBuiltIn(): boolean {
  try {
    lan.held(0);
    return true;
  } catch {
    return false;
  }
}

/** What a test says where it was not. */
export const LEFT_OUT = "a board's sockets over lwIP itself (its sources: apt-get, with dpkg-dev) left out";

/** Lets everything that is under way arrive, on both sides. */
export function settle(): void {
  lan.run();
  while (messages.deliver()) {
    host.collect();
    lan.run();
  }
}
