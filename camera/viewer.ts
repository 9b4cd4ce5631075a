// One viewer's session: what may be asked with its ticket, and the pictures that are shown.
// Why: a guest sees what happens now and nothing else; clips, records and settings are the owner's. A picture is sent only while the
// viewer is there to see it, one at a time, and never kept for later: what is shown late is a lie.
// Follows docs/protocol.md §9.1.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { Bucket } from "../firmware/link/bucket.ts";
import type { Cipher } from "../firmware/link/cipher.ts";
import {
  encodeAnswer,
  encodePicture,
  encodePieces,
  parseRequest,
  STALE_MILLIS,
  type ViewerAnswer,
  type ViewerRequest,
} from "../firmware/link/viewer.ts";
import { RIGHT_OWNER, RIGHT_VIEW, type Ticket } from "../firmware/link/witness.ts";
import { BASE_KEY_BYTES, Sframe } from "../firmware/media/sframe.ts";
import type { Millis, Random } from "../firmware/platform.ts";
import type { Shown } from "./viewers.ts";

/** Requests of one session: enough to fetch a clip at 400 kB/s. */
const REQUESTS = Object.freeze({ atOnce: 64, tryMillis: 5 });
/** Keys for pictures in one session. */
const WATCHES = Object.freeze({ atOnce: 2, tryMillis: 5_000 });
const PICTURES_MAX = 0xffff_ffff;

/** What an owner may ask for, and whoever serves it. */
export type OwnerRequest = Exclude<ViewerRequest, { readonly kind: "watch" } | { readonly kind: "ping" }>;

/** What a camera does for its viewers. */
export interface ViewerDesk {
  /** Serves an owner. */
  serve(request: OwnerRequest, now: Millis): ViewerAnswer;
}

/** What a session is made of. */
export interface ViewerSessionParts {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly cipher: Cipher;
  readonly ticket: Ticket;
  readonly until: Millis;
}

interface Watching {
  readonly sframe: Sframe;
  /** Media messages that were sent. */
  sent: number;
  /** The newest ping, and when it came; undefined before the first. */
  ping: { readonly number: number; readonly at: Millis } | undefined;
  /** Whether a picture was sent since the newest ping. */
  isInFlight: boolean;
}

/** A session. It owns its keys: `close()` ends it, and twice is harmless. */
export class ViewerSession {
  readonly viewerKey: Bytes;
  readonly #parts: ViewerSessionParts;
  readonly #desk: ViewerDesk;
  readonly #requests: Bucket;
  readonly #watches: Bucket;
  #ticket: Ticket;
  #until: Millis;
  #watching: Watching | undefined;

  constructor(parts: ViewerSessionParts, desk: ViewerDesk, now: Millis) {
    this.viewerKey = parts.ticket.viewerKey;
    this.#parts = parts;
    this.#desk = desk;
    this.#requests = new Bucket(REQUESTS, now);
    this.#watches = new Bucket(WATCHES, now);
    this.#ticket = parts.ticket;
    this.#until = parts.until;
  }

  /** The name of its newest ticket, 8 bytes. */
  get ticket(): Bytes {
    return this.#ticket.ticket;
  }

  /** When it ends, unless the lock gives its key another ticket. */
  get until(): Millis {
    return this.#until;
  }

  get isOwner(): boolean {
    return (this.#ticket.rights & RIGHT_OWNER) !== 0;
  }

  /** Goes on with another ticket of its key, and that one's rights. */
  renew(ticket: Ticket, until: Millis): void {
    this.#ticket = ticket;
    this.#until = until;
    if ((ticket.rights & RIGHT_VIEW) === 0) this.#stopWatching();
  }

  /** Takes one sealed frame. @returns the answer, sealed; undefined where none is due
   *  @throws Fault link.*, cbor.*: the session is over then */
  received(frame: Bytes, now: Millis): Bytes | undefined {
    const { cipher } = this.#parts;
    const request = parseRequest(cipher.open(frame));
    const answer = this.#serve(request, now);
    return answer === undefined ? undefined : cipher.seal(encodeAnswer(answer));
  }

  /** Gives the frames of a picture, where this viewer watches, was heard within two seconds, and has asked since the last one. */
  picture(shown: Shown, jpeg: Uint8Array, now: Millis): readonly Bytes[] {
    const watching = this.#watching;
    const ping = watching?.ping;
    if (watching === undefined || ping === undefined || watching.isInFlight) return [];
    if (now - ping.at >= STALE_MILLIS || watching.sent >= PICTURES_MAX) return [];
    const message = watching.sframe.seal(watching.sent, encodePicture({ ...shown, ping: ping.number }, jpeg));
    const frames = encodePieces(this.#parts.cipher.session, watching.sent, message);
    watching.sent += 1;
    watching.isInFlight = true;
    return frames;
  }

  /** Overwrites the keys. */
  close(): void {
    this.#stopWatching();
    this.#parts.cipher.wipe();
  }

  #serve(request: ViewerRequest, now: Millis): ViewerAnswer | undefined {
    const { id } = request;
    const needed = request.kind === "watch" || request.kind === "ping" ? RIGHT_VIEW : RIGHT_OWNER;
    const mayAsk = (this.#ticket.rights & needed) !== 0;
    if (request.kind === "ping") {
      const watching = this.#watching;
      // Whoever numbers his pings falling would make an old picture look young to himself alone; nothing is served to that.
      if (!mayAsk || watching === undefined || id <= (watching.ping?.number ?? -1)) return undefined;
      watching.ping = { number: id, at: now };
      watching.isInFlight = false;
      return undefined;
    }
    if (!mayAsk || !this.#requests.take(now)) return { kind: "no", id };
    if (request.kind === "watch") return this.#watch(id, now);
    return this.#desk.serve(request, now);
  }

  /** Each watch has a key of its own. */
  #watch(id: number, now: Millis): ViewerAnswer {
    if (!this.#watches.take(now)) return { kind: "no", id };
    const { crypto, random } = this.#parts;
    this.#stopWatching();
    const baseKey = new Uint8Array(BASE_KEY_BYTES);
    random.fill(baseKey);
    this.#watching = { sframe: new Sframe(crypto, baseKey), sent: 0, ping: undefined, isInFlight: false };
    return { kind: "watch", id, baseKey };
  }

  #stopWatching(): void {
    this.#watching?.sframe.wipe();
    this.#watching = undefined;
  }
}
