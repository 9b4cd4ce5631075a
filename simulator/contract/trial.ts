// A trial of one sentence about the SDK's classes: it runs on callbacks alone, over the fakes and over the SDK itself.
// Why: a fake that does what nobody checked proves nothing of a driver; the same rows must hold for both.
// Nothing here waits: whoever runs a row turns the loop, and gives up where it does not end.

import type { ListenerClass, Serial, SerialClass, TcpClass, UdpClass } from "../../firmware/io/ecma419.ts";

/** What a serial port calls back. */
export type SerialCallbacks = Pick<ConstructorParameters<SerialClass>[0], "onReadable" | "onWritable">;

/** Where the rows are tried. */
export interface Ground {
  readonly Tcp: TcpClass;
  readonly Listener: ListenerClass;
  readonly Udp: UdpClass;
  /** By which its own sockets reach each other. */
  readonly address: string;
  /** Opens an end of a serial cable. */
  serial(end: "near" | "far", callbacks: SerialCallbacks): Serial;
  /** Calls back when what is under way has come. */
  later(callback: () => void): void;
  /** What it cannot do. The SDK for Linux has no "multicast"; a Listener that throws ("listener refused") leaves a dangling pointer in its
   *  engine; a Serial that is used after closing ("serial closed") ends the process; and an end that comes while bytes are unread is
   *  never told ("end behind late bytes"). */
  readonly lacks: readonly string[];
}

/** A sentence, and how it is tried. */
export interface Row {
  readonly claim: string;
  /** What the ground must have for it. */
  readonly needs?: string;
  run(trial: Trial): void;
}

interface Closeable {
  close(): void;
}

/** One row under way. It owns what is opened through `keep`, and closes it at its end. */
export class Trial {
  readonly ground: Ground;
  readonly #kept: Closeable[] = [];
  readonly #report: (fault: string | undefined) => void;
  #fault: string | undefined;
  #isOver = false;

  constructor(ground: Ground, report: (fault: string | undefined) => void) {
    this.ground = ground;
    this.#report = report;
  }

  /** Keeps something to be closed at the end. @returns it */
  keep<Kept extends Closeable>(kept: Kept): Kept {
    this.#kept.push(kept);
    return kept;
  }

  /** Says what must hold. */
  expect(holds: boolean, what: string): void {
    if (!holds) this.#fault ??= what;
  }

  /** Says what must throw. */
  refuses(run: () => unknown, what: string): void {
    try {
      run();
    } catch {
      return;
    }
    this.#fault ??= `${what} does not throw`;
  }

  /** Makes a callback of it: what it throws is a fault, and after the end it is silent. */
  on<Values extends readonly unknown[]>(callback: (...values: Values) => void): (...values: Values) => void {
    return (...values) => {
      if (!this.#isOver) this.guard(() => callback(...values));
    };
  }

  /** Goes on when what is under way has come. */
  later(callback: () => void): void {
    this.ground.later(this.on(callback));
  }

  /** Runs something that may be wrong. */
  guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#fault ??= String(error);
      this.later(() => this.end());
    }
  }

  /** Ends it, with the first fault there was. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // In a turn of its own: a port must not be closed from within its own callback.
    this.ground.later(() => {
      for (const kept of this.#kept) kept.close();
      this.#report(this.#fault);
    });
  }

  /** Ends it where it does not end. */
  giveUp(): void {
    this.expect(false, "it does not come to its end");
    this.end();
  }
}

/** Begins a row. @returns the trial, which whoever runs it may give up */
export function begin(ground: Ground, row: Row, report: (fault: string | undefined) => void): Trial {
  const trial = new Trial(ground, report);
  trial.guard(() => row.run(trial));
  return trial;
}
