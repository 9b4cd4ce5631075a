// Plays a tape to a lone lock: nobody else is in its machine, but for the calls that a board's main file would make too.
// Why: see tape.ts. The lock stands over the same motor driver and the same primitives as on a board.
// What it says is compared with the tape in C; the first difference ends the run.

import type { Bytes } from "../../firmware/bytes.ts";
import { crypto } from "../../firmware/crypto/native.ts";
import { Motor } from "../../firmware/door/motor.ts";
import { assert } from "../../firmware/fault.ts";
import { type Flash, type Input, type Millis, millis } from "../../firmware/platform.ts";
import { Lock } from "../../lock/lock.ts";
import type { LockPlatform } from "../../lock/options.ts";
import { BOARD, MOTOR } from "./board.ts";
import {
  draw,
  eraseConstant,
  eraseFlash,
  mark,
  nextCall,
  readConstant,
  readFlash,
  say,
  sense,
  writeConstant,
  writeFlash,
} from "./natives.ts";
import { HEAD_BYTES, headOf, INPUT, KIND, OUTPUT, SIGNALS } from "./tape.ts";

const CONNECTION_BYTES = 4;
const NOTHING: Bytes = new Uint8Array(0);
const BATTERY = Object.freeze({ millivolts: 6_000 });
const RESET_REASON = 1;

/** Plays the whole tape. */
export function play(): void {
  const flash = new TapedFlash();
  let lock: Lock | undefined;
  for (let call = nextCall(); call !== undefined; call = nextCall()) {
    const { kind, flag, number } = headOf(call);
    if (kind === KIND.mark) mark(number);
    else if (kind === KIND.boot) {
      // A board that starts has lost all that it held.
      lock = undefined;
      lock = start(flash, { isPowerOn: flag === 1, now: millis(number) });
    } else {
      assert(lock !== undefined, "a lock starts before it is called");
      CALLS[kind](lock, { flag, now: millis(number), bytes: new Uint8Array(call, HEAD_BYTES) });
    }
  }
}

/** One call, as the tape has it. */
interface Call {
  readonly flag: number;
  readonly now: Millis;
  readonly bytes: Bytes;
}

/** How each call is made, by its kind. */
const CALLS: Readonly<Record<number, (lock: Lock, call: Call) => void>> = Object.freeze({
  [KIND.tick]: (lock, { now }) => lock.tick(now),
  [KIND.connected]: (lock, { flag, bytes, now }) =>
    lock.connected(connectionOf(bytes), flag === 1 ? "tcp" : "ble", now),
  [KIND.received]: (lock, { bytes, now }) => lock.received(connectionOf(bytes), bytes.subarray(CONNECTION_BYTES), now),
  [KIND.disconnected]: (lock, { bytes, now }) => lock.disconnected(connectionOf(bytes), now),
  [KIND.wireReceived]: (lock, { bytes, now }) => lock.wireReceived(bytes, now),
  [KIND.cameraReceived]: (lock, { bytes, now }) => lock.cameraReceived(bytes, now),
  [KIND.loopChanged]: (lock, { flag, now }) => lock.loopChanged(flag === 1, now),
  [KIND.contactChanged]: (lock, { flag, now }) => lock.contactChanged(flag === 1 ? "open" : "closed", now),
  [KIND.coverChanged]: (lock, { flag, now }) => lock.coverChanged(flag === 1, now),
  [KIND.insidePressed]: (lock, { now }) => lock.insidePressed(now),
  [KIND.boltSensed]: (lock, { now }) => lock.boltSensed(now),
});

/** Starts the lock, as at each start of its board. */
function start(flash: Flash, { isPowerOn, now }: { readonly isPowerOn: boolean; readonly now: Millis }): Lock {
  const pin = (number: number) => ({
    write: (isActive: boolean) => say(KIND.output, isActive ? 1 : 0, number, NOTHING),
  });
  const bolt = new Motor({
    ...MOTOR,
    retract: pin(OUTPUT.retract),
    throw: pin(OUTPUT.throw),
    ends: { thrown: input(INPUT.thrown), retracted: input(INPUT.retracted) },
    stall: input(INPUT.stall),
  });
  const platform: LockPlatform = {
    crypto,
    random: { fill: draw },
    flash,
    constants: {
      read(name) {
        const value = readConstant(name);
        return value === undefined ? undefined : new Uint8Array(value);
      },
      write: writeConstant,
      erase: eraseConstant,
    },
    bolt,
    carrier: {
      send: (connection, frame) => say(KIND.sent, 0, connection, frame),
      close: (connection) => say(KIND.closed, 0, connection, NOTHING),
    },
    wire: { send: (frame) => say(KIND.wireSent, 0, 0, frame) },
    cameraWire: { send: (frame) => say(KIND.cameraSent, 0, 0, frame) },
    indicator: { signal: (signal) => say(KIND.signal, 0, SIGNALS.indexOf(signal), NOTHING) },
    battery: BATTERY,
    restart: () => say(KIND.restart, 0, 0, NOTHING),
  };
  return Lock.start(platform, { ...BOARD, isPowerOn, resetReason: RESET_REASON }, now);
}

function input(bit: number): Input {
  return {
    get isActive() {
      return sense(bit);
    },
  };
}

function connectionOf(bytes: Bytes): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

/** The part that holds the journal. */
class TapedFlash implements Flash {
  readonly sectorBytes = 4_096;
  readonly sectors = 256;

  read(offset: number, target: Bytes): void {
    readFlash(offset, target);
  }

  write(offset: number, bytes: Uint8Array): void {
    writeFlash(offset, bytes);
  }

  erase(sector: number): void {
    eraseFlash(sector);
  }
}
