// Phones over Bluetooth: whole frames above, fragments below, and a connection's number that is never given again.
// Why: the radio knows links and fragments, the lock knows connections and frames; what lies between is bounded for each phone,
// so that one who writes without end, or listens to nothing, costs the others nothing.
// Follows docs/protocol.md, section 3.1; a fragment is link/fragment.ts. It runs over any GattRadio: gattradio.ts on a board.

import type { Bytes } from "../bytes.ts";
import { createReassembler, fragmentAt, type Reassembler } from "../link/fragment.ts";
import { FRAME_BYTES_MAX } from "../link/frame.ts";
import type { Carrier } from "../platform.ts";

/** What a radio tells of its links, by the radio's own numbers. A link is connected once, and first; then the others come, and
 *  disconnected last, unless it was closed: then nothing comes any more. */
export type RadioEvent =
  | { readonly kind: "connected"; readonly link: number }
  /** A copy of what the phone wrote, 1 to 244 bytes. */
  | { readonly kind: "received"; readonly link: number; readonly fragment: Bytes }
  /** There is room again, where `send` said that there was none. */
  | { readonly kind: "writable"; readonly link: number }
  | { readonly kind: "disconnected"; readonly link: number };

/** A radio with one GATT service. Total: a link that it does not know does nothing. */
export interface GattRadio {
  /** Starts it, once. @param wake called when events wait, and again while they do @throws Fault radio.io */
  start(wake: () => void): void;
  /** Takes the next event. */
  take(): RadioEvent | undefined;
  /** Hands over one fragment, 1 to `maximumWrite` bytes. @returns false where there is no room for it, or no such link */
  send(link: number, fragment: Uint8Array): boolean;
  /** How many bytes a fragment to that phone may have: 20..244, or 0 where there is no such link. It never falls. */
  maximumWrite(link: number): number;
  /** Ends a link. What was sent goes out first, for a second at most. */
  close(link: number): void;
}

/** Who is told of phones, by the numbers of the lock's connections. */
export interface PhoneListener {
  connected(connection: number): void;
  /** @param frame a copy, 1 to 2,425 bytes */
  received(connection: number, frame: Bytes): void;
  /** Not said of a connection that was closed from here. */
  disconnected(connection: number): void;
}

/** Events for each time that the radio wakes: a flood must not hold up the door. What is left wakes again. */
export const EVENTS_PER_WAKE_MAX = 16;
/** Output that waits for one phone: the two longest frames. A frame for which there is no room is dropped whole. */
export const OUTPUT_BYTES_MAX = 2 * FRAME_BYTES_MAX;

interface Phone {
  readonly link: number;
  readonly connection: number;
  readonly reassembler: Reassembler;
  /** Frames that wait, the one that is being sent first. */
  readonly frames: Bytes[];
  /** How long the fragments of that one are, asked of the radio while none has gone (0: there is no such link), and how many went. */
  fragmentBytes: number;
  fragments: number;
  /** Of the frames that wait, the one that is being sent included. */
  outputBytes: number;
}

/** All phones that the radio has. */
export class GattPhones implements Carrier {
  readonly #radio: GattRadio;
  readonly #nextConnection: () => number;
  readonly #listener: PhoneListener;
  readonly #phones: Phone[] = [];

  /** @param options nextConnection: gives a number that no carrier of the lock gave before */
  constructor(options: {
    readonly radio: GattRadio;
    readonly nextConnection: () => number;
    readonly listener: PhoneListener;
  }) {
    this.#radio = options.radio;
    this.#nextConnection = options.nextConnection;
    this.#listener = options.listener;
  }

  /** Starts the radio, once. @throws Fault radio.io */
  start(): void {
    this.#radio.start(() => this.#wake());
  }

  send(connection: number, frame: Bytes): void {
    const phone = this.#phones.find((each) => each.connection === connection);
    if (phone === undefined || phone.outputBytes + frame.length > OUTPUT_BYTES_MAX) return;
    phone.frames.push(frame.slice());
    phone.outputBytes += frame.length;
    this.#flush(phone);
  }

  close(connection: number): void {
    const phone = this.#phones.find((each) => each.connection === connection);
    if (phone === undefined) return;
    this.#forget(phone);
    this.#radio.close(phone.link);
  }

  #wake(): void {
    for (let count = 0; count < EVENTS_PER_WAKE_MAX; count++) {
      const event = this.#radio.take();
      if (event === undefined) return;
      this.#serve(event);
    }
  }

  #serve(event: RadioEvent): void {
    if (event.kind === "connected") {
      const connection = this.#nextConnection();
      const reassembler = createReassembler();
      const sending = { frames: [], fragmentBytes: 0, fragments: 0, outputBytes: 0 };
      this.#phones.push({ link: event.link, connection, reassembler, ...sending });
      this.#listener.connected(connection);
      return;
    }
    const phone = this.#phones.find((each) => each.link === event.link);
    if (phone === undefined) return;
    if (event.kind === "received") {
      const frame = phone.reassembler.push(event.fragment);
      if (frame !== undefined) this.#listener.received(phone.connection, frame);
    } else if (event.kind === "writable") this.#flush(phone);
    else {
      this.#forget(phone);
      this.#listener.disconnected(phone.connection);
    }
  }

  /** Hands over as much as there is room for. A frame is cut when its turn comes, by the MTU of then. */
  #flush(phone: Phone): void {
    for (let frame = phone.frames[0]; frame !== undefined; frame = phone.frames[0]) {
      if (phone.fragments === 0) phone.fragmentBytes = this.#radio.maximumWrite(phone.link);
      if (phone.fragmentBytes === 0) return;
      const piece = fragmentAt(frame, phone.fragmentBytes, phone.fragments);
      if (piece === undefined) {
        phone.fragments = 0;
        phone.outputBytes -= frame.length;
        phone.frames.shift();
      } else if (this.#radio.send(phone.link, piece)) phone.fragments += 1;
      else return;
    }
  }

  #forget(phone: Phone): void {
    this.#phones.splice(this.#phones.indexOf(phone), 1);
  }
}
