// The wire between a lock and its camera: one frame in each datagram, over the house's own network.
// Why: neither knows the other's address, and an address proves nothing; what a frame is worth, the session says that opens it. So a
// frame goes to all who lately sent something of a frame's form, and to the group where that may miss the right one.
// Follows docs/protocol.md §3.1, "The camera's wire". A datagram is never cut up: a board's lwIP puts none together again.

import type { Bytes } from "../bytes.ts";
import { assert, Fault } from "../fault.ts";
import {
  checkFrame,
  FRAME_COMMANDS,
  FRAME_ENROLLED,
  FRAME_KK_1,
  FRAME_KK_2,
  FRAME_OFFER,
  type FrameType,
} from "../link/frame.ts";
import { type Millis, millis, type Wire } from "../platform.ts";
import type { Udp, UdpClass } from "./ecma419.ts";
import type { Loop } from "./loop.ts";

/** Where both listen, and whence both send. */
export const LAN_PORT = 7447;
/** Where they find each other: within the site (RFC 2365 §6.1). */
export const LAN_GROUP = "239.255.76.75";
/** The longest frame on this wire, and the longest datagram that the socket takes; handshakes, heartbeats and asks have under 200 bytes. */
export const DATAGRAM_BYTES_MAX = 256;
/** Senders that are remembered, and for how long: a camera at rest is heard each minute, and counts as lost after so long. */
export const SOURCES_MAX = 4;
export const SOURCE_MILLIS = 150_000;
/** A frame that comes twice, from the group and by itself, within so long counts once. */
export const TWICE_MILLIS = 500;
/** Datagrams that are read in one turn of the loop, and how many of them are served: what is above that was sent to keep the board busy. */
export const READS_MAX = 64;
export const DATAGRAMS_MAX = 16;
/** When the next ones are read: all others who are due come between. */
const TURN_MILLIS = 1;
/** When a socket that could not be opened is tried again. */
export const RETRY_MILLIS = 5_000;

/** What a board says over this wire. */
const TYPES: readonly FrameType[] = Object.freeze([
  FRAME_COMMANDS,
  FRAME_KK_1,
  FRAME_KK_2,
  FRAME_OFFER,
  FRAME_ENROLLED,
]);
/** What is said before anybody is known: to everybody. */
const GROUP_TYPES: readonly number[] = Object.freeze([FRAME_KK_1, FRAME_OFFER, FRAME_ENROLLED]);

/** What the wire is made of. */
export interface LanParts {
  readonly udp: UdpClass;
  readonly loop: Loop;
  /** Takes each frame that came. */
  received(frame: Bytes, now: Millis): void;
}

interface Source {
  readonly address: string;
  readonly at: Millis;
}

/** One end of the wire. It owns the socket: `close()` gives it back, and twice is harmless. */
export class Lan implements Wire {
  readonly #parts: LanParts;
  #udp: Udp | undefined;
  /** The board's own address; undefined without a network. */
  #address: string | undefined;
  /** The newest first. */
  #sources: readonly Source[] = [];
  /** When somebody was pushed out who might be the right one. */
  #crowdedAt: Millis | undefined;
  #last: { readonly frame: Bytes; readonly at: Millis } | undefined;
  #openAt: Millis | undefined;
  /** When it is read on, since more was there than one turn reads. */
  #readAt: Millis | undefined;

  constructor(parts: LanParts) {
    this.#parts = parts;
  }

  /** Addresses that are sent to besides the group, the newest first. */
  get sources(): readonly string[] {
    return this.#sources.map(({ address }) => address);
  }

  /** Hears of another address of the board, undefined where it has none: the group is joined anew for each. */
  networkChanged(address: string | undefined, now: Millis): void {
    if (address === this.#address) return;
    this.#address = address;
    this.#sources = [];
    this.#crowdedAt = undefined;
    this.#openAt = undefined;
    this.#closeSocket();
    if (address !== undefined) this.#open(now);
  }

  /** Sends a frame to whoever may be the other end; without a network it goes nowhere. @param frame 1..256 bytes */
  send(frame: Bytes): void {
    assert(frame.length <= DATAGRAM_BYTES_MAX, "what goes over this wire fits a datagram");
    if (this.#udp === undefined) return;
    this.#forgetOld(this.#parts.loop.uptime());
    const isToAll = this.#sources.length === 0 || this.#crowdedAt !== undefined || GROUP_TYPES.includes(frame[0]);
    for (const { address } of this.#sources) this.#write(frame, address);
    if (isToAll) this.#write(frame, LAN_GROUP);
  }

  /** Does what is due. */
  tick(now: Millis): void {
    if (this.#openAt !== undefined && now >= this.#openAt) this.#open(now);
    if (this.#readAt !== undefined && now >= this.#readAt) this.#read(now);
  }

  /** When `tick` has something to do. */
  get nextTick(): Millis | undefined {
    // Nothing is read where no socket is open.
    return this.#openAt ?? this.#readAt;
  }

  /** Sends and receives nothing any more. */
  close(): void {
    this.networkChanged(undefined, this.#parts.loop.uptime());
  }

  #open(now: Millis): void {
    this.#openAt = undefined;
    const { udp, loop } = this.#parts;
    try {
      this.#udp = new udp({ port: LAN_PORT, onReadable: () => loop.call((then) => this.#read(then)) });
      this.#udp.add(LAN_GROUP);
    } catch {
      // No network after all, no memory, or the port is not free yet.
      this.#closeSocket();
      this.#openAt = millis(now + RETRY_MILLIS);
    }
  }

  #closeSocket(): void {
    this.#udp?.close();
    this.#udp = undefined;
    this.#readAt = undefined;
  }

  /** Takes what waits, and the rest of it a turn later: of what is left the socket tells by nothing but the next one that comes. */
  #read(now: Millis): void {
    this.#readAt = undefined;
    for (let count = 1; count <= READS_MAX; count++) {
      const datagram = this.#udp?.read();
      if (datagram === undefined) return;
      const { address, port } = datagram;
      const frame = new Uint8Array(datagram);
      if (count > DATAGRAMS_MAX || port !== LAN_PORT || address === this.#address || !isPlausible(frame)) continue;
      this.#hear(address, now);
      if (this.#cameBefore(frame, now)) continue;
      this.#parts.received(frame, now);
    }
    if (this.#udp !== undefined) this.#readAt = millis(now + TURN_MILLIS);
  }

  #hear(address: string, now: Millis): void {
    this.#forgetOld(now);
    const others = this.#sources.filter((source) => source.address !== address);
    if (others.length >= SOURCES_MAX) this.#crowdedAt = now;
    this.#sources = [{ address, at: now }, ...others.slice(0, SOURCES_MAX - 1)];
  }

  #forgetOld(now: Millis): void {
    this.#sources = this.#sources.filter(({ at }) => now - at < SOURCE_MILLIS);
    if (this.#crowdedAt !== undefined && now - this.#crowdedAt >= SOURCE_MILLIS) this.#crowdedAt = undefined;
  }

  #cameBefore(frame: Bytes, now: Millis): boolean {
    const last = this.#last;
    this.#last = { frame, at: now };
    if (last === undefined || now - last.at >= TWICE_MILLIS || last.frame.length !== frame.length) return false;
    return last.frame.every((byte, index) => byte === frame[index]);
  }

  #write(frame: Bytes, address: string): void {
    try {
      this.#udp?.write(frame, address, LAN_PORT);
    } catch {
      // No way there, or no memory: it is lost, as any datagram may be.
    }
  }
}

/** Whether it has the form of what goes over this wire. */
function isPlausible(frame: Uint8Array): boolean {
  try {
    return TYPES.includes(checkFrame(frame));
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return false;
  }
}
