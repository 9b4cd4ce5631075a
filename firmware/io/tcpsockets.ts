// A board's Tcp and Listener: tcplinks.c over lwIP, and in XS on the desk over the same lwIP.
// Why: with the SDK's own classes anybody in the network corrupts the board's heap (tcplinks.c says how). xsc compiles the functions
// below to host functions as in crypto/native.ts.
// Follows Ecma-419 §9.10 and §9.11 as far as a board that dials nobody needs them; types and lengths are checked in tcpsockets.c.

import type { Listener, ListenerClass, Tcp, TcpClass } from "./ecma419.ts";
import { opened } from "./handle.ts";

/** Hears of a link or a listener: which of TcpEventKind in tcplinks.h, and how many. */
type Told = (kind: number, count: number) => void;

/** Gives the host function of that C name. Declared by xs.d.ts in the SDK; here for the desk's compiler. */
declare function native(name: string): { call(self: unknown, ...values: unknown[]): never };

function nativeListen(this: unknown, port: number, told: Told): number | undefined {
  return native("xs_latchkey_tcp_listen").call(this, port, told);
}

function nativePort(this: unknown, listener: number): number | undefined {
  return native("xs_latchkey_tcp_port").call(this, listener);
}

function nativeAccept(this: unknown, listener: number): number | undefined {
  return native("xs_latchkey_tcp_accept").call(this, listener);
}

function nativeOpen(this: unknown, link: number, isPrompt: boolean, told: Told): boolean | undefined {
  return native("xs_latchkey_tcp_open").call(this, link, isPrompt, told);
}

function nativeRead(this: unknown, link: number, byteLength: number): ArrayBuffer | false | undefined {
  return native("xs_latchkey_tcp_read").call(this, link, byteLength);
}

function nativeWrite(this: unknown, link: number, bytes: Uint8Array): boolean | undefined {
  return native("xs_latchkey_tcp_write").call(this, link, bytes);
}

function nativeAddress(this: unknown, link: number): string | undefined {
  return native("xs_latchkey_tcp_address").call(this, link);
}

function nativeClose(this: unknown, number: number): true | undefined {
  return native("xs_latchkey_tcp_close").call(this, number);
}

const READABLE = 1;
const WRITABLE = 2;
/** What a read is asked for. */
const ALL = 0;
const READ_BYTES_MAX = 65_535;

/** Who dialled: to be handed to a new Tcp as `from`, or hung up on. */
class Caller implements Tcp {
  #link: number;

  constructor(link: number) {
    this.#link = link;
  }

  get remoteAddress(): string | undefined {
    return nativeAddress(opened(this.#link));
  }

  /** Hands him on, once. @returns the link @throws Error where he was handed on or closed, or there is no memory for what he sends */
  open(isPrompt: boolean, told: Told): number {
    const link = this.#link;
    if (nativeOpen(link, isPrompt, told) !== true) throw new Error("invalid from");
    this.#link = 0;
    return link;
  }

  read(): undefined {}

  write(): void {
    throw new Error("would block");
  }

  close(): void {
    nativeClose(this.#link);
    this.#link = 0;
  }
}

/** A connection of somebody who dialled. It owns a link of tcplinks.c until it is closed. */
export class NativeTcp implements Tcp {
  #link: number;

  /** @throws Error where `from` is nobody who dialled, or was handed on before, or there is no memory */
  constructor(options: ConstructorParameters<TcpClass>[0]) {
    const { from, nodelay = false, format, onReadable, onWritable, onError } = options;
    if (format !== "buffer" || !(from instanceof Caller)) throw new RangeError("unimplemented");
    this.#link = from.open(nodelay, (kind, count) => {
      if (kind === READABLE) onReadable?.call(this, count);
      else if (kind === WRITABLE) onWritable?.call(this, count);
      else onError?.call(this);
    });
  }

  get remoteAddress(): string | undefined {
    return nativeAddress(opened(this.#link));
  }

  read(byteLength?: number): ArrayBuffer | undefined {
    const wanted = byteLength ?? ALL;
    if (byteLength === ALL || wanted !== (wanted & READ_BYTES_MAX)) throw new RangeError("invalid");
    const bytes = nativeRead(opened(this.#link), wanted);
    if (bytes === false) throw new RangeError("invalid");
    return bytes;
  }

  write(bytes: Uint8Array): void {
    if (nativeWrite(opened(this.#link), bytes) !== true) throw new Error("would block");
  }

  close(): void {
    nativeClose(this.#link);
    this.#link = 0;
  }
}

/** Who can be dialled. It owns a listener of tcplinks.c until it is closed. */
export class NativeListener implements Listener {
  #number: number;

  /** @throws Error where there is no network, the port is taken or none, or there is no place or memory */
  constructor({ port = 0, onReadable }: ConstructorParameters<ListenerClass>[0]) {
    const number = nativeListen(port, (_, count) => onReadable.call(this, count));
    if (!number) throw new Error("no listener");
    this.#number = number;
  }

  get port(): number {
    return nativePort(opened(this.#number)) ?? 0;
  }

  read(): Tcp | undefined {
    const link = nativeAccept(opened(this.#number));
    return link ? new Caller(link) : undefined;
  }

  close(): void {
    nativeClose(this.#number);
    this.#number = 0;
  }
}
