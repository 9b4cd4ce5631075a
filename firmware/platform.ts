// The outside world as small interfaces: everything that a core may ask of a board, a desk or a test.
// Why: below a `main.ts` nothing waits, reads a clock or draws a random number; it is handed what it needs, so that
// the same core runs on the chip, in Node and in XS, and a simulation is replayed from its seed.
// The fakes that implement these stand in simulator/, the ESP32's classes in firmware/io/.

import type { Bytes } from "./bytes.ts";

/** A whole number of seconds: NumericDate (RFC 8392 §2) where it is an instant, u32. */
export type Seconds = number & { readonly unit: "seconds" };

/** A number of milliseconds: since boot where it is an instant; a duration never above 2^31. */
export type Millis = number & { readonly unit: "millis" };

/** Marks a number as seconds. */
export function seconds(value: number): Seconds {
  return value as Seconds;
}

/** Marks a number as milliseconds. */
export function millis(value: number): Millis {
  return value as Millis;
}

/** A cryptographic source of random bytes: the hardware generator on a board, a seeded one in a simulation. */
export interface Random {
  /** Fills all of `target`. */
  fill(target: Bytes): void;
}

/** A raw NOR region: programming clears bits, erasing sets a whole sector to 0xFF. */
export interface Flash {
  readonly sectorBytes: number;
  readonly sectors: number;
  /** Fills `target` from `offset`. @throws Fault flash.bound, flash.io */
  read(offset: number, target: Bytes): void;
  /** Programs `bytes` at `offset`; both are multiples of 4 (one word). A bit that is 0 stays 0.
   *  @throws Fault flash.bound, flash.io */
  write(offset: number, bytes: Uint8Array): void;
  /** Sets one sector to 0xFF. @throws Fault flash.bound, flash.io */
  erase(sector: number): void;
}

/** Boot constants that are written once (NVS on a board): the device's own keys, its calibration. Each change is there
 *  whole or not at all, whenever power fails. */
export interface Constants {
  /** @returns a copy, or undefined where the name was never written. Names are at most 15 characters. */
  read(name: string): Bytes | undefined;
  /** Writes durably. @throws Fault flash.io */
  write(name: string, value: Uint8Array): void;
  /** Forgets a name durably; one that was never written is none. @throws Fault flash.io */
  erase(name: string): void;
}

/** One output pin, active high; driven to its safe level (false) at every reset. */
export interface Output {
  write(isActive: boolean): void;
}

/** One output that is given as a duty from 0 to 1 (a motor's PWM), or as a servo's angle in degrees. */
export interface Level {
  write(value: number): void;
}

/** One input pin that has been debounced. */
export interface Input {
  readonly isActive: boolean;
}

/** Which carrier a connection came over: each has places of its own. `usb`: the board's serial console (link/usb.ts). */
export type Transport = "ble" | "tcp" | "usb";

/** Frames to phones. A connection is a number that the carrier gives and never gives again while the lock is up. */
export interface Carrier {
  /** Hands over one whole frame; it may be lost. */
  send(connection: number, frame: Bytes): void;
  /** Drops the connection; nothing of it is delivered afterwards. */
  close(connection: number): void;
}

/** Frames to the board at the other end of a serial line. What makes bytes of them (link/serial.ts) is the main file's affair. */
export interface Wire {
  /** Hands over one whole frame, at most 2,425 bytes; it may be lost, and nobody says so. */
  send(frame: Bytes): void;
}

/** What a radio needs to join the house's network. */
export interface Credentials {
  /** The SSID, 1..32 bytes. */
  readonly name: Bytes;
  /** 8..63 printable characters of ASCII; undefined for an open network. */
  readonly passphrase: Bytes | undefined;
}

/** How a board stands to the house's network. `off`: none is set; `waiting`: it could not be joined, and is tried again later. */
export type NetworkState =
  | { readonly is: "off" | "joining" | "waiting" }
  /** `address` is IPv4, 4 bytes. */
  | { readonly is: "joined"; readonly address: Bytes };

/** The board's radio in the house's network (Wi-Fi). Whatever it meets there, it throws nothing. */
export interface Network {
  readonly state: NetworkState;
  /** Joins that network and no other, or leaves and stays off. It copies what it keeps: the bytes are wiped afterwards. */
  join(credentials: Credentials | undefined): void;
}

/** What the lock tells a person who stands before it. */
export type Signal = "wait" | "yes" | "no" | "alarm" | "quiet";

/** Light and sound; a new signal replaces the former. */
export interface Indicator {
  signal(signal: Signal): void;
}

/** The supply of the bolt's drive. */
export interface Battery {
  /** Volts times 1,000, measured under the last load; 0 on mains. */
  readonly millivolts: number;
}
