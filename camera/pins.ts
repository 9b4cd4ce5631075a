// Which pin of which board a camera is wired to.
// Why: wiring is a fact of the board; docs/hardware.md draws the same numbers, and a test holds both to each other and to what the
// chip does with a pin while it starts.
// Follows the boards' schematics and the ESP32-S3's data sheet, as docs/hardware.md says.

/** Boards that a camera may be built on: the SDK's names of its targets. `esp32s3` is a Freenove ESP32-S3 WROOM CAM, whose sensor and
 *  card are wired as on Espressif's ESP32-S3-EYE. */
export type CameraTarget = "xiao_esp32s3_sense" | "esp32s3";

/** The sensor's pins, by the names of the SDK's `defines.camera`. The SDK's own target has them for xiao_esp32s3_sense; for esp32s3 it
 *  has none, and the camera's manifest gives these. */
export interface SensorPins {
  readonly xclk: number;
  readonly pclk: number;
  readonly href: number;
  readonly vsync: number;
  readonly scl: number;
  readonly sda: number;
  /** d0 to d7. */
  readonly data: readonly [number, number, number, number, number, number, number, number];
}

/** A card on SPI, or on the chip's own SD host with one data line where the board leaves the card's select unconnected. */
export type CardPins =
  | {
      readonly bus: "spi";
      readonly select: number;
      readonly clock: number;
      readonly receive: number;
      readonly transmit: number;
    }
  | { readonly bus: "sdmmc"; readonly clock: number; readonly command: number; readonly data: number };

/** All pins of a camera. */
export interface CameraPins {
  readonly sensor: SensorPins;
  readonly card: CardPins;
  /** High gives sensor and red light their supply. */
  readonly rail: number;
  /** High while current flows through the red light. */
  readonly lightCurrent: number;
  /** High lights the infrared lamp. */
  readonly lamp: number;
  /** High takes the infrared filter away. */
  readonly filter: number;
  /** Closed to ground while the case is open: the case holds it open. */
  readonly caseContact: number;
  /** The board's own BOOT button, inside the case: it makes the camera forget its lock. */
  readonly forget: number;
  readonly terminal: { readonly port: 0; readonly receive: number; readonly transmit: number };
}

function frozen(pins: CameraPins): CameraPins {
  for (const part of [pins.sensor.data, pins.sensor, pins.card, pins.terminal]) Object.freeze(part);
  return Object.freeze(pins);
}

/** The wiring of each board. */
export const CAMERA_PINS: Readonly<Record<CameraTarget, CameraPins>> = Object.freeze({
  /** Seeed Studio XIAO ESP32S3 Sense. */
  xiao_esp32s3_sense: frozen({
    sensor: { xclk: 10, pclk: 13, href: 47, vsync: 38, scl: 39, sda: 40, data: [15, 17, 18, 16, 14, 12, 11, 48] },
    card: { bus: "spi", select: 21, clock: 7, receive: 8, transmit: 9 },
    rail: 1,
    lightCurrent: 2,
    lamp: 4,
    filter: 5,
    caseContact: 6,
    forget: 0,
    terminal: { port: 0, receive: 44, transmit: 43 },
  }),
  /** Freenove ESP32-S3 WROOM CAM, 8 MB of flash, 8 MB of octal PSRAM. */
  esp32s3: frozen({
    sensor: { xclk: 15, pclk: 13, href: 7, vsync: 6, scl: 5, sda: 4, data: [11, 9, 8, 10, 12, 18, 17, 16] },
    card: { bus: "sdmmc", clock: 39, command: 38, data: 40 },
    rail: 1,
    lightCurrent: 21,
    lamp: 14,
    filter: 2,
    caseContact: 41,
    forget: 0,
    terminal: { port: 0, receive: 44, transmit: 43 },
  }),
});

/** Gives a card's pins as its host functions take them: select, clock, in and out of SPI; or -1, clock, command and data. */
export function cardPins(card: CardPins): readonly [number, number, number, number] {
  if (card.bus === "spi") return [card.select, card.clock, card.receive, card.transmit];
  return [-1, card.clock, card.command, card.data];
}
