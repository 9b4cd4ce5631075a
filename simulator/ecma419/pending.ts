// What listeners give: a Tcp that calls nobody, until it is handed to a new one as `from`, or closed.
// Why: fake sockets and real ones (door.node.ts) are handed on in the same way.
// Follows Ecma-419 §9.11.

import type { Tcp } from "../../firmware/io/ecma419.ts";

/** Those of one kind of sockets. */
export class Pending<End extends object> {
  readonly #ends = new WeakMap<Tcp, End>();

  /** Gives one. @param close ends what it stands for */
  give(end: End, remoteAddress: string | undefined, close: () => void): Tcp {
    const given: Tcp = {
      remoteAddress,
      read: () => undefined,
      write: () => {
        throw new Error("would block");
      },
      close: () => {
        if (this.#ends.delete(given)) close();
      },
    };
    this.#ends.set(given, end);
    return given;
  }

  /** Takes what one stands for, once. @throws Error where it is none, was taken, or closed */
  take(from: Tcp): End {
    const end = this.#ends.get(from);
    if (end === undefined) throw new Error("invalid from");
    this.#ends.delete(from);
    return end;
  }
}
