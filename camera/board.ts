// A camera's board: the real camera over the SDK's classes, its sensor and card, and the board's pins.
// Why: main.ts names the SDK and nothing else; everything that has a choice in it stands here, and runs on a desk as well.
// Follows docs/design.md, "The world is handed in"; the wiring is pins.ts. The switch of sensor and light is made first, and is off.

import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Chip } from "../firmware/io/board.ts";
import { StoredConstants } from "../firmware/io/constants.ts";
import type { Sdk } from "../firmware/io/ecma419.ts";
import { ContactInput, LevelInput } from "../firmware/io/input.ts";
import { Lan } from "../firmware/io/lan.ts";
import { Numbers } from "../firmware/io/numbers.ts";
import { PinOutput } from "../firmware/io/output.ts";
import { PartitionFlash } from "../firmware/io/partition.ts";
import { Pump } from "../firmware/io/pump.ts";
import { Streams } from "../firmware/io/streams.ts";
import { Terminal } from "../firmware/io/terminal.ts";
import { Station } from "../firmware/io/wifi.ts";
import { type Millis, millis, type Random } from "../firmware/platform.ts";
import { Camera } from "./camera.ts";
import type { Card } from "./card.ts";
import { FlashRail } from "./flashrail.ts";
import type { LumaReader } from "./luma.ts";
import { CAMERA_PINS, type CameraTarget } from "./pins.ts";
import { Sensor, type SensorDriver } from "./sensor.ts";

/** VGA: what the chip can judge and hash at four frames a second (docs/camera.md). */
export const PICTURE = Object.freeze({ width: 640, height: 480 });
const FRAME_MILLIS = 250;
/** Four times what a file of a hall has. */
const FILE_BYTES_MAX = 131_072;
const CONTACT_MILLIS = 40;
/** Eight viewers, and one more who may be given a place. */
const STREAMS_MAX = 9;
const STREAM_QUEUE_BYTES = 65_536;
/** An image is well when it has run for so long. */
const WELL_MILLIS = 30_000;

/** What an image says of itself. */
export interface CameraImage {
  readonly target: CameraTarget;
  readonly version: string;
}

/** What a camera's board is built on. */
export interface CameraBoardParts {
  readonly sdk: Omit<Sdk, "Analog" | "Pwm">;
  readonly crypto: Crypto;
  readonly random: Random;
  readonly chip: Chip;
  readonly driver: SensorDriver;
  readonly card: Card;
  readonly reader: LumaReader;
  readonly image: CameraImage;
  /** Tells the random generator that a radio feeds it from now on. */
  feedFromRadio(isOn: boolean): void;
}

/** Starts a camera. From here on the SDK's event loop runs it. @throws Fault crypto.selftest, crypto.key, flash.io: it must not run then */
export function startCamera(parts: CameraBoardParts): void {
  const { sdk, crypto, random, chip, image } = parts;
  const pins = CAMERA_PINS[image.target];
  const pump = new Pump({ timer: sdk.timer, uptime: () => chip.uptime });
  const output = (pin: number) => new PinOutput({ io: sdk.Digital, pin });
  const sensor = new Sensor({
    driver: parts.driver,
    supply: output(pins.rail),
    frameMillis: FRAME_MILLIS,
    fileBytesMax: FILE_BYTES_MAX,
    uptime: () => chip.uptime,
    frame: (jpeg) => pump.call((now) => camera.frame(jpeg, now)),
  });
  const streams = new Streams({
    ...{ tcp: sdk.Tcp, listener: sdk.Listener, loop: pump, numbers: new Numbers() },
    connectionsMax: STREAMS_MAX,
    queueBytesMax: STREAM_QUEUE_BYTES,
    host: {
      connected: (connection, now) => camera.viewerConnected(connection, now),
      received: (connection, frame, now) => camera.viewerReceived(connection, frame, now),
      disconnected: (connection, now) => camera.viewerDisconnected(connection, now),
    },
  });
  const lan = new Lan({ udp: sdk.Udp, loop: pump, received: (frame, now) => camera.lockReceived(frame, now) });
  const station = new Station({
    ...{ io: sdk.Wifi, loop: pump, random },
    changed: (address, now) => {
      streams.networkChanged(address !== undefined, now);
      lan.networkChanged(address, now);
    },
  });
  const constants = new StoredConstants({ io: sdk.keyValue, path: "latchkey" });
  const platform = {
    ...{ crypto, random, constants, wire: lan, carrier: streams, card: parts.card, reader: parts.reader },
    rail: { supply: sensor, light: new LevelInput({ io: sdk.Digital, pin: pins.lightCurrent, pull: "down" }) },
    railStore: new FlashRail(crypto, new PartitionFlash({ io: sdk.flash, path: "rail" })),
    lamp: output(pins.lamp),
    filter: output(pins.filter),
  };
  const camera = new Camera(platform, { ...PICTURE }, chip.uptime);
  const contact = (pin: number, changed: (isActive: boolean, now: Millis) => void) =>
    new ContactInput({
      ...{ io: sdk.Digital, pin, pull: "up" as const, isActiveLow: true, debounceMillis: CONTACT_MILLIS, changed },
      edge: () => pump.call(() => {}),
    });
  const lid = contact(pins.caseContact, (isOpen, now) => camera.caseChanged(isOpen, now));
  const forget = contact(pins.forget, (isPressed, now) => {
    if (isPressed) camera.forgetPressed(now);
  });
  const terminal = new Terminal({
    ...{ io: sdk.Serial, ...pins.terminal, loop: pump, crypto, qrCode: sdk.qrCode },
    label: () => (camera.snapshot.isPaired ? undefined : { kind: "camera", setup: camera }),
  });
  terminal.show();
  pump.add(lid, forget, terminal, sensor, camera, streams, lan, station, wellAfter(chip));
  pump.call((now) => {
    if (lid.isActive) camera.caseChanged(true, now);
    camera.tick(now);
  });
}

/** Confirms the image once it has run for a while. */
function wellAfter(chip: Chip) {
  let nextTick: Millis | undefined = millis(chip.uptime + WELL_MILLIS);
  return {
    get nextTick(): Millis | undefined {
      return nextTick;
    },
    tick(): void {
      nextTick = undefined;
      chip.confirm();
    },
  };
}
