// The lock's end of the sessions with its enrolled boards of one role, on one wire: who is heard, and when a link counts as lost.
// Why: a wire runs to a place where anybody may cut it, record it and put a board of his own on it, and a radio is heard in the
// street; so only a board that an owner enrolled for that very role is answered at all (docs/attacks.md T02, T15, T16).
// Follows docs/protocol.md §3.2 and §3.3; Noise rev. 34 §7.5 (KK), §11.4.

import { type Bytes, NO_BYTES } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import { Bucket } from "../firmware/link/bucket.ts";
import { type Cipher, createCipher } from "../firmware/link/cipher.ts";
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
import { encodeEnrolled, type Offer, parseOffer } from "../firmware/link/introduction.ts";
import { startHandshake } from "../firmware/link/noise.ts";
import { boardPrologue } from "../firmware/link/prologue.ts";
import { SESSION_MILLIS_MAX } from "../firmware/link/session.ts";
import { type Millis, millis, type Random, type Wire } from "../firmware/platform.ts";
import type { EnrolledBoard } from "../firmware/policy/keyring.ts";
import type { StrangerClass } from "./desk.ts";
import type { Identity } from "./identity.ts";
import { expectOpenings, isGenuine, noteAnswered, wasAnswered } from "./openings.ts";

/** A link counts as lost after so long without a valid frame, where the lock is not built otherwise; each board is heard every 60 s. */
export const LOST_MILLIS = 150_000;
/** How long a session waits for the first frame that proves that the board is there. */
export const HALF_OPEN_MILLIS = 10_000;
/** Sessions of one board that wait so: message 1 can be replayed, and must not take the place of the genuine one's answer. */
export const HALF_OPEN_MAX = 2;
/** How long an offer counts; it is repeated every 10 s. */
export const OFFER_MILLIS = 60_000;
/** Message 1 that a board has made once, now or long ago: four key agreements each. */
const HANDSHAKES = Object.freeze({ atOnce: 1, tryMillis: 1_000 });
/** Offers that are answered. */
const ANSWERS = Object.freeze({ atOnce: 4, tryMillis: 1_000 });

const BROKEN_FRAME: StrangerClass = 0;
const FAILED_PROOF: StrangerClass = 2;

/** What a wire of boards stands on. */
export interface PeersParts {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly wire: Wire;
  readonly identity: Identity;
  /** After how long without a valid frame a link counts as lost, in milliseconds; 150 s where it is left out. */
  readonly lostMillis?: number | undefined;
}

/** Whose boards they are, and what is done at their word. */
export interface PeersDesk<State> {
  /** 1 keypad, 2 camera: boards of every other role are not there. */
  readonly role: number;
  readonly boards: readonly EnrolledBoard[];
  /** What is kept of a board, before it was heard. */
  create(): State;
  /** Hears a board: authentic, and not heard before. The plaintext is wiped as soon as this returns. */
  heard(peer: Peer<State>, plaintext: Bytes, now: Millis): void;
  stranger(kind: StrangerClass, now: Millis): void;
  /** Hears that the link of a board came up, or was lost: nothing valid came for 150 s, be it from the start on. */
  linkChanged(board: EnrolledBoard, isUp: boolean, now: Millis): void;
}

/** One enrolled board. */
export interface Peer<State> {
  readonly board: EnrolledBoard;
  readonly state: State;
  /** The number of the session that stands; undefined where there is none. */
  readonly session: number | undefined;
  /** The number of the newest frame that was sealed in it; undefined before the first. */
  readonly sealed: number | undefined;
  readonly isUp: boolean;
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

/** One enrolled board, with its keys. */
class Member<State> implements Peer<State> {
  readonly board: EnrolledBoard;
  readonly state: State;
  /** What is known of its messages 1 (openings.ts). */
  readonly openings: Bytes | undefined;
  readonly handshakes: Bucket;
  current: Session | undefined;
  /** At most two, the newest last. */
  halfOpen: readonly HalfOpen[] = [];
  /** The last valid frame; before the first one, when it was first waited for. */
  heardAt: Millis;
  link: "awaited" | "up" | "lost" = "awaited";

  constructor(
    board: EnrolledBoard,
    from: { readonly state: State; readonly openings: Bytes | undefined },
    now: Millis,
  ) {
    this.board = board;
    this.state = from.state;
    this.openings = from.openings;
    this.handshakes = new Bucket(HANDSHAKES, now);
    this.heardAt = now;
  }

  get session(): number | undefined {
    return this.current?.cipher.session;
  }

  get sealed(): number | undefined {
    return this.current?.cipher.sealed;
  }

  get isUp(): boolean {
    return this.link === "up";
  }

  /** The board has used a new session: it is the one, and every other ends. */
  promote(session: HalfOpen): void {
    this.current?.cipher.wipe();
    for (const half of this.halfOpen) if (half !== session) half.cipher.wipe();
    this.current = session;
    this.halfOpen = [];
  }

  endSession(): void {
    this.current?.cipher.wipe();
    this.current = undefined;
  }

  endSessions(): void {
    this.endSession();
    for (const half of this.halfOpen) half.cipher.wipe();
    this.halfOpen = [];
  }
}

/** All boards of one role of one lock, on one wire. It owns their sessions' keys. */
export class Peers<State> {
  readonly #crypto: Crypto;
  readonly #random: Random;
  readonly #wire: Wire;
  readonly #identity: Identity;
  readonly #desk: PeersDesk<State>;
  readonly #lostMillis: number;
  readonly #answers: Bucket;
  #peers: readonly Member<State>[] = [];
  #offer: { readonly offer: Offer; readonly at: Millis } | undefined;

  constructor(parts: PeersParts, desk: PeersDesk<State>, now: Millis) {
    this.#crypto = parts.crypto;
    this.#random = parts.random;
    this.#wire = parts.wire;
    this.#identity = parts.identity;
    this.#desk = desk;
    this.#lostMillis = parts.lostMillis ?? LOST_MILLIS;
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
    // Who was just enrolled is waited for from now on, not from whenever something else is due.
    if (this.#isBehind) return millis(0);
    const times: number[] = this.#offer === undefined ? [] : [this.#offer.at + OFFER_MILLIS + 1];
    for (const { current, halfOpen, heardAt, link } of this.#peers) {
      if (link !== "lost") times.push(heardAt + this.#lostMillis);
      if (current !== undefined) times.push(current.since + SESSION_MILLIS_MAX);
      for (const { since } of halfOpen) times.push(since + HALF_OPEN_MILLIS);
    }
    return times.length === 0 ? undefined : millis(Math.min(...times));
  }

  /** The boards, as they were enrolled. */
  get all(): readonly Peer<State>[] {
    return this.#peers;
  }

  /** Finds a board. @param kid 8 bytes */
  find(kid: Bytes): Peer<State> | undefined {
    return this.#find(kid);
  }

  /** Sends a plaintext to a board; a session that has ended meanwhile, or come to its bound, carries nothing.
   *  @returns whether it was sent */
  send(peer: Peer<State>, plaintext: Bytes): boolean {
    const cipher = this.#peers.find((member) => member === peer)?.current?.cipher;
    if (cipher === undefined || cipher.isSpent) return false;
    this.#wire.send(cipher.seal(plaintext));
    return true;
  }

  /** Whether the link of a board is up. @param kid 8 bytes */
  isUp(kid: Bytes): boolean {
    return this.#find(kid)?.link === "up";
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
    peer.endSessions();
    this.#peers = this.#peers.filter((other) => other !== peer);
  }

  #take(frame: Bytes, now: Millis): void {
    const type = checkFrame(frame);
    if (type === FRAME_KK_1) this.#shake(frame, now);
    else if (type === FRAME_COMMANDS) this.#open(frame, now);
    else if (type === FRAME_OFFER) this.#hearOffer(parseOffer(bodyOf(frame).slice()), now);
    else throw new Fault("link.shape");
  }

  /** Takes message 1: its number says whose it is, and that it is genuine. It may be a recording, so the session that stands is
   *  not touched. */
  #shake(frame: Bytes, now: Millis): void {
    const number = sessionOf(frame);
    for (const peer of this.#peers) {
      const { openings } = peer;
      if (openings === undefined || !isGenuine(this.#crypto, openings, frame)) continue;
      const waiting = peer.halfOpen.find(({ cipher }) => cipher.session === number);
      // Message 1 came twice: a second answer would make the first one worthless.
      if (waiting !== undefined) this.#wire.send(waiting.answer);
      else if (number !== peer.session && !wasAnswered(openings, frame) && peer.handshakes.take(now)) {
        this.#answer(peer, frame, now);
        noteAnswered(openings, frame);
      }
      return;
    }
    this.#desk.stranger(FAILED_PROOF, now);
  }

  #answer(peer: Member<State>, frame: Bytes, now: Millis): void {
    const { agreementSecret: secret, agreementKey: publicKey } = this.#identity;
    const handshake = startHandshake(this.#crypto, this.#random, {
      pattern: "KK",
      isInitiator: false,
      prologue: this.#prologueOf(peer.board),
      localStatic: { secret, publicKey },
      remoteStatic: peer.board.agreementKey,
    });
    try {
      handshake.readMessage(bodyOf(frame));
      const session = sessionOf(frame);
      const answer = encodeHandshake(FRAME_KK_2, session, handshake.writeMessage(NO_BYTES));
      const cipher = createCipher(this.#crypto, { session, keys: handshake.split(), mode: "commands" });
      const kept = peer.halfOpen.slice(1 - HALF_OPEN_MAX);
      for (const half of peer.halfOpen) if (!kept.includes(half)) half.cipher.wipe();
      peer.halfOpen = [...kept, { cipher, answer, since: now }];
      this.#wire.send(answer);
    } finally {
      handshake.wipe();
    }
  }

  #prologueOf({ role, kid: boardKid, sequence }: EnrolledBoard): Bytes {
    return boardPrologue({ role, lockId: this.#identity.lockId, boardKid, sequence });
  }

  #open(frame: Bytes, now: Millis): void {
    const number = sessionOf(frame);
    for (const peer of this.#peers) {
      const half = peer.halfOpen.find(({ cipher }) => cipher.session === number);
      const session = half ?? peer.current;
      if (session?.cipher.session !== number) continue;
      const plaintext = session.cipher.open(frame);
      if (half !== undefined) peer.promote(half);
      this.#heard(peer, now);
      this.#desk.heard(peer, plaintext, now);
      this.#crypto.wipe(plaintext);
      return;
    }
    // A board that does not know yet that the lock was reset; or anybody: nothing is owed to either.
  }

  #heard(peer: Member<State>, now: Millis): void {
    peer.heardAt = now;
    if (peer.link === "up") return;
    peer.link = "up";
    this.#desk.linkChanged(peer.board, true, now);
  }

  #hearOffer(offer: Offer, now: Millis): void {
    // A board of another role belongs on another wire: here it is neither shown to an owner nor told whose it is.
    if (offer.role !== this.#desk.role) return;
    const board = this.#enrolled(offer);
    if (board === undefined) {
      this.#offer = { offer, at: now };
      return;
    }
    if (!this.#answers.take(now)) return;
    const { agreementKey } = this.#identity;
    const answer = encodeEnrolled({ lockId: this.#identity.lockId, agreementKey, sequence: board.sequence });
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

  /** Holds the peers to the keyring: a board that was enrolled anew is another. */
  #follow(now: Millis): void {
    const boards = this.#boards;
    const kept = this.#peers.filter((peer) => {
      const isEnrolled = boards.some((board) => this.#isSame(peer.board, board));
      if (!isEnrolled) peer.endSessions();
      return isEnrolled;
    });
    const fresh = boards.filter((board) => !kept.some((peer) => this.#isSame(peer.board, board)));
    if (kept.length === this.#peers.length && fresh.length === 0) return;
    this.#peers = [...kept, ...fresh.map((board) => this.#join(board, now))];
  }

  #join(board: EnrolledBoard, now: Millis): Member<State> {
    const { agreementSecret: secret } = this.#identity;
    const pair = { secret, publicKey: board.agreementKey, prologue: this.#prologueOf(board) };
    return new Member(board, { state: this.#desk.create(), openings: expectOpenings(this.#crypto, pair) }, now);
  }

  /** The boards of this role, as the keyring has them now. */
  get #boards(): readonly EnrolledBoard[] {
    return this.#desk.boards.filter(({ role }) => role === this.#desk.role);
  }

  /** Whether the keyring has changed since. */
  get #isBehind(): boolean {
    const boards = this.#boards;
    const isKnown = (board: EnrolledBoard) => this.#peers.some((peer) => this.#isSame(peer.board, board));
    return boards.length !== this.#peers.length || !boards.every(isKnown);
  }

  #isSame(left: EnrolledBoard, right: EnrolledBoard): boolean {
    const isSameKey = this.#crypto.isEqual(left.agreementKey, right.agreementKey);
    return isSameKey && this.#crypto.isEqual(left.kid, right.kid) && left.sequence === right.sequence;
  }

  #expire(peer: Member<State>, now: Millis): void {
    const { current } = peer;
    for (const half of peer.halfOpen) if (now - half.since >= HALF_OPEN_MILLIS) half.cipher.wipe();
    peer.halfOpen = peer.halfOpen.filter(({ cipher }) => !cipher.isSpent);
    if (current !== undefined && (current.cipher.isSpent || now - current.since >= SESSION_MILLIS_MAX))
      peer.endSession();
    if (peer.link === "lost" || now - peer.heardAt < this.#lostMillis) return;
    peer.endSession();
    peer.link = "lost";
    this.#desk.linkChanged(peer.board, false, now);
  }

  #find(kid: Bytes): Member<State> | undefined {
    return this.#peers.find(({ board }) => this.#crypto.isEqual(board.kid, kid));
  }
}
