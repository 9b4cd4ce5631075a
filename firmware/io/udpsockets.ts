// A board's Udp: udpqueues.c over lwIP, and in XS on the desk over the same lwIP.
// Why: with the SDK's own class anybody in the network starts the board anew (udpqueues.c says how). xsc compiles the functions below to
// host functions as in crypto/native.ts.
// Follows Ecma-419 §9.12; types and lengths are checked in udpsockets.c.

import type { Udp, UdpClass } from "./ecma419.ts";
import { opened } from "./handle.ts";

/** Gives the host function of that C name. Declared by xs.d.ts in the SDK; here for the desk's compiler. */
declare function native(name: string): { call(self: unknown, ...values: unknown[]): never };

function nativeOpen(this: unknown, port: number, told: (count: number) => void): number | undefined {
  return native("xs_latchkey_udp_open").call(this, port, told);
}

function nativeJoin(this: unknown, socket: number, group: string): boolean | undefined {
  return native("xs_latchkey_udp_join").call(this, socket, group);
}

function nativeRead(this: unknown, socket: number): ArrayBuffer | undefined {
  return native("xs_latchkey_udp_read").call(this, socket);
}

function nativeAddress(this: unknown): string {
  return native("xs_latchkey_udp_address").call(this);
}

function nativePort(this: unknown): number {
  return native("xs_latchkey_udp_port").call(this);
}

function nativeWrite(
  this: unknown,
  socket: number,
  bytes: Uint8Array,
  address: string,
  port: number,
): boolean | undefined {
  return native("xs_latchkey_udp_write").call(this, socket, bytes, address, port);
}

function nativeClose(this: unknown, socket: number): true | undefined {
  return native("xs_latchkey_udp_close").call(this, socket);
}

/** A port from which datagrams go out, and at which they come. It owns a socket of udpqueues.c until it is closed. */
export class NativeUdp implements Udp {
  #socket: number;

  /** @throws Error where there is no network, the port is taken or none, or there is no place or memory */
  constructor({ port = 0, onReadable }: ConstructorParameters<UdpClass>[0]) {
    const socket = nativeOpen(port, (count) => onReadable.call(this, count));
    if (!socket) throw new Error("no socket");
    this.#socket = socket;
  }

  read(): ReturnType<Udp["read"]> {
    const bytes = nativeRead(opened(this.#socket));
    // Who sent it is asked of what was read last.
    return bytes && Object.assign(bytes, { address: nativeAddress(), port: nativePort() });
  }

  write(bytes: Uint8Array, address: string, port: number): void {
    if (nativeWrite(opened(this.#socket), bytes, address, port) !== true) throw new Error("not sent");
  }

  add(group: string): void {
    if (nativeJoin(opened(this.#socket), group) !== true) throw new Error("not joined");
  }

  close(): void {
    nativeClose(this.#socket);
    this.#socket = 0;
  }
}
