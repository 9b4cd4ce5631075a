// A keypad's board: the real keypad over the SDK's classes and the board's pins.
// Why: main.ts names the SDK and nothing else; everything that has a choice in it stands here, and runs on a desk as well.
// Follows docs/design.md, "The world is handed in"; the wiring is pins.ts.

import type { Crypto } from "../firmware/crypto/crypto.ts";
import { DividedBattery, MAINS, THIRD_DIVIDER } from "../firmware/io/battery.ts";
import type { Chip } from "../firmware/io/board.ts";
import { Cable } from "../firmware/io/cable.ts";
import { StoredConstants } from "../firmware/io/constants.ts";
import type { Sdk } from "../firmware/io/ecma419.ts";
import { contactToGround } from "../firmware/io/input.ts";
import { DimmedLamp } from "../firmware/io/lamp.ts";
import { pollAfter } from "../firmware/io/poll.ts";
import type { Pump, Timed } from "../firmware/io/pump.ts";
import type { RestMaker } from "../firmware/io/resting.ts";
import { whenSettled } from "../firmware/io/settle.ts";
import { type Starting, startBoard } from "../firmware/io/start.ts";
import { Terminal } from "../firmware/io/terminal.ts";
import { Piezo } from "../firmware/io/tone.ts";
import { SERIAL_BAUD } from "../firmware/link/serial.ts";
import { type Battery, type Millis, millis, type Random } from "../firmware/platform.ts";
import { Copper } from "./copper.ts";
import { LampFace } from "./face.ts";
import { Keypad } from "./keypad.ts";
import { Matrix } from "./matrix.ts";
import { KEYPAD_PINS, type KeypadPins, type KeypadTarget } from "./pins.ts";

const CONTACT_MILLIS = 30;
const SILENT = Object.freeze({ sound: () => {} });

/** What a keypad's board is built on. */
export interface KeypadBoardParts {
  readonly sdk: Pick<Sdk, "Digital" | "Pwm" | "Analog" | "Serial" | "keyValue" | "timer" | "qrCode">;
  readonly crypto: Crypto;
  readonly random: Random;
  readonly chip: Chip;
  readonly target: KeypadTarget;
  /** Left out by an image that never sleeps. */
  readonly restOn?: RestMaker;
}

/** Starts a keypad. From here on the SDK's event loop runs it. Where its pins, its memory or its primitives fail it serves nobody, shows red
 *  and starts anew after a minute. */
export function startKeypad(parts: KeypadBoardParts): void {
  startBoard({ timer: parts.sdk.timer, chip: parts.chip }, (starting) => run(parts, starting));
}

function run({ sdk: plain, crypto, random, chip, target, restOn }: KeypadBoardParts, starting: Starting): void {
  const pins = KEYPAD_PINS[target];
  const { pump } = starting;
  // It tells no time, so any clock will do.
  const resting = restOn?.({ needsCrystal: false, pump });
  const sdk = resting?.over(plain) ?? plain;
  const face = faceOf(sdk, pins);
  starting.stuck = () => face.show("red", 1);
  const copper = new Copper({
    io: sdk.Digital,
    rows: pins.rows,
    columns: pins.columns,
    pressed: () => pump.call((now) => keypad.scan(now)),
  });
  const cable = new Cable({
    io: sdk.Serial,
    ...pins.lock,
    baud: SERIAL_BAUD,
    loop: pump,
    received: (frame, now) => keypad.received(frame, now),
  });
  const platform = {
    ...{ crypto, random, wire: cable, keys: new Matrix(copper) },
    constants: new StoredConstants({ io: sdk.keyValue, path: "latchkey" }),
    face,
    battery: batteryOf(sdk, pins, () => chip.uptime),
  };
  const keypad = new Keypad(platform, { isSilent: false }, chip.uptime);
  // While it is nobody's it stays awake, for whoever reads its label.
  resting?.rest.addBusy(() => !keypad.snapshot.isPaired);
  const tamper = contactToGround(
    { io: sdk.Digital, loop: pump, pin: pins.tamper, debounceMillis: CONTACT_MILLIS },
    (isOpen, now) => keypad.tamperChanged(isOpen, now),
  );
  const terminal = new Terminal({
    ...{ io: sdk.Serial, ...pins.terminal, loop: pump, crypto, qrCode: sdk.qrCode },
    label: () => (keypad.snapshot.isPaired ? undefined : { kind: "keypad", setup: keypad }),
  });
  terminal.show();
  pump.add(keypad, terminal, cable, lookingAtKeys(keypad, pump));
  pump.whenIdle(() => copper.listen());
  pump.call((now) => keypad.scan(now));
  whenSettled({ timer: sdk.timer, pump }, [tamper], (now) => keypad.tamperChanged(tamper.isActive, now));
}

/** Reads the keys now and then, where the message of one that was pressed was lost. */
function lookingAtKeys(keypad: Keypad, { pollMillis }: Pump): Timed {
  let looked = millis(0);
  return {
    tick: (now) => {
      looked = now;
      keypad.scan(now);
    },
    get nextTick() {
      return pollAfter(looked, pollMillis);
    },
  };
}

function faceOf({ Pwm }: KeypadBoardParts["sdk"], { red, green, blue, piezo }: KeypadPins): LampFace {
  const lamp = (pin: number) => new DimmedLamp({ io: Pwm, pin, isActiveLow: true });
  return new LampFace({
    red: lamp(red),
    green: lamp(green),
    blue: lamp(blue),
    sounder: piezo === undefined ? SILENT : new Piezo({ io: Pwm, pin: piezo }),
  });
}

function batteryOf({ Analog }: KeypadBoardParts["sdk"], { battery }: KeypadPins, now: () => Millis): Battery {
  if (battery === undefined) return MAINS;
  return new DividedBattery({ io: Analog, pin: battery, ...THIRD_DIVIDER, now });
}
