// The lock's end of the wire to its keypads: who is heard, what is done once, and when a link counts as lost.
// Why: the wire runs through the door to a place where anybody may cut it, record it and put a board of his own on it; so
// only a board that an owner enrolled is answered at all, what it asks is done once over however many sessions it is
// repeated, and silence is no input, never a yes (docs/attacks.md T02, T15, T16).
// Follows docs/protocol.md §3.2; Noise rev. 34 §7.5 (KK), §11.4.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import { type Cipher, createCipher } from "../firmware/link/cipher.ts";
import {
  type Command,
  encodeReply,
  encodeView,
  numberOfView,
  parseCommand,
  type Report,
  type Result,
  type View,
} from "../firmware/link/command.ts";
import {
  bodyOf,
  checkFrame,
  encodeHandshake,
  encodePlain,
  FRAME_COMMANDS,
  FRAME_ENROLLED,
  FRAME_KK_1,
  FRAME_KK_2,
  FRAME_OFFER,
  sessionOf,
} from "../firmware/link/frame.ts";
import { encodeEnrolled, type Offer, parseOffer, ROLE_KEYPAD } from "../firmware/link/introduction.ts";
import { startHandshake } from "../firmware/link/noise.ts";
import { boardPrologue } from "../firmware/link/prologue.ts";
import { SESSION_MILLIS_MAX } from "../firmware/link/session.ts";
import { type Millis, millis, type Random, type Wire } from "../firmware/platform.ts";
import type { EnrolledBoard } from "../firmware/policy/keyring.ts";
import { Bucket } from "./bucket.ts";
import type { StrangerClass } from "./desk.ts";
import type { Identity } from "./identity.ts";

/** A link counts as lost after so long without a valid frame, where the lock is not built otherwise; a keypad reports every 60 s. */
export const LOST_MILLIS = 150_000;
/** How long a session waits for the first frame that proves that the board is there. */
export const HALF_OPEN_MILLIS = 10_000;
/** Sessions of one board that wait so: message 1 can be replayed, and must not take the place of the genuine one's answer. */
export const HALF_OPEN_MAX = 2;
/** How long an offer counts; it is repeated every 10 s. */
export const OFFER_MILLIS = 60_000;
/** Message 1 from whomever: each is tried with every keypad's key, two key agreements each. */
const TRIES = Object.freeze({ atOnce: 4, tryMillis: 500 });
/** Message 1 that a board has made once, now or long ago. */
const HANDSHAKES = Object.freeze({ atOnce: 1, tryMillis: 1_000 });
/** Offers that are answered. */
const ANSWERS = Object.freeze({ atOnce: 4, tryMillis: 1_000 });

const BROKEN_FRAME: StrangerClass = 0;
const NO_SENSE: StrangerClass = 1;
const FAILED_PROOF: StrangerClass = 2;

/** What the lock does for its boards. */
export interface BoardDesk {
  readonly lockId: string;
  readonly boards: readonly EnrolledBoard[];
  /** Does what a board asks. The command's digits are a view that is overwritten as soon as this returns. */
  serve(board: EnrolledBoard, command: Command, now: Millis): Result;
  readonly view: View;
  stranger(kind: StrangerClass, now: Millis): void;
  /** Hears that the link of a board came up, or was lost: nothing valid came for 150 s, be it from the start on. */
  linkChanged(board: EnrolledBoard, isUp: boolean, now: Millis): void;
}

/** What the lock's end is made of. */
export interface BoardsParts {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly wire: Wire;
  readonly identity: Identity;
  /** After how long without a valid frame a link counts as lost, in milliseconds; 150 s where it is left out. */
  readonly lostMillis?: number | undefined;
}

interface Session {
  readonly cipher: Cipher;
  readonly since: Millis;
}

/** A session of which nothing but message 1 was heard, which may be a recording. */
interface HalfOpen extends Session {
  /** Message 2, to be sent again when message 1 comes twice. */
  readonly answer: Bytes;
}

/** One enrolled keypad. */
interface Peer {
  readonly board: EnrolledBoard;
  readonly handshakes: Bucket;
  session: Session | undefined;
  /** At most two, the newest last. */
  halfOpen: readonly HalfOpen[];
  /** The last valid frame; before the first one, when it was first waited for. */
  heardAt: Millis;
  link: "awaited" | "up" | "lost";
  /** What the board was told to show. */
  told: number | undefined;
  last: { readonly id: Bytes; readonly result: Result } | undefined;
  report: Report | undefined;
}

/** All keypads of one lock, on one wire. It owns their sessions' keys. */
export class Boards {
  readonly #crypto: Crypto;
  readonly #random: Random;
  readonly #wire: Wire;
  readonly #identity: Identity;
  readonly #desk: BoardDesk;
  readonly #lostMillis: number;
  readonly #tries: Bucket;
  readonly #answers: Bucket;
  #peers: readonly Peer[] = [];
  #offer: { readonly offer: Offer; readonly at: Millis } | undefined;

  constructor(parts: BoardsParts, desk: BoardDesk, now: Millis) {
    this.#crypto = parts.crypto;
    this.#random = parts.random;
    this.#wire = parts.wire;
    this.#identity = parts.identity;
    this.#desk = desk;
    this.#lostMillis = parts.lostMillis ?? LOST_MILLIS;
    this.#tries = new Bucket(TRIES, now);
    this.#answers = new Bucket(ANSWERS, now);
    this.#follow(now);
  }

  /** Takes one frame. Total: it never throws for any bytes. */
  received(frame: Bytes, now: Millis): void {
    this.tick(now);
    try {
      this.#take(frame, now);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.#desk.stranger(BROKEN_FRAME, now);
    }
  }

  /** Ends what has had its time, and whatever belongs to a board that is enrolled no more. */
  tick(now: Millis): void {
    this.#follow(now);
    for (const peer of this.#peers) this.#expire(peer, now);
    if (this.#offer !== undefined && now - this.#offer.at > OFFER_MILLIS) this.#offer = undefined;
  }

  /** When `tick` has something to do. */
  get nextTick(): Millis | undefined {
    const times: number[] = this.#offer === undefined ? [] : [this.#offer.at + OFFER_MILLIS + 1];
    for (const { session, halfOpen, heardAt, link } of this.#peers) {
      if (link !== "lost") times.push(heardAt + this.#lostMillis);
      if (session !== undefined) times.push(session.since + SESSION_MILLIS_MAX);
      for (const { since } of halfOpen) times.push(since + HALF_OPEN_MILLIS);
    }
    return times.length === 0 ? undefined : millis(Math.min(...times));
  }

  /** Tells every keypad what it may show, where it was not told just that. */
  viewChanged(now: Millis): void {
    this.tick(now);
    const { view } = this.#desk;
    for (const peer of this.#peers) {
      if (peer.session !== undefined && peer.told !== numberOfView(view)) this.#send(peer, encodeView(view), view);
    }
  }

  /** Whether the link of a keypad is up. @param kid 8 bytes */
  isUp(kid: Bytes): boolean {
    return this.#find(kid)?.link === "up";
  }

  /** The last report of a keypad since this start. @param kid 8 bytes */
  lastReport(kid: Bytes): Report | undefined {
    return this.#find(kid)?.report;
  }

  /** The last offer of a board that is not enrolled, at most 60 s old; undefined where there is none. */
  get offer(): Offer | undefined {
    const offer = this.#offer?.offer;
    return offer === undefined || this.#enrolled(offer) !== undefined ? undefined : offer;
  }

  /** Ends the sessions of a board, and forgets what is known of it. @param kid 8 bytes */
  forget(kid: Bytes): void {
    const peer = this.#find(kid);
    if (peer === undefined) return;
    endSessions(peer);
    this.#peers = this.#peers.filter((other) => other !== peer);
  }

  #take(frame: Bytes, now: Millis): void {
    const type = checkFrame(frame);
    if (type === FRAME_KK_1) this.#shake(frame, now);
    else if (type === FRAME_COMMANDS) this.#open(frame, now);
    else if (type === FRAME_OFFER) this.#hearOffer(parseOffer(bodyOf(frame).slice()), now);
    else throw new Fault("link.shape");
  }

  /** Answers message 1. It does not say whose it is: each keypad's key is tried. It may be a recording, so the session
   *  that stands is not touched. */
  #shake(frame: Bytes, now: Millis): void {
    const number = sessionOf(frame);
    for (const { session, halfOpen } of this.#peers) {
      const waiting = halfOpen.find(({ cipher }) => cipher.session === number);
      // Message 1 came twice: a second answer would make the first one worthless.
      if (waiting !== undefined) this.#wire.send(waiting.answer);
      if (waiting !== undefined || session?.cipher.session === number) return;
    }
    if (!this.#tries.take(now)) return;
    for (const peer of this.#peers) if (this.#answer(peer, frame, now)) return;
    this.#desk.stranger(FAILED_PROOF, now);
  }

  /** @returns whether message 1 is this board's */
  #answer(peer: Peer, frame: Bytes, now: Millis): boolean {
    const { board } = peer;
    const { agreementSecret: secret, agreementKey: publicKey } = this.#identity;
    const { role, kid: boardKid, sequence, agreementKey: remoteStatic } = board;
    const handshake = startHandshake(this.#crypto, this.#random, {
      pattern: "KK",
      isInitiator: false,
      prologue: boardPrologue({ role, lockId: this.#desk.lockId, boardKid, sequence }),
      localStatic: { secret, publicKey },
      remoteStatic,
    });
    try {
      handshake.readMessage(bodyOf(frame));
      if (!peer.handshakes.take(now)) return true;
      const session = sessionOf(frame);
      const answer = encodeHandshake(FRAME_KK_2, session, handshake.writeMessage(new Uint8Array(0)));
      const cipher = createCipher(this.#crypto, { session, keys: handshake.split(), mode: "commands" });
      const kept = peer.halfOpen.slice(1 - HALF_OPEN_MAX);
      for (const half of peer.halfOpen) if (!kept.includes(half)) half.cipher.wipe();
      peer.halfOpen = [...kept, { cipher, answer, since: now }];
      this.#wire.send(answer);
      return true;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return false;
    } finally {
      handshake.wipe();
    }
  }

  #open(frame: Bytes, now: Millis): void {
    const number = sessionOf(frame);
    for (const peer of this.#peers) {
      const half = peer.halfOpen.find(({ cipher }) => cipher.session === number);
      const session = half ?? peer.session;
      if (session?.cipher.session !== number) continue;
      const plaintext = session.cipher.open(frame);
      if (half !== undefined) promote(peer, half);
      this.#heard(peer, now);
      this.#serve(peer, plaintext, now);
      this.#crypto.wipe(plaintext);
      return;
    }
    // A board that does not know yet that the lock was reset; or anybody: nothing is owed to either.
  }

  #heard(peer: Peer, now: Millis): void {
    peer.heardAt = now;
    if (peer.link === "up") return;
    peer.link = "up";
    this.#desk.linkChanged(peer.board, true, now);
  }

  /** Does what is asked, once, and answers each time. */
  #serve(peer: Peer, plaintext: Bytes, now: Millis): void {
    const command = this.#read(plaintext, now);
    if (command === undefined) return;
    const { id } = command;
    let result: Result = peer.last?.result ?? "no";
    if (peer.last === undefined || !this.#crypto.isEqual(peer.last.id, id)) {
      result = this.#desk.serve(peer.board, command, now);
      // Nobody looked at what came too early: it may come again.
      if (result !== "early") peer.last = { id, result };
      // After it: whoever serves a report still sees the former one.
      if (command.kind === "report") {
        const { isCaseOpen, isKeyStuck, millivolts } = command;
        peer.report = { isCaseOpen, isKeyStuck, millivolts };
      }
    }
    const { view } = this.#desk;
    this.#send(peer, encodeReply({ id, result, view }), view);
  }

  #read(plaintext: Bytes, now: Millis): Command | undefined {
    try {
      return parseCommand(plaintext);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.#desk.stranger(NO_SENSE, now);
      return undefined;
    }
  }

  #hearOffer(offer: Offer, now: Millis): void {
    const board = this.#enrolled(offer);
    if (board === undefined) {
      this.#offer = { offer, at: now };
      return;
    }
    if (!this.#answers.take(now)) return;
    const { agreementKey } = this.#identity;
    const answer = encodeEnrolled({ lockId: this.#desk.lockId, agreementKey, sequence: board.sequence });
    this.#wire.send(encodePlain(FRAME_ENROLLED, answer));
  }

  #enrolled({ role, agreementKey, signingKey }: Offer): EnrolledBoard | undefined {
    return this.#desk.boards.find(
      (board) =>
        board.role === role &&
        this.#crypto.isEqual(board.agreementKey, agreementKey) &&
        this.#crypto.isEqual(board.signingKey, signingKey),
    );
  }

  /** Sends what carries the view; a session that has ended meanwhile, or come to its bound, carries nothing. */
  #send(peer: Peer, plaintext: Bytes, view: View): void {
    const cipher = peer.session?.cipher;
    if (cipher === undefined || cipher.isSpent) return;
    peer.told = numberOfView(view);
    this.#wire.send(cipher.seal(plaintext));
  }

  /** Holds the peers to the keyring: a keypad that was enrolled anew is another. */
  #follow(now: Millis): void {
    const keypads = this.#desk.boards.filter(({ role }) => role === ROLE_KEYPAD);
    const kept = this.#peers.filter((peer) => {
      const isEnrolled = keypads.some((board) => this.#isSame(peer.board, board));
      if (!isEnrolled) endSessions(peer);
      return isEnrolled;
    });
    const fresh = keypads.filter((board) => !kept.some((peer) => this.#isSame(peer.board, board)));
    if (kept.length === this.#peers.length && fresh.length === 0) return;
    this.#peers = [...kept, ...fresh.map((board) => createPeer(board, now))];
  }

  #isSame(left: EnrolledBoard, right: EnrolledBoard): boolean {
    const isSameKey = this.#crypto.isEqual(left.agreementKey, right.agreementKey);
    return isSameKey && this.#crypto.isEqual(left.kid, right.kid) && left.sequence === right.sequence;
  }

  #expire(peer: Peer, now: Millis): void {
    const { session } = peer;
    for (const half of peer.halfOpen) if (now - half.since >= HALF_OPEN_MILLIS) half.cipher.wipe();
    peer.halfOpen = peer.halfOpen.filter(({ cipher }) => !cipher.isSpent);
    if (session !== undefined && (session.cipher.isSpent || now - session.since >= SESSION_MILLIS_MAX))
      endSession(peer);
    if (peer.link === "lost" || now - peer.heardAt < this.#lostMillis) return;
    endSession(peer);
    peer.link = "lost";
    this.#desk.linkChanged(peer.board, false, now);
  }

  #find(kid: Bytes): Peer | undefined {
    return this.#peers.find(({ board }) => this.#crypto.isEqual(board.kid, kid));
  }
}

function createPeer(board: EnrolledBoard, now: Millis): Peer {
  const handshakes = new Bucket(HANDSHAKES, now);
  const nothing = { session: undefined, told: undefined, last: undefined, report: undefined };
  return { board, handshakes, halfOpen: [], heardAt: now, link: "awaited", ...nothing };
}

/** The board has used a new session: it is the one, and every other ends. */
function promote(peer: Peer, session: HalfOpen): void {
  peer.session?.cipher.wipe();
  for (const half of peer.halfOpen) if (half !== session) half.cipher.wipe();
  peer.session = session;
  peer.halfOpen = [];
  peer.told = undefined;
}

function endSession(peer: Peer): void {
  peer.session?.cipher.wipe();
  peer.session = undefined;
  peer.told = undefined;
}

function endSessions(peer: Peer): void {
  endSession(peer);
  for (const half of peer.halfOpen) half.cipher.wipe();
  peer.halfOpen = [];
}
