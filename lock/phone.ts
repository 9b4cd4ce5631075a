// The lock's end of every phone: who may have a place, which frames count, and what each request is answered.
// Why: this is where strangers' bytes arrive, so it is total: whatever comes, the answer is a fixed "no" or silence, no
// Fault leaves it, and nobody can hold a place, the radio or the processor for long (docs/attacks.md T04, T14, T32, T49).
// Follows docs/protocol.md §3. It knows sessions; what a request means is the desk's affair (lock.ts).

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
import { ACCESS } from "../firmware/journal/record.ts";
import { Bucket } from "../firmware/link/bucket.ts";
import type { CodeRequest } from "../firmware/link/codes.ts";
import { checkFrame, FRAME_COMMANDS, FRAME_NK_1, sessionOf } from "../firmware/link/frame.ts";
import {
  type Answer,
  encodeAnswer,
  encodeNotice,
  type NoticeEvent,
  parseRequest,
  type Request,
} from "../firmware/link/message.ts";
import type { NetworkRequest } from "../firmware/link/network.ts";
import type { Carrier, Millis, Random, Transport } from "../firmware/platform.ts";
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
/** A handshake costs two key agreements. */
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
    } finally {
      this.#asking = undefined;
    }
  }

  /** Tells a session what the door does. */
  notify(connection: number, event: NoticeEvent, receipt?: Bytes): void {
    const session = this.#find(connection);
    if (session === undefined || session.role === "stranger") return;
    this.#send(session, encodeNotice({ kind: "notice", event, receipt }));
  }

  /** The connections of all owner sessions. */
  get owners(): readonly number[] {
    return this.#sessions.filter((session) => session.role === "owner").map((session) => session.connection);
  }

  /** Ends what has had its time. */
  tick(now: Millis): void {
    for (const session of this.#sessions) if (now >= deadlineOf(session)) this.#end(session);
  }

  /** When `tick` has something to do. */
  get nextTick(): Millis | undefined {
    let next: Millis | undefined;
    for (const session of this.#sessions) {
      const deadline = deadlineOf(session);
      if (next === undefined || deadline < next) next = deadline;
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

  /** Makes a stranger a guest. A root has one place for all who hang under it, and the newest proof holds it: whoever may
   *  delegate has as many keys as he likes. */
  #welcome(session: Session, root8: Bytes, now: Millis): void {
    for (const other of this.#sessions) if (other.role === "guest" && this.#isOf(other, root8)) this.#end(other);
    session.role = "guest";
    session.name = root8.slice();
    session.provenAt = now;
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
      if (request !== undefined) this.#ask(session, session.channel, { request, now });
      // The digits of a PIN and what makes codes stay nowhere; of everything else views may be kept.
      if (request === undefined || SECRET_KINDS.includes(request.kind)) this.#crypto.wipe(plaintext);
    } else throw new Fault("link.shape");
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
    if (!this.#handshakes[session.transport].take(now)) return;
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

  #ask(session: Session, channel: Channel, asked: Asked): void {
    const { request, now } = asked;
    if (session.lastId !== undefined && request.id <= session.lastId) {
      if (request.id === session.lastId && session.lastAnswer !== undefined) this.#send(session, session.lastAnswer);
      return;
    }
    session.lastId = request.id;
    this.#asking = session;
    const answer = this.#serve(session, channel, { request, now });
    // Asking for what one may not have keeps no place.
    if (answer?.kind !== "no") session.lastRequestAt = now;
    session.lastAnswer = answer === undefined ? undefined : encodeAnswer(answer);
    if (session.lastAnswer !== undefined) this.#send(session, session.lastAnswer);
    if (request.kind === "bye" || session.isOver) this.#end(session);
  }

  #serve(session: Session, channel: Channel, asked: Asked): Answer | undefined {
    const { request, now } = asked;
    const { id } = request;
    const isOwner = session.role === "owner";
    const isReader = isOwner && !session.isRecovery;
    switch (request.kind) {
      case "prove":
        return this.#answer(session, id, this.#prove(session, channel, { message: request.message, now }));
      case "statement":
        return this.#answer(session, id, this.#obey(session, channel, { message: request.message, now }));
      case "status":
        if (!isOwner) return this.#answer(session, id, "permission");
        return { kind: "status", id, status: this.#desk.status(now) };
      case "fetch": {
        const { region, from } = request;
        if (!isReader && !(session.canReadLog && region === ACCESS)) return this.#answer(session, id, "permission");
        const records = this.#desk.records(region, from);
        if (records === undefined) return this.#answer(session, id, "journal");
        return { kind: "records", id, region, ...records };
      }
      case "checkpoint":
        if (!isReader) return this.#answer(session, id, "permission");
        return { kind: "checkpoint", id, message: this.#desk.checkpoint(now) };
      case "farewell": {
        const message = isOwner ? this.#desk.farewell() : undefined;
        if (message === undefined) return this.#answer(session, id, isOwner ? "target" : "permission");
        return { kind: "checkpoint", id, message };
      }
      case "bye":
        return undefined;
      case "fetched":
        return this.#answer(session, id, isReader ? this.#desk.fetched(request.heads, now) : "permission");
      case "timeRequest": {
        const nonce = this.#desk.timekeeper.ask(session.time, request.server, now);
        return nonce === undefined ? this.#answer(session, id, "target") : { kind: "nonce", id, nonce };
      }
      case "timeResponse": {
        const { time, transport } = session;
        return this.#answer(session, id, this.#desk.timekeeper.take(time, request.response, { transport, now }));
      }
      case "ticket": {
        const viewer = isReader ? "owner" : session.view;
        return this.#answer(session, id, this.#desk.ticket(request, viewer, { from: originOf(session, channel), now }));
      }
      default:
        return this.#askOwn(session, request, now);
    }
  }

  /** What an owner may ask, and not the key on paper. */
  #askOwn(session: Session, request: CodeRequest | NetworkRequest, now: Millis): Answer {
    const { role, name, isRecovery } = session;
    if (role !== "owner" || isRecovery || name === undefined) return this.#answer(session, request.id, "permission");
    const isNetwork = request.kind === "joinNetwork" || request.kind === "leaveNetwork";
    const said = isNetwork ? this.#desk.network(request, name, now) : this.#desk.codes(request, name, now);
    return this.#answer(session, request.id, said);
  }

  /** One shape of "no" for everybody but an owner. */
  #answer(session: Session, id: number, denial: Answer | Denial | undefined): Answer {
    if (denial === undefined) return { kind: "yes", id };
    if (typeof denial === "object") return denial;
    return { kind: "no", id, denial: session.role === "owner" ? denial : undefined };
  }

  #prove(session: Session, channel: Channel, asked: Brought): Denial | undefined {
    const { message, now } = asked;
    if (session.proofs >= PROOFS_MAX) return "rate";
    session.proofs++;
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
        if (denial !== undefined) return denied(session, denial, now);
        if (session.role === "stranger") this.#welcome(session, proof.chain.links[0].link8, now);
        if (proof.operation === OPERATION_READ_LOG) session.canReadLog = true;
        if (proof.operation === OPERATION_VIEW) session.view = proof;
        return undefined;
      }
    }
  }

  #verify(channel: Channel, message: Bytes): Proof {
    const { challenge, handshakeHash } = channel;
    const { lockId, ownerKey } = this.#desk.chainContext;
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
    const denial = this.#judge(session, channel, asked);
    if (!isOwner && denial !== undefined) session.proofs++;
    return denial;
  }

  #judge(session: Session, channel: Channel, asked: Brought): Denial | undefined {
    try {
      return this.#desk.serveStatement(asked.message, originOf(session, channel), asked.now);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return "malformed";
    }
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
