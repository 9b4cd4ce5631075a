// A camera's board: the real camera over the SDK's classes, its sensor and card, and the board's pins.
// Why: main.ts names the SDK and nothing else; everything that has a choice in it stands here, and runs on a desk as well.
// Follows docs/design.md, "The world is handed in"; the wiring is pins.ts. The switch of sensor and light is made first, and is off, before
// memory, card or radio are tried: none of them can keep the sensor on.

import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Chip } from "../firmware/io/board.ts";
import { StoredConstants } from "../firmware/io/constants.ts";
import type { Sdk } from "../firmware/io/ecma419.ts";
import { type ContactInput, contactToGround, LevelInput } from "../firmware/io/input.ts";
import { Numbers } from "../firmware/io/numbers.ts";
import { PinOutput } from "../firmware/io/output.ts";
import { PartitionFlash } from "../firmware/io/partition.ts";
import type { Pump } from "../firmware/io/pump.ts";
import { HouseRadio } from "../firmware/io/radio.ts";
import { whenSettled } from "../firmware/io/settle.ts";
import { confirmation, startBoard } from "../firmware/io/start.ts";
import { Terminal } from "../firmware/io/terminal.ts";
import type { LabelledBoard } from "../firmware/link/label.ts";
import { createSerialReader, encodeSerial } from "../firmware/link/serial.ts";
import type { Random } from "../firmware/platform.ts";
import { Camera } from "./camera.ts";
import type { Card } from "./card.ts";
import { FlashRail } from "./flashrail.ts";
import { HomeServer } from "./homeserver.ts";
import type { LumaReader } from "./luma.ts";
import { CAMERA_PINS, type CameraPins, type CameraTarget } from "./pins.ts";
import { Sensor, type SensorDriver } from "./sensor.ts";

/** VGA: what the chip can judge and hash at four frames a second (docs/camera.md). */
export const PICTURE = Object.freeze({ width: 640, height: 480 });
const FRAME_MILLIS = 250;
/** Four times what a file of a hall has. */
export const FILE_BYTES_MAX = 131_072;
const CONTACT_MILLIS = 40;
/** Eight viewers, and one more who may be given a place. */
const STREAMS_MAX = 9;
/** What waits for one of them: the longest file in its frames, and some answers. */
export const STREAM_QUEUE_BYTES = FILE_BYTES_MAX + 8_192;

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

/** Starts a camera. From here on the SDK's event loop runs it. Where its memory, its primitives or the SDK's classes fail it serves nobody,
 *  its sensor has no power, and it starts anew after a minute. */
export function startCamera(parts: CameraBoardParts): void {
  const { sdk, chip, image } = parts;
  startBoard({ timer: sdk.timer, chip }, (starting) => {
    const rail = new PinOutput({ io: sdk.Digital, pin: CAMERA_PINS[image.target].rail });
    // It has no light for this.
    starting.stuck = () => rail.write(false);
    new CameraBoard(parts, { pump: starting.pump, rail }).start();
  });
}

class CameraBoard {
  readonly #parts: CameraBoardParts;
  readonly #pins: CameraPins;
  readonly #pump: Pump;
  readonly #sensor: Sensor;
  readonly #radio: HouseRadio;
  readonly #homes: HomeServer;
  readonly #terminal: Terminal;
  #camera: Camera | undefined;

  /** @param start `rail`: the switch of sensor and light, off */
  constructor(parts: CameraBoardParts, { pump, rail }: { readonly pump: Pump; readonly rail: PinOutput }) {
    const { sdk, crypto, random, chip, driver, image } = parts;
    const pins = CAMERA_PINS[image.target];
    this.#parts = parts;
    this.#pins = pins;
    this.#pump = pump;
    this.#sensor = new Sensor({
      ...{ driver, supply: rail, frameMillis: FRAME_MILLIS, fileBytesMax: FILE_BYTES_MAX },
      uptime: () => chip.uptime,
      frame: (jpeg) => pump.call((now) => this.#camera?.frame(jpeg, now)),
    });
    this.#homes = new HomeServer({
      ...{ tcp: sdk.Tcp, listener: sdk.Listener, loop: pump },
      host: {
        isOpen: () => this.#camera?.isOffered === true,
        isLit: () => this.#camera?.isOn === true,
        judge: (request, now) => this.#camera?.judgeHome(request, now) ?? { kind: "absent" },
      },
    });
    this.#radio = new HouseRadio({
      ...{ sdk, loop: pump, random, numbers: new Numbers() },
      connectionsMax: STREAMS_MAX,
      queueBytesMax: STREAM_QUEUE_BYTES,
      host: {
        connected: (connection, now) => this.#camera?.viewerConnected(connection, now),
        received: (connection, frame, now) => this.#camera?.viewerReceived(connection, frame, now),
        disconnected: (connection, now) => this.#camera?.viewerDisconnected(connection, now),
      },
      networkChanged: (isUp, now) => this.#homes.networkChanged(isUp, now),
      received: (frame, now) => this.#camera?.lockReceived(frame, now),
      started: () => parts.feedFromRadio(true),
    });
    const reader = createSerialReader();
    this.#terminal = new Terminal({
      ...{ io: sdk.Serial, ...pins.terminal, loop: pump, crypto, qrCode: sdk.qrCode },
      label: () => this.#label,
      received: (bytes, now) => {
        reader.push(bytes);
        for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
          this.#camera?.cableReceived(frame, now);
        }
      },
    });
  }

  /** Starts the camera's core, then what reaches it. @throws Fault crypto.selftest, crypto.key, flash.io */
  start(): void {
    const { sdk, crypto, random, chip, card, reader } = this.#parts;
    const { lightCurrent, lamp, filter } = this.#pins;
    const { streams, lan, station } = this.#radio;
    const camera = new Camera(
      {
        ...{ crypto, random, card, reader, wire: lan, carrier: streams, network: station },
        audience: this.#homes,
        constants: new StoredConstants({ io: sdk.keyValue, path: "latchkey" }),
        rail: { supply: this.#sensor, light: new LevelInput({ io: sdk.Digital, pin: lightCurrent, pull: "down" }) },
        railStore: new FlashRail(crypto, new PartitionFlash({ io: sdk.flash, path: "rail" })),
        lamp: this.#output(lamp),
        filter: this.#output(filter),
        cable: { send: (frame) => this.#terminal.write(encodeSerial(frame)) },
      },
      PICTURE,
      chip.uptime,
    );
    this.#camera = camera;
    const { lid, forget } = this.#sense(camera);
    this.#pump.add(forget, this.#terminal, this.#sensor, camera, ...this.#radio.timed, this.#homes, confirmation(chip));
    this.#terminal.show();
    this.#pump.call((now) => camera.tick(now));
    whenSettled({ timer: this.#parts.sdk.timer, pump: this.#pump }, [lid], (now) => {
      if (lid.isActive) camera.caseChanged(true, now);
    });
  }

  /** The contact of the case, and the button in it. */
  #sense(camera: Camera): { readonly lid: ContactInput; readonly forget: ContactInput } {
    const { caseContact, forget } = this.#pins;
    const shared = { io: this.#parts.sdk.Digital, loop: this.#pump, debounceMillis: CONTACT_MILLIS };
    return {
      lid: contactToGround({ ...shared, pin: caseContact }, (isOpen, now) => camera.caseChanged(isOpen, now)),
      forget: contactToGround({ ...shared, pin: forget }, (isPressed, now) => {
        if (isPressed) camera.forgetPressed(now);
      }),
    };
  }

  #output(pin: number): PinOutput {
    return new PinOutput({ io: this.#parts.sdk.Digital, pin });
  }

  /** What is printed while the camera belongs to no lock. */
  get #label(): LabelledBoard | undefined {
    const camera = this.#camera;
    if (camera === undefined || camera.snapshot.isPaired) return undefined;
    const { state } = this.#radio.station;
    return { kind: "camera", setup: camera, address: state.is === "joined" ? state.address : undefined };
  }
}
