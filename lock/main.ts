// The lock's program: the SDK's classes, our own sockets and this chip, handed to the board that is made of them.
// Why: this is the only file of the lock that names the SDK; what IMAGE says is put in when the image is made.

import Analog from "embedded:io/analog";
import Digital from "embedded:io/digital";
import Pwm from "embedded:io/pwm";
import Serial from "embedded:io/serial";
import Wifi from "embedded:network/interface/wifi";
import flash from "embedded:storage/flash";
import keyValue from "embedded:storage/key-value";
import qrCode from "sdk/qrcode";
import timer from "timer";
import { crypto, feedFromRadio, random } from "../firmware/crypto/native.ts";
import { chip } from "../firmware/io/board.ts";
import { NativeGattRadio } from "../firmware/io/gattradio.ts";
import { join } from "../firmware/io/join.ts";
import { protectedOf } from "../firmware/io/protected.ts";
import { restOn } from "../firmware/io/resting.ts";
import { sleeper } from "../firmware/io/sleep.ts";
import { NativeListener as Listener, NativeTcp as Tcp } from "../firmware/io/tcpsockets.ts";
import { NativeUdp as Udp } from "../firmware/io/udpsockets.ts";
import { type LockImage, startLock } from "./board.ts";

declare const IMAGE: LockImage;
/** Whether the image is made to sleep; what only such a one needs is left out of the others. */
declare const SLEEPS: boolean;

export default function main(): void {
  startLock({
    sdk: {
      Analog,
      Digital,
      Pwm,
      Serial,
      Listener,
      Tcp,
      Udp,
      Wifi: protectedOf(Wifi, join),
      flash,
      keyValue,
      timer,
      qrCode,
    },
    ...{ crypto, random, chip, feedFromRadio },
    radio: new NativeGattRadio(),
    image: IMAGE,
    ...(SLEEPS ? { restOn: restOn(sleeper) } : {}),
  });
}
