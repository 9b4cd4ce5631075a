// A viewer's end of a live view: the handshake with a ticket, what is asked, the pictures, and whether they are young.
// Why: a picture that was held back looks like one of now. So its age is measured here, by the viewer's own clock, from the ping that
// it names, never from its arrival; and what is older than two seconds is said to be, whatever keeps coming.
// Follows docs/protocol.md §9.1; Noise rev. 34 §7.5 (KK). Portable: a command, a phone's page and a simulation run it alike.

import { type Bytes, concat } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import { type Cipher, createCipher } from "../firmware/link/cipher.ts";
import {
  bodyOf,
  checkFrame,
  encodeHandshake,
  FRAME_COMMANDS,
  FRAME_KK_1,
  FRAME_KK_2,
  FRAME_MEDIA,
  FRAME_PAYLOAD_BYTES_MAX,
  numberOf,
  sessionOf,
} from "../firmware/link/frame.ts";
import { type Handshake, startHandshake } from "../firmware/link/noise.ts";
import { viewerPrologue } from "../firmware/link/prologue.ts";
import {
  encodeRequest,
  MEDIA_BYTES_MAX,
  type PictureHead,
  parseAnswer,
  parsePicture,
  readPiece,
  STALE_MILLIS,
  type ViewerAnswer,
  type ViewerRequest,
} from "../firmware/link/viewer.ts";
import { Sframe } from "../firmware/media/sframe.ts";
import { type Millis, millis, type Random } from "../firmware/platform.ts";

/** How often a viewer pings where no picture comes, in milliseconds. */
export const PING_MILLIS = 500;
/** Pings whose time is remembered: more than are sent in two seconds at thirty pictures a second. */
const PINGS_MAX = 128;

/** What a link is made of. */
export interface ViewerLinkParts {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly lockId: string;
  /** X25519, 32 bytes each, made for this ticket. */
  readonly viewer: { readonly secret: Uint8Array; readonly publicKey: Uint8Array };
  /** The ticket's name, 8 bytes, and the camera's X25519 key, 32 bytes, as the lock gave them. */
  readonly ticket: Uint8Array;
  readonly cameraKey: Uint8Array;
}

/** A request as it is handed in: the link gives it its id. */
export type Asked = ViewerRequest extends infer Each ? (Each extends ViewerRequest ? Omit<Each, "id"> : never) : never;

/** A picture. */
export interface Picture {
  readonly head: PictureHead;
  /** The sensor's file. */
  readonly jpeg: Bytes;
  /** When the ping was sent that it names: it was taken after that. */
  readonly notBefore: Millis;
}

/** What came of a frame. */
export type ViewerEvent =
  | { readonly kind: "nothing" }
  /** The camera has proven its key: requests may be sent. */
  | { readonly kind: "up" }
  | { readonly kind: "answer"; readonly answer: ViewerAnswer }
  | { readonly kind: "picture"; readonly picture: Picture };

const NOTHING: ViewerEvent = Object.freeze({ kind: "nothing" });

interface Assembly {
  readonly number: number;
  pieces: Uint8Array[];
  size: number;
}

/** One session with a camera, over one connection. It owns its keys: `close()` ends it, and twice is harmless. */
export class ViewerLink {
  readonly #parts: ViewerLinkParts;
  #handshake: Handshake | undefined;
  #cipher: Cipher | undefined;
  #sframe: Sframe | undefined;
  #nextId = 1;
  #watchId: number | undefined;
  #pings = 0;
  #pingDue: Millis | undefined;
  /** When each of the last pings was sent; undefined before. */
  readonly #sentAt: (Millis | undefined)[] = new Array(PINGS_MAX).fill(undefined);
  #assembly: Assembly | undefined;
  /** The lowest number that the next picture may have. */
  #nextNumber = 0;
  #newest: Millis | undefined;

  constructor(parts: ViewerLinkParts) {
    this.#parts = parts;
  }

  /** Whether the camera has proven its key. */
  get isUp(): boolean {
    return this.#cipher !== undefined && !this.#cipher.isSpent;
  }

  /** Gives message 1, the first frame of a connection. @throws Fault crypto.zero for a camera's key that is none */
  start(): Bytes {
    const { crypto, random, lockId, viewer, ticket, cameraKey } = this.#parts;
    this.close();
    this.#handshake = startHandshake(crypto, random, {
      pattern: "KK",
      isInitiator: true,
      prologue: viewerPrologue(lockId, ticket),
      localStatic: viewer,
      remoteStatic: cameraKey,
    });
    return encodeHandshake(FRAME_KK_1, this.#session, this.#handshake.writeMessage(new Uint8Array(0)));
  }

  /** Takes one frame. Total: no bytes make it throw, and what is not the camera's changes nothing. */
  received(frame: Bytes, now: Millis): ViewerEvent {
    try {
      const type = checkFrame(frame);
      if (sessionOf(frame) !== this.#session) return NOTHING;
      if (type === FRAME_KK_2) return this.#opened(frame);
      if (type === FRAME_COMMANDS) return this.#hear(frame, now);
      return type === FRAME_MEDIA ? this.#assemble(frame, now) : NOTHING;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return NOTHING;
    }
  }

  /** Asks. @returns the id that its answer has, and the frame; undefined where there is no session */
  ask(asked: Asked): { readonly id: number; readonly frame: Bytes } | undefined {
    const cipher = this.#cipher;
    if (cipher === undefined || cipher.isSpent) return undefined;
    const id = this.#nextId++;
    if (asked.kind === "watch") this.#watchId = id;
    return { id, frame: cipher.seal(encodeRequest({ ...asked, id } as ViewerRequest)) };
  }

  /** Gives the ping that is due: at once after a picture, else each 500 ms, while one watches. */
  ping(now: Millis): Bytes | undefined {
    const cipher = this.#cipher;
    if (cipher === undefined || cipher.isSpent || this.#pingDue === undefined || now < this.#pingDue) return undefined;
    this.#pings += 1;
    this.#sentAt[this.#pings % PINGS_MAX] = now;
    this.#pingDue = millis(now + PING_MILLIS);
    return cipher.seal(encodeRequest({ kind: "ping", id: this.#pings }));
  }

  /** When `ping` gives one; undefined where nobody watches. */
  get nextPing(): Millis | undefined {
    return this.isUp ? this.#pingDue : undefined;
  }

  /** Whether what is shown is old: no picture yet, or the newest was perhaps taken more than two seconds ago. */
  isStale(now: Millis): boolean {
    return this.#newest === undefined || now - this.#newest > STALE_MILLIS;
  }

  /** Overwrites the keys. */
  close(): void {
    this.#handshake?.wipe();
    this.#cipher?.wipe();
    this.#sframe?.wipe();
    this.#handshake = undefined;
    this.#cipher = undefined;
    this.#sframe = undefined;
    this.#assembly = undefined;
    this.#pingDue = undefined;
    this.#newest = undefined;
  }

  /** The first four bytes of the ticket's name: so the camera finds the ticket. */
  get #session(): number {
    const { ticket } = this.#parts;
    return new DataView(ticket.buffer, ticket.byteOffset).getUint32(0);
  }

  #opened(frame: Bytes): ViewerEvent {
    const handshake = this.#handshake;
    if (handshake === undefined) return NOTHING;
    handshake.readMessage(bodyOf(frame));
    const [session, keys] = [this.#session, handshake.split()];
    this.#cipher = createCipher(this.#parts.crypto, { session, keys, mode: "commands" });
    this.#handshake = undefined;
    return { kind: "up" };
  }

  #hear(frame: Bytes, now: Millis): ViewerEvent {
    if (this.#cipher === undefined) return NOTHING;
    const answer = parseAnswer(this.#cipher.open(frame));
    if (answer.kind === "watch" && answer.id === this.#watchId) this.#watch(answer.baseKey, now);
    return { kind: "answer", answer };
  }

  #watch(baseKey: Bytes, now: Millis): void {
    this.#sframe?.wipe();
    this.#sframe = new Sframe(this.#parts.crypto, baseKey);
    this.#parts.crypto.wipe(baseKey);
    this.#nextNumber = 0;
    this.#assembly = undefined;
    this.#newest = undefined;
    this.#pingDue = now;
  }

  /** Pieces of one picture come in order, each but the last one full, or it is lost; another one may follow. Nothing vouches for a
   *  piece yet, so what is held until the picture is whole is bounded in bytes and, by that rule, in pieces. */
  #assemble(frame: Bytes, now: Millis): ViewerEvent {
    const { isFirst, isLast, bytes } = readPiece(frame);
    const number = numberOf(frame);
    if (isFirst) this.#assembly = number >= this.#nextNumber ? { number, pieces: [], size: 0 } : undefined;
    const assembly = this.#assembly;
    if (assembly === undefined) return NOTHING;
    assembly.size += bytes.length;
    const isPiece = isLast || bytes.length === FRAME_PAYLOAD_BYTES_MAX;
    if (assembly.number !== number || !isPiece || assembly.size > MEDIA_BYTES_MAX) {
      this.#assembly = undefined;
      return NOTHING;
    }
    assembly.pieces.push(bytes.slice());
    if (!isLast) return NOTHING;
    this.#assembly = undefined;
    return this.#show(number, concat(...assembly.pieces), now);
  }

  /** @throws Fault link.*, cbor.*: it is no picture of this camera */
  #show(number: number, message: Bytes, now: Millis): ViewerEvent {
    if (this.#sframe === undefined) return NOTHING;
    const { head, jpeg } = parsePicture(this.#sframe.open(number, message));
    this.#nextNumber = number + 1;
    // Whatever its age, the next one is asked for.
    this.#pingDue = now;
    const isRemembered = head.ping >= 1 && head.ping <= this.#pings && head.ping > this.#pings - PINGS_MAX;
    const notBefore = isRemembered ? this.#sentAt[head.ping % PINGS_MAX] : undefined;
    if (notBefore === undefined) return NOTHING;
    this.#newest = millis(Math.max(this.#newest ?? 0, notBefore));
    return { kind: "picture", picture: { head, jpeg, notBefore } };
  }
}
