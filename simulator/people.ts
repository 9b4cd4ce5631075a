// The people of a simulated house: they hold keys, give grants away, and stand before the door with a phone.
// Why: a scenario should read as a story, and each act of a person also tells the plain model what it truly was.
// Keys, grants and frames are the real ones: owner/phone.ts talks, firmware/grant/issue.ts signs.

import { type Bytes, fromAscii, toBase64url, toHex } from "../firmware/bytes.ts";
import { kid8 } from "../firmware/cose/key.ts";
import { KEY_BYTES } from "../firmware/crypto/crypto.ts";
import {
  type Body,
  KIND_ACKNOWLEDGE,
  KIND_ACT,
  KIND_ADOPT,
  KIND_CONFIGURE,
  KIND_SET_CLOCK,
  type Setting,
} from "../firmware/grant/body.ts";
import { link8Of } from "../firmware/grant/chain.ts";
import { PERMISSION_LOCK, PERMISSION_UNLOCK } from "../firmware/grant/grant.ts";
import { OPERATION_OWN } from "../firmware/grant/holder.ts";
import { issueLink, issueRoot, makeProof, makeRevocations, makeStatement, type Sign } from "../firmware/grant/issue.ts";
import type { Answer, Notice } from "../firmware/link/message.ts";
import { type Seconds, seconds, type Transport } from "../firmware/platform.ts";
import type { Session } from "../owner/phone.ts";
import type { Act, Ask, Hours, PlainLink } from "./model.ts";
import type { Who } from "./noticewatch.ts";
import type { Stream } from "./random.ts";
import type { Street } from "./street.ts";
import { type Ending, type Next, talk } from "./talk.ts";
import type { CodeWish, RevokedCode } from "./wish.ts";

const OPERATIONS: Readonly<Record<Act, 0 | 1>> = Object.freeze({ unlock: 0, lock: 1 });
const IDENTIFIER_BYTES = 8;
const DAY_SECONDS = 86_400;
/** A phone that is off by no more tells the lock the time. */
const HONEST_SECONDS = 25;
/** Who needs the camera asks again, until it has had time to prove itself. */
const KNOCKS_MAX = 4;
const KNOCK_MILLIS = 3_500;
/** Who listens stays for a visit, and the time until the bolt is thrown. */
const LINGER_MILLIS = 100_000;
/** A lock ends the session of an owner who asks nothing for two minutes. */
const LISTEN_MILLIS = 60_000;

/** What an issuer may limit; times are NumericDate. */
export interface Limits {
  readonly from?: Seconds;
  readonly until?: Seconds;
  readonly uses?: number;
  readonly hours?: Hours;
  /** Links that may follow. */
  readonly depth?: number;
  /** What the camera must prove: 0 to 2. */
  readonly cameraRule?: number;
}

/** A grant in somebody's phone: its bytes, and what it means. */
export interface Token {
  readonly leaf: Bytes;
  readonly chain: readonly PlainLink[];
  readonly holder: Person;
}

/** What came of a request: the lock's answer, or none. */
export type Reply = "yes" | "no" | "nothing";

/** How a request is made besides, and what else may be heard of it. */
export interface Besides {
  /** How often it is made at most, where the grant needs the camera; as often as that may take where it is left out. */
  readonly tries?: number;
  /** The first no of a grant that needs the camera: it is asked to prove itself, and whoever stands there asks again. */
  knocked?(): void;
  /** What the door does, as the lock tells it. */
  noticed?(notice: Notice): void;
}

/** Somebody with a phone and an Ed25519 key. */
export class Person {
  readonly name: string;
  readonly publicKey: Bytes;
  readonly kid: Bytes;
  protected readonly street: Street;
  protected readonly random: Stream;
  protected readonly sign: Sign;

  constructor(street: Street, name: string) {
    const { crypto, world } = street;
    this.street = street;
    this.name = name;
    this.random = world.stream(`person ${name}`);
    const seed = new Uint8Array(KEY_BYTES);
    this.random.fill(seed);
    this.sign = (message) => crypto.sign(seed, message);
    this.publicKey = crypto.signingPublicKey(seed);
    this.kid = kid8(crypto, this.publicKey);
  }

  /** Hands a grant on, narrowed. */
  delegate(token: Token, to: Person, limits: Limits): Token {
    const leaf = issueLink(token.leaf, { ...this.claims(to, limits), permissions: undefined }, this.sign);
    return { leaf, chain: [...token.chain, this.plain(leaf, limits)], holder: to };
  }

  /** Stands before the door and asks, with a grant that may be somebody else's; where it needs the camera, some times. */
  request(act: Act, token: Token, heard: (reply: Reply) => void, besides: Besides = {}): void {
    const needsCamera = act === "unlock" && token.chain.some(({ cameraRule = 0 }) => cameraRule > 0);
    const { tries = KNOCKS_MAX } = besides;
    const knock = (left: number): void => {
      const ask: Ask = { act, chain: token.chain, isGenuine: token.holder === this, isKnock: left > 0 };
      const tell = (reply: Reply) => {
        if (reply !== "no" || left === 0) heard(reply);
        else {
          if (left === tries - 1) besides.knocked?.();
          this.street.world.after(KNOCK_MILLIS, () => knock(left - 1));
        }
      };
      this.#ask(ask, token, { heard: tell, noticed: besides.noticed });
    };
    knock(needsCamera ? tries - 1 : 0);
  }

  #ask(
    ask: Ask,
    token: Token,
    { heard, noticed }: { heard(reply: Reply): void; readonly noticed: Besides["noticed"] },
  ): void {
    const { lockId } = this.street.lock;
    let reply: Reply = "nothing";
    this.talk({
      next: ({ challenge, handshakeHash }, last) => {
        if (last !== undefined) {
          reply = this.#hear(ask, last);
          return undefined;
        }
        const claims = { lockId, challenge, handshakeHash, by: { leaf: token.leaf }, operation: OPERATIONS[ask.act] };
        this.street.checker.asked(ask);
        return { kind: "prove", message: makeProof(claims, this.sign) };
      },
      over: () => heard(reply),
      noticed: (notice) => noticed?.(notice),
      lingers: () => (noticed === undefined || reply !== "yes" ? 0 : LINGER_MILLIS),
      as: () => (reply === "yes" ? { leaf: ask.chain.at(-1)?.name ?? "" } : undefined),
    });
  }

  /** Proves a grant, and goes on in that session where the lock said yes. @param operation 0..5 */
  hold(
    token: Token,
    operation: 0 | 1 | 5,
    script: { next(session: Session, last: Answer | undefined): Next; over(ending: Ending): void },
  ): void {
    const { lockId } = this.street.lock;
    let isProven = false;
    this.talk({
      next: (session, last) => {
        if (isProven) return script.next(session, last);
        if (last !== undefined) {
          isProven = last.kind === "yes";
          return isProven ? script.next(session, last) : undefined;
        }
        const { challenge, handshakeHash } = session;
        const claims = { lockId, challenge, handshakeHash, by: { leaf: token.leaf }, operation };
        return { kind: "prove", message: makeProof(claims, this.sign) };
      },
      over: script.over,
    });
  }

  /** Holds one conversation with the lock. */
  protected talk(script: {
    next(session: Session, last: Answer | undefined): Next;
    over(ending: Ending): void;
    noticed?(notice: Notice): void;
    lingers?(): number;
    as?(): Who | undefined;
    transport?: Transport;
  }): void {
    const { world, network, crypto, lock, notices: hearing } = this.street;
    const phone = { crypto, random: this.random, lockAgreementKey: lock.agreementKey, lockId: lock.lockId };
    talk(world, network, { transport: "ble", ...script, phone, hearing });
  }

  protected claims(to: Person, limits: Limits) {
    const identifier = new Uint8Array(IDENTIFIER_BYTES);
    this.random.fill(identifier);
    const { from, until, uses, hours, depth, cameraRule } = limits;
    return {
      cameraRule,
      name: to.name,
      notBefore: from,
      expiry: until,
      identifier,
      key: to.publicKey,
      permissions: PERMISSION_UNLOCK | PERMISSION_LOCK,
      uses,
      weeklies: hours === undefined ? undefined : [hours.days, hours.start, hours.minutes],
      depth,
    };
  }

  protected plain(leaf: Bytes, { from, until, uses, hours, cameraRule }: Limits): PlainLink {
    const name = toBase64url(link8Of(this.street.crypto, leaf));
    return {
      name,
      ...(from === undefined ? {} : { from }),
      ...(until === undefined ? {} : { until }),
      ...(uses === undefined ? {} : { uses }),
      ...(hours === undefined ? {} : { hours }),
      ...(cameraRule === undefined ? {} : { cameraRule }),
    };
  }

  #hear(ask: Ask, answer: Answer): Reply {
    const isYes = answer.kind === "yes";
    this.street.checker.answered(ask, isYes);
    return isYes ? "yes" : "no";
  }
}

/** An owner: a person whose key the lock holds. */
export class Owner extends Person {
  /** How far this phone's clock is ahead of the truth. */
  skewSeconds = 0;
  #sequence = 0;
  #revocationSequence = 0;
  #revoked: readonly { readonly name: string; readonly link8: Bytes; readonly until: Seconds }[] = [];
  #revokedCodes: readonly RevokedCode[] = [];

  /** Adopts the lock; somebody has pressed the inside button just before. @param zoneRule a POSIX TZ rule */
  adopt(zoneRule: string, recoveryKey: Bytes, heard: (reply: Reply) => void): void {
    const adoption = { ownerKey: this.publicKey, recoveryKey, zoneRule: fromAscii(zoneRule) };
    this.declare({ kind: KIND_ADOPT, adoption }, (reply) => {
      if (reply === "yes") this.street.model.isAdopted = true;
      heard(reply);
    });
  }

  /** Opens or locks at once, from anywhere that reaches the lock. */
  act(act: Act, heard: (reply: Reply) => void): void {
    this.declare({ kind: KIND_ACT, operation: OPERATIONS[act] }, heard, { act, chain: [], isGenuine: true });
  }

  /** Changes settings (docs/protocol.md §2.4). */
  configure(settings: readonly Setting[], heard: (reply: Reply) => void): void {
    this.declare({ kind: KIND_CONFIGURE, settings }, heard);
  }

  /** Tells the lock the time: what it needs after a power cut. */
  tellTime(heard: (reply: Reply) => void): void {
    this.declare({ kind: KIND_SET_CLOCK, isBackwards: false }, heard);
  }

  /** Tells the lock that the owner knows of its damaged journal. */
  acknowledge(heard: (reply: Reply) => void): void {
    this.declare({ kind: KIND_ACKNOWLEDGE }, heard);
  }

  /** Gives somebody access. The end is mandatory in a root, so a day is taken where none is given. */
  grant(to: Person, limits: Limits): Token {
    const { lockId } = this.street.lock;
    const until = limits.until ?? seconds(this.street.world.time + DAY_SECONDS);
    const claims = { ...this.claims(to, limits), lockId, expiry: until, generation: 0 };
    const leaf = issueRoot(this.kid, claims, this.sign);
    return { leaf, chain: [this.plain(leaf, { ...limits, until })], holder: to };
  }

  /** Takes a grant back, with everything that hangs under it. */
  revoke(token: Token, heard: (reply: Reply) => void): void {
    const { crypto, world } = this.street;
    const until = seconds(token.chain.at(-1)?.until ?? world.time + DAY_SECONDS);
    const live = this.#revoked.filter((entry) => entry.until >= world.time);
    const name = token.chain.at(-1)?.name ?? "";
    this.#revoked = [...live, { name, link8: link8Of(crypto, token.leaf), until }];
    this.#tellList(heard);
  }

  /** Takes a window code back. */
  revokeCode(code: RevokedCode, heard: (reply: Reply) => void): void {
    const { world } = this.street;
    this.#revokedCodes = [...this.#revokedCodes.filter(({ until }) => until >= world.time), code];
    this.#tellList(heard);
  }

  /** Sets codes, one after the other, in one session. @param heard yes where the lock took them all */
  setCodes(wishes: readonly CodeWish[], heard: (reply: Reply) => void): void {
    let asked = 0;
    let isTaken = true;
    this.own(
      (last) => {
        if (last !== undefined && last.kind !== "yes") isTaken = false;
        return isTaken ? wishes[asked++] : undefined;
      },
      () => heard(isTaken && asked > wishes.length ? "yes" : "no"),
    );
  }

  /** Listens to the door from the house's network, for so many minutes or until the line breaks. */
  listen(minutes: number): void {
    let left = 2 * minutes;
    const next = (): Next => {
      if (--left < 0) return undefined;
      return left % 2 === 1 ? { kind: "pause", millis: LISTEN_MILLIS } : { kind: "status" };
    };
    this.own(next, () => {}, "tcp");
  }

  /** Opens an owner session and asks one thing after another. */
  own(next: (last: Answer | undefined) => Next, over: (ending: Ending) => void, transport: Transport = "ble"): void {
    const { lockId } = this.street.lock;
    let isProven = false;
    this.talk({
      next: ({ challenge, handshakeHash }, last) => {
        if (last === undefined) {
          const claims = { lockId, challenge, handshakeHash, by: { kid: this.kid }, operation: OPERATION_OWN };
          return { kind: "prove", message: makeProof(claims, this.sign) };
        }
        if (isProven) return next(last);
        isProven = last.kind === "yes";
        return isProven ? next(undefined) : undefined;
      },
      as: () => (isProven ? "owner" : undefined),
      over,
      transport,
    });
  }

  /** Signs a statement in a session of its own. @param ask what it asks for, where that is an act */
  declare(body: Body, heard: (reply: Reply) => void, ask?: Ask): void {
    const { model, checker } = this.street;
    const sequence = ++this.#sequence;
    const write = ({ challenge }: Session) => this.#write(body, sequence, challenge);
    this.#tell({ kind: "statement", sequence, write, ask }, (reply) => {
      const isHonest = Math.abs(this.skewSeconds) <= HONEST_SECONDS;
      // In passing no phone moves a clock by more than a day; an act to set it says whether it did.
      const isTold = body.kind === KIND_SET_CLOCK || checker.knowsTheDay;
      if (reply === "yes" && isHonest && isTold) model.isClockSet = true;
      heard(reply);
    });
  }

  /** Signs a statement that somebody else will carry. @param challenge of the carrier's session, 16 bytes */
  entrust(body: Body, challenge: Bytes): Bytes {
    return this.#write(body, ++this.#sequence, challenge);
  }

  #write(body: Body, sequence: number, challenge: Bytes): Bytes {
    const { world, lock } = this.street;
    const issuedAt = seconds(world.time + this.skewSeconds);
    return makeStatement({ lockId: lock.lockId, kid: this.kid, issuedAt, challenge, sequence, body }, this.sign);
  }

  /** Shows the lock the list of all that is taken back. */
  #tellList(heard: (reply: Reply) => void): void {
    const { lock, world, model } = this.street;
    const listed = this.#revoked;
    const revoked = new Uint8Array(8 * listed.length);
    for (const [index, { link8 }] of listed.entries()) revoked.set(link8, 8 * index);
    const sequence = ++this.#revocationSequence;
    const untils = listed.map((entry) => entry.until);
    const codes = this.#revokedCodes.map(({ codeClass, serial, start }) => ({ codeClass, serial, start }));
    const list = { owner: this.kid, sequence, generation: 0, revoked, untils, holders: new Uint8Array(0), codes };
    const message = makeRevocations({ lockId: lock.lockId, issuedAt: world.time, list }, this.sign);
    for (const { name } of listed) model.doubted.add(name);
    this.#tell({ kind: "list", sequence, write: () => message }, (reply) => {
      // With one list everything that it holds is taken back, what an earlier one did not get through as well.
      if (reply === "yes") for (const { name } of listed) model.revoked.add(name);
      heard(reply);
    });
  }

  #tell(
    word: {
      readonly kind: "statement" | "list";
      readonly sequence: number;
      write(session: Session): Bytes;
      readonly ask?: Ask | undefined;
    },
    heard: (reply: Reply) => void,
  ): void {
    const { checker } = this.street;
    const { kind, sequence, ask } = word;
    let reply: Reply = "nothing";
    this.talk({
      next: (session, last) => {
        if (last === undefined) {
          if (ask !== undefined) checker.asked(ask);
          return { kind: "statement", message: word.write(session) };
        }
        reply = last.kind === "yes" ? "yes" : "no";
        if (ask !== undefined) checker.answered(ask, last.kind === "yes");
        if (reply === "yes") checker.obeyed(kind, toHex(this.kid), sequence);
        return undefined;
      },
      over: () => heard(reply),
    });
  }
}
