// The classes of the Moddable SDK that a board is built on, as far as Latchkey uses them.
// Why: nothing in this folder imports the SDK: a main file hands its classes over, so the same drivers run over the SDK on a board,
// over fakes in Node and in XS, and over the SDK's own Linux classes. The fakes are held to the same contract as those. For Tcp, Listener
// and Udp a board has its own (tcpsockets.ts, udpsockets.ts), which are held to it too.
// Follows Ecma-419 (2nd edition) where it names a class, and what the SDK 8.2.3 does where it differs: said at each member.
// Every class: closing twice is harmless, use after closing throws.

/** A callback with the class's instance as its `this`. */
type Callback = (this: unknown, count: number) => void;

/** Ecma-419 §9.2. A pin can be opened once; a second time throws. An ESP32's pin that is closed is an input with the chip's own
 *  pull-up (about 45 kΩ), not the floating input of a reset. */
export interface DigitalClass {
  new (options: {
    readonly pin: number;
    readonly mode: number;
    /** Rising | Falling; needed where `onReadable` is given. */
    readonly edge?: number;
    readonly initialValue?: 0 | 1;
    onReadable?(this: unknown): void;
  }): Digital;
  readonly Input: number;
  readonly InputPullUp: number;
  readonly InputPullDown: number;
  readonly Output: number;
  readonly OutputOpenDrain: number;
  readonly Rising: number;
  readonly Falling: number;
}

export interface Digital {
  read(): number;
  write(value: 0 | 1): void;
  close(): void;
}

/** Ecma-419 §9.5. `write` takes 0 to 2^resolution - 1. The SDK takes `resolution` as an option, 8 to 14 bits. It begins low, and a
 *  pin that is closed stays driven low; where another shares its hertz and resolution, it even goes on following its old channel. */
export interface PwmClass {
  new (options: { readonly pin: number; readonly hz?: number; readonly resolution?: number }): Pwm;
}

export interface Pwm {
  readonly resolution: number;
  write(value: number): void;
  close(): void;
}

/** Ecma-419 §9.3. `read` gives 0 to 2^resolution - 1, or undefined where the conversion failed; on an ESP32 the greatest stands for
 *  2,450 mV where it weakens by 12 dB, as it does unless it is told, and for 950 where it weakens by none. While one is open, its unit of the converter cannot feed the random number generator. */
export interface AnalogClass {
  new (options: { readonly pin: number; readonly esp32?: { readonly attenuation: 0 | 2.5 | 6 | 12 } }): Analog;
}

export interface Analog {
  readonly resolution: number;
  read(): number | undefined;
  close(): void;
}

/** Ecma-419 §9.7. `write` throws where more is given than there is room for; `onReadable` and `onWritable` come from the event loop,
 *  never from within another call, and must not close what they were called for: the SDK for the ESP32 goes on with it. */
export interface SerialClass {
  new (options: {
    readonly port: number;
    readonly baud: number;
    readonly receive?: number;
    readonly transmit?: number;
    readonly format: "buffer";
    onReadable?: Callback;
    onWritable?: Callback;
  }): Serial;
}

export interface Serial {
  /** Everything that has come; undefined where nothing has. */
  read(): ArrayBuffer | undefined;
  /** All of it: the SDK for Linux takes no view. */
  write(bytes: ArrayBuffer): void;
  close(): void;
}

/** Ecma-419 §9.10. `write` before it is connected, or above what `onWritable` told, throws. After `onError`, which comes once and behind
 *  all that came, it is closed by its owner; closing sends what was written first. */
export interface TcpClass {
  new (options: {
    /** An address in figures; or `from`, what a listener gave. */
    readonly address?: string;
    readonly port?: number;
    readonly from?: Tcp;
    readonly nodelay?: boolean;
    readonly format: "buffer";
    onReadable?: Callback;
    onWritable?: Callback;
    onError?(this: unknown): void;
  }): Tcp;
}

export interface Tcp {
  /** In figures, also of who is gone. The SDK for the ESP32 follows a null pointer then. */
  readonly remoteAddress: string | undefined;
  /** At most so many bytes as `onReadable` told; undefined where nothing has come. */
  read(byteLength?: number): ArrayBuffer | undefined;
  write(bytes: Uint8Array): void;
  close(): void;
}

/** Ecma-419 §9.11. Without a network it throws. */
export interface ListenerClass {
  new (options: { readonly port?: number; onReadable(this: unknown, requests: number): void }): Listener;
}

export interface Listener {
  readonly port: number;
  /** What is to be given to a new Tcp as `from`; undefined where nobody waits. */
  read(): Tcp | undefined;
  close(): void;
}

/** Ecma-419 §9.12. As in the SDK's class, `write` takes the address and the port, and `add` joins a group. Without a network it throws. */
export interface UdpClass {
  new (options: { readonly port?: number; onReadable(this: unknown, packets: number): void }): Udp;
}

export interface Udp {
  /** One datagram and who sent it; undefined where none waits. What came while too many waited is lost, and what is too long. */
  read(): (ArrayBuffer & { readonly address: string; readonly port: number }) | undefined;
  /** @param bytes at most 256   @throws where it cannot be sent, as without a network */
  write(bytes: Uint8Array, address: string, port: number): void;
  /** One group. The SDK for Linux has no `add`.   @throws for what is no group, for a second one, and without memory */
  add(group: string): void;
  close(): void;
}

/** Ecma-419's network interface (3rd edition, draft), as the SDK has it. `connection` is 200 idle, 300 connecting, 400 linked,
 *  500 with an address. */
export interface WifiClass {
  new (options: { onChanged?(this: unknown, property: "connection" | "address"): void }): Wifi;
}

export interface Wifi {
  readonly connection: number;
  readonly address: string | undefined;
  readonly RSSI: number | undefined;
  /** @throws where one is under way already */
  connect(options: { readonly SSID: string; readonly password?: string }): void;
  disconnect(): void;
  configure(options: { readonly hostname?: string }): void;
  close(): void;
}

/** Ecma-419's key-value storage, as the SDK has it over NVS: a name has at most 15 characters, each write is durable when it returns. */
export interface KeyValueModule {
  open(options: { readonly path: string; readonly mode: "r" | "r+"; readonly format: "buffer" }): KeyValue;
}

export interface KeyValue {
  /** undefined where the name was never written. */
  read(key: string): ArrayBuffer | undefined;
  write(key: string, value: ArrayBuffer | Uint8Array): void;
  delete(key: string): void;
  close(): void;
}

/** The SDK's flash partitions (`embedded:storage/flash`): raw NOR; `write` programs, `eraseBlock` sets blocks [start, end) to 0xFF. */
export interface FlashModule {
  open(options: { readonly path: string; readonly mode: "r" | "r+"; readonly format: "buffer" }): FlashPartition;
}

export interface FlashPartition {
  status(): { readonly size: number; readonly blockLength: number; readonly blocks: number };
  read(byteLength: number, byteOffset: number): ArrayBuffer;
  /** Fills `target`, and allocates nothing. @returns its length */
  read(target: Uint8Array, byteOffset: number): number;
  write(bytes: Uint8Array, byteOffset: number): void;
  eraseBlock(start: number, end?: number): void;
  close(): void;
}

/** The SDK's `timer` module. A callback comes from the event loop; by the chip's uptime it may be early by less than a millisecond, since it
 *  goes by FreeRTOS's ticks. */
export interface TimerModule {
  /** @param delay in milliseconds, 0..2^31 - 1 */
  set(callback: () => void, delay: number): unknown;
  clear(timer: unknown): void;
}

/** The SDK's `qrcode` module: the modules of a QR code for a text, a byte each, row by row: 1 is dark. */
export type QrModule = (options: { readonly input: string }) => ArrayBuffer & { readonly size: number };

/** The classes of one board's chip. A main file imports them from the SDK; a board takes those that it uses. */
export interface Sdk {
  readonly Digital: DigitalClass;
  readonly Pwm: PwmClass;
  readonly Analog: AnalogClass;
  readonly Serial: SerialClass;
  readonly Tcp: TcpClass;
  readonly Listener: ListenerClass;
  readonly Udp: UdpClass;
  readonly Wifi: WifiClass;
  readonly keyValue: KeyValueModule;
  readonly flash: FlashModule;
  readonly timer: TimerModule;
  readonly qrCode: QrModule;
}
