// Who may look through the camera, and their sessions: at most four, each opened with a ticket that the lock gave.
// Why: the lock alone knows grants and owners, and the picture must not pass through it; so it names a key for a minute, and the
// camera answers nobody else. A stranger who does not know a ticket's name costs it nothing, one who does two key agreements.
// Follows docs/protocol.md §9.1; Noise rev. 34 §7.5 (KK).

import { type Bytes, NO_BYTES } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import type { Identity } from "../firmware/identity.ts";
import { Bucket } from "../firmware/link/bucket.ts";
import { createCipher } from "../firmware/link/cipher.ts";
import {
  bodyOf,
  checkFrame,
  encodeHandshake,
  FRAME_COMMANDS,
  FRAME_KK_1,
  FRAME_KK_2,
  sessionOf,
} from "../firmware/link/frame.ts";
import { startHandshake } from "../firmware/link/noise.ts";
import { viewerPrologue } from "../firmware/link/prologue.ts";
import { RIGHT_OWNER, type Ticket } from "../firmware/link/witness.ts";
import { type Carrier, type Millis, millis, type Random } from "../firmware/platform.ts";
import { type ViewerDesk, ViewerSession } from "./viewer.ts";

/** Sessions that stand at once. */
export const SESSIONS_MAX = 4;
/** Tickets that are remembered; the oldest goes. */
export const TICKETS_MAX = 8;
/** Connections that are open at once, more than there are sessions. */
export const CONNECTIONS_MAX = 8;
/** How long a connection may be without a session that stands, in milliseconds. */
export const SILENT_MILLIS = 10_000;
/** How often one ticket's message 1 is answered: it can be replayed. */
const OPENINGS_MAX = 3;
/** Message 1 with the name of a live ticket, from whomever: two key agreements each. */
const TRIES = Object.freeze({ atOnce: 4, tryMillis: 500 });
const SECOND_MILLIS = 1_000;

/** What viewers are served with. */
export interface ViewersParts {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly carrier: Carrier;
  readonly identity: Pick<Identity, "agreementSecret" | "agreementKey">;
  readonly lockId: string;
}

interface Admission {
  readonly ticket: Ticket;
  readonly until: Millis;
  openings: number;
}

interface Connection {
  readonly number: number;
  readonly since: Millis;
  /** Message 1 was answered, and no frame has come that opens: it may be somebody's who only repeats what he heard. */
  opening: ViewerSession | undefined;
  session: ViewerSession | undefined;
}

/** What all viewers are shown. */
export interface Shown {
  readonly frame: number;
  readonly ms: number;
  readonly verdict: number;
  readonly isRecording: boolean;
  readonly isInfrared: boolean;
}

/** All viewers of one camera. It owns their sessions' keys; its memory is bounded. */
export class Viewers {
  readonly #parts: ViewersParts;
  readonly #desk: ViewerDesk;
  readonly #tries: Bucket;
  #admissions: readonly Admission[] = [];
  #connections: readonly Connection[] = [];

  constructor(parts: ViewersParts, desk: ViewerDesk, now: Millis) {
    this.#parts = parts;
    this.#desk = desk;
    this.#tries = new Bucket(TRIES, now);
  }

  /** Sessions that stand: whose key has sent a frame. */
  get count(): number {
    return this.#connections.filter(({ session }) => session !== undefined).length;
  }

  /** Takes what the lock says of somebody: lets in, lets go on looking, or ends it. A session lasts as long as the newest ticket of
   *  its key, so whoever looks on asks the lock again each minute. */
  admit(ticket: Ticket, now: Millis): void {
    const { crypto } = this.#parts;
    this.tick(now);
    const isNamed = (admission: Admission) => crypto.isEqual(admission.ticket.ticket, ticket.ticket);
    this.#admissions = this.#admissions.filter((admission) => !isNamed(admission));
    if (ticket.seconds === 0) {
      this.#end(
        ({ opening, session = opening }) => session !== undefined && crypto.isEqual(session.ticket, ticket.ticket),
      );
      return;
    }
    const until = millis(now + ticket.seconds * SECOND_MILLIS);
    for (const { session } of this.#connections) {
      if (session !== undefined && crypto.isEqual(session.viewerKey, ticket.viewerKey)) session.renew(ticket, until);
    }
    this.#admissions = [...this.#admissions.slice(1 - TICKETS_MAX), { ticket, until, openings: 0 }];
  }

  /** Hears that somebody connected. Where there is no place he takes that of whoever has been without a session for longest, so whoever
   *  fills all of them and says nothing, or nothing of his own, keeps nobody out. */
  connected(number: number, now: Millis): void {
    this.tick(now);
    if (this.#connections.length >= CONNECTIONS_MAX) {
      const longest = this.#connections.find(({ session }) => session === undefined);
      this.#end((connection) => connection === longest);
    }
    this.#connections = [...this.#connections, { number, since: now, opening: undefined, session: undefined }];
  }

  /** Hears that somebody is gone. */
  disconnected(number: number): void {
    this.#connections = this.#connections.filter((connection) => {
      if (connection.number === number) closeBoth(connection);
      return connection.number !== number;
    });
  }

  /** Takes one frame. Total: no bytes make it throw. A frame that is none, or makes no sense, ends the connection. */
  received(number: number, frame: Bytes, now: Millis): void {
    this.tick(now);
    const connection = this.#connections.find((each) => each.number === number);
    if (connection === undefined) return;
    try {
      this.#take(connection, frame, now);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.#end((each) => each === connection);
    }
  }

  /** Shows a picture to whoever watches, and can take one. @param jpeg not kept */
  show(shown: Shown, jpeg: Uint8Array, now: Millis): void {
    for (const { number, session } of this.#connections) {
      for (const frame of session?.picture(shown, jpeg, now) ?? []) this.#parts.carrier.send(number, frame);
    }
  }

  /** Ends what has had its time. */
  tick(now: Millis): void {
    this.#admissions = this.#admissions.filter(({ until }) => now < until);
    this.#end((connection) => now >= endOf(connection));
  }

  /** When `tick` has something to do; undefined where it has not. */
  get nextTick(): Millis | undefined {
    const times = this.#connections.map(endOf);
    return times.length === 0 ? undefined : millis(Math.min(...times));
  }

  /** Ends all sessions, and forgets all tickets. */
  close(): void {
    this.#end(() => true);
    this.#admissions = [];
  }

  #take(connection: Connection, frame: Bytes, now: Millis): void {
    const type = checkFrame(frame);
    const { opening, session = opening } = connection;
    if (type === FRAME_KK_1 && session === undefined) {
      this.#shake(connection, frame, now);
      return;
    }
    if (type !== FRAME_COMMANDS || session === undefined) throw new Fault("link.shape");
    const guest = session === opening ? this.#placeFor(opening) : undefined;
    const answer = session.received(frame, now);
    // Only now is it the ticket's key that came: its name, and message 1, are for anybody to hear.
    if (guest !== undefined) this.#end((each) => each === guest);
    connection.session = session;
    connection.opening = undefined;
    if (answer !== undefined) this.#parts.carrier.send(connection.number, answer);
  }

  /** Answers message 1. Its session number is the beginning of a live ticket's name: of any other nothing is computed.
   *  @throws Fault link.shape, link.tag */
  #shake(connection: Connection, frame: Bytes, now: Millis): void {
    const number = sessionOf(frame);
    const admission = this.#admissions.find(({ ticket }) => sessionNumberOf(ticket.ticket) === number);
    if (admission === undefined || admission.openings >= OPENINGS_MAX) throw new Fault("link.shape");
    this.#placeFor({ isOwner: (admission.ticket.rights & RIGHT_OWNER) !== 0 });
    if (!this.#tries.take(now)) throw new Fault("link.state");
    const { crypto, random, identity, lockId, carrier } = this.#parts;
    const { ticket } = admission;
    const handshake = startHandshake(crypto, random, {
      pattern: "KK",
      isInitiator: false,
      prologue: viewerPrologue(lockId, ticket.ticket),
      localStatic: { secret: identity.agreementSecret, publicKey: identity.agreementKey },
      remoteStatic: ticket.viewerKey,
    });
    try {
      handshake.readMessage(bodyOf(frame));
      admission.openings += 1;
      const answer = encodeHandshake(FRAME_KK_2, number, handshake.writeMessage(NO_BYTES));
      const cipher = createCipher(crypto, { session: number, keys: handshake.split(), mode: "commands" });
      const { until } = admission;
      connection.opening = new ViewerSession({ crypto, random, cipher, ticket, until }, this.#desk, now);
      carrier.send(connection.number, answer);
    } finally {
      handshake.wipe();
    }
  }

  /** An owner takes the place of the guest who has looked longest; nobody else takes one.
   *  @returns whose place it is; undefined where one is free @throws Fault link.state where there is none */
  #placeFor({ isOwner }: Pick<ViewerSession, "isOwner">): Connection | undefined {
    if (this.count < SESSIONS_MAX) return undefined;
    const guest = this.#connections.find(({ session }) => session !== undefined && !session.isOwner);
    if (!isOwner || guest === undefined) throw new Fault("link.state");
    return guest;
  }

  #end(isOver: (connection: Connection) => boolean): void {
    const over = this.#connections.filter(isOver);
    if (over.length === 0) return;
    this.#connections = this.#connections.filter((connection) => !over.includes(connection));
    for (const connection of over) {
      closeBoth(connection);
      this.#parts.carrier.close(connection.number);
    }
  }
}

/** When a connection has had its time: without a session that stands it is short. */
function endOf({ since, opening, session }: Connection): number {
  return session?.until ?? Math.min(since + SILENT_MILLIS, opening?.until ?? Number.POSITIVE_INFINITY);
}

function closeBoth({ opening, session }: Connection): void {
  opening?.close();
  session?.close();
}

/** The session number of whoever comes with a ticket: the first four bytes of its name, big-endian. */
export function sessionNumberOf(ticket: Uint8Array): number {
  return new DataView(ticket.buffer, ticket.byteOffset).getUint32(0);
}
