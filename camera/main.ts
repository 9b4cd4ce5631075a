// The camera's program: the SDK's classes, our own sockets, this chip, its sensor and card, handed to the board that is made of them.
// Why: this is the only file of the camera that names the SDK; what IMAGE says is put in when the image is made.

import Digital from "embedded:io/digital";
import Serial from "embedded:io/serial";
import Wifi from "embedded:network/interface/wifi";
import flash from "embedded:storage/flash";
import keyValue from "embedded:storage/key-value";
import qrCode from "sdk/qrcode";
import timer from "timer";
import { crypto, feedFromRadio, random } from "../firmware/crypto/native.ts";
import { chip } from "../firmware/io/board.ts";
import { join } from "../firmware/io/join.ts";
import { protectedOf } from "../firmware/io/protected.ts";
import { NativeListener as Listener, NativeTcp as Tcp } from "../firmware/io/tcpsockets.ts";
import { NativeUdp as Udp } from "../firmware/io/udpsockets.ts";
import { type CameraImage, PICTURE, startCamera } from "./board.ts";
import { FileCard } from "./filecard.ts";
import { sensorOf } from "./lens.ts";
import { NativeLumaReader } from "./native.ts";
import { CAMERA_PINS, cardPins } from "./pins.ts";

declare const IMAGE: CameraImage;

export default function main(): void {
  startCamera({
    sdk: { Digital, Serial, Listener, Tcp, Udp, Wifi: protectedOf(Wifi, join), flash, keyValue, timer, qrCode },
    ...{ crypto, random, chip, feedFromRadio },
    driver: sensorOf(PICTURE.width),
    card: new FileCard({ base: "/card", pins: cardPins(CAMERA_PINS[IMAGE.target].card) }),
    reader: new NativeLumaReader(),
    image: IMAGE,
  });
}
