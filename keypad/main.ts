// The keypad's program: the SDK's classes and this chip, handed to the board that is made of them.
// Why: this is the only file of the keypad that names the SDK; what IMAGE says is put in when the image is made.

import Analog from "embedded:io/analog";
import Digital from "embedded:io/digital";
import Pwm from "embedded:io/pwm";
import Serial from "embedded:io/serial";
import keyValue from "embedded:storage/key-value";
import qrCode from "sdk/qrcode";
import timer from "timer";
import { crypto, random } from "../firmware/crypto/native.ts";
import { chip } from "../firmware/io/board.ts";
import { restOn } from "../firmware/io/resting.ts";
import { sleeper } from "../firmware/io/sleep.ts";
import { startKeypad } from "./board.ts";
import type { KeypadTarget } from "./pins.ts";

declare const IMAGE: { readonly target: KeypadTarget; readonly version: string };
/** Whether the image is made to sleep; what only such a one needs is left out of the others. */
declare const SLEEPS: boolean;

export default function main(): void {
  startKeypad({
    sdk: { Analog, Digital, Pwm, Serial, keyValue, timer, qrCode },
    ...{ crypto, random, chip, ...IMAGE },
    ...(SLEEPS ? { restOn: restOn(sleeper) } : {}),
  });
}
