// A lock that has an owner, a guest, a keypad and a camera, under a stream of malformed messages from outside its sessions and from
// inside, by radio and over the wires to keypad and camera.
// Why: behind the cipher stand the readers, the signatures and the bolt; whatever comes, nothing moves, nothing is written
// but counts of strangers, and nothing is thrown (docs/attacks.md T04, T21).
// Within a session each message goes by itself: what is left of the session's bounds is used up as a stranger would.

import { type Bytes, fromAscii } from "../../firmware/bytes.ts";
import { Writer } from "../../firmware/cbor/encode.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { assert } from "../../firmware/fault.ts";
import {
  type Body,
  KIND_ACKNOWLEDGE,
  KIND_ACT,
  KIND_ADD_OWNER,
  KIND_CONFIGURE,
  KIND_SET_CLOCK,
} from "../../firmware/grant/body.ts";
import { OPERATION_OWN, OPERATION_UNLOCK } from "../../firmware/grant/holder.ts";
import { makeProof, makeStatement } from "../../firmware/grant/issue.ts";
import { FRAME_PAYLOAD_BYTES_MAX } from "../../firmware/link/frame.ts";
import type { Person, Token } from "../caller.ts";
import { Desk } from "../desk.ts";
import { examples } from "../examples.ts";
import { Porch } from "../porch.ts";
import type { Stream } from "../random.ts";
import { Forger } from "./forger.ts";
import { type Channel, Intruder } from "./intruder.ts";
import { mutate, type Source, sourceOf } from "./mutate.ts";
import { Tapper } from "./tapper.ts";

/** Messages on one connection, and the time between two connections: a handshake may be had every 250 ms. */
const MESSAGES_A_SESSION = 8;
const BETWEEN_MILLIS = 300;
const SPEECHLESS_PER_MILLE = 100;
const OWNER_PER_MILLE = 250;
/** How many messages come over the keypad's wire, and how many of them are sealed in its session. */
const WIRE_PER_MILLE = 150;
const COMMAND_PER_MILLE = 400;
/** How many come over the camera's, and how many of them are sealed in its session. */
const CAMERA_PER_MILLE = 150;
const WORD_PER_MILLE = 400;
const PIN = "394827";
/** Between two handshakes of one keypad. */
const SHAKE_SECONDS = 2;
/** From a visit's end until the bolt is thrown again. */
const RELOCK_SECONDS = 32;
/** A lock forgets strangers who said nothing for 5 s. */
const QUIET_SECONDS = 10;
const PROVE = 1;
const STATEMENT = 2;
/** What an owner sets by a request. */
const SET_KINDS: readonly string[] = Object.freeze(["user", "credential", "secret", "holidays", "network"]);
/** Room for the longest message that mutate.ts makes. */
const MADE_BYTES_MAX = 4_200;

/** A message on its way: what it is made of. */
export interface Shot {
  readonly layer: "frame" | "request" | "keypad frame" | "keypad command" | "camera frame" | "camera word";
  readonly bytes: Bytes;
}

/** A desk under siege. */
export class Siege {
  readonly desk: Desk;
  readonly #crypto: Crypto;
  readonly #random: Stream;
  readonly #guest: Token;
  readonly #delegate: Token;
  readonly #requests: readonly Source[];
  readonly #signed: readonly Source[];
  readonly #tapper: Tapper;
  readonly #forger: Forger;
  #intruder: Intruder | undefined;
  #channel: Channel | undefined;
  #left = 0;
  #lastId = 0;
  /** Records in flash that are no counts of strangers, and the words of flash when they were counted. */
  #records = { others: 0, settings: 0 };
  /** Whether the intruder has opened an owner session. */
  #isOwner = false;
  #recordsAt = -1;

  constructor(crypto: Crypto, random: Stream) {
    const desk = new Desk({ crypto, seed: random.next() });
    this.desk = desk;
    this.#crypto = crypto;
    this.#random = random;
    const porch = new Porch(desk, "UTC0", false);
    porch.store(1, PIN);
    desk.passTime(SHAKE_SECONDS);
    this.#tapper = new Tapper(desk, { keypad: porch.typist, pin: PIN }, random);
    this.#tapper.report();
    const result = this.#tapper.ask({ kind: "entry", digits: fromAscii(PIN) });
    assert(result === "yes", "what is to be spoilt opens while it is whole");
    porch.visit();
    desk.passTime(RELOCK_SECONDS);
    this.#tapper.report();
    this.#forger = new Forger(desk, random);
    this.#count();
    this.#guest = desk.grant({ to: desk.person("guest"), uses: 60_000, depth: 1 });
    this.#delegate = desk.delegate(this.#guest, { to: desk.person("delegate") });
    const all = examples(crypto);
    this.#requests = all.filter(({ rule }) => rule === "request").map(({ bytes }) => sourceOf(bytes));
    const isSigned = (rule: string) => rule === "holder-proof" || rule === "statement" || rule === "revocations";
    this.#signed = all.filter(({ rule }) => isSigned(rule)).map(({ bytes }) => sourceOf(bytes));
  }

  /** Makes the next message; `deliver` sends it. */
  aim(): Shot {
    if (this.#random.chance(WIRE_PER_MILLE)) {
      const isCommand = this.#random.chance(COMMAND_PER_MILLE);
      if (isCommand) return { layer: "keypad command", bytes: this.#tapper.spoiltCommand() };
      return { layer: "keypad frame", bytes: this.#tapper.spoiltFrame() };
    }
    if (this.#random.chance(CAMERA_PER_MILLE)) {
      if (this.#random.chance(WORD_PER_MILLE)) return { layer: "camera word", bytes: this.#forger.spoiltWord() };
      return { layer: "camera frame", bytes: this.#forger.spoiltFrame() };
    }
    if (this.#left <= 0 || this.#intruder?.isConnected !== true) this.#connect();
    this.#left--;
    const channel = this.#channel;
    const layer = this.#random.below(10);
    if (channel === undefined || layer === 0) return { layer: "frame", bytes: this.#spoiltFrame() };
    if (layer === 1) return { layer: "request", bytes: this.#spoilt(this.#random.pick(this.#requests)) };
    if (layer < 4) return { layer: "request", bytes: this.#spoiltCarrier(channel) };
    const isProof = layer < 7;
    const good = sourceOf(isProof ? this.#proof(channel) : this.#statement(channel));
    return { layer: "request", bytes: carrying(isProof ? PROVE : STATEMENT, this.#id(), this.#spoilt(good)) };
  }

  /** Delivers a message. @returns what happened that must not, or undefined */
  deliver({ layer, bytes }: Shot): string | undefined {
    if (bytes.length > FRAME_PAYLOAD_BYTES_MAX) return undefined;
    const before = this.#state();
    const { words } = this.desk.flash;
    let isHarmless: boolean;
    try {
      isHarmless = this.#send({ layer, bytes });
    } catch (error) {
      return `${String(error)} left the lock`;
    }
    this.desk.air.length = 0;
    const after = this.#state();
    if (after !== before) return `the lock went from ${before} to ${after}`;
    if (!isHarmless) return "the keypad was served";
    if (this.desk.flash.words === words) return undefined;
    const { others, settings } = this.#written();
    // An owner's request that was spoilt may still be one: then it says something else, and is obeyed.
    const isSame = others === this.#records.others && (this.#isOwner || settings === this.#records.settings);
    return isSame ? undefined : "more than strangers was written";
  }

  /** Ends it: the same lock must still obey its owner and open to a good grant, or a silence would have passed for a
   *  defence. Among what was sent as the owner may be holidays, which bar a guest as they should; the owner ends them.
   *  @returns what is wrong, or undefined */
  relieve(): string | undefined {
    this.#intruder?.leave();
    this.desk.passTime(QUIET_SECONDS);
    if (!this.#tapper.report()) return "its keypad was not heard afterwards";
    if (!this.#forger.prove()) return "its camera proved nothing afterwards";
    const session = this.desk.ownerSession();
    const answer = session.ask({ kind: "holidays", holidays: [] });
    session.leave();
    if (answer?.kind !== "yes") return `its owner was answered ${answer?.kind} afterwards`;
    const { retractions } = this.desk.rig;
    const verdict = this.desk.open(this.#delegate);
    if (verdict !== "yes") return `a good grant was answered ${verdict} afterwards`;
    return this.desk.rig.retractions === retractions + 1 ? undefined : "a good grant did not move the bolt afterwards";
  }

  /** Hangs up, waits as a stranger must, and comes again; now and then as the owner, who may ask for more. */
  #connect(): void {
    this.#intruder?.leave();
    this.#forger.tend();
    this.desk.passMillis(BETWEEN_MILLIS);
    if (this.#tapper.isReportDue) this.#tapper.report();
    this.#left = MESSAGES_A_SESSION;
    this.#lastId = 0;
    const intruder = new Intruder(this.desk);
    this.#intruder = intruder;
    // Some never shake hands: what they send comes as a stranger's first words.
    this.#channel = this.#random.chance(SPEECHLESS_PER_MILLE) ? undefined : intruder.shake();
    const channel = this.#channel;
    this.#isOwner = channel !== undefined && this.#random.chance(OWNER_PER_MILLE);
    if (channel !== undefined && this.#isOwner) {
      const own = this.#prove(channel, { kid: this.desk.owner.kid }, { by: this.desk.owner, operation: OPERATION_OWN });
      intruder.send(intruder.seal(carrying(PROVE, this.#id(), own)));
    }
    this.#count();
  }

  /** Counts what was written by right. */
  #count(): void {
    if (this.desk.flash.words === this.#recordsAt) return;
    this.#recordsAt = this.desk.flash.words;
    this.#records = this.#written();
  }

  /** @returns false where a keypad was answered as for something that it may ask */
  #send({ layer, bytes }: Shot): boolean {
    const tapper = this.#tapper;
    if (layer === "keypad frame") return !tapper.isServed(bytes);
    if (layer === "keypad command") return !tapper.isServed(tapper.seal(bytes));
    const forger = this.#forger;
    if (layer === "camera frame") forger.send(bytes);
    if (layer === "camera word") forger.send(forger.seal(bytes));
    if (layer === "camera frame" || layer === "camera word") return true;
    const intruder = this.#intruder;
    assert(intruder !== undefined, "a message by radio is sent on a connection");
    intruder.send(layer === "request" ? intruder.seal(bytes) : bytes);
    return true;
  }

  #id(): number {
    this.#lastId++;
    return this.#lastId;
  }

  #state(): string {
    const { door, isAdopted, isVisitOpen, hasPresence, cameraProof } = this.desk.lock.snapshot;
    const { drives, signals } = this.desk.rig;
    const flags = [isAdopted, isVisitOpen, hasPresence].map((flag) => (flag ? "1" : "0")).join("");
    return `${door.bolt.at} ${door.contact.is} ${flags} ${cameraProof} ${drives.length} ${signals.length}`;
  }

  #written(): { readonly others: number; readonly settings: number } {
    const kinds = this.desk.journal().map(({ entry }) => entry.kind);
    const settings = kinds.filter((kind) => SET_KINDS.includes(kind)).length;
    return { others: kinds.filter((kind) => kind !== "stranger").length - settings, settings };
  }

  #spoilt(good: Source): Bytes {
    return mutate(this.#random, good, this.#random.pick(this.#signed));
  }

  #spoiltFrame(): Bytes {
    const intruder = this.#intruder;
    assert(intruder !== undefined, "a frame is sent on a connection");
    const channel = this.#channel;
    const isHello = channel === undefined || this.#random.chance(300);
    const good = isHello ? intruder.hello : intruder.seal(carrying(PROVE, this.#id(), this.#proof(channel)));
    return this.#spoilt(sourceOf(good));
  }

  /** A request around a genuine message, spoilt so that the message is not whole in it any more. */
  #spoiltCarrier(channel: Channel): Bytes {
    const isProof = this.#random.chance(500);
    const genuine = isProof ? this.#proof(channel) : this.#statement(channel);
    const good = sourceOf(carrying(isProof ? PROVE : STATEMENT, this.#id(), genuine));
    const spoilt = this.#spoilt(good);
    return this.#holds(spoilt, genuine) ? spoilt.slice(0, spoilt.indexOf(genuine[0]) + genuine.length - 1) : spoilt;
  }

  #holds(bytes: Bytes, genuine: Bytes): boolean {
    const first = genuine[0];
    for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
      if (this.#crypto.isEqual(bytes.subarray(at, at + genuine.length), genuine)) return true;
    }
    return false;
  }

  #proof(channel: Channel): Bytes {
    const token = this.#random.chance(500) ? this.#guest : this.#delegate;
    if (this.#random.chance(100)) {
      const by = { kid: this.desk.owner.kid };
      return this.#prove(channel, by, { by: this.desk.owner, operation: OPERATION_OWN });
    }
    return this.#prove(channel, { leaf: token.leaf }, { by: token.holder, operation: OPERATION_UNLOCK });
  }

  #prove(
    { challenge, handshakeHash }: Channel,
    by: { readonly leaf: Bytes } | { readonly kid: Bytes },
    who: { readonly by: Person; readonly operation: number },
  ): Bytes {
    const { lockId } = this.desk;
    return makeProof({ lockId, challenge, handshakeHash, by, operation: who.operation }, who.by.sign);
  }

  /** Each of these would be obeyed, or at least announced. */
  #statement({ challenge }: Channel): Bytes {
    const { lockId, owner, time: issuedAt } = this.desk;
    if (this.#random.chance(150)) return this.desk.revocations({ revoked: owner.kid, untils: [issuedAt] });
    const body = this.#random.pick<Body>([
      { kind: KIND_ACT, operation: 0 },
      { kind: KIND_CONFIGURE, settings: [{ key: 2, value: 60 }] },
      { kind: KIND_ADD_OWNER, ownerKey: this.#guest.holder.publicKey },
      { kind: KIND_SET_CLOCK, isBackwards: false },
      { kind: KIND_ACKNOWLEDGE },
    ]);
    const sequence = owner.sequence + 1;
    return makeStatement({ lockId, kid: owner.kid, issuedAt, challenge, sequence, body }, owner.sign);
  }
}

function carrying(kind: typeof PROVE | typeof STATEMENT, id: number, message: Bytes): Bytes {
  return new Writer(MADE_BYTES_MAX).array(3).uint(kind).uint(id).bytes(message).finish();
}
