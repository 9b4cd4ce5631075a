// The lock's end of every phone: who may have a place, which frames count, and what each request is answered.
// Why: this is where strangers' bytes arrive, so it is total: whatever comes, the answer is a fixed "no" or silence, no
// Fault leaves it, and nobody can hold a place, the radio or the processor for long (docs/attacks.md T04, T14, T32, T49).
// Follows docs/protocol.md §3. It knows sessions; what a request is answered is answers.ts, and what it means
// the desk's affair (lock.ts).

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import type { Denial } from "../firmware/grant/denial.ts";
import {
  OPERATION_OWN,
  OPERATION_READ_LOG,
  OPERATION_VIEW,
  type Proof,
  verifyProof,
} from "../firmware/grant/holder.ts";
import { Bucket } from "../firmware/link/bucket.ts";
import { checkFrame, FRAME_COMMANDS, FRAME_NK_1, sessionOf } from "../firmware/link/frame.ts";
import {
  type Answer,
  encodeAnswer,
  encodeNotice,
  type NoticeEvent,
  parseRequest,
  type Request,
} from "../firmware/link/message.ts";
import type { Carrier, Millis, Random, Transport } from "../firmware/platform.ts";
import { answerOf, serve } from "./answers.ts";
import type { Desk } from "./desk.ts";
import type { Identity } from "./identity.ts";
import {
  answerHandshake,
  CARRIED_MILLIS_MAX,
  type Channel,
  chooseEvicted,
  deadlineOf,
  denied,
  HANDSHAKES_MAX,
  NONSENSE_MAX,
  openSession,
  originOf,
  PROOFS_MAX,
  type Session,
} from "./session.ts";

/** Places for each carrier: what the radio stack holds; a cable has one other end. */
const SESSIONS_MAX: Readonly<Record<Transport, number>> = Object.freeze({ ble: 2, tcp: 2, usb: 1 });
/** A handshake costs two key agreements. A proof counts as one, and is never refused for it: the handshake after it waits. So whoever
 *  was answered is judged, however hard others try. */
const HANDSHAKES = Object.freeze({ atOnce: 8, tryMillis: 250 });
/** What carries the digits of a PIN, a secret that makes codes, or the house's passphrase. */
const SECRET_KINDS: readonly Request["kind"][] = Object.freeze(["codeSecret", "credential", "joinNetwork"]);

/** What a phone asks, and when. */
interface Asked {
  readonly request: Request;
  readonly now: Millis;
}

/** What it brings to be judged. */
interface Brought {
  readonly message: Bytes;
  readonly now: Millis;
}

/** All phones of one lock. */
export class Phones {
  readonly #crypto: Crypto;
  readonly #random: Random;
  readonly #carrier: Carrier;
  readonly #identity: Identity;
  readonly #desk: Desk;
  #sessions: readonly Session[] = [];
  /** The session whose request is being served. */
  #asking: Session | undefined;
  /** What each carrier has left: strangers on the network must not cost the owner at the door a handshake. */
  readonly #handshakes: Readonly<Record<Transport, Bucket>>;

  constructor(
    lock: { readonly crypto: Crypto; readonly random: Random; readonly carrier: Carrier; readonly identity: Identity },
    desk: Desk,
    now: Millis,
  ) {
    this.#crypto = lock.crypto;
    this.#random = lock.random;
    this.#carrier = lock.carrier;
    this.#identity = lock.identity;
    this.#desk = desk;
    this.#handshakes = Bucket.ofEach(HANDSHAKES, now);
  }

  /** Gives a new connection a place, or drops it where all places are taken by better ones. */
  connected(connection: number, transport: Transport, now: Millis): void {
    this.tick(now);
    const rivals = this.#sessions.filter((session) => session.transport === transport);
    if (rivals.length >= SESSIONS_MAX[transport]) {
      const evicted = chooseEvicted(rivals, now);
      if (evicted === undefined) {
        this.#carrier.close(connection);
        return;
      }
      this.#end(evicted);
    }
    this.#sessions = [...this.#sessions, openSession(connection, transport, now)];
  }

  /** Forgets a connection that its carrier lost. */
  disconnected(connection: number): void {
    const session = this.#find(connection);
    if (session !== undefined) this.#forget(session);
  }

  /** Takes one frame. Total: it never throws for any bytes. */
  received(connection: number, frame: Bytes, now: Millis): void {
    this.tick(now);
    const session = this.#find(connection);
    if (session === undefined) return;
    try {
      this.#take(session, frame, now);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.#desk.stranger(0, now);
    }
    // No finally, which takes slots of a board's stack: whatever is no Fault restarts it.
    this.#asking = undefined;
  }

  /** Tells a session what the door does. */
  notify(connection: number, event: NoticeEvent, receipt?: Bytes): void {
    const session = this.#find(connection);
    // Whoever is let in at this moment is told what the door does at once.
    if (session === undefined || (session.role === "stranger" && session !== this.#asking)) return;
    this.#send(session, encodeNotice({ kind: "notice", event, receipt }));
  }

  /** The connections of all owner sessions, less those of the key on paper, which is told no records. */
  get owners(): readonly number[] {
    const listeners = this.#sessions.filter(({ role, isRecovery }) => role === "owner" && !isRecovery);
    return listeners.map(({ connection }) => connection);
  }

  /** Ends what has had its time, and answers whoever waits for a handshake, those first who came first. */
  tick(now: Millis): void {
    for (const session of this.#sessions) if (now >= deadlineOf(session)) this.#end(session);
    for (const session of this.#sessions) this.#retry(session, now);
  }

  /** When `tick` has something to do. */
  get nextTick(): Millis | undefined {
    let next: Millis | undefined;
    for (const session of this.#sessions) {
      const deadline = deadlineOf(session);
      if (next === undefined || deadline < next) next = deadline;
      const { readyAt } = this.#handshakes[session.transport];
      if (session.held !== undefined && readyAt < next) next = readyAt;
    }
    return next;
  }

  /** Ends every session of an owner key that is no longer one, and those of all guests: any may have come by a grant of it.
   *  @param owner 8 bytes */
  endKey(owner: Bytes): void {
    for (const session of this.#sessions) {
      if (session.role === "guest" || (session.role === "owner" && this.#isOf(session, owner))) this.#endSoon(session);
    }
  }

  /** Ends all sessions: the lock is another's. */
  endAll(): void {
    for (const session of this.#sessions) this.#endSoon(session);
  }

  /** Gives a stranger the one place that a root has for all who hang under it: the newest proof, or knock, holds it. Whoever may
   *  delegate has as many keys as he likes. */
  #place(session: Session, root8: Bytes): void {
    for (const other of this.#sessions)
      if (other !== session && other.role !== "owner" && this.#isOf(other, root8)) this.#end(other);
    session.name = root8.slice();
  }

  #isOf({ name }: Session, other: Bytes): boolean {
    return name !== undefined && this.#crypto.isEqual(name, other);
  }

  #take(session: Session, frame: Bytes, now: Millis): void {
    const type = checkFrame(frame);
    if (type === FRAME_NK_1) this.#shake(session, frame, now);
    else if (type === FRAME_COMMANDS && session.channel !== undefined) {
      const plaintext = session.channel.cipher.open(frame);
      const request = this.#read(session, plaintext, now);
      if (request !== undefined && this.#ask(session, session.channel, { request, now })) this.#reply(session, request);
      // The digits of a PIN and what makes codes stay nowhere; of everything else views may be kept.
      if (request === undefined || SECRET_KINDS.includes(request.kind)) this.#crypto.wipe(plaintext);
    } else throw new Fault("link.shape");
  }

  /** Answers message 1 that waits, if it may be answered now. */
  #retry(session: Session, now: Millis): void {
    const { held, transport } = session;
    if (held === undefined || now < this.#handshakes[transport].readyAt) return;
    session.held = undefined;
    try {
      this.#shake(session, held, now);
    } catch (fault) {
      if (fault instanceof Fault) this.#desk.stranger(0, now);
      else throw fault;
    }
  }

  #shake(session: Session, frame: Bytes, now: Millis): void {
    const { channel } = session;
    if (channel !== undefined && channel.cipher.session === sessionOf(frame)) {
      // Message 1 came twice: a second channel would make the phone's first answer worthless.
      this.#carrier.send(session.connection, channel.welcome);
      return;
    }
    // Whoever has proven something keeps the channel in which it was proven.
    if (session.role !== "stranger") return;
    if (session.handshakes >= HANDSHAKES_MAX) {
      this.#end(session);
      return;
    }
    if (!this.#handshakes[session.transport].take(now)) {
      // Dropped, it would be a matter of luck: who floods tries again first.
      session.held = frame.slice();
      return;
    }
    session.handshakes++;
    const { isAdopted } = this.#desk;
    session.channel = answerHandshake(frame, {
      crypto: this.#crypto,
      random: this.#random,
      identity: this.#identity,
      isAdopted,
      now,
    });
    channel?.cipher.wipe();
    session.lastId = undefined;
    this.#carrier.send(session.connection, session.channel.welcome);
  }

  /** Reads what was asked; what makes no sense is counted. */
  #read(session: Session, plaintext: Bytes, now: Millis): Request | undefined {
    try {
      return parseRequest(plaintext);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      session.nonsense++;
      this.#desk.stranger(1, now);
      if (session.nonsense >= NONSENSE_MAX) this.#end(session);
      return undefined;
    }
  }

  /** Serves a request once. @returns whether the session's last answer is to be sent, for the first time or again */
  #ask(session: Session, channel: Channel, asked: Asked): boolean {
    const { id } = asked.request;
    if (session.lastId !== undefined && id <= session.lastId) return id === session.lastId;
    session.lastId = id;
    this.#asking = session;
    // What was answered before is not held while there is another.
    session.lastAnswer = undefined;
    const answer = this.#serve(session, channel, asked);
    // Asking for what one may not have keeps no place; an owner may wait for a press, and asks until somebody inside gives it.
    if (answer?.kind !== "no" || session.role === "owner") session.lastRequestAt = asked.now;
    session.lastAnswer = answer === undefined ? undefined : encodeAnswer(answer);
    return true;
  }

  /** Sends the last answer. Apart from the one who made it, who holds it whole. */
  #reply(session: Session, request: Request): void {
    if (session.lastAnswer !== undefined) this.#send(session, session.lastAnswer);
    if (request.kind === "bye" || session.isOver) this.#end(session);
  }

  #serve(session: Session, channel: Channel, { request, now }: Asked): Answer | undefined {
    let denial: Denial | undefined;
    if (request.kind === "prove") denial = this.#prove(session, channel, { message: request.message, now });
    else if (request.kind === "statement") denial = this.#obey(session, channel, { message: request.message, now });
    else return serve(this.#desk, session, { request, from: originOf(session, channel), now });
    return answerOf(session, request.id, denial);
  }

  #prove(session: Session, channel: Channel, asked: Brought): Denial | undefined {
    const { message, now } = asked;
    if (session.proofs >= PROOFS_MAX) return "rate";
    session.proofs++;
    // Who knocks has a grant that is good, and may try more often: others do not pay for that.
    if (session.knocks === 0) this.#handshakes[session.transport].owe(now);
    const proof = this.#verify(channel, message);
    switch (proof.kind) {
      case "denied":
        this.#desk.refused(proof, now);
        return proof.denied;
      case "owner":
        if (proof.operation !== OPERATION_OWN) return "permission";
        session.role = "owner";
        session.name = proof.holder.slice();
        session.isRecovery = this.#desk.chainContext.ownerKey(proof.holder) === undefined;
        return undefined;
      case "grant": {
        const denial = this.#desk.serveGrant(proof, originOf(session, channel), now);
        const isPlaced = denial === undefined || (denial === "knocking" && session.knocks === 0);
        if (isPlaced && session.role === "stranger") this.#place(session, proof.chain.links[0].link8);
        if (denial !== undefined) return denied(session, denial, now);
        if (session.role === "stranger") {
          session.role = "guest";
          session.provenAt = now;
        }
        if (proof.operation === OPERATION_READ_LOG) session.log = proof;
        if (proof.operation === OPERATION_VIEW) session.view = proof;
        return undefined;
      }
    }
  }

  #verify(channel: Channel, message: Bytes): Proof {
    const { challenge, handshakeHash } = channel;
    const { lockId } = this.#desk.chainContext;
    const ownerKey = (kid: Bytes): Bytes | undefined => this.#desk.chainContext.ownerKey(kid);
    const sessionKey = (kid: Bytes): Bytes | undefined => this.#desk.sessionKey(kid);
    const cachedLeaf = (link8: Bytes): Bytes | undefined => this.#desk.cachedLeaf(link8);
    try {
      return verifyProof(this.#crypto, message, { lockId, ownerKey, sessionKey, challenge, handshakeHash, cachedLeaf });
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return { kind: "denied", denied: "malformed", chain: undefined, operation: 0 };
    }
  }

  #obey(session: Session, channel: Channel, asked: Brought): Denial | undefined {
    const isOwner = session.role === "owner";
    if (!isOwner && asked.now - channel.since > CARRIED_MILLIS_MAX) return "challenge";
    // Whoever has proven no owner key may carry an owner's word, but not make the lock verify without end.
    if (!isOwner && session.proofs >= PROOFS_MAX) return "rate";
    if (!isOwner) this.#handshakes[session.transport].owe(asked.now);
    let denial: Denial | undefined;
    try {
      denial = this.#desk.serveStatement(asked.message, originOf(session, channel), asked.now);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      denial = "malformed";
    }
    if (!isOwner && denial !== undefined) session.proofs++;
    return denial;
  }

  #send(session: Session, plaintext: Bytes): void {
    const { channel, connection } = session;
    if (channel === undefined || channel.cipher.isSpent) return;
    this.#carrier.send(connection, channel.cipher.seal(plaintext));
  }

  #end(session: Session): void {
    this.#forget(session);
    this.#carrier.close(session.connection);
  }

  /** Ends a session, or lets it end with the answer to what it has just asked. */
  #endSoon(session: Session): void {
    if (session === this.#asking) session.isOver = true;
    else this.#end(session);
  }

  #forget(session: Session): void {
    session.channel?.cipher.wipe();
    this.#sessions = this.#sessions.filter((other) => other !== session);
  }

  #find(connection: number): Session | undefined {
    return this.#sessions.find((session) => session.connection === connection);
  }
}
