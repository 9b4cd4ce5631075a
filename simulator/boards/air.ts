// A radio in memory: links that a test opens, writes to and cuts, with room for so many fragments at a time.
// Why: gatt.ts must hold its promises over any GattRadio; this one keeps the contract and is played by hand.
// Follows the docstrings of GattRadio; gattradio.ts is held to the same by gattradio.xs.test.ts.

import type { Bytes } from "../../firmware/bytes.ts";
import { Fault } from "../../firmware/fault.ts";
import type { GattRadio, RadioEvent } from "../../firmware/io/gatt.ts";
import { createReassembler, FRAGMENT_BYTES_MIN, type Reassembler } from "../../firmware/link/fragment.ts";
import { fragment } from "../fragments.ts";

interface Link {
  writeBytes: number;
  room: number;
  isFull: boolean;
  readonly reassembler: Reassembler;
  /** What the phone heard, whole. */
  readonly frames: Bytes[];
  /** The sizes of the fragments in which it came. */
  readonly sizes: number[];
}

/** The radio, and the phones around it. */
export class Air implements GattRadio {
  readonly closed: number[] = [];
  readonly #links = new Map<number, Link>();
  #events: RadioEvent[] = [];
  #wake: (() => void) | undefined;
  #last = 0;
  /** How often it woke whoever listens. */
  wakes = 0;
  /** Whether it cannot be started. */
  readonly #isBroken: boolean;

  constructor({ isBroken = false } = {}) {
    this.#isBroken = isBroken;
  }

  /** @throws Fault radio.io */
  start(wake: () => void): void {
    if (this.#isBroken) throw new Fault("radio.io");
    this.#wake = wake;
  }

  take(): RadioEvent | undefined {
    return this.#events.shift();
  }

  send(link: number, piece: Uint8Array): boolean {
    const found = this.#links.get(link);
    if (found === undefined || piece.length > found.writeBytes) return false;
    if (found.room === 0) {
      found.isFull = true;
      return false;
    }
    found.room--;
    found.sizes.push(piece.length);
    const frame = found.reassembler.push(piece);
    if (frame !== undefined) found.frames.push(frame);
    return true;
  }

  maximumWrite(link: number): number {
    return this.#links.get(link)?.writeBytes ?? 0;
  }

  close(link: number): void {
    this.closed.push(link);
    this.#links.delete(link);
    this.#events = this.#events.filter((event) => event.link !== link);
  }

  /** A phone connects. @param room for how many fragments until it listens */
  connect(room = Number.POSITIVE_INFINITY): number {
    const link = ++this.#last;
    const writeBytes = FRAGMENT_BYTES_MIN;
    const reassembler = createReassembler();
    this.#links.set(link, { writeBytes, room, isFull: false, reassembler, frames: [], sizes: [] });
    this.#events.push({ kind: "connected", link });
    return link;
  }

  /** It agrees on a larger MTU. */
  widen(link: number, writeBytes: number): void {
    this.#of(link).writeBytes = writeBytes;
  }

  write(link: number, piece: Bytes): void {
    this.#events.push({ kind: "received", link, fragment: piece });
  }

  writeFrame(link: number, frame: Bytes): void {
    for (const piece of fragment(frame, this.#of(link).writeBytes)) this.write(link, piece);
  }

  /** It listens to so many fragments. */
  listen(link: number, count: number): void {
    const found = this.#of(link);
    found.room += count;
    if (found.isFull) this.#events.push({ kind: "writable", link });
    found.isFull = false;
  }

  leave(link: number): void {
    this.#links.delete(link);
    this.#events.push({ kind: "disconnected", link });
  }

  /** Whether there is such a link. */
  has(link: number): boolean {
    return this.#links.has(link);
  }

  heard(link: number): readonly Bytes[] {
    return this.#of(link).frames;
  }

  sizes(link: number): readonly number[] {
    return this.#of(link).sizes;
  }

  /** Wakes whoever listens, until nothing is left. */
  settle(): void {
    while (this.#events.length > 0) {
      this.wakes++;
      this.#wake?.();
    }
  }

  #of(link: number): Link {
    const found = this.#links.get(link);
    if (found === undefined) throw new Error(`no link ${link}`);
    return found;
  }
}
