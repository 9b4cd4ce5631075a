// Sits between a lock on the desk and everything around it, and writes both directions on a tape.
// Why: see tape.ts. The lock between is the real one, and hears and says exactly what it would without.
// It stands where a desk makes its lock (maker.ts), at each start of the board.

import { Motor } from "../../firmware/door/motor.ts";
import { assert } from "../../firmware/fault.ts";
import type { Input, Output, Wire } from "../../firmware/platform.ts";
import { Lock } from "../../lock/lock.ts";
import type { LockPlatform } from "../../lock/options.ts";
import type { Maker } from "../maker.ts";
import { MOTOR } from "./board.ts";
import { INPUT, KIND, OUTPUT, SIGNALS, Tape, type TapeRecord } from "./tape.ts";

type Call = Exclude<keyof typeof KIND, "end" | "boot" | "mark" | "random" | "inputs" | "sent" | "closed" | "output">;

/** A recorder for one board. */
export class Recorder {
  readonly #tape = new Tape();
  #inputs = -1;

  /** Makes the lock of a board, as the desk would, and listens to it. */
  readonly make: Maker = (motor, platform, options, now) => {
    const { ends } = motor;
    assert(ends !== undefined, "a lock on tape has end contacts");
    this.#tape.add(KIND.boot, { flag: options.isPowerOn ? 1 : 0, number: now });
    const bolt = new Motor({
      ...MOTOR,
      retract: this.#output(OUTPUT.retract, motor.retract),
      throw: this.#output(OUTPUT.throw, motor.throw),
      ends: { thrown: this.#input(INPUT.thrown, ends.thrown), retracted: this.#input(INPUT.retracted, ends.retracted) },
      stall: this.#input(INPUT.stall, motor.stall),
    });
    return this.#overheard(Lock.start({ ...platform, ...this.#listen(platform), bolt }, options, now));
  };

  /** Notes a place at which the heap is looked at. @param number u32, rising */
  mark(number: number): void {
    this.#tape.add(KIND.mark, { number });
  }

  /** Ends the tape and gives it. */
  end(): Uint8Array {
    this.#tape.add(KIND.end);
    return this.#tape.toBytes();
  }

  /** All that a lock draws and sends, noted on its way. */
  #listen({
    random,
    carrier,
    wire,
    cameraWire,
    indicator,
    restart,
  }: Omit<LockPlatform, "bolt">): Pick<
    LockPlatform,
    "random" | "carrier" | "wire" | "cameraWire" | "indicator" | "restart"
  > {
    const tape = this.#tape;
    const noted = (kind: number, to: Wire): Wire => ({
      send(frame) {
        tape.add(kind, { bytes: frame });
        to.send(frame);
      },
    });
    return {
      random: {
        fill(target) {
          random.fill(target);
          tape.add(KIND.random, { bytes: target });
        },
      },
      carrier: {
        send(connection, frame) {
          tape.add(KIND.sent, { number: connection, bytes: frame });
          carrier.send(connection, frame);
        },
        close(connection) {
          tape.add(KIND.closed, { number: connection });
          carrier.close(connection);
        },
      },
      wire: noted(KIND.wireSent, wire),
      cameraWire: noted(KIND.cameraSent, cameraWire),
      indicator: {
        signal(signal) {
          tape.add(KIND.signal, { number: SIGNALS.indexOf(signal) });
          indicator.signal(signal);
        },
      },
      restart() {
        tape.add(KIND.restart);
        restart();
      },
    };
  }

  /** A lock whose every call is noted before it is made. */
  #overheard(lock: Lock): Lock {
    return new Proxy(lock, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...words: readonly unknown[]) => {
          assert(name in KIND, "every call of a lock is known to the tape");
          this.#tape.add(KIND[name as Call], recordOf(name as Call, words));
          return value.apply(target, words);
        };
      },
    });
  }

  #output(number: number, pin: Output): Output {
    return {
      write: (isActive) => {
        this.#tape.add(KIND.output, { number, flag: isActive ? 1 : 0 });
        pin.write(isActive);
      },
    };
  }

  /** An input whose changes are noted when they are seen. */
  #input(bit: number, pin: Input): Input {
    const recorder = this;
    return {
      get isActive() {
        const { isActive } = pin;
        recorder.#see(bit, isActive);
        return isActive;
      },
    };
  }

  #see(bit: number, isActive: boolean): void {
    const known = Math.max(0, this.#inputs);
    const seen = isActive ? known | bit : known & ~bit;
    if (seen === this.#inputs) return;
    this.#inputs = seen;
    this.#tape.add(KIND.inputs, { flag: seen });
  }
}

/** What a call's record says. @param words what the lock was handed: its uptime is the last of them */
function recordOf(name: Call, words: readonly unknown[]): TapeRecord {
  const number = words.at(-1) as number;
  const [first, second] = words;
  switch (name) {
    case "connected":
      return { number, flag: second === "tcp" ? 1 : 0, bytes: connectionOf(first) };
    case "received": {
      const frame = second as Uint8Array;
      const bytes = new Uint8Array(4 + frame.length);
      bytes.set(connectionOf(first));
      bytes.set(frame, 4);
      return { number, bytes };
    }
    case "disconnected":
      return { number, bytes: connectionOf(first) };
    case "wireReceived":
    case "cameraReceived":
      return { number, bytes: first as Uint8Array };
    case "contactChanged":
      return { number, flag: first === "open" ? 1 : 0 };
    case "loopChanged":
    case "coverChanged":
      return { number, flag: first === true ? 1 : 0 };
    default:
      return { number };
  }
}

function connectionOf(connection: unknown): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, connection as number, true);
  return bytes;
}
